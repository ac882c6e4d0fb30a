// SPDX-License-Identifier: LGPL-2.1-or-later
// What a monitor asks of controllers: their ANA logs, and who they are.
#include "monitor/ana_reading.hpp"
#include "monitor/controller_reader.hpp"
#include "unit/collect/fake_controller.hpp"
#include "unit/host/fake_device.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <numeric>

namespace haoh::monitor {
namespace {

using namespace std::chrono_literals;
using test::ControllerDevice;
using test::FakeController;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class AnaReadingTest : public ::testing::Test {
  protected:
    AnaReading read() { return test::run(context_, read_ana(controller, 2, spending, deadline)); }
    /// Every Get Log Page is answered with these bytes, as far as it asks for them, and zeros.
    void answer_with(nvme::Bytes bytes) {
        controller.before = [bytes = std::move(bytes)](const nvme::AdminCommand& command,
                                                       std::size_t) {
            nvme::AdminResult result;
            result.data = bytes;
            result.data.resize(command.data_in);
            return std::optional(result);
        };
    }

    boost::asio::io_context context_{1};
    FakeController controller{context_.get_executor(), 3};
    std::shared_ptr<Spending> spending{std::make_shared<Spending>(Budget{})};
    std::chrono::steady_clock::time_point deadline{std::chrono::steady_clock::time_point::max()};
};

TEST_F(AnaReadingTest, takes_a_whole_log_and_retains_the_event) {
    controller.ana = test::one_group_log({1, 2, 3}, 9);
    const AnaReading reading = read();
    EXPECT_EQ(reading.problem.text(), "");
    EXPECT_EQ(reading.log.chgc, 9U);
    ASSERT_THAT(reading.log.groups, SizeIs(1));
    EXPECT_THAT(reading.log.groups[0].nsids, SizeIs(3));
    EXPECT_TRUE(controller.retained_every_event) << "else events would be taken from the kernel";
}

TEST_F(AnaReadingTest, reads_no_more_than_there_is_room_for) {
    std::vector<std::uint32_t> nsids(2000);
    std::iota(nsids.begin(), nsids.end(), 1U);
    controller.ana = test::one_group_log(nsids, 9);
    for (const Budget budget :
         {Budget{.bytes = 6000, .objects = 9999}, Budget{.bytes = 9999, .objects = 2000}}) {
        spending = std::make_shared<Spending>(budget);
        const AnaReading reading = read();
        EXPECT_THAT(reading.problem.text(), HasSubstr("its ANA log was not read: "));
        EXPECT_THAT(reading.problem.text(), HasSubstr("are kept of one target"));
        EXPECT_THAT(reading.log.groups, ::testing::IsEmpty());
        EXPECT_EQ(spending->held(), Spending::Cost{}) << "nothing is kept";
    }
    spending = std::make_shared<Spending>(Budget{.bytes = 9999, .objects = 2001});
    EXPECT_EQ(read().problem.text(), "");
    EXPECT_EQ(spending->held(), Spending::Cost{});
}

TEST_F(AnaReadingTest, ends_when_its_time_is_over) {
    deadline = std::chrono::steady_clock::now();
    EXPECT_THROW(static_cast<void>(read()), Error);
    EXPECT_EQ(controller.commands, 0U);
}

TEST_F(AnaReadingTest, says_that_it_was_refused) {
    controller.before = [](const nvme::AdminCommand&, std::size_t) {
        nvme::AdminResult refused;
        refused.status = {0x4002}; // Invalid Field, do not retry
        return std::optional(refused);
    };
    const AnaReading reading = read();
    EXPECT_THAT(reading.problem.text(), HasSubstr("refused its ANA log"));
    EXPECT_THAT(reading.problem.text(), HasSubstr("Invalid Field"));
    EXPECT_THAT(reading.log.groups, ::testing::IsEmpty());
}

TEST_F(AnaReadingTest, takes_nothing_from_a_log_that_is_cut) {
    nvme::AnaLog log = test::one_group_log({1, 2, 3}, 9);
    log.nagd = 3; // two more than follow
    answer_with(nvme::encode(log));
    EXPECT_THAT(read().problem.text(), HasSubstr("malformed"));
    log.nagd = 1;
    answer_with(nvme::encode(log));
    EXPECT_EQ(read().problem.text(), "") << "healthy again";
}

TEST_F(AnaReadingTest, takes_states_from_a_log_that_is_whole_and_odd) {
    nvme::AnaLog log = test::one_group_log({3, 1}, 9); // not ascending
    log.nagd = 1;
    answer_with(nvme::encode(log));
    const AnaReading reading = read();
    EXPECT_EQ(reading.problem.text(), "") << "that is for haoh check to say";
    EXPECT_FALSE(reading.log.problems.empty());
}

TEST_F(AnaReadingTest, does_not_read_without_end) {
    nvme::AnaLog log = test::one_group_log({1}, 9);
    log.nagd = 1;
    nvme::Bytes bytes = nvme::encode(log);
    // NNV: 4 GiB of NSIDs. Everything behind the header repeats them.
    std::fill(bytes.begin() + nvme::kAnaLogHeaderSize + 4,
              bytes.begin() + nvme::kAnaLogHeaderSize + 8, std::uint8_t{0x3F});
    controller.queue_depth = 64;
    answer_with(bytes);
    spending = std::make_shared<Spending>(Budget{.objects = 16U << 20U});
    EXPECT_THAT(read().problem.text(), HasSubstr("malformed"));
    EXPECT_LE(controller.commands, (std::size_t{16} << 20U) / 4096) << "16 MiB are enough";
    EXPECT_GE(controller.commands, 2U);
}

class Reader : public ::testing::Test {
  protected:
    Reader() {
        options_.timeout = 1min;
        options_.command_timeout = 1min;
        known_.name = "nvme3";
        known_.transport = Attribute::of("tcp");
        known_.address = Attribute::of("traddr=10.0.0.9,trsvcid=4420");
    }
    host::DeviceOpener opener() {
        return [this](const std::string& name) -> std::unique_ptr<host::NvmeDevice> {
            opened_.push_back(name);
            if (broken_) {
                throw Error(Errc::not_found, "open", name, "it is not there");
            }
            auto device = std::make_unique<ControllerDevice>(2);
            device->controller.before = before_;
            return device;
        };
    }

