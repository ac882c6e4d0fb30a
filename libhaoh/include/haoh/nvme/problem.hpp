// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a decoder of a variable structure found wrong with it. Decoders keep all that can be read
/// and list the rest here: the bytes come from arrays that may lie, and the lie is what is
/// reported.
#pragma once

#include <haoh/visibility.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace HAOH_PUBLIC haoh {
namespace nvme {

/// At most so many problems of one structure are listed; one more of the kind `too_many` and the
/// field "problems" counts the rest.
inline constexpr std::size_t kMaxProblems = 64;

enum class ProblemKind {
    truncated,     ///< the structure says it is longer than the bytes that came
    bad_length,    ///< a length field with a value that the specification does not allow
    bad_value,     ///< a field with a value that the specification does not allow
    reserved_bits, ///< reserved bits that are not zero
    not_ascending, ///< an order that the specification demands is broken
    duplicate,     ///< something that may occur once occurs again
    zero_value,    ///< an identifier that must not be zero is
    trailing_data, ///< data after the end of the structure that should be zero
    too_many,      ///< more entries than a bound of ours; the rest was left out
};

/// One deviation. Ordered as found.
struct Problem {
    ProblemKind kind{};
    std::uint32_t offset{}; ///< in the structure, in bytes
    std::string field{};    ///< what it is about: "agid", "nsid", "nidl", "nagd"
    std::string text{};     ///< one clause: "group 3 comes after group 5"

    bool operator==(const Problem&) const = default;
};

} // namespace nvme
} // namespace haoh
