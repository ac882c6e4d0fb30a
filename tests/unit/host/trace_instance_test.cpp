// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/trace_instance.hpp"

#include "fake_tracefs.hpp"
#include "unit/collect/fake_controller.hpp"

#include <haoh/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <optional>

namespace haoh::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::VariantWith;

constexpr const char* kLine = "  <idle>-0 [001] ..s1. 1.000002: nvme_async_event: nvme3: "
                              "NVME_AEN=0x0c0302 [NVME_AER_NOTICE]\n";
constexpr TraceAen kEvent{3, 0x0c0302, std::chrono::nanoseconds(1'000'002'000)};

class Instance : public ::testing::Test {
  protected:
    TraceInstance make() { return TraceInstance(context_.get_executor(), tracefs_); }

    std::optional<Error> error_of_making() {
        try {
            const TraceInstance instance(context_.get_executor(), tracefs_);
        } catch (const Error& error) {
            return error;
        }
        return std::nullopt;
    }

    /// Begins to wait for what is next.
    void wait_for_next(TraceInstance& instance) {
        boost::asio::co_spawn(context_, instance.next(),
                              boost::asio::bind_cancellation_slot(
                                  signal_.slot(), [this](const std::exception_ptr& failure,
                                                         std::vector<TraceInput> inputs) {
                                      failure_ = failure;
                                      inputs_ = std::move(inputs);
                                  }));
        context_.restart();
        context_.poll();
        EXPECT_EQ(inputs_, std::nullopt) << "nothing is there";
    }

    std::error_code error_of_waiting() const {
        try {
            std::rethrow_exception(failure_);
        } catch (const Error& error) {
            return error.code();
        }
    }

    test::SysfsTree tree_;
    std::shared_ptr<test::FakeTracefs> tracefs_ = std::make_shared<test::FakeTracefs>(tree_);
    boost::asio::io_context context_{1};
    boost::asio::cancellation_signal signal_;
    std::exception_ptr failure_;
    std::optional<std::vector<TraceInput>> inputs_;
};

TEST_F(Instance, is_configured_and_gone_at_the_end) {
    {
        const TraceInstance instance(context_.get_executor(), tracefs_);
        const std::string& name = instance.name();
        EXPECT_THAT(name, StartsWith("haoh-" + std::to_string(::getpid()) + "-"));
        EXPECT_THAT(tracefs_->instances(), ElementsAre(name));
        EXPECT_EQ(tracefs_->text(name, "trace_clock"), "mono");
        EXPECT_NE(tracefs_->text(name, "trace_options"), "") << "not those that others have set";
        EXPECT_EQ(tracefs_->text(name, "buffer_size_kb"), "64");
        EXPECT_EQ(tracefs_->text(name, "buffer_percent"), "0");
        EXPECT_EQ(tracefs_->text(name, "events/nvme/nvme_async_event/enable"), "1");
    }
    EXPECT_THAT(tracefs_->instances(), IsEmpty());
}

TEST_F(Instance, is_not_the_only_one_of_its_process) {
    const TraceInstance one(context_.get_executor(), tracefs_);
    const TraceInstance other(context_.get_executor(), tracefs_);
    EXPECT_NE(one.name(), other.name());
    EXPECT_THAT(tracefs_->instances(), SizeIs(2));
}

TEST_F(Instance, is_one_of_a_bounded_number) {
    std::vector<std::unique_ptr<TraceInstance>> instances;
    std::optional<Error> refused;
    while (instances.size() < 1000 && !refused) {
        try {
            instances.push_back(std::make_unique<TraceInstance>(context_.get_executor(), tracefs_));
        } catch (const Error& error) {
            refused = error;
        }
    }
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->code(), make_error_code(Errc::too_large));
    EXPECT_THAT(tracefs_->instances(), SizeIs(instances.size()));
}

TEST_F(Instance, takes_away_what_a_dead_process_left) {
    EXPECT_EQ(tracefs_->make_instance("haoh-1073741824-5-0"), 0);
    const TraceInstance instance(context_.get_executor(), tracefs_);
    EXPECT_THAT(tracefs_->instances(), ElementsAre(instance.name()));
}

TEST_F(Instance, says_what_is_missing_and_leaves_nothing_behind) {
    tracefs_->without("events/nvme/nvme_async_event/enable");
    std::optional<Error> error = error_of_making();
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), make_error_code(Errc::not_found));
    EXPECT_EQ(error->advice(), "modprobe nvme_core");
    EXPECT_THAT(error->object(), HasSubstr("/events/nvme/nvme_async_event/enable"));
    for (const char* file : {"trace_clock", "buffer_size_kb", "trace_pipe"}) {
        tracefs_->without(file);
        error = error_of_making();
        ASSERT_TRUE(error) << file;
        EXPECT_EQ(error->code().value(), ENOENT) << file;
        EXPECT_THAT(error->object(), HasSubstr(file));
    }
    EXPECT_THAT(tracefs_->instances(), IsEmpty());
    tree_.remove("tracing/instances");
    error = error_of_making();
    ASSERT_TRUE(error);
    EXPECT_THAT(error->what(), StartsWith("make a trace instance "));
}

