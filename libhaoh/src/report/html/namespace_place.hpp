// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What is known of a namespace on one array, and the cells of a picture that show it.
#pragma once

#include "report/html/picture.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace haoh::report {

/// What is known of a namespace on one array.
struct NamespacePlace {
    std::string told;                ///< by its controllers; empty: none was asked
    std::string seen;                ///< by a host's kernel
    std::set<std::string> problems;  ///< that hosts have with it
    std::vector<std::string> traits; ///< identifiers and size, to be compared
    bool offered{};                  ///< as told: a controller of the array has it
    bool carries{};                  ///< as told: and in a state in which I/O may go there
    std::size_t paths{};             ///< of all hosts, those that should be there too
    std::size_t usable_paths{};

    /// Whether I/O can go there: one way is enough.
    [[nodiscard]] bool usable() const {
        return (told.empty() ? usable_paths > 0 : carries) && (paths == 0 || usable_paths > 0);
    }
    /// Whether it is no part of what the other arrays have: nobody offers it, or no host gets there for
    /// another reason than its ANA state.
    [[nodiscard]] bool apart() const {
        return (!told.empty() && !offered) || (!problems.empty() && !usable());
    }
};

/// One for each array. Arrays of which nothing is known have no such namespace.
[[nodiscard]] std::vector<PictureCell> cells_of(const std::vector<NamespacePlace>& places,
                                                std::size_t arrays);
/// Puts what parts the arrays into cells that say no value yet: also where no rule was asked that says so.
void tell_traits(std::vector<PictureCell>& cells, const std::vector<NamespacePlace>& places);
/// "256.0 MiB, 512 B" of the first array that tells it.
[[nodiscard]] std::string size_of(const std::vector<NamespacePlace>& places);

} // namespace haoh::report
