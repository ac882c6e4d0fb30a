// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/error.hpp>
#include <haoh/simulate.hpp>

#include "policy/ana_state_text.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <initializer_list>

namespace haoh {
namespace {

using std::chrono::nanoseconds;

constexpr std::string_view kTimeAdvice = "write \"250us\", \"30ms\", \"5s\" or a number of seconds";

/// "250us"; nullopt for what is no time.
std::optional<double> seconds_of(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, double>, 4> kUnits{
        {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}}};
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) {
        return std::nullopt;
    }
    const std::string_view rest{end, static_cast<std::size_t>(text.data() + text.size() - end)};
    for (const auto& [unit, factor] : kUnits) {
        if (rest == unit) {
            return value * factor;
        }
    }
    return std::nullopt;
}

/// A table whose keys are read by name; refuses with file, line and key.
class Reader {
  public:
    Reader(const toml::table& table, std::string_view origin, std::string_view name)
        : table_{table}, origin_{origin}, name_{name} {}

    [[noreturn]] void refuse(const toml::source_region& where, std::string_view key,
                             const std::string& cause, std::string_view advice = {}) const {
        throw Error(make_error_code(Errc::malformed), "read",
                    fmt::format("{}:{}: {}", origin_, where.begin.line, full(key)), cause, advice);
    }
    [[noreturn]] void refuse(std::string_view key, const std::string& cause,
                             std::string_view advice = {}) const {
        const toml::node* node = table_.get(key);
        refuse(node == nullptr ? table_.source() : node->source(), key, cause, advice);
    }

    void only_keys(std::initializer_list<std::string_view> known) const {
        for (const auto& [key, value] : table_) {
            if (std::ranges::find(known, key.str()) == known.end()) {
                refuse(key.source(), key.str(), "unknown key",
                       fmt::format("the keys are {}", fmt::join(known, ", ")));
            }
        }
    }
    [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }

    void get(std::string_view key, std::string& out) const {
        if (const toml::node* node = table_.get(key)) {
            const auto* value = node->as_string();
            if (value == nullptr) {
                refuse(key, "not a string");
            }
            out = value->get();
        }
    }
    template <std::integral Value>
    void get(std::string_view key, Value& out, std::int64_t least, std::int64_t most) const {
        if (const toml::node* node = table_.get(key)) {
            const auto* value = node->as_integer();
            if (value == nullptr) {
                refuse(key, "not an integer");
            }
            if (value->get() < least || value->get() > most) {
                refuse(key, fmt::format("{} is not from {} to {}", value->get(), least, most));
            }
            out = static_cast<Value>(value->get());
        }
    }
    void get(std::string_view key, double& out, double least, double most) const {
        if (const toml::node* node = table_.get(key)) {
            if (!node->is_number()) {
                refuse(key, "not a number");
            }
            const double value = node->value<double>().value_or(NAN);
            if (!(value >= least && value <= most)) {
                refuse(key, fmt::format("{} is not from {} to {}", value, least, most));
            }
            out = value;
        }
    }
    void get(std::string_view key, nanoseconds& out, double least, double most) const {
        const toml::node* node = table_.get(key);
        if (node == nullptr) {
            return;
        }
        std::optional<double> seconds;
        if (const auto* text = node->as_string()) {
            seconds = seconds_of(text->get());
        } else if (node->is_number()) {
            seconds = node->value<double>();
        }
        if (!seconds || !std::isfinite(*seconds)) {
            refuse(key, "not a time", kTimeAdvice);
        }
        if (*seconds < least || *seconds > most) {
            refuse(key, fmt::format("{} s is not from {} to {} s", *seconds, least, most));
        }
        out = nanoseconds{std::llround(*seconds * 1e9)};
    }
    void get(std::string_view key, nvme::AnaState& out) const {
        std::string text;
        get(key, text);
        if (has(key)) {
            const auto state = policy::parse_ana_state(text);
            if (!state) {
                refuse(key, fmt::format("\"{}\" is no ANA state", text),
                       "the states are optimized, non-optimized, inaccessible, persistent-loss, "
                       "change");
            }
            out = *state;
        }
    }
    void get(std::string_view key, std::vector<std::string>& out) const {
        if (const toml::node* node = table_.get(key)) {
            const auto* list = node->as_array();
            if (list == nullptr) {
                refuse(key, "not an array");
            }
            for (const toml::node& element : *list) {
                const auto* value = element.as_string();
                if (value == nullptr) {
                    refuse(element.source(), key, "not a string");
                }
                out.push_back(value->get());
            }
        }
    }
    /// Calls with a reader of the table, where it is there.
    template <typename Use>
    void table(std::string_view key, Use&& use) const {
        if (const toml::node* node = table_.get(key)) {
            const auto* inner = node->as_table();
            if (inner == nullptr) {
                refuse(key, "not a table");
            }
            use(Reader{*inner, origin_, key});
        }
    }
    template <typename Use>
    void tables(std::string_view key, Use&& use) const {
        if (const toml::node* node = table_.get(key)) {
            const auto* list = node->as_array();
            if (list == nullptr) {
                refuse(key, "not an array of tables", fmt::format("write [[{}]]", key));
            }
            for (const toml::node& element : *list) {
                const auto* inner = element.as_table();
                if (inner == nullptr) {
                    refuse(element.source(), key, "not a table");
                }
                use(Reader{*inner, origin_, key});
            }
        }
    }

