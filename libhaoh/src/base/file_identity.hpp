// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Which file a name means, so that two names of one are seen to be that.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace haoh::base {

/// A file that is there; or the name that one will have, in a directory that is there.
struct FileIdentity {
    std::uint64_t device{};
    std::uint64_t inode{};
    std::string name{}; ///< in the directory `inode`; empty: `inode` is the file itself

    auto operator<=>(const FileIdentity&) const = default;
};

/// Symbolic links are followed. nullopt: it cannot be one (there is no such directory), or it is where
/// everything may go at once (/dev/null).
[[nodiscard]] std::optional<FileIdentity> identity_of(const std::string& path);
/// Of what is open.
[[nodiscard]] std::optional<FileIdentity> identity_of(int descriptor);

} // namespace haoh::base
