// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// haoh.toml: which array a controller is on, and how to judge.
#pragma once

#include <haoh/visibility.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// A `[[site]]` table: how to recognise the controllers of one array. A controller belongs to the
/// first site of which one criterion holds.
///
///     [[site]]
///     name = "east"
///     addresses = ["10.1.0.0/16", "fd00:1::/64", "192.0.2.7", "192.0.2.8:4421"]
///     cntlids = [1, 1023]       # first and last
///     portids = [1, 2]
///     domainid = 1
struct Site {
    std::string name;
    std::vector<std::string>
        addresses; ///< CIDR ("10.1.0.0/16", "fd00:1::/64"), a single address, or ADDR:PORT
    std::optional<std::pair<std::uint16_t, std::uint16_t>> cntlids; ///< inclusive range
    std::vector<std::uint16_t> portids;                             ///< of the discovery log
    std::optional<std::uint16_t> domainid;
    std::string where{}; ///< "haoh.toml:5", for messages; empty: it is not from a file

    bool operator==(const Site&) const = default;
};

enum class Profile : std::uint8_t { automatic, single, stretched, dispersed };
enum class Window : std::uint8_t { none, migration, upgrade, resize };
enum class FailOn : std::uint8_t { fail, warn };
/// How the arrays are meant to share the work. Rules about ownership are judged only when it is
/// declared.
enum class Policy : std::uint8_t {
    active_passive, ///< each namespace is optimized on exactly one array
    active_active,  ///< each namespace is usable on every array
};

/// As haoh.toml and the options have them: "auto", "migration", "warn", "active-passive".
[[nodiscard]] std::string_view word_of(Profile value);
[[nodiscard]] std::string_view word_of(Window value);
[[nodiscard]] std::string_view word_of(FailOn value);
[[nodiscard]] std::string_view word_of(Policy value);

/// All of haoh.toml.
///
///     [check]
///     profile = "auto"          # single, stretched, dispersed
///     window = "migration"      # upgrade, resize; absent = none
///     fail_on = "fail"          # warn
///     policy = "active-passive" # active-active; absent = not declared
struct Config {
    std::vector<Site> sites;
    Profile profile{Profile::automatic};
    Window window{Window::none};
    FailOn fail_on{FailOn::fail};
    std::optional<Policy> policy;

    bool operator==(const Config&) const = default;
};

/// Reads TOML. \param origin the file's name for messages
/// \throws Error (malformed) that names file, line and key: unknown keys, wrong types, addresses
/// that are none, overlapping sites
[[nodiscard]] Config parse_config(std::string_view text, std::string_view origin);

} // namespace haoh
