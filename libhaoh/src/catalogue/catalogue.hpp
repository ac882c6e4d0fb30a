// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The rules, a folder a family and a span a file.
#pragma once

#include "judge/row.hpp"
#include "linux/kernel_event_message.hpp"

#include <span>
#include <string_view>

namespace haoh::judge {

/// Every row. Nothing depends on their order.
[[nodiscard]] std::span<const Row* const> catalogue();
/// Id of the rule that is broken where Linux refuses something.
[[nodiscard]] std::string_view rule_of(linux_kernel::KernelRefusal refusal);

[[nodiscard]] std::span<const Row* const> subsystem_name_rows();
[[nodiscard]] std::span<const Row* const> subsystem_rows();
[[nodiscard]] std::span<const Row* const> controller_id_rows();
[[nodiscard]] std::span<const Row* const> type_rows();
[[nodiscard]] std::span<const Row* const> capability_rows();
[[nodiscard]] std::span<const Row* const> limit_rows();
[[nodiscard]] std::span<const Row* const> command_rows();
[[nodiscard]] std::span<const Row* const> transport_rows();
[[nodiscard]] std::span<const Row* const> property_rows();
[[nodiscard]] std::span<const Row* const> identity_rows();
[[nodiscard]] std::span<const Row* const> identifier_rows();
[[nodiscard]] std::span<const Row* const> descriptor_rows();
[[nodiscard]] std::span<const Row* const> geometry_rows();
[[nodiscard]] std::span<const Row* const> format_rows();
[[nodiscard]] std::span<const Row* const> protection_rows();
[[nodiscard]] std::span<const Row* const> attribute_rows();
[[nodiscard]] std::span<const Row* const> ana_capability_rows();
[[nodiscard]] std::span<const Row* const> ana_log_rows();
[[nodiscard]] std::span<const Row* const> ana_group_rows();
[[nodiscard]] std::span<const Row* const> list_rows();
[[nodiscard]] std::span<const Row* const> discovery_log_rows();
[[nodiscard]] std::span<const Row* const> discovery_entry_rows();
[[nodiscard]] std::span<const Row* const> listing_rows();
[[nodiscard]] std::span<const Row* const> discovery_port_rows();
[[nodiscard]] std::span<const Row* const> array_rows();
[[nodiscard]] std::span<const Row* const> expect_rows();
[[nodiscard]] std::span<const Row* const> feature_rows();
[[nodiscard]] std::span<const Row* const> host_feature_rows();
[[nodiscard]] std::span<const Row* const> attachment_rows();
[[nodiscard]] std::span<const Row* const> domain_rows();
[[nodiscard]] std::span<const Row* const> dispersed_rows();
[[nodiscard]] std::span<const Row* const> page_rows();
[[nodiscard]] std::span<const Row* const> site_rows();
[[nodiscard]] std::span<const Row* const> snapshot_rows();
[[nodiscard]] std::span<const Row* const> host_absence_rows();
[[nodiscard]] std::span<const Row* const> host_controller_rows();
[[nodiscard]] std::span<const Row* const> host_identity_rows();
[[nodiscard]] std::span<const Row* const> host_path_rows();
[[nodiscard]] std::span<const Row* const> host_policy_rows();
[[nodiscard]] std::span<const Row* const> host_refusal_rows();
[[nodiscard]] std::span<const Row* const> host_setting_rows();
[[nodiscard]] std::span<const Row* const> waiver_rows();

} // namespace haoh::judge
