// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Judging an Observation: pure, no I/O.
#pragma once

#include <haoh/attribution.hpp>
#include <haoh/config.hpp>
#include <haoh/expectation.hpp>
#include <haoh/kernel_effect.hpp>
#include <haoh/observation.hpp>
#include <haoh/rule.hpp>
#include <haoh/visibility.h>

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// One value of a finding: what one controller says, or what another object has.
struct FindingValue {
    std::string controller; ///< its name, as observed; empty when it is not about one controller
    std::string array{};    ///< that it is on; empty when unknown
    std::string value{};    ///< as text: "31 32 …", "512 B", "absent"
    std::string
        object{}; ///< where it is not about a controller: a device, a subsystem or a module of
                  ///< a host, a host
    /// Finding::host of this value alone: controllers and devices of two hosts have the same names.
    std::string host{};

    bool operator==(const FindingValue&) const = default;
};

/// What a Linux release makes of a finding: a row of `Rule::on_linux`.
struct OnKernel {
    std::string release; ///< as asked for, or as the host prints it
    KernelOutcome outcome{};
    std::string text; ///< begins with a word of caution where it is not known of this release
    std::string basis;
    /// Upstream's release that the row is about, where it is not known of this one: "6.8".
    std::string nearest{};

    bool operator==(const OnKernel&) const = default;
};

/// A known deviation that somebody answers for, until a day: the waiver that covers a finding
/// (waivers.hpp).
struct Waived {
    std::string reason;
    std::string owner;
    std::string expires; ///< the last day on which it holds, UTC: "2027-01-31"
    std::string where{}; ///< "waivers.toml:12", for messages; empty: it is not from a file

    bool operator==(const Waived&) const = default;
};

/// A rule that does not hold (or cannot be judged) for one object. Names are as they came, `what` and
/// the values are safe to print (safe_text.hpp).
struct Finding {
    std::string rule;
    Verdict verdict{}; ///< fail, warn, note or unknown
    Severity severity{};
    std::string subsystem;             ///< SUBNQN
    std::optional<std::uint32_t> nsid; ///< where it is about a namespace; of several the first
    /// Every namespace that it is about, ascending, when there are several: swapped namespaces, or
    /// the same finding for very many (`values` are then those of `nsid`, and `what` says so).
    /// Empty when `nsid` is the only one.
    std::vector<std::uint32_t> nsids;
    std::string what; ///< one clause: "UUID differs between array-a and array-b"
    std::vector<FindingValue>
        values; ///< grouped: controllers of one array with the same value stay together
    std::string basis;
    std::string why;
    std::string fix;
    /// Lines for haoh.toml that settle it, to be corrected where they say what is not so; empty: none
    /// would.
    std::vector<std::string> config{};
    /// Where it says that something was not observed: its index in `Report::unobserved`.
    std::optional<std::size_t> unobserved{};
    std::optional<OnKernel> on_kernel{}; ///< where the release is known, and what it does
    bool names_nsid{}; ///< `what` says which namespace it is about: "... offers nsid 7 and ..."
    /// The host (KernelObservation::host) whose view it is about, also where it is the only one. Empty:
    /// it is about several (each value then has its own), about what was asked directly, or the host
    /// has no name.
    std::string host{};
    /// What was not observed because of this, which is told with it and not again: indices in
    /// `Report::unobserved`.
    std::vector<std::size_t> explains{};
    /// The waiver that covers it; nullopt: none does. `verdict` stays what it is. Never of what is
    /// unknown: a waiver is for a deviation that is known.
    std::optional<Waived> waived{};
    bool known{}; ///< an earlier report had it as well (baseline.hpp), and no waiver covers it

    /// Whether it counts for `Report::verdict` and the exit status.
    [[nodiscard]] bool counts() const { return !waived && !known; }

    bool operator==(const Finding&) const = default;
};

/// A finding of an earlier report that this one does not have (baseline.hpp). All texts are safe to
/// print, as that report had them.
struct GoneFinding {
    std::string rule;
    Verdict verdict{};
    std::string subsystem;
    std::string host;
    std::vector<std::uint32_t> nsids; ///< ascending; empty: it was about none
    std::string what;
    /// Whether it was looked for now, and is not there: its rule was asked for and could be judged, and
    /// the subsystem was seen. Else nothing is known of it.
    bool looked_for{};

    bool operator==(const GoneFinding&) const = default;
};

/// "1-3, 7, 9-1024". \pre ascending
[[nodiscard]] std::string format_nsids(std::span<const std::uint32_t> nsids);

/// What the controllers present.
enum class Model : std::uint8_t { unknown, single, stretched, dispersed };
/// "unknown", "single", ...
[[nodiscard]] std::string_view to_string(Model value);

/// What became of a rule.
struct RuleResult {
    std::string rule;
    RuleState state{};
    /// What became of it in each of `Report::subsystems`, in their order: a rule may hold in one and be
    /// broken in another. Empty where that is not known (a report made by hand).
    std::vector<RuleState> in_subsystem{};
    /// What became of it where it is about no single subsystem: a host, a discovery log, several
    /// subsystems together. `not_applicable` as well where a finding names a subsystem and what held besides
    /// is not told apart: then nothing more is promised.
    RuleState elsewhere{};

    bool operator==(const RuleResult&) const = default;
};

