// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/protocol/session.hpp>

#include <arraysim/arrays/identity.hpp>

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

} // namespace

Session::Session(Simulator& simulator, Array& array, std::size_t port, TimePoint now,
                 std::string local)
    : simulator_(simulator), array_(array), port_(port), local_(std::move(local)),
      reader_(false, reader_limit(array)), now_(now), connect_deadline_(now + kConnectTime),
      split_(array.splits_answers(port)) {
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
        if (split_) {
            break;
        }
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
    const AnswerKind kind = result.kind;
    answer(entry, std::move(result), now);
    if (controller_ != nullptr && qid_ == 0) {
        simulator_.deliver_events(*controller_);
    }
    if (simulator_.on_answer) {
        simulator_.on_answer(array_, kind);
    }
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
