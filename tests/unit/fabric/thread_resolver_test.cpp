// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fabric/thread_resolver.hpp"

#include <haoh/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <exception>
#include <mutex>
#include <set>

#include <netdb.h>

namespace haoh::fabric {
namespace {

namespace asio = boost::asio;
using asio::ip::make_address;
using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

using Addresses = std::vector<asio::ip::address>;

/// Names that begin with "stuck" are answered when `release` is called, all others at once: with
/// 192.0.2.1, but those that begin with "no" are not known.
class NameService {
  public:
    HostAddresses look_up(const std::string& host) {
        std::unique_lock lock{mutex_};
        asked_.insert(host);
        ++inside_;
        changed_.notify_all();
        if (host.starts_with("stuck")) {
            changed_.wait(lock, [this] { return released_; });
        }
        --inside_;
        changed_.notify_all();
        if (host.starts_with("no")) {
            return {.error = EAI_NONAME, .system_error = 0, .addresses = {}};
        }
        return {.error = 0, .system_error = 0, .addresses = {make_address("192.0.2.1")}};
    }
    void release() {
        const std::lock_guard lock{mutex_};
        released_ = true;
        changed_.notify_all();
    }
    [[nodiscard]] std::size_t times_asked(const std::string& host) {
        const std::lock_guard lock{mutex_};
        return asked_.count(host);
    }
    /// Until so many names are being looked up.
    void wait_for(std::size_t inside) {
        std::unique_lock lock{mutex_};
        ASSERT_TRUE(changed_.wait_for(lock, 60s, [&] { return inside_ == inside; }));
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::multiset<std::string> asked_;
    std::size_t inside_{};
    bool released_{};
};

class ThreadResolverTest : public testing::Test {
  protected:
    void TearDown() override { names_->release(); }

    struct Result {
        bool done{};
        Addresses addresses;
        std::exception_ptr failure;
    };

    void ask(const std::string& host, Result& result, steady_clock::duration time = 60s) {
        asio::co_spawn(context_, resolver_->resolve(host, steady_clock::now() + time),
                       [&result](std::exception_ptr failure, Addresses addresses) {
                           result = {true, std::move(addresses), std::move(failure)};
                       });
    }

    void run_until(const Result& result) {
        const auto limit = steady_clock::now() + 60s;
        while (!result.done && steady_clock::now() < limit) {
            context_.run_one_for(100ms);
        }
        ASSERT_TRUE(result.done);
    }

    static Error error_of(const Result& result) {
        try {
            std::rethrow_exception(result.failure);
        } catch (const Error& error) {
            return error;
        }
    }

    std::shared_ptr<ThreadResolver> with(std::size_t max_threads) {
        return std::make_shared<ThreadResolver>(
            max_threads,
            [names = names_](const std::string& host) { return names->look_up(host); });
    }

