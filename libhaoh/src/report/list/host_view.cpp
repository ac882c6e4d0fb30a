// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/list/host_view.hpp"

#include "linux/sysfs_text.hpp"
#include "report/list/kernel_text.hpp"
#include "report/text/text.hpp"

#include <haoh/report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

namespace haoh::report {
namespace {

constexpr std::size_t kMaxNames = 4;

using HostName = std::pair<std::string, std::string>; ///< host and controller

/// What could not be read, the same of many objects in one clause.
class BrokenAttributes {
  public:
    template <typename Object>
    void add(const Object& object, std::span<const AttributeRow<Object>> rows) {
        for (const AttributeRow<Object>& row : rows) {
            const Attribute& attribute = object.*row.member;
            if (attribute.state == Attribute::State::unreadable) {
                names_[{std::string(row.key), attribute.text}].push_back(safe_text(object.name));
            }
        }
    }
    void write_to(std::vector<std::string>& out) const {
        for (const auto& [what, names] : names_) {
            out.push_back(fmt::format("{} of {} not readable: {}", what.first,
                                      some_of(names, kMaxNames), safe_text(what.second)));
        }
    }

  private:
    std::map<std::pair<std::string, std::string>, std::vector<std::string>> names_;
};

/// One subsystem of one kernel.
class SubsystemView {
  public:
    SubsystemView(const KernelSubsystem& subsystem, std::vector<ListedController> controllers)
        : subsystem_{subsystem} {
        out_.name = safe_text(subsystem.name);
        out_.subsysnqn = subsystem.subsysnqn.ok() ? safe_text(subsystem.subsysnqn.text)
                                                  : "subsystem without a readable NQN";
        if (subsystem.iopolicy.state != Attribute::State::absent) {
            out_.iopolicy = attribute_text(subsystem.iopolicy);
        }
        take_by_array(std::move(controllers));
        add_host_nqns();
        add_product();
        add_copies();
        for (const KernelNamespace& head : subsystem.namespaces) {
            out_.namespaces.push_back(describe(head));
        }
        add_path_sets();
        add_missing();
        add_broken();
    }

    [[nodiscard]] ListedSubsystem take() && { return std::move(out_); }

  private:
    void take_by_array(std::vector<ListedController> controllers) {
        std::vector<std::string> arrays;
        for (const ListedController& controller : controllers) {
            if (std::ranges::find(arrays, controller.array) == arrays.end()) {
                arrays.push_back(controller.array);
            }
        }
        for (const std::string& array : arrays) {
            for (ListedController& controller : controllers) {
                if (controller.array == array) {
                    places_.emplace(controller.name, out_.controllers.size());
                    out_.controllers.push_back(controller);
                }
            }
        }
    }

    void add_host_nqns() {
        for (const KernelController& controller : subsystem_.controllers) {
            if (!controller.hostnqn.ok()) {
                continue;
            }
            const std::string nqn = safe_text(controller.hostnqn.text);
            auto known = std::ranges::find(out_.hostnqns, nqn,
                                           [](const auto& entry) { return entry.first; });
            if (known == out_.hostnqns.end()) {
                known = out_.hostnqns.insert(known, {nqn, {}});
            }
            known->second.push_back(safe_text(controller.name));
        }
    }

    /// As the controllers say themselves, as far as they were asked.
    void add_product() {
        SubsystemArrays asked{.subsysnqn = out_.subsysnqn, .arrays = {}, .nsids = {}};
        for (const ListedController& controller : out_.controllers) {
            if (controller.asked == nullptr || !controller.asked->identify.ok()) {
                continue;
            }
            asked.array(controller.array).add(*controller.asked);
        }
        out_.product_from_sysfs = asked.arrays.empty();
        if (!out_.product_from_sysfs) {
            out_.product = product_fields(asked);
            return;
        }
        const std::array<std::pair<const char*, const Attribute*>, 3> fields{
            {{"serial", &subsystem_.serial},
             {"model", &subsystem_.model},
             {"firmware", &subsystem_.firmware_rev}}};
        for (const auto& [name, attribute] : fields) {
            if (attribute->state != Attribute::State::absent) {
                const bool blank = attribute->state == Attribute::State::empty;
                out_.product.push_back(
                    {.name = name,
                     .values = {{blank ? "(blank)" : attribute_text(*attribute), ""}}});
            }
        }
    }

