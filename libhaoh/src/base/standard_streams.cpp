// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/standard_streams.hpp"

#include "base/file_descriptor.hpp"

#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace haoh::base {

void occupy_standard_streams() noexcept {
    for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(number, F_GETFD) < 0 && errno == EBADF) {
            // The lowest free number is this one. Whoever uses it is told EBADF, as without it.
            static_cast<void>(::open("/", O_PATH));
        }
    }
}

std::error_code write_all(int descriptor, std::string_view text) noexcept {
    while (!text.empty()) {
        const ::ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written > 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (written == 0) {
            return {EIO, std::generic_category()};
        } else if (errno == EAGAIN) {
            wait_until_ready(descriptor, POLLOUT);
        } else if (errno != EINTR) {
            return {errno, std::generic_category()};
        }
    }
    return {};
}

void print(std::string_view text) {
    if (const std::error_code failure = write_all(STDOUT_FILENO, text)) {
        throw OutputError(failure, "write to", "standard output");
    }
}

void finish_output() {
    // Of a copy: the number stays taken.
    const int copy = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    if (copy >= 0 && ::close(copy) != 0 && errno != EINTR) {
        throw OutputError({errno, std::generic_category()}, "write to", "standard output");
    }
}

void note(std::string_view text) noexcept {
    static_cast<void>(write_all(STDERR_FILENO, text));
}

} // namespace haoh::base
