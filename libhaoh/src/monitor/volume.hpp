// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a path leads to, and whether Linux takes it for the namespace that it has already.
#pragma once

#include <haoh/nvme/namespace_id.hpp>
#include <haoh/observation.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace haoh::monitor {

/// Of a namespace behind one controller what Linux compares between paths.
struct Volume {
    nvme::NamespaceIds ids;
    bool ids_read{true};  ///< false: identifiers that it does not have are not known
    std::uint8_t lbads{}; ///< log2 of the block size; 0: not known
    std::uint16_t metadata{};
    bool shared{true}; ///< NMIC: several controllers may have it; also when it is not known

    bool operator==(const Volume&) const = default;
};

/// nullopt: it could not be identified.
[[nodiscard]] std::optional<Volume> volume_of(const NamespaceObservation& seen);

/// Why Linux makes no path, or makes one that must not be used.
struct Refused {
    std::string_view rule; ///< id in `haoh rules`
    std::string text;      ///< one clause

    bool operator==(const Refused&) const = default;
};

/// Whether a path to `volume` has a place beside one to `first` (core.c, nvme_init_ns_head and
/// nvme_ns_ids_equal): other identifiers or another command set are another volume. Of another block
/// format Linux says nothing, and commands reach other blocks (nvme_update_ns_info_block).
[[nodiscard]] std::optional<Refused> refused_beside(const Volume& first, const Volume& volume);

} // namespace haoh::monitor
