// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A row of the catalogue: the rule's texts, and which of the few ways of judging applies to it.
#pragma once

#include "findings.hpp"
#include "subject.hpp"

#include <haoh/rule.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace haoh::judge {

/// A value of a controller that is compared between controllers.
struct ControllerField {
    std::string_view label; ///< for people: "serial number"
    std::string_view field; ///< in nvme::identify_controller_fields(); empty when not in that page
    /// As text; nullopt takes the controller out of the comparison.
    std::optional<std::string> (*value)(const Controller&){};
};

/// EQS, and DOM where `inside` is set: equal on all controllers of a subsystem (of an array).
struct EqualControllers {
    std::array<ControllerField, 12> fields{};
    bool inside_array{}; ///< compared only between controllers of one array
};

enum class NamespacePage : std::uint8_t { identify, nvm, independent };

/// What a field counts.
enum class Unit : std::uint8_t {
    none,
    blocks, ///< logical blocks: means nothing between different block sizes
    bytes,  ///< logical blocks, which the key turns into bytes
};

/// A value of a namespace that is compared between the controllers that show it.
struct NamespaceField {
    std::string_view label; ///< for people: "size"
    NamespacePage page{};
    std::string_view field; ///< in the list of fields of the page
    /// nullopt takes the path out of the comparison.
    std::optional<std::uint64_t> (*key)(const Namespace&){};
    std::string (*text)(const Namespace&, std::uint64_t key){};
    Unit unit{};
    bool
        repeats{}; ///< the field before it, in another page: told only when that one does not differ
};

/// EQN: equal for one namespace on all controllers that show it.
struct EqualNamespaces {
    std::array<NamespaceField, 10> fields{};
    /// Rules of this kind, earlier in the table, that explain a difference away when they have
    /// found one in the same namespace.
    std::array<std::string_view, 3> yields_to{};
};

/// INT and XRF: something that one controller must have right by itself. Controllers whose Identify
/// page is missing are not asked.
struct CheckController {
    std::string_view clause; ///< what is wrong, before "on array-b": "KAS is 0"
    /// What this controller says instead of what it should; nullopt = it holds.
    std::optional<std::string> (*defect)(const Controller&, const Subsystem&){};
    std::array<std::string_view, 3> yields_to{}; ///< rules with a finding about the subsystem
};

/// INT and XRF: something that one path must have right by itself.
struct CheckNamespace {
    std::string_view clause;
    std::optional<std::string> (*defect)(const Namespace&, const Subsystem&){};
};

/// Everything else: may report several rules.
struct JudgeSubsystem {
    void (*judge)(const Subsystem&, const Subject&, Findings&){};
};
struct JudgeSubject {
    void (*judge)(const Subject&, Findings&){};
};

/// Reported by the function of another row.
struct ReportedElsewhere {};

using Judge = std::variant<ReportedElsewhere, EqualControllers, EqualNamespaces, CheckController,
                           CheckNamespace, JudgeSubsystem, JudgeSubject>;

struct Row {
    Rule rule;
    Judge judge;
};

constexpr std::uint8_t in_window(Window window) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(window));
}

// The catalogue, one span a file.
[[nodiscard]] std::span<const Row> subsystem_rows();
[[nodiscard]] std::span<const Row> controller_id_rows();
[[nodiscard]] std::span<const Row> capability_rows();
[[nodiscard]] std::span<const Row> limit_rows();
[[nodiscard]] std::span<const Row> transport_rows();
[[nodiscard]] std::span<const Row> identity_rows();
[[nodiscard]] std::span<const Row> identifier_rows();
[[nodiscard]] std::span<const Row> descriptor_rows();
[[nodiscard]] std::span<const Row> geometry_rows();
[[nodiscard]] std::span<const Row> attribute_rows();
[[nodiscard]] std::span<const Row> ana_capability_rows();
[[nodiscard]] std::span<const Row> ana_log_rows();
[[nodiscard]] std::span<const Row> ana_group_rows();
[[nodiscard]] std::span<const Row> list_rows();
[[nodiscard]] std::span<const Row> discovery_log_rows();
[[nodiscard]] std::span<const Row> discovery_entry_rows();
[[nodiscard]] std::span<const Row> feature_rows();
[[nodiscard]] std::span<const Row> domain_rows();
[[nodiscard]] std::span<const Row> dispersed_rows();
[[nodiscard]] std::span<const Row> mask_rows();
[[nodiscard]] std::span<const Row> snapshot_rows();
[[nodiscard]] std::span<const Row> host_controller_rows();
[[nodiscard]] std::span<const Row> host_path_rows();
[[nodiscard]] std::span<const Row> host_policy_rows();

/// Every row, in the order in which they are judged.
[[nodiscard]] std::span<const Row* const> catalogue();

} // namespace haoh::judge
