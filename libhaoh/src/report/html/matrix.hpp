// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Which rule held where: rules by controller, or by subsystem and array where there are many.
#pragma once

#include "report/html/findings.hpp"
#include "report/html/markup.hpp"
#include "report/list/arrays.hpp"

#include <haoh/check.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace haoh::report {

/// The most controllers that have a column each, and the most columns.
inline constexpr std::size_t kMatrixColumns = 24;

/// Controllers that are told together.
struct MatrixColumn {
    std::string subsystem;
    std::string array; ///< empty: not known
    std::string name;  ///< "1", "nvme0"; "4 controllers"
    /// By host and name; empty: all that was seen, where no controller was asked.
    std::set<std::pair<std::string, std::string>> controllers{};
};

/// What a rule came to in a column.
struct MatrixCell {
    enum class State : std::uint8_t {
        held,           ///< the rule held for all that it applies to
        not_applicable, ///< it applies to nothing that was seen
        unknown,        ///< it could not be judged there
        broken,         ///< a finding names what is there; `verdict`
        accepted,       ///< the same, and it is waived or known; `verdict`
        elsewhere,      ///< findings name others, and nothing there
    };
    State state{};
    Verdict verdict{}; ///< of the gravest finding

    bool operator==(const MatrixCell&) const = default;
};
/// "held", "n/a", "unknown", "FAIL", "WARN", "NOTE", "accepted", "-".
[[nodiscard]] std::string word_of(const MatrixCell& cell);

struct MatrixRow {
    std::string rule;
    std::string anchor; ///< of the article with its first finding; empty: it has none
    RuleState state{};
    std::vector<MatrixCell> cells; ///< one for each column
};

struct Matrix {
    std::vector<MatrixColumn> columns;
    bool by_controller{};
    std::size_t columns_left_out{};
    std::vector<MatrixRow> rows; ///< by id
};

[[nodiscard]] Matrix matrix_of(const ReportView& view,
                               const std::vector<SubsystemArrays>& subsystems,
                               const ToldFindings& told);

/// A table of the rules that did not hold, and one to be unfolded for each family of rules ("ns").
void write_matrix(Markup& out, const Matrix& matrix);

} // namespace haoh::report
