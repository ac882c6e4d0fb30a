// SPDX-License-Identifier: LGPL-2.1-or-later
#include "judge/subject.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace haoh::judge {

namespace {

/// Whether an answer leaves open what the page would have said. An error status is an answer: the
/// controller does not have the page.
bool answered(const Page& page) {
    return page.state == Page::State::ok || page.state == Page::State::status;
}

/// Descriptors that hosts read in different ways.
bool ambiguous(const nvme::IdDescriptorList& list) {
    return std::any_of(list.problems.begin(), list.problems.end(), [](const auto& problem) {
        return problem.kind == nvme::ProblemKind::bad_length ||
               problem.kind == nvme::ProblemKind::truncated ||
               problem.kind == nvme::ProblemKind::duplicate;
    });
}

Namespace view_namespace(const NamespaceObservation& observed, const Controller& controller) {
    Namespace out;
    out.observed = &observed;
    out.nsid = observed.nsid;
    out.has_identify = observed.identify.ok();
    out.has_descriptors = observed.descriptors.ok();
    out.has_nvm = observed.nvm.ok();
    out.has_independent = observed.independent.ok();
    out.idns = observed.identify_data();
    out.descriptors = observed.id_descriptors();
    if (out.has_nvm) {
        out.nvm = nvme::decode_identify_namespace_nvm(observed.nvm.bytes);
    }
    if (out.has_independent) {
        out.independent = nvme::decode_identify_namespace_independent(observed.independent.bytes);
    }
    const bool descriptors_due = controller.version() >= version_number(1, 3);
    out.ids_known = answered(observed.identify) &&
                    (observed.descriptors.ok() || !descriptors_due) &&
                    !ambiguous(out.descriptors) && !contradiction(out);
    out.ids = observed.ids();
    return out;
}

/// Fills in which groups of the log list which namespaces.
void place_in_groups(Controller& controller) {
    for (std::size_t i = 0; i < controller.log.groups.size(); ++i) {
        for (const std::uint32_t nsid : controller.log.groups[i].nsids) {
            const auto found = std::lower_bound(
                controller.namespaces.begin(), controller.namespaces.end(), nsid,
                [](const Namespace& path, std::uint32_t wanted) { return path.nsid < wanted; });
            if (found != controller.namespaces.end() && found->nsid == nsid &&
                (found->groups.empty() || found->groups.back() != i)) {
                found->groups.push_back(i);
            }
        }
    }
}

void fill_controller(Controller& out) {
    const ControllerObservation& observed = *out.observed;
    out.has_identify = observed.identify.ok();
    if (out.has_identify) {
        out.id = observed.identify_data();
    }
    out.ana_log_ok = out.ana() && observed.ana.stable && observed.ana.log.ok();
    if (out.ana_log_ok) {
        out.log = observed.ana_log();
        // A group that says it is longer than the log ends in bytes that are no NSIDs.
        const auto cut =
            std::find_if(out.log.problems.begin(), out.log.problems.end(), [](const auto& problem) {
                return problem.kind == nvme::ProblemKind::truncated && problem.field == "nnv";
            });
        if (cut != out.log.problems.end() && !out.log.groups.empty()) {
            out.log.groups.pop_back();
        }
        out.ana_log_truncated =
            std::any_of(out.log.problems.begin(), out.log.problems.end(), [](const auto& problem) {
                return problem.kind == nvme::ProblemKind::truncated;
            });
    }
    out.namespaces.reserve(observed.namespaces.size());
    for (const NamespaceObservation& path : observed.namespaces) {
        out.namespaces.push_back(view_namespace(path, out));
    }
    std::stable_sort(out.namespaces.begin(), out.namespaces.end(),
                     [](const Namespace& a, const Namespace& b) { return a.nsid < b.nsid; });
    // One path for each NSID, whatever a snapshot says.
    out.namespaces.erase(
        std::unique(out.namespaces.begin(), out.namespaces.end(),
                    [](const Namespace& a, const Namespace& b) { return a.nsid == b.nsid; }),
        out.namespaces.end());
    for (Namespace& path : out.namespaces) {
        path.controller = &out;
    }
    if (out.ana_log_ok) {
        place_in_groups(out);
    }
}

void index_namespaces(Subsystem& subsystem) {
    std::vector<const Namespace*> paths;
    for (const Controller* controller : subsystem.controllers) {
        for (const Namespace& path : controller->namespaces) {
            paths.push_back(&path);
        }
    }
    std::stable_sort(paths.begin(), paths.end(),
                     [](const Namespace* a, const Namespace* b) { return a->nsid < b->nsid; });
    for (const Namespace* path : paths) {
        if (subsystem.namespaces.empty() || subsystem.namespaces.back().nsid != path->nsid) {
            subsystem.namespaces.emplace_back().nsid = path->nsid;
        }
        subsystem.namespaces.back().paths.push_back(path);
    }
}

std::vector<DiscoveryView> decode_logs(const Subject& subject) {
    std::map<std::string_view, std::string_view>
        arrays;                            // of targets, as their controllers were attributed
    for (const bool own : {true, false}) { // that of the target's own port before others
        for (const Controller& controller : subject.controllers) {
            if (!controller.observed->target.empty() &&
                (!own || controller.observed->at_target())) {
                arrays.try_emplace(controller.observed->target, controller.array);
            }
        }
    }
    std::vector<DiscoveryView> out;
    std::set<std::pair<std::string, std::string>> seen;
    for (const DiscoveryObservation& observed : subject.observation->discovery) {
        if (observed.log.ok() && seen.emplace(observed.target, observed.address).second) {
            const auto array = arrays.find(observed.target);
            out.push_back({.observed = &observed,
                           .array = std::string(array == arrays.end() ? "" : array->second),
                           .log = nvme::decode_discovery_log(observed.log.whole())});
        }
    }
    return out;
}

bool agree_on_anagrpmax(const Subsystem& subsystem) {
    std::set<std::uint32_t> values;
    for (const Controller* controller : subsystem.controllers) {
        if (controller->ana()) {
            values.insert(controller->id.anagrpmax);
        }
    }
    return values.size() < 2;
}

/// "2 controllers", "1 controller"
std::string controllers_of(std::size_t some, std::size_t all) {
    return all == 1 ? std::string{"its controller"}
                    : fmt::format("{} of {} controllers", some, all);
}

} // namespace

