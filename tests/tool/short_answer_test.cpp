// SPDX-License-Identifier: LGPL-2.1-or-later
// Answers that end early: half a page, or nothing of it. What did not come is unknown, not zero.
#include "simulated_arrays.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <regex>
#include <utility>

namespace haoh::test {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

/// What an array is asked for, by the simulator's word for it, and what is said of half of it and of
/// nothing. Of a log whose beginning did not come, no more is known than that it has one.
struct AskedFor {
    const char* answer;
    unsigned half{2048};
    const char* told_of_half{"2,048 of 4,096 bytes came"};
    const char* told_of_none{"0 of 4,096 bytes came"};
    bool by_discovery{};
};

constexpr std::array kAll{
    AskedFor{"identify-controller"},
    AskedFor{"identify-namespace"},
    AskedFor{"descriptors"},
    AskedFor{"nvm"},
    AskedFor{"independent"},
    AskedFor{"namespace-list"},
    AskedFor{"controller-list"},
    AskedFor{"io-command-sets"},
    AskedFor{"supported-logs", 512, "512 of 1,024 bytes came", "0 of 1,024 bytes came"},
    AskedFor{"ana-log", 52, "52 of 60 bytes came", "0 of 16 bytes came"},
    AskedFor{"discovery-log", 1536, "1,536 of 3,072 bytes came", "0 of 1,024 bytes came", true},
};

class ShortAnswer : public ::testing::TestWithParam<AskedFor> {
  protected:
    static std::vector<std::string> words(const SimulatedArrays& arrays, const char* command) {
        std::vector<std::string> out{command, "-t", arrays.target("a"), "-t", arrays.target("b")};
        if (!GetParam().by_discovery) {
            out.insert(out.end(), {"--nqn", kPairNqn});
        }
        return out;
    }
    static Json checked(const SimulatedArrays& arrays, int status) {
        std::vector<std::string> all = words(arrays, "check");
        all.insert(all.end(), {"-o", "json"});
        const ProgramResult result = haoh(all);
        EXPECT_EQ(result.status, status) << result.standard_output << result.standard_error;
        return Json::parse(result.standard_output);
    }
};

TEST_P(ShortAnswer, is_told_as_such_and_judged_by_nothing) {
    {
        const SimulatedArrays good(healthy_scenario());
        EXPECT_EQ(checked(good, 0)["verdict"], "pass");
    }
    for (const auto& [came, told] :
         {std::pair{0U, GetParam().told_of_none}, {GetParam().half, GetParam().told_of_half}}) {
        SCOPED_TRACE(came);
        const SimulatedArrays arrays(pair_with_b(
            fmt::format("[[array.fault]]\nkind = \"short\"\nanswer = \"{}\"\nvalue = {}\n",
                        GetParam().answer, came)));
        const Json report = checked(arrays, 3);
        EXPECT_EQ(report["verdict"], "unknown");
        for (const Json& finding : report["findings"]) {
            EXPECT_EQ(finding["verdict"], "unknown") << finding;
        }
        EXPECT_THAT(report.dump(), HasSubstr(told));
        const ProgramResult listed = haoh(words(arrays, "list"));
        EXPECT_EQ(listed.status, 3) << listed.standard_output;
        EXPECT_THAT(std::regex_replace(listed.standard_output, std::regex("\n +"), " "),
                    HasSubstr(told));
    }
}

INSTANTIATE_TEST_SUITE_P(Of, ShortAnswer, ::testing::ValuesIn(kAll), [](const auto& one) {
    std::string name = one.param.answer;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

} // namespace
} // namespace haoh::test
