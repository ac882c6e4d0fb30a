// SPDX-License-Identifier: LGPL-2.1-or-later
// What is said of targets reaches the arrays.
#include <haoh/source.hpp>

#include "unit/capi/served_pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using ::testing::Each;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(SourceTargets, are_asked_for_controller_ids_of_each_other_unless_it_is_forbidden) {
    const ServedPair pair;
    const haoh_source served = pair.source();
    Source source;
    source.targets.assign(served.targets, served.targets + served.targets_count);
    source.subsysnqn = served.nqn;
    source.identity = host_identity(served.hostnqn, {});
    const Observation probed = observe_now(source);
    ASSERT_THAT(probed.controllers, SizeIs(2)) << to_json(probed);
    EXPECT_THAT(probed.controllers,
                Each(Field(&ControllerObservation::probed_cntlids, Not(IsEmpty()))));
    source.probe_cntlids = false;
    const Observation plain = observe_now(source);
    ASSERT_THAT(plain.controllers, SizeIs(2));
    EXPECT_THAT(plain.controllers, Each(Field(&ControllerObservation::probed_cntlids, IsEmpty())));
}

} // namespace
} // namespace haoh::test
