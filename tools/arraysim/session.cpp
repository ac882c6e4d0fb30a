// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/session.hpp>

#include <arraysim/identity.hpp>

#include <haoh/nvme/fabrics.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace haoh::arraysim {

using nvme::Bytes;
using nvme::ByteView;
namespace status = nvme::status;

namespace {

constexpr std::chrono::seconds kConnectTime{30};  ///< for ICReq and Connect
constexpr std::size_t kMaxHeldInput = 16U << 20U; ///< bytes kept while the array hangs
constexpr std::size_t kMaxOutput = 256U << 20U;   ///< bytes kept for a host that does not read
constexpr std::uint16_t kSglTypeInvalid = 0x011;  ///< SGL Descriptor Type Invalid
constexpr std::uint16_t kTransportError = 0x022;  ///< Transient Transport Error
constexpr std::uint8_t kSglPsdt = 0x40;           ///< FLAGS 7:6 = 01b
constexpr std::uint8_t kPsdtMask = 0xC0;

// Offsets of header fields: the fatal error information.
constexpr std::uint32_t kTypeOffset = 0;
constexpr std::uint32_t kFlagsOffset = 1;
constexpr std::uint32_t kPlenOffset = 4;
constexpr std::uint32_t kPfvOffset = 8;
constexpr std::uint32_t kCccidOffset = 8;
constexpr std::uint32_t kTtagOffset = 10;
constexpr std::uint32_t kDataoOffset = 12;
constexpr std::uint32_t kDatalOffset = 16;

bool host_sends_data(const nvme::SubmissionEntry& entry) {
    const std::uint8_t code = entry.opcode == nvme::opcode::fabrics ? entry.fctype : entry.opcode;
    return (code & 3U) == 1;
}

std::uint32_t reader_limit(const Array& array) {
    return std::max(array.spec().maxh2cdata, kInCapsuleData);
}

Bytes noise(std::size_t length) {
    // A fixed sequence, so that a run can be repeated; its first byte is no PDU type.
    Bytes bytes(length);
    std::uint32_t value = 0xA5;
    for (std::uint8_t& byte : bytes) {
        byte = static_cast<std::uint8_t>(value);
        value = value * 1103515245U + 12345U;
        value ^= value >> 16U;
    }
    return bytes;
}

} // namespace

Session::Session(Simulator& simulator, Array& array, std::size_t port, TimePoint now,
                 std::string local)
    : simulator_(simulator), array_(array), port_(port), local_(std::move(local)),
      reader_(false, reader_limit(array)), now_(now), connect_deadline_(now + kConnectTime) {
    simulator_.sessions_.push_back(this);
    for (ActiveFault& fault : array_.faults) {
        if (fault.spec.kind == FaultKind::banner && fault.spec.port.value_or(port_) == port_ &&
            fault.spec.when.contains(++fault.matches)) {
            send(Bytes(fault.spec.text.begin(), fault.spec.text.end()), now);
        }
    }
}

Session::~Session() {
    close({});
    std::erase(simulator_.sessions_, this);
}

void Session::wake() const {
    if (on_wake) {
        on_wake();
    }
}

void Session::close(std::string reason, bool reset) {
    if (!closing_) {
        closing_ = true;
        reset_ = reset;
        reason_ = std::move(reason);
    }
    if (controller_ != nullptr) {
        Controller& controller = *controller_;
        controller_ = nullptr;
        if (qid_ == 0) {
            simulator_.destroy_controller(controller, "the admin queue was closed");
        } else {
            controller.queues.erase(qid_);
        }
    }
    wake();
}

void Session::receive(ByteView bytes, TimePoint now) {
    now_ = now;
    if (closing_ || stalled_) {
        return;
    }
    if (array_.power == Power::hung) {
        if (held_input_.size() + bytes.size() > kMaxHeldInput) {
            close("the host sent too much while the array hung", true);
            return;
        }
        held_input_.insert(held_input_.end(), bytes.begin(), bytes.end());
        return;
    }
    reader_.feed(bytes);
    while (!closing_ && !stalled_) {
        auto next = reader_.next();
        if (!next) {
            break;
        }
        if (auto* const pdu = std::get_if<nvme::Pdu>(&*next)) {
            handle(*pdu, now);
        } else {
            on_reader_error(std::get<nvme::PduError>(*next), now);
        }
    }
}

