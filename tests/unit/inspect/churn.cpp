// SPDX-License-Identifier: LGPL-2.1-or-later
#include "churn.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace haoh::test {

namespace {

using arraysim::AnswerKind;
using nvme::AnaState;
using std::chrono::milliseconds;

constexpr const char* kOtherHost = "nqn.2014-08.org.example:other-host";

const ChurnCycle kBothOwn{{"ana b 1 optimized"},
                          {"ana a 1 non-optimized"},
                          {"ana a 1 optimized"},
                          {"ana b 1 non-optimized"}};
const ChurnCycle kOwnerMoves{{"ana b 1 optimized"},
                             {"ana a 1 inaccessible"},
                             {"ana a 1 optimized"},
                             {"ana b 1 inaccessible"}};
/// A state between two is left soon, so that it is seldom all that is seen.
const ChurnCycle kOwnerMovesByWayOfChange{
    {"ana a 1 change", "ana b 1 change"}, {"ana b 1 optimized", "ana a 1 inaccessible"}, {}, {},
    {"ana a 1 change", "ana b 1 change"}, {"ana a 1 optimized", "ana b 1 inaccessible"}, {}, {}};
const ChurnCycle kOwnerMovesQuickly{
    {"ana a 1 change", "ana b 1 change", "ana b 1 optimized", "ana a 1 inaccessible"},
    {"ana b 1 change", "ana a 1 change", "ana a 1 optimized", "ana b 1 inaccessible"}};
const ChurnCycle kVolumesComeAndGo{{"namespace remove a 3", "namespace remove b 3"},
                                   {"namespace add a 3", "namespace add b 3"}};
const ChurnCycle kVolumesGrow{{"namespace resize a 2 128MiB", "namespace resize b 2 128MiB"},
                              {"namespace resize a 2 256MiB", "namespace resize b 2 256MiB"},
                              {"namespace resize a 2 64MiB", "namespace resize b 2 64MiB"}};
const ChurnCycle kVolumesChangeGroups{{"set a 2 anagrpid 9", "set b 2 anagrpid 9"},
                                      {"set a 2 anagrpid 1", "set b 2 anagrpid 1"}};
const ChurnCycle kVolumesAreProtected{{"namespace protect a 2 on"}, {"namespace protect a 2 off"}};
const ChurnCycle kHostsComeAndGo{{"host comes a"},  {"host comes b"},
                                 {"host comes a"},  {"host leaves b"},
                                 {"host leaves a"}, {"host comes b", "host leaves a"},
                                 {"host leaves b"}};

/// One step of so many is what comes; the others are nothing. A reading that loses its connection each
/// time would have nothing to say.
ChurnCycle seldom(const ChurnCycle& moves) {
    constexpr std::size_t kPause = 24;
    ChurnCycle out;
    for (const ChurnMove& move : moves) {
        out.push_back(move);
        out.insert(out.end(), kPause, ChurnMove{});
    }
    return out;
}
const ChurnCycle kConnectionsAreReset = seldom({{"reset a"}, {"reset b"}});

void host_comes(arraysim::Simulator& simulator, std::string_view name) {
    arraysim::Controller* const controller =
        simulator.create_controller(simulator.array(name), 0, false, nvme::kDynamicController);
    if (controller == nullptr) {
        throw std::runtime_error("no controller ID is left");
    }
    controller->hostnqn = kOtherHost;
}

void host_leaves(arraysim::Simulator& simulator, std::string_view name) {
    auto& all = simulator.controllers();
    const auto last =
        std::find_if(all.rbegin(), all.rend(), [&](const arraysim::Controller& controller) {
            return controller.array->name() == name && controller.hostnqn == kOtherHost;
        });
    if (last == all.rend()) {
        throw std::runtime_error("no other host is connected");
    }
    simulator.destroy_controller(*last, "the host left");
}

void perform(arraysim::Simulator& simulator, const std::string& line) {
    const std::string array = line.substr(line.rfind(' ') + 1);
    const auto run = [&](const std::string& command) {
        simulator.run(arraysim::parse_control(command), arraysim::Clock::now());
    };
    if (line.starts_with("host comes ")) {
        host_comes(simulator, array);
    } else if (line.starts_with("host leaves ")) {
        host_leaves(simulator, array);
    } else if (line.starts_with("reset ")) {
        run("down " + array);
        run("up " + array);
    } else {
        run(line);
    }
}

} // namespace

