// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/path_join.hpp"

#include "linux/object_name.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_map>

namespace haoh::host {

namespace {

/// X and Z in one number.
std::uint64_t head_key(const linux_kernel::ObjectName& name) {
    return std::uint64_t{name.instance} << 32U | name.head;
}

class HeadIndex {
  public:
    explicit HeadIndex(const std::vector<FoundHead>& heads) {
        by_name_.reserve(heads.size());
        for (std::size_t i = 0; i < heads.size(); ++i) {
            const std::optional<linux_kernel::ObjectName> name =
                linux_kernel::parse_object_name(heads[i].head.name);
            if (name && heads[i].head.multipath) {
                by_name_.emplace(head_key(*name), i);
            }
            // Links that say what the names say need no memory: that is all but the odd one.
            for (const std::string& link : heads[i].linked) {
                const std::optional<linux_kernel::ObjectName> path =
                    linux_kernel::parse_object_name(link);
                if (path && (!name || head_key(*path) != head_key(*name))) {
                    by_link_.emplace(link, i);
                }
            }
        }
    }

    [[nodiscard]] std::optional<std::size_t> find(const std::string& path) const {
        const auto linked = by_link_.empty() ? by_link_.end() : by_link_.find(path);
        if (linked != by_link_.end()) {
            return linked->second;
        }
        const std::optional<linux_kernel::ObjectName> name = linux_kernel::parse_object_name(path);
        const auto named = name ? by_name_.find(head_key(*name)) : by_name_.end();
        return named == by_name_.end() ? std::nullopt : std::optional(named->second);
    }

  private:
    std::unordered_map<std::uint64_t, std::size_t> by_name_;
    std::unordered_map<std::string, std::size_t> by_link_;
};

} // namespace

void join_paths(KernelSubsystem& subsystem, std::vector<FoundHead> heads,
                std::vector<KernelPath> paths) {
    const HeadIndex index(heads);
    for (KernelPath& path : paths) {
        const std::optional<std::size_t> head = index.find(path.name);
        std::vector<KernelPath>& place = head ? heads[*head].head.paths : subsystem.headless;
        place.push_back(std::move(path));
    }
    std::sort(subsystem.headless.begin(), subsystem.headless.end(),
              [](const KernelPath& a, const KernelPath& b) {
                  return linux_kernel::natural_less(a.name, b.name);
              });

    struct Place {
        std::tuple<bool, std::uint64_t, bool, linux_kernel::ObjectName> key;
        std::size_t index;
    };
    std::vector<Place> order;
    order.reserve(heads.size());
    for (std::size_t i = 0; i < heads.size(); ++i) {
        const KernelNamespace& head = heads[i].head;
        const std::optional<std::uint64_t> nsid = head.nsid.number();
        const std::optional<linux_kernel::ObjectName> name =
            linux_kernel::parse_object_name(head.name);
        order.push_back(
            {{!nsid, nsid.value_or(0), !name, name.value_or(linux_kernel::ObjectName{})}, i});
    }
    std::sort(order.begin(), order.end(),
              [](const Place& a, const Place& b) { return a.key < b.key; });
    subsystem.namespaces.reserve(heads.size());
    for (const Place& place : order) {
        subsystem.namespaces.push_back(std::move(heads[place.index].head));
    }
}

} // namespace haoh::host
