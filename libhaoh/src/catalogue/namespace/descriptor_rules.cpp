// SPDX-License-Identifier: LGPL-2.1-or-later
// The namespace identification descriptor list (CNS 03h), and that the views of one namespace tell
// the same story.
#include "catalogue/catalogue.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/namespace_effects.hpp"

#include <algorithm>
#include <set>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kNsDescBytesEqual;

/// Of a page that is not there: the controller has none, or it could not be read.
Answer without(const Page& page) {
    return page.state == Page::State::failed ? Answer::unknown() : Answer::not_asked();
}

bool has_problem(const Namespace& path, nvme::ProblemKind kind) {
    const auto& problems = path.descriptors.problems;
    return std::any_of(problems.begin(), problems.end(),
                       [kind](const auto& problem) { return problem.kind == kind; });
}

/// What is not found in a list that was cut off may be in the rest of it.
Answer not_found(const Namespace& path) {
    return has_problem(path, nvme::ProblemKind::truncated) ? Answer::unknown() : Answer::holds();
}

template <nvme::ProblemKind... Kinds>
Answer problem(const Namespace& path, const Subsystem& /*own*/) {
    if (!path.has_descriptors) {
        return without(path.observed->descriptors);
    }
    const auto& problems = path.descriptors.problems;
    const auto found = std::find_if(problems.begin(), problems.end(), [](const auto& problem) {
        return ((problem.kind == Kinds) || ...);
    });
    return found == problems.end() ? not_found(path) : Answer::broken(found->text);
}

Answer zero_id(const Namespace& path, const Subsystem& /*own*/) {
    if (!path.has_descriptors) {
        return without(path.observed->descriptors);
    }
    // A UUID of zeros says that there is none (RFC 9562 §5.9): without another identifier that is
    // told by the rules about those.
    for (const nvme::IdDescriptor& descriptor : path.descriptors.descriptors) {
        const auto type = static_cast<nvme::IdType>(descriptor.nidt);
        if ((type == nvme::IdType::eui64 || type == nvme::IdType::nguid) &&
            nvme::all_zero(descriptor.nid)) {
            return Answer::broken(
                fmt::format("{} descriptor with an all-zero value", nvme::to_string(type)));
        }
    }
    return not_found(path);
}

/// Whether both pages give an identifier of one type.
bool given_twice(const Namespace& path) {
    const auto both = [&path](nvme::IdType type, nvme::ByteView field) {
        const nvme::IdDescriptor* const found = path.descriptors.find(type);
        return found != nullptr && !nvme::all_zero(found->nid) && !nvme::all_zero(field);
    };
    return both(nvme::IdType::nguid, path.idns.nguid) || both(nvme::IdType::eui64, path.idns.eui64);
}

Answer not_identify(const Namespace& path, const Subsystem& /*own*/) {
    if (!path.has_descriptors) {
        return without(path.observed->descriptors);
    }
    if (!path.has_identify) {
        return Answer::unknown();
    }
    if (auto text = contradiction(path)) {
        return Answer::broken(std::move(*text));
    }
    return given_twice(path) ? Answer::holds() : Answer::not_asked();
}

Answer no_csi(const Namespace& path, const Subsystem& /*own*/) {
    const auto cap = path.controller->capabilities();
    if (cap && !cap->io_command_sets()) {
        return Answer::not_asked();
    }
    if (!path.has_descriptors) {
        return without(path.observed->descriptors);
    }
    if (!cap) {
        return no_property(*path.controller);
    }
    if (path.descriptors.find(nvme::IdType::csi) != nullptr) {
        return Answer::holds();
    }
    const bool malformed = has_problem(path, nvme::ProblemKind::truncated) ||
                           has_problem(path, nvme::ProblemKind::bad_length);
    return malformed ? Answer::unknown() : Answer::broken("no CSI descriptor");
}

/// Says nothing that a list without it does not say: the NVM command set, which is all there is
/// before NVMe 2.0, and a UUID of zeros.
bool says_nothing(const nvme::IdDescriptor& descriptor) {
    const auto type = static_cast<nvme::IdType>(descriptor.nidt);
    return (type == nvme::IdType::csi || type == nvme::IdType::uuid) &&
           nvme::all_zero(descriptor.nid);
}

