// SPDX-License-Identifier: LGPL-2.1-or-later
#include "random_monitor.hpp"
#include "support/json_schema.hpp"
#include "unit/report/sample_monitor.hpp"

#include <haoh/error.hpp>
#include <haoh/event_report.hpp>
#include <haoh/journal.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>
#include <variant>

namespace haoh {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::uint32_t kRandomCases = 400;

/// As an Error says it.
template <typename Action>
std::string error_of(Action action) {
    try {
        static_cast<void>(action());
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

std::string line_error(std::string_view text) {
    return error_of([&] { return journal_line_from_json(text, "night.journal", 17); });
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    const std::size_t found = text.find(what);
    EXPECT_NE(found, std::string::npos) << what;
    return text.replace(found, what.size(), with);
}

/// But for kinds of events, which are keys of a kind that the schema describes by their values.
std::string undocumented(const std::string& status) {
    std::istringstream all{test::undocumented_keys("status-1", status)};
    std::string out;
    for (std::string key; std::getline(all, key);) {
        out += key.starts_with("/events/") ? "" : key + "\n";
    }
    return out;
}

TEST(JournalJson, has_whatever_an_event_holds) {
    for (std::uint32_t seed = 0; seed < kRandomCases; ++seed) {
        const Event event = test::RandomMonitor{seed}.event();
        const std::string text = to_json(event);
        EXPECT_EQ(event_from_json(text, "x"), event) << seed << ": " << text;
        EXPECT_TRUE(nlohmann::json::accept(text)) << text;
        EXPECT_EQ(std::ranges::count(text, '\n'), 1);
    }
}

TEST(JournalJson, has_whatever_a_status_holds) {
    for (std::uint32_t seed = 0; seed < kRandomCases; ++seed) {
        const MonitorStatus status = test::RandomMonitor{seed}.status();
        const std::string text = to_json(status);
        EXPECT_EQ(monitor_status_from_json(text, "x"), status) << seed << ": " << text;
        EXPECT_TRUE(nlohmann::json::accept(text)) << text;
        EXPECT_TRUE(
            std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
    }
}

TEST(JournalJson, has_whatever_an_entry_holds) {
    for (std::uint32_t seed = 0; seed < kRandomCases; ++seed) {
        test::RandomMonitor random{seed};
        const JournalEntry entry{.kind = static_cast<JournalEntry::Kind>(random.number(3)),
                                 .sequence = random.number(1000),
                                 .lost = random.number(1),
                                 .status = random.status()};
        const JournalLine line = journal_line_from_json(to_json(entry), "x");
        EXPECT_EQ(std::get<JournalEntry>(line), entry) << seed;
    }
}

TEST(JournalJson, of_events_and_entries_has_lines_of_each) {
    const Event event = test::events_of_all_kinds().front();
    Event as_read = event;
    as_read.observed.wall = std::chrono::floor<std::chrono::microseconds>(event.observed.wall);
    as_read.cause->wall = std::chrono::floor<std::chrono::microseconds>(event.cause->wall);
    EXPECT_EQ(std::get<Event>(journal_line_from_json(to_json(event), "x")), as_read);
}

TEST(JournalJson, of_a_status_holds_against_its_schema) {
    std::string lines = to_json(test::monitor_status());
    EXPECT_EQ(undocumented(lines), "");
    for (std::uint32_t seed = 0; seed < 20; ++seed) {
        MonitorStatus status = test::RandomMonitor{seed}.status();
        // A name may be empty in a value, and never is in a monitor.
        for (auto& one : status.sources) {
            one.name += "s";
        }
        for (auto& one : status.subsystems) {
            one.subsysnqn += "s";
        }
        for (auto& one : status.controllers) {
            one.name += "c";
        }
        for (auto& one : status.namespaces) {
            one.subsysnqn += "s";
            for (auto& path : one.paths) {
                path.controller += "c";
            }
        }
        const std::string line = to_json(status);
        EXPECT_EQ(undocumented(line), "") << line;
        lines += line;
    }
    EXPECT_EQ(test::line_violations("status-1", lines), "");
}

TEST(JournalJson, of_an_entry_holds_against_its_schema) {
    std::string lines;
    for (const auto kind : {JournalEntry::Kind::begin, JournalEntry::Kind::continued,
                            JournalEntry::Kind::status, JournalEntry::Kind::end}) {
        const std::uint64_t lost = kind == JournalEntry::Kind::status ? 3 : 0;
        lines += to_json(
            {.kind = kind, .sequence = lost, .lost = lost, .status = test::monitor_status()});
    }
    EXPECT_EQ(test::line_violations("journal-1", lines), "");
}

TEST(JournalJson, of_a_status_is_one_line_with_these_keys) {
    MonitorStatus status = test::monitor_status();
    status.sources.resize(2);
    status.controllers.resize(1);
    status.namespaces.resize(1);
    status.namespaces.front().paths.resize(1);
    status.namespaces.front().paths.front().last_change = test::moment();
    EXPECT_EQ(
        to_json(status),
        R"({"schema":"haoh.status/1","time":"2026-05-01T15:04:08.123456789Z",)"
        R"("monotonic_ns":4661000000000,"began":"2026-05-01T14:03:07.123456789Z",)"
        R"("began_monotonic_ns":1000000000000,"sources":[{"name":"kmsg","healthy":true},)"
        R"({"name":"trace","healthy":false,"problem":"no tracefs","lost":1}],)"
        R"("subsystems":[{"host":"host-1","subsysnqn":"nqn.2026-01.io.example:stretched",)"
        R"("identity":"0123456789abcdef","verdict":"pass"}],)"
        R"("controllers":[{"host":"host-1","name":"nvme1",)"
        R"("subsysnqn":"nqn.2026-01.io.example:stretched","site":"array-a",)"
        R"("address":"10.0.0.1:4420","state":"live","hostnqn":"nqn.2026-01.io.example:host-1",)"
        R"("hostid":"11111111-2222-4333-8444-555555555555"}],)"
        R"("namespaces":[{"host":"host-1","subsysnqn":"nqn.2026-01.io.example:stretched","nsid":1,)"
        R"("device":"nvme0n1","bytes":1073741824,"identity":"00000000000000a1",)"
        R"("access":{"paths":4,"usable":3,"optimized":2,"arrays":2,"ready":2},)"
        R"("paths":[{"controller":"nvme1","path":"nvme0c1n1","ana_state":"optimized",)"
        R"("use":"optimized","changed":"2026-05-01T14:03:07.123456789Z",)"
        R"("changed_monotonic_ns":1000000000000}]}],)"
        R"("events":{"ana_change":6,"access":2},"coalesced":4,)"
        R"("ana_latency":{"counts":[1,0,1,1,0,0,1,0,0,0,0,0,0,0,1],"sum_ns":20023200000},)"
        R"("detection_ns":0})"
        "\n");
}

TEST(JournalJson, of_a_later_haoh_may_have_more_keys) {
    Event event = test::ana_event();
    event.observed.wall = std::chrono::seconds{1};
    event.cause.reset();
    EXPECT_EQ(event_from_json(replaced(to_json(event), "{", R"({"sooner":[{"or":"later"}],)"), "x"),
              event);
    const MonitorStatus status = test::monitor_status();
    EXPECT_EQ(monitor_status_from_json(replaced(to_json(status), R"("controllers":[{)",
                                                R"("controllers":[{"mood":"good",)"),
                                       "x"),
              status);
}

TEST(JournalJson, of_a_later_schema_or_with_a_later_word_is_refused_with_what_to_do) {
    const std::string event = to_json(test::ana_event());
    EXPECT_THAT(line_error(replaced(event, "haoh.event/1", "haoh.event/2")),
                AllOf(StartsWith("read journal night.journal:17"),
                      HasSubstr(R"(the schema is "haoh.event/2", this haoh reads haoh.event/1)"),
                      HasSubstr("use a newer haoh")));
    const std::string entry = to_json(JournalEntry{.status = test::monitor_status()});
    EXPECT_THAT(line_error(replaced(entry, "haoh.journal/1", "haoh.journal/9")),
                HasSubstr("use a newer haoh"));
    EXPECT_THAT(line_error(replaced(entry, "haoh.status/1", "haoh.status/2")),
                AllOf(HasSubstr("/status/schema"), HasSubstr("use a newer haoh")));
    EXPECT_THAT(line_error(replaced(event, R"("ana_change")", R"("sun_spot")")),
                AllOf(HasSubstr("night.journal:17: /event"), HasSubstr("\"sun_spot\""),
                      HasSubstr("use a newer haoh")));
}

TEST(JournalJson, that_is_none_is_refused_with_file_line_and_key) {
    const std::string event = to_json(test::ana_event());
    const std::string entry = to_json(JournalEntry{.status = test::monitor_status()});
    EXPECT_EQ(line_error(event), "no error");
    EXPECT_EQ(line_error(entry), "no error");
    for (const auto& [text, told] : std::vector<std::pair<std::string, std::string>>{
             {"", "night.journal:17"},
             {"{}", "this is no line of a journal of haoh"},
             {"[1]", "where an object belongs"},
             {R"({"schema":"haoh.report/1"})",
              "the schema is \"haoh.report/1\", not haoh.journal/1"},
             {R"({"schema":7})", "/schema"},
             {event.substr(0, event.size() / 2), "night.journal:17"},
             {event.substr(0, event.size() - 1) + event, "night.journal:17"},
             {replaced(event, R"("sequence":7)", R"("sequence":-7)"), "/sequence"},
             {replaced(event, R"("sequence":7)", R"("sequence":"many")"), "/sequence"},
             {replaced(event, R"("sequence":7,)", ""), "the key \"sequence\" is missing"},
             {replaced(event, R"("nsid":1)", R"("nsid":4294967296)"), "/nsid"},
             {replaced(event, "2026-05-01T", "2026-05-32T"), "/time"},
             {replaced(event, R"("monotonic_ns":1000000000000)",
                       R"("monotonic_ns":2305843009213693953)"),
              "/monotonic_ns"},
             {replaced(event, R"(,"cause_monotonic_ns":999997900000)", ""),
              "\"cause_monotonic_ns\" is missing"},
             {replaced(event, R"("host":"host-1")", R"("host":"a","host":"b")"), "there twice"},
             {replaced(entry, R"("entry":"begin")", R"("entry":"middle")"), "\"middle\""},
             {replaced(entry, R"("verdict":"pass")", R"("verdict":"fine")"), "\"fine\""},
             {replaced(entry, R"("use":"optimized")", R"("use":"splendid")"), "\"splendid\""},
             {replaced(entry, R"("counts":[1,)", R"("counts":[1,1,)"),
              "16 numbers where 15 belong"},
             {replaced(entry, R"("healthy":true)", R"("healthy":1)"), "/status/sources/0/healthy"},
         }) {
        EXPECT_THAT(line_error(text),
                    AllOf(StartsWith("read journal night.journal:17"), HasSubstr(told)))
            << text;
    }
}

TEST(JournalJson, makes_words_for_people_safe_whoever_wrote_them) {
    Event event = test::ana_event();
    event.text = "a word";
    const std::string hostile = replaced(to_json(event), "a word", "\\u001b[2Jgone");
    EXPECT_EQ(event_from_json(hostile, "x").text, "\\x1b[2Jgone");
    const std::string problem =
        replaced(to_json(test::monitor_status()), "no tracefs", "\\u001b[2Jgone");
    EXPECT_EQ(monitor_status_from_json(problem, "x").sources.at(1).problem, "\\x1b[2Jgone");
}

} // namespace
} // namespace haoh
