// SPDX-License-Identifier: LGPL-2.1-or-later
// What changed on a host, without what moves by itself.
#include <haoh/observation.hpp>

#include "unit/model/sample_kernel.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

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
