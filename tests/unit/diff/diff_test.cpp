// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/supported_logs.hpp>
#include <haoh/observation.hpp>

#include "support/growth.hpp"
#include "unit/model/sample_observation.hpp"

#include <gmock/gmock.h>

namespace haoh {
namespace {

using Kind = Difference::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

/// Two readings of a healthy pair, the second to be changed.
class Diff : public testing::Test {
  protected:
    Observation before = test::healthy_pair(2, 2);
    Observation after = before;

    ControllerObservation& controller() { return after.controllers[1]; }
    NamespaceObservation& path() { return controller().namespaces[1]; }

    [[nodiscard]] std::vector<Difference> differences() const { return diff(before, after); }

    /// A difference of the second controller.
    [[nodiscard]] Difference of_controller(std::string field, std::string was, std::string is,
                                           Kind kind = Kind::changed) const {
        return {.kind = kind,
                .controller = after.controllers[1].name,
                .nsid = {},
                .field = std::move(field),
                .before = std::move(was),
                .after = std::move(is)};
    }
    /// A difference of its second namespace.
    [[nodiscard]] Difference of_namespace(std::string field, std::string was, std::string is,
                                          Kind kind = Kind::changed) const {
        Difference difference =
            of_controller(std::move(field), std::move(was), std::move(is), kind);
        difference.nsid = 2;
        return difference;
    }

