// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// How much of one target is read and kept at most, in sum: an array that announces without end
/// costs this much and no more, and the rest is judged.
#pragma once

#include <haoh/visibility.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// What of a budget is used up. Time has a name of its own where it is set (`timeout`).
enum class BudgetPart : std::uint8_t {
    time,
    bytes,
    objects,
};
[[nodiscard]] std::string_view to_string(BudgetPart part); ///< "bytes"
[[nodiscard]] std::optional<BudgetPart> parse_budget_part(std::string_view text);

/// Of one target with all that it leads to: discovery logs, controllers, their namespaces and logs.
/// The parts have bounds of their own (256 controllers, 65,536 namespaces of each, 16 MiB of a log),
/// whose product no machine has room for. 256 controllers with 1,024 namespaces each, more than any
/// array is known to offer one host, take about half of the defaults. What judges and watches needs
/// a few times the bytes besides.
struct Budget {
    /// Of answers as they are kept, without the zeros at their ends, and of what holds them.
    std::uint64_t bytes{std::uint64_t{512} << 20U};
    /// Namespaces of each controller, places in ANA logs, entries of discovery logs.
    std::uint64_t objects{std::uint64_t{1} << 20U};

    bool operator==(const Budget&) const = default;
};

/// What was spent of a budget: one account for all that reads a target, on one executor.
class Spending {
  public:
    /// What one reading takes.
    struct Cost {
        std::uint64_t bytes{};
        std::uint64_t objects{};

        Cost& operator+=(const Cost& more) {
            bytes += more.bytes;
            objects += more.objects;
            return *this;
        }
        Cost& operator-=(const Cost& less) {
            bytes -= less.bytes;
            objects -= less.objects;
            return *this;
        }
        bool operator==(const Cost&) const = default;
    };

    explicit Spending(Budget budget) : budget_{budget} {}
    /// A part of another account, which gets back what this one holds when it ends.
    explicit Spending(std::shared_ptr<Spending> whole);
    ~Spending();
    Spending(const Spending&) = delete;
    Spending& operator=(const Spending&) = delete;

    /// All of it, or nothing. \return what there is not enough of; nullopt: it was taken
    [[nodiscard]] std::optional<BudgetPart> take(Cost cost);
    /// \pre it was taken
    void give_back(Cost cost);

    [[nodiscard]] const Cost& held() const { return held_; }
    [[nodiscard]] const Budget& budget() const { return budget_; }
    /// What there was not enough of: "512 MiB of answers are kept of one target, and no more".
    [[nodiscard]] std::string shortage(BudgetPart part) const;
    /// What to do about it; may be empty.
    [[nodiscard]] static std::string_view advice(BudgetPart part);
    /// Both: "...; look at ...".
    [[nodiscard]] std::string problem(BudgetPart part) const;

  private:
    Budget budget_;
    std::shared_ptr<Spending> whole_;
    Cost held_;
};

} // namespace haoh
