// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Looking something up that may not be there.
#pragma once

namespace haoh::monitor {

/// What a map has for a key; null: nothing.
template <typename Map, typename Key>
[[nodiscard]] auto* find_value(Map& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
}

} // namespace haoh::monitor
