// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a test wants `haoh check` to say of a scenario: [expect], as values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace haoh::arraysim {

/// What a finding says of one array. Addresses in it are placeholders: "{b}" is "ADDR:PORT" of the
/// first port of array b, "{b 2}" that of its second.
struct ExpectedValue {
    std::string array{}; ///< name in the scenario; empty when it is said of no array
    std::string text{};

    auto operator<=>(const ExpectedValue&) const = default;
};

/// One finding, whole: the report has it once, and nothing else.
struct ExpectedFinding {
    std::string verdict{};  ///< "fail", "warn", "note", "unknown"
    std::string severity{}; ///< "C", "L", "H", "M"
    std::string rule{};
    std::vector<std::uint32_t> nsids{};     ///< every namespace that it is about, ascending
    std::optional<std::string> subsystem{}; ///< nullopt: the one that is asked for
    std::string what{}; ///< how its clause begins, where the values do not tell findings apart
    std::vector<ExpectedValue> values{}; ///< by array; of one array in the order of the report

    bool operator==(const ExpectedFinding&) const = default;
};

/// A whole report.
struct ExpectedReport {
    int exit{};
    std::string verdict{"pass"};
    std::string model{"stretched"};
    std::size_t unobserved{}; ///< things that could not be observed
    std::vector<ExpectedFinding> findings{};

    bool operator==(const ExpectedReport&) const = default;
};

/// The short form: rule, verdict, and one of the NSIDs if it matters.
struct LooseFinding {
    std::string verdict{};
    std::string rule{};
    std::optional<std::uint32_t> nsid{};

    bool operator==(const LooseFinding&) const = default;
};

struct LooseExpectation {
    std::vector<LooseFinding> findings{}; ///< all that are FAIL or WARN
    std::vector<LooseFinding> notes{};    ///< others that must be there

    bool operator==(const LooseExpectation&) const = default;
};

struct ExpectSpec {
    ExpectedReport report{};
    std::optional<LooseExpectation> loose{}; ///< stands for `report.findings`
    std::string known_fault{};               ///< why `report` is not what is said today
    std::optional<ExpectedReport> today{};   ///< what is said today; set with `known_fault`

    bool operator==(const ExpectSpec&) const = default;
};

} // namespace haoh::arraysim
