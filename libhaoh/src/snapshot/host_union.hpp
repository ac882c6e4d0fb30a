// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Which kernels of several observations are of one host. A node name alone does not say: clones and
/// containers share one, and a recorded tree may have none.
#pragma once

#include <haoh/kernel.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace haoh::snapshot {

class HostUnion {
  public:
    /// The number of the host that a kernel is of; hosts are numbered as they first occur.
    std::size_t add(const KernelObservation& kernel);

    /// A name for each host that no other one has: its node name, or, where others share that or it
    /// has none, one with what tells it apart.
    [[nodiscard]] std::vector<std::string> names() const;

    /// As many of a host's addresses, and of its identities, count: what is looked up is their product.
    static constexpr std::size_t kMaxMarks = 16;

  private:
    /// Host NQN, host ID.
    using Identity = std::pair<std::string, std::string>;
    /// Subsystem, address with that of the host, controller ID: of one host at a time.
    using Connection = std::tuple<std::string, std::string, std::string>;

    /// What a kernel says of the host that it is of.
    struct Host {
        std::string node;
        std::set<Identity> identities;
        std::set<std::string> addresses; ///< its own, of its connections
        std::set<Connection> connections{};
        std::string reading{}; ///< all of it, where no name and no connection tells
    };
    /// One address and one identity, each with what stands for none or for any of them.
    using Marks = std::tuple<std::string, std::string, Identity>;

    [[nodiscard]] static Host host_of(const KernelObservation& kernel);
    [[nodiscard]] std::optional<std::size_t> find(const Host& host) const;
    void learn(std::size_t number, Host host);

    std::vector<Host> hosts_;
    std::map<Marks, std::size_t> by_marks_;
    std::map<std::pair<std::string, Connection>, std::size_t> by_connection_;
    std::map<std::pair<std::string, std::string>, std::size_t> by_reading_;
};

} // namespace haoh::snapshot
