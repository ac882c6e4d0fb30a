// SPDX-License-Identifier: LGPL-2.1-or-later
// Whatever arrays, files and callers call things: each text that C is given is UTF-8 of one line.
#include "capi/event.hpp"

#include "freed.hpp"
#include "served_pair.hpp"

#include "support/scratch_directory.hpp"
#include "unit/report/every_string.hpp"

#include <haoh/observation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace haoh::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// With a NUL, at which C would end.
const std::string kHostile =
    std::string("\x1b]0;owned\x07\xc2\x9d\xe2\x80\xae\xff\n") + '\0' + "end";
const std::string kSafe = R"(\x1b]0;owned\x07\xc2\x9d\xe2\x80\xae\xff\x0a\x00end)";

void expect_safe(const char* text, const char* what) {
    ASSERT_NE(text, nullptr) << what;
    const std::string it = text;
    EXPECT_EQ(it.find_first_of("\x1b\x07\x9d\xae\xff\n"), std::string::npos) << what << ": " << it;
}

/// Array b has a serial number and a model of its own, and each array a name that is written for a
/// terminal.
arraysim::Scenario hostile_scenario() {
    arraysim::OverrideSpec lie;
    lie.answer = arraysim::AnswerKind::identify_controller;
    lie.offset = 4;
    lie.value.assign(kHostile.begin(), kHostile.begin() + 16);
    return arraysim::ScenarioBuilder().ns({.nsid = 1}).array("a").array("b").lie(lie).build();
}

ConfigHandle hostile_sites(const haoh_source& source) {
    std::string toml;
    for (std::size_t index = 0; index < source.targets_count; ++index) {
        toml += "[[site]]\nname = \"array " + std::to_string(index) +
                "\\u001b]0;owned\\u0007\\u0000\"\naddresses = [\"" +
                std::string(source.targets[index]).substr(6) + "\"]\n";
    }
    ErrorSlot error;
    ConfigHandle out(haoh_config_parse(toml.data(), toml.size(), nullptr, error));
    EXPECT_NE(out, nullptr) << error.message();
    return out;
}

TEST(CapiHostileText, of_findings_is_safe) {
    const ServedPair pair(hostile_scenario());
    const haoh_source source = pair.source();
    ErrorSlot error;
    const ObservationHandle seen(haoh_observe(&source, error));
    ASSERT_NE(seen, nullptr) << error.message();
    const ConfigHandle config = hostile_sites(source);
    haoh_check_options options HAOH_CHECK_OPTIONS_INIT;
    options.config = config.get();
    const ReportHandle report(haoh_check(seen.get(), &options, error));
    ASSERT_NE(report, nullptr) << error.message();
    std::string all;
    for (std::size_t index = 0; index < haoh_report_finding_count(report.get()); ++index) {
        haoh_finding finding HAOH_FINDING_INIT;
        ASSERT_EQ(haoh_report_finding(report.get(), index, &finding, error), 0);
        for (const char* const text :
             {finding.rule, finding.severity, finding.subsystem, finding.what, finding.why,
              finding.fix, finding.basis, finding.on_kernel, finding.on_release}) {
            expect_safe(text, finding.rule);
            all += std::string(text) + "\n";
        }
        for (std::size_t at = 0; haoh_report_finding_config(report.get(), index, at) != nullptr;
             ++at) {
            expect_safe(haoh_report_finding_config(report.get(), index, at), finding.rule);
        }
        for (std::size_t at = 0; at < finding.values_count; ++at) {
            haoh_value value HAOH_VALUE_INIT;
            ASSERT_EQ(haoh_report_value(report.get(), index, at, &value, error), 0);
            for (const char* const text :
                 {value.controller, value.site, value.value, value.object}) {
                expect_safe(text, finding.rule);
                all += std::string(text) + "\n";
            }
        }
    }
    for (std::size_t at = 0; at < haoh_report_attribution_count(report.get()); ++at) {
        haoh_attribution one HAOH_ATTRIBUTION_INIT;
        ASSERT_EQ(haoh_report_attribution(report.get(), at, &one, error), 0);
        for (const char* const text : {one.controller, one.host, one.site, one.evidence}) {
            expect_safe(text, "attribution");
        }
    }
    EXPECT_THAT(all, HasSubstr("ctrl.sn.equal"));
    EXPECT_THAT(all, HasSubstr(R"(\x1b]0;owned\x07)")) << "the serial number";
    EXPECT_THAT(all, HasSubstr(R"(array 1\x1b]0;owned\x07\x00)"))
        << "whole, behind the NUL as well";
    for (const int format : {HAOH_TEXT, HAOH_JSON}) {
        EXPECT_THAT(owned(haoh_report_render(report.get(), format, nullptr, error)),
                    Not(HasSubstr("\x1b")));
    }
}

