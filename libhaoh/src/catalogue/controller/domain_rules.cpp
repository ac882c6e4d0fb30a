// SPDX-License-Identifier: LGPL-2.1-or-later
// Domains, endurance groups, reachability.
#include "catalogue/catalogue.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"

#include <haoh/nvme/domain_list.hpp>

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kDomainIdUnique;
extern const Row kDomainListAccessible;

using Id = nvme::IdentifyController;

bool several_domains(const Controller& controller) {
    return (controller.id.ctratt & nvme::ctratt::multi_domain) != 0;
}

Answer odd_domain(const Controller& controller, const Subsystem& /*own*/) {
    if (several_domains(controller) == (controller.id.domainid != 0)) {
        return Answer::holds();
    }
    return Answer::broken(fmt::format("MDS {}, DOMAINID {}", several_domains(controller) ? 1 : 0,
                                      controller.id.domainid));
}

Answer domains_without_ana(const Controller& controller, const Subsystem& /*own*/) {
    if (!several_domains(controller)) {
        return Answer::not_asked();
    }
    return controller.ana() ? Answer::holds() : Answer::broken("MDS 1, no ANA");
}

void judge_domains(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    if (!subsystem.stretched) {
        return;
    }
    std::map<std::uint16_t, std::vector<const Controller*>> domains;
    std::set<std::size_t> arrays;
    for (const Controller* controller : subsystem.controllers) {
        if (!controller->has_identify) {
            findings.unknown(kDomainIdUnique);
        } else if (controller->id.domainid != 0) {
            domains[controller->id.domainid].push_back(controller);
            arrays.insert(controller->array_id);
        }
    }
    if (arrays.size() > 1) {
        findings.judged(kDomainIdUnique);
    }
    for (const auto& [domain, controllers] : domains) {
        const bool shared = std::any_of(
            controllers.begin(), controllers.end(), [&controllers](const Controller* controller) {
                return controller->array_id != controllers.front()->array_id;
            });
        if (!shared) {
            continue;
        }
        std::vector<FindingValue> values;
        for (const Controller* controller : controllers) {
            values.push_back(value_of(*controller, fmt::format("{}", domain)));
        }
        group_values(values);
        findings.add({.row = kDomainIdUnique,
                      .subsystem = subsystem.nqn,
                      .nsids = {},
                      .what = fmt::format("domain ID {} {}", domain,
                                          place(controllers, subsystem.controllers)),
                      .values = std::move(values),
                      .verdict = {}});
    }
}

/// Each controller lists the domains of all others, for as long as the domains reach each other.
void judge_domain_lists(const Subsystem& subsystem, const Subject& /*subject*/,
                        Findings& findings) {
    std::set<std::uint16_t> domains;
    for (const Controller* controller : subsystem.controllers) {
        if (controller->has_identify && several_domains(*controller) &&
            controller->id.domainid != 0) {
            domains.insert(controller->id.domainid);
        }
    }
    if (domains.empty()) {
        return;
    }
    std::vector<const Controller*> offenders;
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        const Page& page = controller->observed->domain_list;
        if (page.state == Page::State::failed) {
            findings.unknown(kDomainListAccessible);
        }
        if (!page.ok()) {
            continue;
        }
        findings.judged(kDomainListAccessible);
        std::set<std::uint16_t> missing = domains;
        const std::vector<nvme::DomainEntry> listed = nvme::decode_domain_list(page.bytes);
        for (const nvme::DomainEntry& domain : listed) {
            missing.erase(domain.domainid);
        }
        if (listed.size() == nvme::kMaxDomainEntries) { // further ones are in another page
            missing.erase(missing.upper_bound(listed.back().domainid), missing.end());
        }
        if (!missing.empty()) {
            offenders.push_back(controller);
            values.push_back(value_of(*controller, fmt::format("domain {} does not reach domain {}",
                                                               controller->id.domainid,
                                                               fmt::join(missing, ", "))));
        }
    }
    if (offenders.empty()) {
        return;
    }
    group_values(values);
    findings.add({.row = kDomainListAccessible,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = fmt::format("domains of the subsystem are not accessible {}",
                                      place(offenders, subsystem.controllers)),
                  .values = std::move(values),
                  .verdict = {}});
}

