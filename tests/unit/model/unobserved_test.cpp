// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/unobserved.hpp>

#include <haoh/error.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <set>

namespace haoh {
namespace {

TEST(UnobservedReason, HasAWordOfItsOwnThatIsReadBack) {
    std::set<std::string_view> words;
    for (unsigned number = 0; number <= static_cast<unsigned>(UnobservedReason::canceled);
         ++number) {
        const auto reason = static_cast<UnobservedReason>(number);
        const std::string_view word = to_string(reason);
        EXPECT_TRUE(words.insert(word).second) << word;
        EXPECT_EQ(parse_unobserved_reason(word), reason) << word;
    }
    EXPECT_EQ(words.count("?"), 0U);
    EXPECT_EQ(parse_unobserved_reason("?"), std::nullopt);
    EXPECT_EQ(parse_unobserved_reason("because"), std::nullopt);
    EXPECT_EQ(to_string(UnobservedReason::other), "other");
}

TEST(UnobservedReason, IsThatOfAnErrorsCode) {
    struct Case {
        std::error_code code;
        UnobservedReason reason;
    };
    const auto number = [](int value) { return std::error_code(value, std::generic_category()); };
    const std::array cases{
        Case{make_error_code(Errc::timed_out), UnobservedReason::timed_out},
        Case{make_error_code(Errc::closed), UnobservedReason::connection_lost},
        Case{make_error_code(Errc::terminated), UnobservedReason::connection_lost},
        Case{make_error_code(Errc::digest), UnobservedReason::protocol},
        Case{make_error_code(Errc::short_answer), UnobservedReason::protocol},
        Case{make_error_code(Errc::refused_host), UnobservedReason::host_not_allowed},
        Case{make_error_code(Errc::unknown_subsystem), UnobservedReason::not_found},
        Case{make_error_code(Errc::not_found), UnobservedReason::not_found},
        Case{make_error_code(Errc::not_authenticated), UnobservedReason::not_authenticated},
        Case{make_error_code(Errc::too_large), UnobservedReason::budget},
        Case{make_error_code(Errc::invalid_argument), UnobservedReason::other},
        Case{number(ECONNREFUSED), UnobservedReason::refused},
        Case{number(EHOSTUNREACH), UnobservedReason::unreachable},
        Case{number(ETIMEDOUT), UnobservedReason::timed_out},
        Case{number(EACCES), UnobservedReason::not_permitted},
        Case{number(EPERM), UnobservedReason::not_permitted},
        Case{number(ENOENT), UnobservedReason::not_found},
        Case{number(ECONNRESET), UnobservedReason::connection_lost},
        Case{number(EIO), UnobservedReason::other},
        Case{std::error_code(), UnobservedReason::other},
    };
    for (const Case& one : cases) {
        EXPECT_EQ(unobserved_reason(one.code), one.reason) << one.code.message();
    }
    const std::error_code system(ECONNREFUSED, std::system_category());
    EXPECT_EQ(unobserved_reason(system), UnobservedReason::refused);
}

} // namespace
} // namespace haoh
