// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::monitor {
namespace {

using ::testing::IsEmpty;

KernelObservation sample_kernel() {
    KernelObservation kernel;
    kernel.host = "db1";
    KernelSubsystem& subsystem = kernel.subsystems.emplace_back();
    subsystem.name = "nvme-subsys0";
    subsystem.subsysnqn = Attribute::of("nqn.2024-01.com.example:pair");
    subsystem.subsystype = Attribute::of("nvm");
    KernelController& controller = subsystem.controllers.emplace_back();
    controller.name = "nvme1";
    controller.address = Attribute::of("traddr=fd00::1,trsvcid=4420");
    controller.state = Attribute::of("live");
    KernelNamespace& head = subsystem.namespaces.emplace_back();
    head.name = "nvme0n1";
    head.nsid = Attribute::of("7");
    head.size = Attribute::of("2048");
    head.ro = Attribute::of("1");
    KernelPath& path = head.paths.emplace_back();
    path.name = "nvme0c1n1";
    path.controller = "nvme1";
    path.ana_state = Attribute::of("optimized");
    path.size = Attribute::of("2048");
    return kernel;
}

TEST(View, of_a_kernel) {
    const View view = view_of(sample_kernel());
    ASSERT_EQ(view.controllers.size(), 1U);
    EXPECT_EQ(view.controllers[0].address, "[fd00::1]:4420");
    EXPECT_EQ(view.controllers[0].state, ControllerState::live);
    ASSERT_EQ(view.namespaces.size(), 1U);
    const ViewedNamespace& one = view.namespaces[0];
    EXPECT_EQ(one.nsid, 7U);
    EXPECT_EQ(one.device, "nvme0n1");
    EXPECT_EQ(one.bytes, 1U << 20U);
    EXPECT_EQ(one.read_only, true);
    ASSERT_EQ(one.paths.size(), 1U);
    EXPECT_EQ(one.paths[0].ana_state, PathAnaState::of("optimized"));
    EXPECT_EQ(one.paths[0].ana_grpid, std::nullopt);
}

TEST(View, has_every_object_of_every_subsystem_in_its_order) {
    KernelObservation kernel = sample_kernel();
    KernelSubsystem second = kernel.subsystems[0];
    second.subsysnqn = Attribute::of("nqn.2024-01.com.example:other");
    second.controllers.push_back(second.controllers[0]);
    second.controllers[1].name = "nvme2";
    second.controllers[1].address = Attribute::of("traddr=10.0.0.2,trsvcid=4421");
    second.controllers[1].state = {};
    second.namespaces.push_back(second.namespaces[0]);
    second.namespaces[0].nsid = {}; // is left out, and not what follows it
    second.namespaces[1].ro = Attribute::of("0");
    second.namespaces[1].nsid = Attribute::of("8");
    second.namespaces[1].size = {};
    KernelPath& path = second.namespaces[1].paths.emplace_back();
    path.name = "nvme1c2n1";
    path.controller = "nvme2";
    path.ana_grpid = Attribute::of("5");
    path.size = Attribute::of("16");
    KernelSubsystem discovery = second;
    discovery.subsystype = Attribute::of("discovery");
    kernel.subsystems = {kernel.subsystems[0], discovery, second};
    const View view = view_of(kernel);
    ASSERT_EQ(view.controllers.size(), 3U);
    EXPECT_EQ(view.controllers[0].name, "nvme1");
    EXPECT_EQ(view.controllers[0].subsysnqn, "nqn.2024-01.com.example:pair");
    EXPECT_EQ(view.controllers[2].name, "nvme2");
    EXPECT_EQ(view.controllers[2].subsysnqn, "nqn.2024-01.com.example:other");
    EXPECT_EQ(view.controllers[2].address, "10.0.0.2:4421");
    EXPECT_EQ(view.controllers[2].state, ControllerState::unreadable);
    ASSERT_EQ(view.namespaces.size(), 2U);
    EXPECT_EQ(view.namespaces[0].subsysnqn, "nqn.2024-01.com.example:pair");
    const ViewedNamespace& one = view.namespaces[1];
    EXPECT_EQ(one.subsysnqn, "nqn.2024-01.com.example:other");
    EXPECT_EQ(one.nsid, 8U);
    EXPECT_EQ(one.read_only, false);
    EXPECT_EQ(one.bytes, 0U) << "not known";
    ASSERT_EQ(one.paths.size(), 2U);
    EXPECT_EQ(one.paths[0].controller, "nvme1");
    EXPECT_EQ(one.paths[0].name, "nvme0c1n1");
    EXPECT_EQ(one.paths[0].bytes, 1U << 20U);
    EXPECT_EQ(one.paths[1].controller, "nvme2");
    EXPECT_EQ(one.paths[1].ana_grpid, 5U);
    EXPECT_EQ(one.paths[1].bytes, 8192U);
}

TEST(View, of_what_cannot_be_read_says_so) {
    KernelObservation kernel = sample_kernel();
    kernel.subsystems[0].namespaces[0].ro.state = Attribute::State::unreadable;
    kernel.subsystems[0].controllers[0].address = Attribute::of("traddr=none");
    const View view = view_of(kernel);
    EXPECT_EQ(view.namespaces[0].read_only, std::nullopt);
    EXPECT_EQ(view.controllers[0].address, "none") << "without a port";
}

TEST(View, of_an_array_has_its_states_sizes_and_groups) {
    ControllerObservation seen;
    seen.name = "tcp://10.0.0.1:4420";
    seen.subsysnqn = "nqn.2024-01.com.example:pair";
    for (std::uint32_t nsid = 1; nsid <= 3; ++nsid) {
        NamespaceObservation& one = seen.namespaces.emplace_back();
        one.nsid = nsid;
        nvme::IdentifyNamespace data;
        data.nsze = 10 * nsid;
        data.lbaf[0].lbads = 12;
        if (nsid != 3) {
            one.identify = Page::of(nvme::encode(data));
        }
    }
    nvme::AnaLog log;
    log.nagd = 2;
    log.groups.push_back({.agid = 4, .chgc = 1, .state = nvme::AnaState::optimized, .nsids = {1}});
    log.groups.push_back({.agid = 5, .chgc = 1, .state = nvme::AnaState::change, .nsids = {1, 2}});
    seen.ana.log = Page::of(nvme::encode(log));
    const View view = view_of(seen);
    ASSERT_EQ(view.controllers.size(), 1U);
    EXPECT_EQ(view.controllers[0].name, "tcp://10.0.0.1:4420");
    EXPECT_EQ(view.controllers[0].subsysnqn, "nqn.2024-01.com.example:pair");
    EXPECT_EQ(view.controllers[0].state, ControllerState::live) << "it answered";
    ASSERT_EQ(view.namespaces.size(), 3U);
    for (std::uint32_t nsid = 1; nsid <= 3; ++nsid) {
        const ViewedNamespace& one = view.namespaces[nsid - 1];
        EXPECT_EQ(one.nsid, nsid);
        EXPECT_EQ(one.subsysnqn, "nqn.2024-01.com.example:pair");
        EXPECT_EQ(one.device, "");
        EXPECT_EQ(one.bytes, nsid == 3 ? 0 : nsid * 40960U);
        ASSERT_EQ(one.paths.size(), 1U);
        EXPECT_EQ(one.paths[0].controller, "tcp://10.0.0.1:4420");
        EXPECT_EQ(one.paths[0].bytes, one.bytes);
        EXPECT_EQ(one.paths[0].ana_state, PathAnaState::of(nsid == 3 ? "" : "change"))
            << "of two groups the last";
        EXPECT_EQ(one.paths[0].ana_grpid, nsid == 3 ? std::nullopt : std::optional(5U));
    }
    const auto places = places_of(log);
    EXPECT_EQ(places.size(), 2U);
    EXPECT_EQ(places.at(1).agid, 5U);
    EXPECT_EQ(places.at(1).state, nvme::AnaState::change);
}

/// Without ANA every path is good; where the log forgets one, nobody knows.
TEST(View, of_an_array_without_a_list_of_namespaces_says_why) {
    ControllerObservation seen;
    seen.name = "tcp://10.0.0.1:4420";
    // Words alone are no reason, whatever they contain.
    seen.unread = {"descriptors of 3 active namespaces: no answer", "the list: no answer in 5 s"};
    EXPECT_EQ(view_of(seen).namespaces_problem.text(), "its active namespace list was not read");
    seen.active_error = seen.unread[1];
    EXPECT_EQ(view_of(seen).namespaces_problem.text(),
              "its active namespace list was not read (the list: no answer in 5 s)");
    seen.active_nsids.emplace();
    EXPECT_EQ(view_of(seen).namespaces_problem.text(), "");
}

TEST(View, of_an_array_whose_log_leaves_a_namespace_out) {
    ControllerObservation seen;
    seen.namespaces.emplace_back().nsid = 1;
    seen.namespaces.emplace_back().nsid = 2;
    nvme::AnaLog log;
    log.nagd = 1;
    log.groups.push_back({.agid = 4, .state = nvme::AnaState::inaccessible, .nsids = {1}});
    seen.ana.log = Page::of(nvme::encode(log));
    nvme::IdentifyController data;
    for (const bool ana : {false, true}) {
        data.cmic = ana ? 0x08 : 0;
        seen.identify = Page::of(nvme::encode(data));
        const View view = view_of(seen);
        EXPECT_EQ(view.namespaces.at(0).paths.at(0).ana_state, PathAnaState::of("inaccessible"));
        EXPECT_EQ(view.namespaces.at(1).paths.at(0).ana_state,
                  ana ? std::nullopt : std::optional(PathAnaState()));
    }
}

TEST(View, of_a_path_without_ana_and_one_that_is_broken) {
    KernelObservation kernel = sample_kernel();
    KernelPath& path = kernel.subsystems[0].namespaces[0].paths[0];
    path.ana_state = {};
    EXPECT_EQ(view_of(kernel).namespaces[0].paths[0].ana_state, PathAnaState::of(""));
    path.ana_state.state = Attribute::State::empty; // as where it is read alone
    EXPECT_EQ(view_of(kernel).namespaces[0].paths[0].ana_state, PathAnaState::of(""));
    path.ana_state.state = Attribute::State::unreadable;
    EXPECT_EQ(view_of(kernel).namespaces[0].paths[0].ana_state, PathAnaState::not_read());
}

TEST(View, leaves_out_discovery_and_what_has_no_nsid) {
    KernelObservation kernel = sample_kernel();
    kernel.subsystems[0].namespaces[0].nsid = {};
    EXPECT_THAT(view_of(kernel).namespaces, IsEmpty());
    kernel.subsystems[0].subsystype = Attribute::of("discovery");
    EXPECT_EQ(view_of(kernel), View{});
}

TEST(View, takes_states_from_an_ana_log) {
    ControllerObservation seen;
    seen.name = "tcp://10.0.0.1:4420";
    seen.traddr = "10.0.0.1";
    seen.trsvcid = "4420";
    for (std::uint32_t nsid = 1; nsid <= 3; ++nsid) {
        seen.namespaces.emplace_back().nsid = nsid;
    }
    View view = view_of(seen);
    ASSERT_EQ(view.namespaces.size(), 3U);
    EXPECT_EQ(view.controllers.at(0).address, "10.0.0.1:4420");
    EXPECT_EQ(view.namespaces[0].paths.at(0).ana_state, PathAnaState::of("")) << "no log";
    nvme::AnaLog log;
    log.groups.push_back({.agid = 4, .state = nvme::AnaState::non_optimized, .nsids = {1}});
    log.groups.push_back({.agid = 5, .state = nvme::AnaState::change, .nsids = {2}});
    apply_ana_log(view, log);
    EXPECT_EQ(view.namespaces[0].paths[0].ana_state, PathAnaState::of("non-optimized"));
    EXPECT_EQ(view.namespaces[0].paths[0].ana_grpid, 4U);
    EXPECT_EQ(view.namespaces[1].paths[0].ana_state, PathAnaState::of("change"));
    EXPECT_EQ(view.namespaces[2].paths[0].ana_state, PathAnaState::of(""));
}

} // namespace
} // namespace haoh::monitor
