// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Lines of the kernel's log that tell of a controller's coming and going
/// (drivers/nvme/host/tcp.c, rdma.c, core.c). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace haoh::linux_kernel {

struct ControllerMessage {
    enum class Kind : std::uint8_t {
        connected, ///< "new ctrl: NQN \"...\", addr 10.0.0.1:4420"
        given_up,  ///< "Removing controller (-110)...": ctrl_loss_tmo is over, or it was refused
        removed,   ///< "Removing ctrl: NQN \"...\"": on request, or after it was given up
    };
    Kind kind{};
    std::string controller; ///< "nvme1"
    std::string subsysnqn;  ///< empty where the line does not say it
    std::string address;    ///< "10.0.0.1:4420", "[fd00::1]:4420"; empty where it does not say it
    std::string text;       ///< what the kernel says, without the device
};

/// \param text  "nvme nvme1: Removing controller (-110)..."
/// \return nullopt for all other messages
[[nodiscard]] std::optional<ControllerMessage> parse_controller_message(std::string_view text);

} // namespace haoh::linux_kernel
