// SPDX-License-Identifier: LGPL-2.1-or-later
// Any text as a snapshot: it is refused by an Error, or what it says survives being written, read,
// compared and merged.
#include <haoh/error.hpp>
#include <haoh/observation.hpp>

#include <cstdlib>

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    haoh::Observation observation;
    try {
        observation = haoh::observation_from_json(text, "fuzz.json");
    } catch (const haoh::Error& error) {
        const std::string_view message = error.what();
        require(!message.empty() && message.find('\n') == std::string_view::npos);
        return 0;
    }
    const std::string written = haoh::to_json(observation);
    require(haoh::observation_from_json(written, "again.json") == observation);
    require(!haoh::to_json(observation, false).empty());
    require(haoh::diff(observation, observation).empty());
    static_cast<void>(haoh::diff({}, observation));
    static_cast<void>(haoh::merge({observation, {}, observation}));
    return 0;
}
