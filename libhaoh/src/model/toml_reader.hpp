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
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace haoh::model {

/// \param origin  the file's name, for messages
/// \throws Error (malformed)
[[nodiscard]] toml::table parse_toml(std::string_view text, std::string_view origin);

/// A table whose keys are read by name. A key that is absent changes nothing. The table and the
/// names must outlive the reader.
class TomlReader {
  public:
    /// \param name  of the table, for messages: "workload"; empty for the document
    TomlReader(const toml::table& table, std::string_view origin, std::string_view name = {})
        : table_{table}, origin_{origin}, name_{name} {}

    /// \name Refusing
    /// \param key  empty: the table itself
    ///@{
    [[noreturn]] void refuse(const toml::source_region& where, std::string_view key,
                             const std::string& cause, std::string_view advice = {}) const;
    [[noreturn]] void refuse(std::string_view key, const std::string& cause,
                             std::string_view advice = {}) const;
    void only_keys(std::span<const std::string_view> known) const;
    ///@}

    [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
    [[nodiscard]] const toml::source_region& where() const { return table_.source(); }

    /// \name Elements, of an array under `key`
    ///@{
    [[nodiscard]] std::string string(const toml::node& node, std::string_view key) const;
    [[nodiscard]] std::int64_t integer(const toml::node& node, std::string_view key,
                                       std::int64_t least, std::int64_t most) const;
    [[nodiscard]] TomlReader table(const toml::node& node, std::string_view key) const;
    ///@}

    /// \name Values under a key
    ///@{
    void get(std::string_view key, std::string& out) const;
    void get(std::string_view key, std::vector<std::string>& out) const;
    void get(std::string_view key, double& out, double least, double most) const;
    /// "250us", or a number of seconds. \param least,most  in seconds
    void get(std::string_view key, std::chrono::nanoseconds& out, double least, double most) const;
    template <std::integral Value>
    void get(std::string_view key, Value& out, std::int64_t least, std::int64_t most) const {
        if (const toml::node* node = table_.get(key)) {
            out = static_cast<Value>(integer(*node, key, least, most));
        }
    }
    /// One of these names. \param out  a Value, or something that takes one
    template <typename Out, typename Value, std::size_t N>
    void get(std::string_view key, Out& out,
             const std::array<std::pair<std::string_view, Value>, N>& names) const {
        if (!has(key)) {
            return;
        }
        std::string text;
        get(key, text);
        const auto found =
            std::ranges::find(names, text, [](const auto& one) { return one.first; });
        if (found == names.end()) {
            std::array<std::string_view, N> known{};
            std::ranges::transform(names, known.begin(), [](const auto& one) { return one.first; });
            refuse_value(key, text, known);
        }
        out = found->second;
    }
    /// nullptr when it is absent. \param wanted,advice  for who wrote something else
    [[nodiscard]] const toml::array* array(std::string_view key,
                                           std::string_view wanted = "an array",
                                           std::string_view advice = {}) const;
    ///@}

    /// Calls `use` with a reader of the table.
    template <typename Use>
    void table(std::string_view key, Use&& use) const {
        if (const toml::node* node = table_.get(key)) {
            use(table(*node, key));
        }
    }
    /// Calls `use` with a reader of each table of an array, in its order.
    template <typename Use>
    void tables(std::string_view key, Use&& use) const {
        const std::string advice = "write [[" + std::string{key} + "]]";
        if (const toml::array* list = array(key, "an array of tables", advice)) {
            for (const toml::node& element : *list) {
                use(table(element, key));
            }
        }
    }

    /// What a time may look like, as advice.
    static constexpr std::string_view kTimeAdvice =
        "write \"250us\", \"30ms\", \"5s\" or a number of seconds";

  private:
    [[noreturn]] void refuse_kind(const toml::node& node, std::string_view key,
                                  std::string_view wanted, std::string_view advice = {}) const;
    [[noreturn]] void refuse_value(std::string_view key, const std::string& value,
                                   std::span<const std::string_view> known) const;

    const toml::table& table_;
    std::string_view origin_;
    std::string_view name_;
};

} // namespace haoh::model
