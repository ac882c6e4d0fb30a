// SPDX-License-Identifier: LGPL-2.1-or-later
// The name of the subsystem (NQN).
#include "catalogue/catalogue.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/kernel_effects.hpp"

#include <haoh/nvme/nqn.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string>
#include <vector>

namespace haoh::judge {

namespace {

extern const Row kSubsysNqnEqual; ///< below the functions

/// Another name, but only by case or spaces: that is what is wrong then, not its form.
bool misspelt(std::string_view nqn, std::string_view connected) {
    return nqn != connected && folded_name(nqn) == folded_name(connected);
}

/// What makes a name none: what the specification says, and a name that fills Linux's NVMF_NQN_SIZE, which
/// has no room for a NUL then.
std::optional<std::string> name_defect(std::string_view nqn) {
    if (nqn.size() == nvme::kNqnMaxLength) {
        return fmt::format("Linux takes {} bytes at most", nvme::kNqnMaxLength - 1);
    }
    return nvme::name_defect(nqn);
}

Answer nqn_format(const Controller& controller, const Subsystem& subsystem) {
    const std::string nqn = controller.id.subsystem_nqn();
    const auto defect = name_defect(nqn);
    if (!defect) {
        return Answer::holds();
    }
    if (misspelt(nqn, subsystem.nqn)) {
        return Answer::unknown(); // told by `nqn_connected`
    }
    return Answer::broken(
        fmt::format("\"{}\": {}", nvme::printable(controller.id.subnqn), *defect));
}

/// A name that hosts take, in a form of its own.
Answer nqn_standard(const Controller& controller, const Subsystem& subsystem) {
    const std::string nqn = controller.id.subsystem_nqn();
    const auto defect = nvme::nqn_defect(nqn);
    if (!defect) {
        return Answer::holds();
    }
    // No name at all is told by `nqn_format`, another one than was connected to by `nqn_connected`.
    if (name_defect(nqn) || nqn != subsystem.nqn) {
        return Answer::unknown();
    }
    return Answer::broken(
        fmt::format("\"{}\": {}", nvme::printable(controller.id.subnqn), *defect));
}

Answer nqn_connected(const Controller& controller, const Subsystem& subsystem) {
    const std::string nqn = controller.id.subsystem_nqn();
    if (subsystem.nqn == nvme::kDiscoveryNqn) {
        return Answer::not_asked();
    }
    if (nqn == subsystem.nqn) {
        return Answer::holds();
    }
    if (name_defect(nqn) && !misspelt(nqn, subsystem.nqn)) {
        return Answer::unknown(); // told by `nqn_format`
    }
    return Answer::broken(fmt::format("\"{}\"", nqn));
}

Answer nqn_discovery(const Controller& controller, const Subsystem& subsystem) {
    if (subsystem.nqn == nvme::kDiscoveryNqn) {
        return Answer::not_asked();
    }
    return controller.id.subsystem_nqn() == nvme::kDiscoveryNqn
               ? Answer::broken(std::string{nvme::kDiscoveryNqn})
               : Answer::holds();
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
    const auto found = std::search(
        text.begin(), text.end(), part.begin(), part.end(),
        [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
    return found != text.end();
}

Answer array_token(const Controller& controller, const Subsystem& subsystem) {
    constexpr std::size_t kTelling = 6; ///< shorter serial numbers are in names by chance
    const std::string sn = nvme::printable(controller.id.sn);
    if (!subsystem.stretched || sn.size() < kTelling) {
        return Answer::not_asked();
    }
    return contains_ignoring_case(subsystem.nqn, sn) ? Answer::broken(fmt::format("SN {}", sn))
                                                     : Answer::holds();
}

void judge_names(const Subject& subject, Findings& findings) {
    std::map<std::string, std::vector<const Subsystem*>> names;
    for (const Subsystem& subsystem : subject.subsystems) {
        names[folded_name(subsystem.nqn)].push_back(&subsystem);
        if (subject.subsystems.size() > 1 || subsystem.controllers.size() > 1) {
            findings.judged(kSubsysNqnEqual);
        }
    }
    for (const auto& [name, alike] : names) {
        if (alike.size() < 2) {
            continue;
        }
        std::vector<FindingValue> values;
        for (const Subsystem* subsystem : alike) {
            for (const Controller* controller : subsystem->controllers) {
                values.push_back(value_of(*controller, fmt::format("\"{}\"", subsystem->nqn)));
            }
        }
        findings.add({.row = kSubsysNqnEqual,
                      .subsystem = alike.front()->nqn,
                      .nsids = {},
                      .what = "subsystem names that differ only in case or spaces",
                      .values = std::move(values),
                      .verdict = {}});
    }
}

constexpr Row kSubsysNqnNoArrayToken{
    .rule = {.id = "subsys.nqn.no_array_token",
             .title = "The NQN does not hold the serial number of one array",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "practice: a name that two arrays share should not be derived from one",
             .why = "When that array is removed or replaced, its name lives on; an array that "
                    "derives the name again creates a second subsystem of the same name.",
             .fix = "Array: prefer a name from a UUID for subsystems that are stretched or "
                    "migrated. Nothing to do on the host."},
    .judge = CheckController{.clause = "the NQN holds the serial number", .ask = array_token}};

constexpr Row kSubsysNqnFormat{
    .rule = {.id = "subsys.nqn.format",
             .title = "The subsystem NQN is well formed",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis =
                 "Base 2.3 §4.7; Linux nvme_init_subnqn() falls back to a made-up name, from 223 "
                 "bytes on",
             .why = "Hosts join controllers by this string. Linux replaces a name that is too "
                    "long or empty by one of its own, and the paths end up in different "
                    "subsystems.",
             .fix = "Array: give the subsystem a name of at most 222 bytes of UTF-8, NUL "
                    "terminated, of the form nqn.yyyy-mm.reverse.domain:text or "
                    "nqn.2014-08.org.nvmexpress:uuid:UUID, the same on both arrays.",
             .on_linux = linux_effect::kNqnMadeUp},
    .judge =
        CheckController{.clause = "malformed SUBNQN in Identify Controller", .ask = nqn_format},
    .fields = {"subnqn"}};

constexpr Row kSubsysNqnStandard{
    .rule = {.id = "subsys.nqn.standard",
             .title = "The subsystem NQN has one of the forms of the specification",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §4.7",
             .why = "Linux takes any name, and guides for targets show such ones; tools and other "
                    "hosts that go by the form do not find the subsystem, and two sites can make "
                    "up the same name.",
             .fix = "Array: prefer nqn.yyyy-mm.reverse.domain:text or "
                    "nqn.2014-08.org.nvmexpress:uuid:UUID for new subsystems. Renaming one in use "
                    "takes its devices away from every host that is connected."},
    .judge = CheckController{.clause = "SUBNQN of a form of its own in Identify Controller",
                             .ask = nqn_standard},
    .fields = {"subnqn"}};

constexpr Row kSubsysNqnNotDiscovery{
    .rule = {.id = "subsys.nqn.not_discovery",
             .title = "An I/O subsystem does not use the discovery NQN",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §3.1.3.3, §4.7",
             .why = "Linux never joins controllers of the well-known discovery name: each "
                    "becomes a subsystem of its own, without multipathing.",
             .fix = "Array: report the subsystem's own NQN in Identify Controller."},
    .judge = CheckController{.clause = "Identify Controller says the discovery NQN",
                             .ask = nqn_discovery},
    .fields = {"subnqn"}};

constexpr Row kSubsysNqnConnectMatch{
    .rule = {.id = "subsys.nqn.connect_match",
             .title = "The controller belongs to the subsystem that was asked for",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §6.3, Figure 310; Linux joins by the SUBNQN of Identify "
                      "Controller and never compares it with the name it connected to",
             .why = "A host connects to one name and gets another: the path lands in a different "
                    "subsystem, or, when the name is that of a stranger, is mixed with it.",
             .fix = "Array: let SUBNQN of Identify Controller be, byte for byte, the name under "
                    "which the controller accepts Connect; case and spaces count.",
             .on_linux = linux_effect::kSubsystemOfIdentify},
    .judge = CheckController{.clause = "SUBNQN is not the name that was connected to",
                             .ask = nqn_connected},
    .yields_to = {&kSubsysNqnNotDiscovery},
    .fields = {"subnqn"}};

constexpr Row kSubsysNqnEqual{
    .rule = {.id = "subsys.nqn.equal",
             .title = "One subsystem has one NQN, byte for byte",
             .rule_class = RuleClass::eqs,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §4.7.1.2, §4.8: names are compared as bytes; Linux uses strcmp()",
             .why = "Hosts see two subsystems: no multipathing between the arrays, and Linux "
                    "refuses the namespaces of the second one as duplicates.",
             .fix = "Array: rename the subsystem on one array so that both names are the same "
                    "bytes. Host: correct the NQN in the connection settings."},
    .judge = JudgeSubject{judge_names}};

constexpr std::array kSubsystemNameRows{&kSubsysNqnFormat,       &kSubsysNqnStandard,
                                        &kSubsysNqnNotDiscovery, &kSubsysNqnConnectMatch,
                                        &kSubsysNqnEqual,        &kSubsysNqnNoArrayToken};

} // namespace

std::span<const Row* const> subsystem_name_rows() {
    return kSubsystemNameRows;
}

} // namespace haoh::judge
