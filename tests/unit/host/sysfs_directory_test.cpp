// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/sysfs_directory.hpp"

#include "support/sysfs_tree.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cerrno>

namespace haoh::host {
namespace {

using State = Attribute::State;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class Directory : public ::testing::Test {
  protected:
    Attribute read(const std::string& directory, std::string_view file) const {
        return SysfsRoot(tree_.root()).open(directory).attribute(file);
    }

    test::SysfsTree tree_;
};

TEST_F(Directory, tells_absent_empty_and_unreadable_apart) {
    tree_.set("d/ok", "live\n").set("d/empty", "\n");
    tree_.make_directory("d/directory").make_too_long("d/long").make_dangling("d/dangling");
    tree_.make_loop("d/loop");

    EXPECT_EQ(read("d", "ok"), Attribute::of("live"));
    EXPECT_EQ(read("d", "empty").state, State::empty);
    EXPECT_EQ(read("d", "nothing").state, State::absent);
    EXPECT_EQ(read("d", "ok/below").state, State::absent);
    EXPECT_EQ(read("d", "directory").text, "Is a directory");
    EXPECT_EQ(read("d", "long").text, "longer than 65536 bytes");
    EXPECT_EQ(read("d", "dangling").text, "a link that leads nowhere");
    EXPECT_EQ(read("d", "loop").text, "Too many levels of symbolic links");
    EXPECT_EQ(read("d", std::string(600, 'x')).state, State::unreadable);
}

TEST_F(Directory, does_not_wait_for_a_pipe) {
    tree_.make_directory("d");
    ASSERT_EQ(::mkfifo((tree_.root() + "/d/pipe").c_str(), 0600), 0);
    EXPECT_EQ(read("d", "pipe").state, State::empty);
}

TEST_F(Directory, follows_links_within_the_root) {
    tree_.set("real/place/state", "live\n");
    tree_.link("relative", "real/place").link("absolute", "/real/place");
    tree_.link("real/up", "../real/place").link("real/place/alias", "state");
    EXPECT_TRUE(read("relative", "state").ok());
    EXPECT_TRUE(read("absolute", "state").ok());
    EXPECT_TRUE(read("real/up", "state").ok());
    EXPECT_TRUE(read("real", "place/alias").ok());
    EXPECT_TRUE(read("real", "up/state").ok());
}

TEST_F(Directory, never_follows_a_link_out_of_the_root) {
    test::SysfsTree outside;
    outside.set("secret", "text\n");
    tree_.link("d/relative", "../../../../../../../../.." + outside.root() + "/secret");
    tree_.link("d/absolute", outside.root() + "/secret");
    tree_.link("way", outside.root());
    EXPECT_EQ(read("d", "relative").state, State::unreadable);
    EXPECT_EQ(read("d", "absolute").state, State::unreadable);
    EXPECT_EQ(read(".", "way/secret").state, State::absent);
    EXPECT_EQ(SysfsRoot(tree_.root()).open("way").error(), ENOENT);
    EXPECT_EQ(SysfsRoot(tree_.root()).open("..").attribute("secret").state, State::absent);
}

TEST_F(Directory, lists_what_is_in_it) {
    tree_.make_directory("d/nvme0").set("d/state", "x").make_dangling("d/link");
    const SysfsRoot root(tree_.root());
    const SysfsDirectory directory = root.open("d");
    std::vector<std::string> objects;
    std::vector<std::string> names;
    int error = -1;
    for (const DirectoryEntry& entry : directory.entries(error)) {
        names.push_back(entry.name);
        if (entry.may_be_object()) {
            objects.push_back(entry.name);
        }
    }
    EXPECT_THAT(names, UnorderedElementsAre("nvme0", "state", "link"));
    EXPECT_THAT(objects, UnorderedElementsAre("nvme0", "link"));
    EXPECT_EQ(directory.entries(error).size(), 3U) << "a second time";
    EXPECT_EQ(error, 0);
}

TEST_F(Directory, reads_the_rows_of_an_object) {
    tree_.set("d/nvme0c1n1/size", "8\n").set("d/nvme0c1n1/queue/logical_block_size", "512\n");
    const SysfsRoot root(tree_.root());
    const SysfsDirectory directory = root.open("d");
    KernelPath path;
    EXPECT_TRUE(directory.read("nvme0c1n1", path_attributes(), path));
    EXPECT_EQ(path.size.text, "8");
    EXPECT_EQ(path.logical_block_size.text, "512");
    EXPECT_EQ(path.ana_state.state, State::absent);
    EXPECT_EQ(path.multipath_failover_count.state, State::absent);
}

TEST_F(Directory, knows_an_object_that_is_gone_from_one_without_attributes) {
    tree_.make_directory("d/bare").make_dangling("d/dangling").make_loop("d/loop");
    const SysfsRoot root(tree_.root());
    const SysfsDirectory directory = root.open("d");
    KernelPath path;
    EXPECT_FALSE(directory.read("gone", path_attributes(), path));
    EXPECT_TRUE(directory.read("bare", path_attributes(), path));
    EXPECT_EQ(path.size.state, State::absent);
    EXPECT_TRUE(directory.read("dangling", path_attributes(), path));
    EXPECT_EQ(path.size.text, "a link that leads nowhere");
    EXPECT_TRUE(directory.read("loop", path_attributes(), path));
    EXPECT_EQ(path.multipath_failover_count.text, "Too many levels of symbolic links");
}

TEST_F(Directory, reads_each_row_whatever_else_is_there) {
    const auto check = [this](const std::string& kind, auto rows, auto object) {
        unsigned number = 0;
        for (const auto& row : rows) {
            const std::string name = kind + std::to_string(number++);
            tree_.set("d/" + name + "/" + std::string(row.file), "7\n");
            const SysfsRoot root(tree_.root());
            auto one = object;
            EXPECT_TRUE(root.open("d").read(name, rows, one)) << row.file;
            for (const auto& other : rows) {
                EXPECT_EQ((one.*other.member).ok(), other.member == row.member)
                    << row.file << " " << other.file;
            }
        }
    };
    check("path", path_attributes(), KernelPath{});
    check("controller", controller_attributes(), KernelController{});
}

TEST_F(Directory, reads_its_own_rows) {
    tree_.make_directory("bare").set("d/state", "live\n");
    const SysfsRoot root(tree_.root());
    KernelController controller;
    EXPECT_TRUE(root.open("d").read({}, controller_attributes(), controller));
    EXPECT_EQ(controller.state.text, "live");
    KernelController bare;
    EXPECT_TRUE(root.open("bare").read({}, controller_attributes(), bare));
    EXPECT_EQ(bare, KernelController{});
}

TEST_F(Directory, has_no_attribute_without_a_name) {
    tree_.set("d/state", "live\n");
    EXPECT_EQ(read("d", "").state, State::absent);
}

TEST_F(Directory, refuses_names_that_are_too_long) {
    tree_.make_directory("d");
    const SysfsRoot root(tree_.root());
    for (const std::size_t length : {300U, 500U, 509U, 510U, 511U, 512U, 513U, 5000U}) {
        KernelPath path;
        EXPECT_TRUE(root.open("d").read(std::string(length, 'x'), path_attributes(), path));
        EXPECT_EQ(path.size.text, "File name too long") << length;
        EXPECT_EQ(read("d", std::string(length, 'x')).text, "File name too long") << length;
    }
}

TEST_F(Directory, of_nothing_takes_no_writing) {
    tree_.set("d/state", "live\n");
    const SysfsRoot root(tree_.root());
    EXPECT_EQ(root.open("d").write("state", "dead"), 0);
    EXPECT_EQ(root.open("d").write("none", "dead"), ENOENT);
    EXPECT_EQ(root.open("none").write("state", "dead"), ENOENT);
    EXPECT_EQ(root.open("d/state").write("state", "dead"), ENOTDIR);
}

TEST_F(Directory, has_as_many_roots_as_one_likes) {
    test::SysfsTree other;
    tree_.set("d/state", "live\n");
    other.set("d/state", "dead\n");
    const SysfsRoot first(tree_.root());
    const SysfsRoot second(other.root());
    EXPECT_EQ(first.open("d").attribute("state").text, "live");
    EXPECT_EQ(second.open("d").attribute("state").text, "dead");
    EXPECT_FALSE(first.this_machine());
    EXPECT_TRUE(SysfsRoot("/").this_machine());
    EXPECT_TRUE(SysfsRoot("/tmp/..").this_machine());
    EXPECT_TRUE(first.open("d").same_as(first.open("d/../d")));
    EXPECT_FALSE(first.open("d").same_as(second.open("d")));
}

TEST_F(Directory, says_which_root_is_not_there) {
    try {
        SysfsRoot(tree_.root() + "/none");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
        EXPECT_THAT(error.what(), HasSubstr("/none: "));
    }
}

TEST_F(Directory, reads_a_file_up_to_a_bound) {
    tree_.set("etc/rules", std::string(40000, 'x'));
    const SysfsRoot root(tree_.root());
    std::string text;
    EXPECT_EQ(root.read_file("etc/rules", 1U << 20U, text), 0);
    EXPECT_EQ(text.size(), 40000U);
    EXPECT_EQ(root.read_file("etc/rules", 100, text), 0);
    EXPECT_EQ(text.size(), 100U);
    EXPECT_EQ(root.read_file("etc/none", 100, text), ENOENT);
}

} // namespace
} // namespace haoh::host
