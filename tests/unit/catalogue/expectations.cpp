// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/expectations.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace haoh::test {

namespace {

struct TableRow {
    std::string place; ///< file and line
    std::vector<std::string> cells;
};

std::string trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) {
        return {};
    }
    return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

std::vector<std::string> split(std::string_view text, std::string_view separator) {
    std::vector<std::string> out;
    while (true) {
        const std::size_t end = text.find(separator);
        out.push_back(trimmed(text.substr(0, end)));
        if (end == std::string_view::npos) {
            return out;
        }
        text.remove_prefix(end + separator.size());
    }
}

[[noreturn]] void refuse(const TableRow& row, const std::string& what) {
    throw std::runtime_error(row.place + ": " + what);
}

/// The rows below the head, whose names of columns must be these.
std::vector<TableRow> read_table(const std::string& name, const std::vector<std::string>& columns) {
    std::ifstream file{HAOH_SOURCE_DIR "/tests/unit/catalogue/data/" + name};
    if (!file) {
        throw std::runtime_error("cannot read " + name);
    }
    std::vector<TableRow> out;
    std::string line;
    bool head = true;
    for (unsigned number = 1; std::getline(file, line); ++number) {
        if (line.empty() || line.front() == '#') {
            continue;
        }
        TableRow row{name + ":" + std::to_string(number), split(line, "|")};
        if (head ? row.cells != columns : row.cells.size() != columns.size()) {
            refuse(row, head ? "other columns" : "another number of cells");
        }
        if (!std::exchange(head, false)) {
            out.push_back(std::move(row));
        }
    }
    return out;
}

/// "facts; why", both there.
std::pair<std::string, std::string> mark_of(const TableRow& row) {
    const std::string& cell = row.cells.back();
    const std::size_t end = cell.find(';');
    if (cell.empty()) {
        return {};
    }
    if (end == std::string::npos) {
        refuse(row, "the mark says no reason");
    }
    return {trimmed(cell.substr(0, end)), trimmed(cell.substr(end + 1))};
}

/// "6.12", "6.12.113"; `end` stands for "-".
PatchedRelease release_of(const TableRow& row, const std::string& text,
                          const PatchedRelease& end = {}) {
    if (text == "-" && end != PatchedRelease{}) {
        return end;
    }
    std::vector<unsigned> numbers;
    for (const std::string& part : split(text, ".")) {
        unsigned number = 0;
        const auto [rest, error] = std::from_chars(part.data(), part.data() + part.size(), number);
        if (error != std::errc{} || rest != part.data() + part.size()) {
            refuse(row, "no release: " + text);
        }
        numbers.push_back(number);
    }
    if (numbers.size() < 2 || numbers.size() > 3) {
        refuse(row, "no release: " + text);
    }
    numbers.resize(3);
    return {numbers[0], numbers[1], numbers[2]};
}

/// Takes "?" from the end; whether there was none.
bool established(std::string& text) {
    const bool doubtful = text.ends_with('?');
    text.resize(text.size() - (doubtful ? 1 : 0));
    return !doubtful;
}

KernelExpectation kernel_expectation(const TableRow& row) {
    std::string from = row.cells[1];
    std::string until = row.cells[2];
    KernelExpectation out;
    out.rule = row.cells[0];
    out.from_established = established(from);
    out.until_established = established(until);
    out.wanted = {{release_of(row, from), release_of(row, until, kNoEnd)},
                  row.cells[3],
                  split(row.cells[4], " + ")};
    out.source = row.cells[5];
    const auto [facts, why] = mark_of(row);
    out.why_wrong = why;
    if (facts == "none") {
        return out;
    }
    out.today = out.wanted;
    if (facts.empty()) {
        return out;
    }
    for (const std::string& fact : split(facts, ", ")) {
        const std::size_t equals = fact.find('=');
        const std::string key = fact.substr(0, equals);
        const std::string value = equals == std::string::npos ? "" : fact.substr(equals + 1);
        const std::size_t dots = value.find("..");
        if (key == "range" && dots != std::string::npos) {
            out.today->range = {release_of(row, value.substr(0, dots)),
                                release_of(row, value.substr(dots + 2), kNoEnd)};
        } else if (key == "outcome" && !value.empty()) {
            out.today->outcome = value;
        } else if (key == "says" && !value.empty()) {
            out.today->says = split(value, " + ");
        } else {
            refuse(row, "no such fact: " + fact);
        }
    }
    return out;
}

} // namespace

