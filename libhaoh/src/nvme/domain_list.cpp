// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/domain_list.hpp>

#include <algorithm>
#include <cassert>

namespace haoh::nvme {

namespace {

constexpr std::size_t kListSize = 4096;
constexpr std::size_t kEntrySize = 128; // and of what comes before the entries
constexpr std::size_t kCapacity = 16;   // offsets in an entry
constexpr std::size_t kUnallocated = 32;
constexpr std::size_t kMaxGroup = 48;

} // namespace

std::vector<DomainEntry> decode_domain_list(ByteView page) {
    const std::size_t count =
        std::min<std::size_t>(load_le<std::uint8_t>(page, 0), kMaxDomainEntries);
    std::vector<DomainEntry> out(count);
    std::size_t offset = kEntrySize;
    for (DomainEntry& entry : out) {
        const ByteView bytes = slice(page, offset, kEntrySize);
        entry.domainid = load_le<std::uint16_t>(bytes, 0);
        entry.capacity = load_array<16>(bytes, kCapacity);
        entry.unallocated = load_array<16>(bytes, kUnallocated);
        entry.max_group = load_array<16>(bytes, kMaxGroup);
        offset += kEntrySize;
    }
    return out;
}

Bytes encode_domain_list(std::span<const DomainEntry> domains) {
    assert(domains.size() <= kMaxDomainEntries);
    Bytes out(kListSize);
    out[0] = static_cast<std::uint8_t>(domains.size());
    std::size_t offset = kEntrySize;
    for (const DomainEntry& entry : domains) {
        store_le(out, offset, entry.domainid);
        const auto put = [&](std::size_t at, const std::array<std::uint8_t, 16>& value) {
            std::copy(value.begin(), value.end(),
                      out.begin() + static_cast<std::ptrdiff_t>(offset + at));
        };
        put(kCapacity, entry.capacity);
        put(kUnallocated, entry.unallocated);
        put(kMaxGroup, entry.max_group);
        offset += kEntrySize;
    }
    return out;
}

} // namespace haoh::nvme
