// SPDX-License-Identifier: LGPL-2.1-or-later
// What controllers say of their commands: CNS 06h, and the logs of commands and of firmware slots.
#include "fuzz/property.hpp"

#include <haoh/nvme/commands_log.hpp>
#include <haoh/nvme/firmware_log.hpp>
#include <haoh/nvme/identify_controller_nvm.hpp>

using namespace haoh;
using namespace haoh::nvme;

namespace {

Bytes padded(ByteView input, std::size_t size) {
    const ByteView page = slice(input, 0, size);
    Bytes out(page.begin(), page.end());
    out.resize(size);
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);

    const Bytes limits = encode(decode_identify_controller_nvm(input));
    Bytes wanted = padded(input, kIdentifySize);
    std::fill(wanted.begin() + 24, wanted.end(), std::uint8_t{0});
    fuzz::require(limits == wanted, "CNS 06h keeps its fields and nothing else");

    Bytes commands = padded(input, kCommandsLogSize);
    std::fill(commands.begin() + 2048, commands.end(), std::uint8_t{0}); // reserved
    fuzz::require(encode(decode_commands_log(input)) == commands, "every entry is kept");

    Bytes slots = padded(input, kFirmwareLogSize);
    std::fill(slots.begin() + 1, slots.begin() + 8, std::uint8_t{0}); // reserved
    std::fill(slots.begin() + 64, slots.end(), std::uint8_t{0});
    fuzz::require(encode(decode_firmware_log(input)) == slots, "every slot is kept");
    return 0;
}
