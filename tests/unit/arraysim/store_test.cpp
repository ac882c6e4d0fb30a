// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/arrays/store.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace haoh::arraysim {
namespace {

using nvme::Bytes;

constexpr std::uint64_t kChunk = Store::kChunkSize;

Bytes read(const Store& store, std::uint64_t offset, std::size_t length) {
    Bytes bytes(length, 0xEE);
    store.read(offset, bytes);
    return bytes;
}

TEST(Store, WhatWasNeverWrittenReadsAsZeroAndTakesNoMemory) {
    const Store store;
    EXPECT_EQ(read(store, 1ULL << 50U, 100), Bytes(100, 0));
    EXPECT_EQ(store.allocated(), 0U);
}

TEST(Store, ReadsBackWhatWasWrittenAcrossChunks) {
    Store store;
    const Bytes data(3000, 0x5A);
    store.write(kChunk - 1000, data);
    EXPECT_EQ(read(store, kChunk - 1000, 3000), data);
    EXPECT_EQ(read(store, kChunk - 1001, 1), Bytes(1, 0));
    EXPECT_EQ(read(store, kChunk + 2000, 1), Bytes(1, 0));
    EXPECT_EQ(store.allocated(), 2 * kChunk);
    EXPECT_TRUE(store.equals(kChunk - 1000, data));
    EXPECT_FALSE(store.equals(kChunk - 1001, data));
}

TEST(Store, DeallocationZeroesThePartsAndFreesTheWhole) {
    Store store;
    store.write(0, Bytes(4 * kChunk, 0x11));
    store.deallocate(kChunk / 2, 2 * kChunk);
    EXPECT_EQ(read(store, kChunk / 2 - 1, 2), (Bytes{0x11, 0}));
    EXPECT_EQ(read(store, 2 * kChunk + kChunk / 2 - 1, 2), (Bytes{0, 0x11}));
    EXPECT_EQ(store.allocated(), 3 * kChunk);
}

TEST(Store, DeallocatesExactlyTheRangeHoweverLargeItIs) {
    // Few chunks and long ranges, and the other way round: both ways of walking.
    for (const std::uint64_t begin : {kChunk, kChunk + 5, 2 * kChunk - 1}) {
        for (const std::uint64_t end : {2 * kChunk, 3 * kChunk, 3 * kChunk + 7, 4 * kChunk - 1}) {
            for (const bool sparse : {false, true}) {
                Store store;
                const std::uint64_t shift = sparse ? 40 * kChunk : 0;
                store.write(0, Bytes(2 * kChunk, 0x66));
                store.write(shift + 2 * kChunk, Bytes(2 * kChunk, 0x77));
                store.deallocate(begin, shift + end - begin);
                EXPECT_EQ(read(store, begin - 1, 1), Bytes(1, 0x66));
                EXPECT_EQ(read(store, begin, 2 * kChunk - begin), Bytes(2 * kChunk - begin, 0));
                const std::uint64_t zeros = end - 2 * kChunk;
                EXPECT_EQ(read(store, shift + 2 * kChunk, zeros), Bytes(zeros, 0));
                const std::uint64_t left = 4 * kChunk - end;
                EXPECT_EQ(read(store, shift + end, left), Bytes(left, 0x77));
                const std::uint64_t whole =
                    (begin == kChunk ? 1U : 0U) + (end >= 3 * kChunk ? 1U : 0U);
                EXPECT_EQ(store.allocated(), (4 - whole) * kChunk);
            }
        }
    }
}

TEST(Store, DeallocatesAHugeRangeWithoutWalkingIt) {
    Store store;
    store.write(100, Bytes(1, 0x22));
    store.write(10 * kChunk, Bytes(kChunk, 0x33));
    store.write(1ULL << 45U, Bytes(8, 0x44));
    store.deallocate(200, 1ULL << 45U);
    EXPECT_EQ(read(store, 100, 1), Bytes(1, 0x22));
    EXPECT_EQ(read(store, 10 * kChunk, 1), Bytes(1, 0));
    EXPECT_EQ(read(store, 1ULL << 45U, 8), Bytes(8, 0));
    store.write((1ULL << 45U) + 300, Bytes(1, 0x55));
    EXPECT_EQ(read(store, (1ULL << 45U) + 300, 1), Bytes(1, 0x55));
}

} // namespace
} // namespace haoh::arraysim
