// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The host's end of one NVMe/TCP admin queue, without I/O: fed bytes, commands and the time, it
/// yields bytes to send, completions, asynchronous events and at most one fatal failure.
/// NVMe/TCP Transport Specification 1.1, chapter 3.
#pragma once

#include "clock.hpp"
#include "failure.hpp"

#include <haoh/nvme/pdu.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace haoh::fabric {

/// In-capsule data that every controller takes on the admin queue (section 3.3.2).
inline constexpr std::size_t kAdminInCapsuleBytes = 8192;
/// The most that one command of ours may transfer: bounds the memory of a connection.
inline constexpr std::uint32_t kMaxTransfer = 4U << 20U;

/// A command identifier's lower bits: the index of its place in the queue, below the queue's size.
inline constexpr std::uint16_t kCidIndexMask = 0x0FFF;

struct SessionOptions {
    std::uint16_t queue_size{32}; ///< entries, 2..4096
    bool header_digest{};         ///< asked for
    bool data_digest{};           ///< asked for
    bool tell_late{};             ///< `take_lateness` is asked
};

/// The pace of Keep Alive commands: as a beat for the controller, and as probes of ours.
struct Beat {
    std::chrono::milliseconds interval{}; ///< from one to the next; 0: none are sent
    std::chrono::milliseconds limit{};    ///< for the answer; without it the session fails
    bool probe{}; ///< goes on although the controller says that it has no such command
};

/// A command without an answer for half of its time, or the end of such a time.
struct Lateness {
    std::string command; ///< "Keep Alive"
    TimePoint sent;
    Clock::duration limit{}; ///< when it is given up, from `sent` on
    bool answered{};         ///< it was, and no other one is late
};

/// What ICResp settled.
struct Negotiated {
    bool header_digest{};
    bool data_digest{};
    std::uint32_t maxh2cdata{}; ///< bytes
    std::uint8_t cpda{};        ///< data from the host is aligned to (CPDA + 1) * 4 bytes
};

struct Completion {
    std::uint16_t cid{};
    nvme::AdminCommand command; ///< without its data, for messages
    std::variant<nvme::AdminResult, Failure> outcome;
};

class Session {
  public:
    explicit Session(const SessionOptions& options);

    /// Sends ICReq; ICResp has to be here by `deadline`.
    void start(TimePoint now, TimePoint deadline);

    /// ICResp came, and commands can be submitted.
    [[nodiscard]] bool ready() const { return state_ == State::ready; }
    [[nodiscard]] const Negotiated& negotiated() const { return negotiated_; }

    /// SQ Head Pointer of the latest response.
    [[nodiscard]] std::uint16_t sqhd() const { return sqhd_; }

    /// Commands of the caller that fit into the queue at once; Keep Alive and Asynchronous Event
    /// Request have entries of their own where the queue is large enough.
    [[nodiscard]] std::size_t depth() const { return depth_; }
    /// Whether `submit` may be called.
    [[nodiscard]] bool can_submit() const;
    /// Puts a command into the queue. \pre can_submit(), and the command does not transfer more
    /// than kMaxTransfer \return the command identifier, which its completion will carry
    std::uint16_t submit(nvme::AdminCommand command, TimePoint now, TimePoint deadline);
    /// Nobody waits for this command any more: its response, when it comes, is swallowed, and its
    /// identifier is not used again until then. Unknown identifiers are ignored.
    void abandon(std::uint16_t cid);

    /// Sends Keep Alive commands from now on, no second one before the first is answered.
    void start_keep_alive(const Beat& beat, TimePoint now);
    /// Each half of `kato`, so that one which is late by as much is still in time; each has to be
    /// answered within `kato`.
    void start_keep_alive(std::chrono::milliseconds kato, TimePoint now) {
        start_keep_alive({.interval = kato / 2, .limit = kato}, now);
    }
    /// Keeps an Asynchronous Event Request outstanding from now on. \return false when the queue
    /// is too small for one
    bool start_events(TimePoint now);

    /// Bytes that came.
    void receive(nvme::ByteView bytes, TimePoint now);
    /// The peer closed its direction of the stream.
    void end_of_stream();
    /// The stream broke. \param message  the system's words for `error`
    void connection_lost(std::error_code error, std::string_view message);
    /// Ends the session for a reason of the caller's: the user's time is over.
    void fail(Failure failure);
    /// Tells the time: commands that are overdue fail, those that are late are told, a Keep Alive
    /// that is due goes out.
    void advance(TimePoint now);
    /// Only the last of these: nothing is given up yet.
    void send_due(TimePoint now);
    /// When `advance` has something to do next; TimePoint::max() for never.
    [[nodiscard]] TimePoint next_deadline() const;

