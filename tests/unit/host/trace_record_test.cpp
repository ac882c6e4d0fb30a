// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/trace_record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::host {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::VariantWith;

constexpr const char* kAnaChange = "          <idle>-0       [001] ..s1.  1234.567890: "
                                   "nvme_async_event: nvme0: NVME_AEN=0x0c0302 [NVME_AER_NOTICE]";
constexpr TraceAen kAnaChangeEvent{0, 0x0c0302, 1234s + 567890us};

TEST(TraceLine, is_an_event_of_a_controller) {
    EXPECT_EQ(parse_trace_line(kAnaChange), TraceInput(kAnaChangeEvent));
}

TEST(TraceLine, has_columns_that_are_options) {
    for (const char* context : {
             "            bash-812     [127] 1234.567890",
             "            bash-812     (    800) [000] ..s1.  1234.567890",
             "            bash-812     (-------) [000] d.H2  1234.567890",
             "      a [1] b: c-812     [000] ..s1.  1234.567890",
             "           <...>-4194304 [000] ..s1.  1234.567890",
         }) {
        const std::string line =
            std::string(context) +
            ": nvme_async_event: nvme4294967295: NVME_AEN=0x70f002 [NVME_AER_NOTICE]";
        EXPECT_EQ(parse_trace_line(line),
                  TraceInput(TraceAen{4294967295U, 0x70f002, 1234s + 567890us}))
            << line;
    }
}

TEST(TraceLine, tells_how_many_events_were_lost) {
    EXPECT_EQ(parse_trace_line("CPU:0 [LOST 12 EVENTS]"), TraceInput(TraceLost{12}));
    EXPECT_EQ(parse_trace_line("CPU:255 [LOST EVENTS]"), TraceInput(TraceLost{}));
}

TEST(TraceLine, is_of_no_interest_otherwise) {
    for (const char* line : {
             "",
             "CPU:0 [LOST x EVENTS]",
             "CPU:0 [LOST 12 EVENTS",
             "CPU: [LOST 12 EVENTS]",
             "# tracer: nop",
             "  kworker/0:1-12 [000] ..... 1.000000: nvme_sq: nvme0: disk=, qid=0, head=1, tail=1",
             "nvme_async_event: nvme0: NVME_AEN=0x0c0302 [NVME_AER_NOTICE]",
         }) {
        EXPECT_EQ(parse_trace_line(line), std::nullopt) << line;
    }
}

TEST(TraceLine, is_malformed_rather_than_guessed) {
    const std::string context = "  x-1 [000] ..s1. 1234.567890: nvme_async_event: ";
    const std::string fields = "nvme0: NVME_AEN=0x0c0302 [NVME_AER_NOTICE]";
    for (const std::string& line : {
             context,
             context + "nvme: NVME_AEN=0x0c0302 [NVME_AER_NOTICE]",
             context + "nvme-1: NVME_AEN=0x0c0302 [NVME_AER_NOTICE]",
             context + "nvme4294967296: NVME_AEN=0x0c0302 [NVME_AER_NOTICE]",
             context + "nvme0: NVME_AEN=0x [NVME_AER_NOTICE]",
             context + "nvme0: NVME_AEN=12 [NVME_AER_NOTICE]",
             context + "nvme0: NVME_AEN=0x100000000 [NVME_AER_NOTICE]",
             context + "nvme0: NVME_AEN=0x0c0302",
             context + "nvme0: NVME_AEN=0x0c0302 [NVME_AER",
             context + "nvme0: NVME_AEN=0x0c0302 []",
             context + "nvme0: NVME_AEN=0x0c0302 [NVME_AER] [NVME_AER]",
             context + "nvme0: NVME_AEN=0x0c0302 [NVME_AER_NOTICE] x",
             "  x-1 [000] ..s1. 1234: nvme_async_event: " + fields,
             "  x-1 [000] ..s1. 1234.5678: nvme_async_event: " + fields,
             "  x-1 [000] ..s1. -1.567890: nvme_async_event: " + fields,
             "  x-1 [000] ..s1. 9999999999999.567890: nvme_async_event: " + fields,
             "  x-1 [000] ..s1. 1234567890: nvme_async_event: " + fields,
             "  x-1 1234.567890: nvme_async_event: " + fields,
             "  x-1 [000 1234.567890: nvme_async_event: " + fields,
             "  x-1 [000]x 1234.567890: nvme_async_event: " + fields,
             "  x-1 000] 1234.567890: nvme_async_event: " + fields,
             "  x-1 [] ..s1. 1234.567890: nvme_async_event: " + fields,
             "  x-1 [x] ..s1. 1234.567890: nvme_async_event: " + fields,
             "  x-1 [000] a b 1234.567890: nvme_async_event: " + fields,
             "  x-1 [000] ..s1. 3155760001.000000: nvme_async_event: " + fields,
             "  x-1 [000] ..s1. 1.0000000: nvme_async_event: " + fields,
             "  x-1 [000] ..s1. 1.00000x: nvme_async_event: " + fields,
             "  x-1 [000] ..s1. 1.000000: tracing_mark_write: 2.000000: nvme_async_event: " +
                 fields,
             " : nvme_async_event: " + fields,
         }) {
        EXPECT_THAT(parse_trace_line(line), ::testing::Optional(VariantWith<TraceMalformed>(
                                                ::testing::Field(&TraceMalformed::line, line))))
            << line;
    }
}

