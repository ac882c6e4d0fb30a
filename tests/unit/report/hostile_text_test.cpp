// SPDX-License-Identifier: LGPL-2.1-or-later
// Whatever bytes an array, a kernel or a file puts into any string of what is rendered: no rendering
// passes a control character on, begins a line of the stranger's own, or is no JSON any more.
#include "every_string.hpp"
#include "page.hpp"
#include "sample_host.hpp"
#include "sample_monitor.hpp"
#include "terminal.hpp"

#include "unit/kernel_policy/device.hpp"

#include <haoh/event_report.hpp>
#include <haoh/policy_report.hpp>
#include <haoh/report.hpp>
#include <haoh/simulation_report.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace haoh {
namespace {

using test::EveryString;
using test::Sample;

/// Escape, bell, carriage return, NUL, delete, C1 as one character and as one byte, right-to-left
/// override, no UTF-8, quotes of JSON, XML and Graphviz, and a line of its own.
const std::string kHostile = std::string("\x1b[31m\x07\r\x7f\xc2\x9b\x9b\xe2\x80\xae\xff\xc3\"\\") +
                             '\0' + "</text><script>&]]>\nFORGED";

/// How a rendering deals with what is not to be printed.
enum class Form {
    text,       ///< safe_text
    html,       ///< the same, in a page that an XML parser reads
    safe_json,  ///< the same, in JSON
    exact_json, ///< the very bytes, by escapes that can be undone
    metrics,    ///< likewise, in which the escapes of safe_text are quoted once more
    xml,        ///< safe_text, in XML
};

struct Rendering {
    std::string name;
    std::string text;
    Form form{Form::text};
};

/// The bytes of kHostile that came through.
std::string harmful(const std::string& text) {
    std::string out;
    for (const std::string& piece :
         {std::string("\x1b"), std::string("\x07"), std::string("\r"), std::string(1, '\0'),
          std::string("\x7f"), std::string("\xc2\x9b"), std::string("\xe2\x80\xae"),
          std::string("\xff"), std::string("\xc3\"")}) {
        if (text.find(piece) != std::string::npos) {
            for (const char byte : piece) {
                out += std::to_string(static_cast<unsigned char>(byte)) + " ";
            }
        }
    }
    return out;
}

void expect_harmless_strings(const nlohmann::json& value) {
    if (value.is_string()) {
        EXPECT_EQ(harmful(value.get<std::string>()), "");
        EXPECT_EQ(value.get<std::string>().find('\n'), std::string::npos);
    } else if (value.is_structured()) {
        for (const auto& [key, inner] : value.items()) {
            expect_harmless_strings(inner);
        }
    }
}

void expect_harmless(const Rendering& one) {
    SCOPED_TRACE(one.name);
    EXPECT_NE(one.text.substr(0, 6), "FORGED");
    EXPECT_EQ(one.text.find("\nFORGED"), std::string::npos) << one.text;
    if (one.form == Form::html) {
        const test::ParsedPage page(one.text); // says where it is not well-formed
        EXPECT_EQ(page.count("//script"), 0U);
    }
    if (one.form == Form::text || one.form == Form::html || one.form == Form::metrics ||
        one.form == Form::xml) {
        EXPECT_EQ(harmful(one.text), "") << one.text;
        if (one.form == Form::xml) {
            pugi::xml_document document;
            const pugi::xml_parse_result result = document.load_string(one.text.c_str());
            EXPECT_TRUE(result) << result.description() << "\n" << one.text;
            EXPECT_EQ(one.text.find("</text>"), std::string::npos) << one.text;
        }
    } else {
        EXPECT_EQ(test::unprintable_bytes(one.text), "");
        const auto parsed = nlohmann::json::parse(one.text, nullptr, false);
        EXPECT_FALSE(parsed.is_discarded()) << one.text;
        if (one.form == Form::safe_json) {
            expect_harmless_strings(parsed);
        }
    }
}

/// Each string of the value alone, then all of them.
template <typename Value, typename Render>
void expect_harmless_whatever(const Value& value, const Render& render) {
    std::size_t count = 0;
    Value copy = value;
    EveryString([&](std::string&) { ++count; })(copy);
    ASSERT_GT(count, 0U);
    for (std::size_t chosen = 0; chosen <= count && !testing::Test::HasFailure(); ++chosen) {
        Value hostile = value;
        std::size_t index = 0;
        std::string before;
        EveryString([&](std::string& text) {
            if (chosen == count || index == chosen) {
                before = text;
                // Behind what it was, so that names still lead to each other.
                text += kHostile;
            }
            ++index;
        })(hostile);
        SCOPED_TRACE("string " + std::to_string(chosen) + " of " + std::to_string(count) +
                     ", after \"" + before + "\"");
        for (const Rendering& one : render(hostile)) {
            expect_harmless(one);
        }
    }
}

template <std::size_t kSize>
void fill(std::array<std::uint8_t, kSize>& field) {
    std::copy_n(kHostile.begin(), std::min(kSize, kHostile.size()), field.begin());
}

Report rich_report(Sample& sample) {
    Finding finding = test::uuid_finding(sample, 2);
    finding.on_kernel = OnKernel{.release = "6.12",
                                 .outcome = KernelOutcome{},
                                 .text = "It refuses the path.",
                                 .basis = "drivers/nvme/host/core.c"};
    test::add(sample.report, finding);
    test::add(sample.report, test::serial_finding(sample));
    Finding warning = test::serial_finding(sample);
    warning.verdict = Verdict::warn;
    warning.rule = "ctrl.mn.equal";
    test::add(sample.report, warning);
    Finding unknown = test::serial_finding(sample);
    unknown.verdict = Verdict::unknown;
    unknown.rule = "ctrl.fr.equal";
    test::add(sample.report, unknown);
    test::add(sample.report, test::firmware_note(sample));
    Finding waived = test::serial_finding(sample);
    waived.waived = Waived{.reason = "firmware 7.1 has it",
                           .owner = "storage team",
                           .expires = "2027-01-31",
                           .where = "waivers.toml:12"};
    test::add(sample.report, waived);
    sample.report.judged.version = "1.0";
    sample.report.judged.excluded = {"ns.nuse"};
    sample.report.judged.waivers = JudgedWaivers{.file = "waivers.toml", .day = "2026-12-01"};
    sample.report.judged.baseline = JudgedBaseline{.file = "before.json",
                                                   .observed_at = "2026-11-01T00:00:00Z",
                                                   .gone = {{.rule = "ns.nsze.equal",
                                                             .verdict = Verdict::fail,
                                                             .subsystem = test::kSampleNqn,
                                                             .host = "alpha",
                                                             .nsids = {},
                                                             .what = "size differs",
                                                             .looked_for = true}}};
    test::add(sample, test::refused_target());
    sample.report.kernel = "6.12";
    return sample.report;
}

TEST(HostileText, OfAReportHarmsNoRendering) {
    Sample sample = test::healthy_pair();
    const Report report = rich_report(sample);
    expect_harmless_whatever(report, [&](const Report& it) {
        return std::vector<Rendering>{
            {"text", to_text(it, sample.observation)},
            {"verbose", to_text(it, sample.observation, {.verbose = true})},
            {"html", to_html(it, sample.observation), Form::html},
            {"json", to_json(it), Form::safe_json},
            {"junit", to_junit(it, sample.observation), Form::xml},
            {"sarif", to_sarif(it, sample.observation)},
            {"markdown", to_markdown(it, sample.observation)}};
    });
    expect_harmless_whatever(report.attributions, [&](const Attributions& it) {
        return std::vector<Rendering>{{"list", list_text(sample.observation, it)},
                                      {"dot", list_dot(sample.observation, it)}};
    });
}

TEST(HostileText, OfWhatWasObservedHarmsNoRendering) {
    for (Sample sample :
         {test::healthy_pair(1), test::healthy_host(1), test::host_without_root(1)}) {
        test::add(sample, test::refused_target());
        if (!sample.observation.kernels.empty()) {
            KernelObservation& kernel = sample.observation.kernels[0];
            kernel.unread = {"subsystem nvme-subsys9: Permission denied"};
            kernel.messages = {{.microseconds = 7, .text = "nvme nvme1: IDs don't match"}};
            kernel.udev_rules = {"/etc/udev/rules.d/71-haoh.rules"};
            kernel.changed = {"nvme0"};
            kernel.stray_controllers.emplace_back().name = "nvme9";
            kernel.stray_controllers[0].state = Attribute::of("connecting");
        }
        for (ControllerObservation& controller : sample.observation.controllers) {
            controller.unread = {"feature 0Fh: no answer"};
        }
        expect_harmless_whatever(sample.observation, [&](const Observation& it) {
            std::vector<Rendering> out;
            for (const bool verbose : {false, true}) {
                out.push_back({"report", to_text(sample.report, it, {.verbose = verbose})});
                out.push_back(
                    {"list", list_text(it, sample.report.attributions, {.verbose = verbose})});
            }
            out.push_back({"html", to_html(sample.report, it), Form::html});
            out.push_back({"dot", list_dot(it, sample.report.attributions)});
            out.push_back({"junit", to_junit(sample.report, it), Form::xml});
            out.push_back({"sarif", to_sarif(sample.report, it)});
            out.push_back({"markdown", to_markdown(sample.report, it)});
            return out;
        });
    }
}

TEST(HostileText, InPagesHarmsNoRendering) {
    Sample sample = test::healthy_pair(1);
    const Observation before = sample.observation;
    for (ControllerObservation& controller : sample.observation.controllers) {
        nvme::IdentifyController id = controller.identify_data();
        fill(id.sn);
        fill(id.mn);
        fill(id.fr);
        fill(id.subnqn);
        controller.identify = Page::of(nvme::encode(id));
    }
    const std::vector<Difference> differences = diff(before, sample.observation);
    ASSERT_FALSE(differences.empty());
    expect_harmless({"diff", to_text(differences)});
    expect_harmless({"diff", to_json(differences), Form::safe_json});
    const Report report = check(sample.observation);
    expect_harmless({"report", to_text(report, sample.observation, {.verbose = true})});
    expect_harmless({"html", to_html(report, sample.observation), Form::html});
    expect_harmless({"report", to_json(report), Form::safe_json});
    expect_harmless({"list", list_text(sample.observation, report.attributions)});
    expect_harmless({"dot", list_dot(sample.observation, report.attributions)});
}

TEST(HostileText, OfDifferencesHarmsNoRendering) {
    std::vector<Difference> differences;
    for (const Difference::Kind kind :
         {Difference::Kind::added, Difference::Kind::removed, Difference::Kind::changed}) {
        differences.push_back({.kind = kind,
                               .controller = "tcp://10.0.0.1:4420 controller 1",
                               .nsid = 1,
                               .field = "ana_state",
                               .before = "optimized",
                               .after = "change"});
        differences.push_back(differences.back());
        differences.back().nsid = {};
        differences.back().controller.clear();
        differences.back().field = "hostnqn";
    }
    expect_harmless_whatever(differences, [](const std::vector<Difference>& it) {
        return std::vector<Rendering>{
            {"text", to_text(it)},
            {"verbose", to_text(it, TextStyle{.verbose = true})},
            {"json", to_json(std::span<const Difference>(it)), Form::safe_json}};
    });
}

TEST(HostileText, OfEventsHarmsNoRendering) {
    for (const Event& event : test::events_of_all_kinds()) {
        SCOPED_TRACE(to_string(event.kind));
        expect_harmless_whatever(event, [](const Event& it) {
            EventFolder folder;
            std::string folded = folder.push(it);
            folded += folder.push(it);
            folded += folder.flush();
            return std::vector<Rendering>{{"line", event_line(it)},
                                          {"verbose", event_line(it, {.verbose = true})},
                                          {"folded", folded},
                                          {"json", to_json(it), Form::exact_json}};
        });
    }
}

TEST(HostileText, OfAMonitorHarmsNoRendering) {
    MonitorStatus status = test::monitor_status();
    status.sources.push_back({.name = "kmsg", .healthy = false, .problem = "closed"});
    expect_harmless_whatever(status, [](const MonitorStatus& it) {
        return std::vector<Rendering>{
            {"summary", summary_text(it, {}) + summary_text(it, {}, {.verbose = true})},
            {"metrics", to_metrics(it), Form::metrics}};
    });
}

TEST(HostileText, OfPoliciesHarmsNoRendering) {
    for (const char* const policy : {"numa", "round-robin", "queue-depth", "future"}) {
        test::Device device(policy, "7.3.4");
        device.path("optimized").path("optimized").path("inaccessible");
        device.on_arrays({{"nvme0", "array-a"}, {"nvme1", "array-b"}});
        device.numa.nodes = {{0, {10, 20}}, {1, {20, 10}}};
        device.kernel.udev_rules = {"/etc/udev/rules.d/71-haoh.rules"};
        expect_harmless_whatever(device.explained(), [](const PathChoice& it) {
            return std::vector<Rendering>{{"text", to_text(it)},
                                          {"verbose", to_text(it, TextStyle{.verbose = true})},
                                          {"json", to_json(it), Form::exact_json}};
        });
        PolicyOverview overview =
            policy_overview(device.kernel, device.numa, device.attributions, {});
        overview.measured = std::chrono::seconds{2};
        overview.subsystems.at(0).shares = {{.path = "nvme0c0n1", .known = true, .share = 0.5},
                                            {.path = "nvme0c1n1", .known = false, .share = 0}};
        expect_harmless_whatever(overview, [](const PolicyOverview& it) {
            return std::vector<Rendering>{{"text", to_text(it)},
                                          {"verbose", to_text(it, TextStyle{.verbose = true})},
                                          {"json", to_json(it), Form::exact_json}};
        });
    }
    expect_harmless({"list", policy_list_text(kHostile)});
    expect_harmless({"list", policy_list_json(kHostile), Form::exact_json});
}

TEST(HostileText, OfASimulationHarmsNoRendering) {
    PolicyScenario scenario;
    scenario.title = "two arrays";
    scenario.workload.duration = std::chrono::milliseconds{20};
    for (const char* const name : {"a", "b"}) {
        scenario.paths.emplace_back().name = std::string(name) + "1";
        scenario.paths.back().array = name;
    }
    scenario.timeline.emplace_back().array = "a";
    scenario.timeline.emplace_back().path = "b1";
    expect_harmless_whatever(simulate(scenario), [](const SimulationResult& it) {
        return std::vector<Rendering>{
            {"text", to_text(it)}, {"svg", to_svg(it)}, {"json", to_json(it), Form::exact_json}};
    });
}

TEST(HostileText, IsSeenByTheseTests) {
    // What the tests above want is not fulfilled by what they put in.
    EXPECT_EQ(harmful(kHostile), "27 7 13 0 127 194 155 226 128 174 255 195 34 ");
    EXPECT_EQ(harmful("\xc2\xa7 5.1\n"), "");
    std::vector<std::string> seen;
    Unobserved one = test::refused_target();
    EveryString([&](std::string& text) { seen.push_back(text); })(one);
    EXPECT_EQ(seen, (std::vector{one.object, one.target, one.subsysnqn, one.error, one.host}));
}

} // namespace
} // namespace haoh