void Session::resume(TimePoint now) {
    const Bytes held = std::exchange(held_input_, {});
    receive(held, now);
    wake();
}

Bytes Session::take_output(TimePoint now) {
    Bytes bytes;
    if (array_.power == Power::hung && !closing_) {
        return bytes;
    }
    while (!output_.empty() && (output_.front().due <= now || closing_)) {
        output_bytes_ -= output_.front().bytes.size();
        if (bytes.empty()) {
            bytes = std::move(output_.front().bytes);
        } else {
            bytes.insert(bytes.end(), output_.front().bytes.begin(), output_.front().bytes.end());
        }
        output_.pop_front();
    }
    return bytes;
}

TimePoint Session::next_deadline() const {
    TimePoint next = TimePoint::max();
    if (!output_.empty() && array_.power != Power::hung) {
        next = output_.front().due;
    }
    if (state_ != State::connected && !closing_ && !stalled_ && array_.power != Power::hung) {
        next = std::min(next, connect_deadline_);
    }
    return next;
}

void Session::advance(TimePoint now) {
    now_ = now;
    if (state_ != State::connected && !closing_ && !stalled_ && now >= connect_deadline_ &&
        array_.power != Power::hung) {
        close("the host connected no queue in time");
    }
}

void Session::send(Bytes bytes, TimePoint due) {
    if (stalled_ || bytes.empty()) {
        return;
    }
    output_bytes_ += bytes.size();
    if (!output_.empty()) {
        due = std::max(due, output_.back().due);
    }
    output_.push_back({.due = due, .bytes = std::move(bytes)});
    if (output_bytes_ > kMaxOutput) {
        output_.clear();
        output_bytes_ = 0;
        close("the host does not read", true);
    }
}

void Session::terminate(nvme::Fes fes, std::uint32_t fei, ByteView header, std::string reason) {
    constexpr std::size_t kMaxHeader = 128;
    const ByteView part = nvme::slice(header, 0, kMaxHeader);
    send(nvme::encode(nvme::TermReq{.from_host = false,
                                    .fes = static_cast<std::uint16_t>(fes),
                                    .fei = fei,
                                    .data = Bytes(part.begin(), part.end())},
                      {}),
         now_);
    close(std::move(reason));
}

void Session::on_reader_error(const nvme::PduError& error, TimePoint now) {
    if (!error.data_digest) {
        terminate(error.fes, error.fei, error.header, error.text);
        return;
    }
    // Not fatal: the command of these data fails.
    const bool is_data = nvme::load_le<std::uint8_t>(error.header, 0) ==
                         static_cast<std::uint8_t>(nvme::PduType::h2c_data);
    if (!is_data) {
        const auto entry =
            nvme::decode_sqe(nvme::slice(error.header, nvme::kCommonHeaderSize, nvme::kSqeSize));
        refuse(entry, kTransportError, now);
        return;
    }
    // The rest of its data may be on its way: the command fails when all came.
    const nvme::DataPdu data{
        .from_host = true,
        .cccid = nvme::load_le<std::uint16_t>(error.header, kCccidOffset),
        .ttag = nvme::load_le<std::uint16_t>(error.header, kTtagOffset),
        .datao = nvme::load_le<std::uint32_t>(error.header, kDataoOffset),
        .last =
            (nvme::load_le<std::uint8_t>(error.header, kFlagsOffset) & nvme::pdu_flag::last) != 0,
        .success = false,
        .data = Bytes(nvme::load_le<std::uint32_t>(error.header, kDatalOffset))};
    on_data(data, false, now);
}

