// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/process.hpp"

namespace haoh::test {

/// What `haoh check -o json` said.
struct CheckReport {
    int status = -1;
    std::string verdict; ///< "pass", "warn", "fail" or "unknown".
    std::size_t unobserved = 0;
    /// "FAIL ns.uuid.equal 2": verdict, rule and the namespaces where it has some.
    std::multiset<std::string> findings;
    std::map<std::string, std::string> outcomes; ///< rule -> what the kernel does with it
    std::map<std::string, std::string> effects;  ///< rule -> the same in words
    std::string text;                            ///< The report itself, and what went to stderr.
    std::chrono::milliseconds duration{};

    /// The findings of one verdict ("FAIL").
    std::multiset<std::string> findings_of(std::string_view verdict_word) const;
};

std::ostream& operator<<(std::ostream& stream, const CheckReport& report);

/// Expects a pass: nothing failed, is to be warned of or could not be judged.
void expect_pass(const CheckReport& report);

/// The program under test: HAOH_BIN of the environment, else that of this build.
std::string haoh_program();

/// Runs `haoh check` against ports of this machine's loopback. Throws std::runtime_error when it
/// does not end in time or prints no report.
CheckReport haoh_check(const std::vector<std::uint16_t>& ports, std::string_view nqn,
                       const std::vector<std::string>& more = {});

/// Reads a report from what some run of haoh printed. Throws std::runtime_error when it is none.
CheckReport parse_report(const ProgramResult& result);

} // namespace haoh::test
