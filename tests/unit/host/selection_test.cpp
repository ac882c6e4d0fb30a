// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/selection.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::host {
namespace {

using ::testing::HasSubstr;

KernelSubsystem subsystem(const std::string& number) {
    KernelSubsystem made;
    made.name = "nvme-subsys" + number;
    made.subsysnqn = Attribute::of("nqn.2024-01.com.example:" + number);
    made.controllers.emplace_back().name = "nvme" + number;
    KernelNamespace& head = made.namespaces.emplace_back();
    head.name = "nvme" + number + "n1";
    head.paths.emplace_back().name = "nvme" + number + "c" + number + "n1";
    return made;
}

KernelObservation kernel() {
    KernelObservation made;
    made.subsystems = {subsystem("0"), subsystem("1"), subsystem("2")};
    made.stray_controllers.emplace_back().name = "nvme9";
    return made;
}

TEST(Selection, keeps_all_without_names) {
    KernelObservation all = kernel();
    select_subsystems(all, {});
    EXPECT_EQ(all, kernel());
}

TEST(Selection, knows_a_subsystem_by_each_of_its_names) {
    for (const char* name : {"nvme-subsys1", "nqn.2024-01.com.example:1", "nvme1", "/dev/nvme1",
                             "nvme1n1", "/dev/nvme1n1", "nvme1c1n1"}) {
        KernelObservation chosen = kernel();
        select_subsystems(chosen, {name});
        ASSERT_EQ(chosen.subsystems.size(), 1U) << name;
        EXPECT_EQ(chosen.subsystems[0].name, "nvme-subsys1") << name;
        EXPECT_TRUE(chosen.stray_controllers.empty()) << name;
    }
}

TEST(Selection, takes_several_and_strays) {
    KernelObservation chosen = kernel();
    select_subsystems(chosen, {"nvme2", "nvme0n1", "nvme9", "nvme-subsys2"});
    EXPECT_EQ(chosen.subsystems.size(), 2U);
    EXPECT_EQ(chosen.stray_controllers.size(), 1U);
}

TEST(Selection, refuses_a_name_of_nothing) {
    KernelObservation chosen = kernel();
    try {
        select_subsystems(chosen, {"nvme0", "/dev/nvme7"});
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::not_found);
        EXPECT_THAT(error.what(), HasSubstr("find /dev/nvme7: "));
    }
}

} // namespace
} // namespace haoh::host
