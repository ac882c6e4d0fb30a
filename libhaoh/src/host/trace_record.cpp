// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/trace_record.hpp"

#include "base/text_scan.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace haoh::host {

namespace {

/// Longer than the name of any process, which stands before it and is anybody's to choose.
constexpr std::string_view kEvent = ": nvme_async_event: ";
constexpr std::size_t kFractionDigits = 6;
/// A century: the nanoseconds fit.
constexpr std::uint64_t kMaxSeconds = 3'155'760'000;

/// Takes the last word of a text.
std::string_view take_last_word(std::string_view& text) {
    const std::size_t last = text.find_last_not_of(' ');
    text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
    const std::size_t space = text.find_last_of(' ');
    const std::string_view word =
        text.substr(space == std::string_view::npos ? 0 : space + 1, text.size());
    text.remove_suffix(word.size());
    return word;
}

/// "1234.567890"
bool parse_time(std::string_view text, std::chrono::nanoseconds& time) {
    std::uint64_t seconds = 0;
    std::uint64_t microseconds = 0;
    if (!base::take_number(text, seconds) || seconds > kMaxSeconds ||
        !base::take_prefix(text, ".") || text.size() != kFractionDigits ||
        !base::take_number(text, microseconds) || !text.empty()) {
        return false;
    }
    time = std::chrono::seconds(seconds) + std::chrono::microseconds(microseconds);
    return true;
}

/// "[001]"
bool is_cpu(std::string_view text) {
    unsigned cpu = 0;
    return base::take_prefix(text, "[") && base::take_number(text, cpu) && text == "]";
}

/// "          <idle>-0       [001] ..s1.  1234.567890": the column of flags is an option.
bool parse_context(std::string_view context, std::chrono::nanoseconds& time) {
    if (!parse_time(take_last_word(context), time)) {
        return false;
    }
    std::string_view word = take_last_word(context);
    if (!is_cpu(word)) {
        word = take_last_word(context);
    }
    return is_cpu(word);
}

/// "NVME_AER_NOTICE]", or a number where the kernel has no name for the type.
bool is_symbol(std::string_view text) {
    constexpr std::string_view kLetters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    const std::size_t length = text.find_first_not_of(kLetters);
    return length != 0 && text.substr(std::min(length, text.size())) == "]";
}

/// "nvme0: NVME_AEN=0x0c0302 [NVME_AER_NOTICE]"
bool parse_fields(std::string_view fields, TraceAen& event) {
    return base::take_prefix(fields, "nvme") && base::take_number(fields, event.controller) &&
           base::take_prefix(fields, ": NVME_AEN=0x") &&
           base::take_number(fields, event.result, 16) && base::take_prefix(fields, " [") &&
           is_symbol(fields);
}

/// "CPU:0 [LOST 12 EVENTS]", or without the number.
std::optional<TraceInput> parse_lost(std::string_view line) {
    unsigned cpu = 0;
    if (!base::take_prefix(line, "CPU:") || !base::take_number(line, cpu) ||
        !base::take_prefix(line, " [LOST ")) {
        return std::nullopt;
    }
    std::uint64_t count = 0;
    if (line == "EVENTS]") {
        return TraceLost{};
    }
    if (base::take_number(line, count) && line == " EVENTS]") {
        return TraceLost{count};
    }
    return std::nullopt;
}

} // namespace

std::optional<TraceInput> parse_trace_line(std::string_view line) {
    const std::size_t at = line.find(kEvent);
    if (at == std::string_view::npos) {
        return parse_lost(line);
    }
    TraceAen event;
    if (!parse_context(line.substr(0, at), event.monotonic)) {
        return TraceMalformed{"no CPU and time before the event", std::string(line)};
    }
    if (!parse_fields(line.substr(at + kEvent.size()), event)) {
        return TraceMalformed{"no controller and result in the event", std::string(line)};
    }
    return event;
}

std::optional<LineSplitter::Line> LineSplitter::take(std::string_view& bytes) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    const bool too_long = dropping_ || part.size() > longest_ - partial_.size();
    if (end == std::string_view::npos) {
        bytes = {};
        dropping_ = too_long;
        if (!too_long) {
            partial_.append(part);
        }
        return std::nullopt;
    }
    bytes.remove_prefix(end + 1);
    dropping_ = false;
    if (too_long) {
        partial_.clear();
        return Line{.text = {}, .too_long = true};
    }
    partial_.append(part);
    whole_.swap(partial_);
    partial_.clear();
    return Line{.text = whole_, .too_long = false};
}

void TraceStream::feed(std::string_view bytes, std::vector<TraceInput>& inputs) {
    for (auto line = lines_.take(bytes); line.has_value(); line = lines_.take(bytes)) {
        if (line->too_long) {
            inputs.emplace_back(
                TraceMalformed{fmt::format("a line longer than {} bytes", kLongestLine), {}});
        } else if (std::optional<TraceInput> input = parse_trace_line(line->text)) {
            inputs.push_back(std::move(*input));
        }
    }
}

} // namespace haoh::host
