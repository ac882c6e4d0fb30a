// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the kernel's namespaces and paths part from what the controllers offer.
// Long because nine rules about paths share how a path is looked at, and each has its texts here.
#include "catalogue/catalogue.hpp"
#include "catalogue/host/down_addresses.hpp"
#include "catalogue/host/path_refusal.hpp"
#include "judge/compare.hpp"
#include "judge/row.hpp"
#include "judge/subject.hpp"
#include "linux/sysfs_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kHostAnaNoGroup;
extern const Row kHostAnaState;
extern const Row kHostHeadMissing;
extern const Row kHostNsUsableArrays;
extern const Row kHostNsUsablePath;
extern const Row kHostPathBlockSize;
extern const Row kHostPathMissing;
extern const Row kHostPathReadOnly;
extern const Row kHostPathSize;

/// What a path says, under its controller's name.
FindingValue value_of(const HostPath& path, std::string text) {
    return {.controller = path.kernel->controller,
            .array = path.controller != nullptr ? path.controller->array : std::string{},
            .value = std::move(text)};
}

std::vector<FindingValue> uses_of(const HostNamespace& head) {
    std::vector<FindingValue> values;
    for (const HostPath& path : head.paths) {
        values.push_back(value_of(path, to_string(path.use)));
    }
    return values;
}

/// Findings of two hosts never read alike: nvme0 is on each of them.
FoldKey fold_key(const HostSubsystem& subsystem) {
    return FoldKey{}.add(subsystem.host->kernel->host);
}

std::string bytes_text(const Attribute& sectors) {
    constexpr std::uint64_t kSector = 512;
    const auto number = sectors.number();
    return number ? fmt::format("{} sectors ({} bytes)", *number, *number * kSector)
                  : std::string(sectors.value());
}

nvme::NamespaceIds ids_of(const Namespace& path, const Host& host) {
    return bound_ids(path, bound_by(path, host.release).value_or(BoundBy::identify));
}

/// What each controller has for a namespace that one of them has no path to.
std::vector<FindingValue> offers_and_paths(const HostSubsystem& subsystem, std::uint32_t nsid) {
    const HostNamespace* const head = subsystem.find(nsid);
    std::vector<FindingValue> values;
    for (const HostController& one : subsystem.controllers) {
        const Namespace* const offered = one.find(nsid);
        const HostPath* const bound = head != nullptr ? head->find(*one.kernel) : nullptr;
        std::string text = bound != nullptr ? bound->kernel->name : "no path";
        if (offered != nullptr) {
            text += "; " + format_ids(ids_of(*offered, *subsystem.host));
        }
        values.push_back(value_of(one, std::move(text)));
    }
    group_values(values);
    return values;
}

/// Where nothing speaks against the path, the kernel was not told of the namespace.
constexpr std::string_view kRescan =
    "Host: rescan the controller (echo 1 > /sys/class/nvme/nvmeN/rescan_controller): nothing "
    "speaks "
    "against the path, so the event that told of the namespace was lost or never sent. See the "
    "kernel's log if that brings none. Array: send a namespace attribute event for each change.";

/// Where something does, and a rule of its own tells of it.
constexpr std::string_view kMendAndRescan =
    "Array: mend what is said here; the rule about it tells how. Host: then rescan the controller "
    "(echo 1 > /sys/class/nvme/nvmeN/rescan_controller).";

