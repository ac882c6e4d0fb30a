// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hostile/misdeed.hpp"

#include <algorithm>
#include <utility>

namespace haoh::test {

namespace {

using After = Reaction::After;
using nvme::Bytes;
using nvme::Pdu;

Step of_commands(std::string name, std::function<bool(const nvme::SubmissionEntry&)> matches) {
    return {.kind = Step::Kind::command, .name = std::move(name), .matches = std::move(matches)};
}

/// Property Set of CC, of which the shutdown notification is 0 or not.
Step at_configuration(std::string name, bool shutdown) {
    return of_commands(std::move(name), [shutdown](const nvme::SubmissionEntry& command) {
        constexpr std::uint32_t kShutdownMask = 3U << 14U;
        return command.opcode == nvme::opcode::fabrics &&
               command.fctype == nvme::fctype::property_set &&
               command.cdw[1] == nvme::property::cc &&
               ((command.cdw[2] & kShutdownMask) != 0) == shutdown;
    });
}

} // namespace

Step at_accept() {
    return {.kind = Step::Kind::accept, .name = "accept"};
}

Step at_icreq() {
    return {.kind = Step::Kind::icreq, .name = "icreq"};
}

Step at_connect() {
    return of_commands("connect", [](const nvme::SubmissionEntry& command) {
        return command.opcode == nvme::opcode::fabrics && command.fctype == nvme::fctype::connect;
    });
}

Step at_property(std::string name, std::uint32_t offset) {
    return of_commands(std::move(name), [offset](const nvme::SubmissionEntry& command) {
        return command.opcode == nvme::opcode::fabrics &&
               command.fctype == nvme::fctype::property_get && command.cdw[1] == offset;
    });
}

Step at_enable() {
    return at_configuration("enable", false);
}

Step at_shutdown() {
    return at_configuration("shutdown", true);
}

Step at_identify(std::string name, std::uint8_t cns) {
    return of_commands(std::move(name), [cns](const nvme::SubmissionEntry& command) {
        return command.opcode == nvme::opcode::identify && (command.cdw[0] & 0xFFU) == cns;
    });
}

Step at_log(std::string name, std::uint8_t lid) {
    return of_commands(std::move(name), [lid](const nvme::SubmissionEntry& command) {
        return command.opcode == nvme::opcode::get_log_page && (command.cdw[0] & 0xFFU) == lid;
    });
}

Step at_command(std::string name, std::uint8_t opcode) {
    return of_commands(std::move(name), [opcode](const nvme::SubmissionEntry& command) {
        return command.opcode == opcode;
    });
}

Step at_each(std::string name, const std::vector<Step>& steps) {
    return of_commands(std::move(name), [steps](const nvme::SubmissionEntry& command) {
        return std::any_of(steps.begin(), steps.end(),
                           [&](const Step& step) { return step.matches(command); });
    });
}

Step at_every_command() {
    return of_commands("every_command", [](const nvme::SubmissionEntry&) { return true; });
}

Bytes bytes_of(const std::vector<Pdu>& pdus, const nvme::PduFormat& format) {
    Bytes bytes;
    for (const Pdu& pdu : pdus) {
        const Bytes one = nvme::encode(pdu, format);
        bytes.insert(bytes.end(), one.begin(), one.end());
    }
    return bytes;
}

Pdu response(std::uint16_t cid, std::uint16_t status, std::uint64_t dword01, std::uint16_t sqhd) {
    nvme::CompletionEntry entry;
    entry.cid = cid;
    entry.status.value = status;
    entry.dword01 = dword01;
    entry.sqhd = sqhd;
    return nvme::CapsuleResp{.cqe = nvme::encode_cqe(entry)};
}

nvme::DataPdu data_pdu(std::uint16_t cid, Bytes data, std::uint32_t offset, bool last) {
    nvme::DataPdu pdu;
    pdu.cccid = cid;
    pdu.datao = offset;
    pdu.last = last;
    pdu.data = std::move(data);
    return pdu;
}

Bytes data_of(const std::vector<Pdu>& answer) {
    Bytes data;
    for (const Pdu& pdu : answer) {
        if (const auto* const part = std::get_if<nvme::DataPdu>(&pdu)) {
            data.insert(data.end(), part->data.begin(), part->data.end());
        }
    }
    return data;
}

Bytes header(nvme::PduType type, std::uint8_t hlen, std::uint32_t plen, std::uint8_t flags,
             std::uint8_t pdo) {
    Bytes bytes(std::max<std::size_t>(hlen, nvme::kCommonHeaderSize));
    bytes[0] = static_cast<std::uint8_t>(type);
    bytes[1] = flags;
    bytes[2] = hlen;
    bytes[3] = pdo;
    nvme::store_le(bytes, 4, plen);
    return bytes;
}

Misdeed says(Bytes bytes, After after) {
    return [bytes = std::move(bytes), after](const Exchange& /*exchange*/) {
        return Reaction{.bytes = bytes, .after = after};
    };
}

Misdeed ends(After after) {
    return says({}, after);
}

Misdeed spoils(std::function<void(Bytes&)> change, After after) {
    return [change = std::move(change), after](const Exchange& exchange) {
        Reaction reaction{.bytes = bytes_of(exchange.answer, exchange.format), .after = after};
        change(reaction.bytes);
        return reaction;
    };
}

Misdeed answers(std::function<std::vector<Pdu>(const Exchange&)> other, After after) {
    return [other = std::move(other), after](const Exchange& exchange) {
        return Reaction{.bytes = bytes_of(other(exchange), exchange.format), .after = after};
    };
}

Misdeed lies(std::function<void(Bytes&)> change) {
    return [change = std::move(change)](const Exchange& exchange) {
        Bytes data = data_of(exchange.answer);
        if (data.empty()) {
            return Reaction{.bytes = bytes_of(exchange.answer, exchange.format)};
        }
        const std::size_t size = data.size();
        change(data);
        data.resize(size);
        const std::uint16_t cid = exchange.command.cid;
        return Reaction{
            .bytes = bytes_of({data_pdu(cid, std::move(data)), response(cid)}, exchange.format)};
    };
}

Misdeed fills(std::uint8_t value) {
    return lies([value](Bytes& data) { std::fill(data.begin(), data.end(), value); });
}

Misdeed responds(std::uint16_t status, std::uint64_t dword01) {
    return answers([status, dword01](const Exchange& exchange) {
        return std::vector<Pdu>{response(exchange.command.cid, status, dword01)};
    });
}

} // namespace haoh::test
