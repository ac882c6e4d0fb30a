// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A controller that exists only as a function: an AdminChannel for tests of what reads controllers.
#pragma once

#include <haoh/admin_channel.hpp>
#include <haoh/nvme/ana_log.hpp>
#include <haoh/nvme/discovery_log.hpp>
#include <haoh/nvme/identify_controller.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace haoh::test {

/// A modern controller (VS 2.0) with ANA and the namespaces 1..n in one group, until told otherwise.
class FakeController : public AdminChannel {
  public:
    FakeController(boost::asio::any_io_executor executor, std::uint32_t namespaces);

    nvme::IdentifyController identify;
    std::vector<std::uint32_t> nsids; ///< the active list, in the order to be sent
    nvme::AnaLog ana;
    nvme::DiscoveryLog discovery;
    std::map<std::uint32_t, std::uint64_t> properties;

    /// Called before the normal answer with the command and how many came before it; what it returns is
    /// the answer, what it throws is what the channel throws.
    std::function<std::optional<nvme::AdminResult>(const nvme::AdminCommand&, std::size_t)> before;

    std::size_t queue_depth{16};
    /// Of commands that are in flight together the last is answered first.
    bool answers_backwards{};
    std::size_t commands{}; ///< submitted so far
    std::size_t most_in_flight{};
    std::map<std::uint8_t, std::size_t> identify_counts; ///< by CNS
    bool retained_every_event{true};                     ///< every Get Log Page had RAE set

    boost::asio::awaitable<nvme::AdminResult> submit(nvme::AdminCommand command) override;
    [[nodiscard]] std::size_t depth() const override { return queue_depth; }
    [[nodiscard]] const std::string& name() const override { return name_; }
    [[nodiscard]] boost::asio::any_io_executor executor() override { return executor_; }

  private:
    nvme::AdminResult execute(const nvme::AdminCommand& command);
    nvme::AdminResult execute_identify(const nvme::AdminCommand& command);
    nvme::AdminResult execute_log(const nvme::AdminCommand& command);

    boost::asio::any_io_executor executor_;
    std::string name_{"fake controller 7"};
    std::size_t in_flight_{};
    std::vector<std::size_t> latest_; ///< in flight, in their order
};

/// An ANA log with every one of `nsids` in group 1, optimized.
[[nodiscard]] nvme::AnaLog one_group_log(std::vector<std::uint32_t> nsids, std::uint64_t chgc = 1);

/// Runs a coroutine to its end and gives its result; rethrows what it throws.
template <typename T>
T run(boost::asio::io_context& context, boost::asio::awaitable<T> coroutine) {
    std::optional<T> result;
    std::exception_ptr failure;
    boost::asio::co_spawn(context, std::move(coroutine), [&](std::exception_ptr error, T value) {
        failure = error;
        result = std::move(value);
    });
    context.restart();
    context.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
    return std::move(*result);
}

} // namespace haoh::test
