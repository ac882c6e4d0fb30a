// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The structure that either generation of libnvme takes a command in; the names of its members are
/// those of the kernel's.
#pragma once

#include <haoh/nvme/command.hpp>

#include <cstdint>
#include <span>

namespace haoh::host {

template <typename Passthru>
[[nodiscard]] Passthru make_passthru(const nvme::AdminCommand& command,
                                     std::span<std::uint8_t> data) {
    Passthru passthru{};
    passthru.opcode = command.opcode;
    passthru.nsid = command.nsid;
    passthru.addr = reinterpret_cast<std::uintptr_t>(data.data());
    passthru.data_len = static_cast<std::uint32_t>(data.size());
    passthru.cdw10 = command.cdw[0];
    passthru.cdw11 = command.cdw[1];
    passthru.cdw12 = command.cdw[2];
    passthru.cdw13 = command.cdw[3];
    passthru.cdw14 = command.cdw[4];
    passthru.cdw15 = command.cdw[5];
    passthru.timeout_ms = 0; // the kernel's own: after a shorter one it resets the controller
    return passthru;
}

} // namespace haoh::host
