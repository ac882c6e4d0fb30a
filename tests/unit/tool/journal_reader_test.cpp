// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal_reader.hpp"

#include "support/scratch_directory.hpp"

#include <haoh/error.hpp>
#include <haoh/journal.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::tool {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class JournalReaderTest : public ::testing::Test {
  protected:
    static std::string event(std::uint64_t sequence) {
        Event out;
        out.kind = EventKind::aen;
        out.sequence = sequence;
        out.observed.wall = std::chrono::seconds{sequence};
        return to_json(out);
    }
    static std::string entry(std::uint64_t sequence) {
        JournalEntry out{.kind = JournalEntry::Kind::continued, .sequence = sequence, .status = {}};
        out.status.now.wall = std::chrono::seconds{sequence};
        return to_json(out);
    }
    std::vector<std::uint64_t> sequences(const std::vector<std::string>& files) {
        JournalReader reader{files, [this](const std::string& what) { told.push_back(what); }};
        std::vector<std::uint64_t> out;
        while (const auto line = reader.next()) {
            const auto* const one = std::get_if<Event>(&*line);
            out.push_back(one == nullptr ? std::get<JournalEntry>(*line).sequence : one->sequence);
        }
        torn = reader.torn();
        return out;
    }

    test::ScratchDirectory scratch;
    std::vector<std::string> told;
    bool torn{};
};

TEST_F(JournalReaderTest, has_the_lines_of_files_oldest_first) {
    const std::string young = scratch.file("night", entry(5) + event(6) + event(7));
    const std::string old = scratch.file("night.2", entry(1) + event(2));
    const std::string middle = scratch.file("night.1", event(3) + event(4));
    EXPECT_THAT(sequences({young, middle, old}), ElementsAre(1, 2, 3, 4, 5, 6, 7));
    EXPECT_THAT(sequences({old, middle, young}), ElementsAre(1, 2, 3, 4, 5, 6, 7));
    EXPECT_THAT(told, IsEmpty());
    EXPECT_FALSE(torn);
}

TEST_F(JournalReaderTest, passes_over_a_last_line_that_is_torn) {
    const std::string whole = entry(1) + event(2);
    for (const std::size_t cut : {std::size_t{2}, std::size_t{30}, event(2).size() - 1}) {
        told.clear();
        const std::string file = scratch.file("night", whole.substr(0, whole.size() - cut));
        EXPECT_THAT(sequences({file}), ElementsAre(1));
        EXPECT_THAT(told, ElementsAre(HasSubstr(file + ":2: the last line is torn")));
        EXPECT_TRUE(torn);
    }
    told.clear();
    EXPECT_THAT(sequences({scratch.file("night", whole.substr(0, whole.size() - 1))}),
                ElementsAre(1, 2))
        << "only its newline is lacking";
    EXPECT_FALSE(torn);
}

TEST_F(JournalReaderTest, goes_on_with_the_next_file_behind_a_torn_line) {
    const std::string first = scratch.file("a", entry(1) + event(2).substr(0, 40));
    const std::string second = scratch.file("b", entry(3));
    EXPECT_THAT(sequences({first, second}), ElementsAre(1, 3));
    EXPECT_TRUE(torn);
}

TEST_F(JournalReaderTest, tells_of_files_with_nothing_in_them) {
    const std::string empty = scratch.file("empty", "");
    const std::string good = scratch.file("good", entry(1));
    EXPECT_THAT(sequences({empty, good}), ElementsAre(1));
    EXPECT_THAT(told, ElementsAre(HasSubstr(empty + ": nothing was recorded in it")));
    EXPECT_THAT(sequences({scratch.file("torn", "{\"sch")}), IsEmpty());
    EXPECT_TRUE(torn);
}

TEST_F(JournalReaderTest, refuses_what_is_broken_with_file_and_line) {
    const std::string file =
        scratch.file("night", entry(1) + event(2) + "{\"schema\":\n" + event(3));
    try {
        static_cast<void>(sequences({file}));
        FAIL() << "it was taken";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("read journal " + file + ":3:"));
        EXPECT_EQ(error.code(), Errc::malformed);
    }
    // Not even at the end: it is whole, and says what this haoh does not know.
    std::string newer = event(2);
    newer.replace(newer.find("event/1"), 7, "event/2");
    EXPECT_THROW(
        static_cast<void>(sequences({scratch.file("new", newer.substr(0, newer.size() - 1))})),
        Error);
    EXPECT_THROW(static_cast<void>(sequences({"-", file})), Error);
}

} // namespace
} // namespace haoh::tool
