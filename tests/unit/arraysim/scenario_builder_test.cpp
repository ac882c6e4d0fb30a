// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/scenario_builder.hpp"

#include <arraysim/scenario/scenario_parser.hpp>

#include <haoh/error.hpp>

#include <gtest/gtest.h>

namespace haoh::arraysim {
namespace {

TEST(ScenarioBuilder, BuildsWhatTheParserReads) {
    NamespaceSpec ns;
    ns.nsid = 1;
    ns.size = 8U << 20U;
    const Scenario built =
        ScenarioBuilder()
            .nqn("nqn.2026-01.io.example:x")
            .version(0x00010400)
            .field("cmic", std::uint64_t{9})
            .ns(ns)
            .array("a")
            .array("b")
            .nqn("nqn.2026-01.io.example:y")
            .field("sn", std::string("OTHER"))
            .ns_field(1, "noiob", std::uint64_t{8})
            .ns_field(1, "nstat", std::uint64_t{0}, AnswerKind::independent)
            .without_ns(2)
            .cntlids(5, 9)
            .ana(nvme::AnaState::inaccessible)
            .ana(2, nvme::AnaState::change)
            .latency(std::chrono::milliseconds(1))
            .allowed_hosts({"nqn.h"})
            .lie(AnswerKind::ana_log, "nagd", std::uint64_t{9}, {.first = 2, .last = 2})
            .build();
    const Scenario parsed = parse_scenario(R"(
[subsystem]
nqn = "nqn.2026-01.io.example:x"
version = "1.4"
cmic = 9
[[namespace]]
nsid = 1
size = "8MiB"
[[array]]
name = "a"
[[array]]
name = "b"
nqn = "nqn.2026-01.io.example:y"
cntlid_min = 5
cntlid_max = 9
latency = "1ms"
allowed_hosts = ["nqn.h"]
ana = {default = "inaccessible", 2 = "change"}
[array.subsystem]
sn = "OTHER"
[[array.namespace]]
nsid = 1
noiob = 8
[array.namespace.independent]
nstat = 0
[[array.namespace]]
nsid = 2
absent = true
[[array.override]]
answer = "ana-log"
field = "nagd"
value = 9
when = 2
)",
                                           "x.toml");
    EXPECT_EQ(built, parsed);
}

TEST(ScenarioBuilder, RefusesUnknownFieldsAndArrayCallsWithoutAnArray) {
    EXPECT_THROW(ScenarioBuilder().field("bogus", std::uint64_t{1}), Error);
    EXPECT_THROW(ScenarioBuilder().without_ns(1), Error);
}

} // namespace
} // namespace haoh::arraysim
