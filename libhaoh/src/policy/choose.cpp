// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/choose.hpp"

#include "base/safe_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace haoh::policy {

namespace {

std::string word(bool optimized) {
    return to_string(optimized ? nvme::AnaState::optimized : nvme::AnaState::non_optimized);
}

bool keeps(const ExplainedPath& path, unsigned node) {
    return path.numa_nodes && std::find(path.numa_nodes->begin(), path.numa_nodes->end(), node) !=
                                  path.numa_nodes->end();
}

/// Whether a controller that does not answer is connected again.
bool is_expected_back(const ControllerState& state) {
    return state.is_live() || state.kind() == ControllerState::resetting ||
           state.kind() == ControllerState::connecting;
}

/// How long the kernel holds I/O for a controller that does not answer.
struct Patience {
    bool forever{};
    std::uint64_t seconds{};
    std::string_view attribute{"ctrl_loss_tmo"};

    void extend(const Patience& other) {
        if (forever || (!other.forever && seconds >= other.seconds)) {
            return;
        }
        *this = other;
    }
};

/// What comes first ends the wait: fast_io_fail_tmo sets NVME_CTRL_FAILFAST_EXPIRED,
/// ctrl_loss_tmo removes the controller. nullopt: one that does not reconnect (PCIe).
std::optional<Patience> patience_with(const KernelController& controller) {
    if (controller.ctrl_loss_tmo.state == Attribute::State::absent) {
        return std::nullopt;
    }
    std::optional<Patience> shortest;
    const auto consider = [&](const Attribute& attribute, std::string_view name) {
        const auto limit = attribute.number(); // not of "off"
        if (limit && (!shortest || *limit < shortest->seconds)) {
            shortest = Patience{.forever = false, .seconds = *limit, .attribute = name};
        }
    };
    consider(controller.ctrl_loss_tmo, "ctrl_loss_tmo");
    consider(controller.fast_io_fail_tmo, "fast_io_fail_tmo");
    return shortest ? shortest : Patience{.forever = true, .seconds = 0};
}

} // namespace

unsigned Chooser::distance(unsigned node, std::size_t path) const {
    const auto place = device_.paths[path].numa_node;
    return place ? numa_.distance(node, *place) : kLocalDistance;
}

Chooser::Field Chooser::field(const std::set<std::size_t>& lost) const {
    Field best{.members = {}, .optimized = true};
    Field rest;
    for (std::size_t i = 0; i < device_.paths.size(); ++i) {
        const PathUse& use = device_.paths[i].use;
        if (use.usable() && !lost.contains(i)) {
            (use.optimized() ? best : rest).members.push_back(i);
        }
    }
    return best.members.empty() ? rest : best;
}

NodeChoice Chooser::choose(unsigned node, const std::set<std::size_t>& lost) const {
    NodeChoice out;
    out.node = node;
    const Field candidates = field(lost);
    if (candidates.members.empty()) {
        take_none(lost, out);
    } else if (!device_.multipath) {
        out.takes = {device_.paths[candidates.members.front()].path};
        out.why = "the device is its own and only path";
    } else if (candidates.members.size() == 1) {
        out.takes = {device_.paths[candidates.members.front()].path};
        out.why = fmt::format("it is the only {} path", word(candidates.optimized));
    } else {
        by_policy(candidates, out);
    }
    out.why = base::safe_text(out.why);
    for (std::size_t i = 0; i < device_.paths.size(); ++i) {
        const std::string& name = device_.paths[i].path;
        if (std::find(out.takes.begin(), out.takes.end(), name) == out.takes.end()) {
            out.others.push_back({.path = name,
                                  .why = lost.contains(i)
                                             ? "it is lost"
                                             : base::safe_text(why_not(i, candidates, out))});
        }
    }
    return out;
}

void Chooser::by_policy(const Field& field, NodeChoice& out) const {
    const auto policy = device_.policy.known();
    if (!policy) {
        by_unknown(field, out);
        return;
    }
    switch (*policy) {
    case IoPolicy::numa:
        by_numa(field, out);
        break;
    case IoPolicy::round_robin:
        by_turns(field, out);
        break;
    case IoPolicy::queue_depth:
        by_queue_depth(field, out);
        break;
    }
}

void Chooser::by_numa(const Field& field, NodeChoice& out) const {
    // A cached path is left only when it is no longer live and optimized (nvme_numa_path).
    const auto kept =
        std::find_if(field.members.begin(), field.members.end(),
                     [&](std::size_t path) { return keeps(device_.paths[path], out.node); });
    if (field.optimized && kept != field.members.end()) {
        out.takes = {device_.paths[*kept].path};
        out.why = "the node keeps to it while it is live and optimized (numa_nodes)";
        return;
    }
    unsigned nearest = ~0U;
    std::vector<std::size_t> alike;
    for (const std::size_t path : field.members) {
        const unsigned far = distance(out.node, path);
        if (far < nearest) {
            nearest = far;
            alike.clear();
        }
        if (far == nearest) {
            alike.push_back(path);
        }
    }
    if (alike.size() == 1) {
        out.takes = {device_.paths[alike.front()].path};
        out.why = fmt::format("its controller is the nearest of the {} ones (distance {})",
                              word(field.optimized), nearest);
        return;
    }
    take_first(alike, "equally near", word(field.optimized), out);
}

