// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/path_use.hpp>

#include "base/safe_text.hpp"

#include <fmt/format.h>

namespace haoh {

namespace {

using Kind = PathUse::Kind;

Kind kind_of(const PathAnaState& ana_state) {
    switch (ana_state.kind()) {
    case PathAnaState::none:
        return Kind::optimized;
    case PathAnaState::unreadable:
        return Kind::ana_unreadable;
    case PathAnaState::other:
        return Kind::ana_unknown;
    case PathAnaState::defined:
        break;
    }
    switch (ana_state.state().value()) {
    case nvme::AnaState::optimized:
        return Kind::optimized;
    case nvme::AnaState::non_optimized:
        return Kind::non_optimized;
    case nvme::AnaState::inaccessible:
        return Kind::ana_inaccessible;
    case nvme::AnaState::persistent_loss:
        return Kind::ana_persistent_loss;
    case nvme::AnaState::change:
        return Kind::ana_change;
    }
    return Kind::ana_unknown;
}

} // namespace

bool PathUse::ready() const {
    return usable() ||
           (!other_size && (kind == Kind::ana_inaccessible || kind == Kind::ana_change));
}

bool PathUse::barred_by_ana() const {
    switch (kind) {
    case Kind::ana_unreadable:
    case Kind::ana_inaccessible:
    case Kind::ana_persistent_loss:
    case Kind::ana_change:
    case Kind::ana_unknown:
        return true;
    case Kind::optimized:
    case Kind::non_optimized:
    case Kind::no_head:
    case Kind::controller_gone:
    case Kind::controller_not_live:
    case Kind::refused:
    case Kind::size_differs:
        break;
    }
    return false;
}

PathUse use_of(const PathFacts& facts) {
    PathUse use{.kind = Kind::optimized, .detail = {}, .other_size = !facts.same_size};
    if (!facts.controller_state) {
        use.kind = Kind::controller_gone;
    } else if (!facts.controller_state->is_live()) {
        // The kernel lets DELETING pass as well, but only for I/O to come to an end.
        use.kind = Kind::controller_not_live;
        use.detail = facts.controller_state->text();
    } else if (!facts.refused.empty()) {
        use.kind = Kind::refused;
        use.detail = facts.refused;
    } else {
        use.kind = kind_of(facts.ana_state);
        if (use.kind == Kind::ana_unreadable) {
            use.detail = facts.ana_problem;
        } else if (use.kind == Kind::ana_unknown) {
            use.detail = facts.ana_state.text();
        } else if (use.usable() && use.other_size) {
            use.kind = Kind::size_differs;
        }
    }
    return use;
}

PathFacts facts_of(const KernelSubsystem& subsystem, const KernelNamespace& head,
                   const KernelPath& path) {
    PathFacts facts;
    if (const KernelController* const controller = subsystem.find_controller(path.controller)) {
        facts.controller_state = controller->known_state();
    }
    if (path.ana_state.state == Attribute::State::unreadable) {
        facts.ana_state = PathAnaState::not_read();
        facts.ana_problem = path.ana_state.text;
    } else {
        facts.ana_state = PathAnaState::of(path.ana_state.value());
    }
    facts.same_size = same_size(head, path);
    return facts;
}

PathUse use_of(const KernelSubsystem& subsystem, const KernelNamespace& head,
               const KernelPath& path) {
    PathUse use = use_of(facts_of(subsystem, head, path));
    if (use.kind == Kind::size_differs) {
        use.detail = fmt::format("{} of {} sectors", path.size.text, head.size.text);
    }
    return use;
}

bool same_size(const KernelNamespace& head, const KernelPath& path) {
    return !head.multipath || !path.size.ok() || !head.size.ok() ||
           path.size.text == head.size.text;
}

std::string to_string(const PathUse& use) {
    const std::string detail = base::safe_text(use.detail); // as some tree has it
    switch (use.kind) {
    case Kind::optimized:
    case Kind::non_optimized:
        return "usable";
    case Kind::no_head:
        return "no head";
    case Kind::controller_gone:
        return "its controller is gone";
    case Kind::controller_not_live:
        return detail.empty() ? "controller in an unknown state" : "controller " + detail;
    case Kind::ana_unreadable:
        return "ANA state not readable: " + detail;
    case Kind::ana_inaccessible:
        return "ANA " + nvme::to_string(nvme::AnaState::inaccessible);
    case Kind::ana_persistent_loss:
        return "ANA " + nvme::to_string(nvme::AnaState::persistent_loss);
    case Kind::ana_change:
        return "ANA " + nvme::to_string(nvme::AnaState::change);
    case Kind::ana_unknown:
        return "ANA " + detail;
    case Kind::refused:
        return "refused by " + detail;
    case Kind::size_differs:
        return detail.empty() ? "another size" : "size " + detail;
    }
    return {};
}

} // namespace haoh
