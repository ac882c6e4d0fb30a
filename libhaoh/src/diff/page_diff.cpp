// SPDX-License-Identifier: LGPL-2.1-or-later
#include "diff/page_diff.hpp"

#include "model/field_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace haoh::differ {

namespace {

using nvme::ByteView;
using nvme::FieldRange;

std::uint8_t byte_at(ByteView bytes, std::size_t offset) {
    return nvme::load_le<std::uint8_t>(bytes, offset);
}

std::string hex_range(ByteView bytes, std::size_t begin, std::size_t end) {
    nvme::Bytes part;
    part.reserve(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
        part.push_back(byte_at(bytes, i));
    }
    return nvme::to_hex(part);
}

/// Walks two pages side by side.
class PageComparison {
  public:
    PageComparison(ByteView before, ByteView after) : before_(before), after_(after) {}

    void field(const FieldRange& field) {
        const std::size_t end = std::size_t{field.offset} + field.length;
        if (!differ(field.offset, end)) {
            return;
        }
        std::string before = model::field_text(field, before_);
        std::string after = model::field_text(field, after_);
        if (before == after) { // texts that are padded in another way
            before = hex_range(before_, field.offset, end);
            after = hex_range(after_, field.offset, end);
        }
        changes_.push_back({.field = std::string(field.name),
                            .before = std::move(before),
                            .after = std::move(after)});
    }

    /// Bytes without a name.
    void gap(std::size_t begin, std::size_t end) {
        while (begin < end) {
            if (byte_at(before_, begin) == byte_at(after_, begin)) {
                ++begin;
                continue;
            }
            std::size_t stop = begin + 1;
            while (stop < end && byte_at(before_, stop) != byte_at(after_, stop)) {
                ++stop;
            }
            changes_.push_back({.field = stop == begin + 1
                                             ? fmt::format("byte {}", begin)
                                             : fmt::format("bytes {}-{}", begin, stop - 1),
                                .before = hex_range(before_, begin, stop),
                                .after = hex_range(after_, begin, stop)});
            begin = stop;
        }
    }
    [[nodiscard]] std::vector<FieldChange> take() && { return std::move(changes_); }

  private:
    [[nodiscard]] bool differ(std::size_t begin, std::size_t end) const {
        for (std::size_t i = begin; i < end; ++i) {
            if (byte_at(before_, i) != byte_at(after_, i)) {
                return true;
            }
        }
        return false;
    }

    ByteView before_;
    ByteView after_;
    std::vector<FieldChange> changes_;
};

std::string state_text(const Page& page) {
    switch (page.state) {
    case Page::State::ok:
        return "read";
    case Page::State::status:
        return nvme::describe(page.status);
    case Page::State::not_read: // of which nothing is said
    case Page::State::failed:
        break;
    }
    return page.error;
}

} // namespace

bool has(const std::vector<FieldChange>& changes, std::string_view field) {
    return std::any_of(changes.begin(), changes.end(),
                       [field](const FieldChange& change) { return change.field == field; });
}

void drop(std::vector<FieldChange>& changes, std::string_view field) {
    std::erase_if(changes, [field](const FieldChange& change) { return change.field == field; });
}

std::vector<FieldChange> changed_fields(ByteView before, ByteView after,
                                        std::span<const FieldRange> fields) {
    if (std::equal(before.begin(), before.end(), after.begin(), after.end())) {
        return {};
    }
    PageComparison comparison(before, after);
    std::size_t end = 0;
    for (const FieldRange& field : fields) {
        comparison.gap(end, field.offset);
        comparison.field(field);
        end = std::size_t{field.offset} + field.length;
    }
    comparison.gap(end, std::max(before.size(), after.size()));
    return std::move(comparison).take();
}

std::vector<FieldChange> changed_page(const std::string& name, const Page& before,
                                      const Page& after, std::span<const FieldRange> fields) {
    if (before == after || before.state == Page::State::not_read ||
        after.state == Page::State::not_read) {
        return {};
    }
    if (!before.ok() || !after.ok()) {
        return {{.field = name, .before = state_text(before), .after = state_text(after)}};
    }
    std::vector<FieldChange> changes = changed_fields(before.bytes, after.bytes, fields);
    if (before.length != after.length) {
        changes.push_back({.field = name + " length",
                           .before = std::to_string(before.length),
                           .after = std::to_string(after.length)});
    }
    return changes;
}

} // namespace haoh::differ
