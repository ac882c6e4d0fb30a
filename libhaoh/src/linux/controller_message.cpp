// SPDX-License-Identifier: LGPL-2.1-or-later
#include "linux/controller_message.hpp"

#include "base/text_scan.hpp"
#include "linux/object_name.hpp"

namespace haoh::linux_kernel {

namespace {

/// The text up to the next double quote, which is taken, too.
std::string take_quoted(std::string_view& text) {
    const std::size_t end = text.find('"');
    if (end == std::string_view::npos) {
        return {};
    }
    std::string out(text.substr(0, end));
    text.remove_prefix(end + 1);
    return out;
}

} // namespace

std::optional<ControllerMessage> parse_controller_message(std::string_view text) {
    if (!base::take_prefix(text, "nvme ")) {
        return std::nullopt;
    }
    const std::size_t end = text.find(": ");
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    ControllerMessage out;
    out.controller = text.substr(0, end);
    const auto name = parse_object_name(out.controller);
    if (!name || name->kind != ObjectName::Kind::controller) {
        return std::nullopt;
    }
    text.remove_prefix(end + 2);
    out.text = text;
    if (text.starts_with("Removing controller")) {
        out.kind = ControllerMessage::Kind::given_up;
        return out;
    }
    if (base::take_prefix(text, "Removing ctrl: NQN \"")) {
        out.kind = ControllerMessage::Kind::removed;
        out.subsysnqn = take_quoted(text);
        return out;
    }
    if (base::take_prefix(text, "new ctrl: NQN \"")) {
        out.kind = ControllerMessage::Kind::connected;
        out.subsysnqn = take_quoted(text);
        if (base::take_prefix(text, ", addr ")) {
            out.address = text.substr(0, text.find(','));
        }
        return out;
    }
    return std::nullopt;
}

} // namespace haoh::linux_kernel
