// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/html/matrix.hpp"

#include "report/html/badge.hpp"
#include "report/rules/rules_view.hpp"
#include "report/text/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

namespace haoh::report {
namespace {

using State = MatrixCell::State;

/// A finding of a rule, as cells ask for it.
struct RuleFinding {
    const FindingGroup* group;
    const FindingItem* item;
    bool names_controllers{};
    bool names_arrays{};
};

RuleFinding finding_of(const FindingGroup& group, const FindingItem& item) {
    RuleFinding out{.group = &group, .item = &item};
    for (const ValueGroup& value : item.values) {
        if (!value.object.empty()) {
            continue;
        }
        out.names_controllers |= std::ranges::any_of(
            value.controllers, [](const std::string& name) { return !name.empty(); });
        out.names_arrays |= !value.array.empty();
    }
    return out;
}

/// Whether a finding is about what is in the column.
bool is_about(const RuleFinding& finding, const MatrixColumn& column) {
    if (column.controllers.empty()) {
        return true;
    }
    const FindingItem& item = *finding.item;
    if (!finding.group->subsystem.empty() && finding.group->subsystem != column.subsystem) {
        return false;
    }
    if (finding.names_controllers) {
        return std::ranges::any_of(item.values, [&](const ValueGroup& value) {
            for (std::size_t index = 0; index < value.controllers.size(); ++index) {
                if (column.controllers.contains({value.hosts[index], value.controllers[index]})) {
                    return true;
                }
            }
            return false;
        });
    }
    if (finding.names_arrays) {
        return std::ranges::any_of(
            item.values, [&](const ValueGroup& value) { return value.array == column.array; });
    }
    return item.host.empty() ||
           std::ranges::any_of(column.controllers, [&](const auto& controller) {
               return controller.first == item.host || controller.first.empty();
           });
}

/// What became of a rule where the column is, as far as that is told apart.
RuleState state_in(const ReportView& view, const RuleResult& one, const MatrixColumn& column) {
    const auto found = std::ranges::find(view.subsystems, column.subsystem);
    const auto index = static_cast<std::size_t>(found - view.subsystems.begin());
    if (index >= one.in_subsystem.size()) {
        return one.state;
    }
    const RuleState here = one.in_subsystem[index];
    return here == RuleState::not_applicable ? one.elsewhere : here;
}

MatrixCell cell_of(RuleState state, const std::vector<RuleFinding>& findings,
                   const MatrixColumn& column) {
    switch (state) {
    case RuleState::held:
        return {.state = State::held};
    case RuleState::not_applicable:
        return {.state = State::not_applicable};
    case RuleState::broken:
    case RuleState::unknown:
        break;
    }
    MatrixCell cell{.state = State::elsewhere};
    Verdict accepted{};
    for (const RuleFinding& finding : findings) {
        if (is_about(finding, column)) {
            Verdict& worst = finding.group->counts() ? cell.verdict : accepted;
            worst = std::max(worst, finding.group->verdict);
        }
    }
    if (cell.verdict == Verdict::pass && accepted != Verdict::pass) {
        cell = {.state = State::accepted, .verdict = accepted};
    } else if (cell.verdict != Verdict::pass) {
        cell.state = cell.verdict == Verdict::unknown ? State::unknown : State::broken;
    } else if (findings.empty()) {
        cell.state = State::unknown; // nothing says where
    }
    return cell;
}

std::vector<MatrixColumn> columns_of(const std::vector<SubsystemArrays>& subsystems,
                                     bool by_controller) {
    std::vector<MatrixColumn> out;
    for (const SubsystemArrays& subsystem : subsystems) {
        for (const Array& array : subsystem.arrays) {
            MatrixColumn whole{.subsystem = subsystem.subsysnqn,
                               .array = array.name,
                               .name = count_of(array.controllers.size(), "controller")};
            std::vector<const ControllerObservation*> ordered = array.controllers;
            std::ranges::stable_sort(ordered, {}, [](const ControllerObservation* one) {
                return std::pair{std::string_view(one->host), cntlid_of(*one)};
            });
            for (const ControllerObservation* controller : ordered) {
                const std::pair key{safe_text(controller->host), safe_text(controller->name)};
                whole.controllers.insert(key);
                if (by_controller) {
                    out.push_back({.subsystem = subsystem.subsysnqn,
                                   .array = array.name,
                                   .name = controller->host.empty()
                                               ? std::to_string(cntlid_of(*controller))
                                               : key.second,
                                   .controllers = {key}});
                }
            }
            if (!by_controller) {
                out.push_back(std::move(whole));
            }
        }
    }
    return out;
}

/// The columns that there is room for: those of which a finding tells first, in their order.
std::vector<MatrixColumn> chosen_columns(std::vector<MatrixColumn> all, const ReportView& view) {
    if (all.size() <= kMatrixColumns) {
        return all;
    }
    std::set<std::string_view> named;
    for (const FindingGroup& group : view.groups) {
        if (group.verdict != Verdict::note) {
            named.insert(group.subsystem);
        }
    }
    std::ranges::stable_partition(
        all, [&](const MatrixColumn& column) { return named.contains(column.subsystem); });
    all.resize(kMatrixColumns);
    return all;
}

std::string_view class_of_state(const MatrixCell& cell) {
    switch (cell.state) {
    case State::held:
        return "pass";
    case State::not_applicable:
        return "na";
    case State::unknown:
        return "unknown";
    case State::broken:
        return to_string(cell.verdict);
    case State::accepted:
        return "note";
    case State::elsewhere:
        return "else";
    }
    return {};
}

std::string_view sign_of_state(const MatrixCell& cell) {
    switch (cell.state) {
    case State::held:
        return sign_of(Verdict::pass);
    case State::unknown:
        return sign_of(Verdict::unknown);
    case State::broken:
    case State::accepted:
        return sign_of(cell.verdict);
    case State::not_applicable:
    case State::elsewhere:
        break;
    }
    return {};
}

class MatrixWriter {
  public:
    MatrixWriter(Markup& out, const Matrix& matrix) : out_{out}, matrix_{matrix} {}

