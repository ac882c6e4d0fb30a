// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_array.hpp"

#include <haoh/error.hpp>
#include <haoh/fabric.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh {
namespace {

using namespace std::chrono_literals;
using test::FakeArray;
using test::FakeLink;
using testing::HasSubstr;

namespace asio = boost::asio;

struct FabricControllerTest : testing::Test {
    [[nodiscard]] ConnectOptions options() const {
        ConnectOptions options;
        options.host = {.hostnqn = "nqn.2014-08.org.nvmexpress:uuid:"
                                   "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
                        .hostid = {1, 2, 3},
                        .source = "test"};
        options.subsysnqn = array.subsysnqn;
        options.timeout = 200ms;
        return options;
    }

    asio::io_context context;
    FakeArray array{context};
};

TEST_F(FabricControllerTest, ConnectsEnablesIdentifiesAndShutsDown) {
    const auto task = [](FabricControllerTest& test) -> asio::awaitable<nvme::Bytes> {
        Address address = test.array.address();
        ConnectOptions options = test.options();
        auto controller = co_await FabricController::connect(address, options);
        EXPECT_EQ(controller->connection().cntlid, 1);
        EXPECT_EQ(controller->name(), to_string(test.array.address()) + " controller 1");
        nvme::AdminCommand command = nvme::identify_controller_command();
        const nvme::AdminResult result = co_await controller->submit(std::move(command));
        EXPECT_TRUE(result.status.ok());
        co_await controller->shutdown();
        co_return result.data;
    };
    const nvme::Bytes page = test::run(context, task(*this));
    EXPECT_EQ(page.size(), 4096U);
    EXPECT_EQ(array.shutdowns, 1U);
}

} // namespace
} // namespace haoh
