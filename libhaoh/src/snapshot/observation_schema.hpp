// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What writer and reader of `haoh.observation/1` share: names of pages, lengths, limits.
#pragma once

#include <haoh/observation.hpp>

#include <array>
#include <cstddef>
#include <limits>

namespace haoh::snapshot {

inline constexpr const char* kObservationSchema = "haoh.observation/1";

/// A page without a length of its own: a log. It is always written with its length.
inline constexpr std::size_t kAnyLength = std::numeric_limits<std::size_t>::max();
inline constexpr std::size_t kFeatureSize = 4;
inline constexpr std::size_t kSupportedLogsLength = 1024;

struct NamespacePageKey {
    const char* key;
    Page NamespaceObservation::*page;
};
inline constexpr std::array<NamespacePageKey, 4> kNamespacePages{
    {{"identify", &NamespaceObservation::identify},
     {"descriptors", &NamespaceObservation::descriptors},
     {"nvm", &NamespaceObservation::nvm},
     {"independent", &NamespaceObservation::independent}}};

struct ControllerPageKey {
    const char* key;
    Page ControllerObservation::*page;
    std::size_t length; ///< bytes, where nothing else is written
};
inline constexpr std::array<ControllerPageKey, 7> kControllerPages{
    {{"identify", &ControllerObservation::identify, nvme::kIdentifySize},
     {"io_command_sets", &ControllerObservation::io_command_sets, nvme::kIdentifySize},
     {"controller_list", &ControllerObservation::controller_list, nvme::kIdentifySize},
     {"supported_logs", &ControllerObservation::supported_logs, kSupportedLogsLength},
     {"nvm_controller", &ControllerObservation::nvm_controller, nvme::kIdentifySize},
     {"commands_log", &ControllerObservation::commands_log, nvme::kCommandsLogSize},
     {"firmware_log", &ControllerObservation::firmware_log, nvme::kFirmwareLogSize}}};

inline constexpr const char* kAnaLogPage = "ana_log";
inline constexpr const char* kFeaturePages = "features";
inline constexpr const char* kDiscoveryLogPage = "log";

} // namespace haoh::snapshot