void report_missing(const HostSubsystem& subsystem, const HostController& controller,
                    const Namespace& path, LoggedRefusals& log, Findings& findings) {
    const auto refusal = explain_refusal(subsystem, path);
    const InLog in_log =
        refusal ? log.find(controller.kernel->name, refusal->kind, path.nsid) : InLog::missing;
    const auto silent = refusal ? std::nullopt : silent_reason(path);
    const bool open = !refusal && !silent;
    const std::string said =
        open ? log.said_otherwise(controller.kernel->name, path.nsid) : std::string();
    const std::string blocks =
        open && said.empty() ? log.said_of_blocks(controller.kernel->name, path) : std::string();
    FoldKey key;
    key.add(controller.asked->index).add(refusal ? 1 : 0);
    key.add(silent.value_or(std::string_view())).add(said.empty() ? 0 : 1).add(blocks);
    if (refusal) {
        key.add(static_cast<std::uint64_t>(in_log));
        add_reason(*refusal, key);
    }
    findings.add_folded(kHostPathMissing, subsystem.nqn, path.nsid, std::move(key), [&] {
        std::string what = fmt::format("{} offers nsid {} and the kernel has no path to it",
                                       controller.kernel->name, path.nsid);
        if (refusal) {
            what += fmt::format(
                ": {}{}", reason_of(*refusal),
                log_text(in_log, linux_kernel::refusal_message(refusal->kind, path.nsid)));
        } else if (silent) {
            what += fmt::format(": {}", *silent);
        } else if (!said.empty()) {
            what += fmt::format(": the kernel's log says \"{}\"", said);
        } else if (!blocks.empty()) {
            what += fmt::format(": its blocks are such as the kernel's log says \"{}\" of", blocks);
        }
        return Wording{.what = std::move(what),
                       .values = offers_and_paths(subsystem, path.nsid),
                       .verdict = {},
                       .names_nsid = true,
                       .fix = refusal                                      ? std::string_view{}
                              : silent || !said.empty() || !blocks.empty() ? kMendAndRescan
                                                                           : kRescan};
    });
}

/// Without native multipath each controller has a device of its own for the NSID.
bool has_path(const HostSubsystem& subsystem, std::uint32_t nsid,
              const HostController& controller) {
    const HostNamespace* const head = subsystem.find(nsid);
    if (head == nullptr || head->find(*controller.kernel) != nullptr || head->kernel->multipath) {
        return head != nullptr && head->find(*controller.kernel) != nullptr;
    }
    return std::any_of(subsystem.namespaces.begin(), subsystem.namespaces.end(),
                       [&](const HostNamespace& one) {
                           return one.nsid == nsid && one.find(*controller.kernel) != nullptr;
                       });
}

/// A device that has lost every path: that is told once, of the device.
bool told_of_device(const HostSubsystem& subsystem, std::uint32_t nsid) {
    const HostNamespace* const head = subsystem.find(nsid);
    const KernelObservation& kernel = *subsystem.host->kernel;
    return head != nullptr && head->kernel->multipath && head->paths.empty() &&
           kernel.unread.empty() && !kernel.has_changed(head->kernel->name);
}

void judge_missing(const HostSubsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    LoggedRefusals log(*subsystem.host->kernel);
    for (const HostController& controller : subsystem.controllers) {
        if (!controller.kernel->live()) {
            continue;
        }
        if (controller.asked == nullptr || namespaces_unread(*controller.asked) ||
            subsystem.host->kernel->has_changed(controller.kernel->name)) {
            findings.unknown(kHostPathMissing);
            continue;
        }
        for (const Namespace& path : controller.asked->namespaces) {
            if (told_of_device(subsystem, path.nsid)) {
                findings.unknown(kHostPathMissing);
                continue;
            }
            findings.judged(kHostPathMissing);
            if (!has_path(subsystem, path.nsid, controller)) {
                report_missing(subsystem, controller, path, log, findings);
            }
        }
    }
}

/// A row about an attribute that each path has for itself and the head has, too.
struct Copied {
    const Row* row{};
    std::string_view noun;
    Attribute KernelPath::*path;
    Attribute KernelNamespace::*head;
    std::string (*text)(const Attribute&);
};

/// Whether a path says the same as its head.
Answer::Kind compare_copied(const KernelObservation& kernel, const Attribute& shown,
                            const HostPath& path, const Attribute& own) {
    using State = Attribute::State;
    if (shown.state == State::unreadable || own.state == State::unreadable ||
        kernel.has_changed(path.kernel->name)) {
        return Answer::Kind::unknown;
    }
    if (!shown.ok() || !own.ok()) {
        return Answer::Kind::not_asked; // the release does not show it
    }
    return own.text == shown.text ? Answer::Kind::holds : Answer::Kind::broken;
}

