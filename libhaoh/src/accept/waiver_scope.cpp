// SPDX-License-Identifier: LGPL-2.1-or-later
#include "accept/waiver_scope.hpp"

#include "accept/finding_key.hpp"

#include <haoh/nvme/namespace_id.hpp>
#include <haoh/rule.hpp>

#include <algorithm>

namespace haoh::accept {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

bool matches(const std::vector<std::string>& globs, std::string_view text) {
    return std::ranges::any_of(
        globs, [text](const std::string& glob) { return rule_matches(text, glob); });
}

void add_names(const nvme::NamespaceIds& ids, std::set<std::string>& names) {
    if (ids.uuid) {
        names.insert(nvme::format_nguid(*ids.uuid));
    }
    if (ids.nguid) {
        names.insert(nvme::format_nguid(*ids.nguid));
    }
    if (ids.eui64) {
        names.insert(nvme::format_eui64(*ids.eui64));
    }
}

/// Whether all of a finding's texts of one kind are in the list, and it has any.
template <typename Each>
bool all_within(const std::vector<std::string>& list, Each each) {
    bool any = false;
    bool all = true;
    each([&](std::string_view text) {
        if (!text.empty()) {
            any = true;
            all = all && contains(list, text);
        }
    });
    return any && all;
}

bool within_arrays(const Waiver& waiver, const Finding& finding) {
    return waiver.arrays.empty() || all_within(waiver.arrays, [&finding](auto use) {
               for (const FindingValue& value : finding.values) {
                   use(value.array);
               }
           });
}

bool within_hosts(const Waiver& waiver, const Finding& finding) {
    return waiver.hosts.empty() || all_within(waiver.hosts, [&finding](auto use) {
               use(finding.host);
               for (const FindingValue& value : finding.values) {
                   use(value.host);
               }
           });
}

bool within_nsids(const Waiver& waiver, const Finding& finding) {
    const auto nsids = nsids_of(finding);
    return waiver.nsids.empty() ||
           (!nsids.empty() && std::ranges::all_of(nsids, [&waiver](std::uint32_t nsid) {
               return std::ranges::find(waiver.nsids, nsid) != waiver.nsids.end();
           }));
}

} // namespace

WaiverScope::WaiverScope(const Report& report, const Observation& observation, bool with_names)
    : report_{report}, subsystems_{subsystems_in(observation)} {
    for (const Attribution& one : report.attributions) {
        arrays_.insert(one.array);
    }
    for (const KernelObservation& kernel : observation.kernels) {
        releases_.emplace(kernel.host, kernel.release);
    }
    if (with_names) {
        name_namespaces(observation);
    }
}

void WaiverScope::name_namespaces(const Observation& observation) {
    for (const ControllerObservation& controller : observation.controllers) {
        for (const NamespaceObservation& path : controller.namespaces) {
            add_names(path.ids(), names_[{controller.subsysnqn, path.nsid}]);
        }
    }
    for (const KernelObservation& kernel : observation.kernels) {
        for (const KernelSubsystem& subsystem : kernel.subsystems) {
            for (const KernelNamespace& head : subsystem.namespaces) {
                if (const auto nsid = head.nsid.number(); nsid && *nsid <= 0xFFFFFFFFU) {
                    add_names(
                        head.ids(),
                        names_[{subsystem.subsysnqn.value(), static_cast<std::uint32_t>(*nsid)}]);
                }
            }
        }
    }
}

bool WaiverScope::has_namespaces(const Waiver& waiver, const Finding& finding) const {
    const auto nsids = nsids_of(finding);
    return waiver.namespaces.empty() ||
           (!nsids.empty() && std::ranges::all_of(nsids, [&](std::uint32_t nsid) {
               const auto names = names_.find({finding.subsystem, nsid});
               return names != names_.end() &&
                      std::ranges::any_of(waiver.namespaces, [&](const std::string& name) {
                          return names->second.contains(name);
                      });
           }));
}

/// As it is told with the finding; where nothing is, of its host.
std::string_view WaiverScope::release_of(const Finding& finding) const {
    if (finding.on_kernel) {
        return finding.on_kernel->release;
    }
    const auto own = releases_.find(finding.host);
    return own == releases_.end() || own->second.empty() ? std::string_view(report_.kernel)
                                                         : own->second;
}

bool WaiverScope::covers(const Waiver& waiver, const Finding& finding) const {
    const bool of_rule = finding.severity == Severity::corruption
                             ? waiver.rule == finding.rule
                             : rule_matches(finding.rule, waiver.rule);
    return of_rule &&
           (waiver.subsystems.empty() || matches(waiver.subsystems, finding.subsystem)) &&
           (waiver.kernels.empty() || matches(waiver.kernels, release_of(finding))) &&
           within_arrays(waiver, finding) && within_hosts(waiver, finding) &&
           within_nsids(waiver, finding) && has_namespaces(waiver, finding);
}

bool WaiverScope::rules_were_judged(const Waiver& waiver) const {
    bool any = false;
    for (const RuleResult& result : report_.rules) {
        if (!rule_matches(result.rule, waiver.rule)) {
            continue;
        }
        if (result.state == RuleState::unknown) {
            return false;
        }
        any = true;
    }
    return any;
}

bool WaiverScope::was_judged(const Waiver& waiver) const {
    const auto seen = [](const std::vector<std::string>& wanted, const auto& known) {
        return wanted.empty() || std::ranges::any_of(known, [&wanted](std::string_view name) {
                   return matches(wanted, name);
               });
    };
    const bool arrays = std::ranges::all_of(
        waiver.arrays, [this](const std::string& array) { return arrays_.contains(array); });
    const bool kernel = waiver.kernels.empty() || matches(waiver.kernels, report_.kernel) ||
                        std::ranges::any_of(releases_, [&waiver](const auto& own) {
                            return matches(waiver.kernels, own.second);
                        });
    const bool hosts =
        waiver.hosts.empty() || std::ranges::any_of(report_.hosts, [&](const std::string& host) {
            return contains(waiver.hosts, host);
        });
    return report_.unobserved.empty() && seen(waiver.subsystems, subsystems_) && arrays && kernel &&
           hosts && rules_were_judged(waiver);
}

} // namespace haoh::accept
