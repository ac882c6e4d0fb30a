// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/simulate.hpp>

#include "model/toml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace haoh {
namespace {

using model::TomlReader;

using Keys = std::initializer_list<std::string_view>;

void read_state(const TomlReader& reader, nvme::AnaState& out) {
    if (!reader.has("ana_state")) {
        return;
    }
    std::string text;
    reader.get("ana_state", text);
    const auto state = nvme::parse_ana_state(text);
    if (!state) {
        reader.refuse(
            "ana_state", fmt::format("\"{}\" is no ANA state", text),
            "the states are optimized, non-optimized, inaccessible, persistent-loss, change");
    }
    out = *state;
}

Workload read_workload(const TomlReader& reader) {
    reader.only_keys(Keys{"mode", "depth", "iops", "size", "write_share", "duration", "warmup"});
    Workload out;
    using Mode = Workload::Mode;
    constexpr std::array<std::pair<std::string_view, Mode>, 2> kModes{
        {{"closed", Mode::closed}, {"open", Mode::open}}};
    reader.get("mode", out.mode, kModes);
    const bool open = out.mode == Mode::open;
    const std::string_view other = open ? "depth" : "iops";
    if (reader.has(other)) {
        reader.refuse(other,
                      fmt::format("says nothing of the mode \"{}\"", open ? "open" : "closed"));
    }
    reader.get("depth", out.depth, 1, 65536);
    reader.get("iops", out.iops, 1, 1e8);
    reader.get("size", out.size, 1, 1 << 30);
    reader.get("write_share", out.write_share, 0, 1);
    reader.get("duration", out.duration, 0.001, 3600);
    reader.get("warmup", out.warmup, 0, 3600);
    return out;
}

SimulatedPath read_path(const TomlReader& reader, const std::vector<SimulatedPath>& earlier) {
    reader.only_keys(Keys{"name", "array", "latency", "distribution", "deviation", "bandwidth",
                          "concurrency", "ana_state", "numa_node", "weight"});
    SimulatedPath out;
    reader.get("array", out.array);
    reader.get("name", out.name);
    if (out.name.empty()) {
        const auto before = std::ranges::count(earlier, out.array, &SimulatedPath::array);
        out.name = fmt::format("{}{}", out.array.empty() ? "path" : out.array, before + 1);
    }
    if (std::ranges::find(earlier, out.name, &SimulatedPath::name) != earlier.end()) {
        reader.refuse("name", fmt::format("a second path \"{}\"", out.name));
    }
    reader.get("latency", out.latency.mean, 1e-6, 60);
    reader.get("deviation", out.latency.deviation, 0, 60);
    using Kind = LatencyDistribution::Kind;
    constexpr std::array<std::pair<std::string_view, Kind>, 3> kKinds{
        {{"constant", Kind::constant}, {"normal", Kind::normal}, {"lognormal", Kind::lognormal}}};
    out.latency.kind = reader.has("deviation") ? Kind::lognormal : Kind::constant;
    reader.get("distribution", out.latency.kind, kKinds);
    reader.get("bandwidth", out.bandwidth, 0.001, 1e6);
    reader.get("concurrency", out.concurrency, 1, 65536);
    nvme::AnaState ana = nvme::AnaState::optimized;
    read_state(reader, ana);
    out.state.ana = ana;
    reader.get("numa_node", out.numa_node, -1, 1023);
    reader.get("weight", out.weight, 1, 65535);
    return out;
}

TimelineEntry read_entry(const TomlReader& reader, const std::vector<SimulatedPath>& paths) {
    using Action = TimelineEntry::Action;
    reader.only_keys(Keys{"at", "array", "path", "action", "ana_state", "detected_after"});
    TimelineEntry out;
    if (!reader.has("at")) {
        reader.refuse("at", "missing", TomlReader::kTimeAdvice);
    }
    reader.get("at", out.at, 0, 3600);
    reader.get("array", out.array);
    reader.get("path", out.path);
    if (out.array.empty() == out.path.empty()) {
        reader.refuse("array", "either array or path must be given");
    }
    const auto matches = [&](const SimulatedPath& path) {
        return out.array.empty() ? path.name == out.path : path.array == out.array;
    };
    if (std::ranges::none_of(paths, matches)) {
        reader.refuse(out.array.empty() ? "path" : "array", "no path has this name");
    }
    if (reader.has("action") == reader.has("ana_state")) {
        reader.refuse("action", "either action or ana_state must be given");
    }
    read_state(reader, out.state);
    constexpr std::array<std::pair<std::string_view, Action>, 2> kActions{
        {{"lose", Action::lose}, {"return", Action::return_back}}};
    reader.get("action", out.action, kActions);
    if (out.action != Action::lose && reader.has("detected_after")) {
        reader.refuse("detected_after", "belongs to the action \"lose\"");
    }
    reader.get("detected_after", out.detected_after, 0, 3600);
    return out;
}

} // namespace

PolicyScenario parse_policy_scenario(std::string_view text, std::string_view origin) {
    const toml::table document = model::parse_toml(text, origin);
    const TomlReader reader{document, origin};
    reader.only_keys(
        Keys{"title", "seed", "local_array", "policies", "workload", "path", "timeline"});
    PolicyScenario out;
    reader.get("title", out.title);
    reader.get("seed", out.seed, 0, INT64_MAX);
    reader.get("local_array", out.local_array);
    reader.get("policies", out.policies);
    for (const std::string& name : out.policies) {
        const auto known = simulated_policies();
        if (std::ranges::find(known, name) == known.end()) {
            reader.refuse("policies", fmt::format("unknown policy \"{}\"", name),
                          fmt::format("the policies are {}", fmt::join(known, ", ")));
        }
    }
    reader.table("workload", [&](const TomlReader& table) { out.workload = read_workload(table); });
    reader.tables("path", [&](const TomlReader& table) {
        if (out.paths.size() == PathTable::kMaxPaths) {
            table.refuse("", fmt::format("more than {} paths", PathTable::kMaxPaths));
        }
        out.paths.push_back(read_path(table, out.paths));
    });
    if (out.paths.empty()) {
        reader.refuse("path", "there is none", "write [[path]]");
    }
    if (!out.local_array.empty() &&
        std::ranges::find(out.paths, out.local_array, &SimulatedPath::array) == out.paths.end()) {
        reader.refuse("local_array", fmt::format("no path goes to \"{}\"", out.local_array));
    }
    reader.tables("timeline", [&](const TomlReader& table) {
        out.timeline.push_back(read_entry(table, out.paths));
    });
    return out;
}

} // namespace haoh
