// SPDX-License-Identifier: LGPL-2.1-or-later
// What a table of an array may say, and where each value ends up.
#include <arraysim/scenario/scenario_parser.hpp>

#include <haoh/error.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::arraysim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The array "a" of a scenario with these lines more.
ArraySpec array_of(std::string_view lines) {
    const std::string text = fmt::format("[[array]]\nname = \"a\"\n{}\n", lines);
    return parse_scenario(text, "pair.toml").arrays.at(0);
}

/// What is wrong with these lines: the key and the cause, or nothing.
std::string refusal_of(std::string_view lines) {
    try {
        (void)array_of(lines);
    } catch (const Error& error) {
        return fmt::format("{}: {}", error.object(), error.cause());
    }
    return {};
}

TEST(ArrayParser, TakesNumbersUpToTheirBoundsAndNoFurther) {
    struct Bound {
        std::string_view key;
        std::uint64_t first;
        std::uint64_t last;
        std::uint64_t step{1};
    };
    // As haoh-arraysim(1) has them.
    constexpr Bound kBounds[] = {
        {"portid", 0, 65535},
        {"treq", 0, 255},
        {"cpda", 0, 31},
        {"io_queues", 1, 1024},
        {"maxh2cdata", 4096, 4194304, 4},
        {"c2h_data_size", 512, 4194304, 4},
        {"r2t_size", 512, 4194304, 4},
        {"cntlid_min", 0, 65535},
    };
    for (const Bound& bound : kBounds) {
        const auto said = [&](std::uint64_t value) {
            return refusal_of(fmt::format("{} = {}", bound.key, value));
        };
        const std::string range = fmt::format("is not from {} to {}", bound.first, bound.last);
        EXPECT_EQ(said(bound.first), "") << bound.key;
        EXPECT_EQ(said(bound.last), "") << bound.key;
        EXPECT_THAT(said(bound.last + bound.step), HasSubstr(range)) << bound.key;
        if (bound.first != 0) {
            EXPECT_THAT(said(bound.first - bound.step), HasSubstr(range)) << bound.key;
        }
        if (bound.step != 1) {
            EXPECT_THAT(said(bound.first + 1), HasSubstr("is not a multiple of 4")) << bound.key;
        }
    }
}

TEST(ArrayParser, KeepsEachValueOfTheTransport) {
    const ArraySpec array = array_of("latency = \"3ms\"\nheader_digest = true\n"
                                     "data_digest = false\nsplit_answers = true\n"
                                     "c2h_success = true\ncpda = 31\n"
                                     "maxh2cdata = 4096\nc2h_data_size = 512\nr2t_size = 1024\n"
                                     "io_queues = 7\ntreq = 255\nportid = 65535");
    EXPECT_EQ(array.latency, std::chrono::milliseconds(3));
    EXPECT_TRUE(array.header_digest);
    EXPECT_FALSE(array.data_digest);
    EXPECT_TRUE(array.split_answers);
    EXPECT_TRUE(array.c2h_success);
    EXPECT_EQ(array.cpda, 31);
    EXPECT_EQ(array.maxh2cdata, 4096U);
    EXPECT_EQ(array.c2h_data_size, 512U);
    EXPECT_EQ(array.r2t_size, 1024U);
    EXPECT_EQ(array.io_queues, 7);
    EXPECT_EQ(array.treq, 255);
    EXPECT_EQ(array.portid, 65535);
}

TEST(ArrayParser, TakesNamesOfLettersDigitsAndThreeMarks) {
    const auto refused = [](std::string_view name) {
        const std::string text = fmt::format("[[array]]\nname = \"{}\"\n", name);
        try {
            return parse_scenario(text, "pair.toml").arrays.at(0).name != name;
        } catch (const Error& error) {
            EXPECT_THAT(error.cause(), HasSubstr("must be 1 to 64 letters"));
            return true;
        }
    };
    EXPECT_FALSE(refused("azAZ09-_."));
    EXPECT_FALSE(refused(std::string(64, 'x')));
    EXPECT_TRUE(refused(std::string(65, 'x')));
    EXPECT_TRUE(refused(""));
    for (const char c : std::string_view("/:@[`{, +^")) { // beside the ranges
        EXPECT_TRUE(refused(std::string("a") + c)) << c;
    }
}

