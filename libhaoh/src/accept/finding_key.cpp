// SPDX-License-Identifier: LGPL-2.1-or-later
#include "accept/finding_key.hpp"

#include "base/safe_text.hpp"
#include "catalogue/cited_rows.hpp"
#include "linux/object_name.hpp"

#include <algorithm>
#include <utility>

namespace haoh::accept {
namespace {

/// "nvme0n1", "/dev/nvme3", "alpha nvme1": a number that the next boot hands to another one.
bool moves(std::string_view object) {
    const std::size_t last = object.find_last_of("/ ");
    return linux_kernel::parse_object_name(last == std::string_view::npos ? object
                                                                          : object.substr(last + 1))
        .has_value();
}

void order(std::vector<std::string>& texts) {
    std::ranges::sort(texts);
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

} // namespace

void Parties::add(std::string_view array, std::string_view object) {
    if (!array.empty()) {
        all_.push_back("array " + base::safe_text(array));
    }
    if (!object.empty() && !moves(object)) {
        all_.push_back("object " + base::safe_text(object));
    }
}

std::vector<std::string> Parties::take() && {
    order(all_);
    return std::move(all_);
}

std::span<const std::uint32_t> nsids_of(const Finding& finding) {
    if (!finding.nsids.empty() || !finding.nsid) {
        return finding.nsids;
    }
    return {&*finding.nsid, 1};
}

BaselineFinding remembered(const Finding& finding) {
    Parties parties;
    for (const FindingValue& value : finding.values) {
        parties.add(value.array, value.object);
    }
    const auto nsids = nsids_of(finding);
    return {.rule = base::safe_text(finding.rule),
            .verdict = finding.verdict,
            .subsystem = base::safe_text(finding.subsystem),
            .host = base::safe_text(finding.host),
            .nsids = {nsids.begin(), nsids.end()},
            .parties = std::move(parties).take(),
            .what = base::safe_text(finding.what),
            .waived = finding.waived.has_value()};
}

FindingKey key_of(const BaselineFinding& finding) {
    return {.rule = finding.rule,
            .subsystem = finding.subsystem,
            .host = finding.host,
            .parties = finding.parties};
}

bool about_waivers(std::string_view rule) {
    return rule == judge::kWaiverExpired.rule.id || rule == judge::kWaiverUnused.rule.id;
}

std::vector<std::string_view> subsystems_in(const Observation& observation) {
    std::vector<std::string_view> out;
    for (const ControllerObservation& controller : observation.controllers) {
        out.push_back(controller.subsysnqn);
    }
    for (const KernelObservation& kernel : observation.kernels) {
        for (const KernelSubsystem& subsystem : kernel.subsystems) {
            out.push_back(subsystem.subsysnqn.value());
        }
    }
    std::ranges::sort(out);
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

} // namespace haoh::accept
