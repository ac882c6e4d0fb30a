// SPDX-License-Identifier: LGPL-2.1-or-later
#include "beat.hpp"
#include "connect_refusal.hpp"
#include "stream_controller.hpp"
#include "tcp_stream.hpp"

#include "model/short_answer.hpp"

#include <haoh/nvme/identify_controller.hpp>
#include <haoh/nvme/nqn.hpp>

#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace haoh {

namespace asio = boost::asio;

namespace fabric {

namespace {

// Controller Configuration (CC).
constexpr std::uint32_t kCcEnable = 1U;
constexpr unsigned kCcCssShift = 4;
constexpr unsigned kCcMpsShift = 7;
constexpr std::uint32_t kCcShutdownMask = 3U << 14U;
constexpr std::uint32_t kCcShutdownNormal = 1U << 14U;
constexpr std::uint32_t kCcIosqes = 6U << 16U; ///< 64-byte entries
constexpr std::uint32_t kCcIocqes = 4U << 20U; ///< 16-byte entries
constexpr std::uint32_t kCssAllIoCommandSets = 6;
constexpr std::uint32_t kCssAdminOnly = 7;
// Controller Status (CSTS).
constexpr std::uint64_t kCstsReady = 1U;
constexpr std::uint64_t kCstsFatal = 2U;
constexpr std::uint64_t kCstsShutdownMask = 3U << 2U;
constexpr std::uint64_t kCstsShutdownComplete = 2U << 2U;
// Controller Capabilities (CAP).
constexpr std::uint8_t kCapCssNvm = 0x01;
constexpr std::uint8_t kCapCssAdminOnly = 0x80;
constexpr std::uint64_t kCapCrwms = 1ULL << 59U; ///< CRTO.CRWMT is valid
constexpr std::uint64_t kTimeoutUnit = 500;      ///< ms, of CAP.TO and CRTO

/// SQHD of the Connect response when the controller agrees to do without flow control.
constexpr std::uint16_t kNoFlowControl = 0xFFFF;
constexpr std::uint16_t kMinQueue = 2;
constexpr std::uint16_t kMaxQueue = 4096;
/// Waiting longer for a shutdown helps nobody: nothing was written.
constexpr std::chrono::milliseconds kShutdownBound{2000};
constexpr std::chrono::milliseconds kFirstPoll{1};
constexpr std::chrono::milliseconds kSlowestPoll{100};

std::uint32_t configuration(const nvme::Capabilities& cap) {
    std::uint32_t css = 0;
    if (cap.io_command_sets()) {
        css = kCssAllIoCommandSets;
    } else if ((cap.css() & (kCapCssNvm | kCapCssAdminOnly)) == kCapCssAdminOnly) {
        css = kCssAdminOnly;
    }
    // Pages are irrelevant over fabrics; the smallest that the controller has is right for it.
    return kCcEnable | css << kCcCssShift | cap.mpsmin() << kCcMpsShift | kCcIosqes | kCcIocqes;
}

std::chrono::milliseconds remaining(TimePoint deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    return std::max(left, std::chrono::milliseconds{1});
}

void check_options(const Address& address, const ConnectOptions& options) {
    const auto fail = [&](std::string_view cause) {
        throw Error(make_error_code(Errc::invalid_argument), "connect to", to_string(address),
                    cause);
    };
    if (options.subsysnqn.empty()) {
        fail("no subsystem NQN is given");
    }
    if (options.subsysnqn.size() > nvme::kNqnMaxLength ||
        options.host.hostnqn.size() > nvme::kNqnMaxLength) {
        fail(fmt::format("an NQN has at most {} bytes", nvme::kNqnMaxLength));
    }
    if (options.host.hostnqn.empty()) {
        fail("no host NQN is given");
    }
    if (options.queue_size < kMinQueue || options.queue_size > kMaxQueue) {
        fail(fmt::format("an admin queue has {} to {} entries, not {}", kMinQueue, kMaxQueue,
                         options.queue_size));
    }
    if (options.timeout.count() <= 0) {
        fail("the timeout must be longer than 0 ms");
    }
    require_detection(options.detect);
}

/// What the caller wants to hear of answers that are late.
std::function<void(const Lateness&)> hearer_of(const ConnectOptions& options) {
    if (!options.on_late) {
        return {};
    }
    return [told = options.on_late](const Lateness& late) {
        told({.command = late.command,
              .sent = late.sent,
              .limit = std::chrono::round<std::chrono::milliseconds>(late.limit),
              .answered = late.answered});
    };
}

/// Waits, without a promise of precision.
asio::awaitable<void> pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

} // namespace

asio::awaitable<std::unique_ptr<StreamController>>
StreamController::connect_only(Address address, ConnectOptions options, Deadline overall) {
    check_options(address, options);
    const SessionOptions session{.queue_size = options.queue_size,
                                 .header_digest = options.header_digest,
                                 .data_digest = options.data_digest,
                                 .tell_late = static_cast<bool>(options.on_late)};
    const auto executor = co_await asio::this_coro::executor;
    auto connection = std::make_shared<QueueConnection>(
        executor, session, std::make_unique<TcpStream>(executor, options.resolver));
    connection->on_late(hearer_of(options));
    auto controller = std::make_unique<StreamController>(connection, address, std::move(options));
    controller->connect_deadline_ =
        std::min(Clock::now() + controller->options_.timeout, overall.at);
    if (overall.at != TimePoint::max()) {
        connection->set_deadline(std::move(overall));
    }
    co_await connection->open(std::move(address), controller->connect_deadline_);
    co_await controller->connect_queue();
    co_return controller;
}

asio::awaitable<std::unique_ptr<StreamController>>
StreamController::connect_until(Address address, ConnectOptions options, Deadline overall) {
    std::unique_ptr<StreamController> controller =
        co_await connect_only(std::move(address), std::move(options), std::move(overall));
    co_await controller->enable();
    co_return controller;
}

StreamController::StreamController(std::shared_ptr<QueueConnection> connection, Address address,
                                   ConnectOptions options)
    : connection_{std::move(connection)}, address_{std::move(address)}, options_{
                                                                            std::move(options)} {}

StreamController::~StreamController() {
    connection_->close(
        {.code = make_error_code(Errc::closed), .cause = "it was closed", .advice = {}});
}

asio::awaitable<void> StreamController::connect_queue() {
    const TimePoint deadline = connect_deadline_;
    nvme::ConnectParameters parameters;
    parameters.data = {.hostid = options_.host.hostid,
                       .cntlid = options_.cntlid,
                       .subnqn = options_.subsysnqn,
                       .hostnqn = options_.host.hostnqn};
    parameters.sqsize = static_cast<std::uint16_t>(options_.queue_size - 1);
    parameters.sq_flow_control_disable = options_.disable_sq_flow_control;
    parameters.kato_ms = static_cast<std::uint32_t>(kato_of(options_).count());
    nvme::AdminCommand command = nvme::connect_command(parameters);
    nvme::AdminResult result;
    try {
        result = co_await connection_->run(std::move(command), remaining(deadline));
    } catch (const Error& error) {
        throw Error(error.code(), "connect to", name(),
                    fmt::format("the Connect command got no answer: {}", error.cause()),
                    error.advice());
    }
    const auto dword0 = static_cast<std::uint32_t>(result.dword01);
    if (!result.status.ok()) {
        throw describe_refusal(result.status, dword0, address_, options_)
            .to_error("connect to", name());
    }
    if (const auto demand = authentication_demand(dword0)) {
        throw demand->to_error("connect to", name());
    }
    const Negotiated& negotiated = connection_->session().negotiated();
    settled_ = {.hostnqn = options_.host.hostnqn,
                .hostid = options_.host.hostid,
                .cntlid = static_cast<std::uint16_t>(dword0),
                .requested_cntlid = options_.cntlid,
                .header_digest = negotiated.header_digest,
                .data_digest = negotiated.data_digest,
                .sq_flow_control_disabled = options_.disable_sq_flow_control &&
                                            connection_->session().sqhd() == kNoFlowControl,
                .maxh2cdata = negotiated.maxh2cdata,
                .cpda = negotiated.cpda};
    connection_->set_name(fmt::format("{} controller {}", name(), settled_.cntlid));
    connection_->start_keep_alive(beat_of(options_));
}

asio::awaitable<std::uint64_t> StreamController::get_property(std::uint32_t offset, unsigned size,
                                                              TimePoint deadline) {
    nvme::AdminCommand command = nvme::property_get_command(offset, size);
    const std::string what = nvme::describe(command);
    const nvme::AdminResult result =
        co_await connection_->run(std::move(command), remaining(deadline));
    if (result.status.code() == nvme::status::authentication_required) {
        throw describe_refusal(result.status, 0, address_, options_).to_error("enable", name());
    }
    if (!result.status.ok()) {
        throw Error(make_error_code(Errc::command_failed), fmt::format("run {} on", what), name(),
                    nvme::describe(result.status));
    }
    co_return result.dword01;
}

asio::awaitable<void> StreamController::set_cc(std::uint32_t value, TimePoint deadline) {
    nvme::AdminCommand command = nvme::property_set_command(nvme::property::cc, 4, value);
    const nvme::AdminResult result =
        co_await connection_->run(std::move(command), remaining(deadline));
    if (!result.status.ok()) {
        throw Error(make_error_code(Errc::command_failed), "set CC of", name(),
                    nvme::describe(result.status));
    }
    cc_ = value;
}

asio::awaitable<void> StreamController::enable() {
    const TimePoint deadline = connect_deadline_;
    const TimePoint begin = Clock::now();
    const nvme::Capabilities cap{co_await get_property(nvme::property::cap, 8, deadline)};
    const auto cc =
        static_cast<std::uint32_t>(co_await get_property(nvme::property::cc, 4, deadline));
    std::chrono::milliseconds allowed{std::max<std::uint64_t>(cap.timeout_ms(), kTimeoutUnit)};
    if ((cap.raw & kCapCrwms) != 0) {
        const std::uint64_t crto = co_await get_property(nvme::property::crto, 4, deadline);
        allowed = std::max(allowed, std::chrono::milliseconds{(crto & 0xFFFFU) * kTimeoutUnit});
    }
    cc_ = cc;
    if ((cc & kCcEnable) == 0) {
        co_await set_cc(configuration(cap), deadline);
    }
    const TimePoint ready_until = std::min(deadline, begin + allowed);
    const auto not_ready = [&] {
        const auto waited =
            std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
        return Error(make_error_code(Errc::timed_out), "enable", name(),
                     fmt::format("not ready (CSTS.RDY) after {} ms; the controller asks for up "
                                 "to {} ms",
                                 waited.count(), allowed.count()),
                     waited < allowed ? "allow more time" : "look at the array's own log");
    };
    auto wait = kFirstPoll;
    bool looked = false;
    while (true) {
        std::uint64_t csts = 0;
        try {
            csts = co_await get_property(nvme::property::csts, 4, deadline);
        } catch (const Error& error) {
            // Times of commands are whole milliseconds, and so end by one too early.
            const bool over = Clock::now() + std::chrono::milliseconds{1} >= deadline;
            if (!looked || error.code() != Errc::timed_out || !over) {
                throw;
            }
            throw not_ready(); // all time was over while it was asked once more
        }
        looked = true;
        if ((csts & kCstsFatal) != 0) {
            throw Error(make_error_code(Errc::unexpected), "enable", name(),
                        "the controller reports a fatal error (CSTS.CFS)",
                        "look at the array's own log");
        }
        if ((csts & kCstsReady) != 0) {
            break;
        }
        if (Clock::now() >= ready_until) {
            throw not_ready();
        }
        co_await pause(std::min(wait, remaining(ready_until)));
        wait = std::min(wait * 2, kSlowestPoll);
    }
    enabled_ = true;
}

asio::awaitable<nvme::AdminResult> StreamController::submit(nvme::AdminCommand command) {
    return connection_->run(std::move(command), options_.timeout);
}

asio::awaitable<void> StreamController::enable_events() {
    if (events_configured_) {
        co_return;
    }
    nvme::AdminCommand identify = nvme::identify_controller_command();
    const nvme::AdminResult page = co_await submit(std::move(identify));
    if (!page.status.ok()) {
        throw Error(make_error_code(Errc::command_failed), "configure the events of", name(),
                    fmt::format("Identify Controller failed: {}", nvme::describe(page.status)));
    }
    if (page.data.size() < nvme::kIdentifySize) {
        throw Error(make_error_code(Errc::short_answer), "configure the events of", name(),
                    fmt::format("of Identify Controller {}",
                                model::short_answer(page.data.size(), nvme::kIdentifySize)));
    }
    const std::uint32_t offered = nvme::decode_identify_controller(page.data).oaes;
    nvme::AdminCommand command;
    command.opcode = nvme::opcode::set_features;
    command.cdw[0] = nvme::fid::async_event_configuration;
    command.cdw[1] = offered & (nvme::oaes::namespace_attribute | nvme::oaes::ana_change |
                                nvme::oaes::discovery_log_change);
    const nvme::AdminResult result = co_await submit(std::move(command));
    if (!result.status.ok()) {
        throw Error(
            make_error_code(Errc::command_failed), "configure the events of", name(),
            fmt::format("Set Features (FID 0Bh) failed: {}", nvme::describe(result.status)));
    }
    events_configured_ = true;
}

asio::awaitable<nvme::AsyncEvent> StreamController::next_event() {
    co_await enable_events();
    co_return co_await connection_->next_event();
}

asio::awaitable<void> StreamController::shutdown() {
    try {
        if (enabled_ && !connection_->failed()) {
            enabled_ = false;
            const TimePoint deadline = Clock::now() + std::min(options_.timeout, kShutdownBound);
            co_await set_cc((cc_ & ~kCcShutdownMask) | kCcShutdownNormal, deadline);
            auto wait = kFirstPoll;
            while (Clock::now() < deadline) {
                const std::uint64_t csts = co_await get_property(nvme::property::csts, 4, deadline);
                if ((csts & kCstsShutdownMask) == kCstsShutdownComplete ||
                    (csts & kCstsFatal) != 0) {
                    break;
                }
                co_await pause(std::min(wait, remaining(deadline)));
                wait = std::min(wait * 2, kSlowestPoll);
            }
        }
    } catch (const std::exception&) {
        // Lost already, or unwilling: it is closed all the same.
    }
    connection_->close(
        {.code = make_error_code(Errc::closed), .cause = "it was shut down", .advice = {}});
}

} // namespace fabric

asio::awaitable<std::unique_ptr<FabricController>>
FabricController::connect(Address address, ConnectOptions options) {
    fabric::Deadline none;
    std::unique_ptr<FabricController> controller = co_await fabric::StreamController::connect_until(
        std::move(address), std::move(options), std::move(none));
    co_return controller;
}

} // namespace haoh
