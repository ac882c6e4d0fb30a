// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/simulate.hpp>

#include "base/toml_reader.hpp"

#include <haoh/selector_info.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace haoh {
namespace {

using base::TomlReader;

void read_state(TomlReader& reader, nvme::AnaState& out) {
    const auto text = reader.text("ana_state");
    if (!text) {
        return;
    }
    const auto state = nvme::parse_ana_state(*text);
    if (!state) {
        reader.fail(
            "ana_state", fmt::format("\"{}\" is no ANA state", *text),
            "the states are optimized, non-optimized, inaccessible, persistent-loss, change");
    }
    out = *state;
}

Workload read_workload(TomlReader& reader) {
    Workload out;
    using Mode = Workload::Mode;
    constexpr std::array<std::pair<std::string_view, Mode>, 2> kModes{
        {{"closed", Mode::closed}, {"open", Mode::open}}};
    out.mode = reader.choice("mode", kModes).value_or(out.mode);
    const bool open = out.mode == Mode::open;
    const std::string_view other = open ? "depth" : "iops";
    if (reader.has(other)) {
        reader.fail(other,
                    fmt::format("says nothing of the mode \"{}\"", open ? "open" : "closed"));
    }
    out.depth = reader.integer<unsigned>("depth", 1, 65536).value_or(out.depth);
    out.iops = reader.number("iops", 1, 1e8).value_or(out.iops);
    out.size = reader.integer<std::uint32_t>("size", 1, 1 << 30).value_or(out.size);
    out.write_share = reader.number("write_share", 0, 1).value_or(out.write_share);
    out.duration = reader.duration("duration", 0.001, 3600).value_or(out.duration);
    out.warmup = reader.duration("warmup", 0, 3600).value_or(out.warmup);
    reader.finish();
    return out;
}

SimulatedPath read_path(TomlReader& reader, const std::vector<SimulatedPath>& earlier) {
    SimulatedPath out;
    out.array = reader.text("array").value_or(out.array);
    out.name = reader.text("name").value_or(out.name);
    if (out.name.empty()) {
        const auto before = std::ranges::count(earlier, out.array, &SimulatedPath::array);
        out.name = fmt::format("{}{}", out.array.empty() ? "path" : out.array, before + 1);
    }
    if (std::ranges::find(earlier, out.name, &SimulatedPath::name) != earlier.end()) {
        reader.fail("name", fmt::format("a second path \"{}\"", out.name));
    }
    out.latency.mean = reader.duration("latency", 1e-6, 60).value_or(out.latency.mean);
    out.latency.deviation = reader.duration("deviation", 0, 60).value_or(out.latency.deviation);
    using Kind = LatencyDistribution::Kind;
    constexpr std::array<std::pair<std::string_view, Kind>, 3> kKinds{
        {{"constant", Kind::constant}, {"normal", Kind::normal}, {"lognormal", Kind::lognormal}}};
    out.latency.kind = reader.has("deviation") ? Kind::lognormal : Kind::constant;
    out.latency.kind = reader.choice("distribution", kKinds).value_or(out.latency.kind);
    out.bandwidth = reader.number("bandwidth", 0.001, 1e6).value_or(out.bandwidth);
    out.concurrency = reader.integer<unsigned>("concurrency", 1, 65536).value_or(out.concurrency);
    nvme::AnaState ana = nvme::AnaState::optimized;
    read_state(reader, ana);
    out.state.ana = ana;
    out.numa_node =
        reader.integer<decltype(out.numa_node)>("numa_node", -1, 1023).value_or(out.numa_node);
    out.weight = reader.integer<std::uint16_t>("weight", 1, 65535).value_or(out.weight);
    reader.finish();
    return out;
}

TimelineEntry read_entry(TomlReader& reader, const std::vector<SimulatedPath>& paths) {
    using Action = TimelineEntry::Action;
    constexpr std::array<std::pair<std::string_view, Action>, 2> kActions{
        {{"lose", Action::lose}, {"return", Action::return_back}}};
    TimelineEntry out;
    const auto at = reader.duration("at", 0, 3600);
    out.array = reader.text("array").value_or("");
    out.path = reader.text("path").value_or("");
    read_state(reader, out.state);
    out.action = reader.choice("action", kActions).value_or(out.action);
    out.detected_after = reader.duration("detected_after", 0, 3600).value_or(out.detected_after);
    reader.finish();
    if (!at) {
        reader.fail("at", "missing", TomlReader::kTimeAdvice);
    }
    out.at = *at;
    if (out.array.empty() == out.path.empty()) {
        reader.fail("array", "either array or path must be given");
    }
    const auto matches = [&](const SimulatedPath& path) {
        return out.array.empty() ? path.name == out.path : path.array == out.array;
    };
    if (std::ranges::none_of(paths, matches)) {
        reader.fail(out.array.empty() ? "path" : "array", "no path has this name");
    }
    if (reader.has("action") == reader.has("ana_state")) {
        reader.fail("action", "either action or ana_state must be given");
    }
    if (out.action != Action::lose && reader.has("detected_after")) {
        reader.fail("detected_after", "belongs to the action \"lose\"");
    }
    return out;
}

} // namespace

PolicyScenario parse_policy_scenario(std::string_view text, std::string_view origin) {
    const toml::table document = base::parse_toml(text, origin);
    TomlReader reader{document, std::string{origin}};
    PolicyScenario out;
    out.title = reader.text("title").value_or(out.title);
    out.seed = reader.integer("seed", 0, INT64_MAX).value_or(out.seed);
    out.local_array = reader.text("local_array").value_or(out.local_array);
    out.policies = reader.texts("policies").value_or(out.policies);
    for (const std::string& name : out.policies) {
        if (!parse_selector_kind(name)) {
            reader.fail("policies", fmt::format("unknown policy \"{}\"", name),
                        fmt::format("the policies are {}", fmt::join(simulated_policies(), ", ")));
        }
    }
    reader.table("workload", [&](TomlReader& table) { out.workload = read_workload(table); });
    reader.tables("path", [&](TomlReader& table) {
        if (out.paths.size() == PathTable::kMaxPaths) {
            table.fail("", fmt::format("more than {} paths", PathTable::kMaxPaths));
        }
        out.paths.push_back(read_path(table, out.paths));
    });
    reader.tables("timeline",
                  [&](TomlReader& table) { out.timeline.push_back(read_entry(table, out.paths)); });
    reader.finish();
    if (out.paths.empty()) {
        reader.fail("path", "there is none", "write [[path]]");
    }
    if (!out.local_array.empty() &&
        std::ranges::find(out.paths, out.local_array, &SimulatedPath::array) == out.paths.end()) {
        reader.fail("local_array", fmt::format("no path goes to \"{}\"", out.local_array));
    }
    return out;
}

} // namespace haoh
