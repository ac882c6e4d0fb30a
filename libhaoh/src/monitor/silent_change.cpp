// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/silent_change.hpp"

#include "collect/namespace_reading.hpp"
#include "judge/page_compare.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace haoh::monitor {

namespace {

constexpr std::size_t kNamespaceVendor = 384; ///< CNS 00h
constexpr std::size_t kControllerVendor = 3072;
constexpr std::array<std::string_view, 2> kMoving{"nuse", "nvmcap"};

std::uint8_t byte_at(const Page& page, std::size_t offset) {
    return offset < page.bytes.size() ? page.bytes[offset] : std::uint8_t{0};
}

/// Both answered, in another way; or it answers again. There is no more room than there was.
bool answers_otherwise(const Page& before, const Page& now) {
    if (now.state == Page::State::failed || before.over_budget) {
        return false;
    }
    return before.state != now.state ||
           (now.state == Page::State::status && before.status != now.status);
}

/// In bytes before `end`, without those of fields for which `skip` is true.
template <typename Skip>
bool differs(const Page& before, const Page& now, std::span<const nvme::FieldRange> fields,
             std::size_t end, Skip skip) {
    end = std::min(end, std::max(before.bytes.size(), now.bytes.size()));
    for (std::size_t offset = 0; offset < end; ++offset) {
        if (byte_at(before, offset) == byte_at(now, offset)) {
            continue;
        }
        const nvme::FieldRange* const field = nvme::field_at(fields, offset);
        if (field == nullptr || !skip(*field)) {
            return true;
        }
        offset = std::size_t{field->offset} + field->length - 1;
    }
    return false;
}

bool contains(std::span<const std::string_view> names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

/// FPI without how much is left of a format.
bool formatting(std::uint8_t fpi) {
    constexpr unsigned kRemaining = 0x7F;
    return (fpi & kRemaining) != 0;
}

} // namespace

bool says_otherwise(const NamespaceObservation& before, const NamespaceObservation& now) {
    const auto page = [&](Page NamespaceObservation::*of, std::span<const nvme::FieldRange> fields,
                          std::size_t end) {
        const Page& was = before.*of;
        const Page& is = now.*of;
        const auto skip = [&](const nvme::FieldRange& field) {
            return contains(kMoving, field.name) ||
                   (field.name == "fpi" && formatting(byte_at(was, field.offset)) ==
                                               formatting(byte_at(is, field.offset)));
        };
        return answers_otherwise(was, is) || (was.ok() && is.ok() && was.bytes != is.bytes &&
                                              differs(was, is, fields, end, skip));
    };
    return page(&NamespaceObservation::identify, nvme::identify_namespace_fields(),
                kNamespaceVendor) ||
           page(&NamespaceObservation::descriptors, {}, nvme::kIdentifySize) ||
           page(&NamespaceObservation::nvm, nvme::identify_namespace_nvm_fields(),
                nvme::kIdentifySize) ||
           page(&NamespaceObservation::independent, nvme::identify_namespace_independent_fields(),
                nvme::kIdentifySize);
}

bool says_otherwise(const ControllerObservation& before, const ControllerObservation& now) {
    if (now.active_nsids && now.active_nsids != before.active_nsids) {
        return true;
    }
    const auto skip = [](const nvme::FieldRange& field) {
        return contains(judge::incomparable_controller_fields(), field.name);
    };
    return answers_otherwise(before.identify, now.identify) ||
           (before.identify.ok() && now.identify.ok() &&
            differs(before.identify, now.identify, nvme::identify_controller_fields(),
                    kControllerVendor, skip));
}

boost::asio::awaitable<Round::Portion> changed_of(MonitorCore& core, std::string controller,
                                                  AdminChannel& channel, Round::Portion portion,
                                                  CollectOptions options) {
    Round::Portion changed;
    // What is known may be something else after each reading.
    const ControllerObservation* known = core.known({}, controller);
    if (known != nullptr && !portion.nsids.empty()) {
        std::vector<model::PathPage> reads = namespace_reads(*known);
        CollectOptions part = options;
        const std::vector<NamespaceObservation> seen = co_await collect_namespaces(
            channel, std::move(reads), std::move(portion.nsids), std::move(part));
        known = core.known({}, controller);
        for (const NamespaceObservation& one : seen) {
            if (known == nullptr) {
                break;
            }
            const auto was = std::ranges::lower_bound(known->namespaces, one.nsid, {},
                                                      &NamespaceObservation::nsid);
            if (was != known->namespaces.end() && was->nsid == one.nsid &&
                says_otherwise(*was, one)) {
                changed.nsids.push_back(one.nsid);
            }
        }
    }
    if (known != nullptr && portion.controller) {
        const ControllerObservation seen = co_await collect_outline(channel, std::move(options));
        known = core.known({}, controller);
        changed.controller = known != nullptr && says_otherwise(*known, seen);
    }
    co_return changed;
}

} // namespace haoh::monitor
