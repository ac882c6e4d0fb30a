// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service_notifier.hpp"

#include <boost/asio/io_context.hpp>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include <gtest/gtest.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace haoh::tool {
namespace {

using namespace std::chrono_literals;

/// systemd's end.
class Manager {
  public:
    /// \param name  a path, or "@name"
    explicit Manager(std::string name) : name_{std::move(name)} {
        ::sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name_.data(), name_.size());
        const bool abstract = name_.starts_with('@');
        if (abstract) {
            address.sun_path[0] = '\0';
        }
        socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const std::size_t size =
            offsetof(::sockaddr_un, sun_path) + name_.size() + (abstract ? 0 : 1);
        if (::bind(socket_, reinterpret_cast<const ::sockaddr*>(&address),
                   static_cast<::socklen_t>(size)) != 0) {
            throw std::runtime_error{"bind " + name_};
        }
    }
    ~Manager() {
        ::close(socket_);
        if (!name_.starts_with('@')) {
            ::unlink(name_.c_str());
        }
    }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }

    /// The next message; nullopt when none is there.
    [[nodiscard]] std::optional<std::string> take() const {
        std::array<char, 4096> buffer{};
        const ::ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        return got < 0 ? std::nullopt
                       : std::optional{std::string{buffer.data(), static_cast<std::size_t>(got)}};
    }

  private:
    std::string name_;
    int socket_{-1};
};

std::string path_of_a_socket() {
    return testing::TempDir() + "haoh-notify-" + std::to_string(::getpid());
}

class ServiceNotifierTest : public testing::Test {
  protected:
    boost::asio::io_context context_;
};

TEST_F(ServiceNotifierTest, TellsASocketOfEitherKind) {
    for (const std::string& name :
         {path_of_a_socket(), "@haoh-notify-" + std::to_string(::getpid())}) {
        const Manager manager{name};
        {
            ServiceNotifier notifier{context_.get_executor(), {.socket = name, .watchdog = {}}};
            EXPECT_TRUE(notifier.active());
            EXPECT_EQ(manager.take(), std::nullopt);
            notifier.ready("watching 2 namespaces");
            EXPECT_EQ(manager.take(), "READY=1\nSTATUS=watching 2 namespaces");
            notifier.status("no path to nvme0n1");
            EXPECT_EQ(manager.take(), "STATUS=no path to nvme0n1");
            notifier.stopping();
            notifier.stopping();
        }
        EXPECT_EQ(manager.take(), "STOPPING=1");
        EXPECT_EQ(manager.take(), std::nullopt);
    }
}

TEST_F(ServiceNotifierTest, SaysAtItsEndThatItStops) {
    const Manager manager{path_of_a_socket()};
    { const ServiceNotifier notifier{context_.get_executor(), {.socket = manager.name()}}; }
    EXPECT_EQ(manager.take(), "STOPPING=1");
}

TEST_F(ServiceNotifierTest, KeepsAStatusOneShortLineOfUtf8) {
    const Manager manager{path_of_a_socket()};
    ServiceNotifier notifier{context_.get_executor(), {.socket = manager.name()}};
    notifier.status("a\nREADY=1\x1b");
    EXPECT_EQ(manager.take(), "STATUS=a READY=1 ");
    notifier.status(std::string(199, 'x') + "\xc3\xbc and more");
    EXPECT_EQ(manager.take(), "STATUS=" + std::string(199, 'x'));
}

TEST_F(ServiceNotifierTest, FeedsTheWatchdogTwiceInItsTime) {
    const Manager manager{path_of_a_socket()};
    constexpr auto watchdog = 100ms;
    const auto began = std::chrono::steady_clock::now();
    {
        const ServiceNotifier notifier{context_.get_executor(),
                                       {.socket = manager.name(), .watchdog = watchdog}};
        const auto end = began + 20s;
        for (int fed = 0; fed < 5 && std::chrono::steady_clock::now() < end;) {
            context_.run_one_for(10ms);
            while (const auto message = manager.take()) {
                EXPECT_EQ(message, "WATCHDOG=1");
                ++fed;
            }
        }
        EXPECT_GE(std::chrono::steady_clock::now() - began, 4 * watchdog / 2);
    }
    EXPECT_EQ(manager.take(), "STOPPING=1");
    context_.restart();
    context_.run_for(20s); // returns at once: the timer went with the notifier
    EXPECT_TRUE(context_.stopped());
    EXPECT_EQ(manager.take(), std::nullopt);
}

TEST_F(ServiceNotifierTest, DoesNothingWithoutSystemd) {
    for (const std::string& name :
         {std::string{}, std::string{"@"}, std::string{"relative"}, "/" + std::string(200, 'x')}) {
        ServiceNotifier notifier{context_.get_executor(), {.socket = name, .watchdog = 1ms}};
        EXPECT_FALSE(notifier.active()) << name;
        notifier.ready("x");
        notifier.status("x");
        notifier.stopping();
    }
    context_.run_for(20s);
    EXPECT_TRUE(context_.stopped());
}

TEST_F(ServiceNotifierTest, SurvivesAManagerThatIsGoneOrDoesNotRead) {
    std::optional<Manager> manager{std::in_place, path_of_a_socket()};
    ServiceNotifier notifier{context_.get_executor(), {.socket = manager->name()}};
    int taken = 0;
    for (int i = 0; i < 12; ++i) { // more than the queue of a datagram socket takes
        notifier.status("x");
    }
    while (manager->take()) {
        ++taken;
    }
    EXPECT_GT(taken, 0);
    manager.reset();
    notifier.status("x");
}

TEST(ServiceEnvironment, IsWhatSystemdSets) {
    const auto with = [](const char* socket, const char* micros, const char* process) {
        for (const auto& [name, value] : {std::pair{"NOTIFY_SOCKET", socket},
                                          {"WATCHDOG_USEC", micros},
                                          {"WATCHDOG_PID", process}}) {
            if (value == nullptr) {
                ::unsetenv(name);
            } else {
                ::setenv(name, value, 1);
            }
        }
        return ServiceEnvironment::read();
    };
    const std::string self = std::to_string(::getpid());
    EXPECT_EQ(with("/run/x", "30000000", self.c_str()).socket, "/run/x");
    EXPECT_EQ(with("/run/x", "30000000", self.c_str()).watchdog, 30s);
    EXPECT_EQ(with("/run/x", "30000000", nullptr).watchdog, 30s);
    EXPECT_EQ(with("/run/x", "30000000", "1").watchdog, 0s); // meant for another process
    EXPECT_EQ(with("/run/x", "much", nullptr).watchdog, 0s);
    EXPECT_EQ(with("/run/x", "-5", nullptr).watchdog, 0s);
    EXPECT_EQ(with(nullptr, nullptr, nullptr).socket, "");
    EXPECT_EQ(with(nullptr, nullptr, nullptr).watchdog, 0s);
}

} // namespace
} // namespace haoh::tool
