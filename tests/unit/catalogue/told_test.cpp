// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/told.hpp"

#include "unit/catalogue/expectations.hpp"

#include <gmock/gmock.h>

namespace haoh::test {

std::vector<std::string> told(const Report& report) {
    std::vector<std::string> out;
    const std::vector<std::string> heads = lines(report);
    for (std::size_t i = 0; i < report.findings.size(); ++i) {
        const Finding& finding = report.findings[i];
        const std::string subsystem =
            finding.subsystem == kNqn ? std::string{} : " [" + finding.subsystem + "]";
        out.push_back(heads[i] + subsystem + ": " + finding.what);
        for (const FindingValue& value : finding.values) {
            constexpr std::string_view kId = "controller ";
            const std::size_t id = value.controller.rfind(kId);
            const std::string& name = value.object.empty() ? value.controller : value.object;
            const std::string who =
                id == std::string::npos ? name : value.controller.substr(id + kId.size());
            out.push_back("  " + value.array + " " + who + ": " + value.value);
        }
    }
    return out;
}

TEST_P(Told, IsEveryObjectAndValue) {
    Pair pair;
    GetParam().damage(pair);
    std::vector<std::string> today;
    std::string why_wrong;
    for (const std::string& line : GetParam().expected) {
        today.push_back(line.starts_with(' ') ? line : as_today(line, why_wrong));
    }
    if (!why_wrong.empty()) {
        RecordProperty("expected_failure", why_wrong);
    }
    EXPECT_THAT(told(pair.report()), testing::ElementsAreArray(today));
}

} // namespace haoh::test
