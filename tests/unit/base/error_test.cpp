// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/error.hpp>

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace haoh {
namespace {

TEST(Error, ReadsOperationObjectCauseAdvice) {
    const Error error(Errc::timed_out, "connect to", "tcp://10.0.0.1:4420",
                      "no answer within 5 seconds", "check the address and the firewall");
    EXPECT_STREQ(error.what(), "connect to tcp://10.0.0.1:4420: no answer within 5 seconds; check "
                               "the address and the firewall");
    EXPECT_EQ(error.operation(), "connect to");
    EXPECT_EQ(error.object(), "tcp://10.0.0.1:4420");
    EXPECT_EQ(error.cause(), "no answer within 5 seconds");
    EXPECT_EQ(error.advice(), "check the address and the firewall");
    EXPECT_EQ(error.code(), Errc::timed_out);
}

TEST(Error, TakesTheCauseFromTheCodeWhenNoneIsGiven) {
    const Error ours(Errc::digest, "read", "nvme0");
    EXPECT_STREQ(ours.what(), "read nvme0: a digest does not match");

    const Error errno_value(std::make_error_code(std::errc::connection_refused), "connect to",
                            "tcp://[::1]:4420");
    EXPECT_STREQ(errno_value.what(), "connect to tcp://[::1]:4420: Connection refused");
}

TEST(Error, LeavesOutWhatIsEmpty) {
    EXPECT_STREQ(Error(Errc::not_found, "", "pair.toml").what(), "pair.toml: not found");
    EXPECT_STREQ(Error(Errc::not_found, "open", "").what(), "open: not found");
    EXPECT_STREQ(Error(Errc::not_found, "", "", "no such key").what(), "no such key");
}

TEST(Error, IsSafeForATerminalWhateverAnArrayPutIntoIt) {
    const std::string nqn = "nqn.\x1b]0;owned\x07\n\xe2\x80\xae\xff";
    const std::string safe = "nqn.\\x1b]0;owned\\x07\\x0a\\xe2\\x80\\xae\\xff";
    const Error error(Errc::closed, "connect to " + nqn, nqn, "it is " + nqn, "see " + nqn);
    EXPECT_EQ(error.operation(), "connect to " + safe);
    EXPECT_EQ(error.object(), safe);
    EXPECT_EQ(error.cause(), "it is " + safe);
    EXPECT_EQ(error.advice(), "see " + safe);
    EXPECT_STREQ(error.what(),
                 ("connect to " + safe + " " + safe + ": it is " + safe + "; see " + safe).c_str());

    const Error again(Errc::closed, error.operation(), error.object(), error.cause());
    EXPECT_EQ(again.cause(), error.cause()) << "made safe once";
    const Error healthy(Errc::closed, "connect to", "Speicher\xc3\xbc", "a \\ b");
    EXPECT_STREQ(healthy.what(), "connect to Speicher\xc3\xbc: a \\ b");
}

TEST(Error, KeepsItsTextWhenCopiedAndCaughtAsStandardException) {
    const Error original(Errc::closed, "read from", "tcp://10.0.0.1:4420");
    try {
        throw Error(original);
    } catch (const std::system_error& caught) {
        EXPECT_STREQ(caught.what(), original.what());
        EXPECT_EQ(caught.code().category(), error_category());
    }
}

TEST(ErrorCategory, HasATextForEachCode) {
    EXPECT_STREQ(error_category().name(), "haoh");
    const std::vector<std::pair<Errc, const char*>> texts{
        {Errc::malformed, "malformed data"},
        {Errc::unexpected, "not expected at this point"},
        {Errc::timed_out, "no answer in time"},
        {Errc::closed, "the peer closed the connection"},
        {Errc::terminated, "the peer terminated the connection"},
        {Errc::digest, "a digest does not match"},
        {Errc::command_failed, "the command failed"},
        {Errc::refused_host, "the subsystem does not allow this host"},
        {Errc::unknown_subsystem, "no such subsystem"},
        {Errc::unstable, "the content changed at every attempt to read it"},
        {Errc::unsupported, "not supported"},
        {Errc::invalid_argument, "invalid argument"},
        {Errc::too_large, "too large"},
        {Errc::canceled, "canceled"},
        {Errc::not_found, "not found"},
        {Errc::short_answer, "fewer bytes came than were asked for"},
        {Errc::not_authenticated, "authentication is demanded"}};
    for (const auto& [code, text] : texts) {
        EXPECT_EQ(make_error_code(code).message(), text);
    }
    const int last = static_cast<int>(Errc::not_authenticated);
    EXPECT_EQ(texts.size(), static_cast<std::size_t>(last));
    EXPECT_EQ(error_category().message(last + 1), "error " + std::to_string(last + 1));
}

TEST(ErrorCategory, ComparesWithItselfWhereNoStandardConditionIsMeant) {
    for (const Errc code : {Errc::malformed, Errc::unexpected, Errc::terminated, Errc::digest,
                            Errc::command_failed, Errc::refused_host, Errc::unknown_subsystem,
                            Errc::unstable, Errc::too_large, Errc::not_found, Errc::short_answer}) {
        const std::error_condition condition = make_error_code(code).default_error_condition();
        EXPECT_EQ(condition.value(), static_cast<int>(code));
        EXPECT_EQ(condition.category(), error_category());
    }
}

TEST(ErrorCategory, ComparesWithTheStandardConditions) {
    EXPECT_EQ(make_error_code(Errc::timed_out), std::errc::timed_out);
    EXPECT_EQ(make_error_code(Errc::closed), std::errc::connection_reset);
    EXPECT_EQ(make_error_code(Errc::canceled), std::errc::operation_canceled);
    EXPECT_EQ(make_error_code(Errc::invalid_argument), std::errc::invalid_argument);
    EXPECT_EQ(make_error_code(Errc::unsupported), std::errc::not_supported);
    EXPECT_EQ(make_error_code(Errc::not_authenticated), std::errc::permission_denied);
    EXPECT_NE(make_error_code(Errc::digest), std::errc::timed_out);
}

} // namespace
} // namespace haoh
