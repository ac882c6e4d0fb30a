// SPDX-License-Identifier: LGPL-2.1-or-later
// Lines of the control socket, one after the other, on two small arrays.
#include "fuzz/property.hpp"
#include "support/scenario_builder.hpp"

#include <arraysim/arrays/simulator.hpp>
#include <arraysim/serve/control.hpp>

#include <haoh/error.hpp>

#include <string>

using namespace haoh;
using namespace haoh::arraysim;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t kMaxLines = 64;
    Simulator simulator(ScenarioBuilder().array("a").array("b").build(), TimePoint{});
    const std::string text(data, data + size);
    std::size_t lines = 0;
    for (std::size_t begin = 0; begin < text.size() && lines < kMaxLines; ++lines) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = std::string_view(text).substr(begin, end - begin);
        begin = end + 1;
        try {
            const ControlCommand command = parse_control(line);
            fuzz::require(parse_control(line) == command, "a line means one thing");
            (void)simulator.run(command, TimePoint{});
        } catch (const Error& error) {
            fuzz::require(!error.cause().empty(), "an error says what is wrong");
        }
    }
    // Whatever was said, the arrays can still describe themselves.
    (void)simulator.state();
    for (std::size_t i = 0; i < simulator.array_count(); ++i) {
        (void)simulator.array(i).ana_log(0, false);
    }
    return 0;
}
