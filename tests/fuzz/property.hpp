// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What the fuzz targets share: a check that stays in optimized builds, and properties that hold of
/// every decoder.
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/nvme/problem.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <span>

namespace haoh::fuzz {

/// Ends the program, and so makes a finding, where a property does not hold.
inline void require(bool holds, const char* property) {
    if (!holds) {
        std::fprintf(stderr, "does not hold: %s\n", property);
        std::abort();
    }
}

inline bool same_bytes(nvme::ByteView a, nvme::ByteView b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

/// A number of problems that is bounded, none of them behind the end of the input, and none
/// without a name and a text.
inline void require_sane(const std::vector<nvme::Problem>& problems, std::size_t input_size) {
    require(problems.size() <= nvme::kMaxProblems + 1, "the number of problems is bounded");
    for (const nvme::Problem& problem : problems) {
        require(problem.offset <= input_size, "a problem lies in the input");
        require(!problem.field.empty() && !problem.text.empty(), "a problem tells what it is");
    }
}

inline bool has_kind(const std::vector<nvme::Problem>& problems, nvme::ProblemKind kind) {
    return std::any_of(problems.begin(), problems.end(),
                       [kind](const nvme::Problem& problem) { return problem.kind == kind; });
}

template <typename T>
bool strictly_ascending(std::span<const T> values) {
    return std::adjacent_find(values.begin(), values.end(), std::greater_equal<>()) == values.end();
}

} // namespace haoh::fuzz
