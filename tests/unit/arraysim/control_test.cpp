// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/safe_text.hpp"

#include <arraysim/serve/control.hpp>

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <utility>

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
}

TEST(Control, KnowsEachAnaState) {
    // The names of the Base specification, as the help has them.
    const std::pair<const char*, nvme::AnaState> states[] = {
        {"optimized", nvme::AnaState::optimized},
        {"non-optimized", nvme::AnaState::non_optimized},
        {"inaccessible", nvme::AnaState::inaccessible},
        {"persistent-loss", nvme::AnaState::persistent_loss},
        {"change", nvme::AnaState::change},
    };
    for (const auto& [name, state] : states) {
        EXPECT_EQ(parse_control(std::string("ana b 4294967295 ") + name),
                  ControlCommand(c::Ana{"b", 4294967295U, state}));
        EXPECT_THAT(std::string(control_help()), HasSubstr(name));
    }
}

TEST(Control, MissesEachWordByItsName) {
    const std::pair<const char*, const char*> lines[] = {
        {"ana", "array is missing"},
        {"ana b 1", "ANA state is missing"},
        {"namespace", "is missing"},
        {"namespace add", "array is missing"},
        {"namespace add a", "NSID is missing"},
        {"namespace resize a 1", "size is missing"},
        {"namespace protect a 1", "on or off is missing"},
        {"set", "array is missing"},
        {"set b", "field is missing"},
        {"set b 1", "field is missing"},
        {"set b sn", "value is missing"},
        {"set b sn \t ", "value is missing"},
        {"set b 1 uuid", "value is missing"},
        {"override", "array is missing"},
        {"override b", "answer is missing"},
        {"override b ana-log", "field is missing"},
        {"override b ana-log chgc", "value is missing"},
        {"down", "array is missing"},
        {"latency", "array is missing"},
        {"latency a", "time is missing"},
        {"ana b 4294967296 optimized", "is no ANA group"},
        {"ana b 0x optimized", "'0x' is no ANA group"},
        {"namespace add a 1x", "'1x' is no NSID"},
        {"namespace remove a 1 2", "'2' is too much"},
        {"set b 4294967296 noiob 1", "has no field '4294967296'"},
        {"override b clear all", "'all' is too much"},
        {"state now", "'now' is too much"},
        {"hung b", "'hung' is no command"},
        {"hidden b", "'hidden' is no command"},
    };
    for (const auto& [line, cause] : lines) {
        EXPECT_THAT(refusal(line), HasSubstr(cause)) << line;
        EXPECT_THAT(refusal(line), HasSubstr(base::safe_text(line))) << "names the whole line";
    }
}

TEST(Control, ReadsWordsBetweenAnyBlanks) {
    EXPECT_EQ(parse_control("\tana\tb\t0x1F\tchange\t\n"),
              ControlCommand(c::Ana{"b", 31, nvme::AnaState::change}));
    EXPECT_EQ(parse_control("ana b 0X1f change"),
              ControlCommand(c::Ana{"b", 31, nvme::AnaState::change}));
    EXPECT_EQ(parse_control("namespace protect a 3 off"),
              ControlCommand(c::ProtectNamespace{"a", 3, false}));
    EXPECT_THAT(refusal(std::string(kMaxControlLine, 'a')), HasSubstr("is no command"));
}

TEST(Control, TakesTextsAsTextsAndOthersAsNumbers) {
    for (const char* const field : {"sn", "mn", "fr", "subnqn"}) {
        const auto set =
            std::get<c::SetField>(parse_control(std::string("set b ") + field + " 12"));
        ASSERT_GT(set.value.size(), 2U) << field;
        EXPECT_EQ(set.value[0], '1') << field;
        EXPECT_EQ(set.value[1], '2') << field;
        EXPECT_EQ(set.nsid, std::nullopt);
    }
    // EUI-64: sixteen digits fill the field, fewer are a number; both are told highest byte first.
    const auto whole = std::get<c::SetField>(parse_control("set b 1 eui64 0011223344556677"));
    EXPECT_EQ(whole.value.size(), 8U);
    const auto none = std::get<c::SetField>(parse_control("set b 1 uuid none"));
    EXPECT_EQ(none.value, nvme::Bytes(16, 0));
    EXPECT_EQ(none.nsid, 1U);
    EXPECT_EQ(none.field, "uuid");
    const auto cntlid = std::get<c::SetField>(parse_control("set b cntlid 4660"));
    EXPECT_EQ(cntlid.value, (nvme::Bytes{0x34, 0x12})) << "little endian";
}

TEST(Control, CountsEachUnit) {
    const std::pair<const char*, std::uint64_t> sizes[] = {
        {"3", 3},
        {"3B", 3},
        {"3KiB", 3ULL * 1024},
        {"3MiB", 3ULL * 1024 * 1024},
        {"3GiB", 3ULL * 1024 * 1024 * 1024},
        {"3TiB", 3ULL * 1024 * 1024 * 1024 * 1024},
        {"3KB", 3'000},
        {"3MB", 3'000'000},
        {"3GB", 3'000'000'000},
        {"3TB", 3'000'000'000'000},
        {"18446744073709551615", 18446744073709551615U},
        {"0x10", 0}, // not a number with a unit
    };
    for (const auto& [text, bytes] : sizes) {
        EXPECT_EQ(parse_size(text), bytes == 0 ? std::nullopt : std::optional(bytes)) << text;
    }
}

} // namespace
} // namespace haoh::arraysim