    template <typename Change>
    void change_identify(Change change) {
        nvme::IdentifyController id = controller().identify_data();
        change(id);
        controller().identify = Page::of(nvme::encode(id));
    }
    template <typename Change>
    void change_namespace(Change change) {
        nvme::IdentifyNamespace id = path().identify_data();
        change(id);
        path().identify = Page::of(nvme::encode(id));
    }
    template <typename Change>
    void change_ana(Change change) {
        nvme::AnaLog log = controller().ana_log();
        change(log);
        controller().ana.log = Page::of(nvme::encode(log));
    }
};

TEST_F(Diff, SaysValuesInWordsThatAreSafeToPrint) {
    change_identify([](nvme::IdentifyController& id) { id.sn[0] = 0x1B; });
    after.hostnqn += "\x1b]0;owned\x07";
    for (const Difference& difference : differences()) {
        EXPECT_EQ(difference.after.find('\x1b'), std::string::npos) << difference.field;
    }
    EXPECT_THAT(differences(), testing::SizeIs(2));
}

TEST_F(Diff, OfTheSameReadingIsNothing) {
    EXPECT_THAT(differences(), IsEmpty());
    EXPECT_THAT(diff({}, {}), IsEmpty());
}

TEST_F(Diff, LeavesOutWhatDiffersFromReadingToReading) {
    after.observed_at = "2027-01-31T12:00:00Z";
    controller().ana.attempts = 3;
    controller().probed_cntlids = {77};
    change_ana([](nvme::AnaLog& log) { log.chgc = log.groups[0].chgc = 1000; });
    nvme::Bytes time(4, 9);
    before.controllers[1].features[nvme::fid::timestamp] = Page::of(nvme::Bytes(4, 1));
    controller().features[nvme::fid::timestamp] = Page::of(time);
    EXPECT_THAT(differences(), IsEmpty());
}

TEST_F(Diff, NamesAFieldOfIdentifyController) {
    change_identify([](nvme::IdentifyController& id) {
        id.sn[0] = 'X';
        id.oncs = 0;
        id.nanagrpid = 64;
    });
    EXPECT_THAT(differences(), ElementsAre(of_controller("nanagrpid", "128", "64"),
                                           of_controller("oncs", "0x002d", "0x0000"),
                                           of_controller("sn", "CZ3D4F5G6H", "XZ3D4F5G6H")));
}

TEST_F(Diff, NamesVendorBytesByWhereTheyAre) {
    nvme::Bytes page = controller().identify.whole();
    page[3072] = 0x11;
    page[3075] = 0x22;
    page[3074] = 0x33;
    controller().identify = Page::of(page);
    EXPECT_THAT(differences(), ElementsAre(of_controller("byte 3072", "00", "11"),
                                           of_controller("bytes 3074-3075", "0000", "3322")));
}

TEST_F(Diff, FollowsADynamicControllerToItsNewId) {
    const std::uint16_t fresh = 1042;
    controller().name = "tcp://10.2.0.1:4420 controller 1042";
    controller().connection.cntlid = fresh;
    change_identify([](nvme::IdentifyController& id) { id.cntlid = fresh; });
    const std::vector<std::uint16_t> listed{1, fresh};
    for (ControllerObservation& each : after.controllers) {
        each.controller_list = Page::of(nvme::encode_controller_list(listed));
    }
    EXPECT_THAT(differences(), IsEmpty());
    change_identify([](nvme::IdentifyController& id) { id.mdts = 9; });
    EXPECT_THAT(differences(), ElementsAre(of_controller("mdts", "8", "9")));
}

TEST_F(Diff, NamesAnIdThatChangedUnderTheSameConnection) {
    change_identify([](nvme::IdentifyController& id) { id.cntlid = 5; });
    EXPECT_THAT(differences(), ElementsAre(of_controller("cntlid", "1001", "5")));
}

TEST_F(Diff, NamesControllersThatTheSubsystemListsNoMoreOrNew) {
    const std::vector<std::uint16_t> listed{1, 1001, 1002, 1003};
    controller().controller_list = Page::of(nvme::encode_controller_list(listed));
    after.controllers[0].probed_cntlids = {1003};
    EXPECT_THAT(differences(),
                ElementsAre(of_controller("controller_list", "", "1002", Kind::added)));
}

TEST_F(Diff, NamesControllersThatCameAndWent) {
    after.controllers.erase(after.controllers.begin());
    const Difference gone{.kind = Kind::removed,
                          .controller = before.controllers[0].name,
                          .nsid = {},
                          .field = "controller",
                          .before = "observed",
                          .after = ""};
    EXPECT_THAT(differences(), ElementsAre(gone));
    std::swap(before, after);
    ASSERT_EQ(differences().size(), 1U);
    EXPECT_EQ(differences()[0].kind, Kind::added);
}

TEST_F(Diff, NamesNamespacesThatCameAndWentOnce) {
    controller().active_nsids = std::vector<std::uint32_t>{1, 9};
    path().nsid = 9;
    change_ana([](nvme::AnaLog& log) { log.groups[0].nsids = {1, 9}; });
    Difference added = of_controller("namespace", "", "active", Kind::added);
    added.nsid = 9;
    EXPECT_THAT(differences(),
                ElementsAre(of_namespace("namespace", "active", "", Kind::removed), added));
}

TEST_F(Diff, SaysThatAListCouldNotBeReadInsteadOfNamingEveryNamespace) {
    controller().active_nsids.reset();
    controller().namespaces.clear();
    controller().unread = {"active namespace list: no answer"};
    EXPECT_THAT(
        differences(),
        ElementsAre(of_controller("active_nsids", "read", "not readable"),
                    of_controller("unread", "", "active namespace list: no answer", Kind::added)));
}

TEST_F(Diff, NamesAnIdOnce) {
    change_namespace([](nvme::IdentifyNamespace& id) { id.nguid[0] = 0x61; });
    const nvme::Nguid nguid = path().identify_data().nguid;
    const nvme::IdDescriptor descriptor{.nidt = 2, .nid = {nguid.begin(), nguid.end()}};
    path().descriptors = Page::of(nvme::encode(std::vector{descriptor}));
    EXPECT_THAT(differences(),
                ElementsAre(of_namespace("nguid", "60014381025d9a11a937e02402000000",
                                         "61014381025d9a11a937e02402000000"),
                            of_namespace("uuid", "5b1c0d1e-772a-4c3d-9e10-000002000000", "",
                                         Kind::removed)));
}

TEST_F(Diff, NamesAnIdThatOnlyIdentifyNamespaceHolds) {
    change_namespace([](nvme::IdentifyNamespace& id) { id.eui64 = {1, 2, 3, 4, 5, 6, 7, 8}; });
    EXPECT_THAT(differences(),
                ElementsAre(of_namespace("eui64", "", "0102030405060708", Kind::added)));
}

TEST_F(Diff, NamesAnIdOfIdentifyNamespaceThatHostsDoNotLookAt) {
    change_namespace([](nvme::IdentifyNamespace& id) { id.nguid[0] = 0x61; });
    EXPECT_THAT(differences(),
                ElementsAre(of_namespace("nguid (CNS 00h)", "60014381025d9a11a937e02402000000",
                                         "61014381025d9a11a937e02402000000")));
}

TEST_F(Diff, ShowsDescriptorsThatChangeNoIdentity) {
    std::vector<nvme::IdDescriptor> descriptors = path().id_descriptors().descriptors;
    std::swap(descriptors[0], descriptors[1]);
    path().descriptors = Page::of(nvme::encode(descriptors));
    ASSERT_EQ(differences().size(), 1U);
    EXPECT_EQ(differences()[0].field, "descriptors");
    EXPECT_THAT(differences()[0].after, testing::StartsWith("uuid 5b1c0d1e"));
}

TEST_F(Diff, NamesSizeUseAndFormat) {
    change_namespace([](nvme::IdentifyNamespace& id) {
        id.nsze += 1;
        id.nuse -= 1;
        id.lbaf[0].lbads = 12;
    });
    EXPECT_THAT(differences(),
                ElementsAre(of_namespace("lbaf0", "ms 0, lbads 9, rp 0", "ms 0, lbads 12, rp 0"),
                            of_namespace("nsze", "268435456", "268435457"),
                            of_namespace("nuse", "268435456", "268435455")));
}

TEST_F(Diff, NamesAFieldOfTwoPagesOnceWhereTheyAgree) {
    change_namespace([](nvme::IdentifyNamespace& id) { id.nmic = 3; });
    auto independent = nvme::decode_identify_namespace_independent(path().independent.bytes);
    independent.nmic = 3;
    path().independent = Page::of(nvme::encode(independent));
    EXPECT_THAT(differences(), ElementsAre(of_namespace("nmic", "0x01", "0x03")));
    independent.nmic = 2;
    path().independent = Page::of(nvme::encode(independent));
    EXPECT_THAT(differences(), ElementsAre(of_namespace("nmic", "0x01", "0x03"),
                                           of_namespace("nmic (CNS 08h)", "0x01", "0x02")));
}

TEST_F(Diff, NamesTheGroupOfANamespaceOnceWhereLogAndIdentifyAgree) {
    change_namespace([](nvme::IdentifyNamespace& id) { id.anagrpid = 2; });
    path().independent = before.controllers[1].namespaces[1].independent;
    change_ana([](nvme::AnaLog& log) {
        log.nagd = 2;
        log.groups[0].nsids = {1};
        log.groups.push_back(log.groups[0]);
        log.groups[1].agid = 2;
        log.groups[1].nsids = {2};
    });
    EXPECT_THAT(differences(), ElementsAre(of_namespace("anagrpid", "1", "2")));
}

TEST_F(Diff, NamesAnaStatesForEachNamespace) {
    change_ana([](nvme::AnaLog& log) {
        log.groups[0].state = nvme::AnaState::inaccessible;
        log.groups[0].state_byte = 3;
    });
    const auto found = differences();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].nsid, 1U);
    EXPECT_EQ(found[1], of_namespace("ana_state", "non-optimized", "inaccessible"));
}