TEST(ArrayParser, TakesAddressesWithAPort) {
    for (const char* const good : {"127.0.0.1:0", "0.0.0.0:65535", "[::1]:4420", "[::]:0"}) {
        EXPECT_EQ(refusal_of(fmt::format("listen = [\"{}\"]", good)), "") << good;
        const auto array = array_of(fmt::format("[[array.port]]\nlisten = \"{}\"", good));
        EXPECT_EQ(array.ports.at(0).listen, good);
    }
    for (const char* const bad :
         {"", "127.0.0.1", ":4420", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:80x",
          "127.0.0.1:-1", "::1:4420", "[::1]4420", "[::1:4420", "[::1]x:4420", "[::1]:", "[::1]"}) {
        const std::string cause = fmt::format("'{}' is no address to listen on", bad);
        EXPECT_THAT(refusal_of(fmt::format("listen = [\"{}\"]", bad)), HasSubstr(cause));
        EXPECT_THAT(refusal_of(fmt::format("[[array.port]]\nlisten = \"{}\"", bad)),
                    HasSubstr(cause));
    }
}

TEST(ArrayParser, ReadsPorts) {
    const ArraySpec array = array_of(R"(
[[array.port]]
listen = "127.0.0.2:1"
advertise = "10.0.0.1"
portid = 65535
treq = 255
ana = {1 = "change", 4294967295 = "inaccessible"}
[[array.port]]
[[array.port]]
portid = 0
treq = 0
)");
    ASSERT_EQ(array.ports.size(), 3U);
    EXPECT_EQ(array.ports[2].portid, 0);
    EXPECT_EQ(array.ports[2].treq, 0);
    PortSpec first;
    first.listen = "127.0.0.2:1";
    first.advertise = "10.0.0.1";
    first.portid = 65535;
    first.treq = 255;
    first.ana = {{1, nvme::AnaState::change}, {4294967295U, nvme::AnaState::inaccessible}};
    EXPECT_EQ(array.ports[0], first);
    EXPECT_EQ(array.ports[1], PortSpec{});
    for (const char* const bad : {"portid = 65536", "treq = 256", "listens = \"x\"",
                                  "ana = {one = \"optimized\"}", "ana = {1 = \"good\"}"}) {
        EXPECT_NE(refusal_of(fmt::format("[[array.port]]\n{}", bad)), "") << bad;
    }
}

TEST(ArrayParser, HasAtMost64Ports) {
    const auto ports = [](std::size_t count) {
        std::string lines;
        for (std::size_t i = 0; i < count; ++i) {
            lines += "[[array.port]]\n";
        }
        return lines;
    };
    EXPECT_EQ(array_of(ports(64)).ports.size(), 64U);
    EXPECT_THAT(refusal_of(ports(65)), HasSubstr("more than 64 ports"));
    EXPECT_THAT(refusal_of("listen = [\"127.0.0.1:0\"]\n" + ports(64)),
                HasSubstr("more than 64 ports"));
}

