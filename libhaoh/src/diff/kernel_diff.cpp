// SPDX-License-Identifier: LGPL-2.1-or-later
#include "diff/kernel_diff.hpp"

#include "model/field_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace haoh::differ {

namespace {

/// What moves by itself, or is a copy of what is compared elsewhere.
constexpr std::array<std::string_view, 16> kNoise{"command_error_count",
                                                  "reset_count",
                                                  "reconnect_count",
                                                  "command_retries_count",
                                                  "multipath_failover_count",
                                                  "io_requeue_no_usable_path_count",
                                                  "io_fail_no_available_path_count",
                                                  "queue_depth",
                                                  "numa_nodes",
                                                  "dev",
                                                  "subsysnqn",
                                                  "nsid",
                                                  "address",
                                                  "serial",
                                                  "model",
                                                  "firmware_rev"};

std::string attribute_text(const Attribute& attribute) {
    switch (attribute.state) {
    case Attribute::State::absent:
        return {};
    case Attribute::State::empty:
        return "empty";
    case Attribute::State::ok:
        return attribute.text;
    case Attribute::State::unreadable:
        return "not readable: " + attribute.text;
    }
    return {};
}

/// Where a difference is, and where it goes.
class Place {
  public:
    Place(std::string object, std::optional<std::uint32_t> nsid, std::vector<Difference>& out)
        : object_(std::move(object)), nsid_(nsid), out_(&out) {}

    void compare(std::string field, std::string before, std::string after) const {
        if (before == after) {
            return;
        }
        Difference::Kind kind = Difference::Kind::changed;
        if (before.empty()) {
            kind = Difference::Kind::added;
        } else if (after.empty()) {
            kind = Difference::Kind::removed;
        }
        out_->push_back({.kind = kind,
                         .controller = object_,
                         .nsid = nsid_,
                         .field = std::move(field),
                         .before = std::move(before),
                         .after = std::move(after)});
    }

    template <typename Object>
    void compare_attributes(const char* prefix, const Object& before, const Object& after,
                            std::span<const AttributeRow<Object>> rows,
                            std::span<const std::string_view> left_out = kNoise) const {
        for (const AttributeRow<Object>& row : rows) {
            if (!model::is_one_of(row.key, left_out)) {
                compare(fmt::format("{} {}", prefix, row.key), attribute_text(before.*row.member),
                        attribute_text(after.*row.member));
            }
        }
    }

    void compare_lists(const std::string& field, const std::vector<std::string>& before,
                       const std::vector<std::string>& after) const {
        for (const std::string& item : before) {
            if (std::find(after.begin(), after.end(), item) == after.end()) {
                compare(field, item, {});
            }
        }
        for (const std::string& item : after) {
            if (std::find(before.begin(), before.end(), item) == before.end()) {
                compare(field, {}, item);
            }
        }
    }

  private:
    std::string object_;
    std::optional<std::uint32_t> nsid_;
    std::vector<Difference>* out_;
};

template <typename Object>
using Pair = std::pair<const Object*, const Object*>;

/// Pairs the objects of two lists by a key: first those whose names agree as well, then those of
/// the same key in their order. Each object is in one pair; its other half may be missing.
template <typename Object, typename KeyOf>
std::vector<Pair<Object>> pairs_of(const std::vector<Object>& before,
                                   const std::vector<Object>& after, KeyOf key_of) {
    using Key = decltype(key_of(before.front()));
    std::map<std::pair<Key, std::string>, std::vector<const Object*>> by_name;
    for (const Object& object : after) {
        by_name[{key_of(object), object.name}].push_back(&object);
    }
    std::vector<Pair<Object>> pairs;
    std::map<Key, std::vector<std::size_t>> waiting; // indices of pairs without a second half
    for (const Object& object : before) {
        const auto found = by_name.find({key_of(object), object.name});
        const bool same = found != by_name.end() && !found->second.empty();
        pairs.emplace_back(&object, same ? found->second.front() : nullptr);
        if (same) {
            found->second.erase(found->second.begin());
        } else {
            waiting[key_of(object)].push_back(pairs.size() - 1);
        }
    }
    for (const auto& [key_and_name, objects] : by_name) {
        for (const Object* object : objects) {
            std::vector<std::size_t>& indices = waiting[key_and_name.first];
            if (indices.empty()) {
                pairs.emplace_back(nullptr, object);
            } else {
                pairs[indices.front()].second = object;
                indices.erase(indices.begin());
            }
        }
    }
    return pairs;
}

/// A port as one host reaches it. The source address is left out: it is chosen anew each time.
auto port_key(const KernelController& controller) {
    return std::array<std::string, 6>{
        std::string(controller.transport.value()),
        std::string(controller.address_part("traddr")),
        std::string(controller.address_part("trsvcid")),
        std::string(controller.address_part("host_traddr")),
        std::string(controller.address_part("host_iface")),
        std::string(controller.hostnqn.value()),
    };
}

std::string subsystem_key(const KernelSubsystem& subsystem) {
    return subsystem.subsysnqn.ok() ? subsystem.subsysnqn.text : subsystem.name;
}

/// Two namespaces of one NSID are private ones, or damage: their names tell them apart.
std::string namespace_key(const KernelNamespace& head) {
    return head.nsid.ok() ? head.nsid.text : head.name;
}

std::optional<std::uint32_t> nsid_of(const KernelNamespace& head) {
    const auto number = head.nsid.number();
    return number && *number <= 0xFFFFFFFFU ? std::optional(static_cast<std::uint32_t>(*number))
                                            : std::nullopt;
}

/// One host's readings.
class HostDiff {
  public:
    HostDiff(std::string prefix, std::vector<Difference>& out)
        : prefix_(std::move(prefix)), out_(out) {}

