// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sample_monitor.hpp"
#include "support/json_schema.hpp"

#include <haoh/event_report.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace haoh {
namespace {

using nlohmann::json;
using test::ana_event;

void expect_valid_event(const std::string& text) {
    EXPECT_EQ(test::schema_violations("event-1", text), "") << text;
    EXPECT_EQ(test::undocumented_keys("event-1", text), "") << text;
    EXPECT_EQ(std::ranges::count(text, '\n'), 1);
    EXPECT_TRUE(text.ends_with("}\n"));
}

TEST(EventJson, OfEveryKindHoldsAgainstTheSchema) {
    const auto events = test::events_of_all_kinds();
    ASSERT_EQ(events.size(), kEventKinds);
    std::string lines;
    for (const Event& event : events) {
        const std::string text = to_json(event);
        EXPECT_EQ(test::undocumented_keys("event-1", text), "") << text;
        EXPECT_EQ(json::parse(text)["event"], to_string(event.kind));
        lines += text;
    }
    EXPECT_EQ(test::line_violations("event-1", lines), "") << lines;
}

TEST(EventJson, TellsAllThatAnEventHolds) {
    Event event = ana_event();
    event.rule = "a.b";
    event.access = AccessCounts{.paths = 5, .usable = 4, .optimized = 3, .arrays = 2, .ready = 1};
    event.text = "a word";
    const std::string text = to_json(event);
    expect_valid_event(text);
    EXPECT_EQ(text,
              R"({"schema":"haoh.event/1","sequence":7,"event":"ana_change",)"
              R"("time":"2026-05-01T14:03:07.123456Z","monotonic_ns":1000000000000,)"
              R"("cause_time":"2026-05-01T14:03:07.121356Z","cause_monotonic_ns":999997900000,)"
              R"("latency_us":2100,"source":"trace","host":"host-1",)"
              R"("subsysnqn":"nqn.2026-01.io.example:stretched","controller":"nvme1",)"
              R"("site":"array-b","nsid":1,"device":"nvme0n1","path":"nvme0c1n1",)"
              R"("from":"optimized","to":"inaccessible","ana_grpid":1,"change_count":17,)"
              R"("transitions":1,"rule":"a.b",)"
              R"("access":{"paths":5,"usable":4,"optimized":3,"arrays":2,"ready":1},)"
              R"("text":"a word"})"
              "\n");
}

TEST(EventJson, LeavesOutWhatSaysNothing) {
    Event event;
    event.kind = EventKind::namespace_added;
    event.sequence = 1;
    event.observed = test::moment();
    const std::string text = to_json(event);
    expect_valid_event(text);
    EXPECT_EQ(json::parse(text).size(), 5U);
}

TEST(EventJson, WritesNumbersThatReadersWouldRoundAsStrings) {
    Event event = ana_event();
    event.observed.monotonic = std::chrono::nanoseconds{(1LL << 53) - 1};
    event.cause->monotonic = std::chrono::nanoseconds{1LL << 53};
    event.change_count = std::numeric_limits<std::uint64_t>::max();
    const std::string text = to_json(event);
    expect_valid_event(text);
    const json out = json::parse(text);
    EXPECT_EQ(out["monotonic_ns"], 9007199254740991);
    EXPECT_EQ(out["cause_monotonic_ns"], "9007199254740992");
    EXPECT_EQ(out["change_count"], "18446744073709551615");
    EXPECT_EQ(out["latency_us"], -1); // two clocks: the cause is a nanosecond later
}

TEST(EventJson, IsValidWhateverBytesADeviceSends) {
    Event event = ana_event();
    event.text = std::string{"\0\x1b]0;x\x07 \xff\xc3\n", 11};
    event.controller = "\x80";
    event.array = "Z\xc3\xbcrich \\x41";
    const std::string text = to_json(event);
    expect_valid_event(text);
    const json out = json::parse(text);
    EXPECT_EQ(out["controller"], "\\x80");
    EXPECT_EQ(out["site"], "Z\xc3\xbcrich \\x5cx41");
    for (const char byte : text.substr(0, text.size() - 1)) {
        EXPECT_TRUE(byte >= 0x20 && byte < 0x7f) << static_cast<int>(byte);
    }
}

TEST(EventSchema, NamesTheKindsOfTheTable) {
    const json schema = json::parse(test::read_source_file("docs/schema/event-1.schema.json"));
    json names = json::array();
    std::string meanings;
    for (const EventKindInfo& kind : event_kind_infos()) {
        names.push_back(kind.name);
        meanings += (meanings.empty() ? "" : " ") + std::string(kind.name) + ": " +
                    std::string(kind.meaning) + ".";
    }
    const json& event = schema["properties"]["event"];
    EXPECT_EQ(event["enum"], names);
    EXPECT_EQ(event["description"], meanings);
}

TEST(EventSchema, KnowsEachKindOfItsConditions) {
    // What holds of a kind by another name holds of none.
    const json schema = json::parse(test::read_source_file("docs/schema/event-1.schema.json"));
    ASSERT_FALSE(schema["allOf"].empty());
    for (const json& condition : schema["allOf"]) {
        const json& event = condition["if"]["properties"]["event"];
        const json kinds = event.contains("const") ? json::array({event["const"]}) : event["enum"];
        for (const json& kind : kinds) {
            EXPECT_TRUE(parse_event_kind(kind.get<std::string>())) << kind;
        }
    }
}

TEST(EventSchema, RefusesWhatIsNoEvent) {
    const json good = json::parse(to_json(ana_event()));
    std::vector<json> wrong;
    for (const char* key : {"schema", "sequence", "event", "time", "monotonic_ns", "to"}) {
        wrong.push_back(good);
        wrong.back().erase(key);
    }
    const std::vector<std::pair<const char*, json>> values{
        {"event", "party"}, {"surprise", 1}, {"time", "yesterday"},      {"nsid", -1},
        {"sequence", 0},    {"text", ""},    {"access", json::object()}, {"rule", "A b"}};
    for (const auto& [key, value] : values) {
        wrong.push_back(good);
        wrong.back()[key] = value;
    }
    std::string lines;
    for (const json& one : wrong) {
        lines += one.dump() + '\n';
    }
    const std::string complaints = test::line_violations("event-1", lines);
    for (std::size_t line = 1; line <= wrong.size(); ++line) {
        EXPECT_NE(complaints.find(":" + std::to_string(line) + ": "), std::string::npos)
            << wrong[line - 1];
    }
}

} // namespace
} // namespace haoh