    [[nodiscard]] bool has_output() const { return !output_.empty(); }
    /// Everything to be sent, in order.
    [[nodiscard]] nvme::Bytes take_output();
    [[nodiscard]] bool has_completion() const { return !completions_.empty(); }
    /// The next command that has ended, in the order in which they did. \pre has_completion()
    [[nodiscard]] Completion take_completion();
    [[nodiscard]] std::optional<nvme::AsyncEvent> take_event();
    /// A first command that is late, and later the longest of them when all are answered; those that
    /// are given up end it without a word.
    [[nodiscard]] std::optional<Lateness> take_lateness();
    /// Why Asynchronous Event Requests are no longer outstanding, where the controller refused one;
    /// nullptr otherwise.
    [[nodiscard]] const nvme::Status* events_refused() const {
        return events_refused_ ? &*events_refused_ : nullptr;
    }
    /// Set once: nothing works any more; nullptr until then. Output that is left (a termination
    /// request) should be sent before the connection is closed.
    [[nodiscard]] const Failure* failure() const { return failure_ ? &*failure_ : nullptr; }

  private:
    enum class State : std::uint8_t { idle, connecting, ready, failed };
    enum class Use : std::uint8_t { free, command, keep_alive, async_event };

    /// A command identifier and what is outstanding under it.
    struct Slot {
        Use use{Use::free};
        std::uint8_t generation{};
        bool used{};      ///< at least once before
        bool abandoned{}; ///< nobody waits for the completion
        bool overdue{};
        bool late{};              ///< half of its time is over
        bool last_data{};         ///< the C2HData with LAST_PDU came
        bool digest_failed{};     ///< a C2HData had a wrong data digest
        std::uint32_t received{}; ///< bytes of C2HData so far, those with wrong digests included
        std::uint32_t sent{};     ///< bytes of H2CData so far
        TimePoint submitted;
        TimePoint deadline;
        nvme::AdminCommand command; ///< `data_out` only until it is sent
        nvme::Bytes data;
    };

    static constexpr std::uint32_t kFeiCccid = 8; ///< byte offset of CCCID, for FEI

    /// A peer's violation: what to tell it, and what to tell the caller.
    struct Violation {
        Errc code{Errc::unexpected};
        nvme::Fes fes{nvme::Fes::sequence_error};
        std::uint32_t fei{};
        std::string text;
    };

    std::uint16_t send_command(Use use, nvme::AdminCommand command, TimePoint now,
                               TimePoint deadline);
    void handle(nvme::Pdu& pdu);
    void handle_error(const nvme::PduError& error);
    void on_icresp(const nvme::IcResp& resp, const nvme::Pdu& pdu);
    void on_termination(const nvme::TermReq& request);
    void on_data(nvme::DataPdu& data, const nvme::Pdu& pdu);
    void on_r2t(const nvme::R2t& r2t, const nvme::Pdu& pdu);
    void on_response(const nvme::CapsuleResp& response, const nvme::Pdu& pdu);
    bool on_data_digest_error(const nvme::PduError& error);
    void complete(std::uint16_t cid, Slot& slot, nvme::Status status, std::uint64_t dword01);
    void complete_event(nvme::Status status, std::uint32_t dword0);
    void release(Slot& slot);
    void violate(const Violation& violation, const nvme::Pdu& pdu);
    void terminate(nvme::Fes fes, std::uint32_t fei, nvme::Bytes header, Failure failure);
    void replenish(TimePoint now);
    void expire_commands(TimePoint now);
    void note_late(TimePoint now);
    void note_answer(Slot& slot);
    /// It is late no longer. \return whether it was the last one
    bool end_late(Slot& slot);
    /// When `note_late` has to look at it; TimePoint::max() for never.
    [[nodiscard]] TimePoint late_at(const Slot& slot) const;
    [[nodiscard]] std::string stuck_within() const;
    [[nodiscard]] Slot* find(std::uint16_t cid);
    [[nodiscard]] std::uint16_t cid_of(const Slot& slot) const;
    void send(const nvme::Pdu& pdu);

    SessionOptions options_;
    State state_{State::idle};
    Negotiated negotiated_;
    nvme::PduFormat format_;
    nvme::PduReader reader_;
    nvme::Bytes first_bytes_; ///< of the stream, until ICResp

    std::vector<Slot> slots_;
    std::vector<std::uint16_t> free_; ///< indexes into slots_
    std::size_t depth_{};
    std::size_t in_use_{}; ///< slots with commands of the caller
    std::uint16_t sqhd_{};

    nvme::Bytes output_;
    std::deque<Completion> completions_;
    std::deque<nvme::AsyncEvent> events_;
    bool wants_events_{};
    bool event_outstanding_{};
    std::optional<nvme::Status> events_refused_;

    std::size_t late_{};              ///< commands
    std::optional<Lateness> longest_; ///< of those that were answered since the first was late
    Clock::duration longest_took_{};
    std::deque<Lateness> latenesses_;

    Beat beat_;
    bool keep_alive_outstanding_{};
    TimePoint keep_alive_due_{TimePoint::max()};

    TimePoint icresp_deadline_{TimePoint::max()};
    TimePoint last_receive_;
    TimePoint now_; ///< as last told
    std::optional<Failure> failure_;
};

} // namespace haoh::fabric
