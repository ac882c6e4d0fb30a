// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/scenario/scenario_parser.hpp>

#include <arraysim/scenario/scenario_parts.hpp>
#include <arraysim/serve/control.hpp>

#include "base/file.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>
#include <set>

namespace haoh::arraysim {

namespace {

TimelineEntry read_timeline(TomlReader& reader) {
    TimelineEntry entry;
    const auto at = reader.duration("at");
    if (!at) {
        reader.fail("at", "is missing");
    }
    entry.at = std::chrono::duration_cast<std::chrono::milliseconds>(*at);
    const auto action = reader.text("action");
    if (!action) {
        reader.fail("action", "is missing");
    }
    entry.action = *action;
    entry.line = reader.line_of("action");
    try {
        (void)parse_control(entry.action);
    } catch (const Error& error) {
        reader.fail("action", fmt::format("'{}': {}", entry.action, error.cause()));
    }
    reader.finish();
    return entry;
}

void read_check(TomlReader& reader, CheckSpec& spec) {
    spec.nqn = reader.text("nqn");
    spec.targets = reader.texts("targets").value_or(std::vector<std::string>{});
    spec.config = reader.text("config").value_or("");
    spec.waivers = reader.text("waivers").value_or("");
    spec.as_of = reader.text("as_of").value_or("");
    spec.digests = reader.boolean("digests").value_or(false);
    if (const auto timeout = reader.duration("timeout")) {
        spec.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(*timeout);
    }
    reader.finish();
}

/// The array that a control command is about; nullptr for none.
struct ArrayOf {
    const std::string* operator()(const control::ShowState& /*c*/) const { return nullptr; }
    const std::string* operator()(const control::Help& /*c*/) const { return nullptr; }
    const std::string* operator()(const control::Quit& /*c*/) const { return nullptr; }
    template <typename Command>
    const std::string* operator()(const Command& c) const {
        return &c.array;
    }
};

void check_arrays(const TomlReader& reader, const ExpectSpec& expect,
                  const std::set<std::string>& names) {
    for (const ExpectedReport* const report :
         {&expect.report, expect.today ? &*expect.today : &expect.report}) {
        for (const ExpectedFinding& finding : report->findings) {
            for (const ExpectedValue& value : finding.values) {
                if (!value.array.empty() && !names.contains(value.array)) {
                    reader.fail("expect", fmt::format("values of {}: there is no array '{}'",
                                                      finding.rule, value.array));
                }
            }
        }
    }
}

void check_names(const TomlReader& reader, const Scenario& scenario) {
    std::set<std::string> names;
    for (const ArraySpec& array : scenario.arrays) {
        if (!names.insert(array.name).second) {
            reader.fail("array", fmt::format("two arrays are called '{}'", array.name));
        }
    }
    std::set<std::string> ports = names;
    for (const ArraySpec& array : scenario.arrays) {
        for (std::size_t number = 2; number <= array.ports.size(); ++number) {
            ports.insert(fmt::format("{} {}", array.name, number));
        }
    }
    for (const std::string& target : scenario.check.targets) {
        if (!ports.contains(target)) {
            reader.fail("check", fmt::format("targets: there is no array '{}'", target),
                        "an array's further ports are \"NAME 2\", \"NAME 3\", ...");
        }
    }
    if (scenario.expect) {
        check_arrays(reader, *scenario.expect, names);
    }
    for (const TimelineEntry& entry : scenario.timeline) {
        const ControlCommand command = parse_control(entry.action);
        const std::string* const array = std::visit(ArrayOf{}, command);
        if (array != nullptr && !names.contains(*array)) {
            toml::source_region where;
            where.begin.line = static_cast<toml::source_index>(entry.line);
            reader.fail_at(where, "timeline.action", fmt::format("there is no array '{}'", *array));
        }
    }
}

void check_namespaces(const TomlReader& reader, const std::vector<NamespaceSpec>& specs,
                      std::string_view key, bool unique) {
    std::set<std::uint32_t> nsids;
    std::size_t total = 0;
    for (const NamespaceSpec& spec : specs) {
        total += spec.count;
        if (total > kMaxNamespaces) {
            reader.fail(key, fmt::format("more than {} namespaces", kMaxNamespaces));
        }
        for (std::uint32_t i = 0; i < spec.count; ++i) {
            if (!nsids.insert(spec.nsid + i).second && unique) {
                reader.fail(key, fmt::format("NSID {} stands twice", spec.nsid + i));
            }
        }
    }
}

Scenario read_scenario(TomlReader& reader) {
    Scenario scenario;
    scenario.title = reader.text("title").value_or("");
    reader.table("subsystem", [&](TomlReader& inner) {
        if (const auto nqn = inner.text("nqn")) {
            if (nqn->empty() || nqn->size() > 256) {
                inner.fail("nqn", "must have 1 to 256 bytes");
            }
            scenario.nqn = *nqn;
        }
        read_version(inner, scenario.version);
        read_properties(inner, scenario.properties);
        read_fields(inner, AnswerKind::identify_controller, scenario.controller);
        inner.finish(
            "the keys are nqn, version, cap, vs, crto and the fields of Identify Controller");
    });
    reader.tables("namespace", [&](TomlReader& inner) {
        scenario.namespaces.push_back(read_namespace(inner, false));
    });
    check_namespaces(reader, scenario.namespaces, "namespace", true);
    reader.tables("array", [&](TomlReader& inner) {
        scenario.arrays.push_back(read_array(inner));
        check_namespaces(inner, scenario.arrays.back().namespaces, "namespace", true);
    });
    if (scenario.arrays.empty()) {
        reader.fail("array", "there is none", "add [[array]] with a name");
    }
    if (scenario.arrays.size() > kMaxArrays) {
        reader.fail("array", fmt::format("more than {} arrays", kMaxArrays));
    }
    reader.tables("timeline",
                  [&](TomlReader& inner) { scenario.timeline.push_back(read_timeline(inner)); });
    reader.table("check", [&](TomlReader& inner) { read_check(inner, scenario.check); });
    reader.table("expect", [&](TomlReader& inner) { scenario.expect = read_expect(inner); });
    reader.finish();
    check_names(reader, scenario);
    return scenario;
}

} // namespace

Scenario parse_scenario(std::string_view text, std::string_view origin) {
    if (text.size() > kMaxScenarioSize) {
        throw Error(Errc::too_large, "read the scenario", origin,
                    fmt::format("{} bytes (at most {})", text.size(), kMaxScenarioSize));
    }
    const toml::table document = base::parse_toml(text, origin);
    TomlReader reader(document, std::string(origin));
    return read_scenario(reader);
}

Scenario load_scenario(const std::filesystem::path& path) {
    return parse_scenario(base::read_file(path.string(), kMaxScenarioSize), path.string());
}

} // namespace haoh::arraysim
