// SPDX-License-Identifier: LGPL-2.1-or-later
// What libudev may answer to who listens to uevents.
#include "fake_libudev.hpp"

#include "host/uevent_monitor.hpp"

#include "unit/collect/fake_controller.hpp"

#include <haoh/error.hpp>

#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/eventfd.h>

#include <cerrno>
#include <functional>
#include <optional>

namespace haoh::host {
namespace {

using test::FakeLibudev;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class UeventFaults : public testing::Test {
  protected:
    UeventFaults() { udev_.socket = socket_.get(); }

    static FakeLibudev::Message removal(const char* device) {
        return {.properties = {{"ACTION", "remove"},
                               {"SUBSYSTEM", "nvme"},
                               {"NVME_EVENT", nullptr},
                               {"DEVPATH", device}},
                .error = 0};
    }
    static FakeLibudev::Message failure(int error) { return {.properties = {}, .error = error}; }

    std::optional<Error> error_of(const std::function<void()>& action) {
        try {
            action();
        } catch (const Error& error) {
            return error;
        }
        return std::nullopt;
    }
    Uevents next(UeventMonitor& monitor) { return test::run(context_, monitor.next()); }

    /// Of a kind that can be waited for, and never has anything.
    base::FileDescriptor socket_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    FakeLibudev udev_;
    boost::asio::io_context context_{1};
};

TEST_F(UeventFaults, of_listening_are_told_with_advice_where_there_is_some) {
    const auto listen = [&] { const UeventMonitor monitor(context_.get_executor()); };
    EXPECT_FALSE(error_of(listen)) << "where nothing fails";
    EXPECT_EQ(udev_.held, 0);
    for (const int number : {EPERM, EACCES, EPROTONOSUPPORT, EMFILE, ENOMEM}) {
        const bool refused = number != EMFILE && number != ENOMEM;
        const auto check = [&] {
            const auto error = error_of(listen);
            ASSERT_TRUE(error) << number;
            EXPECT_EQ(error->code(), std::error_code(number, std::generic_category()));
            EXPECT_EQ(error->object(), "uevents of the kernel");
            if (refused) {
                EXPECT_THAT(error->advice(), HasSubstr("NETLINK_KOBJECT_UEVENT"));
            } else {
                EXPECT_EQ(error->advice(), "");
            }
        };
        udev_.monitor_error = number;
        check();
        udev_.monitor_error = 0;
        udev_.filter_result = -number;
        check();
        udev_.filter_result = 0;
        udev_.enable_result = -number;
        check();
        udev_.enable_result = 0;
    }
    udev_.socket = -1;
    EXPECT_EQ(error_of(listen)->code(), std::error_code(EBADF, std::generic_category()));
    udev_.no_context = true;
    EXPECT_EQ(error_of(listen)->code(), std::error_code(ENOMEM, std::generic_category()));
}

TEST_F(UeventFaults, of_one_message_cost_no_other) {
    UeventMonitor monitor(context_.get_executor());
    udev_.messages = {removal("/devices/virtual/nvme-fabrics/ctl/nvme1"), failure(EINVAL),
                      removal("/devices/virtual/tty/tty0"),
                      removal("/devices/virtual/nvme-fabrics/ctl/nvme2")};
    const int held = udev_.held;
    for (const int end : {EAGAIN, 0}) {
        udev_.then = end;
        const Uevents received = next(monitor);
        ASSERT_THAT(received.events, SizeIs(2)) << end;
        EXPECT_EQ(received.events[0].name, "nvme1");
        EXPECT_EQ(received.events[0].action, "remove");
        EXPECT_EQ(received.events[0].event, "");
        EXPECT_GT(received.events[0].received.monotonic.count(), 0);
        EXPECT_EQ(received.events[1].name, "nvme2");
        EXPECT_FALSE(received.lost);
        EXPECT_EQ(udev_.held, held) << "each device is given back";
        udev_.messages = {failure(EINVAL), removal("/devices/virtual/nvme-fabrics/ctl/nvme1"),
                          removal("/devices/virtual/nvme-fabrics/ctl/nvme2")};
    }
}

TEST_F(UeventFaults, of_room_are_told_as_a_loss) {
    UeventMonitor monitor(context_.get_executor());
    udev_.then = EAGAIN;
    udev_.messages = {failure(ENOBUFS), removal("/devices/virtual/nvme-fabrics/ctl/nvme1")};
    Uevents received = next(monitor);
    EXPECT_TRUE(received.lost);
    EXPECT_THAT(received.events, SizeIs(1));
    udev_.messages = {failure(ENOBUFS)};
    received = next(monitor);
    EXPECT_TRUE(received.lost);
    EXPECT_THAT(received.events, IsEmpty());
    udev_.messages = {removal("/devices/virtual/nvme-fabrics/ctl/nvme1")};
    EXPECT_FALSE(next(monitor).lost) << "told once";
}

TEST_F(UeventFaults, that_stay_are_told_behind_what_came_before) {
    UeventMonitor monitor(context_.get_executor());
    udev_.then = ENOTCONN;
    for (const auto& first :
         {removal("/devices/virtual/nvme-fabrics/ctl/nvme1"), failure(ENOBUFS)}) {
        udev_.messages = {first};
        const Uevents received = next(monitor);
        EXPECT_EQ(received.events.size(), first.error == 0 ? 1U : 0U);
        EXPECT_EQ(received.lost, first.error != 0);
        const auto error = error_of([&] { static_cast<void>(next(monitor)); });
        ASSERT_TRUE(error);
        EXPECT_EQ(error->code(), std::error_code(ENOTCONN, std::generic_category()));
    }
}

} // namespace
} // namespace haoh::host
