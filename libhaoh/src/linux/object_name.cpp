// SPDX-License-Identifier: LGPL-2.1-or-later
#include "linux/object_name.hpp"

#include "base/text_scan.hpp"

#include <tuple>

namespace haoh::linux_kernel {

namespace {

/// A number as the kernel prints it: no sign, no leading zero.
bool take_instance(std::string_view& text, std::uint32_t& value) {
    std::string_view rest = text;
    if (!base::take_number(rest, value) || (text.front() == '0' && text.size() - rest.size() > 1)) {
        return false;
    }
    text = rest;
    return true;
}

} // namespace

std::optional<ObjectName> parse_object_name(std::string_view text) {
    ObjectName name;
    if (base::take_prefix(text, "nvme-subsys")) {
        name.kind = ObjectName::Kind::subsystem;
        return take_instance(text, name.instance) && text.empty() ? std::optional(name)
                                                                  : std::nullopt;
    }
    if (!base::take_prefix(text, "nvme") || !take_instance(text, name.instance)) {
        return std::nullopt;
    }
    name.kind = ObjectName::Kind::controller;
    if (text.empty()) {
        return name;
    }
    name.kind = ObjectName::Kind::head;
    if (base::take_prefix(text, "c")) {
        name.kind = ObjectName::Kind::path;
        if (!take_instance(text, name.controller)) {
            return std::nullopt;
        }
    }
    return base::take_prefix(text, "n") && take_instance(text, name.head) && text.empty()
               ? std::optional(name)
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
