// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/arraysim/host.hpp"

#include <gtest/gtest.h>

namespace haoh::arraysim::test {

Queue::Queue(Simulator& simulator, std::size_t array, std::size_t port)
    : simulator_(simulator), session_(simulator.open(array, port, kStart)),
      reader_(true, 4U << 20U) {}

void Queue::send(const nvme::Bytes& bytes) {
    session_->receive(bytes, now_);
}

nvme::Bytes Queue::receive() {
    return session_->take_output(now_);
}

nvme::IcResp Queue::initialize(std::uint8_t dgst, std::uint8_t hpda) {
    send(nvme::encode(nvme::IcReq{.pfv = 0, .hpda = hpda, .dgst = dgst, .maxr2t = 0}, {}));
    reader_.feed(receive());
    const auto item = reader_.next();
    if (item && std::holds_alternative<nvme::Pdu>(*item)) {
        if (const auto* const resp = std::get_if<nvme::IcResp>(&std::get<nvme::Pdu>(*item))) {
            format_.header_digest = (resp->dgst & 1U) != 0;
            format_.data_digest = (resp->dgst & 2U) != 0;
            format_.data_alignment = (resp->cpda + 1U) * 4U;
            format_.receive_alignment = (hpda + 1U) * 4U;
            reader_.set_format(format_);
            return *resp;
        }
    }
    ADD_FAILURE() << "no ICResp";
    return {};
}

Reply Queue::connect(std::string_view nqn, std::uint16_t qid, std::uint16_t cntlid,
                     std::string_view hostnqn, std::uint32_t kato_ms) {
    initialize();
    nvme::ConnectParameters parameters;
    parameters.data.hostid = *nvme::parse_uuid("11111111-2222-4333-8444-555555555555");
    parameters.data.cntlid = cntlid;
    parameters.data.subnqn = nqn;
    parameters.data.hostnqn = hostnqn;
    parameters.qid = qid;
    parameters.kato_ms = kato_ms;
    return run(nvme::connect_command(parameters));
}

std::uint32_t Queue::enable() {
    constexpr std::uint32_t kConfiguration = 4U << 20U | 6U << 16U | 1U;
    EXPECT_TRUE(run(nvme::property_set_command(nvme::property::cc, 4, kConfiguration)).status.ok());
    return static_cast<std::uint32_t>(
        run(nvme::property_get_command(nvme::property::csts, 4)).dword01);
}

std::uint16_t Queue::submit(const nvme::AdminCommand& command, bool in_capsule) {
    const std::uint16_t cid = next_cid_++;
    const bool data_follows = in_capsule && !command.data_out.empty();
    pending_[cid] = {.command = command, .reply = {}, .done = false};
    send(nvme::CapsuleCmd{.sqe = nvme::encode_sqe(command, cid, data_follows),
                          .data = data_follows ? command.data_out : nvme::Bytes{}});
    pump();
    return cid;
}

Reply Queue::run(nvme::AdminCommand command) {
    constexpr std::size_t kInCapsule = 8192;
    const std::uint16_t cid = submit(command, command.data_out.size() <= kInCapsule);
    if (auto reply = take(cid)) {
        return std::move(*reply);
    }
    ADD_FAILURE() << "no response to " << nvme::describe(command);
    return {};
}

std::optional<Reply> Queue::take(std::uint16_t cid) {
    pump();
    const auto found = pending_.find(cid);
    if (found == pending_.end() || !found->second.done) {
        return std::nullopt;
    }
    Reply reply = std::move(found->second.reply);
    pending_.erase(found);
    return reply;
}

void Queue::pump() {
    while (session_) {
        const nvme::Bytes bytes = receive();
        if (bytes.empty()) {
            return;
        }
        reader_.feed(bytes);
        while (auto item = reader_.next()) {
            if (auto* const pdu = std::get_if<nvme::Pdu>(&*item)) {
                handle(std::move(*pdu));
            } else {
                error = std::get<nvme::PduError>(*item);
            }
        }
    }
}

void Queue::handle(nvme::Pdu pdu) {
    if (const auto* const data = std::get_if<nvme::DataPdu>(&pdu)) {
        const auto found = pending_.find(data->cccid);
        if (found != pending_.end()) {
            Pending& pending = found->second;
            pending.reply.data.resize(
                std::max<std::size_t>(pending.reply.data.size(), data->datao + data->data.size()));
            std::copy(data->data.begin(), data->data.end(),
                      pending.reply.data.begin() + data->datao);
            pending.done = pending.done || data->success;
            return;
        }
    } else if (const auto* const r2t = std::get_if<nvme::R2t>(&pdu)) {
        const auto found = pending_.find(r2t->cccid);
        if (found != pending_.end()) {
            const nvme::Bytes& all = found->second.command.data_out;
            for (std::uint32_t done = 0; done < r2t->r2tl;) {
                const std::uint32_t part = std::min(r2t->r2tl - done, h2c_data_size);
                const auto view = nvme::slice(all, r2t->r2to + done, part);
                nvme::DataPdu out{.from_host = true,
                                  .cccid = r2t->cccid,
                                  .ttag = r2t->ttag,
                                  .datao = r2t->r2to + done,
                                  .last = done + part == r2t->r2tl,
                                  .success = false,
                                  .data = {view.begin(), view.end()}};
                send(nvme::Pdu{std::move(out)});
                done += part;
            }
            return;
        }
    } else if (const auto* const response = std::get_if<nvme::CapsuleResp>(&pdu)) {
        const auto entry = nvme::decode_cqe(response->cqe);
        const auto found = pending_.find(entry.cid);
        if (found != pending_.end() && !found->second.done) {
            found->second.reply.status = entry.status;
            found->second.reply.dword01 = entry.dword01;
            found->second.done = true;
            return;
        }
    }
    others.push_back(std::move(pdu));
}

const nvme::TermReq* Queue::termination() const {
    for (const nvme::Pdu& pdu : others) {
        if (const auto* const request = std::get_if<nvme::TermReq>(&pdu)) {
            return request;
        }
    }
    return nullptr;
}

Admin::Admin(Simulator& simulator, std::size_t array, std::size_t port)
    : Queue(simulator, array, port) {
    const Reply reply = connect(simulator.array(array).nqn());
    EXPECT_TRUE(reply.status.ok()) << nvme::describe(reply.status);
    cntlid = static_cast<std::uint16_t>(reply.dword01);
    EXPECT_EQ(enable(), 1U);
}

Io::Io(Simulator& simulator, std::size_t array, std::uint16_t cntlid, std::uint16_t qid)
    : Queue(simulator, array) {
    const Reply reply = connect(simulator.array(array).nqn(), qid, cntlid);
    EXPECT_TRUE(reply.status.ok()) << nvme::describe(reply.status);
}

nvme::AdminCommand identify(std::uint8_t cns, std::uint32_t nsid) {
    return nvme::identify_command(cns, nsid);
}

nvme::AdminCommand log_page(std::uint8_t lid, std::uint32_t length, bool retain_event,
                            std::uint64_t offset) {
    return nvme::get_log_page_command(lid, offset, length, nvme::kAllNamespaces, retain_event);
}

nvme::AdminCommand set_features(std::uint8_t fid, std::uint32_t value, std::uint32_t nsid) {
    nvme::AdminCommand command;
    command.opcode = nvme::opcode::set_features;
    command.nsid = nsid;
    command.cdw[0] = fid;
    command.cdw[1] = value;
    return command;
}

namespace {

nvme::AdminCommand io_command(std::uint8_t opcode, std::uint32_t nsid, std::uint64_t slba,
                              std::uint32_t blocks) {
    nvme::AdminCommand command;
    command.opcode = opcode;
    command.nsid = nsid;
    command.cdw[0] = static_cast<std::uint32_t>(slba);
    command.cdw[1] = static_cast<std::uint32_t>(slba >> 32U);
    command.cdw[2] = blocks - 1;
    return command;
}

} // namespace

nvme::AdminCommand read_command(std::uint32_t nsid, std::uint64_t slba, std::uint32_t blocks,
                                std::uint32_t block_size) {
    nvme::AdminCommand command = io_command(nvme::io_opcode::read, nsid, slba, blocks);
    command.data_in = blocks * block_size;
    return command;
}

nvme::AdminCommand write_command(std::uint32_t nsid, std::uint64_t slba, nvme::Bytes data,
                                 std::uint32_t block_size) {
    const auto blocks = static_cast<std::uint32_t>(data.size() / block_size);
    nvme::AdminCommand command = io_command(nvme::io_opcode::write, nsid, slba, blocks);
    command.data_out = std::move(data);
    return command;
}

} // namespace haoh::arraysim::test
