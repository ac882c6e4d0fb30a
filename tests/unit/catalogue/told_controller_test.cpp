// SPDX-License-Identifier: LGPL-2.1-or-later
// What is told of controllers: IDs, names, versions, connections, features, and what was not read.
#include "unit/catalogue/told.hpp"

#include <haoh/nvme/command.hpp>

#include <gmock/gmock.h>

namespace haoh::test {
namespace {

using Edit = void (*)(ControllerObservation&);

std::function<void(Pair&)> with_edit(Edit edit) {
    return small(1, [edit](Pair& pair) { pair.b[0].edit = edit; });
}
std::function<void(Pair&)> with_id(const std::function<void(nvme::IdentifyController&)>& change) {
    return small(1, [change](Pair& pair) { change(pair.b[0].id); });
}
std::function<void(Pair&)> with_ids(const std::function<void(nvme::IdentifyController&)>& change) {
    return small(1, [change](Pair& pair) {
        change(pair.a[0].id);
        change(pair.b[0].id);
    });
}

std::vector<std::string> by_b(std::string head, const std::string& value) {
    return {std::move(head), "  array-b 2001: " + value};
}
std::vector<std::string> by_each(std::string head, const std::string& a, const std::string& b) {
    return {std::move(head), "  array-a 1001: " + a, "  array-b 2001: " + b};
}

/// On two arrays that are declared: their IDs alone may be those of one.
std::function<void(Pair&)> declared(std::function<void(Pair&)> damage) {
    return [damage = std::move(damage)](Pair& pair) {
        damage(pair);
        pair.options.config.profile = Profile::stretched;
    };
}

std::vector<ToldCase> told_id_cases() {
    const std::string part = "FAIL ctrl.cntlid.connect_match: controller IDs of Connect and "
                             "Identify part on array-b";
    return {
        {"TheIdThatWasGivenTwice",
         small(1,
               [](Pair& pair) {
                   pair.a[0].probed = {1005, 1006};
                   pair.b[0].probed = {1006, 2007};
               }),
         by_each("FAIL ctrl.cntlid.unique: controller ID 1006 was given out twice, on both arrays",
                 "1001 (further connections got 1005, 1006)",
                 "2001 (further connections got 1006, 2007)")},
        {"OnlyTheControllersThatShareAnId",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.a[1].probed = {2002};
         },
         {"FAIL ctrl.cntlid.unique: controller ID 2002 was given out twice, on 1 of 2 controllers "
          "of array-a and 1 of 2 controllers of array-b",
          "  array-a 1002: 1002 (further connections got 2002)", "  array-b 2002: 2002"}},
        {"FourIdsThatWereGivenTwice",
         small(1,
               [](Pair& pair) {
                   pair.a[0].probed = pair.b[0].probed = {31, 32, 33, 34};
               }),
         by_each("FAIL ctrl.cntlid.unique: controller IDs 31, 32, 33, 34 were given out twice, on "
                 "both arrays",
                 "1001 (further connections got 31, 32, 33, 34)",
                 "2001 (further connections got 31, 32, 33, 34)")},
        {"SixIdsThatWereGivenTwice",
         small(1,
               [](Pair& pair) { pair.a[0].probed = pair.b[0].probed = {31, 32, 33, 34, 35, 36}; }),
         by_each("FAIL ctrl.cntlid.unique: controller IDs 31, 32, 33, 34 and 2 more were given out "
                 "twice, on both arrays",
                 "1001 (further connections got 31, 32, 33, 34, 35, 36)",
                 "2001 (further connections got 31, 32, 33, 34, 35, 36)")},
        // An ID of another connection counts for the range of its array.
        {"TheRangesThatInterleave",
         small(1, declared([](Pair& pair) { pair.a[0].probed = {3000}; })),
         by_each("WARN ctrl.cntlid.partitioned: controller IDs of the arrays interleave: array-a "
                 "(1001-3000) and array-b (2001-2001)",
                 "1001 (further connections got 3000)", "2001")},
        {"TheRangeThatBeginsBelow", small(1, declared([](Pair& pair) { pair.b[0].probed = {7}; })),
         by_each("WARN ctrl.cntlid.partitioned: controller IDs of the arrays interleave: array-b "
                 "(7-2001) and array-a (1001-1001)",
                 "1001", "2001 (further connections got 7)")},
        {"TheIdThatIsNotKnown",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.a[0].probed = {3000};
             pair.b[1].edit = [](ControllerObservation& out) {
                 out.identify = Page::of_failure("timed out");
                 out.connection = Connection{};
                 out.properties.clear(); // nor a version
             };
             pair.on_both([](Node& node) { node.id.fcatt = 1; }); // nor a model
             pair.options.config.profile = Profile::stretched;
         },
         {"WARN ctrl.cntlid.partitioned: controller IDs of the arrays interleave: array-a "
          "(1001-3000) and array-b (2001-2001)",
          "  array-a 1001: 1001 (further connections got 3000)", "  array-a 1002: 1002",
          "  array-b 2001: 2001", "  array-b 2002: unknown",
          "UNKNOWN snap.verdict_unknown: tcp://10.2.0.2:4420 controller 2002 could not be read "
          "completely",
          "  array-b 2002: Identify Controller: timed out"}},
        {"TheReservedId", with_id([](nvme::IdentifyController& id) { id.cntlid = 0xFFF1; }),
         by_b("FAIL ctrl.cntlid.range: reserved controller ID on array-b", "FFF1h")},
        {"TheReservedIdOfAnotherConnection",
         small(1,
               [](Pair& pair) {
                   pair.b[0].probed = {2002, 0xFFF0};
               }),
         by_b("FAIL ctrl.cntlid.range: reserved controller ID on array-b", "FFF0h")},
        {"TheIdsOfConnectAndIdentify",
         with_edit([](ControllerObservation& out) { out.connection.cntlid = 2222; }),
         by_b(part, "Connect 2222, Identify 2001")},
        {"TheIdThatWasAskedFor",
         with_edit([](ControllerObservation& out) { out.connection.requested_cntlid = 0xFFEF; }),
         by_b(part, "asked for 65519, Connect 2001")},
        // FFFFh and FFFEh are dynamic, and any static one.
        {"NoIdThatWasAskedFor",
         with_edit([](ControllerObservation& out) { out.connection.requested_cntlid = 0xFFFE; }),
         {}},
        {"NoIdWhereThereWasNoConnection",
         with_edit([](ControllerObservation& out) { out.connection = Connection{}; }),
         {}},
        {"ADiscoveryController", with_ids([](nvme::IdentifyController& id) { id.cntrltype = 2; }),
         by_each("FAIL ctrl.type.io: controller type (CNTRLTYPE) is not I/O on both arrays",
                 "2 (discovery)", "2 (discovery)")},
        {"AnAdministrativeController",
         with_id([](nvme::IdentifyController& id) { id.cntrltype = 3; }),
         by_b("FAIL ctrl.type.io: controller type (CNTRLTYPE) is not I/O on array-b",
              "3 (administrative)")},
        {"AControllerOfNoType", with_id([](nvme::IdentifyController& id) { id.cntrltype = 0; }),
         by_b("NOTE ctrl.type.defined: no defined controller type (CNTRLTYPE) on array-b",
              "0 (not reported)")},
        {"AControllerOfAnUndefinedType",
         with_id([](nvme::IdentifyController& id) { id.cntrltype = 4; }),
         by_b("NOTE ctrl.type.defined: no defined controller type (CNTRLTYPE) on array-b",
              "4 (undefined)")},
        {"TheTwoVersions", with_id([](nvme::IdentifyController&) {}), {}},
        {"TheVersionThatIsNotVs",
         small(1,
               [](Pair& pair) {
                   pair.on_both([](Node& node) {
                       node.edit = [](ControllerObservation& out) {
                           out.properties[nvme::property::vs] = 0x00010401;
                       };
                   });
               }),
         by_each("NOTE ctrl.ver.matches_vs: VER is not VS on both arrays", "VS 1.4.1, VER 2.1",
                 "VS 1.4.1, VER 2.1")},
        {"TheListsOfEachArray",
         small(1,
               [](Pair& pair) {
                   pair.a[0].listed = {{1001, 1005}};
                   pair.b[0].listed = std::vector<std::uint16_t>{};
               }),
         by_each("WARN ctrl.list_cns13.contains_all: no array lists a controller of the other one "
                 "(Identify CNS 13h)",
                 "1001, 1005", "none")},
        // One list says nothing of what the other one would hold.
        {"NoListsWhereOneWasNotRead",
         small(1,
               [](Pair& pair) {
                   pair.on_both([](Node& node) {
                       node.listed = std::vector<std::uint16_t>{node.id.cntlid};
                   });
                   pair.b[0].edit = [](ControllerObservation& out) {
                       out.controller_list =
                           Page::of_status({nvme::status::invalid_field | nvme::status::dnr});
                   };
               }),
         {}},
        {"TheIdThatComesLate",
         small(1,
               [](Pair& pair) {
                   pair.b[0].listed = {{2001, 1001}};
               }),
         by_b("NOTE ctrllist.ascending: malformed controller list (CNS 13h) on array-b",
              "controller ID 1001 comes after 2001")},
    };
}

