// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A host's kernel that follows legal changes: what sysfs says is changed one file after the other, while
/// somebody reads it one file after the other.
#pragma once

#include "support/sysfs_tree.hpp"

#include <haoh/check.hpp>
#include <haoh/source.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace haoh::test {

/// One subsystem, two controllers, a path from each to each of four namespaces.
class MovingHost {
  public:
    explicit MovingHost(std::string_view nqn = "nqn.2014-08.org.example:stretched");

    [[nodiscard]] Source source() const;
    /// In one step, as sysfs does it: whoever reads gets the one or the other.
    void set(const std::string& file, const std::string& text) const;
    void set_path(unsigned controller, unsigned head, const std::string& file,
                  const std::string& text) const;
    void take_away(const std::string& directory) const;
    void bring_back(const std::string& directory) const;

  private:
    [[nodiscard]] std::filesystem::path root() const { return tree_.root(); }
    [[nodiscard]] std::filesystem::path away(const std::string& directory) const;

    SysfsTree tree_{KernelLayout::v6_12};
};

using HostMove = std::function<void(const MovingHost&)>;

[[nodiscard]] HostMove path_state(unsigned controller, unsigned head, const std::string& state);
[[nodiscard]] HostMove path_size(unsigned controller, unsigned head, const std::string& sectors);

struct HostChange {
    std::string name;
    std::vector<std::vector<HostMove>> cycles; ///< each from the first to the last and again
};

/// The owner of namespace 1 moves, 2 grows, 3 comes and goes, the first controller reconnects; and all of
/// it at once.
[[nodiscard]] const std::vector<HostChange>& host_changes();

/// Makes its changes until it is destroyed. What belongs together follows at once, and then it rests.
class HostChurn {
  public:
    HostChurn(const MovingHost& host, const HostChange& change, std::uint32_t seed);
    ~HostChurn();
    HostChurn(const HostChurn&) = delete;
    HostChurn& operator=(const HostChurn&) = delete;

    [[nodiscard]] std::size_t moves() const { return moves_; }

  private:
    std::atomic<bool> ended_{};
    std::atomic<std::size_t> moves_{};
    std::thread thread_;
};

/// "FAIL host.path.size 14", ...: without what is a note or unknown.
[[nodiscard]] std::vector<std::string> fails_and_warns(const Report& report);

} // namespace haoh::test