TEST(CapiHostileText, of_events_is_safe_and_in_json_exact) {
    Event event;
    event.kind = EventKind::path_refused;
    EveryString([](std::string& text) { text = kHostile; })(event);
    const haoh_event handle{event};
    haoh_event_info info HAOH_EVENT_INFO_INIT;
    ErrorSlot error;
    ASSERT_EQ(haoh_event_get(&handle, &info, error), 0) << error.message();
    for (const char* const text :
         {info.source, info.host, info.subsysnqn, info.controller, info.site, info.device,
          info.path, info.from, info.to, info.rule, info.text}) {
        EXPECT_STREQ(text, kSafe.c_str());
    }
    EXPECT_STREQ(info.name, "path_refused");
    const std::string json = owned(haoh_event_render(&handle, HAOH_JSON, nullptr, error));
    EXPECT_THAT(json, HasSubstr("\\u001b]0;owned\\u0007\\u009d\\u202e\\\\xff\\n\\u0000end"));
    EXPECT_THAT(owned(haoh_event_render(&handle, HAOH_TEXT, nullptr, error)), HasSubstr(kSafe));
}

TEST(CapiHostileText, of_paths_is_safe) {
    const ServedPair pair;
    const haoh_source source = pair.source();
    const ConfigHandle config = hostile_sites(source);
    haoh_monitor_options options HAOH_MONITOR_OPTIONS_INIT;
    options.config = config.get();
    ErrorSlot error;
    const MonitorHandle monitor(haoh_monitor_new(&source, &options, error));
    ASSERT_NE(monitor, nullptr) << error.message();
    ASSERT_EQ(haoh_monitor_start(monitor.get(), error), 0) << error.message();
    // A start is over when an array is watched; the other one's event may be still to come.
    std::size_t named = 0;
    for (int round = 0; round < 600 && named != 6; ++round) {
        haoh_event* event = nullptr;
        ASSERT_GE(haoh_monitor_next(monitor.get(), 100, &event, error), 0) << error.message();
        haoh_event_free(event);
        haoh_path_list* const paths = haoh_monitor_paths(monitor.get(), error);
        named = 0;
        for (std::size_t index = 0; index < haoh_path_list_count(paths); ++index) {
            haoh_path_info info HAOH_PATH_INFO_INIT;
            ASSERT_EQ(haoh_path_list_get(paths, index, &info, error), 0);
            for (const char* const text :
                 {info.host, info.subsysnqn, info.device, info.path, info.controller,
                  info.controller_state, info.site, info.ana_state}) {
                expect_safe(text, info.controller);
            }
            named += std::string(info.site).find(R"(\x1b]0;owned\x07\x00)") != std::string::npos;
        }
        haoh_path_list_free(paths);
    }
    EXPECT_EQ(named, 6U) << "three namespaces on two arrays";
    const std::string metrics = owned(haoh_monitor_metrics(monitor.get(), error));
    EXPECT_THAT(metrics, HasSubstr(R"(\\x1b]0;owned\\x07\\x00)"));
    EXPECT_EQ(metrics.find('\x1b'), std::string::npos);
    EXPECT_EQ(owned(haoh_monitor_summary(monitor.get(), nullptr, error)).find('\x1b'),
              std::string::npos);
}

