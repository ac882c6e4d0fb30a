// SPDX-License-Identifier: LGPL-2.1-or-later
// Which formats each function has, and that each is what it is called.
#include "capi/event.hpp"

#include "freed.hpp"

#include "support/sysfs_tree.hpp"

#include <haoh/report.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <set>
#include <utility>

namespace haoh::test {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kScenario = "policies = [\"numa\"]\n[workload]\nduration = \"1ms\"\n"
                                  "[[path]]\narray = \"a\"\n";

class CapiFormat : public ::testing::Test {
  protected:
    CapiFormat() : root_{tree_.root()} {
        tree_.add_subsystem("nqn.2014-08.org.example:s", 2, 1);
        source_.sysroot = root_.c_str();
        observation_.reset(haoh_observe(&source_, error_));
        EXPECT_NE(observation_, nullptr) << error_.message();
        report_.reset(haoh_check(observation_.get(), nullptr, error_));
        EXPECT_NE(report_, nullptr) << error_.message();
    }

    using Render = std::function<char*(int format, const haoh_style* style)>;
    void expect_formats(const std::set<int>& offered, const Render& render) {
        for (int format = -1; format <= HAOH_SVG + 1; ++format) {
            const std::string text = owned(render(format, nullptr));
            if (!offered.contains(format)) {
                EXPECT_EQ(text, "(null)") << format;
                EXPECT_EQ(error_.code(), HAOH_INVALID_ARGUMENT) << format;
                continue;
            }
            if (format == HAOH_JSON) {
                EXPECT_THAT(text, AllOf(StartsWith("{"), EndsWith("}"), HasSubstr("schema")));
            } else if (format == HAOH_DOT) {
                EXPECT_THAT(text, StartsWith("digraph "));
            } else if (format == HAOH_SVG) {
                EXPECT_THAT(text, AllOf(StartsWith("<?xml"), HasSubstr("<svg")));
            } else {
                EXPECT_THAT(text, AllOf(Not(StartsWith("{")), Not(StartsWith("<")),
                                        Not(StartsWith("digraph")), EndsWith("\n")));
            }
        }
        // And a style that is none is refused, whatever the format.
        haoh_style narrow HAOH_STYLE_INIT;
        narrow.width = 39;
        for (const int format : offered) {
            EXPECT_EQ(render(format, &narrow), nullptr) << format;
            EXPECT_EQ(error_.code(), HAOH_INVALID_ARGUMENT) << format;
        }
    }

    SysfsTree tree_;
    std::string root_;
    haoh_source source_ HAOH_SOURCE_INIT;
    ErrorSlot error_;
    ObservationHandle observation_;
    ReportHandle report_;
};

TEST_F(CapiFormat, of_observations_and_reports) {
    expect_formats({HAOH_TEXT, HAOH_JSON, HAOH_DOT}, [&](int format, const haoh_style* style) {
        return haoh_list(observation_.get(), nullptr, format, style, error_);
    });
    expect_formats({HAOH_TEXT, HAOH_JSON}, [&](int format, const haoh_style* style) {
        return haoh_diff(observation_.get(), observation_.get(), format, style, nullptr, error_);
    });
    expect_formats({HAOH_TEXT, HAOH_JSON}, [&](int format, const haoh_style* style) {
        return haoh_report_render(report_.get(), format, style, error_);
    });
    expect_formats({HAOH_TEXT, HAOH_JSON}, [&](int format, const haoh_style* style) {
        return haoh_rules("ns.uuid.*", format, style, error_);
    });
    const haoh_event event{Event{}};
    expect_formats({HAOH_TEXT, HAOH_JSON}, [&](int format, const haoh_style* style) {
        return haoh_event_render(&event, format, style, error_);
    });
}

TEST_F(CapiFormat, of_reports_by_name) {
    haoh_style style HAOH_STYLE_INIT;
    style.width = 60;
    std::size_t count = 0;
    while (const char* name = haoh_report_format(count)) {
        ASSERT_LT(count, report_formats().size());
        EXPECT_EQ(name, report_formats()[count++].name);
        EXPECT_NE(owned(haoh_report_render_as(report_.get(), name, &style, error_)), "(null)");
    }
    EXPECT_EQ(count, report_formats().size());
    EXPECT_EQ(haoh_report_format(SIZE_MAX), nullptr);
    for (const auto& [name, format] : {std::pair{"text", HAOH_TEXT}, {"json", HAOH_JSON}}) {
        EXPECT_EQ(owned(haoh_report_render_as(report_.get(), name, &style, error_)),
                  owned(haoh_report_render(report_.get(), format, &style, error_)));
    }
    for (const char* wrong : {"", "TEXT", "jso", "dot", static_cast<const char*>(nullptr)}) {
        EXPECT_EQ(haoh_report_render_as(report_.get(), wrong, &style, error_), nullptr);
        EXPECT_EQ(error_.code(), HAOH_INVALID_ARGUMENT);
    }
    style.width = 39;
    EXPECT_EQ(haoh_report_render_as(report_.get(), "json", &style, error_), nullptr);
    EXPECT_EQ(error_.code(), HAOH_INVALID_ARGUMENT);
}

TEST_F(CapiFormat, of_policies) {
    expect_formats({HAOH_TEXT, HAOH_JSON}, [&](int format, const haoh_style* style) {
        return haoh_policy_list(&source_, format, style, error_);
    });
    expect_formats({HAOH_TEXT, HAOH_JSON}, [&](int format, const haoh_style* style) {
        return haoh_policy_show(&source_, nullptr, 0, format, style, nullptr, error_);
    });
    expect_formats({HAOH_TEXT, HAOH_JSON}, [&](int format, const haoh_style* style) {
        return haoh_policy_explain(&source_, nullptr, "nvme0n1", format, style, nullptr, error_);
    });
    expect_formats({HAOH_TEXT, HAOH_JSON, HAOH_SVG}, [&](int format, const haoh_style* style) {
        return haoh_policy_simulate(kScenario, std::char_traits<char>::length(kScenario), nullptr,
                                    format, style, error_);
    });
}

} // namespace
} // namespace haoh::test
