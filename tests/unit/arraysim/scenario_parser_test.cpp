// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/scenario/scenario_parser.hpp>

#include <haoh/error.hpp>
#include <haoh/nvme/fabrics.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace haoh::arraysim {
namespace {

using testing::HasSubstr;

Scenario parse(std::string_view text) {
    return parse_scenario(text, "pair.toml");
}

constexpr std::string_view kSmallest = "[[array]]\nname = \"a\"\n";

TEST(ScenarioParser, TheSmallestScenarioIsOneHealthyArray) {
    const Scenario scenario = parse(kSmallest);
    ASSERT_EQ(scenario.arrays.size(), 1U);
    EXPECT_EQ(scenario.arrays[0], [] {
        ArraySpec spec;
        spec.name = "a";
        return spec;
    }());
    EXPECT_FALSE(scenario.expect);
}

TEST(ScenarioParser, ReadsTheSubsystemWithFieldsByNameAndAlias) {
    const Scenario scenario = parse(R"(
title = "a test"
[subsystem]
nqn = "nqn.2026-01.io.example:x"
serial = "S1"
mn = "M1"
cmic = 0x09
version = "1.4"
cap = 0x7F
[[array]]
name = "a"
version = "1.2.1"
[array.subsystem]
firmware = "2"
)");
    EXPECT_EQ(scenario.title, "a test");
    EXPECT_EQ(scenario.nqn, "nqn.2026-01.io.example:x");
    EXPECT_EQ(scenario.controller.at("sn").size(), 20U);
    EXPECT_EQ(scenario.controller.at("mn")[0], 'M');
    EXPECT_EQ(scenario.controller.at("cmic"), nvme::Bytes{9});
    EXPECT_EQ(scenario.version, 0x00010400U);
    EXPECT_EQ(scenario.properties.at(nvme::property::cap), 0x7FU);
    EXPECT_EQ(scenario.arrays[0].version, 0x00010201U);
    EXPECT_EQ(scenario.arrays[0].controller.at("fr")[0], '2');
}

TEST(ScenarioParser, ReadsNamespaces) {
    const Scenario scenario = parse(R"(
[[namespace]]
nsid = 7
count = 3
size = "1GiB"
block_size = 4096
uuid = "5c1d1a52-6ef4-4b0c-8b8e-0d6f2f0c3a11"
nguid = "none"
eui64 = "0268610000000001"
ana_group = 2
ana_groups = 3
data = "x"
descriptors = [{type = 4, id = "00"}]
dps = 1
nvm = {elbaf0 = 0x100}
[namespace.independent]
nstat = 0
[[array]]
name = "a"
[[array.namespace]]
nsid = 8
absent = true
)");
    const NamespaceSpec& ns = scenario.namespaces.at(0);
    EXPECT_EQ(ns.nsid, 7U);
    EXPECT_EQ(ns.count, 3U);
    EXPECT_EQ(ns.size, 1ULL << 30U);
    EXPECT_EQ(ns.block_size, 4096U);
    EXPECT_EQ(nvme::format_uuid(*ns.uuid), "5c1d1a52-6ef4-4b0c-8b8e-0d6f2f0c3a11");
    EXPECT_EQ(ns.nguid, nvme::Nguid{});
    EXPECT_EQ(ns.eui64->at(0), 0x02);
    EXPECT_EQ(ns.ana_group, 2U);
    EXPECT_EQ(ns.ana_groups, 3U);
    EXPECT_EQ(ns.data, "x");
    EXPECT_EQ(ns.descriptors->at(0).nidt, 4);
    EXPECT_EQ(ns.identify.at("dps"), nvme::Bytes{1});
    EXPECT_EQ(ns.nvm.at("elbaf0"), (nvme::Bytes{0, 1, 0, 0}));
    EXPECT_EQ(ns.independent.at("nstat"), nvme::Bytes{0});
    EXPECT_TRUE(scenario.arrays[0].namespaces.at(0).absent);
}

TEST(ScenarioParser, ReadsArrays) {
    const Scenario scenario = parse(R"(
[[array]]
name = "a"
listen = ["127.0.0.1:4420", "[::1]:0"]
advertise = "10.0.2.2"
portid = 5
nqn = "nqn.2026-01.io.example:other"
cntlid_min = 10
cntlid_max = 20
controllers = "static"
allowed_hosts = ["nqn.host"]
latency = "2ms"
header_digest = false
c2h_success = true
cpda = 1
maxh2cdata = 8192
io_queues = 4
discovery = "own"
controller_list = "own"
treq = 5
dispersed = ["nqn.x"]
power = "down"
ana = {default = "inaccessible", events = false, 3 = "change", log = [{group = 1, state = 5, nsids = [1, 2]}]}
[[array.port]]
listen = "127.0.0.2:0"
portid = 9
split_answers = true
ana = {1 = "optimized"}
)");
    const ArraySpec& array = scenario.arrays.at(0);
    ASSERT_EQ(array.ports.size(), 3U);
    EXPECT_EQ(array.ports[1].listen, "[::1]:0");
    EXPECT_EQ(array.ports[2].portid, 9);
    EXPECT_EQ(array.ports[2].split_answers, true);
    EXPECT_EQ(array.ports[1].split_answers, std::nullopt);
    EXPECT_EQ(array.ports[2].ana.at(1), nvme::AnaState::optimized);
    EXPECT_EQ(array.advertise, "10.0.2.2");
    EXPECT_EQ(array.portid, 5);
    EXPECT_EQ(array.nqn, "nqn.2026-01.io.example:other");
    EXPECT_EQ(array.cntlid_min, 10);
    EXPECT_EQ(array.cntlid_max, 20);
    EXPECT_TRUE(array.static_controllers);
    EXPECT_EQ(array.allowed_hosts->at(0), "nqn.host");
    EXPECT_EQ(array.latency, std::chrono::milliseconds(2));
    EXPECT_FALSE(array.header_digest);
    EXPECT_TRUE(array.c2h_success);
    EXPECT_EQ(array.cpda, 1);
    EXPECT_EQ(array.maxh2cdata, 8192U);
    EXPECT_EQ(array.io_queues, 4);
    EXPECT_EQ(array.discovery, Scope::own);
    EXPECT_EQ(array.controller_list, Scope::own);
    EXPECT_EQ(array.treq, 5);
    EXPECT_EQ(array.dispersed->size(), 1U);
    EXPECT_EQ(array.power, Power::down);
    EXPECT_EQ(array.ana_default, nvme::AnaState::inaccessible);
    EXPECT_FALSE(array.ana_events);
    EXPECT_EQ(array.ana.at(3), nvme::AnaState::change);
    EXPECT_EQ(array.ana_log->at(0).state, 5);
}

TEST(ScenarioParser, ReadsOverridesFaultsAndTheTimeline) {
    const Scenario scenario = parse(R"(
[[array]]
name = "a"
[[array.override]]
answer = "ana-log"
when = "2-3"
field = "chgc"
value = 9
[[array.override]]
answer = "property"
id = 0x1c
result = 3
[[array.override]]
answer = "identify-namespace"
nsid = 4
offset = 97
value = "de ad"
[[array.override]]
answer = "namespace-list"
replace = "01"
length = 4096
[[array.override]]
answer = "connect"
status = 0x4184
[[array.fault]]
kind = "stall"
answer = "icresp"
value = 12
[[timeline]]
at = 1.5
action = "ana a all change"
)");
    const auto& lies = scenario.arrays[0].overrides;
    ASSERT_EQ(lies.size(), 5U);
    EXPECT_EQ(lies[0].field, "chgc");
    EXPECT_EQ(lies[0].value, (nvme::Bytes{9, 0, 0, 0, 0, 0, 0, 0}));
    EXPECT_EQ(lies[0].when, (Occurrence{.first = 2, .last = 3}));
    EXPECT_EQ(lies[1].id, 0x1CU);
    EXPECT_EQ(lies[1].result, 3U);
    EXPECT_EQ(lies[2].offset, 97U);
    EXPECT_EQ(lies[2].value, (nvme::Bytes{0xDE, 0xAD}));
    EXPECT_EQ(lies[2].nsid, 4U);
    EXPECT_EQ(lies[3].replace, nvme::Bytes{1});
    EXPECT_EQ(lies[3].length, 4096U);
    EXPECT_EQ(lies[4].status, 0x4184);
    const FaultSpec& fault = scenario.arrays[0].faults.at(0);
    EXPECT_EQ(fault.kind, FaultKind::stall);
    EXPECT_EQ(fault.answer, AnswerKind::ic_resp);
    EXPECT_EQ(fault.value, 12U);
    EXPECT_EQ(scenario.timeline.at(0).at, std::chrono::milliseconds(1500));
}

TEST(ScenarioParser, ReadsWhereALieOrAFaultIsAimed) {
    const Scenario scenario = parse(R"(
[[array]]
name = "a"
[[array.override]]
answer = "identify-namespace"
nsid = 4294967295
port = 0
when = 2
status = 0x7fff
[[array.override]]
answer = "features"
when = "3-"
result = 0
[[array.override]]
answer = "ana-log"
length = 0
[[array.override]]
answer = "ana-log"
offset = 0
value = 0
[[array.override]]
answer = "ana-log"
offset = 1048575
value = 0x1ff
[[array.fault]]
kind = "banner"
nsid = 7
port = 0
when = "2-4"
[[array.fault]]
kind = "banner"
answer = "ana-log"
text = "220 hello"
)");
    const auto& lies = scenario.arrays[0].overrides;
    ASSERT_EQ(lies.size(), 5U);
    EXPECT_EQ(lies[0].nsid, 4294967295U);
    EXPECT_EQ(lies[0].port, 0U);
    EXPECT_EQ(lies[0].when, (Occurrence{.first = 2, .last = 2}));
    EXPECT_EQ(lies[0].status, 0x7FFF);
    EXPECT_EQ(lies[0].length, std::nullopt);
    EXPECT_EQ(lies[1].when.first, 3U);
    EXPECT_EQ(lies[1].when.last, std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(lies[1].result, 0U);
    EXPECT_EQ(lies[1].nsid, std::nullopt);
    EXPECT_EQ(lies[1].port, std::nullopt);
    EXPECT_EQ(lies[2].length, 0U);
    EXPECT_EQ(lies[2].when, Occurrence{});
    EXPECT_EQ(lies[3].offset, 0U);
    EXPECT_EQ(lies[3].value, nvme::Bytes{0}) << "a byte at least";
    EXPECT_EQ(lies[4].value, (nvme::Bytes{0xFF, 0x01})) << "as many bytes as it takes";
    const auto& faults = scenario.arrays[0].faults;
    ASSERT_EQ(faults.size(), 2U);
    EXPECT_EQ(faults[0].answer, AnswerKind::identify_controller);
    EXPECT_EQ(faults[0].nsid, 7U);
    EXPECT_EQ(faults[0].port, 0U);
    EXPECT_EQ(faults[0].when, (Occurrence{.first = 2, .last = 4}));
    EXPECT_EQ(faults[0].value, std::nullopt);
    EXPECT_FALSE(faults[0].text.empty());
    EXPECT_EQ(faults[1].answer, AnswerKind::ana_log);
    EXPECT_EQ(faults[1].text, "220 hello");
}

TEST(ScenarioParser, ReadsWhatIsExpected) {
    const Scenario scenario = parse(R"(
[[array]]
name = "a"
[[array]]
name = "b"
[check]
nqn = ""
targets = ["a"]
config = "x"
timeout = "3s"
[expect]
exit = 1
verdict = "fail"
model = "single"
unobserved = 2
[[expect.finding]]
verdict = "fail"
severity = "C"
rule = "ns.uuid.equal"
nsids = [2, 3]
subsystem = "nqn.x"
values = {b = ["2222", "3333"], a = "1111"}
[[expect.finding]]
verdict = "unknown"
severity = "L"
rule = "snap.verdict_unknown"
what = "tcp://{b}"
values = ["one", "two"]
)");
    EXPECT_EQ(scenario.check.nqn, "");
    EXPECT_EQ(scenario.check.timeout, std::chrono::seconds(3));
    ASSERT_TRUE(scenario.expect);
    EXPECT_FALSE(scenario.expect->loose);
    EXPECT_EQ(scenario.expect->known_fault, "");
    EXPECT_FALSE(scenario.expect->today);
    const ExpectedReport& report = scenario.expect->report;
    EXPECT_EQ(report.exit, 1);
    EXPECT_EQ(report.verdict, "fail");
    EXPECT_EQ(report.model, "single");
    EXPECT_EQ(report.unobserved, 2U);
    ASSERT_EQ(report.findings.size(), 2U);
    EXPECT_EQ(report.findings[0],
              (ExpectedFinding{.verdict = "fail",
                               .severity = "C",
                               .rule = "ns.uuid.equal",
                               .nsids = {2, 3},
                               .subsystem = "nqn.x",
                               .what = "",
                               .values = {{"a", "1111"}, {"b", "2222"}, {"b", "3333"}}}));
    EXPECT_EQ(report.findings[1], (ExpectedFinding{.verdict = "unknown",
                                                   .severity = "L",
                                                   .rule = "snap.verdict_unknown",
                                                   .nsids = {},
                                                   .subsystem = {},
                                                   .what = "tcp://{b}",
                                                   .values = {{"", "one"}, {"", "two"}}}));
}

TEST(ScenarioParser, ReadsWhatIsSaidTodayWhereThatIsAKnownFault) {
    const Scenario scenario = parse(R"(
[[array]]
name = "a"
[expect]
exit = 1
verdict = "fail"
known_fault = "the rule only compares"
[[expect.finding]]
verdict = "fail"
severity = "L"
rule = "ctrl.icdoff"
values = {a = "1"}
[expect.today]
exit = 0
[[expect.today.finding]]
verdict = "warn"
severity = "L"
rule = "ctrl.icdoff"
values = {a = "1"}
)");
    ASSERT_TRUE(scenario.expect);
    EXPECT_EQ(scenario.expect->known_fault, "the rule only compares");
    ASSERT_TRUE(scenario.expect->today);
    EXPECT_EQ(scenario.expect->report.exit, 1);
    EXPECT_EQ(scenario.expect->report.findings.at(0).verdict, "fail");
    EXPECT_EQ(scenario.expect->today->exit, 0);
    EXPECT_EQ(scenario.expect->today->verdict, "fail"); // as expected, where it does not say
    EXPECT_EQ(scenario.expect->today->findings.at(0).verdict, "warn");
}

TEST(ScenarioParser, ReadsTheShortFormToo) {
    const Scenario scenario = parse(R"(
[[array]]
name = "a"
[expect]
exit = 1
verdict = "fail"
findings = ["FAIL ns.uuid.equal 2", "WARN ctrl.mdts.min"]
notes = ["ctrl.fr.domain", "UNKNOWN x.y"]
unobserved = 2
)");
    ASSERT_TRUE(scenario.expect && scenario.expect->loose);
    const LooseExpectation& loose = *scenario.expect->loose;
    EXPECT_EQ(scenario.expect->report.exit, 1);
    EXPECT_EQ(scenario.expect->report.unobserved, 2U);
    EXPECT_TRUE(scenario.expect->report.findings.empty());
    EXPECT_EQ(loose.findings.at(0),
              (LooseFinding{.verdict = "fail", .rule = "ns.uuid.equal", .nsid = 2}));
    EXPECT_EQ(loose.findings.at(1).verdict, "warn");
    EXPECT_EQ(loose.notes.at(0).verdict, "note");
    EXPECT_EQ(loose.notes.at(1).verdict, "unknown");
}

#define ONE_FINDING "[[array]]\nname = \"a\"\n[[expect.finding]]\n"

struct Bad {
    const char* name;
    const char* text;
    const char* object; ///< file:line: key
    const char* cause;
};

class ScenarioParserErrors : public testing::TestWithParam<Bad> {};

TEST_P(ScenarioParserErrors, NameFileLineAndKey) {
    try {
        (void)parse(GetParam().text);
        FAIL() << "accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::malformed);
        EXPECT_EQ(error.object(), std::string("pair.toml:") + GetParam().object);
        EXPECT_THAT(error.cause(), HasSubstr(GetParam().cause));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Each, ScenarioParserErrors,
    testing::Values(
        Bad{"syntax", "[[array]]\nname = \n", "2", "Error"},
        Bad{"unknown_table", "[[array]]\nname = \"a\"\n[nonsense]\n", "3: nonsense", "unknown key"},
        Bad{"unknown_key", "[[array]]\nname = \"a\"\nlisten_to = []\n", "3: array.listen_to",
            "unknown key"},
        Bad{"unknown_field", "[subsystem]\nbogus = 1\n[[array]]\nname = \"a\"\n",
            "2: subsystem.bogus", "unknown key"},
        Bad{"unknown_ns_field", "[[namespace]]\nnsid = 1\nsn = \"x\"\n[[array]]\nname = \"a\"\n",
            "3: namespace.sn", "unknown key"},
        Bad{"wrong_type", "[[array]]\nname = 3\n", "2: array.name", "must be a string"},
        Bad{"wrong_table", "array = 3\n", "1: array", "must be an array of tables"},
        Bad{"table_wanted", "subsystem = 3\n[[array]]\nname = \"a\"\n", "1: subsystem",
            "must be a table"},
        Bad{"boolean_wanted", "[[array]]\nname = \"a\"\nc2h_success = 1\n", "3: array.c2h_success",
            "must be true or false"},
        Bad{"integer_wanted", "[[array]]\nname = \"a\"\nportid = \"x\"\n", "3: array.portid",
            "must be an integer"},
        Bad{"negative", "[[array]]\nname = \"a\"\nportid = -1\n", "3: array.portid",
            "-1 is not from 0 to 65535"},
        Bad{"out_of_range", "[[array]]\nname = \"a\"\nportid = 65536\n", "3: array.portid",
            "65536 is not from 0 to 65535"},
        Bad{"strings_wanted", "[[array]]\nname = \"a\"\nlisten = [1]\n", "3: array.listen",
            "must be a string"},
        Bad{"list_wanted", "[[array]]\nname = \"a\"\nlisten = \"x:1\"\n", "3: array.listen",
            "must be an array of strings"},
        Bad{"no_array", "title = \"x\"\n", "1: array", "there is none"},
        Bad{"no_name", "[[array]]\nportid = 1\n", "1: array.name", "is missing"},
        Bad{"bad_name", "[[array]]\nname = \"a b\"\n", "2: array.name", "must be 1 to 64 letters"},
        Bad{"same_name", "[[array]]\nname = \"a\"\n[[array]]\nname = \"a\"\n", "1: array",
            "two arrays are called 'a'"},
        Bad{"address", "[[array]]\nname = \"a\"\nlisten = [\"localhost\"]\n", "3: array.listen",
            "'localhost' is no address"},
        Bad{"address_port", "[[array]]\nname = \"a\"\nlisten = [\"1.2.3.4:99999\"]\n",
            "3: array.listen", "is no address"},
        Bad{"address_ipv6", "[[array]]\nname = \"a\"\nlisten = [\"::1:4420\"]\n", "3: array.listen",
            "is no address"},
        Bad{"field_too_long",
            "[subsystem]\nserial = \"123456789012345678901\"\n[[array]]\nname = \"a\"\n",
            "2: subsystem.serial", "21 bytes does not fit a field of 20"},
        Bad{"field_too_large", "[subsystem]\ncmic = 256\n[[array]]\nname = \"a\"\n",
            "2: subsystem.cmic", "does not fit"},
        Bad{"version", "[subsystem]\nversion = \"two\"\n[[array]]\nname = \"a\"\n",
            "2: subsystem.version", "'two' is no version"},
        Bad{"size", "[[namespace]]\nsize = \"big\"\n[[array]]\nname = \"a\"\n", "2: namespace.size",
            "'big' is no size"},
        Bad{"block_size", "[[namespace]]\nblock_size = 520\n[[array]]\nname = \"a\"\n",
            "2: namespace.block_size", "not a power of two"},
        Bad{"uuid", "[[namespace]]\nuuid = \"xyz\"\n[[array]]\nname = \"a\"\n", "2: namespace.uuid",
            "is no identifier of 16 bytes"},
        Bad{"nsid_zero", "[[namespace]]\nnsid = 0\n[[array]]\nname = \"a\"\n", "2: namespace.nsid",
            "0 is not from 1 to"},
        Bad{"nsid_twice",
            "[[namespace]]\nnsid = 1\n[[namespace]]\nnsid = 1\n[[array]]\nname = \"a\"\n",
            "1: namespace", "NSID 1 stands twice"},
        Bad{"too_many_namespaces",
            "[[namespace]]\ncount = 65536\n[[namespace]]\nnsid = 70000\n[[array]]\nname = \"a\"\n",
            "1: namespace", "more than 65536 namespaces"},
        Bad{"ns_without_nsid", "[[array]]\nname = \"a\"\n[[array.namespace]]\nabsent = true\n",
            "3: array.namespace.nsid", "is missing"},
        Bad{"descriptor", "[[namespace]]\ndescriptors = [{id = \"00\"}]\n[[array]]\nname = \"a\"\n",
            "2: namespace.descriptors.type", "is missing"},
        Bad{"ana_state", "[[array]]\nname = \"a\"\nana = {1 = \"good\"}\n", "3: array.ana.1",
            "'good' is no ANA state"},
        Bad{"ana_key", "[[array]]\nname = \"a\"\nana = {one = \"optimized\"}\n", "3: array.ana.one",
            "unknown key"},
        Bad{"cntlids", "[[array]]\nname = \"a\"\ncntlid_min = 9\ncntlid_max = 8\n",
            "4: array.cntlid_max", "is below cntlid_min"},
        Bad{"scope", "[[array]]\nname = \"a\"\ndiscovery = \"some\"\n", "3: array.discovery",
            "neither \"all\" nor \"own\""},
        Bad{"power", "[[array]]\nname = \"a\"\npower = \"off\"\n", "3: array.power",
            "'off' is not"},
        Bad{"latency", "[[array]]\nname = \"a\"\nlatency = \"slow\"\n", "3: array.latency",
            "'slow' is no time"},
        Bad{"latency_type", "[[array]]\nname = \"a\"\nlatency = true\n", "3: array.latency",
            "must be a time"},
        Bad{"latency_range", "[[array]]\nname = \"a\"\nlatency = inf\n", "3: array.latency",
            "inf s is not from 0 to 86400 s"},
        Bad{"latency_negative", "[[array]]\nname = \"a\"\nlatency = -0.5\n", "3: array.latency",
            "is not from 0 to 86400 s"},
        Bad{"latency_nan", "[[array]]\nname = \"a\"\nlatency = nan\n", "3: array.latency",
            "is not from 0 to 86400 s"},
        Bad{"latency_long", "[[array]]\nname = \"a\"\nlatency = 86400.5\n", "3: array.latency",
            "is not from 0 to 86400 s"},
        Bad{"maxh2cdata", "[[array]]\nname = \"a\"\nmaxh2cdata = 4098\n", "3: array.maxh2cdata",
            "not a multiple of 4"},
        Bad{"answer", "[[array]]\nname = \"a\"\n[[array.override]]\nanswer = \"x\"\nstatus = 1\n",
            "4: array.override.answer", "'x' is no answer"},
        Bad{"override_nothing",
            "[[array]]\nname = \"a\"\n[[array.override]]\nanswer = \"ana-log\"\n",
            "4: array.override.answer", "nothing is overridden"},
        Bad{"override_field",
            "[[array]]\nname = \"a\"\n[[array.override]]\nanswer = \"ana-log\"\nfield = \"sn\"\n"
            "value = 1\n",
            "5: array.override.field", "ana-log has no field 'sn'"},
        Bad{"override_value",
            "[[array]]\nname = \"a\"\n[[array.override]]\nanswer = \"ana-log\"\noffset = 1\n",
            "3: array.override.value", "is missing"},
        Bad{"override_value_alone",
            "[[array]]\nname = \"a\"\n[[array.override]]\nanswer = \"ana-log\"\nvalue = 1\n",
            "5: array.override.value", "has no 'field' or 'offset'"},
        Bad{"override_when",
            "[[array]]\nname = \"a\"\n[[array.override]]\nanswer = \"ana-log\"\nwhen = 0\n"
            "status = 1\n",
            "5: array.override.when", "which answer"},
        Bad{"override_port",
            "[[array]]\nname = \"a\"\n[[array.override]]\nanswer = \"ana-log\"\nport = 1\n"
            "status = 1\n",
            "3: array.override", "the array has no port 1"},
        Bad{"override_without_answer", "[[array]]\nname = \"a\"\n[[array.override]]\nstatus = 1\n",
            "3: array.override.answer", "is missing"},
        Bad{"override_field_without_value",
            "[[array]]\nname = \"a\"\n[[array.override]]\nanswer = \"ana-log\"\nfield = \"chgc\"\n",
            "3: array.override.value", "is missing"},
        Bad{"override_field_and_offset",
            "[[array]]\nname = \"a\"\n[[array.override]]\nanswer = \"ana-log\"\nfield = \"chgc\"\n"
            "value = 1\noffset = 1\n",
            "7: array.override.offset", "only one of them"},
        Bad{"override_replace",
            "[[array]]\nname = \"a\"\n[[array.override]]\nanswer = \"ana-log\"\nreplace = \"0g\"\n",
            "5: array.override.replace", "hexadecimal"},
        Bad{"override_when_text",
            "[[array]]\nname = \"a\"\n[[array.override]]\nanswer = \"ana-log\"\nwhen = \"4-2\"\n"
            "status = 1\n",
            "5: array.override.when", "which answer"},
        Bad{"fault_without_kind", "[[array]]\nname = \"a\"\n[[array.fault]]\nvalue = 1\n",
            "3: array.fault.kind", "is missing"},
        Bad{"fault_answer",
            "[[array]]\nname = \"a\"\n[[array.fault]]\nkind = \"stall\"\nanswer = \"x\"\n",
            "5: array.fault.answer", "'x' is no answer"},
        Bad{"fault", "[[array]]\nname = \"a\"\n[[array.fault]]\nkind = \"tired\"\n",
            "4: array.fault.kind", "'tired' is no fault"},
        Bad{"timeline_action",
            "[[array]]\nname = \"a\"\n[[timeline]]\nat = 1\naction = \"ana a 1 bad\"\n",
            "5: timeline.action", "'bad' is no ANA state"},
        Bad{"timeline_array",
            "[[array]]\nname = \"a\"\n[[timeline]]\nat = 1\naction = \"down z\"\n",
            "5: timeline.action", "there is no array 'z'"},
        Bad{"timeline_at", "[[array]]\nname = \"a\"\n[[timeline]]\naction = \"down a\"\n",
            "3: timeline.at", "is missing"},
        Bad{"check_target", "[[array]]\nname = \"a\"\n[check]\ntargets = [\"z\"]\n", "3: check",
            "there is no array 'z'"},
        Bad{"check_port", "[[array]]\nname = \"a\"\n[check]\ntargets = [\"a 2\"]\n", "3: check",
            "there is no array 'a 2'"},
        Bad{"verdict", "[[array]]\nname = \"a\"\n[expect]\nverdict = \"good\"\n",
            "4: expect.verdict", "'good' is none of"},
        Bad{"finding", "[[array]]\nname = \"a\"\n[expect]\nfindings = [\"ns.uuid.equal\"]\n",
            "4: expect.findings", "has no verdict"},
        Bad{"finding_nsid", "[[array]]\nname = \"a\"\n[expect]\nfindings = [\"FAIL a.b x\"]\n",
            "4: expect.findings", "'x' is no NSID"},
        Bad{"two_forms",
            "[[array]]\nname = \"a\"\n[expect]\nnotes = []\n[[expect.finding]]\nrule = \"a.b\"\n",
            "5: expect.finding", "stands beside findings or notes"},
        Bad{"exact_verdict", ONE_FINDING "severity = \"C\"\nrule = \"a.b\"\n",
            "3: expect.finding.verdict", "is missing"},
        Bad{"exact_severity", ONE_FINDING "verdict = \"fail\"\nseverity = \"X\"\n",
            "5: expect.finding.severity", "'X' is none of"},
        Bad{"exact_rule", ONE_FINDING "verdict = \"fail\"\nseverity = \"C\"\nrule = \"x\"\n",
            "6: expect.finding.rule", "'x' names no rule"},
        Bad{"exact_nsids",
            ONE_FINDING "verdict = \"fail\"\nseverity = \"C\"\nrule = \"a.b\"\nnsids = [2, 2]\n",
            "7: expect.finding.nsids", "must ascend"},
        Bad{"exact_values",
            ONE_FINDING "verdict = \"fail\"\nseverity = \"C\"\nrule = \"a.b\"\nvalues = {a = 1}\n",
            "7: expect.finding.values", "must hold strings"},
        Bad{"exact_array",
            ONE_FINDING
            "verdict = \"fail\"\nseverity = \"C\"\nrule = \"a.b\"\nvalues = {z = \"1\"}\n",
            "3: expect", "there is no array 'z'"},
        Bad{"exact_key",
            ONE_FINDING "verdict = \"fail\"\nseverity = \"C\"\nrule = \"a.b\"\nnsid = 2\n",
            "7: expect.finding.nsid", "unknown key"},
        Bad{"fault_without_today", "[[array]]\nname = \"a\"\n[expect]\nknown_fault = \"x\"\n",
            "4: expect.known_fault", "go together"},
        Bad{"today_without_fault", "[[array]]\nname = \"a\"\n[expect]\n[expect.today]\nexit = 1\n",
            "4: expect.today", "go together"}),
    [](const auto& bad) { return std::string(bad.param.name); });

TEST(ScenarioParser, RefusesAFileThatCannotBeRead) {
    EXPECT_THROW((void)load_scenario("/nonexistent/pair.toml"), Error);
}

TEST(ScenarioParser, RefusesATextThatIsTooLarge) {
    EXPECT_THROW((void)parse(std::string(kMaxScenarioSize + 1, '#')), Error);
}

} // namespace
} // namespace haoh::arraysim
