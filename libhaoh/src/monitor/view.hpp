// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What there is to watch, in one form for a host's kernel and for an array that is asked directly.
#pragma once

#include "monitor/source_problem.hpp"
#include "monitor/volume.hpp"

#include <haoh/controller_state.hpp>
#include <haoh/observation.hpp>
#include <haoh/path_ana_state.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::monitor {

struct ViewedController {
    std::string name;
    std::string subsysnqn;
    std::string address; ///< "10.0.0.1:4420"
    ControllerState state;
    std::string
        hostnqn{}; ///< as which the host connected it; empty: not known, or it is an array's
    std::string hostid{};

    bool operator==(const ViewedController&) const = default;
};

struct ViewedPath {
    std::string controller;
    std::string name;                      ///< "nvme0c1n1"; empty on an array
    std::optional<PathAnaState> ana_state; ///< nullopt: it was not read, and is what it was
    std::optional<std::uint32_t> ana_grpid;
    std::uint64_t bytes{};           ///< 0: not known
    std::optional<Volume> volume{};  ///< nullopt: not read; on a host the kernel has compared it
    std::optional<Refused> barred{}; ///< for what it is by itself

    bool operator==(const ViewedPath&) const = default;
};

struct ViewedNamespace {
    std::string subsysnqn;
    std::uint32_t nsid{};
    std::string device;    ///< "nvme0n1"; empty on an array
    std::uint64_t bytes{}; ///< 0: not known
    std::optional<bool> read_only;
    std::vector<ViewedPath> paths;

    bool operator==(const ViewedNamespace&) const = default;
};

struct View {
    std::vector<ViewedController> controllers;
    std::vector<ViewedNamespace> namespaces;
    /// Why not all namespaces that there are may be in it; empty: they are.
    SourceProblem namespaces_problem;
    /// Why it has no ANA states; empty: it has those that there are.
    SourceProblem ana_problem;

    bool operator==(const View&) const = default;
};

/// NVM subsystems of a kernel. Paths without a head and namespaces without an NSID are left out:
/// they say nothing of access.
[[nodiscard]] View view_of(const KernelObservation& kernel);

/// One controller that was asked directly, as live.
[[nodiscard]] View view_of(const ControllerObservation& controller);

/// Why no state must be taken from a log: it is not whole. Empty: they may be taken.
[[nodiscard]] SourceProblem ana_log_problem(const nvme::AnaLog& log);
[[nodiscard]] std::string refused_ana_log(nvme::Status status);

/// NSID -> group and state; of several groups that list a namespace the last, as in
/// `ControllerObservation::ana_places`.
[[nodiscard]] std::map<std::uint32_t, AnaPlace> places_of(const nvme::AnaLog& log);

/// States of its namespaces after an ANA log, in a view that `view_of` made: the group that the log
/// names; a namespace in no group keeps what it had.
void apply_ana_log(View& view, const nvme::AnaLog& log);

} // namespace haoh::monitor