    boost::asio::io_context context_{1};
    HostOptions options_;
    KernelController known_;
    std::vector<std::string> opened_;
    bool broken_{};
    std::function<std::optional<nvme::AdminResult>(const nvme::AdminCommand&, std::size_t)> before_;
};

TEST_F(Reader, names_a_controller_as_sysfs_does) {
    ControllerReader reader(context_.get_executor(), options_, opener());
    const ControllerObservation told = test::run(context_, reader.read(known_, "db1"));
    EXPECT_EQ(told.name, "nvme3");
    EXPECT_EQ(told.host, "db1");
    EXPECT_EQ(told.traddr, "10.0.0.9");
    EXPECT_TRUE(told.identify.ok());
    EXPECT_THAT(told.namespaces, SizeIs(2));
    EXPECT_TRUE(told.ana.log.ok());
}

TEST_F(Reader, keeps_devices_open_until_they_may_be_others) {
    ControllerReader reader(context_.get_executor(), options_, opener());
    EXPECT_THAT(test::run(context_, reader.read_ana_log("nvme3")).groups, SizeIs(1));
    static_cast<void>(test::run(context_, reader.read_ana_log("nvme3")));
    static_cast<void>(test::run(context_, reader.read(known_, "db1")));
    static_cast<void>(test::run(context_, reader.read_ana_log("nvme4")));
    EXPECT_THAT(opened_, ::testing::ElementsAre("nvme3", "nvme4"));
    reader.forget("nvme3");
    static_cast<void>(test::run(context_, reader.read_ana_log("nvme4")));
    static_cast<void>(test::run(context_, reader.read_ana_log("nvme3")));
    EXPECT_THAT(opened_, ::testing::ElementsAre("nvme3", "nvme4", "nvme3"));
}

TEST_F(Reader, tries_to_open_again_what_could_not_be_opened) {
    broken_ = true;
    ControllerReader reader(context_.get_executor(), options_, opener());
    EXPECT_THROW(static_cast<void>(test::run(context_, reader.read_ana_log("nvme3"))), Error);
    broken_ = false;
    EXPECT_THAT(test::run(context_, reader.read_ana_log("nvme3")).groups, SizeIs(1));
}

TEST_F(Reader, fails_when_a_controller_does_not_identify_itself) {
    before_ = [](const nvme::AdminCommand& command,
                 std::size_t) -> std::optional<nvme::AdminResult> {
        if (command != nvme::identify_controller_command()) {
            return std::nullopt;
        }
        nvme::AdminResult refused;
        refused.status = {0x4006};
        return refused;
    };
    ControllerReader reader(context_.get_executor(), options_, opener());
    try {
        static_cast<void>(test::run(context_, reader.read(known_, "db1")));
        ADD_FAILURE() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::command_failed);
        EXPECT_THAT(error.what(), HasSubstr("nvme3"));
        EXPECT_THAT(error.what(), HasSubstr("Internal"));
    }
}

TEST_F(Reader, fails_with_the_reason_when_the_ana_log_cannot_be_taken) {
    before_ = [](const nvme::AdminCommand& command,
                 std::size_t) -> std::optional<nvme::AdminResult> {
        nvme::AdminResult cut;
        cut.data.resize(command.data_in);
        cut.data[8] = 2; // groups, of which none follows
        return cut;
    };
    ControllerReader reader(context_.get_executor(), options_, opener());
    try {
        static_cast<void>(test::run(context_, reader.read_ana_log("nvme3")));
        ADD_FAILURE() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::command_failed);
        EXPECT_THAT(error.what(), HasSubstr("malformed"));
    }
}

} // namespace
} // namespace haoh::monitor
