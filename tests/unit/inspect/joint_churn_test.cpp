// SPDX-License-Identifier: LGPL-2.1-or-later
// A host's kernel and the arrays that it is connected to, looked at together while both follow legal
// changes. tests/churn.sh does more of it; see churn_test.cpp for what the environment says.
#include <haoh/inspection.hpp>

#include "churned_pair.hpp"
#include "moving_host.hpp"
#include "unit/catalogue/pair.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace haoh::test {
namespace {

/// What the arrays and the kernel do: kinds of both by their names.
struct JointChange {
    std::string arrays;
    std::string host;
};

const std::vector<JointChange>& joint_changes() {
    static const std::vector<JointChange> changes{
        {.arrays = "owner_moves", .host = "owner_moves"},
        {.arrays = "volumes_come_and_go", .host = "volumes_come_and_go"},
        {.arrays = "volumes_grow", .host = "volumes_grow"},
        {.arrays = "hosts_come_and_go", .host = "controllers_reconnect"},
        {.arrays = "connections_are_reset", .host = "controllers_reconnect"},
        {.arrays = "all_at_once", .host = "all_at_once"},
    };
    return changes;
}

template <typename Kind>
const Kind& named(const std::vector<Kind>& kinds, const std::string& name) {
    return *std::find_if(kinds.begin(), kinds.end(),
                         [&name](const Kind& one) { return one.name == name; });
}

std::size_t from_environment(const char* variable, std::size_t otherwise) {
    const char* const wanted = std::getenv(variable);
    return wanted == nullptr ? otherwise : std::strtoul(wanted, nullptr, 10);
}

/// Two arrays, and a host that is connected to both. Its controllers take the IDs 1 (3 after it has
/// connected again) and 1025.
class JointPair {
  public:
    explicit JointPair(const ChurnKind& kind, void (*damage)(arraysim::ScenarioBuilder&) = nullptr)
        : arrays_(scenario(kind, damage)), host_(arrays_.source().nqn) {
        arrays_.run([](arraysim::Simulator& simulator) {
            const auto connect = [&simulator](const char* array) {
                arraysim::Controller* const made = simulator.create_controller(
                    simulator.array(array), 0, false, nvme::kDynamicController);
                made->hostnqn = "nqn.2014-08.org.example:the-host";
                return made;
            };
            connect("a");
            arraysim::Controller* const other = connect("a");
            connect("a");
            connect("b");
            simulator.destroy_controller(*other, "its ID is free");
        });
        const Observation seen = observe_now(source_of(arrays_));
        for (unsigned i = 0; i < 2; ++i) {
            const ControllerObservation& asked = seen.controllers.at(i);
            const nvme::IdentifyController id = asked.identify_data();
            const auto set = [&](const char* file, const std::string& text) {
                host_.set(SysfsTree::controller(i) + "/" + file, text);
            };
            set("address", fmt::format("traddr={},trsvcid={}", asked.traddr, asked.trsvcid));
            set("cntlid", i == 0 ? "1" : "1025");
            set("serial", nvme::printable(id.sn));
            set("model", nvme::printable(id.mn));
            set("firmware_rev", nvme::printable(id.fr));
        }
        for (unsigned nsid = 1; nsid <= 4; ++nsid) {
            const NamespaceObservation* const volume = seen.controllers.at(0).find_namespace(nsid);
            const std::string head = SysfsTree::head(0, nsid);
            host_.set(head + "/nsid", std::to_string(nsid));
            for (const nvme::IdDescriptor& one :
                 nvme::decode_id_descriptors(volume->descriptors.bytes).descriptors) {
                if (one.nidt == static_cast<std::uint8_t>(nvme::IdType::uuid)) {
                    nvme::Uuid uuid{};
                    std::copy_n(one.nid.begin(), uuid.size(), uuid.begin());
                    host_.set(head + "/uuid", nvme::format_uuid(uuid));
                    host_.set(head + "/wwid", "uuid." + nvme::format_uuid(uuid));
                }
            }
        }
    }

