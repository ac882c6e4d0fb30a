// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Untrusted TOML, read key by key: what nobody asked for, what is of another type or out of its
/// range is refused with file, line and key.
#pragma once

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace haoh::base {

/// \param origin  the file's name, for messages
/// \throws Error (malformed)
[[nodiscard]] toml::table parse_toml(std::string_view text, std::string_view origin);

/// "an integer", "a string", ...: what a node is.
[[nodiscard]] std::string_view kind_of(const toml::node& node);

/// A table whose keys are read by name. The table must outlive the reader.
class TomlReader {
  public:
    /// \param origin  the file's name
    /// \param path    the table's own key: "array.port"; empty for the document
    TomlReader(const toml::table& table, std::string origin, std::string path = {})
        : table_(table), origin_(std::move(origin)), path_(std::move(path)) {}

    /// \name Values
    /// nullopt when the key is absent; all throw Error (malformed) for what is not as asked.
    ///@{
    template <std::integral Value = std::uint64_t>
    [[nodiscard]] std::optional<Value> integer(std::string_view key, std::int64_t least,
                                               std::int64_t most) {
        const toml::node* const found = node(key);
        return found == nullptr
                   ? std::nullopt
                   : std::optional{static_cast<Value>(integer_of(*found, key, least, most))};
    }
    [[nodiscard]] std::optional<bool> boolean(std::string_view key);
    [[nodiscard]] std::optional<double> number(std::string_view key, double least, double most);
    [[nodiscard]] std::optional<std::string> text(std::string_view key);
    [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view key);
    template <std::integral Value = std::uint64_t>
    [[nodiscard]] std::optional<std::vector<Value>>
    integers(std::string_view key, std::int64_t least, std::int64_t most) {
        const toml::array* const list = array(key, "an array of integers");
        if (list == nullptr) {
            return std::nullopt;
        }
        std::vector<Value> values;
        for (const toml::node& item : *list) {
            values.push_back(static_cast<Value>(integer_of(item, key, least, most)));
        }
        return values;
    }
    /// A text with a unit, "30ms", or a number of seconds. \param least,most  in seconds
    [[nodiscard]] std::optional<std::chrono::nanoseconds>
    duration(std::string_view key, double least = 0, double most = kDay);
    /// One of these names.
    template <typename Value, std::size_t N>
    [[nodiscard]] std::optional<Value>
    choice(std::string_view key, const std::array<std::pair<std::string_view, Value>, N>& names) {
        const auto written = text(key);
        if (!written) {
            return std::nullopt;
        }
        const auto found =
            std::ranges::find(names, *written, [](const auto& one) { return one.first; });
        if (found == names.end()) {
            std::array<std::string_view, N> known{};
            std::ranges::transform(names, known.begin(), [](const auto& one) { return one.first; });
            refuse_choice(key, *written, known);
        }
        return found->second;
    }
    ///@}

    /// \name What is within
    ///@{
    /// nullptr when it is absent. \param wanted,advice  for who wrote something else
    [[nodiscard]] const toml::array*
    array(std::string_view key, std::string_view wanted = "an array", std::string_view advice = {});
    /// Calls `use` with a reader for the table under the key, when there is one.
    void table(std::string_view key, const std::function<void(TomlReader&)>& use);
    /// Calls `use` for each table of an array of tables, in order.
    void tables(std::string_view key, const std::function<void(TomlReader&)>& use);
    ///@}

    [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
    /// The raw node, marked as used; nullptr when absent.
    [[nodiscard]] const toml::node* node(std::string_view key);
    /// Keys that nobody used so far, in the order of the table.
    [[nodiscard]] std::vector<std::string> unused() const;
    /// Refuses the first key that nobody used. \param advice  empty: names those that were asked for
    void finish(std::string_view advice = {}) const;

    /// \name Refusing
    /// \param key  of this table; empty: the table itself
    ///@{
    [[noreturn]] void fail(std::string_view key, std::string_view cause,
                           std::string_view advice = {}) const;
    [[noreturn]] void fail_at(const toml::source_region& where, std::string_view key,
                              std::string_view cause, std::string_view advice = {}) const;
    ///@}

    [[nodiscard]] const toml::source_region& where() const { return table_.source(); }
    [[nodiscard]] int line_of(std::string_view key) const;
    [[nodiscard]] const toml::table& raw() const { return table_; }
    [[nodiscard]] const std::string& origin() const { return origin_; }

    static constexpr double kDay = 86400; ///< in seconds
    /// What a time may look like, as advice.
    static constexpr std::string_view kTimeAdvice =
        "write \"250us\", \"30ms\", \"5s\" or a number of seconds";

  private:
    [[nodiscard]] std::string full_key(std::string_view key) const;
    [[nodiscard]] std::int64_t integer_of(const toml::node& node, std::string_view key,
                                          std::int64_t least, std::int64_t most) const;
    [[noreturn]] void refuse_kind(const toml::node& node, std::string_view key,
                                  std::string_view wanted, std::string_view advice = {}) const;
    [[noreturn]] void refuse_choice(std::string_view key, const std::string& written,
                                    std::span<const std::string_view> known) const;

    const toml::table& table_;
    std::string origin_;
    std::string path_;
    std::vector<std::string> used_; ///< in the order in which they were asked for first
};

} // namespace haoh::base
