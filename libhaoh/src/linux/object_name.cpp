// SPDX-License-Identifier: LGPL-2.1-or-later
#include "linux/object_name.hpp"

#include <charconv>
#include <tuple>

namespace haoh::linux_kernel {

namespace {

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

/// A number as the kernel prints it: no sign, no leading zero.
bool take_instance(std::string_view& text, std::uint32_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const auto length = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || (text.front() == '0' && length > 1)) {
        return false;
    }
    text.remove_prefix(length);
    return true;
}

} // namespace

std::optional<ObjectName> parse_object_name(std::string_view text) {
    ObjectName name;
    if (take(text, "nvme-subsys")) {
        name.kind = ObjectName::Kind::subsystem;
        return take_instance(text, name.instance) && text.empty() ? std::optional(name)
                                                                  : std::nullopt;
    }
    if (!take(text, "nvme") || !take_instance(text, name.instance)) {
        return std::nullopt;
    }
    name.kind = ObjectName::Kind::controller;
    if (text.empty()) {
        return name;
    }
    name.kind = ObjectName::Kind::head;
    if (take(text, "c")) {
        name.kind = ObjectName::Kind::path;
        if (!take_instance(text, name.controller)) {
            return std::nullopt;
        }
    }
    return take(text, "n") && take_instance(text, name.head) && text.empty() ? std::optional(name)
                                                                             : std::nullopt;
}

bool natural_less(std::string_view a, std::string_view b) {
    const auto key = [](std::string_view text) {
        const std::optional<ObjectName> name = parse_object_name(text);
        return std::tuple(!name.has_value(), name.value_or(ObjectName{}), text);
    };
    return key(a) < key(b);
}

} // namespace haoh::linux_kernel
