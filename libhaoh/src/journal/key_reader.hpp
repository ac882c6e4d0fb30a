// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// KeyReader: reads what KeyWriter wrote, and what anybody else did.
#pragma once

#include "base/located_reader.hpp"
#include "journal/key_writer.hpp"

#include <haoh/error.hpp>
#include <haoh/event.hpp>
#include <haoh/path_ana_state.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::journal {

/// The members of one object, see KeyWriter. Keys that nobody asks for are passed over: a later haoh may add
/// some. \throws Error with file, line and pointer
class KeyReader {
  public:
    template <typename T>
    using Of = T;

    explicit KeyReader(const base::Node& node) : reader_{node} {}

    template <typename T>
    static void read(const base::Node& node, T& value) {
        KeyReader keys{node};
        keys_of(keys, value);
    }

    void schema(std::string_view name);
    template <typename Value, typename Name, typename Parse>
    void named(std::string_view key, Value& value, Name /*name*/, Parse parse) {
        value = parsed(reader_.required(key), parse);
    }
    template <typename Value, typename Name, typename Parse>
    void named(std::string_view key, std::optional<Value>& value, Name /*name*/, Parse parse) {
        if (reader_.has(key)) {
            value = parsed(reader_.required(key), parse);
        }
    }
    template <typename Number>
    void number(std::string_view key, Number& value) {
        value = static_cast<Number>(
            number_of(reader_.required(key), std::numeric_limits<Number>::max()));
    }
    template <typename Number>
    void number(std::string_view key, std::optional<Number>& value) {
        if (reader_.has(key)) {
            number(key, value.emplace());
        }
    }
    void count(std::string_view key, std::uint64_t& value) {
        if (reader_.has(key)) {
            number(key, value);
        }
    }
    void duration(std::string_view key, std::chrono::nanoseconds& value);
    void duration(std::string_view key, std::optional<std::chrono::nanoseconds>& value) {
        if (reader_.has(key)) {
            duration(key, value.emplace());
        }
    }
    void derived(std::string_view /*key*/, std::optional<std::int64_t> /*value*/) {}
    void flag(std::string_view key, bool& value) {
        value = reader_.has(key) && reader_.required(key).boolean();
    }
    void truth(std::string_view key, bool& value) { value = reader_.required(key).boolean(); }
    void text(std::string_view key, std::string& value);
    void message(std::string_view key, std::string& value);
    template <typename Value>
    void word(std::string_view key, Value& value) {
        std::string words;
        text(key, words);
        value = Value::of(words);
    }
    void ana_state(std::string_view key, std::string_view unread, PathAnaState& value);
    void moment(std::string_view time, std::string_view monotonic, Moment& value,
                Fraction fraction);
    void moment(std::string_view time, std::string_view monotonic, std::optional<Moment>& value,
                Fraction fraction);
    template <typename T>
    void object(std::string_view key, T& value) {
        read(reader_.required(key), value);
    }
    template <typename T>
    void object(std::string_view key, std::optional<T>& value) {
        if (reader_.has(key)) {
            object(key, value.emplace());
        }
    }
    template <typename T>
    void list(std::string_view key, std::vector<T>& values) {
        // Not reserved: a short text may announce much.
        reader_.required(key).for_each_item(
            [&values](const base::Node& item) { read(item, values.emplace_back()); });
    }
    template <std::size_t size>
    void numbers(std::string_view key, std::array<std::uint64_t, size>& values) {
        const base::Node node = reader_.required(key);
        require_size(node, size);
        std::size_t index = 0;
        node.for_each_item([&](const base::Node& item) {
            values.at(index++) = number_of(item, std::numeric_limits<std::uint64_t>::max());
        });
    }
    template <typename Value, typename Name, typename Parse>
    void counts(std::string_view key, std::map<Value, std::uint64_t>& values, Name /*name*/,
                Parse parse) {
        reader_.required(key).for_each_member([&](std::string_view name, const base::Node& member) {
            const auto value = parse(name);
            if (!value) {
                refuse_word(member, name);
            }
            values[*value] = number_of(member, std::numeric_limits<std::uint64_t>::max());
        });
    }

  private:
    template <typename Parse>
    static auto parsed(const base::Node& node, Parse parse) {
        const auto value = parse(node.string());
        if (!value) {
            refuse_word(node, node.string());
        }
        return *value;
    }
    /// A number, or its digits as a string.
    static std::uint64_t number_of(const base::Node& node, std::uint64_t max);
    static std::int64_t nanoseconds_of(const base::Node& node);
    [[noreturn]] static void refuse_word(const base::Node& node, std::string_view word);
    static void require_size(const base::Node& node, std::size_t size);

    base::ObjectReader reader_;
};

/// That the document is of the schema `name`, such as "haoh.event/1". \throws Error that says what it is instead
void require_schema(const base::Node& schema, std::string_view name);

} // namespace haoh::journal
