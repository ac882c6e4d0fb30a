// SPDX-License-Identifier: LGPL-2.1-or-later
// What is in a journal's file when disks are full, names are taken and processes die.
#include "journal_file.hpp"

#include "support/child_status.hpp"
#include "support/failing_call.hpp"
#include "support/scratch_directory.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <set>

#include <sys/resource.h>
#include <sys/stat.h>

namespace haoh::tool {
namespace {

using ::testing::HasSubstr;

constexpr int kAsItShould = 100;
constexpr int kNoSuchFilter = 101;
constexpr const char* kEntry = "{\"schema\":\"haoh.journal/1\"}\n"; // 28 bytes
constexpr const char* kEvent = "{\"schema\":\"haoh.event/1\"}\n";

/// While it lives no file of this process grows beyond so many bytes.
class SizeLimit {
  public:
    explicit SizeLimit(std::uint64_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        set(bytes);
    }
    ~SizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    SizeLimit(const SizeLimit&) = delete;
    SizeLimit& operator=(const SizeLimit&) = delete;
    void set(std::uint64_t bytes) const {
        const ::rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }

  private:
    ::rlimit before_{};
};

class JournalFileTest : public ::testing::Test {
  protected:
    [[nodiscard]] JournalFileOptions options(std::uint64_t size = 1000, unsigned keep = 2) const {
        return {.path = path, .size = size, .keep = keep};
    }
    [[nodiscard]] std::string text(const std::string& suffix = "") const {
        return scratch.read("night" + suffix);
    }
    [[nodiscard]] std::set<std::string> names() const {
        std::set<std::string> out;
        for (const auto& entry : std::filesystem::directory_iterator{scratch.path()}) {
            out.insert(entry.path().filename());
        }
        return out;
    }
    static std::string error_of(const JournalFileOptions& options) {
        try {
            const JournalFile file{options};
        } catch (const Error& error) {
            return error.what();
        }
        return "no error";
    }

