// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/uevent_monitor.hpp"

#include <haoh/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <linux/netlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace haoh::host {
namespace {

TEST(UeventMonitor, listens_until_it_is_told_to_stop) {
    boost::asio::io_context context{1};
    std::unique_ptr<UeventMonitor> monitor;
    try {
        monitor = std::make_unique<UeventMonitor>(context.get_executor());
    } catch (const Error& error) {
        GTEST_SKIP() << error.what();
    }
    // This machine's own NVMe devices may come and go meanwhile.
    constexpr int kTurns = 20;
    std::error_code code;
    for (int turn = 0; turn < kTurns && !code; ++turn) {
        boost::asio::cancellation_signal signal;
        boost::asio::co_spawn(context, monitor->next(),
                              boost::asio::bind_cancellation_slot(
                                  signal.slot(), [&](const std::exception_ptr& failure, Uevents) {
                                      try {
                                          if (failure) {
                                              std::rethrow_exception(failure);
                                          }
                                      } catch (const Error& error) {
                                          code = error.code();
                                      }
                                  }));
        context.restart();
        context.poll();
        signal.emit(boost::asio::cancellation_type::terminal);
        context.restart();
        context.run();
    }
    EXPECT_EQ(code, make_error_code(Errc::canceled));
}

/// A network namespace of the calling thread's own: what is sent there nobody else hears.
bool enter_network_of_its_own() {
    return ::unshare(CLONE_NEWNET) == 0;
}

/// Somebody who is not the kernel and sends to those who listen to it.
class Stranger {
  public:
    Stranger() : socket_{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT)} {}
    Stranger(const Stranger&) = delete;
    Stranger& operator=(const Stranger&) = delete;
    ~Stranger() { ::close(socket_); }

    /// Who has no room for it loses it.
    void send(std::string_view message) const {
        struct sockaddr_nl kernel_group {};
        kernel_group.nl_family = AF_NETLINK;
        kernel_group.nl_groups = 1;
        static_cast<void>(
            ::sendto(socket_, message.data(), message.size(), 0,
                     reinterpret_cast<const struct sockaddr*>(&kernel_group), // NOLINT
                     sizeof kernel_group));
    }

  private:
    int socket_;
};

/// A controller that no machine has.
const std::string kNoDevice = "nvme987654";

std::string uevent_message(const std::string& action) {
    const std::string device = "/devices/virtual/nvme-fabrics/ctl/" + kNoDevice;
    std::string text = action + "@" + device;
    for (const std::string& part : {"ACTION=" + action, "DEVPATH=" + device,
                                    std::string("SUBSYSTEM=nvme"), std::string("SEQNUM=7")}) {
        text += '\0' + part;
    }
    return text + '\0';
}

/// Runs in a thread whose network namespace is its own, or skips the test.
void with_own_network(const std::function<void()>& action) {
    std::optional<std::string> skipped;
    std::thread thread([&] {
        if (!enter_network_of_its_own()) {
            skipped = std::string("no network namespace: ") + std::strerror(errno);
            return;
        }
        try {
            action();
        } catch (const std::exception& error) {
            ADD_FAILURE() << error.what();
        }
    });
    thread.join();
    if (skipped) {
        GTEST_SKIP() << *skipped;
    }
}

/// What comes, or nothing where it takes longer than `limit`.
std::optional<Uevents> receive(boost::asio::io_context& context, UeventMonitor& monitor,
                               std::chrono::milliseconds limit) {
    std::optional<Uevents> received;
    boost::asio::cancellation_signal signal;
    boost::asio::co_spawn(context, monitor.next(),
                          boost::asio::bind_cancellation_slot(
                              signal.slot(), [&](const std::exception_ptr& failure, Uevents got) {
                                  if (!failure) {
                                      received = std::move(got);
                                  }
                              }));
    context.restart();
    context.run_for(limit);
    if (!received) {
        signal.emit(boost::asio::cancellation_type::terminal);
        context.restart();
        context.run();
    }
    return received;
}

TEST(UeventMonitor, tells_that_the_kernel_had_no_room) {
    with_own_network([] {
        boost::asio::io_context context{1};
        UeventMonitor monitor(context.get_executor(), 1); // the kernel's least, a few KiB
        const Stranger stranger;
        for (int i = 0; i < 1000; ++i) {
            stranger.send(std::string(1000, 'x'));
        }
        const auto received = receive(context, monitor, std::chrono::seconds{30});
        ASSERT_TRUE(received);
        EXPECT_TRUE(received->lost);
        EXPECT_TRUE(received->events.empty());
        // Told once; what follows fits.
        stranger.send("short");
        const auto after = receive(context, monitor, std::chrono::milliseconds{50});
        EXPECT_FALSE(after && after->lost);
    });
}

TEST(UeventMonitor, believes_nobody_but_the_kernel) {
    with_own_network([] {
        boost::asio::io_context context{1};
        UeventMonitor monitor(context.get_executor());
        const Stranger stranger;
        const std::string whole = uevent_message("remove");
        // As the kernel would have sent it, cut short at each place, too long, and no message at all.
        stranger.send(whole);
        for (std::size_t length = 0; length < whole.size(); length += 7) {
            stranger.send(std::string_view(whole).substr(0, length));
        }
        stranger.send(whole + std::string(16384, 'x'));
        stranger.send(std::string("libudev\0\xfe\xed\xca\xfe", 12));
        const auto received = receive(context, monitor, std::chrono::milliseconds{100});
        // What the kernel itself says of this machine's devices comes here, too.
        for (const Uevent& event : received.value_or(Uevents{}).events) {
            EXPECT_NE(event.name, kNoDevice) << event.action;
        }
    });
}

} // namespace
} // namespace haoh::host