    void add_copies() {
        /// Field, what sysfs shows, what the controllers say.
        using Said = std::array<std::string, 3>;
        std::vector<std::pair<Said, std::vector<std::string>>> wrong;
        const auto compare = [&wrong](const char* field, const Attribute& shown,
                                      nvme::ByteView bytes, const std::string& name) {
            if (!shown.ok() || shown.text == linux_kernel::sysfs_text(bytes)) {
                return;
            }
            const std::string said = nvme::printable(bytes);
            const Said key{field, safe_text(shown.text), said.empty() ? "nothing" : said};
            auto known =
                std::ranges::find(wrong, key, [](const auto& entry) { return entry.first; });
            if (known == wrong.end()) {
                known = wrong.insert(known, {key, {}});
            }
            known->second.push_back(name);
        };
        for (const ListedController& controller : out_.controllers) {
            const KernelController* kernel =
                controller.asked == nullptr ? nullptr
                                            : subsystem_.find_controller(controller.asked->name);
            if (kernel == nullptr || !controller.asked->identify.ok()) {
                continue;
            }
            const nvme::IdentifyController data = controller.asked->identify_data();
            compare("serial", kernel->serial, data.sn, controller.name);
            compare("model", kernel->model, data.mn, controller.name);
            compare("firmware", kernel->firmware_rev, data.fr, controller.name);
        }
        for (const auto& [said, controllers] : wrong) {
            out_.copies.push_back(fmt::format("sysfs shows {} {} for {}; {} {} itself", said[0],
                                              said[1], some_of(controllers, kMaxNames),
                                              controllers.size() == 1 ? "it says" : "each says",
                                              said[2]));
        }
    }

    /// The paths of a namespace by array, those that are alike together.
    std::vector<ListedPath> paths_of(const KernelNamespace& head) const {
        std::vector<std::pair<std::size_t, ListedPath>> single;
        for (const KernelPath& path : head.paths) {
            const std::string name = safe_text(path.controller);
            const auto place = places_.find(name);
            const bool known = place != places_.end();
            PathUse use = use_of(subsystem_, head, path);
            std::string why = safe_text(to_string(use));
            single.emplace_back(
                known ? place->second : out_.controllers.size(),
                ListedPath{.array = known ? out_.controllers[place->second].array : "",
                           .controllers = {name},
                           .ana_state = ana_text(path.ana_state),
                           .use = std::move(use),
                           .why = std::move(why)});
        }
        std::ranges::stable_sort(single, {}, &std::pair<std::size_t, ListedPath>::first);
        std::vector<ListedPath> out;
        for (auto& [place, path] : single) {
            const ListedPath& one = path;
            const auto same = std::ranges::find_if(out, [&one](const ListedPath& other) {
                return other.array == one.array && other.ana_state == one.ana_state &&
                       other.use == one.use;
            });
            if (same == out.end()) {
                out.push_back(std::move(path));
            } else {
                same->controllers.push_back(path.controllers.front());
            }
        }
        return out;
    }

    void add_path_sets() {
        std::map<std::vector<ListedPath>, std::size_t> known;
        for (std::size_t index = 0; index < subsystem_.namespaces.size(); ++index) {
            const KernelNamespace& head = subsystem_.namespaces[index];
            std::vector<ListedPath> paths = paths_of(head);
            const auto [at, is_new] = known.try_emplace(paths, out_.path_sets.size());
            if (is_new) {
                out_.path_sets.push_back({.nsids = {},
                                          .names = {},
                                          .members = {},
                                          .groups = {},
                                          .paths = std::move(paths)});
            }
            ListedPathSet& set = out_.path_sets[at->second];
            set.members.push_back(index);
            if (const auto nsid = head.nsid.number(); nsid && *nsid <= 0xFFFFFFFFU) {
                set.nsids.push_back(static_cast<std::uint32_t>(*nsid));
            } else {
                set.names.push_back(safe_text(head.name));
            }
            for (const KernelPath& path : head.paths) {
                if (const auto group = path.ana_grpid.number(); group && *group <= 0xFFFFFFFFU) {
                    set.groups.insert(static_cast<std::uint32_t>(*group));
                }
            }
        }
        for (ListedPathSet& set : out_.path_sets) {
            std::ranges::sort(set.nsids);
            const auto repeated = std::ranges::unique(set.nsids); // private namespaces
            set.nsids.erase(repeated.begin(), repeated.end());
        }
    }

