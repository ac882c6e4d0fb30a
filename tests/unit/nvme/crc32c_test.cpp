// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/crc32c.hpp>

#include "nvme/crc32c_engines.hpp"
#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace haoh::nvme {
namespace {

struct Vector {
    const char* name;
    Bytes bytes;
    std::uint32_t digest;
};

/// RFC 3720 appendix B.4, and the check value of the CRC catalogue.
std::vector<Vector> known_vectors() {
    Bytes ascending(32);
    std::iota(ascending.begin(), ascending.end(), std::uint8_t{0});
    const Bytes descending(ascending.rbegin(), ascending.rend());
    const Bytes scsi_read = hex("01 c0 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
                                "14 00 00 00 00 00 04 00 00 00 00 14 00 00 00 18"
                                "28 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00");
    const std::string_view digits = "123456789";
    return {{"zeros", Bytes(32), 0x8A9136AA},
            {"ones", Bytes(32, 0xFF), 0x62A8AB43},
            {"ascending", ascending, 0x46DD794E},
            {"descending", descending, 0x113FDB5C},
            {"iSCSI read", scsi_read, 0xD9963A56},
            {"digits", Bytes(digits.begin(), digits.end()), 0xE3069283},
            {"nothing", {}, 0}};
}

TEST(Crc32c, GivesTheKnownDigests) {
    for (const Vector& vector : known_vectors()) {
        EXPECT_EQ(crc32c(vector.bytes), vector.digest) << vector.name;
        EXPECT_EQ(detail::crc32c_portable(vector.bytes, 0), vector.digest) << vector.name;
    }
}

TEST(Crc32c, IsTheSameByInstruction) {
    if (!detail::crc32c_hardware_available()) {
        GTEST_SKIP() << "this processor has no CRC-32C instruction";
    }
    for (const Vector& vector : known_vectors()) {
        EXPECT_EQ(detail::crc32c_hardware(vector.bytes, 0), vector.digest) << vector.name;
    }
    std::mt19937 random(1); // NOLINT: the same bytes each time
    Bytes bytes(1000);
    std::generate(bytes.begin(), bytes.end(),
                  [&random] { return static_cast<std::uint8_t>(random()); });
    for (std::size_t offset = 0; offset < 9; ++offset) {
        for (std::size_t length = 0; length < 70; ++length) {
            const ByteView part = slice(bytes, offset, length);
            EXPECT_EQ(detail::crc32c_hardware(part, 5), detail::crc32c_portable(part, 5));
        }
    }
}

TEST(Crc32c, ContinuesWhereItStopped) {
    Bytes bytes(100);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{17});
    const std::uint32_t whole = crc32c(bytes);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        const ByteView view = bytes;
        EXPECT_EQ(crc32c(view.subspan(cut), crc32c(view.first(cut))), whole);
        EXPECT_EQ(
            detail::crc32c_portable(view.subspan(cut), detail::crc32c_portable(view.first(cut), 0)),
            whole);
    }
}

} // namespace
} // namespace haoh::nvme
