// SPDX-License-Identifier: LGPL-2.1-or-later
// The ANA log of one controller: well formed, and in agreement with the controller's other pages.
// Of a log that was cut short only what it holds is judged; one that was disturbed is not.
#include "catalogue/ana/ana_log_read.hpp"
#include "catalogue/catalogue.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/kernel_effects.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kAnaLogNsidCoversActive;
extern const Row kAnaLogNsidOnlyActive;

using nvme::ProblemKind;

/// A defect that is looked for in what a log holds, as an answer.
template <std::optional<std::string> (*Defect)(const Controller&)>
Answer in_log(const Controller& controller, const Subsystem& /*own*/) {
    const AnaLogRead read = ana_log_read(controller);
    if (read == AnaLogRead::none) {
        return Answer::not_asked();
    }
    if (read == AnaLogRead::unread) {
        return Answer::unknown();
    }
    if (auto defect = Defect(controller)) {
        return Answer::broken(std::move(*defect));
    }
    return read == AnaLogRead::partly ? Answer::unknown() : Answer::holds();
}

template <typename Predicate>
std::optional<std::string> first_problem(const Controller& controller, Predicate wanted) {
    const auto& problems = controller.log.problems;
    const auto found = std::find_if(problems.begin(), problems.end(), wanted);
    return found == problems.end() ? std::nullopt : std::optional{found->text};
}

std::optional<std::string> truncated(const Controller& controller) {
    return first_problem(controller, [](const nvme::Problem& problem) {
        return problem.kind == ProblemKind::truncated;
    });
}

std::optional<std::string> group_order(const Controller& controller) {
    return first_problem(controller, [](const nvme::Problem& problem) {
        return problem.field == "agid" && (problem.kind == ProblemKind::not_ascending ||
                                           problem.kind == ProblemKind::duplicate);
    });
}

template <typename Predicate>
std::optional<std::string> first_group(const Controller& controller, Predicate wanted) {
    const auto& groups = controller.log.groups;
    const auto found = std::find_if(groups.begin(), groups.end(), wanted);
    return found == groups.end() ? std::nullopt
                                 : std::optional{fmt::format("group {}, ANAGRPMAX {}", found->agid,
                                                             controller.id.anagrpmax)};
}

std::optional<std::string> group_zero(const Controller& controller) {
    return first_group(controller, [](const nvme::AnaGroup& group) { return group.agid == 0; });
}

std::optional<std::string> group_out_of_range(const Controller& controller) {
    return first_group(controller, [&controller](const nvme::AnaGroup& group) {
        return group.agid == 0 || group.agid > controller.id.anagrpmax;
    });
}

Answer group_range(const Controller& controller, const Subsystem& subsystem) {
    const Answer answer = in_log<group_out_of_range>(controller, subsystem);
    if (answer.kind() != Answer::Kind::broken || subsystem.one_anagrpmax) {
        return answer;
    }
    // Which ANAGRPMAX is right is not known; 0 is wrong with each.
    const Answer zero = in_log<group_zero>(controller, subsystem);
    return zero.kind() == Answer::Kind::broken ? zero : Answer::unknown();
}

std::optional<std::string> group_state(const Controller& controller) {
    return first_problem(controller,
                         [](const nvme::Problem& problem) { return problem.field == "anas"; });
}

std::optional<std::string> state_allowed(const Controller& controller) {
    const auto bit = [](nvme::AnaState state) -> unsigned {
        switch (state) {
        case nvme::AnaState::optimized:
            return 0; // a rule of its own, and said by every array
        case nvme::AnaState::non_optimized:
            return 0x02;
        case nvme::AnaState::inaccessible:
            return 0x04;
        case nvme::AnaState::persistent_loss:
            return 0x08;
        case nvme::AnaState::change:
            return 0x10;
        }
        return 0;
    };
    for (const nvme::AnaGroup& group : controller.log.groups) {
        const unsigned needed = bit(group.state);
        if (needed != 0 && (controller.id.anacap & needed) == 0) {
            return fmt::format("group {} is {}, ANACAP {:#x}", group.agid,
                               nvme::to_string(group.state), controller.id.anacap);
        }
    }
    return std::nullopt;
}

std::optional<std::string> nsid_order(const Controller& controller) {
    for (const nvme::AnaGroup& group : controller.log.groups) {
        for (std::size_t i = 0; i < group.nsids.size(); ++i) {
            const std::uint32_t nsid = group.nsids[i];
            if (nsid == 0 || nsid == nvme::kAllNamespaces) {
                return fmt::format("nsid {:#x} in group {}", nsid, group.agid);
            }
            if (i > 0 && nsid <= group.nsids[i - 1]) {
                return fmt::format("nsid {} comes after {} in group {}", nsid, group.nsids[i - 1],
                                   group.agid);
            }
        }
    }
    return std::nullopt;
}

