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

std::vector<Case> property_cases() {
    return {
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
        {"QueuesOfTwoEntries",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 node.id.maxcmd = 0;
                 node.edit = [](ControllerObservation& out) { set_cap(out, 0xFFFF, 1); };
             });
         },
         {"FAIL ctrl.queue_depth.min", "NOTE ctrl.maxcmd.nonzero"},
         {{"ctrl.queue_depth.min", Severity::loss, "CAP.MQES 1", "CAP.MQES 1"}}},
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
        {"CommandSetsOfNvme14",
         on_b([](ControllerObservation& out) { set_cap(out, 0xFFULL << 37U, 1ULL << 37U); }),
         {}},
        {"NoNvmCommandSet",
         on_b([](ControllerObservation& out) { set_cap(out, 0xFFULL << 37U, 0x80ULL << 37U); }),
         {"WARN prop.cap.css.equal"},
         {{"prop.cap.css.equal", Severity::loss, "NVM", "no NVM, and 0x80"}}},
        {"NewReservationKeysOfAnOldVersion",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 node.id.ver = 0x00010201;
                 node.id.oncs = static_cast<std::uint16_t>(node.id.oncs | nvme::oncs::reservations);
                 node.id.cmic = static_cast<std::uint8_t>(node.id.cmic & ~8U);
             });
         },
         {"WARN prop.vs.supported"}},
    };
}

} // namespace haoh::test
