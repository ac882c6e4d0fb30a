// SPDX-License-Identifier: LGPL-2.1-or-later
// sysfs.c: nvme_sysfs_show_state has the names.
#include <haoh/controller_state.hpp>

#include <gtest/gtest.h>

#include <utility>

namespace haoh {
namespace {

TEST(ControllerState, IsCalledAsInSysfs) {
    for (const auto& [state, name] :
         {std::pair{ControllerState::fresh, "new"}, std::pair{ControllerState::live, "live"},
          std::pair{ControllerState::resetting, "resetting"},
          std::pair{ControllerState::connecting, "connecting"},
          std::pair{ControllerState::deleting, "deleting"},
          std::pair{ControllerState::deleting_no_io, "deleting (no IO)"},
          std::pair{ControllerState::dead, "dead"}}) {
        EXPECT_EQ(to_string(state), name);
        EXPECT_EQ(parse_controller_state(name), state) << name;
    }
}

TEST(ControllerState, OfAnotherWordIsUnknown) {
    for (const char* const word : {"", "alive", "Live", "deleting ", "deleting (NO IO)", "lost"}) {
        EXPECT_EQ(parse_controller_state(word), ControllerState::unknown) << word;
    }
    EXPECT_EQ(to_string(ControllerState::unknown), "");
}

} // namespace
} // namespace haoh
