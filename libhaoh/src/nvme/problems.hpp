// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Collects the problems of one structure, bounded: hostile bytes can hold a problem in each word.
#pragma once

#include "base/safe_text.hpp"

#include <haoh/nvme/problem.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace haoh::nvme {

class ProblemList {
  public:
    void add(ProblemKind kind, std::size_t offset, std::string field, std::string_view text) {
        if (problems_.size() < kMaxProblems) {
            problems_.push_back({.kind = kind,
                                 .offset = static_cast<std::uint32_t>(offset),
                                 .field = std::move(field),
                                 .text = base::safe_text(text)});
        } else {
            ++left_out_;
        }
    }

    [[nodiscard]] std::vector<Problem> take() && {
        if (left_out_ != 0) {
            problems_.push_back({.kind = ProblemKind::too_many,
                                 .offset = 0,
                                 .field = "problems",
                                 .text = std::to_string(left_out_) + " more are not listed"});
        }
        return std::move(problems_);
    }

  private:
    std::vector<Problem> problems_;
    std::size_t left_out_{};
};

} // namespace haoh::nvme
