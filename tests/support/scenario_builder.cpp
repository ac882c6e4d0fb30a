// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/scenario_builder.hpp"

#include <haoh/error.hpp>

#include <algorithm>
#include <utility>

namespace haoh::arraysim {

namespace {

nvme::Bytes value_of(AnswerKind kind, std::string_view field, const FieldValue& value) {
    const auto size = field_size(kind, field);
    if (!size) {
        throw Error(Errc::invalid_argument, "build the scenario", to_string(kind),
                    "there is no field '" + std::string(field) + "'");
    }
    return encode_field(field, *size, value);
}

} // namespace

ArraySpec& ScenarioBuilder::current() {
    if (scenario_.arrays.empty()) {
        throw Error(Errc::invalid_argument, "build the scenario", "array", "none was begun");
    }
    return scenario_.arrays.back();
}

ScenarioBuilder& ScenarioBuilder::nqn(std::string nqn) {
    if (in_array()) {
        current().nqn = std::move(nqn);
    } else {
        scenario_.nqn = std::move(nqn);
    }
    return *this;
}

ScenarioBuilder& ScenarioBuilder::version(std::uint32_t vs) {
    (in_array() ? current().version : scenario_.version) = vs;
    return *this;
}

ScenarioBuilder& ScenarioBuilder::field(std::string_view name, const FieldValue& value) {
    FieldPatches& patches = in_array() ? current().controller : scenario_.controller;
    patches[std::string(name)] = value_of(AnswerKind::identify_controller, name, value);
    return *this;
}

ScenarioBuilder& ScenarioBuilder::property(std::uint32_t offset, std::uint64_t value) {
    (in_array() ? current().properties : scenario_.properties)[offset] = value;
    return *this;
}

ScenarioBuilder& ScenarioBuilder::ns(NamespaceSpec spec) {
    (in_array() ? current().namespaces : scenario_.namespaces).push_back(std::move(spec));
    return *this;
}

ScenarioBuilder& ScenarioBuilder::ns_field(std::uint32_t nsid, std::string_view name,
                                           const FieldValue& value, AnswerKind page) {
    auto& specs = in_array() ? current().namespaces : scenario_.namespaces;
    auto found = std::find_if(specs.begin(), specs.end(),
                              [nsid](const NamespaceSpec& spec) { return spec.nsid == nsid; });
    if (found == specs.end()) {
        NamespaceSpec spec;
        spec.nsid = nsid;
        found = specs.insert(specs.end(), std::move(spec));
    }
    FieldPatches* patches = &found->identify;
    if (page == AnswerKind::nvm) {
        patches = &found->nvm;
    } else if (page == AnswerKind::independent) {
        patches = &found->independent;
    }
    (*patches)[std::string(name)] = value_of(page, name, value);
    return *this;
}

ScenarioBuilder& ScenarioBuilder::array(std::string name) {
    scenario_.arrays.emplace_back().name = std::move(name);
    return *this;
}

ScenarioBuilder& ScenarioBuilder::port(PortSpec spec) {
    current().ports.push_back(std::move(spec));
    return *this;
}

ScenarioBuilder& ScenarioBuilder::without_ns(std::uint32_t nsid) {
    NamespaceSpec spec;
    spec.nsid = nsid;
    spec.absent = true;
    current().namespaces.push_back(std::move(spec));
    return *this;
}

ScenarioBuilder& ScenarioBuilder::cntlids(std::uint16_t min, std::uint16_t max) {
    current().cntlid_min = min;
    current().cntlid_max = max;
    return *this;
}

ScenarioBuilder& ScenarioBuilder::ana(nvme::AnaState all) {
    current().ana_default = all;
    return *this;
}

ScenarioBuilder& ScenarioBuilder::ana(std::uint32_t group, nvme::AnaState state) {
    current().ana[group] = state;
    return *this;
}

ScenarioBuilder& ScenarioBuilder::ana_log(std::vector<AnaLogGroup> groups) {
    current().ana_log = std::move(groups);
    return *this;
}

ScenarioBuilder& ScenarioBuilder::latency(std::chrono::microseconds latency) {
    current().latency = latency;
    return *this;
}

ScenarioBuilder& ScenarioBuilder::allowed_hosts(std::vector<std::string> hosts) {
    current().allowed_hosts = std::move(hosts);
    return *this;
}

ScenarioBuilder& ScenarioBuilder::lie(OverrideSpec spec) {
    current().overrides.push_back(std::move(spec));
    return *this;
}

ScenarioBuilder& ScenarioBuilder::lie(AnswerKind answer, std::string_view field,
                                      const FieldValue& value, Occurrence when) {
    OverrideSpec spec;
    spec.answer = answer;
    spec.field = field;
    spec.value = value_of(answer, field, value);
    spec.when = when;
    return lie(std::move(spec));
}

ScenarioBuilder& ScenarioBuilder::fault(FaultSpec spec) {
    current().faults.push_back(std::move(spec));
    return *this;
}

ScenarioBuilder& ScenarioBuilder::with(void (*change)(ArraySpec&)) {
    change(current());
    return *this;
}

ScenarioBuilder& ScenarioBuilder::at(std::chrono::milliseconds time, std::string action) {
    TimelineEntry entry;
    entry.at = time;
    entry.action = std::move(action);
    scenario_.timeline.push_back(std::move(entry));
    return *this;
}

} // namespace haoh::arraysim
