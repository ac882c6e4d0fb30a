// SPDX-License-Identifier: LGPL-2.1-or-later
// What stands in haoh.observation/1 for people and scripts beside the raw pages: each decoded field,
// with values that no other field has, and which page has which name.
#include <haoh/nvme/supported_logs.hpp>
#include <haoh/observation.hpp>

#include "unit/model/sample_observation.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace haoh {
namespace {

using nlohmann::json;
using test::healthy_pair;

json listing_of(const Observation& observation) {
    return json::parse(to_json(observation, false));
}

/// The one namespace of one controller, as a listing has it.
json listed_path(const Observation& observation) {
    return listing_of(observation)["controllers"][0]["namespaces"][0];
}

NamespaceObservation& only_path(Observation& observation) {
    return observation.controllers[0].namespaces[0];
}

template <typename Change>
void change_namespace(Observation& observation, Change change) {
    nvme::IdentifyNamespace id = only_path(observation).identify_data();
    change(id);
    only_path(observation).identify = Page::of(nvme::encode(id));
}

TEST(DecodedNamespace, HasEachFieldOfIdentify) {
    Observation seen = healthy_pair(1, 1);
    change_namespace(seen, [](nvme::IdentifyNamespace& id) {
        id.nsze = 4001;
        id.ncap = 4002;
        id.nuse = 4003;
        id.nmic = 5;
        id.nsattr = 6;
        id.nlbaf = 1;
        id.flbas = 1;
        id.lbaf[1] = {.ms = 64, .lbads = 12, .rp = 0};
    });
    const json path = listed_path(seen);
    EXPECT_EQ(path["nsze"], 4001);
    EXPECT_EQ(path["ncap"], 4002);
    EXPECT_EQ(path["nuse"], 4003);
    EXPECT_EQ(path["nmic"], 5);
    EXPECT_EQ(path["nsattr"], 6);
    EXPECT_EQ(path["logical_block_size"], 4096);
    EXPECT_EQ(path["metadata_bytes"], 64);
}

TEST(DecodedNamespace, HasABlockSizeWhereTheFormatHasOne) {
    // NVM Command Set 1.2, figure "LBA Format Data Structure": below 9 a format is not there.
    const std::vector<std::pair<std::uint8_t, json>> sizes{
        {0, nullptr},  {8, nullptr},  {9, 512},      {12, 4096},    {52, 4503599627370496},
        {53, nullptr}, {63, nullptr}, {64, nullptr}, {255, nullptr}};
    for (const auto& [lbads, bytes] : sizes) {
        Observation seen = healthy_pair(1, 1);
        change_namespace(seen, [&](nvme::IdentifyNamespace& id) { id.lbaf[0].lbads = lbads; });
        EXPECT_EQ(listed_path(seen)["logical_block_size"], bytes) << int{lbads};
    }
}

TEST(DecodedNamespace, ThatCouldNotBeReadHasNoFieldsButItsGroup) {
    Observation seen = healthy_pair(1, 1);
    only_path(seen).identify = Page::of_failure("no answer in 5 s");
    const json path = listed_path(seen);
    for (const char* const key :
         {"nsze", "ncap", "nuse", "logical_block_size", "metadata_bytes", "nmic", "nsattr"}) {
        EXPECT_FALSE(path.contains(key)) << key;
    }
    EXPECT_EQ(path["ana_grpid"], 1) << "the log has it";
    EXPECT_EQ(path["ana_state"], "optimized");
    EXPECT_EQ(path["uuid"], "5b1c0d1e-772a-4c3d-9e10-000001000000") << "the descriptors have it";
}

TEST(DecodedNamespace, IsInTheGroupOfTheLogElseOfIdentify) {
    Observation seen = healthy_pair(1, 1);
    change_namespace(seen, [](nvme::IdentifyNamespace& id) { id.anagrpid = 42; });
    EXPECT_EQ(listed_path(seen)["ana_grpid"], 1);
    seen.controllers[0].ana.log = Page::of_failure("no answer in 5 s");
    EXPECT_EQ(listed_path(seen)["ana_grpid"], 42);
    EXPECT_EQ(listed_path(seen)["ana_state"], nullptr);
    only_path(seen).identify = Page::of_status({.value = 2});
    EXPECT_EQ(listed_path(seen)["ana_grpid"], nullptr);
    const json subsystem = listing_of(seen)["subsystems"][0];
    EXPECT_EQ(subsystem["namespaces"][0]["paths"][0]["ana_grpid"], nullptr);
    EXPECT_EQ(subsystem["namespaces"][0]["paths"][0]["ana_state"], nullptr);
}

TEST(DecodedNamespace, HasEachIdentifierUnderItsName) {
    Observation seen = healthy_pair(1, 1);
    const std::vector<nvme::IdDescriptor> descriptors{{.nidt = 1, .nid = {1, 2, 3, 4, 5, 6, 7, 8}},
                                                      {.nidt = 2, .nid = nvme::Bytes(16, 0x22)},
                                                      {.nidt = 3, .nid = nvme::Bytes(16, 0x33)},
                                                      {.nidt = 4, .nid = {2}}};
    only_path(seen).descriptors = Page::of(nvme::encode(descriptors));
    const json listing = listing_of(seen);
    for (const json& path :
         {listing["controllers"][0]["namespaces"][0], listing["subsystems"][0]["namespaces"][0]}) {
        EXPECT_EQ(path["eui64"], "0102030405060708");
        EXPECT_EQ(path["nguid"], "22222222222222222222222222222222");
        EXPECT_EQ(path["uuid"], "33333333-3333-3333-3333-333333333333");
        EXPECT_EQ(path["csi"], 2);
    }
}

/// A number of up to eight bytes, little-endian, as JSON has it.
json number_in(const nvme::Bytes& page, const nvme::FieldRange& field) {
    std::uint64_t value = 0;
    for (std::size_t i = field.length; i-- > 0;) {
        value = value * 256 + page[field.offset + i];
    }
    return value < (1ULL << 53U) ? json(value) : json(std::to_string(value));
}

TEST(DecodedController, HasEachFieldOfIdentifyAsNumberOrText) {
    nvme::Bytes page(nvme::kIdentifySize);
    for (std::size_t i = 0; i < page.size(); ++i) {
        page[i] = static_cast<std::uint8_t>(i * 7 + i / 256 + 1);
    }
    Observation seen = healthy_pair(1, 0);
    seen.controllers[0].identify = Page::of(page);
    json identify = listing_of(seen)["controllers"][0]["identify"];
    std::size_t numbers = 0;
    for (const nvme::FieldRange& field : nvme::identify_controller_fields()) {
        const std::string name(field.name);
        if (name.starts_with("psd")) {
            EXPECT_FALSE(identify.contains(name)) << name;
            continue;
        }
        ASSERT_TRUE(identify.contains(name)) << name;
        if (field.length <= 8 && name != "ieee" && name != "fr") {
            EXPECT_EQ(identify[name], number_in(page, field)) << name;
            ++numbers;
        } else {
            EXPECT_TRUE(identify[name].is_string()) << name;
        }
        identify.erase(name);
    }
    EXPECT_THAT(identify, testing::IsEmpty()) << "nothing but fields";
    EXPECT_GT(numbers, 80U);
}

TEST(DecodedController, ThatCouldNotBeIdentifiedHasTheIdOfItsConnection) {
    Observation seen = healthy_pair(1, 1);
    ControllerObservation& controller = seen.controllers[0];
    controller.connection.cntlid = 77;
    EXPECT_EQ(listing_of(seen)["controllers"][0]["cntlid"], 1) << "what it says of itself";
    controller.identify = Page::of_failure("no answer in 5 s");
    controller.controller_list = Page::of_status({.value = 2});
    controller.supported_logs = Page{};
    controller.features = {{0x0B, Page::of_status({.value = 2})}};
    const json out = listing_of(seen)["controllers"][0];
    EXPECT_EQ(out["cntlid"], 77);
    for (const char* const key : {"serial", "model", "firmware_rev", "identify", "controller_list",
                                  "supported_logs", "features"}) {
        EXPECT_FALSE(out.contains(key)) << key;
    }
}

TEST(DecodedController, LacksOnlyWhatComesOfThePageThatCouldNotBeRead) {
    struct Row {
        const char* key;
        Page ControllerObservation::*page;
    };
    const json whole = listing_of(healthy_pair(1, 1))["controllers"][0];
    for (const Row& row : {Row{"identify", &ControllerObservation::identify},
                           Row{"controller_list", &ControllerObservation::controller_list},
                           Row{"supported_logs", &ControllerObservation::supported_logs}}) {
        Observation seen = healthy_pair(1, 1);
        seen.controllers[0].*row.page = Page::of_failure("no answer in 5 s");
        const json out = listing_of(seen)["controllers"][0];
        for (const Row& other : {Row{"identify", nullptr}, Row{"controller_list", nullptr},
                                 Row{"supported_logs", nullptr}}) {
            EXPECT_EQ(out.contains(other.key), std::string_view(other.key) != row.key) << row.key;
        }
        EXPECT_EQ(out["ana"], whole["ana"]);
    }
    Observation seen = healthy_pair(1, 1);
    seen.controllers[0].ana.log = Page::of_failure("no answer in 5 s");
    EXPECT_EQ(listing_of(seen)["controllers"][0]["ana"], (json{{"stable", true}, {"attempts", 1}}));
}

TEST(DecodedController, ListsTheLogsThatItSupports) {
    Observation seen = healthy_pair(1, 1);
    nvme::SupportedLogs logs;
    logs.lids[0x00] = 1;
    logs.lids[0x0C] = 3; // LSUPP and more
    logs.lids[0x70] = 2; // not LSUPP
    logs.lids[0xFF] = 1;
    seen.controllers[0].supported_logs = Page::of(nvme::encode(logs));
    EXPECT_EQ(listing_of(seen)["controllers"][0]["supported_logs"], (json{"0x00", "0x0c", "0xff"}));
}

TEST(DecodedController, HasTheLimitsOfTheNvmCommandSet) {
    Observation seen = healthy_pair(1, 1);
    EXPECT_FALSE(listing_of(seen)["controllers"][0].contains("nvm_controller")) << "was not read";
    nvme::Bytes page(24);
    for (std::size_t i = 0; i < page.size(); ++i) {
        page[i] = static_cast<std::uint8_t>(i + 1);
    }
    seen.controllers[0].nvm_controller = Page::of(page);
    // NVM Command Set 1.1, figure "I/O Command Set Specific Identify Controller".
    EXPECT_EQ(listing_of(seen)["controllers"][0]["nvm_controller"],
              (json{{"vsl", 1},
                    {"wzsl", 2},
                    {"wusl", 3},
                    {"dmrl", 4},
                    {"dmrsl", 0x08070605},
                    {"dmsl", std::to_string(0x100F0E0D0C0B0A09)},
                    {"kpiocap", 0x11},
                    {"wzdsl", 0x12},
                    {"aocs", 0x1413},
                    {"ver", 0x18171615}}));
}

TEST(DecodedController, HasTheCommandsThatItSupportsAndTheirEffects) {
    Observation seen = healthy_pair(1, 1);
    EXPECT_FALSE(listing_of(seen)["controllers"][0].contains("commands_log")) << "was not read";
    nvme::CommandsLog log;
    log.admin[0x06] = 1;
    log.admin[0x80] = 0x0000A00F | 0x00030000; // bits that are reserved as well: 13
    log.io[0x01] = 0x7FF8C013;
    seen.controllers[0].commands_log = Page::of(nvme::encode(log));
    // Base 2.3, figure "Commands Supported and Effects Data Structure".
    const auto entry = [](int csupp, int lbcc, int ncc, int nic, int ccc, int cser, int cse,
                          int uss, int csp) {
        return json{{"csupp", csupp}, {"lbcc", lbcc}, {"ncc", ncc}, {"nic", nic}, {"ccc", ccc},
                    {"cser", cser},   {"cse", cse},   {"uss", uss}, {"csp", csp}};
    };
    EXPECT_EQ(listing_of(seen)["controllers"][0]["commands_log"],
              (json{{"acs",
                     {{"0x06", entry(1, 0, 0, 0, 0, 0, 0, 0, 0)},
                      {"0x80", entry(1, 1, 1, 1, 0, 2, 3, 0, 0)}}},
                    {"iocs", {{"0x01", entry(1, 1, 0, 0, 1, 3, 0, 1, 0x7FF)}}}}));
    seen.controllers[0].commands_log = Page::of(nvme::Bytes(4096));
    EXPECT_EQ(listing_of(seen)["controllers"][0]["commands_log"],
              (json{{"acs", json::object()}, {"iocs", json::object()}}));
}

TEST(DecodedController, HasTheFirmwareInEachSlot) {
    Observation seen = healthy_pair(1, 1);
    EXPECT_FALSE(listing_of(seen)["controllers"][0].contains("firmware_log")) << "was not read";
    nvme::FirmwareLog log;
    log.afi = 0x21;
    log.frs[0] = {'1', '.', '0', ' ', ' ', ' ', ' ', ' '};
    log.frs[6] = {'7', '.', '1', '2', '3', '4', '5', '6'};
    seen.controllers[0].firmware_log = Page::of(nvme::encode(log));
    EXPECT_EQ(listing_of(seen)["controllers"][0]["firmware_log"], (json{{"afi", 0x21},
                                                                        {"frs1", "1.0"},
                                                                        {"frs2", ""},
                                                                        {"frs3", ""},
                                                                        {"frs4", ""},
                                                                        {"frs5", ""},
                                                                        {"frs6", ""},
                                                                        {"frs7", "7.123456"}}));
}

TEST(DecodedController, HasWhatItsListsSay) {
    Observation seen = healthy_pair(1, 1);
    for (const char* const key : {"allocated_nsids", "domain_list"}) {
        EXPECT_FALSE(listing_of(seen)["controllers"][0].contains(key)) << "was not read";
    }
    seen.controllers[0].allocated_nsids =
        Page::of(nvme::encode_namespace_list(std::vector<std::uint32_t>{1, 7}));
    seen.controllers[0].domain_list = Page::of(nvme::encode_domain_list(
        std::vector<nvme::DomainEntry>{{.domainid = 1}, {.domainid = 258}}));
    seen.controllers[0].features = {{0x81, Page::of(nvme::Bytes(16, 0xAB))},
                                    {0x16, Page::of(nvme::Bytes(512, 0))}};
    const json listed = listing_of(seen)["controllers"][0];
    EXPECT_EQ(listed["allocated_nsids"], (json{1, 7}));
    EXPECT_EQ(listed["domain_list"], (json{1, 258}));
    EXPECT_EQ(listed["features"],
              (json{{"0x16", ""}, {"0x81", "abababababababababababababababab"}}));
    EXPECT_EQ(observation_from_json(to_json(seen), "pair.json"), seen);
    EXPECT_TRUE(
        json::parse(to_json(seen))["controllers"][0]["pages"]["features"]["0x81"].is_string())
        << "of the length that it has";
}

TEST(DecodedController, HasTheFeaturesThatCouldBeRead) {
    Observation seen = healthy_pair(1, 1);
    seen.controllers[0].features = {{0x06, Page::of(nvme::Bytes{1, 0, 0, 0})},
                                    {0x0B, Page::of_failure("no answer")},
                                    {0x0F, Page::of(nvme::Bytes{0x10, 0x27, 0, 0x80})}};
    EXPECT_EQ(listing_of(seen)["controllers"][0]["features"],
              (json{{"0x06", 1}, {"0x0f", 0x80002710U}}));
}

TEST(DecodedController, HasPropertiesAsWideAsTheyAre) {
    Observation seen = healthy_pair(1, 1);
    seen.controllers[0].properties = {{0x00, 1},
                                      {0x08, 0x00020100},
                                      {0x14, 0xFFFFFFFF},
                                      {0x20, 0x100000000},
                                      {0x28, 0xFFFFFFFFFFFFFFFF}};
    EXPECT_EQ(listing_of(seen)["controllers"][0]["properties"],
              (json{{"cap", "0x0000000000000001"},
                    {"vs", "0x00020100"},
                    {"cc", "0xffffffff"},
                    {"nssr", "0x0000000100000000"},
                    {"0x28", "0xffffffffffffffff"}}));
}

TEST(DecodedController, HasWhatWasNegotiated) {
    Observation seen = healthy_pair(1, 1);
    seen.controllers[0].connection = {.hostnqn = "nqn.h",
                                      .hostid =
                                          *nvme::parse_uuid("11111111-2222-4333-8444-555555555556"),
                                      .cntlid = 12,
                                      .requested_cntlid = 65534,
                                      .header_digest = true,
                                      .data_digest = false,
                                      .sq_flow_control_disabled = true,
                                      .maxh2cdata = 8192};
    EXPECT_EQ(listing_of(seen)["controllers"][0]["connection"],
              (json{{"hostnqn", "nqn.h"},
                    {"hostid", "11111111-2222-4333-8444-555555555556"},
                    {"cntlid", 12},
                    {"requested_cntlid", 65534},
                    {"header_digest", true},
                    {"data_digest", false},
                    {"sq_flow_control_disabled", true},
                    {"maxh2cdata", 8192}}));
    std::swap(seen.controllers[0].connection.header_digest,
              seen.controllers[0].connection.data_digest);
    EXPECT_EQ(listing_of(seen)["controllers"][0]["connection"]["data_digest"], true);
}

nvme::DiscoveryEntry discovery_entry(std::uint8_t trtype, std::uint8_t adrfam,
                                     std::uint8_t subtype) {
    nvme::DiscoveryEntry out;
    out.trtype = trtype;
    out.adrfam = adrfam;
    out.subtype = subtype;
    out.treq = 5;
    out.portid = 101;
    out.cntlid = 0xFFFE;
    out.asqsz = 103;
    out.eflags = 104;
    out.trsvcid = "4420";
    out.subnqn = "nqn.s";
    out.traddr = "10.0.0.1";
    return out;
}

Observation with_log(std::vector<nvme::DiscoveryEntry> entries) {
    nvme::DiscoveryLog log;
    log.genctr = 19;
    log.numrec = entries.size();
    log.entries = std::move(entries);
    Observation out;
    out.discovery = {{.target = "tcp://array:8009",
                      .address = "tcp://10.0.0.1:8009",
                      .log = Page::of(nvme::encode(log)),
                      .stable = true}};
    return out;
}

TEST(DecodedDiscoveryLog, HasEachFieldOfItsEntries) {
    const json log = listing_of(with_log({discovery_entry(3, 1, 2)}))["discovery"][0];
    EXPECT_EQ(log, (json{{"target", "tcp://array:8009"},
                         {"address", "tcp://10.0.0.1:8009"},
                         {"stable", true},
                         {"genctr", 19},
                         {"entries", json::array({{{"trtype", "tcp"},
                                                   {"adrfam", "ipv4"},
                                                   {"subtype", "nvme subsystem"},
                                                   {"treq", 5},
                                                   {"portid", 101},
                                                   {"cntlid", 0xFFFE},
                                                   {"asqsz", 103},
                                                   {"eflags", 104},
                                                   {"trsvcid", "4420"},
                                                   {"subnqn", "nqn.s"},
                                                   {"traddr", "10.0.0.1"}}})}}));
}

TEST(DecodedDiscoveryLog, NamesTransportsFamiliesAndSubsystems) {
    // Base 2.3, figure "Discovery Log Page Entry"; what is not defined there is a number.
    struct Name {
        const char* key;
        std::uint8_t value;
        const char* name;
    };
    for (const Name& one : {Name{"trtype", 0, "0x00"},
                            Name{"trtype", 1, "rdma"},
                            Name{"trtype", 2, "fc"},
                            Name{"trtype", 3, "tcp"},
                            Name{"trtype", 4, "0x04"},
                            Name{"trtype", 253, "0xfd"},
                            Name{"trtype", 254, "loop"},
                            Name{"trtype", 255, "0xff"},
                            Name{"adrfam", 0, "0x00"},
                            Name{"adrfam", 1, "ipv4"},
                            Name{"adrfam", 2, "ipv6"},
                            Name{"adrfam", 3, "ib"},
                            Name{"adrfam", 4, "fc"},
                            Name{"adrfam", 5, "0x05"},
                            Name{"adrfam", 254, "loop"},
                            Name{"subtype", 0, "0x00"},
                            Name{"subtype", 1, "discovery subsystem referral"},
                            Name{"subtype", 2, "nvme subsystem"},
                            Name{"subtype", 3, "current discovery subsystem"},
                            Name{"subtype", 4, "0x04"}}) {
        const std::string key = one.key;
        const auto entry =
            discovery_entry(key == "trtype" ? one.value : 3, key == "adrfam" ? one.value : 1,
                            key == "subtype" ? one.value : 2);
        const json entries = listing_of(with_log({entry}))["discovery"][0]["entries"];
        EXPECT_EQ(entries[0][key], one.name) << key << " " << int{one.value};
    }
}

TEST(DecodedDiscoveryLog, ThatCouldNotBeReadHasNoEntries) {
    Observation seen = with_log({});
    EXPECT_EQ(listing_of(seen)["discovery"][0]["entries"], json::array());
    seen.discovery[0].log = Page::of_failure("no answer");
    seen.discovery[0].stable = false;
    EXPECT_EQ(listing_of(seen)["discovery"][0], (json{{"target", "tcp://array:8009"},
                                                      {"address", "tcp://10.0.0.1:8009"},
                                                      {"stable", false}}));
    EXPECT_EQ(json::parse(to_json(seen))["discovery"][0]["pages"],
              (json{{"log", {{"error", "no answer"}}}}));
}

TEST(RawPages, HaveTheNamesOfTheSchema) {
    Observation seen = healthy_pair(1, 1);
    ControllerObservation& controller = seen.controllers[0];
    controller.io_command_sets = Page::of_failure("1Ch");
    controller.controller_list = Page::of_failure("13h");
    controller.supported_logs = Page::of_failure("00h");
    controller.nvm_controller = Page::of_failure("06h");
    controller.commands_log = Page::of_failure("05h");
    controller.firmware_log = Page::of_failure("03h");
    controller.allocated_nsids = Page::of_failure("10h");
    controller.domain_list = Page::of_failure("18h");
    controller.ana.log = Page::of_failure("0Ch");
    controller.identify = Page::of_failure("01h");
    controller.features = {{0x0B, Page::of_failure("0Bh")}};
    NamespaceObservation& path = controller.namespaces[0];
    path.identify = Page::of_failure("CNS 00h");
    path.descriptors = Page::of_failure("CNS 03h");
    path.nvm = Page::of_failure("CNS 05h");
    path.independent = Page::of_failure("CNS 08h");
    path.controllers = Page::of_failure("CNS 12h");
    const json out = json::parse(to_json(seen))["controllers"][0];
    EXPECT_EQ(out["pages"], (json{{"identify", {{"error", "01h"}}},
                                  {"io_command_sets", {{"error", "1Ch"}}},
                                  {"controller_list", {{"error", "13h"}}},
                                  {"supported_logs", {{"error", "00h"}}},
                                  {"nvm_controller", {{"error", "06h"}}},
                                  {"commands_log", {{"error", "05h"}}},
                                  {"firmware_log", {{"error", "03h"}}},
                                  {"allocated_nsids", {{"error", "10h"}}},
                                  {"domain_list", {{"error", "18h"}}},
                                  {"ana_log", {{"error", "0Ch"}}},
                                  {"features", {{"0x0b", {{"error", "0Bh"}}}}}}));
    EXPECT_EQ(out["namespaces"][0]["pages"], (json{{"identify", {{"error", "CNS 00h"}}},
                                                   {"descriptors", {{"error", "CNS 03h"}}},
                                                   {"nvm", {{"error", "CNS 05h"}}},
                                                   {"independent", {{"error", "CNS 08h"}}},
                                                   {"controllers", {{"error", "CNS 12h"}}}}));
}

TEST(RawPages, OfTheLengthThatTheyHaveAreWrittenWithoutIt) {
    const Observation seen = healthy_pair(1, 1);
    const json out = json::parse(to_json(seen))["controllers"][0];
    for (const char* const key : {"identify", "controller_list", "supported_logs"}) {
        EXPECT_TRUE(out["pages"][key].is_string()) << key;
    }
    EXPECT_TRUE(out["pages"]["features"]["0x0b"].is_string());
    EXPECT_TRUE(out["pages"]["ana_log"].is_object()) << "a log has no length of its own";
    for (const char* const key : {"identify", "descriptors", "nvm", "independent"}) {
        EXPECT_TRUE(out["namespaces"][0]["pages"][key].is_string()) << key;
    }
    EXPECT_FALSE(out["pages"].contains("io_command_sets")) << "not read";
    // And what is written by hand has it.
    json by_hand = json::parse(to_json(seen));
    by_hand["controllers"][0]["pages"]["supported_logs"] = "01";
    by_hand["controllers"][0]["pages"]["features"]["0x0b"] = "01";
    by_hand["controllers"][0]["pages"]["io_command_sets"] = "01";
    by_hand["controllers"][0]["pages"]["nvm_controller"] = "01";
    by_hand["controllers"][0]["pages"]["commands_log"] = "01";
    by_hand["controllers"][0]["pages"]["firmware_log"] = "01";
    const Observation read = observation_from_json(by_hand.dump(), "pair.json");
    EXPECT_EQ(read.controllers[0].supported_logs.length, 1024U);
    EXPECT_EQ(read.controllers[0].features.at(0x0B).length, 4U);
    EXPECT_EQ(read.controllers[0].io_command_sets.length, 4096U);
    EXPECT_EQ(read.controllers[0].nvm_controller.length, 4096U);
    EXPECT_EQ(read.controllers[0].commands_log.length, 4096U);
    EXPECT_EQ(read.controllers[0].firmware_log.length, 512U);
}

TEST(RawPages, OfControllersWithoutFeaturesHaveNoKeyForThem) {
    Observation seen = healthy_pair(1, 1);
    seen.controllers[0].features.clear();
    const json out = json::parse(to_json(seen))["controllers"][0];
    EXPECT_FALSE(out["pages"].contains("features"));
    EXPECT_FALSE(out.contains("features"));
}

} // namespace
} // namespace haoh