/// Which waivers there were, and what became of them.
struct JudgedWaivers {
    std::string file;         ///< they are from; empty: of none
    std::string day;          ///< as of which they were judged, UTC: "2026-12-01"
    std::size_t used{};       ///< cover a finding
    std::size_t unused{};     ///< cover none, although all that they are about was judged
    std::size_t expired{};    ///< no longer cover anything
    std::size_t not_judged{}; ///< are about what was not looked at, or could not be judged

    bool operator==(const JudgedWaivers&) const = default;
};

/// The earlier report that this one was held against.
struct JudgedBaseline {
    std::string file;                ///< empty: of none
    std::string observed_at;         ///< of that report
    std::vector<GoneFinding> gone{}; ///< in its order

    bool operator==(const JudgedBaseline&) const = default;
};

/// By what a report was judged, beside what was observed.
struct Judged {
    std::string version{}; ///< of haoh; empty: not made by `check`
    Profile profile{};
    Window window{};
    FailOn fail_on{};
    std::optional<Policy> policy{};   ///< nullopt: not declared
    std::vector<std::string> sites{}; ///< declared ones, by their names
    std::string config_file{};        ///< CheckOptions::config_file
    std::vector<std::string> rules{}; ///< CheckOptions::rules; empty: all were asked for
    std::size_t rules_left_out{};     ///< rules that they did not choose
    bool expected{};                  ///< it was declared what should be there
    /// Of `rules_left_out`, the IDs of those that a "!GLOB" named, ordered.
    std::vector<std::string> excluded{};
    std::optional<JudgedWaivers> waivers{};   ///< nullopt: none were given
    std::optional<JudgedBaseline> baseline{}; ///< nullopt: none was given

    bool operator==(const Judged&) const = default;
};

/// The judgement of an observation.
///
/// What a waiver covers, and what an earlier report had as well, stays among `findings` with its own
/// verdict, stays in `counts`, and leaves its rule broken: it is so, and it is told. It does not count for
/// `verdict` and `exit_status`, which are those of a report without it.
struct Report {
    /// Of the findings that count (`Finding::counts`): fail when a rule failed, else unknown when
    /// something could not be observed or no rule had anything to judge, else warn, else pass (notes
    /// pass): what was not observed outweighs a warning, because nothing can be called good on half of
    /// the evidence.
    Verdict verdict{};
    Model model{};
    /// Findings by Verdict, whether they count or not; [pass] = rules without any.
    std::array<std::size_t, 5> counts{};
    std::size_t rules_evaluated{};
    std::vector<RuleResult> rules; ///< every rule that was asked for, ordered by ID
    std::vector<Finding>
        findings; ///< worst first: verdict, then severity, then rule, subsystem, NSID
    std::vector<Unobserved> unobserved;
    /// One for each controller, in the observation's order, then for those that only a kernel knows.
    Attributions attributions;
    std::string observed_at;
    /// The release that was asked for, else that of the first host; empty when none is known. Where
    /// none was asked for, `Finding::on_kernel` of a finding about a host is of that host's release.
    std::string kernel;
    std::vector<std::string> hosts; ///< that were looked at: KernelObservation::host of each
    bool arrays_known{true};        ///< of every subsystem; else rules about arrays were not judged
    bool connected{};        ///< a host's kernel was looked at: it is too late not to connect
    std::size_t readings{1}; ///< how often it was looked, the last time is told (inspection.hpp)
    Judged judged{};

    /// SUBNQNs of all that was judged or that a finding is about: those that were asked directly, then
    /// those of hosts, then those that are only expected. Each once.
    std::vector<std::string> subsystems{};
    std::array<std::size_t, 5> waived{}; ///< of `counts`: what a waiver covers
    std::array<std::size_t, 5> known{};  ///< of `counts`: what the earlier report had as well

    [[nodiscard]] std::size_t count(Verdict wanted) const {
        return counts[static_cast<std::size_t>(wanted)];
    }
    /// Findings with a verdict that count for that of the report: neither waived nor known.
    [[nodiscard]] std::size_t blocking(Verdict wanted) const {
        const auto at = static_cast<std::size_t>(wanted);
        return counts[at] - waived[at] - known[at];
    }
    /// Rules in this state.
    [[nodiscard]] std::size_t count(RuleState wanted) const;
};

/// How to judge.
struct CheckOptions {
    Config config;
    /// Globs of rule IDs; empty = all. "!GLOB" leaves out what it matches, also what another glob
    /// chooses: their order means nothing. With no glob but such, all others are chosen. What could not be
    /// observed is reported whatever they say.
    std::vector<std::string> rules;
    /// The release of which findings say what it does with them: "6.12", "6.12.107-amd64". Empty:
    /// that of the observed kernel, where there is one.
    std::string kernel;
    /// What should be there; nullopt: nothing is known of that.
    std::optional<Expectation> expected{};
    /// Where `config` is from, to be told: the name of a file. Empty: of none.
    std::string config_file{};
};

/// Judges an observation by every rule (or those that match).
[[nodiscard]] Report check(const Observation& observation, const CheckOptions& options = {});

/// The exit status of `haoh check`: 4 when nothing was observed, else 1 when a finding that counts is a
/// FAIL (with FailOn::warn also a WARN), else 3 when something could not be observed, else 0.
[[nodiscard]] int exit_status(const Report& report, FailOn fail_on, bool anything_observed);
/// The same by `judged.fail_on`, of the observation that the report is of. Where something was expected and
/// is gone, that nothing is there is an observation, too.
[[nodiscard]] int exit_status(const Report& report, const Observation& observation);

} // namespace haoh