std::string to_string(const PatchedRelease& release) {
    const std::string out = std::to_string(release.major) + "." + std::to_string(release.minor);
    return release.patch == 0 ? out : out + "." + std::to_string(release.patch);
}

const std::vector<RuleExpectation>& rule_expectations() {
    static const auto table = [] {
        std::vector<RuleExpectation> out;
        for (const TableRow& row :
             read_table("rule_expectations.table",
                        {"rule", "class", "severity", "verdict", "windows", "sources", "today"})) {
            const auto& cells = row.cells;
            const auto [facts, why] = mark_of(row);
            out.push_back({cells[0], cells[1] + " " + cells[2] + " " + cells[3] + " " + cells[4],
                           cells[5], facts, why});
        }
        return out;
    }();
    return table;
}

const std::vector<CatalogueId>& catalogue_ids() {
    static const auto table = [] {
        std::vector<CatalogueId> out;
        for (const TableRow& row :
             read_table("catalogue_ids.table", {"id", "classes", "in haoh"})) {
            out.push_back({row.cells[0], split(row.cells[1], "/"), row.cells[2]});
        }
        return out;
    }();
    return table;
}

const std::vector<KernelExpectation>& kernel_expectations() {
    static const auto table = [] {
        std::vector<KernelExpectation> out;
        for (const TableRow& row :
             read_table("kernel_expectations.table",
                        {"rule", "from", "until", "outcome", "says", "source", "today"})) {
            out.push_back(kernel_expectation(row));
        }
        return out;
    }();
    return table;
}

const std::vector<KernelFunction>& kernel_functions() {
    static const auto table = [] {
        std::vector<KernelFunction> out;
        for (const TableRow& row :
             read_table("kernel_functions.table", {"function", "file", "from", "source"})) {
            out.push_back({row.cells[0], row.cells[1], release_of(row, row.cells[2])});
        }
        return out;
    }();
    return table;
}

const std::vector<TextFault>& text_faults() {
    static const auto table = [] {
        std::vector<TextFault> out;
        for (const TableRow& row : read_table("text_faults.table", {"rule", "check", "why"})) {
            out.push_back({row.cells[0], row.cells[1], row.cells[2]});
        }
        return out;
    }();
    return table;
}

std::string case_name(std::string rule) {
    std::replace(rule.begin(), rule.end(), '.', '_');
    return rule;
}

std::string as_today(const std::string& line, std::string& why_wrong) {
    const std::size_t space = line.find(' ');
    const std::string rule =
        line.substr(space + 1, line.find_first_of(" :", space + 1) - space - 1);
    const auto& rows = rule_expectations();
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const RuleExpectation& one) { return one.id == rule; });
    if (row == rows.end() || row->today.empty()) {
        return line;
    }
    const auto verdict_of = [](const std::string& judgement) {
        std::istringstream words(judgement);
        std::string word;
        words >> word >> word >> word;
        std::transform(word.begin(), word.end(), word.begin(),
                       [](unsigned char letter) { return std::toupper(letter); });
        return word;
    };
    const std::string today = verdict_of(row->today);
    if (line.substr(0, space) != verdict_of(row->judgement) || line.substr(0, space) == today) {
        return line;
    }
    why_wrong += (why_wrong.empty() ? "" : "; ") + rule + ": " + row->why_wrong;
    return today + line.substr(space);
}

} // namespace haoh::test
