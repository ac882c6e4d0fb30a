// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/sysfs_directory.hpp"

#include <haoh/error.hpp>
#include <haoh/host_policy.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <thread>

namespace haoh {

namespace {

std::vector<unsigned> numbers(std::string_view text) {
    std::vector<unsigned> out;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        unsigned value = 0;
        if (std::from_chars(word.data(), word.data() + word.size(), value).ec == std::errc{}) {
            out.push_back(value);
        }
        text.remove_prefix(std::min(word.size() + 1, text.size()));
    }
    return out;
}

std::chrono::nanoseconds monotonic_now() {
    return std::chrono::steady_clock::now().time_since_epoch();
}

} // namespace

NumaTopology read_numa(const std::string& sysroot) {
    const host::SysfsRoot root(sysroot);
    NumaTopology out;
    const std::string place = "sys/devices/system/node";
    const host::SysfsDirectory directory = root.open(place);
    if (!directory && !host::means_absent(directory.error())) {
        throw Error({directory.error(), std::generic_category()}, "read", place);
    }
    const auto read = [&](const std::string& file) {
        const Attribute attribute = directory ? directory.attribute(file) : Attribute{};
        if (attribute.state == Attribute::State::unreadable) {
            throw Error(std::make_error_code(std::errc::io_error), "read", place + "/" + file,
                        attribute.text);
        }
        return std::string(attribute.value());
    };
    const auto online = parse_node_list(read("online"));
    for (const unsigned node : online.value_or(std::vector<unsigned>{})) {
        out.nodes.push_back(
            {.node = node, .distances = numbers(read(fmt::format("node{}/distance", node)))});
    }
    if (out.nodes.empty()) {
        out.nodes.push_back({.node = 0, .distances = {kLocalDistance}});
    }
    return out;
}

StatisticsReading read_path_statistics(std::span<const KernelSubsystem> subsystems,
                                       const std::string& sysroot) {
    const host::SysfsRoot root(sysroot);
    StatisticsReading out;
    out.monotonic = monotonic_now();
    for (const KernelSubsystem& subsystem : subsystems) {
        for (const KernelController& controller : subsystem.controllers) {
            const host::SysfsDirectory directory =
                root.open(fmt::format("sys/class/nvme/{}", controller.name));
            for (const KernelNamespace& head : subsystem.namespaces) {
                for (const KernelPath& path : head.paths) {
                    if (path.controller != controller.name) {
                        continue;
                    }
                    PathStatistics& one = out.paths.emplace_back();
                    one.path = path.name;
                    if (directory) {
                        const Attribute text = directory.attribute(path.name + "/stat");
                        one.statistics = parse_block_statistics(text.value());
                    }
                }
            }
        }
    }
    return out;
}

std::optional<StatisticsInterval>
measure_path_statistics(std::span<const KernelSubsystem> subsystems, std::chrono::milliseconds time,
                        const std::string& sysroot) {
    if (time <= std::chrono::milliseconds::zero()) {
        return std::nullopt;
    }
    StatisticsInterval out;
    out.before = read_path_statistics(subsystems, sysroot);
    std::this_thread::sleep_for(time);
    out.after = read_path_statistics(subsystems, sysroot);
    return out;
}

} // namespace haoh
