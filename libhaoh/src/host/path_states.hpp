// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The states of controllers and paths, read again and again: no attribute tells of its change by
/// itself.
#pragma once

#include "base/file_descriptor.hpp"
#include "host/sysfs_directory.hpp"

#include <haoh/event.hpp>
#include <haoh/kernel.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::host {

struct StateChange {
    enum class Kind : std::uint8_t {
        changed,    ///< `to` is the new state
        gone,       ///< the object, or its attribute: the tree is worth reading anew
        unreadable, ///< `to` is why: "Permission denied". Told once, until it can be read again.
    };
    Kind kind{};
    std::string controller; ///< "nvme1"; a path's is the one that it leads through
    std::string path;       ///< "nvme0c1n1"; empty where the controller's own state changed
    std::string from;
    std::string to;
    Moment observed; ///< behind the reading

    bool operator==(const StateChange&) const = default;
};

/// How many descriptors may be kept open where the process may have `soft_limit` (RLIMIT_NOFILE):
/// half of them, without some for everything else.
[[nodiscard]] std::size_t descriptor_budget(std::uint64_t soft_limit);

/// The `state` of each controller of an observation, and the `ana_state` of each path that has one.
/// Not longer than its root.
class PathStates {
  public:
    /// What is read first is compared with the observation.
    /// \param most_open  descriptors, of controllers first; what is beyond is opened at each sweep. None:
    /// as many as RLIMIT_NOFILE allows on this machine, and none in a recorded tree, where a file
    /// may be replaced.
    PathStates(const SysfsRoot& root, const KernelObservation& kernel,
               std::optional<std::size_t> most_open = std::nullopt);

    /// Reads all states. What is gone is told once and not read any more.
    [[nodiscard]] std::vector<StateChange> sweep();
    /// Those of a controller and the paths through it; none of one that is not known.
    [[nodiscard]] std::vector<StateChange> sweep(std::string_view controller);

    /// Objects that are not gone.
    [[nodiscard]] std::size_t size() const;
    /// Of these, with an open descriptor.
    [[nodiscard]] std::size_t open() const;

  private:
    struct Watched {
        std::string path; ///< empty: the controller itself
        std::string file; ///< below the root
        std::string text; ///< the last one
        base::FileDescriptor descriptor;
        bool gone{};
        bool unreadable{};
    };
    using Controllers = std::map<std::string, std::vector<Watched>, std::less<>>;

    void add(const std::string& directory, const KernelController& controller);
    void add(const std::string& directory, const KernelPath& path);
    void keep_open(std::size_t most_open);
    void read(std::string_view controller, Watched& watched, std::vector<StateChange>& changes);

    const SysfsRoot& root_;
    Controllers controllers_; ///< each first, then its paths
};

} // namespace haoh::host
