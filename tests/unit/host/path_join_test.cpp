// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/path_join.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::host {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

FoundHead head(std::string name, const std::string& nsid, std::vector<std::string> linked = {}) {
    FoundHead found;
    found.head.name = std::move(name);
    found.head.multipath = true;
    found.head.nsid = nsid.empty() ? Attribute{} : Attribute::of(nsid);
    found.linked = std::move(linked);
    return found;
}

KernelPath path(std::string name, std::string controller) {
    KernelPath made;
    made.name = std::move(name);
    made.controller = std::move(controller);
    return made;
}

template <typename Object>
std::vector<std::string> names_of(const std::vector<Object>& objects) {
    std::vector<std::string> result;
    for (const Object& object : objects) {
        result.push_back(object.name);
    }
    return result;
}

TEST(PathJoin, goes_by_names_where_there_are_no_links) {
    KernelSubsystem subsystem;
    join_paths(
        subsystem, {head("nvme0n2", "7"), head("nvme0n1", "9")},
        {path("nvme0c2n1", "nvme2"), path("nvme0c2n2", "nvme2"), path("nvme0c10n1", "nvme10")});
    EXPECT_THAT(names_of(subsystem.namespaces), ElementsAre("nvme0n2", "nvme0n1")) << "by NSID";
    EXPECT_THAT(names_of(subsystem.namespaces[0].paths), ElementsAre("nvme0c2n2"));
    EXPECT_THAT(names_of(subsystem.namespaces[1].paths), ElementsAre("nvme0c2n1", "nvme0c10n1"));
    EXPECT_THAT(subsystem.headless, IsEmpty());
}

TEST(PathJoin, has_no_head_for_a_name_that_is_none) {
    KernelSubsystem subsystem;
    join_paths(subsystem, {head("nvme0n1", "1")}, {path("odd", "nvme0"), path("", "nvme0")});
    EXPECT_THAT(names_of(subsystem.headless), ElementsAre("", "odd"));
    EXPECT_THAT(subsystem.namespaces.at(0).paths, IsEmpty());
}

TEST(PathJoin, believes_links_before_names) {
    KernelSubsystem subsystem;
    join_paths(subsystem,
               {head("nvme0n1", "1", {"nvme0c1n2"}), head("nvme0n2", "2", {"nvme0c0n2"})},
               {path("nvme0c0n2", "nvme0"), path("nvme0c1n2", "nvme1")});
    EXPECT_THAT(names_of(subsystem.namespaces[0].paths), ElementsAre("nvme0c1n2"));
    EXPECT_THAT(names_of(subsystem.namespaces[1].paths), ElementsAre("nvme0c0n2"));
}

TEST(PathJoin, needs_the_same_subsystem_and_counter) {
    KernelSubsystem subsystem;
    join_paths(
        subsystem, {head("nvme0n1", "1")},
        {path("nvme1c0n1", "nvme0"), path("nvme0c10n2", "nvme10"), path("nvme0c2n2", "nvme2")});
    EXPECT_THAT(subsystem.namespaces[0].paths, IsEmpty());
    EXPECT_THAT(names_of(subsystem.headless), ElementsAre("nvme0c2n2", "nvme0c10n2", "nvme1c0n1"));
}

TEST(PathJoin, puts_heads_without_an_nsid_at_the_end) {
    KernelSubsystem subsystem;
    join_paths(
        subsystem,
        {head("nvme0n10", ""), head("nvme0n2", ""), head("nvme0n3", "12"), head("nvme0n4", "9")},
        {});
    EXPECT_THAT(names_of(subsystem.namespaces),
                ElementsAre("nvme0n4", "nvme0n3", "nvme0n2", "nvme0n10"));
}

TEST(PathJoin, leaves_a_namespace_without_multipath_its_own_path) {
    FoundHead own = head("nvme0n1", "1");
    own.head.multipath = false;
    own.head.paths = {path("nvme0n1", "nvme0")};
    KernelSubsystem subsystem;
    join_paths(subsystem, {own}, {path("nvme0c1n1", "nvme1")});
    EXPECT_THAT(names_of(subsystem.namespaces[0].paths), ElementsAre("nvme0n1"));
    EXPECT_THAT(names_of(subsystem.headless), ElementsAre("nvme0c1n1"));
}

} // namespace
} // namespace haoh::host
