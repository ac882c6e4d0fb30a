// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Whether a command that met a hostile target did what it must.
#pragma once

#include "hostile/child.hpp"
#include "hostile/table.hpp"

#include <string>
#include <vector>

namespace haoh::test {

/// One command that ran on a hostile and a healthy target.
struct Met {
    const Row* row{};
    unsigned command{};
    std::string hostile; ///< their names
    std::string healthy;
    std::size_t misdeeds{};
    ChildResult child;
};

/// What a process may take.
struct Bounds {
    std::chrono::milliseconds processor{};
    std::size_t memory{}; ///< bytes
};

/// Each thing that is wrong; none when it did what it must.
[[nodiscard]] std::vector<std::string> complaints(const Met& met, const Bounds& bounds);
/// Of these, what more time would not mend: crashes, and bounds that do not depend on other load.
[[nodiscard]] bool is_final(const Met& met, const Bounds& bounds);

} // namespace haoh::test
