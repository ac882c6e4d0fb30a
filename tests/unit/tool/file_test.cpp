// SPDX-License-Identifier: LGPL-2.1-or-later
#include "file.hpp"

#include "support/scratch_directory.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace haoh::tool {
namespace {

using ::testing::HasSubstr;

class FileTest : public ::testing::Test {
  protected:
    [[nodiscard]] std::string at(const std::string& name) const { return scratch_.path(name); }
    [[nodiscard]] std::string made(const std::string& name, const std::string& text) const {
        return scratch_.file(name, text);
    }
    [[nodiscard]] std::string text_of(const std::string& name) const { return scratch_.read(name); }
    [[nodiscard]] std::size_t files() const {
        const std::filesystem::directory_iterator all{folder_};
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }

    test::ScratchDirectory scratch_;
    const std::filesystem::path& folder_ = scratch_.path();
};

template <typename Action>
std::error_code failure_of(Action action, std::string& text) {
    try {
        action();
    } catch (const Error& error) {
        text = error.what();
        return error.code();
    }
    text.clear();
    return {};
}

TEST_F(FileTest, is_read_up_to_its_limit) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65535},
                                   std::size_t{65536}, std::size_t{65537}, std::size_t{200000}}) {
        std::string content(size, 'x');
        if (size > 1) {
            content.front() = '\0';
            content.back() = '\n';
        }
        const std::string path = made("file", content);
        EXPECT_EQ(read_file(path, size), content);
        EXPECT_EQ(read_file(path, size + 1), content);
        if (size > 0) {
            std::string text;
            EXPECT_EQ(failure_of([&] { static_cast<void>(read_file(path, size - 1)); }, text),
                      Errc::too_large);
            EXPECT_THAT(text, HasSubstr(path));
            EXPECT_THAT(text, HasSubstr("more than " + std::to_string(size - 1) + " bytes"));
        }
    }
}

TEST_F(FileTest, that_cannot_be_read_is_named) {
    std::string text;
    EXPECT_EQ(failure_of([&] { static_cast<void>(read_file(at("nothing"), 10)); }, text),
              std::errc::no_such_file_or_directory);
    EXPECT_THAT(text, HasSubstr(at("nothing")));
    // It can be opened, and gives no byte.
    EXPECT_EQ(failure_of([&] { static_cast<void>(read_file(folder_.string(), 10)); }, text),
              std::errc::is_a_directory);
    EXPECT_THAT(text, HasSubstr(folder_.string()));
}

TEST_F(FileTest, a_dash_is_standard_input) {
    const std::string path = made("input", "what is piped in");
    const int before = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    ::dup2(file, STDIN_FILENO);
    ::close(file);
    std::clearerr(stdin);
    const std::string read = read_file("-", 100);
    ::dup2(before, STDIN_FILENO);
    ::close(before);
    std::clearerr(stdin);
    EXPECT_EQ(read, "what is piped in");
}

TEST_F(FileTest, is_replaced_as_a_whole) {
    write_file(at("new"), "text");
    EXPECT_EQ(text_of("new"), "text");
    write_file(at("new"), "");
    EXPECT_EQ(text_of("new"), "");
    const std::string large(300'000, 'y');
    std::filesystem::create_hard_link(made("old", "before"), at("other name"));
    write_file(at("old"), large);
    EXPECT_EQ(text_of("old"), large);
    EXPECT_EQ(text_of("other name"), "before") << "not written over";
    EXPECT_EQ(files(), 3U) << "nothing else is left";
}

TEST_F(FileTest, that_cannot_be_written_stays_as_it_was) {
    static_cast<void>(made("old", "before"));
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    rlimit less = limit;
    less.rlim_cur = 1000;
    const auto heeded = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &less);
    std::string text;
    const std::error_code code =
        failure_of([&] { write_file(at("old"), std::string(5000, 'x')); }, text);
    const std::error_code small =
        failure_of([&] { write_file(at("small"), std::string(1000, 'x')); }, text);
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, heeded);
    EXPECT_EQ(code, std::errc::file_too_large);
    EXPECT_EQ(small, std::error_code{});
    EXPECT_EQ(text_of("old"), "before");
    EXPECT_EQ(files(), 2U) << "nothing else is left";

    EXPECT_EQ(failure_of([&] { write_file(at("none/file"), "x"); }, text),
              std::errc::no_such_file_or_directory);
    EXPECT_THAT(text, HasSubstr("create"));
    EXPECT_THAT(text, HasSubstr(at("none/file")));
    EXPECT_EQ(failure_of([&] { write_file(folder_.string(), "x"); }, text),
              std::errc::is_a_directory);
}

TEST_F(FileTest, what_is_no_file_takes_the_bytes_itself) {
    write_file("/dev/null", "text");
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
    std::string text;
    EXPECT_EQ(failure_of([&] { write_file("/dev/full", "text"); }, text),
              std::errc::no_space_on_device);
    EXPECT_THAT(text, HasSubstr("write"));
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
    ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
    const int reader = ::open(at("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    write_file(at("pipe"), "through the pipe");
    std::string bytes(100, '\0');
    bytes.resize(
        static_cast<std::size_t>(std::max<ssize_t>(0, ::read(reader, bytes.data(), bytes.size()))));
    ::close(reader);
    EXPECT_EQ(bytes, "through the pipe");
    EXPECT_TRUE(std::filesystem::is_fifo(at("pipe")));
    EXPECT_EQ(files(), 1U);
}

} // namespace
} // namespace haoh::tool
