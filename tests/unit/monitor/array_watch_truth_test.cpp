// SPDX-License-Identifier: LGPL-2.1-or-later
// What a monitor of arrays says is so: it alarms nobody without a reason, and is calm only where
// `haoh check` would be.
#include "unit/monitor/array_watch.hpp"

#include <haoh/check.hpp>
#include <haoh/source.hpp>

#include <boost/asio/detached.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <random>
#include <set>

namespace haoh::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace asio = boost::asio;

class ArrayWatchTruth : public ArrayWatch {
  protected:
    void begin() {
        monitor_.emplace(context_.get_executor(), options_);
        monitor_->on_event([this](const Event& event) { events_.push_back(event); });
        asio::co_spawn(context_, monitor_->start(), asio::detached);
    }
    /// "rule nsids" of what does not hold.
    static std::set<std::string> broken(const Report& report) {
        std::set<std::string> out;
        for (const Finding& finding : report.findings) {
            if (finding.verdict == Verdict::fail || finding.verdict == Verdict::warn) {
                out.insert(fmt::format("{} {}", finding.rule, finding.nsid.value_or(0)));
            }
        }
        return out;
    }
    Report checked() {
        ObserveOptions options;
        options.targets = options_.targets;
        options.subsysnqn = options_.subsysnqn;
        options.connect = options_.connect;
        options.probe_cntlids = false;
        std::optional<Observation> seen;
        asio::co_spawn(context_, observe(options),
                       [&seen](const std::exception_ptr& failure, Observation observation) {
                           EXPECT_FALSE(failure);
                           seen = std::move(observation);
                       });
        run_until([&] { return seen.has_value(); }, "haoh check");
        return check(*seen);
    }
};

TEST_F(ArrayWatchTruth, a_start_on_a_healthy_active_passive_pair_alarms_nobody) {
    for (const bool passive_is_quicker : {false, true}) {
        events_.clear();
        ana("a", nvme::AnaState::optimized);
        ana("b", nvme::AnaState::inaccessible);
        say(fmt::format("latency a {}", passive_is_quicker ? "30ms" : "0ms"));
        begin();
        run_until([&] { return healthy() == 2; }, "both arrays");
        EXPECT_EQ(count(EventKind::access), 0U);
        for (const MonitorStatus::Namespace& one : monitor_->status().namespaces) {
            EXPECT_EQ(one.access.access(), Access::restored);
        }
        restart();
    }
    say("latency a 0ms");
    begin();
    run_until([&] { return healthy() == 2; }, "both arrays");
}

TEST_F(ArrayWatchTruth, a_target_that_is_not_there_is_missed_from_the_beginning) {
    say("down b");
    begin();
    run_until([&] { return count(EventKind::access) == kNamespaces; }, "the alarm");
    for (const Event& event : of(EventKind::access)) {
        EXPECT_EQ(event.from, "");
        EXPECT_EQ(event.to, "single_array");
        EXPECT_EQ(event.trouble, Trouble::absent);
        EXPECT_EQ(event.text, "array-b: not there");
        EXPECT_EQ(event.access->arrays, 2U);
    }
    say("up b");
    run_until([&] { return count(EventKind::access) == 2 * kNamespaces; }, "the end of it");
    EXPECT_EQ(of(EventKind::access).back().to, "restored");
}

TEST_F(ArrayWatchTruth, without_a_name_a_target_that_is_not_there_is_missed_and_found) {
    options_.subsysnqn.clear();
    say("down b");
    begin();
    run_until([&] { return count(EventKind::access) == kNamespaces; }, "the alarm");
    EXPECT_EQ(of(EventKind::access)[0].to, "single_array");
    EXPECT_EQ(of(EventKind::access)[0].text, "array-b: not there");
    say("up b");
    run_until([&] { return count(EventKind::access) == 2 * kNamespaces && healthy() == 2; },
              "the array");
    EXPECT_EQ(array_of(1), "array-b");
}

