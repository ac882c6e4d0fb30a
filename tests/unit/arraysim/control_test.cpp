// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/control.hpp>

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::arraysim {
namespace {

using testing::HasSubstr;
namespace c = control;

std::string refusal(std::string_view line) {
    try {
        (void)parse_control(line);
    } catch (const Error& error) {
        return error.what();
    }
    return "accepted";
}

TEST(Control, ReadsEachCommand) {
    EXPECT_EQ(parse_control("ana b 1 inaccessible"),
              ControlCommand(c::Ana{"b", 1, nvme::AnaState::inaccessible}));
    EXPECT_EQ(parse_control("  ana b all  optimized \r\n"),
              ControlCommand(c::Ana{"b", std::nullopt, nvme::AnaState::optimized}));
    EXPECT_EQ(parse_control("namespace add a 3"),
              ControlCommand(c::AddNamespace{"a", 3, std::nullopt}));
    EXPECT_EQ(parse_control("namespace add a 3 8MiB"),
              ControlCommand(c::AddNamespace{"a", 3, 8U << 20U}));
    EXPECT_EQ(parse_control("namespace remove a 3"), ControlCommand(c::RemoveNamespace{"a", 3}));
    EXPECT_EQ(parse_control("namespace resize a 3 4096"),
              ControlCommand(c::ResizeNamespace{"a", 3, 4096}));
    EXPECT_EQ(parse_control("namespace protect a 3 on"),
              ControlCommand(c::ProtectNamespace{"a", 3, true}));
    EXPECT_EQ(parse_control("down b"), ControlCommand(c::SetPower{"b", Power::down}));
    EXPECT_EQ(parse_control("hang b"), ControlCommand(c::SetPower{"b", Power::hung}));
    EXPECT_EQ(parse_control("up b"), ControlCommand(c::SetPower{"b", Power::up}));
    EXPECT_EQ(parse_control("hide b"), ControlCommand(c::SetPower{"b", Power::hidden}));
    EXPECT_EQ(parse_control("latency a 5ms"),
              ControlCommand(c::SetLatency{"a", std::chrono::milliseconds(5)}));
    EXPECT_EQ(parse_control("state"), ControlCommand(c::ShowState{}));
    EXPECT_EQ(parse_control("quit"), ControlCommand(c::Quit{}));
    EXPECT_EQ(parse_control("help"), ControlCommand(c::Help{}));
    EXPECT_EQ(parse_control("override b clear"), ControlCommand(c::ClearOverrides{"b"}));
}

TEST(Control, SetsFieldsByNameWithNumbersAndTexts) {
    const auto serial = std::get<c::SetField>(parse_control("set b sn 0001 with space"));
    EXPECT_EQ(serial.field, "sn");
    EXPECT_EQ(std::string(serial.value.begin(), serial.value.end()), "0001 with space     ");
    const auto noiob = std::get<c::SetField>(parse_control("set b 1 noiob 0x10"));
    EXPECT_EQ(noiob.nsid, 1U);
    EXPECT_EQ(noiob.value, (nvme::Bytes{0x10, 0}));
    const auto uuid =
        std::get<c::SetField>(parse_control("set b 2 uuid 00112233-4455-4677-8899-aabbccddeeff"));
    EXPECT_EQ(uuid.field, "uuid");
    EXPECT_EQ(uuid.value.at(5), 0x55);
    const auto nguid =
        std::get<c::SetField>(parse_control("set b 1 nguid 00112233445566778899001122334455"));
    EXPECT_EQ(nguid.value.front(), 0x00);
    EXPECT_EQ(nguid.value.back(), 0x55);
}

TEST(Control, OverridesFieldsOfAnswers) {
    const auto lie = std::get<c::AddOverride>(parse_control("override b ana-log group[0].state 5"));
    EXPECT_EQ(lie.spec.answer, AnswerKind::ana_log);
    EXPECT_EQ(lie.spec.field, "group[0].state");
    EXPECT_EQ(lie.spec.value, nvme::Bytes{5});
}

TEST(Control, SaysWhatIsWrongWithALine) {
    EXPECT_THAT(refusal(""), HasSubstr("command is missing"));
    EXPECT_THAT(refusal("explode a"), HasSubstr("'explode' is no command"));
    EXPECT_THAT(refusal("ana b"), HasSubstr("group is missing"));
    EXPECT_THAT(refusal("ana b x optimized"), HasSubstr("'x' is no ANA group"));
    EXPECT_THAT(refusal("ana b 1 perfect"), HasSubstr("'perfect' is no ANA state"));
    EXPECT_THAT(refusal("ana b 1 optimized now"), HasSubstr("'now' is too much"));
    EXPECT_THAT(refusal("namespace eat a 1"), HasSubstr("'eat' is not add"));
    EXPECT_THAT(refusal("namespace add a 4294967296"), HasSubstr("is no NSID"));
    EXPECT_THAT(refusal("namespace resize a 1 big"), HasSubstr("'big' is no size"));
    EXPECT_THAT(refusal("namespace protect a 1 maybe"), HasSubstr("neither on nor off"));
    EXPECT_THAT(refusal("set b bogus 1"), HasSubstr("has no field 'bogus'"));
    EXPECT_THAT(refusal("set b 1 uuid 12"), HasSubstr("'12' is no UUID"));
    EXPECT_THAT(refusal("set b uuid 12"), HasSubstr("has no field 'uuid'"));
    EXPECT_THAT(refusal("set b cmic 256"), HasSubstr("does not fit"));
    EXPECT_THAT(refusal("override b nothing x 1"), HasSubstr("'nothing' is no answer"));
    EXPECT_THAT(refusal("override b ana-log bogus 1"), HasSubstr("has no field 'bogus'"));
    EXPECT_THAT(refusal("latency a never"), HasSubstr("'never' is no time"));
    EXPECT_THAT(refusal("latency a 2000000"), HasSubstr("is no time"));
    EXPECT_THAT(refusal(std::string(kMaxControlLine + 1, 'a')), HasSubstr("at most 4096"));
}

TEST(Control, ReadsSizesAndTimes) {
    EXPECT_EQ(parse_size("64MiB"), 64U << 20U);
    EXPECT_EQ(parse_size("4 GiB"), 4ULL << 30U);
    EXPECT_EQ(parse_size("1000"), 1000U);
    EXPECT_EQ(parse_size("1TB"), 1000000000000U);
    for (const char* const bad : {"", "MiB", "1XB", "-1", "1.5MiB", "18446744073709551615KiB"}) {
        EXPECT_FALSE(parse_size(bad)) << bad;
    }
    EXPECT_EQ(parse_duration("5s"), std::chrono::seconds(5));
    EXPECT_EQ(parse_duration("250ms"), std::chrono::milliseconds(250));
    EXPECT_EQ(parse_duration("2"), std::chrono::seconds(2));
    EXPECT_FALSE(parse_duration("2 fortnights"));
}

} // namespace
} // namespace haoh::arraysim
