// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service_notifier.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <optional>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace haoh::tool {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

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

/// Process IDs are the same in PID namespaces that share files and abstract names.
std::string unique_number() {
    static const std::string number = std::to_string(std::random_device{}());
    return number;
}

std::string path_of_a_socket() {
    return testing::TempDir() + "haoh-notify-" + unique_number();
}

/// Somebody else, who tells a manager more than it takes.
class Filler {
  public:
    explicit Filler(const std::string& path)
        : socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)} {
        ::sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        ssize_t sent = 0;
        while (sent >= 0) {
            sent = ::sendto(socket_, "x", 1, 0, reinterpret_cast<const ::sockaddr*>(&address),
                            sizeof address);
        }
        EXPECT_EQ(errno, EAGAIN);
    }
    ~Filler() { ::close(socket_); }
    Filler(const Filler&) = delete;
    Filler& operator=(const Filler&) = delete;

  private:
    int socket_;
};

class ServiceNotifierTest : public testing::Test {
  protected:
    boost::asio::io_context context_;
};

TEST_F(ServiceNotifierTest, TellsASocketOfEitherKind) {
    for (const std::string& name : {path_of_a_socket(), "@haoh-notify-" + unique_number()}) {
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

TEST_F(ServiceNotifierTest, KeepsTwoHundredBytesAndNoHalfCharacter) {
    const Manager manager{path_of_a_socket()};
    ServiceNotifier notifier{context_.get_executor(), {.socket = manager.name()}};
    const auto told = [&](const std::string& text) {
        notifier.status(text);
        return manager.take();
    };
    const auto of = [](std::size_t count, const std::string& end = {}) {
        return std::string(count, 'x') + end;
    };
    EXPECT_EQ(told(of(199)), "STATUS=" + of(199));
    EXPECT_EQ(told(of(200)), "STATUS=" + of(200));
    EXPECT_EQ(told(of(201)), "STATUS=" + of(200));
    // A whole character at the very end stays.
    EXPECT_EQ(told(of(198, "\xc3\xbf")), "STATUS=" + of(198, "\xc3\xbf"));
    for (const std::string& character :
         {std::string{"\xc4\x80"}, std::string{"\xc3\xbf"}, std::string{"\xe2\x80\x93"},
          std::string{"\xef\xbf\xbd"}, std::string{"\xf0\x9f\x98\x80"}}) {
        for (std::size_t kept = 1; kept < character.size(); ++kept) {
            EXPECT_EQ(told(of(200 - kept, character + "and more")), "STATUS=" + of(200 - kept));
        }
    }
    EXPECT_EQ(told("a\xc0\x80z"), R"(STATUS=a\xc0\x80z)") << "a manager takes UTF-8 only";
    // Controls become blanks, nothing else does.
    EXPECT_EQ(told(std::string{"\0\x01\x1f !~\x7f\xc2\xa0", 9}), "STATUS=    !~ \xc2\xa0");
}

TEST_F(ServiceNotifierTest, TakesNamesAsLongAsAnAddressHolds) {
    constexpr std::size_t kLongest = sizeof(::sockaddr_un{}.sun_path);
    const auto filled = [](std::string name, std::size_t size) {
        name.resize(size, 'x');
        return name;
    };
    const std::string abstract = "@haoh-notify-" + unique_number();
    for (const std::string& name :
         {filled(path_of_a_socket(), kLongest - 1), filled(abstract, kLongest)}) {
        const Manager manager{name};
        ServiceNotifier notifier{context_.get_executor(), {.socket = name}};
        notifier.status("x");
        EXPECT_EQ(manager.take(), "STATUS=x") << name;
    }
    for (const std::string& name :
         {filled(path_of_a_socket(), kLongest), filled(abstract, kLongest + 1), std::string{"/"}}) {
        EXPECT_FALSE((ServiceNotifier{context_.get_executor(), {.socket = name}}.active())) << name;
    }
    const Manager shortest{"@" + std::string(1, '\x01')};
    EXPECT_TRUE((ServiceNotifier{context_.get_executor(), {.socket = shortest.name()}}.active()));
    EXPECT_EQ(shortest.take(), "STOPPING=1");
}

TEST_F(ServiceNotifierTest, LeavesNoDescriptorOpen) {
    const Manager manager{path_of_a_socket()};
    const auto open = [] {
        const std::filesystem::directory_iterator all{"/proc/self/fd"};
        return std::distance(begin(all), end(all));
    };
    // The first one of a context opens what the context keeps.
    { const ServiceNotifier first{context_.get_executor(), {.socket = manager.name()}}; }
    const auto before = open();
    {
        const ServiceNotifier notifier{context_.get_executor(), {.socket = manager.name()}};
        EXPECT_EQ(open(), before + 1);
    }
    EXPECT_EQ(open(), before);
}

TEST_F(ServiceNotifierTest, AManagerThatDoesNotReadIsNotWaitedForLong) {
    const Manager manager{path_of_a_socket()};
    const Filler filler{manager.name()};
    ServiceNotifier notifier{context_.get_executor(), {.socket = manager.name()}};
    // A busy machine may be late once, and not each time.
    auto fastest = std::chrono::steady_clock::duration::max();
    for (int attempt = 0; attempt < 5 && fastest >= 1s; ++attempt) {
        const auto began = std::chrono::steady_clock::now();
        notifier.status("x");
        fastest = std::min(fastest, std::chrono::steady_clock::now() - began);
    }
    EXPECT_LT(fastest, 1s);
    EXPECT_GE(fastest, 100ms) << "one that reads a little late hears it";
}

TEST_F(ServiceNotifierTest, FeedsTheWatchdogBeforeItsTimeIsOver) {
    const Manager manager{path_of_a_socket()};
    constexpr auto watchdog = 3s;
    auto fastest = std::chrono::steady_clock::duration::max();
    for (int attempt = 0; attempt < 3 && fastest >= watchdog; ++attempt) {
        const ServiceNotifier notifier{context_.get_executor(),
                                       {.socket = manager.name(), .watchdog = watchdog}};
        EXPECT_EQ(manager.take(), "WATCHDOG=1");
        const auto began = std::chrono::steady_clock::now();
        std::optional<std::string> again;
        while (!(again = manager.take()) && std::chrono::steady_clock::now() < began + 20s) {
            context_.restart();
            context_.run_one_for(10ms);
        }
        EXPECT_EQ(again, "WATCHDOG=1");
        fastest = std::min(fastest, std::chrono::steady_clock::now() - began);
    }
    EXPECT_LT(fastest, watchdog);
}

TEST_F(ServiceNotifierTest, FeedsNoWatchdogAfterItsEnd) {
    const Manager first{path_of_a_socket()};
    const Manager second{path_of_a_socket() + "-2"};
    {
        const ServiceNotifier one{context_.get_executor(),
                                  {.socket = first.name(), .watchdog = 2ms}};
        const ServiceNotifier two{context_.get_executor(),
                                  {.socket = second.name(), .watchdog = 2ms}};
        EXPECT_EQ(first.take(), "WATCHDOG=1");
        EXPECT_EQ(second.take(), "WATCHDOG=1");
        std::this_thread::sleep_for(50ms); // no less: both are due
        EXPECT_EQ(context_.poll_one(), 1U) << "one of them; the other waits for its turn";
    }
    context_.restart();
    context_.poll();
    for (const Manager* const manager : {&first, &second}) {
        std::optional<std::string> last;
        while (const auto message = manager->take()) {
            last = message;
        }
        EXPECT_EQ(last, "STOPPING=1");
    }
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

TEST_F(ServiceNotifierTest, SaysOnceWhyNothingCanBeTold) {
    std::vector<std::string> problems;
    const auto on_problem = [&problems](const std::string& problem) {
        problems.push_back(problem);
    };
    const std::string path = path_of_a_socket();
    {
        ServiceNotifier notifier{context_.get_executor(), {.socket = path}, on_problem};
        EXPECT_THAT(problems, IsEmpty()) << "nobody was told anything yet";
        notifier.ready("x");
        notifier.status("x");
        ASSERT_THAT(problems, SizeIs(1));
        EXPECT_THAT(problems[0], AllOf(HasSubstr("NOTIFY_SOCKET"), HasSubstr(path),
                                       HasSubstr("No such file or directory")));
        const Manager manager{path};
        notifier.status("y");
        EXPECT_EQ(manager.take(), "STATUS=y") << "it goes on";
        EXPECT_THAT(problems, SizeIs(1));
    }
    EXPECT_THAT(problems, SizeIs(1)) << "the end is nobody's concern";
    problems.clear();
    for (const std::string& name : {std::string{"relative"}, "/" + std::string(200, 'x')}) {
        ServiceNotifier notifier{context_.get_executor(), {.socket = name}, on_problem};
        notifier.ready("x");
    }
    EXPECT_THAT(problems, SizeIs(2));
    EXPECT_THAT(problems, Each(HasSubstr("neither a path nor @NAME")));
    problems.clear();
    { // a healthy one, and none
        const Manager manager{path};
        ServiceNotifier there{context_.get_executor(), {.socket = manager.name()}, on_problem};
        ServiceNotifier none{context_.get_executor(), {.socket = {}}, on_problem};
        there.ready("x");
        none.ready("x");
    }
    EXPECT_THAT(problems, IsEmpty());
}

/// As when descriptors are short at the beginning.
TEST_F(ServiceNotifierTest, TriesAgainWhenThereWasNoSocketToBeHad) {
    std::vector<std::string> problems;
    const Manager manager{path_of_a_socket()};
    // The first one of a context opens what the context keeps.
    { const ServiceNotifier first{context_.get_executor(), {.socket = manager.name()}}; }
    EXPECT_EQ(manager.take(), "STOPPING=1");
    ::rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    ::rlimit none = limit;
    none.rlim_cur = 0;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    ServiceNotifier notifier{
        context_.get_executor(),
        {.socket = manager.name()},
        [&problems](const std::string& problem) { problems.push_back(problem); }};
    notifier.ready("x");
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    ASSERT_THAT(problems, SizeIs(1));
    EXPECT_THAT(problems[0], HasSubstr("Too many open files"));
    notifier.ready("y");
    EXPECT_EQ(manager.take(), "READY=1\nSTATUS=y");
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
    EXPECT_EQ(with("/run/x", "5s", nullptr).watchdog, 0s);
    EXPECT_EQ(with("/run/x", "99999999999999999999", nullptr).watchdog, 0s);
    EXPECT_EQ(with("/run/x", "1", "").watchdog, 1us);
    EXPECT_EQ(with("/run/x", "1", (self + "x").c_str()).watchdog, 0s);
    EXPECT_EQ(with(nullptr, nullptr, nullptr).socket, "");
    EXPECT_EQ(with(nullptr, nullptr, nullptr).watchdog, 0s);
}

} // namespace
} // namespace haoh::tool
