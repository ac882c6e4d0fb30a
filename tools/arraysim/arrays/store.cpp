// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/arrays/store.hpp>

namespace haoh::arraysim {

void Store::read(std::uint64_t offset, nvme::MutableByteView out) const {
    std::size_t done = 0;
    while (done < out.size()) {
        const std::uint64_t position = offset + done;
        const std::uint64_t within = position % kChunkSize;
        const std::size_t length = std::min<std::uint64_t>(out.size() - done, kChunkSize - within);
        const auto chunk = chunks_.find(position / kChunkSize);
        if (chunk == chunks_.end()) {
            std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(done), length, std::uint8_t{0});
        } else {
            std::copy_n(chunk->second.get() + within, length,
                        out.begin() + static_cast<std::ptrdiff_t>(done));
        }
        done += length;
    }
}

void Store::write(std::uint64_t offset, nvme::ByteView data) {
    std::size_t done = 0;
    while (done < data.size()) {
        const std::uint64_t position = offset + done;
        const std::uint64_t within = position % kChunkSize;
        const std::size_t length = std::min<std::uint64_t>(data.size() - done, kChunkSize - within);
        Chunk& chunk = chunks_[position / kChunkSize];
        if (!chunk) {
            chunk = std::make_unique<std::uint8_t[]>(kChunkSize);
        }
        std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(done), length, chunk.get() + within);
        done += length;
    }
}

void Store::deallocate(std::uint64_t offset, std::uint64_t length) {
    const std::uint64_t end = offset + length;
    // A range may be far larger than what is allocated: walk whichever is shorter.
    if (length / kChunkSize > chunks_.size()) {
        std::erase_if(chunks_, [&](auto& entry) {
            const std::uint64_t begin = entry.first * kChunkSize;
            return begin >= offset && begin + kChunkSize <= end;
        });
        const auto clear = [&](std::uint64_t from, std::uint64_t to) {
            const auto chunk = chunks_.find(from / kChunkSize);
            if (from < to && chunk != chunks_.end()) {
                std::fill_n(chunk->second.get() + from % kChunkSize, to - from, std::uint8_t{0});
            }
        };
        clear(offset, std::min(end, (offset / kChunkSize + 1) * kChunkSize));
        clear(std::max(offset, end / kChunkSize * kChunkSize), end);
        return;
    }
    for (std::uint64_t position = offset; position < end;) {
        const std::uint64_t within = position % kChunkSize;
        const std::uint64_t part = std::min(end - position, kChunkSize - within);
        const auto chunk = chunks_.find(position / kChunkSize);
        if (chunk != chunks_.end()) {
            if (part == kChunkSize) {
                chunks_.erase(chunk);
            } else {
                std::fill_n(chunk->second.get() + within, part, std::uint8_t{0});
            }
        }
        position += part;
    }
}

bool Store::equals(std::uint64_t offset, nvme::ByteView data) const {
    nvme::Bytes held(data.size());
    read(offset, held);
    return std::equal(held.begin(), held.end(), data.begin());
}

} // namespace haoh::arraysim