TEST_F(Diff, NamesPropertiesFeaturesAndLogs) {
    controller().properties[nvme::property::csts] = 3;
    controller().properties.erase(nvme::property::crto);
    controller().features[nvme::fid::async_event_configuration] = Page::of(nvme::Bytes(4));
    auto logs = nvme::decode_supported_logs(controller().supported_logs.bytes);
    logs.lids[0x0C] = 0;
    logs.lids[0x17] = 1;
    controller().supported_logs = Page::of(nvme::encode(logs));
    EXPECT_THAT(differences(),
                ElementsAre(of_controller("crto", "0x00140014", "", Kind::removed),
                            of_controller("csts", "0x00000001", "0x00000003"),
                            of_controller("feature 0x0b", "0x00000900", "0x00000000"),
                            of_controller("log 0x0c", "0x00000001", "", Kind::removed),
                            of_controller("log 0x17", "", "0x00000001", Kind::added)));
}

TEST_F(Diff, NamesWhatWasNegotiated) {
    controller().connection.header_digest = true;
    controller().connection.maxh2cdata = 4096;
    controller().target = "tcp://10.2.0.9:4420";
    EXPECT_THAT(differences(),
                ElementsAre(of_controller("header_digest", "no", "yes"),
                            of_controller("maxh2cdata", "131072", "4096"),
                            of_controller("target", "tcp://10.2.0.1:4420", "tcp://10.2.0.9:4420")));
}

TEST_F(Diff, NamesWhatCouldNotBeRead) {
    path().nvm = Page::of_status({.value = 0x4002});
    controller().identify = Page::of_failure("no answer in 5 s");
    EXPECT_THAT(differences(),
                ElementsAre(of_controller("identify", "read", "no answer in 5 s"),
                            of_namespace("nvm", "read", nvme::describe({.value = 0x4002}))));
}

TEST_F(Diff, NamesHostFailuresAndDiscoveryOfTheObservation) {
    after.hostnqn = "nqn.other";
    after.unobserved = {{.object = "tcp://10.3.0.1:4420",
                         .target = "tcp://10.3.0.1:4420",
                         .subsysnqn = "",
                         .error = "connect: refused"}};
    after.discovery = {{.target = "t", .address = "tcp://10.1.0.1:8009", .log = Page::of({})}};
    const auto found = differences();
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].controller, "");
    EXPECT_EQ(found[0].field, "hostnqn");
    EXPECT_EQ(found[1].controller, "discovery tcp://10.1.0.1:8009");
    EXPECT_EQ(found[1].kind, Kind::added);
    EXPECT_EQ(found[2].controller, "tcp://10.3.0.1:4420");
    EXPECT_EQ(found[2].field, "unobserved");
    EXPECT_EQ(found[2].after, "connect: refused");
    after.unobserved[0].error = "connect: no answer in 5 s";
    EXPECT_EQ(diff(before, after).size(), 3U);
}

