// SPDX-License-Identifier: LGPL-2.1-or-later
// What could not be observed. None of this is a defect of an array, and none of it may pass.
#include "catalogue/catalogue.hpp"
#include "catalogue/cited_rows.hpp"
#include "judge/fields.hpp"
#include "judge/row.hpp"
#include "model/observed_pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kSnapAnaConsistent;
extern const Row kSnapVerdictUnknown;

/// Where another finding tells why, only that is told (`Draft::explains`).
void judge_unobserved(const Subject& subject, Findings& findings) {
    const std::vector<Unobserved>& all = subject.observation->unobserved;
    for (std::size_t index = 0; index < all.size(); ++index) {
        const Unobserved& missing = all[index];
        findings.add({.row = kSnapVerdictUnknown,
                      .subsystem = missing.subsysnqn,
                      .nsids = {},
                      .what = fmt::format("{} was not observed: {}", missing.object, missing.error),
                      .values = {},
                      .verdict = {},
                      .unobserved = index,
                      .host = missing.host});
    }
}

/// A kernel's view with holes in it, or of more than one moment.
void judge_kernels(const Subject& subject, Findings& findings) {
    constexpr std::size_t kShown = 8;
    const auto add = [&](const KernelObservation& kernel, std::string what,
                         const std::vector<std::string>& lines) {
        std::vector<FindingValue> values;
        for (std::size_t i = 0; i < std::min(lines.size(), kShown); ++i) {
            values.push_back(value_of_object(kernel.host, lines[i]));
        }
        if (lines.size() > kShown) {
            values.push_back(
                value_of_object(kernel.host, fmt::format("and {} more", lines.size() - kShown)));
        }
        findings.add({.row = kSnapVerdictUnknown,
                      .subsystem = {},
                      .nsids = {},
                      .what = std::move(what),
                      .values = std::move(values),
                      .verdict = {},
                      .host = kernel.host});
    };
    for (const KernelObservation& kernel : subject.observation->kernels) {
        findings.judged(kSnapVerdictUnknown);
        if (!kernel.unread.empty()) {
            add(kernel, "the kernel's view could not be read completely", kernel.unread);
        }
        if (!kernel.changed.empty()) {
            add(kernel,
                "paths changed while the controllers were asked, again and again: what is said of "
                "them is of two moments; check again when they have settled",
                kernel.changed);
        }
    }
}

/// What came instead of a page.
std::string answer_of(const Page& page) {
    switch (page.state) {
    case Page::State::status:
        return nvme::describe(page.status);
    case Page::State::failed:
        return page.error;
    case Page::State::not_read:
    case Page::State::ok:
        break;
    }
    return "not read";
}

/// Pages that every controller must have, answered with an error; but that there is no such page at all is
/// another finding, of the ANA log and of descriptors.
std::vector<std::string> refused_pages(const Controller& controller) {
    std::vector<std::string> out;
    const bool descriptors_due = controller.version() >= version_number(1, 3);
    std::size_t refused = 0;
    std::string first;
    for (const Namespace& path : controller.namespaces) {
        if (controller.has_identify && path.nsid > controller.id.nn) {
            continue; // so is that
        }
        const Page& identify = path.observed->identify;
        const Page& descriptors = path.observed->descriptors;
        const bool no_identify = identify.state == Page::State::status;
        const bool no_descriptors = descriptors_due && descriptors.state == Page::State::status &&
                                    !has_no_such_page(descriptors); // that is another finding
        if (!no_identify && !no_descriptors) {
            continue;
        }
        if (refused++ == 0) {
            first = no_identify ? fmt::format("Identify Namespace (CNS 00h) of nsid {}: {}",
                                              path.nsid, answer_of(identify))
                                : fmt::format("ID descriptors (CNS 03h) of nsid {}: {}", path.nsid,
                                              answer_of(descriptors));
        }
    }
    if (refused == 1) {
        out.push_back(first);
    } else if (refused > 1) {
        out.push_back(fmt::format("{}, and the same for {} more", first, refused - 1));
    }
    return out;
}

/// Pages that failed, where whoever read them did not list them.
std::vector<std::string> failed_pages(const Controller& controller) {
    const ControllerObservation& observed = *controller.observed;
    std::vector<std::string> out;
    if (!observed.identify.ok()) {
        out.push_back("Identify Controller: " + answer_of(observed.identify));
    }
    if (!observed.active_nsids) {
        out.emplace_back("active namespace list: not read");
    }
    if (controller.ana() && observed.ana.log.state == Page::State::failed) {
        out.push_back("ANA log: " + observed.ana.log.error);
    }
    const auto failed = [](const Namespace& path) {
        return std::any_of(model::kPathPages.begin(), model::kPathPages.end(),
                           [&path](const model::PathPage& row) {
                               return (path.observed->*row.page).state == Page::State::failed;
                           });
    };
    const auto count =
        std::count_if(controller.namespaces.begin(), controller.namespaces.end(), failed);
    if (count > 0) {
        out.push_back(fmt::format("pages of {} namespaces", count));
    }
    return out;
}

