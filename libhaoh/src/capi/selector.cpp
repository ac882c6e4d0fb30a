// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/call.hpp"
#include "capi/handle.hpp"
#include "capi/source.hpp"
#include "capi/versioned.hpp"

#include <haoh/policy.hpp>
#include <haoh/selector_info.hpp>
#include <haoh/simulate.hpp>

#include <fmt/ranges.h>

#include <memory>

/// A selector whose type is chosen at run time.
struct haoh_selector : haoh::capi::Handle<0x68616f07U> {
    virtual ~haoh_selector() = default;
    virtual std::optional<haoh::PathIndex> pick(const haoh::SubmitContext& context) noexcept = 0;
    virtual void started(haoh::PathIndex path) noexcept = 0;
    virtual void completed(haoh::PathIndex path, std::chrono::nanoseconds latency) noexcept = 0;
    virtual std::optional<haoh::PathIndex> add_path(const haoh::PathTraits& traits,
                                                    const haoh::PathState& state) = 0;
    virtual bool set_path_state(haoh::PathIndex path, const haoh::PathState& state) = 0;
    virtual bool remove_path(haoh::PathIndex path) = 0;
};

namespace haoh::capi {
namespace {

constexpr const char* kSelectorType = "haoh_selector *";

template <PathSelector Selector>
class SelectorHandle final : public haoh_selector {
  public:
    template <typename... Arguments>
    explicit SelectorHandle(const Arguments&... arguments) : selector_{arguments...} {}

    std::optional<PathIndex> pick(const SubmitContext& context) noexcept override {
        return selector_.pick(context);
    }
    void started(PathIndex path) noexcept override { selector_.started(path); }
    void completed(PathIndex path, std::chrono::nanoseconds latency) noexcept override {
        selector_.completed(path, latency);
    }
    std::optional<PathIndex> add_path(const PathTraits& traits, const PathState& state) override {
        return selector_.add_path(traits, state);
    }
    bool set_path_state(PathIndex path, const PathState& state) override {
        return selector_.set_path_state(path, state);
    }
    bool remove_path(PathIndex path) override { return selector_.remove_path(path); }

  private:
    Selector selector_;
};

template <typename Selector, typename... Arguments>
std::unique_ptr<haoh_selector> made(const Arguments&... arguments) {
    return std::make_unique<SelectorHandle<Selector>>(arguments...);
}

haoh_selector_options options_of(const haoh_selector_options* options) {
    constexpr std::size_t kFirst =
        offsetof(haoh_selector_options, spill_depth) + sizeof(std::uint32_t);
    haoh_selector_options none HAOH_SELECTOR_OPTIONS_INIT;
    return options == nullptr ? none : taken(*options, kFirst, "struct haoh_selector_options");
}

HostNodes nodes_of(const haoh_selector_options& options) {
    constexpr unsigned kMost = 1024;
    HostNodes out;
    out.count = options.nodes == 0 ? 1 : options.nodes;
    if (options.distances != nullptr && out.count <= kMost) {
        out.distances.assign(options.distances,
                             options.distances + std::size_t{out.count} * out.count);
    }
    return out; // the selector refuses what is too many
}

SiteAffinityOptions affinity_of(const haoh_selector_options& options) {
    SiteAffinityOptions out;
    out.local_site = options.local_site;
    if (options.spill_depth != 0) {
        out.spill_depth = options.spill_depth == UINT32_MAX ? 0 : options.spill_depth;
    }
    return out;
}

std::unique_ptr<haoh_selector> selector_of(std::string_view policy,
                                           const haoh_selector_options& options) {
    const auto kind = parse_selector_kind(policy);
    if (!kind) {
        throw Error(Errc::invalid_argument, "use", fmt::format("policy {}", policy),
                    "there is no such selector",
                    fmt::format("there are {}", fmt::join(simulated_policies(), ", ")));
    }
    switch (*kind) {
    case SelectorKind::numa:
        return made<NumaSelector>(nodes_of(options));
    case SelectorKind::round_robin:
        return made<RoundRobinSelector>(nodes_of(options));
    case SelectorKind::queue_depth:
        return made<QueueDepthSelector>(nodes_of(options));
    case SelectorKind::site_affinity:
        return made<SiteAffinitySelector>(affinity_of(options));
    case SelectorKind::latency:
        return made<LatencySelector>();
    case SelectorKind::weighted:
        return made<WeightedSelector>();
    case SelectorKind::spdk_round_robin:
        break;
    }
    return made<SpdkRoundRobinSelector>();
}

haoh_path path_of(const haoh_path* path) {
    constexpr std::size_t kFirst = offsetof(haoh_path, ana_pending) + sizeof(int);
    if (path == nullptr) {
        throw Error(Errc::invalid_argument, "use", "struct haoh_path", "it is NULL");
    }
    return taken(*path, kFirst, "struct haoh_path");
}

PathTraits traits_of(const haoh_path& path) {
    PathTraits out;
    out.numa_node = path.numa_node;
    out.site = path.site;
    out.weight = path.weight == 0 ? std::uint16_t{1} : path.weight;
    return out;
}

PathState state_of(const haoh_path& path) {
    PathState out;
    switch (path.ana) {
    case HAOH_ANA_NOT_REPORTED:
        out.ana.reset();
        break;
    case HAOH_ANA_OPTIMIZED:
    case HAOH_ANA_NON_OPTIMIZED:
    case HAOH_ANA_INACCESSIBLE:
    case HAOH_ANA_PERSISTENT_LOSS:
    case HAOH_ANA_CHANGE:
        out.ana = static_cast<nvme::AnaState>(path.ana);
        break;
    default: // a state that is not known is no usable one, as in Linux (nvme_path_is_optimized)
        out.ana = nvme::AnaState::inaccessible;
        break;
    }
    out.live = path.not_live == 0;
    out.usable = path.unusable == 0;
    out.ana_pending = path.ana_pending != 0;
    return out;
}

void require_found(bool found, std::uint32_t path) {
    if (!found) {
        throw Error(Errc::not_found, "change", fmt::format("path {:#x}", path),
                    "the selector has no such path, or no longer");
    }
}

} // namespace
} // namespace haoh::capi

