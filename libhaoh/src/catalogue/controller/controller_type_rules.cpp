// SPDX-License-Identifier: LGPL-2.1-or-later
// What controllers say that they are for.
#include "catalogue/catalogue.hpp"
#include "judge/compare.hpp"
#include "judge/row.hpp"

#include <haoh/nvme/nqn.hpp>

#include <fmt/format.h>

namespace haoh::judge {

namespace {

/// Whether it has to say of what type it is: 1.4 introduced the field.
bool has_type(const Controller& controller, const Subsystem& subsystem) {
    const bool reported = static_cast<nvme::ControllerType>(controller.id.cntrltype) !=
                          nvme::ControllerType::not_reported;
    return subsystem.nqn != nvme::kDiscoveryNqn &&
           (reported || controller.version() >= version_number(1, 4));
}

Answer io_type(const Controller& controller, const Subsystem& subsystem) {
    if (!has_type(controller, subsystem)) {
        return Answer::not_asked();
    }
    switch (static_cast<nvme::ControllerType>(controller.id.cntrltype)) {
    case nvme::ControllerType::io:
        return Answer::holds();
    case nvme::ControllerType::discovery:
        return Answer::broken("2 (discovery)");
    case nvme::ControllerType::administrative:
        return Answer::broken("3 (administrative)");
    case nvme::ControllerType::not_reported:
        break;
    }
    return Answer::not_asked(); // that is another finding
}

Answer defined_type(const Controller& controller, const Subsystem& subsystem) {
    if (!has_type(controller, subsystem)) {
        return Answer::not_asked();
    }
    const unsigned type = controller.id.cntrltype;
    if (type >= static_cast<unsigned>(nvme::ControllerType::io) &&
        type <= static_cast<unsigned>(nvme::ControllerType::administrative)) {
        return Answer::holds();
    }
    return Answer::broken(type == 0 ? "0 (not reported)" : fmt::format("{} (undefined)", type));
}

constexpr Row kCtrlTypeIo{
    .rule = {.id = "ctrl.type.io",
             .title = "The controller is an I/O controller",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis =
                 "Base 2.3 §3.1.3; of an administrative controller Linux makes no I/O queues and "
                 "no namespaces from 6.18 on: nvme_init_ctrl_finish()",
             .why = "A discovery controller has no I/O queues, an administrative one takes no I/O "
                    "commands: it is no path.",
             .fix = "Array: report CNTRLTYPE 1 for controllers with namespaces. Host: connect to "
                    "the array's I/O port, not to its discovery port."},
    .judge = CheckController{.clause = "controller type (CNTRLTYPE) is not I/O", .ask = io_type},
    .fields = {"cntrltype"}};

constexpr Row kCtrlTypeDefined{
    .rule = {.id = "ctrl.type.defined",
             .title = "The controller says of which type it is (CNTRLTYPE)",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.1 Figure 312: shall be reported from NVMe 1.4 on; Linux takes such a "
                      "controller for one of I/O",
             .why = "A host that goes by the type does not know what the controller is for.",
             .fix = "Array: report CNTRLTYPE 1 for controllers with namespaces."},
    .judge =
        CheckController{.clause = "no defined controller type (CNTRLTYPE)", .ask = defined_type},
    .fields = {"cntrltype"}};

constexpr std::array kControllerTypeRows{&kCtrlTypeIo, &kCtrlTypeDefined};

} // namespace

std::span<const Row* const> type_rows() {
    return kControllerTypeRows;
}

} // namespace haoh::judge
