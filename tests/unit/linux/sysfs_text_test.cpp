// SPDX-License-Identifier: LGPL-2.1-or-later
// sysfs.c: nvme_subsys_show_str_function writes a field of Identify Controller with "%.*s", up to its
// length without the blanks and NULs at its end; printf ends at the first NUL.
#include "linux/sysfs_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace haoh::linux_kernel {
namespace {

std::string shown(const std::string& field) {
    return sysfs_text(nvme::Bytes(field.begin(), field.end()));
}

TEST(SysfsText, is_the_field_without_what_pads_it) {
    EXPECT_EQ(shown("CZ3D4F5G6H          "), "CZ3D4F5G6H");
    EXPECT_EQ(shown("CZ3D4F5G6H"), "CZ3D4F5G6H");
    EXPECT_EQ(shown("7.2\n\t\v\f\r "), "7.2");
    EXPECT_EQ(shown("x"), "x");
    EXPECT_EQ(shown("  two words "), "  two words") << "only at the end";
}

TEST(SysfsText, ends_at_a_nul_byte) {
    EXPECT_EQ(shown(std::string("SN\0\0\0\0", 6)), "SN");
    EXPECT_EQ(shown(std::string("SN \0OTHER", 9)), "SN");
    EXPECT_EQ(shown(std::string("\0SN", 3)), "");
}

TEST(SysfsText, of_nothing_is_empty) {
    EXPECT_EQ(shown(""), "");
    EXPECT_EQ(shown("    "), "");
}

TEST(SysfsText, keeps_bytes_that_are_no_text) {
    EXPECT_EQ(shown("A\x01\xFF "), "A\x01\xFF");
}

// multipath.c: nvme_ana_state_names[0] is "invalid state"; printf of a NULL is "(null)".
TEST(AnaStateOfSysfs, says_that_no_group_told_one) {
    EXPECT_TRUE(says_no_ana_state("invalid state"));
    EXPECT_TRUE(says_no_ana_state("(null)"));
    for (const char* const state : {"", "optimized", "non-optimized", "inaccessible",
                                    "persistent-loss", "change", "null", "invalid"}) {
        EXPECT_FALSE(says_no_ana_state(state)) << state;
    }
}

} // namespace
} // namespace haoh::linux_kernel