const std::vector<ChurnKind>& churn_kinds() {
    static const std::vector<ChurnKind> kinds{
        {.name = "both_own", .b = AnaState::non_optimized, .cycles = {kBothOwn}},
        {.name = "owner_moves", .cycles = {kOwnerMoves}},
        {.name = "owner_moves_by_way_of_change", .cycles = {kOwnerMovesByWayOfChange}},
        {.name = "volumes_come_and_go", .cycles = {kVolumesComeAndGo}},
        {.name = "volumes_grow", .cycles = {kVolumesGrow}},
        {.name = "volumes_change_groups",
         .b = AnaState::non_optimized,
         .cycles = {kVolumesChangeGroups}},
        {.name = "volumes_are_protected", .cycles = {kVolumesAreProtected}},
        {.name = "hosts_come_and_go", .cycles = {kHostsComeAndGo}},
        {.name = "connections_are_reset", .cycles = {kConnectionsAreReset}},
        {.name = "owner_moves_while_volumes_grow_and_hosts_reconnect",
         .cycles = {kOwnerMoves, kVolumesGrow, kHostsComeAndGo}},
        {.name = "all_at_once",
         .cycles = {kOwnerMovesQuickly, kVolumesComeAndGo, kVolumesGrow, kVolumesChangeGroups,
                    kVolumesAreProtected, kHostsComeAndGo, kConnectionsAreReset}},
    };
    return kinds;
}

const std::vector<ChurnPace>& churn_paces() {
    static const std::vector<ChurnPace> paces{
        {.name = "by_time", .namespaces = 5, .pause = milliseconds{20}, .percent = 40},
        {.name = "slow_array",
         .namespaces = 5,
         .latency = milliseconds{2},
         .pause = milliseconds{300},
         .percent = 15},
        {.name = "many_namespaces",
         .namespaces = 128,
         .latency = milliseconds{2},
         .pause = std::chrono::seconds{1},
         .percent = 5},
        {.name = "between_answers", .namespaces = 5, .one_in = 40, .percent = 20},
        // The ANA log is read before and after what it brackets, a list before what it lists, and what
        // is said of a namespace is on several pages.
        {.name = "between_pages",
         .namespaces = 5,
         .one_in = 10,
         .after = {AnswerKind::ana_log, AnswerKind::namespace_list, AnswerKind::identify_namespace,
                   AnswerKind::controller_list},
         .percent = 20},
    };
    return paces;
}

arraysim::ScenarioBuilder churned_subsystem(const ChurnPace& pace) {
    arraysim::ScenarioBuilder builder;
    builder.ns({.nsid = 1, .count = pace.namespaces});
    return builder;
}

arraysim::ScenarioBuilder& with_arrays(arraysim::ScenarioBuilder& builder, const ChurnKind& kind,
                                       const ChurnPace& pace) {
    return builder.array("a").ana(1, kind.a).array("b").ana(1, kind.b).latency(pace.latency);
}

Churn::Churn(ServedPair& pair, const ChurnKind& kind, const ChurnPace& pace,
             std::chrono::microseconds reading, std::uint32_t seed)
    : pair_{pair}, kind_{kind}, pace_{pace}, random_{seed}, done_(kind.cycles.size()) {
    if (pace_.one_in == 0) {
        thread_ = std::thread([this, reading] { move_by_time(std::max(pace_.pause, reading)); });
        return;
    }
    pair_.run([this](arraysim::Simulator& simulator) {
        simulator.on_answer = [this, &simulator](const arraysim::Array& /*array*/,
                                                 AnswerKind kind_of_answer) {
            const auto& after = pace_.after;
            if (!after.empty() &&
                std::find(after.begin(), after.end(), kind_of_answer) == after.end()) {
                return;
            }
            if (std::uniform_int_distribution<unsigned>{1, pace_.one_in}(random_) == 1) {
                for (const std::string& line : next()) {
                    perform(simulator, line);
                }
            }
        };
    });
}

Churn::~Churn() {
    ended_ = true;
    if (thread_.joinable()) {
        thread_.join();
    }
    pair_.run([this](arraysim::Simulator& simulator) {
        simulator.on_answer = {};
        for (const ChurnMove& move : rest()) {
            for (const std::string& line : move) {
                perform(simulator, line);
            }
        }
    });
}

const ChurnMove& Churn::next() {
    std::uniform_int_distribution<std::size_t> any{0, kind_.cycles.size() - 1};
    const std::size_t cycle = any(random_);
    const ChurnMove& move = kind_.cycles[cycle][done_[cycle]++ % kind_.cycles[cycle].size()];
    moves_ += move.empty() ? 0 : 1;
    return move;
}

std::vector<ChurnMove> Churn::rest() {
    std::vector<ChurnMove> moves;
    for (std::size_t i = 0; i < kind_.cycles.size(); ++i) {
        const ChurnCycle& cycle = kind_.cycles[i];
        for (; done_[i] % cycle.size() != 0; ++done_[i]) {
            moves.push_back(cycle[done_[i] % cycle.size()]);
        }
    }
    return moves;
}

void Churn::move_by_time(std::chrono::microseconds pause) {
    std::uniform_int_distribution<long> pauses{0, static_cast<long>(pause.count())};
    while (!ended_) {
        for (const std::string& line : next()) {
            pair_.run([&](arraysim::Simulator& simulator) { perform(simulator, line); });
        }
        std::this_thread::sleep_for(std::chrono::microseconds{pauses(random_)});
    }
}

} // namespace haoh::test
