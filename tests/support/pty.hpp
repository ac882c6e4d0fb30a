// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Pty: a terminal of a test's own, with both of its ends.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace haoh::test {

/// Both ends of a terminal of 80x24.
class Pty {
  public:
    Pty() : master_{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)} {
        if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0) {
            throw std::system_error(errno, std::generic_category(), "posix_openpt");
        }
        std::array<char, 128> name{};
        if (::ptsname_r(master_, name.data(), name.size()) != 0) {
            throw std::system_error(errno, std::generic_category(), "ptsname");
        }
        name_ = name.data();
        slave_ = ::open(name_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
        resize(80, 24);
    }
    ~Pty() {
        hang_up();
        ::close(slave_);
    }
    Pty(const Pty&) = delete;
    Pty& operator=(const Pty&) = delete;

    void resize(unsigned short columns, unsigned short rows) const {
        const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
        EXPECT_EQ(::ioctl(master_, TIOCSWINSZ, &size), 0);
    }
    void type(std::string_view text) const {
        EXPECT_EQ(::write(master_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    /// What was written to the terminal: the kernel has it as soon as write returns.
    [[nodiscard]] std::string shown() const {
        std::string out;
        std::array<char, 4096> bytes{};
        pollfd entry{.fd = master_, .events = POLLIN, .revents = 0};
        while (::poll(&entry, 1, 20) > 0 && (entry.revents & POLLIN) != 0) {
            const ssize_t count = ::read(master_, bytes.data(), bytes.size());
            if (count <= 0) {
                break;
            }
            out.append(bytes.data(), static_cast<std::size_t>(count));
        }
        return out;
    }
    void hang_up() {
        if (master_ >= 0) {
            ::close(master_);
        }
        master_ = -1;
    }
    [[nodiscard]] termios modes() const {
        termios out{};
        EXPECT_EQ(::tcgetattr(slave_, &out), 0);
        return out;
    }
    [[nodiscard]] int slave() const { return slave_; }
    /// Of its file, "/dev/pts/1".
    [[nodiscard]] const std::string& name() const { return name_; }

  private:
    int master_;
    int slave_{-1};
    std::string name_;
};

} // namespace haoh::test
