// SPDX-License-Identifier: LGPL-2.1-or-later
// What rules of further lists and of features with data make of pages that are not there, or were lost.
#include "unit/catalogue/counted.hpp"

#include <haoh/nvme/command.hpp>
#include <haoh/nvme/domain_list.hpp>
#include <haoh/nvme/id_list.hpp>

namespace haoh::test {
namespace {

const nvme::Status kNoSuchPage{nvme::status::invalid_field | nvme::status::dnr};

std::function<void(Pair&)> with_host_id(const Page& page) {
    return [page](Pair& pair) {
        pair.on_both([&page](Node& node) {
            node.edit = [page](ControllerObservation& one) {
                one.features[nvme::fid::host_id] = page;
            };
        });
    };
}

std::function<void(Pair&)> with_behavior(const Page& page) {
    return [page](Pair& pair) {
        pair.on_both([&page](Node& node) {
            node.id.ctratt |= nvme::ctratt::extended_lba_formats;
            node.edit = [page](ControllerObservation& one) {
                one.features[nvme::fid::host_behavior] = page;
            };
        });
    };
}

std::function<void(Pair&)> with_allocated(const Page& page) {
    return [page](Pair& pair) {
        pair.on_both([&page](Node& node) {
            node.edit = [page](ControllerObservation& one) { one.allocated_nsids = page; };
        });
    };
}

std::function<void(Pair&)> with_domains(const Page& page) {
    return [page](Pair& pair) {
        std::uint16_t domain = 0;
        pair.on_both([&](Node& node) {
            node.id.ctratt |= nvme::ctratt::multi_domain;
            node.id.domainid = ++domain;
            node.edit = [page](ControllerObservation& one) { one.domain_list = page; };
        });
    };
}

std::function<void(Pair&)> with_controllers(const Page& page) {
    return [page](Pair& pair) {
        pair.on_all_paths([&page](Path& path) {
            path.edit = [page](NamespaceObservation& one) { one.controllers = page; };
        });
    };
}

/// The largest list that one page holds, of which the namespaces of the pair are beyond the end.
Page full_list() {
    std::vector<std::uint32_t> nsids;
    for (std::uint32_t nsid = 1; nsid <= nvme::kMaxNamespaceListEntries; ++nsid) {
        nsids.push_back(nsid);
    }
    return Page::of(nvme::encode_namespace_list(nsids));
}

Page page_of_domains(std::vector<std::uint16_t> ids) {
    std::vector<nvme::DomainEntry> entries;
    for (const std::uint16_t id : ids) {
        entries.push_back({.domainid = id});
    }
    return Page::of(nvme::encode_domain_list(entries));
}

const std::vector<CountCase> kOfLists{
    {"HostIdThatNobodyAskedFor", [](Pair& /*pair*/) {}, {{"feat.hostid.same", kNothing}}},
    {"HostIdThatIsNotToBeHad",
     with_host_id(Page::of_status(kNoSuchPage)),
     {{"feat.hostid.same", kNothing}}},
    {"HostIdThatWasLost", with_host_id(Page::of_failure("lost")), {{"feat.hostid.same", kUnknown}}},
    {"HostIdOfConnect",
     with_host_id(Page::of(*nvme::parse_uuid("11111111-2222-4333-8444-555555555555"))),
     {{"feat.hostid.same", kHeld}}},
    {"HostIdOfNobody", with_host_id(Page::of(nvme::Bytes(16))), {{"feat.hostid.same", kBroken}}},
    {"BehaviorThatIsNotToBeHad",
     with_behavior(Page::of_status(kNoSuchPage)),
     {{"feat.hostbehavior.equal", kNothing}}},
    {"BehaviorThatWasLost",
     with_behavior(Page::of_failure("lost")),
     {{"feat.hostbehavior.equal", kUnknown}}},
    {"BehaviorOfAll",
     with_behavior(Page::of(nvme::Bytes{1, 0, 1})),
     {{"feat.hostbehavior.equal", kHeld}}},
    {"AllocatedThatAreNotToBeHad",
     with_allocated(Page::of_status(kNoSuchPage)),
     {{"nslist.active_subset_allocated", kNothing}}},
    {"AllocatedThatWereLost",
     with_allocated(Page::of_failure("lost")),
     {{"nslist.active_subset_allocated", kUnknown}}},
    {"AllocatedAll", with_allocated(full_list()), {{"nslist.active_subset_allocated", kHeld}}},
    {"AllocatedBeyondThePage",
     [](Pair& pair) {
         with_allocated(full_list())(pair);
         pair.on_both([](Node& node) {
             node.id.nn = node.id.mnan = 4096;
             node.renumber(2, 2000);
         });
     },
     {{"nslist.active_subset_allocated", kHeld}}},
    {"DomainsThatAreNotToBeHad",
     with_domains(Page::of_status(kNoSuchPage)),
     {{"domain.list_accessible", kNothing}}},
    {"DomainsThatWereLost",
     with_domains(Page::of_failure("lost")),
     {{"domain.list_accessible", kUnknown}}},
    {"DomainsThatReachEachOther",
     with_domains(page_of_domains({1, 2, 7})),
     {{"domain.list_accessible", kHeld}}},
    {"DomainsThatDoNot", with_domains(page_of_domains({1})), {{"domain.list_accessible", kBroken}}},
    {"AttachedThatIsNotToBeHad",
     with_controllers(Page::of_status(kNoSuchPage)),
     {{"ctrl.list_cns12.ns_attached", kNothing}}},
    {"AttachedThatWasLost",
     with_controllers(Page::of_failure("lost")),
     {{"ctrl.list_cns12.ns_attached", kUnknown}}},
    {"AttachedToAll",
     with_controllers(
         Page::of(nvme::encode_controller_list(std::vector<std::uint16_t>{1001, 2001}))),
     {{"ctrl.list_cns12.ns_attached", kHeld}}},
    {"NoResetsOfOthers",
     [](Pair& /*pair*/) {},
     {{"ccr.support.equal", kHeld}, {"ccr.fields_present", kNothing}, {"ccr.limit", kNothing}}},
    {"NoLimitOfAttachments",
     [](Pair& /*pair*/) {},
     {{"ctrl.maxcna", kNothing}, {"ctrl.tnvmcap", kNothing}}},
    {"ALimitOfAttachmentsWithoutAList",
     [](Pair& pair) {
         pair.on_both([](Node& node) {
             node.id.maxcna = 9;
             lose_namespace_list(node);
         });
     },
     {{"ctrl.maxcna", kUnknown}}},
    {"NoAuthentication", [](Pair& /*pair*/) {}, {{"conn.auth.dhchap_equal", kHeld}}},
    {"EventsOfConnectionsOfOurOwn",
     [](Pair& /*pair*/) {},
     {{"feat.aen_config.enabled", kNothing}, {"disc.aen.enabled", kNothing}}},
};

INSTANTIATE_TEST_SUITE_P(Lists, RuleCounts, testing::ValuesIn(kOfLists), count_name);

} // namespace
} // namespace haoh::test
