// SPDX-License-Identifier: LGPL-2.1-or-later
// A journal whose disk is full or slow, for whoever must not wait.
#include "journal_writer.hpp"

#include "support/scratch_directory.hpp"

#include <haoh/error.hpp>
#include <haoh/journal.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <optional>
#include <sstream>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

namespace haoh::tool {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto kJournalPatience = 60s;

class JournalWriterTest : public ::testing::Test {
  protected:
    JournalWriterTest() {
        options.file = {.path = scratch.path("night")};
        options.complain = [this](const std::string& what) { told.push_back(what); };
        options.wanted = [this] { ++wanted; };
        options.retry = 1ms;
    }
    ~JournalWriterTest() override {
        if (before) {
            ::setrlimit(RLIMIT_FSIZE, &*before);
        }
    }
    static Event event(std::uint64_t sequence) {
        Event out;
        out.kind = EventKind::aen;
        out.sequence = sequence;
        out.source = "trace";
        return out;
    }
    static MonitorStatus status(std::uint64_t events = 0) {
        MonitorStatus out;
        out.events[EventKind::aen] = events;
        return out;
    }
    bool written(JournalWriter& writer) {
        std::optional<bool> out;
        asio::co_spawn(context, writer.written(kJournalPatience),
                       [&](const std::exception_ptr&, bool all) { out = all; });
        EXPECT_TRUE(run_until([&] { return out.has_value(); }));
        return out.value_or(false);
    }
    template <typename Done>
    bool run_until(Done done) {
        const auto deadline = std::chrono::steady_clock::now() + kJournalPatience;
        while (!done() && std::chrono::steady_clock::now() < deadline) {
            context.restart();
            context.run_for(5ms);
        }
        return done();
    }
    [[nodiscard]] std::vector<JournalLine> lines() const {
        std::vector<JournalLine> out;
        std::istringstream in{scratch.read("night")};
        for (std::string line; std::getline(in, line);) {
            out.push_back(journal_line_from_json(line, "night"));
        }
        return out;
    }
    /// "begin 0", "event 1", "status 7 lost 3".
    [[nodiscard]] std::vector<std::string> told_lines() const {
        std::vector<std::string> out;
        for (const JournalLine& line : lines()) {
            if (const auto* const one = std::get_if<Event>(&line)) {
                out.push_back("event " + std::to_string(one->sequence));
                continue;
            }
            const auto& entry = std::get<JournalEntry>(line);
            constexpr std::array<const char*, 4> kNames{"begin", "continued", "status", "end"};
            out.push_back(std::string{kNames.at(static_cast<std::size_t>(entry.kind))} + " " +
                          std::to_string(entry.sequence) +
                          (entry.lost > 0 ? " lost " + std::to_string(entry.lost) : ""));
        }
        return out;
    }
    /// No file may be larger.
    void limit(std::uint64_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        if (!before) {
            ::getrlimit(RLIMIT_FSIZE, &before.emplace());
        }
        const ::rlimit now{.rlim_cur = bytes, .rlim_max = before->rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }

    test::ScratchDirectory scratch;
    asio::io_context context;
    JournalWriterOptions options;
    std::vector<std::string> told;
    std::size_t wanted{};
    std::optional<::rlimit> before;
};

TEST_F(JournalWriterTest, has_what_was_known_first_and_at_the_end) {
    JournalWriter writer{context.get_executor(), options};
    EXPECT_TRUE(writer.wants_entry());
    writer.push(event(1));
    writer.push(event(2));
    EXPECT_TRUE(writer.wants_entry()) << "events wait for it";
    writer.enter(status(2));
    EXPECT_FALSE(writer.wants_entry());
    writer.push(event(3));
    writer.end(status(3));
    writer.push(event(4));
    EXPECT_FALSE(writer.wants_entry());
    EXPECT_TRUE(written(writer));
    EXPECT_THAT(told_lines(), ElementsAre("begin 2", "event 1", "event 2", "event 3", "end 3"));
    EXPECT_THAT(told, IsEmpty());
}

TEST_F(JournalWriterTest, that_never_began_has_nothing) {
    JournalWriter writer{context.get_executor(), options};
    writer.push(event(1));
    writer.end(status(1));
    EXPECT_TRUE(written(writer));
    EXPECT_THAT(lines(), IsEmpty());
}

TEST_F(JournalWriterTest, wants_an_entry_now_and_then) {
    options.interval = 0s;
    options.rate = 1;
    JournalWriter writer{context.get_executor(), options};
    writer.enter(status());
    EXPECT_TRUE(written(writer));
    EXPECT_FALSE(writer.wants_entry()) << "at one byte a second not for minutes";
    options.file.path = scratch.path("other");
    options.rate = 1'000'000;
    JournalWriter often{context.get_executor(), options};
    often.enter(status());
    EXPECT_TRUE(written(often));
    EXPECT_TRUE(run_until([&] { return often.wants_entry(); }));
    EXPECT_TRUE(run_until([&] { return wanted > 0; })) << "and asks for it";
}

TEST_F(JournalWriterTest, wants_an_entry_when_an_array_has_answered) {
    JournalWriter writer{context.get_executor(), options};
    writer.enter(status());
    EXPECT_TRUE(written(writer));
    Event answered = event(1);
    answered.kind = EventKind::source_restored;
    writer.push(answered);
    EXPECT_FALSE(writer.wants_entry()) << "others may answer as well";
    wanted = 0;
    EXPECT_TRUE(run_until([&] { return wanted > 0 && writer.wants_entry(); }));
    writer.enter(status(1));
    EXPECT_FALSE(writer.wants_entry());
    EXPECT_TRUE(written(writer));
    EXPECT_THAT(told_lines(), ElementsAre("begin 0", "event 1", "status 1"));
}

/// Which volume it is and on which array, no event says.
TEST_F(JournalWriterTest, wants_an_entry_when_more_came_than_is_told) {
    struct Row {
        EventKind kind;
        const char* to;
        bool more;
        std::unique_ptr<JournalWriter> writer{};
        unsigned asked{};
    };
    std::vector<Row> rows;
    rows.push_back({EventKind::identity_changed, "", true});
    rows.push_back({EventKind::namespace_added, "", true});
    rows.push_back({EventKind::namespace_resized, "4096", true});
    rows.push_back({EventKind::path_added, "optimized", true});
    rows.push_back({EventKind::controller_state, "live", true});
    rows.push_back({EventKind::controller_state, "connecting", false});
    rows.push_back({EventKind::ana_change, "optimized", false});
    for (Row& row : rows) {
        options.file.path = scratch.path(fmt::format("{} {}", to_string(row.kind), row.to));
        options.wanted = [&row] { ++row.asked; };
        row.writer = std::make_unique<JournalWriter>(context.get_executor(), options);
        row.writer->enter(status());
        Event one = event(1);
        one.kind = row.kind;
        one.to = row.to;
        row.writer->push(one);
        EXPECT_TRUE(written(*row.writer));
    }
    // Whoever asks does so a second later: before this timer.
    asio::steady_timer later{context, 3s};
    bool over = false;
    later.async_wait([&](const boost::system::error_code&) { over = true; });
    ASSERT_TRUE(run_until([&] { return over; }));
    for (Row& row : rows) {
        EXPECT_EQ(row.asked > 0, row.more) << to_string(row.kind) << " " << row.to;
        EXPECT_EQ(row.writer->wants_entry(), row.more) << to_string(row.kind) << " " << row.to;
        row.writer->enter(status(1));
        EXPECT_FALSE(row.writer->wants_entry());
    }
}

TEST_F(JournalWriterTest, begins_a_new_file_with_what_is_known_then) {
    options.file.size = 4096;
    JournalWriter writer{context.get_executor(), options};
    std::uint64_t sequence = 0;
    writer.enter(status());
    while (!writer.wants_entry()) {
        writer.push(event(++sequence));
        EXPECT_TRUE(written(writer));
        ASSERT_LT(sequence, 1000U);
    }
    EXPECT_GT(wanted, 0U);
    writer.enter(status(sequence));
    writer.push(event(sequence + 1));
    EXPECT_TRUE(written(writer));
    EXPECT_THAT(told_lines(), ElementsAre("continued " + std::to_string(sequence),
                                          "event " + std::to_string(sequence + 1)));
    EXPECT_THAT(scratch.read("night.1"), HasSubstr("\"begin\""));
}

TEST_F(JournalWriterTest, without_room_counts_what_is_lost_and_goes_on_when_there_is) {
    JournalWriter writer{context.get_executor(), options};
    writer.enter(status());
    writer.push(event(1));
    EXPECT_TRUE(written(writer));
    limit(scratch.read("night").size() + 10);
    writer.push(event(2));
    ASSERT_TRUE(run_until([&] { return !told.empty(); }));
    EXPECT_THAT(told.front(), HasSubstr("night: File too large; what happens is not recorded"));
    writer.push(event(3));
    ASSERT_TRUE(run_until([&] { return writer.wants_entry(); })) << "to see whether there is room";
    writer.enter(status(3));
    writer.push(event(4));
    ASSERT_TRUE(run_until([&] { return writer.wants_entry(); }));
    EXPECT_THAT(told, SizeIs(1)) << "once";
    EXPECT_THAT(told_lines(), ElementsAre("begin 0", "event 1"));
    limit(1'000'000);
    writer.enter(status(4));
    writer.push(event(5));
    writer.end(status(5));
    EXPECT_TRUE(written(writer));
    EXPECT_THAT(told_lines(),
                ElementsAre("begin 0", "event 1", "status 4 lost 3", "event 5", "end 5"));
    ASSERT_THAT(told, SizeIs(2));
    EXPECT_THAT(told.back(), HasSubstr("takes lines again; 3 events are not in it"));
}

TEST_F(JournalWriterTest, that_could_not_begin_begins_later) {
    limit(10);
    JournalWriter writer{context.get_executor(), options};
    writer.push(event(1));
    writer.enter(status(1));
    ASSERT_TRUE(run_until([&] { return !told.empty() && writer.wants_entry(); }));
    EXPECT_EQ(scratch.read("night"), "");
    limit(1'000'000);
    writer.enter(status(1));
    writer.push(event(2));
    EXPECT_TRUE(written(writer));
    EXPECT_THAT(told_lines(), ElementsAre("begin 1 lost 1", "event 2"));
}

TEST_F(JournalWriterTest, without_room_until_the_end_says_so) {
    JournalWriter writer{context.get_executor(), options};
    writer.enter(status());
    EXPECT_TRUE(written(writer));
    limit(scratch.read("night").size());
    writer.push(event(1));
    writer.push(event(2));
    writer.end(status(2));
    EXPECT_FALSE(written(writer));
    EXPECT_THAT(told.back(), HasSubstr("its end is not in it, and 2 events before it are not"));
    EXPECT_THAT(told_lines(), ElementsAre("begin 0"));
}

TEST_F(JournalWriterTest, that_is_too_slow_leaves_out_and_catches_up) {
    options.events = 3;
    JournalWriter writer{context.get_executor(), options};
    writer.enter(status());
    EXPECT_TRUE(written(writer));
    Event first = event(1);
    first.source.assign(std::size_t{8} << 20U, 'a'); // the thread has its hands full with it
    writer.push(first);
    std::uint64_t sequence = 1;
    ASSERT_TRUE(run_until([&] {
        for (int more = 0; more < 1000 && told.empty(); ++more) {
            writer.push(event(++sequence));
        }
        return !told.empty();
    }));
    EXPECT_THAT(told.front(), HasSubstr("its disk is too slow; what happens is not recorded"));
    ASSERT_TRUE(run_until([&] { return writer.wants_entry(); }));
    writer.enter(status(sequence));
    writer.push(event(sequence + 1));
    writer.end(status(sequence + 1));
    EXPECT_TRUE(written(writer));
    EXPECT_THAT(told.back(), HasSubstr("takes lines again"));
    const auto all = told_lines();
    ASSERT_GE(all.size(), 4U);
    EXPECT_EQ(all.back(), fmt::format("end {}", sequence + 1));
    EXPECT_EQ(all.at(all.size() - 2), fmt::format("event {}", sequence + 1));
    std::uint64_t lost = 0;
    for (const JournalLine& line : lines()) {
        if (const auto* const entry = std::get_if<JournalEntry>(&line)) {
            lost += entry->lost;
        }
    }
    EXPECT_EQ(lost + all.size() - 4, sequence) << "each is there or counted";
}

TEST_F(JournalWriterTest, tells_of_what_was_torn_before) {
    static_cast<void>(
        scratch.file("night", std::string{"{\"schema\":\"haoh.journal/1\"}\n{\"sch"}));
    const JournalWriter writer{context.get_executor(), options};
    EXPECT_THAT(told, ElementsAre(HasSubstr("its last line was torn: 5 bytes of it were cut off")));
}

TEST_F(JournalWriterTest, is_finished_without_its_executor) {
    JournalWriter writer{context.get_executor(), options};
    writer.enter(status());
    writer.end(status());
    EXPECT_TRUE(writer.finish(kJournalPatience));
    EXPECT_THAT(told_lines(), ElementsAre("begin 0", "end 0"));
}

TEST_F(JournalWriterTest, waits_no_longer_than_it_is_told_to) {
    JournalWriter writer{context.get_executor(), options};
    writer.enter(status());
    writer.give_up();
    static_cast<void>(written(writer)); // written or not, it comes back
}

} // namespace
} // namespace haoh::tool
