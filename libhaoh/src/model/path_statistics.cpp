// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/path_statistics.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

namespace haoh {

std::optional<BlockStatistics> parse_block_statistics(std::string_view text) {
    constexpr std::size_t kLeast = 11;
    std::array<std::uint64_t, 17> fields{};
    std::size_t count = 0;
    while (count < fields.size()) {
        text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
        if (text.empty()) {
            break;
        }
        const char* const end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(text.data(), end, fields[count]);
        if (error != std::errc{} ||
            (rest != end && *rest != ' ' && *rest != '\t' && *rest != '\n')) {
            return std::nullopt;
        }
        text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
        ++count;
    }
    if (count < kLeast) {
        return std::nullopt;
    }
    return BlockStatistics{.reads = fields[0],
                           .read_sectors = fields[2],
                           .writes = fields[4],
                           .write_sectors = fields[6],
                           .in_flight = fields[8],
                           .discards = fields[11],
                           .flushes = fields[15]};
}

} // namespace haoh
