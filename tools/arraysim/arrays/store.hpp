// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The data of a namespace: a sparse byte space in memory.
#pragma once

#include <haoh/nvme/bytes.hpp>

#include <memory>
#include <unordered_map>

namespace haoh::arraysim {

/// Bytes that were never written, or were deallocated, read as zero and take no memory. Any
/// address is valid; the namespace's size is checked by the caller.
class Store {
  public:
    static constexpr std::uint64_t kChunkSize = 64U << 10U; ///< unit of allocation, in bytes

    void read(std::uint64_t offset, nvme::MutableByteView out) const;
    void write(std::uint64_t offset, nvme::ByteView data);
    /// Makes the range read as zero again and frees what it covers completely.
    void deallocate(std::uint64_t offset, std::uint64_t length);
    /// Whether the store holds exactly `data` at `offset`.
    [[nodiscard]] bool equals(std::uint64_t offset, nvme::ByteView data) const;
    /// Bytes that hold data, in whole chunks.
    [[nodiscard]] std::uint64_t allocated() const { return chunks_.size() * kChunkSize; }

  private:
    using Chunk = std::unique_ptr<std::uint8_t[]>;

    std::unordered_map<std::uint64_t, Chunk> chunks_;
};

} // namespace haoh::arraysim
