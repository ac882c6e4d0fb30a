// SPDX-License-Identifier: LGPL-2.1-or-later
// Domains, endurance groups, reachability.
#include "compare.hpp"
#include "fields.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace haoh::judge {

namespace {

using Id = nvme::IdentifyController;

bool several_domains(const Controller& controller) {
    return (controller.id.ctratt & nvme::ctratt::multi_domain) != 0;
}

bool one_mds(const Subsystem& subsystem) {
    std::set<bool> values;
    for (const Controller* controller : subsystem.controllers) {
        if (controller->has_identify) {
            values.insert(several_domains(*controller));
        }
    }
    return values.size() < 2;
}

std::optional<std::string> odd_domain(const Controller& controller, const Subsystem& subsystem) {
    // Where the controllers disagree about MDS, that is the finding.
    if (several_domains(controller) == (controller.id.domainid != 0) || !one_mds(subsystem)) {
        return std::nullopt;
    }
    return fmt::format("MDS {}, DOMAINID {}", several_domains(controller) ? 1 : 0,
                       controller.id.domainid);
}

std::optional<std::string> domains_without_ana(const Controller& controller,
                                               const Subsystem& /*own*/) {
    if (!several_domains(controller) || controller.ana()) {
        return std::nullopt;
    }
    return "MDS 1, no ANA";
}

void judge_domains(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    if (!subsystem.stretched) {
        return;
    }
    std::map<std::uint16_t, std::vector<const Controller*>> domains;
    for (const Controller* controller : subsystem.controllers) {
        if (controller->id.domainid != 0) {
            domains[controller->id.domainid].push_back(controller);
        }
    }
    for (const auto& [domain, controllers] : domains) {
        const bool shared = std::any_of(
            controllers.begin(), controllers.end(), [&controllers](const Controller* controller) {
                return controller->site_id != controllers.front()->site_id;
            });
        if (!shared) {
            continue;
        }
        std::vector<FindingValue> values;
        for (const Controller* controller : controllers) {
            values.push_back(value_of(*controller, fmt::format("{}", domain)));
        }
        group_values(values);
        findings.add({.rule = "domain.id.unique",
                      .subsystem = subsystem.nqn,
                      .nsids = {},
                      .what = fmt::format("domain ID {} {}", domain,
                                          place(controllers, subsystem.controllers)),
                      .values = std::move(values),
                      .verdict = {}});
    }
}

constexpr std::array kDomainRows{
    Row{.rule = {.id = "domain.mds_domainid",
                 .title = "There is a domain ID where there are domains",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::management,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §3.2.5.1: shall be non-zero with several domains, else 0",
                 .why = "Hosts and tools cannot tell which controllers fail together.",
                 .fix =
                     "Array: give each controller the ID of its domain when CTRATT bit 10 is set, "
                     "and 0 when it is clear."},
        .judge = CheckController{.clause = "DOMAINID does not fit MDS", .defect = odd_domain}},
    Row{.rule = {.id = "domain.ana_required",
                 .title = "Several domains report ANA",
                 .rule_class = RuleClass::xrf,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "Base 2.3 §3.2.5.1",
                 .why = "Hosts cannot tell which namespaces a controller reaches after the domains "
                        "lost each other.",
                 .fix = "Array: enable ANA reporting."},
        .judge = CheckController{.clause = "several domains without ANA",
                                 .defect = domains_without_ana}},
    Row{.rule = {.id = "domain.id.unique",
                 .title = "Two arrays are not one domain",
                 .rule_class = RuleClass::uni,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "Base 2.3 §3.2.5.1: shall be unique within the subsystem",
                 .why =
                     "The controllers say that they fail together although they are on different "
                     "arrays; hosts spread paths over what they take for one.",
                 .fix = "Array: give each array a domain ID of its own. Host: make sure that the "
                        "targets are two arrays."},
        .judge = JudgeSubsystem{judge_domains}},
    Row{.rule = {.id = "domain.endgid_unique",
                 .title = "Limits of endurance groups and NVM sets are the same",
                 .rule_class = RuleClass::eqs,
                 .severity = Severity::management,
                 .verdict = Verdict::note,
                 .basis = "Base 2.1 Figure 312: the maximum of any controller of the subsystem",
                 .why = "The arrays number their groups apart from each other.",
                 .fix = "Array: report the same ENDGIDMAX and NSETIDMAX on both arrays."},
        .judge =
            EqualControllers{.fields = {{{"ENDGIDMAX", "endgidmax", decimal<&Id::endgidmax>},
                                         {"NSETIDMAX", "nsetidmax", decimal<&Id::nsetidmax>}}}}},
    Row{.rule = {.id = "reach.supported.equal",
                 .title = "Reachability reporting is the same (CRCAP)",
                 .rule_class = RuleClass::eqs,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "Base 2.3 §8.1.21",
                 .why = "One array cannot say which namespaces reach each other.",
                 .fix = "Array: support reachability reporting on both arrays or on neither."},
        .judge = EqualControllers{.fields = {{{"reachability (CRCAP)", "crcap",
                                               hexadecimal<&Id::crcap>}}}}},
};

} // namespace

std::span<const Row> domain_rows() {
    return kDomainRows;
}

} // namespace haoh::judge