void Session::handle(nvme::Pdu& pdu, TimePoint now) {
    if (auto* const request = std::get_if<nvme::TermReq>(&pdu)) {
        close(fmt::format("the host terminated the connection: {}",
                          nvme::to_string(static_cast<nvme::Fes>(request->fes))));
        return;
    }
    auto* const icreq = std::get_if<nvme::IcReq>(&pdu);
    if ((state_ == State::initializing) != (icreq != nullptr)) {
        terminate(nvme::Fes::sequence_error, kTypeOffset, nvme::encode(pdu, format_),
                  icreq != nullptr ? "a second ICReq" : "a PDU before ICReq");
    } else if (icreq != nullptr) {
        on_icreq(*icreq, now);
    } else if (auto* const capsule = std::get_if<nvme::CapsuleCmd>(&pdu)) {
        on_command(*capsule, now);
    } else if (const auto* const data = std::get_if<nvme::DataPdu>(&pdu)) {
        on_data(*data, true, now);
    } else {
        terminate(nvme::Fes::invalid_header_field, kTypeOffset, nvme::encode(pdu, format_),
                  "a PDU that only a controller sends");
    }
}

void Session::on_icreq(const nvme::IcReq& request, TimePoint now) {
    if (request.pfv != 0) {
        terminate(nvme::Fes::unsupported_parameter, kPfvOffset, nvme::encode(request, {}),
                  fmt::format("PDU format version {}", request.pfv));
        return;
    }
    const ArraySpec& spec = array_.spec();
    const bool header_digest = (request.dgst & 1U) != 0 && spec.header_digest;
    const bool data_digest = (request.dgst & 2U) != 0 && spec.data_digest;
    const nvme::IcResp response{
        .cpda = spec.cpda,
        .dgst = static_cast<std::uint8_t>((header_digest ? 1U : 0U) | (data_digest ? 2U : 0U)),
        .maxh2cdata = spec.maxh2cdata};
    Bytes bytes = nvme::encode(response, format_);
    format_ = {.header_digest = header_digest,
               .data_digest = data_digest,
               .data_alignment = (request.hpda + 1U) * 4U,
               .receive_alignment = (spec.cpda + 1U) * 4U};
    reader_.set_format(format_);
    state_ = State::connecting;
    const TimePoint due = now + spec.latency;
    if (const auto fault = fault_for(AnswerKind::ic_resp, 0)) {
        strike(*fault, std::move(bytes), 0, due);
    } else {
        send(std::move(bytes), due);
    }
}

bool Session::outstanding(std::uint16_t cid) const {
    return transfers_.contains(cid);
}

void Session::refuse(const nvme::SubmissionEntry& entry, std::uint16_t code, TimePoint now) {
    send(response(entry.cid, static_cast<std::uint16_t>(code | kDnr), 0),
         now + array_.spec().latency);
}

void Session::on_command(nvme::CapsuleCmd& capsule, TimePoint now) {
    const nvme::SubmissionEntry entry = nvme::decode_sqe(capsule.sqe);
    const std::size_t in_capsule =
        qid_ == 0
            ? kInCapsuleData
            : std::max<std::size_t>(array_.identity().ioccsz * std::size_t{16}, nvme::kSqeSize) -
                  nvme::kSqeSize;
    if (capsule.data.size() > in_capsule) {
        terminate(nvme::Fes::invalid_header_field, kPlenOffset,
                  nvme::slice(nvme::encode(capsule, format_), 0, nvme::kCommonHeaderSize + 64),
                  fmt::format("{} bytes of data in a capsule (at most {} fit)", capsule.data.size(),
                              in_capsule));
        return;
    }
    if (state_ == State::connected && queue_entries_ != 0) {
        sqhd_ = static_cast<std::uint16_t>((sqhd_ + 1U) % queue_entries_);
    }
    if (outstanding(entry.cid)) {
        refuse(entry, status::command_id_conflict, now);
        return;
    }
    if ((entry.flags & kPsdtMask) != kSglPsdt) {
        refuse(entry, status::invalid_field, now);
        return;
    }
    if (!host_sends_data(entry) || entry.sgl_length == 0) {
        if (!capsule.data.empty()) {
            refuse(entry, status::invalid_field, now);
            return;
        }
        run(entry, {}, now);
        return;
    }
    if (entry.sgl_type == nvme::sgl::data_block_offset) {
        if (entry.sgl_address > capsule.data.size() ||
            entry.sgl_length > capsule.data.size() - entry.sgl_address) {
            refuse(entry, status::invalid_sgl_offset, now);
            return;
        }
        run(entry, nvme::slice(capsule.data, entry.sgl_address, entry.sgl_length), now);
        return;
    }
    if (entry.sgl_type != nvme::sgl::transport_data_block) {
        refuse(entry, kSglTypeInvalid, now);
        return;
    }
    if (entry.sgl_length > array_.max_transfer()) {
        refuse(entry, status::sgl_length_invalid, now);
        return;
    }
    if (state_ == State::connected && transfers_.size() >= queue_entries_) {
        refuse(entry, status::command_sequence_error, now);
        return;
    }
    Transfer& transfer = transfers_[entry.cid];
    transfer.entry = entry;
    transfer.data.reserve(entry.sgl_length);
    request_data(transfer, entry.cid);
}

