// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Why a source of events is lost: what is wrong, and what to do about it where that is known.
#pragma once

#include <haoh/error.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace haoh::monitor {

struct SourceProblem {
    std::string what;   ///< one clause; empty: there is none
    std::string advice; ///< what to do; may be empty

    SourceProblem() = default;
    // NOLINTBEGIN(google-explicit-constructor): each of them is a problem
    SourceProblem(std::string what_, std::string advice_ = {})
        : what(std::move(what_)), advice(std::move(advice_)) {}
    SourceProblem(std::string_view what_) : what(what_) {}
    SourceProblem(const char* what_) : what(what_) {}
    SourceProblem(const Error& error) : what(error.what()), advice(error.advice()) {
        if (!advice.empty()) {
            what.resize(what.size() - advice.size() - kBetween.size()); // see Error
        }
    }
    // NOLINTEND(google-explicit-constructor)

    [[nodiscard]] bool empty() const { return what.empty(); }
    [[nodiscard]] std::string text() const {
        return advice.empty() ? what : what + std::string(kBetween) + advice;
    }
    bool operator==(const SourceProblem&) const = default;

  private:
    static constexpr std::string_view kBetween = "; ";
};

} // namespace haoh::monitor