TEST(CapiHostileText, of_snapshots_and_errors_is_safe) {
    Observation observation;
    observation.observed_at = "2026-01-31T12:00:00Z";
    observation.unobserved.push_back(
        {.object = kHostile, .target = kHostile, .subsysnqn = kHostile, .error = kHostile});
    const std::string json = to_json(observation);
    ErrorSlot error;
    const ObservationHandle read(
        haoh_observation_from_json(json.data(), json.size(), kHostile.c_str(), error));
    ASSERT_NE(read, nullptr) << error.message();
    EXPECT_STREQ(haoh_observation_unobserved(read.get(), 0), kSafe.c_str());
    EXPECT_EQ(haoh_observation_from_json("{", 1, kHostile.c_str(), error), nullptr);
    expect_safe(error.message().c_str(), "a snapshot");
    EXPECT_EQ(haoh_config_parse("\x1b", 1, kHostile.c_str(), error), nullptr);
    for (const auto& part : {haoh_error_message, haoh_error_operation, haoh_error_object,
                             haoh_error_cause, haoh_error_advice}) {
        expect_safe(part(error.get()), "a configuration");
    }
    EXPECT_LT(haoh_policy_set(kHostile.c_str(), kHostile.c_str(), nullptr, error), 0);
    expect_safe(error.message().c_str(), "a policy");
}

TEST(CapiHostileText, of_callers_can_be_made_safe) {
    ErrorSlot error;
    EXPECT_EQ(owned(haoh_safe_text(kHostile.data(), kHostile.size(), error)), kSafe);
    EXPECT_EQ(owned(haoh_safe_text("Z\xc3\xbcrich \\x1b", 12, error)), "Z\xc3\xbcrich \\x1b");
    EXPECT_EQ(owned(haoh_safe_text(nullptr, 0, error)), "");
    EXPECT_EQ(haoh_safe_text(nullptr, 1, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
}

TEST(CapiFiles, a_configuration_is_read_whole_or_refused) {
    const ScratchDirectory directory;
    ErrorSlot error;
    const ConfigHandle config(haoh_config_read(
        directory.file("haoh.toml", "[check]\nprofile = \"single\"\n").c_str(), error));
    EXPECT_NE(config, nullptr) << error.message();
    const std::string fifo = directory.path("fifo");
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    for (const std::string& path : {fifo, std::string("/dev/zero")}) {
        EXPECT_EQ(haoh_config_read(path.c_str(), error), nullptr);
        EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
        EXPECT_THAT(error.message(), HasSubstr("not a file"));
    }
    EXPECT_EQ(
        haoh_config_read(directory.file("large", std::string((1U << 20U) + 1, '#')).c_str(), error),
        nullptr);
    EXPECT_EQ(error.code(), HAOH_TOO_LARGE);
    EXPECT_EQ(haoh_config_read(directory.path("none").c_str(), error), nullptr);
    EXPECT_EQ(error.code(), HAOH_SYSTEM);
    EXPECT_EQ(haoh_config_read(nullptr, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
}

TEST(CapiFiles, a_snapshot_is_written_whole_and_keeps_link_and_mode) {
    const ScratchDirectory directory;
    const std::string json = to_json(Observation{});
    ErrorSlot error;
    const ObservationHandle seen(
        haoh_observation_from_json(json.data(), json.size(), nullptr, error));
    ASSERT_NE(seen, nullptr) << error.message();
    const std::string file = directory.file("file.json", "before");
    ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
    const std::string link = directory.path("link.json");
    std::filesystem::create_symlink("file.json", link);
    EXPECT_EQ(haoh_observation_write(seen.get(), link.c_str(), error), 0) << error.message();
    EXPECT_EQ(directory.read("file.json"), owned(haoh_observation_json(seen.get(), error)) + "\n");
    EXPECT_TRUE(std::filesystem::is_symlink(link));
    struct stat status {};
    ASSERT_EQ(::stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0640U);
    EXPECT_EQ(haoh_observation_write(seen.get(), "/dev/full", error), -HAOH_SYSTEM);
    EXPECT_EQ(haoh_error_errno(error.get()), ENOSPC);
    EXPECT_EQ(haoh_observation_write(seen.get(), nullptr, error), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_observation_write(nullptr, link.c_str(), error), -HAOH_INVALID_ARGUMENT);
}

} // namespace
} // namespace haoh::test