std::optional<std::string> several_groups(const Controller& controller) {
    constexpr std::size_t kShown = 4;
    std::map<std::uint32_t, std::size_t> home; // nsid -> index of the first group
    std::vector<std::string> words;
    std::size_t count = 0;
    for (std::size_t i = 0; i < controller.log.groups.size(); ++i) {
        for (const std::uint32_t nsid : controller.log.groups[i].nsids) {
            const auto [at, fresh] = home.try_emplace(nsid, i);
            if (!fresh && at->second != i && ++count <= kShown) {
                words.push_back(fmt::format("nsid {} in groups {} and {}", nsid,
                                            controller.log.groups[at->second].agid,
                                            controller.log.groups[i].agid));
            }
        }
    }
    if (words.empty()) {
        return std::nullopt;
    }
    return fmt::format("{}{}", fmt::join(words, ", "), count > kShown ? ", ..." : "");
}

std::optional<std::string> empty_groups(const Controller& controller) {
    const auto count =
        std::count_if(controller.log.groups.begin(), controller.log.groups.end(),
                      [](const nvme::AnaGroup& group) { return group.nsids.empty(); });
    return count == 0
               ? std::nullopt
               : std::optional{fmt::format("{} of {} groups", count, controller.log.groups.size())};
}

std::string nsid_words(const std::vector<std::uint32_t>& nsids) {
    constexpr std::size_t kShown = 16;
    const std::size_t shown = std::min(nsids.size(), kShown);
    return "nsid " + format_nsids(std::span{nsids}.first(shown)) +
           (nsids.size() > shown ? fmt::format(" and {} more", nsids.size() - shown) : "");
}

/// Active namespaces of a controller that its log lacks, and the other way round.
struct Coverage {
    const Controller* controller{};
    std::vector<std::uint32_t> missing;
    std::vector<std::uint32_t> extra;
};

Coverage coverage(const Controller& controller) {
    Coverage out{.controller = &controller, .missing = {}, .extra = {}};
    std::vector<std::uint32_t> listed;
    for (const nvme::AnaGroup& group : controller.log.groups) {
        listed.insert(listed.end(), group.nsids.begin(), group.nsids.end());
    }
    std::sort(listed.begin(), listed.end());
    listed.erase(std::unique(listed.begin(), listed.end()), listed.end());
    std::vector<std::uint32_t> active = *controller.observed->active_nsids;
    std::sort(active.begin(), active.end());
    std::set_difference(active.begin(), active.end(), listed.begin(), listed.end(),
                        std::back_inserter(out.missing));
    std::set_difference(listed.begin(), listed.end(), active.begin(), active.end(),
                        std::back_inserter(out.extra));
    // Numbers that are none are the order rule's.
    std::erase_if(out.extra,
                  [](std::uint32_t nsid) { return nsid == 0 || nsid == nvme::kAllNamespaces; });
    return out;
}

void report_coverage(const Row& row, const Subsystem& subsystem, const std::vector<Coverage>& all,
                     std::vector<std::uint32_t> Coverage::*which, std::string_view what,
                     Findings& findings) {
    std::vector<const Controller*> offenders;
    std::vector<FindingValue> values;
    std::set<std::uint32_t> nsids;
    for (const Coverage& one : all) {
        const std::vector<std::uint32_t>& own = one.*which;
        if (!own.empty()) {
            offenders.push_back(one.controller);
            values.push_back(value_of(*one.controller, nsid_words(own)));
            nsids.insert(own.begin(), own.end());
        }
    }
    if (offenders.empty()) {
        return;
    }
    group_values(values);
    findings.add({.row = row,
                  .subsystem = subsystem.nqn,
                  .nsids = {nsids.begin(), nsids.end()},
                  .what = fmt::format("{} {}", what, place(offenders, subsystem.controllers)),
                  .values = std::move(values),
                  .verdict = {}});
}

/// Whether it can be told which active namespaces the log of a controller lacks.
Answer::Kind coverage_known(const Controller& controller) {
    const AnaLogRead read = ana_log_read(controller);
    if (read == AnaLogRead::none) {
        return Answer::Kind::not_asked;
    }
    return read == AnaLogRead::whole && controller.observed->active_nsids ? Answer::Kind::holds
                                                                          : Answer::Kind::unknown;
}

