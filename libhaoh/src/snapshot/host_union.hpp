// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Which kernels of several observations are of one host. A node name alone does not say: clones and
/// containers share one, and a recorded tree may have none.
#pragma once

#include <haoh/kernel.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace haoh::snapshot {

class HostUnion {
  public:
    /// The number of the host that a kernel is of; hosts are numbered as they first occur.
    std::size_t add(const KernelObservation& kernel);

    /// A name for each host that no other one has: its node name, or, where others share that or it
    /// has none, one with what tells it apart.
    [[nodiscard]] std::vector<std::string> names() const;

  private:
    /// Host NQN, host ID.
    using Identity = std::pair<std::string, std::string>;
    /// Subsystem, address with that of the host, controller ID: of one host at a time.
    using Connection = std::tuple<std::string, std::string, std::string>;

    struct Host {
        std::string node;
        std::set<Identity> identities;
        std::set<std::string> addresses; ///< its own, of its connections
        std::set<Connection> connections;
        std::vector<KernelObservation> nameless; ///< its readings, where no name tells

        void merge(Host other);
    };
    [[nodiscard]] static Host host_of(const KernelObservation& kernel);
    [[nodiscard]] static bool may_be_one(const Host& a, const Host& b);
    [[nodiscard]] std::string told_apart(const Host& host,
                                         const std::vector<std::size_t>& others) const;

    std::vector<Host> hosts_;
    std::map<std::string, std::vector<std::size_t>, std::less<>> by_node_;
};

} // namespace haoh::snapshot
