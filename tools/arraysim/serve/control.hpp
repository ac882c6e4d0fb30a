// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The control language: one line, one command. Read from the control socket and from timelines;
/// the words are documented in docs/man/haoh-arraysim.1.
///
///     ana ARRAY GROUP|all STATE
///     namespace add ARRAY NSID [SIZE]        namespace remove ARRAY NSID
///     namespace resize ARRAY NSID SIZE       namespace protect ARRAY NSID on|off
///     set ARRAY FIELD VALUE                  set ARRAY NSID FIELD|uuid VALUE
///     override ARRAY ANSWER FIELD VALUE      override ARRAY clear
///     down ARRAY      up ARRAY      hang ARRAY      hide ARRAY      latency ARRAY TIME
///     state           quit          help
#pragma once

#include <arraysim/scenario/scenario.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace haoh::arraysim {

inline constexpr std::size_t kMaxControlLine = 4096; ///< bytes

namespace control {
struct Ana {
    std::string array;
    std::optional<std::uint32_t> group; ///< nullopt: all
    nvme::AnaState state{};
    bool operator==(const Ana&) const = default;
};
struct AddNamespace {
    std::string array;
    std::uint32_t nsid{};
    std::optional<std::uint64_t> size{};
    bool operator==(const AddNamespace&) const = default;
};
struct RemoveNamespace {
    std::string array;
    std::uint32_t nsid{};
    bool operator==(const RemoveNamespace&) const = default;
};
struct ResizeNamespace {
    std::string array;
    std::uint32_t nsid{};
    std::uint64_t size{}; ///< bytes
    bool operator==(const ResizeNamespace&) const = default;
};
struct ProtectNamespace {
    std::string array;
    std::uint32_t nsid{};
    bool on{};
    bool operator==(const ProtectNamespace&) const = default;
};
struct SetField {
    std::string array;
    std::optional<std::uint32_t> nsid; ///< nullopt: Identify Controller
    std::string field;
    nvme::Bytes value;
    bool operator==(const SetField&) const = default;
};
struct AddOverride {
    std::string array;
    OverrideSpec spec;
    bool operator==(const AddOverride&) const = default;
};
struct ClearOverrides {
    std::string array;
    bool operator==(const ClearOverrides&) const = default;
};
struct SetPower {
    std::string array;
    Power power{};
    bool operator==(const SetPower&) const = default;
};
struct SetLatency {
    std::string array;
    std::chrono::microseconds latency{};
    bool operator==(const SetLatency&) const = default;
};
struct ShowState {
    bool operator==(const ShowState&) const = default;
};
struct Help {
    bool operator==(const Help&) const = default;
};
struct Quit {
    bool operator==(const Quit&) const = default;
};
} // namespace control

using ControlCommand =
    std::variant<control::Ana, control::AddNamespace, control::RemoveNamespace,
                 control::ResizeNamespace, control::ProtectNamespace, control::SetField,
                 control::AddOverride, control::ClearOverrides, control::SetPower,
                 control::SetLatency, control::ShowState, control::Help, control::Quit>;

/// Reads one line. \throws Error (malformed or invalid_argument) that quotes what is wrong
[[nodiscard]] ControlCommand parse_control(std::string_view line);
/// The words, for `help`.
[[nodiscard]] std::string_view control_help();

/// "64MiB", "4 GiB", "1000"; units KiB, MiB, GiB, TiB, KB, MB, GB, TB, B.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

} // namespace haoh::arraysim