void judge_coverage(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    std::vector<Coverage> all;
    for (const Controller* controller : subsystem.controllers) {
        const Answer::Kind known = coverage_known(*controller);
        findings.count(kAnaLogNsidCoversActive, known);
        findings.count(kAnaLogNsidOnlyActive, known);
        if (known == Answer::Kind::holds) {
            all.push_back(coverage(*controller));
        }
    }
    report_coverage(kAnaLogNsidCoversActive, subsystem, all, &Coverage::missing,
                    "active namespace in no ANA group", findings);
    report_coverage(kAnaLogNsidOnlyActive, subsystem, all, &Coverage::extra,
                    "ANA log lists a namespace that is not active", findings);
}

/// Compares the group of the log with those that Identify Namespace names.
Answer compare_group(const Namespace& path, std::uint32_t agid) {
    if (path.has_identify && path.idns.anagrpid != agid) {
        return Answer::broken(fmt::format("group {} in the log, {} in Identify Namespace (CNS 00h)",
                                          agid, path.idns.anagrpid));
    }
    if (path.has_independent && path.independent.anagrpid != agid) {
        return Answer::broken(fmt::format("group {} in the log, {} in Identify Namespace (CNS 08h)",
                                          agid, path.independent.anagrpid));
    }
    const bool read = path.has_identify && path.observed->independent.state != Page::State::failed;
    return read ? Answer::holds() : Answer::unknown();
}

Answer group_of_identify(const Namespace& path, const Subsystem& subsystem) {
    const Controller& controller = *path.controller;
    const AnaLogRead read = ana_log_read(controller);
    if (read == AnaLogRead::none) {
        return Answer::not_asked();
    }
    // No group, several, or an identifier out of range are findings already.
    const auto agid = path.log_agid();
    if (!agid || (*agid > controller.id.anagrpmax && subsystem.one_anagrpmax)) {
        return Answer::unknown();
    }
    const Answer answer = compare_group(path, *agid);
    const bool may_be_in_another = read == AnaLogRead::partly;
    return may_be_in_another && answer.kind() == Answer::Kind::holds ? Answer::unknown() : answer;
}

constexpr Row kAnaLogHeaderSize{
    .rule = {.id = "ana.log.header.size",
             .title = "The ANA log is as long as it says",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis =
                 "Base 2.3 §5.2.12.1.13; Linux rejects such a log, older kernels may read past "
                 "their buffer",
             .why = "Path states are not updated any more after the first group that does not "
                    "fit, and a controller that connects now is not started.",
             .fix = "Array: let NAGD and NNV count what the log holds.",
             .on_linux = linux_effect::kAnaLogTooShort},
    .judge = CheckController{.clause = "ANA log cut short", .ask = in_log<truncated>}};

constexpr Row kAnaLogGroupOrder{
    .rule = {.id = "ana.log.group.order",
             .title = "ANA groups are in ascending order",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §5.2.12.1.13: shall be in ascending order",
             .why = "Hosts that search the log by order miss groups and keep old path states.",
             .fix = "Array: sort the group descriptors by ANA group identifier, each once."},
    .judge =
        CheckController{.clause = "ANA groups not in ascending order", .ask = in_log<group_order>}};

constexpr Row kAnaLogGroupNonzeroMax{
    .rule = {.id = "ana.log.group.nonzero_max",
             .title = "ANA group identifiers are from 1 to ANAGRPMAX",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §8.1.1.2; Linux rejects the log",
             .why = "Linux drops the rest of the log: path states are not updated any more, and "
                    "a controller that connects now is not started.",
             .fix = "Array: number groups from 1 to ANAGRPMAX.",
             .on_linux = linux_effect::kAnaGroupInvalid},
    .judge = CheckController{.clause = "ANA group identifier out of range", .ask = group_range}};

constexpr Row kAnaLogGroupStateValid{
    .rule = {.id = "ana.log.group.state_valid",
             .title = "ANA states are defined ones",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 Figure 228; Linux rejects 0 and everything above Fh",
             .why = "Linux drops the rest of the log or takes the path for unusable.",
             .fix = "Array: report 1h, 2h, 3h, 4h or Fh, with the upper bits zero.",
             .on_linux = linux_effect::kAnaStateInvalid},
    .judge = CheckController{.clause = "undefined ANA state", .ask = in_log<group_state>}};

constexpr Row kAnaLogGroupStateAllowed{
    .rule = {.id = "ana.log.group.state_allowed",
             .title = "Each ANA state that is reported is announced (ANACAP)",
             .rule_class = RuleClass::xrf,
             .severity = Severity::management,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §8.1.1.1: shall set the bit of each state that can be reported",
             .why = "Hosts and tests that go by ANACAP do not expect the state.",
             .fix = "Array: set the bit of every state in ANACAP that the log can show."},
    .judge = CheckController{.clause = "ANA state that ANACAP does not announce",
                             .ask = in_log<state_allowed>}};

