// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/host_observer.hpp"

#include "fake_device.hpp"
#include "support/sysfs_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include <cerrno>
#include <map>

namespace haoh::host {
namespace {

using namespace std::chrono_literals;
using test::SysfsTree;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Observer : public ::testing::Test {
  protected:
    Observer() {
        tree_.add_subsystem("nqn.2024-01.com.example:pair", 3, 2);
        tree_.set("proc/sys/kernel/hostname", "db1\n");
        options_.sysroot = tree_.root();
    }
    /// As if the tree were this machine.
    Observation observe(DeviceOpener open) {
        return test::run(
            context_, observe_controllers(read_kernel(options_), options_, std::move(open), true));
    }
    static DeviceOpener healthy() {
        return [](const std::string&) { return std::make_unique<test::ControllerDevice>(2); };
    }

    SysfsTree tree_;
    HostOptions options_;
    boost::asio::io_context context_{1};
};

TEST_F(Observer, asks_every_live_controller) {
    std::map<std::string, std::size_t> progress;
    options_.progress = [&](std::string_view name, std::size_t done, std::size_t) {
        progress[std::string(name)] = done;
    };
    const Observation seen = observe(healthy());
    EXPECT_THAT(seen.unobserved, IsEmpty());
    ASSERT_EQ(seen.controllers.size(), 3U);
    const ControllerObservation& second = seen.controllers[1];
    EXPECT_EQ(second.name, "nvme1");
    EXPECT_EQ(second.host, "db1");
    EXPECT_EQ(second.transport, "tcp");
    EXPECT_EQ(second.traddr, "10.0.0.2");
    EXPECT_EQ(second.trsvcid, "4420");
    EXPECT_EQ(second.target, "");
    EXPECT_EQ(second.subsysnqn, "nqn.2024-01.com.example:pair");
    EXPECT_EQ(second.connection.cntlid, 2);
    EXPECT_EQ(second.connection.hostid[15], 1);
    EXPECT_THAT(second.connection.hostnqn, HasSubstr("nvmexpress:uuid:"));
    EXPECT_EQ(second.namespaces.size(), 2U);
    EXPECT_EQ(seen.hostnqn, second.connection.hostnqn);
    EXPECT_EQ(seen.hostid, "00000000-0000-0000-0000-000000000001");
    ASSERT_EQ(seen.kernels.size(), 1U);
    EXPECT_EQ(seen.kernel_of(second), &seen.kernels[0]);
    EXPECT_EQ(progress.at("nvme2"), 2U);
    EXPECT_FALSE(seen.observed_at.empty());
}

/// Readings of a tree that is changed before some of them.
Scanner scanner_of(const HostOptions& options, int& scans, std::function<void(int scan)> before) {
    return [&options, &scans, before](KernelDetail detail) -> boost::asio::awaitable<Scan> {
        before(++scans);
        HostOptions of_scan = options;
        of_scan.detail = detail;
        co_return Scan{.kernel = read_kernel(of_scan), .this_machine = true};
    };
}

TEST_F(Observer, reads_once_when_nothing_moves) {
    int scans = 0;
    const Scanner scanner = scanner_of(options_, scans, [](int) {});
    const Observation seen = test::run(context_, observe_settled(scanner, options_, healthy()));
    EXPECT_EQ(scans, 2);
    EXPECT_EQ(seen.controllers.size(), 3U);
    EXPECT_THAT(seen.kernels.at(0).changed, IsEmpty());
    EXPECT_TRUE(seen.kernels[0].subsystems.at(0).namespaces.at(0).dev.ok());
}

TEST_F(Observer, reads_again_what_moved_meanwhile) {
    int scans = 0;
    const Scanner scanner = scanner_of(options_, scans, [this](int scan) {
        if (scan == 2) {
            tree_.set(SysfsTree::path(0, 1, 1) + "/ana_state", "inaccessible\n");
        }
    });
    const Observation seen = test::run(context_, observe_settled(scanner, options_, healthy()));
    EXPECT_EQ(scans, 4);
    EXPECT_THAT(seen.kernels.at(0).changed, IsEmpty());
    EXPECT_EQ(seen.kernels[0].subsystems.at(0).namespaces.at(0).paths.at(1).ana_state.text,
              "inaccessible");
}

TEST_F(Observer, says_what_never_settles) {
    int scans = 0;
    const Scanner scanner = scanner_of(options_, scans, [this](int scan) {
        tree_.set(SysfsTree::path(0, 1, 1) + "/ana_state",
                  scan % 2 == 0 ? "change\n" : "optimized\n");
    });
    const Observation seen = test::run(context_, observe_settled(scanner, options_, healthy()));
    EXPECT_EQ(scans, 6);
    EXPECT_THAT(seen.kernels.at(0).changed, ElementsAre("nvme0c1n1"));
}

TEST_F(Observer, keeps_what_was_read_when_all_went_away) {
    int scans = 0;
    const Scanner scanner = scanner_of(options_, scans, [this](int scan) {
        if (scan == 2) {
            tree_.remove("sys/class");
        }
    });
    const Observation seen = test::run(context_, observe_settled(scanner, options_, healthy()));
    EXPECT_EQ(seen.controllers.size(), 3U);
    EXPECT_THAT(seen.kernels.at(0).unread, ElementsAre(HasSubstr("once more: ")));
}

TEST_F(Observer, says_of_each_other_why_not) {
    tree_.set(SysfsTree::controller(0) + "/state", "connecting\n");
    tree_.make_directory(SysfsTree::controller(1) + "/state");
    tree_.add_stray_controller();
    const Observation seen = observe([](const std::string& name) -> std::unique_ptr<NvmeDevice> {
        throw device_open_error(EACCES, name);
    });
    EXPECT_THAT(seen.controllers, IsEmpty());
    ASSERT_EQ(seen.unobserved.size(), 4U);
    EXPECT_EQ(seen.unobserved[0].object, "nvme0");
    EXPECT_EQ(seen.unobserved[0].subsysnqn, "nqn.2024-01.com.example:pair");
    EXPECT_THAT(seen.unobserved[0].error, HasSubstr("ask nvme0: the controller is connecting"));
    EXPECT_THAT(seen.unobserved[1].error, HasSubstr("its state cannot be read: Is a directory"));
    EXPECT_EQ(seen.unobserved[2].error, "open /dev/nvme2: Permission denied; run as root");
    EXPECT_EQ(seen.unobserved[3].object, "nvme3");
    EXPECT_EQ(seen.unobserved[0].reason, UnobservedReason::not_live);
    EXPECT_EQ(seen.unobserved[1].reason, UnobservedReason::unreadable);
    EXPECT_EQ(seen.unobserved[2].reason, UnobservedReason::not_permitted);
    for (const Unobserved& one : seen.unobserved) {
        EXPECT_EQ(one.host, "db1");
    }
}

TEST_F(Observer, leaves_discovery_controllers_alone) {
    tree_.set(SysfsTree::controller(0) + "/cntrltype", "discovery\n");
    tree_.set(SysfsTree::controller(1) + "/cntrltype", "reserved\n");
    tree_.remove(SysfsTree::controller(2) + "/cntrltype");
    const Observation seen = observe(healthy());
    EXPECT_THAT(seen.unobserved, IsEmpty());
    ASSERT_EQ(seen.controllers.size(), 2U);
    EXPECT_EQ(seen.controllers[0].name, "nvme1");
    tree_.set(SysfsTree::subsystem(0) + "/subsystype", "discovery\n");
    EXPECT_THAT(observe(healthy()).controllers, IsEmpty());
}

TEST_F(Observer, goes_on_when_one_never_answers) {
    const auto gate = std::make_shared<test::Gate>();
    options_.command_timeout = 2s;
    const Observation seen = observe([&](const std::string& name) -> std::unique_ptr<NvmeDevice> {
        if (name != "nvme1") {
            return std::make_unique<test::ControllerDevice>(2);
        }
        return std::make_unique<test::FakeDevice>(
            [gate](const nvme::AdminCommand&, std::span<std::uint8_t>) {
                gate->pass();
                return DeviceAnswer{};
            });
    });
    gate->open();
    EXPECT_EQ(seen.controllers.size(), 2U);
    ASSERT_EQ(seen.unobserved.size(), 1U);
    EXPECT_THAT(seen.unobserved[0].error,
                HasSubstr("send Identify (CNS 01h) to nvme1: no answer within 2000 ms"));
    EXPECT_TRUE(gate->wait_for_passed(1));
}

TEST_F(Observer, keeps_what_a_controller_that_dies_told_before) {
    const Observation seen = observe([](const std::string& name) -> std::unique_ptr<NvmeDevice> {
        auto device = std::make_unique<test::ControllerDevice>(2);
        if (name == "nvme2") {
            device->controller.before = [](const nvme::AdminCommand& command,
                                           std::size_t) -> std::optional<nvme::AdminResult> {
                if (command.opcode == nvme::opcode::identify && command.nsid == 2) {
                    nvme::AdminResult refusal;
                    refusal.status.value = nvme::status::internal_error;
                    return refusal;
                }
                return std::nullopt;
            };
        }
        return device;
    });
    ASSERT_EQ(seen.controllers.size(), 3U);
    EXPECT_EQ(seen.controllers[2].namespaces.at(1).identify.state, Page::State::status);
}

TEST_F(Observer, asks_nobody_when_told_so) {
    options_.ask_controllers = false;
    const Observation seen = observe(nullptr);
    EXPECT_THAT(seen.controllers, IsEmpty());
    EXPECT_THAT(seen.unobserved, IsEmpty());
    EXPECT_EQ(seen.kernels.at(0).subsystems.size(), 1U);
}

TEST_F(Observer, has_no_identity_when_there_are_several) {
    tree_.set(SysfsTree::controller(1) + "/hostnqn", "nqn.2014-08.org.nvmexpress:uuid:x\n");
    EXPECT_EQ(observe(healthy()).hostnqn, "");
}

TEST_F(Observer, has_the_identity_of_controllers_that_have_a_name) {
    const std::string nqn = observe(healthy()).hostnqn;
    EXPECT_NE(nqn, "");
    // One without a name of its host, as over PCIe, has no say; one without a host ID has.
    tree_.remove(SysfsTree::controller(1) + "/hostnqn");
    tree_.set(SysfsTree::controller(1) + "/hostid", "of nobody\n");
    EXPECT_EQ(observe(healthy()).hostnqn, nqn);
    EXPECT_EQ(observe(healthy()).hostid, "00000000-0000-0000-0000-000000000001");
    for (const unsigned controller : {0U, 1U, 2U}) {
        tree_.set(SysfsTree::controller(controller) + "/hostnqn", nqn + "\n");
        tree_.remove(SysfsTree::controller(controller) + "/hostid");
    }
    EXPECT_EQ(observe(healthy()).hostnqn, nqn);
    EXPECT_EQ(observe(healthy()).hostid, "");
}

TEST_F(Observer, says_when_it_looked) {
    const std::time_t before = std::time(nullptr);
    const std::string seen = observe(healthy()).observed_at;
    const std::time_t after = std::time(nullptr);
    std::tm parts{};
    const char* const end = ::strptime(seen.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    ASSERT_TRUE(end != nullptr && *end == '\0') << seen;
    const std::time_t then = ::timegm(&parts);
    EXPECT_LE(before, then) << seen;
    EXPECT_LE(then, after) << seen;
}

TEST_F(Observer, cannot_ask_a_recorded_tree) {
    const Observation seen = test::run(context_, observe_host(options_));
    EXPECT_THAT(seen.controllers, IsEmpty());
    ASSERT_EQ(seen.unobserved.size(), 3U);
    EXPECT_THAT(seen.unobserved[2].error, HasSubstr("ask nvme2: this is a recorded tree; ask on"));
    EXPECT_EQ(seen.unobserved[2].reason, UnobservedReason::recorded);
    EXPECT_EQ(seen.kernels.at(0).host, "db1");
}

TEST_F(Observer, throws_what_reading_the_tree_throws) {
    options_.names = {"nvme77"};
    EXPECT_THROW(test::run(context_, observe_host(options_)), Error);
}

TEST(ControllerFromSysfs, takes_the_address_of_a_pci_function_whole) {
    KernelController controller;
    controller.transport = Attribute::of("pcie");
    controller.address = Attribute::of("0000:01:00.0");
    controller.cntlid = Attribute::of("x");
    const ControllerObservation seen = controller_from_sysfs(controller, "db1");
    EXPECT_EQ(seen.traddr, "0000:01:00.0");
    EXPECT_EQ(seen.trsvcid, "");
    EXPECT_EQ(seen.connection.cntlid, 0);
    EXPECT_EQ(seen.connection.hostnqn, "") << "what is none stands beside no host";
}

TEST_F(Observer, looks_once_where_no_controller_is_asked) {
    for (const bool this_machine : {true, false}) {
        int scans = 0;
        options_.ask_controllers = !this_machine;
        const Scanner scanner = [&, this_machine](KernelDetail) -> boost::asio::awaitable<Scan> {
            ++scans;
            co_return Scan{.kernel = read_kernel(options_), .this_machine = this_machine};
        };
        const Observation seen = test::run(context_, observe_settled(scanner, options_, healthy()));
        EXPECT_EQ(scans, 1);
        EXPECT_THAT(seen.controllers, IsEmpty());
        EXPECT_EQ(seen.unobserved.size(), this_machine ? 0U : 3U);
    }
}

TEST_F(Observer, begins_no_other_round_behind_its_time) {
    int scans = 0;
    const Scanner scanner = scanner_of(options_, scans, [this](int scan) {
        tree_.set(SysfsTree::path(0, 1, 1) + "/ana_state",
                  scan % 2 == 0 ? "change\n" : "optimized\n");
    });
    options_.timeout = 0ms;
    const Observation seen = test::run(context_, observe_settled(scanner, options_, healthy()));
    EXPECT_EQ(scans, 2);
    EXPECT_THAT(seen.kernels.at(0).changed, ElementsAre("nvme0c1n1"));
}

TEST_F(Observer, tells_how_far_it_is_with_each_controller) {
    std::map<std::string, std::size_t> named;
    std::map<std::string, std::size_t> totals;
    options_.progress = [&](std::string_view name, std::size_t done, std::size_t total) {
        EXPECT_LE(done, total);
        ++named[std::string(name)];
        totals[std::string(name)] = total;
    };
    const Observation seen = observe([&](const std::string& name) {
        EXPECT_EQ(named[name], 1U) << "told before it is opened";
        return std::make_unique<test::ControllerDevice>(2);
    });
    EXPECT_EQ(seen.controllers.size(), 3U);
    EXPECT_THAT(totals, ElementsAre(std::pair{"nvme0", 2U}, std::pair{"nvme1", 2U},
                                    std::pair{"nvme2", 2U}));
}

TEST_F(Observer, says_why_a_kernels_log_is_not_there) {
    EXPECT_THAT(read_kernel(options_).messages_error, HasSubstr("recorded tree"));
    HostOptions machine;
    machine.read_log = false;
    machine.ask_udev = false;
    machine.detail = KernelDetail::topology;
    const KernelObservation kernel = read_kernel(machine);
    EXPECT_THAT(kernel.messages_error, HasSubstr("not asked for"));
    EXPECT_THAT(kernel.messages, IsEmpty());
}

TEST(HostOptions, are_this_machine_with_all_that_it_tells) {
    const HostOptions options;
    EXPECT_EQ(options.sysroot, "/");
    EXPECT_THAT(options.names, IsEmpty());
    EXPECT_TRUE(options.ask_controllers);
    EXPECT_EQ(options.detail, KernelDetail::full);
    EXPECT_EQ(options.scan_threads, 0U);
    EXPECT_TRUE(options.read_log);
    EXPECT_TRUE(options.ask_udev);
    EXPECT_EQ(options.timeout, kObserveTimeout);
    EXPECT_EQ(options.command_timeout, kCommandTimeout);
    EXPECT_EQ(options.depth, 2U);
}

TEST(ControllerFromSysfs, takes_no_address_for_a_function_that_has_keys) {
    KernelController controller;
    controller.name = "nvme3";
    controller.transport = Attribute::of("fc");
    controller.address = Attribute::of("host_traddr=nn-0x1:pn-0x2");
    controller.subsysnqn = Attribute::of("nqn.2024-01.com.example:pair");
    controller.hostnqn = Attribute::of("nqn.2024-01.com.example:host");
    controller.cntlid = Attribute::of("17");
    const ControllerObservation seen = controller_from_sysfs(controller, "db1");
    EXPECT_EQ(seen.name, "nvme3");
    EXPECT_EQ(seen.host, "db1");
    EXPECT_EQ(seen.transport, "fc");
    EXPECT_EQ(seen.traddr, "");
    EXPECT_EQ(seen.trsvcid, "");
    EXPECT_EQ(seen.subsysnqn, "nqn.2024-01.com.example:pair");
    EXPECT_EQ(seen.connection.hostnqn, "nqn.2024-01.com.example:host");
    EXPECT_EQ(seen.connection.cntlid, 17);
}

} // namespace
} // namespace haoh::host
