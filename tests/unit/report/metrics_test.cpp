// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sample_monitor.hpp"

#include <haoh/event_report.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

namespace haoh {
namespace {

using namespace std::chrono_literals;
using test::monitor_status;
using testing::HasSubstr;
using testing::Not;

/// What every page must be, whatever is in it: families in one piece, each with HELP and TYPE once,
/// no series twice.
void expect_well_formed(const std::string& page) {
    ASSERT_TRUE(page.ends_with('\n'));
    std::istringstream lines{page};
    std::set<std::string> families;
    std::set<std::string> series;
    std::string family;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# HELP ")) {
            family = line.substr(7, line.find(' ', 7) - 7);
            EXPECT_TRUE(families.insert(family).second) << line;
            std::getline(lines, line);
            EXPECT_TRUE(line.starts_with("# TYPE " + family + " ")) << line;
            continue;
        }
        EXPECT_TRUE(line.starts_with(family)) << line;
        EXPECT_TRUE(series.insert(line.substr(0, line.rfind(' '))).second) << line;
    }
}

TEST(Metrics, TellAccessOfEachNamespace) {
    const std::string page = to_metrics(monitor_status());
    expect_well_formed(page);
    const std::string labels = R"({subsysnqn="nqn.2026-01.io.example:stretched",nsid="2",)"
                               R"(device="nvme0n2"} )";
    EXPECT_THAT(page, HasSubstr("\nhaoh_namespace_usable_paths" + labels + "2\n"));
    EXPECT_THAT(page, HasSubstr("\nhaoh_namespace_optimized_paths" + labels + "2\n"));
    EXPECT_THAT(page, HasSubstr("\nhaoh_namespace_ready_arrays" + labels + "1\n"));
    EXPECT_THAT(page, HasSubstr("\nhaoh_namespace_size_bytes" + labels + "1073741824\n"));
    EXPECT_THAT(page, HasSubstr("haoh_namespace_access" + labels + "1\n"));
}

TEST(Metrics, TellTheStateOfAPathAsASet) {
    MonitorStatus status = monitor_status();
    const auto page_with = [&](const std::string& state) {
        status.namespaces[0].paths[0].ana_state = PathAnaState::of(state);
        return to_metrics(status);
    };
    const std::string labels =
        R"(haoh_path_ana_state{subsysnqn="nqn.2026-01.io.example:stretched",)"
        R"(nsid="1",controller="nvme1",site="array-a",state=")";
    const std::string optimized = page_with("optimized");
    EXPECT_THAT(optimized, HasSubstr(labels + "optimized\"} 1\n"));
    EXPECT_THAT(optimized, HasSubstr(labels + "inaccessible\"} 0\n"));
    EXPECT_THAT(page_with("persistent-loss"), HasSubstr(labels + "persistent-loss\"} 1\n"));
    EXPECT_THAT(page_with("made up"), HasSubstr(labels + "other\"} 1\n"));
    EXPECT_THAT(page_with(""), Not(HasSubstr(labels)));
}

TEST(Metrics, TellPathsAndControllers) {
    const std::string page = to_metrics(monitor_status());
    EXPECT_THAT(page, HasSubstr(R"(nsid="1",controller="nvme4",site="array-b"} 0)"));
    EXPECT_THAT(
        page,
        HasSubstr(R"(haoh_ana_transitions_total{subsysnqn="nqn.2026-01.io.example:stretched",)"
                  R"(nsid="1",controller="nvme3",site="array-b"} 3)"));
    EXPECT_THAT(page, HasSubstr(R"(controller="nvme4",site="array-b",address="10.0.0.4:4420"} 0)"));
    EXPECT_THAT(page, HasSubstr(R"(controller="nvme1",site="array-a",address="10.0.0.1:4420"} 1)"));
}

