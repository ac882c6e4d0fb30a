// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/event.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace haoh {
namespace {

TEST(EventKinds, are_in_their_order_and_each_has_its_name) {
    ASSERT_EQ(event_kind_infos().size(), kEventKinds);
    std::set<std::string_view> names;
    for (const EventKindInfo& kind : event_kind_infos()) {
        EXPECT_EQ(static_cast<std::size_t>(kind.kind), names.size()) << kind.name;
        names.insert(kind.name);
        EXPECT_EQ(to_string(kind.kind), kind.name);
        EXPECT_EQ(parse_event_kind(kind.name), kind.kind);
        EXPECT_EQ(std::string_view(kind.name.data()), kind.name) << "C takes it up to its NUL";
        for (const char byte : kind.name) { // a word of a shell, of JSON, of a metric's label
            EXPECT_TRUE((byte >= 'a' && byte <= 'z') || byte == '_') << kind.name;
        }
    }
    EXPECT_EQ(names.size(), kEventKinds);
}

TEST(EventKinds, keep_their_names_and_their_places) {
    // haoh.event/1 and the numbers in haoh.h: a new one comes behind the last.
    const std::vector<std::pair<EventKind, std::string_view>> names{
        {EventKind::ana_change, "ana_change"},
        {EventKind::ana_coalesced, "ana_coalesced"},
        {EventKind::aen, "aen"},
        {EventKind::path_added, "path_added"},
        {EventKind::path_lost, "path_lost"},
        {EventKind::path_refused, "path_refused"},
        {EventKind::controller_state, "controller_state"},
        {EventKind::namespace_added, "namespace_added"},
        {EventKind::namespace_removed, "namespace_removed"},
        {EventKind::namespace_resized, "namespace_resized"},
        {EventKind::namespace_read_only, "namespace_read_only"},
        {EventKind::identity_changed, "identity_changed"},
        {EventKind::access, "access"},
        {EventKind::anatt_exceeded, "anatt_exceeded"},
        {EventKind::source_lost, "source_lost"},
        {EventKind::source_restored, "source_restored"},
        {EventKind::source_late, "source_late"}};
    for (std::size_t i = 0; i < names.size(); ++i) {
        EXPECT_EQ(names[i].first, static_cast<EventKind>(i));
        EXPECT_EQ(to_string(names[i].first), names[i].second);
    }
}

TEST(EventKinds, that_are_none_have_no_name) {
    for (const char* text : {"", "party", "ana", "ana_changes", "ANA_CHANGE", "ana_change "}) {
        EXPECT_EQ(parse_event_kind(text), std::nullopt) << text;
    }
    EXPECT_THROW(static_cast<void>(to_string(static_cast<EventKind>(kEventKinds))),
                 std::out_of_range);
}

TEST(EventKinds, mean_something_in_one_clause) {
    std::set<std::string_view> meanings;
    for (const EventKindInfo& kind : event_kind_infos()) {
        // Behind "KIND: " and before a full stop.
        EXPECT_THAT(std::string(kind.meaning), ::testing::MatchesRegex("[a-z`].*[a-z`]"))
            << kind.name;
        EXPECT_EQ(kind.meaning.find('\n'), std::string_view::npos) << kind.name;
        EXPECT_EQ(std::ranges::count(kind.meaning, '`') % 2, 0) << kind.name;
        EXPECT_TRUE(meanings.insert(kind.meaning).second) << kind.name;
    }
}

TEST(AccessStates, have_names_that_are_read_back) {
    for (const Access access :
         {Access::no_path, Access::single_array, Access::no_optimized_path, Access::restored}) {
        EXPECT_EQ(parse_access(to_string(access)), access);
    }
    EXPECT_EQ(to_string(Access::single_array), "single_array");
    EXPECT_EQ(parse_access("whatever"), std::nullopt);
    EXPECT_EQ(parse_access(""), std::nullopt);
}

} // namespace
} // namespace haoh
