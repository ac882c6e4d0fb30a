// SPDX-License-Identifier: LGPL-2.1-or-later
// What changed on a host, without what moves by itself.
#include <haoh/observation.hpp>

#include "unit/model/sample_kernel.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <functional>
#include <span>

namespace haoh {
namespace {

using test::sample_kernel;
using testing::ElementsAre;
using testing::IsEmpty;

class KernelDiff : public testing::Test {
  protected:
    Observation before = of(sample_kernel("alpha", 2));
    Observation after = before;

    static Observation of(KernelObservation kernel) {
        Observation out;
        out.kernels.push_back(std::move(kernel));
        return out;
    }
    KernelSubsystem& subsystem() { return after.kernels[0].subsystems[0]; }
    /// "nvme1 nsid 2 path size: 4096 -> 2048".
    [[nodiscard]] std::vector<std::string> changes() const {
        std::vector<std::string> out;
        for (const Difference& one : diff(before, after)) {
            out.push_back(fmt::format("{}{} {}: {} -> {}", one.controller,
                                      one.nsid ? fmt::format(" nsid {}", *one.nsid) : "", one.field,
                                      one.before, one.after));
        }
        return out;
    }
};

TEST_F(KernelDiff, NamesWhatChangedOnPathsHeadsAndControllers) {
    subsystem().controllers[1].state = Attribute::of("connecting");
    subsystem().namespaces[1].paths[1].size = Attribute::of("2048");
    subsystem().namespaces[0].paths[0].ana_state = Attribute::of("inaccessible");
    subsystem().namespaces[0].size = Attribute::of("8192");
    subsystem().namespaces[0].dev = Attribute{};
    subsystem().iopolicy = Attribute::of("round-robin");
    after.kernels[0].release = "7.3.4-amd64";
    EXPECT_THAT(changes(), ElementsAre("kernel kernel release: 6.12.107-amd64 -> 7.3.4-amd64",
                                       "nvme-subsys0 kernel iopolicy: numa -> round-robin",
                                       "nvme-subsys0 nsid 1 kernel device node: present -> ",
                                       "nvme-subsys0 nsid 1 kernel size: 4096 -> 8192",
                                       "nvme0 nsid 1 path ana_state: optimized -> inaccessible",
                                       "nvme1 kernel state: live -> connecting",
                                       "nvme1 nsid 2 path size: 4096 -> 2048"));
}

TEST_F(KernelDiff, NamesPathsThatCameAndWent) {
    subsystem().namespaces[0].paths.pop_back();
    subsystem().controllers.pop_back();
    subsystem().namespaces.push_back(subsystem().namespaces[1]);
    subsystem().namespaces[2].nsid = Attribute::of("7");
    EXPECT_THAT(changes(),
                ElementsAre("nvme-subsys0 nsid 7 kernel namespace:  -> present",
                            "nvme0 nsid 7 path:  -> present",
                            "nvme1 kernel controller: "
                            "traddr=10.2.0.1,trsvcid=4420,src_addr=10.0.0.9 -> ",
                            "nvme1 nsid 1 path: present -> ", "nvme1 nsid 7 path:  -> present"));
}

/// What is told of an object's attributes when each changes, alone. Those that make another object of it
/// are left out.
template <typename Object>
std::vector<std::string> told_of(std::span<const AttributeRow<Object>> rows,
                                 const std::function<Object&(KernelSubsystem&)>& object) {
    std::vector<std::string> out;
    for (const AttributeRow<Object>& row : rows) {
        if (row.key == "transport" || row.key == "hostnqn" || row.key == "nsid" ||
            row.key == "subsysnqn") {
            continue;
        }
        Observation before;
        before.kernels = {sample_kernel("alpha", 1)};
        Observation after = before;
        object(before.kernels[0].subsystems[0]).*row.member = Attribute::of("1");
        object(after.kernels[0].subsystems[0]).*row.member = Attribute::of("2");
        for (const Difference& one : diff(before, after)) {
            EXPECT_EQ(one.before, "1") << row.key;
            EXPECT_EQ(one.after, "2") << row.key;
            EXPECT_EQ(one.kind, Difference::Kind::changed) << row.key;
            out.push_back(one.field);
        }
    }
    return out;
}

// Not what moves by itself, nor what sysfs copies from the subsystem (sysfs.c: nvme_show_str_function).
TEST(KernelDiffOfAttributes, NamesEachOfAControllerThatIsItsOwn) {
    EXPECT_THAT(told_of<KernelController>(
                    controller_attributes(),
                    [](KernelSubsystem& one) -> KernelController& { return one.controllers[0]; }),
                ElementsAre("kernel state", "kernel cntlid", "kernel cntrltype", "kernel hostid",
                            "kernel numa_node", "kernel queue_count", "kernel sqsize",
                            "kernel kato", "kernel reconnect_delay", "kernel ctrl_loss_tmo",
                            "kernel fast_io_fail_tmo", "kernel admin_timeout",
                            "kernel io_timeout"));
}

TEST(KernelDiffOfAttributes, NamesEachOfAPathAHeadAndASubsystem) {
    EXPECT_THAT(told_of<KernelPath>(
                    path_attributes(),
                    [](KernelSubsystem& one) -> KernelPath& { return one.namespaces[0].paths[1]; }),
                ElementsAre("path ana_state", "path ana_grpid", "path size", "path ro",
                            "path logical_block_size"));
    EXPECT_THAT(told_of<KernelNamespace>(
                    namespace_attributes(),
                    [](KernelSubsystem& one) -> KernelNamespace& { return one.namespaces[0]; }),
                ElementsAre("kernel uuid", "kernel nguid", "kernel eui", "kernel wwid",
                            "kernel csi", "kernel size", "kernel ro", "kernel hidden",
                            "kernel logical_block_size", "kernel physical_block_size",
                            "kernel metadata_bytes", "kernel delayed_removal_secs"));
    EXPECT_THAT(
        told_of<KernelSubsystem>(subsystem_attributes(),
                                 [](KernelSubsystem& one) -> KernelSubsystem& { return one; }),
        ElementsAre("kernel serial", "kernel model", "kernel firmware_rev", "kernel subsystype",
                    "kernel iopolicy"));
}

TEST_F(KernelDiff, NamesTheParametersOfTheModule) {
    for (const AttributeRow<KernelObservation>& row : module_parameters()) {
        after.kernels[0].*row.member = Attribute::of("2");
    }
    EXPECT_THAT(changes(), ElementsAre("kernel kernel nvme_core admin_timeout:  -> 2",
                                       "kernel kernel nvme_core io_timeout:  -> 2",
                                       "kernel kernel nvme_core iopolicy:  -> 2",
                                       "kernel kernel nvme_core max_retries:  -> 2",
                                       "kernel kernel nvme_core multipath: Y -> 2",
                                       "kernel kernel nvme_core multipath_always_on:  -> 2"));
}

TEST_F(KernelDiff, AttributesSayWhatKeptThemFromBeingRead) {
    subsystem().iopolicy = {
        .state = Attribute::State::unreadable, .nul_padded = false, .text = "Permission denied"};
    EXPECT_THAT(changes(), ElementsAre("nvme-subsys0 kernel iopolicy: numa -> not readable: "
                                       "Permission denied"));
    subsystem().iopolicy = Attribute::of("");
    EXPECT_THAT(changes(), ElementsAre("nvme-subsys0 kernel iopolicy: numa -> empty"));
    subsystem().iopolicy = Attribute{};
    EXPECT_THAT(changes(), ElementsAre("nvme-subsys0 kernel iopolicy: numa -> "));
    EXPECT_EQ(diff(before, after).at(0).kind, Difference::Kind::removed);
    EXPECT_EQ(diff(after, before).at(0).kind, Difference::Kind::added);
}

TEST_F(KernelDiff, NamesWhatTheMachineSays) {
    KernelObservation& kernel = after.kernels[0];
    kernel.messages_error = "Operation not permitted";
    kernel.udev_rules = {"/etc/71.rules"};
    before.kernels[0].udev_rules = {"/etc/70.rules", "/etc/71.rules"};
    kernel.unread = {"nvme3: gone"};
    kernel.changed = {"nvme1"};
    EXPECT_THAT(changes(), ElementsAre("kernel kernel changed:  -> nvme1",
                                       "kernel kernel messages_error:  -> Operation not permitted",
                                       "kernel kernel udev_rules: /etc/70.rules -> ",
                                       "kernel kernel unread:  -> nvme3: gone"));
    EXPECT_EQ(diff(before, after).at(2).kind, Difference::Kind::removed);
}

TEST_F(KernelDiff, NamesLinksAndHeadlessPaths) {
    subsystem().namespaces[0].links = {"/dev/disk/by-id/b", "/dev/disk/by-id/c"};
    before.kernels[0].subsystems[0].namespaces[0].links = {"/dev/disk/by-id/a",
                                                           "/dev/disk/by-id/b"};
    KernelPath headless = subsystem().namespaces[0].paths[1];
    subsystem().headless = {headless};
    EXPECT_THAT(changes(), testing::UnorderedElementsAre(
                               "nvme-subsys0 nsid 1 kernel links: /dev/disk/by-id/a -> ",
                               "nvme-subsys0 nsid 1 kernel links:  -> /dev/disk/by-id/c",
                               "nvme1 headless path:  -> present"));
    before = after;
    subsystem().headless[0].ana_state = Attribute::of("change");
    EXPECT_THAT(changes(), ElementsAre("nvme1 headless path ana_state: optimized -> change"));
}

TEST_F(KernelDiff, NamesSubsystemsThatCameAndWent) {
    subsystem().subsysnqn = Attribute::of("nqn.other");
    subsystem().name = "nvme-subsys1";
    EXPECT_THAT(
        changes(),
        ElementsAre("nvme-subsys0 kernel subsystem: nqn.2026-01.com.example:stretched-1 -> ",
                    "nvme-subsys1 kernel subsystem:  -> nqn.other"));
    // One whose NQN cannot be read has its name.
    for (Observation* seen : {&before, &after}) {
        seen->kernels[0].subsystems[0].subsysnqn = Attribute{};
        seen->kernels[0].subsystems[0].name = "nvme-subsys3";
    }
    EXPECT_THAT(changes(), IsEmpty());
    subsystem().subsysnqn = {
        .state = Attribute::State::unreadable, .nul_padded = false, .text = "Permission denied"};
    EXPECT_THAT(changes(), ElementsAre("nvme-subsys3 kernel subsysnqn:  -> not readable: "
                                       "Permission denied"));
    subsystem().subsysnqn = Attribute{};
    subsystem().name = "nvme-subsys4";
    EXPECT_THAT(changes(), ElementsAre("nvme-subsys3 kernel subsystem: nvme-subsys3 -> ",
                                       "nvme-subsys4 kernel subsystem:  -> nvme-subsys4"));
}

TEST_F(KernelDiff, NamesControllersOfNoSubsystem) {
    KernelController stray = subsystem().controllers[0];
    stray.name = "nvme7";
    after.kernels[0].stray_controllers = {stray};
    EXPECT_THAT(changes(), ElementsAre("nvme7 kernel controller:  -> "
                                       "traddr=10.1.0.1,trsvcid=4420,src_addr=10.0.0.9"));
    // One without an address is there all the same.
    after.kernels[0].stray_controllers[0].address = Attribute{};
    EXPECT_THAT(changes(), ElementsAre("nvme7 kernel controller:  -> present"));
    std::swap(before, after);
    EXPECT_THAT(changes(), ElementsAre("nvme7 kernel controller: present -> "));
    after = before;
    after.kernels[0].stray_controllers[0].state = Attribute::of("connecting");
    EXPECT_THAT(changes(), ElementsAre("nvme7 kernel state: live -> connecting"));
}

TEST_F(KernelDiff, KnowsAControllerByItsPortAndHost) {
    const auto edited = [this](const char* address, const char* transport, const char* hostnqn) {
        after = before;
        KernelController& controller = subsystem().controllers[1];
        controller.address = Attribute::of(address);
        controller.transport = Attribute::of(transport);
        controller.hostnqn = Attribute::of(hostnqn);
        return changes().size();
    };
    const char* const nqn = "nqn.2026-01.com.example:host";
    EXPECT_EQ(edited("traddr=10.2.0.1,trsvcid=4420,src_addr=10.0.0.77", "tcp", nqn), 0U);
    for (const char* const address :
         {"traddr=10.2.0.2,trsvcid=4420", "traddr=10.2.0.1,trsvcid=4421",
          "traddr=10.2.0.1,trsvcid=4420,host_traddr=10.0.0.9",
          "traddr=10.2.0.1,trsvcid=4420,host_iface=eth0"}) {
        EXPECT_EQ(edited(address, "tcp", nqn), 2U) << address << ": one went, another came";
    }
    EXPECT_EQ(edited("traddr=10.2.0.1,trsvcid=4420", "rdma", nqn), 2U);
    EXPECT_EQ(edited("traddr=10.2.0.1,trsvcid=4420", "tcp", "nqn.other"), 2U);
}

TEST_F(KernelDiff, PairsControllersOfOnePortByTheirNamesThenInTheirOrder) {
    // Two connections to each port, as some configurations have them.
    KernelController twin = before.kernels[0].subsystems[0].controllers[0];
    twin.name = "nvme5";
    twin.cntlid = Attribute::of("55");
    before.kernels[0].subsystems[0].controllers.push_back(twin);
    after = before;
    std::swap(subsystem().controllers[0], subsystem().controllers[2]);
    EXPECT_THAT(changes(), IsEmpty()) << "the names tell";
    subsystem().controllers[0].name = "nvme8"; // was nvme5
    subsystem().controllers[2].state = Attribute::of("dead");
    EXPECT_THAT(changes(), ElementsAre("nvme0 kernel state: live -> dead"));
    subsystem().controllers.push_back(twin);
    subsystem().controllers.back().name = "nvme9";
    EXPECT_THAT(changes(), ElementsAre("nvme0 kernel state: live -> dead",
                                       "nvme9 kernel controller:  -> "
                                       "traddr=10.1.0.1,trsvcid=4420,src_addr=10.0.0.9"));
}

TEST_F(KernelDiff, CountsObjectsOfOneNameAsManyTimesAsTheyAreThere) {
    const KernelController twin = before.kernels[0].subsystems[0].controllers[0];
    before.kernels[0].subsystems[0].controllers.push_back(twin);
    EXPECT_THAT(changes(), ElementsAre("nvme0 kernel controller: "
                                       "traddr=10.1.0.1,trsvcid=4420,src_addr=10.0.0.9 -> "));
    std::swap(before, after);
    EXPECT_THAT(changes(), ElementsAre("nvme0 kernel controller:  -> "
                                       "traddr=10.1.0.1,trsvcid=4420,src_addr=10.0.0.9"));
    before = after;
    EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(KernelDiff, NamesANamespaceThatWentWithItsPaths) {
    subsystem().namespaces.erase(subsystem().namespaces.begin());
    EXPECT_THAT(changes(),
                ElementsAre("nvme-subsys0 nsid 1 kernel namespace: present -> ",
                            "nvme0 nsid 1 path: present -> ", "nvme1 nsid 1 path: present -> "));
}

TEST_F(KernelDiff, NamesANamespaceWithoutANumberByItsName) {
    subsystem().namespaces.resize(1);
    before = after;
    KernelNamespace head = subsystem().namespaces[0];
    head.name = "nvme0n9";
    head.nsid = Attribute{};
    head.paths.clear();
    subsystem().namespaces.push_back(head);
    EXPECT_THAT(changes(), ElementsAre("nvme0n9 kernel namespace:  -> present"));
    before = after;
    subsystem().namespaces[1].size = Attribute::of("1");
    EXPECT_THAT(changes(), ElementsAre("nvme0n9 kernel size: 4096 -> 1"));
    for (Observation* seen : {&before, &after}) {
        seen->kernels[0].subsystems[0].namespaces[1].nsid = Attribute::of("4294967296");
    }
    EXPECT_THAT(changes(), ElementsAre("nvme0n9 kernel size: 4096 -> 1"));
    for (Observation* seen : {&before, &after}) {
        seen->kernels[0].subsystems[0].namespaces[1].nsid = Attribute::of("4294967295");
    }
    EXPECT_THAT(changes(), ElementsAre("nvme-subsys0 nsid 4294967295 kernel size: 4096 -> 1"));
}

TEST_F(KernelDiff, NamesAPathByWhatItsControllerIsCalledNow) {
    subsystem().controllers[1].name = "nvme6";
    for (KernelNamespace& head : subsystem().namespaces) {
        head.paths[1].controller = "nvme6";
    }
    EXPECT_THAT(changes(), IsEmpty());
    subsystem().namespaces[0].paths[1].ana_state = Attribute::of("change");
    EXPECT_THAT(changes(), ElementsAre("nvme6 nsid 1 path ana_state: optimized -> change"));
    subsystem().namespaces[0].paths.pop_back();
    EXPECT_THAT(changes(), ElementsAre("nvme6 nsid 1 path: present -> "));
}

TEST_F(KernelDiff, ADeviceNodeOfAnotherNumberIsNoChange) {
    subsystem().namespaces[0].dev = Attribute::of("259:77");
    EXPECT_THAT(changes(), IsEmpty());
    std::swap(before, after);
    subsystem().namespaces[0].dev = Attribute{};
    EXPECT_THAT(changes(), ElementsAre("nvme-subsys0 nsid 1 kernel device node: present -> "));
    std::swap(before, after);
    EXPECT_THAT(changes(), ElementsAre("nvme-subsys0 nsid 1 kernel device node:  -> present"));
}

TEST_F(KernelDiff, CountersAndWhatMovesByItselfAreNoChange) {
    KernelController& controller = subsystem().controllers[0];
    controller.reset_count = Attribute::of("5");
    controller.address = Attribute::of("traddr=10.1.0.1,trsvcid=4420,src_addr=10.0.0.8");
    subsystem().namespaces[0].paths[0].queue_depth = Attribute::of("17");
    subsystem().namespaces[0].paths[0].numa_nodes = Attribute::of("0");
    after.kernels[0].messages = {{.microseconds = 1, .text = "nvme nvme1: new ctrl"}};
    EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(KernelDiff, OtherNumbersInNamesAfterABootAreNoChange) {
    subsystem().name = "nvme-subsys4";
    std::swap(subsystem().controllers[0].name, subsystem().controllers[1].name);
    for (KernelNamespace& head : subsystem().namespaces) {
        head.name = "nvme4" + head.name.substr(5);
        std::swap(head.paths[0].controller, head.paths[1].controller);
    }
    EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(KernelDiff, HostsAreToldApart) {
    before.kernels.push_back(sample_kernel("beta", 1));
    after.kernels.push_back(sample_kernel("gamma", 1));
    subsystem().controllers[0].state = Attribute::of("dead");
    EXPECT_THAT(changes(), ElementsAre("alpha nvme0 kernel state: live -> dead",
                                       "beta kernel: observed -> ", "gamma kernel:  -> observed"));
}

} // namespace
} // namespace haoh