TEST(TraceLine, has_a_time_of_up_to_a_century) {
    const std::string rest = ": nvme_async_event: nvme0: NVME_AEN=0x0c0302 [NVME_AER_NOTICE]";
    EXPECT_EQ(parse_trace_line("x-1 [000] ..s1. 3155760000.999999" + rest),
              TraceInput(TraceAen{0, 0x0c0302, 3155760000s + 999999us}));
    EXPECT_EQ(parse_trace_line("x-1 [000] ..s1. 0.000000" + rest),
              TraceInput(TraceAen{0, 0x0c0302, 0s}));
}

/// The lines of a text that arrives in parts of one length; what is too long is "...".
std::vector<std::string> lines_of(std::string_view text, std::size_t part) {
    LineSplitter splitter(8);
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size(); at += part) {
        std::string_view bytes = text.substr(at, part);
        while (const auto line = splitter.take(bytes)) {
            lines.emplace_back(line->too_long ? "..." : line->text);
        }
        EXPECT_THAT(bytes, IsEmpty());
    }
    return lines;
}

TEST(LineSplitter, gives_the_same_lines_however_they_arrive) {
    const std::string_view text = "one\n\n12345678\n123456789\ntwo\n1234567890123456789\nend\nrest";
    for (std::size_t part = 1; part <= text.size(); ++part) {
        EXPECT_THAT(lines_of(text, part),
                    ElementsAre("one", "", "12345678", "...", "two", "...", "end"))
            << part;
    }
}

TEST(TraceStream, tells_of_a_line_that_is_too_long_and_goes_on) {
    TraceStream stream;
    std::vector<TraceInput> inputs;
    stream.feed(std::string(TraceStream::kLongestLine, 'x'), inputs);
    stream.feed("\nCPU:0 [LOST 1 EVENTS]\n", inputs);
    EXPECT_THAT(inputs, ElementsAre(VariantWith<TraceLost>(TraceLost{1})));
    inputs.clear();
    stream.feed(std::string(TraceStream::kLongestLine + 1, 'x'), inputs);
    EXPECT_THAT(inputs, IsEmpty());
    stream.feed(std::string(kAnaChange) + "\n" + kAnaChange + "\n", inputs);
    ASSERT_THAT(inputs, SizeIs(2));
    EXPECT_EQ(inputs[0],
              TraceInput(TraceMalformed{"a line longer than 4096 bytes", std::string()}));
    EXPECT_EQ(inputs[1], TraceInput(kAnaChangeEvent));
}

} // namespace
} // namespace haoh::host
