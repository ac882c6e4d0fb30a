// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/controller_reader.hpp"

#include "collect/log_reader.hpp"
#include "host/host_observer.hpp"

#include <haoh/collector.hpp>
#include <haoh/error.hpp>

#include <fmt/format.h>

#include <utility>

namespace haoh::monitor {

namespace asio = boost::asio;

namespace {

constexpr std::uint64_t kMaxLogBytes = 16U << 20U;
/// Kept for the log while an identity is read.
constexpr std::size_t kCommandsAtOnce = 2;

} // namespace

ControllerReader::ControllerReader(asio::any_io_executor executor, const HostOptions& options,
                                   host::DeviceOpener open)
    : executor_{std::move(executor)}, timeout_{options.timeout},
      command_timeout_{options.command_timeout}, open_{std::move(open)} {}

std::shared_ptr<host::DeviceChannel> ControllerReader::channel(const std::string& controller) {
    std::shared_ptr<host::DeviceChannel>& kept = channels_[controller];
    if (!kept) {
        kept = std::make_shared<host::DeviceChannel>(executor_, controller, open_(controller),
                                                     command_timeout_, kCommandsAtOnce);
    }
    return kept;
}

void ControllerReader::forget(const std::string& controller) {
    channels_.erase(controller);
}

asio::awaitable<ControllerObservation> ControllerReader::read(KernelController controller,
                                                              std::string host) {
    const std::shared_ptr<host::DeviceChannel> device = channel(controller.name);
    CollectOptions options;
    options.deadline = std::chrono::steady_clock::now() + timeout_;
    options.depth = 1;
    ControllerObservation told = co_await collect_controller(*device, std::move(options));
    if (!told.identify.ok()) {
        throw Error(Errc::command_failed, "identify", controller.name,
                    told.unread.empty() ? std::string("it gave no answer") : told.unread.front());
    }
    host::name_by_sysfs(told, controller, host);
    co_return told;
}

asio::awaitable<nvme::AnaLog> ControllerReader::read_ana_log(std::string controller) {
    const std::shared_ptr<host::DeviceChannel> device = channel(controller);
    LogExtent extent = ana_log_extent;
    const LogReading reading = co_await read_growing_log(*device, nvme::lid::ana, std::move(extent),
                                                         kMaxLogBytes, kLogPart, 1);
    if (!reading.status.ok()) {
        throw Error(Errc::command_failed, "read the ANA log of", controller,
                    nvme::describe(reading.status));
    }
    nvme::AnaLog log = nvme::decode_ana_log(reading.bytes);
    for (const nvme::Problem& problem : log.problems) {
        if (problem.kind == nvme::ProblemKind::truncated) {
            throw Error(Errc::malformed, "read the ANA log of", controller, problem.text,
                        "haoh check says more");
        }
    }
    co_return log;
}

} // namespace haoh::monitor
