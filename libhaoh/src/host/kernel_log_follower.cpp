// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/kernel_log_follower.hpp"

#include <haoh/error.hpp>
#include <haoh/event.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace haoh::host {

namespace asio = boost::asio;

namespace {

/// What user space writes into the log has another facility than the kernel's, which is 0.
constexpr unsigned kFirstOtherLevel = 8;

base::FileDescriptor open_end(const std::string& device) {
    base::FileDescriptor file(::open(device.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!file || ::lseek(file.get(), 0, SEEK_END) < 0) {
        const bool refused = errno == EPERM || errno == EACCES;
        throw Error({errno, std::generic_category()}, "follow", device, {},
                    refused ? "run as root, or with CAP_SYSLOG" : std::string_view());
    }
    return file;
}

std::chrono::nanoseconds time_of(std::uint64_t microseconds, std::chrono::nanoseconds now) {
    const auto latest = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now).count());
    return std::chrono::microseconds(std::min(microseconds, latest));
}

} // namespace

int read_new_messages(const RecordReader& reader, std::chrono::nanoseconds now,
                      FollowedMessages& out) {
    std::array<char, kRecordBytes> buffer; // NOLINT: the kernel fills it
    for (std::size_t i = 0; i < kRecordsATurn; ++i) {
        const ssize_t length = reader(buffer);
        if (length > 0) {
            std::optional<KmsgRecord> record =
                parse_kmsg({buffer.data(), static_cast<std::size_t>(length)});
            if (record && record->level < kFirstOtherLevel && is_about_nvme(*record)) {
                out.messages.push_back(
                    {std::move(record->text), time_of(record->microseconds, now)});
            }
            continue;
        }
        switch (length) {
        case -EAGAIN:
            return 0;
        case -EPIPE:  // overwritten; the next reading gives the oldest that is left
        case -EINVAL: // longer than any should be; the next one can be read
            out.lost = true;
            break;
        case -EINTR:
            break;
        case 0:
            return ENODATA;
        default:
            return static_cast<int>(-length);
        }
    }
    return 0;
}

KernelLogFollower::KernelLogFollower(const asio::any_io_executor& executor,
                                     const std::string& device)
    : KernelLogFollower(executor, open_end(device), device) {}

KernelLogFollower::KernelLogFollower(const asio::any_io_executor& executor,
                                     base::FileDescriptor log, std::string name)
    : name_{std::move(name)}, log_{executor, std::move(log)} {}

asio::awaitable<FollowedMessages> KernelLogFollower::next() {
    constexpr std::string_view kFollow = "follow";
    const std::string name = name_;
    const RecordReader reader = [number = log_.get()](std::span<char> buffer) {
        const ssize_t length = ::read(number, buffer.data(), buffer.size());
        return length < 0 ? -static_cast<ssize_t>(errno) : length;
    };
    for (;;) {
        FollowedMessages read;
        if (error_ == 0) {
            error_ = read_new_messages(reader, Moment::now().monotonic, read);
        }
        if (!read.messages.empty() || read.lost) {
            co_return read;
        }
        if (error_ == ENODATA) {
            throw Error(Errc::closed, kFollow, name, "it has ended");
        }
        if (error_ != 0) {
            throw Error({error_, std::generic_category()}, kFollow, name);
        }
        co_await log_.readable(kFollow, name);
    }
}

} // namespace haoh::host
