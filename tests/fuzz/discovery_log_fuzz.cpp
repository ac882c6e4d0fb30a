// SPDX-License-Identifier: LGPL-2.1-or-later
// The discovery log.
#include "fuzz/property.hpp"

#include <haoh/nvme/discovery_log.hpp>

using namespace haoh;
using namespace haoh::nvme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    const DiscoveryLog log = decode_discovery_log(input);
    fuzz::require_sane(log.problems, size);
    fuzz::require(log.entries.size() <= log.numrec, "no more entries than announced");
    fuzz::require(log.entries.empty() ||
                      kDiscoveryHeaderSize + kDiscoveryEntrySize * log.entries.size() <= size,
                  "entries come from the input");
    for (const DiscoveryEntry& entry : log.entries) {
        fuzz::require(entry.trsvcid.size() <= 32 && entry.subnqn.size() <= 256 &&
                          entry.traddr.size() <= 256,
                      "texts are as long as their fields at most");
        fuzz::require(!entry.traddr.ends_with(' ') && !entry.trsvcid.ends_with(' '),
                      "padding is cut");
        fuzz::require(entry.subnqn.find('\0') == std::string::npos &&
                          entry.traddr.find('\0') == std::string::npos,
                      "texts end at NUL");
        if (log.problems.empty()) {
            fuzz::require(
                printable(ByteView(reinterpret_cast<const std::uint8_t*>(entry.traddr.data()),
                                   entry.traddr.size()))
                            .find("\\x") == std::string::npos ||
                    entry.traddr.find('\\') != std::string::npos,
                "an address without a problem is ASCII");
        }
    }
    const DiscoveryLog second = decode_discovery_log(encode(log));
    fuzz::require(second.entries == log.entries && second.genctr == log.genctr &&
                      second.numrec == log.numrec && second.recfmt == log.recfmt,
                  "a log goes round");
    return 0;
}
