// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/accept/deviation.hpp"

#include <haoh/error.hpp>
#include <haoh/waivers.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace haoh::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kWhole = R"([[waiver]]
rule = "ns.lbaf_active.*"
subsystems = ["nqn.2026-01.*"]
arrays = ["array-a", "array-b"]
hosts = ["alpha"]
nsids = [2, 7]
namespaces = ["B0E7A181-b104-4a33-831d-922317d0ab5e", "001b448b00112233"]
kernels = ["6.12*"]
reason = "  fixed in 4.2, ticket 1234 "
owner = "storage team"
expires = 2027-01-31
)";

std::string waiver_text(const std::string& rule, const std::string& rest) {
    return "# of a lab\n[[waiver]]\nrule = \"" + rule + "\"\n" + rest;
}

const std::string kAnswered = "reason = \"known\"\nowner = \"me\"\nexpires = 2027-01-31\n";

std::string refusal_of_waivers(const std::string& text) {
    try {
        static_cast<void>(parse_waivers(text, "w.toml", kThisDay));
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::malformed) << error.what();
        return error.what();
    }
    return {};
}

TEST(WaiverFile, IsReadWhole) {
    const Waivers waivers = parse_waivers(kWhole, "w.toml", kThisDay);
    EXPECT_EQ(waivers.file, "w.toml");
    ASSERT_EQ(waivers.all.size(), 1U);
    const Waiver& one = waivers.all.front();
    EXPECT_EQ(one.rule, "ns.lbaf_active.*");
    EXPECT_THAT(one.subsystems, ElementsAre("nqn.2026-01.*"));
    EXPECT_THAT(one.arrays, ElementsAre("array-a", "array-b"));
    EXPECT_THAT(one.hosts, ElementsAre("alpha"));
    EXPECT_THAT(one.nsids, ElementsAre(2U, 7U));
    EXPECT_THAT(one.namespaces,
                ElementsAre("b0e7a181b1044a33831d922317d0ab5e", "001b448b00112233"));
    EXPECT_THAT(one.kernels, ElementsAre("6.12*"));
    EXPECT_EQ(one.reason, "fixed in 4.2, ticket 1234");
    EXPECT_EQ(one.owner, "storage team");
    EXPECT_EQ(format_day(one.expires), "2027-01-31");
    EXPECT_EQ(one.where, "w.toml:1");
}

TEST(WaiverFile, MayBeEmptyOrSayLittle) {
    EXPECT_THAT(parse_waivers("", "w.toml", kThisDay).all, IsEmpty());
    EXPECT_EQ(refusal_of_waivers(waiver_text("ns.uuid.equal", kAnswered)), "");
}

struct RefusedWaiver {
    const char* text;
    const char* place;
    const char* cause;
};