std::set<std::pair<std::uint8_t, nvme::Bytes>> descriptor_set(const Namespace& path) {
    std::set<std::pair<std::uint8_t, nvme::Bytes>> out;
    for (const nvme::IdDescriptor& descriptor : path.descriptors.descriptors) {
        if (!says_nothing(descriptor)) {
            out.emplace(descriptor.nidt, descriptor.nid);
        }
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

/// Whether another rule has the finding: about the identifiers, or about one list by itself.
bool lists_told(const Subsystem& subsystem, const SharedNamespace& shared) {
    return shared.defect != IdentityDefect::none || shared.moved ||
           std::any_of(shared.paths.begin(), shared.paths.end(), [&](const Namespace* path) {
               return (path->has_descriptors && !path->descriptors.problems.empty()) ||
                      contradiction(*path) ||
                      no_csi(*path, subsystem).kind() == Answer::Kind::broken;
           });
}

void compare_lists(const Subsystem& subsystem, std::uint32_t nsid,
                   const std::vector<const Namespace*>& paths, Findings& findings) {
    std::vector<std::set<std::pair<std::uint8_t, nvme::Bytes>>> seen;
    std::vector<std::pair<const Controller*, std::size_t>> classes;
    FoldKey key;
    for (const Namespace* path : paths) {
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
        return;
    }
    findings.add_folded(kNsDescBytesEqual, subsystem.nqn, nsid, std::move(key), [&] {
        std::vector<FindingValue> values;
        for (const Namespace* path : paths) {
            values.push_back(value_of(*path->controller, descriptor_text(*path)));
        }
        group_values(values);
        return Wording{.what = "list of identifier descriptors differs " + between(classes),
                       .values = std::move(values),
                       .verdict = {}};
    });
}

/// Lists of which the identifiers agree and something else does not: a descriptor that only one
/// side has and the other gives in Identify Namespace, or a type that nobody knows.
void judge_lists(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    for (const SharedNamespace& shared : subsystem.namespaces) {
        std::vector<const Namespace*> paths;
        bool unread = false;
        for (const Namespace* path : shared.paths) {
            if (path->has_descriptors) {
                paths.push_back(path);
            }
            unread = unread || path->observed->descriptors.state == Page::State::failed;
        }
        const bool told = lists_told(subsystem, shared);
        if (shared.paths.size() > 1 && (unread || (told && paths.size() > 1))) {
            findings.unknown(kNsDescBytesEqual);
        } else if (paths.size() > 1) {
            findings.judged(kNsDescBytesEqual);
        }
        if (!told) {
            compare_lists(subsystem, shared.nsid, paths, findings);
        }
    }
}

/// Fields that CNS 00h and CNS 08h both have. ANAGRPID has a rule of its own.
Answer views_differ(const Namespace& path, const Subsystem& /*own*/) {
    if (!path.has_independent) {
        return without(path.observed->independent);
    }
    if (!path.has_identify) {
        return Answer::unknown();
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
    return words.empty() ? Answer::holds()
                         : Answer::broken(fmt::format("{}", fmt::join(words, "; ")));
}

/// Of a page that is due: what the controller says instead of it.
Answer due_page(const Page& page) {
    if (has_no_such_page(page)) {
        return Answer::broken(nvme::describe(page.status));
    }
    return page.ok() ? Answer::holds() : Answer::unknown();
}

Answer undescribed(const Namespace& path, const Subsystem& /*own*/) {
    const Controller& controller = *path.controller;
    const auto cap = controller.capabilities();
    const bool has_sets = cap && cap->io_command_sets();
    if (controller.version() == 0 && !has_sets) {
        return Answer::unknown();
    }
    return has_sets || controller.version() >= version_number(1, 3)
               ? due_page(path.observed->descriptors)
               : Answer::not_asked();
}

/// Linux reads CNS 08h of every controller that may be ready before its media are, and before 6.13
/// nothing in its place.
Answer no_independent_page(const Namespace& path, const Subsystem& /*own*/) {
    constexpr std::uint64_t kCrims = 1ULL << 60U; // CAP.CRMS.CRIMS
    const auto cap = path.controller->capabilities();
    if (!cap) {
        return no_property(*path.controller);
    }
    return (cap->raw & kCrims) != 0 ? due_page(path.observed->independent) : Answer::not_asked();
}

/// Whether all other paths have the same command set; if not, that is the finding.
bool one_command_set(const Namespace& path, const Subsystem& subsystem) {
    const SharedNamespace* shared = subsystem.find(path.nsid);
    return shared == nullptr ||
           std::all_of(shared->paths.begin(), shared->paths.end(), [&](const Namespace* other) {
               return !other->has_descriptors || other->ids.csi == path.ids.csi;
           });
}

/// A command set that the controller says it does not offer.
Answer unoffered_command_set(const Namespace& path, const Subsystem& subsystem) {
    if (!path.has_descriptors) {
        return without(path.observed->descriptors);
    }
    if (path.ids.csi == 0) {
        return Answer::holds();
    }
    const auto cap = path.controller->capabilities();
    if (!cap) {
        return no_property(*path.controller);
    }
    if (cap->io_command_sets()) {
        return Answer::holds();
    }
    return one_command_set(path, subsystem) ? Answer::broken(fmt::format("CSI {}", path.ids.csi))
                                            : Answer::unknown();
}

/// Linux makes block devices of the NVM command set and of zoned namespaces.
Answer no_block_device(const Namespace& path, const Subsystem& subsystem) {
    constexpr std::uint8_t kNvm = 0;
    constexpr std::uint8_t kZoned = 2;
    if (!path.has_descriptors) {
        return without(path.observed->descriptors);
    }
    if (path.ids.csi == kNvm || path.ids.csi == kZoned) {
        return Answer::holds();
    }
    return one_command_set(path, subsystem) ? Answer::broken(fmt::format("CSI {}", path.ids.csi))
                                            : Answer::unknown();
}

constexpr Row kNsDescSupported{
    .rule = {.id = "ns.desc.supported",
             .title = "Identifiers are described from NVMe 1.3 on (CNS 03h)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §5.2.13.2.3; Linux nvme_scan_ns() skips a namespace whose "
                      "descriptors it is refused (\"Identify Descriptors failed\")",
             .why = "Linux makes no path through this controller.",
             .fix = "Array: answer Identify with CNS 03h for each active namespace.",
             .on_linux = linux_effect::kDescriptorsRefused},
    .judge = CheckNamespace{.clause = "no list of descriptors", .ask = undescribed},
    .refusals = {linux_kernel::KernelRefusal::no_descriptors}};

constexpr Row kNsCns08Supported{
    .rule = {.id = "ns.cns08.supported",
             .title = "CNS 08h is there where the controller may be ready before its media "
                      "(CAP.CRMS)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §3.1.4; Linux nvme_scan_ns() before 6.13 reads nothing in its "
                      "place",
             .why = "Linux before 6.13 makes no path through this controller, and says nothing.",
             .fix = "Array: answer Identify with CNS 08h, or clear CAP.CRMS bit 1 (CRIMS).",
             .on_linux = linux_effect::kIndependentPageRefused},
    .judge =
        CheckNamespace{.clause = "CAP.CRMS CRIMS without CNS 08h", .ask = no_independent_page}};

constexpr Row kNsCsiOffered{
    .rule = {.id = "ns.csi.offered",
             .title = "The controller offers the command set of the namespace (CSI, CAP.CSS)",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §3.1.4; Linux nvme_scan_ns() \"command set not reported for "
                      "nsid\"",
             .why = "Linux makes no path through this controller.",
             .fix = "Array: set CAP.CSS bit 6, or describe the namespace as one of the NVM command "
                    "set (CSI 0).",
             .on_linux = linux_effect::kCommandSetNotOffered},
    .judge = CheckNamespace{.clause = "command set that CAP.CSS does not offer",
                            .ask = unoffered_command_set},
    .refusals = {linux_kernel::KernelRefusal::other_command_set},
    .aliases = {"disp.csi_supported_everywhere"}};

constexpr Row kNsCsiBlock{
    .rule = {.id = "ns.csi.block",
             .title = "The command set is one of block devices (CSI)",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Linux nvme_update_ns_info() makes no block device of others than the NVM "
                      "and the zoned command set; practice: a note, as programs use key value "
                      "namespaces through the generic device",
             .why = "On Linux there is no block device, only a generic one (/dev/ngXnY).",
             .fix = "Host: use the generic device. Array: make the namespace with the NVM command "
                    "set if it is to hold a file system.",
             .on_linux = linux_effect::kNoBlockDevice},
    .judge = CheckNamespace{.clause = "no command set of block devices", .ask = no_block_device}};

constexpr Row kNsDescNoDupType{
    .rule = {.id = "ns.desc.no_dup_type",
             .title = "Each type of descriptor occurs once",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §5.2.13.2.3: shall not contain two of one type",
             .why = "Hosts take the first or the last of them and disagree about the identity of "
                    "the namespace.",
             .fix = "Array: send one descriptor of each type."},
    .judge = CheckNamespace{.clause = "identifier type described twice",
                            .ask = problem<nvme::ProblemKind::duplicate>}};

constexpr Row kNsDescLengths{
    .rule = {.id = "ns.desc.lengths",
             .title = "Descriptors have the length of their type, and the list ends",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §5.2.13.2.3; Linux \"ctrl returned bogus length\" stops reading",
             .why = "Linux ignores the rest of the list: identifiers are missing and the path is "
                    "refused.",
             .fix = "Array: send NIDL 8 for EUI64, 16 for NGUID and UUID, 1 for CSI, and zeros "
                    "behind the last descriptor.",
             .on_linux = linux_effect::kDescriptorLength},
    .judge = CheckNamespace{
        .clause = "malformed descriptor list",
        .ask = problem<nvme::ProblemKind::bad_length, nvme::ProblemKind::truncated,
                       nvme::ProblemKind::trailing_data, nvme::ProblemKind::bad_value,
                       nvme::ProblemKind::reserved_bits>}};

constexpr Row kNsDescNoZeroIds{
    .rule = {.id = "ns.desc.no_zero_ids",
             .title = "No descriptor holds an all-zero EUI64 or NGUID",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §5.2.13.2.3: an identifier of zero shall not be described",
             .why = "Hosts that do not treat zero as absent take all such namespaces for one.",
             .fix = "Array: leave the descriptor out when there is no identifier of its type."},
    .judge = CheckNamespace{.clause = "descriptor with an all-zero identifier", .ask = zero_id}};

constexpr Row kNsDescMatchIdns{
    .rule = {.id = "ns.desc.match_idns",
             .title = "Descriptors and Identify Namespace give the same identifiers",
             .rule_class = RuleClass::xrf,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §5.2.13.2.3: they are copies",
             .why = "Hosts and kernels that read one page see another namespace than those that "
                    "read the other.",
             .fix = "Array: report the same NGUID and EUI64 in CNS 00h and CNS 03h. Host: "
                    "disconnect the array that is changed first, and connect it again "
                    "afterwards: Linux takes a namespace in use away whose identifiers "
                    "change.",
             .on_linux = linux_effect::kDescriptorCounts},
    .judge = CheckNamespace{.clause = "two values of one identifier", .ask = not_identify}};

constexpr Row kNsDescCsiPresent{
    .rule = {.id = "ns.desc.csi_present",
             .title = "The command set is described where there are several (CSI)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §5.2.13.2.3: shall be there when CAP.CSS says so",
             .why = "Hosts cannot tell the command set and skip the namespace, or take it for "
                    "another than on the other array.",
             .fix = "Array: send a CSI descriptor for each namespace.",
             .on_linux = linux_effect::kNoCommandSet},
    .judge = CheckNamespace{.clause = "no CSI descriptor", .ask = no_csi},
    .refusals = {linux_kernel::KernelRefusal::no_command_set}};

constexpr Row kNsDescBytesEqual{
    .rule = {.id = "ns.desc.bytes_equal",
             .title = "The list of descriptors is the same on all controllers",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1; Linux from 6.13 on reads identifiers of VS 2.0 controllers "
                      "from this list alone",
             .why = "Kernels that read only this list see an identifier on one array and not on "
                    "the other, and refuse the path.",
             .fix = "Array: send the same descriptors on both arrays; one for each identifier "
                    "that Identify Namespace holds. Host: disconnect the array that is "
                    "changed first, and connect it again afterwards: Linux takes a namespace "
                    "in use away whose identifiers change."},
    .judge = JudgeSubsystem{judge_lists}};

constexpr Row kNsCns08MatchCns00{
    .rule = {.id = "ns.cns08_match_cns00",
             .title = "Both Identify Namespace pages agree (CNS 00h and 08h)",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 Figure 335: one namespace, two views",
             .why = "Linux reads one page or the other, depending on its version: it behaves "
                    "differently after an upgrade of the host.",
             .fix = "Array: fill both pages from one source."},
    .judge = CheckNamespace{.clause = "CNS 00h and CNS 08h differ", .ask = views_differ}};

constexpr std::array kDescriptorRows{&kNsDescSupported,  &kNsDescNoDupType,  &kNsDescLengths,
                                     &kNsDescNoZeroIds,  &kNsDescMatchIdns,  &kNsDescCsiPresent,
                                     &kNsDescBytesEqual, &kNsCns08Supported, &kNsCns08MatchCns00,
                                     &kNsCsiOffered,     &kNsCsiBlock};

} // namespace

std::span<const Row* const> descriptor_rows() {
    return kDescriptorRows;
}

} // namespace haoh::judge