void Session::request_data(Transfer& transfer, std::uint16_t cid) {
    const std::uint32_t length =
        std::min(transfer.entry.sgl_length - transfer.granted, array_.spec().r2t_size);
    transfer.ttag = next_ttag_++;
    const nvme::R2t request{
        .cccid = cid, .ttag = transfer.ttag, .r2to = transfer.granted, .r2tl = length};
    transfer.granted += length;
    send(nvme::encode(request, format_), now_);
}

void Session::on_data(const nvme::DataPdu& data, bool digest_ok, TimePoint now) {
    const auto fatal = [&](nvme::Fes fes, std::uint32_t fei, std::string reason) {
        terminate(fes, fei, nvme::slice(nvme::encode(data, format_), 0, 24), std::move(reason));
    };
    const auto found = transfers_.find(data.cccid);
    if (found == transfers_.end()) {
        fatal(nvme::Fes::invalid_header_field, kCccidOffset,
              fmt::format("data for the command {}, which waits for none", data.cccid));
        return;
    }
    Transfer& transfer = found->second;
    if (data.ttag != transfer.ttag) {
        fatal(nvme::Fes::invalid_header_field, kTtagOffset,
              fmt::format("data with the transfer tag {} (asked for with {})", data.ttag,
                          transfer.ttag));
        return;
    }
    if (data.data.size() > array_.spec().maxh2cdata) {
        fatal(nvme::Fes::r2t_limit_exceeded, kDatalOffset,
              fmt::format("{} bytes in one H2CData PDU (MAXH2CDATA is {})", data.data.size(),
                          array_.spec().maxh2cdata));
        return;
    }
    if (data.datao != transfer.received) {
        fatal(nvme::Fes::data_out_of_range, kDataoOffset,
              fmt::format("data at offset {} (expected at {})", data.datao, transfer.received));
        return;
    }
    if (data.data.size() > transfer.granted - transfer.received) {
        fatal(nvme::Fes::data_out_of_range, kDatalOffset, "more data than asked for");
        return;
    }
    transfer.received += static_cast<std::uint32_t>(data.data.size());
    transfer.data.insert(transfer.data.end(), data.data.begin(), data.data.end());
    transfer.digest_failed = transfer.digest_failed || !digest_ok;
    const bool complete = transfer.received == transfer.granted;
    if (data.last != complete) {
        fatal(nvme::Fes::invalid_header_field, kFlagsOffset,
              complete ? "the last data of a transfer without LAST_PDU"
                       : "LAST_PDU before the end of a transfer");
        return;
    }
    if (!complete) {
        return;
    }
    if (transfer.granted < transfer.entry.sgl_length) {
        request_data(transfer, data.cccid);
        return;
    }
    const Transfer done = std::move(transfer);
    transfers_.erase(found);
    if (done.digest_failed) {
        refuse(done.entry, kTransportError, now);
        return;
    }
    run(done.entry, done.data, now);
}

