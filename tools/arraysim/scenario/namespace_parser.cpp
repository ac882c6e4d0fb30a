// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/scenario/scenario_parts.hpp>
#include <arraysim/serve/control.hpp>

#include <haoh/nvme/identify_namespace.hpp>

#include <algorithm>
#include <bit>
#include <fmt/format.h>

namespace haoh::arraysim {

namespace {

constexpr std::uint64_t kMaxNsid = 0xFFFFFFFE;

template <typename Id>
void read_id(TomlReader& reader, std::string_view key, std::optional<Id> (*parse)(std::string_view),
             std::optional<Id>& target) {
    const auto text = reader.text(key);
    if (!text) {
        return;
    }
    if (text->empty() || *text == "none") {
        target = Id{};
        return;
    }
    target = parse(*text);
    if (!target) {
        reader.fail(key, fmt::format("'{}' is no identifier of {} bytes", *text, sizeof(Id)),
                    "write hexadecimal digits, or \"none\"");
    }
}

nvme::IdDescriptor read_descriptor(TomlReader& reader) {
    nvme::IdDescriptor descriptor;
    const auto type = reader.integer("type", 0, kMax8);
    if (!type) {
        reader.fail("type", "is missing");
    }
    descriptor.nidt = static_cast<std::uint8_t>(*type);
    const auto id = reader.text("id");
    if (!id) {
        reader.fail("id", "is missing");
    }
    const auto bytes = parse_hex_bytes(*id);
    if (!bytes || bytes->size() > kMax8) {
        reader.fail("id", "must be at most 255 bytes in hexadecimal digits");
    }
    descriptor.nid = *bytes;
    reader.finish();
    return descriptor;
}

} // namespace

/// A text with a unit, or a number of bytes.
std::optional<std::uint64_t> read_size(TomlReader& reader, std::string_view key) {
    const toml::node* const found = reader.node(key);
    if (found == nullptr || !found->is_string()) {
        return reader.integer(key, 0, kMaxInteger);
    }
    const std::string text = reader.text(key).value_or("");
    const auto size = parse_size(text);
    if (!size) {
        reader.fail(key, fmt::format("'{}' is no size", text),
                    "write \"64MiB\" or a number of bytes");
    }
    return size;
}

NamespaceSpec read_namespace(TomlReader& reader, bool in_array) {
    NamespaceSpec spec;
    const auto nsid = reader.integer("nsid", 1, kMaxNsid);
    if (!nsid && in_array) {
        reader.fail("nsid", "is missing");
    }
    spec.nsid = static_cast<std::uint32_t>(nsid.value_or(1));
    spec.count = static_cast<std::uint32_t>(
        reader
            .integer("count", 1,
                     std::min<std::int64_t>(kMaxNamespaces, std::int64_t{kMaxNsid} - spec.nsid + 1))
            .value_or(1));
    if (in_array) {
        spec.absent = reader.boolean("absent").value_or(false);
    }
    spec.size = read_size(reader, "size");
    if (const auto block_size = reader.integer("block_size", 512, 1U << 20U)) {
        if (!std::has_single_bit(*block_size)) {
            reader.fail("block_size", fmt::format("{} is not a power of two", *block_size));
        }
        spec.block_size = static_cast<std::uint32_t>(*block_size);
    }
    read_id(reader, "uuid", &nvme::parse_uuid, spec.uuid);
    read_id(reader, "nguid", &nvme::parse_nguid, spec.nguid);
    read_id(reader, "eui64", &nvme::parse_eui64, spec.eui64);
    const auto as32 = [](std::optional<std::uint64_t> value) {
        return value ? std::optional<std::uint32_t>{static_cast<std::uint32_t>(*value)}
                     : std::nullopt;
    };
    spec.ana_group = as32(reader.integer("ana_group", 0, kMax32));
    spec.ana_groups = as32(reader.integer("ana_groups", 1, kMaxNamespaces));
    spec.data = reader.text("data");
    if (reader.raw().contains("descriptors")) {
        spec.descriptors.emplace();
        std::size_t size = 0;
        reader.tables("descriptors", [&](TomlReader& inner) {
            spec.descriptors->push_back(read_descriptor(inner));
            size += 4 + spec.descriptors->back().nid.size();
        });
        if (size > nvme::kIdentifySize) {
            reader.fail("descriptors", "do not fit a page of 4096 bytes");
        }
    }
    reader.table("nvm", [&](TomlReader& inner) {
        read_fields(inner, AnswerKind::nvm, spec.nvm);
        inner.finish("the keys are the fields of Identify CNS 05h");
    });
    reader.table("independent", [&](TomlReader& inner) {
        read_fields(inner, AnswerKind::independent, spec.independent);
        inner.finish("the keys are the fields of Identify CNS 08h");
    });
    read_fields(reader, AnswerKind::identify_namespace, spec.identify);
    reader.finish("see haoh-arraysim(1): NAMESPACES");
    return spec;
}

} // namespace haoh::arraysim
