// SPDX-License-Identifier: LGPL-2.1-or-later
// A trace pipe, cut anywhere. The first byte of the input is the length of a part; the rest is the
// stream.
#include "fuzz/property.hpp"

#include "host/trace_record.hpp"

#include <string>
#include <string_view>

using namespace haoh;

namespace {

std::vector<host::TraceInput> read(std::string_view bytes, std::size_t part) {
    host::TraceStream stream;
    std::vector<host::TraceInput> inputs;
    for (std::size_t at = 0; at < bytes.size(); at += part) {
        stream.feed(bytes.substr(at, part), inputs);
    }
    return inputs;
}

void require_sane(const host::TraceInput& input) {
    if (const auto* event = std::get_if<host::TraceAen>(&input)) {
        fuzz::require(event->monotonic.count() >= 0, "no time is before the boot");
    } else if (const auto* malformed = std::get_if<host::TraceMalformed>(&input)) {
        fuzz::require(!malformed->reason.empty(), "what is malformed says why");
        fuzz::require(malformed->line.size() <= host::TraceStream::kLongestLine,
                      "a line is bounded");
        fuzz::require(malformed->line.empty() ||
                          host::parse_trace_line(malformed->line) == host::TraceInput(*malformed),
                      "a line is malformed by itself");
    }
}

/// What does not end with its event does not pass for it.
void require_strict(std::string_view bytes) {
    const std::string_view line = bytes.substr(0, bytes.find('\n'));
    const auto parsed = host::parse_trace_line(line);
    if (parsed && std::holds_alternative<host::TraceAen>(*parsed)) {
        const std::size_t end = line.rfind(" [");
        const auto shorter = host::parse_trace_line(line.substr(0, end));
        fuzz::require(shorter && std::holds_alternative<host::TraceMalformed>(*shorter),
                      "a part of an event is none");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string bytes(data + 1, data + size);
    const std::vector<host::TraceInput> inputs = read(bytes, 1U + data[0]);
    fuzz::require(inputs == read(bytes, bytes.size() + 1), "cutting makes no difference");
    fuzz::require(inputs == read(bytes, 1), "not even into bytes");
    fuzz::require(inputs.size() <=
                      static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n')),
                  "a line is one thing at most");
    for (const host::TraceInput& input : inputs) {
        require_sane(input);
    }
    require_strict(bytes);
    return 0;
}
