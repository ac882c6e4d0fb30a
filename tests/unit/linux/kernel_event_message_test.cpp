// SPDX-License-Identifier: LGPL-2.1-or-later
#include "linux/kernel_event_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace haoh::linux_kernel {
namespace {

/// A message as the kernel prints it (core.c, multipath.c), and what it is.
struct Refused {
    const char* text;
    KernelRefusal refusal;
    const char* controller;
    std::optional<std::uint32_t> nsid;
};

class RefusalMessage : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusalMessage, names_controller_and_namespace) {
    const Refused& expected = GetParam();
    const auto message = parse_kernel_event(expected.text);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->kind, KernelEventMessage::Kind::path_refused);
    EXPECT_EQ(message->refusal, expected.refusal);
    EXPECT_EQ(message->device, expected.controller);
    EXPECT_EQ(message->nsid, expected.nsid);
    EXPECT_EQ("nvme " + message->device + ": " + message->reason, expected.text);
}

TEST_P(RefusalMessage, is_written_as_it_is_read) {
    const Refused& expected = GetParam();
    const std::string written = refusal_message(expected.refusal, expected.nsid.value_or(0));
    if (!expected.nsid || expected.refusal == KernelRefusal::no_descriptors) {
        EXPECT_THAT(expected.text, ::testing::HasSubstr(": " + written)) << "where it begins";
        EXPECT_THAT(written, ::testing::SizeIs(::testing::Gt(10)));
        return;
    }
    const auto again =
        parse_kernel_event(std::string("nvme ") + expected.controller + ": " + written);
    ASSERT_TRUE(again) << written;
    EXPECT_EQ(again->refusal, expected.refusal);
    EXPECT_EQ(again->nsid, expected.nsid);
}

TEST(RefusalOfANamespace, is_written_as_the_kernel_prints_it) {
    EXPECT_EQ(refusal_message(KernelRefusal::ids_differ, 2),
              "IDs don't match for shared namespace 2");
    EXPECT_EQ(refusal_message(KernelRefusal::ids_on_host, 1),
              "ignoring nsid 1 because of duplicate IDs");
    EXPECT_EQ(refusal_message(KernelRefusal::ids_changed, 4294967294U),
              "identifiers changed for nsid -2")
        << "%d of an unsigned";
}

INSTANTIATE_TEST_SUITE_P(
    Messages, RefusalMessage,
    ::testing::Values(
        Refused{"nvme nvme1: IDs don't match for shared namespace 2", KernelRefusal::ids_differ,
                "nvme1", 2},
        Refused{"nvme nvme12: duplicate IDs in subsystem for nsid 3",
                KernelRefusal::ids_in_subsystem, "nvme12", 3},
        Refused{"nvme nvme1: ignoring nsid 1 because of duplicate IDs", KernelRefusal::ids_on_host,
                "nvme1", 1},
        Refused{"nvme nvme1: Duplicate unshared namespace 4294967294", KernelRefusal::not_shared,
                "nvme1", 4294967294U},
        Refused{"nvme nvme1: identifiers changed for nsid -2", KernelRefusal::ids_changed, "nvme1",
                4294967294U},
        Refused{"nvme nvme2: Duplicate cntlid 1 with nvme0, subsys nqn.2024-01.com.example:pair, "
                "rejecting",
                KernelRefusal::cntlid_in_use, "nvme2", std::nullopt},
        Refused{"nvme nvme2: Subsystem does not support multiple controllers",
                KernelRefusal::one_controller, "nvme2", std::nullopt},
        Refused{"nvme nvme2: Mismatching cntlid: Connect 1 vs Identify 2, rejecting",
                KernelRefusal::cntlid_mismatch, "nvme2", std::nullopt},
        Refused{"nvme nvme2: Invalid MNAN value 0", KernelRefusal::mnan_invalid, "nvme2",
                std::nullopt},
        Refused{"nvme nvme1: Command set not reported for nsid:7", KernelRefusal::no_command_set,
                "nvme1", 7},
        Refused{"nvme nvme1: command set not reported for nsid: 7",
                KernelRefusal::other_command_set, "nvme1", 7},
        Refused{"nvme nvme1: Identify Descriptors failed (nsid=7, status=0x4002)",
                KernelRefusal::no_descriptors, "nvme1", 7},
        Refused{"nvme nvme1: Identify Descriptors failed (nsid=7, status=0x1)",
                KernelRefusal::no_descriptors, "nvme1", 7},
        Refused{"nvme nvme2: icdoff is not supported!", KernelRefusal::in_capsule_offset, "nvme2",
                std::nullopt},
        Refused{"nvme nvme2: Mandatory sgls are not supported!", KernelRefusal::no_sgls, "nvme2",
                std::nullopt},
        Refused{"nvme nvme2: keep-alive support is mandatory for fabrics",
                KernelRefusal::no_keep_alive, "nvme2", std::nullopt},
        Refused{"nvme nvme2: I/O queue command capsule supported size 2 < 4",
                KernelRefusal::command_capsule, "nvme2", std::nullopt},
        Refused{"nvme nvme2: I/O queue response capsule supported size 0 < 1",
                KernelRefusal::response_capsule, "nvme2", std::nullopt},
        Refused{"nvme nvme2: Minimum device page size 8192 too large for host (4096)",
                KernelRefusal::page_size, "nvme2", std::nullopt}));

