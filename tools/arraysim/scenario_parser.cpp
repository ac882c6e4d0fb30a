// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/scenario_parser.hpp>

#include <arraysim/control.hpp>
#include <arraysim/toml_reader.hpp>

#include <haoh/error.hpp>
#include <haoh/nvme/fabrics.hpp>
#include <haoh/nvme/identify_namespace.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <limits>

namespace haoh::arraysim {

using nvme::Bytes;

namespace {

constexpr std::uint64_t kMax8 = 0xFF;
constexpr std::uint64_t kMax16 = 0xFFFF;
constexpr std::uint64_t kMax32 = 0xFFFFFFFF;
constexpr std::uint64_t kMaxNsid = 0xFFFFFFFE;
constexpr std::uint64_t kMaxInteger = std::numeric_limits<std::int64_t>::max();

/// Keys that say the same as a field's own name, in words.
std::string_view field_of_alias(std::string_view key) {
    if (key == "serial") {
        return "sn";
    }
    if (key == "model") {
        return "mn";
    }
    if (key == "firmware") {
        return "fr";
    }
    return key;
}

FieldValue field_value(const TomlReader& reader, std::string_view key, const toml::node& node) {
    if (const auto number = node.value_exact<std::int64_t>()) {
        if (*number < 0) {
            reader.fail(key, fmt::format("{} is negative", *number));
        }
        return static_cast<std::uint64_t>(*number);
    }
    if (const auto text = node.value_exact<std::string>()) {
        return *text;
    }
    reader.fail(key, fmt::format("must be an integer or a string, not {}", type_name(node)));
}

Bytes field_bytes(const TomlReader& reader, std::string_view key, std::string_view field,
                  std::size_t length, const FieldValue& value) {
    try {
        return encode_field(field, length, value);
    } catch (const Error& error) {
        reader.fail(key, error.cause());
    }
}

/// Takes every key that is the name of a field.
void read_fields(TomlReader& reader, AnswerKind kind, FieldPatches& patches) {
    for (const std::string& key : reader.unused()) {
        const std::string_view field = field_of_alias(key);
        const auto size = field_size(kind, field);
        if (!size) {
            continue;
        }
        const toml::node* const node = reader.node(key);
        patches[std::string(field)] =
            field_bytes(reader, key, field, *size, field_value(reader, key, *node));
    }
}

/// "2.0", "1.4", "1.2.1" as the VS property.
std::optional<std::uint32_t> parse_version(std::string_view text) {
    std::array<std::uint32_t, 3> parts{};
    std::size_t count = 0;
    while (count < parts.size()) {
        const std::size_t dot = std::min(text.find('.'), text.size());
        const auto [end, error] = std::from_chars(text.data(), text.data() + dot, parts[count]);
        if (error != std::errc{} || end != text.data() + dot || dot == 0) {
            return std::nullopt;
        }
        ++count;
        if (dot == text.size()) {
            break;
        }
        text.remove_prefix(dot + 1);
        if (count == parts.size()) {
            return std::nullopt;
        }
    }
    if (count < 2 || parts[0] > kMax16 || parts[1] > kMax8 || parts[2] > kMax8) {
        return std::nullopt;
    }
    return parts[0] << 16U | parts[1] << 8U | parts[2];
}

void read_version(TomlReader& reader, std::optional<std::uint32_t>& version) {
    if (const auto text = reader.text("version")) {
        version = parse_version(*text);
        if (!version) {
            reader.fail("version", fmt::format("'{}' is no version", *text),
                        "write \"2.0\" or \"1.2.1\"");
        }
    }
}

void read_properties(TomlReader& reader, std::map<std::uint32_t, std::uint64_t>& properties) {
    struct Property {
        std::string_view key;
        std::uint32_t offset;
        std::uint64_t max;
    };
    constexpr std::array kProperties{
        Property{"cap", nvme::property::cap, kMaxInteger},
        Property{"vs", nvme::property::vs, kMax32},
        Property{"crto", nvme::property::crto, kMax32},
    };
    for (const Property& property : kProperties) {
        if (const auto value = reader.integer(property.key, 0, property.max)) {
            properties[property.offset] = *value;
        }
    }
}

template <typename Id>
void read_id(TomlReader& reader, std::string_view key, std::optional<Id> (*parse)(std::string_view),
             std::optional<Id>& target) {
    const auto text = reader.text(key);
    if (!text) {
        return;
    }
    if (text->empty() || *text == "none") {
        target = Id{};
        return;
    }
    target = parse(*text);
    if (!target) {
        reader.fail(key, fmt::format("'{}' is no identifier of {} bytes", *text, sizeof(Id)),
                    "write hexadecimal digits, or \"none\"");
    }
}

nvme::IdDescriptor read_descriptor(TomlReader& reader) {
    nvme::IdDescriptor descriptor;
    const auto type = reader.integer("type", 0, kMax8);
    if (!type) {
        reader.fail("type", "is missing");
    }
    descriptor.nidt = static_cast<std::uint8_t>(*type);
    const auto id = reader.text("id");
    if (!id) {
        reader.fail("id", "is missing");
    }
    const auto bytes = parse_hex_bytes(*id);
    if (!bytes || bytes->size() > kMax8) {
        reader.fail("id", "must be at most 255 bytes in hexadecimal digits");
    }
    descriptor.nid = *bytes;
    reader.finish("the keys are: type, id");
    return descriptor;
}

NamespaceSpec read_namespace(TomlReader& reader, bool in_array) {
    NamespaceSpec spec;
    const auto nsid = reader.integer("nsid", 1, kMaxNsid);
    if (!nsid && in_array) {
        reader.fail("nsid", "is missing");
    }
    spec.nsid = static_cast<std::uint32_t>(nsid.value_or(1));
    spec.count = static_cast<std::uint32_t>(
        reader
            .integer("count", 1, std::min<std::uint64_t>(kMaxNamespaces, kMaxNsid - spec.nsid + 1))
            .value_or(1));
    if (in_array) {
        spec.absent = reader.boolean("absent").value_or(false);
    }
    spec.size = reader.size("size");
    if (const auto block_size = reader.integer("block_size", 512, 1U << 20U)) {
        if (!std::has_single_bit(*block_size)) {
            reader.fail("block_size", fmt::format("{} is not a power of two", *block_size));
        }
        spec.block_size = static_cast<std::uint32_t>(*block_size);
    }
    read_id(reader, "uuid", &nvme::parse_uuid, spec.uuid);
    read_id(reader, "nguid", &nvme::parse_nguid, spec.nguid);
    read_id(reader, "eui64", &nvme::parse_eui64, spec.eui64);
    const auto as32 = [](std::optional<std::uint64_t> value) {
        return value ? std::optional<std::uint32_t>{static_cast<std::uint32_t>(*value)}
                     : std::nullopt;
    };
    spec.ana_group = as32(reader.integer("ana_group", 0, kMax32));
    spec.ana_groups = as32(reader.integer("ana_groups", 1, kMaxNamespaces));
    spec.data = reader.text("data");
    if (reader.raw().contains("descriptors")) {
        spec.descriptors.emplace();
        std::size_t size = 0;
        reader.tables("descriptors", [&](TomlReader& inner) {
            spec.descriptors->push_back(read_descriptor(inner));
            size += 4 + spec.descriptors->back().nid.size();
        });
        if (size > nvme::kIdentifySize) {
            reader.fail("descriptors", "do not fit a page of 4096 bytes");
        }
    }
    reader.table("nvm", [&](TomlReader& inner) {
        read_fields(inner, AnswerKind::nvm, spec.nvm);
        inner.finish("the keys are the fields of Identify CNS 05h");
    });
    reader.table("independent", [&](TomlReader& inner) {
        read_fields(inner, AnswerKind::independent, spec.independent);
        inner.finish("the keys are the fields of Identify CNS 08h");
    });
    read_fields(reader, AnswerKind::identify_namespace, spec.identify);
    reader.finish("see haoh-arraysim(1): NAMESPACES");
    return spec;
}

nvme::AnaState read_ana_state(const TomlReader& reader, std::string_view key,
                              const toml::node& node) {
    const auto text = node.value_exact<std::string>();
    const auto state = text ? parse_ana_state(*text) : std::nullopt;
    if (!state) {
        reader.fail_at(node.source(), key,
                       text ? fmt::format("'{}' is no ANA state", *text)
                            : fmt::format("must be an ANA state, not {}", type_name(node)),
                       "the states are: optimized, non-optimized, inaccessible, persistent-loss, "
                       "change");
    }
    return *state;
}

/// A table of group -> state.
void read_ana_groups(TomlReader& reader, std::map<std::uint32_t, nvme::AnaState>& groups) {
    for (const std::string& key : reader.unused()) {
        std::uint32_t group = 0;
        const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), group);
        if (error != std::errc{} || end != key.data() + key.size()) {
            continue;
        }
        const toml::node* const node = reader.node(key);
        groups[group] = read_ana_state(reader, key, *node);
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
    reader.finish("the keys are: group, state, nsids, chgc");
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

template <typename Value>
Occurrence read_when(TomlReader& reader, const Value& fallback) {
    const toml::node* const node = reader.node("when");
    if (node == nullptr) {
        return fallback;
    }
    std::optional<Occurrence> when;
    if (const auto number = node->value_exact<std::int64_t>(); number && *number > 0) {
        when = Occurrence{.first = static_cast<std::uint64_t>(*number),
                          .last = static_cast<std::uint64_t>(*number)};
    } else if (const auto text = node->value_exact<std::string>()) {
        when = parse_occurrence(*text);
    }
    if (!when) {
        reader.fail("when", "does not say which answer, counted from 1",
                    "write 2, \"2-4\" or \"2-\"");
    }
    return *when;
}

AnswerKind read_answer(TomlReader& reader, std::optional<AnswerKind> fallback) {
    const auto text = reader.text("answer");
    if (!text) {
        if (!fallback) {
            reader.fail("answer", "is missing");
        }
        return *fallback;
    }
    const auto kind = parse_answer_kind(*text);
    if (!kind) {
        std::vector<std::string_view> names;
        for (const AnswerKind known : answer_kinds()) {
            names.push_back(to_string(known));
        }
        reader.fail("answer", fmt::format("'{}' is no answer", *text),
                    fmt::format("the answers are: {}", fmt::join(names, ", ")));
    }
    return *kind;
}

template <typename Spec>
void read_target(TomlReader& reader, Spec& spec) {
    if (const auto nsid = reader.integer("nsid", 0, kMax32)) {
        spec.nsid = static_cast<std::uint32_t>(*nsid);
    }
    if (const auto port = reader.integer("port", 0, kMaxPorts - 1)) {
        spec.port = static_cast<std::size_t>(*port);
    }
}

OverrideSpec read_override(TomlReader& reader) {
    constexpr std::uint64_t kMaxAnswer = 1U << 20U;
    OverrideSpec spec;
    spec.answer = read_answer(reader, std::nullopt);
    read_target(reader, spec);
    if (const auto id = reader.integer("id", 0, kMax32)) {
        spec.id = static_cast<std::uint32_t>(*id);
    }
    spec.when = read_when(reader, Occurrence{});
    const toml::node* const value = reader.node("value");
    if (const auto field = reader.text("field")) {
        const auto size = field_size(spec.answer, *field);
        if (!size) {
            reader.fail("field",
                        fmt::format("{} has no field '{}'", to_string(spec.answer), *field));
        }
        if (value == nullptr) {
            reader.fail("value", "is missing");
        }
        spec.field = *field;
        spec.value =
            field_bytes(reader, "value", *field, *size, field_value(reader, "value", *value));
    }
    if (const auto offset = reader.integer("offset", 0, kMaxAnswer - 1)) {
        if (!spec.field.empty()) {
            reader.fail("offset", "stands beside 'field': only one of them can say where");
        }
        if (value == nullptr) {
            reader.fail("value", "is missing");
        }
        spec.offset = static_cast<std::size_t>(*offset);
        const FieldValue given = field_value(reader, "value", *value);
        if (const auto* const number = std::get_if<std::uint64_t>(&given)) {
            const std::size_t length = *number == 0 ? 1 : (std::bit_width(*number) + 7U) / 8U;
            spec.value = field_bytes(reader, "value", "value", length, given);
        } else {
            spec.value = field_bytes(reader, "value", "value", 0, given);
        }
    }
    if (const auto replace = reader.text("replace")) {
        spec.replace = parse_hex_bytes(*replace);
        if (!spec.replace || spec.replace->size() > kMaxAnswer) {
            reader.fail("replace", "must be hexadecimal bytes");
        }
    }
    if (const auto length = reader.integer("length", 0, kMaxAnswer)) {
        spec.length = static_cast<std::size_t>(*length);
    }
    if (const auto status = reader.integer("status", 0, 0x7FFF)) {
        spec.status = static_cast<std::uint16_t>(*status);
    }
    spec.result = reader.integer("result", 0, kMaxInteger);
    if (value != nullptr && spec.field.empty() && !spec.offset) {
        reader.fail("value", "has no 'field' or 'offset'");
    }
    if (spec.field.empty() && !spec.offset && !spec.replace && !spec.length && !spec.status &&
        !spec.result) {
        reader.fail("answer", "nothing is overridden",
                    "give field and value, offset and value, replace, length, status or result");
    }
    reader.finish("the keys are: answer, nsid, id, port, when, field, offset, value, replace, "
                  "length, status, result");
    return spec;
}

FaultSpec read_fault(TomlReader& reader) {
    FaultSpec spec;
    const auto kind = reader.text("kind");
    if (!kind) {
        reader.fail("kind", "is missing");
    }
    const auto parsed = parse_fault_kind(*kind);
    if (!parsed) {
        std::vector<std::string_view> names;
        for (const FaultKind known : fault_kinds()) {
            names.push_back(to_string(known));
        }
        reader.fail("kind", fmt::format("'{}' is no fault", *kind),
                    fmt::format("the faults are: {}", fmt::join(names, ", ")));
    }
    spec.kind = *parsed;
    spec.answer = read_answer(reader, AnswerKind::identify_controller);
    read_target(reader, spec);
    spec.when = read_when(reader, Occurrence{});
    spec.value = reader.integer("value", 0, kMaxInteger);
    spec.text = reader.text("text").value_or("SSH-2.0-haoh\r\n");
    reader.finish("the keys are: kind, answer, nsid, port, when, value, text");
    return spec;
}

void check_listen(const TomlReader& reader, std::string_view key, std::string_view text) {
    const std::size_t colon = text.rfind(':');
    const bool brackets = text.starts_with('[');
    const std::size_t close = text.find(']');
    bool ok = colon != std::string_view::npos && colon != 0;
    ok = ok && (!brackets || (close != std::string_view::npos && close + 1 == colon));
    ok = ok && (brackets || text.find(':') == colon);
    if (ok) {
        const std::string_view port = text.substr(colon + 1);
        std::uint16_t value = 0;
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), value);
        ok = error == std::errc{} && end == port.data() + port.size();
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
    reader.table("ana", [&](TomlReader& inner) {
        read_ana_groups(inner, spec.ana);
        inner.finish("the keys are numbers of groups");
    });
    reader.finish("the keys are: listen, advertise, portid, treq, ana");
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
    spec.latency = reader.duration("latency").value_or(spec.latency);
    spec.header_digest = reader.boolean("header_digest").value_or(spec.header_digest);
    spec.data_digest = reader.boolean("data_digest").value_or(spec.data_digest);
    spec.c2h_success = reader.boolean("c2h_success").value_or(spec.c2h_success);
    spec.cpda = static_cast<std::uint8_t>(reader.integer("cpda", 0, 31).value_or(spec.cpda));
    constexpr std::uint64_t kMaxData = 4U << 20U;
    const auto bounded = [&](std::string_view key, std::uint64_t min, std::uint32_t fallback) {
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
    reader.finish("the keys are: at, action");
    return entry;
}

std::string read_choice(TomlReader& reader, std::string_view key, std::string_view fallback,
                        std::span<const std::string_view> choices) {
    const auto text = reader.text(key);
    if (!text) {
        return std::string(fallback);
    }
    if (std::find(choices.begin(), choices.end(), *text) == choices.end()) {
        reader.fail(key, fmt::format("'{}' is none of: {}", *text, fmt::join(choices, ", ")));
    }
    return *text;
}

void read_check(TomlReader& reader, CheckSpec& spec) {
    spec.nqn = reader.text("nqn");
    spec.targets = reader.texts("targets").value_or(std::vector<std::string>{});
    spec.config = reader.text("config").value_or("");
    spec.digests = reader.boolean("digests").value_or(false);
    if (const auto timeout = reader.duration("timeout")) {
        spec.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(*timeout);
    }
    reader.finish("the keys are: nqn, targets, config, digests, timeout");
}

/// "FAIL ns.uuid.equal 1" or "ns.uuid.equal".
ExpectedFinding parse_finding(const TomlReader& reader, std::string_view key, std::string_view text,
                              bool with_verdict) {
    std::vector<std::string> words;
    std::size_t start = 0;
    while (start < text.size()) {
        const std::size_t end = std::min(text.find(' ', start), text.size());
        if (end > start) {
            words.emplace_back(text.substr(start, end - start));
        }
        start = end + 1;
    }
    ExpectedFinding finding{.verdict = "note", .rule = {}, .nsid = {}};
    constexpr std::array kVerdicts{"FAIL", "WARN", "NOTE", "UNKNOWN"};
    if (!words.empty() &&
        std::find(kVerdicts.begin(), kVerdicts.end(), words.front()) != kVerdicts.end()) {
        finding.verdict = words.front();
        for (char& c : finding.verdict) {
            c = static_cast<char>(c - 'A' + 'a');
        }
        words.erase(words.begin());
    } else if (with_verdict) {
        reader.fail(key, fmt::format("'{}' has no verdict", text),
                    "write \"FAIL rule\", \"WARN rule\" or \"FAIL rule NSID\"");
    }
    if (words.empty() || words.size() > 2 || words.front().find('.') == std::string::npos) {
        reader.fail(key, fmt::format("'{}' names no rule", text));
    }
    finding.rule = words.front();
    if (words.size() == 2) {
        std::uint32_t nsid = 0;
        const auto [end, error] =
            std::from_chars(words[1].data(), words[1].data() + words[1].size(), nsid);
        if (error != std::errc{} || end != words[1].data() + words[1].size()) {
            reader.fail(key, fmt::format("'{}' is no NSID", words[1]));
        }
        finding.nsid = nsid;
    }
    return finding;
}

ExpectSpec read_expect(TomlReader& reader) {
    using namespace std::string_view_literals;
    ExpectSpec spec;
    spec.exit = static_cast<int>(reader.integer("exit", 0, 4).value_or(0));
    spec.verdict = read_choice(reader, "verdict", spec.verdict,
                               std::array{"pass"sv, "warn"sv, "fail"sv, "unknown"sv});
    spec.model = read_choice(reader, "model", spec.model,
                             std::array{"single"sv, "stretched"sv, "dispersed"sv, "unknown"sv});
    for (const std::string& text : reader.texts("findings").value_or(std::vector<std::string>{})) {
        spec.findings.push_back(parse_finding(reader, "findings", text, true));
    }
    for (const std::string& text : reader.texts("notes").value_or(std::vector<std::string>{})) {
        spec.notes.push_back(parse_finding(reader, "notes", text, false));
    }
    if (const auto unobserved = reader.integer("unobserved", 0, 1000)) {
        spec.unobserved = static_cast<std::size_t>(*unobserved);
    }
    reader.finish("the keys are: exit, verdict, model, findings, notes, unobserved");
    return spec;
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

void check_names(const TomlReader& reader, const Scenario& scenario) {
    std::set<std::string> names;
    for (const ArraySpec& array : scenario.arrays) {
        if (!names.insert(array.name).second) {
            reader.fail("array", fmt::format("two arrays are called '{}'", array.name));
        }
    }
    for (const std::string& target : scenario.check.targets) {
        if (!names.contains(target)) {
            reader.fail("check", fmt::format("targets: there is no array '{}'", target));
        }
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
    reader.finish("the tables are: subsystem, namespace, array, timeline, check, expect");
    check_names(reader, scenario);
    return scenario;
}

} // namespace

Scenario parse_scenario(std::string_view text, std::string_view origin) {
    if (text.size() > kMaxScenarioSize) {
        throw Error(Errc::too_large, "read the scenario", origin,
                    fmt::format("{} bytes (at most {})", text.size(), kMaxScenarioSize));
    }
    toml::table document;
    try {
        document = toml::parse(text, origin);
    } catch (const toml::parse_error& error) {
        throw Error(Errc::malformed, "read the scenario",
                    fmt::format("{}:{}", origin, error.source().begin.line), error.description());
    }
    TomlReader reader(document, std::string(origin), {});
    return read_scenario(reader);
}

Scenario load_scenario(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw Error(std::error_code(errno, std::generic_category()), "open the scenario",
                    path.string());
    }
    std::string text(kMaxScenarioSize + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) {
        throw Error(std::make_error_code(std::errc::io_error), "read the scenario", path.string());
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    return parse_scenario(text, path.string());
}

} // namespace haoh::arraysim
