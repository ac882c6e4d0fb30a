// SPDX-License-Identifier: LGPL-2.1-or-later
#include "screen_text.hpp"

#include "base/number_text.hpp"
#include "base/safe_text.hpp"
#include "base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace haoh::tool {
namespace {

constexpr std::string_view kEllipsis = "…";

std::string_view sequence_of(ScreenTone tone) {
    switch (tone) {
    case ScreenTone::plain:
        return {};
    case ScreenTone::strong:
        return "\x1b[1m";
    case ScreenTone::faint:
        return "\x1b[2m";
    case ScreenTone::good:
        return "\x1b[1;32m";
    case ScreenTone::warn:
        return "\x1b[1;33m";
    case ScreenTone::bad:
        return "\x1b[1;31m";
    }
    return {};
}

} // namespace

std::string cut_end(std::string_view text, std::size_t columns) {
    // No text has more columns than bytes.
    if (text.size() <= columns || base::columns(text) <= columns) {
        return std::string{text};
    }
    return columns == 0 ? std::string{}
                        : std::string{base::column_prefix(text, columns - 1)}.append(kEllipsis);
}

std::string cut_front(std::string_view text, std::size_t columns) {
    std::size_t width = base::columns(text);
    if (width <= columns) {
        return std::string{text};
    }
    if (columns == 0) {
        return {};
    }
    while (width > columns - 1) {
        const auto character = base::decode_utf8(text);
        const std::string_view first = text.substr(0, character ? character->length : 1);
        width -= base::columns(first);
        text.remove_prefix(first.size());
    }
    return std::string{kEllipsis}.append(text);
}

std::string number_ranges(std::span<const std::uint32_t> ascending, std::size_t columns) {
    constexpr std::size_t kTail = 15; // " and 4,096 more"
    std::string out;
    std::size_t kept = 0;   ///< bytes after which there is room for the tail
    std::size_t behind = 0; ///< numbers after them
    std::size_t left = ascending.size();
    for (const base::NumberRun& run : base::runs_of(ascending)) {
        out += (out.empty() ? "" : ", ") + to_string(run);
        left -= run.count;
        if (kept == 0 || out.size() + kTail <= columns) {
            kept = out.size();
            behind = left;
        }
        if (out.size() > columns && behind > 0) {
            return out.substr(0, kept) + fmt::format(" and {} more", base::grouped(behind));
        }
    }
    return out;
}

ScreenLine& ScreenLine::put(std::string_view text, ScreenTone tone) {
    if (text.empty() || left() == 0) {
        return *this;
    }
    const std::string piece = cut_end(text, left());
    used_ += base::columns(piece);
    text_.append(std::exchange(gap_, 0), ' ');
    const std::string_view sequence = color_ ? sequence_of(tone) : std::string_view{};
    text_.append(sequence).append(piece).append(sequence.empty() ? "" : "\x1b[0m");
    return *this;
}

ScreenLine& ScreenLine::tab(std::size_t column) {
    const std::size_t target = std::min(column, room_);
    if (target > used_) {
        gap_ += target - used_;
        used_ = target;
    }
    return *this;
}

std::string ScreenLine::take() && {
    return std::move(text_);
}

} // namespace haoh::tool
