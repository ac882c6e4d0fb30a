// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The kernel's choice of a path, on what sysfs shows of it.
#pragma once

#include <haoh/path_choice.hpp>

#include <set>
#include <string>
#include <vector>

namespace haoh::policy {

/// Chooses for one device as nvme_find_path does. A view: what it is given must outlive it.
class Chooser {
  public:
    /// \param device  its paths and policy
    Chooser(const KernelSubsystem& subsystem, const KernelNamespace& head, const NumaTopology& numa,
            const PathChoice& device)
        : subsystem_{subsystem}, head_{head}, numa_{numa}, device_{device} {}

    /// \param lost  indexes of paths whose controllers no longer answer
    [[nodiscard]] NodeChoice choose(unsigned node, const std::set<std::size_t>& lost) const;

  private:
    /// The paths among which the policy chooses: the optimized ones, else the non-optimized.
    struct Field {
        std::vector<std::size_t> members;
        bool optimized{};
    };

    [[nodiscard]] unsigned distance(unsigned node, std::size_t path) const;
    [[nodiscard]] Field field(const std::set<std::size_t>& lost) const;
    void by_policy(const Field& field, NodeChoice& out) const;
    void by_numa(const Field& field, NodeChoice& out) const;
    void by_queue_depth(const Field& field, NodeChoice& out) const;
    void by_turns(const Field& field, NodeChoice& out) const;
    void by_unknown(const Field& field, NodeChoice& out) const;
    void take_all(const Field& field, NodeChoice& out) const;
    /// The first of several that are alike.
    void take_first(const std::vector<std::size_t>& alike, std::string_view likeness,
                    std::string_view kind, NodeChoice& out) const;
    void take_none(const std::set<std::size_t>& lost, NodeChoice& out) const;
    [[nodiscard]] std::string why_not(std::size_t path, const Field& field,
                                      const NodeChoice& choice) const;
    [[nodiscard]] std::string not_by_policy(std::size_t path, std::size_t taken,
                                            const NodeChoice& choice) const;

    const KernelSubsystem& subsystem_;
    const KernelNamespace& head_;
    const NumaTopology& numa_;
    const PathChoice& device_;
};

} // namespace haoh::policy
