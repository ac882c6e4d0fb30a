// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/file.hpp"

#include "base/standard_streams.hpp"

#include "support/pty.hpp"
#include "support/scratch_directory.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace haoh::base {
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

/// What `read_file` makes of a descriptor as standard input: its text, or what it says against it.
std::string standard_input_of(int file, std::size_t limit = 1000) {
    const int before = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    if (file < 0) {
        ::close(STDIN_FILENO);
    } else {
        ::dup2(file, STDIN_FILENO);
    }
    std::string out;
    try {
        out = read_file("-", limit);
    } catch (const Error& error) {
        out = error.what();
    }
    ::dup2(before, STDIN_FILENO);
    ::close(before);
    return out;
}

TEST_F(FileTest, standard_input_may_be_what_somebody_writes) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    EXPECT_EQ(write_all(ends[1], "through a pipe"), std::error_code{});
    ::close(ends[1]);
    EXPECT_EQ(standard_input_of(ends[0]), "through a pipe");
    ::close(ends[0]);

    ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
    const int reader = ::open(at("fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    const int writer = ::open(at("fifo").c_str(), O_WRONLY | O_CLOEXEC);
    EXPECT_EQ(write_all(writer, "with a name"), std::error_code{});
    ::close(writer);
    EXPECT_EQ(standard_input_of(reader), "with a name");
    ::close(reader);

    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    EXPECT_EQ(write_all(ends[1], "through a socket"), std::error_code{});
    ::close(ends[1]);
    EXPECT_EQ(standard_input_of(ends[0]), "through a socket");
    ::close(ends[0]);

    const test::Pty terminal;
    terminal.type("at a terminal\n\x04"); // and the end of the file
    EXPECT_EQ(standard_input_of(terminal.slave()), "at a terminal\n");
}

TEST_F(FileTest, standard_input_that_cannot_be_read_is_named) {
    const int zero = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(standard_input_of(zero), "read standard input: it is a device, not a file; name a "
                                       "file, or '-' for what is piped in");
    ::close(zero);
    EXPECT_EQ(standard_input_of(-1), "read standard input: Bad file descriptor");
    const int directory = ::open(folder_.c_str(), O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(standard_input_of(directory), "read standard input: Is a directory");
    ::close(directory);
    const int file = ::open(made("input", "12345").c_str(), O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(standard_input_of(file, 4), "read standard input: more than 4 bytes");
    ::close(file);
}

TEST_F(FileTest, a_terminal_by_its_name_is_refused) {
    const test::Pty terminal;
    terminal.type("\x04");
    std::string text;
    EXPECT_EQ(failure_of([&] { static_cast<void>(read_file(terminal.name(), 10)); }, text),
              Errc::invalid_argument);
    EXPECT_THAT(text, HasSubstr("a device"));
}

TEST_F(FileTest, that_grows_while_it_is_read_is_bounded_as_well) {
    // Files of /proc say that they have no byte.
    EXPECT_THAT(read_file("/proc/self/stat", 100'000), HasSubstr(") "));
    std::string text;
    EXPECT_EQ(failure_of([&] { static_cast<void>(read_file("/proc/self/stat", 10)); }, text),
              Errc::too_large);
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    EXPECT_EQ(write_all(ends[1], "12345"), std::error_code{});
    ::close(ends[1]);
    const std::string path = "/dev/fd/" + std::to_string(ends[0]);
    EXPECT_EQ(failure_of([&] { static_cast<void>(read_file(path, 4)); }, text), Errc::too_large);
    ::close(ends[0]);
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

TEST_F(FileTest, that_could_be_written_is_left_as_it_is) {
    require_writable(at("new"));
    EXPECT_EQ(files(), 0U);
    static_cast<void>(made("old", "before"));
    std::filesystem::create_symlink("old", at("link"));
    require_writable(at("old"));
    require_writable(at("link"));
    require_writable("/dev/null");
    EXPECT_EQ(text_of("old"), "before");
    EXPECT_EQ(files(), 2U);
}

TEST_F(FileTest, that_could_not_be_written_is_told_before) {
    std::string text;
    EXPECT_EQ(failure_of([&] { require_writable(at("none/file")); }, text),
              std::errc::no_such_file_or_directory);
    EXPECT_THAT(text, HasSubstr(at("none/file")));
    EXPECT_EQ(failure_of([&] { require_writable(folder_.string()); }, text),
              std::errc::is_a_directory);
    EXPECT_EQ(failure_of([&] { require_writable(made("old", "x") + "/file"); }, text),
              std::errc::not_a_directory);
    EXPECT_EQ(failure_of([&] { require_writable("/proc/self/file"); }, text),
              std::errc::no_such_file_or_directory)
        << "nobody makes a file there";
    std::filesystem::create_symlink("none/file", at("link"));
    EXPECT_EQ(failure_of([&] { require_writable(at("link")); }, text),
              std::errc::no_such_file_or_directory);
    EXPECT_EQ(files(), 2U);
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

TEST_F(FileTest, that_has_no_end_or_no_writer_yet_is_refused_at_once) {
    ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::sockaddr_un address{};
    address.sun_family = AF_UNIX;
    ASSERT_LT(at("socket").size(), sizeof address.sun_path);
    at("socket").copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(socket, reinterpret_cast<const ::sockaddr*>(&address), sizeof address), 0);
    std::filesystem::create_symlink("pipe", at("link"));
    for (const auto& [path, kind] : {std::pair{at("pipe"), "a FIFO"},
                                     {at("link"), "a FIFO"},
                                     {at("socket"), "a socket"},
                                     {std::string("/dev/zero"), "a device"},
                                     {std::string("/dev/full"), "a device"}}) {
        std::string text;
        EXPECT_EQ(failure_of([&] { static_cast<void>(read_file(path, 1000)); }, text),
                  Errc::invalid_argument)
            << path;
        EXPECT_THAT(text, HasSubstr(path));
        EXPECT_THAT(text, HasSubstr(kind));
    }
    ::close(socket);
    EXPECT_EQ(read_file("/dev/null", 1000), "");
    const int event = ::eventfd(0, EFD_CLOEXEC); // which is of none of these kinds
    std::string text;
    EXPECT_EQ(
        failure_of(
            [&] { static_cast<void>(read_file("/proc/self/fd/" + std::to_string(event), 1000)); },
            text),
        Errc::invalid_argument);
    EXPECT_THAT(text, HasSubstr("it is something else, not a file"));
    ::close(event);
}

TEST_F(FileTest, that_is_too_large_is_not_even_begun) {
    const std::string path = made("sparse", "");
    std::filesystem::resize_file(path, std::uintmax_t{1} << 42U);
    std::string text;
    EXPECT_EQ(failure_of([&] { static_cast<void>(read_file(path, 1U << 30U)); }, text),
              Errc::too_large);
}

TEST_F(FileTest, a_pipe_of_a_shell_is_read_to_its_end) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    std::thread writer{[&] {
        const std::string part(100'000, 'p');
        EXPECT_EQ(write_all(ends[1], part), std::error_code{});
        ::close(ends[1]);
    }};
    const std::string read = read_file("/dev/fd/" + std::to_string(ends[0]), 1'000'000);
    writer.join();
    ::close(ends[0]);
    EXPECT_EQ(read, std::string(100'000, 'p'));
}

TEST_F(FileTest, a_link_stays_one_and_its_file_is_replaced) {
    std::filesystem::create_directory(at("deep"));
    std::filesystem::create_symlink("deep/second", at("first"));
    std::filesystem::create_symlink("../file", at("deep/second"));
    std::filesystem::create_symlink(at("other"), at("absolute"));
    write_file(at("first"), "not there yet");
    EXPECT_EQ(text_of("file"), "not there yet");
    static_cast<void>(made("file", "old"));
    static_cast<void>(made("other", "old"));
    write_file(at("first"), "new");
    write_file(at("absolute"), "new as well");
    EXPECT_EQ(text_of("file"), "new");
    EXPECT_EQ(text_of("other"), "new as well");
    for (const char* name : {"first", "deep/second", "absolute"}) {
        EXPECT_TRUE(std::filesystem::is_symlink(at(name))) << name;
    }
    EXPECT_EQ(files(), 5U) << "nothing else is left";

    // Forty links are as many as the kernel follows.
    for (int number = 1; number <= 41; ++number) {
        std::filesystem::create_symlink(number == 1 ? "file" : "link" + std::to_string(number - 1),
                                        at("link" + std::to_string(number)));
    }
    write_file(at("link40"), "behind forty links");
    EXPECT_EQ(text_of("file"), "behind forty links");
    for (int number = 1; number <= 40; ++number) {
        EXPECT_TRUE(std::filesystem::is_symlink(at("link" + std::to_string(number)))) << number;
    }
    std::string further;
    EXPECT_EQ(failure_of([&] { write_file(at("link41"), "x"); }, further),
              std::errc::too_many_symbolic_link_levels);

    std::filesystem::create_symlink("loop", at("loop"));
    std::string text;
    EXPECT_EQ(failure_of([&] { write_file(at("loop"), "x"); }, text),
              std::errc::too_many_symbolic_link_levels);
}

TEST_F(FileTest, without_a_name_takes_the_bytes_itself) {
    const int file = ::open(made("file", "old").c_str(), O_RDWR | O_CLOEXEC);
    const std::string link = "/proc/self/fd/" + std::to_string(file);
    write_file(link, "behind a link that leads to it");
    EXPECT_EQ(text_of("file"), "behind a link that leads to it");
    const int same = ::open(at("file").c_str(), O_RDWR | O_CLOEXEC);
    const std::string other = "/proc/self/fd/" + std::to_string(same);
    std::filesystem::remove(at("file"));
    // What the link now says is the name of another file.
    static_cast<void>(made("file (deleted)", "somebody's"));
    write_file(other, "gone");
    EXPECT_EQ(text_of("file (deleted)"), "somebody's");
    EXPECT_EQ(files(), 1U);
    std::string bytes(100, '\0');
    bytes.resize(static_cast<std::size_t>(
        std::max<ssize_t>(0, ::pread(same, bytes.data(), bytes.size(), 0))));
    EXPECT_EQ(bytes, "gone");
    ::close(file);
    ::close(same);
}

TEST_F(FileTest, is_written_beside_the_one_that_it_replaces) {
    std::filesystem::create_directory(at("folder"));
    const std::filesystem::path before = std::filesystem::current_path();
    std::filesystem::current_path(folder_);
    write_file("folder/file", "relative");
    EXPECT_EQ(text_of("folder/file"), "relative");
    write_file("file", "without a folder");
    EXPECT_EQ(text_of("file"), "without a folder");
    EXPECT_EQ(files(), 2U);
    std::filesystem::current_path(before);
    const int watch = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    ASSERT_GE(::inotify_add_watch(watch, at("folder").c_str(), IN_CREATE), 0);
    write_file(at("folder/file"), "new");
    std::array<char, 4096> event{};
    ASSERT_GT(::read(watch, event.data(), event.size()), 0) << "no file was made there";
    ::close(watch);
    const std::string_view name{event.data() + sizeof(::inotify_event)}; // what follows its fields
    EXPECT_EQ(name.substr(0, 1), ".") << "and it is hidden";
}

TEST_F(FileTest, keeps_who_else_may_read_it) {
    // An access ACL, as the kernel has it (linux/posix_acl_xattr.h): version 2, then tag, rights and
    // who: the owner, user 12345, the group, the mask, anybody.
    const std::array<std::uint32_t, 11> acl{2,   0x00060001, ~0U, 0x00040002, 12345, 0x00040004,
                                            ~0U, 0x00040010, ~0U, 0x00000020, ~0U};
    constexpr const char* kName = "system.posix_acl_access";
    const std::string path = made("file", "old");
    if (::setxattr(path.c_str(), kName, acl.data(), sizeof acl, 0) != 0) {
        ASSERT_EQ(errno, ENOTSUP);
        return; // nobody else to ask of
    }
    write_file(path, "new");
    std::array<std::uint32_t, 11> after{};
    EXPECT_EQ(::getxattr(path.c_str(), kName, after.data(), sizeof after),
              static_cast<ssize_t>(sizeof acl));
    EXPECT_EQ(after, acl);
    EXPECT_EQ(text_of("file"), "new");
}

TEST_F(FileTest, keeps_its_mode_and_owner) {
    const ::mode_t mask = ::umask(027);
    for (const unsigned mode : {0600U, 0664U, 0640U, 0444U, 0755U}) {
        const std::string path = made("file", "old");
        ASSERT_EQ(::chmod(path.c_str(), mode), 0);
        write_file(path, "new");
        struct stat status {};
        ASSERT_EQ(::stat(path.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777U, mode);
        EXPECT_EQ(text_of("file"), "new");
        std::filesystem::remove(path);
    }
    write_file(at("fresh"), "new");
    ::umask(mask);
    struct stat status {};
    ASSERT_EQ(::stat(at("fresh").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0640U) << "as any new file";
    if (::geteuid() == 0) {
        ASSERT_EQ(::chown(at("fresh").c_str(), 1234, 2345), 0);
        write_file(at("fresh"), "newer");
        ASSERT_EQ(::stat(at("fresh").c_str(), &status), 0);
        EXPECT_EQ(status.st_uid, 1234U);
        EXPECT_EQ(status.st_gid, 2345U);
        EXPECT_EQ(status.st_mode & 07777U, 0640U);
    }
}

TEST_F(FileTest, is_created_only_where_nothing_is) {
    create_file(at("new"), "text");
    EXPECT_EQ(text_of("new"), "text");
    std::string text;
    EXPECT_EQ(failure_of([&] { create_file(at("new"), "other"); }, text), Errc::invalid_argument);
    EXPECT_THAT(text, HasSubstr("it is there already"));
    EXPECT_EQ(text_of("new"), "text");
    std::filesystem::create_symlink(at("nowhere"), at("link"));
    EXPECT_EQ(failure_of([&] { create_file(at("link"), "x"); }, text), Errc::invalid_argument);
    EXPECT_EQ(failure_of([&] { require_absent(folder_.string()); }, text), Errc::invalid_argument);
    EXPECT_NO_THROW(require_absent(at("absent")));
    EXPECT_EQ(failure_of([&] { create_file(at("none/file"), "x"); }, text),
              std::errc::no_such_file_or_directory);
    EXPECT_EQ(files(), 2U) << "nothing else is left";
}

TEST_F(FileTest, a_name_may_be_as_long_as_any) {
    const std::string name(255, 'n');
    write_file(at(name), "text");
    EXPECT_EQ(text_of(name), "text");
}

TEST_F(FileTest, output_that_does_not_arrive_is_told_from_a_wrong_name) {
    EXPECT_THROW(write_file("/dev/full", "text"), OutputError);
    try {
        write_file(at("none/file"), "text");
        ADD_FAILURE() << "written";
    } catch (const Error& error) {
        EXPECT_EQ(dynamic_cast<const OutputError*>(&error), nullptr);
    }
}

} // namespace
} // namespace haoh::base
