// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/supported_logs.hpp>

namespace haoh::nvme {

SupportedLogs decode_supported_logs(ByteView log) {
    SupportedLogs out;
    for (std::size_t i = 0; i < out.lids.size(); ++i) {
        out.lids[i] = load_le<std::uint32_t>(log, 4 * i);
    }
    return out;
}

Bytes encode(const SupportedLogs& logs) {
    Bytes out(kSupportedLogsSize);
    for (std::size_t i = 0; i < logs.lids.size(); ++i) {
        store_le(out, 4 * i, logs.lids[i]);
    }
    return out;
}

} // namespace haoh::nvme
