// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

namespace haoh::test {

namespace {

void set_domains(Pair& pair, std::uint16_t a, std::uint16_t b) {
    pair.on_both([](Node& node) { node.id.ctratt |= nvme::ctratt::multi_domain; });
    pair.on_a([a](Node& node) { node.id.domainid = a; });
    pair.on_b([b](Node& node) { node.id.domainid = b; });
}

} // namespace

std::vector<Case> domain_cases() {
    return {
        {"TwoDomains", [](Pair& pair) { set_domains(pair, 1, 2); }, {}},
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
