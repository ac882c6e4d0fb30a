// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/path_ana_state.hpp>

#include <gtest/gtest.h>

#include <set>

namespace haoh {
namespace {

TEST(PathAnaState, is_read_from_its_text_and_gives_it_back) {
    for (const nvme::AnaState state : nvme::kAnaStates) {
        const PathAnaState read = PathAnaState::of(nvme::to_string(state));
        EXPECT_EQ(read.kind(), PathAnaState::defined) << read.text();
        EXPECT_EQ(read.state(), state) << read.text();
        EXPECT_EQ(read.text(), nvme::to_string(state));
        EXPECT_EQ(read, PathAnaState(state)) << read.text();
    }
}

TEST(PathAnaState, keeps_a_text_that_it_does_not_know) {
    // multipath.c, ana_state_show; then what a log may hold, and what only looks like a state.
    for (const char* const text :
         {"(null)", "invalid state", "invalid (5)", "Optimized", "change ", "unreadable", "\x1b"}) {
        const PathAnaState read = PathAnaState::of(text);
        EXPECT_EQ(read.kind(), PathAnaState::other) << text;
        EXPECT_EQ(read.state(), std::nullopt) << text;
        EXPECT_EQ(read.text(), text);
        EXPECT_EQ(read, PathAnaState::of(text));
    }
    EXPECT_EQ(PathAnaState(static_cast<nvme::AnaState>(5)), PathAnaState::of("invalid (5)"));
}

TEST(PathAnaState, tells_none_from_one_that_was_not_read) {
    EXPECT_EQ(PathAnaState().kind(), PathAnaState::none);
    EXPECT_EQ(PathAnaState(), PathAnaState::of(""));
    EXPECT_EQ(PathAnaState().text(), "");
    EXPECT_EQ(PathAnaState::not_read().kind(), PathAnaState::unreadable);
    EXPECT_EQ(PathAnaState::not_read().state(), std::nullopt);
    EXPECT_EQ(PathAnaState::not_read().text(), "unreadable");
    EXPECT_EQ((std::set{PathAnaState(), PathAnaState::not_read(), PathAnaState::of("unreadable"),
                        PathAnaState::of("a"), PathAnaState::of("b"),
                        PathAnaState(nvme::AnaState::change), PathAnaState::of("change")})
                  .size(),
              6U);
}

} // namespace
} // namespace haoh
