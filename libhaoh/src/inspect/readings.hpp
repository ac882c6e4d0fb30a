// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Several readings of the same thing, and which findings all of them have.
#pragma once

#include <haoh/inspection.hpp>

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace haoh::inspection {

/// In how many readings one after the other a finding has to be.
struct ReadingLimits {
    /// When nothing changes: what comes and goes may tear several in the same way, by chance, and most
    /// of it leaves no count behind.
    std::size_t still{5};
    std::size_t moving{8}; ///< when something does
    std::size_t most{24};  ///< readings in all
    /// One after the other that see less than the one before: connections that were reset are back soon.
    std::size_t missed{2};
};

class Readings {
  public:
    explicit Readings(ReadingLimits limits = {}) : limits_{limits} {}

    /// \param quick  it took less than a single command may: nothing was waited for in vain, so that
    ///               what was lost on the way can be asked for again
    /// \return whether it was taken: one that sees less than the one before is none
    bool take(Inspection reading, bool quick = true);
    /// Whether another one would change nothing. \pre one was taken
    [[nodiscard]] bool settled() const;
    [[nodiscard]] std::size_t count() const { return count_; }
    /// With those that were not taken.
    [[nodiscard]] std::size_t tried() const { return tried_; }
    /// The last one. What it alone found, while others did not, is unknown.
    [[nodiscard]] Inspection result() &&;

  private:
    /// One that a finding is about; of several namespaces each by itself.
    struct Key {
        std::string rule;
        std::string host;
        std::string subsystem;
        std::optional<std::uint32_t> nsid;
        std::string object; ///< of the host, where it is about none of the above

        auto operator<=>(const Key&) const = default;
    };

    [[nodiscard]] static std::vector<Key> keys_of(const Finding& finding);
    /// The most readings in a row that one of its keys was in.
    [[nodiscard]] std::size_t times_seen(const Finding& finding) const;
    /// How many it takes.
    [[nodiscard]] std::size_t wanted(const Finding& finding) const;

    ReadingLimits limits_;
    std::optional<Inspection> last_;
    std::map<Key, std::size_t> seen_; ///< in how many readings in a row, up to the last
    std::size_t count_{};
    std::size_t tried_{};
    std::size_t missed_{}; ///< since one was taken
    std::size_t broken_{}; ///< in a row, up to the last, that lost a connection
    bool moved_{};         ///< between any two of them
};

/// How long to wait before the next reading: never the same twice, so that what changes at an even pace
/// is not met at the same point of it.
[[nodiscard]] std::chrono::milliseconds pause_before(std::size_t reading);

} // namespace haoh::inspection