    void add_missing() {
        // 0 stands for a path whose NSID nobody knows.
        std::map<std::string, std::set<std::uint64_t>, std::less<>> bound;
        for (const KernelNamespace& head : subsystem_.namespaces) {
            for (const KernelPath& path : head.paths) {
                bound[path.controller].insert(head.nsid.number().value_or(0));
            }
        }
        for (const KernelPath& path : subsystem_.headless) {
            bound[path.controller].insert(0);
        }
        std::vector<MissingPaths>& missing = out_.missing;
        for (const ListedController& controller : out_.controllers) {
            if (controller.asked == nullptr || !controller.asked->active_nsids) {
                continue;
            }
            std::set<std::uint32_t> nsids;
            const auto paths = bound.find(controller.asked->name);
            for (const std::uint32_t nsid : *controller.asked->active_nsids) {
                if (nsid != 0 && (paths == bound.end() || !paths->second.contains(nsid))) {
                    nsids.insert(nsid);
                }
            }
            if (nsids.empty()) {
                continue;
            }
            const std::vector<std::uint32_t> list{nsids.begin(), nsids.end()};
            const bool certain = paths == bound.end() || !paths->second.contains(0);
            auto same = std::ranges::find_if(missing, [&](const MissingPaths& other) {
                return other.nsids == list && other.certain == certain;
            });
            if (same == missing.end()) {
                same = missing.insert(same, {.controllers = {}, .nsids = list, .certain = certain});
            }
            same->controllers.push_back(controller.name);
        }
    }

    void add_broken() {
        std::map<std::string, std::vector<std::string>> headless;
        for (const KernelPath& path : subsystem_.headless) {
            headless[fmt::format("path through {} without a head, ANA state {}",
                                 safe_text(path.controller), ana_text(path.ana_state))]
                .push_back(safe_text(path.name));
        }
        for (const auto& [what, names] : headless) {
            out_.broken.push_back(fmt::format("{}: {}", some_of(names, kMaxNames), what));
        }
        BrokenAttributes attributes;
        attributes.add(subsystem_, subsystem_attributes());
        for (const KernelController& controller : subsystem_.controllers) {
            attributes.add(controller, controller_attributes());
        }
        for (const KernelNamespace& head : subsystem_.namespaces) {
            attributes.add(head, namespace_attributes());
            for (const KernelPath& path : head.paths) {
                attributes.add(path, path_attributes());
            }
        }
        for (const KernelPath& path : subsystem_.headless) {
            attributes.add(path, path_attributes());
        }
        attributes.write_to(out_.broken);
    }

