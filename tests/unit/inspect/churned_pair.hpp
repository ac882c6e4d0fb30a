// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A pair that moves, and what is said of it.
#pragma once

#include "churn.hpp"
#include "planted.hpp"

#include <haoh/inspection.hpp>
#include <haoh/source.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace haoh::test {

/// A host that asks both arrays directly.
[[nodiscard]] Source source_of(const ServedPair& pair);

/// What came of some checks of one kind of change at one pace.
struct ChurnResult {
    std::vector<std::string> wrong;    ///< what should not have been said, or was not said
    std::vector<std::string> doubts{}; ///< where it could not tell
    std::size_t checks{};
    std::size_t again{}; ///< looked more than once
    std::size_t most{};  ///< how often at most
    std::uint64_t moves{};

    ChurnResult& operator+=(const ChurnResult& other);
    [[nodiscard]] std::string text() const;
};

/// Checks a healthy pair. What could not be judged is counted, and no error of its own.
[[nodiscard]] ChurnResult check_healthy(const ChurnKind& kind, const ChurnPace& pace,
                                        std::size_t checks, std::uint32_t seed);
/// Checks a pair with a defect once.
[[nodiscard]] ChurnResult check_planted(const Planted& defect, const ChurnKind& kind,
                                        const ChurnPace& pace, std::uint32_t seed);
/// How many readings of a healthy pair it takes until one alone would be called broken; nullopt: none
/// of so many.
[[nodiscard]] std::optional<std::size_t> readings_to_a_false_verdict(const ChurnKind& kind,
                                                                     const ChurnPace& pace,
                                                                     std::size_t most,
                                                                     std::uint32_t seed);

/// Does all of it, some at once: most of the time nothing happens. \return of each job
[[nodiscard]] std::vector<ChurnResult>
at_once(const std::vector<std::function<ChurnResult()>>& jobs);

} // namespace haoh::test
