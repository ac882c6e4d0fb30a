// SPDX-License-Identifier: LGPL-2.1-or-later
// The namespace identification descriptor list (CNS 03h), and that the views of one namespace tell
// the same story.
#include "compare.hpp"
#include "fields.hpp"

#include <algorithm>
#include <set>

namespace haoh::judge {

namespace {

template <nvme::ProblemKind... Kinds>
std::optional<std::string> problem(const Namespace& path, const Subsystem& /*own*/) {
    const auto& problems = path.descriptors.problems;
    const auto found = std::find_if(problems.begin(), problems.end(), [](const auto& problem) {
        return ((problem.kind == Kinds) || ...);
    });
    return found == problems.end() ? std::nullopt : std::optional{found->text};
}

/// A zero UUID of a namespace that has nothing else is the rule's about missing identifiers.
std::optional<std::string> zero_id(const Namespace& path, const Subsystem& /*own*/) {
    for (const nvme::IdDescriptor& descriptor : path.descriptors.descriptors) {
        const auto type = static_cast<nvme::IdType>(descriptor.nidt);
        const bool identifier = type == nvme::IdType::eui64 || type == nvme::IdType::nguid ||
                                (type == nvme::IdType::uuid && path.ids.any());
        if (identifier && nvme::all_zero(descriptor.nid)) {
            return fmt::format("{} descriptor with an all-zero value", nvme::to_string(type));
        }
    }
    return std::nullopt;
}

bool has_problem(const Namespace& path, nvme::ProblemKind kind) {
    const auto& problems = path.descriptors.problems;
    return std::any_of(problems.begin(), problems.end(),
                       [kind](const auto& problem) { return problem.kind == kind; });
}

std::optional<std::string> not_identify(const Namespace& path, const Subsystem& /*own*/) {
    std::string text = contradiction(path);
    return text.empty() ? std::nullopt : std::optional{std::move(text)};
}

std::optional<std::string> no_csi(const Namespace& path, const Subsystem& /*own*/) {
    const auto cap = path.controller->capabilities();
    if (!path.has_descriptors || !cap || !cap->io_command_sets() ||
        path.descriptors.find(nvme::IdType::csi) != nullptr ||
        has_problem(path, nvme::ProblemKind::truncated) ||
        has_problem(path, nvme::ProblemKind::bad_length)) {
        return std::nullopt;
    }
    return "no CSI descriptor";
}

std::set<std::pair<std::uint8_t, nvme::Bytes>> descriptor_set(const Namespace& path) {
    std::set<std::pair<std::uint8_t, nvme::Bytes>> out;
    for (const nvme::IdDescriptor& descriptor : path.descriptors.descriptors) {
        out.emplace(descriptor.nidt, descriptor.nid);
    }
    return out;
}

std::string descriptor_text(const Namespace& path) {
    std::vector<std::string> words;
    for (const nvme::IdDescriptor& descriptor : path.descriptors.descriptors) {
        words.push_back(fmt::format("{} {}",
                                    nvme::to_string(static_cast<nvme::IdType>(descriptor.nidt)),
                                    nvme::to_hex(descriptor.nid)));
    }
    return words.empty() ? "no descriptor" : fmt::format("{}", fmt::join(words, ", "));
}

/// A list with a problem of its own is reported by the rule of that problem.
bool clean(const Namespace& path) {
    return path.has_descriptors && path.descriptors.problems.empty();
}

/// Lists of which the identifiers agree and something else does not: a descriptor that only one
/// side has and the other gives in Identify Namespace, or a type that nobody knows.
void judge_lists(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    for (const SharedNamespace& shared : subsystem.namespaces) {
        if (shared.defect != IdentityDefect::none || shared.moved) {
            continue;
        }
        const bool all_clean =
            std::all_of(shared.paths.begin(), shared.paths.end(), [](const Namespace* path) {
                return clean(*path) || !path->has_descriptors;
            });
        const bool contradictory =
            std::any_of(shared.paths.begin(), shared.paths.end(),
                        [](const Namespace* path) { return !contradiction(*path).empty(); });
        const bool csi_missing =
            std::any_of(shared.paths.begin(), shared.paths.end(), [&](const Namespace* path) {
                return no_csi(*path, subsystem).has_value();
            });
        if (!all_clean || contradictory || csi_missing) {
            continue;
        }
        std::vector<std::set<std::pair<std::uint8_t, nvme::Bytes>>> seen;
        std::vector<std::pair<const Controller*, std::size_t>> classes;
        std::vector<FindingValue> values;
        FoldKey key;
        for (const Namespace* path : shared.paths) {
            if (!path->has_descriptors) {
                continue;
            }
            auto set = descriptor_set(*path);
            const auto at = std::find(seen.begin(), seen.end(), set);
            const auto number = static_cast<std::size_t>(at - seen.begin());
            if (at == seen.end()) {
                seen.push_back(std::move(set));
            }
            classes.emplace_back(path->controller, number);
            key.add(path->controller->index).add(number);
        }
        if (seen.size() < 2) {
            continue;
        }
        findings.add_folded("ns.desc.bytes_equal", subsystem.nqn, shared.nsid, std::move(key), [&] {
            for (const Namespace* path : shared.paths) {
                if (path->has_descriptors) {
                    values.push_back(value_of(*path->controller, descriptor_text(*path)));
                }
            }
            group_values(values);
            return Wording{.what = "list of identifier descriptors differs " + between(classes),
                           .values = std::move(values),
                           .verdict = {}};
        });
    }
}

/// Fields that CNS 00h and CNS 08h both have. ANAGRPID has a rule of its own.
std::optional<std::string> views_differ(const Namespace& path, const Subsystem& /*own*/) {
    if (!path.has_identify || !path.has_independent) {
        return std::nullopt;
    }
    constexpr unsigned kUidReuse = 1U << 3; ///< the one bit of NSFEAT that both define
    const nvme::IdentifyNamespace& old = path.idns;
    const nvme::IdentifyNamespaceIndependent& now = path.independent;
    struct Pair {
        std::string_view name;
        unsigned old;
        unsigned now;
    };
    const std::array<Pair, 7> pairs{
        {{"NSFEAT UIDREUSE", old.nsfeat & kUidReuse, now.nsfeat & kUidReuse},
         {"NMIC", old.nmic, now.nmic},
         {"RESCAP", old.rescap, now.rescap},
         {"FPI", old.fpi, now.fpi},
         {"NSATTR", old.nsattr, now.nsattr},
         {"NVMSETID", old.nvmsetid, now.nvmsetid},
         {"ENDGID", old.endgid, now.endgid}}};
    std::vector<std::string> words;
    for (const Pair& pair : pairs) {
        if (pair.old != pair.now) {
            words.push_back(fmt::format("{} {:#x} in CNS 00h, {:#x} in CNS 08h", pair.name,
                                        pair.old, pair.now));
        }
    }
    return words.empty() ? std::nullopt : std::optional{fmt::format("{}", fmt::join(words, "; "))};
}

constexpr std::array kDescriptorRows{
    Row{.rule = {.id = "ns.desc.no_dup_type",
                 .title = "Each type of descriptor occurs once",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §5.2.13.2.3: shall not contain two of one type",
                 .why =
                     "Hosts take the first or the last of them and disagree about the identity of "
                     "the namespace.",
                 .fix = "Array: send one descriptor of each type."},
        .judge = CheckNamespace{.clause = "identifier type described twice",
                                .defect = problem<nvme::ProblemKind::duplicate>}},
    Row{.rule = {.id = "ns.desc.lengths",
                 .title = "Descriptors have the length of their type, and the list ends",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis =
                     "Base 2.3 §5.2.13.2.3; Linux \"ctrl returned bogus length\" stops reading",
                 .why =
                     "Linux ignores the rest of the list: identifiers are missing and the path is "
                     "refused.",
                 .fix = "Array: send NIDL 8 for EUI64, 16 for NGUID and UUID, 1 for CSI, and zeros "
                        "behind the last descriptor."},
        .judge =
            CheckNamespace{
                .clause = "malformed descriptor list",
                .defect = problem<nvme::ProblemKind::bad_length, nvme::ProblemKind::truncated,
                                  nvme::ProblemKind::trailing_data, nvme::ProblemKind::bad_value,
                                  nvme::ProblemKind::reserved_bits>}},
    Row{.rule = {.id = "ns.desc.no_zero_ids",
                 .title = "No descriptor holds an all-zero identifier",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::management,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §5.2.13.2.3: an identifier of zero shall not be described",
                 .why = "Hosts that do not treat zero as absent take all such namespaces for one.",
                 .fix = "Array: leave the descriptor out when there is no identifier of its type."},
        .judge =
            CheckNamespace{.clause = "descriptor with an all-zero identifier", .defect = zero_id}},
    Row{.rule = {.id = "ns.desc.match_idns",
                 .title = "Descriptors and Identify Namespace give the same identifiers",
                 .rule_class = RuleClass::xrf,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §5.2.13.2.3: they are copies",
                 .why =
                     "Hosts and kernels that read one page see another namespace than those that "
                     "read the other.",
                 .fix = "Array: report the same NGUID and EUI64 in CNS 00h and CNS 03h."},
        .judge = CheckNamespace{.clause = "two values of one identifier", .defect = not_identify}},
    Row{.rule = {.id = "ns.desc.csi_present",
                 .title = "The command set is described where there are several (CSI)",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §5.2.13.2.3: shall be there when CAP.CSS says so",
                 .why = "Hosts cannot tell the command set and skip the namespace, or take it for "
                        "another than on the other array.",
                 .fix = "Array: send a CSI descriptor for each namespace."},
        .judge = CheckNamespace{.clause = "no CSI descriptor", .defect = no_csi}},
    Row{.rule =
            {.id = "ns.desc.bytes_equal",
             .title = "The list of descriptors is the same on all controllers",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1; Linux from 6.16 on reads identifiers of VS 2.0 controllers "
                      "from this list alone",
             .why = "Kernels that read only this list see an identifier on one array and not on "
                    "the other, and refuse the path.",
             .fix = "Array: send the same descriptors on both arrays; one for each identifier that "
                    "Identify Namespace holds."},
        .judge = JudgeSubsystem{judge_lists}},
    Row{.rule = {.id = "ns.cns08_match_cns00",
                 .title = "Both Identify Namespace pages agree (CNS 00h and 08h)",
                 .rule_class = RuleClass::xrf,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "Base 2.3 Figure 335: one namespace, two views",
                 .why = "Linux reads one page or the other, depending on its version: it behaves "
                        "differently after an upgrade of the host.",
                 .fix = "Array: fill both pages from one source."},
        .judge = CheckNamespace{.clause = "CNS 00h and CNS 08h differ", .defect = views_differ}},
};

} // namespace

std::span<const Row> descriptor_rows() {
    return kDescriptorRows;
}

} // namespace haoh::judge
