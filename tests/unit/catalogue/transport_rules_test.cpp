// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

namespace haoh::test {

namespace {

/// A change of the finished observation of array B's controllers.
std::function<void(Pair&)> on_b(void (*change)(ControllerObservation&)) {
    return [change](Pair& pair) { pair.on_b([change](Node& node) { node.edit = change; }); };
}

void set_cap(ControllerObservation& out, std::uint64_t mask, std::uint64_t value) {
    std::uint64_t& cap = out.properties[nvme::property::cap];
    cap = (cap & ~mask) | value;
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
        {"OtherSgls",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.sgls = 1; }); },
         {"WARN ctrl.sgls.equal"}},
        {"DisconnectOnOneArray",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.ofcs = 0; }); },
         {"WARN ctrl.ofcs.equal"}},
        {"ADiscoveryTypeOnAnIoController",
         [](Pair& pair) { pair.on_both([](Node& node) { node.id.dctype = 1; }); },
         {"NOTE ctrl.dctype"}},
        {"OtherCommandSetsInCap",
         on_b([](ControllerObservation& out) { set_cap(out, 1ULL << 38U, 1ULL << 38U); }),
         {"WARN prop.cap.css.equal"}},
        {"LargePages",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 node.edit = [](ControllerObservation& out) {
                     set_cap(out, 0xFULL << 48U, 2ULL << 48U);
                 };
             });
         },
         {"FAIL prop.cap.mps"}},
        {"NoTimeToBecomeReady",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 node.edit = [](ControllerObservation& out) { set_cap(out, 0xFFULL << 24U, 0); };
             });
         },
         {"NOTE prop.cap.to_crto.plausible"}},
        {"SubsystemResetOnOneArray",
         on_b([](ControllerObservation& out) { set_cap(out, 1ULL << 36U, 1ULL << 36U); }),
         {"WARN prop.cap.nssrs_nsses"}},
        {"AFatalStatus",
         on_b([](ControllerObservation& out) { out.properties[nvme::property::csts] = 3; }),
         {"FAIL prop.csts.ready_nofatal"}},
        {"AControllerThatIsNotReady",
         on_b([](ControllerObservation& out) { out.properties[nvme::property::csts] = 0; }),
         {"FAIL prop.csts.ready_nofatal"}},
        {"AVersionTooOldForAna",
         [](Pair& pair) { pair.on_both([](Node& node) { node.id.ver = 0x00010201; }); },
         {"WARN prop.vs.supported"}},
        {"OneHostWithTwoIds",
         on_b([](ControllerObservation& out) { out.connection.hostid.fill(9); }),
         {"FAIL conn.hostnqn_hostid.same"}},
        {"TwoHosts",
         on_b([](ControllerObservation& out) {
             out.connection.hostid.fill(9);
             out.connection.hostnqn = "nqn.2026-01.io.example:other-host";
         }),
         {}},
        {"DigestsOnOneArray",
         on_b([](ControllerObservation& out) { out.connection.data_digest = true; }),
         {"WARN conn.sqflow_digest_tls.equal"}},
        {"TwoTransports",
         on_b([](ControllerObservation& out) { out.transport = "rdma"; }),
         {"WARN conn.transport.not_mixed"}},
    };
}

} // namespace haoh::test
