// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/call.hpp"

#include "freed.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <new>

namespace haoh::test {
namespace {

using ::testing::HasSubstr;

template <typename Exception>
int failed(ErrorSlot& slot, Exception exception) {
    return capi::status_of(slot, [&]() -> int { throw exception; });
}

TEST(CapiError, says_operation_object_cause_and_advice) {
    ErrorSlot slot;
    EXPECT_EQ(failed(slot, Error(Errc::not_found, "open", "the door", "it is not there", "knock")),
              -HAOH_NOT_FOUND);
    EXPECT_EQ(slot.code(), HAOH_NOT_FOUND);
    EXPECT_EQ(slot.message(), "open the door: it is not there; knock");
    EXPECT_STREQ(haoh_error_operation(slot.get()), "open");
    EXPECT_STREQ(haoh_error_object(slot.get()), "the door");
    EXPECT_STREQ(haoh_error_cause(slot.get()), "it is not there");
    EXPECT_STREQ(haoh_error_advice(slot.get()), "knock");
    EXPECT_EQ(haoh_error_errno(slot.get()), 0);
}

TEST(CapiError, codes_are_those_of_errc) {
    for (int value = 1; value <= static_cast<int>(Errc::not_found); ++value) {
        ErrorSlot slot;
        EXPECT_EQ(failed(slot, Error(static_cast<Errc>(value), "do", "this")), -value);
        EXPECT_EQ(slot.code(), value);
    }
    EXPECT_EQ(static_cast<int>(Errc::not_found), HAOH_NOT_FOUND);
    EXPECT_EQ(static_cast<int>(Errc::invalid_argument), HAOH_INVALID_ARGUMENT);
}

TEST(CapiError, the_operating_system_gives_a_number) {
    ErrorSlot slot;
    EXPECT_EQ(failed(slot, Error({EACCES, std::generic_category()}, "open", "/dev/nvme0")),
              -HAOH_SYSTEM);
    EXPECT_EQ(haoh_error_errno(slot.get()), EACCES);
    EXPECT_THAT(slot.message(), HasSubstr("Permission denied"));
}

TEST(CapiError, no_exception_crosses) {
    ErrorSlot slot;
    EXPECT_EQ(failed(slot, std::runtime_error("a defect")), -HAOH_INTERNAL);
    EXPECT_EQ(slot.message(), "a defect");
    EXPECT_EQ(failed(slot, std::bad_alloc()), -HAOH_NO_MEMORY);
    EXPECT_EQ(failed(slot, 42), -HAOH_INTERNAL);
    EXPECT_EQ(capi::pointer_of(slot, []() -> char* { throw std::runtime_error("x"); }), nullptr);
    EXPECT_EQ(slot.message(), "x");
}

TEST(CapiError, nobody_needs_to_listen) {
    EXPECT_EQ(capi::status_of(nullptr, []() -> int { throw Error(Errc::closed, "do", "this"); }),
              -HAOH_CLOSED);
}

TEST(CapiError, success_does_not_touch_it) {
    auto* const mark = reinterpret_cast<haoh_error*>(8);
    haoh_error* error = mark;
    EXPECT_EQ(capi::status_of(&error, [] { return 7; }), 7);
    EXPECT_EQ(error, mark);
}

TEST(CapiError, none_is_no_error) {
    EXPECT_EQ(haoh_error_code(nullptr), HAOH_OK);
    EXPECT_EQ(haoh_error_errno(nullptr), 0);
    EXPECT_STREQ(haoh_error_message(nullptr), "");
    haoh_error_free(nullptr);
    haoh_text_free(nullptr);
}

TEST(CapiError, version) {
    EXPECT_EQ(haoh_api_version(), static_cast<unsigned>(HAOH_API_VERSION));
    EXPECT_THAT(haoh_version(), ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
}

} // namespace
} // namespace haoh::test
