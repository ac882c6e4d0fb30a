// SPDX-License-Identifier: LGPL-2.1-or-later
// The guest itself: what the other tests rely on.
#include "guest.hpp"

#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "requirements.hpp"

namespace haoh::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class GuestTest : public testing::TestWithParam<std::string> {};

TEST_P(GuestTest, boots_runs_commands_and_is_killed) {
    HAOH_REQUIRE(why_no_guests({GetParam()}));
    Guest guest({.name = "guest-" + GetParam(), .kernel = GetParam()});
    EXPECT_THAT(guest.must("uname -r"), testing::StartsWith(GetParam() + "."));

    const auto failed = guest.run("echo out; echo err >&2; exit 3");
    EXPECT_EQ(failed.status, 3);
    EXPECT_EQ(failed.output, "out\nerr\n");

    // Commands run side by side, and an answer of any size arrives whole.
    const auto sleeper = guest.start("sleep 1000");
    EXPECT_EQ(guest.run("yes haoh | head -c 1000000").output.size(), 1000000U);
    EXPECT_FALSE(guest.ended(sleeper));
    guest.must("killall sleep");
    EXPECT_EQ(guest.wait(sleeper).status, 128 + SIGTERM);

    EXPECT_THAT(guest.kmsg(), HasSubstr("Linux version"));
    guest.kill();
    EXPECT_FALSE(guest.alive());
    EXPECT_THROW(guest.run("true"), GuestError);
}

INSTANTIATE_TEST_SUITE_P(kernels, GuestTest, testing::ValuesIn(kernel_flavours()),
                         kernel_test_name);

TEST(GuestConsole, tells_a_boot_that_the_emulator_spoilt) {
    EXPECT_TRUE(died_before_init("[    0.97] RIP: 0010:text_poke_early+0x68/0xa0\n"
                                 "[    0.97] Kernel panic - not syncing: Attempted to kill the "
                                 "idle task!\n"));
    EXPECT_FALSE(died_before_init(""));
    EXPECT_FALSE(died_before_init("[    9.12] Kernel panic - not syncing: Attempted to kill init! "
                                  "exitcode=0x00000100\n"));
}

TEST(GuestConsole, tells_a_kernel_that_the_emulator_spoilt_later) {
    EXPECT_TRUE(
        spoilt_by_emulation("RIP: 0010:0x0\nRSP: 0018:ffffc9000015bcc0 EFLAGS: 0e508646\n"));
    EXPECT_TRUE(spoilt_by_emulation("RSP: 0018:ffffc9000063fa80 EFLAGS: 00010246\n"
                                    "RSP: 0018:ffffc9000063fa80 EFLAGS: 05974a02\n"));
    EXPECT_TRUE(spoilt_by_emulation("int3: 0000 [#1] PREEMPT SMP NOPTI\n"));
    // A fault of the kernel's own stays one.
    EXPECT_FALSE(spoilt_by_emulation("#PF: supervisor read access in kernel mode\n"
                                     "RIP: 0010:nvme_update_ns_info+0x10/0x40\n"
                                     "RSP: 0018:ffffc9000015bcc0 EFLAGS: 00210246\n"));
    EXPECT_FALSE(spoilt_by_emulation("Kernel panic - not syncing: Fatal exception\n"));
    EXPECT_FALSE(spoilt_by_emulation("EFLAGS: "));
    EXPECT_FALSE(spoilt_by_emulation(""));
}

TEST(GuestCommands, slow_command_is_killed_and_its_output_told) {
    HAOH_REQUIRE(why_no_guests({"6.12"}));
    Guest guest({.name = "guest-slow"});
    guest.wait_ready();
    try {
        guest.run("echo begun; sleep 1000", seconds(2));
        FAIL() << "the command should have been killed";
    } catch (const GuestError& error) {
        EXPECT_THAT(error.what(), HasSubstr("longer than 2000 ms"));
        EXPECT_THAT(error.what(), HasSubstr("begun"));
    }
    EXPECT_NE(guest.run("pidof sleep").status, 0);
    EXPECT_THROW(guest.wait_until("false", "what never comes", seconds(1)), GuestError);
    EXPECT_EQ(guest.wait_until("[ -e /tmp/mark ] || { touch /tmp/mark; false; }", "a mark"), "");
}

TEST(GuestCommands, frozen_guest_does_not_answer_until_thawed) {
    HAOH_REQUIRE(why_no_guests({"6.12"}));
    Guest guest({.name = "guest-frozen"});
    guest.wait_ready();
    guest.freeze();
    const auto command = guest.start("echo alive");
    EXPECT_FALSE(guest.ended(command, milliseconds(500)));
    EXPECT_TRUE(guest.alive());
    guest.thaw();
    EXPECT_EQ(guest.wait(command).output, "alive\n");
}

} // namespace
} // namespace haoh::test
