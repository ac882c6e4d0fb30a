// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Rules as data: what must hold for one NVM subsystem that two arrays show, on what basis, and
/// what to do when it does not.
#pragma once

#include <haoh/kernel_effect.hpp>
#include <haoh/verdict.hpp>
#include <haoh/visibility.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// Where a value must agree. A class is a way of judging (libhaoh/src/judge); the rows are in libhaoh/src/catalogue.
enum class RuleClass : std::uint8_t {
    eqs,  ///< equal on all controllers of one subsystem
    eqn,  ///< equal for one namespace on all controllers it is attached to
    uni,  ///< unique in its scope
    dom,  ///< equal inside one array, may differ between arrays
    int_, ///< one structure is well formed by itself; NOLINT(readability-identifier-naming)
    xrf,  ///< two structures or commands tell the same story
    tmp,  ///< holds between two moments
};
/// "EQS", "EQN", ...
[[nodiscard]] std::string_view to_string(RuleClass value);

/// What is at stake.
enum class Severity : std::uint8_t {
    corruption, ///< "C": data corruption
    loss,       ///< "L": loss of access
    degraded,   ///< "H": degraded availability or performance
    management, ///< "M": management, cosmetics
};
/// "C", "L", "H", "M".
[[nodiscard]] std::string_view to_string(Severity value);

/// What became of a rule in one check; ascending by weight.
enum class RuleState : std::uint8_t {
    not_applicable, ///< there was nothing that it applies to
    held,           ///< for everything that it applies to, which is something
    unknown, ///< not known to be broken, and not all that it applies to could be judged by it: not
             ///< read, or explained by another rule's finding
    broken,  ///< a finding says where
};
/// "not_applicable", "held", "unknown", "broken".
[[nodiscard]] std::string_view to_string(RuleState value);

/// One row of the catalogue. All texts are one or two plain sentences for an administrator.
struct Rule {
    std::string_view id;    ///< "ns.uuid.equal"
    std::string_view title; ///< "UUID is the same on all controllers"
    RuleClass rule_class{};
    Severity severity{};
    Verdict verdict{}; ///< when it does not hold: fail, warn or note
    /// Why the verdict is milder than what is at stake asks for (`verdict_follows`); empty: it is not, or
    /// only where a finding says so.
    std::string_view exception{};
    std::string_view basis; ///< "Base 2.3 §2.4.1; Linux nvme_ns_ids_equal()"
    std::string_view why;   ///< what happens when it does not hold
    std::string_view fix;   ///< what to do
    /// Windows in which the verdict falls one step ("win" in the catalogue): a bit for each Window.
    std::uint8_t relaxed_in{};
    /// What Linux does where it does not hold, by release, from the first to the last; empty: not
    /// known, or nothing of its own.
    std::span<const KernelEffect> on_linux{};
};

/// Whether a verdict is what such stakes ask for: corruption and loss of access fail, degradation fails
/// or warns, management warns or is a note. What was not seen is unknown, whatever is at stake.
[[nodiscard]] bool verdict_follows(Severity severity, Verdict verdict);

/// Every rule that `check` evaluates, ordered by id.
[[nodiscard]] std::span<const Rule> rules();

/// Why haoh does not judge a rule that its catalogue names.
enum class UnbuiltReason : std::uint8_t {
    io_queue,   ///< it needs an I/O queue, which haoh does not create
    hardware,   ///< it needs hardware that no counterpart of the tests has
    unsettled,  ///< the specification does not settle what must hold
    may_differ, ///< the specification leaves the value to each controller: nothing must hold
    unsafe,     ///< to ask for what it is judged by can bring a target down
    conduct,    ///< it binds haoh and no array: tests of haoh hold it
    not_yet,    ///< it is still to be built
};
/// "io_queue", "hardware", ...
[[nodiscard]] std::string_view to_string(UnbuiltReason value);
/// In words, as a clause: "needs an I/O queue".
[[nodiscard]] std::string_view meaning(UnbuiltReason value);

/// A rule of the catalogue that `check` does not evaluate.
struct UnbuiltRule {
    std::string_view id;
    UnbuiltReason reason{};
    std::string_view detail; ///< what exactly is missing, or the section; one clause
};
/// Every one of them, ordered by id.
[[nodiscard]] std::span<const UnbuiltRule> unbuilt_rules();
/// nullptr when there is none.
[[nodiscard]] const UnbuiltRule* find_unbuilt_rule(std::string_view id);

/// An id of the catalogue that says the same as a rule of another name.
struct RuleAlias {
    std::string_view id;
    std::string_view built_as; ///< the id of a rule
};
/// Every one of them, ordered by id.
[[nodiscard]] std::span<const RuleAlias> rule_aliases();

/// nullptr when there is no such rule.
[[nodiscard]] const Rule* find_rule(std::string_view id);
/// Whether `id` matches a glob of `*` and `?`.
[[nodiscard]] bool rule_matches(std::string_view id, std::string_view glob);
/// Whether globs choose a rule: one of them matches, or there are only such as "!GLOB", and no "!GLOB"
/// matches. Their order means nothing; no glob chooses all.
[[nodiscard]] bool rule_chosen(std::string_view id, std::span<const std::string> globs);
/// Whether a "!GLOB" is among them that matches.
[[nodiscard]] bool rule_excluded(std::string_view id, std::span<const std::string> globs);
/// The rules that these globs choose, ordered by id.
/// \throws Error (invalid_argument) for a glob that no rule matches, and where none is left
[[nodiscard]] std::vector<const Rule*> select_rules(std::span<const std::string> globs);

} // namespace haoh
