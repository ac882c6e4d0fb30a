// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/policy/kernel_selectors.hpp>

#include <haoh/error.hpp>

#include <fmt/format.h>

namespace haoh {
namespace {

const HostNodes& checked(const HostNodes& nodes) {
    constexpr unsigned kMaxNodes = 1024;
    const auto refuse = [](const std::string& cause) {
        throw Error(make_error_code(Errc::invalid_argument), "use", "the NUMA nodes", cause);
    };
    if (nodes.count < 1 || nodes.count > kMaxNodes) {
        refuse(fmt::format("{} nodes, not 1 to {}", nodes.count, kMaxNodes));
    }
    if (!nodes.distances.empty() &&
        nodes.distances.size() != std::size_t{nodes.count} * nodes.count) {
        refuse(fmt::format("{} distances between {} nodes", nodes.distances.size(), nodes.count));
    }
    return nodes;
}

} // namespace

template <IoPolicy kPolicy>
KernelSelector<kPolicy>::KernelSelector(HostNodes nodes)
    : table_{{}, kPolicy == IoPolicy::round_robin ? &round_robin : nullptr}, nodes_{checked(nodes)},
      current_(nodes_.count) {}

template <IoPolicy kPolicy>
unsigned KernelSelector<kPolicy>::round_robin(const PathTable::View& view, unsigned old) {
    const PathTable::Mask self = policy::bit(old);
    if (view.listed() == 1) { // list_is_singular: the ANA state is not asked
        return (view.enabled() & self) != 0 ? old : PathTable::kMaxPaths;
    }
    const PathTable::Mask optimized = view.optimized();
    if (const PathTable::Mask others = optimized & ~self; others != 0) {
        return policy::first_after(others, old);
    }
    const PathTable::Mask non_optimized = view.non_optimized();
    const PathTable::Mask others = non_optimized & ~self;
    if ((optimized & self) != 0 || (others == 0 && (non_optimized & self) != 0)) {
        return old;
    }
    if (others == 0) {
        return PathTable::kMaxPaths;
    }
    // The search keeps the last one that it meets, so that the rotation goes backwards.
    const PathTable::Mask before = others & policy::below(old);
    return policy::last(before != 0 ? before : others);
}

template <IoPolicy kPolicy>
std::optional<PathIndex> KernelSelector<kPolicy>::add_path(const PathTraits& traits,
                                                           const PathState& state) {
    const auto path = table_.add(traits, state);
    if (path && state.live && state.optimized()) {
        choose_for_all_nodes();
    }
    return path;
}

template <IoPolicy kPolicy>
bool KernelSelector<kPolicy>::remove_path(PathIndex path) {
    const bool removed = table_.remove(path);
    forget_current(path);
    return removed;
}

template <IoPolicy kPolicy>
bool KernelSelector<kPolicy>::set_path_state(PathIndex path, const PathState& state) {
    if (!table_.set_state(path, state)) {
        return false;
    }
    if (!state.usable) {
        forget_current();
    } else if (state.ana_pending) {
        forget_current(path);
    }
    if (state.live && state.optimized()) {
        choose_for_all_nodes();
    }
    return true;
}

template <IoPolicy kPolicy>
void KernelSelector<kPolicy>::forget_current(PathIndex path) noexcept {
    for (Current& current : current_) {
        std::uint64_t cursor = current.cursor.load(std::memory_order_relaxed);
        if (PathTable::Cursor{cursor}.path() == path) {
            current.cursor.compare_exchange_strong(cursor, 0, std::memory_order_relaxed);
        }
    }
}

template <IoPolicy kPolicy>
void KernelSelector<kPolicy>::forget_current() noexcept {
    for (Current& current : current_) {
        current.cursor.store(0, std::memory_order_relaxed);
    }
}

template <IoPolicy kPolicy>
void KernelSelector<kPolicy>::choose_for_all_nodes() noexcept {
    for (unsigned node = 0; node < nodes_.count; ++node) {
        static_cast<void>(remember(
            node, table_.read([&](const PathTable::View& view) { return nearest(view, node); })));
    }
}

template class KernelSelector<IoPolicy::numa>;
template class KernelSelector<IoPolicy::round_robin>;
template class KernelSelector<IoPolicy::queue_depth>;

} // namespace haoh
