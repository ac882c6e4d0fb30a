// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/call.hpp"
#include "capi/event.hpp"
#include "capi/handle.hpp"
#include "capi/observation.hpp"
#include "capi/versioned.hpp"

#include "freed.hpp"

#include "support/sysfs_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include <malloc.h>

namespace haoh::test {
namespace {

using ::testing::HasSubstr;

/// Calls of one function each with NULL for its handle.
TEST(CapiHandle, null_is_an_error_or_nothing) {
    ErrorSlot error;
    EXPECT_EQ(haoh_list(nullptr, nullptr, HAOH_TEXT, nullptr, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
    EXPECT_THAT(error.message(), HasSubstr("haoh_observation *"));
    EXPECT_EQ(haoh_check(nullptr, nullptr, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_diff(nullptr, nullptr, HAOH_TEXT, nullptr, nullptr, error), nullptr);
    EXPECT_EQ(haoh_observation_json(nullptr, error), nullptr);
    EXPECT_EQ(haoh_observation_status(nullptr), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_observation_controller_count(nullptr), 0U);
    EXPECT_EQ(haoh_observation_unobserved(nullptr, 0), nullptr);
    EXPECT_EQ(haoh_observation_merge(nullptr, 1, error), nullptr);
    EXPECT_EQ(haoh_report_verdict(nullptr), HAOH_VERDICT_UNKNOWN);
    EXPECT_EQ(haoh_report_status(nullptr), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_report_count(nullptr, HAOH_VERDICT_FAIL), 0U);
    EXPECT_EQ(haoh_report_finding_count(nullptr), 0U);
    EXPECT_EQ(haoh_report_blocking(nullptr, HAOH_VERDICT_FAIL), 0U);
    EXPECT_EQ(haoh_report_gone_count(nullptr), 0U);
    EXPECT_EQ(haoh_report_gone(nullptr, 0, nullptr, error), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_report_draft_waivers(nullptr, nullptr, error), nullptr);
    EXPECT_EQ(haoh_waivers_parse(nullptr, 1, nullptr, nullptr, error), nullptr);
    EXPECT_EQ(haoh_waivers_read(nullptr, nullptr, error), nullptr);
    EXPECT_EQ(haoh_baseline_from_json(nullptr, 1, nullptr, error), nullptr);
    EXPECT_EQ(haoh_baseline_read(nullptr, error), nullptr);
    EXPECT_EQ(haoh_report_finding(nullptr, 0, nullptr, error), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_report_value(nullptr, 0, 0, nullptr, error), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_report_render(nullptr, HAOH_JSON, nullptr, error), nullptr);
    EXPECT_EQ(haoh_report_render_as(nullptr, "json", nullptr, error), nullptr);
    EXPECT_EQ(haoh_event_get(nullptr, nullptr, error), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_event_render(nullptr, HAOH_JSON, nullptr, error), nullptr);
    EXPECT_EQ(haoh_monitor_start(nullptr, error), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_monitor_fd(nullptr), -HAOH_INVALID_ARGUMENT);
    haoh_event* event = nullptr;
    EXPECT_EQ(haoh_monitor_next(nullptr, 0, &event, error), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_monitor_run(nullptr, 0, nullptr, nullptr, error), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_monitor_running(nullptr), 0);
    EXPECT_EQ(haoh_monitor_stop(nullptr, error), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_monitor_status(nullptr, error), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_monitor_metrics(nullptr, error), nullptr);
    EXPECT_EQ(haoh_monitor_summary(nullptr, nullptr, error), nullptr);
    EXPECT_EQ(haoh_policy_explain(nullptr, nullptr, nullptr, HAOH_TEXT, nullptr, nullptr, error),
              nullptr);
    EXPECT_EQ(haoh_policy_set(nullptr, nullptr, nullptr, error), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_selector_new(nullptr, nullptr, error), nullptr);
    EXPECT_EQ(haoh_selector_add_path(nullptr, nullptr, error), 0U);
    EXPECT_EQ(haoh_selector_set_path(nullptr, 1, nullptr, error), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_selector_remove_path(nullptr, 1, error), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_selector_pick(nullptr, 0, 0), 0U);
    haoh_selector_started(nullptr, 1);
    haoh_selector_completed(nullptr, 1, 1);
    haoh_config_free(nullptr);
    haoh_observation_free(nullptr);
    haoh_report_free(nullptr);
    haoh_event_free(nullptr);
    haoh_monitor_free(nullptr);
    haoh_selector_free(nullptr);
}

TEST(CapiHandle, a_handle_of_another_type_is_told) {
    ErrorSlot error;
    const ConfigHandle config(haoh_config_parse("", 0, nullptr, error));
    ASSERT_NE(config, nullptr);
    const auto* wrong = reinterpret_cast<const haoh_report*>(config.get());
    EXPECT_EQ(haoh_report_render(wrong, HAOH_TEXT, nullptr, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
    EXPECT_THAT(error.message(), HasSubstr("no such handle"));
    EXPECT_EQ(haoh_report_finding_count(wrong), 0U);
    haoh_report_free(reinterpret_cast<haoh_report*>(config.get())); // and stays
    EXPECT_EQ(haoh_report_render(wrong, HAOH_TEXT, nullptr, error), nullptr);
}

TEST(CapiHandle, what_is_freed_gives_back_what_it_held) {
    ErrorSlot error;
    ObservationHandle observation(haoh_observation_merge(nullptr, 0, error));
    ASSERT_NE(observation, nullptr) << error.message();
    const std::weak_ptr<const Observation> held = observation->value;
    ReportHandle report(haoh_check(observation.get(), nullptr, error));
    ASSERT_NE(report, nullptr) << error.message();
    EXPECT_EQ(held.use_count(), 2);
    observation.reset();
    EXPECT_EQ(held.use_count(), 1); // the report needs it still
    report.reset();
    EXPECT_EQ(held.use_count(), 0);

    // More than malloc() ever keeps in its heap: such memory goes back at once.
    const std::size_t before = ::mallinfo2().hblkhd;
    haoh_text_free(capi::text_for_c(std::string(std::size_t{40} << 20U, 'x')));
    EXPECT_EQ(::mallinfo2().hblkhd, before);
}

/// Bytes that a thousand calls leave behind; 0 where a sanitizer has the heap.
template <typename Call>
std::size_t left_behind(const Call& call) {
    call(); // what is made once and kept
    const std::size_t before = ::mallinfo2().uordblks;
    for (int round = 0; round < 1000; ++round) {
        call();
    }
    const std::size_t after = ::mallinfo2().uordblks;
    return after > before ? after - before : 0;
}

TEST(CapiHandle, what_is_freed_leaves_nothing_behind) {
    constexpr std::size_t kSome = 50'000; // less than a thousand of any of them
    EXPECT_LT(left_behind([] {
                  haoh_error* error = nullptr;
                  EXPECT_EQ(haoh_observation_json(nullptr, &error), nullptr);
                  haoh_error_free(error);
              }),
              kSome);
    EXPECT_LT(left_behind([] { haoh_event_free(new haoh_event(Event{})); }), kSome);
    EXPECT_LT(left_behind([] { haoh_selector_free(haoh_selector_new("numa", nullptr, nullptr)); }),
              kSome);
    EXPECT_LT(left_behind([] { haoh_config_free(haoh_config_parse("", 0, nullptr, nullptr)); }),
              kSome);
    const SysfsTree tree;
    const std::string root = tree.root();
    haoh_source source HAOH_SOURCE_INIT;
    source.sysroot = root.c_str();
    const MonitorHandle monitor(haoh_monitor_new(&source, nullptr, nullptr));
    ASSERT_NE(monitor, nullptr);
    EXPECT_LT(left_behind([&] { haoh_path_list_free(haoh_monitor_paths(monitor.get(), nullptr)); }),
              kSome);
    EXPECT_LT(left_behind([] { EXPECT_EQ(haoh_observation_json(nullptr, nullptr), nullptr); }),
              kSome); // an error that nobody wants
}

#ifndef NDEBUG
TEST(CapiHandleDeathTest, a_freed_handle_is_an_assertion) {
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    haoh_config* config = haoh_config_parse("", 0, nullptr, nullptr);
    ASSERT_NE(config, nullptr);
    haoh_observation* observation = haoh_observation_from_json("{", 1, nullptr, nullptr);
    EXPECT_EQ(observation, nullptr);
    EXPECT_DEATH(
        {
            haoh_config_free(config);
            haoh_config_free(config);
        },
        "this handle of libhaoh was freed|heap-use-after-free"); // who sees it first
    haoh_config_free(config);
}
#endif

/// As a later version of the library has it.
struct Longer {
    std::size_t size;
    int first;
    int second;
};
struct Shorter {
    std::size_t size;
    int first;
};
constexpr std::size_t kFirst = sizeof(Shorter);

TEST(CapiVersioned, an_older_program_gets_zeros_for_what_it_does_not_know) {
    Longer memory{.size = offsetof(Longer, second), .first = 1, .second = 77};
    const Longer taken = capi::taken(memory, offsetof(Longer, second), "struct");
    EXPECT_EQ(taken.first, 1);
    EXPECT_EQ(taken.second, 0);
    EXPECT_EQ(taken.size, sizeof(Longer)); // as if it had been built with this header
}

TEST(CapiVersioned, a_newer_program_is_served_unless_it_wants_more) {
    struct Newer {
        Longer known;
        std::uint64_t more;
    } newer{.known = {.size = sizeof(Newer), .first = 1, .second = 2}, .more = 0};
    EXPECT_EQ(capi::taken(newer.known, kFirst, "struct").second, 2);
    newer.more = 1;
    try {
        static_cast<void>(capi::taken(newer.known, kFirst, "struct thing"));
        FAIL() << "was taken";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::unsupported);
        EXPECT_THAT(error.what(), HasSubstr("struct thing"));
    }
}

TEST(CapiVersioned, a_size_that_was_not_set_is_told) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4097}, SIZE_MAX}) {
        const Longer wrong{.size = size, .first = 1, .second = 2};
        EXPECT_THROW(static_cast<void>(capi::taken(wrong, sizeof(Longer), "struct")), Error);
        Longer out = wrong;
        EXPECT_THROW(capi::give(&out, wrong, sizeof(Longer), "struct"), Error);
    }
}

TEST(CapiVersioned, an_older_program_gets_what_it_has_room_for) {
    unsigned char memory[sizeof(Longer)];
    std::memset(memory, 0x5A, sizeof memory);
    auto* out = reinterpret_cast<Longer*>(memory);
    out->size = offsetof(Longer, second);
    capi::give(out, Longer{.size = 0, .first = 1, .second = 2}, offsetof(Longer, second), "x");
    EXPECT_EQ(out->first, 1);
    EXPECT_EQ(out->size, offsetof(Longer, second));
    EXPECT_EQ(memory[offsetof(Longer, second)], 0x5A);
}

TEST(CapiVersioned, a_newer_program_gets_what_is_known) {
    struct Newer {
        Longer known;
        std::uint64_t more;
    } newer{.known = {.size = sizeof(Newer), .first = 0, .second = 0}, .more = 77};
    capi::give(&newer.known, Longer{.size = 0, .first = 1, .second = 2}, kFirst, "struct");
    EXPECT_EQ(newer.known.first, 1);
    EXPECT_EQ(newer.known.second, 2);
    EXPECT_EQ(newer.known.size, sizeof(Newer));
    EXPECT_EQ(newer.more, 77U);
}

TEST(CapiVersioned, sizes_end_where_no_version_is) {
    struct Largest {
        Longer known;
        unsigned char more[capi::kLargestStruct + 1 - sizeof(Longer)];
    } largest{.known = {.size = capi::kLargestStruct, .first = 1, .second = 2}, .more = {}};
    EXPECT_EQ(capi::taken(largest.known, kFirst, "struct").second, 2);
    largest.known.size = capi::kLargestStruct + 1;
    EXPECT_THROW(static_cast<void>(capi::taken(largest.known, kFirst, "struct")), Error);
}

/// Programs that were built with the first version of a structure are served for ever; no version
/// was shorter.
/// \param end  where the last member of the first version ends
/// \param call  what uses it \return whether that was taken
template <typename Struct, typename Call>
void expect_first_version(Struct given, std::size_t end, const Call& call) {
    given.size = end;
    EXPECT_TRUE(call(given));
    given.size = end - 1;
    EXPECT_FALSE(call(given));
}

TEST(CapiVersioned, the_first_version_of_each_structure_that_is_given_is_the_shortest) {
    ErrorSlot error;
    const haoh_style style HAOH_STYLE_INIT;
    expect_first_version(
        style, offsetof(haoh_style, verbose) + sizeof(int), [&](const haoh_style& given) {
            return owned(haoh_rules(nullptr, HAOH_TEXT, &given, error)) != "(null)";
        });
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
    const haoh_source source HAOH_SOURCE_INIT;
    expect_first_version(source, offsetof(haoh_source, progress_data) + sizeof(void*),
                         [&](const haoh_source& given) {
                             return MonitorHandle(haoh_monitor_new(&given, nullptr, error)) !=
                                    nullptr;
                         });
    const haoh_monitor_options watch HAOH_MONITOR_OPTIONS_INIT;
    expect_first_version(watch, offsetof(haoh_monitor_options, queue) + sizeof(std::size_t),
                         [&](const haoh_monitor_options& given) {
                             return MonitorHandle(haoh_monitor_new(nullptr, &given, error)) !=
                                    nullptr;
                         });
    const haoh_selector_options options HAOH_SELECTOR_OPTIONS_INIT;
    expect_first_version(
        options, offsetof(haoh_selector_options, spill_depth) + sizeof(std::uint32_t),
        [&](const haoh_selector_options& given) {
            return SelectorHandle(haoh_selector_new("numa", &given, error)) != nullptr;
        });
    const SelectorHandle selector(haoh_selector_new("numa", nullptr, error));
    const haoh_path path HAOH_PATH_INIT;
    expect_first_version(path, offsetof(haoh_path, ana_pending) + sizeof(int),
                         [&](const haoh_path& given) {
                             return haoh_selector_add_path(selector.get(), &given, error) != 0;
                         });
}

TEST(CapiVersioned, the_first_version_of_each_structure_that_is_filled_is_the_shortest) {
    ErrorSlot error;
    const haoh_event event{Event{}};
    const haoh_event_info info HAOH_EVENT_INFO_INIT;
    expect_first_version(
        info, offsetof(haoh_event_info, arrays) + sizeof(std::uint32_t),
        [&](haoh_event_info out) { return haoh_event_get(&event, &out, error) == 0; });
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
}

} // namespace
} // namespace haoh::test