    test::ScratchDirectory scratch;
    std::string path = scratch.path("night");
};

TEST_F(JournalFileTest, has_the_lines_in_their_order) {
    JournalFile file{options()};
    EXPECT_TRUE(file.wants_new()) << "nothing is in it yet";
    EXPECT_FALSE(file.append_entry(kEntry));
    EXPECT_FALSE(file.wants_new());
    EXPECT_FALSE(file.append(kEvent));
    EXPECT_FALSE(file.append(kEvent));
    EXPECT_EQ(text(), std::string{kEntry} + kEvent + kEvent);
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U & ~0640U, 0U);
}

TEST_F(JournalFileTest, goes_on_behind_what_is_there) {
    static_cast<void>(scratch.file("night", kEntry));
    JournalFile file{options()};
    EXPECT_EQ(file.torn(), 0U);
    EXPECT_FALSE(file.append_entry(kEntry));
    EXPECT_EQ(text(), std::string{kEntry} + kEntry);
}

TEST_F(JournalFileTest, cuts_off_what_was_torn) {
    for (const std::size_t torn : {std::size_t{1}, std::size_t{20}, std::size_t{300'000}}) {
        static_cast<void>(scratch.file("night", kEntry + std::string(torn, '{')));
        JournalFile file{options()};
        EXPECT_EQ(file.torn(), torn);
        EXPECT_EQ(text(), kEntry);
    }
    static_cast<void>(scratch.file("night", std::string{kEntry}.substr(0, 20)));
    JournalFile file{options()};
    EXPECT_EQ(file.torn(), 20U) << "the first line is";
    EXPECT_EQ(text(), "");
}

TEST_F(JournalFileTest, begins_anew_when_it_is_large_enough) {
    JournalFile file{options(60, 2)};
    for (int round = 0; round < 5; ++round) {
        const std::string number = std::to_string(round);
        EXPECT_FALSE(file.append_entry("{\"entry\":" + number + "}\n"));
        while (!file.wants_new()) {
            EXPECT_FALSE(file.append("{\"event\":" + number + "}\n"));
        }
    }
    EXPECT_THAT(names(), ::testing::ElementsAre("night", "night.1", "night.2"));
    for (const auto& [suffix, number] :
         {std::pair{"", "4"}, std::pair{".1", "3"}, std::pair{".2", "2"}}) {
        const std::string digit{number};
        EXPECT_EQ(text(suffix).substr(0, 24),
                  "{\"entry\":" + digit + "}\n{\"event\":" + digit + "}\n");
    }
}

TEST_F(JournalFileTest, may_keep_none) {
    JournalFile file{options(20, 0)};
    EXPECT_FALSE(file.append_entry(kEntry));
    EXPECT_FALSE(file.append(kEvent));
    ASSERT_FALSE(file.wants_new()) << "the entry alone is as large as it may be";
    EXPECT_FALSE(file.append(kEvent));
    ASSERT_TRUE(file.wants_new());
    EXPECT_FALSE(file.append_entry(kEntry));
    EXPECT_EQ(text(), kEntry);
    EXPECT_THAT(names(), ::testing::ElementsAre("night"));
}

TEST_F(JournalFileTest, keeps_its_mode) {
    JournalFile file{options(20)};
    EXPECT_FALSE(file.append_entry(kEntry));
    ASSERT_EQ(::chmod(path.c_str(), 0604), 0);
    EXPECT_FALSE(file.append(kEvent));
    EXPECT_FALSE(file.append(kEvent));
    EXPECT_FALSE(file.append_entry(kEntry));
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0604U);
    EXPECT_EQ(text(), kEntry);
}

TEST_F(JournalFileTest, is_written_by_one) {
    JournalFile file{options(20)};
    EXPECT_THAT(error_of(options()),
                HasSubstr("another haoh monitor writes it; name another file"));
    for (int round = 0; round < 3; ++round) {
        EXPECT_FALSE(file.append_entry(kEntry));
        EXPECT_FALSE(file.append(kEvent));
        EXPECT_FALSE(file.append(kEvent));
        EXPECT_THAT(error_of(options()), HasSubstr("another haoh monitor")) << "also the new one";
    }
}

TEST_F(JournalFileTest, is_no_other_file) {
    static_cast<void>(scratch.file("night", "key = 'secret'\n"));
    EXPECT_THAT(error_of(options()), HasSubstr("no journal of haoh"));
    EXPECT_EQ(text(), "key = 'secret'\n");
    static_cast<void>(scratch.file("night", "{\"schema\":\"haoh.event/1\"}\n"));
    EXPECT_EQ(error_of(options()), "no error") << "somebody cut its beginning off";
    for (const char* const other : {"/dev/null", "/dev/full"}) {
        EXPECT_THAT(error_of({.path = other}), HasSubstr("it is not a file"));
    }
    ASSERT_EQ(::mkfifo(scratch.path("fifo").c_str(), 0600), 0);
    EXPECT_THAT(error_of({.path = scratch.path("fifo")}), HasSubstr("it is not a file"));
    EXPECT_THAT(error_of({.path = scratch.path("no/where")}), HasSubstr("No such file"));
}

TEST_F(JournalFileTest, follows_a_link_and_keeps_beside_what_it_leads_to) {
    std::filesystem::create_directory(scratch.path("disk"));
    std::filesystem::create_symlink(scratch.path("disk/real"), path);
    JournalFile file{options(20)};
    EXPECT_FALSE(file.append_entry(kEntry));
    EXPECT_FALSE(file.append(kEvent));
    EXPECT_FALSE(file.append(kEvent));
    EXPECT_FALSE(file.append_entry(kEntry));
    EXPECT_TRUE(std::filesystem::is_symlink(path));
    EXPECT_EQ(scratch.read("disk/real"), kEntry);
    EXPECT_EQ(scratch.read("disk/real.1"), std::string{kEntry} + kEvent + kEvent);
}

TEST_F(JournalFileTest, that_has_no_room_has_whole_lines_and_goes_on_when_it_has) {
    JournalFile file{options(1'000'000)};
    const SizeLimit limit{100};
    EXPECT_FALSE(file.append_entry(kEntry));
    std::string wanted = kEntry;
    std::error_code failure;
    while (!(failure = file.append(kEvent))) {
        wanted += kEvent;
        ASSERT_LT(wanted.size(), 200U);
    }
    EXPECT_EQ(failure, std::errc::file_too_large);
    EXPECT_EQ(text(), wanted) << "nothing of the line that did not fit";
    EXPECT_TRUE(file.append(kEvent));
    EXPECT_EQ(text(), wanted);
    limit.set(1000);
    EXPECT_FALSE(file.append(kEvent));
    EXPECT_EQ(text(), wanted + kEvent);
}

TEST_F(JournalFileTest, that_cannot_begin_anew_stays_as_it_is) {
    JournalFile file{options(60)};
    EXPECT_FALSE(file.append_entry(kEntry));
    while (!file.wants_new()) {
        EXPECT_FALSE(file.append(kEvent));
    }
    const std::string before = text();
    {
        const SizeLimit limit{20};
        EXPECT_EQ(file.append_entry(kEntry), std::errc::file_too_large);
    }
    EXPECT_EQ(text(), before);
    EXPECT_THAT(names(), ::testing::ElementsAre("night"));
    EXPECT_FALSE(file.append_entry(kEntry));
    EXPECT_EQ(text(), kEntry);
    EXPECT_EQ(text(".1"), before);
}

TEST_F(JournalFileTest, writes_nothing_behind_what_could_not_be_cut_off) {
    const int status = test::status_of_child([&] {
        JournalFile file{options(1'000'000)};
        const SizeLimit limit{40};
        if (file.append_entry(kEntry) || !test::fail_call(SYS_ftruncate, EIO)) {
            return kNoSuchFilter;
        }
        // 12 bytes of it are taken, and stay.
        if (file.append(kEvent) != std::errc::file_too_large) {
            return 1;
        }
        limit.set(1000);
        if (file.append(kEvent) != std::errc::io_error) {
            return 2;
        }
        return file.append_entry(kEntry) == std::errc::io_error ? kAsItShould : 3;
    });
    ASSERT_EQ(status, kAsItShould);
    EXPECT_EQ(text(), kEntry + std::string{kEvent}.substr(0, 12));
    JournalFile file{options(1'000'000)};
    EXPECT_EQ(file.torn(), 12U);
    EXPECT_EQ(text(), kEntry);
}

TEST_F(JournalFileTest, where_there_are_no_hard_links_begins_anew_as_well) {
    const int status = test::status_of_child([&] {
        JournalFile file{options(20)};
        if (!test::fail_call(SYS_link, EPERM)) {
            return kNoSuchFilter;
        }
        for (int round = 0; round < 3; ++round) {
            if (file.append_entry(kEntry) || file.append(kEvent) || file.append(kEvent)) {
                return 1;
            }
        }
        return kAsItShould;
    });
    ASSERT_EQ(status, kAsItShould);
    EXPECT_THAT(names(), ::testing::ElementsAre("night", "night.1", "night.2"));
}

TEST_F(JournalFileTest, removes_what_one_left_that_died_while_it_began_anew) {
    static_cast<void>(scratch.file("night", kEntry));
    static_cast<void>(scratch.file("night.new", kEntry));
    std::filesystem::create_hard_link(path, path + ".1");
    const JournalFile file{options()};
    EXPECT_THAT(names(), ::testing::ElementsAre("night"));
    static_cast<void>(scratch.file("other", kEntry));
    static_cast<void>(scratch.file("other.1", kEntry));
    const JournalFile other{{.path = scratch.path("other")}};
    EXPECT_TRUE(std::filesystem::exists(scratch.path("other.1"))) << "another one's lines";
}

TEST_F(JournalFileTest, that_was_moved_or_removed_is_made_anew) {
    JournalFile file{options()};
    EXPECT_FALSE(file.append_entry(kEntry));
    std::filesystem::rename(path, scratch.path("away"));
    EXPECT_FALSE(file.append(kEvent)) << "what belongs to the lines before goes there";
    EXPECT_TRUE(file.wants_new());
    EXPECT_FALSE(file.append_entry(kEntry));
    EXPECT_FALSE(file.append(kEvent));
    EXPECT_EQ(scratch.read("away"), std::string{kEntry} + kEvent);
    EXPECT_EQ(text(), std::string{kEntry} + kEvent);
    EXPECT_FALSE(file.wants_new());
    std::filesystem::remove(path);
    EXPECT_TRUE(file.wants_new());
    EXPECT_FALSE(file.append_entry(kEntry));
    EXPECT_EQ(text(), kEntry);
    EXPECT_THAT(error_of(options()), HasSubstr("another haoh monitor")) << "of the new one as well";
}

TEST_F(JournalFileTest, that_is_another_ones_now_is_let_alone) {
    JournalFile file{options()};
    EXPECT_FALSE(file.append_entry(kEntry));
    std::filesystem::remove(path);
    JournalFile other{options()};
    EXPECT_TRUE(file.append_entry(kEntry));
    EXPECT_EQ(text(), "");
    EXPECT_FALSE(other.append_entry(kEntry));
    EXPECT_EQ(text(), kEntry);
}

} // namespace
} // namespace haoh::tool
