// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/line_reader.hpp"

#include "base/file.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <utility>

namespace haoh::base {
namespace {

constexpr std::size_t kReadPart = std::size_t{1} << 18U;

} // namespace

LineReader::LineReader(std::string path, std::size_t limit)
    : name_{path == "-" ? "standard input" : path}, limit_{limit}, file_{open_to_read(path)} {}

std::optional<LineReader::Line> LineReader::next() {
    std::size_t looked = begin_;
    for (;;) {
        const std::size_t end = buffer_.find('\n', looked);
        if (end != std::string::npos) {
            const std::string_view text = std::string_view(buffer_).substr(begin_, end - begin_);
            begin_ = end + 1;
            ++number_;
            return Line{.text = text, .whole = true};
        }
        if (buffer_.size() - begin_ > limit_) {
            throw Error(Errc::too_large, "read", fmt::format("{}:{}", name_, number_ + 1),
                        fmt::format("a line of more than {} MiB", limit_ >> 20U));
        }
        buffer_.erase(0, std::exchange(begin_, 0));
        looked = buffer_.size();
        if (!read_more()) {
            break;
        }
    }
    if (buffer_.empty()) {
        return std::nullopt;
    }
    begin_ = buffer_.size();
    ++number_;
    return Line{.text = buffer_, .whole = false};
}

/// False at the end.
bool LineReader::read_more() {
    const std::size_t before = buffer_.size();
    buffer_.resize(before + kReadPart);
    for (;;) {
        const ::ssize_t got = ::read(file_.get(), buffer_.data() + before, kReadPart);
        if (got >= 0) {
            buffer_.resize(before + static_cast<std::size_t>(got));
            return got > 0;
        }
        const std::error_code failure = last_error();
        if (failure == std::errc::resource_unavailable_try_again) {
            wait_until_ready(file_.get(), POLLIN);
        } else if (failure != std::errc::interrupted) {
            buffer_.resize(before);
            throw Error(failure, "read", name_);
        }
    }
}

} // namespace haoh::base
