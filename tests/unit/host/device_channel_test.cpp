// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/device_channel.hpp"

#include "fake_device.hpp"
#include "fake_driver.hpp"

#include <haoh/collector.hpp>
#include <haoh/error.hpp>
#include <haoh/host.hpp>
#include <haoh/nvme/fabrics.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace haoh::host {
namespace {

using namespace std::chrono_literals;
using test::FakeDevice;
using test::Gate;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Channel : public ::testing::Test {
  protected:
    DeviceChannel channel(FakeDevice::Execute execute, std::chrono::milliseconds timeout = 1min,
                          std::size_t depth = 2) {
        return {context_.get_executor(), "nvme3", std::make_unique<FakeDevice>(std::move(execute)),
                timeout, depth};
    }
    nvme::AdminResult submit(AdminChannel& to, nvme::AdminCommand command) {
        return test::run(context_, to.submit(std::move(command)));
    }
    /// The error that a command ends with.
    Error error_of(AdminChannel& to, nvme::AdminCommand command) {
        try {
            static_cast<void>(submit(to, std::move(command)));
        } catch (const Error& error) {
            return error;
        }
        ADD_FAILURE() << "no error";
        return {Errc::malformed, "", ""};
    }

    boost::asio::io_context context_{1};
};

TEST(Refusal, lets_through_what_reads) {
    EXPECT_EQ(why_refused(nvme::identify_controller_command()), "");
    EXPECT_EQ(why_refused(nvme::identify_command(nvme::cns::active_namespaces, 0)), "");
    EXPECT_EQ(why_refused(nvme::get_log_page_command(nvme::lid::ana, 0, 8192)), "");
    EXPECT_EQ(why_refused(nvme::get_log_page_command(nvme::lid::ana, 4096, 1U << 20U)), "");
    EXPECT_EQ(why_refused(nvme::get_features_command(nvme::fid::keep_alive_timer)), "");
}

TEST(Refusal, stops_what_takes_events_or_changes_anything) {
    EXPECT_THAT(why_refused(nvme::get_log_page_command(nvme::lid::ana, 0, 4096, 1, false)),
                HasSubstr("Retain Asynchronous Event"));
    for (const std::uint8_t lid :
         {nvme::lid::error_information, nvme::lid::smart, nvme::lid::firmware_slot}) {
        EXPECT_THAT(why_refused(nvme::get_log_page_command(lid, 0, 512, 0, false)),
                    HasSubstr("Retain Asynchronous Event"));
        EXPECT_EQ(why_refused(nvme::get_log_page_command(lid, 0, 512, 0, true)), "");
    }
    EXPECT_THAT(why_refused(nvme::async_event_request_command()), HasSubstr("only Identify"));
    EXPECT_THAT(why_refused(nvme::keep_alive_command()), HasSubstr("only Identify"));
    for (unsigned opcode = 0; opcode < 256; ++opcode) {
        nvme::AdminCommand command;
        command.opcode = static_cast<std::uint8_t>(opcode);
        const bool reads = opcode == nvme::opcode::get_features; // without data
        EXPECT_EQ(why_refused(command).empty(), reads) << opcode;
    }
    nvme::AdminCommand writes = nvme::get_features_command(nvme::fid::keep_alive_timer);
    writes.data_out = {1};
    EXPECT_THAT(why_refused(writes), HasSubstr("write"));
}

TEST(Refusal, stops_a_buffer_that_is_not_what_the_controller_sends) {
    nvme::AdminCommand identify = nvme::identify_controller_command();
    identify.data_in = 512;
    EXPECT_THAT(why_refused(identify), HasSubstr("512 bytes"));
    nvme::AdminCommand feature = nvme::get_features_command(nvme::fid::keep_alive_timer);
    for (const std::uint32_t whole : {0U, 4096U}) {
        feature.data_in = whole;
        EXPECT_EQ(why_refused(feature), "");
    }
    feature.data_in = 512;
    EXPECT_THAT(why_refused(feature), HasSubstr("512 bytes"));
    EXPECT_EQ(why_refused(nvme::get_host_id_command()), "");
    nvme::AdminCommand behavior = nvme::get_features_command(nvme::fid::host_behavior, 0, 0, 512);
    EXPECT_EQ(why_refused(behavior), "");
    behavior.data_in = 16;
    EXPECT_THAT(why_refused(behavior), HasSubstr("16 bytes"));
    nvme::AdminCommand log = nvme::get_log_page_command(nvme::lid::ana, 0, 8192);
    log.data_in = 4096;
    EXPECT_THAT(why_refused(log), HasSubstr("4096 bytes for 8192"));
    EXPECT_THAT(why_refused(nvme::get_log_page_command(nvme::lid::ana, 0, 2U << 20U)),
                HasSubstr("bytes"));
}

/// A driver that transfers so many bytes of an answer.
class ShortDevice : public NvmeDevice {
  public:
    explicit ShortDevice(std::size_t bytes) : bytes_{bytes} {}
    DeviceAnswer execute(const nvme::AdminCommand& /*command*/,
                         std::span<std::uint8_t> data) override {
        std::fill_n(data.begin(), std::min(bytes_, data.size()), std::uint8_t{0});
        return {};
    }