TEST_F(Instance, gives_all_that_is_there_at_once) {
    TraceInstance instance(context_.get_executor(), tracefs_);
    const base::FileDescriptor pipe = tracefs_->writer(instance.name());
    test::write_all(pipe, std::string("# nothing\n") + kLine + "CPU:0 [LOST 7 EVENTS]\n" + kLine);
    EXPECT_THAT(test::run(context_, instance.next()),
                ElementsAre(VariantWith<TraceAen>(kEvent), VariantWith<TraceLost>(TraceLost{7}),
                            VariantWith<TraceAen>(kEvent)));
}

TEST_F(Instance, waits_for_a_whole_line_of_interest) {
    TraceInstance instance(context_.get_executor(), tracefs_);
    const base::FileDescriptor pipe = tracefs_->writer(instance.name());
    wait_for_next(instance);
    const std::string line = std::string("# nothing\n") + kLine;
    test::write_all(pipe, line.substr(0, 40));
    context_.restart();
    context_.poll();
    EXPECT_EQ(inputs_, std::nullopt);
    test::write_all(pipe, line.substr(40));
    context_.run();
    EXPECT_THAT(inputs_, ::testing::Optional(ElementsAre(VariantWith<TraceAen>(kEvent))));
}

TEST_F(Instance, takes_a_line_byte_by_byte) {
    TraceInstance instance(context_.get_executor(), tracefs_);
    const base::FileDescriptor pipe = tracefs_->writer(instance.name());
    wait_for_next(instance);
    for (const char byte : std::string(kLine)) {
        EXPECT_EQ(inputs_, std::nullopt);
        test::write_all(pipe, std::string(1, byte));
        context_.restart();
        context_.poll();
    }
    context_.run();
    EXPECT_THAT(inputs_, ::testing::Optional(ElementsAre(VariantWith<TraceAen>(kEvent))));
}

TEST_F(Instance, gives_what_is_left_before_it_tells_of_the_end) {
    TraceInstance instance(context_.get_executor(), tracefs_);
    test::write_all(tracefs_->writer(instance.name()), kLine);
    EXPECT_THAT(test::run(context_, instance.next()), SizeIs(1));
    try {
        static_cast<void>(test::run(context_, instance.next()));
        FAIL() << "the other end is closed";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), make_error_code(Errc::closed));
    }
}

TEST_F(Instance, can_be_waited_for_no_longer) {
    TraceInstance instance(context_.get_executor(), tracefs_);
    const base::FileDescriptor pipe = tracefs_->writer(instance.name());
    wait_for_next(instance);
    signal_.emit(boost::asio::cancellation_type::terminal);
    context_.run();
    EXPECT_EQ(error_of_waiting(), make_error_code(Errc::canceled));
}

TEST_F(Instance, may_go_while_somebody_waits) {
    for (const bool readable : {false, true}) {
        auto instance = std::make_unique<TraceInstance>(context_.get_executor(), tracefs_);
        const base::FileDescriptor pipe = tracefs_->writer(instance->name());
        inputs_.reset();
        wait_for_next(*instance);
        if (readable) {
            test::write_all(pipe, kLine);
        }
        boost::asio::post(context_, [&] { instance.reset(); });
        context_.run();
        EXPECT_EQ(instance, nullptr);
        EXPECT_THAT(tracefs_->instances(), IsEmpty());
        ASSERT_TRUE(inputs_);
        if (failure_) {
            EXPECT_EQ(error_of_waiting(), make_error_code(Errc::canceled));
        }
    }
}

/// Where no instance can be made.
class FullTracefs : public test::FakeTracefs {
  public:
    FullTracefs(test::SysfsTree& tree, int error) : FakeTracefs(tree), error_{error} {}
    [[nodiscard]] int make_instance(const std::string&) const override { return error_; }

  private:
    int error_;
};

TEST_F(Instance, that_cannot_be_made_says_what_to_do) {
    for (const auto& [number, advice] :
         std::vector<std::pair<int, const char*>>{{EACCES, "run as root"},
                                                  {EPERM, "run as root"},
                                                  {ENOMEM, "free memory"},
                                                  {EROFS, "mount tracefs for writing"},
                                                  {EIO, ""}}) {
        test::SysfsTree tree;
        tracefs_ = std::make_shared<FullTracefs>(tree, number);
        const std::optional<Error> error = error_of_making();
        ASSERT_TRUE(error);
        EXPECT_EQ(error->code(), std::error_code(number, std::generic_category()));
        EXPECT_THAT(error->advice(), StartsWith(advice));
        EXPECT_EQ(error->advice().empty(), number == EIO);
    }
}

} // namespace
} // namespace haoh::host
