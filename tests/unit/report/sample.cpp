// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sample.hpp"

#include <algorithm>
#include <string_view>

namespace haoh::test {
namespace {

constexpr std::size_t kRules = 118;

template <std::size_t N>
void store_ascii(std::array<std::uint8_t, N>& field, std::string_view text) {
    field.fill(' ');
    std::ranges::copy(text, field.begin());
}

nvme::Uuid sample_uuid(std::uint32_t nsid, std::uint8_t last) {
    nvme::Uuid uuid{0x5d, 0x0f, 0x9a, 0x61, 0x1c, 0x7e, 0x4b, 0x02};
    uuid[8] = 0x8a;
    uuid[13] = static_cast<std::uint8_t>(nsid >> 8U);
    uuid[14] = static_cast<std::uint8_t>(nsid);
    uuid[15] = last;
    return uuid;
}

Page descriptors_of(const nvme::Uuid& uuid) {
    return Page::of(nvme::encode(
        std::vector<nvme::IdDescriptor>{{.nidt = static_cast<std::uint8_t>(nvme::IdType::uuid),
                                         .nid = nvme::Bytes{uuid.begin(), uuid.end()}}}));
}

NamespaceObservation sample_namespace(std::uint32_t nsid, std::uint32_t agid) {
    nvme::IdentifyNamespace data;
    data.nsze = std::uint64_t{64} << 21U; // 64 GiB in blocks of 512 bytes
    data.ncap = data.nsze;
    data.lbaf[0].lbads = 9;
    data.anagrpid = agid;
    data.nguid = sample_uuid(nsid, 0x77);
    NamespaceObservation out;
    out.nsid = nsid;
    out.identify = Page::of(nvme::encode(data));
    out.descriptors = descriptors_of(sample_uuid(nsid, 0xa5));
    return out;
}

nvme::AnaGroup sample_group(std::uint32_t agid, bool optimized) {
    nvme::AnaGroup group;
    group.agid = agid;
    group.state = optimized ? nvme::AnaState::optimized : nvme::AnaState::inaccessible;
    group.state_byte = static_cast<std::uint8_t>(group.state);
    return group;
}

} // namespace

ControllerObservation sample_controller(const std::string& traddr, std::uint16_t cntlid,
                                        bool on_array_a, std::uint32_t namespaces) {
    ControllerObservation out;
    out.transport = "tcp";
    out.traddr = traddr;
    out.trsvcid = "4420";
    out.target = "tcp://" + traddr + ":4420";
    out.name = out.target + " controller " + std::to_string(cntlid);
    out.subsysnqn = kSampleNqn;
    out.connection.hostnqn = "nqn.2026-01.com.example:host";
    out.connection.cntlid = cntlid;

    nvme::IdentifyController data;
    store_ascii(data.sn, "SN0001");
    store_ascii(data.mn, "ArrayOne 9000");
    store_ascii(data.fr, "1.0");
    data.cmic = nvme::cmic::multiple_controllers | nvme::cmic::ana_reporting;
    data.cntlid = cntlid;
    out.identify = Page::of(nvme::encode(data));

    nvme::AnaLog log;
    log.groups = {sample_group(1, on_array_a), sample_group(2, !on_array_a)};
    log.nagd = 2;
    out.active_nsids.emplace();
    for (std::uint32_t nsid = 1; nsid <= namespaces; ++nsid) {
        const std::uint32_t agid = nsid <= namespaces / 2 ? 1 : 2;
        out.active_nsids->push_back(nsid);
        out.namespaces.push_back(sample_namespace(nsid, agid));
        log.groups[agid - 1].nsids.push_back(nsid);
    }
    out.ana.log = Page::of(nvme::encode(log));
    return out;
}

Sample healthy_pair(std::uint32_t namespaces) {
    Sample sample;
    sample.observation.observed_at = "2026-09-01T03:00:00Z";
    sample.observation.controllers = {sample_controller("10.0.0.1", 1, true, namespaces),
                                      sample_controller("10.0.0.2", 2, true, namespaces),
                                      sample_controller("10.1.0.1", 1001, false, namespaces),
                                      sample_controller("10.1.0.2", 1002, false, namespaces)};
    sample.report.verdict = Verdict::pass;
    sample.report.model = Model::stretched;
    sample.report.rules_evaluated = kRules;
    sample.report.counts[static_cast<std::size_t>(Verdict::pass)] = kRules;
    for (const Rule& rule : rules().first(kRules)) {
        sample.report.rules.push_back({.rule = std::string(rule.id),
                                       .state = RuleState::held,
                                       .in_subsystem = {RuleState::held}});
    }
    sample.report.subsystems = {kSampleNqn};
    sample.report.observed_at = sample.observation.observed_at;
    for (const ControllerObservation& controller : sample.observation.controllers) {
        const bool on_a = controller.connection.cntlid < 1000;
        sample.report.attributions.add({.host = controller.host,
                                        .controller = controller.name,
                                        .array = on_a ? "array-a" : "array-b",
                                        .evidence = on_a ? "configuration: addresses 10.0.0.0/16"
                                                         : "configuration: addresses 10.1.0.0/16"});
    }
    return sample;
}

void change(Report& report, std::size_t index, const std::function<void(Attribution&)>& edit) {
    std::vector<Attribution> all(report.attributions.begin(), report.attributions.end());
    edit(all.at(index));
    report.attributions = Attributions(std::move(all));
}

void set_array(Report& report, std::size_t index, const std::string& array) {
    change(report, index, [&](Attribution& one) { one.array = array; });
}

void change_uuid_on_array_b(Sample& sample, std::uint32_t nsid) {
    for (ControllerObservation& controller : sample.observation.controllers) {
        if (controller.connection.cntlid >= 1000) {
            controller.namespaces[nsid - 1].descriptors = descriptors_of(sample_uuid(nsid, 0xff));
        }
    }
}

std::vector<FindingValue> values_by_array(const Sample& sample, const std::string& a,
                                          const std::string& b) {
    std::vector<FindingValue> values;
    for (const Attribution& attribution : sample.report.attributions) {
        values.push_back({.controller = attribution.controller,
                          .array = attribution.array,
                          .value = attribution.array == "array-a" ? a : b});
    }
    return values;
}

Finding uuid_finding(const Sample& sample, std::uint32_t nsid) {
    return {.rule = "ns.uuid.equal",
            .verdict = Verdict::fail,
            .severity = Severity::corruption,
            .subsystem = kSampleNqn,
            .nsid = nsid,
            .nsids = {},
            .what = "UUID differs between array-a and array-b",
            .values = values_by_array(sample, nvme::format_uuid(sample_uuid(nsid, 0xa5)),
                                      nvme::format_uuid(sample_uuid(nsid, 0xff))),
            .basis = "Base 2.3 section 2.4.1; Linux nvme_ns_ids_equal()",
            .why = "The host takes the two copies for different volumes: Linux leaves out the "
                   "paths of the array that it meets second.",
            .fix = "Give both copies the same UUID, on the array that was set up second."};
}

Finding serial_finding(const Sample& sample) {
    return {.rule = "ctrl.sn.equal",
            .verdict = Verdict::fail,
            .severity = Severity::degraded,
            .subsystem = kSampleNqn,
            .nsid = {},
            .nsids = {},
            .what = "serial number differs between array-a and array-b",
            .values = values_by_array(sample, "SN0001", "SN0002"),
            .basis = "Base 2.1 Figure 312",
            .why = "The serial number is that of the subsystem: hosts show only the first.",
            .fix = "Set the same serial number on both arrays."};
}

Finding firmware_note(const Sample& sample) {
    return {.rule = "ctrl.fr.domain",
            .verdict = Verdict::note,
            .severity = Severity::management,
            .subsystem = kSampleNqn,
            .nsid = {},
            .nsids = {},
            .what = "firmware revision differs between array-a and array-b",
            .values = values_by_array(sample, "1.0", "1.1"),
            .basis = "Base 2.1 Figure 312",
            .why = "Arrays may run different firmware.",
            .fix = "Nothing, unless an upgrade was meant to be over."};
}

Unobserved refused_target() {
    return {.object = "tcp://10.2.0.1:4420",
            .target = "tcp://10.2.0.1:4420",
            .subsysnqn = kSampleNqn,
            .error = "connect to tcp://10.2.0.1:4420: connection refused; check that an NVMe/TCP "
                     "port listens there"};
}

void add(Report& report, Finding finding) {
    ++report.counts[static_cast<std::size_t>(finding.verdict)];
    const bool is_new =
        std::ranges::find(report.findings, finding.rule, &Finding::rule) == report.findings.end();
    report.counts[static_cast<std::size_t>(Verdict::pass)] -= is_new ? 1 : 0;
    auto rule = std::ranges::find(report.rules, finding.rule, &RuleResult::rule);
    if (rule == report.rules.end() && !report.rules.empty()) {
        rule = std::ranges::find(report.rules, RuleState::held, &RuleResult::state);
        rule->rule = finding.rule;
    }
    if (rule != report.rules.end()) {
        rule->state = finding.verdict == Verdict::unknown ? RuleState::unknown : RuleState::broken;
        const bool somewhere = !finding.subsystem.empty();
        rule->elsewhere = somewhere ? RuleState::not_applicable : rule->state;
        rule->in_subsystem.assign(rule->in_subsystem.size(),
                                  somewhere ? rule->state : RuleState::not_applicable);
    }
    if (finding.verdict != Verdict::note) {
        report.verdict = std::max(report.verdict, finding.verdict);
    }
    report.findings.push_back(std::move(finding));
}

void add_waived(Report& report, Finding finding) {
    const Verdict before = report.verdict;
    finding.waived = Waived{.reason = "until firmware 7.1, ticket 1234",
                            .owner = "storage team",
                            .expires = "2027-01-31",
                            .where = "waivers.toml:12"};
    ++report.waived[static_cast<std::size_t>(finding.verdict)];
    add(report, std::move(finding));
    report.verdict = before;
}

void add(Sample& sample, Unobserved unobserved) {
    sample.report.verdict = std::max(sample.report.verdict, Verdict::unknown);
    sample.report.unobserved.push_back(unobserved);
    sample.observation.unobserved.push_back(std::move(unobserved));
}

std::string list_of(const Sample& sample, const TextStyle& style) {
    return list_text(sample.observation, sample.report.attributions, style);
}

std::vector<const Rule*> all_rules() {
    std::vector<const Rule*> out;
    for (const Rule& rule : rules()) {
        out.push_back(&rule);
    }
    return out;
}

} // namespace haoh::test
