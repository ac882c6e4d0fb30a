// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/arrays/identity.hpp>
#include <arraysim/protocol/command.hpp>

#include <haoh/nvme/id_list.hpp>

namespace haoh::arraysim {

using nvme::Bytes;
namespace cns = nvme::cns;
namespace status = nvme::status;

namespace {

constexpr std::uint8_t kIoCommandSetsCns = 0x1C;
constexpr std::uint32_t kVersion13 = 0x00010300;
constexpr std::size_t kControllersPerPage = 2047;

AnswerKind kind_of_page(std::uint8_t value) {
    switch (value) {
    case cns::identify_namespace:
        return AnswerKind::identify_namespace;
    case cns::identify_controller:
        return AnswerKind::identify_controller;
    case cns::active_namespaces:
        return AnswerKind::namespace_list;
    case cns::namespace_descriptors:
        return AnswerKind::descriptors;
    case cns::command_set_namespace:
        return AnswerKind::nvm;
    case cns::command_set_controller:
        return AnswerKind::nvm_controller;
    case cns::independent_namespace:
        return AnswerKind::independent;
    case cns::namespace_controllers:
        return AnswerKind::namespace_controllers;
    case cns::subsystem_controllers:
        return AnswerKind::controller_list;
    case kIoCommandSetsCns:
        return AnswerKind::io_command_sets;
    case cns::allocated_namespaces:
        return AnswerKind::allocated_list;
    case cns::domains:
        return AnswerKind::domain_list;
    default:
        return AnswerKind::other;
    }
}

/// What an array of this version and with this identity knows.
bool known(std::uint8_t value, std::uint8_t csi, const Array& array) {
    constexpr std::uint16_t kNamespaceManagement = 1U << 3U; // OACS.NMS
    const std::uint32_t version = array.version();
    switch (value) {
    case cns::allocated_namespaces:
        return (array.identity().oacs & kNamespaceManagement) != 0;
    case cns::domains:
        return (array.identity().ctratt & nvme::ctratt::multi_domain) != 0;
    case cns::identify_namespace:
    case cns::identify_controller:
    case cns::active_namespaces:
    case cns::namespace_controllers:
    case cns::subsystem_controllers:
        return true;
    case cns::namespace_descriptors:
        return version >= kVersion13;
    case cns::command_set_namespace:
    case cns::command_set_controller:
        return version >= kDefaultVersion && csi == 0;
    case cns::independent_namespace:
    case kIoCommandSetsCns:
        return version >= kDefaultVersion;
    default:
        return false;
    }
}

Bytes controller_page(const std::vector<std::uint16_t>& all, std::uint16_t from) {
    std::vector<std::uint16_t> page;
    for (const std::uint16_t cntlid : all) {
        if (cntlid >= from && page.size() < kControllersPerPage) {
            page.push_back(cntlid);
        }
    }
    return nvme::encode_controller_list(page);
}

/// A page about one namespace.
void describe_namespace(const CommandContext& context, std::uint8_t value, Answer& answer) {
    const Array& array = context.array;
    const ArrayNamespace* const ns = array.find(answer.nsid);
    if (answer.nsid == 0 || answer.nsid > array.identity().nn) {
        answer.status = status::invalid_namespace | kDnr;
        return;
    }
    if (ns == nullptr) {
        // An inactive NSID has an Identify Namespace page of zeros and nothing else.
        if (value == cns::identify_namespace) {
            answer.data.assign(nvme::kIdentifySize, 0);
        } else {
            answer.status = status::invalid_namespace | kDnr;
        }
        return;
    }
    switch (value) {
    case cns::identify_namespace:
        answer.data = array.identify_namespace(*ns, context.port);
        break;
    case cns::namespace_descriptors:
        answer.data = array.descriptors(*ns);
        break;
    case cns::command_set_namespace:
        answer.data = array.identify_nvm(*ns);
        break;
    default:
        answer.data = array.identify_independent(*ns, context.port);
        break;
    }
}

} // namespace

Answer run_identify(CommandContext& context, const nvme::SubmissionEntry& entry) {
    const auto value = static_cast<std::uint8_t>(entry.cdw[0] & 0xFFU);
    const auto cntid = static_cast<std::uint16_t>(entry.cdw[0] >> 16U);
    const auto csi = static_cast<std::uint8_t>(entry.cdw[1] >> 24U);
    const Array& array = context.array;
    Answer answer{.kind = kind_of_page(value), .nsid = entry.nsid};
    const bool allowed =
        context.controller.discovery ? value == cns::identify_controller : known(value, csi, array);
    if (!allowed) {
        answer.status = status::invalid_field | kDnr;
    } else if (entry.sgl_length != nvme::kIdentifySize) {
        answer.status = status::sgl_length_invalid | kDnr;
    } else {
        switch (value) {
        case cns::identify_controller:
            answer.nsid = 0;
            answer.data = context.controller.discovery
                              ? discovery_identity(context.controller.cntlid, array.version())
                              : array.identify_controller(context.controller.cntlid);
            break;
        case cns::active_namespaces:
        case cns::allocated_namespaces: // all are attached
            if (entry.nsid >= 0xFFFFFFFEU) {
                answer.status = status::invalid_namespace | kDnr;
            } else {
                answer.data = array.active_namespaces(entry.nsid);
            }
            break;
        case cns::command_set_controller:
            answer.data.assign(nvme::kIdentifySize, 0);
            break;
        case cns::namespace_controllers:
            if (array.find(entry.nsid) == nullptr) {
                answer.status = status::invalid_namespace | kDnr;
            } else {
                answer.data =
                    controller_page(context.simulator.listed_controllers(array, entry.nsid), cntid);
            }
            break;
        case cns::domains:
            answer.data = context.simulator.domain_list(array);
            break;
        case cns::subsystem_controllers:
            answer.data = controller_page(context.simulator.listed_controllers(array, 0), cntid);
            break;
        case kIoCommandSetsCns:
            answer.data.assign(nvme::kIdentifySize, 0);
            answer.data[0] = 1; // one combination: the NVM command set
            break;
        default:
            describe_namespace(context, value, answer);
            break;
        }
    }
    apply_overrides(context, answer);
    return answer;
}

} // namespace haoh::arraysim
