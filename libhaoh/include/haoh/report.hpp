// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Renderings. Text and JSON of one thing are made from one model, so that they cannot drift.
#pragma once

#include <haoh/check.hpp>
#include <haoh/observation.hpp>
#include <haoh/rule.hpp>
#include <haoh/visibility.h>

#include <span>
#include <string>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// How text for people looks.
struct TextStyle {
    bool color{};       ///< ANSI colours
    unsigned width{80}; ///< columns to wrap at, at least 40
    bool verbose{};     ///< basis and every value, also where one array's controllers agree
};

/// A row of a table of formats: one way to render things. A table has "text", which is for people, as
/// its first row; what offers formats (`haoh -o`, the C interface) asks the table. So a new format is
/// its renderer and its row (report/formats.cpp).
template <typename... Things>
struct Format {
    std::string_view name;   ///< "json": what `-o` takes
    std::string_view suffix; ///< ".json": of a file that holds it
    /// Ends with a newline. What is not for people leaves the style alone.
    std::string (*render)(Things... things, const TextStyle& style);
};

/// The row of that name; nullptr: there is none.
template <typename Row>
[[nodiscard]] const Row* find_format(std::span<const Row> formats, std::string_view name) {
    for (const Row& row : formats) {
        if (row.name == name) {
            return &row;
        }
    }
    return nullptr;
}

/// Verdict first, worst finding first.
[[nodiscard]] std::string to_text(const Report& report, const Observation& observation,
                                  const TextStyle& style = {});
/// `haoh.report/1`.
[[nodiscard]] std::string to_json(const Report& report);
/// A page that needs nothing but itself: verdict, a picture of arrays and namespaces, findings with their
/// values, which rule held where, and how it was judged. HTML that is well-formed XML too; no script, nothing
/// that is fetched. Every text is escaped. Its size is bounded (some MB): what is left out is counted.
[[nodiscard]] std::string to_html(const Report& report, const Observation& observation);

/// For a CI: a suite for each subsystem (and one for what is of no single one), a case for each rule. A FAIL is a
/// failure (by `Judged::fail_on` a WARN as well), what is unknown an error (a rule that could not be judged is
/// skipped where the verdict is good), what does not apply, is waived or known is skipped. Other findings are the
/// case's output. XML whatever an array sent.
[[nodiscard]] std::string to_junit(const Report& report, const Observation& observation);
/// SARIF 2.1.0: the rules that were asked for, and a result for each finding. What is waived is suppressed.
[[nodiscard]] std::string to_sarif(const Report& report, const Observation& observation);
/// A comment of a pull request, worst first and folded: at most 60,000 bytes, and it says what had no room.
[[nodiscard]] std::string to_markdown(const Report& report, const Observation& observation);

/// Verdict, what it means and how many rules hold, in one line without its end.
[[nodiscard]] std::string headline(const Report& report);

using ReportFormat = Format<const Report&, const Observation&>;
/// `haoh check -o`.
[[nodiscard]] std::span<const ReportFormat> report_formats();

/// `haoh list`: for each host what its kernel made of its controllers, then what was asked directly:
/// subsystem, namespaces with their IDs, controllers by array, ANA state for each path.
[[nodiscard]] std::string list_text(const Observation& observation,
                                    const Attributions& attributions, const TextStyle& style = {});

/// `haoh list -o dot`: a graph for Graphviz, from the hosts over controllers, clustered by array, to
/// namespaces; namespaces whose paths are alike are one node, unusable paths are dashed and say why.
[[nodiscard]] std::string list_dot(const Observation& observation,
                                   const Attributions& attributions);

using ListFormat = Format<const Observation&, const std::vector<Site>&>;
/// `haoh list -o`, but for what other programs draw. JSON is the observation without its raw pages.
[[nodiscard]] std::span<const ListFormat> list_formats();

/// `haoh diff`.
[[nodiscard]] std::string to_text(std::span<const Difference> differences,
                                  const TextStyle& style = {});
/// `haoh.diff/1`.
[[nodiscard]] std::string to_json(std::span<const Difference> differences);

using DiffFormat = Format<std::span<const Difference>>;
/// `haoh diff -o`.
[[nodiscard]] std::span<const DiffFormat> diff_formats();

/// `haoh rules`.
[[nodiscard]] std::string to_text(std::span<const Rule* const> rules, const TextStyle& style = {});
/// `haoh.rules/1`.
[[nodiscard]] std::string to_json(std::span<const Rule* const> rules);
/// The page docs/rules.md.
[[nodiscard]] std::string to_markdown(std::span<const Rule* const> rules);

using RulesFormat = Format<std::span<const Rule* const>>;
/// `haoh rules -o`.
[[nodiscard]] std::span<const RulesFormat> rules_formats();

} // namespace haoh
