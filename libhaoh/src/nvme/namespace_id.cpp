// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/namespace_id.hpp>

#include <haoh/nvme/identify_controller.hpp>

#include "nvme/problems.hpp"

#include <fmt/format.h>

#include <cassert>

namespace haoh::nvme {

namespace {

constexpr std::size_t kDescriptorHeader = 4;

/// NIDL that a type demands; 0 for types that are not defined.
constexpr std::size_t length_of(std::uint8_t nidt) {
    switch (static_cast<IdType>(nidt)) {
    case IdType::eui64:
        return 8;
    case IdType::nguid:
    case IdType::uuid:
        return 16;
    case IdType::csi:
        return 1;
    }
    return 0;
}

/// As `to_string`, but for messages.
std::string title(std::uint8_t nidt) {
    switch (static_cast<IdType>(nidt)) {
    case IdType::eui64:
        return "EUI64";
    case IdType::nguid:
        return "NGUID";
    case IdType::uuid:
        return "UUID";
    case IdType::csi:
        return "CSI";
    }
    return fmt::format("NIDT {:02X}h", nidt);
}

/// What is wrong with one descriptor that lies whole in the page.
void judge(const IdDescriptor& descriptor, std::size_t offset, ByteView reserved,
           ProblemList& problems) {
    const std::size_t wanted = length_of(descriptor.nidt);
    if (descriptor.nidt == 0) {
        problems.add(ProblemKind::bad_value, offset, "nidt",
                     fmt::format("descriptor of type 0 with {} bytes", descriptor.nid.size()));
    } else if (wanted != 0 && descriptor.nid.size() != wanted) {
        problems.add(ProblemKind::bad_length, offset + 1, "nidl",
                     fmt::format("{} descriptor with a length of {} bytes (must be {})",
                                 title(descriptor.nidt), descriptor.nid.size(), wanted));
    } else if (wanted > 1 && all_zero(descriptor.nid)) {
        problems.add(ProblemKind::zero_value, offset + kDescriptorHeader, "nid",
                     fmt::format("{} descriptor with an all-zero value", title(descriptor.nidt)));
    }
    if (!all_zero(reserved)) {
        problems.add(ProblemKind::reserved_bits, offset + 2, "reserved",
                     fmt::format("{} descriptor with reserved bytes {}", title(descriptor.nidt),
                                 to_hex(reserved)));
    }
}

/// Hexadecimal digits without the separators that people put between bytes.
template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> parse_id(std::string_view text) {
    std::string digits;
    for (const char letter : text) {
        const bool between_bytes = digits.size() % 2 == 0;
        if (letter == '-' || letter == ':' || letter == ' ') {
            if (!between_bytes) {
                return std::nullopt;
            }
            continue;
        }
        digits += letter;
        if (digits.size() > 2 * N) {
            return std::nullopt;
        }
    }
    Bytes bytes;
    if (digits.size() != 2 * N || !from_hex(digits, bytes)) {
        return std::nullopt;
    }
    return load_array<N>(bytes, 0);
}

} // namespace

std::string to_string(IdType type) {
    switch (type) {
    case IdType::eui64:
        return "eui64";
    case IdType::nguid:
        return "nguid";
    case IdType::uuid:
        return "uuid";
    case IdType::csi:
        return "csi";
    }
    return fmt::format("nidt {}", static_cast<unsigned>(type));
}

const IdDescriptor* IdDescriptorList::find(IdType type) const {
    const auto nidt = static_cast<std::uint8_t>(type);
    const auto found = std::find_if(
        descriptors.begin(), descriptors.end(), [nidt](const IdDescriptor& descriptor) {
            return descriptor.nidt == nidt && descriptor.nid.size() == length_of(nidt);
        });
    return found == descriptors.end() ? nullptr : &*found;
}

IdDescriptorList decode_id_descriptors(ByteView page) {
    IdDescriptorList list;
    ProblemList problems;
    page = slice(page, 0, kIdentifySize);
    std::array<bool, 256> seen{};
    std::size_t offset = 0;
    bool ended = false;
    while (!ended && offset + kDescriptorHeader <= page.size()) {
        const std::uint8_t nidt = page[offset];
        const std::size_t nidl = page[offset + 1];
        const ByteView nid = slice(page, offset + kDescriptorHeader, nidl);
        if (nidl == 0) {
            if (nidt != 0) {
                problems.add(
                    ProblemKind::bad_length, offset + 1, "nidl",
                    fmt::format("{} descriptor with a length of 0 ends the list", title(nidt)));
            }
            ended = true;
            offset += 2; // the reserved bytes of the end count as being behind it
        } else if (nid.size() < nidl) {
            problems.add(ProblemKind::truncated, offset + 1, "nidl",
                         fmt::format("{} descriptor with a length of {} bytes runs past the end "
                                     "of the list ({} bytes are left)",
                                     title(nidt), nidl, nid.size()));
            ended = true;
            offset = page.size();
        } else {
            IdDescriptor descriptor{.nidt = nidt, .nid = Bytes(nid.begin(), nid.end())};
            judge(descriptor, offset, page.subspan(offset + 2, 2), problems);
            if (seen[nidt]) {
                problems.add(ProblemKind::duplicate, offset, "nidt",
                             fmt::format("second {} descriptor", title(nidt)));
            }
            seen[nidt] = true;
            list.descriptors.push_back(std::move(descriptor));
            offset += kDescriptorHeader + nidl;
        }
    }
    if (!ended && page.size() < kIdentifySize) {
        problems.add(ProblemKind::truncated, page.size(), "list",
                     fmt::format("the list does not end within {} bytes", page.size()));
    } else if (const ByteView behind = slice(page, offset, kIdentifySize); !all_zero(behind)) {
        const auto first =
            std::find_if(behind.begin(), behind.end(), [](std::uint8_t byte) { return byte != 0; });
        problems.add(ProblemKind::trailing_data,
                     offset + static_cast<std::size_t>(first - behind.begin()), "list",
                     "data behind the end of the list");
    }
    list.problems = std::move(problems).take();
    return list;
}

Bytes encode(const std::vector<IdDescriptor>& descriptors) {
    Bytes page(kIdentifySize);
    std::size_t offset = 0;
    for (const IdDescriptor& descriptor : descriptors) {
        const std::size_t length = descriptor.nid.size();
        assert(length <= 0xFF && offset + kDescriptorHeader + length <= page.size());
        page[offset] = descriptor.nidt;
        page[offset + 1] = static_cast<std::uint8_t>(length);
        std::copy(descriptor.nid.begin(), descriptor.nid.end(),
                  page.begin() + static_cast<std::ptrdiff_t>(offset + kDescriptorHeader));
        offset += kDescriptorHeader + length;
    }
    return page;
}

std::string format_uuid(const Uuid& value) {
    std::string text = to_hex(value);
    for (const std::size_t position : {20U, 16U, 12U, 8U}) {
        text.insert(position, 1, '-');
    }
    return text;
}

std::string format_nguid(const Nguid& value) {
    return to_hex(value);
}

std::string format_eui64(const Eui64& value) {
    return to_hex(value);
}

std::optional<Uuid> parse_uuid(std::string_view text) {
    if (text.size() == 36) {
        std::string digits;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
            if (dash != (text[i] == '-')) {
                return std::nullopt;
            }
            if (!dash) {
                digits += text[i];
            }
        }
        return parse_uuid(digits);
    }
    Bytes bytes;
    if (text.size() != 32 || !from_hex(text, bytes)) {
        return std::nullopt;
    }
    return load_array<16>(bytes, 0);
}

std::optional<Nguid> parse_nguid(std::string_view text) {
    return parse_id<16>(text);
}

std::optional<Eui64> parse_eui64(std::string_view text) {
    return parse_id<8>(text);
}

} // namespace haoh::nvme