std::array<std::uint8_t, 256> name_field(const std::string& text) {
    std::array<std::uint8_t, 256> field{};
    std::copy(text.begin(), text.end(), field.begin());
    return field;
}

std::vector<ToldCase> told_name_cases() {
    constexpr const char* kDiscovery = "nqn.2014-08.org.nvmexpress.discovery";
    const std::string ascii_head = "WARN ctrl.sn_mn.ascii_padded: SN or MN not well formed on both "
                                   "arrays";
    const auto same = [](const std::string& head, const std::string& value) {
        return by_each(head, value, value);
    };
    return {
        {"TheDiscoveryNqn",
         with_id([](nvme::IdentifyController& id) { id.subnqn = name_field(kDiscovery); }),
         by_b("FAIL subsys.nqn.not_discovery: Identify Controller says the discovery NQN on "
              "array-b",
              kDiscovery)},
        {"TheOtherName", with_id([](nvme::IdentifyController& id) {
             id.subnqn = name_field("nqn.2026-01.io.example:x");
         }),
         by_b("FAIL subsys.nqn.connect_match: SUBNQN is not the name that was connected to on "
              "array-b",
              "\"nqn.2026-01.io.example:x\"")},
        {"TheNameInCapitals", with_id([](nvme::IdentifyController& id) {
             id.subnqn = name_field("NQN" + std::string{kNqn}.substr(3));
         }),
         by_b("FAIL subsys.nqn.connect_match: SUBNQN is not the name that was connected to on "
              "array-b",
              "\"NQN" + std::string{kNqn}.substr(3) + "\"")},
        {"TheMalformedName",
         with_id([](nvme::IdentifyController& id) { id.subnqn = name_field("x"); }),
         by_b("FAIL subsys.nqn.connect_match: SUBNQN is not the name that was connected to on "
              "array-b",
              "\"x\"")},
        {"TheNamesThatDifferInSpaces",
         small(1,
               [](Pair& pair) {
                   pair.a[0].nqn("nqn.2026-01.io.example:v");
                   pair.b[0].nqn("nqn.2026-01.io.example:V").state(nvme::AnaState::optimized);
                   pair.b[0].id.sn = ascii<20>("OTHER");
                   pair.options.rules = {"subsys.nqn.equal"};
               }),
         {"FAIL subsys.nqn.equal [nqn.2026-01.io.example:V]: subsystem names that differ only in "
          "case or spaces",
          "  array-b 2001: \"nqn.2026-01.io.example:V\"",
          "  array-a 1001: \"nqn.2026-01.io.example:v\""}},
        {"TheSerialNumberInTheName",
         with_ids([](nvme::IdentifyController& id) { id.sn = ascii<20>("0A1B2C3D"); }),
         same("NOTE subsys.nqn.no_array_token: the NQN holds the serial number on both arrays",
              "SN 0A1B2C3D")},
        {"ABlankSerialNumber",
         with_ids([](nvme::IdentifyController& id) { id.sn = ascii<20>(""); }),
         same(ascii_head, "SN is blank")},
        {"ASerialNumberOfNuls", with_ids([](nvme::IdentifyController& id) { id.sn = {}; }),
         same(ascii_head, "SN is blank")},
        {"ASerialNumberThatStartsLate",
         with_ids([](nvme::IdentifyController& id) { id.sn = ascii<20>(" S1"); }),
         same(ascii_head, "SN starts with a space")},
        {"ASerialNumberBelowAscii", with_ids([](nvme::IdentifyController& id) {
             id.sn = ascii<20>("S\x1F"
                               "1");
         }),
         same(ascii_head, "SN holds bytes outside 20h-7Eh: S\\x1f1")},
        {"AModelAboveAscii", with_ids([](nvme::IdentifyController& id) {
             id.mn = ascii<40>("M\x7F"
                               "1");
         }),
         same(ascii_head, "MN holds bytes outside 20h-7Eh: M\\x7f1")},
        {"BothNotWellFormed", with_ids([](nvme::IdentifyController& id) {
             id.sn = ascii<20>("S1", '\0');
             id.mn = ascii<40>("");
         }),
         same(ascii_head, "SN is padded with NUL bytes, MN is blank")},
        {"TheLastLettersOfAscii",
         with_ids([](nvme::IdentifyController& id) {
             id.sn = ascii<20>("S 1~");
             id.mn = ascii<40>("!M");
         }),
         {}},
        {"AFieldThatIsFull",
         with_ids([](nvme::IdentifyController& id) { id.sn = ascii<20>("12345678901234567890"); }),
         {}},
        {"TheSharedSerialNumber",
         small(1,
               [](Pair& pair) {
                   pair.b[0].nqn("nqn.2026-01.io.example:b");
                   pair.options.rules = {"ctrl.sn.not_shared_by_nqns"};
               }),
         {fmt::format("NOTE ctrl.sn.not_shared_by_nqns: 2 subsystems show the serial number "
                      "CZ3D4F5G6H and model Example Stretch Array"),
          fmt::format("  array-a 1001: SN CZ3D4F5G6H as {}", kNqn),
          "  array-b 2001: SN CZ3D4F5G6H as nqn.2026-01.io.example:b"}},
        // Serial numbers are unique by model and vendor only.
        {"NoSharedSerialNumberOfTwoModels",
         small(1,
               [](Pair& pair) {
                   pair.b[0].nqn("nqn.2026-01.io.example:b");
                   pair.b[0].id.mn = ascii<40>("Other");
                   pair.options.rules = {"ctrl.sn.not_shared_by_nqns"};
               }),
         {}},
        {"NoSharedSerialNumberThatIsBlank",
         small(1,
               [](Pair& pair) {
                   pair.on_both([](Node& node) { node.id.sn = ascii<20>(""); });
                   pair.b[0].nqn("nqn.2026-01.io.example:b");
                   pair.options.rules = {"ctrl.sn.not_shared_by_nqns"};
               }),
         {}},
        {"TheFirmwareOfEachController",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.b[0].id.fr = ascii<8>("7.3.0");
             pair.b[1].id.fr = ascii<8>("");
         },
         {"WARN ctrl.fr.domain: firmware revision (FR) differs between the controllers of array-b",
          "  array-a 1001: 7.2.1", "  array-a 1002: 7.2.1", "  array-b 2001: 7.3.0",
          "  array-b 2002: (blank)"}},
        {"TheUnitOfTwoArrays",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.a[0].id.fguid[0] = pair.b[1].id.fguid[0] = 0xAB;
             pair.b[0].id.fguid[0] = 0xCD;
         },
         {"NOTE ctrl.fguid.domain: one FRU GUID on 1 of 2 controllers of array-a and 1 of 2 "
          "controllers of array-b",
          "  array-a 1001: ab000000000000000000000000000000",
          "  array-b 2002: ab000000000000000000000000000000"}},
        {"NoUnitOfOneArray",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.b[0].id.fguid[0] = pair.b[1].id.fguid[0] = 0xAB;
         },
         {}},
    };
}

