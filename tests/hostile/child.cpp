// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hostile/child.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace haoh::test {

namespace asio = boost::asio;

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kLook{5}; ///< between looks at whether it has ended
constexpr std::size_t kMaxText = 64U << 20U;  ///< bytes kept of a stream

/// One of the child's streams.
struct Stream {
    explicit Stream(const asio::any_io_executor& executor) : read_end{executor} {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw std::system_error(errno, std::generic_category(), "pipe");
        }
        read_end.assign(ends[0]);
        write_end = FileDescriptor(ends[1]);
    }

    asio::posix::stream_descriptor read_end;
    FileDescriptor write_end;
    std::string text;
    bool ended{};
};

asio::awaitable<void> read_all(std::shared_ptr<Stream> stream) {
    std::array<char, 65536> buffer{};
    while (stream->text.size() < kMaxText) {
        const auto [error, length] =
            co_await stream->read_end.async_read_some(asio::buffer(buffer), kAsTuple);
        if (error) {
            break;
        }
        stream->text.append(buffer.data(), length);
    }
    stream->ended = true;
}

/// The most memory that a process has had so far. What the kernel tells at its end is of no use: it
/// counts the time before exec() as well, when it was a copy of this program. \return 0 when it is gone
std::size_t memory_of(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    const std::string name = "VmHWM:";
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name)) {
            return std::stoul(line.substr(name.size())) * 1024;
        }
    }
    return 0;
}

} // namespace

asio::awaitable<ChildResult> run_child(std::vector<std::string> words,
                                       std::chrono::milliseconds limit) {
    const auto executor = co_await asio::this_coro::executor;
    const auto begin = Clock::now();
    const auto output = std::make_shared<Stream>(executor);
    const auto errors = std::make_shared<Stream>(executor);
    Process process(words, {.standard_output = output->write_end.get(),
                            .standard_error = errors->write_end.get(),
                            .inherited = {}});
    for (const auto& stream : {output, errors}) {
        stream->write_end.reset();
        asio::co_spawn(executor, read_all(stream), asio::detached);
    }
    ChildResult result;
    asio::steady_timer timer(executor);
    std::optional<int> status;
    while (!status || !output->ended || !errors->ended) {
        if (Clock::now() - begin > limit) {
            process.kill();
            break;
        }
        timer.expires_after(kLook);
        co_await timer.async_wait(kAsTuple);
        if (!status) {
            result.memory = std::max(result.memory, memory_of(process.pid()));
            status = process.wait_for(std::chrono::milliseconds(0));
        }
    }
    result.status = status.value_or(-1);
    result.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    result.processor = process.processor();
    for (const auto& stream : {output, errors}) {
        boost::system::error_code ignored;
        stream->read_end.close(ignored);
    }
    result.output = std::move(output->text);
    result.errors = std::move(errors->text);
    co_return result;
}

} // namespace haoh::test
