// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/path_states.hpp"

#include "support/sysfs_tree.hpp"

#include <haoh/host.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <limits>

namespace haoh::host {
namespace {

using test::SysfsTree;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

/// Without the moment.
MATCHER_P5(Change, kind, controller, path, from, to, "") {
    return arg.kind == kind && arg.controller == controller && arg.path == path &&
           arg.from == from && arg.to == to && arg.observed.monotonic.count() > 0;
}

/// Whether descriptors are kept, or files opened at each sweep.
class States : public ::testing::TestWithParam<std::size_t> {
  protected:
    States() { tree_.add_subsystem("nqn.2024-01.com.example:pair", 2, 2); }

    KernelObservation observe() const {
        HostOptions options;
        options.sysroot = tree_.root();
        return read_kernel(options);
    }

    PathStates make() const { return PathStates(root_, observe(), GetParam()); }

    static std::string ana_state(unsigned controller, unsigned head) {
        return SysfsTree::path(0, controller, head) + "/ana_state";
    }
    static std::string state(unsigned controller) {
        return SysfsTree::controller(controller) + "/state";
    }

    SysfsTree tree_;
    SysfsRoot root_{tree_.root()};
};

TEST_P(States, stay_as_they_are) {
    PathStates states = make();
    EXPECT_EQ(states.size(), 6U);
    EXPECT_EQ(states.open(), std::min<std::size_t>(GetParam(), 6));
    EXPECT_THAT(states.sweep(), IsEmpty());
    EXPECT_THAT(states.sweep(), IsEmpty());
}

TEST_P(States, change_and_are_told_once) {
    PathStates states = make();
    tree_.change(ana_state(1, 2), "inaccessible\n");
    tree_.change(state(0), "resetting\n");
    EXPECT_THAT(
        states.sweep(),
        UnorderedElementsAre(
            Change(StateChange::Kind::changed, "nvme1", "nvme0c1n2", "optimized", "inaccessible"),
            Change(StateChange::Kind::changed, "nvme0", "", "live", "resetting")));
    EXPECT_THAT(states.sweep(), IsEmpty());
    tree_.change(ana_state(1, 2), "change\n");
    EXPECT_THAT(states.sweep(), ElementsAre(Change(StateChange::Kind::changed, "nvme1", "nvme0c1n2",
                                                   "inaccessible", "change")));
}

TEST_P(States, are_read_with_the_padding_of_a_recording) {
    const auto padded = [](std::string text, std::size_t page) {
        text.resize(page, '\0');
        return text;
    };
    PathStates states = make();
    for (const std::size_t page : {4096U, 16384U, 65536U}) {
        tree_.change(state(0), padded("live\n", page));
        EXPECT_THAT(states.sweep(), IsEmpty()) << page;
    }
    tree_.change(state(0), padded("resetting\n", 65536));
    EXPECT_THAT(states.sweep(),
                ElementsAre(Change(StateChange::Kind::changed, "nvme0", "", "live", "resetting")));
}

TEST_P(States, are_compared_with_the_observation_at_first) {
    KernelObservation kernel = observe();
    tree_.change(ana_state(0, 1), "non-optimized\n");
    PathStates states(root_, kernel, GetParam());
    EXPECT_THAT(states.sweep(), ElementsAre(Change(StateChange::Kind::changed, "nvme0", "nvme0c0n1",
                                                   "optimized", "non-optimized")));
}

TEST_P(States, of_one_controller_can_be_read_alone) {
    PathStates states = make();
    tree_.change(ana_state(0, 1), "inaccessible\n");
    tree_.change(ana_state(1, 1), "inaccessible\n");
    EXPECT_THAT(states.sweep("nvme1"),
                ElementsAre(Change(StateChange::Kind::changed, "nvme1", "nvme0c1n1", "optimized",
                                   "inaccessible")));
    EXPECT_THAT(states.sweep("nvme9"), IsEmpty());
    EXPECT_THAT(states.sweep(), SizeIs(1));
}

TEST_P(States, are_trimmed) {
    PathStates states = make();
    tree_.change(ana_state(0, 1), "optimized");
    tree_.change(ana_state(0, 2), std::string("optimized \n") + std::string(20, '\0'));
    EXPECT_THAT(states.sweep(), IsEmpty());
    tree_.change(ana_state(0, 2), "");
    EXPECT_THAT(states.sweep(), ElementsAre(Change(StateChange::Kind::changed, "nvme0", "nvme0c0n2",
                                                   "optimized", "")));
}

TEST_P(States, are_told_from_those_that_begin_alike) {
    PathStates states = make();
    tree_.change(ana_state(0, 1), "optimizedX");
    tree_.change(ana_state(0, 2), "optimize\n");
    tree_.change(ana_state(1, 1), "xptimized\n");
    EXPECT_THAT(
        states.sweep(),
        ElementsAre(
            Change(StateChange::Kind::changed, "nvme0", "nvme0c0n1", "optimized", "optimizedX"),
            Change(StateChange::Kind::changed, "nvme0", "nvme0c0n2", "optimized", "optimize"),
            Change(StateChange::Kind::changed, "nvme1", "nvme0c1n1", "optimized", "xptimized")));
}

TEST_P(States, are_not_there_without_the_attribute) {
    tree_.remove(state(0));
    PathStates states = make();
    EXPECT_EQ(states.size(), 5U);
    tree_.set(state(0), "live\n");
    EXPECT_THAT(states.sweep(), IsEmpty());
}

TEST_P(States, that_make_no_sense_are_told_once) {
    PathStates states = make();
    tree_.change(ana_state(0, 1), std::string(4097, 'x'));
    EXPECT_THAT(states.sweep(),
                ElementsAre(Change(StateChange::Kind::unreadable, "nvme0", "nvme0c0n1", "optimized",
                                   "longer than 4096 bytes")));
    EXPECT_THAT(states.sweep(), IsEmpty());
    tree_.change(ana_state(0, 1), "optimized\n");
    EXPECT_THAT(states.sweep(), IsEmpty());
    tree_.change(ana_state(0, 1), std::string(4097, 'x'));
    EXPECT_THAT(states.sweep(), SizeIs(1));
    tree_.change(ana_state(0, 1), "change\n");
    EXPECT_THAT(states.sweep(), ElementsAre(Change(StateChange::Kind::changed, "nvme0", "nvme0c0n1",
                                                   "optimized", "change")));
}

TEST_P(States, are_not_there_without_ana) {
    SysfsTree plain;
    plain.without_ana().add_subsystem("nqn.2024-01.com.example:plain", 2, 2);
    plain.add_stray_controller();
    HostOptions options;
    options.sysroot = plain.root();
    const SysfsRoot root(plain.root());
    PathStates states(root, read_kernel(options), GetParam());
    EXPECT_EQ(states.size(), 3U) << "the controllers' own";
    EXPECT_THAT(states.sweep(), IsEmpty());
    plain.change(SysfsTree::controller(2) + "/state", "dead\n");
    EXPECT_THAT(states.sweep(),
                ElementsAre(Change(StateChange::Kind::changed, "nvme2", "", "connecting", "dead")));
}

INSTANTIATE_TEST_SUITE_P(Open, States, ::testing::Values(0, 3, 100));

using OpenedAnew = States;

TEST_P(OpenedAnew, are_gone_with_their_objects) {
    PathStates states = make();
    tree_.remove(SysfsTree::path(0, 1, 2));
    EXPECT_THAT(states.sweep(), ElementsAre(Change(StateChange::Kind::gone, "nvme1", "nvme0c1n2",
                                                   "optimized", "")));
    EXPECT_THAT(states.sweep(), IsEmpty());
    EXPECT_EQ(states.size(), 5U);
    tree_.remove(SysfsTree::controller(1));
    EXPECT_THAT(
        states.sweep("nvme1"),
        ElementsAre(Change(StateChange::Kind::gone, "nvme1", "", "live", ""),
                    Change(StateChange::Kind::gone, "nvme1", "nvme0c1n1", "optimized", "")));
    EXPECT_EQ(states.size(), 3U);
}

TEST_P(OpenedAnew, are_found_where_the_class_is_missing) {
    tree_.remove("sys/class/nvme");
    PathStates states = make();
    EXPECT_EQ(states.size(), 6U);
    EXPECT_THAT(states.sweep(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(None, OpenedAnew, ::testing::Values(0));

TEST(PathStates, keeps_open_those_of_controllers_first_and_passes_over_what_is_gone) {
    SysfsTree tree;
    tree.add_subsystem("nqn.2024-01.com.example:pair", 2, 1);
    HostOptions options;
    options.sysroot = tree.root();
    const KernelObservation kernel = read_kernel(options);
    const SysfsRoot root(tree.root());
    tree.remove(SysfsTree::controller(0) + "/state");
    for (std::size_t most = 0; most < 6; ++most) {
        EXPECT_EQ(PathStates(root, kernel, most).open(), std::min<std::size_t>(most, 3)) << most;
    }
    PathStates states(root, kernel, 1);
    EXPECT_EQ(states.size(), 4U);
    tree.remove(SysfsTree::path(0, 0, 1) + "/ana_state");
    tree.remove(SysfsTree::path(0, 1, 1) + "/ana_state");
    // Removed below an open descriptor, a file of this tree can be read as before.
    tree.remove(SysfsTree::controller(1) + "/state");
    EXPECT_THAT(states.sweep(), SizeIs(3)) << "of nvme1 the descriptor is kept";
}

TEST(PathStates, keeps_nothing_open_in_a_recorded_tree) {
    SysfsTree tree;
    tree.add_subsystem("nqn.2024-01.com.example:pair", 1, 1);
    HostOptions options;
    options.sysroot = tree.root();
    const SysfsRoot root(tree.root());
    const PathStates states(root, read_kernel(options));
    EXPECT_EQ(states.size(), 2U);
    EXPECT_EQ(states.open(), 0U);
}

TEST(DescriptorBudget, leaves_more_than_half_to_others) {
    EXPECT_EQ(descriptor_budget(0), 0U);
    EXPECT_EQ(descriptor_budget(128), 0U);
    EXPECT_EQ(descriptor_budget(130), 1U);
    EXPECT_EQ(descriptor_budget(1024), 448U);
    EXPECT_EQ(descriptor_budget(std::numeric_limits<std::uint64_t>::max()), std::size_t{1} << 18U);
}

/// This machine, but for what it has below /sys.
class MovedSys : public FileCalls {
  public:
    explicit MovedSys(const SysfsTree& tree) : tree_{tree} {}
    int open(int directory, const char* path, int flags,
             unsigned long long resolve) const override {
        const std::string moved = tree_.root() + "/" + path;
        return FileCalls::open(directory,
                               moved.find("/sys/") == tree_.root().size() ? moved.c_str() : path,
                               flags, resolve);
    }

  private:
    const SysfsTree& tree_;
};

/// A bound of descriptors as long as it lives.
class DescriptorLimit {
  public:
    explicit DescriptorLimit(rlim_t soft) {
        EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
        struct rlimit limit = before_;
        limit.rlim_cur = soft;
        EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    }
    DescriptorLimit(const DescriptorLimit&) = delete;
    DescriptorLimit& operator=(const DescriptorLimit&) = delete;
    ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  private:
    struct rlimit before_ {};
};

TEST(PathStates, keeps_open_on_this_machine_what_the_limit_lets) {
    SysfsTree tree;
    tree.add_subsystem("nqn.2024-01.com.example:pair", 2, 2);
    HostOptions options;
    options.sysroot = tree.root();
    const KernelObservation kernel = read_kernel(options);
    const MovedSys calls(tree);
    const SysfsRoot root("/", calls);
    ASSERT_TRUE(root.this_machine());
    for (const rlim_t soft : {128U, 134U, 140U}) {
        const DescriptorLimit limit(soft);
        EXPECT_EQ(PathStates(root, kernel).open(), descriptor_budget(soft)) << soft;
    }
    PathStates states(root, kernel);
    EXPECT_THAT(states.sweep(), IsEmpty());
    const SysfsRoot recorded(tree.root());
    EXPECT_EQ(PathStates(recorded, kernel).open(), 0U);
}

TEST(PathStates, finds_a_controller_where_only_the_class_has_it) {
    SysfsTree tree;
    tree.add_subsystem("nqn.2024-01.com.example:pair", 2, 1);
    HostOptions options;
    options.sysroot = tree.root();
    const KernelObservation kernel = read_kernel(options);
    const SysfsRoot root(tree.root());
    tree.remove(SysfsTree::subsystem(0) + "/nvme1");
    PathStates states(root, kernel, 0);
    EXPECT_THAT(states.sweep(), IsEmpty());
    tree.change(SysfsTree::controller(1) + "/state", "resetting\n");
    EXPECT_THAT(states.sweep(),
                ElementsAre(Change(StateChange::Kind::changed, "nvme1", "", "live", "resetting")));
}

TEST(PathStates, needs_no_attribute_but_the_state) {
    SysfsTree tree;
    tree.add_subsystem("nqn.2024-01.com.example:pair", 2, 1);
    tree.remove(SysfsTree::path(0, 1, 1) + "/ana_grpid");
    HostOptions options;
    options.sysroot = tree.root();
    const SysfsRoot root(tree.root());
    PathStates states(root, read_kernel(options));
    EXPECT_EQ(states.size(), 4U);
    tree.change(SysfsTree::path(0, 1, 1) + "/ana_state", "change\n");
    EXPECT_THAT(states.sweep(), SizeIs(1));
}

TEST(PathStates, tells_when_it_read_what_changed) {
    SysfsTree tree;
    tree.add_subsystem("nqn.2024-01.com.example:pair", 1, 1);
    HostOptions options;
    options.sysroot = tree.root();
    const SysfsRoot root(tree.root());
    PathStates states(root, read_kernel(options));
    tree.change(SysfsTree::controller(0) + "/state", "resetting\n");
    const Moment before = Moment::now();
    const std::vector<StateChange> changes = states.sweep();
    const Moment after = Moment::now();
    ASSERT_THAT(changes, SizeIs(1));
    EXPECT_LE(before.monotonic, changes[0].observed.monotonic);
    EXPECT_LE(changes[0].observed.monotonic, after.monotonic);
}

} // namespace
} // namespace haoh::host