    const KernelSubsystem& subsystem_;
    std::map<std::string, std::size_t> places_; ///< of controllers, by name
    ListedSubsystem out_;
};

} // namespace

std::string some_of(std::span<const std::string> items, std::size_t max_items) {
    if (items.size() <= max_items || items.size() - max_items == 1) {
        return enumerate(items);
    }
    return fmt::format("{} and {} more", fmt::join(items.first(max_items), ", "),
                       grouped(items.size() - max_items));
}

std::string_view MissingPaths::problem() const {
    return certain ? "offered, no path in the kernel"
                   : "offered, not among the paths whose NSID the kernel shows";
}

std::strong_ordering ListedPath::operator<=>(const ListedPath& other) const {
    if (const auto order = std::tie(array, controllers, ana_state, why) <=>
                           std::tie(other.array, other.controllers, other.ana_state, other.why);
        order != 0) {
        return order;
    }
    return problem() <=> other.problem();
}

std::string ListedPath::problem() const {
    if (use.usable()) {
        return {};
    }
    if (!use.barred_by_ana()) {
        return "unusable: " + why;
    }
    return use.other_size ? "unusable, and of another size" : "unusable";
}

std::string ListedPathSet::label(std::size_t max_parts) const {
    std::string out = nsids.empty() ? "" : "NSID " + ranges(nsids, max_parts);
    if (!names.empty()) {
        out += (out.empty() ? "" : ", ") + some_of(names, max_parts);
    }
    return out;
}

bool ListedSubsystem::arrays_known() const {
    return std::ranges::any_of(controllers, [](const auto& one) { return !one.array.empty(); });
}

std::vector<SubsystemArrays> asked_directly(const Observation& observation,
                                            const Attributions& attributions) {
    std::vector<SubsystemArrays> subsystems = subsystems_of(observation, attributions);
    if (observation.kernels.empty()) {
        return subsystems;
    }
    const auto is_shown = [&observation](const ControllerObservation* controller) {
        const KernelObservation* kernel = observation.kernel_of(*controller);
        return kernel != nullptr && kernel->find_controller(controller->name) != nullptr;
    };
    for (SubsystemArrays& subsystem : subsystems) {
        subsystem.nsids.clear();
        for (Array& array : subsystem.arrays) {
            std::erase_if(array.controllers, is_shown);
            for (const ControllerObservation* controller : array.controllers) {
                for (const NamespaceObservation& entry : controller->namespaces) {
                    subsystem.nsids.insert(entry.nsid);
                }
            }
        }
        std::erase_if(subsystem.arrays,
                      [](const Array& array) { return array.controllers.empty(); });
    }
    std::erase_if(subsystems,
                  [](const SubsystemArrays& subsystem) { return subsystem.arrays.empty(); });
    return subsystems;
}

std::vector<ListedHost> host_views(const Observation& observation,
                                   const Attributions& attributions) {
    std::map<HostName, const ControllerObservation*> asked;
    for (const ControllerObservation& controller : observation.controllers) {
        if (!controller.host.empty()) {
            asked.try_emplace({controller.host, controller.name}, &controller);
        }
    }
    std::vector<ListedHost> out;
    for (const KernelObservation& kernel : observation.kernels) {
        const auto view_of = [&](const KernelController& controller) {
            ListedController view;
            const HostName key{kernel.host, controller.name};
            if (const auto found = asked.find(key); found != asked.end()) {
                view.asked = found->second;
            }
            if (const Attribution* const found = attributions.find(kernel.host, controller.name)) {
                view.array = safe_text(found->array);
                view.evidence = safe_text(found->evidence);
            }
            view.name = safe_text(controller.name);
            view.cntlid = controller.cntlid.ok() ? safe_text(controller.cntlid.text) : "?";
            view.state = attribute_text(controller.state);
            view.live = controller.live();
            view.address = address_of(controller);
            return view;
        };
        ListedHost host;
        host.host = kernel.host.empty() ? "this host" : safe_text(kernel.host);
        host.title = fmt::format("{}: Linux {}", host.host, safe_text(kernel.release));
        if (kernel.multipath.value() == "N") {
            host.title += ", native multipath off (nvme_core.multipath=N)";
        }
        for (const KernelSubsystem& subsystem : kernel.subsystems) {
            std::vector<ListedController> controllers;
            for (const KernelController& controller : subsystem.controllers) {
                controllers.push_back(view_of(controller));
            }
            host.subsystems.push_back(SubsystemView{subsystem, std::move(controllers)}.take());
        }
        BrokenAttributes broken;
        for (const KernelController& controller : kernel.stray_controllers) {
            host.stray_controllers.push_back(view_of(controller));
            broken.add(controller, controller_attributes());
        }
        broken.write_to(host.broken);
        out.push_back(std::move(host));
    }
    return out;
}

} // namespace haoh::report
