// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Accessors for the rows: members of the decoded pages as values to compare, and as text.
#pragma once

#include "judge/row.hpp"

#include <haoh/nvme/status.hpp>

#include <fmt/format.h>

namespace haoh::judge {

inline std::string yes_or_no(bool value) {
    return value ? "yes" : "no";
}

// Identify Controller.

template <auto Member>
std::optional<std::string> decimal(const Controller& controller) {
    if (!controller.has_identify) {
        return std::nullopt;
    }
    return fmt::format("{}", controller.id.*Member);
}
template <auto Member>
std::optional<std::string> hexadecimal(const Controller& controller) {
    if (!controller.has_identify) {
        return std::nullopt;
    }
    return fmt::format("{:#x}", controller.id.*Member);
}
/// Some bits of a member, shifted down.
template <auto Member, std::uint32_t Mask, unsigned Shift = 0>
std::optional<std::string> bits(const Controller& controller) {
    if (!controller.has_identify) {
        return std::nullopt;
    }
    return fmt::format("{:#x}", (std::uint32_t{controller.id.*Member} & Mask) >> Shift);
}
template <auto Member, std::uint32_t Mask>
std::optional<std::string> flag(const Controller& controller) {
    if (!controller.has_identify) {
        return std::nullopt;
    }
    return yes_or_no((std::uint32_t{controller.id.*Member} & Mask) != 0);
}
/// An accessor that only speaks for controllers that report ANA.
template <auto Accessor>
std::optional<std::string> with_ana(const Controller& controller) {
    return controller.ana() ? Accessor(controller) : std::nullopt;
}

// Properties, which have no state of their own.

/// Of a property without a value: none goes through a kernel, and a controller that was asked
/// directly did not answer.
inline Answer no_property(const Controller& controller) {
    return controller.asked_directly() ? Answer::unknown() : Answer::not_asked();
}
/// The same as a page.
inline const Page* property_page(const Controller& controller) {
    static const Page failed = Page::of_failure("no answer");
    return controller.asked_directly() ? &failed : nullptr;
}

// Namespace pages.

/// Whether the controller says that it has no such page. Other errors say nothing of that.
inline bool has_no_such_page(const Page& page) {
    return page.state == Page::State::status &&
           (page.status.code() == nvme::status::invalid_field ||
            page.status.code() == nvme::status::invalid_opcode);
}

template <auto Member>
std::optional<FieldKey> key(const Namespace& path) {
    return FieldKey{.number = std::uint64_t{path.idns.*Member}};
}
template <auto Member, std::uint64_t Mask>
std::optional<FieldKey> key_bits(const Namespace& path) {
    return FieldKey{.number = std::uint64_t{path.idns.*Member} & Mask};
}
template <auto Member>
std::optional<FieldKey> nvm_key(const Namespace& path) {
    return FieldKey{.number = std::uint64_t{path.nvm.*Member}};
}
template <auto Member>
std::optional<FieldKey> independent_key(const Namespace& path) {
    return FieldKey{.number = std::uint64_t{path.independent.*Member}};
}
template <auto Member, std::uint64_t Mask>
std::optional<FieldKey> independent_bits(const Namespace& path) {
    return FieldKey{.number = std::uint64_t{path.independent.*Member} & Mask};
}

inline std::string as_decimal(const Namespace& /*path*/, const FieldKey& key) {
    return fmt::format("{}", key.number);
}
inline std::string as_hexadecimal(const Namespace& /*path*/, const FieldKey& key) {
    return fmt::format("{:#x}", key.number);
}
inline std::string as_flag(const Namespace& /*path*/, const FieldKey& key) {
    return yes_or_no(key.number != 0);
}
/// 0's based.
inline std::string as_count(const Namespace& /*path*/, const FieldKey& key) {
    return fmt::format("{}", key.number + 1);
}

} // namespace haoh::judge
