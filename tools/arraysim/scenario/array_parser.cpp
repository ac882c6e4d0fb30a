// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/serve/control.hpp>

#include "base/number_text.hpp"
#include <arraysim/scenario/scenario_parts.hpp>

#include <algorithm>
#include <fmt/format.h>

namespace haoh::arraysim {

namespace {

nvme::AnaState read_ana_state(const TomlReader& reader, std::string_view key,
                              const toml::node& node) {
    const auto text = node.value_exact<std::string>();
    const auto state = text ? nvme::parse_ana_state(*text) : std::nullopt;
    if (!state) {
        reader.fail_at(node.source(), key,
                       text ? fmt::format("'{}' is no ANA state", *text)
                            : fmt::format("must be an ANA state, not {}", base::kind_of(node)),
                       "the states are: optimized, non-optimized, inaccessible, persistent-loss, "
                       "change");
    }
    return *state;
}

/// A table of group -> state.
void read_ana_groups(TomlReader& reader, std::map<std::uint32_t, nvme::AnaState>& groups) {
    for (const std::string& key : reader.unused()) {
        const auto group = base::parse_number<std::uint32_t>(key);
        if (!group) {
            continue;
        }
        const toml::node* const node = reader.node(key);
        groups[*group] = read_ana_state(reader, key, *node);
    }
}

AnaLogGroup read_log_group(TomlReader& reader) {
    AnaLogGroup group;
    const auto agid = reader.integer("group", 0, kMax32);
    if (!agid) {
        reader.fail("group", "is missing");
    }
    group.agid = static_cast<std::uint32_t>(*agid);
    if (const toml::node* const state = reader.node("state")) {
        if (state->is_integer()) {
            group.state = static_cast<std::uint8_t>(*reader.integer("state", 0, kMax8));
        } else {
            group.state = static_cast<std::uint8_t>(read_ana_state(reader, "state", *state));
        }
    }
    for (const std::uint64_t nsid :
         reader.integers("nsids", 0, kMax32).value_or(std::vector<std::uint64_t>{})) {
        group.nsids.push_back(static_cast<std::uint32_t>(nsid));
    }
    group.chgc = reader.integer("chgc", 0, kMaxInteger);
    reader.finish();
    return group;
}

void read_ana(TomlReader& reader, ArraySpec& spec) {
    if (const toml::node* const state = reader.node("default")) {
        spec.ana_default = read_ana_state(reader, "default", *state);
    }
    if (const auto events = reader.boolean("events")) {
        spec.ana_events = *events;
    }
    if (reader.raw().contains("log")) {
        spec.ana_log.emplace();
        reader.tables("log",
                      [&](TomlReader& inner) { spec.ana_log->push_back(read_log_group(inner)); });
    }
    read_ana_groups(reader, spec.ana);
    reader.finish("the keys are: default, events, log, and numbers of groups");
}

void check_listen(const TomlReader& reader, std::string_view key, std::string_view text) {
    const std::size_t colon = text.rfind(':');
    const bool brackets = text.starts_with('[');
    const std::size_t close = text.find(']');
    bool ok = colon != std::string_view::npos && colon != 0;
    ok = ok && (!brackets || (close != std::string_view::npos && close + 1 == colon));
    ok = ok && (brackets || text.find(':') == colon);
    if (ok) {
        ok = base::parse_number<std::uint16_t>(text.substr(colon + 1)).has_value();
    }
    if (!ok) {
        reader.fail(key, fmt::format("'{}' is no address to listen on", text),
                    "write \"127.0.0.1:0\" or \"[::1]:4420\"");
    }
}

PortSpec read_port(TomlReader& reader) {
    PortSpec spec;
    if (auto listen = reader.text("listen")) {
        check_listen(reader, "listen", *listen);
        spec.listen = std::move(*listen);
    }
    spec.advertise = reader.text("advertise").value_or("");
    if (const auto portid = reader.integer("portid", 0, kMax16)) {
        spec.portid = static_cast<std::uint16_t>(*portid);
    }
    if (const auto treq = reader.integer("treq", 0, kMax8)) {
        spec.treq = static_cast<std::uint8_t>(*treq);
    }
    spec.split_answers = reader.boolean("split_answers");
    reader.table("ana", [&](TomlReader& inner) {
        read_ana_groups(inner, spec.ana);
        inner.finish("the keys are numbers of groups");
    });
    reader.finish();
    return spec;
}

Scope read_scope(TomlReader& reader, std::string_view key, Scope fallback) {
    const auto text = reader.text(key);
    if (!text) {
        return fallback;
    }
    if (*text == "all") {
        return Scope::all;
    }
    if (*text == "own") {
        return Scope::own;
    }
    reader.fail(key, fmt::format("'{}' is neither \"all\" nor \"own\"", *text));
}

void read_cntlids(TomlReader& reader, ArraySpec& spec) {
    const auto as16 = [](std::optional<std::uint64_t> value) {
        return value ? std::optional<std::uint16_t>{static_cast<std::uint16_t>(*value)}
                     : std::nullopt;
    };
    spec.cntlid_min = as16(reader.integer("cntlid_min", 0, kMax16));
    spec.cntlid_max = as16(reader.integer("cntlid_max", 0, kMax16));
    if (spec.cntlid_min && spec.cntlid_max && *spec.cntlid_min > *spec.cntlid_max) {
        reader.fail("cntlid_max", "is below cntlid_min");
    }
    if (spec.cntlid_max && !spec.cntlid_min) {
        reader.fail("cntlid_max", "needs a cntlid_min");
    }
    for (const std::uint64_t id :
         reader.integers("cntlids", 0, kMax16).value_or(std::vector<std::uint64_t>{})) {
        spec.cntlids.push_back(static_cast<std::uint16_t>(id));
    }
    if (const auto model = reader.text("controllers")) {
        if (*model != "dynamic" && *model != "static") {
            reader.fail("controllers",
                        fmt::format("'{}' is neither \"dynamic\" nor \"static\"", *model));
        }
        spec.static_controllers = *model == "static";
    }
}

void read_transport(TomlReader& reader, ArraySpec& spec) {
    if (const auto latency = reader.duration("latency")) {
        spec.latency = std::chrono::duration_cast<std::chrono::microseconds>(*latency);
    }
    spec.header_digest = reader.boolean("header_digest").value_or(spec.header_digest);
    spec.data_digest = reader.boolean("data_digest").value_or(spec.data_digest);
    spec.split_answers = reader.boolean("split_answers").value_or(spec.split_answers);
    spec.c2h_success = reader.boolean("c2h_success").value_or(spec.c2h_success);
    spec.cpda = static_cast<std::uint8_t>(reader.integer("cpda", 0, 31).value_or(spec.cpda));
    constexpr std::int64_t kMaxData = 4U << 20U;
    const auto bounded = [&](std::string_view key, std::int64_t min, std::uint32_t fallback) {
        const auto value = reader.integer(key, min, kMaxData);
        if (value && *value % 4 != 0) {
            reader.fail(key, fmt::format("{} is not a multiple of 4", *value));
        }
        return static_cast<std::uint32_t>(value.value_or(fallback));
    };
    spec.maxh2cdata = bounded("maxh2cdata", 4096, spec.maxh2cdata);
    spec.c2h_data_size = bounded("c2h_data_size", 512, spec.c2h_data_size);
    spec.r2t_size = bounded("r2t_size", 512, spec.r2t_size);
    spec.io_queues =
        static_cast<std::uint16_t>(reader.integer("io_queues", 1, 1024).value_or(spec.io_queues));
}

} // namespace

ArraySpec read_array(TomlReader& reader) {
    ArraySpec spec;
    const auto name = reader.text("name");
    if (!name) {
        reader.fail("name", "is missing");
    }
    const bool plain = !name->empty() && name->size() <= 64 &&
                       std::all_of(name->begin(), name->end(), [](unsigned char c) {
                           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                                  (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
                       });
    if (!plain) {
        reader.fail("name", "must be 1 to 64 letters, digits, '-', '_' or '.'");
    }
    spec.name = *name;
    for (const std::string& listen : reader.texts("listen").value_or(std::vector<std::string>{})) {
        check_listen(reader, "listen", listen);
        spec.ports.push_back({.listen = listen});
    }
    reader.tables("port", [&](TomlReader& inner) { spec.ports.push_back(read_port(inner)); });
    if (spec.ports.size() > kMaxPorts) {
        reader.fail("listen", fmt::format("more than {} ports", kMaxPorts));
    }
    spec.advertise = reader.text("advertise").value_or("");
    if (const auto portid = reader.integer("portid", 0, kMax16)) {
        spec.portid = static_cast<std::uint16_t>(*portid);
    }
    spec.nqn = reader.text("nqn");
    if (spec.nqn && spec.nqn->size() > 256) {
        reader.fail("nqn", "is longer than 256 bytes");
    }
    read_cntlids(reader, spec);
    spec.allowed_hosts = reader.texts("allowed_hosts");
    reader.table("ana", [&](TomlReader& inner) { read_ana(inner, spec); });
    read_transport(reader, spec);
    spec.discovery = read_scope(reader, "discovery", spec.discovery);
    spec.controller_list = read_scope(reader, "controller_list", spec.controller_list);
    spec.treq = static_cast<std::uint8_t>(reader.integer("treq", 0, kMax8).value_or(spec.treq));
    spec.dispersed = reader.texts("dispersed");
    if (const auto power = reader.text("power")) {
        const auto parsed = parse_power(*power);
        if (!parsed) {
            reader.fail("power", fmt::format("'{}' is not \"up\", \"down\", \"hung\" or \"hidden\"",
                                             *power));
        }
        spec.power = *parsed;
    }
    read_version(reader, spec.version);
    reader.table("subsystem", [&](TomlReader& inner) {
        read_version(inner, spec.version);
        read_properties(inner, spec.properties);
        read_fields(inner, AnswerKind::identify_controller, spec.controller);
        inner.finish("the keys are version, cap, vs, crto and the fields of Identify Controller");
    });
    reader.tables("namespace", [&](TomlReader& inner) {
        spec.namespaces.push_back(read_namespace(inner, true));
    });
    reader.tables("override",
                  [&](TomlReader& inner) { spec.overrides.push_back(read_override(inner)); });
    reader.tables("fault", [&](TomlReader& inner) { spec.faults.push_back(read_fault(inner)); });
    for (const OverrideSpec& entry : spec.overrides) {
        if (entry.port && *entry.port >= std::max<std::size_t>(spec.ports.size(), 1)) {
            reader.fail("override", fmt::format("the array has no port {}", *entry.port));
        }
    }
    reader.finish("see haoh-arraysim(1): ARRAYS");
    return spec;
}

} // namespace haoh::arraysim
