// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A controller's end of NVMe/TCP for tests of the initiator: answers what a small, healthy array
/// would, and anything else that a test tells it to.
#pragma once

#include <haoh/address.hpp>
#include <haoh/nvme/command.hpp>
#include <haoh/nvme/discovery_log.hpp>
#include <haoh/nvme/pdu.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace haoh::test {

/// One connection as the array sees it. Everything is sent in the order in which it is called.
class FakeLink : public std::enable_shared_from_this<FakeLink> {
  public:
    explicit FakeLink(boost::asio::ip::tcp::socket socket);

    void send(const nvme::Pdu& pdu);
    void send_bytes(nvme::Bytes bytes);
    /// A CapsuleResp.
    void respond(std::uint16_t cid, std::uint16_t status = 0, std::uint64_t dword01 = 0,
                 std::uint16_t sqhd = 0);
    /// All data in one C2HData, then a CapsuleResp.
    void respond_data(std::uint16_t cid, nvme::Bytes data);
    /// After everything that was sent before.
    void close();
    /// Drops the connection with RST.
    void reset();

    std::uint16_t cntlid{};
    std::uint32_t cc{};
    nvme::PduFormat format;
    std::string subsysnqn; ///< of its Connect
    bool discovery{};
    std::vector<std::uint16_t> events; ///< identifiers of outstanding event requests

  private:
    friend class FakeArray;
    void write_next();

    boost::asio::ip::tcp::socket socket_;
    std::deque<nvme::Bytes> outgoing_;
    bool writing_{};
    bool closing_{};
};

/// A loopback address that no other process of this machine has while this one runs, for tests that
/// need well-known ports.
[[nodiscard]] std::string own_loopback_address();

/// Listens on a loopback port of its own. Runs on the caller's context, which has to outlive it.
class FakeArray {
  public:
    using Link = std::shared_ptr<FakeLink>;

    /// \param port  0: one that is free
    explicit FakeArray(boost::asio::io_context& context, std::string_view address = "127.0.0.1",
                       std::uint16_t port = 0);
    ~FakeArray();
    FakeArray(const FakeArray&) = delete;
    FakeArray& operator=(const FakeArray&) = delete;

    [[nodiscard]] Address address() const;

    /// Instead of the protocol: what to do with a new connection, once its first bytes came.
    std::function<void(Link)> on_first_bytes;
    /// Before the usual answer to a command; true = the command was dealt with.
    std::function<bool(Link, const nvme::SubmissionEntry&, nvme::ByteView data)> on_command;
    /// A termination request of the host.
    std::function<void(const nvme::TermReq&)> on_termination;
    /// Every H2CData.
    std::function<void(Link, const nvme::DataPdu&)> on_data;

    nvme::IcResp icresp{.pfv = 0, .cpda = 0, .dgst = 3, .maxh2cdata = 131072}; ///< dgst: offered
    std::string subsysnqn{"nqn.2014-08.org.nvmexpress:uuid:11111111-2222-4333-8444-555555555555"};
    std::uint16_t next_cntlid{1};
    std::uint64_t cap{0x0000'0020'0100'03FF}; ///< TO 500 ms, CSS NVM, MQES 1023
    bool becomes_ready{true};
    bool shuts_down{true};
    std::uint32_t oaes{0x900};
    std::map<std::uint32_t, std::string> namespaces; ///< NSID -> UUID; served in Identify pages
    std::vector<nvme::DiscoveryEntry> log;           ///< of its discovery subsystem
    bool serves_discovery{true};

    // What happened.
    std::vector<nvme::SubmissionEntry> commands;
    std::vector<nvme::IcReq> icreqs;
    std::vector<Link> links; ///< in the order of their connections
    std::size_t connections_now{};
    std::size_t connections_most{};
    std::size_t keep_alives{};
    std::size_t shutdowns{};

  private:
    boost::asio::awaitable<void> accept_loop();
    boost::asio::awaitable<void> serve(Link link);
    void answer(const Link& link, const nvme::Pdu& pdu);
    void command(const Link& link, const nvme::CapsuleCmd& capsule);
    void fabrics(const Link& link, const nvme::SubmissionEntry& entry, nvme::ByteView data);
    void connect(const Link& link, const nvme::SubmissionEntry& entry, nvme::ByteView data);
    [[nodiscard]] std::optional<nvme::Bytes> identify_page(const Link& link,
                                                           const nvme::SubmissionEntry& entry);
    [[nodiscard]] std::optional<nvme::Bytes> log_page(const Link& link,
                                                      const nvme::SubmissionEntry& entry);

    boost::asio::io_context& context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::shared_ptr<bool> alive_{std::make_shared<bool>(true)};
    nvme::Bytes encoded_;                           ///< the page of the log
    std::vector<nvme::DiscoveryEntry> encoded_log_; ///< as it was then
};

/// Runs a coroutine on the context until it has ended, within `limit`.
/// \throws what it threw; std::runtime_error when it did not end in time
template <typename T>
T run(boost::asio::io_context& context, boost::asio::awaitable<T> task,
      std::chrono::milliseconds limit = std::chrono::seconds{90});

} // namespace haoh::test

#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <exception>
#include <stdexcept>

namespace haoh::test {

template <typename T>
T run(boost::asio::io_context& context, boost::asio::awaitable<T> task,
      std::chrono::milliseconds limit) {
    bool done = false;
    std::exception_ptr failure;
    const auto finish = [&] {
        const auto until = std::chrono::steady_clock::now() + limit;
        context.restart();
        while (!done && context.run_one_until(until) > 0) {
        }
        if (!done) {
            throw std::runtime_error("the coroutine did not end in time");
        }
        if (failure) {
            std::rethrow_exception(failure);
        }
    };
    if constexpr (std::is_void_v<T>) {
        boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error) {
            done = true;
            failure = std::move(error);
        });
        finish();
    } else {
        std::optional<T> result;
        boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, T value) {
            done = true;
            failure = std::move(error);
            result = std::move(value);
        });
        finish();
        return *std::move(result);
    }
}

} // namespace haoh::test