void judge_copied(const HostSubsystem& subsystem, const HostNamespace& head, const Copied& row,
                  Findings& findings) {
    if (!head.kernel->multipath) {
        return;
    }
    if (subsystem.host->kernel->has_changed(head.kernel->name)) {
        findings.unknown(*row.row);
        return;
    }
    const Attribute& shown = head.kernel->*row.head;
    std::vector<const HostPath*> differing;
    FoldKey key = fold_key(subsystem);
    for (const HostPath& path : head.paths) {
        const Answer::Kind answer =
            compare_copied(*subsystem.host->kernel, shown, path, path.kernel->*row.path);
        findings.count(*row.row, answer);
        if (answer == Answer::Kind::broken) {
            differing.push_back(&path);
            key.add(path.kernel->controller);
        }
    }
    if (differing.empty()) {
        return;
    }
    findings.add_folded(*row.row, subsystem.nqn, head.nsid.value_or(0), std::move(key), [&] {
        std::vector<std::string> names;
        for (const HostPath* path : differing) {
            names.push_back(path->kernel->controller);
        }
        std::vector<FindingValue> values{value_of_object(head.kernel->name, row.text(shown))};
        for (const HostPath& path : head.paths) {
            values.push_back(value_of(path, row.text(path.kernel->*row.path)));
        }
        return Wording{.what = fmt::format("{} of {} through {} is not that of the device",
                                           row.noun, head.kernel->name, join_words(names)),
                       .values = std::move(values),
                       .verdict = {}};
    });
}

constexpr std::array kCopied{
    Copied{&kHostPathSize, "size", &KernelPath::size, &KernelNamespace::size, bytes_text},
    Copied{&kHostPathBlockSize, "block size", &KernelPath::logical_block_size,
           &KernelNamespace::logical_block_size,
           [](const Attribute& value) { return fmt::format("{} bytes", value.value()); }},
    Copied{&kHostPathReadOnly, "write protection", &KernelPath::ro, &KernelNamespace::ro,
           [](const Attribute& value) -> std::string {
               return value.flag() == true ? "read-only" : "writable";
           }},
};

void judge_head(const HostSubsystem& subsystem, const HostNamespace& head, Findings& findings) {
    for (const Copied& row : kCopied) {
        judge_copied(subsystem, head, row, findings);
    }
    if (!head.kernel->multipath || head.paths.empty()) {
        return;
    }
    findings.count(kHostHeadMissing, head.kernel->dev.state == Attribute::State::unreadable
                                         ? Answer::Kind::unknown
                                         : Answer::Kind::holds);
    if (head.kernel->dev.state == Attribute::State::absent ||
        head.kernel->dev.state == Attribute::State::empty) {
        std::vector<FindingValue> values = uses_of(head);
        findings.add_folded(
            kHostHeadMissing, subsystem.nqn, head.nsid.value_or(0), fold_key(subsystem), [&] {
                return Wording{
                    .what = fmt::format("there is no device /dev/{}: no path of it was ever usable",
                                        head.kernel->name),
                    .values = std::move(values),
                    .verdict = {}};
            });
    }
}

void judge_headless(const HostSubsystem& subsystem, Findings& findings) {
    if (subsystem.observed->headless.empty()) {
        return;
    }
    std::vector<FindingValue> values;
    for (const KernelPath& path : subsystem.observed->headless) {
        values.push_back({.controller = path.controller, .array = {}, .value = path.name});
    }
    findings.add({.row = kHostHeadMissing,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = fmt::format("{} paths belong to no device", values.size()),
                  .values = std::move(values),
                  .verdict = {}});
}

/// What a controller has of a namespace that no path leads to.
std::string without_path(const HostSubsystem& subsystem, const HostNamespace& head,
                         const HostController& controller) {
    const Namespace* const offered = controller.find(head.nsid.value_or(0));
    if (offered == nullptr) {
        return controller.asked != nullptr ? "does not offer the namespace" : "has no path";
    }
    const auto refusal = explain_refusal(subsystem, *offered);
    return refusal ? "offers the namespace, has no path: " + reason_of(*refusal)
                   : "offers the namespace, has no path";
}

