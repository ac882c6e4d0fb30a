// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// One connection: the controller's end of NVMe/TCP without I/O. Bytes and the time go in, bytes
/// with the time at which they are due come out.
#pragma once

#include <arraysim/arrays/simulator.hpp>
#include <arraysim/protocol/command.hpp>

#include <haoh/nvme/pdu.hpp>

#include <deque>
#include <functional>
#include <unordered_map>

namespace haoh::arraysim {

inline constexpr std::uint32_t kPlenOffset = 4; ///< in the header of a PDU

class Session {
  public:
    /// \param local this end's address
    Session(Simulator& simulator, Array& array, std::size_t port, TimePoint now, std::string local);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    /// Bytes that came from the host.
    void receive(nvme::ByteView bytes, TimePoint now);
    /// The bytes that are due and written at once; empty when there are none.
    [[nodiscard]] nvme::Bytes take_output(TimePoint now);
    /// When the next output is due, or the host's time to connect is over; max() for never.
    [[nodiscard]] TimePoint next_deadline() const;
    /// Tells the time: closes a connection whose host never connected a queue.
    void advance(TimePoint now);

    /// No more bytes are taken. Output that is left is to be sent before the connection closes,
    /// unless `reset`.
    [[nodiscard]] bool closing() const { return closing_; }
    [[nodiscard]] bool reset() const { return reset_; }
    /// Why it closes, for people; empty for a normal end.
    [[nodiscard]] const std::string& reason() const { return reason_; }
    [[nodiscard]] bool has_output() const { return !output_.empty(); }

    [[nodiscard]] Array& array() { return array_; }
    [[nodiscard]] std::size_t port() const { return port_; }
    [[nodiscard]] const Controller* controller() const { return controller_; }
    [[nodiscard]] const std::string& local_address() const { return local_; }

    /// Called when output or the state changed outside of a call of the owner; may be empty.
    std::function<void()> on_wake;

    // For the simulator.
    void close(std::string reason, bool reset = false);
    void detach() { controller_ = nullptr; }
    void resume(TimePoint now);
    void complete_event(std::uint16_t cid, const nvme::AsyncEvent& event);
    void abort_event_request(std::uint16_t cid);

  private:
    enum class State : std::uint8_t { initializing, connecting, connected };

    /// A command whose data is still to come.
    struct Transfer {
        nvme::SubmissionEntry entry;
        nvme::Bytes data;
        std::uint32_t received{};
        std::uint32_t granted{}; ///< end of what R2Ts asked for so far
        std::uint16_t ttag{};
        bool digest_failed{};
    };
    struct Output {
        TimePoint due;
        nvme::Bytes bytes;
    };

    void handle(nvme::Pdu& pdu, TimePoint now);
    void on_icreq(const nvme::IcReq& request, TimePoint now);
    void on_command(nvme::CapsuleCmd& capsule, TimePoint now);
    /// \param data as sent, or for a wrong digest as long as what was sent
    void on_data(const nvme::DataPdu& data, bool digest_ok, TimePoint now);
    void on_reader_error(const nvme::PduError& error, TimePoint now);
    void refuse(const nvme::SubmissionEntry& entry, std::uint16_t code, TimePoint now);
    void run(const nvme::SubmissionEntry& entry, nvme::ByteView data, TimePoint now);
    [[nodiscard]] Answer connect(const nvme::SubmissionEntry& entry, nvme::ByteView data,
                                 TimePoint now);
    void request_data(Transfer& transfer, std::uint16_t cid);
    void answer(const nvme::SubmissionEntry& entry, Answer&& answer, TimePoint now);
    [[nodiscard]] std::optional<FaultSpec> fault_for(AnswerKind kind, std::uint32_t nsid);
    void strike(const FaultSpec& fault, nvme::Bytes bytes, std::size_t last_pdu, TimePoint due);
    [[nodiscard]] nvme::Bytes response(std::uint16_t cid, std::uint16_t status,
                                       std::uint64_t dword01) const;
    void terminate(nvme::Fes fes, std::uint32_t fei, nvme::ByteView header, std::string reason);
    void send(nvme::Bytes bytes, TimePoint due);
    void wake() const;
    [[nodiscard]] bool outstanding(std::uint16_t cid) const;

    Simulator& simulator_;
    Array& array_;
    std::size_t port_;
    std::string local_;
    State state_{State::initializing};
    nvme::PduReader reader_;
    nvme::PduFormat format_;
    TimePoint now_;
    TimePoint connect_deadline_;
    Controller* controller_{};
    std::uint16_t qid_{};
    std::uint16_t queue_entries_{}; ///< of the submission queue
    std::uint16_t sqhd_{};
    bool flow_control_disabled_{};
    bool split_{}; ///< what is sent in parts is written in parts
    std::unordered_map<std::uint16_t, Transfer> transfers_; ///< by command identifier
    std::uint16_t next_ttag_{};
    std::deque<Output> output_;
    std::size_t output_bytes_{};
    nvme::Bytes held_input_; ///< while the array hangs
    bool stalled_{};
    bool closing_{};
    bool reset_{};
    std::string reason_;
};

} // namespace haoh::arraysim
