// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// KeyWriter: writes what a table of keys names as JSON on one line, ASCII only.
#pragma once

#include <haoh/event.hpp>
#include <haoh/path_ana_state.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::journal {

/// How much of a time of day is written.
enum class Fraction : std::uint8_t { microseconds, nanoseconds };

/// The members of one object. What is called for each key is the same as of KeyReader, so that one table
/// (`keys_of`) serves both: a key that is written and not read, or the other way, cannot be.
class KeyWriter {
  public:
    template <typename T>
    using Of = const T;

    explicit KeyWriter(std::string& out) : out_{out} {}

    /// {...}
    template <typename T>
    static void write(std::string& out, const T& value) {
        out += '{';
        KeyWriter keys{out};
        keys_of(keys, value);
        out += '}';
    }

    void schema(std::string_view name) { put_text("schema", name); }
    template <typename Value, typename Name, typename Parse>
    void named(std::string_view key, Value value, Name name, Parse /*parse*/) {
        put_text(key, name(value));
    }
    template <typename Value, typename Name, typename Parse>
    void named(std::string_view key, const std::optional<Value>& value, Name name,
               Parse /*parse*/) {
        if (value) {
            put_text(key, name(*value));
        }
    }
    void number(std::string_view key, std::uint64_t value);
    /// Left out when it is 0.
    void count(std::string_view key, std::uint64_t value);
    template <typename Number>
    void number(std::string_view key, const std::optional<Number>& value) {
        if (value) {
            number(key, std::uint64_t{*value});
        }
    }
    void duration(std::string_view key, std::chrono::nanoseconds value);
    void duration(std::string_view key, const std::optional<std::chrono::nanoseconds>& value) {
        if (value) {
            duration(key, *value);
        }
    }
    /// What follows from other keys.
    void derived(std::string_view key, std::optional<std::int64_t> value) {
        if (value) {
            put_signed(key, *value);
        }
    }
    void flag(std::string_view key, bool value); ///< left out when it is not set
    void truth(std::string_view key, bool value);
    /// A name as it came; left out when it is empty.
    void text(std::string_view key, std::string_view value);
    /// Words for people, likewise.
    void message(std::string_view key, std::string_view value) { text(key, value); }
    /// What has `text()` and `of(text)`.
    template <typename Value>
    void word(std::string_view key, const Value& value) {
        text(key, value.text());
    }
    void ana_state(std::string_view key, std::string_view unread, const PathAnaState& value);
    /// Two keys.
    void moment(std::string_view time, std::string_view monotonic, const Moment& value,
                Fraction fraction);
    void moment(std::string_view time, std::string_view monotonic,
                const std::optional<Moment>& value, Fraction fraction) {
        if (value) {
            moment(time, monotonic, *value, fraction);
        }
    }
    template <typename T>
    void object(std::string_view key, const T& value) {
        put_key(key);
        write(out_, value);
    }
    template <typename T>
    void object(std::string_view key, const std::optional<T>& value) {
        if (value) {
            object(key, *value);
        }
    }
    template <typename T>
    void list(std::string_view key, const std::vector<T>& values) {
        put_key(key);
        out_ += '[';
        for (const T& value : values) {
            out_ += &value == values.data() ? "" : ",";
            write(out_, value);
        }
        out_ += ']';
    }
    template <std::size_t size>
    void numbers(std::string_view key, const std::array<std::uint64_t, size>& values) {
        put_key(key);
        out_ += '[';
        for (std::size_t index = 0; index < size; ++index) {
            out_ += index == 0 ? "" : ",";
            put_number(values.at(index));
        }
        out_ += ']';
    }
    /// How many there are of each.
    template <typename Value, typename Name, typename Parse>
    void counts(std::string_view key, const std::map<Value, std::uint64_t>& values, Name name,
                Parse /*parse*/) {
        put_key(key);
        out_ += '{';
        KeyWriter inner{out_};
        for (const auto& [value, count] : values) {
            inner.number(name(value), count);
        }
        out_ += '}';
    }

  private:
    void put_key(std::string_view key);
    void put_text(std::string_view key, std::string_view value);
    void put_number(std::uint64_t value);
    void put_signed(std::string_view key, std::int64_t value);

    std::string& out_;
    bool first_{true};
};

} // namespace haoh::journal
