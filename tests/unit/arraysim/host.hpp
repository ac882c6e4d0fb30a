// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A host for tests of the simulator: talks to a session in memory, with a clock of its own.
#pragma once

#include "support/scenario_builder.hpp"

#include <arraysim/arrays/simulator.hpp>
#include <arraysim/protocol/session.hpp>

#include <haoh/nvme/fabrics.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace haoh::arraysim::test {

inline constexpr std::string_view kHostNqn = "nqn.2014-08.org.nvmexpress:uuid:host";
inline constexpr TimePoint kStart{std::chrono::hours(1)};

/// One completed command.
struct Reply {
    nvme::Status status;
    std::uint64_t dword01{};
    nvme::Bytes data;
};

/// One connection: a queue of a host.
class Queue {
  public:
    Queue(Simulator& simulator, std::size_t array, std::size_t port = 0);

    /// Sends ICReq; fails the test unless ICResp comes. \param dgst digests to ask for
    nvme::IcResp initialize(std::uint8_t dgst = 0, std::uint8_t hpda = 0);
    /// ICReq and Connect. \return the reply of Connect
    Reply connect(std::string_view nqn, std::uint16_t qid = 0,
                  std::uint16_t cntlid = nvme::kDynamicController,
                  std::string_view hostnqn = kHostNqn, std::uint32_t kato_ms = 0);
    /// CC.EN = 1. \return CSTS
    std::uint32_t enable();

    /// Runs a command and waits for its response; answers R2Ts with `data_out`. The test fails,
    /// with an empty reply, when none comes.
    Reply run(nvme::AdminCommand command);
    /// Puts a command on the wire. \return its command identifier
    std::uint16_t submit(const nvme::AdminCommand& command, bool in_capsule = true);
    /// The reply to a command, if it is there.
    std::optional<Reply> take(std::uint16_t cid);

    void send(const nvme::Bytes& bytes);
    void send(const nvme::Pdu& pdu) { send(nvme::encode(pdu, format_)); }
    /// Raw bytes that the session sends now.
    nvme::Bytes receive();
    /// PDUs that came and were no replies.
    std::vector<nvme::Pdu> others;
    /// What the reader of the host said of the bytes, when they were malformed.
    std::optional<nvme::PduError> error;
    /// The termination request, when there was one.
    [[nodiscard]] const nvme::TermReq* termination() const;
    /// Bytes of H2CData at most in one PDU.
    std::uint32_t h2c_data_size{4096};

    [[nodiscard]] Session& session() { return *session_; }
    void drop() { session_.reset(); }
    [[nodiscard]] const nvme::PduFormat& format() const { return format_; }
    /// Moves the clock.
    void at(TimePoint now) { now_ = now; }
    [[nodiscard]] TimePoint now() const { return now_; }

  private:
    struct Pending {
        nvme::AdminCommand command;
        Reply reply;
        bool done{};
    };

    void pump();
    void handle(nvme::Pdu pdu);

    Simulator& simulator_;
    std::unique_ptr<Session> session_;
    nvme::PduReader reader_;
    nvme::PduFormat format_;
    TimePoint now_{kStart};
    std::uint16_t next_cid_{1};
    std::map<std::uint16_t, Pending> pending_;
};

/// A connected and enabled admin queue of a scenario's array.
class Admin : public Queue {
  public:
    Admin(Simulator& simulator, std::size_t array, std::size_t port = 0);
    std::uint16_t cntlid{};
};

/// An I/O queue of a controller whose admin queue exists.
class Io : public Queue {
  public:
    Io(Simulator& simulator, std::size_t array, std::uint16_t cntlid, std::uint16_t qid = 1);
};

/// \name Commands
///@{
[[nodiscard]] nvme::AdminCommand identify(std::uint8_t cns, std::uint32_t nsid = 0);
[[nodiscard]] nvme::AdminCommand log_page(std::uint8_t lid, std::uint32_t length,
                                          bool retain_event = true, std::uint64_t offset = 0);
[[nodiscard]] nvme::AdminCommand set_features(std::uint8_t fid, std::uint32_t value,
                                              std::uint32_t nsid = 0);
[[nodiscard]] nvme::AdminCommand read_command(std::uint32_t nsid, std::uint64_t slba,
                                              std::uint32_t blocks, std::uint32_t block_size = 512);
[[nodiscard]] nvme::AdminCommand write_command(std::uint32_t nsid, std::uint64_t slba,
                                               nvme::Bytes data, std::uint32_t block_size = 512);
///@}

[[nodiscard]] inline nvme::Bytes filled(std::size_t size, std::uint8_t value) {
    return nvme::Bytes(size, value);
}

} // namespace haoh::arraysim::test
