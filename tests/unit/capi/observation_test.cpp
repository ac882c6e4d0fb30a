// SPDX-License-Identifier: LGPL-2.1-or-later
#include "freed.hpp"
#include "served_pair.hpp"

#include "support/sysfs_tree.hpp"

#include <haoh/observation.hpp>
#include <haoh/source.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace haoh::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(CapiObservation, two_arrays_are_asked) {
    ServedPair pair;
    ErrorSlot error;
    haoh_source source = pair.source();
    std::vector<std::string> seen;
    source.progress_data = &seen;
    source.progress = [](void* data, const char* object, size_t, size_t) {
        static_cast<std::vector<std::string>*>(data)->emplace_back(object);
    };
    const ObservationHandle observation(haoh_observe(&source, error));
    ASSERT_NE(observation, nullptr) << error.message();
    EXPECT_EQ(haoh_observation_status(observation.get()), HAOH_STATUS_OK);
    EXPECT_EQ(haoh_observation_controller_count(observation.get()), 2U);
    EXPECT_EQ(haoh_observation_unobserved(observation.get(), 0), nullptr);
    EXPECT_FALSE(seen.empty());

    const std::string text =
        owned(haoh_list(observation.get(), nullptr, HAOH_TEXT, nullptr, error));
    EXPECT_THAT(text, HasSubstr(source.nqn));
    EXPECT_THAT(text, HasSubstr(std::string(source.targets[1]).substr(6)));
    EXPECT_THAT(owned(haoh_list(observation.get(), nullptr, HAOH_JSON, nullptr, error)),
                AllOf(HasSubstr(R"("schema")"), ::testing::EndsWith("}")));
    EXPECT_THAT(owned(haoh_list(observation.get(), nullptr, HAOH_DOT, nullptr, error)),
                HasSubstr("graph"));
    EXPECT_EQ(haoh_list(observation.get(), nullptr, HAOH_SVG, nullptr, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
}

TEST(CapiObservation, an_array_that_does_not_answer_is_told_and_the_other_is_read) {
    ServedPair pair;
    haoh_source source = pair.source();
    const char* targets[] = {source.targets[0], "tcp://127.0.0.1:1"};
    source.targets = targets;
    ErrorSlot error;
    const ObservationHandle observation(haoh_observe(&source, error));
    ASSERT_NE(observation, nullptr) << error.message();
    EXPECT_EQ(haoh_observation_status(observation.get()), HAOH_STATUS_INCOMPLETE);
    EXPECT_EQ(haoh_observation_controller_count(observation.get()), 1U);
    EXPECT_THAT(haoh_observation_unobserved(observation.get(), 0), HasSubstr("127.0.0.1:1"));
    EXPECT_EQ(haoh_observation_unobserved(observation.get(), 1), nullptr);
    EXPECT_STREQ(haoh_observation_unobserved_reason(observation.get(), 0), "refused");
    EXPECT_EQ(haoh_observation_unobserved_reason(observation.get(), 1), nullptr);
    EXPECT_EQ(haoh_observation_unobserved_reason(nullptr, 0), nullptr);
}

TEST(CapiObservation, a_snapshot_comes_back_as_it_was) {
    ServedPair pair;
    ErrorSlot error;
    const haoh_source source = pair.source();
    const ObservationHandle first(haoh_observe(&source, error));
    ASSERT_NE(first, nullptr) << error.message();
    const std::string json = owned(haoh_observation_json(first.get(), error));
    const ObservationHandle second(
        haoh_observation_from_json(json.data(), json.size(), nullptr, error));
    ASSERT_NE(second, nullptr) << error.message();
    EXPECT_EQ(owned(haoh_observation_json(second.get(), error)), json);

    size_t count = 99;
    EXPECT_THAT(owned(haoh_diff(first.get(), second.get(), HAOH_TEXT, nullptr, &count, error)),
                Not(HasSubstr("(null)")));
    EXPECT_EQ(count, 0U);
    pair.say("ana a all inaccessible");
    const ObservationHandle third(haoh_observe(&source, error));
    EXPECT_THAT(owned(haoh_diff(first.get(), third.get(), HAOH_JSON, nullptr, &count, error)),
                HasSubstr("inaccessible"));
    EXPECT_GT(count, 0U);
}

TEST(CapiObservation, a_recorded_host_and_arrays_are_merged) {
    SysfsTree tree;
    tree.add_subsystem("nqn.2014-08.org.example:other", 2, 1);
    const std::string root = tree.root();
    haoh_source host HAOH_SOURCE_INIT;
    host.sysroot = root.c_str();
    ErrorSlot error;
    const ObservationHandle recorded(haoh_observe(&host, error));
    ASSERT_NE(recorded, nullptr) << error.message();
    EXPECT_EQ(haoh_observation_status(recorded.get()), HAOH_STATUS_INCOMPLETE);

    ServedPair pair;
    const haoh_source source = pair.source();
    const ObservationHandle asked(haoh_observe(&source, error));
    const haoh_observation* parts[] = {recorded.get(), asked.get()};
    const ObservationHandle both(haoh_observation_merge(parts, 2, error));
    ASSERT_NE(both, nullptr) << error.message();
    const std::string text = owned(haoh_list(both.get(), nullptr, HAOH_TEXT, nullptr, error));
    EXPECT_THAT(text, HasSubstr("nqn.2014-08.org.example:other"));
    EXPECT_THAT(text, HasSubstr(source.nqn));
    parts[1] = nullptr;
    EXPECT_EQ(haoh_observation_merge(parts, 2, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
}

TEST(CapiObservation, an_empty_host_is_nothing) {
    const SysfsTree tree;
    const std::string root = tree.root();
    haoh_source host HAOH_SOURCE_INIT;
    host.sysroot = root.c_str();
    ErrorSlot error;
    const ObservationHandle observation(haoh_observe(&host, error));
    ASSERT_NE(observation, nullptr) << error.message();
    EXPECT_EQ(haoh_observation_status(observation.get()), HAOH_STATUS_NOTHING);

    const char* names[] = {"nvme7"};
    host.names = names;
    host.names_count = 1;
    EXPECT_EQ(haoh_observe(&host, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_NOT_FOUND);
    names[0] = "sda";
    EXPECT_EQ(haoh_observe(&host, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
    EXPECT_THAT(error.message(), HasSubstr("sda"));
}

TEST(CapiObservation, broken_snapshots_and_styles_are_named) {
    ErrorSlot error;
    EXPECT_EQ(haoh_observation_from_json("{}", 2, "old.json", error), nullptr);
    EXPECT_EQ(error.code(), HAOH_MALFORMED);
    EXPECT_THAT(error.message(), HasSubstr("old.json"));
    EXPECT_EQ(haoh_observation_from_json(nullptr, 2, nullptr, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);

    const std::string json = to_json(Observation{});
    const ObservationHandle empty(
        haoh_observation_from_json(json.data(), json.size(), nullptr, error));
    ASSERT_NE(empty, nullptr) << error.message();
    haoh_style style HAOH_STYLE_INIT;
    style.width = 39;
    EXPECT_EQ(haoh_list(empty.get(), nullptr, HAOH_TEXT, &style, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
    EXPECT_THAT(error.message(), HasSubstr("39"));
    style.width = 40;
    EXPECT_NE(owned(haoh_list(empty.get(), nullptr, HAOH_TEXT, &style, error)), "(null)");
}

TEST(CapiObservation, what_has_no_name_is_called_what_it_is) {
    ErrorSlot error;
    EXPECT_EQ(haoh_observation_from_json("{}", 2, nullptr, error), nullptr);
    EXPECT_THAT(error.message(), HasSubstr("snapshot"));
    EXPECT_EQ(haoh_config_parse("site = 1", 8, nullptr, error), nullptr);
    EXPECT_THAT(error.message(), HasSubstr("configuration"));
    EXPECT_EQ(haoh_policy_simulate("x = 1", 5, nullptr, HAOH_TEXT, nullptr, error), nullptr);
    EXPECT_THAT(error.message(), HasSubstr("scenario"));
    EXPECT_NE(ConfigHandle(haoh_config_parse(nullptr, 0, nullptr, error)), nullptr);
    EXPECT_EQ(haoh_config_parse(nullptr, 1, nullptr, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
}

TEST(CapiObservation, nothing_merged_is_nothing) {
    ErrorSlot error;
    const ObservationHandle none(haoh_observation_merge(nullptr, 0, error));
    ASSERT_NE(none, nullptr) << error.message();
    EXPECT_EQ(haoh_observation_status(none.get()), HAOH_STATUS_NOTHING);
    EXPECT_EQ(haoh_observation_controller_count(none.get()), 0U);
    EXPECT_EQ(haoh_observation_merge(nullptr, 1, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
    // Nobody need count.
    EXPECT_NE(owned(haoh_diff(none.get(), none.get(), HAOH_TEXT, nullptr, nullptr, error)),
              "(null)");
    EXPECT_EQ(haoh_diff(none.get(), none.get(), HAOH_DOT, nullptr, nullptr, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
}

TEST(CapiObservation, progress_says_how_far_it_is) {
    ServedPair pair; // of three namespaces
    ErrorSlot error;
    haoh_source source = pair.source();
    std::size_t most = 0;
    source.progress_data = &most;
    source.progress = [](void* data, const char*, size_t done, size_t total) {
        EXPECT_LE(done, total);
        auto& known = *static_cast<std::size_t*>(data);
        known = std::max(known, done);
    };
    const ObservationHandle observation(haoh_observe(&source, error));
    ASSERT_NE(observation, nullptr) << error.message();
    EXPECT_EQ(most, 3U);
}

TEST(CapiObservation, configurations_are_read_and_named) {
    ErrorSlot error;
    const std::string toml = "[[site]]\nname = \"east\"\naddresses = [\"127.0.0.1\"]\n";
    const ConfigHandle config(haoh_config_parse(toml.data(), toml.size(), nullptr, error));
    ASSERT_NE(config, nullptr) << error.message();
    ServedPair pair;
    const haoh_source source = pair.source();
    const ObservationHandle observation(haoh_observe(&source, error));
    EXPECT_THAT(owned(haoh_list(observation.get(), config.get(), HAOH_TEXT, nullptr, error)),
                HasSubstr("east"));
    EXPECT_EQ(haoh_config_parse("site = 1", 8, "my.toml", error), nullptr);
    EXPECT_EQ(error.code(), HAOH_MALFORMED);
    EXPECT_THAT(error.message(), HasSubstr("my.toml"));
}

} // namespace
} // namespace haoh::test
