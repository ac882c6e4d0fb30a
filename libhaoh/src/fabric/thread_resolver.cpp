// SPDX-License-Identifier: LGPL-2.1-or-later
#include "thread_resolver.hpp"

#include "failure.hpp"

#include "base/insist.hpp"
#include "base/without_signals.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <netdb.h>
#include <sys/socket.h>

namespace haoh::fabric {

namespace asio = boost::asio;
using Addresses = std::vector<asio::ip::address>;

namespace {

Failure failure_of(const HostAddresses& answer, const std::string& host) {
    Failure failure;
    failure.code = make_error_code(Errc::not_found);
    // Addresses of no family that TCP is asked for here are none, either.
    if (answer.error == 0 || answer.error == EAI_NONAME || answer.error == EAI_NODATA) {
        failure.cause = fmt::format("the host name \"{}\" is not known", host);
        failure.advice = "check the spelling and the name service, or give an IP address";
        return failure;
    }
    const std::string why = answer.error == EAI_SYSTEM
                                ? std::generic_category().message(answer.system_error)
                                : std::string(::gai_strerror(answer.error));
    failure.cause = fmt::format("the host name \"{}\" cannot be resolved: {}", host, why);
    failure.advice = "check the name service, or give an IP address";
    return failure;
}

} // namespace

HostAddresses look_up(const std::string& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    HostAddresses out;
    out.error = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    if (out.error != 0) {
        out.system_error = errno;
        return out;
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned{list, &::freeaddrinfo};
    for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
        asio::ip::tcp::endpoint endpoint;
        if ((one->ai_family != AF_INET && one->ai_family != AF_INET6) ||
            one->ai_addrlen > endpoint.capacity()) {
            continue;
        }
        std::memcpy(endpoint.data(), one->ai_addr, one->ai_addrlen);
        endpoint.resize(one->ai_addrlen);
        if (std::find(out.addresses.begin(), out.addresses.end(), endpoint.address()) ==
            out.addresses.end()) {
            out.addresses.push_back(endpoint.address());
        }
    }
    return out;
}

/// Where names are asked for and answers are handed out. A look-up knows who waits for it only while
/// they do: an execution context that is gone is never posted to.
class ThreadResolver::Desk : public std::enable_shared_from_this<Desk> {
  public:
    struct Waiter {
        explicit Waiter(const asio::any_io_executor& executor) : done{executor} {}
        asio::steady_timer done; ///< used by its executor alone
        bool answered{};         ///< likewise
        HostAddresses answer;    ///< likewise
    };

    Desk(std::size_t max_threads, LookUp look_up)
        : max_threads_{std::max<std::size_t>(max_threads, 1)}, look_up_{std::move(look_up)} {}

    /// \throws std::system_error when no thread can be had
    void enter(const std::string& host, const std::shared_ptr<Waiter>& waiter) {
        const std::lock_guard lock{mutex_};
        const auto [place, fresh] = names_.try_emplace(host);
        place->second.push_back(waiter);
        if (!fresh) {
            return;
        }
        queue_.push_back(host);
        if (threads_ == max_threads_) {
            return;
        }
        try {
            const base::WithoutSignals masked;
            std::thread([self = shared_from_this()] { self->work(); }).detach();
            ++threads_;
        } catch (...) {
            if (threads_ == 0) { // else one of them will come to it
                queue_.pop_back();
                names_.erase(place);
                throw;
            }
        }
    }

    void leave(const std::string& host, const std::shared_ptr<Waiter>& waiter) {
        const std::lock_guard lock{mutex_};
        if (const auto place = names_.find(host); place != names_.end()) {
            std::erase(place->second, waiter);
        }
    }

    /// No further name is looked up.
    void close() {
        const std::lock_guard lock{mutex_};
        for (const std::string& host : std::exchange(queue_, {})) {
            names_.erase(host);
        }
    }

  private:
    /// The name to look up next; nullopt: the thread is to end.
    std::optional<std::string> next() {
        const std::lock_guard lock{mutex_};
        while (!queue_.empty()) {
            std::string host = std::move(queue_.front());
            queue_.pop_front();
            if (!names_[host].empty()) {
                return host;
            }
            names_.erase(host); // nobody waits any more
        }
        --threads_;
        return std::nullopt;
    }

    void work() {
        while (const std::optional<std::string> host = next()) {
            HostAddresses answer;
            try {
                answer = look_up_(*host);
            } catch (const std::bad_alloc&) {
                answer.error = EAI_MEMORY;
            }
            const std::lock_guard lock{mutex_};
            for (const std::shared_ptr<Waiter>& waiter : names_[*host]) {
                base::insist([&] {
                    asio::post(waiter->done.get_executor(), [weak = std::weak_ptr(waiter), answer] {
                        if (const auto there = weak.lock()) {
                            there->answered = true;
                            there->answer = answer;
                            there->done.cancel();
                        }
                    });
                });
            }
            names_.erase(*host);
        }
    }

    std::mutex mutex_;
    std::size_t max_threads_;
    LookUp look_up_;
    std::size_t threads_{};
    std::deque<std::string> queue_; ///< each of them in `names_`, too
    std::map<std::string, std::vector<std::shared_ptr<Waiter>>> names_; ///< queued or looked up
};

ThreadResolver::ThreadResolver(std::size_t max_threads, LookUp look_up)
    : desk_{std::make_shared<Desk>(max_threads, std::move(look_up))} {}

ThreadResolver::~ThreadResolver() {
    desk_->close();
}

asio::awaitable<Addresses> ThreadResolver::resolve(std::string host,
                                                   std::chrono::steady_clock::time_point deadline) {
    const auto waiter = std::make_shared<Desk::Waiter>(co_await asio::this_coro::executor);
    struct Visit { // ends also when this coroutine is destroyed
        Visit(std::shared_ptr<Desk> to, const std::string& name, std::shared_ptr<Desk::Waiter> who)
            : desk{std::move(to)}, host{name}, waiter{std::move(who)} {
            desk->enter(host, waiter);
        }
        ~Visit() { desk->leave(host, waiter); }
        Visit(const Visit&) = delete;
        Visit& operator=(const Visit&) = delete;
        std::shared_ptr<Desk> desk;
        const std::string& host;
        std::shared_ptr<Desk::Waiter> waiter;
    };
    constexpr std::string_view kOperation = "look up";
    waiter->done.expires_at(deadline);
    try {
        const Visit visit{desk_, host, waiter};
        const auto [ended] = co_await waiter->done.async_wait(asio::as_tuple(asio::use_awaitable));
        if (!waiter->answered && ended) {
            throw boost::system::system_error(asio::error::operation_aborted);
        }
    } catch (const std::system_error& error) { // no thread
        throw Error(error.code(), kOperation, host);
    }
    if (!waiter->answered) {
        throw Error(Errc::timed_out, kOperation, host,
                    fmt::format("the host name \"{}\" could not be resolved in time", host),
                    "check the name service, or give an IP address");
    }
    if (waiter->answer.addresses.empty()) {
        throw failure_of(waiter->answer, host).to_error(kOperation, host);
    }
    co_return std::move(waiter->answer.addresses);
}

} // namespace haoh::fabric

namespace haoh {

std::shared_ptr<Resolver> make_thread_resolver(std::size_t max_threads) {
    return std::make_shared<fabric::ThreadResolver>(max_threads, &fabric::look_up);
}

} // namespace haoh
