// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/commands_log.hpp>

namespace haoh::nvme {

CommandsLog decode_commands_log(ByteView log) {
    CommandsLog out;
    for (std::size_t i = 0; i < out.admin.size(); ++i) {
        out.admin[i] = load_le<std::uint32_t>(log, 4 * i);
        out.io[i] = load_le<std::uint32_t>(log, 4 * (out.admin.size() + i));
    }
    return out;
}

Bytes encode(const CommandsLog& log) {
    Bytes out(kCommandsLogSize);
    for (std::size_t i = 0; i < log.admin.size(); ++i) {
        store_le(out, 4 * i, log.admin[i]);
        store_le(out, 4 * (log.admin.size() + i), log.io[i]);
    }
    return out;
}

} // namespace haoh::nvme