void Session::run(const nvme::SubmissionEntry& entry, ByteView data, TimePoint now) {
    if (state_ != State::connected) {
        const bool is_connect =
            entry.opcode == nvme::opcode::fabrics && entry.fctype == nvme::fctype::connect;
        if (!is_connect) {
            refuse(entry, status::command_sequence_error, now);
            return;
        }
        answer(entry, connect(entry, data, now), now);
        return;
    }
    if (controller_ == nullptr) {
        close("the controller is gone", true);
        return;
    }
    CommandContext context{.simulator = simulator_,
                           .array = array_,
                           .controller = *controller_,
                           .port = port_,
                           .now = now};
    if ((controller_->array->identity().ctratt & nvme::ctratt::traffic_based_keep_alive) != 0) {
        simulator_.restart_keep_alive(*controller_, now);
    }
    Answer result;
    if (qid_ == 0) {
        result = run_admin(context, entry, data);
    } else if (entry.opcode == nvme::opcode::fabrics) {
        result = Answer::failed(AnswerKind::other, status::invalid_field | kDnr);
    } else {
        result = run_io(context, entry, data);
    }
    if ((result.status & 0x7FFU) != 0 && controller_ != nullptr) {
        ++controller_->errors;
    }
    answer(entry, std::move(result), now);
    if (controller_ != nullptr && qid_ == 0) {
        simulator_.deliver_events(*controller_);
    }
}

Answer Session::connect(const nvme::SubmissionEntry& entry, ByteView data, TimePoint now) {
    // Offsets of what may be wrong, for the response: in the command, or in the data.
    constexpr std::uint32_t kInData = 1U << 16;
    constexpr std::uint32_t kQidOffset = 42;
    constexpr std::uint32_t kSqsizeOffset = 44;
    constexpr std::uint32_t kHostidOffset = 0 | kInData;
    constexpr std::uint32_t kCntlidOffset = 16 | kInData;
    constexpr std::uint32_t kSubnqnOffset = 256 | kInData;
    constexpr std::uint32_t kHostnqnOffset = 512 | kInData;
    constexpr std::uint8_t kDisableFlowControl = 0x04;

    const auto fail = [](std::uint16_t code, std::uint32_t where = 0) {
        return Answer::failed(AnswerKind::connect, static_cast<std::uint16_t>(code | kDnr), where);
    };
    const auto invalid = [&fail](std::uint32_t where) {
        return fail(status::connect_invalid_parameters, where);
    };
    const auto record_format = static_cast<std::uint16_t>(entry.cdw[0] & 0xFFFFU);
    const auto qid = static_cast<std::uint16_t>(entry.cdw[0] >> 16U);
    const auto sqsize = static_cast<std::uint16_t>(entry.cdw[1] & 0xFFFFU);
    const auto attributes = static_cast<std::uint8_t>((entry.cdw[1] >> 16U) & 0xFFU);

    if (data.size() != nvme::kConnectDataSize) {
        return fail(status::sgl_length_invalid);
    }
    if (record_format != 0) {
        return fail(status::connect_incompatible_format);
    }
    const nvme::ConnectData request = nvme::decode_connect_data(data);
    const bool discovery = request.subnqn == nvme::kDiscoveryNqn;
    if (!discovery && (request.subnqn != array_.nqn() || array_.power == Power::hidden)) {
        return invalid(kSubnqnOffset);
    }
    if (request.hostnqn.empty()) {
        return invalid(kHostnqnOffset);
    }
    if (nvme::all_zero(request.hostid)) {
        return invalid(kHostidOffset);
    }
    const auto& allowed = array_.spec().allowed_hosts;
    if (!discovery && allowed &&
        std::find(allowed->begin(), allowed->end(), request.hostnqn) == allowed->end()) {
        return fail(status::connect_invalid_host);
    }
    const nvme::Capabilities cap{.raw = array_.capabilities()};
    if (sqsize == 0 || sqsize > cap.mqes()) {
        return invalid(kSqsizeOffset);
    }

    Controller* controller = nullptr;
    if (qid == 0) {
        const bool wants_dynamic = request.cntlid == nvme::kDynamicController;
        if (discovery ? !wants_dynamic : wants_dynamic == array_.static_model()) {
            return invalid(kCntlidOffset);
        }
        controller = simulator_.create_controller(array_, port_, discovery, request.cntlid);
        if (controller == nullptr) {
            // A chosen one that does not exist or is taken, or no ID is left.
            return wants_dynamic || request.cntlid == nvme::kAnyStaticController
                       ? fail(status::connect_controller_busy)
                       : invalid(kCntlidOffset);
        }
        controller->admin = this;
        controller->hostnqn = request.hostnqn;
        controller->hostid = request.hostid;
        set_keep_alive(array_, *controller, entry.cdw[2]);
        simulator_.restart_keep_alive(*controller, now);
    } else {
        if (discovery) {
            return invalid(kQidOffset);
        }
        controller = simulator_.find_controller(array_, request.cntlid);
        if (controller == nullptr) {
            return invalid(kCntlidOffset);
        }
        if (controller->hostnqn != request.hostnqn) {
            return invalid(kHostnqnOffset);
        }
        if (controller->hostid != request.hostid) {
            return invalid(kHostidOffset);
        }
        if (!controller->ready() || controller->queues.contains(qid)) {
            return fail(status::command_sequence_error);
        }
        if (qid > (controller->features.number_of_queues & 0xFFFFU) + 1) {
            return invalid(kQidOffset);
        }
        controller->queues[qid] = this;
    }
    controller_ = controller;
    qid_ = qid;
    Answer result{.kind = AnswerKind::connect, .dword01 = controller->cntlid};
    CommandContext context{.simulator = simulator_,
                           .array = array_,
                           .controller = *controller,
                           .port = port_,
                           .now = now};
    apply_overrides(context, result);
    if ((result.status & 0x7FFU) != 0) {
        controller_ = nullptr;
        if (qid == 0) {
            controller->admin = nullptr;
            simulator_.destroy_controller(*controller, {});
        } else {
            controller->queues.erase(qid);
        }
        return result;
    }
    queue_entries_ = static_cast<std::uint16_t>(sqsize + 1U);
    flow_control_disabled_ = (attributes & kDisableFlowControl) != 0;
    sqhd_ = flow_control_disabled_ ? std::uint16_t{0xFFFF} : std::uint16_t{1};
    state_ = State::connected;
    return result;
}

