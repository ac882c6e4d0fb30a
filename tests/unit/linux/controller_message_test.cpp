// SPDX-License-Identifier: LGPL-2.1-or-later
#include "linux/controller_message.hpp"

#include <gtest/gtest.h>

namespace haoh::linux_kernel {
namespace {

using Kind = ControllerMessage::Kind;

TEST(ControllerMessage, TellsWhatWasConnectedWhere) {
    // tcp.c, nvme_tcp_create_ctrl: with the host NQN from 6.10 on, without before.
    const auto recent = parse_controller_message(
        "nvme nvme3: new ctrl: NQN \"nqn.2026-01.io.example:x\", addr 10.0.0.1:4420, hostnqn: "
        "nqn.2014-08.org.nvmexpress:uuid:1");
    ASSERT_TRUE(recent);
    EXPECT_EQ(recent->kind, Kind::connected);
    EXPECT_EQ(recent->controller, "nvme3");
    EXPECT_EQ(recent->subsysnqn, "nqn.2026-01.io.example:x");
    EXPECT_EQ(recent->address, "10.0.0.1:4420");
    const auto older =
        parse_controller_message("nvme nvme3: new ctrl: NQN \"a, b\", addr [fd00::1]:4420");
    ASSERT_TRUE(older);
    EXPECT_EQ(older->subsysnqn, "a, b");
    EXPECT_EQ(older->address, "[fd00::1]:4420");
}

TEST(ControllerMessage, TellsGivingUpFromTakingAway) {
    for (const char* const text :
         {"nvme nvme1: Removing controller...", "nvme nvme1: Removing controller (-110)..."}) {
        const auto message = parse_controller_message(text);
        ASSERT_TRUE(message) << text;
        EXPECT_EQ(message->kind, Kind::given_up);
        EXPECT_EQ(message->controller, "nvme1");
        EXPECT_EQ(message->text, std::string(text).substr(12));
    }
    const auto message = parse_controller_message("nvme nvme1: Removing ctrl: NQN \"n\"");
    ASSERT_TRUE(message);
    EXPECT_EQ(message->kind, Kind::removed);
    EXPECT_EQ(message->subsysnqn, "n");
}

TEST(ControllerMessage, IsNoOther) {
    for (const char* const text :
         {"", "nvme nvme1: Reconnecting in 10 seconds...", "nvme nvme1c1n1: Removing controller...",
          "nvme0n1: Removing controller...", "Removing controller...", "nvme nvme1:"}) {
        EXPECT_FALSE(parse_controller_message(text)) << text;
    }
    const auto cut = parse_controller_message("nvme nvme1: new ctrl: NQN \"cut");
    ASSERT_TRUE(cut);
    EXPECT_EQ(cut->subsysnqn, "");
    EXPECT_EQ(cut->address, "");
}

} // namespace
} // namespace haoh::linux_kernel
