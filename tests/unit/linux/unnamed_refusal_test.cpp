// SPDX-License-Identifier: LGPL-2.1-or-later
#include "linux/kernel_event_message.hpp"

#include <gtest/gtest.h>

namespace haoh::linux_kernel {
namespace {

struct Unnamed {
    const char* text;
    KernelRefusal refusal;
    const char* origin;
    std::optional<std::uint32_t> number;
    const char* said;
};

/// As the kernel prints them: tcp.c nvme_tcp_init_connection, fabrics.c nvmf_host_add, blk-settings.c
/// blk_validate_limits, core.c nvme_update_ns_info_block.
const std::vector<Unnamed>& unnamed() {
    static const std::vector<Unnamed> all{
        {"nvme_tcp: queue 0: unsupported cpda returned 4", KernelRefusal::data_alignment,
         "nvme_tcp", std::nullopt, "queue 0: unsupported cpda returned 4"},
        {"nvme_fabrics: found same hostnqn nqn.x but different hostid "
         "68616f68-0000-4000-8000-000000000001",
         KernelRefusal::host_identity, "nvme_fabrics", std::nullopt,
         "found same hostnqn nqn.x but different hostid 68616f68-0000-4000-8000-000000000001"},
        {"nvme_fabrics: found same hostid 68616f68-0000-4000-8000-000000000001 but different "
         "hostnqn nqn.x",
         KernelRefusal::host_identity, "nvme_fabrics", std::nullopt,
         "found same hostid 68616f68-0000-4000-8000-000000000001 but different hostnqn nqn.x"},
        {"Invalid physical block size (1536)", KernelRefusal::physical_block, "", 1536,
         "Invalid physical block size (1536)"},
        {"nvme nvme1: invalid LBA data size 8, skipping namespace", KernelRefusal::block_size,
         "nvme1", 8, "invalid LBA data size 8, skipping namespace"},
    };
    return all;
}

TEST(UnnamedRefusal, says_what_is_known) {
    for (const Unnamed& one : unnamed()) {
        const auto refusal = parse_unnamed_refusal(one.text);
        ASSERT_TRUE(refusal) << one.text;
        EXPECT_EQ(*refusal, (UnnamedRefusal{.refusal = one.refusal,
                                            .origin = one.origin,
                                            .number = one.number,
                                            .text = one.said}));
        EXPECT_EQ(parse_kernel_event(one.text), std::nullopt) << "it names no path and no state";
        EXPECT_EQ(refusal_message(one.refusal, 0), "") << one.text;
    }
}

TEST(UnnamedRefusal, is_no_other) {
    for (const char* const text :
         {"", ": ", "queue 0: unsupported cpda returned 4", "nvme_tcp: queue 0: bad pfv returned 1",
          "nvme_rdma: queue 0: unsupported cpda returned 4",
          "nvme_tcp: queue x: unsupported cpda returned 4",
          "nvme_tcp: queue 0: unsupported cpda returned 4 times",
          "nvme_fabrics: found same hostnqn nqn.x", "nvme_fabrics: but different hostid 1",
          "found same hostid 1 but different hostnqn nqn.x", "Invalid physical block size (x)",
          "Invalid physical block size (1536) of sda", "Invalid logical block size (1536)",
          "sda: Invalid physical block size (1536)",
          "nvme nvme1c0n1: invalid LBA data size 8, skipping namespace",
          "nvme1: invalid LBA data size 8, skipping namespace",
          "nvme nvme1: invalid LBA data size 8"}) {
        EXPECT_EQ(parse_unnamed_refusal(text), std::nullopt) << text;
    }
}

TEST(UnnamedRefusal, of_the_block_layer_may_be_of_any_disk) {
    for (const Unnamed& one : unnamed()) {
        EXPECT_EQ(is_of_any_disk(one.text), one.refusal == KernelRefusal::physical_block);
    }
    EXPECT_FALSE(is_of_any_disk("sda: detected capacity change from 0 to 8"));
}

} // namespace
} // namespace haoh::linux_kernel