TEST(WaiverFile, IsRefusedWithFileLineAndKey) {
    const RefusedWaiver cases[] = {
        {"owner = \"me\"\nexpires = 2027-01-31\n", "w.toml:2: waiver.reason", "missing"},
        {"reason = \"known\"\nexpires = 2027-01-31\n", "w.toml:2: waiver.owner", "missing"},
        {"reason = \"known\"\nowner = \"me\"\n", "w.toml:2: waiver.expires", "missing"},
        {"reason = \" \"\nowner = \"me\"\nexpires = 2027-01-31\n", "w.toml:4: waiver.reason",
         "empty"},
        {"reason = \"todo\"\nowner = \"me\"\nexpires = 2027-01-31\n", "w.toml:4: waiver.reason",
         "still to be filled in"},
        {"reason = \" todo: ask\"\nowner = \"me\"\nexpires = 2027-01-31\n",
         "w.toml:4: waiver.reason", "still to be filled in"},
        {"reason = \"known\"\nowner = \"FILL IN: who\"\nexpires = 2027-01-31\n",
         "w.toml:5: waiver.owner", "still to be filled in"},
        {"reason = \"known\"\nowner = \"me\"\nexpires = \"2027-01-31\"\n",
         "w.toml:6: waiver.expires", "must be a date, not a string"},
        {"reason = \"known\"\nowner = \"me\"\nexpires = 2027-01-31T00:00:00Z\n",
         "w.toml:6: waiver.expires", "must be a date"},
        {"reason = \"known\"\nowner = \"me\"\nexpires = 2027-12-03\n", "w.toml:6: waiver.expires",
         "more than 366 days away"},
        {"reason = \"known\"\nowner = \"me\"\nexpires = 2027-01-31\nnsids = [0]\n",
         "w.toml:7: waiver.nsids", "0 is not from 1"},
        {"reason = \"known\"\nowner = \"me\"\nexpires = 2027-01-31\nnsids = 2\n",
         "w.toml:7: waiver.nsids", "must be an array of integers"},
        {"reason = \"known\"\nowner = \"me\"\nexpires = 2027-01-31\narrays = []\n",
         "w.toml:7: waiver.arrays", "an empty list"},
        {"reason = \"known\"\nowner = \"me\"\nexpires = 2027-01-31\nnamespaces = [\"12\"]\n",
         "w.toml:7: waiver.namespaces", "neither a UUID, an NGUID nor an EUI-64"},
        {"reason = \"known\"\nowner = \"me\"\nexpires = 2027-01-31\nuntil = 1\n",
         "w.toml:7: waiver.until", "unknown key"}};
    for (const RefusedWaiver& one : cases) {
        EXPECT_THAT(refusal_of_waivers(waiver_text("ns.uuid.equal", one.text)),
                    AllOf(HasSubstr(one.place), HasSubstr(one.cause)))
            << one.text;
    }
    EXPECT_THAT(refusal_of_waivers("[[waiver]]\n" + kAnswered),
                AllOf(HasSubstr("w.toml:1: waiver.rule"), HasSubstr("missing")));
    EXPECT_THAT(refusal_of_waivers("[waiver]\n"), HasSubstr("write [[waiver]]"));
    EXPECT_THAT(refusal_of_waivers("[[site]]\n"), HasSubstr("unknown key"));
    EXPECT_THAT(refusal_of_waivers("[[waiver]\n"), HasSubstr("w.toml:1"));
    // Printed, it is what it is.
    EXPECT_THAT(refusal_of_waivers(waiver_text("ns.\\u001b[31m", kAnswered)),
                HasSubstr("\\x1b[31m"));
}

TEST(WaiverFile, MayNameTheLastDayThatIsAllowedAndOneThatIsOver) {
    for (const char* day : {"2027-12-02", "2026-12-01", "2020-01-01"}) {
        EXPECT_EQ(refusal_of_waivers(waiver_text(
                      "ns.uuid.equal",
                      "reason = \"a\"\nowner = \"b\"\nexpires = " + std::string(day) + "\n")),
                  "")
            << day;
    }
}

TEST(WaiverFile, NamesRulesThatThereAreAndCorruptionOnlyById) {
    const auto refusal = [](const char* rule) {
        return refusal_of_waivers(waiver_text(rule, kAnswered));
    };
    EXPECT_THAT(refusal("ns.uuid.equals"),
                AllOf(HasSubstr("w.toml:3: waiver.rule"), HasSubstr("no rule is called")));
    EXPECT_THAT(refusal("nothing.*"), HasSubstr("no rule is called"));
    EXPECT_THAT(refusal("waiver.*"), HasSubstr("cannot be waived"));
    EXPECT_THAT(refusal("waiver.expired"), HasSubstr("cannot be waived"));
    ASSERT_EQ(find_rule("ns.uuid.equal")->severity, Severity::corruption);
    EXPECT_THAT(refusal("ns.uuid.e*"), HasSubstr("only rules about data corruption"));
    EXPECT_EQ(refusal("ns.uuid.equal"), "");
    EXPECT_EQ(refusal("ns.*"), "") << "there are others that it may waive";
    EXPECT_EQ(refusal("ctrl.sn.equal"), "");
}

} // namespace
} // namespace haoh::test
