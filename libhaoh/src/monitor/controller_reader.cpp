// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/controller_reader.hpp"

#include "host/host_observer.hpp"
#include "monitor/ana_reading.hpp"

#include <haoh/collector.hpp>
#include <haoh/error.hpp>

#include <utility>

namespace haoh::monitor {

namespace asio = boost::asio;

namespace {

/// Kept for the log while an identity is read.
constexpr std::size_t kCommandsAtOnce = 2;

} // namespace

ControllerReader::ControllerReader(asio::any_io_executor executor, const HostOptions& options,
                                   host::DeviceOpener open)
    : executor_{std::move(executor)}, timeout_{options.timeout},
      command_timeout_{options.command_timeout}, budget_{options.budget}, open_{std::move(open)} {}

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
    options.spending = std::make_shared<Spending>(budget_);
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
    auto spending = std::make_shared<Spending>(budget_);
    AnaReading reading = co_await read_ana(*device, 1, std::move(spending),
                                           std::chrono::steady_clock::now() + timeout_);
    if (!reading.problem.empty()) {
        throw Error(Errc::command_failed, "read the ANA log of", controller, reading.problem.what,
                    reading.problem.advice);
    }
    co_return std::move(reading.log);
}

} // namespace haoh::monitor
