// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor_screen.hpp"

#include "monitor_sample.hpp"
#include "screen_text.hpp"

#include "base/safe_text.hpp"

#include "support/growth.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace haoh::tool {
namespace {

using test::ana_change;
using test::make_namespace;
using test::make_status;
using test::pair_namespace;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = text.find('\n', begin);
        out.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return out;
}

std::string long_line(const Event& event, unsigned /*width*/) {
    return std::string(500, 'x') + std::to_string(event.sequence);
}

/// 4,096 namespaces, of which some are in each kind of trouble, each with paths of its own.
MonitorStatus large(unsigned seed, unsigned trouble_of_1000, std::uint32_t count = 4096) {
    std::mt19937 random{seed};
    const auto any = [&random](std::uint32_t below) {
        return static_cast<std::uint32_t>(random() % below);
    };
    const std::vector<std::string> good{"optimized", "non-optimized"};
    const std::vector<std::string> bad{"inaccessible", "persistent-loss", "change",
                                       "non-optimized"};
    std::vector<MonitorStatus::Namespace> namespaces;
    for (std::uint32_t nsid = 1; nsid <= count; ++nsid) {
        const bool trouble = any(1000) < trouble_of_1000;
        const auto state = [&] { return trouble ? bad[any(4)] : good[any(2)]; };
        namespaces.push_back(make_namespace(
            nsid, {{"nvme1", trouble ? bad[any(4)] : "optimized", any(1000), any(60)},
                   {"nvme2", state(), any(1000), any(60)},
                   {"nvme3", state(), any(1000), any(60)},
                   {"nvme4", state(), any(1000), any(60)}}));
    }
    MonitorStatus status = make_status(std::move(namespaces));
    for (const char* const name : {"nvme3", "nvme4"}) {
        status.controllers.push_back(status.controllers.front());
        status.controllers.back().name = name;
    }
    return status;
}

bool in_trouble(const MonitorStatus::Namespace& one) {
    return one.access.access() != Access::restored;
}

TEST(MonitorScreenLarge, no_line_is_too_long_and_there_are_never_too_many) {
    MonitorScreen screen{long_line};
    for (std::uint32_t nsid = 1; nsid <= 1000; ++nsid) {
        screen.push(ana_change(30, nsid, "array-a"));
    }
    for (const unsigned trouble : {0U, 5U, 500U, 1000U}) {
        const MonitorStatus status = large(trouble + 1, trouble);
        for (const unsigned columns : {0U, 1U, 7U, 40U, 79U, 120U, 500U}) {
            for (const unsigned rows : {0U, 1U, 3U, 5U, 8U, 24U, 300U}) {
                const auto lines = lines_of(screen.render(status, {columns, rows}, false));
                EXPECT_LE(lines.size(), rows);
                for (const std::string& line : lines) {
                    EXPECT_LE(base::columns(line), columns) << line;
                    EXPECT_EQ(base::safe_text(line), line) << "a character was cut";
                }
            }
        }
    }
}

TEST(MonitorScreenLarge, events_have_three_lines_at_least) {
    MonitorScreen screen{long_line};
    for (std::uint64_t sequence = 1; sequence <= 1000; ++sequence) {
        screen.push(ana_change(30, 1, "array-a"));
    }
    for (const unsigned rows : {8U, 24U, 60U}) {
        const auto lines = lines_of(screen.render(large(1, 300), {80, rows}, false));
        EXPECT_EQ(lines.size(), rows);
        for (std::size_t index = lines.size() - 3; index < lines.size(); ++index) {
            EXPECT_THAT(lines[index], ::testing::StartsWith("xxx"));
        }
    }
}

/// NSIDs that are counted in lines of namespaces: "nsid 1-3, 7 and 12 more".
std::size_t shown_namespaces(const std::string& line) {
    const std::size_t begin = line.find("nsid ");
    if (begin == std::string::npos || !line.starts_with("  ")) {
        return 0;
    }
    const std::size_t others = line.find(" and ");
    return others != std::string::npos && others < begin
               ? std::stoul(line.substr(others + 5)) + 1 // "nvme0n1 and 12 more  nsid ..."
               : 1;
}

TEST(MonitorScreenLarge, all_trouble_comes_first_and_what_is_hidden_is_counted) {
    for (const unsigned trouble : {1U, 20U, 1000U}) {
        for (const unsigned rows : {12U, 24U, 60U}) {
            const MonitorStatus status = large(rows, trouble);
            const auto expected = static_cast<std::size_t>(
                std::count_if(status.namespaces.begin(), status.namespaces.end(), in_trouble));
            std::size_t shown = 0;
            std::size_t good = 0;
            std::size_t hidden_trouble = 0;
            std::size_t hidden_good = 0;
            for (const std::string& line :
                 lines_of(MonitorScreen{}.render(status, {200, rows}, false))) {
                const bool ok = line.find("  ok  ") != std::string::npos;
                (ok ? good : shown) += shown_namespaces(line);
                EXPECT_TRUE(ok || good == 0 || shown_namespaces(line) == 0) << line;
                if (line.starts_with("  and ")) {
                    std::size_t at = 6;
                    if (line.find("in trouble") != std::string::npos) {
                        hidden_trouble = std::stoul(line.substr(at));
                        at = std::min(line.find(", ", at), line.size() - 2) + 2;
                    }
                    hidden_good = at < line.size() ? std::stoul(line.substr(at)) : 0;
                }
            }
            EXPECT_EQ(shown + hidden_trouble, expected) << rows;
            EXPECT_EQ(good + hidden_good, status.namespaces.size() - expected) << rows;
            EXPECT_TRUE(hidden_trouble == 0 || good == 0) << "room for what is well";
        }
    }
}

TEST(MonitorScreenLarge, trouble_of_one_subsystem_is_shown_before_another_that_is_well) {
    MonitorStatus status = make_status({});
    for (int index = 0; index < 40; ++index) {
        const std::string nqn = "nqn.2026-01.org.example:" + std::to_string(100 + index);
        status.subsystems.push_back(
            {.host = "host-a", .subsysnqn = nqn, .identity = {}, .verdict = Verdict::pass});
        for (std::uint32_t nsid = 1; nsid <= 3; ++nsid) {
            status.namespaces.push_back(
                pair_namespace(nsid, index == 39 ? "persistent-loss" : "non-optimized"));
            status.namespaces.back().subsysnqn = nqn;
        }
    }
    const auto lines = lines_of(MonitorScreen{}.render(status, {80, 24}, false));
    EXPECT_THAT(lines[4], HasSubstr("example:139"));
    EXPECT_THAT(lines[5], HasSubstr("single_array"));
    EXPECT_THAT(lines[lines.size() - 2], HasSubstr("more that are ok"));
    EXPECT_THAT(lines[lines.size() - 2], HasSubstr("1 subsystem without a namespace"));
}

TEST(MonitorScreenLarge, four_thousand_namespaces_take_time_in_proportion) {
    MonitorScreen screen{long_line};
    for (std::uint32_t nsid = 1; nsid <= 4096; ++nsid) {
        screen.push(ana_change(30, nsid, "array-a"));
    }
    const auto drawn = [&screen](const MonitorStatus& status) {
        return [&] { EXPECT_FALSE(screen.render(status, {200, 60}, true).empty()); };
    };
    for (const unsigned trouble : {0U, 1000U}) {
        const MonitorStatus some = large(3, trouble, 512);
        const MonitorStatus many = large(3, trouble, 4096);
        EXPECT_LT(test::growth(drawn(some), drawn(many)), test::kMostForEightTimes) << trouble;
    }
}

} // namespace
} // namespace haoh::tool
