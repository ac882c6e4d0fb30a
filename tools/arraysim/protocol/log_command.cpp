// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/protocol/command.hpp>

#include <haoh/nvme/supported_logs.hpp>

namespace haoh::arraysim {

using nvme::Bytes;
namespace lid = nvme::lid;
namespace status = nvme::status;

namespace {

constexpr std::size_t kErrorEntrySize = 64;
constexpr std::size_t kSmartSize = 512;
constexpr std::size_t kFirmwareSize = 512;
constexpr std::size_t kChangedNamespacesSize = 4096;
constexpr std::size_t kMaxChangedNamespaces = 1024;
constexpr std::size_t kCommandsSize = 4096;

AnswerKind kind_of_log(std::uint8_t log) {
    switch (log) {
    case lid::supported_logs:
        return AnswerKind::supported_logs;
    case lid::error_information:
        return AnswerKind::error_log;
    case lid::smart:
        return AnswerKind::smart_log;
    case lid::firmware_slot:
        return AnswerKind::firmware_log;
    case lid::changed_namespaces:
        return AnswerKind::changed_namespaces_log;
    case lid::commands_supported:
        return AnswerKind::commands_log;
    case lid::ana:
        return AnswerKind::ana_log;
    case lid::dispersed_namespaces:
        return AnswerKind::dispersed_log;
    case lid::discovery:
        return AnswerKind::discovery_log;
    default:
        return AnswerKind::other;
    }
}

bool supports(const CommandContext& context, std::uint8_t log) {
    if (context.controller.discovery) {
        return log == lid::error_information || log == lid::discovery;
    }
    switch (log) {
    case lid::supported_logs:
        return context.array.version() >= kDefaultVersion;
    case lid::error_information:
    case lid::smart:
    case lid::firmware_slot:
    case lid::changed_namespaces:
    case lid::commands_supported:
        return true;
    case lid::ana:
        return context.array.identity().ana();
    case lid::dispersed_namespaces:
        return context.array.spec().dispersed.has_value();
    default:
        return false;
    }
}

Bytes supported_logs(const CommandContext& context) {
    nvme::SupportedLogs logs;
    for (unsigned log = 0; log < logs.lids.size(); ++log) {
        logs.lids[log] = supports(context, static_cast<std::uint8_t>(log)) ? 1 : 0;
    }
    return nvme::encode(logs);
}

Bytes firmware_slots(const CommandContext& context) {
    Bytes log(kFirmwareSize);
    log[0] = 1; // slot 1 is active
    const auto& revision = context.array.identity().fr;
    std::copy(revision.begin(), revision.end(), log.begin() + 8);
    return log;
}

Bytes smart() {
    Bytes log(kSmartSize);
    nvme::store_le(log, 1, std::uint16_t{300}); // kelvin
    log[3] = 100;                               // available spare, percent
    log[4] = 10;                                // its threshold
    return log;
}

Bytes changed_namespaces(const CommandContext& context) {
    Bytes log(kChangedNamespacesSize);
    const auto& changed = context.controller.changed_namespaces;
    if (changed.size() > kMaxChangedNamespaces) {
        nvme::store_le(log, 0, nvme::kAllNamespaces);
        return log;
    }
    std::size_t offset = 0;
    for (const std::uint32_t nsid : changed) {
        nvme::store_le(log, offset, nsid);
        offset += 4;
    }
    return log;
}

Bytes commands_supported() {
    constexpr std::uint32_t kSupported = 1U << 0;
    constexpr std::uint32_t kChangesData = 1U << 1;
    constexpr std::size_t kIo = 1024;
    namespace op = nvme::opcode;
    namespace io = nvme::io_opcode;
    Bytes log(kCommandsSize);
    for (const std::uint8_t opcode : {op::get_log_page, op::identify, op::abort, op::set_features,
                                      op::get_features, op::async_event_request, op::keep_alive}) {
        nvme::store_le(log, std::size_t{4} * opcode, kSupported);
    }
    for (const std::uint8_t opcode :
         {io::flush, io::read, io::compare, io::reservation_register, io::reservation_report,
          io::reservation_acquire, io::reservation_release}) {
        nvme::store_le(log, kIo + std::size_t{4} * opcode, kSupported);
    }
    for (const std::uint8_t opcode : {io::write, io::write_zeroes, io::dataset_management}) {
        nvme::store_le(log, kIo + std::size_t{4} * opcode, kSupported | kChangesData);
    }
    return log;
}

Bytes dispersed_namespaces(const CommandContext& context) {
    constexpr std::size_t kHeaderSize = 256;
    constexpr std::size_t kNameSize = 256;
    const auto& names = *context.array.spec().dispersed;
    Bytes log(kHeaderSize + names.size() * kNameSize);
    nvme::store_le(log, 0, std::uint64_t{1}); // generation
    nvme::store_le(log, 8, static_cast<std::uint64_t>(names.size()));
    std::size_t offset = kHeaderSize;
    for (const std::string& name : names) {
        std::copy_n(name.begin(), std::min(name.size(), kNameSize - 1),
                    log.begin() + static_cast<std::ptrdiff_t>(offset));
        offset += kNameSize;
    }
    return log;
}

Bytes ana_log(CommandContext& context, bool groups_only) {
    if (context.array.strikes(FaultKind::moving_ana_count, context.port)) {
        context.array.bump_ana_count();
    }
    return context.array.ana_log(context.port, groups_only);
}

Bytes build(CommandContext& context, std::uint8_t log, std::uint8_t lsp) {
    switch (log) {
    case lid::supported_logs:
        return supported_logs(context);
    case lid::smart:
        return smart();
    case lid::firmware_slot:
        return firmware_slots(context);
    case lid::changed_namespaces:
        return changed_namespaces(context);
    case lid::commands_supported:
        return commands_supported();
    case lid::ana:
        return ana_log(context, (lsp & 1U) != 0);
    case lid::dispersed_namespaces:
        return dispersed_namespaces(context);
    case lid::discovery:
        return context.simulator.discovery_log(context.array, context.controller);
    default:
        return Bytes((std::size_t{context.array.identity().elpe} + 1) * kErrorEntrySize);
    }
}

} // namespace

Answer run_get_log_page(CommandContext& context, const nvme::SubmissionEntry& entry) {
    const auto log = static_cast<std::uint8_t>(entry.cdw[0] & 0xFFU);
    const auto lsp = static_cast<std::uint8_t>((entry.cdw[0] >> 8U) & 0x7FU);
    const bool retain_event = (entry.cdw[0] & (1U << 15U)) != 0;
    const std::uint64_t length =
        (std::uint64_t{entry.cdw[0] >> 16U | (entry.cdw[1] & 0xFFFFU) << 16U} + 1) * 4;
    const std::uint64_t offset = entry.cdw[2] | std::uint64_t{entry.cdw[3]} << 32U;
    constexpr std::uint32_t kOffsetType = 1U << 23;

    Answer answer{.kind = kind_of_log(log), .nsid = entry.nsid, .id = log};
    if (!supports(context, log)) {
        answer.status = status::invalid_log_page | kDnr;
    } else if (entry.sgl_length != length) {
        answer.status = status::sgl_length_invalid | kDnr;
    } else if (offset % 4 != 0 || (entry.cdw[4] & kOffsetType) != 0 ||
               length > context.array.max_transfer()) {
        answer.status = status::invalid_field | kDnr;
    } else {
        answer.data = build(context, log, lsp);
        if (offset > answer.data.size()) {
            answer.status = status::invalid_field | kDnr;
            answer.data.clear();
        }
    }
    apply_overrides(context, answer);
    if ((answer.status & 0x7FFU) != 0) {
        return answer;
    }
    if (!retain_event) {
        context.controller.events.log_read(log);
        if (log == lid::changed_namespaces) {
            context.controller.changed_namespaces.clear();
        }
    }
    const nvme::ByteView part = nvme::slice(answer.data, offset, length);
    Bytes data(part.begin(), part.end());
    data.resize(length);
    answer.data = std::move(data);
    return answer;
}

} // namespace haoh::arraysim