    /// Threads may outlive the case.
    std::shared_ptr<NameService> names_{std::make_shared<NameService>()};
    std::shared_ptr<ThreadResolver> resolver_{with(4)};
    asio::io_context context_;
};

TEST_F(ThreadResolverTest, TellsTheAddresses) {
    Result result;
    ask("array", result);
    run_until(result);
    EXPECT_THAT(result.addresses, ElementsAre(make_address("192.0.2.1")));
}

TEST_F(ThreadResolverTest, TellsThatANameIsNotKnown) {
    Result result;
    ask("no-such-array", result);
    run_until(result);
    const Error error = error_of(result);
    EXPECT_EQ(error.code(), Errc::not_found);
    EXPECT_THAT(error.what(), HasSubstr("the host name \"no-such-array\" is not known"));
}

TEST_F(ThreadResolverTest, OneNameThatIsNotAnsweredDelaysNoOther) {
    Result stuck;
    Result other;
    ask("stuck", stuck);
    ask("array", other);
    run_until(other);
    EXPECT_FALSE(stuck.done);
    EXPECT_EQ(other.failure, nullptr);

    names_->release();
    run_until(stuck);
    EXPECT_THAT(stuck.addresses, ElementsAre(make_address("192.0.2.1")));
}

TEST_F(ThreadResolverTest, LeavesALookUpBehindWhenTimeIsOver) {
    Result result;
    ask("stuck", result, 20ms);
    run_until(result);
    const Error error = error_of(result);
    EXPECT_EQ(error.code(), Errc::timed_out);
    EXPECT_THAT(error.what(), HasSubstr("\"stuck\" could not be resolved in time"));

    // Also the resolver, and the context: nothing waits for the thread.
    resolver_.reset();
    context_.run_for(1ms);
    names_->wait_for(1);
}

TEST_F(ThreadResolverTest, IsCanceledAtOnce) {
    asio::cancellation_signal stop;
    bool ended = false;
    asio::co_spawn(context_, resolver_->resolve("stuck", steady_clock::now() + 1h),
                   asio::bind_cancellation_slot(stop.slot(), [&](const std::exception_ptr& failure,
                                                                 const Addresses&) {
                       ended = true;
                       EXPECT_THROW(std::rethrow_exception(failure), boost::system::system_error);
                   }));
    context_.run_for(1ms);
    stop.emit(asio::cancellation_type::terminal);
    context_.run_for(60s);
    EXPECT_TRUE(ended);
}

TEST_F(ThreadResolverTest, SurvivesACallerThatIsGone) {
    auto context = std::make_unique<asio::io_context>();
    asio::co_spawn(*context, resolver_->resolve("stuck", steady_clock::now() + 1h),
                   [](const std::exception_ptr&, const Addresses&) {});
    context->poll();
    names_->wait_for(1);
    context.reset();
    names_->release();
    names_->wait_for(0);

    Result result;
    ask("array", result);
    run_until(result);
    EXPECT_EQ(result.failure, nullptr);
}

TEST_F(ThreadResolverTest, LooksUpANameOnceForAllWhoAsk) {
    Result first;
    Result second;
    Result late;
    ask("stuck", first);
    ask("stuck", second);
    ask("stuck", late, 1ms);
    run_until(late);
    EXPECT_EQ(error_of(late).code(), Errc::timed_out);
    names_->release();
    run_until(first);
    run_until(second);
    EXPECT_EQ(first.failure, nullptr);
    EXPECT_EQ(second.failure, nullptr);
    EXPECT_EQ(names_->times_asked("stuck"), 1);
}

TEST_F(ThreadResolverTest, NamesBeyondTheThreadsWaitForTheirTurn) {
    resolver_ = with(2);
    Result stuck[2];
    Result waits;
    Result gives_up;
    ask("stuck 1", stuck[0]);
    ask("stuck 2", stuck[1]);
    ask("given up", gives_up, 1ms);
    ask("array", waits);
    run_until(gives_up);
    EXPECT_EQ(error_of(gives_up).code(), Errc::timed_out);
    EXPECT_FALSE(waits.done);
    names_->wait_for(2);

    names_->release();
    run_until(waits);
    EXPECT_EQ(waits.failure, nullptr);
    EXPECT_EQ(names_->times_asked("given up"), 0) << "nobody waited for it any more";
}

TEST_F(ThreadResolverTest, ThreadsTakeNoSignals) {
    std::atomic<int> open{-1};
    resolver_ = std::make_shared<ThreadResolver>(1, [&open](const std::string&) {
        sigset_t mask;
        ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
        open = ::sigismember(&mask, SIGTERM) == 1 && ::sigismember(&mask, SIGCHLD) == 1 ? 0 : 1;
        return HostAddresses{};
    });
    Result result;
    ask("array", result);
    run_until(result);
    EXPECT_EQ(open, 0);
    EXPECT_EQ(error_of(result).code(), Errc::not_found) << "no address is no answer";

    sigset_t mask;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    EXPECT_EQ(::sigismember(&mask, SIGTERM), 0) << "the caller keeps its own";
}

TEST(LookUp, KnowsTheLoopback) {
    const HostAddresses answer = look_up("localhost");
    ASSERT_EQ(answer.error, 0);
    ASSERT_FALSE(answer.addresses.empty());
    for (const auto& address : answer.addresses) {
        EXPECT_TRUE(address.is_loopback()) << address;
    }
    EXPECT_EQ(std::set(answer.addresses.begin(), answer.addresses.end()).size(),
              answer.addresses.size());
}

TEST(LookUp, TellsWhatIsNoName) {
    // A label of more than 63 bytes fits into no question to a name server.
    EXPECT_NE(look_up(std::string(64, 'x')).error, 0);
}

} // namespace
} // namespace haoh::fabric