TEST_F(Diff, SeesEveryByteOfEveryPageOfANamespace) {
    for (Page NamespaceObservation::*page :
         {&NamespaceObservation::identify, &NamespaceObservation::descriptors,
          &NamespaceObservation::nvm, &NamespaceObservation::independent}) {
        const nvme::Bytes good = (path().*page).whole();
        for (std::size_t offset = 0; offset < good.size(); ++offset) {
            nvme::Bytes bytes = good;
            bytes[offset] = static_cast<std::uint8_t>(bytes[offset] ^ 0x55U);
            path().*page = Page::of(bytes);
            ASSERT_FALSE(differences().empty()) << offset;
        }
        path().*page = Page::of(good);
    }
    EXPECT_THAT(differences(), IsEmpty());
}

TEST_F(Diff, IsNothingExactlyForReadingsThatDifferInNothingThatMatters) {
    std::mt19937_64 random(11);
    for (int i = 0; i < 200; ++i) {
        const Observation a = test::random_observation(random);
        const Observation b = test::random_observation(random);
        EXPECT_THAT(diff(a, a), IsEmpty()) << to_json(a);
        for (const Difference& difference : diff(a, b)) {
            EXPECT_NE(difference.before, difference.after) << difference.field;
            EXPECT_EQ(difference.kind == Kind::added, difference.before.empty());
        }
    }
}

TEST_F(Diff, SaysOnceOfAPageThatItWasReadOnOneSideOnly) {
    struct Case {
        const char* name;
        Page& (*page)(ControllerObservation&);
    };
    const Case cases[] = {
        {"feature 0x0b",
         [](ControllerObservation& one) -> Page& {
             return one.features[nvme::fid::async_event_configuration];
         }},
        {"supported_logs", [](ControllerObservation& one) -> Page& { return one.supported_logs; }},
        {"controller_list",
         [](ControllerObservation& one) -> Page& { return one.controller_list; }},
        {"nvm_controller", [](ControllerObservation& one) -> Page& { return one.nvm_controller; }},
        {"commands_log", [](ControllerObservation& one) -> Page& { return one.commands_log; }},
        {"firmware_log", [](ControllerObservation& one) -> Page& { return one.firmware_log; }},
        {"allocated_nsids",
         [](ControllerObservation& one) -> Page& { return one.allocated_nsids; }},
        {"domain_list", [](ControllerObservation& one) -> Page& { return one.domain_list; }},
    };
    for (const Case& one : cases) {
        for (const bool read_before : {true, false}) {
            Observation old = before;
            Observation now = before;
            ControllerObservation& good = (read_before ? old : now).controllers[1];
            ControllerObservation& bad = (read_before ? now : old).controllers[1];
            if (!one.page(good).ok()) {
                one.page(good) = Page::of(nvme::Bytes{1, 2, 3, 4});
            }
            one.page(bad) = Page::of_failure("no answer in 5 s");
            const std::vector<Difference> found = diff(old, now);
            ASSERT_EQ(found.size(), 1U) << one.name << read_before;
            EXPECT_EQ(found[0].field, one.name);
            EXPECT_EQ(found[0].controller, before.controllers[1].name);
            EXPECT_THAT(read_before ? found[0].after : found[0].before,
                        testing::HasSubstr("no answer in 5 s"));
            one.page(bad) = one.page(good);
            EXPECT_THAT(diff(old, now), IsEmpty());
        }
    }
}

TEST(DiffOfMuch, TakesEightTimesAsLongForEightTimesAsMuch) {
    const auto last_changed = [](const Observation& before) {
        Observation after = before;
        for (ControllerObservation& each : after.controllers) {
            nvme::IdentifyNamespace id = each.namespaces.back().identify_data();
            id.nsze *= 2;
            each.namespaces.back().identify = Page::of(nvme::encode(id));
        }
        return after;
    };
    const Observation some = test::healthy_pair(4, 64);
    const Observation many = test::healthy_pair(4, 512);
    const Observation wide = test::healthy_pair(32, 64);
    const auto compared = [&](const Observation& before) {
        return [&before, after = last_changed(before)] {
            EXPECT_EQ(diff(before, after).size(), before.controllers.size());
        };
    };
    EXPECT_LT(test::growth(compared(some), compared(many)), test::kMostForEightTimes);
    EXPECT_LT(test::growth(compared(some), compared(wide)), test::kMostForEightTimes);
}

} // namespace
} // namespace haoh