/// A head without any path.
void judge_no_path(const HostSubsystem& subsystem, const HostNamespace& head, Findings& findings) {
    const KernelObservation& kernel = *subsystem.host->kernel;
    if (!head.kernel->multipath) {
        return;
    }
    if (!kernel.unread.empty() || kernel.has_changed(head.kernel->name)) {
        findings.unknown(kHostNsUsablePath);
        return;
    }
    findings.judged(kHostNsUsablePath);
    FoldKey alike = fold_key(subsystem);
    for (const HostController& controller : subsystem.controllers) {
        const Namespace* const offered = controller.find(head.nsid.value_or(0));
        alike.add(offered != nullptr ? 1 : 0);
        if (offered != nullptr) {
            if (const auto refusal = explain_refusal(subsystem, *offered)) {
                add_reason(*refusal, alike);
            }
        }
    }
    findings.add_folded(
        kHostNsUsablePath, subsystem.nqn, head.nsid.value_or(0), std::move(alike), [&] {
            std::vector<FindingValue> values;
            for (const HostController& controller : subsystem.controllers) {
                values.push_back(value_of(controller, without_path(subsystem, head, controller)));
            }
            group_values(values);
            return Wording{
                .what =
                    fmt::format("{} has no path: every one of them was removed", head.kernel->name),
                .values = std::move(values),
                .verdict = {},
                .fix = "Host: find out what has the device open (lsof, fuser -vm); connect again "
                       "or rescan if the namespace should be there. Array: map it to this host "
                       "again if it was taken away by mistake."};
        });
}

/// Access to one namespace: how many of its paths, on how many arrays, can be used.
/// \param down  what is told for all subsystems of the host at once
void judge_access(const HostSubsystem& subsystem, const HostNamespace& head, std::size_t arrays,
                  const std::vector<DownAddress>& down, Findings& findings) {
    std::set<std::string> usable_arrays;
    std::set<std::string> ready_arrays;
    FoldKey key = fold_key(subsystem);
    for (const HostPath& path : head.paths) {
        key.add(path.kernel->controller);
        key.add(path.use.usable() ? 0 : static_cast<std::uint64_t>(path.use.kind));
        key.add(path.use.detail);
        const std::string array = path.controller != nullptr ? path.controller->array : "";
        if (path.use.usable()) {
            usable_arrays.insert(array);
        }
        // The passive array of a pair takes over by an ANA change.
        if (path.use.ready()) {
            ready_arrays.insert(array);
        }
    }
    const bool none = usable_arrays.empty();
    const bool holds = !none && (arrays < 2 || ready_arrays.size() > 1);
    const auto unread = std::count_if(head.paths.begin(), head.paths.end(),
                                      [](const HostPath& path) { return path.unread(); });
    const bool is_open = !holds && unread != 0; // one that cannot be read may be usable
    findings.count(kHostNsUsablePath,
                   none && is_open ? Answer::Kind::unknown : Answer::Kind::holds);
    if (arrays > 1) {
        findings.count(kHostNsUsableArrays,
                       none || is_open ? Answer::Kind::unknown : Answer::Kind::holds);
    }
    if (holds) {
        return;
    }
    // Not where a path is missing on a controller that is up: that is another cause.
    const bool explained =
        !none && std::all_of(subsystem.controllers.begin(), subsystem.controllers.end(),
                             [&](const HostController& controller) {
                                 return ready_arrays.contains(controller.array) ||
                                        is_down_with_others(down, *controller.kernel);
                             });
    if (explained) {
        findings.unknown(kHostNsUsableArrays);
        return;
    }
    const Row& row = none ? kHostNsUsablePath : kHostNsUsableArrays;
    findings.add_folded(row, subsystem.nqn, head.nsid.value_or(0), std::move(key), [&] {
        std::vector<FindingValue> values = uses_of(head);
        group_values(values);
        const std::string& name = head.kernel->name;
        const std::size_t all = head.paths.size();
        return Wording{
            .what = is_open ? fmt::format("of {} of the {} paths of {} the state cannot be read",
                                          unread, all, name)
                    : none  ? fmt::format("none of the {} paths of {} can be used", all, name)
                            : fmt::format("only paths on {} of {} can be used",
                                          *usable_arrays.begin(), name),
            .values = std::move(values),
            .verdict = is_open ? std::optional{Verdict::unknown} : std::nullopt};
    });
}