constexpr Row kCtrlCtrattMdsEqual{
    .rule = {.id = "ctrl.ctratt.mds.equal",
             .title = "All controllers say whether there are several domains (CTRATT MDS)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §3.2.5.1: shall be set on all controllers of the subsystem",
             .why = "Hosts and tools cannot tell which controllers fail together.",
             .fix = "Array: set CTRATT bit 10 on every controller of both arrays, with a DOMAINID "
                    "for each, or nowhere."},
    .judge = EqualControllers{.fields = {{{"several domains (MDS)", "ctratt",
                                           flag<&Id::ctratt, nvme::ctratt::multi_domain>}}}}};

constexpr Row kDomainMdsDomainid{
    .rule = {.id = "domain.mds_domainid",
             .title = "There is a domain ID where there are domains",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §3.2.5.1: shall be non-zero with several domains, else 0",
             .why = "Hosts and tools cannot tell which controllers fail together.",
             .fix = "Array: give each controller the ID of its domain when CTRATT bit 10 is set, "
                    "and 0 when it is clear."},
    .judge = CheckController{.clause = "DOMAINID does not fit MDS", .ask = odd_domain},
    .yields_to = {&kCtrlCtrattMdsEqual}};

constexpr Row kDomainAnaRequired{
    .rule = {.id = "domain.ana_required",
             .title = "Several domains report ANA",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §3.2.5.1",
             .why = "Hosts cannot tell which namespaces a controller reaches after the domains "
                    "lost each other.",
             .fix = "Array: enable ANA reporting."},
    .judge = CheckController{.clause = "several domains without ANA", .ask = domains_without_ana}};

constexpr Row kDomainIdUnique{
    .rule = {.id = "domain.id.unique",
             .title = "Two arrays are not one domain",
             .rule_class = RuleClass::uni,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §3.2.5.1: shall be unique within the subsystem",
             .why = "The controllers say that they fail together although they are on different "
                    "arrays; hosts spread paths over what they take for one.",
             .fix = "Array: give each array a domain ID of its own. Host: make sure that the "
                    "targets are two arrays."},
    .judge = JudgeSubsystem{judge_domains},
    .by_array = true};

constexpr Row kDomainListAccessible{
    .rule = {.id = "domain.list_accessible",
             .title = "The domains of the subsystem reach each other (CNS 18h)",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §3.2.5, §5.2.13.2: CNS 18h lists the domains that the controller "
                      "accesses",
             .why = "The arrays have lost each other: what is written through one does not reach "
                    "the other, and the next failure takes the volumes away.",
             .fix = "Array: look at the link between the arrays and at their replication first. "
                    "Host: change nothing while they are apart."},
    .judge = JudgeSubsystem{judge_domain_lists}};

constexpr Row kDomainEndgidUnique{
    .rule = {.id = "domain.endgid_unique",
             .title = "Limits of endurance groups and NVM sets are the same",
             .rule_class = RuleClass::eqs,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.1 Figure 312: the maximum of any controller of the subsystem",
             .why = "The arrays number their groups apart from each other.",
             .fix = "Array: report the same ENDGIDMAX and NSETIDMAX on both arrays."},
    .judge = EqualControllers{.fields = {{{"ENDGIDMAX", "endgidmax", decimal<&Id::endgidmax>},
                                          {"NSETIDMAX", "nsetidmax", decimal<&Id::nsetidmax>}}}}};

constexpr Row kReachSupportedEqual{
    .rule = {.id = "reach.supported.equal",
             .title = "Reachability reporting is the same (CRCAP)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §8.1.21",
             .why = "One array cannot say which namespaces reach each other.",
             .fix = "Array: support reachability reporting on both arrays or on neither."},
    .judge =
        EqualControllers{.fields = {{{"reachability (CRCAP)", "crcap", hexadecimal<&Id::crcap>}}}}};

constexpr std::array kDomainRows{&kCtrlCtrattMdsEqual, &kDomainMdsDomainid,    &kDomainAnaRequired,
                                 &kDomainIdUnique,     &kDomainListAccessible, &kDomainEndgidUnique,
                                 &kReachSupportedEqual};

} // namespace

std::span<const Row* const> domain_rows() {
    return kDomainRows;
}

} // namespace haoh::judge
