// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/simulation_report.hpp>

#include "base/json_text.hpp"
#include "report/text/json.hpp"

namespace haoh {
namespace {

using base::escape_bytes;
using base::exact_number;
using report::Json;

Json workload_json(const Workload& workload) {
    const bool open = workload.mode == Workload::Mode::open;
    Json out{{"mode", open ? "open" : "closed"}};
    if (open) {
        out["iops"] = workload.iops;
    } else {
        out["depth"] = workload.depth;
    }
    out["size"] = workload.size;
    out["write_share"] = workload.write_share;
    out["duration_ns"] = workload.duration.count();
    out["warmup_ns"] = workload.warmup.count();
    return out;
}

Json path_json(const SimulatedPath& path) {
    Json out{{"name", escape_bytes(path.name)},
             {"array", escape_bytes(path.array)},
             {"distribution", to_string(path.latency.kind)},
             {"latency_ns", path.latency.mean.count()},
             {"deviation_ns", path.latency.deviation.count()}};
    if (path.bandwidth > 0) {
        out["bandwidth_mib_s"] = path.bandwidth;
    }
    if (path.concurrency > 0) {
        out["concurrency"] = path.concurrency;
    }
    if (path.state.ana) {
        out["ana_state"] = nvme::to_string(*path.state.ana);
    }
    out["usable"] = !path.state.disabled();
    out["numa_node"] = path.numa_node;
    out["weight"] = path.weight;
    return out;
}

Json entry_json(const TimelineEntry& entry) {
    Json out{{"at_ns", entry.at.count()}};
    if (entry.array.empty()) {
        out["path"] = escape_bytes(entry.path);
    } else {
        out["array"] = escape_bytes(entry.array);
    }
    switch (entry.action) {
    case TimelineEntry::Action::ana:
        out["ana_state"] = nvme::to_string(entry.state);
        break;
    case TimelineEntry::Action::lose:
        out["action"] = "lose";
        out["detected_after_ns"] = entry.detected_after.count();
        break;
    case TimelineEntry::Action::return_back:
        out["action"] = "return";
        break;
    }
    return out;
}

Json shares_json(const std::vector<SimulatedShare>& shares) {
    Json out = Json::array();
    for (const SimulatedShare& share : shares) {
        out.push_back({{"name", escape_bytes(share.name)},
                       {"ios", exact_number(share.ios)},
                       {"share", share.share}});
    }
    return out;
}

Json policy_json(const PolicyResult& one) {
    Json gaps = Json::array();
    for (const auto gap : one.gaps) {
        gaps.push_back(gap.count());
    }
    return {{"policy", escape_bytes(one.policy)},
            {"ios", exact_number(one.ios)},
            {"iops", one.iops},
            {"mib_s", one.mib_s()},
            {"read_mib_s", one.read_mib_s},
            {"write_mib_s", one.write_mib_s},
            {"mean_ns", one.mean.count()},
            {"p50_ns", one.p50.count()},
            {"p99_ns", one.p99.count()},
            {"p999_ns", one.p999.count()},
            {"max_ns", one.max.count()},
            {"paths", shares_json(one.paths)},
            {"arrays", shares_json(one.arrays)},
            {"cross_site_share", one.cross_site_share},
            {"cross_site_mib_s", one.cross_site_mib_s},
            {"longest_gap_ns", one.longest_gap.count()},
            {"gaps_ns", std::move(gaps)},
            {"retried", exact_number(one.retried)},
            {"waited", exact_number(one.waited)},
            {"unfinished", exact_number(one.unfinished)},
            {"refused", exact_number(one.refused)}};
}

} // namespace

std::string to_json(const SimulationResult& result) {
    const PolicyScenario& scenario = result.scenario;
    Json out{{"schema", "haoh.simulation/1"},
             {"title", escape_bytes(scenario.title)},
             {"seed", exact_number(scenario.seed)},
             {"local_array", escape_bytes(scenario.local_array)},
             {"workload", workload_json(scenario.workload)},
             {"paths", Json::array()},
             {"timeline", Json::array()},
             {"policies", Json::array()}};
    for (const SimulatedPath& path : scenario.paths) {
        out["paths"].push_back(path_json(path));
    }
    for (const TimelineEntry& entry : scenario.timeline) {
        out["timeline"].push_back(entry_json(entry));
    }
    for (const PolicyResult& one : result.policies) {
        out["policies"].push_back(policy_json(one));
    }
    return report::dump(out);
}

} // namespace haoh
