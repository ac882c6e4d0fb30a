// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a monitor keeps of each array, and what it reads of it at the moment, in bounds: each of the
/// two has the budget of one target.
#pragma once

#include <haoh/budget.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace haoh::monitor {

/// Arrays are named by their targets, or by the host that has them and their subsystem.
class KnownBudget {
  public:
    using Name = std::pair<std::string, std::string>;

    /// For one reading of an array: what it holds goes back when it ends.
    [[nodiscard]] std::shared_ptr<Spending> reading(const Name& array, const Budget& budget);

    /// What is known of a controller costs this from now on. \return what there is not enough of:
    /// then nothing has changed. nullopt: it was taken
    [[nodiscard]] std::optional<BudgetPart> replace(const Name& controller, const Name& array,
                                                    const Budget& budget, Spending::Cost cost);
    /// It is kept no more.
    void forget(const Name& controller);

    /// Controllers that something is known of.
    [[nodiscard]] std::size_t size() const { return known_.size(); }
    [[nodiscard]] Spending::Cost held(const Name& array) const;

  private:
    struct Array {
        std::shared_ptr<Spending> known;
        std::shared_ptr<Spending> reading;
    };
    struct Known {
        Name array;
        Spending::Cost cost;
    };
    Array& array_of(const Name& array, const Budget& budget);

    std::map<Name, Array> arrays_;
    std::map<Name, Known> known_; ///< by host and controller
};

} // namespace haoh::monitor
