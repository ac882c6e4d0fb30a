// SPDX-License-Identifier: LGPL-2.1-or-later
// What the writer gives, held against docs/schema by a validator that others wrote.
#include <haoh/observation.hpp>

#include "support/json_schema.hpp"
#include "unit/model/sample_kernel.hpp"
#include "unit/model/sample_observation.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace haoh {
namespace {

using nlohmann::json;

std::string violations(const std::string& lines) {
    return test::line_violations("observation-1", lines);
}

std::string one_line(const Observation& observation, bool with_pages) {
    return json::parse(to_json(observation, with_pages)).dump() + "\n";
}

TEST(ObservationSchema, DescribesSnapshotsAndListings) {
    Observation pair = test::healthy_pair(2, 3);
    pair.controllers[0].namespaces[0].nvm = Page::of_status({.value = 0x4002});
    pair.controllers[0].namespaces[1].nvm = Page::of_failure("no answer in 5 s");
    pair.controllers[0].namespaces[2].nvm = Page::of_budget(BudgetPart::bytes);
    pair.controllers[1].active_nsids.reset();
    nvme::CommandsLog commands;
    commands.admin.fill(0xFFFFFFFF);
    commands.io.fill(0x00100001);
    pair.controllers[0].nvm_controller = Page::of(nvme::Bytes(24, 0xFF));
    pair.controllers[0].commands_log = Page::of(nvme::encode(commands));
    pair.controllers[0].firmware_log = Page::of(nvme::Bytes(64, 0xFF));
    pair.controllers[0].allocated_nsids =
        Page::of(nvme::encode_namespace_list(std::vector<std::uint32_t>{1, 2, 3}));
    pair.controllers[0].domain_list =
        Page::of(nvme::encode_domain_list(std::vector<nvme::DomainEntry>{{.domainid = 1}}));
    pair.controllers[0].features = {{0x0B, Page::of(nvme::Bytes(4, 1))},
                                    {0x81, Page::of(nvme::Bytes(16, 2))}};
    pair.controllers[0].namespaces[0].controllers =
        Page::of(nvme::encode_controller_list(std::vector<std::uint16_t>{1}));
    nvme::DiscoveryLog log;
    log.numrec = 1;
    log.entries.resize(1);
    pair.discovery = {{.target = "t", .address = "a", .log = Page::of(nvme::encode(log))}};
    pair.unobserved = {{.object = "o", .target = "t", .subsysnqn = "", .error = "e"}};
    EXPECT_EQ(violations(one_line(pair, true) + one_line(pair, false) + one_line({}, true)), "");
}

TEST(ObservationSchema, DescribesEveryObservation) {
    std::mt19937_64 random(2027);
    std::string lines;
    for (int i = 0; i < 20; ++i) {
        Observation observation = test::random_observation(random);
        observation.kernels = {test::random_kernel(random)};
        for (ControllerObservation& controller : observation.controllers) {
            controller.host = "alpha";
        }
        lines += one_line(observation, true) + one_line(observation, false);
    }
    EXPECT_EQ(violations(lines), "");
}

TEST(ObservationSchema, RefusesWhatTheWriterDoesNotWrite) {
    Observation host = test::healthy_pair(1, 1);
    host.kernels = {test::sample_kernel("alpha", 1)};
    const json good = json::parse(to_json(host));
    const std::vector<std::pair<const char*, json>> damages{
        {"/schema", "haoh.observation/2"},
        {"/observed_at", "yesterday"},
        {"/surplus", 1},
        {"/controllers/0/cntlid", 65536},
        {"/controllers/0/tradr", "x"},
        {"/controllers/0/nvm_controller", {{"wzsl", 1}}},
        {"/controllers/0/commands_log", {{"acs", {{"0x06", 1}}}, {"iocs", json::object()}}},
        {"/controllers/0/firmware_log", {{"afi", 256}}},
        {"/controllers/0/domain_list", json::array({65536})},
        {"/controllers/0/features", {{"0x81", "xy"}}},
        {"/controllers/0/namespaces/0/uuid", "not a UUID"},
        {"/controllers/0/namespaces/0/nsze", -1},
        {"/controllers/0/namespaces/0/ana_state", "great"},
        {"/controllers/0/namespaces/0/pages/identify", "abc"},
        {"/controllers/0/pages/ana_log", "00"},
        {"/controllers/0/host", 1},
        {"/kernels/0/surplus", 1},
        {"/kernels/0/subsystems/0/iopolicy", {{"errors", "x"}}},
        {"/kernels/0/subsystems/0/namespaces/0/paths/0/usable", "yes"},
    };
    std::string lines;
    for (const auto& [pointer, value] : damages) {
        json damaged = good;
        damaged[json::json_pointer(pointer)] = value;
        lines += damaged.dump() + "\n";
    }
    const std::string said = violations(lines);
    for (std::size_t line = 1; line <= damages.size(); ++line) {
        EXPECT_THAT(said, testing::HasSubstr(".json:" + std::to_string(line) + ": "))
            << damages[line - 1].first;
    }
}

} // namespace
} // namespace haoh
