// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session.hpp"

#include "foreign_peer.hpp"

#include <haoh/nvme/fabrics.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace haoh::fabric {

namespace {

using nvme::Fes;

constexpr unsigned kIndexBits = 12; ///< of a command identifier; the rest is the generation
static_assert(kCidIndexMask == (1U << kIndexBits) - 1U);
constexpr std::uint8_t kGenerationMask = 0xF;
constexpr std::size_t kFirstBytesKept = 128;
constexpr std::size_t kMaxEvents = 256; ///< waiting to be taken; then no more are asked for
/// Entries without which none are kept back for Keep Alive and Asynchronous Event Request.
constexpr std::size_t kSmallQueue = 4;
constexpr std::uint32_t kFeiRespCid = 8 + 12; ///< byte offset of the command identifier, for FEI

std::int64_t milliseconds(Clock::duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

/// The command as it is kept while it runs: what its answer may carry, and what messages need.
nvme::AdminCommand without_data(const nvme::AdminCommand& command) {
    nvme::AdminCommand copy;
    copy.opcode = command.opcode;
    copy.nsid = command.nsid;
    copy.cdw = command.cdw;
    copy.data_in = command.data_in;
    return copy;
}

} // namespace

Session::Session(const SessionOptions& options)
    : options_{options}, reader_{true, kMaxTransfer},
      slots_(std::clamp<std::size_t>(options.queue_size, 2, 1U << kIndexBits) - 1),
      depth_{slots_.size() >= kSmallQueue ? slots_.size() - 2 : slots_.size()} {
    free_.reserve(slots_.size());
    for (std::size_t index = slots_.size(); index > 0; --index) {
        free_.push_back(static_cast<std::uint16_t>(index - 1));
    }
}

bool Session::can_submit() const {
    return state_ == State::ready && in_use_ < depth_ && !free_.empty();
}

std::uint16_t Session::submit(nvme::AdminCommand command, TimePoint now, TimePoint deadline) {
    assert(can_submit());
    assert(command.data_in <= kMaxTransfer && command.data_out.size() <= kMaxTransfer);
    now_ = now;
    ++in_use_;
    return send_command(Use::command, std::move(command), now, deadline);
}

void Session::abandon(std::uint16_t cid) {
    Slot* const slot = find(cid);
    if (slot != nullptr && slot->use == Use::command) {
        slot->abandoned = true;
        slot->data = {};
    }
}

void Session::start_keep_alive(const Beat& beat, TimePoint now) {
    now_ = now;
    beat_ = beat;
    keep_alive_due_ = beat_.limit.count() > 0 ? now + beat_.interval : TimePoint::max();
}

bool Session::start_events(TimePoint now) {
    if (slots_.size() < 2) {
        return false;
    }
    wants_events_ = true;
    replenish(now);
    return true;
}

void Session::receive(nvme::ByteView bytes, TimePoint now) {
    now_ = now;
    if (state_ != State::connecting && state_ != State::ready) {
        return;
    }
    last_receive_ = now;
    if (state_ == State::connecting) {
        const std::size_t room = kFirstBytesKept - first_bytes_.size();
        const auto head = nvme::slice(bytes, 0, room);
        first_bytes_.insert(first_bytes_.end(), head.begin(), head.end());
        if (!may_be_nvme_tcp(first_bytes_)) {
            fail(describe_foreign_peer(first_bytes_));
            return;
        }
    }
    reader_.feed(bytes);
    while (state_ != State::failed) {
        auto item = reader_.next();
        if (!item) {
            break;
        }
        if (auto* const pdu = std::get_if<nvme::Pdu>(&*item)) {
            handle(*pdu);
        } else {
            handle_error(std::get<nvme::PduError>(*item));
        }
    }
    replenish(now);
}

void Session::handle(nvme::Pdu& pdu) {
    if (state_ == State::connecting && !std::holds_alternative<nvme::IcResp>(pdu) &&
        !std::holds_alternative<nvme::TermReq>(pdu)) {
        violate({.text = fmt::format("a {} PDU came before ICResp",
                                     nvme::to_string(nvme::type_of(pdu)))},
                pdu);
    } else if (const auto* const icresp = std::get_if<nvme::IcResp>(&pdu)) {
        on_icresp(*icresp, pdu);
    } else if (const auto* const request = std::get_if<nvme::TermReq>(&pdu)) {
        on_termination(*request);
    } else if (const auto* const response = std::get_if<nvme::CapsuleResp>(&pdu)) {
        on_response(*response, pdu);
    } else if (auto* const data = std::get_if<nvme::DataPdu>(&pdu)) {
        on_data(*data, pdu);
    } else if (const auto* const r2t = std::get_if<nvme::R2t>(&pdu)) {
        on_r2t(*r2t, pdu);
    } else {
        violate({.text = fmt::format("a {} PDU came, which only a host sends",
                                     nvme::to_string(nvme::type_of(pdu)))},
                pdu);
    }
}

void Session::handle_error(const nvme::PduError& error) {
    if (error.data_digest) {
        if (!on_data_digest_error(error)) {
            terminate(Fes::invalid_header_field, kFeiCccid, error.header,
                      {.code = make_error_code(Errc::digest),
                       .cause = error.text + ", for a command that reads no such data",
                       .advice = {}});
        }
        return;
    }
    if (error.termination) {
        fail({.code = make_error_code(Errc::terminated),
              .cause = "the peer ended the connection with a malformed termination request: " +
                       error.text,
              .advice = {}});
        return;
    }
    const Errc code = error.fes == Fes::header_digest_error ? Errc::digest : Errc::malformed;
    terminate(error.fes, error.fei, error.header,
              {.code = make_error_code(code), .cause = error.text, .advice = {}});
}

void Session::on_response(const nvme::CapsuleResp& response, const nvme::Pdu& pdu) {
    const nvme::CompletionEntry entry = nvme::decode_cqe(response.cqe);
    Slot* const slot = find(entry.cid);
    if (slot == nullptr) {
        const std::size_t index = entry.cid & kCidIndexMask;
        const bool answered =
            index < slots_.size() && slots_[index].used &&
            ((slots_[index].generation - 1U) & kGenerationMask) == (entry.cid >> kIndexBits);
        violate({.fes = Fes::invalid_header_field,
                 .fei = kFeiRespCid,
                 .text = fmt::format("a response came for command identifier {:04X}h, which {}",
                                     entry.cid,
                                     answered ? "was answered before" : "is not outstanding")},
                pdu);
        return;
    }
    sqhd_ = entry.sqhd;
    // It does not steer anything: no more commands are outstanding than the queue has entries.
    complete(entry.cid, *slot, entry.status, entry.dword01);
}

void Session::complete(std::uint16_t cid, Slot& slot, nvme::Status status, std::uint64_t dword01) {
    note_answer(slot);
    switch (slot.use) {
    case Use::free:
        return;
    case Use::async_event:
        release(slot);
        complete_event(status, static_cast<std::uint32_t>(dword01));
        return;
    case Use::keep_alive:
        release(slot);
        keep_alive_outstanding_ = false;
        if (status.code() == nvme::status::invalid_opcode && !beat_.probe) {
            keep_alive_due_ = TimePoint::max(); // the controller has none, and needs none
        }
        return;
    case Use::command:
        break;
    }
    if (!slot.abandoned) {
        Completion completion;
        completion.cid = cid;
        completion.command = without_data(slot.command);
        if (slot.digest_failed) {
            completion.outcome = Failure{.code = make_error_code(Errc::digest),
                                         .cause = "the data digest of the answer is wrong",
                                         .advice = "look for a faulty link or network device"};
        } else {
            completion.outcome = nvme::AdminResult{
                .status = status, .dword01 = dword01, .data = std::move(slot.data)};
        }
        completions_.push_back(std::move(completion));
    }
    release(slot);
}

void Session::complete_event(nvme::Status status, std::uint32_t dword0) {
    event_outstanding_ = false;
    if (status.ok()) {
        events_.push_back(nvme::decode_async_event(dword0));
    } else {
        events_refused_ = status;
    }
}

void Session::release(Slot& slot) {
    if (slot.use == Use::command) {
        --in_use_;
    }
    const std::uint8_t generation = (slot.generation + 1U) & kGenerationMask;
    slot = Slot{};
    slot.generation = generation;
    slot.used = true;
    free_.push_back(static_cast<std::uint16_t>(&slot - slots_.data()));
}

void Session::end_of_stream() {
    if (state_ == State::connecting) {
        fail(first_bytes_.empty() ? closed_before_icresp()
                                  : Failure{.code = make_error_code(Errc::closed),
                                            .cause = fmt::format("the peer closed the connection "
                                                                 "after {} bytes of ICResp",
                                                                 first_bytes_.size()),
                                            .advice = {}});
        return;
    }
    std::string cause = "the peer closed the connection";
    if (reader_.pending() != 0) {
        cause += fmt::format(" in the middle of a PDU, after {} bytes of it", reader_.pending());
    }
    fail({.code = make_error_code(Errc::closed), .cause = std::move(cause), .advice = {}});
}

void Session::connection_lost(std::error_code error, std::string_view message) {
    const bool unanswered = state_ == State::connecting && first_bytes_.empty();
    fail({.code = error,
          .cause = fmt::format("the connection was lost: {}", message),
          .advice = unanswered ? advice_on_unanswered_icreq() : std::string()});
}

void Session::fail(Failure failure) {
    if (state_ == State::failed) {
        return;
    }
    state_ = State::failed;
    failure_ = std::move(failure);
    for (Slot& slot : slots_) {
        if (slot.use == Use::command && !slot.abandoned) {
            completions_.push_back(
                {.cid = cid_of(slot), .command = without_data(slot.command), .outcome = *failure_});
        }
        if (slot.use != Use::free) {
            release(slot);
        }
    }
}

void Session::advance(TimePoint now) {
    now_ = now;
    if (state_ == State::connecting && now >= icresp_deadline_) {
        std::string cause = "the TCP connection stands, but no ICResp came in time";
        if (!first_bytes_.empty()) {
            cause += fmt::format(": the peer stopped after {} bytes of it", first_bytes_.size());
        }
        fail({.code = make_error_code(Errc::timed_out),
              .cause = std::move(cause),
              .advice =
                  "check that an NVMe/TCP subsystem listens on this port, or allow more time"});
        return;
    }
    if (state_ == State::ready) {
        expire_commands(now);
        note_late(now);
        replenish(now);
    }
}

void Session::send_due(TimePoint now) {
    now_ = now;
    replenish(now);
}

void Session::expire_commands(TimePoint now) {
    std::size_t overdue = 0;
    std::size_t silent = 0;
    bool broken = false;
    for (Slot& slot : slots_) {
        if (slot.use == Use::free || slot.deadline > now) {
            continue;
        }
        overdue += slot.use == Use::command ? 1U : 0U;
        if (slot.overdue) {
            continue;
        }
        slot.overdue = true;
        end_late(slot);
        silent += last_receive_ <= slot.submitted ? 1U : 0U;
        broken =
            broken || slot.use == Use::keep_alive ||
            (reader_.pending() != 0 && now - last_receive_ >= (slot.deadline - slot.submitted) / 2);
        if (slot.use == Use::command && !slot.abandoned) {
            completions_.push_back(
                {.cid = cid_of(slot),
                 .command = without_data(slot.command),
                 .outcome =
                     Failure{.code = make_error_code(Errc::timed_out),
                             .cause = fmt::format("no answer within {} ms{}",
                                                  milliseconds(slot.deadline - slot.submitted),
                                                  stuck_within()),
                             .advice = {}}});
            slot.abandoned = true;
            slot.data = {};
        }
    }
    // One command without an answer is its own misfortune; a connection on which nothing comes at
    // all, or on which no entry is left, is of no more use.
    if (broken || silent > 1 || (overdue > 0 && overdue >= depth_)) {
        fail({.code = make_error_code(Errc::timed_out),
              .cause = fmt::format("the connection is stuck: nothing came for {} ms{}",
                                   milliseconds(now - last_receive_), stuck_within()),
              .advice = {}});
    }
}

std::string Session::stuck_within() const {
    if (reader_.pending() == 0) {
        return {};
    }
    return fmt::format(", the peer stopped in the middle of a PDU after {} bytes of it",
                       reader_.pending());
}

TimePoint Session::next_deadline() const {
    if (state_ == State::connecting) {
        return icresp_deadline_;
    }
    if (state_ != State::ready) {
        return TimePoint::max();
    }
    TimePoint next = keep_alive_outstanding_ || free_.empty() ? TimePoint::max() : keep_alive_due_;
    for (const Slot& slot : slots_) {
        if (slot.use != Use::free && !slot.overdue) {
            next = std::min({next, slot.deadline, late_at(slot)});
        }
    }
    return next;
}

void Session::replenish(TimePoint now) {
    if (state_ != State::ready) {
        return;
    }
    if (wants_events_ && !event_outstanding_ && !events_refused_ && events_.size() < kMaxEvents &&
        !free_.empty()) {
        event_outstanding_ = true;
        send_command(Use::async_event, nvme::async_event_request_command(), now, TimePoint::max());
    }
    if (keep_alive_due_ <= now && !keep_alive_outstanding_ && !free_.empty()) {
        keep_alive_outstanding_ = true;
        keep_alive_due_ = now + beat_.interval;
        send_command(Use::keep_alive, nvme::keep_alive_command(), now, now + beat_.limit);
    }
}

std::uint16_t Session::send_command(Use use, nvme::AdminCommand command, TimePoint now,
                                    TimePoint deadline) {
    const std::uint16_t index = free_.back();
    free_.pop_back();
    Slot& slot = slots_[index];
    slot.use = use;
    slot.submitted = now;
    slot.deadline = deadline;
    const std::uint16_t cid = cid_of(slot);
    const bool in_capsule = command.data_out.size() <= kAdminInCapsuleBytes;
    nvme::CapsuleCmd capsule;
    capsule.sqe = nvme::encode_sqe(command, cid, in_capsule);
    if (in_capsule) {
        capsule.data = std::exchange(command.data_out, {});
    }
    slot.command = std::move(command);
    send(capsule);
    return cid;
}

nvme::Bytes Session::take_output() {
    return std::exchange(output_, {});
}

Completion Session::take_completion() {
    assert(has_completion());
    Completion completion = std::move(completions_.front());
    completions_.pop_front();
    return completion;
}

std::optional<nvme::AsyncEvent> Session::take_event() {
    if (events_.empty()) {
        return std::nullopt;
    }
    const nvme::AsyncEvent event = events_.front();
    events_.pop_front();
    replenish(now_);
    return event;
}

Session::Slot* Session::find(std::uint16_t cid) {
    const std::size_t index = cid & kCidIndexMask;
    if (index >= slots_.size()) {
        return nullptr;
    }
    Slot& slot = slots_[index];
    return slot.use != Use::free && slot.generation == cid >> kIndexBits ? &slot : nullptr;
}

std::uint16_t Session::cid_of(const Slot& slot) const {
    const auto index = static_cast<std::uint16_t>(&slot - slots_.data());
    return static_cast<std::uint16_t>(index | (slot.generation << kIndexBits));
}

void Session::send(const nvme::Pdu& pdu) {
    const nvme::Bytes bytes = nvme::encode(pdu, format_);
    if (output_.empty()) {
        output_.reserve(4096);
    }
    output_.insert(output_.end(), bytes.begin(), bytes.end());
}

} // namespace haoh::fabric
