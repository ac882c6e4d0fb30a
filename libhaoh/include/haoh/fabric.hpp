// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// NVMe/TCP without the kernel: an admin-queue initiator. No I/O queue is made and no namespace is
/// touched.
#pragma once

#include <haoh/address.hpp>
#include <haoh/admin_channel.hpp>
#include <haoh/budget.hpp>
#include <haoh/host_identity.hpp>
#include <haoh/observation.hpp>
#include <haoh/resolver.hpp>
#include <haoh/visibility.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// A command without an answer although half of its time is over; and that it came after all.
struct LateAnswer {
    std::string command; ///< "Keep Alive"
    std::chrono::steady_clock::time_point sent;
    std::chrono::milliseconds limit{}; ///< when it is given up, from `sent` on
    bool answered{};                   ///< as all others that were late
};

/// What ConnectOptions::detect may be.
inline constexpr std::chrono::milliseconds kShortestDetection{500};
inline constexpr std::chrono::milliseconds kLongestDetection{60000};

/// Who connects, to what, and how.
struct ConnectOptions {
    HostIdentity host;
    std::string subsysnqn;
    /// Dynamic (FFFFh), any static (FFFEh), or one static controller.
    std::uint16_t cntlid{nvme::kDynamicController};
    bool header_digest{};           ///< asked for; used when the target agrees
    bool data_digest{};             ///< asked for; used when the target agrees
    bool disable_sq_flow_control{}; ///< asked for; in force when the controller agrees
    std::uint16_t queue_size{32};   ///< admin queue entries, 2..4096
    /// For connecting in all, and for each command.
    std::chrono::milliseconds timeout{kCommandTimeout};
    std::chrono::milliseconds keep_alive{10000}; ///< KATO; 0 = none
    /// How soon a controller is given up that falls silent: each half of this a Keep Alive asks
    /// whether it is there, and has as long for its answer. 0: they are sent each half of
    /// `keep_alive`, and have `keep_alive` for the answer. A longer one makes `keep_alive` as long.
    std::chrono::milliseconds detect{};
    /// Called on the executor when answers begin to be late, and when all are there; may be empty.
    std::function<void(const LateAnswer&)> on_late{};
    /// Of host names, such as `make_thread_resolver()`. Null: addresses must be numeric.
    std::shared_ptr<Resolver> resolver;
};

/// How long it takes at most until a controller is given up that falls silent; 0: for ever, unless it
/// is asked something.
[[nodiscard]] std::chrono::milliseconds detection_time(const ConnectOptions& options);
/// \throws Error (invalid_argument) when `detect` is neither 0 nor possible
void require_detection(std::chrono::milliseconds detect);

/// A connected and enabled controller. Closing is orderly by `shutdown`; the destructor just closes
/// the socket. Used from the executor on which it was connected (a strand, where several threads
/// run it).
class FabricController : public AdminChannel {
  public:
    /// Resolves, connects (each address of a host name in turn), exchanges ICReq/ICResp, Connects
    /// the admin queue, enables the controller.
    /// \throws Error: each cause has its own text (unreachable, refused, not NVMe, unknown NQN, host
    ///         not allowed, authentication or TLS demanded, never ready, timed out at which stage)
    [[nodiscard]] static boost::asio::awaitable<std::unique_ptr<FabricController>>
    connect(Address address, ConnectOptions options);

    [[nodiscard]] virtual const Address& address() const = 0;
    /// The numeric address that the connection leads to, where `address` may have a host name.
    [[nodiscard]] virtual const std::string& peer() const = 0;
    [[nodiscard]] virtual const Connection& connection() const = 0;

    /// Asks this controller (which is ours alone) for all events of namespace attributes, ANA and
    /// the discovery log that it offers (Set Features 0Bh). What changes from here on will be an
    /// event: read states after this, and none can be missed. Does nothing the second time.
    /// \throws Error when the connection is lost
    [[nodiscard]] virtual boost::asio::awaitable<void> enable_events() = 0;

    /// The next asynchronous event. The first call enables events and keeps an Asynchronous Event
    /// Request outstanding from then on; without it, nothing is set. An event of one kind comes
    /// again only after its log was read without Retain Asynchronous Event. One caller at a time.
    /// \throws Error when the connection is lost or the controller refuses
    [[nodiscard]] virtual boost::asio::awaitable<nvme::AsyncEvent> next_event() = 0;

    /// Shuts the controller down (CC.SHN, waits for CSTS.SHST within the timeout, at most 2 s) and
    /// closes. Never throws; a connection that is already lost is just closed.
    [[nodiscard]] virtual boost::asio::awaitable<void> shutdown() = 0;
};

/// What to ask of arrays, and how. haoh/source.hpp has the same for hosts and arrays together.
struct ObserveOptions {
    std::vector<Address> targets; ///< one array or port each
    /// Empty: every NVM subsystem of the targets' discovery logs, referrals followed. A target that
    /// serves no discovery log on port 4420 is asked on port 8009, too.
    std::string subsysnqn;
    ConnectOptions connect;                             ///< `subsysnqn` in here is ignored
    std::chrono::milliseconds timeout{kObserveTimeout}; ///< for one target in all
    Budget budget{};                                    ///< of one target in all
    /// See ControllerObservation::probed_cntlids; only with several targets.
    bool probe_cntlids{true};
    unsigned max_referrals{16};    ///< discovery controllers followed for one target
    unsigned max_controllers{256}; ///< connected for one target
    /// Called whenever something begins or advances on a target (as `to_string(Address)`); may be
    /// empty.
    ObserveProgress progress;
};

/// Asks every target at once. Never throws for an array's sake: what fails is in `unobserved`.
/// Connections of all targets stay open until all is read, so that their controller IDs exist side
/// by side. A port that the discovery logs of several targets name is asked once.
[[nodiscard]] boost::asio::awaitable<Observation> observe(ObserveOptions options);

} // namespace haoh