/// The state that the kernel has for a path, beside the controller's log.
void judge_ana_state(const HostSubsystem& subsystem, const HostNamespace& head,
                     const HostPath& path, Findings& findings) {
    const HostController* const controller = path.controller;
    if (controller == nullptr || !controller->kernel->live() ||
        path.kernel->ana_state.state == Attribute::State::absent) {
        return;
    }
    if (!path.kernel->ana_state.ok() || subsystem.host->kernel->has_changed(path.kernel->name)) {
        findings.unknown(kHostAnaNoGroup);
        findings.unknown(kHostAnaState);
        return;
    }
    findings.judged(kHostAnaNoGroup);
    const std::string_view kernel = path.kernel->ana_state.value();
    const Namespace* const offered = controller->find(head.nsid.value_or(0));
    const bool no_group = offered != nullptr && controller->asked->ana_log_ok &&
                          !controller->asked->ana_log_truncated && offered->groups.empty();
    if (linux_kernel::says_no_ana_state(kernel) || no_group) {
        FoldKey key = fold_key(subsystem);
        key.add(path.kernel->controller);
        key.add(kernel);
        findings.add_folded(
            kHostAnaNoGroup, subsystem.nqn, head.nsid.value_or(0), std::move(key), [&] {
                return Wording{
                    .what = fmt::format(
                        "{} is in no ANA group that {} reports; the kernel has it as \"{}\"",
                        path.kernel->name, controller->kernel->name, kernel),
                    .values = {value_of(path, fmt::format("ana_state {}, ana_grpid {}", kernel,
                                                          path.kernel->ana_grpid.value()))},
                    .verdict = {}};
            });
        return;
    }
    if (controller->asked != nullptr && !controller->asked->ana()) {
        return;
    }
    const auto state = offered != nullptr ? offered->ana_state() : std::nullopt;
    if (!state) {
        findings.unknown(kHostAnaState);
        return;
    }
    findings.judged(kHostAnaState);
    const auto known = nvme::parse_ana_state(kernel);
    if (state == known) {
        return;
    }
    FoldKey key = fold_key(subsystem);
    key.add(path.kernel->controller);
    key.add(kernel);
    key.add(static_cast<std::uint64_t>(*state));
    const bool matters = nvme::usable(*state) != (known && nvme::usable(*known));
    findings.add_folded(kHostAnaState, subsystem.nqn, head.nsid.value_or(0), std::move(key), [&] {
        return Wording{.what = fmt::format("{} says {} of nsid {}, the kernel goes by {}",
                                           controller->kernel->name, nvme::to_string(*state),
                                           head.nsid.value_or(0), kernel),
                       .values = {value_of(path, fmt::format("log {}, ana_state {}",
                                                             nvme::to_string(*state), kernel))},
                       .verdict = matters ? std::nullopt : std::optional{Verdict::warn},
                       .names_nsid = true};
    });
}

void judge_heads(const HostSubsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    judge_headless(subsystem, findings);
    for (const HostNamespace& head : subsystem.namespaces) {
        judge_head(subsystem, head, findings);
    }
}

void judge_subsystem_access(const HostSubsystem& subsystem, const std::vector<DownAddress>& down,
                            Findings& findings) {
    std::set<std::string> names;
    for (const HostController& controller : subsystem.controllers) {
        names.insert(controller.array);
    }
    const std::size_t arrays = names.contains("") ? 1 : names.size();
    for (const HostNamespace& head : subsystem.namespaces) {
        if (head.paths.empty()) {
            judge_no_path(subsystem, head, findings);
        } else {
            judge_access(subsystem, head, arrays, down, findings);
        }
    }
}

void judge_all_access(const Host& host, const Subject& /*subject*/, Findings& findings) {
    const std::vector<DownAddress> down = down_addresses(host);
    for (const HostSubsystem& subsystem : host.subsystems) {
        judge_subsystem_access(subsystem, down, findings);
    }
}

void judge_ana_states(const HostSubsystem& subsystem, const Subject& /*subject*/,
                      Findings& findings) {
    for (const HostNamespace& head : subsystem.namespaces) {
        for (const HostPath& path : head.paths) {
            judge_ana_state(subsystem, head, path, findings);
        }
    }
}

constexpr Row kHostPathMissing{
    .rule = {.id = "host.path.missing",
             .title = "The kernel has a path to every namespace that a controller offers",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_init_ns_head(): a path that is refused leaves no trace in "
                      "sysfs",
             .why = "The namespace has fewer paths than it seems: when the other array fails, "
                    "access is lost.",
             .fix = "Array: present the namespace with the same identifiers on both arrays. "
                    "Host: then rescan the controller (echo 1 > "
                    "/sys/class/nvme/nvmeN/rescan_controller)."},
    .judge = JudgeHostSubsystem{judge_missing},
    .refusals = {linux_kernel::KernelRefusal::ids_differ,
                 linux_kernel::KernelRefusal::ids_in_subsystem,
                 linux_kernel::KernelRefusal::ids_changed}};

