// SPDX-License-Identifier: LGPL-2.1-or-later
// What reaches the driver through libnvme, and what becomes of its answer.
#include "host/nvme_device.hpp"

#include "fake_driver.hpp"

#include <haoh/error.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace haoh::host {
namespace {

using test::FakeDriver;

nvme::AdminCommand command_with_each_field() {
    nvme::AdminCommand command;
    command.opcode = 0x02;
    command.nsid = 0x01020304;
    command.cdw = {10, 11, 12, 13, 14, 15};
    return command;
}

TEST(NvmeDevice, gives_the_driver_the_command_as_it_is) {
    std::array<std::uint8_t, 4096> data{};
    std::optional<FakeDriver::Command> seen;
    const FakeDriver driver([&](const FakeDriver::Command& command) {
        seen = command;
        std::memset(reinterpret_cast<void*>(command.passthru.addr), 7, // NOLINT: as the kernel does
                    command.passthru.data_len);
        return FakeDriver::Answer{};
    });
    const std::unique_ptr<NvmeDevice> device = open_nvme_device(FakeDriver::kName);
    const DeviceAnswer answer = device->execute(command_with_each_field(), data);
    ASSERT_TRUE(seen);
    const nvme_passthru_cmd& passthru = seen->passthru;
    EXPECT_EQ(passthru.opcode, 0x02);
    EXPECT_EQ(passthru.flags, 0);
    EXPECT_EQ(passthru.nsid, 0x01020304U);
    EXPECT_EQ(passthru.cdw2, 0U);
    EXPECT_EQ(passthru.cdw3, 0U);
    EXPECT_EQ(passthru.metadata, 0U);
    EXPECT_EQ(passthru.metadata_len, 0U);
    EXPECT_EQ(passthru.addr, reinterpret_cast<std::uintptr_t>(data.data())); // NOLINT
    EXPECT_EQ(passthru.data_len, data.size());
    EXPECT_EQ(passthru.cdw10, 10U);
    EXPECT_EQ(passthru.cdw11, 11U);
    EXPECT_EQ(passthru.cdw12, 12U);
    EXPECT_EQ(passthru.cdw13, 13U);
    EXPECT_EQ(passthru.cdw14, 14U);
    EXPECT_EQ(passthru.cdw15, 15U);
    // After a timeout of a command's own the kernel would reset the controller.
    EXPECT_EQ(passthru.timeout_ms, 0U);
    EXPECT_EQ(data.back(), 7);
    EXPECT_EQ(answer.error, 0);
    EXPECT_TRUE(answer.status.ok());
}

TEST(NvmeDevice, tells_of_a_completion_its_status_and_dword_0) {
    FakeDriver::Answer completion;
    const FakeDriver driver([&](const FakeDriver::Command&) { return completion; });
    const std::unique_ptr<NvmeDevice> device = open_nvme_device(FakeDriver::kName);
    completion.dword0 = 0x89ABCDEF;
    DeviceAnswer answer = device->execute(command_with_each_field(), {});
    EXPECT_EQ(answer.error, 0);
    EXPECT_TRUE(answer.status.ok());
    EXPECT_EQ(answer.dword0, 0x89ABCDEFU);

    // The driver returns the status field without the phase: Invalid Field, Do Not Retry.
    completion = {.value = 0x4002, .error = EIO, .dword0 = 0};
    answer = device->execute(command_with_each_field(), {});
    EXPECT_EQ(answer.error, 0) << "there was a completion";
    EXPECT_EQ(answer.status.value, 0x4002);
}

TEST(NvmeDevice, tells_why_there_was_no_completion) {
    int error = 0;
    const FakeDriver driver([&](const FakeDriver::Command&) {
        return FakeDriver::Answer{.value = -1, .error = error, .dword0 = 0};
    });
    const std::unique_ptr<NvmeDevice> device = open_nvme_device(FakeDriver::kName);
    for (const int number : {EINTR, EAGAIN, ENODEV, EACCES}) {
        error = number;
        const DeviceAnswer answer = device->execute(command_with_each_field(), {});
        EXPECT_EQ(answer.error, number);
        EXPECT_TRUE(answer.status.ok()) << "none";
    }
}

TEST(NvmeDevice, keeps_one_descriptor_as_long_as_it_lives) {
    int file = -1;
    const FakeDriver driver([&](const FakeDriver::Command& command) {
        file = command.file;
        return FakeDriver::Answer{};
    });
    std::unique_ptr<NvmeDevice> device = open_nvme_device(FakeDriver::kName);
    static_cast<void>(device->execute(command_with_each_field(), {}));
    ASSERT_NE(::fcntl(file, F_GETFD), -1);
    const int first = file;
    static_cast<void>(device->execute(command_with_each_field(), {}));
    EXPECT_EQ(file, first);
    device.reset();
    EXPECT_EQ(::fcntl(file, F_GETFD), -1) << "closed";
}

TEST(NvmeDevice, says_why_a_node_cannot_be_opened) {
    try {
        static_cast<void>(open_nvme_device("nvme4000000"));
        FAIL() << "it is there";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), std::error_code(ENOENT, std::generic_category()));
        EXPECT_EQ(error.object(), "/dev/nvme4000000");
        EXPECT_NE(error.advice(), "");
    }
}

} // namespace
} // namespace haoh::host