TEST(RefusedPolicy, is_what_was_given_for_the_parameter) {
    for (const auto& [text, policy] : std::vector<std::pair<const char*, const char*>>{
             {"nvme_core: `queue-depth' invalid for parameter `iopolicy'", "queue-depth"},
             {"nvme_core: `' invalid for parameter `iopolicy'", ""},
             {"nvme_core: `a b' invalid for parameter `iopolicy'", "a b"}}) {
        EXPECT_EQ(refused_io_policy(text), policy) << text;
    }
    for (const char* const text :
         {"", "iopolicy'", "nvme_core: `x' invalid for parameter `multipath'",
          "queue-depth' invalid for parameter `iopolicy'",
          "nvme_core: `queue-depth' for parameter `iopolicy'", "nvme nvme0: `iopolicy'"}) {
        EXPECT_EQ(refused_io_policy(text), std::nullopt) << text;
    }
}

TEST(KernelHint, names_what_to_look_at) {
    const std::pair<const char*, const char*> hints[] = {
        {"nvme nvme0: ANATT timeout, resetting controller.", "nvme0"},
        {"nvme nvme0: Failed to get ANA log: -4", "nvme0"},
        {"block nvme0n1: no usable path - requeuing I/O", "nvme0n1"},
        {"block nvme0n1: no available path - failing I/O", "nvme0n1"},
        {"nvme0n1: detected capacity change from 2097152 to 4194304", "nvme0n1"},
        {"nvme0c1n1: detected capacity change from 2097152 to 0", "nvme0c1n1"},
        {"nvme nvme0: starting error recovery", "nvme0"},
        {"nvme nvme0: Reconnecting in 10 seconds...", "nvme0"},
        {"nvme nvme0: Successfully reconnected (attempt 1/60)", "nvme0"},
        {"nvme nvme0: Removing ctrl: NQN \"nqn.2024-01.com.example:pair\"", "nvme0"},
        {"nvme nvme0: Removing controller...", "nvme0"},
        {"nvme nvme0: Removing controller (-5)...", "nvme0"},
        {"nvme nvme0: disabling ANA support.", "nvme0"},
        {"nvme nvme0: resetting controller due to AER", "nvme0"},
        // Lost on the way, or an error of the kernel's own: it is asked again.
        {"nvme nvme0: Identify Descriptors failed (nsid=1, status=0x371)", "nvme0"},
        {"nvme nvme0: Identify Descriptors failed (nsid=1, status=0xfffffffc)", "nvme0"},
        {"nvme nvme0: Identify Descriptors failed (nsid=1, status=0x4006)", "nvme0"},
    };
    for (const auto& [text, device] : hints) {
        const auto message = parse_kernel_event(text);
        ASSERT_TRUE(message) << text;
        EXPECT_EQ(message->kind, KernelEventMessage::Kind::hint) << text;
        EXPECT_EQ(message->device, device) << text;
        EXPECT_EQ(message->nsid, std::nullopt) << text;
        EXPECT_EQ(message->refusal, std::nullopt) << text;
        EXPECT_THAT(text, ::testing::EndsWith(": " + message->reason));
    }
}

TEST(KernelMessage, tells_nothing_of_this_kind_otherwise) {
    for (const char* text : {
             "",
             ": ",
             "nvme nvme0: ",
             "nvme nvme0: creating 2 I/O queues.",
             "nvme nvme0: IDs don't match for shared namespace",
             "nvme nvme0: IDs don't match for shared namespace ",
             "nvme nvme0: IDs don't match for shared namespace x",
             "nvme nvme0: IDs don't match for shared namespace -2147483649",
             "nvme nvme0: IDs don't match for shared namespace -",
             "nvme nvme0: IDs don't match for shared namespace 2 or so",
             "nvme nvme0: IDs don't match for shared namespace 4294967296",
             "nvme nvme0: ignoring nsid 1",
             "nvme nvme0: Command set not reported for nsid:",
             "nvme nvme0: command set not reported for nsid:2",
             "nvme0n1: icdoff is not supported!",
             "nvme nvme0: Duplicate cntlid 1",
             "nvme0n1: Duplicate cntlid 1 with nvme0, subsys x, rejecting",
             "sda: detected capacity change from 0 to 8",
             "IDs don't match for shared namespace 2",
             "nvme_fabrics: IDs don't match for shared namespace 2",
             "a nvme nvme0: Reconnecting in 10 seconds...",
             "nvme nvme-subsys0x: Removing controller",
             "nvme nvme0 Removing controller",
         }) {
        EXPECT_EQ(parse_kernel_event(text), std::nullopt) << text;
    }
}

} // namespace
} // namespace haoh::linux_kernel
