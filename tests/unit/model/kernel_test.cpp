// SPDX-License-Identifier: LGPL-2.1-or-later
// Which file of sysfs each attribute is, and what is worked out from a kernel's own texts. Names of
// files are those of drivers/nvme/host: sysfs.c (nvme_dev_attrs, nvme_ns_attrs, nvme_subsys_attrs and,
// since 7.2, the group "diag"), multipath.c (ana_state, ana_grpid, numa_nodes, queue_depth,
// delayed_removal_secs), core.c (module parameters); of block/genhd.c and block/blk-sysfs.c.
#include <haoh/kernel.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <compare>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace haoh {
namespace {

using testing::IsEmpty;

/// A file below an object's directory, and the member that holds what it says.
template <typename Object>
struct SysfsFile {
    std::string_view file;
    Attribute Object::*member;
};

/// In JSON an attribute has the name of its file, without folders.
std::string_view base_name(std::string_view file) {
    return file.substr(file.rfind('/') + 1);
}

template <typename Object>
void expect_rows(std::span<const AttributeRow<Object>> rows,
                 const std::vector<SysfsFile<Object>>& files) {
    ASSERT_EQ(rows.size(), files.size());
    std::set<std::string_view> keys;
    for (std::size_t i = 0; i < files.size(); ++i) {
        EXPECT_EQ(rows[i].file, files[i].file);
        EXPECT_EQ(rows[i].key, base_name(files[i].file));
        EXPECT_TRUE(rows[i].member == files[i].member) << files[i].file << " is kept elsewhere";
        EXPECT_TRUE(keys.insert(rows[i].key).second) << rows[i].key << " is there twice";
    }
}

TEST(AttributeRows, of_a_controller_are_its_files) {
    using C = KernelController;
    expect_rows<C>(controller_attributes(), {{"state", &C::state},
                                             {"transport", &C::transport},
                                             {"address", &C::address},
                                             {"subsysnqn", &C::subsysnqn},
                                             {"cntlid", &C::cntlid},
                                             {"cntrltype", &C::cntrltype},
                                             {"serial", &C::serial},
                                             {"model", &C::model},
                                             {"firmware_rev", &C::firmware_rev},
                                             {"hostnqn", &C::hostnqn},
                                             {"hostid", &C::hostid},
                                             {"numa_node", &C::numa_node},
                                             {"queue_count", &C::queue_count},
                                             {"sqsize", &C::sqsize},
                                             {"kato", &C::kato},
                                             {"reconnect_delay", &C::reconnect_delay},
                                             {"ctrl_loss_tmo", &C::ctrl_loss_tmo},
                                             {"fast_io_fail_tmo", &C::fast_io_fail_tmo},
                                             {"admin_timeout", &C::admin_timeout},
                                             {"io_timeout", &C::io_timeout},
                                             {"diag/command_error_count", &C::command_error_count},
                                             {"diag/reset_count", &C::reset_count},
                                             {"diag/reconnect_count", &C::reconnect_count}});
}

TEST(AttributeRows, of_a_path_are_its_files) {
    using P = KernelPath;
    expect_rows<P>(path_attributes(),
                   {{"ana_state", &P::ana_state},
                    {"ana_grpid", &P::ana_grpid},
                    {"size", &P::size},
                    {"ro", &P::ro},
                    {"queue/logical_block_size", &P::logical_block_size},
                    {"numa_nodes", &P::numa_nodes},
                    {"queue_depth", &P::queue_depth},
                    {"diag/command_retries_count", &P::command_retries_count},
                    {"diag/command_error_count", &P::command_error_count},
                    {"diag/multipath_failover_count", &P::multipath_failover_count}});
}

TEST(AttributeRows, of_a_namespace_are_its_files_but_for_nuse) {
    using N = KernelNamespace;
    expect_rows<N>(namespace_attributes(),
                   {{"nsid", &N::nsid},
                    {"uuid", &N::uuid},
                    {"nguid", &N::nguid},
                    {"eui", &N::eui},
                    {"wwid", &N::wwid},
                    {"csi", &N::csi},
                    {"size", &N::size},
                    {"ro", &N::ro},
                    {"hidden", &N::hidden},
                    {"dev", &N::dev},
                    {"queue/logical_block_size", &N::logical_block_size},
                    {"queue/physical_block_size", &N::physical_block_size},
                    {"metadata_bytes", &N::metadata_bytes},
                    {"delayed_removal_secs", &N::delayed_removal_secs},
                    {"diag/io_requeue_no_usable_path_count", &N::io_requeue_no_usable_path_count},
                    {"diag/io_fail_no_available_path_count", &N::io_fail_no_available_path_count}});
}

TEST(AttributeRows, of_a_subsystem_and_of_the_module_are_their_files) {
    using S = KernelSubsystem;
    expect_rows<S>(subsystem_attributes(), {{"subsysnqn", &S::subsysnqn},
                                            {"serial", &S::serial},
                                            {"model", &S::model},
                                            {"firmware_rev", &S::firmware_rev},
                                            {"subsystype", &S::subsystype},
                                            {"iopolicy", &S::iopolicy}});
    using K = KernelObservation;
    expect_rows<K>(module_parameters(), {{"multipath", &K::multipath},
                                         {"multipath_always_on", &K::multipath_always_on},
                                         {"iopolicy", &K::iopolicy},
                                         {"max_retries", &K::max_retries},
                                         {"io_timeout", &K::io_timeout},
                                         {"admin_timeout", &K::admin_timeout}});
}

Attribute unreadable(const std::string& why) {
    return {.state = Attribute::State::unreadable, .nul_padded = false, .text = why};
}

TEST(AnAttribute, that_nobody_read_is_absent_and_says_nothing) {
    const Attribute none;
    EXPECT_EQ(none.state, Attribute::State::absent);
    EXPECT_FALSE(none.nul_padded);
    EXPECT_FALSE(none.ok());
    EXPECT_THAT(none.value(), IsEmpty());
    EXPECT_EQ(none.number(), std::nullopt);
}

TEST(AnAttribute, of_a_text_is_ok_or_empty) {
    const Attribute some = Attribute::of("live");
    EXPECT_EQ(some.state, Attribute::State::ok);
    EXPECT_FALSE(some.nul_padded);
    EXPECT_EQ(some.value(), "live");
    const Attribute empty = Attribute::of("");
    EXPECT_EQ(empty.state, Attribute::State::empty);
    EXPECT_FALSE(empty.ok());
    EXPECT_NE(empty, Attribute{}) << "a file without a text is not a file that is not there";
}

TEST(AnAttribute, that_is_not_readable_has_no_value_whatever_the_reason_reads_like) {
    EXPECT_FALSE(unreadable("7").ok());
    EXPECT_THAT(unreadable("7").value(), IsEmpty());
    EXPECT_EQ(unreadable("7").number(), std::nullopt);
}

TEST(AnAttribute, is_a_number_where_all_of_it_is_one) {
    EXPECT_EQ(Attribute::of("0").number(), 0U);
    EXPECT_EQ(Attribute::of("4096").number(), 4096U);
    EXPECT_EQ(Attribute::of("18446744073709551615").number(),
              std::numeric_limits<std::uint64_t>::max());
    for (const char* const text :
         {"", "-1", "off", "0x10", "12 ", " 12", "1.5", "18446744073709551616"}) {
        EXPECT_EQ(Attribute::of(text).number(), std::nullopt) << text;
    }
}

std::string part(std::string_view address, std::string_view key) {
    KernelController controller;
    controller.address = Attribute::of(address);
    return std::string(controller.address_part(key));
}

// fabrics.c: nvmf_get_address; tcp.c: nvme_tcp_get_address
TEST(AddressPart, is_what_is_behind_its_key) {
    constexpr std::string_view kAddress = "traddr=fd00::1,trsvcid=4420,host_traddr=10.0.0.9,"
                                          "host_iface=eth0,src_addr=10.0.0.8";
    EXPECT_EQ(part(kAddress, "traddr"), "fd00::1");
    EXPECT_EQ(part(kAddress, "trsvcid"), "4420");
    EXPECT_EQ(part(kAddress, "host_traddr"), "10.0.0.9");
    EXPECT_EQ(part(kAddress, "host_iface"), "eth0");
    EXPECT_EQ(part(kAddress, "src_addr"), "10.0.0.8");
    // A key that ends like another, in either order.
    EXPECT_EQ(part("host_traddr=10.0.0.9,traddr=10.0.0.1", "traddr"), "10.0.0.1");
    EXPECT_EQ(part("traddr=nn-0x1:pn-0x2,host_traddr=nn-0x3:pn-0x4", "host_traddr"),
              "nn-0x3:pn-0x4");
    EXPECT_EQ(part("traddr=a=b,trsvcid=1", "traddr"), "a=b");
    EXPECT_EQ(part("traddr=1,traddr=2", "traddr"), "1") << "the first of two";
}

TEST(AddressPart, that_is_not_there_is_empty) {
    for (const char* const address :
         {"", "traddr", "traddr,trsvcid", "trsvcid=4420", "traddrs=1", "host_traddr=1", ",", ",,",
          "0000:01:00.0", "trsvcid=traddr", "traddr:1", "x,traddr"}) {
        EXPECT_EQ(part(address, "traddr"), "") << address;
    }
    EXPECT_EQ(part("traddr=,trsvcid=4420", "traddr"), "");
    EXPECT_EQ(part(",,traddr=1,", "traddr"), "1") << "behind parts that are empty";
    EXPECT_EQ(part("x,traddr=1", "traddr"), "1");
    KernelController controller;
    controller.address = unreadable("traddr=1");
    EXPECT_EQ(controller.address_part("traddr"), "");
}

// sysfs.c: nvme_sysfs_show_state has the names; core.c: nvme_validate_cntlid passes over those for
// which nvme_state_terminal holds.
TEST(StateOfAController, says_whether_it_is_live_or_going_away) {
    struct Row {
        const char* state;
        bool live;
        bool terminal;
    };
    for (const Row& row :
         {Row{"new", false, false}, Row{"live", true, false}, Row{"resetting", false, false},
          Row{"connecting", false, false}, Row{"deleting", false, true},
          Row{"deleting (no IO)", false, true}, Row{"dead", false, true}, Row{"", false, false},
          Row{"alive", false, false}, Row{"undead", false, false},
          Row{"not deleting", false, false}}) {
        KernelController controller;
        controller.state = Attribute::of(row.state);
        EXPECT_EQ(controller.live(), row.live) << row.state;
        EXPECT_EQ(controller.terminal(), row.terminal) << row.state;
    }
    KernelController controller;
    controller.state = unreadable("dead");
    EXPECT_FALSE(controller.terminal());
}

// NUMA_NO_NODE is -1; nodes are below MAX_NUMNODES.
TEST(NodeOfAController, is_one_that_a_machine_can_have) {
    const auto with = [](const Attribute& node) {
        KernelController out;
        out.numa_node = node;
        return out;
    };
    EXPECT_EQ(with(Attribute::of("0")).near_node(), 0U);
    EXPECT_EQ(with(Attribute::of("1023")).near_node(), 1023U);
    for (const Attribute& other : {Attribute::of("-1"), Attribute::of("1024"), Attribute::of("x"),
                                   Attribute::of(""), Attribute{}, unreadable("1")}) {
        EXPECT_EQ(with(other).near_node(), std::nullopt) << other.text;
        EXPECT_EQ(with(other).near_no_node(), other == Attribute::of("-1")) << other.text;
    }
    EXPECT_FALSE(with(Attribute::of("0")).near_no_node());
}

TEST(IdsOfAHead, have_the_uuid_where_the_wwid_says_that_it_is_one) {
    KernelNamespace head;
    head.nguid = Attribute::of("36525430-5290-0057-0025-384500000001");
    head.uuid = head.nguid;
    head.wwid = Attribute::of("eui.36525430529000570025384500000001");
    head.eui = Attribute::of("00 25 38 5b 00 00 00 01");
    EXPECT_FALSE(head.has_uuid());
    const nvme::NamespaceIds ids = head.ids();
    EXPECT_FALSE(ids.uuid);
    ASSERT_TRUE(ids.nguid);
    EXPECT_EQ(nvme::format_nguid(*ids.nguid), "36525430529000570025384500000001");
    ASSERT_TRUE(ids.eui64);
    EXPECT_EQ(nvme::format_eui64(*ids.eui64), "0025385b00000001");
    head.wwid = Attribute::of("uuid.36525430-5290-0057-0025-384500000001");
    EXPECT_TRUE(head.ids().uuid) << "the array numbers both alike";
    head.nguid = {};
    head.wwid = Attribute::of("eui.0025385b00000001");
    EXPECT_FALSE(head.ids().uuid);
}

TEST(IdsOfAHead, have_a_uuid_that_is_not_the_nguid_where_there_is_no_wwid) {
    KernelNamespace head;
    head.nguid = Attribute::of("36525430-5290-0057-0025-384500000001");
    head.uuid = head.nguid;
    EXPECT_FALSE(head.ids().uuid);
    head.uuid = Attribute::of("b0e7a181-b104-4a33-831d-922317d0ab5e");
    EXPECT_TRUE(head.ids().uuid);
}

TEST(IdsOfAHead, have_its_command_set) {
    KernelNamespace head;
    EXPECT_EQ(head.ids().csi, 0);
    head.csi = Attribute::of("2");
    EXPECT_EQ(head.ids().csi, 2);
    EXPECT_FALSE(head.ids().any());
}

TEST(DiscoverySubsystem, is_told_by_its_type) {
    KernelSubsystem subsystem;
    EXPECT_FALSE(subsystem.discovery());
    subsystem.subsystype = Attribute::of("nvm");
    EXPECT_FALSE(subsystem.discovery());
    subsystem.subsystype = Attribute::of("discovery");
    EXPECT_TRUE(subsystem.discovery());
    subsystem.subsystype = unreadable("discovery");
    EXPECT_FALSE(subsystem.discovery());
}

// param_get_bool prints Y and N; sysfs_emit of a bool 1 and 0.
TEST(FlagOfAnAttribute, is_what_the_kernel_prints_of_a_bool) {
    EXPECT_EQ(Attribute::of("Y").flag(), true);
    EXPECT_EQ(Attribute::of("1").flag(), true);
    EXPECT_EQ(Attribute::of("N").flag(), false);
    EXPECT_EQ(Attribute::of("0").flag(), false);
    for (const Attribute& other : {Attribute::of("y"), Attribute::of("2"), Attribute::of("no"),
                                   Attribute::of(""), Attribute{}, unreadable("Y")}) {
        EXPECT_EQ(other.flag(), std::nullopt) << other.text;
    }
}

KernelController named_controller(const std::string& name) {
    KernelController out;
    out.name = name;
    return out;
}

KernelSubsystem subsystem_with(const std::string& name,
                               const std::vector<std::string>& controllers) {
    KernelSubsystem out;
    out.name = name;
    for (const std::string& one : controllers) {
        out.controllers.push_back(named_controller(one));
    }
    return out;
}

TEST(KernelObservation, finds_controllers_wherever_they_are) {
    KernelObservation kernel;
    kernel.subsystems = {subsystem_with("nvme-subsys0", {"nvme0", "nvme1"}),
                         subsystem_with("nvme-subsys4", {"nvme4", "nvme10"})};
    kernel.stray_controllers = {named_controller("nvme7"), named_controller("nvme8")};
    for (const std::string name : {"nvme0", "nvme1", "nvme4", "nvme10", "nvme7", "nvme8"}) {
        ASSERT_NE(kernel.find_controller(name), nullptr) << name;
        EXPECT_EQ(kernel.find_controller(name)->name, name);
    }
    EXPECT_EQ(kernel.subsystem_of("nvme0"), &kernel.subsystems[0]);
    EXPECT_EQ(kernel.subsystem_of("nvme10"), &kernel.subsystems[1]);
    EXPECT_EQ(kernel.subsystem_of("nvme7"), nullptr) << "it is of no subsystem";
    EXPECT_EQ(kernel.subsystems[0].find_controller("nvme1"), &kernel.subsystems[0].controllers[1]);
    EXPECT_EQ(kernel.subsystems[0].find_controller("nvme4"), nullptr);
    for (const char* const name : {"", "nvme", "nvme2", "nvme100", "nvme-subsys0"}) {
        EXPECT_EQ(kernel.find_controller(name), nullptr) << name;
        EXPECT_EQ(kernel.subsystem_of(name), nullptr) << name;
    }
}

TEST(KernelObservation, knows_what_changed_while_it_was_read) {
    KernelObservation kernel;
    EXPECT_FALSE(kernel.has_changed("nvme0"));
    kernel.changed = {"nvme0c1n1", "nvme0n1", "nvme1"};
    for (const std::string& name : kernel.changed) {
        EXPECT_TRUE(kernel.has_changed(name)) << name;
    }
    for (const char* const name : {"", "nvme0", "nvme0n", "nvme0n2", "nvme2"}) {
        EXPECT_FALSE(kernel.has_changed(name)) << name;
    }
}

TEST(KernelRelease, is_read_as_major_and_minor) {
    struct Row {
        const char* release;
        unsigned major, minor;
    };
    constexpr unsigned kLast = std::numeric_limits<unsigned>::max();
    for (const Row& row :
         {Row{"6.12.107-amd64", 6, 12}, Row{"6.1", 6, 1}, Row{"7.0", 7, 0}, Row{"6.1.0", 6, 1},
          Row{"5.14.0-503.el9.x86_64", 5, 14}, Row{"6.16-rc3", 6, 16}, Row{"6.12+", 6, 12},
          Row{"6.12.", 6, 12}, Row{"6.12.x", 6, 12}, Row{"10.200.1", 10, 200}, Row{"0.1", 0, 1},
          // The last of its major number.
          Row{"7", 7, kLast}, Row{"7.x", 7, kLast}, Row{"12", 12, kLast}}) {
        const auto version = parse_kernel_version(row.release);
        ASSERT_TRUE(version) << row.release;
        EXPECT_EQ(version->major, row.major) << row.release;
        EXPECT_EQ(version->minor, row.minor) << row.release;
    }
}

TEST(KernelRelease, of_something_else_is_none) {
    for (const char* const text :
         {"",      ".",    "6.",           "7.",           "x",     "x.1",  ".1",
          "6.-1",  "-6.1", "six.one",      "v6.1",         "6 .1",  "6. 1", "6.xx",
          "6.x86", "6..1", "4294967296.1", "6.4294967296", "6-rc1", "+6.1"}) {
        EXPECT_EQ(parse_kernel_version(text), std::nullopt) << text;
    }
}

TEST(KernelVersion, is_ordered_by_its_numbers) {
    const std::vector<const char*> ascending{"5.0", "5.99", "5.x", "6.0", "6.1",
                                             "6.9", "6.10", "6",   "7.0", "10.0"};
    for (std::size_t i = 1; i < ascending.size(); ++i) {
        EXPECT_LT(parse_kernel_version(ascending[i - 1]), parse_kernel_version(ascending[i]))
            << ascending[i];
    }
    EXPECT_EQ(KernelVersion{}.major, 0U);
    EXPECT_EQ(KernelVersion{}.minor, 0U);
}

} // namespace
} // namespace haoh
