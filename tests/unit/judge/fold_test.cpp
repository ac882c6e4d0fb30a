// SPDX-License-Identifier: LGPL-2.1-or-later
// Findings about many namespaces become one, but only where they read alike.
#include "unit/catalogue/field_bits.hpp"
#include "unit/catalogue/linux_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace haoh::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Two fields of one rule.
struct TwoFields {
    RawPage page{};
    FieldBits one;
    FieldBits other;
};

std::ostream& operator<<(std::ostream& out, const TwoFields& fields) {
    return out << fields.one.name << " and " << fields.other.name;
}

FieldBits named_row(const std::vector<FieldBits>& rows, const std::string& name) {
    const auto found = std::find_if(rows.begin(), rows.end(),
                                    [&name](const FieldBits& row) { return row.name == name; });
    EXPECT_NE(found, rows.end()) << name;
    return found == rows.end() ? FieldBits{} : *found;
}

std::vector<TwoFields> pairs_of_fields() {
    const std::vector<FieldBits> identify = namespace_bits();
    const std::vector<FieldBits> nvm = nvm_bits();
    const std::vector<std::vector<std::string>> kRules{
        {"NLBAF", "NULBAF", "LBAF1 MS LBADS RP"},
        {"MC", "DPC"},
        {"NABSN", "NABO", "NABSPF"},
        {"NSFEAT OPTPERF", "NOIOB", "NPWG", "NPWA", "NPDG", "NPDA", "NOWS"},
        {"MSSRL", "MCL", "MSRC"},
        {"KPIOS", "KPIODAAG"}};
    std::vector<TwoFields> out;
    const auto add = [&out](RawPage page, const std::vector<FieldBits>& rows,
                            const std::vector<std::string>& names) {
        for (std::size_t i = 0; i < names.size(); ++i) {
            for (std::size_t k = i + 1; k < names.size(); ++k) {
                out.push_back({page, named_row(rows, names[i]), named_row(rows, names[k])});
            }
        }
    };
    for (const auto& names : kRules) {
        add(RawPage::identify, identify, names);
    }
    add(RawPage::nvm, nvm, {"LBSTM", "PIC", "PIFA", "ELBAF0, in use"});
    return out;
}

void flip_field(ControllerObservation& controller, std::uint32_t nsid, RawPage page,
                const FieldBits& row) {
    for (NamespaceObservation& path : controller.namespaces) {
        if (path.nsid == nsid) {
            unsigned bit = 0;
            while ((row.mask >> bit & 1U) == 0) {
                ++bit;
            }
            flip_bit(page == RawPage::nvm ? path.nvm : path.identify, row.offset, bit);
        }
    }
}

class Fold : public testing::TestWithParam<TwoFields> {};

TEST_P(Fold, KeepsFieldsApart) {
    const auto& [page, one, other] = GetParam();
    ASSERT_EQ(one.expected, other.expected);
    Observation broken = Pair(1, 12).observation();
    for (std::uint32_t nsid = 1; nsid <= 6; ++nsid) {
        flip_field(broken.controllers.back(), nsid, page, one);
        flip_field(broken.controllers.back(), nsid + 6, page, other);
    }
    const Report report = check(broken);
    ASSERT_THAT(lines(report),
                ElementsAre(one.expected.front() + " 1-6", one.expected.front() + " 7-12"));
    EXPECT_NE(report.findings[0].what.substr(0, report.findings[0].what.find(", for ")),
              report.findings[1].what.substr(0, report.findings[1].what.find(", for ")));
    EXPECT_THAT(report.findings[0].what, HasSubstr("the values are those of nsid 1)"));
    EXPECT_THAT(report.findings[1].what, HasSubstr("the values are those of nsid 7)"));
}

INSTANTIATE_TEST_SUITE_P(Fields, Fold, testing::ValuesIn(pairs_of_fields()),
                         [](const testing::TestParamInfo<TwoFields>& one) {
                             return flip_name(one.param.one.name + " " + one.param.other.name);
                         });

TEST(Folding, NamesTheFieldThatDiffers) {
    Pair pair(1, 12);
    pair.on_b([](Node& node) {
        for (Path& path : node.paths) {
            (path.nsid <= 6 ? path.identify.npwg : path.identify.npwa) = 15;
        }
    });
    const Report report = pair.report();
    ASSERT_EQ(report.findings.size(), 2U);
    EXPECT_THAT(report.findings[0].what,
                AllOf(HasSubstr("NPWG differs between array-a and array-b, for 6 namespaces"),
                      Not(HasSubstr("NPWA"))));
    EXPECT_THAT(report.findings[1].what,
                AllOf(HasSubstr("NPWA differs between array-a and array-b, for 6 namespaces"),
                      Not(HasSubstr("NPWG"))));
}

TEST(Folding, KeepsLossesApartFromWarnings) {
    Pair pair(2, 20);
    pair.on_b([](Node& node) { node.remove(3); });
    pair.b[1].remove(4).remove(5).remove(6).remove(7).remove(8).remove(9);
    EXPECT_THAT(lines(pair.report()),
                ElementsAre("FAIL nslist.active.equal 3", "WARN nslist.active.equal 4-9"));
}

