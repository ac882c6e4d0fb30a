// SPDX-License-Identifier: LGPL-2.1-or-later
// What an array changes and tells of by no event.
#include "unit/monitor/array_watch.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;

class UnheardArray : public ArrayWatch {
  protected:
    UnheardArray() { options_.poll_interval = 10ms; }

    /// From now on it says that it sends events, and sends none.
    void mute(const std::string& array) {
        say("override " + array + " identify-controller oaes 0x900");
        say("set " + array + " oaes 0");
    }
    void start_muted() {
        start();
        mute("a");
        mute("b");
    }
    void resize(const std::string& array, std::uint32_t nsid, std::uint64_t bytes) {
        say(fmt::format("namespace resize {} {} {}", array, nsid, bytes));
    }
    /// As long as several rounds take, if all keep their pace.
    void rounds(int count) { pass(options_.poll_interval * 60 * count); }
    /// Whether all of the array's paths have a size.
    [[nodiscard]] bool ready(std::uint32_t nsid, unsigned arrays) const {
        const MonitorStatus status = monitor_->status();
        return status.namespaces.at(nsid - 1).access.ready == arrays;
    }
};

TEST_F(UnheardArray, is_asked_again_and_again_and_tells_nothing_new) {
    start_muted();
    rounds(3);
    EXPECT_THAT(events_, IsEmpty());
    EXPECT_EQ(healthy(), 2U);
}

TEST_F(UnheardArray, is_seen_to_grow_and_access_stays_what_it_is) {
    start_muted();
    const std::uint64_t before = monitor_->status().namespaces.at(1).bytes;
    resize("a", 2, 2 * before);
    resize("b", 2, 2 * before);
    run_until([&] { return count(EventKind::namespace_resized) == 1U && ready(2, 2); }, "its size");
    rounds(2);
    const auto told = of(EventKind::namespace_resized);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].nsid, 2U);
    EXPECT_EQ(told[0].from, std::to_string(before));
    EXPECT_EQ(told[0].to, std::to_string(2 * before));
    EXPECT_EQ(told[0].source, "clock");
    EXPECT_FALSE(told[0].cause);
    EXPECT_EQ(events_.size(), 1U) << "access was never in question";
    for (const ControllerObservation& one : monitor_->observation().controllers) {
        EXPECT_EQ(one.namespaces.at(1).identify_data().size_bytes(), 2 * before) << one.name;
    }
}

TEST_F(UnheardArray, is_told_of_when_the_other_one_does_not_follow) {
    start_muted();
    const std::uint64_t before = monitor_->status().namespaces.at(1).bytes;
    resize("a", 2, 2 * before);
    run_until([&] { return count(EventKind::access) == 1U; }, "the difference");
    const Event access = of(EventKind::access)[0];
    EXPECT_EQ(access.to, "single_array");
    EXPECT_EQ(access.trouble, Trouble::resize);
    EXPECT_EQ(access.nsid, 2U);
    resize("b", 2, 2 * before);
    run_until([&] { return count(EventKind::access) == 2U; }, "the end of it");
    EXPECT_EQ(of(EventKind::access)[1].to, "restored");
    EXPECT_EQ(count(EventKind::namespace_resized), 1U);
}

TEST_F(UnheardArray, is_seen_to_show_another_volume) {
    start_muted();
    say("set b 3 uuid 0b5f3d2e-7a54-4c6f-9a3b-2f1d0c9e8b7a");
    run_until([&] { return count(EventKind::path_refused) == 1U; }, "it");
    EXPECT_EQ(of(EventKind::path_refused)[0].nsid, 3U);
    EXPECT_EQ(of(EventKind::path_refused)[0].array, "array-b");
    EXPECT_EQ(count(EventKind::identity_changed), 1U);
    run_until([&] { return monitor_->status().subsystems.at(0).verdict == Verdict::fail; },
              "the verdict");
}

TEST_F(UnheardArray, is_seen_to_judge_otherwise_by_whatever_it_says_of_a_namespace) {
    start_muted();
    run_until([&] { return monitor_->status().subsystems.at(0).verdict == Verdict::pass; },
              "a verdict");
    say("set b 1 rescap 0");
    run_until([&] { return monitor_->status().subsystems.at(0).verdict != Verdict::pass; },
              "another one");
    EXPECT_THAT(events_, IsEmpty());
}

TEST_F(UnheardArray, is_seen_to_have_other_namespaces) {
    start_muted();
    say("namespace add a 9 1MiB");
    run_until([&] { return count(EventKind::namespace_added) == 1U; }, "the namespace");
    EXPECT_EQ(of(EventKind::namespace_added)[0].nsid, 9U);
    say("namespace remove a 9");
    run_until([&] { return count(EventKind::namespace_removed) == 1U; }, "its end");
}

TEST_F(UnheardArray, is_seen_in_another_ana_state) {
    start_muted();
    ana("b", nvme::AnaState::inaccessible);
    run_until([&] { return count(EventKind::ana_change) == kNamespaces; }, "the change");
    EXPECT_EQ(of(EventKind::ana_change)[0].source, "clock");
    EXPECT_EQ(state_of(1, 1), "inaccessible");
}

/// What uses little of the array's time: a reading of all only where something changed.
TEST_F(UnheardArray, that_uses_up_its_capacity_is_no_change) {
    start_muted();
    say("override b identify-namespace nuse 77");
    rounds(2);
    EXPECT_THAT(events_, IsEmpty());
    EXPECT_NE(monitor_->observation().controllers.at(1).namespaces.at(0).identify_data().nuse, 77U)
        << "so all was read again";
}

} // namespace
} // namespace haoh::test
