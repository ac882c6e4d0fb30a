// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/source.hpp>

#include "base/working_timers.hpp"

#include <haoh/error.hpp>
#include <haoh/nvme/nqn.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

namespace haoh {
namespace {

constexpr std::string_view kDevices = "/dev/";

/// "nvme-subsys3", "nvme3" or "nvme3n1".
bool is_kernel_name(std::string_view name) {
    const auto take = [&name](std::string_view prefix) {
        const bool has = name.starts_with(prefix);
        name.remove_prefix(has ? prefix.size() : 0);
        return has;
    };
    const auto take_number = [&name] {
        const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
        name.remove_prefix(digits);
        return digits > 0;
    };
    if (take("nvme-subsys")) {
        return take_number() && name.empty();
    }
    return take("nvme") && take_number() && (name.empty() || (take("n") && take_number())) &&
           name.empty();
}

[[noreturn]] void refuse(const std::string& argument, std::string_view cause,
                         std::string_view advice = {}) {
    throw Error(Errc::invalid_argument, "use", argument, cause, advice);
}

/// When nothing can be expected of an observation any more. Each wait has a bound of its own, but where
/// memory is short the coroutine that would keep it may be gone, and a caller's resolver may not heed it;
/// these bounds take no memory.
class LastMoment {
  public:
    using Clock = std::chrono::steady_clock;

    // All targets are asked at once. How many controllers a host has is not known before.
    explicit LastMoment(const Source& source)
        : all_{source.reads_host() ? Clock::time_point::max()
                                   : Clock::now() + source.timeout + kGrace},
          one_wait_{std::max(source.timeout, source.command_timeout) + kGrace} {}

    /// Runs until the end or the last moment. What is due is done even then: a busy machine may be late.
    void run(boost::asio::io_context& context) const {
        while (context.run_one_until(next()) + context.poll_one() > 0) {
        }
    }

  private:
    /// Beyond the time of what is observed, while nothing happens: for connections to be closed.
    static constexpr std::chrono::seconds kGrace{5};

    [[nodiscard]] Clock::time_point next() const {
        return std::min(Clock::now() + one_wait_, all_);
    }

    Clock::time_point all_;
    Clock::duration one_wait_;
};

ObserveOptions observe_options(const Source& source) {
    ObserveOptions options;
    options.targets = target_addresses(source);
    options.subsysnqn = source.subsysnqn;
    options.connect = connect_options(source);
    options.timeout = source.timeout;
    options.budget = source.budget;
    options.probe_cntlids = source.probe_cntlids;
    options.progress = source.progress;
    return options;
}

} // namespace

bool is_host_name(std::string_view word) {
    return word.starts_with("nqn.") ||
           is_kernel_name(word.starts_with(kDevices) ? word.substr(kDevices.size()) : word);
}

std::string resolve_device(const std::string& name) {
    if (!name.starts_with(kDevices)) {
        return name;
    }
    std::error_code failed;
    const std::filesystem::path device = std::filesystem::canonical(name, failed);
    return failed ? name : device.string();
}

void require_consistent(const Source& source) {
    for (const std::string& name : source.names) {
        if (!is_host_name(resolve_device(name))) {
            refuse("'" + name + "'", "this is no NQN, nvme-subsysN, nvmeN or nvmeNnM",
                   "a name is of this host's kernel; arrays are targets (--target), and recorded "
                   "observations are snapshots (--snapshot FILE)");
        }
    }
    if (!source.names.empty() && !source.targets.empty()) {
        refuse("'" + source.names.front() + "' with a target",
               "a name chooses among what this host's kernel has",
               "the subsystem of a target is named by its NQN (--nqn)");
    }
    if (!source.subsysnqn.empty()) {
        if (const auto defect = nvme::name_defect(source.subsysnqn)) {
            refuse("NQN " + source.subsysnqn, *defect);
        }
        if (source.targets.empty()) {
            refuse("NQN " + source.subsysnqn + " without a target",
                   "it names the subsystem of a target (--target)",
                   "to choose a subsystem of this host, give it as a name");
        }
    }
    static_cast<void>(target_addresses(source));
}

HostOptions host_options(const Source& source) {
    HostOptions options;
    if (!source.sysroot.empty()) {
        options.sysroot = source.sysroot;
    }
    std::transform(source.names.begin(), source.names.end(), std::back_inserter(options.names),
                   resolve_device);
    options.ask_controllers = source.ask_controllers;
    options.timeout = source.timeout;
    options.budget = source.budget;
    options.command_timeout = source.command_timeout;
    options.progress = source.progress;
    return options;
}

std::vector<Address> target_addresses(const Source& source) {
    std::vector<Address> addresses;
    for (const std::string& target : source.targets) {
        Address address = parse_address(target);
        if (std::find(addresses.begin(), addresses.end(), address) != addresses.end()) {
            refuse("target " + target, "the same target is given twice");
        }
        addresses.push_back(std::move(address));
    }
    return addresses;
}

ConnectOptions connect_options(const Source& source) {
    ConnectOptions options;
    options.host = source.identity.hostnqn.empty() ? host_identity({}, {}) : source.identity;
    options.resolver = source.resolver;
    options.header_digest = source.header_digest;
    options.data_digest = source.data_digest;
    options.timeout = source.command_timeout;
    return options;
}

boost::asio::awaitable<Observation> observe(Source source) {
    require_consistent(source);
    std::vector<Observation> parts;
    if (source.reads_host()) {
        parts.push_back(co_await observe_host(host_options(source)));
    }
    if (!source.targets.empty()) {
        parts.push_back(co_await observe(observe_options(source)));
    }
    co_return parts.size() == 1 ? std::move(parts.front()) : merge(std::move(parts));
}

Observation observe_now(Source source) {
    const LastMoment last(source);
    boost::asio::io_context context{1};
    base::require_timers(context);
    std::optional<Observation> observation;
    std::exception_ptr failure;
    boost::asio::co_spawn(context, observe(std::move(source)),
                          [&](std::exception_ptr error, Observation result) {
                              failure = std::move(error);
                              observation = std::move(result);
                          });
    last.run(context);
    if (failure) {
        std::rethrow_exception(failure);
    }
    if (!observation && !context.stopped()) {
        throw Error(std::make_error_code(std::errc::timed_out), "observe", {},
                    "it did not end in its time");
    }
    if (!observation) { // a coroutine is gone that the others waited for
        throw Error(std::make_error_code(std::errc::not_enough_memory), "observe", {});
    }
    return *std::move(observation);
}

} // namespace haoh