constexpr Row kAnaLogNsidOrder{
    .rule = {.id = "ana.log.nsid.order",
             .title = "NSIDs of an ANA group are in ascending order",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §5.2.12.1.13: shall be listed in ascending NSID order; Linux walks "
                      "both lists in step",
             .why = "Linux skips the namespaces that are out of order: their paths keep an old "
                    "state or are never used.",
             .fix = "Array: sort the NSIDs of each group, each once.",
             .on_linux = linux_effect::kNsidsOutOfOrder},
    .judge = CheckController{.clause = "NSIDs of an ANA group not in ascending order",
                             .ask = in_log<nsid_order>}};

constexpr Row kAnaLogNsidSingleGroup{
    .rule = {.id = "ana.log.nsid.single_group",
             .title = "A namespace is in one ANA group",
             .rule_class = RuleClass::int_,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §8.1.1.2; Linux takes the last group that lists it",
             .why = "The state of the path is that of one group or of the other: a host may "
                    "write to a path that is inaccessible.",
             .fix = "Array: list each namespace in the group of its ANAGRPID only.",
             .on_linux = linux_effect::kNsidInTwoGroups},
    .judge = CheckController{.clause = "namespace in several ANA groups",
                             .ask = in_log<several_groups>}};

constexpr Row kAnaLogNsidCoversActive{
    .rule = {.id = "ana.log.nsid.covers_active",
             .title = "Every active namespace is in the ANA log",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis =
                 "Base 2.3 §5.2.12.1.13, §8.1.1; Linux keeps a path that the log lacks pending",
             .why = "Linux does not use a path whose namespace is in no group, or keeps its last "
                    "state for ever.",
             .fix = "Array: list every attached namespace in its group (nvmet: ana_grpid from 1 to "
                    "127 for each namespace).",
             .on_linux = linux_effect::kNsidInNoGroup},
    .judge = JudgeSubsystem{judge_coverage}};

constexpr Row kAnaLogNsidOnlyActive{
    .rule = {.id = "ana.log.nsid.only_active",
             .title = "The ANA log lists active namespaces only",
             .rule_class = RuleClass::xrf,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §5.2.12.1.13: namespaces that are attached to the controller; "
                      "Linux nvme_update_ana_state() skips the others",
             .why = "A host learns of volumes that are not mapped to it, and the log is longer "
                    "than it needs to be (SPDK lists namespaces that it masks).",
             .fix = "Array: leave namespaces out of the log that are not attached to the "
                    "controller. Nothing to do on the host."},
    .judge = JudgeSubsystem{judge_coverage}};

constexpr Row kAnaLogNsidMatchesIdentify{
    .rule = {.id = "ana.log.nsid.matches_identify",
             .title = "The ANA log and Identify Namespace name the same group",
             .rule_class = RuleClass::xrf,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §8.1.1.1, §8.1.2.5; Linux starts a path by ANAGRPID and goes on by "
                      "the log",
             .why = "A new path gets the state of the wrong group until the next log page: the "
                    "host may write where it must not.",
             .fix = "Array: report the same group in the log and in ANAGRPID of CNS 00h and "
                    "08h.",
             .on_linux = linux_effect::kNsidInAnotherGroup},
    .judge =
        CheckNamespace{.clause = "two ANA groups for one namespace", .ask = group_of_identify}};

constexpr Row kAnaLogNoEmptyGroup{
    .rule = {.id = "ana.log.no_empty_group",
             .title = "The ANA log holds no empty group",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 Figure 227: a descriptor only for groups with namespaces attached "
                      "(nvmet and SPDK send empty ones)",
             .why = "The log is longer than needed; an empty group in transition can make Linux "
                    "reset the controller.",
             .fix = "Array: leave groups without attached namespaces out."},
    .judge = CheckController{.clause = "empty ANA groups", .ask = in_log<empty_groups>}};

constexpr std::array kAnaLogRows{
    &kAnaLogHeaderSize,          &kAnaLogGroupOrder,        &kAnaLogGroupNonzeroMax,
    &kAnaLogGroupStateValid,     &kAnaLogGroupStateAllowed, &kAnaLogNsidOrder,
    &kAnaLogNsidSingleGroup,     &kAnaLogNsidCoversActive,  &kAnaLogNsidOnlyActive,
    &kAnaLogNsidMatchesIdentify, &kAnaLogNoEmptyGroup};

} // namespace

std::span<const Row* const> ana_log_rows() {
    return kAnaLogRows;
}

} // namespace haoh::judge
