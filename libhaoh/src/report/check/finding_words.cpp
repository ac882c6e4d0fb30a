// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/check/finding_words.hpp"

#include "report/text/text.hpp"

#include <haoh/kernel_release.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace haoh::report {
namespace {

/// "alpha: " in front of what is about one of several hosts.
std::string before_of_host(std::string_view host) {
    return host.empty() ? std::string() : fmt::format("{}: ", host);
}

} // namespace

FindingWords::FindingWords(const ReportView& view, std::span<const SubsystemArrays> subsystems)
    : view_{&view}, subsystems_{subsystems} {
    for (std::size_t index = 0; index < subsystems_.size(); ++index) {
        places_.try_emplace(subsystems_[index].subsysnqn, index);
    }
}

const SubsystemArrays* FindingWords::find_subsystem(std::string_view subsysnqn) const {
    const auto found = places_.find(subsysnqn);
    return found == places_.end() ? nullptr : &subsystems_[found->second];
}

std::string_view FindingWords::shown_host(const FindingItem& item) const {
    return view_->several_hosts() ? std::string_view(item.host) : std::string_view();
}

std::string FindingWords::error_text(const Unobserved& one) const {
    return before_of_host(view_->several_hosts() ? one.host : std::string()) + one.error;
}

std::string FindingWords::headline_of(const FindingItem& item, std::size_t max_clause,
                                      std::size_t max_ranges) const {
    if (item.unobserved && *item.unobserved < view_->unobserved.size()) {
        return error_text(view_->unobserved[*item.unobserved]);
    }
    std::string text = item.what;
    if (columns(text) > max_clause) {
        text = std::string{column_slice(text, 0, max_clause - 3)} + "...";
    }
    if (!item.nsids.empty() && !item.about_all && !item.names_nsid) {
        text = fmt::format("NSID {}: {}", ranges(item.nsids, max_ranges), text);
    }
    return before_of_host(shown_host(item)) + text;
}

std::string FindingWords::label_of(const FindingGroup& group, const FindingItem& item,
                                   const ValueGroup& value) const {
    std::string label = value.object.empty() ? report::label_of(find_subsystem(group.subsystem),
                                                                value.array, value.controllers)
                                             : value.object;
    const std::string_view host = value.host();
    if (!view_->several_hosts() || host.empty() || host == item.host || host == label) {
        return label;
    }
    return label.empty() ? std::string(host) : fmt::format("{} {}", host, label);
}

std::string short_release(const std::string& release) {
    const auto known = parse_kernel_release(release);
    return known ? name_of(*known) : "Linux " + release;
}

std::string some_names(std::span<const std::string> names, std::size_t max_names) {
    const std::size_t shown = names.size() <= max_names + 1 ? names.size() : max_names;
    std::string out = fmt::format("{}", fmt::join(names.first(shown), ", "));
    return shown == names.size()
               ? out
               : fmt::format("{} and {} more", out, grouped(names.size() - shown));
}

} // namespace haoh::report
