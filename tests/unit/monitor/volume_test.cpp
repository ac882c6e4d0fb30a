// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/volume.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace haoh::monitor {
namespace {

Volume sample() {
    Volume volume;
    volume.ids.uuid = nvme::Uuid{1, 2, 3};
    volume.ids.nguid = nvme::Nguid{4, 5, 6};
    volume.lbads = 9;
    return volume;
}

std::string rule_of(const std::optional<Refused>& refused) {
    return refused ? std::string(refused->rule) : std::string();
}

TEST(Volume, that_is_the_same_has_a_place_beside_it) {
    EXPECT_EQ(rule_of(refused_beside(sample(), sample())), "");
}

/// As nvme_init_ns_head and nvme_ns_ids_equal compare, and the block format, of which they say nothing.
TEST(Volume, that_differs_has_none) {
    struct Case {
        const char* rule;
        const char* told;
        std::function<void(Volume&)> change;
    };
    const std::vector<Case> cases{
        {"ns.uuid.equal", "UUID", [](Volume& one) { one.ids.uuid = nvme::Uuid{9}; }},
        {"ns.id.set_equal", "none", [](Volume& one) { one.ids.uuid.reset(); }},
        {"ns.nguid.equal", "NGUID", [](Volume& one) { one.ids.nguid = nvme::Nguid{9}; }},
        {"ns.id.set_equal", "EUI64", [](Volume& one) { one.ids.eui64 = nvme::Eui64{9}; }},
        {"ns.csi.equal", "02h", [](Volume& one) { one.ids.csi = 2; }},
        {"ns.lbaf_active.equal", "4096 B", [](Volume& one) { one.lbads = 12; }},
        {"ns.lbaf_active.equal", "512 + 8 B", [](Volume& one) { one.metadata = 8; }},
        {"ns.nmic.shared", "not shared", [](Volume& one) { one.shared = false; }},
    };
    for (const Case& one : cases) {
        Volume other = sample();
        one.change(other);
        const auto refused = refused_beside(sample(), other);
        EXPECT_EQ(rule_of(refused), one.rule);
        ASSERT_TRUE(refused);
        EXPECT_NE(refused->text.find(one.told), std::string::npos) << refused->text;
        EXPECT_EQ(rule_of(refused_beside(other, sample())), one.rule) << "whichever came first";
        EXPECT_EQ(rule_of(refused_beside(other, other)), other.shared ? "" : "ns.nmic.shared");
    }
}

TEST(Volume, of_which_something_was_not_read_is_not_refused_for_that) {
    Volume unread = sample();
    unread.ids = {};
    unread.ids_read = false;
    unread.lbads = 0;
    EXPECT_EQ(rule_of(refused_beside(sample(), unread)), "");
    EXPECT_EQ(rule_of(refused_beside(unread, sample())), "");
    unread.ids.uuid = nvme::Uuid{9}; // this one is known
    EXPECT_EQ(rule_of(refused_beside(sample(), unread)), "ns.uuid.equal");
}

TEST(Volume, takes_an_identifier_of_zeros_for_none_as_Linux_does) {
    Volume zeros = sample();
    zeros.ids.eui64 = nvme::Eui64{};
    EXPECT_EQ(rule_of(refused_beside(sample(), zeros)), "");
}

TEST(Volume, of_a_namespace_that_was_not_identified_is_not_known) {
    EXPECT_EQ(volume_of({}), std::nullopt);
}

} // namespace
} // namespace haoh::monitor
