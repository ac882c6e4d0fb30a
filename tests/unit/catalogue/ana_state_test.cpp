// SPDX-License-Identifier: LGPL-2.1-or-later
// Every ANA state of one array beside every state of the other: what the specification calls
// usable (Base 2.3 §8.1.1.4: optimized and non-optimized) decides, and what a transition leaves
// open is not judged.
#include "unit/catalogue/linux_host.hpp"
#include "unit/catalogue/pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using nvme::AnaState;
using testing::ElementsAreArray;

constexpr std::array kStates{AnaState::optimized, AnaState::non_optimized, AnaState::inaccessible,
                             AnaState::persistent_loss, AnaState::change};

bool takes_io(AnaState state) {
    return state == AnaState::optimized || state == AnaState::non_optimized;
}

struct BothStates {
    AnaState a{};
    AnaState b{};
};

std::ostream& operator<<(std::ostream& out, const BothStates& states) {
    return out << nvme::to_string(states.a) << " and " << nvme::to_string(states.b);
}

std::vector<BothStates> all_states() {
    std::vector<BothStates> out;
    for (const AnaState a : kStates) {
        for (const AnaState b : kStates) {
            out.push_back({a, b});
        }
    }
    return out;
}

class States : public testing::TestWithParam<BothStates> {
  protected:
    static Pair pair() {
        Pair out(2, 1);
        out.on_a([](Node& node) { node.state(GetParam().a); });
        out.on_b([](Node& node) { node.state(GetParam().b); });
        return out;
    }
    static bool any(AnaState state) { return GetParam().a == state || GetParam().b == state; }
    static bool usable() { return takes_io(GetParam().a) || takes_io(GetParam().b); }

    /// Without a policy.
    static std::vector<std::string> expected() {
        if (!usable()) {
            return {any(AnaState::change) ? "UNKNOWN ana.ns.usable_path 1"
                                          : "FAIL ana.ns.usable_path 1"};
        }
        std::vector<std::string> out;
        if (!any(AnaState::optimized) && !any(AnaState::change)) {
            out.emplace_back("WARN ana.ns.optimized_path 1");
        }
        if (any(AnaState::persistent_loss)) { // which is final, whatever the policy
            out.emplace_back("WARN ana.ns.usable_path_per_array 1");
        }
        return out;
    }
};

TEST_P(States, AreJudgedWithoutAPolicy) {
    EXPECT_THAT(lines(pair().report()), ElementsAreArray(expected()));
}

TEST_P(States, AreJudgedAsActivePassive) {
    Pair tested = pair();
    tested.options.config.policy = Policy::active_passive;
    std::vector<std::string> wanted = expected();
    if (GetParam().a == AnaState::optimized && GetParam().b == AnaState::optimized) {
        wanted.insert(wanted.begin(), "FAIL ana.ns.single_owner 1");
    }
    // A passive array may be inaccessible, but not have lost the copy.
    EXPECT_THAT(lines(tested.report()), ElementsAreArray(wanted));
}

TEST_P(States, AreJudgedAsActiveActive) {
    Pair tested = pair();
    tested.options.config.policy = Policy::active_active;
    std::vector<std::string> wanted = expected();
    if (usable() && !any(AnaState::persistent_loss) &&
        !(takes_io(GetParam().a) && takes_io(GetParam().b))) {
        wanted.emplace_back("WARN ana.ns.usable_path_per_array 1");
    }
    EXPECT_THAT(lines(tested.report()), ElementsAreArray(wanted));
}

TEST_P(States, LeaveOpenWhatAnArrayThatIsDownWouldSay) {
    Pair tested = pair();
    tested.unobserved.push_back(
        {.object = "c", .target = "c", .subsysnqn = kNqn, .error = "connection refused"});
    std::vector<std::string> wanted{"UNKNOWN snap.verdict_unknown"};
    if (!usable()) {
        wanted.insert(wanted.begin(), "UNKNOWN ana.ns.usable_path 1");
    } else if (any(AnaState::persistent_loss)) {
        wanted.insert(wanted.begin(), "WARN ana.ns.usable_path_per_array 1");
    }
    EXPECT_THAT(lines(tested.report()), ElementsAreArray(wanted));
}

TEST_P(States, AreWhatAHostGoesBy) {
    CheckOptions only;
    only.rules = {"host.*"};
    const Report report = check(connected(pair().observation()), only);
    std::vector<std::string> wanted;
    if (!usable()) {
        wanted.emplace_back("FAIL host.ns.usable_path 1");
    } else if (any(AnaState::persistent_loss)) {
        // Inaccessible or in transition, the other array takes over when it must.
        wanted.emplace_back("WARN host.ns.usable_arrays 1");
    }
    // What is unknown is told in any case.
    std::vector<std::string> found = lines(report);
    std::erase_if(found, [](const std::string& line) { return line.starts_with("UNKNOWN ana."); });
    EXPECT_THAT(found, ElementsAreArray(wanted));
}

TEST_P(States, CountForTheWriteCache) {
    Pair tested = pair();
    tested.on_both([](Node& node) { node.id.vwc = 1; });
    const Report report = tested.report();
    const bool warned =
        testing::Value(lines(report), testing::Contains("WARN ctrl.vwc.stretch_absent 1"));
    EXPECT_EQ(warned, takes_io(GetParam().a) && takes_io(GetParam().b));
}

INSTANTIATE_TEST_SUITE_P(Ana, States, testing::ValuesIn(all_states()));

/// ANACAP has a bit for each state that a controller can report (Base 2.1 Figure 312).
TEST(AnaCapabilities, AnnounceEachState) {
    const std::array<std::pair<AnaState, std::uint8_t>, 5> kBits{{{AnaState::optimized, 0x01},
                                                                  {AnaState::non_optimized, 0x02},
                                                                  {AnaState::inaccessible, 0x04},
                                                                  {AnaState::persistent_loss, 0x08},
                                                                  {AnaState::change, 0x10}}};
    for (const auto& [state, bit] : kBits) {
        for (unsigned missing = 0x01; missing <= 0x10; missing <<= 1U) {
            Pair pair(2, 1);
            pair.on_b([state = state](Node& node) { node.state(state); });
            pair.on_both([missing](Node& node) {
                node.id.anacap = static_cast<std::uint8_t>(0x1F & ~missing);
            });
            // A is optimized: without bit 0 there is another finding.
            std::vector<std::string> wanted;
            if (state == AnaState::persistent_loss) {
                wanted.emplace_back("WARN ana.ns.usable_path_per_array 1");
            }
            if (missing == 0x01) {
                wanted.emplace_back("NOTE ana.anacap.optimized_bit");
            } else if (missing == bit) {
                wanted.emplace_back("WARN ana.log.group.state_allowed");
            }
            EXPECT_THAT(lines(pair.report()), ElementsAreArray(wanted))
                << nvme::to_string(state) << " without bit " << missing;
        }
    }
}

} // namespace
} // namespace haoh::test