std::vector<ToldCase> told_link_cases() {
    const std::string old = "WARN prop.vs.supported: version too old for what is offered on both "
                            "arrays";
    const auto same = [](const std::string& head, const std::string& value) {
        return by_each(head, value, value);
    };
    return {
        {"TheCapsuleSizes",
         with_ids([](nvme::IdentifyController& id) {
             id.ioccsz = 3;
             id.iorcsz = 0;
         }),
         {"FAIL ctrl.ioccsz.min: IOCCSZ is less than 4 on both arrays", "  array-a 1001: 3",
          "  array-b 2001: 3", "FAIL ctrl.iorcsz.min: IORCSZ is 0 on both arrays",
          "  array-a 1001: 0", "  array-b 2001: 0"}},
        {"TheSmallestCapsule", with_ids([](nvme::IdentifyController& id) { id.ioccsz = 4; }), {}},
        // A capsule is of fabrics; drives of the host are not judged at all.
        {"NoCapsuleSizeOfAnotherTransport", with_edit([](ControllerObservation& out) {
             out.transport = "rdma";
             nvme::Bytes bytes = out.identify.whole();
             bytes[1792] = 0x40; // IOCCSZ
             bytes[538] = 0;     // SGLS
             out.identify = Page::of(bytes);
         }),
         by_each("WARN conn.transport.not_mixed: transport differs between array-a and array-b",
                 "tcp", "rdma")},
        {"TheDiscoveryType", with_ids([](nvme::IdentifyController& id) { id.dctype = 2; }),
         same("NOTE ctrl.dctype: DCTYPE on an I/O controller on both arrays", "2")},
        {"TheSmallestPage", with_edit([](ControllerObservation& out) {
             out.properties[nvme::property::cap] |= 2ULL << 48U;
             nvme::Bytes bytes = out.identify.whole();
             bytes[77] = 6; // MDTS: the same number of bytes
             out.identify = Page::of(bytes);
         }),
         by_b("FAIL prop.cap.mps: smallest memory page larger than 4 KiB on array-b",
              "16384 bytes")},
        {"TheTimeToBecomeReady", with_edit([](ControllerObservation& out) {
             out.properties[nvme::property::cap] &= ~0xFF000000ULL;
         }),
         by_b("NOTE prop.cap.to_crto.plausible: CAP.TO is 0 on array-b", "0 ms")},
        {"AFatalStatus",
         with_edit([](ControllerObservation& out) { out.properties[nvme::property::csts] = 3; }),
         by_b("FAIL prop.csts.ready_nofatal: controller not ready on array-b",
              "CSTS 0x3: fatal status (CFS)")},
        {"AShutdown",
         with_edit([](ControllerObservation& out) { out.properties[nvme::property::csts] = 9; }),
         by_b("FAIL prop.csts.ready_nofatal: controller not ready on array-b",
              "CSTS 0x9: shutting down (SHST)")},
        {"AControllerThatIsNotReady",
         with_edit([](ControllerObservation& out) { out.properties[nvme::property::csts] = 0; }),
         by_b("FAIL prop.csts.ready_nofatal: controller not ready on array-b",
              "CSTS 0x0: not ready (RDY)")},
        // NSSRO, PP and ST are no defect.
        {"OtherBitsOfTheStatus",
         with_edit([](ControllerObservation& out) { out.properties[nvme::property::csts] = 0x71; }),
         {}},
        {"TheVersionForDomains", with_ids([](nvme::IdentifyController& id) {
             id.ver = 0x00010400;
             id.ctratt |= nvme::ctratt::multi_domain;
             id.domainid = static_cast<std::uint16_t>(id.cntlid / 1000);
         }),
         same(old, "1.4, domains need 2.0")},
        {"TheVersionForAna", with_ids([](nvme::IdentifyController& id) { id.ver = 0x00010201; }),
         same(old, "1.2.1, ANA need 1.3")},
        {"TheVersionForAll", with_ids([](nvme::IdentifyController& id) {
             id.ver = 0x00010200;
             id.ctratt |= nvme::ctratt::multi_domain;
             id.domainid = static_cast<std::uint16_t>(id.cntlid / 1000);
         }),
         same(old, "1.2, domains need 2.0")},
        {"TwoIdsOfOneHost",
         with_edit([](ControllerObservation& out) { out.connection.hostid.fill(9); }),
         by_each("FAIL conn.hostnqn_hostid.same: one host connected under different identities",
                 "nqn.2014-08.org.nvmexpress:uuid:11111111-2222-4333-8444-555555555555 "
                 "11111111-2222-4333-8444-555555555555",
                 "nqn.2014-08.org.nvmexpress:uuid:11111111-2222-4333-8444-555555555555 "
                 "09090909-0909-0909-0909-090909090909")},
        {"TwoNamesOfOneHost",
         with_edit([](ControllerObservation& out) { out.connection.hostnqn = "nqn.other"; }),
         by_each("FAIL conn.hostnqn_hostid.same: one host connected under different identities",
                 "nqn.2014-08.org.nvmexpress:uuid:11111111-2222-4333-8444-555555555555 "
                 "11111111-2222-4333-8444-555555555555",
                 "nqn.other 11111111-2222-4333-8444-555555555555")},
        {"TheIdsOfOneHostSideBySide",
         [](Pair& pair) {
             pair = Pair(3, 1);
             pair.b[1].edit = [](ControllerObservation& out) { out.connection.hostid.fill(9); };
             pair.options.rules = {"conn.*"};
         },
         [] {
             const std::string host = "nqn.2014-08.org.nvmexpress:uuid:11111111-2222-4333-8444-"
                                      "555555555555 ";
             std::vector<std::string> out{
                 "FAIL conn.hostnqn_hostid.same: one host connected under different identities"};
             for (const char* who : {"array-a 1001", "array-a 1002", "array-a 1003", "array-b 2001",
                                     "array-b 2003"}) {
                 out.push_back(
                     fmt::format("  {}: {}11111111-2222-4333-8444-555555555555", who, host));
             }
             out.push_back("  array-b 2002: " + host + "09090909-0909-0909-0909-090909090909");
             return out;
         }()},
        {"NoHostThatIsNotKnown",
         with_edit([](ControllerObservation& out) {
             out.connection.hostnqn.clear();
             out.connection.hostid = {};
             out.connection.header_digest = true;
         }),
         {}},
        {"NoHostOfNoName",
         small(1,
               [](Pair& pair) {
                   pair.on_both([](Node& node) {
                       node.edit = [](ControllerObservation& out) {
                           out.connection.hostnqn.clear();
                           out.connection.hostid.fill(
                               static_cast<std::uint8_t>(out.connection.cntlid));
                       };
                   });
               }),
         {}},
        {"NoTransportThatIsNotKnown",
         with_edit([](ControllerObservation& out) { out.transport.clear(); }),
         {}},
        {"TheTimeoutBetweenItsSteps",
         with_edit([](ControllerObservation& out) {
             out.features[nvme::fid::keep_alive_timer] = Page::of(nvme::Bytes{0x74, 0x27, 0, 0});
         }),
         {"WARN feat.kato.equal: keep alive timeout (KATO) differs between array-a and array-b",
          "  array-a 1001: 10000 ms", "  array-b 2001: 10100 ms",
          "NOTE feat.kato.granularity: keep alive timeout is no multiple of KAS on array-b",
          "  array-b 2001: 10100 ms, granularity 1000 ms"}},
        {"NoTimeoutThatWasNotRead",
         with_edit([](ControllerObservation& out) {
             out.features[nvme::fid::keep_alive_timer] =
                 Page::of_status({nvme::status::invalid_field | nvme::status::dnr});
         }),
         {}},
        {"NoTimeoutThatWasNotAskedFor",
         with_edit([](ControllerObservation& out) { out.features.clear(); }),
         {}},
        {"TheWriteCache",
         small(1,
               [](Pair& pair) {
                   pair.a[0].edit = [](ControllerObservation& out) {
                       out.features[nvme::fid::volatile_write_cache] =
                           Page::of(nvme::Bytes{2, 0, 0, 0});
                   };
                   pair.b[0].edit = [](ControllerObservation& out) {
                       out.features[nvme::fid::volatile_write_cache] =
                           Page::of(nvme::Bytes{1, 0, 0, 0});
                   };
               }),
         by_each("WARN feat.vwc.equal: volatile write cache differs between array-a and array-b",
                 "disabled", "enabled")},
    };
}