TEST(Metrics, TellWhoAHostIsToTheArraysOnce) {
    MonitorStatus status = monitor_status();
    const std::string family = "\nhaoh_host_identity_info";
    const auto series = [&] {
        const std::string page = to_metrics(status);
        expect_well_formed(page);
        std::size_t count = 0;
        for (std::size_t at = page.find(family); at != std::string::npos;
             at = page.find(family, at + 1)) {
            ++count;
        }
        return count;
    };
    EXPECT_EQ(series(), 1U) << "of four controllers";
    EXPECT_THAT(to_metrics(status),
                HasSubstr(family + R"({hostnqn="nqn.2026-01.io.example:host-1",)" +
                          R"(hostid="11111111-2222-4333-8444-555555555555"} 1)" + "\n"));
    status.controllers[0].hostnqn = "nqn.other";
    EXPECT_EQ(series(), 2U);
    for (MonitorStatus::Controller& one : status.controllers) {
        one.hostnqn.clear();
        one.hostid.clear();
    }
    EXPECT_EQ(series(), 0U) << "nobody knows";
}

TEST(Metrics, NameEachSeriesInFull) {
    MonitorStatus status = monitor_status();
    status.namespaces.resize(1);
    status.namespaces[0].paths.resize(1);
    status.controllers.resize(1);
    const std::string page = to_metrics(status);
    const std::string nqn = R"({subsysnqn="nqn.2026-01.io.example:stretched",)";
    const std::string head = nqn + R"(nsid="1",device="nvme0n1"} )";
    const std::string path = nqn + R"(nsid="1",controller="nvme1",site="array-a"} )";
    for (const std::string& line :
         {"haoh_namespace_access" + head + "3", "haoh_namespace_paths" + head + "4",
          "haoh_namespace_usable_paths" + head + "3", "haoh_namespace_optimized_paths" + head + "2",
          "haoh_namespace_arrays" + head + "2", "haoh_namespace_ready_arrays" + head + "2",
          "haoh_namespace_size_bytes" + head + "1073741824", "haoh_path_usable" + path + "1",
          "haoh_ana_transitions_total" + path + "0",
          "haoh_controller_live" + nqn +
              R"(controller="nvme1",site="array-a",address="10.0.0.1:4420"} 1)",
          "haoh_identity_verdict" + nqn + R"(verdict="pass"} 1)",
          "haoh_identity_verdict" + nqn + R"(verdict="fail"} 0)",
          "haoh_subsystem_identity_info" + nqn + R"(digest="0123456789abcdef"} 1)",
          "haoh_namespace_identity_info" + nqn + R"(nsid="1",digest="00000000000000a1"} 1)"}) {
        EXPECT_THAT(page, HasSubstr("\n" + line + "\n"));
    }
}

TEST(Metrics, HaveACumulativeHistogram) {
    const std::string page = to_metrics(monitor_status());
    EXPECT_THAT(page, HasSubstr("# TYPE haoh_ana_change_latency_seconds histogram\n"
                                "haoh_ana_change_latency_seconds_bucket{le=\"0.00025\"} 1\n"
                                "haoh_ana_change_latency_seconds_bucket{le=\"0.0005\"} 1\n"
                                "haoh_ana_change_latency_seconds_bucket{le=\"0.001\"} 2\n"
                                "haoh_ana_change_latency_seconds_bucket{le=\"0.0025\"} 3\n"));
    EXPECT_THAT(page, HasSubstr("_bucket{le=\"10\"} 4\n"
                                "haoh_ana_change_latency_seconds_bucket{le=\"+Inf\"} 5\n"
                                "haoh_ana_change_latency_seconds_sum 20.0232\n"
                                "haoh_ana_change_latency_seconds_count 5\n"));
}

TEST(Metrics, CountEveryKindOfEventFromZero) {
    const std::string page = to_metrics(monitor_status());
    for (const EventKindInfo& kind : event_kind_infos()) {
        EXPECT_THAT(page,
                    HasSubstr("\nhaoh_events_total{event=\"" + std::string(kind.name) + "\"} "));
    }
    EXPECT_THAT(page, HasSubstr("haoh_events_total{event=\"ana_change\"} 6\n"));
    EXPECT_THAT(page, HasSubstr("haoh_events_total{event=\"aen\"} 0\n"));
    EXPECT_THAT(page, HasSubstr("\nhaoh_ana_coalesced_total 4\n"));
}

TEST(Metrics, TellOfTheMonitorItself) {
    const std::string page = to_metrics(monitor_status());
    EXPECT_THAT(page, HasSubstr("haoh_source_up{source=\"trace\"} 0\n"));
    EXPECT_THAT(page, HasSubstr("haoh_source_up{source=\"udev\"} 1\n"));
    EXPECT_THAT(page, HasSubstr("haoh_source_lost_total{source=\"udev\"} 2\n"));
    EXPECT_THAT(page, HasSubstr("haoh_monitor_start_time_seconds 1777644187.123\n"));
    EXPECT_THAT(page, HasSubstr("haoh_build_info{version=\"0."));
    EXPECT_THAT(page, HasSubstr("haoh_omitted{of=\"path\"} 0\n"));
}

