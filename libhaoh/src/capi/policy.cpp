// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/policy.hpp"

#include "capi/call.hpp"
#include "capi/config.hpp"
#include "capi/safe_copy.hpp"
#include "capi/source.hpp"
#include "capi/style.hpp"

#include <haoh/check.hpp>
#include <haoh/kernel_policy.hpp>
#include <haoh/policy_report.hpp>
#include <haoh/simulation_report.hpp>

#include <chrono>

namespace haoh::capi {
namespace {

/// This host, or a recorded tree: arrays have no I/O policy.
Source host_source(const haoh_source* source) {
    Source out = source_of(source);
    if (!out.targets.empty()) {
        throw Error(Errc::invalid_argument, "use", "target " + out.targets.front(),
                    "I/O policies are this host's");
    }
    return out;
}

std::string sysroot_of(const Source& source) {
    return source.sysroot.empty() ? "/" : source.sysroot;
}

Attributions attributions_of(const Observation& observation, const haoh_config* config) {
    const std::vector<Site> sites = config_of(config).sites;
    require_sites(observation, sites);
    return attribute(observation, sites);
}

void set_status(int* status, haoh_status value) {
    if (status != nullptr) {
        *status = value;
    }
}

haoh_status status_of_show(const Observation& observation) {
    if (completeness(observation) == Completeness::nothing) {
        return HAOH_STATUS_NOTHING;
    }
    return policies_known(observation.kernels.front()) ? HAOH_STATUS_OK : HAOH_STATUS_INCOMPLETE;
}

haoh_status status_of_choice(const PathChoice& choice, bool known) {
    if (!all_sent(choice) && known) {
        return HAOH_STATUS_FAILED;
    }
    return policy_known(choice) && known ? HAOH_STATUS_OK : HAOH_STATUS_INCOMPLETE;
}

PolicyOverview overview_of(const Observation& observation, const haoh_config* config,
                           const std::string& sysroot, std::uint32_t measure_ms) {
    const KernelObservation& kernel = observation.kernels.front();
    return policy_overview(
        kernel, read_numa(sysroot), attributions_of(observation, config),
        measure_path_statistics(kernel.subsystems, std::chrono::milliseconds{measure_ms}, sysroot));
}

} // namespace

void set_policy(const PolicySetting& setting, char** before) {
    // A kernel that runs is asked by setting it; a recorded tree takes anything.
    if (setting.sysroot == "/") {
        require_policy(setting.policy);
    } else {
        require_offered(setting.policy, running_kernel(setting.sysroot));
    }
    const PolicyChange change = set_io_policy(setting);
    if (before != nullptr) {
        *before = text_for_c(safe_text(change.before));
    }
}

} // namespace haoh::capi

namespace capi = haoh::capi;
using capi::pointer_of;

char* haoh_policy_list(const haoh_source* source, int format, const haoh_style* style,
                       haoh_error** error) {
    return pointer_of(error, [&] {
        const auto& chosen = capi::chosen_format(haoh::policy_list_formats(), format);
        const haoh::TextStyle look = capi::text_style(style);
        const std::string release =
            haoh::running_kernel(capi::sysroot_of(capi::host_source(source)));
        return capi::rendered(chosen, look, release);
    });
}

char* haoh_policy_show(const haoh_source* source, const haoh_config* config, uint32_t measure_ms,
                       int format, const haoh_style* style, int* status, haoh_error** error) {
    return pointer_of(error, [&] {
        const auto& chosen = capi::chosen_format(haoh::policy_overview_formats(), format);
        const haoh::TextStyle look = capi::text_style(style);
        const haoh::Source host = capi::host_source(source);
        const haoh::Observation observation = haoh::observe_now(host);
        const haoh::PolicyOverview overview =
            capi::overview_of(observation, config, capi::sysroot_of(host), measure_ms);
        char* text = capi::rendered(chosen, look, overview);
        capi::set_status(status, capi::status_of_show(observation));
        return text;
    });
}

char* haoh_policy_explain(const haoh_source* source, const haoh_config* config, const char* device,
                          int format, const haoh_style* style, int* status, haoh_error** error) {
    return pointer_of(error, [&] {
        const auto& chosen = capi::chosen_format(haoh::path_choice_formats(), format);
        const haoh::TextStyle look = capi::text_style(style);
        haoh::Source host = capi::host_source(source);
        host.names = {haoh::resolve_device(std::string(capi::text(device, "device")))};
        const haoh::Observation observation = haoh::observe_now(host);
        const haoh::KernelObservation& kernel = observation.kernels.front();
        const haoh::FoundDevice found = haoh::find_device(kernel, host.names.front());
        const haoh::PathChoice choice = haoh::explain(kernel, *found.subsystem, *found.head,
                                                      haoh::read_numa(capi::sysroot_of(host)),
                                                      capi::attributions_of(observation, config));
        char* text = capi::rendered(chosen, look, choice);
        capi::set_status(status, capi::status_of_choice(choice, haoh::paths_known(kernel, found)));
        return text;
    });
}

int haoh_policy_set(const char* policy, const char* subsystem, char** before, haoh_error** error) {
    return capi::status_of(error, [&] {
        capi::set_policy({.policy = std::string(capi::text(policy, "policy")),
                          .subsystem = subsystem == nullptr ? "" : haoh::resolve_device(subsystem),
                          .sysroot = "/"},
                         before);
        return 0;
    });
}

char* haoh_policy_simulate(const char* toml, size_t length, const char* name, int format,
                           const haoh_style* style, haoh_error** error) {
    return pointer_of(error, [&] {
        const auto& chosen = capi::chosen_format(haoh::simulation_formats(), format);
        const haoh::TextStyle look = capi::text_style(style);
        const haoh::SimulationResult result = haoh::simulate(haoh::parse_policy_scenario(
            capi::bytes(toml, length, "toml"), name == nullptr ? "scenario" : name));
        return capi::rendered(chosen, look, result);
    });
}