Bytes Session::response(std::uint16_t cid, std::uint16_t code, std::uint64_t dword01) const {
    return nvme::encode(nvme::CapsuleResp{.cqe = nvme::encode_cqe({.dword01 = dword01,
                                                                   .sqhd = sqhd_,
                                                                   .sqid = 0,
                                                                   .cid = cid,
                                                                   .status = nvme::Status{code}})},
                        format_);
}

std::optional<FaultSpec> Session::fault_for(AnswerKind kind, std::uint32_t nsid) {
    for (ActiveFault& fault : array_.faults) {
        const FaultSpec& spec = fault.spec;
        switch (spec.kind) {
        case FaultKind::banner:
        case FaultKind::not_ready:
        case FaultKind::moving_ana_count:
        case FaultKind::moving_generation:
            continue; // strike elsewhere
        default:
            break;
        }
        if (spec.answer == kind && spec.nsid.value_or(nsid) == nsid &&
            spec.port.value_or(port_) == port_ && spec.when.contains(++fault.matches)) {
            return spec;
        }
    }
    return std::nullopt;
}

void Session::answer(const nvme::SubmissionEntry& entry, Answer&& answer, TimePoint now) {
    if (answer.later) {
        return;
    }
    const auto fault = fault_for(answer.kind, answer.nsid);
    const ArraySpec& spec = array_.spec();
    const TimePoint due = now + spec.latency;
    const bool ok = (answer.status & 0x7FFU) == 0;
    const bool success_flag =
        spec.c2h_success && flow_control_disabled_ && ok && answer.dword01 == 0;
    Bytes bytes;
    if (ok) {
        // What the host gave no room for is not sent.
        const std::size_t length = std::min<std::size_t>(answer.data.size(), entry.sgl_length);
        for (std::size_t offset = 0; offset < length;) {
            const std::size_t part = std::min<std::size_t>(length - offset, spec.c2h_data_size);
            nvme::DataPdu pdu{.from_host = false,
                              .cccid = entry.cid,
                              .datao = static_cast<std::uint32_t>(offset),
                              .last = offset + part == length};
            if (fault && fault->kind == FaultKind::data_out_of_range) {
                pdu.datao = static_cast<std::uint32_t>(fault->value.value_or(entry.sgl_length));
            }
            pdu.success = pdu.last && success_flag;
            const ByteView view = nvme::slice(answer.data, offset, part);
            pdu.data.assign(view.begin(), view.end());
            const Bytes encoded = nvme::encode(pdu, format_);
            bytes.insert(bytes.end(), encoded.begin(), encoded.end());
            offset += part;
        }
    }
    const std::size_t last_pdu = bytes.size();
    if (!success_flag || bytes.empty()) {
        const Bytes encoded = response(entry.cid, answer.status, answer.dword01);
        bytes.insert(bytes.end(), encoded.begin(), encoded.end());
    }
    if (fault) {
        strike(*fault, std::move(bytes), last_pdu, due);
    } else {
        send(std::move(bytes), due);
    }
}

