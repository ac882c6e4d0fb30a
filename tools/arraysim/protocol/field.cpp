// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/protocol/field.hpp>

#include "base/number_text.hpp"

#include <haoh/error.hpp>
#include <haoh/nvme/ana_log.hpp>
#include <haoh/nvme/discovery_log.hpp>
#include <haoh/nvme/identify_controller_nvm.hpp>
#include <haoh/nvme/identify_namespace.hpp>

#include <fmt/format.h>

namespace haoh::arraysim {

using nvme::Bytes;
using nvme::ByteView;
using nvme::FieldRange;

namespace {

constexpr std::array kAnaHeader{FieldRange{"chgc", 0, 8}, FieldRange{"nagd", 8, 2}};
constexpr std::array kAnaGroup{FieldRange{"agid", 0, 4}, FieldRange{"nnv", 4, 4},
                               FieldRange{"chgc", 8, 8}, FieldRange{"state", 16, 1},
                               FieldRange{"reserved", 17, 15}};
constexpr std::array kDiscoveryHeader{FieldRange{"genctr", 0, 8}, FieldRange{"numrec", 8, 8},
                                      FieldRange{"recfmt", 16, 2}};
constexpr std::array kDiscoveryEntry{
    FieldRange{"trtype", 0, 1},     FieldRange{"adrfam", 1, 1},     FieldRange{"subtype", 2, 1},
    FieldRange{"treq", 3, 1},       FieldRange{"portid", 4, 2},     FieldRange{"cntlid", 6, 2},
    FieldRange{"asqsz", 8, 2},      FieldRange{"eflags", 10, 2},    FieldRange{"trsvcid", 32, 32},
    FieldRange{"subnqn", 256, 256}, FieldRange{"traddr", 512, 256}, FieldRange{"tsas", 768, 256}};
constexpr std::array kFirmwareLog{FieldRange{"afi", 0, 1},   FieldRange{"frs1", 8, 8},
                                  FieldRange{"frs2", 16, 8}, FieldRange{"frs3", 24, 8},
                                  FieldRange{"frs4", 32, 8}, FieldRange{"frs5", 40, 8},
                                  FieldRange{"frs6", 48, 8}, FieldRange{"frs7", 56, 8}};
constexpr std::array kDescriptor{FieldRange{"nidt", 0, 1}, FieldRange{"nidl", 1, 1}};

constexpr std::size_t kDescriptorHeaderSize = 4;

/// "name[index].rest" or "name[index]" cut into its parts.
struct Indexed {
    std::string_view name;
    std::size_t index{};
    std::string_view rest{};
};

std::optional<Indexed> parse_indexed(std::string_view text) {
    const std::size_t open = text.find('[');
    const std::size_t close = text.find(']');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
        return std::nullopt;
    }
    Indexed result{.name = text.substr(0, open)};
    const std::string_view digits = text.substr(open + 1, close - open - 1);
    const auto index = base::parse_number<decltype(result.index)>(digits);
    if (!index) {
        return std::nullopt;
    }
    result.index = *index;
    result.rest = text.substr(close + 1);
    if (!result.rest.empty()) {
        if (result.rest.front() != '.') {
            return std::nullopt;
        }
        result.rest.remove_prefix(1);
    }
    return result;
}

const FieldRange* find(std::span<const FieldRange> fields, std::string_view name) {
    for (const FieldRange& field : fields) {
        if (field.name == name) {
            return &field;
        }
    }
    return nullptr;
}

std::optional<std::size_t> size_in(std::span<const FieldRange> fields, std::string_view name) {
    const FieldRange* const field = find(fields, name);
    return field == nullptr ? std::nullopt : std::optional<std::size_t>{field->length};
}

std::optional<FieldPlace> place_in(std::span<const FieldRange> fields, std::string_view name,
                                   std::size_t base, ByteView answer) {
    const FieldRange* const field = find(fields, name);
    if (field == nullptr || base + field->offset + field->length > answer.size()) {
        return std::nullopt;
    }
    return FieldPlace{.offset = base + field->offset, .length = field->length};
}

std::optional<std::size_t> ana_field_size(std::string_view field) {
    const auto indexed = parse_indexed(field);
    if (!indexed) {
        return size_in(kAnaHeader, field);
    }
    if (indexed->name != "group") {
        return std::nullopt;
    }
    const auto nsid = parse_indexed(indexed->rest);
    if (nsid) {
        return nsid->name == "nsid" && nsid->rest.empty() ? std::optional<std::size_t>{4}
                                                          : std::nullopt;
    }
    return size_in(kAnaGroup, indexed->rest);
}

std::optional<FieldPlace> find_in_ana_log(std::string_view field, ByteView log) {
    const auto indexed = parse_indexed(field);
    if (!indexed) {
        return place_in(kAnaHeader, field, 0, log);
    }
    std::size_t base = nvme::kAnaLogHeaderSize;
    for (std::size_t group = 0; group < indexed->index; ++group) {
        if (base + nvme::kAnaGroupHeaderSize > log.size()) {
            return std::nullopt;
        }
        base += nvme::kAnaGroupHeaderSize +
                std::size_t{4} * nvme::load_le<std::uint32_t>(log, base + 4);
    }
    const auto nsid = parse_indexed(indexed->rest);
    if (!nsid) {
        return place_in(kAnaGroup, indexed->rest, base, log);
    }
    const std::size_t offset = base + nvme::kAnaGroupHeaderSize + 4 * nsid->index;
    if (nsid->index >= nvme::load_le<std::uint32_t>(log, base + 4) || offset + 4 > log.size()) {
        return std::nullopt;
    }
    return FieldPlace{.offset = offset, .length = 4};
}

std::optional<std::size_t> discovery_field_size(std::string_view field) {
    const auto indexed = parse_indexed(field);
    if (!indexed) {
        return size_in(kDiscoveryHeader, field);
    }
    return indexed->name == "entry" ? size_in(kDiscoveryEntry, indexed->rest) : std::nullopt;
}

std::optional<FieldPlace> find_in_discovery_log(std::string_view field, ByteView log) {
    const auto indexed = parse_indexed(field);
    if (!indexed) {
        return place_in(kDiscoveryHeader, field, 0, log);
    }
    // An index that cannot be in any log would only overflow the product.
    if (indexed->index > log.size()) {
        return std::nullopt;
    }
    return place_in(kDiscoveryEntry, indexed->rest,
                    nvme::kDiscoveryHeaderSize + indexed->index * nvme::kDiscoveryEntrySize, log);
}

std::optional<std::size_t> descriptor_field_size(std::string_view field) {
    const auto indexed = parse_indexed(field);
    if (!indexed || indexed->name != "descriptor") {
        return std::nullopt;
    }
    return indexed->rest == "nid" ? std::optional<std::size_t>{0}
                                  : size_in(kDescriptor, indexed->rest);
}

std::optional<FieldPlace> find_in_descriptors(std::string_view field, ByteView page) {
    const auto indexed = parse_indexed(field);
    if (!indexed) {
        return std::nullopt;
    }
    std::size_t base = 0;
    for (std::size_t i = 0; i < indexed->index; ++i) {
        if (base + kDescriptorHeaderSize > page.size()) {
            return std::nullopt;
        }
        base += kDescriptorHeaderSize + nvme::load_le<std::uint8_t>(page, base + 1);
    }
    if (indexed->rest != "nid") {
        return place_in(kDescriptor, indexed->rest, base, page);
    }
    const std::size_t length = nvme::load_le<std::uint8_t>(page, base + 1);
    if (base + kDescriptorHeaderSize + length > page.size()) {
        return std::nullopt;
    }
    return FieldPlace{.offset = base + kDescriptorHeaderSize, .length = length};
}

bool space_padded(std::string_view field) {
    return field == "sn" || field == "mn" || field == "fr" || field.starts_with("frs");
}

bool nul_padded(std::string_view field) {
    return field.ends_with("subnqn") || field.ends_with(".traddr") || field.ends_with(".trsvcid");
}

[[noreturn]] void refuse(std::string_view field, std::string_view cause) {
    throw Error(Errc::invalid_argument, "encode", field, cause);
}

} // namespace