TEST(Folding, KeepsKindsOfIdentifiersApart) {
    Pair pair(1, 12);
    pair.on_b([](Node& node) {
        for (Path& path : node.paths) {
            if (path.nsid <= 6) {
                path.uuid(std::nullopt);
            } else {
                path.nguid(std::nullopt);
            }
        }
    });
    const Report report = pair.report();
    ASSERT_THAT(lines(report),
                ElementsAre("FAIL ns.id.set_equal 1-6", "FAIL ns.id.set_equal 7-12"));
    EXPECT_THAT(report.findings[0].what, HasSubstr("UUID is there on some controllers only"));
    EXPECT_THAT(report.findings[1].what, HasSubstr("NGUID is there on some controllers only"));
}

void format(Path& path) {
    path.identify.fpi = path.independent.fpi = 0x81;
}

TEST(Folding, KeepsPlacesApart) {
    // One controller of B, and both of them, are other places.
    Pair pair(2, 12);
    for (std::uint32_t nsid = 1; nsid <= 12; ++nsid) {
        format(pair.b[0].path(nsid));
        if (nsid > 6) {
            format(pair.b[1].path(nsid));
        }
    }
    const Report report = pair.report();
    ASSERT_THAT(lines(report), ElementsAre("WARN ns.fpi 1-6", "WARN ns.fpi 7-12"));
    EXPECT_THAT(report.findings[0].what, HasSubstr("on 1 of 2 controllers of array-b"));
    EXPECT_THAT(report.findings[1].what, HasSubstr("on array-b"));
}

TEST(Folding, KeepsApartWhatFewerControllersShow) {
    // b[0] is all of array B for namespaces that b[1] does not show.
    Pair pair(2, 12);
    for (std::uint32_t nsid = 1; nsid <= 12; ++nsid) {
        format(pair.b[0].path(nsid));
        if (nsid > 6) {
            pair.b[1].remove(nsid);
        }
    }
    const Report report = pair.report();
    ASSERT_THAT(lines(report), ElementsAre("WARN ns.fpi 1-6", "WARN ns.fpi 7-12",
                                           "WARN nslist.active.equal 7-12"));
    EXPECT_THAT(report.findings[0].what, HasSubstr("on 1 of 2 controllers of array-b"));
    EXPECT_THAT(report.findings[1].what, HasSubstr("being formatted on array-b"));
}

TEST(Folding, KeepsStatesOfTheKernelApart) {
    Observation host = connected(Pair(1, 12).observation());
    for (std::uint32_t nsid = 1; nsid <= 12; ++nsid) {
        path_of(host, nsid, "nvme1").ana_state =
            Attribute::of(nsid <= 6 ? "(null)" : "invalid state");
    }
    const std::vector<Finding> found = findings_of(host, "host.ana.no_group");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_THAT(found[0].what,
                AllOf(HasSubstr("\"(null)\""), HasSubstr("for 6 namespaces (nsid 1-6;")));
    EXPECT_THAT(found[1].what,
                AllOf(HasSubstr("\"invalid state\""), HasSubstr("for 6 namespaces (nsid 7-12;")));
}

/// What a rule is about, on each of two hosts for three namespaces.
struct OnHosts {
    const char* rule;
    std::function<void(KernelNamespace&)> damage;
};

TEST(Folding, KeepsHostsApart) {
    const OnHosts cases[] = {
        {"host.path.size", [](KernelNamespace& head) { head.paths[0].size = Attribute::of("8"); }},
        {"host.ana.no_group",
         [](KernelNamespace& head) { head.paths[0].ana_state = Attribute::of("(null)"); }},
        {"host.ana.state",
         [](KernelNamespace& head) { head.paths[0].ana_state = Attribute::of("inaccessible"); }},
        {"host.head.missing", [](KernelNamespace& head) { head.dev = {}; }},
        {"host.ns.usable_path",
         [](KernelNamespace& head) {
             for (KernelPath& path : head.paths) {
                 path.ana_state = Attribute::of("inaccessible");
             }
         }},
    };
    for (const OnHosts& one : cases) {
        std::vector<Observation> hosts;
        for (const char* const name : {"db1", "db2"}) {
            Observation& host = hosts.emplace_back(connected(Pair(1, 3).observation()));
            host.kernels.at(0).host = name;
            for (ControllerObservation& controller : host.controllers) {
                controller.host = name;
            }
            for (KernelNamespace& head : host.kernels.at(0).subsystems.at(0).namespaces) {
                one.damage(head);
            }
        }
        const std::vector<Finding> found = findings_of(merge(std::move(hosts)), one.rule);
        EXPECT_EQ(found.size(), 6U) << one.rule << ": " << (found.empty() ? "" : found[0].what);
    }
}

TEST(Folding, BeginsWithTheFifth) {
    for (const std::uint32_t count : {4U, 5U}) {
        Pair pair(1, 12);
        for (std::uint32_t nsid = 1; nsid <= count; ++nsid) {
            pair.b[0].path(nsid).identify.dps = 1;
        }
        const Report report = pair.report();
        if (count == 4) {
            EXPECT_THAT(lines(report), ElementsAre("FAIL ns.dps.equal 1", "FAIL ns.dps.equal 2",
                                                   "FAIL ns.dps.equal 3", "FAIL ns.dps.equal 4"));
        } else {
            EXPECT_THAT(lines(report), ElementsAre("FAIL ns.dps.equal 1-5"));
        }
    }
}

} // namespace
} // namespace haoh::test
