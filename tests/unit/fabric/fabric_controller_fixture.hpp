// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A host of one array that does what a test tells it to.
#pragma once

#include "fake_array.hpp"

#include <haoh/error.hpp>
#include <haoh/fabric.hpp>
#include <haoh/nvme/fabrics.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace haoh::test {

using ControllerPtr = std::unique_ptr<FabricController>;

struct FabricControllerTest : testing::Test {
    using Clock = std::chrono::steady_clock;
    /// Of what is to time out. A command that is answered has all the time that a busy machine takes.
    static constexpr std::chrono::milliseconds kShort{500};

    FabricControllerTest() {
        options.host = {.hostnqn = "nqn.2014-08.org.nvmexpress:uuid:"
                                   "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
                        .hostid = {1, 2, 3},
                        .origin = "test"};
        options.subsysnqn = array.subsysnqn;
        options.timeout = std::chrono::seconds(30);
    }

    ControllerPtr connect() { return connect(array.address()); }
    ControllerPtr connect(const Address& address) {
        return run(context, FabricController::connect(address, options));
    }

    /// The one message of a connection that fails; it has to come soon after the timeout.
    Error connect_error() { return connect_error(array.address()); }
    Error connect_error(const Address& address) {
        const auto begin = Clock::now();
        try {
            const ControllerPtr controller = connect(address);
            ADD_FAILURE() << "connected";
        } catch (const Error& error) {
            EXPECT_LT(Clock::now() - begin, options.timeout + std::chrono::seconds(20));
            EXPECT_THAT(error.what(), testing::HasSubstr(to_string(address)));
            EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("\n")));
            return error;
        }
        return Error(make_error_code(Errc::invalid_argument), "", "");
    }

    nvme::AdminResult submit(FabricController& controller, nvme::AdminCommand command) {
        return run(context, controller.submit(std::move(command)));
    }
    Error submit_error(FabricController& controller, nvme::AdminCommand command) {
        const auto begin = Clock::now();
        try {
            const nvme::AdminResult result = submit(controller, std::move(command));
            ADD_FAILURE() << "status " << result.status.value;
        } catch (const Error& error) {
            EXPECT_LT(Clock::now() - begin, options.timeout + std::chrono::seconds(20));
            return error;
        }
        return Error(make_error_code(Errc::invalid_argument), "", "");
    }
    Error identify_error(FabricController& controller) {
        return submit_error(controller, nvme::identify_controller_command());
    }

    /// Lets the context run until something is true.
    template <typename Condition>
    bool wait_until(Condition condition) {
        const auto until = Clock::now() + std::chrono::seconds(60);
        while (!condition() && Clock::now() < until) {
            context.restart();
            context.run_one_for(std::chrono::milliseconds(5));
        }
        return condition();
    }

    /// A port on which nothing listens; no other program gets it.
    [[nodiscard]] Address closed_port() {
        if (!closed.is_open()) {
            closed.open(boost::asio::ip::tcp::v4());
            closed.bind({boost::asio::ip::address_v4::loopback(), 0});
        }
        return {
            .traddr = "127.0.0.1", .trsvcid = closed.local_endpoint().port(), .host_traddr = {}};
    }

    /// Answers Identify by hand.
    void on_identify(std::function<void(FakeArray::Link, std::uint16_t cid)> answer) {
        array.on_command = [answer = std::move(answer)](const FakeArray::Link& link,
                                                        const nvme::SubmissionEntry& entry,
                                                        nvme::ByteView /*data*/) {
            if (entry.opcode != nvme::opcode::identify) {
                return false;
            }
            answer(link, entry.cid);
            return true;
        };
    }

    boost::asio::io_context context;
    FakeArray array{context};
    boost::asio::ip::tcp::acceptor closed{context};
    ConnectOptions options;
};

} // namespace haoh::test