TEST(Metrics, TellHowSoonSilenceIsNoticedWhereArraysAreAsked) {
    MonitorStatus status = monitor_status();
    EXPECT_THAT(to_metrics(status), Not(HasSubstr("haoh_detection_seconds")));
    EXPECT_THAT(summary_text(status, {}), Not(HasSubstr("detection")));
    status.detection = 1500ms;
    expect_well_formed(to_metrics(status));
    EXPECT_THAT(to_metrics(status), HasSubstr("\nhaoh_detection_seconds 1.500\n"));
    EXPECT_THAT(summary_text(status, {}),
                HasSubstr("\ndetection     an array that falls silent is noticed within 1.5 s\n"));
}

TEST(Metrics, TellTheWorstVerdictOfASubsystem) {
    MonitorStatus status = monitor_status();
    status.subsystems.push_back(status.subsystems[0]);
    status.subsystems[1].host.clear();
    status.subsystems[1].verdict = Verdict::fail;
    const std::string page = to_metrics(status);
    expect_well_formed(page);
    EXPECT_THAT(page, HasSubstr("verdict=\"fail\"} 1\n"));
    EXPECT_THAT(page, HasSubstr("verdict=\"pass\"} 0\n"));
    status.subsystems[1].verdict.reset();
    EXPECT_THAT(to_metrics(status), HasSubstr("verdict=\"pass\"} 1\n"));
    status.subsystems.clear();
    EXPECT_THAT(to_metrics(status), Not(HasSubstr("verdict=\"")));
}