    /// What did not hold is seen at once, and all of it can be unfolded.
    void write() {
        std::map<std::string_view, std::vector<const MatrixRow*>> families;
        std::vector<const MatrixRow*> open;
        for (const MatrixRow& row : matrix_.rows) {
            families[std::string_view(row.rule).substr(0, row.rule.find('.'))].push_back(&row);
            if (row.state == RuleState::broken || row.state == RuleState::unknown) {
                open.push_back(&row);
            }
        }
        if (!open.empty()) {
            out_.leaf("h3", {}, "Rules that did not hold");
            write_table("Rules that did not hold", open);
            out_.leaf("h3", {}, "All rules");
        }
        for (const auto& [family, rows] : families) {
            out_.element("details", {{"class", "family"}}, [&] {
                out_.element("summary", {}, [&] {
                    out_.leaf("code", {}, fmt::format("{}.*", family));
                    out_.text(" " + counts_of(rows));
                });
                write_table(fmt::format("Rules {}.*", family), rows);
            });
        }
    }

  private:
    /// "1 broken, 60 held, 10 not applicable".
    static std::string counts_of(const std::vector<const MatrixRow*>& rows) {
        constexpr std::array<std::pair<RuleState, std::string_view>, 4> states{
            {{RuleState::broken, "broken"},
             {RuleState::unknown, "unknown"},
             {RuleState::held, "held"},
             {RuleState::not_applicable, "not applicable"}}};
        std::vector<std::string> parts;
        for (const auto& [state, word] : states) {
            const auto count = std::ranges::count(rows, state, &MatrixRow::state);
            if (count > 0) {
                parts.push_back(fmt::format("{} {}", count, word));
            }
        }
        return fmt::format("{}", fmt::join(parts, ", "));
    }

    void write_table(const std::string& name, const std::vector<const MatrixRow*>& rows) {
        out_.element(
            "div",
            {{"class", "scroll"}, {"tabindex", "0"}, {"role", "group"}, {"aria-label", name}}, [&] {
                out_.element("table", {{"class", "matrix"}}, [&] {
                    write_head(name);
                    out_.element("tbody", {}, [&] {
                        for (const MatrixRow* row : rows) {
                            write_row(*row);
                        }
                    });
                });
            });
    }

