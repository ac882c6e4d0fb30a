// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// NVMe/TCP without the kernel: an admin-queue initiator. No I/O queue is made and no namespace is
/// touched.
#pragma once

#include <haoh/address.hpp>
#include <haoh/admin_channel.hpp>
#include <haoh/observation.hpp>

#include <chrono>
#include <memory>

namespace haoh {

/// Who we are to the arrays.
struct HostIdentity {
    std::string hostnqn;
    nvme::Uuid hostid{};
    std::string
        source; ///< where it comes from, for people: "/etc/nvme/hostnqn", "--hostnqn", "generated"

    bool operator==(const HostIdentity&) const = default;
};

/// The identity to use: the given ones, else /etc/nvme/hostnqn and /etc/nvme/hostid, else a
/// generated pair. \param hostnqn, hostid  empty = not given \param directory        where the two
/// files are \throws Error (invalid_argument or malformed)
[[nodiscard]] HostIdentity host_identity(std::string_view hostnqn, std::string_view hostid,
                                         const std::string& directory = "/etc/nvme");

struct ConnectOptions {
    HostIdentity host;
    std::string subsysnqn;
    std::uint16_t cntlid{
        nvme::kDynamicController}; ///< dynamic, FFFEh any static, or one static controller
    bool header_digest{};          ///< asked for; used when the target agrees
    bool data_digest{};
    std::uint16_t queue_size{32};                ///< admin queue entries, 2..4096
    std::chrono::milliseconds timeout{5000};     ///< for connecting in all, and for each command
    std::chrono::milliseconds keep_alive{10000}; ///< KATO; 0 = none
};

/// A connected and enabled controller. Closing is orderly by `shutdown`; the destructor just closes
/// the socket.
class FabricController : public AdminChannel {
  public:
    /// Resolves, connects, exchanges ICReq/ICResp, Connects the admin queue, enables the
    /// controller. \throws Error: each cause has its own text (unreachable, refused, not NVMe,
    /// unknown NQN, host not
    ///         allowed, ...)
    [[nodiscard]] static boost::asio::awaitable<std::unique_ptr<FabricController>>
    connect(Address address, ConnectOptions options);

    [[nodiscard]] virtual const Address& address() const = 0;
    [[nodiscard]] virtual const Connection& connection() const = 0;

    /// The next asynchronous event; keeps Asynchronous Event Requests outstanding from the first
    /// call on. \throws Error when the connection is lost
    [[nodiscard]] virtual boost::asio::awaitable<nvme::AsyncEvent> next_event() = 0;

    /// Shuts the controller down (CC.SHN, waits for CSTS.SHST within the timeout) and closes. Never
    /// throws; a connection that is already lost is just closed.
    [[nodiscard]] virtual boost::asio::awaitable<void> shutdown() = 0;
};

/// What to ask, and how.
struct ObserveOptions {
    std::vector<Address> targets;             ///< one array or port each
    std::string subsysnqn;                    ///< empty: every NVM subsystem of the discovery logs
    ConnectOptions connect;                   ///< `subsysnqn` in here is ignored
    std::chrono::milliseconds timeout{30000}; ///< for one target in all
    bool probe_cntlids{
        true}; ///< see ControllerObservation::probed_cntlids; only with several targets
    unsigned max_referrals{16};    ///< discovery controllers followed for one target
    unsigned max_controllers{256}; ///< connected for one target
    /// Called with a short clause whenever something begins or advances; may be empty.
    std::function<void(std::string_view target, std::size_t done, std::size_t total)> progress;
};

/// Asks every target at once. Never throws for an array's sake: what fails is in `unobserved`.
[[nodiscard]] boost::asio::awaitable<Observation> observe(ObserveOptions options);

} // namespace haoh
