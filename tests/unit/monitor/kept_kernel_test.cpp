// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/kept_kernel.hpp"

#include <gtest/gtest.h>

namespace haoh::monitor {
namespace {

const Attribute kBroken{
    .state = Attribute::State::unreadable, .nul_padded = false, .text = "Input/output error"};

KernelObservation known() {
    KernelObservation out;
    out.host = "db1";
    out.release = "6.12.1";
    KernelSubsystem& subsystem = out.subsystems.emplace_back();
    subsystem.name = "nvme-subsys0";
    subsystem.subsysnqn = Attribute::of("nqn.2024-01.com.example:pair");
    KernelController& controller = subsystem.controllers.emplace_back();
    controller.name = "nvme0";
    controller.state = Attribute::of("live");
    controller.cntlid = Attribute::of("1");
    KernelNamespace& head = subsystem.namespaces.emplace_back();
    head.name = "nvme0n1";
    head.nsid = Attribute::of("11");
    head.size = Attribute::of("1024");
    KernelPath& path = head.paths.emplace_back();
    path.name = "nvme0c0n1";
    path.controller = "nvme0";
    path.ana_state = Attribute::of("optimized");
    path.size = Attribute::of("1024");
    return out;
}

TEST(KeptKernel, is_what_was_read_where_all_was) {
    KernelObservation now = known();
    now.subsystems[0].namespaces[0].size = Attribute::of("2048");
    const KernelObservation read = now;
    EXPECT_EQ(keep_unread(now, known()), "");
    EXPECT_EQ(now, read);
    EXPECT_EQ(keep_unread(now, {}), "");
}

TEST(KeptKernel, has_what_was_known_of_what_could_not_be_read) {
    const auto kept = [](auto change, const std::string& problem) {
        KernelObservation now = known();
        change(now);
        EXPECT_NE(now, known());
        EXPECT_EQ(keep_unread(now, known()), problem);
        EXPECT_EQ(now, known()) << problem;
    };
    kept([](KernelObservation& now) { now.subsystems[0].subsysnqn = kBroken; },
         "nvme-subsys0: subsysnqn: Input/output error");
    kept([](KernelObservation& now) { now.subsystems[0].controllers[0].cntlid = kBroken; },
         "nvme0: cntlid: Input/output error");
    kept([](KernelObservation& now) { now.subsystems[0].namespaces[0].nsid = kBroken; },
         "nvme0n1: nsid: Input/output error");
    kept([](KernelObservation& now) { now.subsystems[0].namespaces[0].paths[0].size = kBroken; },
         "nvme0c0n1: size: Input/output error");
}

TEST(KeptKernel, has_states_as_they_are) {
    KernelObservation now = known();
    now.subsystems[0].controllers[0].state = kBroken;
    now.subsystems[0].namespaces[0].paths[0].ana_state = kBroken;
    const KernelObservation read = now;
    EXPECT_EQ(keep_unread(now, known()), "");
    EXPECT_EQ(now, read);
}

TEST(KeptKernel, has_nothing_of_what_is_gone_or_was_never_read) {
    KernelObservation now = known();
    now.subsystems[0].namespaces[0].size = {}; // no such file
    now.subsystems[0].namespaces[0].uuid = kBroken;
    now.subsystems[0].namespaces[0].paths[0].name = "nvme0c9n1";
    now.subsystems[0].namespaces[0].paths[0].size = kBroken;
    const KernelObservation read = now;
    EXPECT_EQ(keep_unread(now, known()), "");
    EXPECT_EQ(now, read);
}

TEST(KeptKernel, is_of_the_same_host) {
    KernelObservation now = known();
    now.host = now.release = "";
    EXPECT_EQ(keep_unread(now, known()), "") << "it says nothing, and that was read";
    EXPECT_EQ(now.host, "");
    now.unread = {"the host's name: Input/output error"};
    EXPECT_EQ(keep_unread(now, known()), "the host's name: Input/output error");
    EXPECT_EQ(now.host, "db1");
    EXPECT_EQ(now.release, "6.12.1");
}

} // namespace
} // namespace haoh::monitor