std::span<const FieldRange> fields_of(AnswerKind kind) {
    switch (kind) {
    case AnswerKind::identify_controller:
        return nvme::identify_controller_fields();
    case AnswerKind::identify_namespace:
        return nvme::identify_namespace_fields();
    case AnswerKind::nvm:
        return nvme::identify_namespace_nvm_fields();
    case AnswerKind::independent:
        return nvme::identify_namespace_independent_fields();
    case AnswerKind::nvm_controller:
        return nvme::identify_controller_nvm_fields();
    case AnswerKind::firmware_log:
        return kFirmwareLog;
    default:
        return {};
    }
}

Bytes encode_field(std::string_view field, std::size_t length, const FieldValue& value) {
    if (const auto* const number = std::get_if<std::uint64_t>(&value)) {
        if (length < 8 && (*number >> (8U * length)) != 0) {
            refuse(field, fmt::format("{:#x} does not fit a field of {} bytes", *number, length));
        }
        Bytes bytes(length);
        for (std::size_t i = 0; i < std::min<std::size_t>(length, 8); ++i) {
            bytes[i] = static_cast<std::uint8_t>(*number >> (8U * i));
        }
        return bytes;
    }
    const auto& text = std::get<std::string>(value);
    if (space_padded(field) || nul_padded(field)) {
        if (text.size() > length) {
            refuse(field, fmt::format("a text of {} bytes does not fit a field of {} bytes",
                                      text.size(), length));
        }
        Bytes bytes(length, space_padded(field) ? std::uint8_t{' '} : std::uint8_t{0});
        std::copy(text.begin(), text.end(), bytes.begin());
        return bytes;
    }
    auto bytes = parse_hex_bytes(text);
    if (!bytes) {
        refuse(field, "not a number, and not hexadecimal bytes");
    }
    if (length != 0 && bytes->size() != length) {
        refuse(field, fmt::format("{} hexadecimal bytes for a field of {}", bytes->size(), length));
    }
    return *bytes;
}

