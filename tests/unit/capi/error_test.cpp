// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/call.hpp"

#include "freed.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <future>
#include <new>
#include <stdexcept>
#include <system_error>

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

/// What a caller learns of an exception.
struct Told {
    int code{};
    int number{};
    std::string cause;
};

template <typename Exception>
void expect_told(const Exception& exception, const Told& told) {
    ErrorSlot slot;
    EXPECT_EQ(failed(slot, exception), -told.code);
    EXPECT_EQ(slot.code(), told.code);
    EXPECT_EQ(haoh_error_errno(slot.get()), told.number);
    EXPECT_EQ(slot.message(), told.cause);
    EXPECT_EQ(haoh_error_cause(slot.get()), told.cause);
    EXPECT_STREQ(haoh_error_operation(slot.get()), "");
    EXPECT_STREQ(haoh_error_object(slot.get()), "");
    EXPECT_STREQ(haoh_error_advice(slot.get()), "");
}

TEST(CapiError, what_is_no_error_of_this_library_has_a_code_and_a_cause_as_well) {
    const std::system_error by_system({ENOENT, std::system_category()}, "a file");
    const std::system_error by_number({EIO, std::generic_category()}, "a disk");
    const std::system_error of_ours(make_error_code(Errc::timed_out), "an array");
    const std::system_error of_others(std::make_error_code(std::future_errc::no_state), "a future");
    expect_told(by_system, {HAOH_SYSTEM, ENOENT, by_system.what()});
    expect_told(by_number, {HAOH_SYSTEM, EIO, by_number.what()});
    expect_told(of_ours, {HAOH_TIMED_OUT, 0, of_ours.what()});
    expect_told(of_others, {HAOH_INTERNAL, 0, of_others.what()});
    expect_told(std::runtime_error("a defect"), {HAOH_INTERNAL, 0, "a defect"});
    expect_told(std::bad_alloc(), {HAOH_NO_MEMORY, 0, "out of memory"});
    expect_told(42, {HAOH_INTERNAL, 0, "an exception of unknown type"});
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
    ErrorSlot slot;
    const ConfigHandle config(haoh_config_parse("", 0, nullptr, slot));
    ASSERT_NE(config, nullptr);
    const auto* const other = reinterpret_cast<const haoh_error*>(config.get());
    EXPECT_EQ(haoh_error_code(other), HAOH_OK);
    EXPECT_EQ(haoh_error_errno(other), 0);
    for (const auto& part : {haoh_error_message, haoh_error_operation, haoh_error_object,
                             haoh_error_cause, haoh_error_advice}) {
        EXPECT_STREQ(part(nullptr), "");
        EXPECT_STREQ(part(other), "");
    }
    haoh_error_free(nullptr);
    haoh_text_free(nullptr);
}

TEST(CapiError, json_has_no_line_end_behind_it) {
    EXPECT_EQ(owned(capi::json_for_c("{}\n\n")), "{}");
    EXPECT_EQ(owned(capi::json_for_c("{\n}")), "{\n}");
    EXPECT_EQ(owned(capi::text_for_c("a line\n")), "a line\n");
    EXPECT_EQ(owned(capi::text_for_c("")), "");
}

TEST(CapiError, version) {
    EXPECT_EQ(haoh_api_version(), static_cast<unsigned>(HAOH_API_VERSION));
    EXPECT_THAT(haoh_version(), ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
}

} // namespace
} // namespace haoh::test
