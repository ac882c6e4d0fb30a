// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// System calls that fail, for what a disk, a network or a right would have to be lost for. A filter of
/// the kernel (seccomp) answers in their place, for the rest of a process: meant for a child of its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

namespace haoh::test {

/// From here on the call fails with `error`; 0 makes it return 0 without having done anything. With
/// `second`, only those calls whose second argument it is.
/// \return whether the kernel takes such a filter
inline bool fail_call(long number, int error, std::optional<std::uint32_t> second = {}) {
    const auto load = [](std::size_t offset) {
        return ::sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)};
    };
    const auto unless_equal = [](std::uint32_t value, std::uint8_t skipped) {
        return ::sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, skipped, value};
    };
    const auto answer = [](std::uint32_t what) {
        return ::sock_filter{BPF_RET | BPF_K, 0, 0, what};
    };
    // The lower half of an argument comes first where the lowest byte does.
    constexpr std::size_t kLower = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0;
    const std::uint32_t failure = SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
    const std::size_t number_at = offsetof(::seccomp_data, nr);
    const std::size_t second_at = offsetof(::seccomp_data, args) + sizeof(std::uint64_t) + kLower;
    const auto call = static_cast<std::uint32_t>(number);
    std::array<::sock_filter, 6> program{load(number_at),
                                         unless_equal(call, 3),
                                         load(second ? second_at : number_at),
                                         unless_equal(second.value_or(call), 1),
                                         answer(failure),
                                         answer(SECCOMP_RET_ALLOW)};
    const ::sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

} // namespace haoh::test
