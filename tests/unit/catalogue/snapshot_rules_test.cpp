// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

namespace haoh::test {

std::vector<Case> snapshot_cases() {
    return {
        {"AnArrayThatWasNotObserved",
         [](Pair& pair) {
             pair.b.clear();
             pair.unobserved.push_back({.object = "tcp://10.2.0.1:4420",
                                        .target = "tcp://10.2.0.1:4420",
                                        .subsysnqn = kNqn,
                                        .error = "connect to tcp://10.2.0.1:4420: refused"});
         },
         {"UNKNOWN snap.verdict_unknown"}},
        {"APageThatWasNotRead",
         [](Pair& pair) {
             pair.b[0].edit = [](ControllerObservation& out) {
                 out.namespaces[1].identify = Page::of_failure("timed out");
                 out.unread.emplace_back("Identify Namespace of namespace 2: timed out");
             };
         },
         {"UNKNOWN snap.verdict_unknown"}},
        {"APageThatWasNotReadAndNotListed",
         [](Pair& pair) {
             pair.b[0].edit = [](ControllerObservation& out) {
                 out.namespaces[1].descriptors = Page::of_failure("timed out");
             };
         },
         {"UNKNOWN snap.verdict_unknown"}},
        {"AControllerThatDoesNotIdentifyItself",
         [](Pair& pair) {
             pair.b[0].edit = [](ControllerObservation& out) {
                 out.identify = Page::of_failure("timed out");
                 out.namespaces.clear();
                 out.active_nsids.reset();
             };
         },
         {"UNKNOWN snap.verdict_unknown"}},
        {"DescriptorsThatARecentControllerRefuses",
         [](Pair& pair) {
             pair.on_b(2, [](Path& path) {
                 path.edit = [](NamespaceObservation& out) {
                     out.descriptors = Page::of_status({nvme::status::internal_error});
                 };
             });
         },
         {"UNKNOWN snap.verdict_unknown", "UNKNOWN snap.verdict_unknown"}},
        {"AnAnaLogThatNeverRests",
         [](Pair& pair) {
             pair.b[0].edit = [](ControllerObservation& out) {
                 out.ana.stable = false;
                 out.ana.attempts = 3;
                 // What a torn reading may look like: judged, it would be several defects.
                 out.ana.log = Page::of(nvme::Bytes(200, 0xFF));
             };
         },
         {"UNKNOWN snap.ana_consistent"}},
        {"AStretchedProfileOnOneArray",
         [](Pair& pair) {
             pair.b.clear();
             pair.options.config.profile = Profile::stretched;
         },
         {"UNKNOWN model.detect"}},
        {"AStretchedProfileAndAnArrayThatDoesNotAnswer",
         [](Pair& pair) {
             pair.b.clear();
             pair.options.config.profile = Profile::stretched;
             pair.unobserved.push_back({.object = "tcp://10.2.0.1:4420",
                                        .target = "tcp://10.2.0.1:4420",
                                        .subsysnqn = kNqn,
                                        .error = "connect to tcp://10.2.0.1:4420: refused"});
         },
         {"UNKNOWN snap.verdict_unknown"}},
        {"AStretchedProfileAndAnotherSubsystemThatDoesNotAnswer",
         [](Pair& pair) {
             pair.b.clear();
             pair.options.config.profile = Profile::stretched;
             pair.unobserved.push_back({.object = "tcp://10.2.0.1:4420",
                                        .target = "tcp://10.2.0.1:4420",
                                        .subsysnqn = "nqn.2026-01.io.example:other",
                                        .error = "connect to tcp://10.2.0.1:4420: refused"});
         },
         {"UNKNOWN snap.verdict_unknown", "UNKNOWN model.detect"}},
        {"ADispersedProfileOnOneSubsystem",
         [](Pair& pair) { pair.options.config.profile = Profile::dispersed; },
         {"UNKNOWN model.detect"}},
    };
}

} // namespace haoh::test
