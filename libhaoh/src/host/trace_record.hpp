// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a trace pipe (Documentation/trace/ftrace.rst) says of asynchronous events that controllers
/// completed. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace haoh::host {

/// The tracepoint nvme:nvme_async_event: the kernel took an event and has not yet acted upon it.
struct TraceAen {
    unsigned controller{};  ///< instance: the N of nvmeN
    std::uint32_t result{}; ///< completion dword 0: log page, information, type
    std::chrono::nanoseconds monotonic{};

    bool operator==(const TraceAen&) const = default;
};

/// Events that were overwritten before anybody read them.
struct TraceLost {
    std::optional<std::uint64_t> events; ///< nullopt: the kernel does not know how many

    bool operator==(const TraceLost&) const = default;
};

/// An event that is there and cannot be told: as good as a lost one.
struct TraceMalformed {
    std::string reason;
    std::string line; ///< empty when it was too long to keep

    bool operator==(const TraceMalformed&) const = default;
};

using TraceInput = std::variant<TraceAen, TraceLost, TraceMalformed>;

/// One line, times being those of the trace clock "mono". nullopt for what is about something else.
[[nodiscard]] std::optional<TraceInput> parse_trace_line(std::string_view line);

/// Cuts a stream of bytes into lines, however it arrives.
class LineSplitter {
  public:
    explicit LineSplitter(std::size_t longest) : longest_{longest} {}

    struct Line {
        std::string_view text; ///< without its end; until the next call
        bool too_long{};       ///< then there is no text
    };

    /// Takes the bytes of one line from the front of `bytes`.
    /// \return nullopt when all were taken and the line's end was not among them
    [[nodiscard]] std::optional<Line> take(std::string_view& bytes);

  private:
    std::size_t longest_;
    std::string partial_;
    std::string whole_;
    bool dropping_{};
};

/// A trace pipe from bytes to values.
class TraceStream {
  public:
    static constexpr std::size_t kLongestLine = 4096;

    void feed(std::string_view bytes, std::vector<TraceInput>& inputs);

  private:
    LineSplitter lines_{kLongestLine};
};

} // namespace haoh::host
