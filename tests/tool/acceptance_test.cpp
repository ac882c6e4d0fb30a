// SPDX-License-Identifier: LGPL-2.1-or-later
// Waivers, drafts of them, baselines and rules that are left out, as a gate uses them.
#include "simulated_arrays.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace haoh::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const char* const kStrangeUuid =
    "[[array.namespace]]\nnsid = 2\nuuid = \"11111111-2222-4333-8444-555555555555\"\n";

const char* const kKnownUuid = "[[waiver]]\nrule = \"ns.uuid.equal\"\nnsids = [2]\n"
                               "reason = \"fixed in 4.2\"\nowner = \"storage team\"\n"
                               "expires = 2027-01-31\n";

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A snapshot of a pair, and what `haoh check` says of it.
class Gate : public ::testing::Test {
  protected:
    void record(const std::string& more) {
        const SimulatedArrays arrays{pair_with_b(more)};
        ASSERT_EQ(haoh({"snapshot", "-q", "-t", arrays.target("a"), "-t", arrays.target("b"),
                        "--nqn", kPairNqn, snapshot()})
                      .status,
                  0);
    }
    [[nodiscard]] std::string snapshot() const { return directory_.path("pair.json"); }
    [[nodiscard]] ProgramResult check(const std::vector<std::string>& more) const {
        std::vector<std::string> arguments{"check", "-q", "--snapshot", snapshot()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return haoh(arguments);
    }
    [[nodiscard]] json report(std::vector<std::string> more) const {
        more.insert(more.end(), {"-o", "json"});
        return json::parse(check(more).standard_output);
    }
    [[nodiscard]] std::string file(const std::string& name, const std::string& text) const {
        return directory_.file(name, text);
    }

    ScratchDirectory directory_;
};

TEST_F(Gate, AWaivedFailureIsToldAndDoesNotBlockUntilItsDayIsOver) {
    record(kStrangeUuid);
    ASSERT_EQ(check({}).status, 1);
    const std::string waivers = file("waivers.toml", kKnownUuid);
    const ProgramResult on_last_day = check({"--waivers", waivers, "--as-of", "2027-01-31"});
    EXPECT_EQ(on_last_day.status, 0) << on_last_day.standard_error;
    EXPECT_THAT(on_last_day.standard_output,
                AllOf(StartsWith("PASS"), HasSubstr("What is waived can corrupt data."),
                      HasSubstr("WAIVED  ns.uuid.equal"), HasSubstr("fixed in 4.2"),
                      HasSubstr("storage team, until 2027-01-31")));
    const ProgramResult after = check({"--waivers", waivers, "--as-of", "2027-02-01"});
    EXPECT_EQ(after.status, 1);
    EXPECT_THAT(after.standard_output,
                AllOf(StartsWith("FAIL"), HasSubstr("FAIL  ns.uuid.equal"),
                      HasSubstr("WARN  waiver.expired"), Not(HasSubstr("WAIVED"))));

    const json told = report({"--waivers", waivers, "--as-of", "2027-01-31"});
    EXPECT_EQ(told["verdict"], "pass");
    EXPECT_EQ(told["counts"]["fail"], 1);
    EXPECT_EQ(told["waived_counts"]["fail"], 1);
    EXPECT_EQ(told["findings"][0]["waived"]["owner"], "storage team");
    EXPECT_EQ(told["judged"]["waivers"]["day"], "2027-01-31");
    EXPECT_EQ(told["judged"]["waivers"]["used"], 1);
}

TEST_F(Gate, ADraftIsRefusedUntilItIsFilledInAndReplacesNothing) {
    record(kStrangeUuid);
    const std::string draft = directory_.path("draft.toml");
    const ProgramResult drafted = check({"--write-waivers", draft, "--as-of", "2026-12-01"});
    EXPECT_EQ(drafted.status, 1) << "what is drafted blocks all the same";
    EXPECT_THAT(drafted.standard_error, IsEmpty());
    std::string text = content_of(draft);
    EXPECT_THAT(text, AllOf(HasSubstr("rule = \"ns.uuid.equal\""), HasSubstr("nsids = [2]"),
                            HasSubstr("DATA CAN BE CORRUPTED")));
    const ProgramResult unread = check({"--waivers", draft, "--as-of", "2026-12-01"});
    EXPECT_EQ(unread.status, 2);
    EXPECT_THAT(unread.standard_output, IsEmpty());
    EXPECT_THAT(unread.standard_error, AllOf(HasSubstr("draft.toml:"), HasSubstr("waiver.reason"),
                                             HasSubstr("still to be filled in")));

    const ProgramResult again = check({"--write-waivers", draft});
    EXPECT_EQ(again.status, 2);
    EXPECT_THAT(again.standard_output, IsEmpty()) << "before anything is looked at";
    EXPECT_THAT(again.standard_error, HasSubstr("it is there already"));
    EXPECT_EQ(content_of(draft), text);

    for (const char* todo : {"FILL IN: why is this accepted?", "FILL IN: who answers for it?"}) {
        const std::size_t at = text.find(todo);
        ASSERT_NE(at, std::string::npos);
        text.replace(at, std::string(todo).size(), "known");
    }
    EXPECT_EQ(check({"--waivers", file("filled.toml", text), "--as-of", "2026-12-01"}).status, 0);
}

TEST_F(Gate, ADraftThatCannotBeWrittenIsNoSuccess) {
    record("");
    ASSERT_EQ(check({}).status, 0);
    EXPECT_NE(check({"--write-waivers", directory_.path("absent/draft.toml")}).status, 0);
    std::filesystem::create_symlink(directory_.path("nowhere"), directory_.path("link"));
    EXPECT_EQ(check({"--write-waivers", directory_.path("link")}).status, 2);
    EXPECT_FALSE(std::filesystem::exists(directory_.path("nowhere")));
}

TEST_F(Gate, OnlyWhatIsNewSinceTheBaselineBlocks) {
    record(kStrangeUuid);
    const std::string before = file("before.json", check({"-o", "json"}).standard_output);
    const ProgramResult same = check({"--baseline", before});
    EXPECT_EQ(same.status, 0) << same.standard_error;
    EXPECT_THAT(same.standard_output,
                AllOf(StartsWith("PASS"), HasSubstr("What is known can corrupt data."),
                      HasSubstr("KNOWN  ns.uuid.equal"), HasSubstr("before.json")));
    record("[[array.namespace]]\nnsid = 3\nuuid = \"11111111-2222-4333-8444-555555555555\"\n");
    const ProgramResult other = check({"--baseline", before});
    EXPECT_EQ(other.status, 1);
    EXPECT_THAT(other.standard_output,
                AllOf(StartsWith("FAIL"), HasSubstr("NSID 3: UUID differs"),
                      HasSubstr("GONE  ns.uuid.equal: NSID 2: UUID differs")));
    const json told = report({"--baseline", before});
    ASSERT_EQ(told["gone"].size(), 1U);
    EXPECT_EQ(told["gone"][0]["nsids"], json::array({2}));
    EXPECT_EQ(told["gone"][0]["looked_for"], true);
    EXPECT_EQ(told["known_counts"]["fail"], 0);
}

TEST_F(Gate, ABaselineThatIsNoneIsRefusedBeforeAnythingIsLookedAt) {
    record("");
    const ProgramResult recorded = check({"--baseline", snapshot()});
    EXPECT_EQ(recorded.status, 2);
    EXPECT_THAT(recorded.standard_output, IsEmpty());
    EXPECT_THAT(
        recorded.standard_error,
        AllOf(HasSubstr("pair.json"), HasSubstr("haoh.observation/1"), HasSubstr("--expect")));
    const ProgramResult broken = check({"--baseline", file("b.json", "{\n \"schema\": 1}")});
    EXPECT_EQ(broken.status, 2);
    EXPECT_THAT(broken.standard_error, AllOf(HasSubstr("b.json:2"), HasSubstr("/schema")));
    EXPECT_NE(check({"--baseline", directory_.path("absent.json")}).status, 0);
    EXPECT_EQ(
        check({"--baseline", file("good.json", check({"-o", "json"}).standard_output)}).status, 0);
}

TEST_F(Gate, ADayIsOneAndHasSomethingToBeFor) {
    record("");
    EXPECT_EQ(check({"--as-of", "2026-12-01"}).status, 2);
    const std::string none = file("none.toml", "");
    EXPECT_EQ(check({"--waivers", none, "--as-of", "2026-12-32"}).status, 2);
    EXPECT_EQ(check({"--waivers", none, "--as-of", "tomorrow"}).status, 2);
    EXPECT_EQ(check({"--waivers", none, "--as-of", "2026-12-01"}).status, 0);
    EXPECT_EQ(check({"--waivers", none}).status, 0);
}

TEST_F(Gate, RulesAreLeftOutWhateverTheOrder) {
    record(kStrangeUuid);
    for (const auto& globs : {std::vector<std::string>{"--rule", "!ns.uuid.*"},
                              {"--rule", "ns.*", "--rule", "!ns.uuid.*"},
                              {"--rule", "!ns.uuid.*", "--rule", "ns.*"}}) {
        const ProgramResult result = check(globs);
        EXPECT_EQ(result.status, 0) << result.standard_output;
        EXPECT_THAT(result.standard_output, HasSubstr("!ns.uuid.*"));
        EXPECT_THAT(report(globs)["judged"]["rules"]["excluded"], Contains("ns.uuid.equal"));
    }
    EXPECT_EQ(check({"--rule", "!ns.nguid.*"}).status, 1);
    EXPECT_EQ(check({"--rule", "!nothing.*"}).status, 2);
    const ProgramResult none = check({"--rule", "ns.uuid.*", "--rule", "!ns.*"});
    EXPECT_EQ(none.status, 2);
    EXPECT_THAT(none.standard_error, HasSubstr("no rule is left"));
}

} // namespace
} // namespace haoh::test
