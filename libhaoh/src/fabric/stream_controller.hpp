// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// FabricController over a byte stream, with what `observe` needs beyond the public interface.
#pragma once

#include "queue_connection.hpp"

#include <haoh/fabric.hpp>

namespace haoh::fabric {

class StreamController final : public FabricController {
  public:
    /// \param overall  a moment after which the controller is given up, whatever is in flight
    [[nodiscard]] static boost::asio::awaitable<std::unique_ptr<StreamController>>
    connect_until(Address address, ConnectOptions options, Deadline overall);

    /// Up to and with the Connect command: the controller is not enabled. \throws Error
    [[nodiscard]] static boost::asio::awaitable<std::unique_ptr<StreamController>>
    connect_only(Address address, ConnectOptions options, Deadline overall);

    StreamController(std::shared_ptr<QueueConnection> connection, Address address,
                     ConnectOptions options);
    StreamController(const StreamController&) = delete;
    StreamController& operator=(const StreamController&) = delete;
    ~StreamController() override;

    [[nodiscard]] boost::asio::awaitable<nvme::AdminResult>
    submit(nvme::AdminCommand command) override;
    [[nodiscard]] std::size_t depth() const override { return connection_->session().depth(); }
    [[nodiscard]] const std::string& name() const override { return connection_->name(); }
    [[nodiscard]] boost::asio::any_io_executor executor() override {
        return connection_->executor();
    }
    [[nodiscard]] const Address& address() const override { return address_; }
    [[nodiscard]] const std::string& peer() const override { return connection_->peer(); }
    [[nodiscard]] const Connection& connection() const override { return settled_; }
    [[nodiscard]] boost::asio::awaitable<void> enable_events() override;
    [[nodiscard]] boost::asio::awaitable<nvme::AsyncEvent> next_event() override;
    [[nodiscard]] boost::asio::awaitable<void> shutdown() override;

  private:
    [[nodiscard]] boost::asio::awaitable<void> connect_queue();
    [[nodiscard]] boost::asio::awaitable<void> enable();
    [[nodiscard]] boost::asio::awaitable<std::uint64_t>
    get_property(std::uint32_t offset, unsigned size, TimePoint deadline);
    [[nodiscard]] boost::asio::awaitable<void> set_cc(std::uint32_t value, TimePoint deadline);

    std::shared_ptr<QueueConnection> connection_;
    Address address_;
    ConnectOptions options_;
    Connection settled_;
    TimePoint connect_deadline_;
    std::uint32_t cc_{};
    bool enabled_{};
    bool events_configured_{};
};

} // namespace haoh::fabric
