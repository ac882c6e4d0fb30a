// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/located_reader.hpp"

#include "base/json_text.hpp"
#include "base/safe_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace haoh::base {

namespace {

/// A key as a reference token of a JSON pointer (RFC 6901), safe to print.
std::string token(std::string_view key) {
    std::string escaped;
    for (const char letter : key) {
        if (letter == '~') {
            escaped += "~0";
        } else if (letter == '/') {
            escaped += "~1";
        } else {
            escaped += letter;
        }
    }
    const std::string safe = quote(escaped);
    return safe.substr(1, safe.size() - 2);
}

} // namespace

std::string Node::pointer() const {
    if (parent_ == nullptr) {
        return {};
    }
    const bool in_object = std::holds_alternative<LocatedValue::Object>(parent_->value_->data);
    return parent_->pointer() + "/" + (in_object ? token(key_) : std::to_string(index_));
}

void Node::fail(std::string_view cause, std::string_view advice, Errc code) const {
    const std::string where = pointer();
    throw Error(
        code, context_->operation,
        fmt::format("{}:{}{}{}", context_->origin, value_->line, where.empty() ? "" : ": ", where),
        cause, advice);
}

void Node::fail_kind(std::string_view wanted) const {
    fail(fmt::format("{} where {} belongs", value_->kind(), wanted));
}

bool Node::is_null() const {
    return std::holds_alternative<std::nullptr_t>(value_->data);
}

bool Node::is_string() const {
    return std::holds_alternative<std::string>(value_->data);
}

bool Node::boolean() const {
    if (const bool* value = std::get_if<bool>(&value_->data)) {
        return *value;
    }
    fail_kind("a boolean");
}

const std::string& Node::string() const {
    if (const auto* value = std::get_if<std::string>(&value_->data)) {
        return *value;
    }
    fail_kind("a string");
}

std::uint64_t Node::number(std::uint64_t max) const {
    if (const auto* value = std::get_if<std::uint64_t>(&value_->data)) {
        if (*value > max) {
            fail(fmt::format("{} is more than {}", *value, max));
        }
        return *value;
    }
    if (const auto* value = std::get_if<std::int64_t>(&value_->data)) {
        fail(fmt::format("{} where a number from 0 to {} belongs", *value, max));
    }
    fail_kind(fmt::format("a whole number from 0 to {}", max));
}

std::int64_t Node::integer(std::int64_t max) const {
    const auto* const negative = std::get_if<std::int64_t>(&value_->data);
    if (negative == nullptr) {
        return static_cast<std::int64_t>(number(static_cast<std::uint64_t>(max)));
    }
    if (*negative < -max) {
        fail(fmt::format("{} is less than {}", *negative, -max));
    }
    return *negative;
}

const LocatedValue::Array& Node::list() const {
    if (const auto* value = std::get_if<LocatedValue::Array>(&value_->data)) {
        return *value;
    }
    fail_kind("a list");
}

const LocatedValue::Object& Node::object() const {
    if (const auto* value = std::get_if<LocatedValue::Object>(&value_->data)) {
        return *value;
    }
    fail_kind("an object");
}

std::string text(const Node& node) {
    return unescape_bytes(node.string());
}

std::vector<std::string> texts(const Node& node) {
    std::vector<std::string> out;
    node.for_each_item([&out](const Node& item) { out.push_back(text(item)); });
    return out;
}

std::string message(const Node& node) {
    return safe_text(text(node));
}

std::vector<std::string> messages(const Node& node) {
    std::vector<std::string> out;
    node.for_each_item([&out](const Node& item) { out.push_back(message(item)); });
    return out;
}

ObjectReader::ObjectReader(const Node& node) : node_(node), members_(node.object()) {}

const LocatedMember* ObjectReader::find(std::string_view key) const {
    const auto found = std::ranges::find(members_, key, &LocatedMember::key);
    return found == members_.end() ? nullptr : &*found;
}

bool ObjectReader::has(std::string_view key) const {
    return find(key) != nullptr;
}

Node ObjectReader::required(std::string_view key) {
    const LocatedMember* const found = find(key);
    if (found == nullptr) {
        node_.fail(fmt::format("the key \"{}\" is missing", key));
    }
    taken_.push_back(found);
    return {node_, found->key, found->value};
}

void ObjectReader::ignore(std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) {
        taken_.push_back(find(key));
    }
}

void ObjectReader::finish() const {
    for (const LocatedMember& member : members_) {
        if (std::ranges::find(taken_, &member) == taken_.end()) {
            Node(node_, member.key, member.value)
                .fail(fmt::format("unknown key {}", quote(member.key)));
        }
    }
}

} // namespace haoh::base
