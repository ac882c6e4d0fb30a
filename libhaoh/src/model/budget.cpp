// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/budget.hpp>

#include <fmt/format.h>

#include <array>
#include <utility>

namespace haoh {

namespace {

constexpr std::array kParts{BudgetPart::time, BudgetPart::bytes, BudgetPart::objects};

std::string bytes_text(std::uint64_t bytes) {
    constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;
    return bytes % kMiB == 0 ? fmt::format("{} MiB", bytes / kMiB) : fmt::format("{} bytes", bytes);
}

} // namespace

std::string_view to_string(BudgetPart part) {
    switch (part) {
    case BudgetPart::time:
        return "time";
    case BudgetPart::bytes:
        return "bytes";
    case BudgetPart::objects:
        return "objects";
    }
    return "?";
}

std::optional<BudgetPart> parse_budget_part(std::string_view text) {
    for (const BudgetPart part : kParts) {
        if (to_string(part) == text) {
            return part;
        }
    }
    return std::nullopt;
}

Spending::Spending(std::shared_ptr<Spending> whole)
    : budget_{whole->budget()}, whole_{std::move(whole)} {}

Spending::~Spending() {
    if (whole_) {
        whole_->give_back(held_);
    }
}

std::optional<BudgetPart> Spending::take(Cost cost) {
    // What is held is never more than the budget, so neither difference wraps.
    if (cost.objects > budget_.objects - held_.objects) {
        return BudgetPart::objects;
    }
    if (cost.bytes > budget_.bytes - held_.bytes) {
        return BudgetPart::bytes;
    }
    if (whole_) {
        if (const auto lacking = whole_->take(cost)) {
            return lacking;
        }
    }
    held_ += cost;
    return std::nullopt;
}

void Spending::give_back(Cost cost) {
    held_ -= cost;
    if (whole_) {
        whole_->give_back(cost);
    }
}

std::string Spending::shortage(BudgetPart part) const {
    switch (part) {
    case BudgetPart::time:
        break;
    case BudgetPart::bytes:
        return fmt::format("{} of answers are kept of one target, and no more",
                           bytes_text(budget_.bytes));
    case BudgetPart::objects:
        return fmt::format("{} namespaces and entries of logs are kept of one target, and no more",
                           budget_.objects);
    }
    return "the time for this target was over";
}

std::string_view Spending::advice(BudgetPart part) {
    return part == BudgetPart::time ? std::string_view() : "look at one subsystem at a time";
}

std::string Spending::problem(BudgetPart part) const {
    const std::string_view what_to_do = advice(part);
    return what_to_do.empty() ? shortage(part) : fmt::format("{}; {}", shortage(part), what_to_do);
}

} // namespace haoh
