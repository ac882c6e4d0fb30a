// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Bytes as literals, and problems as short texts to compare.
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/nvme/problem.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::nvme {

/// The bytes of a hexadecimal text with white space anywhere between bytes.
inline Bytes hex(std::string_view text) {
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
                 [](char letter) { return letter != ' ' && letter != '\n'; });
    Bytes bytes;
    return from_hex(digits, bytes) ? bytes : Bytes{};
}

/// Puts bytes at an offset, growing the buffer where needed.
inline void put(Bytes& buffer, std::size_t offset, const Bytes& bytes) {
    buffer.resize(std::max(buffer.size(), offset + bytes.size()));
    std::copy(bytes.begin(), bytes.end(), buffer.begin() + static_cast<std::ptrdiff_t>(offset));
}

/// Puts a text at an offset.
inline void put_text(Bytes& buffer, std::size_t offset, std::string_view text) {
    put(buffer, offset, Bytes(text.begin(), text.end()));
}

inline std::string name_of(ProblemKind kind) {
    switch (kind) {
    case ProblemKind::truncated:
        return "truncated";
    case ProblemKind::bad_length:
        return "bad_length";
    case ProblemKind::bad_value:
        return "bad_value";
    case ProblemKind::reserved_bits:
        return "reserved_bits";
    case ProblemKind::not_ascending:
        return "not_ascending";
    case ProblemKind::duplicate:
        return "duplicate";
    case ProblemKind::zero_value:
        return "zero_value";
    case ProblemKind::trailing_data:
        return "trailing_data";
    case ProblemKind::too_many:
        return "too_many";
    }
    return "?";
}

/// "agid not_ascending @48" for each problem, in order.
inline std::vector<std::string> brief(const std::vector<Problem>& problems) {
    std::vector<std::string> texts;
    texts.reserve(problems.size());
    for (const Problem& problem : problems) {
        texts.push_back(problem.field + " " + name_of(problem.kind) + " @" +
                        std::to_string(problem.offset));
    }
    return texts;
}

using Briefs = std::vector<std::string>;

} // namespace haoh::nvme
