// SPDX-License-Identifier: LGPL-2.1-or-later
#include "snapshot/decoded_pages.hpp"

#include "base/json_text.hpp"
#include "model/field_text.hpp"

#include <haoh/nvme/supported_logs.hpp>

#include <fmt/format.h>

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace haoh::snapshot {

namespace {

using OrderedJson = nlohmann::ordered_json;

std::string hex_code(std::size_t code) {
    return fmt::format("0x{:02x}", code);
}

OrderedJson fields_of(nvme::ByteView page, std::span<const nvme::FieldRange> fields) {
    OrderedJson out = OrderedJson::object();
    for (const nvme::FieldRange& field : fields) {
        switch (model::field_kind(field)) {
        case model::FieldKind::number:
        case model::FieldKind::flags:
            out[std::string(field.name)] = base::exact_number(
                nvme::load_le<std::uint64_t>(nvme::slice(page, field.offset, field.length), 0));
            break;
        default:
            if (field.name.substr(0, 3) != "psd") { // power states: arrays have none to speak of
                out[std::string(field.name)] = model::field_text(field, page);
            }
            break;
        }
    }
    return out;
}

OrderedJson supported_logs_json(nvme::ByteView page) {
    const nvme::SupportedLogs logs = nvme::decode_supported_logs(page);
    OrderedJson out = OrderedJson::array();
    for (std::size_t lid = 0; lid < logs.lids.size(); ++lid) {
        if (logs.supports(static_cast<std::uint8_t>(lid))) {
            out.push_back(hex_code(lid));
        }
    }
    return out;
}

/// Bits of an entry of the Commands Supported and Effects log: Base 2.3 section 5.2.12.1.6.
struct EffectBits {
    const char* name;
    unsigned shift;
    std::uint32_t mask;
};
constexpr std::array kEffectBits{
    EffectBits{"csupp", 0, 1}, EffectBits{"lbcc", 1, 1}, EffectBits{"ncc", 2, 1},
    EffectBits{"nic", 3, 1},   EffectBits{"ccc", 4, 1},  EffectBits{"cser", 14, 3},
    EffectBits{"cse", 16, 7},  EffectBits{"uss", 19, 1}, EffectBits{"csp", 20, 0xFFF}};

/// By opcode, without those of which the log says nothing.
OrderedJson effects_json(std::span<const std::uint32_t> entries) {
    OrderedJson out = OrderedJson::object();
    for (std::size_t opcode = 0; opcode < entries.size(); ++opcode) {
        if (entries[opcode] == 0) {
            continue;
        }
        OrderedJson& one = out[hex_code(opcode)];
        for (const EffectBits& bits : kEffectBits) {
            one[bits.name] = (entries[opcode] >> bits.shift) & bits.mask;
        }
    }
    return out;
}

OrderedJson commands_log_json(nvme::ByteView page) {
    const nvme::CommandsLog log = nvme::decode_commands_log(page);
    return {{"acs", effects_json(log.admin)}, {"iocs", effects_json(log.io)}};
}

OrderedJson firmware_log_json(nvme::ByteView page) {
    const nvme::FirmwareLog log = nvme::decode_firmware_log(page);
    OrderedJson out{{"afi", log.afi}};
    for (std::size_t slot = 0; slot < log.frs.size(); ++slot) {
        out[fmt::format("frs{}", slot + 1)] =
            nvme::all_zero(log.frs[slot]) ? std::string() : nvme::printable(log.frs[slot]);
    }
    return out;
}

OrderedJson features_json(const ControllerObservation& controller) {
    OrderedJson out = OrderedJson::object();
    for (const auto& [fid, page] : controller.features) {
        if (!page.ok()) {
            continue;
        }
        OrderedJson& value = out[hex_code(fid)];
        if (nvme::feature_data_bytes(fid) != 0) {
            value = nvme::to_hex(page.bytes);
        } else {
            value = nvme::load_le<std::uint32_t>(page.bytes, 0);
        }
    }
    return out;
}

OrderedJson domains_json(nvme::ByteView page) {
    OrderedJson out = OrderedJson::array();
    for (const nvme::DomainEntry& domain : nvme::decode_domain_list(page)) {
        out.push_back(domain.domainid);
    }
    return out;
}

} // namespace

void add_decoded_pages(nlohmann::ordered_json& out, const ControllerObservation& controller) {
    if (controller.identify.ok()) {
        out["identify"] = fields_of(controller.identify.bytes, nvme::identify_controller_fields());
    }
    if (controller.controller_list.ok()) {
        out["controller_list"] = controller.subsystem_controllers().cntlids;
    }
    if (controller.supported_logs.ok()) {
        out["supported_logs"] = supported_logs_json(controller.supported_logs.bytes);
    }
    if (controller.nvm_controller.ok()) {
        out["nvm_controller"] =
            fields_of(controller.nvm_controller.bytes, nvme::identify_controller_nvm_fields());
    }
    if (controller.commands_log.ok()) {
        out["commands_log"] = commands_log_json(controller.commands_log.bytes);
    }
    if (controller.firmware_log.ok()) {
        out["firmware_log"] = firmware_log_json(controller.firmware_log.bytes);
    }
    if (controller.allocated_nsids.ok()) {
        out["allocated_nsids"] =
            nvme::decode_namespace_list(controller.allocated_nsids.whole()).nsids;
    }
    if (controller.domain_list.ok()) {
        out["domain_list"] = domains_json(controller.domain_list.bytes);
    }
    OrderedJson features = features_json(controller);
    if (!features.empty()) {
        out["features"] = std::move(features);
    }
}

} // namespace haoh::snapshot