namespace capi = haoh::capi;
using capi::kSelectorType;
using capi::object;

haoh_selector* haoh_selector_new(const char* policy, const haoh_selector_options* options,
                                 haoh_error** error) {
    return capi::pointer_of(error, [&] {
        return capi::selector_of(capi::text(policy, "policy"), capi::options_of(options)).release();
    });
}

uint32_t haoh_selector_add_path(haoh_selector* selector, const haoh_path* path,
                                haoh_error** error) {
    std::uint32_t name = 0;
    static_cast<void>(capi::status_of(error, [&] {
        haoh_selector& known = object(selector, kSelectorType);
        const haoh_path given = capi::path_of(path);
        const auto added = known.add_path(capi::traits_of(given), capi::state_of(given));
        if (!added) {
            throw haoh::Error(haoh::Errc::too_large, "add", "a path",
                              fmt::format("there are {} already", haoh::PathTable::kMaxPaths));
        }
        name = added->value;
        return 0;
    }));
    return name;
}

int haoh_selector_set_path(haoh_selector* selector, uint32_t path, const haoh_path* state,
                           haoh_error** error) {
    return capi::status_of(error, [&] {
        haoh_selector& known = object(selector, kSelectorType);
        capi::require_found(known.set_path_state({path}, capi::state_of(capi::path_of(state))),
                            path);
        return 0;
    });
}

int haoh_selector_remove_path(haoh_selector* selector, uint32_t path, haoh_error** error) {
    return capi::status_of(error, [&] {
        capi::require_found(object(selector, kSelectorType).remove_path({path}), path);
        return 0;
    });
}

uint32_t haoh_selector_pick(haoh_selector* selector, unsigned node, uint64_t now_ns) {
    haoh_selector* known = capi::usable(selector);
    if (known == nullptr) {
        return 0;
    }
    const auto path = known->pick(
        {.node = node, .now = std::chrono::nanoseconds{static_cast<std::int64_t>(now_ns)}});
    return path ? path->value : 0;
}

void haoh_selector_started(haoh_selector* selector, uint32_t path) {
    if (haoh_selector* known = capi::usable(selector)) {
        known->started({path});
    }
}

void haoh_selector_completed(haoh_selector* selector, uint32_t path, uint64_t latency_ns) {
    if (haoh_selector* known = capi::usable(selector)) {
        known->completed({path}, std::chrono::nanoseconds{static_cast<std::int64_t>(latency_ns)});
    }
}

unsigned haoh_path_slot(uint32_t path) {
    return haoh::PathIndex{path}.slot();
}

void haoh_selector_free(haoh_selector* selector) {
    capi::free_handle(selector);
}
