// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/device_channel.hpp"

#include "linux/object_name.hpp"

#include <haoh/error.hpp>
#include <haoh/host.hpp>
#include <haoh/nvme/fabrics.hpp>
#include <haoh/nvme/identify_controller.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <utility>

namespace haoh::host {

namespace asio = boost::asio;

namespace {

/// Longer logs are read in parts.
constexpr std::uint32_t kMaxData = 1U << 20U;
constexpr std::uint32_t kRetainAsyncEvent = 1U << 15U;

struct Exchange {
    nvme::AdminCommand command;
    nvme::Bytes data;
    DeviceAnswer answer;
};

/// What stands in a buffer before a command, different each time. The kernel does not say how much came;
/// it leaves alone what did not, unless it copies.
constexpr std::size_t kMark = 16;

nvme::Bytes marked(std::size_t size, const std::array<std::uint8_t, kMark>& mark) {
    nvme::Bytes out(size);
    for (std::size_t index = 0; index < size; ++index) {
        out[index] = mark[index % kMark];
    }
    return out;
}

/// Without the end that is as it was: a few bytes may be so by chance.
void cut_marked(nvme::Bytes& data, const std::array<std::uint8_t, kMark>& mark) {
    std::size_t came = data.size();
    while (came > 0 && data[came - 1] == mark[(came - 1) % kMark]) {
        --came;
    }
    if (data.size() - came >= kMark) {
        data.resize(came);
    }
}

/// Dwords that a Get Log Page command asks for (NUMDL, NUMDU; zero's based).
std::uint64_t log_bytes(const nvme::AdminCommand& command) {
    const std::uint64_t dwords = (command.cdw[0] >> 16U) | ((command.cdw[1] & 0xFFFFU) << 16U);
    return 4 * (dwords + 1);
}

std::string_view device_advice(int error) {
    switch (error) {
    case EPERM:
    case EACCES:
        return "run as root";
    case ENOENT:
    case ENXIO:
    case ENODEV:
        return "the controller may just have gone; look at its state with `haoh list`";
    case EINTR:
        return "the kernel gave the command up, as it does when it resets the controller; try "
               "again when it is live";
    case EAGAIN:
        return "try again when the controller is live";
    default:
        return {};
    }
}

} // namespace

Error device_open_error(int error, const std::string& name) {
    return {{error, std::generic_category()}, "open", "/dev/" + name, {}, device_advice(error)};
}

std::string why_refused(const nvme::AdminCommand& command) {
    if (!command.data_out.empty()) {
        return "it would write to the controller";
    }
    switch (command.opcode) {
    case nvme::opcode::identify:
        return command.data_in == nvme::kIdentifySize
                   ? std::string()
                   : fmt::format("a buffer of {} bytes is not that of an Identify page",
                                 command.data_in);
    case nvme::opcode::get_log_page:
        if ((command.cdw[0] & kRetainAsyncEvent) == 0) {
            return "without Retain Asynchronous Event it would take an event from the kernel";
        }
        if (command.data_in > kMaxData || command.data_in != log_bytes(command)) {
            return fmt::format("a buffer of {} bytes for {} bytes of log", command.data_in,
                               log_bytes(command));
        }
        return {};
    case nvme::opcode::get_features:
        return command.data_in == 0 || command.data_in == nvme::kIdentifySize ||
                       command.data_in ==
                           nvme::feature_data_bytes(static_cast<std::uint8_t>(command.cdw[0]))
                   ? std::string()
                   : fmt::format("a buffer of {} bytes is not that of a feature", command.data_in);
    default:
        return "only Identify, Get Log Page and Get Features go through a kernel's device";
    }
}

DeviceChannel::DeviceChannel(asio::any_io_executor executor, std::string name,
                             std::unique_ptr<NvmeDevice> device,
                             std::chrono::milliseconds command_timeout, std::size_t depth)
    : executor_{std::move(executor)}, name_{std::move(name)}, device_{std::move(device)},
      command_timeout_{command_timeout}, threads_{depth} {
    std::random_device random;
    std::generate(mark_.begin(), mark_.end(), [&random] { // never 0, as the end of most pages is
        return static_cast<std::uint8_t>(1 + random() % 255);
    });
}

asio::awaitable<nvme::AdminResult> DeviceChannel::submit(nvme::AdminCommand command) {
    if (command.opcode == nvme::opcode::fabrics && command.nsid == nvme::fctype::property_get) {
        nvme::AdminResult unknown;
        unknown.status.value = nvme::status::invalid_opcode | nvme::status::dnr;
        co_return unknown;
    }
    const std::string operation = fmt::format("send {} to", nvme::describe(command));
    const std::string refusal = why_refused(command);
    if (!refusal.empty()) {
        throw Error(Errc::invalid_argument, operation, name_, refusal);
    }
    const auto exchange = std::make_shared<Exchange>();
    exchange->data = marked(command.data_in, mark_);
    exchange->command = std::move(command);
    std::function<void()> work = [exchange, device = device_] {
        exchange->answer = device->execute(exchange->command, exchange->data);
    };
    switch (co_await threads_.run(std::move(work), command_timeout_)) {
    case BlockingThreads::Outcome::done:
        break;
    case BlockingThreads::Outcome::late:
        throw Error(Errc::timed_out, operation, name_,
                    fmt::format("no answer within {} ms", command_timeout_.count()),
                    "the kernel goes on waiting for it; its log tells when it gives up");
    case BlockingThreads::Outcome::canceled:
        throw Error(Errc::canceled, operation, name_);
    case BlockingThreads::Outcome::stuck:
        throw Error(
            Errc::closed, operation, name_,
            fmt::format("the kernel still waits for {} commands before it", threads_.count()),
            "try again when the controller answers");
    }
    const DeviceAnswer& answer = exchange->answer;
    if (answer.error != 0) {
        throw Error({answer.error, std::generic_category()}, operation, name_, {},
                    device_advice(answer.error));
    }
    nvme::AdminResult result;
    result.status = answer.status;
    result.dword01 = answer.dword0;
    if (answer.status.ok()) {
        result.data = std::move(exchange->data);
        cut_marked(result.data, mark_);
    }
    co_return result;
}

} // namespace haoh::host

namespace haoh {

std::unique_ptr<AdminChannel> open_device(boost::asio::any_io_executor executor,
                                          std::string_view name, const HostOptions& options) {
    const auto parsed = linux_kernel::parse_object_name(name);
    if (!parsed || parsed->kind != linux_kernel::ObjectName::Kind::controller) {
        throw Error(Errc::invalid_argument, "open", name, "this is not the name of a controller",
                    "name it as in /sys/class/nvme: nvme0");
    }
    std::string text(name);
    std::unique_ptr<host::NvmeDevice> device = host::open_nvme_device(text);
    return std::make_unique<host::DeviceChannel>(std::move(executor), std::move(text),
                                                 std::move(device), options.command_timeout,
                                                 options.depth);
}

} // namespace haoh
