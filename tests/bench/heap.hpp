// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a value costs in memory, by the allocator's own books.
#pragma once

#include <cstddef>

#include <malloc.h>

namespace haoh::bench {

/// Bytes of the heap that are in use, with what the allocator adds to each block. Of the thread
/// that runs main; large blocks (mmap) count.
[[nodiscard]] inline std::size_t heap_in_use() {
    const struct mallinfo2 info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

} // namespace haoh::bench
