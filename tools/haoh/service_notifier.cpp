// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service_notifier.hpp"

#include "base/file_descriptor.hpp"
#include "base/number_text.hpp"
#include "base/safe_text.hpp"
#include "base/utf8.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace haoh::tool {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxStatus = 200;
constexpr ::suseconds_t kSendMicroseconds = 200'000; ///< a manager that does not read holds no one

std::string variable(const char* name) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here sets variables
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string{} : std::string{value};
}

std::int64_t number(const std::string& text) {
    return std::max<std::int64_t>(base::parse_number<std::int64_t>(text).value_or(0), 0);
}

/// One line, since a line break would begin another assignment, and UTF-8, since a manager takes
/// nothing else.
std::string one_line(std::string_view text) {
    std::string line{text};
    for (char& character : line) {
        if (static_cast<unsigned char>(character) < 0x20 || character == 0x7F) {
            character = ' ';
        }
    }
    return std::string{base::utf8_prefix(base::safe_text(line), kMaxStatus)};
}

} // namespace

ServiceEnvironment ServiceEnvironment::read() {
    ServiceEnvironment out{.socket = variable("NOTIFY_SOCKET"), .watchdog = {}};
    const std::string process = variable("WATCHDOG_PID");
    // The variables are inherited: they may be meant for the parent.
    if (process.empty() || number(process) == ::getpid()) {
        out.watchdog = std::chrono::microseconds{number(variable("WATCHDOG_USEC"))};
    }
    return out;
}

class ServiceNotifier::State : public std::enable_shared_from_this<State> {
  public:
    State(const asio::any_io_executor& executor, const ServiceEnvironment& environment,
          OnProblem on_problem)
        : name_{environment.socket}, on_problem_{std::move(on_problem)},
          watchdog_{environment.watchdog / 2}, timer_{executor} {
        if (!name_.empty() && !take_address()) {
            complain("it is neither a path nor @NAME, or too long");
        } else {
            open();
        }
    }
    [[nodiscard]] bool active() const { return address_size_ > 0; }

    void send(const std::string& message) {
        if (!active() || !open()) {
            return;
        }
        if (::sendto(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL,
                     reinterpret_cast<const ::sockaddr*>(&address_), address_size_) < 0) {
            complain(std::generic_category().message(errno));
        } else {
            told_.clear();
        }
    }

    void watch() {
        if (!active() || watchdog_.count() == 0 || stopped_) {
            return;
        }
        send("WATCHDOG=1");
        timer_.expires_after(watchdog_);
        timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (!error) {
                self->watch();
            }
        });
    }

    void stopping() {
        if (!stopping_) {
            stopping_ = true;
            send("STOPPING=1");
        }
    }

    void stop() {
        on_problem_ = nullptr; // who would hear of it may be gone
        stopping();
        stopped_ = true;
        timer_.cancel();
    }

  private:
    /// Of the socket. False: there is none of this name.
    bool take_address() {
        const std::string& name = name_;
        const bool abstract = name.starts_with('@');
        if (name.size() < 2 || name.size() > sizeof address_.sun_path - (abstract ? 0 : 1) ||
            (!abstract && !name.starts_with('/'))) {
            return false;
        }
        address_.sun_family = AF_UNIX;
        std::memcpy(address_.sun_path, name.data(), name.size());
        if (abstract) {
            address_.sun_path[0] = '\0';
        }
        // A path ends in a NUL; an abstract name is as long as it says.
        address_size_ = static_cast<::socklen_t>(offsetof(::sockaddr_un, sun_path) + name.size() +
                                                 (abstract ? 0 : 1));
        return true;
    }

    /// The next message tries again.
    bool open() {
        if (socket_.get() >= 0 || !active()) {
            return socket_.get() >= 0;
        }
        socket_ = base::FileDescriptor{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
        if (socket_.get() < 0) {
            complain(std::generic_category().message(errno));
            return false;
        }
        const ::timeval limit{.tv_sec = 0, .tv_usec = kSendMicroseconds};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        return true;
    }

    void complain(const std::string& why) {
        if (std::exchange(told_, why) != why && on_problem_) {
            on_problem_(fmt::format("the service manager cannot be told anything at {} "
                                    "(NOTIFY_SOCKET): {}; watching goes on",
                                    name_, why));
        }
    }

    std::string name_;
    OnProblem on_problem_;
    std::string told_; ///< the reason that was told last, and still holds
    std::chrono::microseconds watchdog_;
    asio::steady_timer timer_;
    ::sockaddr_un address_{};
    ::socklen_t address_size_{};
    base::FileDescriptor socket_;
    bool stopping_{};
    bool stopped_{};
};

ServiceNotifier::ServiceNotifier(const asio::any_io_executor& executor,
                                 const ServiceEnvironment& environment, OnProblem on_problem)
    : state_{std::make_shared<State>(executor, environment, std::move(on_problem))} {
    state_->watch();
}

ServiceNotifier::~ServiceNotifier() {
    state_->stop();
}

bool ServiceNotifier::active() const {
    return state_->active();
}

void ServiceNotifier::status(std::string_view text) {
    state_->send("STATUS=" + one_line(text));
}

void ServiceNotifier::ready(std::string_view status) {
    state_->send("READY=1\nSTATUS=" + one_line(status));
}

void ServiceNotifier::stopping() {
    state_->stopping();
}

} // namespace haoh::tool
