// SPDX-License-Identifier: LGPL-2.1-or-later
#include "nvme/crc32c_engines.hpp"

#include <haoh/nvme/crc32c.hpp>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace haoh::nvme {

namespace {

constexpr std::uint32_t kReflectedPolynomial = 0x82F63B78U;

using SliceTables = std::array<std::array<std::uint32_t, 256>, 8>;

/// Table k holds the remainder of each byte value followed by k zero bytes.
constexpr SliceTables make_tables() {
    SliceTables tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kReflectedPolynomial : 0U);
        }
        tables[0][byte] = crc;
    }
    for (std::size_t k = 1; k < tables.size(); ++k) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint32_t before = tables[k - 1][byte];
            tables[k][byte] = (before >> 8U) ^ tables[0][before & 0xFFU];
        }
    }
    return tables;
}

constexpr SliceTables kTables = make_tables();

} // namespace

namespace detail {

std::uint32_t crc32c_portable(ByteView bytes, std::uint32_t previous) {
    std::uint32_t crc = ~previous;
    while (bytes.size() >= 8) {
        const std::uint64_t word = load_le<std::uint64_t>(bytes.first<8>(), 0) ^ crc;
        crc = 0;
        for (unsigned i = 0; i < 8; ++i) {
            crc ^= kTables[7 - i][(word >> (8U * i)) & 0xFFU];
        }
        bytes = bytes.subspan(8);
    }
    for (const std::uint8_t byte : bytes) {
        crc = (crc >> 8U) ^ kTables[0][(crc ^ byte) & 0xFFU];
    }
    return ~crc;
}

#if defined(__x86_64__)

bool crc32c_hardware_available() {
    return __builtin_cpu_supports("sse4.2") != 0;
}

__attribute__((target("sse4.2"))) std::uint32_t crc32c_hardware(ByteView bytes,
                                                                std::uint32_t previous) {
    std::uint64_t crc = static_cast<std::uint32_t>(~previous);
    while (bytes.size() >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        crc = _mm_crc32_u64(crc, word);
        bytes = bytes.subspan(8);
    }
    auto narrow = static_cast<std::uint32_t>(crc);
    for (const std::uint8_t byte : bytes) {
        narrow = _mm_crc32_u8(narrow, byte);
    }
    return ~narrow;
}

#else

bool crc32c_hardware_available() {
    return false;
}

std::uint32_t crc32c_hardware(ByteView bytes, std::uint32_t previous) {
    return crc32c_portable(bytes, previous);
}

#endif

} // namespace detail

std::uint32_t crc32c(ByteView bytes, std::uint32_t previous) {
    return detail::crc32c_hardware_available() ? detail::crc32c_hardware(bytes, previous)
                                               : detail::crc32c_portable(bytes, previous);
}

} // namespace haoh::nvme