TEST(ArrayParser, ReadsAnaStatesAndALiteralLog) {
    const ArraySpec array = array_of(R"(
[array.ana]
default = "persistent-loss"
events = true
0 = "optimized"
4294967295 = "non-optimized"
[[array.ana.log]]
group = 4294967295
state = 255
nsids = [0, 4294967295]
chgc = 9223372036854775807
[[array.ana.log]]
group = 0
state = "change"
[[array.ana.log]]
group = 3
)");
    EXPECT_EQ(array.ana_default, nvme::AnaState::persistent_loss);
    EXPECT_TRUE(array.ana_events);
    EXPECT_EQ(array.ana,
              (std::map<std::uint32_t, nvme::AnaState>{
                  {0, nvme::AnaState::optimized}, {4294967295U, nvme::AnaState::non_optimized}}));
    ASSERT_TRUE(array.ana_log);
    EXPECT_THAT(*array.ana_log, ElementsAre(AnaLogGroup{.agid = 4294967295U,
                                                        .state = 255,
                                                        .nsids = {0, 4294967295U},
                                                        .chgc = 9223372036854775807U},
                                            AnaLogGroup{.agid = 0, .state = 0x0F},
                                            AnaLogGroup{.agid = 3, .state = 1}));
    EXPECT_FALSE(array_of("").ana_log);
    const ArraySpec nothing = array_of("ana = {log = []}");
    ASSERT_TRUE(nothing.ana_log);
    EXPECT_TRUE(nothing.ana_log->empty());
}

TEST(ArrayParser, SaysWhatIsWrongWithAnaStates) {
    struct Wrong {
        const char* lines;
        const char* said;
    };
    constexpr Wrong kWrong[] = {
        {"ana = {1 = 3}", "array.ana.1: must be an ANA state, not"},
        {"ana = {default = true}", "array.ana.default: must be an ANA state, not"},
        {"ana = {default = \"good\"}", "array.ana.default: 'good' is no ANA state"},
        {"ana = {1x = \"optimized\"}", "array.ana.1x: unknown key"},
        {"ana = {4294967296 = \"optimized\"}", "array.ana.4294967296: unknown key"},
        {"ana = {log = [{state = 1}]}", "array.ana.log.group: is missing"},
        {"ana = {log = [{group = 4294967296}]}", "array.ana.log.group: 4294967296 is not from"},
        {"ana = {log = [{group = 1, state = 256}]}", "array.ana.log.state: 256 is not from"},
        {"ana = {log = [{group = 1, state = \"good\"}]}", "'good' is no ANA state"},
        {"ana = {log = [{group = 1, nsids = [4294967296]}]}", "array.ana.log.nsids: "},
        {"ana = {log = [{group = 1, states = 2}]}", "array.ana.log.states: unknown key"},
    };
    for (const Wrong& wrong : kWrong) {
        EXPECT_THAT(refusal_of(wrong.lines), HasSubstr(wrong.said)) << wrong.lines;
    }
}

TEST(ArrayParser, ReadsControllerIds) {
    const ArraySpec range = array_of("cntlid_min = 65535\ncntlid_max = 65535");
    EXPECT_EQ(range.cntlid_min, 65535);
    EXPECT_EQ(range.cntlid_max, 65535);
    const ArraySpec low = array_of("cntlid_min = 0");
    EXPECT_EQ(low.cntlid_min, 0);
    EXPECT_EQ(low.cntlid_max, std::nullopt);
    EXPECT_THAT(array_of("cntlids = [9, 0, 65535]").cntlids, ElementsAre(9, 0, 65535));
    EXPECT_FALSE(array_of("controllers = \"dynamic\"").static_controllers);
    EXPECT_TRUE(array_of("controllers = \"static\"").static_controllers);
    struct Wrong {
        const char* lines;
        const char* said;
    };
    constexpr Wrong kWrong[] = {
        {"cntlid_min = 2\ncntlid_max = 1", "array.cntlid_max: is below cntlid_min"},
        {"cntlid_max = 1", "array.cntlid_max: needs a cntlid_min"},
        {"cntlid_min = 1\ncntlid_max = 65536", "array.cntlid_max: 65536 is not from"},
        {"cntlids = [65536]", "array.cntlids: "},
        {"controllers = \"some\"", "'some' is neither \"dynamic\" nor \"static\""},
    };
    for (const Wrong& wrong : kWrong) {
        EXPECT_THAT(refusal_of(wrong.lines), HasSubstr(wrong.said)) << wrong.lines;
    }
}