TEST_F(ArrayWatchTruth, another_volume_on_an_array_that_returns_is_no_access) {
    start();
    say("down b");
    run_until([&] { return count(EventKind::access) == kNamespaces; }, "the loss");
    say("override b descriptors descriptor[0].nid 0b5f3d2e7a544c6f9a3b2f1d0c9e8b7a");
    events_.clear();
    say("up b");
    run_until([&] { return count(EventKind::path_refused) == kNamespaces; }, "the refusals");
    for (const Event& refused : of(EventKind::path_refused)) {
        EXPECT_EQ(refused.array, "array-b");
        EXPECT_THAT(refused.rule, HasSubstr(".equal"));
    }
    EXPECT_EQ(count(EventKind::access), 0U) << "nothing is restored";
    for (const MonitorStatus::Namespace& one : monitor_->status().namespaces) {
        EXPECT_EQ(one.access.access(), Access::single_array);
    }
    run_until(
        [&] {
            const MonitorStatus status = monitor_->status();
            return status.subsystems.at(0).verdict == Verdict::fail;
        },
        "the verdict");
    EXPECT_EQ(checked().verdict, Verdict::fail);
}

/// Whatever `haoh check` calls a failure with which Linux makes no path that can be used.
TEST_F(ArrayWatchTruth, what_Linux_does_not_use_is_no_access) {
    start();
    struct Case {
        const char* lie;
        const char* rule;
    };
    for (const Case& one : {Case{"identify-namespace ncap 0", "ns.ncap.nonzero"},
                            Case{"identify-namespace nsze 0", "ns.nsze.sane"},
                            Case{"identify-controller sgls 0", "ctrl.sgls.supported"},
                            Case{"identify-controller icdoff 1", "ctrl.icdoff"}}) {
        say("down b");
        run_until([&] { return healthy() == 1; }, "the loss");
        say(std::string("override b ") + one.lie);
        events_.clear();
        say("up b");
        run_until([&] { return count(EventKind::path_refused) == kNamespaces; }, one.lie);
        EXPECT_EQ(of(EventKind::path_refused)[0].rule, one.rule);
        for (const MonitorStatus::Namespace& known : monitor_->status().namespaces) {
            EXPECT_EQ(known.access.access(), Access::single_array) << one.lie;
        }
        EXPECT_EQ(checked().verdict, Verdict::fail) << one.lie;
        say("override b clear");
        say("down b");
        run_until([&] { return healthy() == 1; }, "the loss");
        say("up b");
        run_until(
            [&] {
                const MonitorStatus status = monitor_->status();
                return healthy() == 2 &&
                       status.namespaces.at(0).access.access() == Access::restored;
            },
            "its return");
    }
}

TEST_F(ArrayWatchTruth, what_it_knows_judges_as_what_check_would_see) {
    start();
    std::mt19937 random(11); // NOLINT: the same life each time
    const std::vector<std::string> steps{
        "ana a all optimized",
        "ana b all inaccessible",
        "ana b all optimized",
        "ana b 1 persistent-loss",
        "namespace add a 9 1MiB",
        "namespace remove a 9",
        "namespace resize a 2 8MiB",
        "namespace resize b 2 8MiB",
        "ana a all non-optimized",
        "down b",
        "up b",
    };
    bool b_is_up = true;
    bool has_nine = false;
    for (int round = 0; round < 40; ++round) {
        const std::string& step = steps[random() % steps.size()];
        if (step.starts_with("namespace") && step.ends_with(has_nine ? "1MiB" : " 9")) {
            continue; // it has it already, or not
        }
        has_nine =
            has_nine != (step.starts_with("namespace add") || step.starts_with("namespace remove"));
        say(step);
        b_is_up = step == "up b" || (b_is_up && step != "down b");
        // Events are on their way: it is the same before long, or never.
        const Report truth = checked();
        run_until(
            [&] {
                const Observation known = monitor_->observation();
                return known.unobserved.empty() == b_is_up && broken(check(known)) == broken(truth);
            },
            fmt::format("{} in round {}", step, round).c_str());
    }
}

} // namespace
} // namespace haoh::test