std::vector<ToldCase> unread_cases() {
    const std::string of = "tcp://10.2.0.1:4420 controller 2001";
    const std::string head =
        "UNKNOWN snap.verdict_unknown: " + of + " could not be read completely";
    return {
        {"AnArrayThatDoesNotAnswer",
         small(1,
               [](Pair& pair) {
                   pair.unobserved.push_back(
                       {.object = "array c", .target = "c", .subsysnqn = kNqn, .error = "refused"});
               }),
         {"UNKNOWN snap.verdict_unknown: array c was not observed: refused"}},
        {"APageThatFailed", with_edit([](ControllerObservation& out) {
             out.namespaces[0].nvm = Page::of_failure("timed out");
         }),
         by_b(head, "pages of 1 namespaces")},
        {"ALogThatFailed",
         with_edit([](ControllerObservation& out) { out.ana.log = Page::of_failure("reset"); }),
         by_b(head, "ANA log: reset")},
        {"IdentifyThatFailed", with_edit([](ControllerObservation& out) {
             out.identify = Page::of_failure("timed out");
         }),
         by_b(head, "Identify Controller: timed out")},
        {"IdentifyThatWasNotAskedFor",
         with_edit([](ControllerObservation& out) { out.identify = Page{}; }),
         by_b(head, "Identify Controller: not read")},
        {"IdentifyThatWasRefused", with_edit([](ControllerObservation& out) {
             out.identify = Page::of_status({nvme::status::invalid_field});
         }),
         by_b(head, "Identify Controller: Invalid Field in Command (sct 0h sc 02h)")},
        // What the reader lists is what is told.
        {"FourLinesOfTheReader",
         with_edit([](ControllerObservation& out) {
             out.unread = {"one", "two", "three", "four"};
             out.ana.log = Page::of_failure("reset");
         }),
         {head, "  array-b 2001: one", "  array-b 2001: two", "  array-b 2001: three",
          "  array-b 2001: four"}},
        {"SixLinesOfTheReader",
         with_edit([](ControllerObservation& out) {
             out.unread = {"one", "two", "three", "four", "five", "six"};
         }),
         {head, "  array-b 2001: one", "  array-b 2001: two", "  array-b 2001: three",
          "  array-b 2001: four", "  array-b 2001: and 2 more"}},
        {"TheDescriptorsThatWereRefused", with_edit([](ControllerObservation& out) {
             out.namespaces[0].descriptors = Page::of_status({nvme::status::internal_error});
         }),
         by_b(head, "ID descriptors (CNS 03h) of nsid 1: Internal Error (sct 0h sc 06h)")},
        {"TheDescriptorsThatThereAreNone", with_edit([](ControllerObservation& out) {
             out.namespaces[0].descriptors = Page::of_status({nvme::status::invalid_field});
         }),
         by_b("FAIL ns.desc.supported 1: no list of descriptors on array-b",
              "Invalid Field in Command (sct 0h sc 02h)")},
        {"TheTwoNamespacesThatWereRefused",
         small(2,
               [](Pair& pair) {
                   pair.b[0].edit = [](ControllerObservation& out) {
                       for (NamespaceObservation& path : out.namespaces) {
                           path.identify = Page::of_status({nvme::status::invalid_field});
                       }
                   };
               }),
         by_b(head, "Identify Namespace (CNS 00h) of nsid 1: Invalid Field in Command (sct 0h sc "
                    "02h), and the same for 1 more")},
        {"TheNamespacesThatWereRefused",
         small(4,
               [](Pair& pair) {
                   pair.b[0].edit = [](ControllerObservation& out) {
                       for (const std::size_t i : {1U, 2U, 3U}) {
                           out.namespaces[i].identify =
                               Page::of_status({nvme::status::invalid_field});
                       }
                       out.namespaces[3].descriptors =
                           Page::of_status({nvme::status::invalid_log_page});
                   };
               }),
         by_b(head, "Identify Namespace (CNS 00h) of nsid 2: Invalid Field in Command (sct 0h sc "
                    "02h), and the same for 2 more")},
        {"AStretchedSubsystemOnOneArray",
         small(1,
               [](Pair& pair) {
                   pair.b.clear();
                   pair.options.config.profile = Profile::stretched;
               }),
         {"UNKNOWN model.detect: declared as stretched, but observed on one array only",
          "  array-a 1001: target tcp://10.1.0.1:4420"}},
    };
}

