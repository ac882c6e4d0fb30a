// SPDX-License-Identifier: LGPL-2.1-or-later
#include "until.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace haoh::tool {
namespace {

using ::testing::HasSubstr;

MonitorStatus status_of(std::initializer_list<AccessCounts> all) {
    MonitorStatus status;
    for (const AccessCounts& counts : all) {
        status.namespaces.emplace_back().access = counts;
    }
    return status;
}

constexpr AccessCounts kGood{.paths = 2, .usable = 1, .optimized = 1, .arrays = 2, .ready = 2};
constexpr AccessCounts kNone{.paths = 2, .usable = 0, .optimized = 0, .arrays = 2, .ready = 2};

Event event_of(EventKind kind, const std::string& to) {
    Event event;
    event.kind = kind;
    event.to = to;
    return event;
}

TEST(Until, is_an_event_with_or_without_what_it_leads_to) {
    const Until any = Until::parse("ana_change");
    EXPECT_TRUE(any.met(event_of(EventKind::ana_change, "inaccessible")));
    EXPECT_FALSE(any.met(event_of(EventKind::aen, "ana_change")));
    const Until one = Until::parse("ana_change  inaccessible");
    EXPECT_TRUE(one.met(event_of(EventKind::ana_change, "inaccessible")));
    EXPECT_FALSE(one.met(event_of(EventKind::ana_change, "optimized")));
    EXPECT_FALSE(one.looks_at_state());
    EXPECT_FALSE(one.met(status_of({kGood})));
}

TEST(Until, of_access_without_a_state_is_its_first_event) {
    const Until access = Until::parse("access");
    EXPECT_FALSE(access.looks_at_state());
    EXPECT_FALSE(access.met(status_of({kGood})));
    EXPECT_TRUE(access.met(event_of(EventKind::access, "single_array")));
    EXPECT_FALSE(access.met(event_of(EventKind::ana_change, "optimized")));
}

TEST(Until, of_access_knows_each_state) {
    constexpr AccessCounts kSingle{
        .paths = 2, .usable = 1, .optimized = 1, .arrays = 2, .ready = 1};
    constexpr AccessCounts kSlow{.paths = 2, .usable = 2, .optimized = 0, .arrays = 2, .ready = 2};
    const std::vector<std::pair<std::string_view, AccessCounts>> all{
        {"access restored", kGood},
        {"access no_path", kNone},
        {"access single_array", kSingle},
        {"access no_optimized_path", kSlow}};
    for (const auto& [text, mine] : all) {
        for (const auto& [other, counts] : all) {
            EXPECT_EQ(Until::parse(text).met(status_of({counts})), text == other)
                << text << " and " << other;
        }
        EXPECT_FALSE(Until::parse(text).met(status_of({}))) << "nothing is known yet";
    }
}

TEST(Until, of_access_is_a_state) {
    const Until restored = Until::parse("access restored");
    EXPECT_TRUE(restored.looks_at_state());
    EXPECT_TRUE(restored.met(status_of({kGood, kGood})));
    EXPECT_FALSE(restored.met(status_of({kGood, kNone}))) << "of every namespace";
    EXPECT_FALSE(restored.met(status_of({}))) << "nothing is no access";
    EXPECT_FALSE(restored.met(event_of(EventKind::access, "restored")))
        << "one namespace is not all";
    MonitorStatus half = status_of({kGood});
    half.sources.emplace_back().pending = true;
    EXPECT_FALSE(restored.met(half)) << "the other array may know of more";
    const Until none = Until::parse("access no_path");
    EXPECT_TRUE(none.met(status_of({kGood, kNone})));
    EXPECT_FALSE(none.met(status_of({kGood})));
}

TEST(Until, refuses_unknown_words_and_lists_the_known) {
    const auto refusal = [](const char* text) -> std::string {
        try {
            static_cast<void>(Until::parse(text));
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::invalid_argument);
            return error.what();
        }
        return "accepted";
    };
    EXPECT_THAT(refusal("acess restored"), HasSubstr("it is one of ana_change, ana_coalesced"));
    EXPECT_THAT(refusal("access good"), HasSubstr("no_path, single_array"));
    EXPECT_THAT(refusal(""), HasSubstr("there is no event ''"));
}

} // namespace
} // namespace haoh::tool
