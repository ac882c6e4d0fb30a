// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a rewritten source asks: is this mutant the chosen one? See README.md.
#pragma once

#include <type_traits>

namespace haoh_mutation {

/// HAOH_MUTANT; 0 is none.
extern unsigned chosen;
/// With HAOH_MUTANT_TRACE: a byte for each mutant, set where one is come by.
extern unsigned char* reached;
extern unsigned reached_size;

/// At run time only: what must be a constant does not compile with it, and the mutant is dropped.
inline bool now(unsigned id) noexcept {
    if (reached != nullptr) [[unlikely]] {
        if (id < reached_size) {
            reached[id] = 1;
        }
    }
    return id == chosen;
}

/// For what is also evaluated by the compiler: there never.
constexpr bool on(unsigned id) noexcept {
    return !std::is_constant_evaluated() && now(id);
}

/// A constant that is wrong: a bool the other one, a number one more, a duration twice as long. By
/// value, so that a lambda need not capture it.
template <class T>
constexpr T more(T value) {
    if constexpr (std::is_same_v<T, bool>) {
        return !value;
    } else if constexpr (std::is_arithmetic_v<T>) {
        return static_cast<T>(value + T{1});
    } else {
        return value + value;
    }
}

} // namespace haoh_mutation
