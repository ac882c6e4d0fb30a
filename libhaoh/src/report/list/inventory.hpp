// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What `haoh list` tells of one subsystem: who describes a namespace how, and its paths; what is
/// told alike is told once.
#pragma once

#include "report/list/arrays.hpp"
#include "report/text/text.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace haoh::report {

/// One of the texts by which controllers name the product.
struct ProductField {
    std::string name; ///< "serial", "model", "firmware"
    /// Each text with those who give it; that is empty when all controllers say the same.
    std::vector<std::pair<std::string, std::string>> values;
};

/// One description of one namespace. A namespace that controllers describe differently has several.
struct NamespaceLine {
    std::uint32_t nsid{};
    std::string size;                                     ///< "64.0 GiB"
    std::string block;                                    ///< "512 B", "4096+8 B"
    std::vector<std::pair<std::string, std::string>> ids; ///< "uuid", its text; strongest first
    std::string told_by; ///< empty when all controllers that show the namespace say so
};

/// The paths of namespaces whose states are equal everywhere.
struct PathLine {
    std::vector<std::uint32_t> nsids; ///< ascending
    std::set<std::uint32_t> groups;   ///< the ANA groups that they are in
    bool groups_differ{};             ///< controllers put one namespace into different groups
    std::vector<std::string> states;  ///< one for each array: "optimized", "absent", ...
    /// Likewise; nullopt: its controllers do not tell one and the same.
    std::vector<std::optional<nvme::AnaState>> ana;
    std::vector<bool> offered; ///< likewise: a controller of the array has the namespace
    std::vector<bool> carries; ///< likewise: and in a state in which I/O may go there
};

[[nodiscard]] std::vector<ProductField> product_fields(const SubsystemArrays& subsystem);
/// "serial SN-1, model Array and Other (array b)".
[[nodiscard]] Spans product_spans(const std::vector<ProductField>& fields);
[[nodiscard]] std::vector<NamespaceLine> namespace_lines(const SubsystemArrays& subsystem);
[[nodiscard]] std::vector<PathLine> path_lines(const SubsystemArrays& subsystem);

/// "64.0 GiB".
[[nodiscard]] std::string size_text(std::uint64_t bytes);

} // namespace haoh::report
