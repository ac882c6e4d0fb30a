// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A file descriptor that closes itself, and waiting for one.
#pragma once

#include <array>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace haoh::base {

class FileDescriptor {
  public:
    FileDescriptor() = default;
    explicit FileDescriptor(int number) : number_{number} {}
    FileDescriptor(FileDescriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        if (this != &other) {
            reset();
            number_ = std::exchange(other.number_, -1);
        }
        return *this;
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor() { reset(); }

    [[nodiscard]] int get() const { return number_; }
    /// Gives it away: somebody else closes it.
    [[nodiscard]] int release() { return std::exchange(number_, -1); }
    [[nodiscard]] explicit operator bool() const { return number_ >= 0; }
    /// Closes it now.
    void reset() {
        if (number_ >= 0) {
            ::close(std::exchange(number_, -1));
        }
    }

  private:
    int number_{-1};
};

/// Sleeps until it can be read or written (POLLIN, POLLOUT), or has an error to tell; a signal may end
/// that sooner.
inline void wait_until_ready(int descriptor, short events) noexcept {
    constexpr int kForEver = -1;
    std::array<::pollfd, 1> entries{{{.fd = descriptor, .events = events, .revents = 0}}};
    static_cast<void>(::poll(entries.data(), entries.size(), kForEver));
}

} // namespace haoh::base
