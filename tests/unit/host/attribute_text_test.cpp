// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/attribute_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>

namespace haoh::host {
namespace {

using State = Attribute::State;
using namespace std::string_view_literals;

TEST(AttributeText, loses_the_white_space_at_its_end_only) {
    EXPECT_EQ(attribute_of("live\n"), Attribute::of("live"));
    EXPECT_EQ(attribute_of("  Example Array   \n").text, "  Example Array");
    EXPECT_EQ(attribute_of("(null)\n").text, "(null)");
    EXPECT_EQ(attribute_of("invalid state\n").text, "invalid state");
}

TEST(AttributeText, knows_empty_from_something) {
    EXPECT_EQ(attribute_of("").state, State::empty);
    EXPECT_EQ(attribute_of("\n").state, State::empty);
    EXPECT_EQ(attribute_of("0\n").state, State::ok);
}

TEST(AttributeText, notes_the_nul_bytes_of_a_recording) {
    std::string page = "optimized\n";
    page.resize(kMaxAttributeBytes, '\0');
    const Attribute padded = attribute_of(page);
    EXPECT_TRUE(padded.ok());
    EXPECT_TRUE(padded.nul_padded);
    EXPECT_EQ(padded.text, "optimized");

    const Attribute nothing = attribute_of(std::string(kMaxAttributeBytes, '\0'));
    EXPECT_EQ(nothing.state, State::empty);
    EXPECT_TRUE(nothing.nul_padded);
    EXPECT_FALSE(attribute_of("live\n").nul_padded);
}

TEST(AttributeText, takes_no_binary_for_text) {
    const Attribute binary = attribute_of("a\0b"sv);
    EXPECT_EQ(binary.state, State::unreadable);
    EXPECT_EQ(binary.text, "NUL bytes inside its text");
}

TEST(AttributeText, takes_a_page_and_no_more) {
    EXPECT_TRUE(attribute_of(std::string(kMaxAttributeBytes, 'x')).ok());
    const Attribute long_one = attribute_of(std::string(kMaxAttributeBytes + 1, 'x'));
    EXPECT_EQ(long_one.state, State::unreadable);
    EXPECT_EQ(long_one.text, "longer than 65536 bytes");
}

TEST(AttributeText, names_errors) {
    EXPECT_EQ(errno_text(EACCES), "Permission denied");
    EXPECT_EQ(errno_text(-1), "unknown error");
}

} // namespace
} // namespace haoh::host
