// SPDX-License-Identifier: LGPL-2.1-or-later
// What a check costs grows with what there is to check, also when somebody made it up for that: bare
// controllers, endless discovery logs, one identifier everywhere.
#include "support/growth.hpp"

#include <haoh/check.hpp>
#include <haoh/report.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace haoh::test {
namespace {

/// A controller that is known by name alone.
ControllerObservation bare(std::size_t number, std::string subsysnqn) {
    ControllerObservation out;
    out.name = fmt::format("tcp://10.0.0.1:4420 controller {}", number);
    out.transport = "tcp";
    out.traddr = "10.0.0.1";
    out.trsvcid = "4420";
    out.target = fmt::format("tcp://10.0.0.{}:4420", 1 + number % 2);
    out.subsysnqn = std::move(subsysnqn);
    out.identify = Page::of_status({0x4002});
    out.active_nsids.emplace();
    return out;
}

std::string name_of(std::size_t number) {
    return fmt::format("nqn.2014-08.org.nvmexpress:uuid:11111111-2222-4333-8444-{:012x}", number);
}

DiscoveryObservation log_of(std::size_t target, std::vector<nvme::DiscoveryEntry> entries) {
    nvme::DiscoveryLog log;
    log.numrec = entries.size();
    log.entries = std::move(entries);
    DiscoveryObservation out;
    out.target = fmt::format("tcp://10.0.0.{}:4420", 1 + target);
    out.address = out.target;
    out.log = Page::of(nvme::encode(log));
    return out;
}

nvme::DiscoveryEntry entry_of(std::string subsysnqn, std::uint8_t subtype, std::size_t port) {
    nvme::DiscoveryEntry entry;
    entry.trtype = 3;
    entry.adrfam = 1;
    entry.subtype = subtype;
    entry.cntlid = 0xFFFF;
    entry.asqsz = 32;
    entry.traddr = "10.0.0.1";
    entry.trsvcid = std::to_string(port);
    entry.subnqn = std::move(subsysnqn);
    return entry;
}

/// As many subsystems, and discovery logs with some entries for each.
Observation subsystems_in_logs(std::size_t count) {
    constexpr std::size_t kEntries = 8;
    constexpr std::size_t kLog = 4096; // entries at most
    Observation out;
    std::vector<nvme::DiscoveryEntry> entries;
    for (std::size_t number = 0; number < count; ++number) {
        out.controllers.push_back(bare(number, name_of(number)));
        for (std::size_t port = 0; port < kEntries; ++port) {
            entries.push_back(entry_of(name_of(number), 2, 1 + port));
        }
    }
    for (std::size_t begin = 0; begin < entries.size(); begin += kLog) {
        const std::size_t end = std::min(entries.size(), begin + kLog);
        DiscoveryObservation log = log_of(0, {entries.begin() + static_cast<std::ptrdiff_t>(begin),
                                              entries.begin() + static_cast<std::ptrdiff_t>(end)});
        log.address += std::to_string(begin);
        out.discovery.push_back(std::move(log));
    }
    return out;
}

/// Logs of two arrays that list many discovery subsystems and differ in the last of them.
Observation discovery_subsystems(std::size_t count) {
    Observation out;
    for (std::size_t target = 0; target < 2; ++target) {
        std::vector<nvme::DiscoveryEntry> entries;
        for (std::size_t number = 0; number < count; ++number) {
            entries.push_back(entry_of(name_of(number), 3, 4420));
        }
        entries.back().portid = static_cast<std::uint16_t>(target);
        out.discovery.push_back(log_of(target, std::move(entries)));
    }
    return out;
}

Observation unobserved(std::size_t count) {
    Observation out;
    for (std::size_t number = 0; number < count; ++number) {
        out.controllers.push_back(bare(number, name_of(number)));
        for (const char* object : {"a", "b", "c", "d"}) {
            out.unobserved.push_back({.object = fmt::format("{}{}", object, number),
                                      .target = "tcp://10.0.0.9:4420",
                                      .subsysnqn = name_of(count + number),
                                      .error = fmt::format("reach {}: no answer", number)});
        }
    }
    return out;
}

/// A namespace with this NGUID.
NamespaceObservation identified(std::uint32_t nsid, std::size_t nguid) {
    NamespaceObservation path;
    path.nsid = nsid;
    nvme::Bytes page(nvme::kIdentifySize);
    page[104] = 0x11;
    nvme::store_le<std::uint32_t>(page, 108, static_cast<std::uint32_t>(nguid));
    path.identify = Page::of(page);
    return path;
}

/// One NSID, and another volume on each controller.
Observation one_nsid(std::size_t controllers) {
    Observation out;
    for (std::size_t number = 0; number < controllers; ++number) {
        ControllerObservation& one = out.controllers.emplace_back(bare(number, name_of(0)));
        one.active_nsids = {1, 2};
        one.namespaces.push_back(identified(1, number));
        one.namespaces.push_back(identified(2, number));
    }
    return out;
}

/// One volume in each subsystem.
Observation one_volume(std::size_t subsystems) {
    Observation out;
    for (std::size_t number = 0; number < subsystems; ++number) {
        ControllerObservation& one = out.controllers.emplace_back(bare(number, name_of(number)));
        one.active_nsids = {1};
        one.namespaces.push_back(identified(1, 5));
    }
    return out;
}

/// Each target has one controller.
Observation many_targets(std::size_t count) {
    Observation out;
    for (std::size_t number = 0; number < count; ++number) {
        ControllerObservation& one = out.controllers.emplace_back(bare(number, name_of(0)));
        one.target = fmt::format("tcp://10.0.0.1:{}", number);
    }
    return out;
}

/// A kernel that has none of the namespaces that its controller offers, and as many others.
Observation missing_paths(std::size_t count) {
    Observation out;
    ControllerObservation& asked = out.controllers.emplace_back(bare(0, name_of(0)));
    asked.name = "nvme0";
    asked.host = "host";
    asked.target.clear();
    asked.identify = Page::of(nvme::Bytes(nvme::kIdentifySize, 0));
    KernelObservation& kernel = out.kernels.emplace_back();
    kernel.host = "host";
    kernel.release = "6.12.0";
    KernelSubsystem& subsystem = kernel.subsystems.emplace_back();
    subsystem.name = "nvme-subsys0";
    subsystem.subsysnqn = Attribute::of(name_of(0));
    KernelController& controller = subsystem.controllers.emplace_back();
    controller.name = "nvme0";
    controller.transport = Attribute::of("tcp");
    controller.state = Attribute::of("live");
    for (std::uint32_t nsid = 1; nsid <= count; ++nsid) {
        asked.active_nsids->push_back(nsid);
        asked.namespaces.push_back(identified(nsid, nsid));
        KernelNamespace& head = subsystem.namespaces.emplace_back();
        head.name = fmt::format("nvme0n{}", nsid);
        head.nsid = Attribute::of(std::to_string(1'000'000 + nsid));
    }
    return out;
}

using Make = Observation (*)(std::size_t);

struct GrowthRow {
    const char* what;
    Make make;
    std::size_t smaller;
};

class HostileGrowth : public testing::TestWithParam<GrowthRow> {};

TEST_P(HostileGrowth, IsLinear) {
    const GrowthRow& row = GetParam();
    const auto judge = [](const Observation& observation) {
        const Report report = check(observation);
        EXPECT_FALSE(to_text(report, observation).empty());
        EXPECT_FALSE(to_json(report).empty());
    };
    const Observation smaller = row.make(row.smaller);
    const Observation larger = row.make(8 * row.smaller);
    const double ratio = growth([&] { judge(smaller); }, [&] { judge(larger); });
    EXPECT_LT(ratio, kMostForEightTimes) << row.what;
    testing::Test::RecordProperty("ratio", static_cast<int>(ratio * 10));
}

INSTANTIATE_TEST_SUITE_P(
    Growth, HostileGrowth,
    testing::Values(GrowthRow{"subsystems_in_logs", subsystems_in_logs, 200},
                    GrowthRow{"discovery_subsystems", discovery_subsystems, 250},
                    GrowthRow{"unobserved", unobserved, 100}, GrowthRow{"one_nsid", one_nsid, 200},
                    GrowthRow{"one_volume", one_volume, 200},
                    GrowthRow{"many_targets", many_targets, 400},
                    GrowthRow{"missing_paths", missing_paths, 200}),
    [](const testing::TestParamInfo<GrowthRow>& row) { return std::string(row.param.what); });

} // namespace
} // namespace haoh::test
