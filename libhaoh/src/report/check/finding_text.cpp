// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/check/finding_text.hpp"

#include "report/text/text.hpp"

#include <haoh/kernel_release.hpp>

#include <fmt/format.h>

#include <utility>

namespace haoh::report {
namespace {

constexpr std::size_t kHeadlineRanges = 8; ///< runs of NSIDs in one list

/// "alpha: " in front of what is about one of several hosts.
std::string host_prefix(std::string_view host) {
    return host.empty() ? std::string() : fmt::format("{}: ", host);
}

/// "alpha nvme0" for "nvme0", where a host has to be told; a host is its own name.
std::string on_host(std::string_view host, std::string name) {
    return host.empty() || host == name ? std::move(name)
           : name.empty()               ? std::string(host)
                                        : fmt::format("{} {}", host, name);
}

} // namespace

std::string upper(std::string_view word) {
    std::string out{word};
    for (char& character : out) {
        if (character >= 'a' && character <= 'z') {
            character = static_cast<char>(character - 'a' + 'A');
        }
    }
    return out;
}

std::string short_release(const std::string& release) {
    const auto known = parse_kernel_release(release);
    return known ? name_of(*known) : "Linux " + release;
}

FindingText::FindingText(const ReportView& view, const Observation& observation)
    : view_{view}, subsystems_{subsystems_of(observation, view.attributions)} {
    for (std::size_t index = 0; index < subsystems_.size(); ++index) {
        places_.try_emplace(subsystems_[index].subsysnqn, index);
    }
}

std::string FindingText::headline(const FindingItem& item, std::size_t most) const {
    if (item.unobserved && *item.unobserved < view_.unobserved.size()) {
        return error(view_.unobserved[*item.unobserved]);
    }
    return host_prefix(shown_host(item)) + clause(item, most);
}

std::string FindingText::error(const Unobserved& one) const {
    return host_prefix(view_.several_hosts() ? one.host : std::string()) + one.error;
}

std::string_view FindingText::shown_host(const FindingItem& item) const {
    return view_.several_hosts() ? std::string_view(item.host) : std::string_view();
}

std::string FindingText::clause(const FindingItem& item, std::size_t most) const {
    std::string text = item.what;
    if (columns(text) > most) {
        text = std::string{column_slice(text, 0, most - 3)} + "...";
    }
    if (item.nsids.empty() || item.about_all || item.names_nsid) {
        return text;
    }
    return fmt::format("NSID {}: {}", ranges(item.nsids, kHeadlineRanges), text);
}

std::vector<LabelledValue> FindingText::values(const FindingGroup& group, const FindingItem& item,
                                               bool each) const {
    const auto place = places_.find(group.subsystem);
    const SubsystemArrays* subsystem =
        place == places_.end() ? nullptr : &subsystems_[place->second];
    std::vector<LabelledValue> out;
    for (const ValueGroup& one : item.values) {
        if (!each) {
            std::string label =
                one.object.empty() ? label_of(subsystem, one.array, one.controllers) : one.object;
            out.push_back({.label = on_host(unnamed_host(item, one.host()), std::move(label)),
                           .value = one.value});
            continue;
        }
        for (std::size_t i = 0; i < one.controllers.size(); ++i) {
            const std::string name = on_host(unnamed_host(item, one.hosts[i]),
                                             one.object.empty() ? one.controllers[i] : one.object);
            const std::string separator = one.array.empty() || name.empty() ? "" : ", ";
            out.push_back({.label = one.array + separator + name, .value = one.value});
        }
    }
    return out;
}

/// The host of a value, where nothing said it yet.
std::string_view FindingText::unnamed_host(const FindingItem& item, std::string_view host) const {
    return view_.several_hosts() && host != item.host ? host : std::string_view();
}

} // namespace haoh::report