void Chooser::by_queue_depth(const Field& field, NodeChoice& out) const {
    const bool shown =
        std::all_of(field.members.begin(), field.members.end(),
                    [&](std::size_t path) { return device_.paths[path].queue_depth.has_value(); });
    if (!shown) {
        take_first(field.members, "equally idle when nothing is in flight", word(field.optimized),
                   out);
        return;
    }
    std::uint64_t fewest = ~std::uint64_t{0};
    for (const std::size_t path : field.members) {
        fewest = std::min(fewest, device_.paths[path].queue_depth.value_or(fewest));
    }
    std::vector<std::size_t> alike;
    std::copy_if(field.members.begin(), field.members.end(), std::back_inserter(alike),
                 [&](std::size_t path) { return device_.paths[path].queue_depth == fewest; });
    if (alike.size() == 1) {
        out.takes = {device_.paths[alike.front()].path};
        out.certainty = Certainty::likely;
        out.why = fmt::format("its controller had the fewest commands in flight, {}", fewest);
        return;
    }
    take_first(alike, fmt::format("equally idle ({} commands in flight)", fewest),
               word(field.optimized), out);
}

void Chooser::by_turns(const Field& field, NodeChoice& out) const {
    take_all(field, out);
    out.certainty = Certainty::rotates;
    out.why =
        fmt::format("the {} {} paths take turns", field.members.size(), word(field.optimized));
}

void Chooser::by_unknown(const Field& field, NodeChoice& out) const {
    take_all(field, out);
    out.certainty = Certainty::likely;
    out.why = fmt::format("one of the {} {} paths; which one is up to a policy that {}",
                          field.members.size(), word(field.optimized),
                          device_.policy.empty() ? "cannot be read" : "is not known here");
}

void Chooser::take_all(const Field& field, NodeChoice& out) const {
    for (const std::size_t path : field.members) {
        out.takes.push_back(device_.paths[path].path);
    }
}

void Chooser::take_first(const std::vector<std::size_t>& alike, std::string_view likeness,
                         std::string_view kind, NodeChoice& out) const {
    out.takes = {device_.paths[alike.front()].path};
    out.certainty = Certainty::likely;
    out.why = fmt::format("of {} {} paths that are {}, it is taken to have been connected first",
                          alike.size(), kind, likeness);
}

void Chooser::take_none(const std::set<std::size_t>& lost, NodeChoice& out) const {
    out.next = NextIo::failed;
    bool answers = false;
    Patience patience;
    for (std::size_t i = 0; i < device_.paths.size(); ++i) {
        const ExplainedPath& path = device_.paths[i];
        const KernelController* const controller = subsystem_.find_controller(path.controller);
        if (controller == nullptr) {
            continue;
        }
        if (controller->live() && !lost.contains(i)) {
            answers = true;
        } else if (is_expected_back(controller->known_state())) {
            if (const auto limit = patience_with(*controller)) {
                patience.extend(*limit);
            }
        }
    }
    const auto held = head_.delayed_removal_secs.number().value_or(0);
    if (answers) {
        out.next = NextIo::queued;
        out.why = "no path is usable; I/O waits, because a controller is live and its state may "
                  "change";
    } else if (patience.forever) {
        out.next = NextIo::queued;
        out.why = "no path is usable; I/O waits until a controller is connected again, for ever "
                  "(ctrl_loss_tmo off)";
    } else if (patience.seconds > 0) {
        out.next = NextIo::queued;
        out.why = fmt::format("no path is usable; I/O waits until a controller is connected again, "
                              "at most {} s after it was lost ({}), and then fails",
                              patience.seconds + held, patience.attribute);
    } else if (held > 0) {
        out.next = NextIo::queued;
        out.why = fmt::format("no path is left; I/O waits {} s for a new one "
                              "(delayed_removal_secs), and then fails",
                              held);
    } else {
        out.why = device_.paths.empty() ? "there is no path"
                                        : "no path is usable, and none is being connected again";
    }
}

std::string Chooser::why_not(std::size_t path, const Field& field, const NodeChoice& choice) const {
    const ExplainedPath& own = device_.paths[path];
    if (!own.use.usable()) {
        return to_string(own.use);
    }
    const auto taken = std::find_if(field.members.begin(), field.members.end(), [&](auto index) {
        return device_.paths[index].path == choice.takes.front();
    });
    if (field.optimized && !own.use.optimized()) {
        return fmt::format("it is non-optimized, and {} is optimized", choice.takes.front());
    }
    return not_by_policy(path, *taken, choice);
}

std::string Chooser::not_by_policy(std::size_t path, std::size_t taken,
                                   const NodeChoice& choice) const {
    const ExplainedPath& own = device_.paths[path];
    const std::string& first = device_.paths[taken].path;
    const unsigned far = distance(choice.node, path);
    const unsigned near = distance(choice.node, taken);
    if (device_.policy == IoPolicy::numa && far > near) {
        return fmt::format("its controller is farther, at distance {}, that of {} at {}", far,
                           first, near);
    }
    const auto& depth = own.queue_depth;
    const auto& least = device_.paths[taken].queue_depth;
    if (device_.policy == IoPolicy::queue_depth && depth && least && *depth > *least) {
        return fmt::format("its controller had {} commands in flight, that of {} {}", *depth, first,
                           *least);
    }
    if (choice.certainty == Certainty::known) {
        return fmt::format("the node keeps to {}", first);
    }
    return fmt::format("it is taken to have been connected after {}", first);
}

} // namespace haoh::policy