INSTANTIATE_TEST_SUITE_P(ControllerIds, Told, testing::ValuesIn(told_id_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(Names, Told, testing::ValuesIn(told_name_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(Links, Told, testing::ValuesIn(told_link_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(Unread, Told, testing::ValuesIn(unread_cases()), told_name);

/// Lines of a kernel's view that could not be read: eight are shown.
TEST(ToldKernels, AreEightLinesOfMany) {
    for (const unsigned count : {8U, 11U}) {
        Observation observed = Pair(1, 1).observation();
        KernelObservation kernel;
        kernel.host = "host-1";
        for (unsigned i = 1; i <= count; ++i) {
            kernel.unread.push_back(fmt::format("line {}", i));
        }
        kernel.changed = {"nvme1c1n1"};
        observed.kernels.push_back(kernel);
        CheckOptions only;
        only.rules = {"snap.*"};
        std::vector<std::string> wanted{
            "UNKNOWN snap.verdict_unknown []: the kernel's view could not be read completely"};
        for (unsigned i = 1; i <= 8; ++i) {
            wanted.push_back(fmt::format("   host-1: line {}", i));
        }
        if (count > 8) {
            wanted.push_back(fmt::format("   host-1: and {} more", count - 8));
        }
        const std::vector<std::string> lines_told = told(check(observed, only));
        ASSERT_EQ(lines_told.size(), wanted.size() + 2);
        EXPECT_THAT(std::vector<std::string>(lines_told.begin(), lines_told.end() - 2),
                    testing::ElementsAreArray(wanted));
        EXPECT_TRUE(lines_told[wanted.size()].starts_with(
            "UNKNOWN snap.verdict_unknown []: paths changed while the controllers were asked"));
        EXPECT_EQ(lines_told.back(), "   host-1: nvme1c1n1");
    }
}

} // namespace
} // namespace haoh::test
