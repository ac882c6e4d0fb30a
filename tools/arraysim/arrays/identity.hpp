// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The defaults: what a healthy, modern array says of itself. Everything here can be changed by a
/// scenario.
#pragma once

#include <arraysim/scenario/scenario.hpp>

#include <haoh/nvme/identify_namespace.hpp>

namespace haoh::arraysim {

/// Organizationally unique identifier of the simulated vendor (locally administered), as printed.
inline constexpr std::array<std::uint8_t, 3> kOui{0x02, 0x68, 0x61};
inline constexpr std::uint64_t kCapIoCommandSets = 1ULL << 43; ///< CAP.CSS.IOCSS
inline constexpr std::uint16_t kMaxQueueEntries = 128;
inline constexpr std::uint32_t kInCapsuleData = 8192; ///< bytes

/// \param nsids  highest NSID \param groups highest ANA group: the bounds grow with them
[[nodiscard]] nvme::IdentifyController default_controller(std::string_view nqn,
                                                          std::uint32_t version,
                                                          std::uint32_t nsids,
                                                          std::uint32_t groups);
[[nodiscard]] std::uint64_t default_capabilities(std::uint32_t version);
/// Identify Controller of the discovery controller of an array.
[[nodiscard]] nvme::Bytes discovery_identity(std::uint16_t cntlid, std::uint32_t version);

/// Identifiers that only depend on the seed and the NSID, unique with a probability good enough.
[[nodiscard]] nvme::Uuid made_uuid(std::string_view seed, std::uint32_t nsid);
[[nodiscard]] nvme::Nguid made_nguid(std::string_view seed, std::uint32_t nsid);

} // namespace haoh::arraysim
