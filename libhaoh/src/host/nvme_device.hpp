// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A controller's device node, as little of it as the channel needs: what each generation of libnvme
/// has to offer, and what a test can stand in for.
#pragma once

#include <haoh/error.hpp>
#include <haoh/nvme/command.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace haoh::host {

/// The end of a command: an errno value when there was no completion.
struct DeviceAnswer {
    int error{};
    nvme::Status status{};
    std::uint32_t dword0{};
};

class NvmeDevice {
  public:
    NvmeDevice() = default;
    NvmeDevice(const NvmeDevice&) = delete;
    NvmeDevice& operator=(const NvmeDevice&) = delete;
    virtual ~NvmeDevice() = default;

    /// Runs one command and waits for its end, however long the kernel takes. Called from several
    /// threads at once.
    /// \param data  where what the controller sends goes: as much as the command asks for
    [[nodiscard]] virtual DeviceAnswer execute(const nvme::AdminCommand& command,
                                               std::span<std::uint8_t> data) = 0;
};

/// Opens a device by its controller's name. \throws Error
using DeviceOpener = std::function<std::unique_ptr<NvmeDevice>(const std::string& name)>;

/// /dev/NAME through libnvme.
/// \throws Error (an errno value)
[[nodiscard]] std::unique_ptr<NvmeDevice> open_nvme_device(const std::string& name);

/// Why /dev/NAME cannot be opened, and what to do.
[[nodiscard]] Error device_open_error(int error, const std::string& name);

} // namespace haoh::host