constexpr Row kHostPathSize{
    .rule = {.id = "host.path.size",
             .title = "Each path has the size of its device",
             .rule_class = RuleClass::eqn,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_mpath_revalidate_paths(): paths of another size are disabled",
             .why = "The path gets no I/O although its ANA state says otherwise, and a rescan "
                    "of it resizes the live device.",
             .fix = "Array: finish the resize on both arrays. Host: rescan every controller "
                    "after that, not before.",
             .relaxed_in = in_window(Window::resize)},
    .judge = JudgeHostSubsystem{judge_heads}};

constexpr Row kHostPathBlockSize{
    .rule = {.id = "host.path.block_size",
             .title = "Each path has the block size of its device",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_update_ns_info_block(): the path scanned last decides",
             .why = "Commands to the other array are counted in the wrong blocks: I/O fails, "
                    "and Write Zeroes and Deallocate can destroy other data.",
             .fix = "Host: stop I/O to the device and disconnect one array now. Array: present "
                    "one block size."},
    .judge = JudgeHostSubsystem{judge_heads}};

constexpr Row kHostPathReadOnly{
    .rule = {.id = "host.path.read_only",
             .title = "Paths and device agree on write protection",
             .rule_class = RuleClass::eqn,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_update_ns_info(): the path scanned last decides",
             .why = "Writes that reach the protected array fail and do not try the other one.",
             .fix = "Array: protect the namespace on both arrays or on neither. Host: then "
                    "rescan the controllers."},
    .judge = JudgeHostSubsystem{judge_heads}};

constexpr Row kHostHeadMissing{
    .rule = {.id = "host.head.missing",
             .title = "Paths lead to a device",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_mpath_alloc_disk(), nvme_mpath_set_live()",
             .why = "There is nothing that applications could open.",
             .fix = "Array: make the namespace optimized or non-optimized on one path; report "
                    "several controllers (CMIC) on both arrays."},
    .judge = JudgeHostSubsystem{judge_heads}};

constexpr Row kHostNsUsablePath{
    .rule = {.id = "host.ns.usable_path",
             .title = "Each device has a usable path",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_find_path(), nvme_available_path()",
             .why = "I/O waits, without an end while a controller is live or reconnecting.",
             .fix = "Array: make one path usable. Host: see why each path is not."},
    .judge = JudgeHost{judge_all_access}};

constexpr Row kHostNsUsableArrays{
    .rule = {.id = "host.ns.usable_arrays",
             .title = "Each device can be reached on more than one array",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "practice",
             .why = "When that array fails, access is lost.",
             .fix = "Host: see why the paths of the other array are missing or cannot be "
                    "used."},
    .judge = JudgeHost{judge_all_access},
    .by_array = true};

constexpr Row kHostAnaNoGroup{
    .rule = {.id = "host.ana.no_group",
             .title = "Each path is in an ANA group",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_update_ana_state(): only namespaces of a group are updated",
             .why = "A new path stays unusable for ever; an old one keeps its last state "
                    "whatever happens to the array.",
             .fix = "Array: list the namespace in the group that Identify Namespace names "
                    "(nvmet: ana_grpid 1 to 127)."},
    .judge = JudgeHostSubsystem{judge_ana_states}};

constexpr Row kHostAnaState{
    .rule = {.id = "host.ana.state",
             .title = "The kernel goes by the ANA state that the controller reports",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_read_ana_log(): read after an event, an I/O error or a scan",
             .why = "An event was lost or never sent: I/O goes down a path that cannot serve "
                    "it, or avoids one that can.",
             .fix = "Host: rescan the controller (echo 1 > "
                    "/sys/class/nvme/nvmeN/rescan_controller), and see whether ANA events are "
                    "on (feature 0Bh, bit 11). Array: send an event for each change."},
    .judge = JudgeHostSubsystem{judge_ana_states}};

constexpr std::array kHostPathRows{&kHostPathMissing,    &kHostPathSize,    &kHostPathBlockSize,
                                   &kHostPathReadOnly,   &kHostHeadMissing, &kHostNsUsablePath,
                                   &kHostNsUsableArrays, &kHostAnaNoGroup,  &kHostAnaState};

} // namespace

std::span<const Row* const> host_path_rows() {
    return kHostPathRows;
}

} // namespace haoh::judge
