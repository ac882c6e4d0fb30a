// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What the kernel's log gives, written down.
#pragma once

#include "host/kernel_log.hpp"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <string>
#include <utility>
#include <variant>

namespace haoh::host {

/// Records and errors, in order; nothing more behind them.
inline RecordReader reader_of(std::deque<std::variant<std::string, int>> script) {
    return [script = std::move(script)](std::span<char> buffer) mutable -> ssize_t {
        if (script.empty()) {
            return -EAGAIN;
        }
        const auto next = std::move(script.front());
        script.pop_front();
        if (const int* error = std::get_if<int>(&next)) {
            return -*error;
        }
        const std::string& text = std::get<std::string>(next);
        std::copy(text.begin(), text.end(), buffer.begin());
        return static_cast<ssize_t>(text.size());
    };
}

} // namespace haoh::host