std::optional<std::uint64_t> Namespace::block_bytes() const {
    const unsigned shift = idns.active_format().lbads;
    if (!has_identify || shift < kSmallestShift || shift >= 64) {
        return std::nullopt;
    }
    return std::uint64_t{1} << shift;
}

std::optional<std::uint32_t> Namespace::log_agid() const {
    if (!controller->ana_log_ok || groups.size() != 1) {
        return std::nullopt;
    }
    const std::uint32_t agid = controller->log.groups[groups.front()].agid;
    if (agid == 0) {
        return std::nullopt;
    }
    return agid;
}

std::optional<nvme::AnaState> Namespace::ana_state() const {
    if (!controller->has_identify) {
        return std::nullopt;
    }
    if (!controller->ana()) {
        return nvme::AnaState::optimized;
    }
    if (!controller->ana_log_ok || groups.empty()) {
        return std::nullopt;
    }
    return controller->log.groups[groups.back()].state;
}

std::optional<nvme::Capabilities> Controller::capabilities() const {
    const auto cap = observed->property(nvme::property::cap);
    if (!cap) {
        return std::nullopt;
    }
    return nvme::Capabilities{*cap};
}

std::uint32_t Controller::version() const {
    const auto vs = observed->property(nvme::property::vs);
    return vs ? static_cast<std::uint32_t>(*vs) : id.ver;
}

bool Controller::has_connection() const {
    return !observed->connection.hostnqn.empty() || observed->connection.cntlid != 0;
}