  private:
    std::size_t bytes_;
};

TEST_F(Channel, gives_what_came_and_nothing_for_what_did_not) {
    for (const std::size_t came : {0U, 1U, 2048U, 4080U, 4096U}) {
        DeviceChannel to(context_.get_executor(), "nvme3", std::make_unique<ShortDevice>(came),
                         1min, 2);
        for (int round = 0; round < 3; ++round) {
            const nvme::AdminResult page = submit(to, nvme::identify_controller_command());
            EXPECT_EQ(page.data, nvme::Bytes(came));
        }
    }
    DeviceChannel half(context_.get_executor(), "nvme3", std::make_unique<ShortDevice>(2048), 1min,
                       2);
    const ControllerObservation seen = test::run(context_, collect_controller(half, {}));
    EXPECT_THAT(seen.unread,
                ::testing::ElementsAre("Identify Controller: 2,048 of 4,096 bytes came"));
}

TEST_F(Channel, gives_bytes_dword_and_status) {
    nvme::AdminCommand seen;
    DeviceChannel to =
        channel([&](const nvme::AdminCommand& command, std::span<std::uint8_t> data) {
            seen = command;
            if (!data.empty()) {
                data[77] = 5;
            }
            return DeviceAnswer{.error = 0, .status = {}, .dword0 = 42};
        });
    const nvme::AdminResult page = submit(to, nvme::identify_controller_command());
    EXPECT_EQ(seen, nvme::identify_controller_command());
    ASSERT_EQ(page.data.size(), 4096U);
    EXPECT_EQ(page.data[77], 5);
    EXPECT_TRUE(page.status.ok());

    const nvme::AdminResult feature =
        submit(to, nvme::get_features_command(nvme::fid::keep_alive_timer));
    EXPECT_EQ(feature.dword01, 42U);
    EXPECT_THAT(feature.data, IsEmpty());
    EXPECT_EQ(to.depth(), 2U);
    EXPECT_EQ(to.name(), "nvme3");
}

TEST_F(Channel, hands_on_a_status_without_data) {
    DeviceChannel to = channel([](const nvme::AdminCommand&, std::span<std::uint8_t>) {
        return DeviceAnswer{.error = 0, .status = {0x4002}, .dword0 = 0};
    });
    const nvme::AdminResult result = submit(to, nvme::identify_controller_command());
    EXPECT_EQ(result.status.value, 0x4002);
    EXPECT_THAT(result.data, IsEmpty());
}

TEST_F(Channel, turns_errno_into_words_with_advice) {
    int error = EACCES;
    DeviceChannel to = channel([&](const nvme::AdminCommand&, std::span<std::uint8_t>) {
        return DeviceAnswer{.error = error, .status = {}, .dword0 = 0};
    });
    EXPECT_STREQ(error_of(to, nvme::identify_controller_command()).what(),
                 "send Identify (CNS 01h) to nvme3: Permission denied; run as root");
    for (const auto& [number, advice] :
         std::vector<std::pair<int, const char*>>{{EPERM, "run as root"},
                                                  {ENODEV, "may just have gone"},
                                                  {ENXIO, "may just have gone"},
                                                  {ENOENT, "may just have gone"},
                                                  {EINTR, "try again when it is live"},
                                                  {EAGAIN, "try again when the controller is live"},
                                                  {EIO, "Input/output error"}}) {
        error = number;
        const Error failed = error_of(to, nvme::identify_controller_command());
        EXPECT_EQ(failed.code(), std::error_code(number, std::generic_category()));
        EXPECT_THAT(failed.what(), HasSubstr(advice));
    }
}

TEST_F(Channel, never_lets_a_refused_command_reach_the_kernel) {
    bool reached = false;
    DeviceChannel to = channel([&](const nvme::AdminCommand&, std::span<std::uint8_t>) {
        reached = true;
        return DeviceAnswer{};
    });
    EXPECT_EQ(error_of(to, nvme::async_event_request_command()).code(), Errc::invalid_argument);
    EXPECT_EQ(error_of(to, nvme::property_set_command(nvme::property::cc, 4, 0)).code(),
              Errc::invalid_argument);
    EXPECT_EQ(submit(to, nvme::property_get_command(nvme::property::vs, 4)).status.code(),
              nvme::status::invalid_opcode);
    EXPECT_FALSE(reached);
}

TEST_F(Channel, gives_up_on_commands_that_never_end) {
    const auto gate = std::make_shared<Gate>();
    {
        DeviceChannel to = channel(
            [gate](const nvme::AdminCommand&, std::span<std::uint8_t> data) {
                gate->pass();
                data[0] = 1; // into memory that is still there
                return DeviceAnswer{};
            },
            5ms);
        const Error late = error_of(to, nvme::identify_controller_command());
        EXPECT_EQ(late.code(), Errc::timed_out);
        EXPECT_THAT(late.what(), HasSubstr("no answer within 5 ms"));
        EXPECT_EQ(error_of(to, nvme::identify_controller_command()).code(), Errc::timed_out);
        const Error dead = error_of(to, nvme::identify_controller_command());
        EXPECT_EQ(dead.code(), Errc::closed);
        EXPECT_THAT(dead.what(), HasSubstr("still waits for 2 commands"));
        ASSERT_TRUE(gate->wait_for(2)); // what has not begun would not be done
    }
    gate->open();
    EXPECT_TRUE(gate->wait_for_passed(2));
}

TEST_F(Channel, is_read_by_the_collector_like_any_other) {
    auto device = std::make_unique<test::ControllerDevice>(40);
    test::FakeController& fake = device->controller;
    DeviceChannel to{context_.get_executor(), "nvme3", std::move(device), 1min, 2};
    const ControllerObservation seen = test::run(context_, collect_controller(to, {}));
    EXPECT_THAT(seen.unread, IsEmpty());
    EXPECT_EQ(seen.namespaces.size(), 40U);
    EXPECT_TRUE(seen.namespaces.back().descriptors.ok());
    EXPECT_TRUE(seen.ana.stable);
    EXPECT_TRUE(seen.features.at(nvme::fid::keep_alive_timer).ok());
    EXPECT_THAT(seen.properties, IsEmpty());
    EXPECT_TRUE(fake.retained_every_event);
}

TEST_F(Channel, that_dies_costs_a_reading_no_more_than_its_threads) {
    const auto gate = std::make_shared<Gate>();
    {
        const auto commands = std::make_shared<std::atomic<int>>(0);
        DeviceChannel to = channel(
            [gate, commands](const nvme::AdminCommand&, std::span<std::uint8_t>) {
                ++*commands;
                gate->pass();
                return DeviceAnswer{};
            },
            5ms);
        const ControllerObservation seen = test::run(context_, collect_controller(to, {}));
        EXPECT_EQ(seen.identify.state, Page::State::failed);
        EXPECT_THAT(seen.unread, ::testing::Not(IsEmpty()));
        EXPECT_LE(*commands, 2);
        ASSERT_TRUE(gate->wait_for(1)); // what has not begun would not be done
    }
    gate->open();
    EXPECT_TRUE(gate->wait_for_passed(1));
}

TEST_F(Channel, is_opened_by_a_controllers_name) {
    unsigned commands = 0;
    const test::FakeDriver driver([&](const test::FakeDriver::Command&) {
        ++commands;
        return test::FakeDriver::Answer{};
    });
    HostOptions options;
    options.depth = 3;
    const std::unique_ptr<AdminChannel> to =
        open_device(context_.get_executor(), test::FakeDriver::kName, options);
    ASSERT_NE(to, nullptr);
    EXPECT_EQ(to->name(), test::FakeDriver::kName);
    EXPECT_EQ(to->depth(), 3U);
    EXPECT_EQ(commands, 0U) << "opening sends nothing";
}

TEST_F(Channel, opens_only_what_has_a_controllers_name) {
    for (const char* name : {"", "nvme0n1", "../mem", "sda", "nvme", "nvme-subsys0"}) {
        try {
            static_cast<void>(open_device(context_.get_executor(), name, {}));
            FAIL() << name;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::invalid_argument) << name;
        }
    }
    try {
        static_cast<void>(open_device(context_.get_executor(), "nvme4000000", {}));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
        EXPECT_THAT(error.what(), HasSubstr("open /dev/nvme4000000: "));
    }
}

} // namespace
} // namespace haoh::host
