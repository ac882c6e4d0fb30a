// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/file_calls.hpp"

#include <cerrno>

#include <dirent.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace haoh::host {

namespace {

/// Again when a signal came in between.
template <typename Function>
ssize_t uninterrupted(Function call) {
    ssize_t result = call();
    while (result < 0 && errno == EINTR) {
        result = call();
    }
    return result;
}

} // namespace

int FileCalls::open(int directory, const char* path, int flags, unsigned long long resolve) const {
    struct open_how how {};
    how.flags = static_cast<unsigned long long>(flags);
    how.resolve = resolve;
    return static_cast<int>(::syscall(SYS_openat2, directory, path, &how, sizeof how));
}

ssize_t FileCalls::read(int file, void* bytes, std::size_t size) const {
    return uninterrupted([&] { return ::read(file, bytes, size); });
}

ssize_t FileCalls::read_again(int file, void* bytes, std::size_t size) const {
    return uninterrupted([&] { return ::pread(file, bytes, size, 0); });
}

ssize_t FileCalls::list(int directory, void* bytes, std::size_t size) const {
    return ::getdents64(directory, bytes, size);
}

ssize_t FileCalls::write(int file, const void* bytes, std::size_t size) const {
    return uninterrupted([&] { return ::write(file, bytes, size); });
}

const FileCalls& FileCalls::system() {
    static const FileCalls calls;
    return calls;
}

} // namespace haoh::host
