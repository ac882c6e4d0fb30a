// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Every string of a value that is rendered. A member more in one of these types is a member more in
/// a structured binding here, so that none is forgotten: it does not compile until it is named.
#pragma once

#include <haoh/check.hpp>
#include <haoh/event.hpp>
#include <haoh/monitor_status.hpp>
#include <haoh/observation.hpp>
#include <haoh/path_choice.hpp>
#include <haoh/policy_overview.hpp>
#include <haoh/simulate.hpp>

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace haoh::test {

/// Calls a function with each string of what it is given.
class EveryString {
  public:
    using Visit = std::function<void(std::string&)>;

    explicit EveryString(Visit visit) : visit_{std::move(visit)} {}

    void operator()(std::string& text) const { visit_(text); }
    template <typename Value>
    void operator()(std::vector<Value>& values) const {
        if constexpr (!std::is_arithmetic_v<Value>) {
            for (Value& value : values) {
                (*this)(value);
            }
        }
    }
    template <typename Value>
    void operator()(std::optional<Value>& value) const {
        if constexpr (std::is_class_v<Value>) {
            if (value) {
                (*this)(*value);
            }
        }
    }
    template <typename Key, typename Value>
    void operator()(std::map<Key, Value, std::less<>>& values) const {
        for (auto& [key, value] : values) {
            (*this)(value);
        }
    }

    // Reports and differences.
    void operator()(FindingValue& it) const {
        auto& [controller, array, value, object, host] = it;
        all(controller, array, value, object, host);
    }
    void operator()(OnKernel& it) const {
        auto& [release, outcome, text, source, nearest] = it;
        all(release, text, source, nearest);
    }
    void operator()(Finding& it) const {
        auto& [rule, verdict, severity, subsystem, nsid, nsids, what, values, basis, why, fix,
               config, told, on_kernel, names_nsid, host, explains, waived, known] = it;
        all(rule, subsystem, what, values, basis, why, fix, config, on_kernel, host, waived);
    }
    void operator()(Waived& it) const {
        auto& [reason, owner, expires, where] = it;
        all(reason, owner, expires, where);
    }
    void operator()(GoneFinding& it) const {
        auto& [rule, verdict, subsystem, host, nsids, what, looked_for] = it;
        all(rule, subsystem, host, what);
    }
    void operator()(JudgedWaivers& it) const {
        auto& [file, day, used, unused, expired, not_judged] = it;
        all(file, day);
    }
    void operator()(JudgedBaseline& it) const {
        auto& [file, observed_at, gone] = it;
        all(file, observed_at, gone);
    }
    void operator()(Attribution& it) const {
        auto& [host, controller, array, evidence, confidence] = it;
        all(host, controller, array, evidence);
    }
    void operator()(Attributions& it) const {
        std::vector<Attribution> copy(it.begin(), it.end());
        all(copy);
        it = Attributions(std::move(copy));
    }
    void operator()(RuleResult& it) const {
        auto& [rule, state, in_subsystem, elsewhere] = it;
        all(rule);
    }
    void operator()(Unobserved& it) const {
        auto& [object, target, subsysnqn, error, host, reason] = it;
        all(object, target, subsysnqn, error, host);
    }
    void operator()(Report& it) const {
        auto& [verdict, model, counts, rules_evaluated, rules, findings, unobserved, attributions,
               observed_at, kernel, hosts, arrays_known, connected, readings, judged, subsystems,
               waived, known] = it;
        all(rules, findings, unobserved, attributions, observed_at, kernel, hosts, judged,
            subsystems);
    }
    void operator()(Judged& it) const {
        auto& [version, profile, window, fail_on, policy, sites, config_file, rules, rules_left_out,
               expected, excluded, waivers, baseline] = it;
        all(version, sites, config_file, rules, excluded, waivers, baseline);
    }
    void operator()(Difference& it) const {
        auto& [kind, controller, nsid, field, before, after] = it;
        all(controller, field, before, after);
    }

    // Observations. Pages are bytes: their texts are put in as bytes by the test.
    void operator()(Page& it) const {
        auto& [state, status, over_budget, length, bytes, error] = it;
        all(error);
    }
    void operator()(NamespaceObservation& it) const {
        auto& [nsid, identify, descriptors, nvm, independent, controllers] = it;
        all(identify, descriptors, nvm, independent, controllers);
    }
    void operator()(Connection& it) const {
        auto& [hostnqn, hostid, cntlid, requested_cntlid, header_digest, data_digest,
               sq_flow_control_disabled, maxh2cdata, cpda] = it;
        all(hostnqn);
    }
    void operator()(ControllerObservation& it) const {
        auto& [name, host, transport, traddr, trsvcid, target, subsysnqn, connection, properties,
               identify, io_command_sets, active_nsids, active_problems, controller_list,
               supported_logs, features, ana, namespaces, probed_cntlids, unread, active_error,
               nvm_controller, commands_log, firmware_log, allocated_nsids, domain_list] = it;
        all(name, host, transport, traddr, trsvcid, target, subsysnqn, connection, identify,
            io_command_sets, active_problems, controller_list, supported_logs, ana.log, namespaces,
            unread, active_error, nvm_controller, commands_log, firmware_log, allocated_nsids,
            domain_list);
    }
    void operator()(DiscoveryObservation& it) const {
        auto& [target, address, log, stable] = it;
        all(target, address, log);
    }
    void operator()(Observation& it) const {
        auto& [observed_at, hostnqn, hostid, controllers, discovery, unobserved, kernels] = it;
        all(observed_at, hostnqn, hostid, controllers, discovery, unobserved, kernels);
    }

    // What a kernel says.
    void operator()(KernelController& it) const {
        (*this)(it.name);
        attributes(it, controller_attributes());
    }
    void operator()(KernelPath& it) const {
        all(it.name, it.controller);
        attributes(it, path_attributes());
    }
    void operator()(KernelNamespace& it) const {
        all(it.name, it.paths, it.links);
        attributes(it, namespace_attributes());
    }
    void operator()(KernelSubsystem& it) const {
        all(it.name, it.controllers, it.namespaces, it.headless);
        attributes(it, subsystem_attributes());
    }
    void operator()(KernelMessage& it) const {
        auto& [microseconds, text] = it;
        all(text);
    }
    void operator()(KernelObservation& it) const {
        auto& [host, release, multipath, multipath_always_on, iopolicy, max_retries, io_timeout,
               admin_timeout, subsystems, stray_controllers, messages, messages_error, udev_rules,
               unread, changed, node] = it;
        all(host, release, subsystems, stray_controllers, messages, messages_error, udev_rules,
            unread, changed, node);
        attributes(it, module_parameters());
    }

    // A monitor.
    void operator()(ControllerState& it) const {
        std::string text(it.text());
        visit_(text);
        it = ControllerState::of(text);
    }
    void operator()(PathAnaState& it) const {
        std::string text = it.text();
        visit_(text);
        it = PathAnaState::of(text);
    }
    void operator()(Event& it) const {
        auto& [kind, sequence, observed, cause, source, host, subsysnqn, controller, array, nsid,
               device, path, from, to, ana_grpid, change_count, transitions, rule, access, trouble,
               lasting, text, advised] = it;
        all(source, host, subsysnqn, controller, array, device, path, from, to, rule, text);
    }
    void operator()(MonitorStatus::Controller& it) const {
        auto& [host, name, subsysnqn, array, address, state, hostnqn, hostid] = it;
        all(host, name, subsysnqn, array, address, state, hostnqn, hostid);
    }
    void operator()(MonitorStatus::Path& it) const {
        auto& [controller, name, ana_state, use, transitions, last_change] = it;
        all(controller, name, ana_state, use.detail);
    }
    void operator()(MonitorStatus::Namespace& it) const {
        auto& [host, subsysnqn, nsid, device, bytes, identity, access, paths] = it;
        all(host, subsysnqn, device, identity, paths);
    }
    void operator()(MonitorStatus::Subsystem& it) const {
        auto& [host, subsysnqn, identity, verdict] = it;
        all(host, subsysnqn, identity);
    }
    void operator()(MonitorStatus::Source& it) const {
        auto& [name, healthy, problem, pending, lost] = it;
        all(name, problem);
    }
    void operator()(MonitorStatus& it) const {
        auto& [began, now, sources, subsystems, controllers, namespaces, events, coalesced,
               ana_latency, queue_merged, queue_dropped, detection] = it;
        all(sources, subsystems, controllers, namespaces);
    }

    // Policies.
    void operator()(ExplainedPath& it) const {
        auto& [path, controller, array, controller_state, ana_state, numa_node, queue_depth,
               numa_nodes, use] = it;
        all(path, controller, array, controller_state, ana_state, use.detail);
    }
    void operator()(PathNotTaken& it) const {
        auto& [path, why] = it;
        all(path, why);
    }
    void operator()(NodeChoice& it) const {
        auto& [node, next, takes, certainty, why, others] = it;
        all(takes, why, others);
    }
    void operator()(LossOutcome& it) const {
        auto& [array, name, paths, nodes, changes] = it;
        all(name, paths, nodes);
    }
    void operator()(ShownPolicy& it) const {
        std::string text{it.text()};
        all(text);
        it = ShownPolicy{text};
    }
    void operator()(PathChoice& it) const {
        auto& [host, release, subsystem, subsysnqn, device, nsid, policy, multipath, paths, nodes,
               losses, notes] = it;
        all(host, release, subsystem, subsysnqn, device, policy, paths, nodes, losses, notes);
    }
    void operator()(PathShare& it) const {
        auto& [path, known, requests, read_bytes, write_bytes, share] = it;
        all(path);
    }
    void operator()(SubsystemPolicy& it) const {
        auto& [subsystem, subsysnqn, policy, devices, shares] = it;
        all(subsystem, subsysnqn, policy, devices, shares);
    }
    void operator()(PolicyOverview& it) const {
        auto& [host, release, multipath, default_policy, udev, measured, subsystems] = it;
        all(host, release, default_policy, udev, subsystems);
    }
    void operator()(SimulatedPath& it) const { all(it.name, it.array); }
    void operator()(TimelineEntry& it) const { all(it.array, it.path); }
    void operator()(PolicyScenario& it) const {
        auto& [title, seed, local_array, policies, workload, paths, timeline] = it;
        all(title, local_array, policies, paths, timeline);
    }
    void operator()(SimulatedShare& it) const {
        auto& [name, ios, share] = it;
        all(name);
    }
    void operator()(PolicyResult& it) const { all(it.policy, it.paths, it.arrays); }
    void operator()(SimulationResult& it) const {
        auto& [scenario, policies] = it;
        all(scenario, policies);
    }

  private:
    template <typename... Values>
    void all(Values&... values) const {
        ((*this)(values), ...);
    }
    template <typename Object>
    void attributes(Object& object, std::span<const AttributeRow<Object>> rows) const {
        for (const AttributeRow<Object>& row : rows) {
            Attribute& attribute = object.*row.member;
            if (attribute.state != Attribute::State::absent) {
                visit_(attribute.text);
            }
        }
    }

    Visit visit_;
};

} // namespace haoh::test
