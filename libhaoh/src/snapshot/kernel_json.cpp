// SPDX-License-Identifier: LGPL-2.1-or-later
#include "snapshot/kernel_json.hpp"

#include "base/json_text.hpp"

#include <haoh/path_use.hpp>

#include <algorithm>
#include <limits>

namespace haoh::snapshot {

namespace {

using Json = nlohmann::ordered_json;

// Writing.

Json texts_json(const std::vector<std::string>& raw) {
    Json list = Json::array();
    for (const std::string& item : raw) {
        list.push_back(base::escape_bytes(item));
    }
    return list;
}

Json attribute_json(const Attribute& attribute) {
    if (attribute.state == Attribute::State::unreadable) {
        Json out{{"error", base::escape_bytes(attribute.text)}};
        if (attribute.nul_padded) {
            out["nul_padded"] = true;
        }
        return out;
    }
    if (attribute.nul_padded) {
        return {{"text", base::escape_bytes(attribute.text)}, {"nul_padded", true}};
    }
    return base::escape_bytes(attribute.text);
}

template <typename Object>
void add_attributes(Json& out, const Object& object, std::span<const AttributeRow<Object>> rows) {
    for (const AttributeRow<Object>& row : rows) {
        const Attribute& attribute = object.*row.member;
        if (attribute.state != Attribute::State::absent) {
            out[std::string(row.key)] = attribute_json(attribute);
        }
    }
}

Json controller_json(const KernelController& controller) {
    Json out{{"name", base::escape_bytes(controller.name)}};
    add_attributes(out, controller, controller_attributes());
    return out;
}

Json path_json(const KernelPath& path, const PathUse& use) {
    Json out{{"name", base::escape_bytes(path.name)},
             {"controller", base::escape_bytes(path.controller)}};
    add_attributes(out, path, path_attributes());
    out["usable"] = use.usable();
    if (!use.usable()) {
        out["why"] = base::escape_bytes(to_string(use));
    }
    return out;
}

Json namespace_json(const KernelSubsystem& subsystem, const KernelNamespace& head) {
    Json out{{"name", base::escape_bytes(head.name)}};
    add_attributes(out, head, namespace_attributes());
    out["is_head"] = head.multipath;
    Json& paths = out["paths"] = Json::array();
    for (const KernelPath& path : head.paths) {
        paths.push_back(path_json(path, use_of(subsystem, head, path)));
    }
    out["links"] = texts_json(head.links);
    if (!head.holders.empty()) {
        Json& holders = out["holders"] = Json::array();
        for (const KernelHolder& holder : head.holders) {
            Json one{{"name", base::escape_bytes(holder.name)}};
            add_attributes(one, holder, holder_attributes());
            holders.push_back(std::move(one));
        }
    }
    return out;
}

Json controllers_json(const std::vector<KernelController>& controllers) {
    Json out = Json::array();
    for (const KernelController& controller : controllers) {
        out.push_back(controller_json(controller));
    }
    return out;
}

Json subsystem_json(const KernelSubsystem& subsystem) {
    Json out{{"name", base::escape_bytes(subsystem.name)}};
    add_attributes(out, subsystem, subsystem_attributes());
    out["controllers"] = controllers_json(subsystem.controllers);
    Json& namespaces = out["namespaces"] = Json::array();
    for (const KernelNamespace& head : subsystem.namespaces) {
        namespaces.push_back(namespace_json(subsystem, head));
    }
    Json& headless = out["headless"] = Json::array();
    for (const KernelPath& path : subsystem.headless) {
        headless.push_back(
            path_json(path, {.kind = PathUse::Kind::no_head, .detail = {}, .other_size = false}));
    }
    return out;
}

// Reading.

template <typename Value, typename Read>
std::vector<Value> list(const base::Node& node, Read read) {
    std::vector<Value> out;
    out.reserve(node.list().size());
    node.for_each_item([&](const base::Node& item) { out.push_back(read(item)); });
    return out;
}

Attribute read_attribute(const base::Node& node) {
    if (node.is_string()) {
        return Attribute::of(text(node));
    }
    base::ObjectReader reader(node);
    Attribute out;
    if (reader.has("error")) {
        out.state = Attribute::State::unreadable;
        out.text = message(reader.required("error"));
    } else {
        out = Attribute::of(text(reader.required("text")));
    }
    out.nul_padded = reader.has("nul_padded") && reader.required("nul_padded").boolean();
    reader.finish();
    return out;
}

template <typename Object>
void read_attributes(base::ObjectReader& reader, Object& object,
                     std::span<const AttributeRow<Object>> rows) {
    for (const AttributeRow<Object>& row : rows) {
        if (reader.has(row.key)) {
            object.*row.member = read_attribute(reader.required(row.key));
        }
    }
}

KernelController read_kernel_controller(const base::Node& node) {
    base::ObjectReader reader(node);
    KernelController out;
    out.name = text(reader.required("name"));
    read_attributes(reader, out, controller_attributes());
    reader.finish();
    return out;
}

KernelPath read_path(const base::Node& node) {
    base::ObjectReader reader(node);
    KernelPath out;
    out.name = text(reader.required("name"));
    out.controller = text(reader.required("controller"));
    read_attributes(reader, out, path_attributes());
    reader.ignore({"usable", "why"});
    reader.finish();
    return out;
}

KernelHolder read_holder(const base::Node& node) {
    base::ObjectReader reader(node);
    KernelHolder out;
    out.name = text(reader.required("name"));
    read_attributes(reader, out, holder_attributes());
    reader.finish();
    return out;
}

KernelNamespace read_namespace(const base::Node& node) {
    base::ObjectReader reader(node);
    KernelNamespace out;
    out.name = text(reader.required("name"));
    read_attributes(reader, out, namespace_attributes());
    out.multipath = reader.required("is_head").boolean();
    out.paths = list<KernelPath>(reader.required("paths"), read_path);
    out.links = texts(reader.required("links"));
    if (reader.has("holders")) {
        out.holders = list<KernelHolder>(reader.required("holders"), read_holder);
    }
    reader.finish();
    return out;
}

KernelSubsystem read_subsystem(const base::Node& node) {
    base::ObjectReader reader(node);
    KernelSubsystem out;
    out.name = text(reader.required("name"));
    read_attributes(reader, out, subsystem_attributes());
    out.controllers =
        list<KernelController>(reader.required("controllers"), read_kernel_controller);
    out.namespaces = list<KernelNamespace>(reader.required("namespaces"), read_namespace);
    out.headless = list<KernelPath>(reader.required("headless"), read_path);
    reader.finish();
    return out;
}

KernelMessage read_message(const base::Node& node) {
    base::ObjectReader reader(node);
    KernelMessage out;
    // From 2^53 on it is digits in a string: 285 years of uptime, but any value survives.
    const base::Node time = reader.required("microseconds");
    if (time.is_string()) {
        const auto value = Attribute::of(time.string()).number();
        if (!value) {
            time.fail(base::quote(time.string()) + " is no number");
        }
        out.microseconds = *value;
    } else {
        out.microseconds = time.number(std::numeric_limits<std::uint64_t>::max());
    }
    out.text = text(reader.required("text"));
    reader.finish();
    return out;
}

} // namespace

Json kernel_json(const KernelObservation& kernel) {
    Json out{{"host", base::escape_bytes(kernel.host)},
             {"release", base::escape_bytes(kernel.release)}};
    if (kernel.node) {
        out["node"] = base::escape_bytes(*kernel.node);
    }
    add_attributes(out["parameters"] = Json::object(), kernel, module_parameters());
    Json& subsystems = out["subsystems"] = Json::array();
    for (const KernelSubsystem& subsystem : kernel.subsystems) {
        subsystems.push_back(subsystem_json(subsystem));
    }
    out["stray_controllers"] = controllers_json(kernel.stray_controllers);
    Json& messages = out["messages"] = Json::array();
    for (const KernelMessage& message : kernel.messages) {
        messages.push_back({{"microseconds", base::exact_number(message.microseconds)},
                            {"text", base::escape_bytes(message.text)}});
    }
    out["messages_error"] = base::escape_bytes(kernel.messages_error);
    out["udev_rules"] = texts_json(kernel.udev_rules);
    out["unread"] = texts_json(kernel.unread);
    out["changed"] = texts_json(kernel.changed);
    return out;
}

KernelObservation read_kernel_json(const base::Node& node) {
    base::ObjectReader reader(node);
    KernelObservation out;
    out.host = text(reader.required("host"));
    if (reader.has("node")) {
        out.node = text(reader.required("node"));
    }
    out.release = text(reader.required("release"));
    const base::Node parameters_node = reader.required("parameters");
    base::ObjectReader parameters(parameters_node);
    read_attributes(parameters, out, module_parameters());
    parameters.finish();
    out.subsystems = list<KernelSubsystem>(reader.required("subsystems"), read_subsystem);
    out.stray_controllers =
        list<KernelController>(reader.required("stray_controllers"), read_kernel_controller);
    out.messages = list<KernelMessage>(reader.required("messages"), read_message);
    out.messages_error = message(reader.required("messages_error"));
    out.udev_rules = texts(reader.required("udev_rules"));
    out.unread = messages(reader.required("unread"));
    if (reader.has("changed")) { // not in the first snapshots
        out.changed = texts(reader.required("changed"));
        std::sort(out.changed.begin(), out.changed.end());
    }
    reader.finish();
    return out;
}

} // namespace haoh::snapshot
