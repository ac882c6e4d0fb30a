// SPDX-License-Identifier: LGPL-2.1-or-later
#include "judge/id_index.hpp"

#include <algorithm>

namespace haoh::judge {

namespace {

template <std::size_t N>
IdKey key_of(nvme::IdType type, const std::array<std::uint8_t, N>& value) {
    IdKey key{.type = type, .value = {}};
    std::copy(value.begin(), value.end(), key.value.begin());
    return key;
}

} // namespace

std::vector<IdKey> keys_of(const nvme::NamespaceIds& ids) {
    std::vector<IdKey> out;
    if (ids.uuid) {
        out.push_back(key_of(nvme::IdType::uuid, *ids.uuid));
    }
    if (ids.nguid) {
        out.push_back(key_of(nvme::IdType::nguid, *ids.nguid));
    }
    if (ids.eui64) {
        out.push_back(key_of(nvme::IdType::eui64, *ids.eui64));
    }
    return out;
}

std::string text_of(const IdKey& key) {
    const nvme::ByteView bytes{key.value};
    switch (key.type) {
    case nvme::IdType::uuid:
        return nvme::format_uuid(key.value);
    case nvme::IdType::eui64:
        return nvme::to_hex(bytes.first(8));
    case nvme::IdType::nguid:
    case nvme::IdType::csi:
        break;
    }
    return nvme::to_hex(bytes);
}

void IdIndex::add(const nvme::NamespaceIds& ids, std::size_t number) {
    for (const IdKey& key : keys_of(ids)) {
        first_.try_emplace(key, number);
    }
}

std::optional<std::size_t> IdIndex::find(const nvme::NamespaceIds& ids) const {
    std::optional<std::size_t> first;
    for (const IdKey& key : keys_of(ids)) {
        const auto found = first_.find(key);
        if (found != first_.end()) {
            first = std::min(first.value_or(found->second), found->second);
        }
    }
    return first;
}

} // namespace haoh::judge