TEST(Metrics, EscapeLabels) {
    MonitorStatus status = monitor_status();
    status.controllers[0].array = "a \"b\" \\ \n\xff\x1b[2J\u009b\u202e";
    status.sources[0].name = "{}";
    const std::string page = to_metrics(status);
    expect_well_formed(page);
    EXPECT_THAT(
        page,
        HasSubstr(
            R"(controller="nvme1",site="a \"b\" \\ \\x0a\\xff\\x1b[2J\\xc2\\x9b\\xe2\\x80\\xae")"));
    EXPECT_THAT(page, HasSubstr("haoh_source_up{source=\"{}\"} 1\n"));
}

TEST(Metrics, TellANameFromWhatLooksLikeItsEscape) {
    MonitorStatus status;
    for (const char* const name : {"\x1b", "\\x1b", "\\x5cx1b"}) {
        status.sources.push_back({.name = name, .healthy = true, .problem = {}});
    }
    const std::string page = to_metrics(status);
    EXPECT_THAT(page, HasSubstr(R"(haoh_source_up{source="\\x1b"} 1)"));
    EXPECT_THAT(page, HasSubstr(R"(haoh_source_up{source="\\x5cx1b"} 1)"));
    EXPECT_THAT(page, HasSubstr(R"(haoh_source_up{source="\\x5cx5cx1b"} 1)"));
}

TEST(Metrics, HaveNoSeriesTwice) {
    MonitorStatus status = monitor_status();
    for (auto* list : {&status.namespaces}) {
        list->insert(list->end(), list->begin(), list->begin() + 2);
    }
    status.controllers.push_back(status.controllers[0]);
    status.sources.push_back(status.sources[0]);
    expect_well_formed(to_metrics(status));
}

TEST(Metrics, OfNothingHaveTheirFamilies) {
    const std::string page = to_metrics({});
    expect_well_formed(page);
    EXPECT_THAT(page, HasSubstr("# TYPE haoh_namespace_access gauge\n"));
    EXPECT_THAT(page, HasSubstr("haoh_ana_change_latency_seconds_count 0\n"));
}

TEST(Metrics, AreBounded) {
    MonitorStatus status = monitor_status();
    const auto one = status.namespaces[0];
    status.namespaces.clear();
    for (std::uint32_t nsid = 1; nsid <= 16390; ++nsid) {
        status.namespaces.push_back(one);
        status.namespaces.back().nsid = nsid;
    }
    const std::string page = to_metrics(status);
    EXPECT_THAT(page, HasSubstr("haoh_omitted{of=\"namespace\"} 6\n"));
    EXPECT_THAT(page,
                HasSubstr("haoh_omitted{of=\"path\"} " + std::to_string(16390 * 4 - 16384) + "\n"));
    EXPECT_LT(page.size(), std::size_t{64} << 20U);
}

TEST(Summary, SaysHowLongHowMuchAndHowFast) {
    const std::vector<std::chrono::nanoseconds> latencies{20s, 200us, 900us, 2100us, 20ms};
    EXPECT_EQ(summary_text(monitor_status(), latencies, {.width = 100}),
              "watched       1 h 1 min 1 s: 1 subsystem, 2 namespaces, 4 controllers, 6 paths\n"
              "events        8: 6 ana_change and 2 access\n"
              "transitions   6 of paths; 4 of ANA groups too short to be seen, told by the change "
              "count alone\n"
              "latency       p50 2.1 ms, p99 20.0 s, max 20.0 s, from the AEN to the event (5 "
              "measured)\n"
              "source        trace is lost: no tracefs\n"
              "source        udev was lost 2 times and is back: events may have been missed\n"
              "not restored  nvme0n2 nsid 2 single_array: 2 of 2 paths usable, 2 optimized, 1 of 2 "
              "arrays ready\n");
}

TEST(Summary, ReadsPercentilesOffTheHistogramWhenNoTimesWereKept) {
    EXPECT_THAT(summary_text(monitor_status(), {}, {.width = 100}),
                HasSubstr("latency       p50 at most 2.5 ms, p99 over 10.0 s, from the AEN"));
}

TEST(Summary, OfAQuietTimeIsShort) {
    MonitorStatus status = monitor_status();
    status.events.clear();
    status.coalesced = 0;
    status.ana_latency = {};
    status.sources.clear();
    status.namespaces.pop_back();
    for (auto& path : status.namespaces[0].paths) {
        path.transitions = 0;
    }
    EXPECT_EQ(summary_text(status, {}),
              "watched       1 h 1 min 1 s: 1 subsystem, 1 namespace, 4 controllers, 4 paths\n"
              "events        none\n"
              "access        full for every namespace\n");
}

TEST(Summary, CountsSubsystemsOfNamespacesAndOfControllers) {
    MonitorStatus status = monitor_status();
    EXPECT_THAT(summary_text(status, {}), HasSubstr(": 1 subsystem, "));
    status.namespaces[0].subsysnqn = "nqn.2026-01.com.example:of-a-namespace-alone";
    EXPECT_THAT(summary_text(status, {}), HasSubstr(": 2 subsystems, "));
    status.controllers[0].subsysnqn = "nqn.2026-01.com.example:of-a-controller-alone";
    EXPECT_THAT(summary_text(status, {}), HasSubstr(": 3 subsystems, "));
}

TEST(Summary, SaysWhatWasJoinedAndWhatIsBroken) {
    MonitorStatus status = monitor_status();
    status.queue_merged = 1234;
    status.queue_dropped = 56789;
    status.coalesced = 0;
    status.sources[1].problem.clear();
    status.namespaces[1].device.clear();
    const std::string text = summary_text(status, {}, {.width = 200});
    EXPECT_THAT(text, HasSubstr("access; 1,234 more were joined with others because they were not "
                                "taken in time; 56,789 were left out because more came than were "
                                "taken\n"));
    EXPECT_THAT(text, HasSubstr("transitions   6 of paths\n"));
    EXPECT_THAT(text, HasSubstr("source        trace is lost\n"));
    EXPECT_THAT(text, HasSubstr("not restored  " + status.namespaces[1].subsysnqn + " nsid 2 "));
}

TEST(Summary, FoldsALongListOfNamespaces) {
    MonitorStatus status = monitor_status();
    for (int count = 0; count < 30; ++count) {
        status.namespaces.push_back(status.namespaces[1]);
    }
    EXPECT_THAT(summary_text(status, {}), HasSubstr("and 11 more namespaces\n"));
    EXPECT_THAT(summary_text(status, {}, {.verbose = true}), Not(HasSubstr("more namespaces")));
}

} // namespace
} // namespace haoh