void Session::strike(const FaultSpec& fault, Bytes bytes, std::size_t last_pdu, TimePoint due) {
    constexpr std::uint16_t kNobodysCommand = 0xFFF0;
    switch (fault.kind) {
    case FaultKind::stall: {
        const std::size_t length = fault.value.value_or(bytes.size() / 2);
        bytes.resize(std::min(length, bytes.size()));
        send(std::move(bytes), due);
        stalled_ = true;
        return;
    }
    case FaultKind::garbage:
        send(noise(std::min<std::uint64_t>(fault.value.value_or(64), 1U << 20U)), due);
        stalled_ = true;
        return;
    case FaultKind::header_digest:
        if (format_.header_digest) {
            bytes[bytes[2]] ^= 0xFFU; // right behind HLEN bytes
        }
        break;
    case FaultKind::data_digest:
        if (format_.data_digest && last_pdu != 0) {
            bytes[nvme::load_le<std::uint32_t>(bytes, kPlenOffset) - 1] ^= 0xFFU;
        }
        break;
    case FaultKind::length:
        nvme::store_le(bytes, kPlenOffset, static_cast<std::uint32_t>(fault.value.value_or(0)));
        break;
    case FaultKind::unsolicited: {
        Bytes both = response(static_cast<std::uint16_t>(fault.value.value_or(kNobodysCommand)),
                              status::success, 0);
        both.insert(both.end(), bytes.begin(), bytes.end());
        bytes = std::move(both);
        break;
    }
    case FaultKind::duplicate: {
        const Bytes again(bytes.begin() + static_cast<std::ptrdiff_t>(last_pdu), bytes.end());
        bytes.insert(bytes.end(), again.begin(), again.end());
        break;
    }
    case FaultKind::no_answer:
        return;
    case FaultKind::close:
        close("a fault of the scenario");
        return;
    case FaultKind::terminate:
        terminate(static_cast<nvme::Fes>(fault.value.value_or(
                      static_cast<std::uint64_t>(nvme::Fes::invalid_header_field))),
                  0, {}, "a fault of the scenario");
        return;
    default:
        break;
    }
    send(std::move(bytes), due);
}

void Session::complete_event(std::uint16_t cid, const nvme::AsyncEvent& event) {
    Answer result{.kind = AnswerKind::async_event, .dword01 = nvme::encode(event)};
    if (controller_ != nullptr) {
        CommandContext context{.simulator = simulator_,
                               .array = array_,
                               .controller = *controller_,
                               .port = port_,
                               .now = now_};
        apply_overrides(context, result);
    }
    nvme::SubmissionEntry entry;
    entry.cid = cid;
    answer(entry, std::move(result), now_);
    wake();
}

void Session::abort_event_request(std::uint16_t cid) {
    send(response(cid, status::abort_requested, 0), now_);
}

} // namespace haoh::arraysim