std::optional<std::uint16_t> Controller::cntlid() const {
    if (has_connection()) {
        return observed->connection.cntlid;
    }
    if (has_identify) {
        return id.cntlid;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> Controller::max_transfer_bytes() const {
    constexpr unsigned kUnboundedShift = 40; ///< a terabyte in a command: no limit in practice
    if (id.mdts == 0 || id.mdts > kUnboundedShift) {
        return std::nullopt;
    }
    const std::uint64_t unit = capabilities().value_or(nvme::Capabilities{}).page_bytes();
    return unit << id.mdts;
}

const SharedNamespace* Subsystem::find(std::uint32_t nsid) const {
    const auto found = std::lower_bound(
        namespaces.begin(), namespaces.end(), nsid,
        [](const SharedNamespace& entry, std::uint32_t wanted) { return entry.nsid < wanted; });
    return found != namespaces.end() && found->nsid == nsid ? &*found : nullptr;
}

Subject::Subject(const Observation& observed, const Config& configuration,
                 const Expectation* expectation)
    : observation(&observed), config(configuration),
      attributions(attribute(observed, configuration.sites)),
      controllers(observed.controllers.size()), expected(expectation) {
    const bool one_array = config.profile == Profile::single;
    std::map<std::string, std::size_t> array_ids;
    std::map<std::string, Subsystem> by_nqn;
    for (std::size_t i = 0; i < controllers.size(); ++i) {
        Controller& controller = controllers[i];
        controller.observed = &observed.controllers[i];
        controller.index = i;
        controller.array = attributions[i].array;
        controller.array_id =
            one_array ? 0 : array_ids.try_emplace(controller.array, array_ids.size()).first->second;
        fill_controller(controller);
        if (!local_drive(controller.observed->transport)) {
            by_nqn[controller.observed->subsysnqn].controllers.push_back(&controller);
        }
    }
    discovery = decode_logs(*this);
    listings = DiscoveryIndex(observed, discovery);
    std::set<std::string_view> unobserved; // subsystems; "": any
    std::set<std::string> told;
    for (const Unobserved& missing : observed.unobserved) {
        unobserved.insert(missing.subsysnqn);
        told.insert(missing.object);
    }
    for (auto& [nqn, subsystem] : by_nqn) {
        subsystem.nqn = nqn;
        // Neighbours in every list of values: the controllers of one array.
        std::stable_sort(
            subsystem.controllers.begin(), subsystem.controllers.end(),
            [](const Controller* a, const Controller* b) { return a->array_id < b->array_id; });
        std::set<std::size_t> arrays;
        bool sure = true;
        bool named = true;
        for (const Controller* controller : subsystem.controllers) {
            arrays.insert(controller->array_id);
            named = named && !controller->array.empty();
            sure = sure && attributions[controller->index].confidence >= kSureOfArray;
        }
        subsystem.arrays = arrays.size();
        subsystem.arrays_known = judge::arrays_known(configuration, subsystem.controllers.size(),
                                                     sure, named ? arrays.size() : 0);
        subsystem.stretched = subsystem.arrays > 1;
        subsystem.one_anagrpmax = agree_on_anagrpmax(subsystem);
        subsystem.unasked = unasked_ports(subsystem, listings, told);
        subsystem.incomplete =
            unobserved.contains("") || unobserved.contains(nqn) ||
            // Of two arrays that were asked, other ports have nothing new to say.
            (!subsystem.stretched &&
             (!subsystem.unasked.ports.empty() || config.profile == Profile::stretched)) ||
            std::any_of(subsystem.controllers.begin(), subsystem.controllers.end(),
                        [](const Controller* controller) {
                            return !controller->has_identify ||
                                   !controller->observed->active_nsids.has_value() ||
                                   (controller->ana() && !controller->ana_log_ok);
                        });
        index_namespaces(subsystem);
        map_identities(subsystem);
        subsystems.push_back(std::move(subsystem));
    }
    hosts = hosts_of(*this);
}

bool arrays_known(const Config& config, std::size_t controllers, bool sure, std::size_t arrays) {
    // Who says that there are two says of weak evidence what it is about.
    const bool declared =
        config.profile == Profile::single || (config.profile == Profile::stretched && arrays == 2);
    return sure || declared || controllers < 2;
}

bool Subject::all_arrays_known() const {
    return std::all_of(subsystems.begin(), subsystems.end(),
                       [](const Subsystem& one) { return one.arrays_known; }) &&
           std::all_of(hosts.begin(), hosts.end(), [](const Host& host) {
               return std::all_of(host.subsystems.begin(), host.subsystems.end(),
                                  [](const HostSubsystem& one) { return one.arrays_known; });
           });
}

bool namespaces_unread(const Controller& controller) {
    return !controller.observed->active_nsids &&
           controller.observed->subsysnqn != nvme::kDiscoveryNqn;
}

bool Subsystem::unlisted() const {
    return std::any_of(controllers.begin(), controllers.end(),
                       [](const Controller* one) { return namespaces_unread(*one); });
}

std::string folded_name(std::string_view nqn) {
    std::string out;
    for (const char letter : nqn) {
        if (std::isspace(static_cast<unsigned char>(letter)) == 0) {
            out += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
        }
    }
    return out;
}

bool local_drive(std::string_view transport) {
    const Transport known = parse_transport(transport);
    return known == Transport::pcie || known == Transport::apple;
}

std::optional<std::string> contradiction(const Namespace& path) {
    if (!path.has_identify || !path.has_descriptors) {
        return std::nullopt;
    }
    const auto differ = [&path](nvme::IdType type, nvme::ByteView field) -> const nvme::Bytes* {
        const nvme::IdDescriptor* found = path.descriptors.find(type);
        const bool both = found != nullptr && !nvme::all_zero(found->nid) && !nvme::all_zero(field);
        return both && !std::equal(found->nid.begin(), found->nid.end(), field.begin(), field.end())
                   ? &found->nid
                   : nullptr;
    };
    if (const auto* nguid = differ(nvme::IdType::nguid, path.idns.nguid)) {
        return fmt::format("NGUID {} in the descriptor, {} in Identify Namespace",
                           nvme::to_hex(*nguid), nvme::format_nguid(path.idns.nguid));
    }
    if (const auto* eui64 = differ(nvme::IdType::eui64, path.idns.eui64)) {
        return fmt::format("EUI64 {} in the descriptor, {} in Identify Namespace",
                           nvme::to_hex(*eui64), nvme::format_eui64(path.idns.eui64));
    }
    return std::nullopt;
}

std::string format_version(std::uint32_t vs) {
    const unsigned major = vs >> 16U;
    const unsigned minor = (vs >> 8U) & 0xFFU;
    const unsigned tertiary = vs & 0xFFU;
    return tertiary == 0 ? fmt::format("{}.{}", major, minor)
                         : fmt::format("{}.{}.{}", major, minor, tertiary);
}

std::string format_ids(const nvme::NamespaceIds& ids) {
    std::vector<std::string> parts;
    if (ids.uuid) {
        parts.push_back("uuid " + nvme::format_uuid(*ids.uuid));
    }
    if (ids.nguid) {
        parts.push_back("nguid " + nvme::format_nguid(*ids.nguid));
    }
    if (ids.eui64) {
        parts.push_back("eui64 " + nvme::format_eui64(*ids.eui64));
    }
    if (parts.empty()) {
        parts.emplace_back("no identifier");
    }
    if (ids.csi != 0) {
        parts.push_back(fmt::format("csi {}", ids.csi));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::string join_words(std::span<const std::string> words) {
    if (words.empty()) {
        return {};
    }
    if (words.size() == 1) {
        return words.front();
    }
    return fmt::format("{} and {}", fmt::join(words.begin(), words.end() - 1, ", "), words.back());
}

std::string place(std::span<const Controller* const> some, std::span<const Controller* const> all) {
    struct Count {
        std::string array;
        std::size_t some{};
        std::size_t all{};
    };
    std::map<std::size_t, Count> arrays;
    for (const Controller* controller : all) {
        Count& count = arrays[controller->array_id];
        count.array = controller->array;
        ++count.all;
    }
    for (const Controller* controller : some) {
        ++arrays[controller->array_id].some;
    }
    if (all.size() > 1 && some.size() == all.size()) {
        return arrays.size() == 2 ? "on both arrays"
                                  : (arrays.size() == 1 ? "on every controller" : "on every array");
    }
    std::vector<std::string> words;
    for (const auto& [id, count] : arrays) {
        if (count.some == 0) {
            continue;
        }
        const std::string of = count.array.empty() ? std::string{} : " of " + count.array;
        words.push_back(count.some == count.all && !count.array.empty()
                            ? count.array
                            : controllers_of(count.some, count.all) + of);
    }
    return "on " + join_words(words);
}

} // namespace haoh::judge
