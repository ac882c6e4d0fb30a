// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Typed access to a LocatedValue where each failure names file, line and JSON pointer.
#pragma once

#include "base/located_json.hpp"

#include <haoh/error.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::base {

/// What is being read, for messages. Outlives every Node.
struct ReadContext {
    std::string operation; ///< "read snapshot"
    std::string origin;    ///< the file's name
};

/// One place of the document: a value and the way to it. A view: the document, the context and the
/// node it was taken from must live longer.
class Node {
  public:
    Node(const ReadContext& context, const LocatedValue& root)
        : context_(&context), value_(&root) {}
    Node(const Node& parent, std::string_view key, const LocatedValue& value)
        : context_(parent.context_), value_(&value), parent_(&parent), key_(key) {}
    Node(const Node& parent, std::size_t index, const LocatedValue& value)
        : context_(parent.context_), value_(&value), parent_(&parent), index_(index) {}

    [[noreturn]] void fail(std::string_view cause, std::string_view advice = {},
                           Errc code = Errc::malformed) const;

    [[nodiscard]] bool is_null() const;
    [[nodiscard]] bool is_string() const;
    [[nodiscard]] bool boolean() const;
    /// A string as it is in the document.
    [[nodiscard]] const std::string& string() const;
    /// An integer from 0 to `max`.
    [[nodiscard]] std::uint64_t number(std::uint64_t max) const;
    /// An integer of either sign, not beyond `max`.
    [[nodiscard]] std::int64_t integer(std::int64_t max) const;
    template <typename T>
    [[nodiscard]] T number() const {
        return static_cast<T>(number(static_cast<std::uint64_t>(T(~T{}))));
    }
    [[nodiscard]] const LocatedValue::Array& list() const;
    [[nodiscard]] const LocatedValue::Object& object() const;

    /// Calls `visit(Node)` for each item of a list.
    template <typename Visit>
    void for_each_item(Visit visit) const {
        std::size_t index = 0;
        for (const LocatedValue& item : list()) {
            visit(Node(*this, index, item));
            ++index;
        }
    }
    /// Calls `visit(key, Node)` for each member of an object.
    template <typename Visit>
    void for_each_member(Visit visit) const {
        for (const LocatedMember& member : object()) {
            visit(std::string_view(member.key), Node(*this, member.key, member.value));
        }
    }

  private:
    [[noreturn]] void fail_kind(std::string_view wanted) const;
    [[nodiscard]] std::string pointer() const;

    const ReadContext* context_;
    const LocatedValue* value_;
    const Node* parent_{};
    std::string_view key_; ///< in an object
    std::size_t index_{};  ///< in a list
};

/// A text from a device, which a document holds escaped.
[[nodiscard]] std::string text(const Node& node);
[[nodiscard]] std::vector<std::string> texts(const Node& node);
/// Words for people, which are safe to print whoever wrote them (safe_text.hpp).
[[nodiscard]] std::string message(const Node& node);
[[nodiscard]] std::vector<std::string> messages(const Node& node);

/// An object whose keys are known: each is asked for, and `finish` refuses what is left.
class ObjectReader {
  public:
    explicit ObjectReader(const Node& node);

    [[nodiscard]] Node required(std::string_view key);
    /// Whether the object has the key.
    [[nodiscard]] bool has(std::string_view key) const;
    /// Accepts keys that are there for people only.
    void ignore(std::initializer_list<std::string_view> keys);
    /// \throws Error naming the first key that nobody asked for
    void finish() const;

    [[nodiscard]] const Node& node() const { return node_; }

  private:
    [[nodiscard]] const LocatedMember* find(std::string_view key) const; ///< nullptr without it

    const Node& node_;
    const LocatedValue::Object& members_;
    std::vector<const LocatedMember*> taken_;
};

} // namespace haoh::base
