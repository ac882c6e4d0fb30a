// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A row of the catalogue: the rule's texts, and which of the few ways of judging applies to it.
#pragma once

#include "judge/answer.hpp"
#include "judge/findings.hpp"
#include "judge/host_subsystem.hpp"
#include "judge/subject.hpp"
#include "linux/kernel_event_message.hpp"

#include <haoh/rule.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace haoh::judge {

struct Row;

/// A value of a controller that is compared between controllers.
struct ControllerField {
    std::string_view label; ///< for people: "serial number"
    std::string_view field; ///< in nvme::identify_controller_fields(); empty when not in that page
    /// As text, and all of it: what differs reads differently. nullopt takes the controller out of
    /// the comparison.
    std::optional<std::string> (*value)(const Controller&){};
    /// Where the value is, when it is not in Identify Controller: a controller without a value whose
    /// page could not be read is one that cannot be judged. May give nullptr: was not asked for.
    const Page* (*page)(const Controller&){};
};

/// EQS, and DOM where `inside` is set: equal on all controllers of a subsystem (of an array).
struct EqualControllers {
    std::array<ControllerField, 12> fields{};
    bool inside_array{}; ///< compared only between controllers of one array
    bool inside_host{};  ///< compared only between controllers that one host asked
    /// Where something else in the subsystem decides how grave it is; nullopt: the row's own verdict.
    std::optional<Verdict> (*verdict)(const Subsystem&){};
};

enum class NamespacePage : std::uint8_t { identify, nvm, independent };

/// What a field counts.
enum class Unit : std::uint8_t {
    none,
    blocks, ///< logical blocks: means nothing between different block sizes
    bytes,  ///< logical blocks, which the key turns into bytes
};

/// All of the value that a field of a namespace is compared by.
struct FieldKey {
    std::uint64_t number{};
    std::vector<std::uint64_t> more{}; ///< what one number does not hold: a table, an overflow

    auto operator<=>(const FieldKey&) const = default;
};

/// A value of a namespace that is compared between the controllers that show it.
struct NamespaceField {
    std::string_view label; ///< for people: "size"
    NamespacePage page{};
    std::string_view field; ///< in the list of fields of the page
    /// nullopt takes the path out of the comparison.
    std::optional<FieldKey> (*key)(const Namespace&){};
    std::string (*text)(const Namespace&, const FieldKey& key){};
    Unit unit{};
    bool
        repeats{}; ///< the field before it, in another page: told only when that one does not differ
};

/// EQN: equal for one namespace on all controllers that show it.
struct EqualNamespaces {
    std::array<NamespaceField, 10> fields{};
    /// Rules of this kind that explain a difference away when they have found one in the same
    /// namespace.
    std::array<const Row*, 3> yields_to{};
    /// What a subsystem may have of its own: not compared between the subsystems of a dispersed
    /// namespace.
    bool own_of_subsystem{};
};

/// INT and XRF: something that one controller must have right by itself. Of a controller whose
/// Identify page is missing it is unknown, without asking.
struct CheckController {
    std::string_view clause; ///< what is wrong, before "on array-b": "KAS is 0"
    Answer (*ask)(const Controller&, const Subsystem&){};
};

/// Bits of a page that a question to each path is about: where nothing else of the field differs, it is
/// told by the answers, and not by the comparison of whole pages.
struct AskedBits {
    NamespacePage page{};
    std::string_view field; ///< in the list of fields of the page; empty: none
    std::uint8_t bits{};
};

/// INT and XRF: something that one path must have right by itself.
struct CheckNamespace {
    std::string_view clause;
    Answer (*ask)(const Namespace&, const Subsystem&){};
    std::array<AskedBits, 2> bits{};
};

/// Everything else. Several rows may name one function: it is called once, and judges them all. It
/// tells of each object whether it was judged by a row (`Findings::judged`, `unknown`).
struct JudgeSubsystem {
    void (*judge)(const Subsystem&, const Subject&, Findings&){};
    bool operator==(const JudgeSubsystem&) const = default;
};
struct JudgeSubject {
    void (*judge)(const Subject&, Findings&){};
    bool operator==(const JudgeSubject&) const = default;
};
/// The same of what a machine's kernel made of the controllers.
struct JudgeHost {
    void (*judge)(const Host&, const Subject&, Findings&){};
    bool operator==(const JudgeHost&) const = default;
};
struct JudgeHostSubsystem {
    void (*judge)(const HostSubsystem&, const Subject&, Findings&){};
    bool operator==(const JudgeHostSubsystem&) const = default;
};

/// A report, when it is made: what waivers have wrong (libhaoh/src/accept).
struct JudgeReport {};

/// Whole pages compared byte for byte, but for what differs by its nature and what another row has
/// reported: judged after all others.
struct ComparePages {
    enum class Of : std::uint8_t { controller, namespaces };
    Of of{};
};

using Judge =
    std::variant<EqualControllers, EqualNamespaces, CheckController, CheckNamespace, JudgeSubsystem,
                 JudgeSubject, JudgeHost, JudgeHostSubsystem, ComparePages, JudgeReport>;

struct Row {
    Rule rule;
    Judge judge;
    /// Rows whose finding about the same subsystem (about any, where this one's is about none)
    /// explains this one: only theirs is told then, whichever was judged first.
    std::array<const Row*, 3> yields_to{};
    /// Fields of Identify Controller that a function of its own judges: told by this row, not by the
    /// comparison of whole pages.
    std::array<std::string_view, 4> fields{};
    /// What Linux refuses where this is broken: its message tells of this rule. Where several rules can
    /// lead to one refusal, that is the rule about the path that is missing.
    std::array<std::optional<linux_kernel::KernelRefusal>, 3> refusals{};
    /// Other ids by which the catalogue names it.
    std::array<std::string_view, 2> aliases{};
    /// It goes by which array a controller is on: where that is not known, what it finds is unknown.
    bool by_array{};
};

constexpr std::uint8_t in_window(Window window) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(window));
}

} // namespace haoh::judge
