// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The pages that an observation keeps of a controller and of a namespace, and how each is asked for and
/// called: who reads, pays for, writes, compares or replays them goes by these tables. Not in them is
/// what takes several commands: lists, the ANA log, features, properties.
#pragma once

#include <haoh/nvme/command.hpp>
#include <haoh/nvme/supported_logs.hpp>
#include <haoh/observation.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace haoh::model {

struct ControllerPage {
    enum class By : std::uint8_t { identify, log };

    const char* key;  ///< in JSON, and of its differences
    const char* name; ///< for people
    Page ControllerObservation::*page;
    std::size_t length; ///< bytes
    By by;
    std::uint8_t id;      ///< CNS or LID
    std::uint32_t nsid{}; ///< that the command carries

    /// \param cntlid  of the controller: CNS 1Ch is asked by it
    [[nodiscard]] nvme::AdminCommand command(std::uint16_t cntlid) const {
        if (by == By::log) {
            return nvme::get_log_page_command(id, 0, static_cast<std::uint32_t>(length), nsid);
        }
        const bool by_controller = id == nvme::cns::io_command_sets;
        return nvme::identify_command(id, nsid, by_controller ? cntlid : std::uint16_t{0});
    }
};

/// In the order in which they are asked for.
inline constexpr std::array<ControllerPage, 9> kControllerPages{
    {{"identify", "Identify Controller", &ControllerObservation::identify, nvme::kIdentifySize,
      ControllerPage::By::identify, nvme::cns::identify_controller},
     {"supported_logs", "supported log pages", &ControllerObservation::supported_logs,
      nvme::kSupportedLogsSize, ControllerPage::By::log, nvme::lid::supported_logs},
     {"controller_list", "controller list", &ControllerObservation::controller_list,
      nvme::kIdentifySize, ControllerPage::By::identify, nvme::cns::subsystem_controllers},
     {"io_command_sets", "I/O command sets", &ControllerObservation::io_command_sets,
      nvme::kIdentifySize, ControllerPage::By::identify, nvme::cns::io_command_sets},
     {"nvm_controller", "Identify CNS 06h", &ControllerObservation::nvm_controller,
      nvme::kIdentifySize, ControllerPage::By::identify, nvme::cns::command_set_controller},
     {"commands_log", "commands supported and effects", &ControllerObservation::commands_log,
      nvme::kCommandsLogSize, ControllerPage::By::log, nvme::lid::commands_supported},
     {"firmware_log", "firmware slots", &ControllerObservation::firmware_log,
      nvme::kFirmwareLogSize, ControllerPage::By::log, nvme::lid::firmware_slot,
      nvme::kAllNamespaces},
     {"allocated_nsids", "allocated namespaces", &ControllerObservation::allocated_nsids,
      nvme::kIdentifySize, ControllerPage::By::identify, nvme::cns::allocated_namespaces},
     {"domain_list", "domains", &ControllerObservation::domain_list, nvme::kIdentifySize,
      ControllerPage::By::identify, nvme::cns::domains}}};

/// The row of a page of a controller. \pre it has one
[[nodiscard]] constexpr const ControllerPage& row_of(Page ControllerObservation::*page) {
    std::size_t index = 0;
    while (kControllerPages[index].page != page) {
        ++index;
    }
    return kControllerPages[index];
}

/// All are Identify pages.
struct PathPage {
    const char* key;
    const char* name;
    Page NamespaceObservation::*page;
    std::uint8_t cns;

    [[nodiscard]] nvme::AdminCommand command(std::uint32_t nsid) const {
        return nvme::identify_command(cns, nsid);
    }
};

inline constexpr std::array<PathPage, 5> kPathPages{
    {{"identify", "Identify Namespace", &NamespaceObservation::identify,
      nvme::cns::identify_namespace},
     {"descriptors", "ID descriptors", &NamespaceObservation::descriptors,
      nvme::cns::namespace_descriptors},
     {"nvm", "Identify CNS 05h", &NamespaceObservation::nvm, nvme::cns::command_set_namespace},
     {"independent", "Identify CNS 08h", &NamespaceObservation::independent,
      nvme::cns::independent_namespace},
     {"controllers", "controllers of the namespace", &NamespaceObservation::controllers,
      nvme::cns::namespace_controllers}}};

/// The row of a page of a namespace. \pre it has one
[[nodiscard]] constexpr const PathPage& row_of(Page NamespaceObservation::*page) {
    std::size_t index = 0;
    while (kPathPages[index].page != page) {
        ++index;
    }
    return kPathPages[index];
}

} // namespace haoh::model
