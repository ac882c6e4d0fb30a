// SPDX-License-Identifier: LGPL-2.1-or-later
// Lists of namespaces and controllers beside that of the active namespaces: they tell the same story.
#include "catalogue/catalogue.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"

#include <haoh/nvme/id_list.hpp>

#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

namespace haoh::judge {

namespace {

/// One page of a list of NSIDs, and up to where it speaks.
struct ListedNsids {
    std::vector<std::uint32_t> nsids; ///< ascending
    std::uint32_t until{std::numeric_limits<std::uint32_t>::max()};

    [[nodiscard]] bool has(std::uint32_t nsid) const {
        return std::binary_search(nsids.begin(), nsids.end(), nsid);
    }
};

ListedNsids listed_nsids(const Page& page) {
    ListedNsids out{.nsids = nvme::decode_namespace_list(page.whole()).nsids};
    std::sort(out.nsids.begin(), out.nsids.end());
    if (out.nsids.size() == nvme::kMaxNamespaceListEntries) {
        out.until = out.nsids.back(); // more of them are in a page that was not asked for
    }
    return out;
}

/// Of a page that is not there: it could not be read, or the controller has none.
Answer without_page(const Page& page) {
    return page.state == Page::State::failed ? Answer::unknown() : Answer::not_asked();
}

Answer active_but_not_allocated(const Controller& controller, const Subsystem& /*own*/) {
    const Page& page = controller.observed->allocated_nsids;
    if (!page.ok()) {
        return without_page(page);
    }
    if (!controller.observed->active_nsids) {
        return Answer::unknown();
    }
    const ListedNsids listed = listed_nsids(page);
    for (const std::uint32_t nsid : *controller.observed->active_nsids) {
        if (nsid <= listed.until && !listed.has(nsid)) {
            return Answer::broken(fmt::format("nsid {} is active and not allocated", nsid));
        }
    }
    return Answer::holds();
}

Answer not_attached(const Namespace& path, const Subsystem& /*own*/) {
    const Page& page = path.observed->controllers;
    if (!page.ok()) {
        return without_page(page);
    }
    const auto own = path.controller->cntlid();
    if (!own) {
        return Answer::unknown();
    }
    const std::vector<std::uint16_t> listed = nvme::decode_controller_list(page.whole()).cntlids;
    // Of a full list the rest is in a page that was not asked for.
    const bool beyond = listed.size() == nvme::kMaxControllerListEntries && *own > listed.back();
    if (beyond || std::find(listed.begin(), listed.end(), *own) != listed.end()) {
        return Answer::holds();
    }
    constexpr std::size_t kShown = 4;
    const auto shown = static_cast<std::ptrdiff_t>(std::min(listed.size(), kShown));
    return Answer::broken(listed.empty()
                              ? std::string("no controller is listed")
                              : fmt::format("controller {} is not among {}{}", *own,
                                            fmt::join(listed.begin(), listed.begin() + shown, ", "),
                                            listed.size() > kShown ? ", ..." : ""));
}

constexpr Row kNslistActiveSubsetAllocated{
    .rule = {.id = "nslist.active_subset_allocated",
             .title = "What is active is allocated (CNS 10h)",
             .rule_class = RuleClass::xrf,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §5.2.13.2, §3.2.1: an active namespace is an allocated one that is "
                      "attached",
             .why = "Whoever manages the subsystem does not see the volume that hosts write to.",
             .fix = "Array: list each namespace that exists in CNS 10h."},
    .judge = CheckController{.clause = "active namespaces are missing among the allocated",
                             .ask = active_but_not_allocated}};

constexpr Row kCtrlListCns12NsAttached{
    .rule = {.id = "ctrl.list_cns12.ns_attached",
             .title = "A namespace is attached to the controller that shows it (CNS 12h)",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §5.2.13.2: CNS 12h lists the controllers that a namespace is "
                      "attached to; §3.2.1: it is active for these",
             .why = "Whoever manages the subsystem takes the path for one that is not there: it is "
                    "left out when the namespace is detached, moved or deleted.",
             .fix = "Array: list every controller that the namespace is attached to, of both "
                    "arrays."},
    .judge = CheckNamespace{.clause = "attached to other controllers than the one that shows it",
                            .ask = not_attached}};

constexpr std::array kAttachmentRows{&kNslistActiveSubsetAllocated, &kCtrlListCns12NsAttached};

} // namespace

std::span<const Row* const> attachment_rows() {
    return kAttachmentRows;
}

} // namespace haoh::judge
