// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/controller_state.hpp>

#include <haoh/kernel.hpp>

#include <gtest/gtest.h>

#include <set>

namespace haoh {
namespace {

TEST(ControllerState, IsReadFromItsTextAndGivesItBack) {
    // drivers/nvme/host/sysfs.c, nvme_sysfs_show_state; then a monitor's own.
    for (const auto& [text, kind] : {std::pair{"", ControllerState::unknown},
                                     {"new", ControllerState::created},
                                     {"live", ControllerState::live},
                                     {"resetting", ControllerState::resetting},
                                     {"connecting", ControllerState::connecting},
                                     {"deleting", ControllerState::deleting},
                                     {"deleting (no IO)", ControllerState::deleting_no_io},
                                     {"dead", ControllerState::dead},
                                     {"lost", ControllerState::lost},
                                     {"unreadable", ControllerState::unreadable}}) {
        const ControllerState state = ControllerState::of(text);
        EXPECT_EQ(state.kind(), kind) << text;
        EXPECT_EQ(state.text(), text);
        EXPECT_EQ(state, ControllerState(kind)) << text;
        EXPECT_EQ(state.is_live(), kind == ControllerState::live) << text;
    }
}

TEST(ControllerState, KeepsATextThatItDoesNotKnow) {
    for (const char* const text : {"unknown state", "live ", "Live", "deleting(no IO)", "\x1b"}) {
        const ControllerState state = ControllerState::of(text);
        EXPECT_EQ(state.kind(), ControllerState::other) << text;
        EXPECT_EQ(state.text(), text);
        EXPECT_EQ(state, ControllerState::of(text));
        EXPECT_FALSE(state.is_live());
    }
    EXPECT_NE(ControllerState::of("a"), ControllerState::of("b"));
    EXPECT_EQ((std::set{ControllerState::of("a"), ControllerState::of("b"),
                        ControllerState(ControllerState::live), ControllerState::of("a")})
                  .size(),
              3U);
}

TEST(ControllerState, OfAKernelIsTerminalWhereTheControllerGoes) {
    for (const auto& [text, terminal] : {std::pair{"live", false},
                                         {"new", false},
                                         {"resetting", false},
                                         {"connecting", false},
                                         {"deleting", true},
                                         {"deleting (no IO)", true},
                                         {"dead", true},
                                         {"", false},
                                         {"unknown state", false}}) {
        KernelController controller;
        controller.state = Attribute::of(text);
        EXPECT_EQ(controller.terminal(), terminal) << text;
    }
    KernelController unreadable;
    unreadable.state = {.state = Attribute::State::unreadable, .text = "live"};
    EXPECT_EQ(unreadable.known_state(), ControllerState::unknown);
    EXPECT_FALSE(unreadable.live());
}

} // namespace
} // namespace haoh
