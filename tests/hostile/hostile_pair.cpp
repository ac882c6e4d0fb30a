// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hostile/hostile_pair.hpp"

#include "support/scenario_builder.hpp"

#include <haoh/address.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <utility>

namespace haoh::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using nvme::Bytes;
using nvme::ByteView;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kHealthy = 0;
constexpr std::size_t kHostile = 1;
constexpr std::uint32_t kMaxData = 4U << 20U;
/// Of what is sent for ever: so much at once.
constexpr std::size_t kEndlessPiece = 64U << 10U;

arraysim::Scenario scenario() {
    const auto own_ports = [](arraysim::ArraySpec& array) {
        array.discovery = arraysim::Scope::own;
    };
    // So many groups that a log of them is megabytes long, which one command may carry.
    constexpr std::uint64_t kGroups = 0xFFFF;
    return arraysim::ScenarioBuilder()
        .field("anagrpmax", kGroups)
        .field("nanagrpid", kGroups)
        .field("mdts", std::uint64_t{10})
        .ns({.nsid = 1, .count = 2})
        .array("healthy")
        .with(own_ports)
        .array("hostile")
        .with(own_ports)
        .build();
}

std::uint16_t cid_of(const nvme::Pdu& pdu) {
    if (const auto* const data = std::get_if<nvme::DataPdu>(&pdu)) {
        return data->cccid;
    }
    if (const auto* const response = std::get_if<nvme::CapsuleResp>(&pdu)) {
        return nvme::decode_cqe(response->cqe).cid;
    }
    return 0;
}

} // namespace

class HostileLink : public std::enable_shared_from_this<HostileLink> {
  public:
    HostileLink(std::shared_ptr<HostilePair> pair, std::size_t array, tcp::socket socket)
        : pair_{std::move(pair)}, hostile_{array == kHostile}, socket_{std::move(socket)},
          wake_{socket_.get_executor(), asio::steady_timer::time_point::max()},
          session_{pair_->simulator_.open(array, 0, arraysim::Clock::now())} {
        error_code ignored;
        socket_.set_option(tcp::no_delay(true), ignored);
    }

    void start() {
        start_waking();
        if (hostile_ && pair_->step_.kind == Step::Kind::accept) {
            react({});
        }
        asio::co_spawn(socket_.get_executor(), read(shared_from_this()), asio::detached);
        asio::co_spawn(socket_.get_executor(), write(shared_from_this()), asio::detached);
    }

    void drop(bool reset = false) {
        error_code ignored;
        session_->on_wake = {};
        if (reset) {
            socket_.set_option(asio::socket_base::linger(true, 0), ignored);
        }
        socket_.close(ignored);
        closed_ = true;
        wake_.cancel();
    }

  private:
    using Self = std::shared_ptr<HostileLink>;

    static asio::awaitable<void> read(Self self) {
        std::vector<std::uint8_t> buffer(64U << 10U);
        while (!self->closed_) {
            const auto [error, length] =
                co_await self->socket_.async_read_some(asio::buffer(buffer), kTuple);
            if (error || self->closed_) {
                break;
            }
            if (!self->silent_) {
                self->take(ByteView(buffer).first(length));
            }
        }
        self->drop();
    }

    /// Cuts what a host sends, which is well-formed, into PDUs.
    void take(ByteView bytes) {
        input_.insert(input_.end(), bytes.begin(), bytes.end());
        while (!silent_ && !closed_ && input_.size() >= nvme::kCommonHeaderSize) {
            const auto plen = nvme::load_le<std::uint32_t>(input_, 4);
            if (plen < nvme::kCommonHeaderSize || input_.size() < plen) {
                return;
            }
            const Bytes pdu(input_.begin(), input_.begin() + plen);
            input_.erase(input_.begin(), input_.begin() + plen);
            answer(pdu);
        }
    }

    void answer(const Bytes& pdu) {
        const auto type = static_cast<nvme::PduType>(pdu[0]);
        Exchange exchange;
        if (type == nvme::PduType::capsule_cmd) {
            exchange.command = nvme::decode_sqe(nvme::slice(pdu, 8, nvme::kSqeSize));
        }
        exchange.format = format_; // that of ICReq's answer is the one before it
        session_->on_wake = {};    // what comes now belongs to this PDU
        session_->receive(pdu, arraysim::Clock::now());
        start_waking();
        const Step& step = pair_->step_;
        const bool here =
            hostile_ && (step.kind == Step::Kind::icreq ? type == nvme::PduType::ic_req
                                                        : step.kind == Step::Kind::command &&
                                                              type == nvme::PduType::capsule_cmd &&
                                                              step.matches(exchange.command));
        std::vector<nvme::Pdu> said = said_by_session();
        if (here) {
            const auto others =
                std::stable_partition(said.begin(), said.end(), [&](const nvme::Pdu& one) {
                    return type == nvme::PduType::ic_req || cid_of(one) == exchange.command.cid;
                });
            exchange.answer.assign(said.begin(), others);
            send({.bytes = bytes_of({others, said.end()}, format_)});
            react(std::move(exchange));
        } else {
            send({.bytes = bytes_of(said, exchange.format)});
        }
        if (!hostile_ && exchange.command.opcode == nvme::opcode::async_event_request) {
            pair_->watched_ = true;
        }
        pair_->change_when_watched();
    }

