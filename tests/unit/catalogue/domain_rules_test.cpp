// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

#include <haoh/nvme/domain_list.hpp>

namespace haoh::test {

namespace {

void set_domains(Pair& pair, std::uint16_t a, std::uint16_t b) {
    pair.on_both([](Node& node) { node.id.ctratt |= nvme::ctratt::multi_domain; });
    pair.on_a([a](Node& node) { node.id.domainid = a; });
    pair.on_b([b](Node& node) { node.id.domainid = b; });
}

/// What each controller lists in CNS 18h.
void list_domains(Node& node, std::vector<std::uint16_t> ids) {
    node.edit = [ids = std::move(ids)](ControllerObservation& out) {
        std::vector<nvme::DomainEntry> domains;
        for (const std::uint16_t id : ids) {
            domains.push_back({.domainid = id});
        }
        out.domain_list = Page::of(nvme::encode_domain_list(domains));
    };
}

} // namespace

std::vector<Case> domain_cases() {
    return {
        {"TwoDomains", [](Pair& pair) { set_domains(pair, 1, 2); }, {}},
        {"DomainsThatReachEachOther",
         [](Pair& pair) {
             set_domains(pair, 1, 2);
             pair.on_both([](Node& node) { list_domains(node, {1, 2}); });
         },
         {}},
        {"DomainsThatLostEachOther",
         [](Pair& pair) {
             set_domains(pair, 1, 2);
             pair.on_a([](Node& node) { list_domains(node, {1}); });
             pair.on_b([](Node& node) { list_domains(node, {2}); });
         },
         {"WARN domain.list_accessible"},
         {{"domain.list_accessible", Severity::degraded, "domain 1 does not reach domain 2",
           "domain 2 does not reach domain 1"}}},
        {"DomainsThatOneArrayDoesNotReach",
         [](Pair& pair) {
             set_domains(pair, 1, 2);
             pair.on_a([](Node& node) { list_domains(node, {1, 2}); });
             pair.on_b([](Node& node) { list_domains(node, {2}); });
         },
         {"WARN domain.list_accessible"}},
        {"DomainsWithoutId",
         [](Pair& pair) { set_domains(pair, 1, 0); },
         {"WARN domain.mds_domainid"}},
        {"AnIdWithoutDomains",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.domainid = 3; }); },
         {"WARN domain.mds_domainid"}},
        {"DomainsWithoutAna",
         [](Pair& pair) {
             set_domains(pair, 1, 2);
             pair.on_both([](Node& node) {
                 node.id.cmic = 0x03;
                 node.edit = [](ControllerObservation& out) { out.ana.log = Page{}; };
             });
         },
         {"WARN domain.ana_required"}},
        {"OneDomainOnTwoArrays",
         [](Pair& pair) {
             set_domains(pair, 1, 1);
             pair.options.config.profile = Profile::stretched; // else they may be one array
         },
         {"WARN domain.id.unique"}},
        {"OtherLimitsOfEnduranceGroups",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.endgidmax = 9; }); },
         {"NOTE domain.endgid_unique"}},
        {"ReachabilityOnOneArray",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.crcap = 1; }); },
         {"WARN reach.supported.equal"}},
    };
}

} // namespace haoh::test