void judge_unread(const Subject& subject, Findings& findings) {
    constexpr std::size_t kShown = 4;
    for (const Controller& controller : subject.controllers) {
        findings.judged(kSnapVerdictUnknown);
        std::vector<std::string> lines = controller.observed->unread;
        if (lines.empty()) {
            lines = failed_pages(controller);
        }
        const std::vector<std::string> refused = refused_pages(controller);
        lines.insert(lines.end(), refused.begin(), refused.end());
        if (lines.empty()) {
            continue;
        }
        std::vector<FindingValue> values;
        for (std::size_t i = 0; i < std::min(lines.size(), kShown); ++i) {
            values.push_back(value_of(controller, lines[i]));
        }
        if (lines.size() > kShown) {
            values.push_back(
                value_of(controller, fmt::format("and {} more", lines.size() - kShown)));
        }
        findings.add({.row = kSnapVerdictUnknown,
                      .subsystem = controller.observed->subsysnqn,
                      .nsids = {},
                      .what = fmt::format("{} could not be read completely", controller.name()),
                      .values = std::move(values),
                      .verdict = {}});
    }
}

void judge_ana_stability(const Subject& subject, Findings& findings) {
    for (const Controller& controller : subject.controllers) {
        const AnaObservation& ana = controller.observed->ana;
        if (!controller.has_identify ||
            (controller.ana() && ana.log.state == Page::State::failed)) {
            findings.unknown(kSnapAnaConsistent);
            continue;
        }
        if (!controller.ana() || !ana.log.ok()) {
            continue;
        }
        findings.judged(kSnapAnaConsistent);
        if (ana.stable) {
            continue;
        }
        findings.add({.row = kSnapAnaConsistent,
                      .subsystem = controller.observed->subsysnqn,
                      .nsids = {},
                      .what = fmt::format("the ANA log of {} changed during each reading",
                                          controller.name()),
                      .values = {value_of(controller, fmt::format("{} readings", ana.attempts))},
                      .verdict = {}});
    }
}

void judge_evidence(const Subject& subject, Findings& findings) {
    judge_unobserved(subject, findings);
    judge_unread(subject, findings);
    judge_kernels(subject, findings);
    judge_ana_stability(subject, findings);
}

/// Whether something of the subsystem was not observed: it may be the other array, and is told.
bool may_be_silent(const Subsystem& subsystem, const Subject& subject) {
    const std::vector<Unobserved>& all = subject.observation->unobserved;
    return std::any_of(all.begin(), all.end(), [&subsystem](const Unobserved& missing) {
        return missing.subsysnqn.empty() || missing.subsysnqn == subsystem.nqn;
    });
}

void judge_model(const Subject& subject, Findings& findings) {
    const std::size_t count = subject.subsystems.size();
    if (subject.config.profile == Profile::dispersed && count > 0) {
        findings.judged(kModelDetect);
    }
    if (subject.config.profile == Profile::dispersed && count == 1) {
        findings.add({.row = kModelDetect,
                      .subsystem = subject.subsystems.front().nqn,
                      .nsids = {},
                      .what = "declared as dispersed, but only one subsystem was observed",
                      .values = {},
                      .verdict = {}});
    }
    if (subject.config.profile != Profile::stretched) {
        return;
    }
    for (const Subsystem& subsystem : subject.subsystems) {
        findings.judged(kModelDetect);
        if (subsystem.stretched) {
            continue;
        }
        if (may_be_silent(subsystem, subject)) {
            findings.unknown(kModelDetect);
            continue;
        }
        std::vector<FindingValue> values;
        for (const Controller* controller : subsystem.controllers) {
            values.push_back(
                value_of(*controller, subject.attributions[controller->index].evidence));
        }
        findings.add({.row = kModelDetect,
                      .subsystem = subsystem.nqn,
                      .nsids = {},
                      .what = "declared as stretched, but observed on one array only",
                      .values = std::move(values),
                      .verdict = {}});
    }
}

constexpr Row kSnapVerdictUnknown{
    .rule = {.id = "snap.verdict_unknown",
             .title = "Everything that was asked for could be read",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::unknown,
             .basis = "what was not read cannot be called good",
             .why = "Nothing is known about what was not read, so the subsystem cannot be called "
                    "consistent; a host may be missing the same path.",
             .fix = "Host: test address, port, routing and firewall, and that this host NQN is "
                    "allowed on the array; then check again. Array: look whether it hides the "
                    "subsystem because its copies are out of sync."},
    .judge = JudgeSubject{judge_evidence}};

constexpr Row kSnapAnaConsistent{
    .rule = {.id = "snap.ana_consistent",
             .title = "The ANA log stood still long enough to be read",
             .rule_class = RuleClass::tmp,
             .severity = Severity::degraded,
             .verdict = Verdict::unknown,
             .basis = "Base 2.3 §5.2.12.1.13: read again when the change count moved",
             .why = "The log changed under every reading; rules about ANA are not judged for "
                    "this controller, because a torn log looks like a defect.",
             .fix = "Check again when the failover or migration is over. Array: a log that never "
                    "rests keeps every host busy reading it; find what moves the change count."},
    .judge = JudgeSubject{judge_evidence}};

} // namespace

constexpr Row kModelDetect{
    .rule = {.id = "model.detect",
             .title = "The subsystem is seen from as many arrays as the profile says",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::unknown,
             .basis = "the declared profile",
             .why = "Rules that compare two arrays had nothing to compare.",
             .fix = "Name a target on each array (-t for each one), or describe the arrays in "
                    "[[site]] tables when one address leads to both."},
    .judge = JudgeSubject{judge_model},
    .yields_to = {&kHostArrayExpected}};

namespace {

constexpr std::array kSnapshotRows{&kSnapVerdictUnknown, &kSnapAnaConsistent, &kModelDetect};

} // namespace

std::span<const Row* const> snapshot_rows() {
    return kSnapshotRows;
}

} // namespace haoh::judge
