// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/located_json.hpp"

#include "base/safe_text.hpp"
#include "base/utf8.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace haoh::base {

namespace {

/// Where the parser is. It has always read one character more than a number has.
struct Position {
    std::uint32_t line{1};
    std::size_t column{};
    bool after_newline{};

    void read(char character) {
        if (after_newline) {
            ++line;
            column = 0;
        }
        ++column;
        after_newline = character == '\n';
    }
};

/// Input of the parser that keeps count. Copies share the position; only one of them moves.
class CountingIterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* at, Position* position) : at_(at), position_(position) {}

    reference operator*() const { return *at_; }
    CountingIterator& operator++() {
        position_->read(*at_);
        ++at_;
        return *this;
    }
    bool operator==(const CountingIterator& other) const { return at_ == other.at_; }

  private:
    const char* at_;
    Position* position_;
};

/// Builds the value from the parser's events.
class Builder : public nlohmann::json_sax<nlohmann::json> {
  public:
    Builder(std::string_view operation, std::string_view origin, const JsonLimits& limits,
            std::uint32_t first_line)
        : operation_(operation), origin_(origin), limits_(limits), position_{.line = first_line} {}

    [[nodiscard]] Position* position() { return &position_; }
    [[nodiscard]] LocatedValue take() && { return std::move(root_); }

    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override { return add(std::int64_t{value}); }
    bool number_unsigned(number_unsigned_t value) override { return add(std::uint64_t{value}); }
    bool number_float(number_float_t value, const string_t& /*text*/) override {
        return add(value);
    }
    bool string(string_t& value) override { return add(std::move(value)); }
    bool binary(binary_t& /*value*/) override { return false; } // JSON text has none

    bool start_object(std::size_t /*elements*/) override { return open(LocatedValue::Object{}); }
    bool start_array(std::size_t /*elements*/) override { return open(LocatedValue::Array{}); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& key) override {
        auto& members = std::get<LocatedValue::Object>(open_.back()->data);
        if (members.size() == limits_.members) {
            fail(Errc::too_large, fmt::format("an object with more than {} keys", limits_.members));
        }
        if (is_again(key, members)) {
            fail(Errc::malformed, fmt::format("the key {} is there twice", quote(key)));
        }
        members.push_back({.key = std::move(key), .value = {}});
        return true;
    }

    bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                     const nlohmann::detail::exception& error) override {
        // "[json.exception.parse_error.101] parse error at line 3, column 5: what"
        // or, of a number that no double can have, "[json.exception.out_of_range.406] what"
        std::string_view text = error.what();
        for (const std::string_view mark : {"] ", ": "}) {
            const std::size_t found = text.find(mark);
            if (found != std::string_view::npos) {
                text.remove_prefix(found + mark.size());
            }
        }
        fail(Errc::malformed, base::safe_text(base::utf8_prefix(text, 300)));
    }

  private:
    template <typename Value>
    bool add(Value&& value) {
        place(std::forward<Value>(value));
        return true;
    }

    /// Looks through a few keys; of many, it keeps a set.
    bool is_again(const std::string& key, const LocatedValue::Object& members) {
        constexpr std::size_t kFewKeys = 32;
        if (members.size() < kFewKeys) {
            return std::any_of(members.begin(), members.end(),
                               [&key](const LocatedMember& member) { return member.key == key; });
        }
        std::set<std::string>& keys = keys_[open_.size()];
        if (members.size() == kFewKeys) {
            keys.clear();
            for (const LocatedMember& member : members) {
                keys.insert(member.key);
            }
        }
        return !keys.insert(key).second;
    }

    template <typename Container>
    bool open(Container container) {
        if (open_.size() == limits_.depth) {
            fail(Errc::too_large, fmt::format("nested deeper than {} levels", limits_.depth));
        }
        open_.push_back(&place(std::move(container)));
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    /// Pointers in `open_` stay valid: only the innermost container grows.
    template <typename Value>
    LocatedValue& place(Value&& value) {
        if (++values_ > limits_.values) {
            fail(Errc::too_large, fmt::format("more than {} values", limits_.values));
        }
        LocatedValue* slot = &root_;
        if (!open_.empty()) {
            if (auto* array = std::get_if<LocatedValue::Array>(&open_.back()->data)) {
                slot = &array->emplace_back();
            } else {
                slot = &std::get<LocatedValue::Object>(open_.back()->data).back().value;
            }
        }
        slot->data = std::forward<Value>(value);
        slot->line = position_.line;
        return *slot;
    }

    [[noreturn]] void fail(Errc code, const std::string& cause) const {
        throw Error(code, operation_,
                    fmt::format("{}:{}:{}", origin_, position_.line, position_.column), cause);
    }

    std::string operation_;
    std::string origin_;
    JsonLimits limits_;
    Position position_;
    LocatedValue root_;
    std::vector<LocatedValue*> open_;
    std::map<std::size_t, std::set<std::string>> keys_; ///< of large objects, by their depth
    std::size_t values_{};
};

} // namespace

std::string_view LocatedValue::kind() const {
    constexpr std::array<std::string_view, 8> kNames{
        "null", "a boolean", "a number", "a number", "a number", "a string", "a list", "an object"};
    return kNames[data.index()];
}

std::string quote(std::string_view text) {
    constexpr std::size_t kShown = 60;
    return fmt::format("\"{}{}\"", base::safe_text(base::utf8_prefix(text, kShown)),
                       text.size() > kShown ? "..." : "");
}

LocatedValue parse_located(std::string_view text, std::string_view operation,
                           std::string_view origin, const JsonLimits& limits,
                           std::uint32_t first_line) {
    if (text.size() > limits.bytes) {
        throw Error(Errc::too_large, operation, origin,
                    fmt::format("{} MiB of text, the limit is {} MiB", text.size() >> 20U,
                                limits.bytes >> 20U));
    }
    Builder builder(operation, origin, limits, first_line);
    const CountingIterator begin(text.data(), builder.position());
    const CountingIterator end(text.data() + text.size(), builder.position());
    nlohmann::json::sax_parse(begin, end, &builder);
    return std::move(builder).take();
}

} // namespace haoh::base
