// SPDX-License-Identifier: LGPL-2.1-or-later
// A scenario file: accepted, or refused with file and line; what is accepted can be simulated.
#include "fuzz/property.hpp"

#include <arraysim/arrays/simulator.hpp>
#include <arraysim/scenario/scenario_parser.hpp>

#include <haoh/error.hpp>

using namespace haoh;
using namespace haoh::arraysim;

namespace {

/// Building the arrays of a scenario takes time in proportion; what is large is only parsed.
bool small(const Scenario& scenario) {
    std::size_t namespaces = 0;
    for (const NamespaceSpec& ns : scenario.namespaces) {
        namespaces += ns.count;
    }
    for (const ArraySpec& array : scenario.arrays) {
        for (const NamespaceSpec& ns : array.namespaces) {
            namespaces += ns.count;
        }
    }
    return namespaces <= 64 && scenario.arrays.size() <= 4;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    try {
        const Scenario scenario = parse_scenario(text, "fuzz.toml");
        fuzz::require(!scenario.arrays.empty(), "a scenario has an array");
        if (!small(scenario)) {
            return 0;
        }
        Simulator simulator(scenario, TimePoint{});
        for (std::size_t i = 0; i < simulator.array_count(); ++i) {
            const Array& array = simulator.array(i);
            (void)array.identify_controller(1);
            (void)array.ana_log(0, false);
            for (const auto& [nsid, ns] : array.namespaces()) {
                (void)array.identify_namespace(ns, 0);
                (void)array.identify_independent(ns, 0);
                (void)array.descriptors(ns);
            }
        }
        simulator.advance(TimePoint{} + std::chrono::hours(48));
    } catch (const Error& error) {
        // Of a timeline only the words are known when it is read: its commands may still fail.
        const bool parsing = error.object().starts_with("fuzz.toml");
        fuzz::require(!parsing || !error.cause().empty(), "an error says what is wrong");
    }
    return 0;
}
