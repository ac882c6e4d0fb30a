// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a test and the program whose calls fail have in common: a page of memory, in a file that both
/// map, so that counts outlive whatever end the program has.
#pragma once

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace haoh::test {

/// Kinds of calls that are counted, and of which one can fail.
enum class Call : std::uint8_t {
    memory,
    open,
    read,
    read_directory,
    stat,
    write,
    sync,
    rename,
    close,
    duplicate,
    control,
    socket,
    connect,
    option,
    listen,
    accept,
    receive,
    send,
    epoll,
    timer,
    wake,
    poll,
    thread,
    process,
    name,
};

struct CallInfo {
    Call call;
    const char* name;
    std::array<int, 4> errors; ///< that the kernel may give; 0: no more
};

inline constexpr std::array kCalls{
    CallInfo{Call::memory, "memory", {ENOMEM}},
    CallInfo{Call::open, "open", {EMFILE, ENFILE, EIO, ENOMEM}},
    CallInfo{Call::read, "read", {EIO, EINTR}},
    CallInfo{Call::read_directory, "read_directory", {EIO}},
    CallInfo{Call::stat, "stat", {EIO, ENOMEM}},
    CallInfo{Call::write, "write", {ENOSPC, EIO, EINTR, EDQUOT}},
    CallInfo{Call::sync, "sync", {EIO, ENOSPC, EDQUOT}},
    CallInfo{Call::rename, "rename", {EIO, ENOSPC}},
    CallInfo{Call::close, "close", {EIO}},
    CallInfo{Call::duplicate, "duplicate", {EMFILE}},
    CallInfo{Call::control, "control", {ENOMEM, EIO}},
    CallInfo{Call::socket, "socket", {EMFILE, ENFILE, ENOBUFS, ENOMEM}},
    CallInfo{Call::connect, "connect", {EADDRNOTAVAIL, ENETUNREACH, ENOMEM}},
    CallInfo{Call::option, "option", {ENOBUFS, ENOMEM}},
    CallInfo{Call::listen, "listen", {EADDRINUSE, ENOMEM}},
    CallInfo{Call::accept, "accept", {EMFILE, ECONNABORTED, ENOMEM}},
    CallInfo{Call::receive, "receive", {ECONNRESET, EINTR, ENOMEM}},
    CallInfo{Call::send, "send", {ECONNRESET, EINTR, ENOBUFS}},
    CallInfo{Call::epoll, "epoll", {EMFILE, ENOSPC, ENOMEM}},
    CallInfo{Call::timer, "timer", {EMFILE, ENOMEM}},
    CallInfo{Call::wake, "wake", {EMFILE, ENFILE}},
    CallInfo{Call::poll, "poll", {EINTR, ENOMEM}},
    CallInfo{Call::thread, "thread", {EAGAIN}},
    CallInfo{Call::process, "process", {EAGAIN, ENOMEM}},
    CallInfo{Call::name, "name", {ENOMEM}},
};

/// The environment variable with the name of the file.
inline constexpr const char* kFaultPageVariable = "HAOH_FAULT_PAGE";

struct FaultPage {
    // What is to fail; written before the program begins.
    Call call{};
    int error{};
    std::uint64_t first{}; ///< of these calls, from 1 on; 0: none fails
    std::uint64_t last{};

    // What was seen, from main to its return.
    std::atomic<bool> taken{}; ///< by the first process; what it starts is not counted
    std::array<std::atomic<std::uint64_t>, kCalls.size()> calls{};
    std::atomic<int> descriptors_before{-1};
    std::atomic<int> descriptors_after{-1}; ///< -1: main has not returned
};

} // namespace haoh::test
