// SPDX-License-Identifier: LGPL-2.1-or-later
#include "terminal_screen.hpp"

#include "file.hpp"

#include <haoh/error.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>

namespace haoh::tool {

namespace asio = boost::asio;

namespace {

// Alternate screen, no cursor, no line that goes on in the next one; and the way back.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[0m\x1b[2J";
constexpr std::string_view kLeave = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

/// How long its end waits for a terminal that takes nothing.
constexpr std::chrono::milliseconds kPatience{100};
constexpr int kStep = 10; ///< ms, of this
constexpr std::size_t kMaxKeys = 256;

/// Which terminal it is, whatever its file is called.
std::optional<unsigned> device_of(int descriptor) {
    unsigned device = 0;
    return ::ioctl(descriptor, TIOCGDEV, &device) == 0 ? std::optional{device} : std::nullopt;
}

/// Opens the terminal once more. A descriptor is shared with the shell and with standard error:
/// O_NONBLOCK would be theirs as well.
int reopen(int descriptor) {
    const auto device = device_of(descriptor);
    std::array<char, 256> name{};
    const bool named = ::ttyname_r(descriptor, name.data(), name.size()) == 0;
    // Its name may be another user's file (su), or of another mount namespace.
    for (const std::string& path :
         {named ? std::string{name.data()} : std::string{},
          fmt::format("/proc/self/fd/{}", descriptor), std::string{"/dev/tty"}}) {
        const int file = ::open(path.c_str(), O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        if (file >= 0 && device && device_of(file) == device) {
            return file;
        }
        const int error = errno;
        if (file >= 0) {
            ::close(file);
        }
        if (error == EMFILE || error == ENFILE) {
            return -1;
        }
    }
    errno = EACCES;
    return -1;
}

termios screen_modes(termios modes) {
    modes.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
    // A Ctrl-S would stop whoever draws.
    modes.c_iflag &= ~static_cast<tcflag_t>(IXON);
    // To read never waits: it is done when there is something.
    modes.c_cc[VMIN] = 0;
    modes.c_cc[VTIME] = 0;
    // The shell would find its terminal taken.
    modes.c_cc[VSUSP] = _POSIX_VDISABLE;
    return modes;
}

bool hung_up(int descriptor) {
    pollfd entry{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&entry, 1, 0) < 0 || (entry.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

} // namespace

TerminalScreen::TerminalScreen(const asio::any_io_executor& executor, Descriptors descriptors)
    : descriptors_{descriptors}, modes_descriptor_{::isatty(descriptors.input) != 0
                                                       ? descriptors.input
                                                       : descriptors.output},
      out_{executor}, signals_{executor} {
    if (::isatty(descriptors.output) == 0) {
        throw Error({ENOTTY, std::generic_category()}, "draw on", "standard output",
                    "it is not a terminal", "print lines instead");
    }
    signals_.add(SIGWINCH);
    signals_.add(SIGCONT);
    if (::isatty(descriptors.input) != 0) {
        const int input = ::fcntl(descriptors.input, F_DUPFD_CLOEXEC, 3);
        if (input < 0) {
            throw Error(last_error(), "read", "the keyboard");
        }
        keyboard_.emplace(executor);
        boost::system::error_code error;
        keyboard_->assign(input, error);
        if (error) {
            ::close(input);
            throw Error(error, "read", "the keyboard");
        }
    }
    termios modes{};
    if (::tcgetattr(modes_descriptor_, &modes) == 0) {
        modes_ = modes;
    }
    const int out = reopen(descriptors.output);
    if (out < 0) {
        throw Error(last_error(), "draw on", "standard output");
    }
    boost::system::error_code error;
    out_.assign(out, error);
    if (error) {
        ::close(out);
        throw Error(error, "draw on", "standard output");
    }
    enter();
}

TerminalScreen::~TerminalScreen() {
    leave();
}

bool TerminalScreen::possible(int output) {
    const char* const kind = std::getenv("TERM"); // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (::isatty(output) == 0 || kind == nullptr || *kind == '\0' ||
        std::string_view{kind} == "dumb") {
        return false;
    }
    const int out = reopen(output);
    if (out < 0) {
        return false;
    }
    ::close(out);
    return true;
}

void TerminalScreen::enter() {
    if (modes_) {
        const termios modes = screen_modes(*modes_);
        ::tcsetattr(modes_descriptor_, TCSANOW, &modes);
    }
    send(kEnter);
}

void TerminalScreen::leave() noexcept {
    try {
        // A sequence that was cut off ends where the next one begins.
        unsent_ = kLeave;
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        while (!flush() && std::chrono::steady_clock::now() < deadline) {
            pollfd entry{.fd = out_.native_handle(), .events = POLLOUT, .revents = 0};
            ::poll(&entry, 1, kStep);
        }
    } catch (...) { // out of memory: the modes matter more
    }
    if (modes_) {
        ::tcsetattr(modes_descriptor_, TCSANOW, &*modes_);
    }
}

ScreenSize TerminalScreen::size() const {
    winsize size{};
    if (::ioctl(descriptors_.output, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 ||
        size.ws_row == 0) {
        return {};
    }
    return {.columns = size.ws_col, .rows = size.ws_row};
}

void TerminalScreen::send(std::string_view bytes) {
    unsent_ += bytes;
    if (!flush()) {
        go_on_when_taken();
    }
}

/// Writes of what is unsent as much as the terminal takes now. \return whether that was all
bool TerminalScreen::flush() {
    std::string_view rest = unsent_;
    while (!rest.empty()) {
        const ssize_t written = ::write(out_.native_handle(), rest.data(), rest.size());
        if (written > 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (written == 0 || errno == EAGAIN) {
            break;
        } else if (errno != EINTR) {
            rest = {}; // nobody is there any more; next_key tells
        }
    }
    unsent_ = std::string{rest};
    return unsent_.empty();
}

/// As soon as it takes more. One that says so and takes nothing is left to the next `draw`.
void TerminalScreen::go_on_when_taken() {
    if (std::exchange(waiting_, true)) {
        return;
    }
    out_.async_wait(asio::posix::stream_descriptor::wait_write,
                    [this, alive = std::weak_ptr<bool>{alive_}](const auto& error) {
                        if (alive.expired()) {
                            return;
                        }
                        waiting_ = false;
                        const std::size_t before = unsent_.size();
                        if (!error && !flush() && unsent_.size() < before) {
                            go_on_when_taken();
                        }
                    });
}

void TerminalScreen::draw(std::string_view lines) {
    if (!unsent_.empty() && !flush()) {
        go_on_when_taken();
        return; // it would grow and grow
    }
    std::vector<std::string> wanted;
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find('\n'), lines.size());
        wanted.emplace_back(lines.substr(0, end));
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
    std::string out;
    for (std::size_t row = 0; row < wanted.size(); ++row) {
        if (row >= shown_.size() || shown_[row] != wanted[row]) {
            // Cleared before, not after: a line that fills the screen leaves the cursor on its last
            // character, which would go as well.
            out += fmt::format("\x1b[{};1H\x1b[2K{}", row + 1, wanted[row]);
        }
    }
    if (wanted.size() < shown_.size()) {
        out += fmt::format("\x1b[{};1H\x1b[J", wanted.size() + 1);
    }
    shown_ = std::move(wanted);
    send(out);
}

asio::awaitable<std::optional<char>> TerminalScreen::next_key() {
    while (keys_.empty()) {
        if (!keyboard_) {
            co_return std::nullopt;
        }
        // Asio would make the descriptor non-blocking to read from it, and with it the shell's.
        co_await keyboard_->async_wait(asio::posix::stream_descriptor::wait_read,
                                       asio::use_awaitable);
        std::array<char, kMaxKeys> bytes{};
        const ssize_t count = ::read(keyboard_->native_handle(), bytes.data(), bytes.size());
        if (count > 0) {
            keys_.insert(keys_.end(), bytes.begin(), bytes.begin() + count);
        } else if (hung_up(keyboard_->native_handle())) {
            keyboard_.reset();
        }
    }
    const char key = keys_.front();
    keys_.pop_front();
    co_return key;
}

asio::awaitable<void> TerminalScreen::next_resize() {
    const int signal = co_await signals_.async_wait(asio::use_awaitable);
    if (signal == SIGCONT) {
        enter(); // the shell had set modes of its own
    }
    shown_.clear();
    send("\x1b[2J");
}

} // namespace haoh::tool
