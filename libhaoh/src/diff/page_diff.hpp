// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What differs between two readings of a page, field by field.
#pragma once

#include <haoh/nvme/identify_controller.hpp>
#include <haoh/observation.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::differ {

/// One field with both its values as text. An empty value: there was none.
struct FieldChange {
    std::string field;
    std::string before;
    std::string after;

    bool operator==(const FieldChange&) const = default;
};

/// Whether one of the changes is of this field.
[[nodiscard]] bool has(const std::vector<FieldChange>& changes, std::string_view field);
/// Takes out what changed in this field.
void drop(std::vector<FieldChange>& changes, std::string_view field);

/// The fields of a page whose bytes differ, by offset. Bytes that no field covers (reserved or
/// vendor specific) are named by where they are: "bytes 3072-3075".
/// \param fields  ascending by offset; may be empty
[[nodiscard]] std::vector<FieldChange> changed_fields(nvme::ByteView before, nvme::ByteView after,
                                                      std::span<const nvme::FieldRange> fields);

/// Two readings as pages: where one could not be read, one change called `name` says so, and
/// nothing is said when one was not asked for; where both were, `changed_fields`.
[[nodiscard]] std::vector<FieldChange> changed_page(const std::string& name, const Page& before,
                                                    const Page& after,
                                                    std::span<const nvme::FieldRange> fields);

} // namespace haoh::differ
