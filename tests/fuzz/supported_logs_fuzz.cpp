// SPDX-License-Identifier: LGPL-2.1-or-later
// The Supported Log Pages log.
#include "fuzz/property.hpp"

#include <haoh/nvme/supported_logs.hpp>

using namespace haoh;
using namespace haoh::nvme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    const SupportedLogs logs = decode_supported_logs(input);
    const ByteView log = slice(input, 0, kSupportedLogsSize);
    Bytes padded(log.begin(), log.end());
    padded.resize(kSupportedLogsSize);
    fuzz::require(encode(logs) == padded, "every byte is kept");
    for (unsigned lid = 0; lid < 256; ++lid) {
        fuzz::require(logs.supports(static_cast<std::uint8_t>(lid)) ==
                          ((padded[4 * std::size_t{lid}] & 1U) != 0),
                      "LSUPP is bit 0");
    }
    return 0;
}
