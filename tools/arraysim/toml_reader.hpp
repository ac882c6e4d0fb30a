// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Reads a TOML table key by key, and refuses whatever nobody asked for. Every error names file,
/// line and key.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <vector>

namespace haoh::arraysim {

class TomlReader {
  public:
    /// \param path  the table's own key for messages: "array", empty for the document
    TomlReader(const toml::table& table, std::string origin, std::string path)
        : table_(table), origin_(std::move(origin)), path_(std::move(path)) {}

    /// \name Values
    /// nullopt when the key is absent.
    ///@{
    [[nodiscard]] std::optional<std::uint64_t> integer(std::string_view key, std::uint64_t min,
                                                       std::uint64_t max);
    [[nodiscard]] std::optional<bool> boolean(std::string_view key);
    [[nodiscard]] std::optional<std::string> text(std::string_view key);
    [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view key);
    [[nodiscard]] std::optional<std::vector<std::uint64_t>>
    integers(std::string_view key, std::uint64_t min, std::uint64_t max);
    /// A text with a unit, or a number of bytes.
    [[nodiscard]] std::optional<std::uint64_t> size(std::string_view key);
    /// A text with a unit, or a number of seconds.
    [[nodiscard]] std::optional<std::chrono::microseconds> duration(std::string_view key);
    ///@}

    /// Calls `use` with a reader for the table under the key, when there is one.
    void table(std::string_view key, const std::function<void(TomlReader&)>& use);
    /// Calls `use` for each table of an array of tables, in order.
    void tables(std::string_view key, const std::function<void(TomlReader&)>& use);

    /// The raw node, marked as used; nullptr when absent.
    [[nodiscard]] const toml::node* node(std::string_view key);
    /// Keys that nobody used so far, in the order of the table.
    [[nodiscard]] std::vector<std::string> unused() const;
    /// Refuses every key that nobody used. \param known  what to propose instead
    void finish(std::string_view known = {}) const;

    [[noreturn]] void fail(std::string_view key, std::string_view cause,
                           std::string_view advice = {}) const;
    [[noreturn]] void fail_at(const toml::source_region& where, std::string_view key,
                              std::string_view cause, std::string_view advice = {}) const;
    [[nodiscard]] int line_of(std::string_view key) const;
    [[nodiscard]] const toml::table& raw() const { return table_; }
    [[nodiscard]] const std::string& origin() const { return origin_; }
    [[nodiscard]] std::string full_key(std::string_view key) const;

  private:
    [[nodiscard]] std::uint64_t checked(std::string_view key, const toml::node& node,
                                        std::uint64_t min, std::uint64_t max) const;

    const toml::table& table_;
    std::string origin_;
    std::string path_;
    std::set<std::string, std::less<>> used_;
};

/// "integer", "string", ...: a node's type in words.
[[nodiscard]] std::string_view type_name(const toml::node& node);

} // namespace haoh::arraysim
