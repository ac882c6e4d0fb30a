// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The path selection of drivers/nvme/host/multipath.c written down once more, straight and slow,
/// over a list of structures: what the selectors are held against.
#pragma once

#include <haoh/policy.hpp>

#include <cstdint>
#include <list>
#include <map>
#include <vector>

namespace haoh::test {

class KernelModel {
  public:
    KernelModel(IoPolicy policy, HostNodes nodes) : policy_{policy}, nodes_{std::move(nodes)} {}

    struct Path {
        PathIndex name;
        PathTraits traits;
        PathState state;
        unsigned active{};
    };

    void add(PathIndex name, const PathTraits& traits, const PathState& state) {
        list_.push_back({.name = name, .traits = traits, .state = state});
        set_live(list_.back());
    }
    void remove(PathIndex name) {
        list_.remove_if([&](const Path& path) { return path.name == name; });
        forget(name);
    }
    void set_state(PathIndex name, const PathState& state) {
        Path& path = *find(name);
        path.state = state;
        if (!state.usable) {
            current_.clear();
        } else if (state.ana_pending) {
            forget(name);
        }
        set_live(path);
    }
    void forget(PathIndex name) {
        std::erase_if(current_, [&](const auto& one) { return one.second == name; });
    }
    void forget_all() { current_.clear(); }
    void start(PathIndex name) { ++find(name)->active; }
    void end(PathIndex name) {
        Path* path = find(name);
        if (path != nullptr && path->active > 0) {
            --path->active;
        }
    }

    PathIndex pick(unsigned node) {
        switch (policy_) {
        case IoPolicy::numa:
            return numa(node);
        case IoPolicy::round_robin:
            return round_robin(node);
        case IoPolicy::queue_depth:
            return queue_depth();
        }
        return {};
    }

  private:
    static bool is(const Path& path, nvme::AnaState state) {
        return path.state.ana.value_or(nvme::AnaState::optimized) == state;
    }
    static bool optimized(const Path& path) { return is(path, nvme::AnaState::optimized); }
    static bool non_optimized(const Path& path) { return is(path, nvme::AnaState::non_optimized); }
    static bool disabled(const Path& path) {
        return (!path.state.live && !path.state.deleting) || path.state.ana_pending ||
               !path.state.usable;
    }
    Path* find(PathIndex name) {
        for (Path& path : list_) {
            if (path.name == name) {
                return &path;
            }
        }
        return nullptr;
    }
    Path* current(unsigned node) {
        const auto found = current_.find(node);
        return found == current_.end() ? nullptr : find(found->second);
    }
    unsigned distance(unsigned node, const Path& path) const {
        const int to = path.traits.numa_node;
        if (policy_ != IoPolicy::numa || to == -1) {
            return 10;
        }
        return nodes_.distances.at(node * nodes_.count + static_cast<unsigned>(to));
    }
    PathIndex find_path(unsigned node) {
        const Path* best = nullptr;
        const Path* fallback = nullptr;
        unsigned best_distance = UINT32_MAX;
        unsigned fallback_distance = UINT32_MAX;
        for (const Path& path : list_) {
            if (disabled(path)) {
                continue;
            }
            const unsigned far = distance(node, path);
            if (optimized(path) && far < best_distance) {
                best_distance = far;
                best = &path;
            }
            if (non_optimized(path) && far < fallback_distance) {
                fallback_distance = far;
                fallback = &path;
            }
        }
        const Path* found = best != nullptr ? best : fallback;
        if (found == nullptr) {
            return {};
        }
        current_[node] = found->name;
        return found->name;
    }
    void set_live(const Path& path) {
        if (path.state.live && optimized(path)) {
            for (unsigned node = 0; node < nodes_.count; ++node) {
                find_path(node);
            }
        }
    }
    PathIndex numa(unsigned node) {
        const Path* path = current(node);
        if (path == nullptr || !(path->state.live && optimized(*path))) {
            return find_path(node);
        }
        return path->name;
    }
    PathIndex round_robin(unsigned node) {
        const Path* old = current(node);
        if (old == nullptr) {
            return find_path(node);
        }
        if (list_.size() == 1) {
            return disabled(*old) ? PathIndex{} : old->name;
        }
        auto from = list_.begin();
        while (&*from != old) {
            ++from;
        }
        const Path* found = nullptr;
        for (auto it = std::next(from);; ++it) {
            if (it == list_.end()) {
                it = list_.begin();
            }
            if (it == from) {
                break;
            }
            if (disabled(*it)) {
                continue;
            }
            if (optimized(*it)) {
                current_[node] = it->name;
                return it->name;
            }
            if (non_optimized(*it)) {
                found = &*it;
            }
        }
        if (!disabled(*old) && (optimized(*old) || (found == nullptr && non_optimized(*old)))) {
            return old->name;
        }
        if (found == nullptr) {
            return {};
        }
        current_[node] = found->name;
        return found->name;
    }
    PathIndex queue_depth() const {
        const Path* best = nullptr;
        const Path* fallback = nullptr;
        unsigned least = UINT32_MAX;
        unsigned fallback_least = UINT32_MAX;
        for (const Path& path : list_) {
            if (disabled(path)) {
                continue;
            }
            if (optimized(path) && path.active < least) {
                least = path.active;
                best = &path;
            }
            if (non_optimized(path) && path.active < fallback_least) {
                fallback_least = path.active;
                fallback = &path;
            }
            if (least == 0) {
                break;
            }
        }
        const Path* found = best != nullptr ? best : fallback;
        return found == nullptr ? PathIndex{} : found->name;
    }

    IoPolicy policy_;
    HostNodes nodes_;
    std::list<Path> list_;
    std::map<unsigned, PathIndex> current_; ///< by node
};

} // namespace haoh::test