    [[nodiscard]] ServedPair& arrays() { return arrays_; }
    [[nodiscard]] const MovingHost& host() const { return host_; }
    /// Both at once.
    [[nodiscard]] Source source() const {
        Source source = source_of(arrays_);
        const Source host = host_.source();
        source.sysroot = host.sysroot;
        source.ask_controllers = host.ask_controllers;
        return source;
    }

  private:
    [[nodiscard]] static arraysim::Scenario scenario(const ChurnKind& kind,
                                                     void (*damage)(arraysim::ScenarioBuilder&)) {
        arraysim::ScenarioBuilder builder = churned_subsystem(pace());
        with_arrays(builder, kind, pace());
        if (damage != nullptr) {
            damage(builder);
        }
        return builder.build();
    }

  public:
    [[nodiscard]] static const ChurnPace& pace() { return named(churn_paces(), "by_time"); }

  private:
    ServedPair arrays_;
    MovingHost host_;
};

std::string name_of(const JointChange& change) {
    return change.arrays + "_beside_" + change.host;
}

class LegalChangeOfBoth : public ::testing::TestWithParam<JointChange> {};

TEST_P(LegalChangeOfBoth, is_no_defect) {
    constexpr std::size_t kOften = 100;
    const auto seed = static_cast<std::uint32_t>(from_environment("HAOH_TEST_SEED", 1));
    ChurnResult sum;
    const std::size_t wanted =
        std::max<std::size_t>(from_environment("HAOH_CHURN_CHECKS", 0) / kOften, 5);
    const ChurnKind& kind = named(churn_kinds(), GetParam().arrays);
    JointPair pair(kind);
    const Source source = pair.source();
    const Report still = inspect_now(source, {}).report;
    ASSERT_THAT(fails_and_warns(still), testing::IsEmpty());
    ASSERT_EQ(still.verdict, Verdict::pass) << testing::PrintToString(lines(still));
    {
        const Churn arrays(pair.arrays(), kind, JointPair::pace(), {}, seed);
        const HostChurn host(pair.host(), named(host_changes(), GetParam().host), seed);
        for (; sum.checks < wanted; ++sum.checks) {
            const Report report = inspect_now(source, {}).report;
            const std::string told =
                fmt::format("{}, seed {}, {} readings: {}", name_of(GetParam()), seed,
                            report.readings, fmt::join(lines(report), ", "));
            if (!fails_and_warns(report).empty()) {
                sum.wrong.push_back(told);
            } else if (report.verdict != still.verdict) {
                sum.doubts.push_back(told);
            }
            sum.again += report.readings > 1 ? 1 : 0;
            sum.most = std::max(sum.most, report.readings);
        }
        sum.moves = arrays.moves() + host.moves();
    }
    std::cout << name_of(GetParam()) << ", " << JointPair::pace().name << ", seed " << seed << ": "
              << sum.text() << '\n';
    for (const std::string& doubt : sum.doubts) {
        std::cout << "unknown: " << doubt << '\n';
    }
    EXPECT_THAT(sum.wrong, testing::IsEmpty());
    EXPECT_LE(sum.doubts.size(), 1 + sum.checks / 1000);
    EXPECT_GT(sum.moves, 0U);
}

INSTANTIATE_TEST_SUITE_P(Kinds, LegalChangeOfBoth, testing::ValuesIn(joint_changes()),
                         [](const auto& one) { return name_of(one.param); });

/// What is wrong with the arrays, and with what the kernel made of them, is told beside all of it.
TEST(DefectsOfBoth, are_told_under_change) {
    const ChurnKind& kind = named(churn_kinds(), "owner_moves");
    JointPair pair(kind, [](arraysim::ScenarioBuilder& b) { b.field("sn", std::string("OTHER")); });
    pair.host().set_path(1, 4, "ro", "1");
    const Churn arrays(pair.arrays(), kind, JointPair::pace(), {}, 2);
    const HostChurn host(pair.host(), named(host_changes(), "owner_moves"), 2);
    EXPECT_THAT(fails_and_warns(inspect_now(pair.source(), {}).report),
                testing::IsSupersetOf({"FAIL host.path.read_only 4", "WARN ctrl.sn.equal"}));
}

} // namespace
} // namespace haoh::test