    void start_waking() {
        session_->on_wake = [weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
                self->pass_on(self->said_by_session());
            }
        };
    }

    /// What the array says by itself: its events.
    void pass_on(const std::vector<nvme::Pdu>& said) {
        if (!silent_ && !closed_) {
            send({.bytes = bytes_of(said, format_)});
        }
    }

    std::vector<nvme::Pdu> said_by_session() {
        answers_.feed(session_->take_output(arraysim::Clock::now()));
        std::vector<nvme::Pdu> said;
        while (auto next = answers_.next()) {
            auto* const pdu = std::get_if<nvme::Pdu>(&*next);
            if (pdu == nullptr) {
                break;
            }
            if (const auto* const granted = std::get_if<nvme::IcResp>(pdu)) {
                format_.header_digest = (granted->dgst & 1U) != 0;
                format_.data_digest = (granted->dgst & 2U) != 0;
                answers_.set_format(format_);
            }
            said.push_back(std::move(*pdu));
        }
        return said;
    }

    void react(Exchange exchange) {
        exchange.count = ++pair_->misdeeds_;
        error_code ignored;
        exchange.port = socket_.local_endpoint(ignored).port();
        Reaction reaction = pair_->misdeed_(exchange);
        silent_ = reaction.after != Reaction::After::go_on || reaction.endless;
        send(std::move(reaction));
    }

    void send(Reaction reaction) {
        if (!reaction.bytes.empty() || reaction.after != Reaction::After::go_on) {
            output_.push_back(std::move(reaction));
            wake_.cancel();
        }
    }

    static asio::awaitable<void> write(Self self) {
        while (!self->closed_) {
            if (self->output_.empty()) {
                self->wake_.expires_at(asio::steady_timer::time_point::max());
                co_await self->wake_.async_wait(kTuple);
                continue;
            }
            const Reaction reaction = std::move(self->output_.front());
            self->output_.pop_front();
            do {
                if (!co_await self->write_once(reaction)) {
                    co_return;
                }
            } while (reaction.endless && !self->closed_);
            if (reaction.after == Reaction::After::reset) {
                self->drop(true);
            } else if (reaction.after == Reaction::After::close) {
                error_code ignored; // the host closes its end when it has read what was said
                self->socket_.shutdown(tcp::socket::shutdown_send, ignored);
            }
        }
    }

    asio::awaitable<bool> write_once(const Reaction& reaction) {
        Bytes bytes = reaction.bytes;
        while (reaction.endless && reaction.piece == 0 && bytes.size() < kEndlessPiece) {
            bytes.insert(bytes.end(), reaction.bytes.begin(), reaction.bytes.end());
        }
        const std::size_t rest = reaction.piece == 0 ? bytes.size() : reaction.piece;
        std::size_t piece = reaction.first == 0 ? rest : reaction.first;
        for (std::size_t offset = 0; offset < bytes.size() && !closed_;
             offset += std::exchange(piece, rest)) {
            const ByteView part = nvme::slice(bytes, offset, piece);
            const auto [error, length] =
                co_await asio::async_write(socket_, asio::buffer(part.data(), part.size()), kTuple);
            if (error) {
                drop();
                co_return false;
            }
            if (reaction.pause.count() > 0) {
                asio::steady_timer pause(socket_.get_executor(), reaction.pause);
                co_await pause.async_wait(kTuple);
            }
        }
        co_return !closed_;
    }

    std::shared_ptr<HostilePair> pair_; ///< the session must not outlive its simulator
    bool hostile_;
    tcp::socket socket_;
    asio::steady_timer wake_; ///< canceled when there is something to send
    std::unique_ptr<arraysim::Session> session_;
    Bytes input_;
    nvme::PduReader answers_{true, kMaxData};
    nvme::PduFormat format_;
    std::deque<Reaction> output_;
    bool silent_{};
    bool closed_{};
};

HostilePair::HostilePair(asio::io_context& context, Step step, Misdeed misdeed, std::size_t enough)
    : context_{context}, step_{std::move(step)}, misdeed_{std::move(misdeed)}, enough_{enough},
      simulator_{scenario(), arraysim::Clock::now()} {}

HostilePair::~HostilePair() = default;

void HostilePair::start() {
    for (const std::size_t array : {kHealthy, kHostile}) {
        tcp::acceptor& acceptor =
            acceptors_.emplace_back(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        const Address address{
            .traddr = "127.0.0.1", .trsvcid = acceptor.local_endpoint().port(), .host_traddr = {}};
        targets_.push_back(to_string(address));
        simulator_.set_address(array, 0, address.traddr, address.trsvcid, false);
    }
    for (const std::size_t array : {kHealthy, kHostile}) {
        asio::co_spawn(context_, accept(array), asio::detached);
    }
}

void HostilePair::stop() {
    stopped_ = true;
    error_code ignored;
    for (tcp::acceptor& acceptor : acceptors_) {
        acceptor.close(ignored);
    }
    for (const auto& weak : links_) {
        if (const auto link = weak.lock()) {
            link->drop();
        }
    }
}

asio::awaitable<void> HostilePair::accept(std::size_t array) {
    const auto self = shared_from_this();
    while (!stopped_) {
        auto [error, socket] = co_await acceptors_[array].async_accept(kTuple);
        if (error || stopped_) {
            co_return;
        }
        const auto link = std::make_shared<HostileLink>(self, array, std::move(socket));
        std::erase_if(links_, [](const auto& one) { return one.expired(); });
        links_.push_back(link);
        link->start();
    }
}

void HostilePair::change_when_watched() {
    if (watched_ && misdeeds_ >= enough_ && !std::exchange(changed_, true)) {
        asio::co_spawn(context_, change(), asio::detached);
    }
}

asio::awaitable<void> HostilePair::change() {
    const auto self = shared_from_this();
    // A monitor ends with it: what the misdeed came to is to be seen before.
    asio::steady_timer later(context_, std::chrono::milliseconds{300});
    co_await later.async_wait(kTuple);
    if (!stopped_) {
        simulator_.run(arraysim::parse_control("ana healthy all non-optimized"),
                       arraysim::Clock::now());
    }
}

} // namespace haoh::test
