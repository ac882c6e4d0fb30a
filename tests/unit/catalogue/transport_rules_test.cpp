// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

namespace haoh::test {

namespace {

/// A change of the finished observation of array B's controllers.
std::function<void(Pair&)> on_b(void (*change)(ControllerObservation&)) {
    return [change](Pair& pair) { pair.on_b([change](Node& node) { node.edit = change; }); };
}

} // namespace

std::vector<Case> transport_cases() {
    return {
        {"TooSmallCommandCapsules",
         [](Pair& pair) { pair.on_both([](Node& node) { node.id.ioccsz = 3; }); },
         {"FAIL ctrl.ioccsz.min"}},
        {"NoResponseCapsules",
         [](Pair& pair) { pair.on_both([](Node& node) { node.id.iorcsz = 0; }); },
         {"FAIL ctrl.iorcsz.min"}},
        {"InCapsuleDataThatDiffers",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.ioccsz = 4; }); },
         {"WARN ctrl.ioccsz.equal_transport"}},
        {"AnInCapsuleDataOffset",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.icdoff = 1; }); },
         {"FAIL ctrl.icdoff"}},
        {"AnInCapsuleDataOffsetOverRdma",
         on_b([](ControllerObservation& out) {
             out.transport = "rdma";
             nvme::Bytes bytes = out.identify.whole();
             bytes[1800] = 1;
             out.identify = Page::of(bytes);
         }),
         {"FAIL ctrl.icdoff", "WARN conn.transport.not_mixed"}},
        {"NoSgls",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.sgls = 0x00100004; }); },
         {"FAIL ctrl.sgls.supported"},
         {{"ctrl.sgls.supported", Severity::loss, "", "0x100004"}}},
        {"NoSglsOnBothArrays",
         [](Pair& pair) { pair.on_both([](Node& node) { node.id.sgls = 0; }); },
         {"FAIL ctrl.sgls.supported"}},
        {"NoKeyedSglsOverRdma",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 node.id.sgls = 1;
                 node.edit = [](ControllerObservation& out) { out.transport = "rdma"; };
             });
         },
         {"FAIL ctrl.sgls.supported"}},
        {"KeyedSglsOverRdma",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 node.id.sgls = 4;
                 node.edit = [](ControllerObservation& out) { out.transport = "rdma"; };
             });
         },
         {}},
        {"DataThatHasToBeAligned",
         on_b([](ControllerObservation& out) { out.connection.cpda = 1; }),
         {"FAIL conn.cpda"},
         {{"conn.cpda", Severity::loss, "", "1 (8 bytes)"}}},
        {"AnAlignmentThatIsNotKnown",
         on_b([](ControllerObservation& out) { out.connection.cpda.reset(); }),
         {}},
        {"OtherSgls",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.sgls = 1; }); },
         {"WARN ctrl.sgls.equal"}},
        {"DisconnectOnOneArray",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.ofcs = 0; }); },
         {"WARN ctrl.ofcs.equal"}},
        {"ADiscoveryTypeOnAnIoController",
         [](Pair& pair) { pair.on_both([](Node& node) { node.id.dctype = 1; }); },
         {"NOTE ctrl.dctype"}},
        {"OneHostWithTwoIds",
         on_b([](ControllerObservation& out) { out.connection.hostid.fill(9); }),
         {"FAIL conn.hostnqn_hostid.same"}},
        {"TwoHosts",
         on_b([](ControllerObservation& out) {
             out.connection.hostid.fill(9);
             out.connection.hostnqn = "nqn.2026-01.io.example:other-host";
         }),
         {}},
        {"AuthenticationOnOneArray",
         [](Pair& pair) {
             pair.b.clear();
             pair.unobserved.push_back({.object = "tcp://10.2.0.1:4420",
                                        .target = "tcp://10.2.0.1:4420",
                                        .subsysnqn = kNqn,
                                        .error = "the array demands in-band authentication",
                                        .reason = UnobservedReason::not_authenticated});
         },
         {"WARN conn.auth.dhchap_equal", "UNKNOWN snap.verdict_unknown"}},
        {"AnArrayThatDoesNotAnswer",
         [](Pair& pair) {
             pair.b.clear();
             pair.unobserved.push_back({.object = "tcp://10.2.0.1:4420",
                                        .target = "tcp://10.2.0.1:4420",
                                        .subsysnqn = kNqn,
                                        .error = "nobody listens",
                                        .reason = UnobservedReason::refused});
         },
         {"UNKNOWN snap.verdict_unknown"}},
        {"DigestsOnOneArray",
         on_b([](ControllerObservation& out) { out.connection.data_digest = true; }),
         {"WARN conn.sqflow_digest_tls.equal"}},
        {"TwoTransports",
         on_b([](ControllerObservation& out) { out.transport = "rdma"; }),
         {"WARN conn.transport.not_mixed"}},
    };
}

} // namespace haoh::test