    void compare(const KernelObservation& before, const KernelObservation& after) {
        const Place place = at("kernel");
        place.compare("kernel release", before.release, after.release);
        place.compare_attributes<KernelObservation>("kernel nvme_core", before, after,
                                                    module_parameters());
        place.compare("kernel messages_error", before.messages_error, after.messages_error);
        place.compare_lists("kernel udev_rules", before.udev_rules, after.udev_rules);
        place.compare_lists("kernel unread", before.unread, after.unread);
        place.compare_lists("kernel changed", before.changed, after.changed);
        compare_controllers(before.stray_controllers, after.stray_controllers);
        for (const auto& [a, b] : pairs_of(before.subsystems, after.subsystems, subsystem_key)) {
            const Place subsystem = at((b != nullptr ? b : a)->name);
            if (a == nullptr || b == nullptr) {
                subsystem.compare("kernel subsystem", a == nullptr ? "" : subsystem_key(*a),
                                  b == nullptr ? "" : subsystem_key(*b));
            } else {
                compare_subsystems(*a, *b, subsystem);
            }
        }
    }

  private:
    /// Names of controllers in the earlier reading by what they are called in the later one.
    using Names = std::map<std::string, std::string>;

    [[nodiscard]] Place at(const std::string& object,
                           std::optional<std::uint32_t> nsid = {}) const {
        return {prefix_ + object, nsid, out_};
    }

    Names compare_controllers(const std::vector<KernelController>& before,
                              const std::vector<KernelController>& after) {
        Names names;
        for (const auto& [a, b] : pairs_of(before, after, port_key)) {
            const Place place = at((b != nullptr ? b : a)->name);
            if (a == nullptr || b == nullptr) {
                place.compare("kernel controller", a == nullptr ? "" : a->address.text,
                              b == nullptr ? "" : b->address.text);
                if ((a != nullptr ? a : b)->address.text.empty()) {
                    place.compare("kernel controller", a == nullptr ? "" : "present",
                                  b == nullptr ? "" : "present");
                }
                continue;
            }
            names[a->name] = b->name;
            place.compare_attributes("kernel", *a, *b, controller_attributes());
        }
        return names;
    }

    void compare_subsystems(const KernelSubsystem& before, const KernelSubsystem& after,
                            const Place& place) {
        // What is left out elsewhere is its own here: controllers show copies of it.
        place.compare_attributes("kernel", before, after, subsystem_attributes(), {});
        const Names names = compare_controllers(before.controllers, after.controllers);
        for (const auto& [a, b] : pairs_of(before.namespaces, after.namespaces, namespace_key)) {
            compare_namespaces(a, b, names, after.name);
        }
        compare_paths(before.headless, after.headless, names, {}, "headless path");
    }

    void compare_namespaces(const KernelNamespace* before, const KernelNamespace* after,
                            const Names& names, const std::string& subsystem) {
        const KernelNamespace& any = after != nullptr ? *after : *before;
        const std::optional<std::uint32_t> nsid = nsid_of(any);
        const Place place = at(nsid ? subsystem : any.name, nsid);
        if (before == nullptr || after == nullptr) {
            place.compare("kernel namespace", before == nullptr ? "" : "present",
                          after == nullptr ? "" : "present");
        }
        if (before != nullptr && after != nullptr) {
            place.compare_attributes("kernel", *before, *after, namespace_attributes());
            place.compare("kernel device node", before->dev.ok() ? "present" : "",
                          after->dev.ok() ? "present" : "");
            place.compare_lists("kernel links", before->links, after->links);
        }
        compare_paths(before != nullptr ? before->paths : std::vector<KernelPath>{},
                      after != nullptr ? after->paths : std::vector<KernelPath>{}, names, nsid,
                      "path");
    }

    void compare_paths(const std::vector<KernelPath>& before, const std::vector<KernelPath>& after,
                       const Names& names, std::optional<std::uint32_t> nsid, const char* field) {
        const auto name_now = [&](const std::string& controller) {
            const auto found = names.find(controller);
            return found == names.end() ? controller : found->second;
        };
        std::map<std::string, Pair<KernelPath>> paths;
        for (const KernelPath& path : before) {
            paths[name_now(path.controller)].first = &path;
        }
        for (const KernelPath& path : after) {
            paths[path.controller].second = &path;
        }
        for (const auto& [controller, both] : paths) {
            const Place place = at(controller, nsid);
            if (both.first != nullptr && both.second != nullptr) {
                place.compare_attributes(field, *both.first, *both.second, path_attributes());
            } else {
                place.compare(field, both.first != nullptr ? "present" : "",
                              both.second != nullptr ? "present" : "");
            }
        }
    }

    std::string prefix_; ///< the host's name and a blank when there are several
    std::vector<Difference>& out_;
};

} // namespace

void add_kernel_differences(const std::vector<KernelObservation>& before,
                            const std::vector<KernelObservation>& after,
                            std::vector<Difference>& out) {
    std::map<std::string, Pair<KernelObservation>> hosts;
    for (const KernelObservation& kernel : before) {
        hosts[kernel.host].first = &kernel;
    }
    for (const KernelObservation& kernel : after) {
        hosts[kernel.host].second = &kernel;
    }
    for (const auto& [host, both] : hosts) {
        if (both.first == nullptr || both.second == nullptr) {
            Place(host, {}, out)
                .compare("kernel", both.first == nullptr ? "" : "observed",
                         both.second == nullptr ? "" : "observed");
        } else {
            HostDiff(hosts.size() > 1 ? host + " " : "", out).compare(*both.first, *both.second);
        }
    }
}

} // namespace haoh::differ
