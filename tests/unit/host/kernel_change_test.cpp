// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/kernel_change.hpp"

#include "support/sysfs_tree.hpp"

#include <haoh/host.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::host {
namespace {

using test::SysfsTree;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class KernelChange : public ::testing::Test {
  protected:
    KernelChange() { tree_.add_subsystem("nqn.2024-01.com.example:pair", 2, 2); }
    [[nodiscard]] KernelObservation scan(KernelDetail detail = KernelDetail::topology) const {
        HostOptions options;
        options.sysroot = tree_.root();
        options.detail = detail;
        return read_kernel(options);
    }

    SysfsTree tree_;
};

TEST_F(KernelChange, is_nothing_when_nothing_changed) {
    EXPECT_THAT(changed_objects(scan(), scan()), IsEmpty());
}

TEST_F(KernelChange, does_not_depend_on_how_much_was_read) {
    EXPECT_THAT(changed_objects(scan(KernelDetail::full), scan()), IsEmpty());
}

TEST_F(KernelChange, names_what_has_another_state_or_size) {
    const KernelObservation before = scan();
    tree_.set(SysfsTree::path(0, 1, 1) + "/ana_state", "change\n");
    tree_.set(SysfsTree::path(0, 0, 2) + "/size", "7\n");
    tree_.set(SysfsTree::controller(1) + "/state", "connecting\n");
    EXPECT_THAT(changed_objects(before, scan()), ElementsAre("nvme0c0n2", "nvme0c1n1", "nvme1"));
}

TEST_F(KernelChange, names_the_ends_of_a_path_that_came_or_went) {
    const KernelObservation before = scan();
    tree_.remove(SysfsTree::path(0, 1, 2));
    EXPECT_THAT(changed_objects(before, scan()), ElementsAre("nvme0c1n2", "nvme0n2", "nvme1"));
    EXPECT_THAT(changed_objects(scan(), before), ElementsAre("nvme0c1n2", "nvme0n2", "nvme1"));
}

/// Two heads, a path to each, one more without a head, and a controller of no subsystem.
KernelObservation by_hand() {
    KernelObservation kernel;
    KernelSubsystem& subsystem = kernel.subsystems.emplace_back();
    KernelController& controller = subsystem.controllers.emplace_back();
    controller.name = "nvme0";
    const auto path = [](const char* name) {
        KernelPath out;
        out.name = name;
        out.controller = "nvme0";
        return out;
    };
    for (const char* const number : {"1", "2"}) {
        KernelNamespace& head = subsystem.namespaces.emplace_back();
        head.name = std::string("nvme0n") + number;
        head.paths.push_back(path(number[0] == '1' ? "nvme0c0n1" : "nvme0c0n2"));
    }
    subsystem.headless.push_back(path("nvme0c0n3"));
    kernel.stray_controllers.emplace_back().name = "nvme9";
    return kernel;
}

TEST(KernelChangeByHand, names_an_object_for_each_thing_that_tells_it) {
    const KernelObservation before = by_hand();
    const auto named = [&](auto change) {
        KernelObservation after = by_hand();
        change(after, Attribute::of("other"));
        EXPECT_EQ(changed_objects(before, after), changed_objects(after, before));
        return changed_objects(before, after);
    };
    using Kernel = KernelObservation;
    const auto subsystem = [](Kernel& kernel) -> KernelSubsystem& {
        return kernel.subsystems.front();
    };
    EXPECT_THAT(changed_objects(before, by_hand()), IsEmpty());
    for (const auto member :
         {&KernelController::state, &KernelController::cntlid, &KernelController::serial}) {
        EXPECT_THAT(named([&](Kernel& kernel, const Attribute& other) {
                        subsystem(kernel).controllers.front().*member = other;
                    }),
                    ElementsAre("nvme0"));
    }
    EXPECT_THAT(named([](Kernel& kernel, const Attribute& other) {
                    kernel.stray_controllers.front().state = other;
                }),
                ElementsAre("nvme9"));
    for (const auto member : {&KernelNamespace::nsid, &KernelNamespace::uuid,
                              &KernelNamespace::wwid, &KernelNamespace::size}) {
        EXPECT_THAT(named([&](Kernel& kernel, const Attribute& other) {
                        subsystem(kernel).namespaces.back().*member = other;
                    }),
                    ElementsAre("nvme0n2"));
    }
    for (const auto member : {&KernelPath::ana_state, &KernelPath::size}) {
        EXPECT_THAT(named([&](Kernel& kernel, const Attribute& other) {
                        subsystem(kernel).namespaces.back().paths.front().*member = other;
                    }),
                    ElementsAre("nvme0c0n2"));
        EXPECT_THAT(named([&](Kernel& kernel, const Attribute& other) {
                        subsystem(kernel).headless.front().*member = other;
                    }),
                    ElementsAre("nvme0c0n3"));
    }
}

TEST(KernelChangeByHand, names_a_path_that_has_other_ends) {
    const KernelObservation before = by_hand();
    KernelObservation moved = by_hand();
    KernelSubsystem& subsystem = moved.subsystems.front();
    subsystem.namespaces.back().paths.push_back(subsystem.headless.front());
    subsystem.headless.clear();
    EXPECT_THAT(changed_objects(before, moved), ElementsAre("nvme0c0n3"));
    KernelObservation other = by_hand();
    other.subsystems.front().headless.front().controller = "nvme7";
    EXPECT_THAT(changed_objects(before, other), ElementsAre("nvme0c0n3"));
}

} // namespace
} // namespace haoh::host
