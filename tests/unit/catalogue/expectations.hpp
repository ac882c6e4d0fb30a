// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The tables in data/: what rules and kernels are held against (data/README.md).
#pragma once

#include <compare>
#include <limits>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace haoh::test {

/// A row of rule_expectations.table.
struct RuleExpectation {
    std::string id;
    std::string judgement; ///< "EQS L fail -": class, severity, verdict, windows
    std::string sources;
    std::string today; ///< the judgement that the program gives instead; empty when it is right
    std::string why_wrong;
};

/// A row of catalogue_ids.table.
struct CatalogueId {
    std::string id;
    std::vector<std::string> classes; ///< in the catalogue
    std::string state;                ///< "built", "built INT", "as RULE", "io_queue", ...
};
[[nodiscard]] const std::vector<CatalogueId>& catalogue_ids();

struct PatchedRelease {
    unsigned major{};
    unsigned minor{};
    unsigned patch{};

    auto operator<=>(const PatchedRelease&) const = default;
};
[[nodiscard]] std::string to_string(const PatchedRelease& release);

inline constexpr PatchedRelease kNoEnd{std::numeric_limits<unsigned>::max(), 0, 0};

struct ReleaseRange {
    PatchedRelease from;
    PatchedRelease until{kNoEnd}; ///< not included

    [[nodiscard]] bool contains(const PatchedRelease& release) const {
        return from <= release && release < until;
    }
};

/// What a kernel does, as far as a test can hold a text to it.
struct KernelBehaviour {
    ReleaseRange range;
    std::string outcome;
    std::vector<std::string> says; ///< the text holds each of them
};

/// A row of kernel_expectations.table.
struct KernelExpectation {
    std::string rule;
    KernelBehaviour wanted;
    bool from_established{true};  ///< whether the release before `from` may be asked
    bool until_established{true}; ///< likewise
    std::string source;
    std::optional<KernelBehaviour> today; ///< nullopt: the program says nothing
    std::string why_wrong;                ///< empty when the program is right
};

/// A row of kernel_functions.table.
struct KernelFunction {
    std::string name;
    std::string file;
    PatchedRelease from;
};

/// A row of text_faults.table.
struct TextFault {
    std::string rule;
    std::string check;
    std::string why;
};

// Read once. \throws std::runtime_error for a table that is not well formed, with the line
[[nodiscard]] const std::vector<RuleExpectation>& rule_expectations();
[[nodiscard]] const std::vector<KernelExpectation>& kernel_expectations();
[[nodiscard]] const std::vector<KernelFunction>& kernel_functions();
[[nodiscard]] const std::vector<TextFault>& text_faults();

/// A name for a case of this rule: "ns_uuid_equal".
[[nodiscard]] std::string case_name(std::string rule);

inline std::ostream& operator<<(std::ostream& out, const RuleExpectation& one) {
    return out << one.id;
}
inline std::ostream& operator<<(std::ostream& out, const TextFault& one) {
    return out << one.rule << " " << one.check;
}

/// A finding as the program gives it while its rule is marked in data/rule_expectations.table; the
/// reason is added to `why_wrong`. The line itself where the program is right.
[[nodiscard]] std::string as_today(const std::string& line, std::string& why_wrong);

} // namespace haoh::test