  private:
    [[nodiscard]] std::string full(std::string_view key) const {
        return name_.empty() ? std::string{key}
               : key.empty() ? std::string{name_}
                             : fmt::format("{}.{}", name_, key);
    }

    const toml::table& table_;
    std::string_view origin_;
    std::string_view name_;
};

Workload read_workload(const Reader& reader) {
    reader.only_keys({"mode", "depth", "iops", "size", "write_share", "duration", "warmup"});
    Workload out;
    std::string mode = "closed";
    reader.get("mode", mode);
    if (mode != "closed" && mode != "open") {
        reader.refuse("mode", fmt::format("\"{}\" is none of its values", mode),
                      "the values are closed, open");
    }
    out.mode = mode == "open" ? Workload::Mode::open : Workload::Mode::closed;
    const std::string_view other = mode == "open" ? "depth" : "iops";
    if (reader.has(other)) {
        reader.refuse(other, fmt::format("says nothing of the mode \"{}\"", mode));
    }
    reader.get("depth", out.depth, 1, 65536);
    reader.get("iops", out.iops, 1, 1e8);
    reader.get("size", out.size, 1, 1 << 30);
    reader.get("write_share", out.write_share, 0, 1);
    reader.get("duration", out.duration, 0.001, 3600);
    reader.get("warmup", out.warmup, 0, 3600);
    return out;
}

SimulatedPath read_path(const Reader& reader, const std::vector<SimulatedPath>& earlier) {
    reader.only_keys({"name", "array", "latency", "distribution", "deviation", "bandwidth",
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
    std::string kind = reader.has("deviation") ? "lognormal" : "constant";
    reader.get("distribution", kind);
    using Kind = LatencyDistribution::Kind;
    bool known = false;
    for (const Kind one : {Kind::constant, Kind::normal, Kind::lognormal}) {
        if (kind == to_string(one)) {
            out.latency.kind = one;
            known = true;
        }
    }
    if (!known) {
        reader.refuse("distribution", fmt::format("\"{}\" is none of its values", kind),
                      "the values are constant, normal, lognormal");
    }
    reader.get("bandwidth", out.bandwidth, 0.001, 1e6);
    reader.get("concurrency", out.concurrency, 1, 65536);
    nvme::AnaState ana = nvme::AnaState::optimized;
    reader.get("ana_state", ana);
    out.state.ana = ana;
    reader.get("numa_node", out.numa_node, -1, 1023);
    reader.get("weight", out.weight, 1, 65535);
    return out;
}

TimelineEntry read_entry(const Reader& reader, const std::vector<SimulatedPath>& paths) {
    using Action = TimelineEntry::Action;
    reader.only_keys({"at", "array", "path", "action", "ana_state", "detected_after"});
    TimelineEntry out;
    if (!reader.has("at")) {
        reader.refuse("at", "missing", kTimeAdvice);
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
    reader.get("ana_state", out.state);
    std::string action;
    reader.get("action", action);
    if (reader.has("action")) {
        if (action != "lose" && action != "return") {
            reader.refuse("action", fmt::format("\"{}\" is none of its values", action),
                          "the values are lose, return");
        }
        out.action = action == "lose" ? Action::lose : Action::return_back;
    }
    if (out.action != Action::lose && reader.has("detected_after")) {
        reader.refuse("detected_after", "belongs to the action \"lose\"");
    }
    reader.get("detected_after", out.detected_after, 0, 3600);
    return out;
}

} // namespace

PolicyScenario parse_policy_scenario(std::string_view text, std::string_view origin) {
    toml::table root;
    try {
        root = toml::parse(text, origin);
    } catch (const toml::parse_error& error) {
        throw Error(make_error_code(Errc::malformed), "read",
                    fmt::format("{}:{}", origin, error.source().begin.line), error.description());
    }
    const Reader reader{root, origin, ""};
    reader.only_keys({"title", "seed", "local_array", "policies", "workload", "path", "timeline"});
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
    reader.table("workload", [&](const Reader& table) { out.workload = read_workload(table); });
    reader.tables("path", [&](const Reader& table) {
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
    reader.tables("timeline", [&](const Reader& table) {
        out.timeline.push_back(read_entry(table, out.paths));
    });
    return out;
}

} // namespace haoh