std::optional<std::size_t> field_size(AnswerKind kind, std::string_view field) {
    switch (kind) {
    case AnswerKind::ana_log:
        return ana_field_size(field);
    case AnswerKind::discovery_log:
        return discovery_field_size(field);
    case AnswerKind::descriptors:
        return descriptor_field_size(field);
    default:
        return size_in(fields_of(kind), field);
    }
}

std::optional<FieldPlace> find_in_answer(AnswerKind kind, std::string_view field, ByteView answer) {
    switch (kind) {
    case AnswerKind::ana_log:
        return find_in_ana_log(field, answer);
    case AnswerKind::discovery_log:
        return find_in_discovery_log(field, answer);
    case AnswerKind::descriptors:
        return find_in_descriptors(field, answer);
    default:
        return place_in(fields_of(kind), field, 0, answer);
    }
}

void apply(const FieldPatches& patches, std::span<const FieldRange> fields,
           nvme::MutableByteView page) {
    for (const auto& [name, bytes] : patches) {
        const FieldRange* const field = find(fields, name);
        if (field != nullptr && field->offset + bytes.size() <= page.size()) {
            std::copy(bytes.begin(), bytes.end(), page.begin() + field->offset);
        }
    }
}

std::optional<Bytes> parse_hex_bytes(std::string_view text) {
    std::string digits;
    digits.reserve(text.size());
    for (const char c : text) {
        if (c == ' ' || c == ':' || c == '-') {
            if (digits.size() % 2 != 0) {
                return std::nullopt;
            }
            continue;
        }
        digits.push_back(c);
    }
    Bytes bytes;
    if (!nvme::from_hex(digits, bytes)) {
        return std::nullopt;
    }
    return bytes;
}

} // namespace haoh::arraysim