    void write_head(const std::string& name) {
        out_.leaf("caption", {{"class", "unseen"}}, name);
        out_.element("thead", {}, [&] {
            const bool several = std::ranges::any_of(matrix_.columns, [&](const MatrixColumn& one) {
                return one.subsystem != matrix_.columns.front().subsystem;
            });
            if (several) {
                write_spans("Subsystem", &MatrixColumn::subsystem);
            }
            write_spans("Array", &MatrixColumn::array);
            out_.element("tr", {}, [&] {
                out_.leaf("th", {{"scope", "col"}}, "Rule");
                for (const MatrixColumn& column : matrix_.columns) {
                    out_.leaf("th", {{"scope", "col"}}, column.name);
                }
            });
        });
    }

    /// A line of headers, each over the columns that have it in common.
    void write_spans(std::string_view title, std::string MatrixColumn::*member) {
        out_.element("tr", {}, [&] {
            out_.leaf("th", {{"scope", "row"}}, title);
            for (std::size_t index = 0; index < matrix_.columns.size();) {
                std::size_t end = index + 1;
                while (end < matrix_.columns.size() &&
                       matrix_.columns[end].subsystem == matrix_.columns[index].subsystem &&
                       matrix_.columns[end].*member == matrix_.columns[index].*member) {
                    ++end;
                }
                const std::string& name = matrix_.columns[index].*member;
                out_.leaf("th", {{"scope", "colgroup"}, {"colspan", std::to_string(end - index)}},
                          name.empty() ? "unknown" : name);
                index = end;
            }
        });
    }

    void write_row(const MatrixRow& row) {
        out_.element("tr", {}, [&] {
            out_.element("th", {{"scope", "row"}}, [&] {
                const Rule* rule = find_rule(row.rule);
                const auto name = [&] { out_.leaf("code", {}, row.rule); };
                if (row.anchor.empty()) {
                    name();
                } else {
                    out_.element("a", {{"href", "#" + row.anchor}}, name);
                }
                if (rule != nullptr) {
                    out_.leaf("span", {{"class", "rule-title"}}, rule->title);
                }
            });
            for (const MatrixCell& cell : row.cells) {
                const std::string_view sign = sign_of_state(cell);
                out_.leaf("td", {{"class", class_of_state(cell)}},
                          fmt::format("{}{}{}", sign, sign.empty() ? "" : " ", word_of(cell)));
            }
        });
    }

    Markup& out_;
    const Matrix& matrix_;
};

} // namespace

std::string word_of(const MatrixCell& cell) {
    switch (cell.state) {
    case State::held:
        return "held";
    case State::not_applicable:
        return "n/a";
    case State::unknown:
        return "unknown";
    case State::broken:
        return word_of_verdict(cell.verdict);
    case State::accepted:
        return "accepted";
    case State::elsewhere:
        return "-";
    }
    return {};
}

Matrix matrix_of(const ReportView& view, const std::vector<SubsystemArrays>& subsystems,
                 const ToldFindings& told) {
    std::size_t controllers = 0;
    for (const SubsystemArrays& subsystem : subsystems) {
        controllers += subsystem.controllers();
    }
    Matrix out{.columns = {}, .by_controller = controllers <= kMatrixColumns, .rows = {}};
    std::vector<MatrixColumn> all = columns_of(subsystems, out.by_controller);
    if (all.empty()) {
        all.push_back({.subsystem = {}, .array = "none asked", .name = "all"});
    }
    const std::size_t count = all.size();
    out.columns = chosen_columns(std::move(all), view);
    out.columns_left_out = count - out.columns.size();
    std::map<std::string_view, std::vector<RuleFinding>> findings;
    for (const FindingGroup& group : view.groups) {
        for (const FindingItem& item : group.items) {
            findings[group.rule].push_back(finding_of(group, item));
        }
    }
    for (const RuleResult& one : view.rules) {
        const std::vector<RuleFinding>& own = findings[one.rule];
        MatrixRow row{.rule = one.rule, .anchor = {}, .state = one.state, .cells = {}};
        if (!own.empty()) {
            row.anchor = told.anchor_of(*own.front().group);
        }
        for (const MatrixColumn& column : out.columns) {
            row.cells.push_back(cell_of(state_in(view, one, column), own, column));
        }
        out.rows.push_back(std::move(row));
    }
    return out;
}

void write_matrix(Markup& out, const Matrix& matrix) {
    MatrixWriter{out, matrix}.write();
}

} // namespace haoh::report