TEST(ArrayParser, ReadsWhatItShowsAndToWhom) {
    const std::string longest(256, 'n');
    const ArraySpec array = array_of(fmt::format("advertise = \"10.0.0.9\"\nnqn = \"{}\"\n"
                                                 "allowed_hosts = [\"x\", \"y\"]\n"
                                                 "discovery = \"all\"\ncontroller_list = \"own\"\n"
                                                 "dispersed = [\"p\", \"q\"]",
                                                 longest));
    EXPECT_EQ(array.advertise, "10.0.0.9");
    EXPECT_EQ(array.nqn, longest);
    ASSERT_TRUE(array.allowed_hosts && array.dispersed);
    EXPECT_THAT(*array.allowed_hosts, ElementsAre("x", "y"));
    EXPECT_THAT(*array.dispersed, ElementsAre("p", "q"));
    EXPECT_EQ(array.discovery, Scope::all);
    EXPECT_EQ(array.controller_list, Scope::own);
    EXPECT_EQ(array_of("discovery = \"own\"").controller_list, Scope::all);
    EXPECT_EQ(array_of("discovery = \"own\"").discovery, Scope::own);
    EXPECT_THAT(refusal_of(fmt::format("nqn = \"{}n\"", longest)),
                HasSubstr("array.nqn: is longer than 256 bytes"));
    EXPECT_THAT(refusal_of("controller_list = \"none\""),
                HasSubstr("'none' is neither \"all\" nor \"own\""));
    const std::pair<const char*, Power> powers[] = {
        {"up", Power::up}, {"down", Power::down}, {"hung", Power::hung}, {"hidden", Power::hidden}};
    for (const auto& [text, power] : powers) {
        EXPECT_EQ(array_of(fmt::format("power = \"{}\"", text)).power, power);
    }
}

TEST(ArrayParser, ReadsItsOwnSubsystemAndNamespaces) {
    const ArraySpec array = array_of(R"(
[array.subsystem]
version = "1.4"
cap = 127
vs = 4294967295
crto = 5
serial = "S"
[[array.namespace]]
nsid = 3
size = "8MiB"
)");
    EXPECT_EQ(array.version, 0x00010400U);
    EXPECT_EQ(array.properties, (std::map<std::uint32_t, std::uint64_t>{
                                    {0x00, 127}, {0x08, 4294967295U}, {0x68, 5}}));
    EXPECT_EQ(array.controller.at("sn").at(0), 'S');
    ASSERT_EQ(array.namespaces.size(), 1U);
    EXPECT_EQ(array.namespaces[0].nsid, 3U);
    EXPECT_EQ(array.namespaces[0].size, 8U << 20U);
    EXPECT_THAT(refusal_of("[array.subsystem]\nbogus = 1"),
                HasSubstr("array.subsystem.bogus: unknown key"));
    EXPECT_THAT(refusal_of("[array.subsystem]\nvs = 4294967296"), HasSubstr("is not from"));
}

TEST(ArrayParser, ALieIsAimedAtAPortThatIsThere) {
    const auto aimed = [](std::string_view listen, unsigned port) {
        return refusal_of(fmt::format("listen = [{}]\n[[array.override]]\nanswer = \"ana-log\"\n"
                                      "status = 1\nport = {}",
                                      listen, port));
    };
    constexpr std::string_view kTwo = "\"127.0.0.1:0\", \"127.0.0.2:0\"";
    EXPECT_EQ(aimed("", 0), ""); // there is one even if none is given
    EXPECT_THAT(aimed("", 1), HasSubstr("the array has no port 1"));
    EXPECT_EQ(aimed(kTwo, 1), "");
    EXPECT_THAT(aimed(kTwo, 2), HasSubstr("the array has no port 2"));
}

} // namespace
} // namespace haoh::arraysim
