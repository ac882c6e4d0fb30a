// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What the kernel is asked below a root: system calls, or what a test answers to them.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace haoh::host {

/// Each returns -1 and sets errno when it fails. Used by several threads at once.
class FileCalls {
  public:
    FileCalls() = default;
    FileCalls(const FileCalls&) = delete;
    FileCalls& operator=(const FileCalls&) = delete;
    virtual ~FileCalls() = default;

    /// openat2(2)
    virtual int open(int directory, const char* path, int flags, unsigned long long resolve) const;
    /// read(2)
    virtual ssize_t read(int file, void* bytes, std::size_t size) const;
    /// pread(2) from the beginning
    virtual ssize_t read_again(int file, void* bytes, std::size_t size) const;
    /// getdents64(2)
    virtual ssize_t list(int directory, void* bytes, std::size_t size) const;
    /// write(2)
    virtual ssize_t write(int file, const void* bytes, std::size_t size) const;

    /// The system's own.
    [[nodiscard]] static const FileCalls& system();
};

} // namespace haoh::host
