// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/host_view.hpp"

#include "sample_host.hpp"

#include <haoh/report.hpp>

#include <gmock/gmock.h>

namespace haoh::report {
namespace {

using test::healthy_host;
using test::host_without_root;
using test::Sample;
using test::subsystem_of;
using testing::ElementsAre;
using testing::IsEmpty;

using Ids = std::vector<std::pair<std::string, std::string>>;

HostSubsystem host_view_of(const Sample& sample) {
    return host_views(sample.observation, sample.report.attributions).front().subsystems.front();
}

/// The identifiers that are told of a head with these attributes.
Ids ids_of(const std::string& wwid, const std::string& uuid, const std::string& nguid,
           const std::string& eui) {
    Sample sample = healthy_host(1);
    KernelNamespace& head = subsystem_of(sample).namespaces[0];
    const auto attribute = [](const std::string& text) {
        return text.empty() ? Attribute{} : Attribute::of(text);
    };
    head.wwid = attribute(wwid);
    head.uuid = attribute(uuid);
    head.nguid = attribute(nguid);
    head.eui = attribute(eui);
    return host_view_of(sample).namespaces[0].ids;
}

TEST(HostView, TakesTheUuidOnlyWhereThereIsOne) {
    const std::string uuid = "5d0f9a61-1c7e-4b02-8a00-0000000001a5";
    const std::string nguid = "d815bd2e-703b-a15b-0268-613200000001";
    const std::string plain = "d815bd2e703ba15b0268613200000001";
    EXPECT_EQ(ids_of("uuid." + uuid, uuid, nguid, ""), (Ids{{"uuid", uuid}, {"nguid", plain}}));
    // Linux shows the NGUID as the UUID of a namespace without one.
    EXPECT_EQ(ids_of("eui." + plain, nguid, nguid, ""), (Ids{{"nguid", plain}}));
    EXPECT_EQ(ids_of("", nguid, nguid, ""), (Ids{{"nguid", plain}}));
    EXPECT_EQ(ids_of("eui.0011223344556677", "", "", "00 11 22 33 44 55 66 77"),
              (Ids{{"eui64", "0011223344556677"}}));
    EXPECT_EQ(ids_of("uuid." + uuid, "", "", ""), (Ids{{"uuid", uuid}}));
    EXPECT_EQ(ids_of("eui." + plain, "", "", ""), (Ids{{"nguid", plain}}));
    EXPECT_EQ(ids_of("nvme.1af4-534e-4d4e-00000001", "", "", ""), Ids{});
}

TEST(HostView, SizesThatAreNoNumbersStayTexts) {
    Sample sample = healthy_host(3);
    auto& heads = subsystem_of(sample).namespaces;
    heads[0].size = Attribute::of("many");
    heads[1].size = Attribute::of("18446744073709551615");
    heads[2].size = Attribute{};
    const HostSubsystem view = host_view_of(sample);
    EXPECT_EQ(view.namespaces[0].size, "many");
    EXPECT_EQ(view.namespaces[1].size, "18446744073709551615");
    EXPECT_EQ(view.namespaces[2].size, "?");
}

TEST(HostView, FoldsPathsThatAreAlike) {
    const HostSubsystem view = host_view_of(healthy_host(8));
    ASSERT_EQ(view.path_sets.size(), 2U);
    EXPECT_EQ(view.path_sets[1].label(4), "NSID 5-8");
    EXPECT_THAT(view.path_sets[1].members, ElementsAre(4, 5, 6, 7));
    ASSERT_EQ(view.path_sets[1].paths.size(), 2U);
    EXPECT_THAT(view.path_sets[1].paths[0].controllers, ElementsAre("nvme0", "nvme1"));
    EXPECT_EQ(view.path_sets[1].paths[0].problem(), "unusable");
    EXPECT_EQ(view.path_sets[1].paths[1].problem(), "");
}

TEST(HostView, AsksNobodyForWhatOnlySysfsTells) {
    const HostSubsystem view = host_view_of(host_without_root());
    EXPECT_TRUE(view.product_from_sysfs);
    EXPECT_EQ(view.controllers[0].asked, nullptr);
    EXPECT_THAT(view.missing, IsEmpty()); // nobody knows what is offered
    EXPECT_THAT(view.copies, IsEmpty());
}

TEST(HostView, ANamespaceWithoutAnyPathIsASetOfItsOwn) {
    Sample sample = healthy_host();
    subsystem_of(sample).namespaces[1].paths.clear();
    const HostSubsystem view = host_view_of(sample);
    ASSERT_EQ(view.path_sets.size(), 2U);
    EXPECT_THAT(view.path_sets[1].paths, IsEmpty());
    ASSERT_EQ(view.missing.size(), 1U);
    EXPECT_EQ(view.missing[0].controllers.size(), 4U);
    EXPECT_TRUE(view.missing[0].certain);
}

TEST(HostView, NamesSomeOfMany) {
    const std::vector<std::string> items{"a", "b", "c", "d"};
    EXPECT_EQ(some_of(items, 2), "a, b and 2 more");
    EXPECT_EQ(some_of(items, 3), "a, b, c and d");
    EXPECT_EQ(some_of(items, ~std::size_t{0}), "a, b, c and d");
}

} // namespace
} // namespace haoh::report
