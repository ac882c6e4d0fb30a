// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/observed_pages.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace haoh::model {
namespace {

/// The command by which a page is asked for, as the specification has it.
struct Asked {
    const char* key;
    std::uint8_t opcode;
    std::uint32_t cdw10; ///< CNS and CNTID; of Get Log Page LID, RAE and NUMDL
    std::uint32_t nsid;
    std::uint32_t bytes;
};

TEST(ObservedPages, OfAControllerAreAskedForByTheirCommands) {
    constexpr std::uint32_t kRetain = 1U << 15U;
    const std::vector<Asked> expected{
        {"identify", 0x06, 0x01, 0, 4096},
        {"io_command_sets", 0x06, 0x00070000 | 0x1C, 0, 4096},
        {"controller_list", 0x06, 0x13, 0, 4096},
        {"supported_logs", 0x02, (1024U / 4 - 1) << 16U | kRetain, 0, 1024},
        {"nvm_controller", 0x06, 0x06, 0, 4096},
        {"commands_log", 0x02, (4096U / 4 - 1) << 16U | kRetain | 0x05, 0, 4096},
        {"firmware_log", 0x02, (512U / 4 - 1) << 16U | kRetain | 0x03, 0xFFFFFFFF, 512},
        {"allocated_nsids", 0x06, 0x10, 0, 4096},
        {"domain_list", 0x06, 0x18, 0, 4096}};
    ASSERT_EQ(kControllerPages.size(), expected.size());
    for (const Asked& one : expected) {
        const auto row = std::find_if(
            kControllerPages.begin(), kControllerPages.end(),
            [&](const ControllerPage& page) { return std::string(page.key) == one.key; });
        ASSERT_NE(row, kControllerPages.end()) << one.key;
        const nvme::AdminCommand command = row->command(7);
        EXPECT_EQ(command.opcode, one.opcode) << one.key;
        EXPECT_EQ(command.cdw[0], one.cdw10) << one.key;
        EXPECT_EQ(command.nsid, one.nsid) << one.key;
        EXPECT_EQ(command.data_in, one.bytes) << one.key;
        EXPECT_EQ(row->length, one.bytes) << one.key;
    }
}

TEST(ObservedPages, OfANamespaceAreIdentifyPages) {
    std::set<std::pair<std::string, std::uint32_t>> seen;
    for (const PathPage& row : kPathPages) {
        const nvme::AdminCommand command = row.command(5);
        EXPECT_EQ(command.opcode, 0x06) << row.key;
        EXPECT_EQ(command.nsid, 5U) << row.key;
        seen.emplace(row.key, command.cdw[0]);
    }
    EXPECT_EQ(seen, (std::set<std::pair<std::string, std::uint32_t>>{{"identify", 0x00},
                                                                     {"descriptors", 0x03},
                                                                     {"nvm", 0x05},
                                                                     {"independent", 0x08},
                                                                     {"controllers", 0x12}}));
}

TEST(ObservedPages, EachMemberHasOneRow) {
    // Who adds a page to an observation is stopped here, and adds its row.
    const ControllerObservation controller;
    const auto& [name, host, transport, traddr, trsvcid, target, subsysnqn, connection, properties,
                 identify, io_command_sets, active_nsids, active_problems, controller_list,
                 supported_logs, features, ana, namespaces, probed_cntlids, unread, active_error,
                 nvm_controller, commands_log, firmware_log, allocated_nsids, domain_list] =
        controller;
    std::vector<const Page*> rows;
    for (const ControllerPage& row : kControllerPages) {
        rows.push_back(&(controller.*row.page));
        EXPECT_EQ(&row_of(row.page), &row);
    }
    EXPECT_EQ(rows, (std::vector<const Page*>{&identify, &supported_logs, &controller_list,
                                              &io_command_sets, &nvm_controller, &commands_log,
                                              &firmware_log, &allocated_nsids, &domain_list}));
    const NamespaceObservation path;
    const auto& [nsid, of_path, descriptors, nvm, independent, controllers] = path;
    std::vector<const Page*> of_paths;
    for (const PathPage& row : kPathPages) {
        of_paths.push_back(&(path.*row.page));
        EXPECT_EQ(&row_of(row.page), &row);
    }
    EXPECT_EQ(of_paths,
              (std::vector<const Page*>{&of_path, &descriptors, &nvm, &independent, &controllers}));
}

} // namespace
} // namespace haoh::model
