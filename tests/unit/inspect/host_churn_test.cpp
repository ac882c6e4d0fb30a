// SPDX-License-Identifier: LGPL-2.1-or-later
// A host's kernel that follows legal changes, and one with defects under them: what sysfs says is read one
// file after the other, while the kernel changes them one after the other.
#include <haoh/inspection.hpp>

#include "support/sysfs_tree.hpp"
#include "unit/catalogue/pair.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace haoh::test {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kHostControllers = 2;
constexpr unsigned kHeads = 4;
constexpr std::size_t kHostChecks = 12;

/// One subsystem, two controllers, a path from each to each of four namespaces.
class MovingHost {
  public:
    MovingHost() {
        tree_.add_subsystem("nqn.2014-08.org.example:stretched", kHostControllers, kHeads);
        fs::create_directories(root() / "away");
    }

    [[nodiscard]] Source source() const {
        Source source;
        source.sysroot = tree_.root();
        source.ask_controllers = false;
        return source;
    }
    /// In one step, as sysfs does it: whoever reads gets the one or the other.
    void set(const std::string& file, const std::string& text) const {
        const fs::path fresh = root() / "away/fresh";
        std::ofstream(fresh) << text << '\n';
        fs::rename(fresh, root() / file);
    }
    void set_path(unsigned controller, unsigned head, const std::string& file,
                  const std::string& text) const {
        set(SysfsTree::path(0, controller, head) + "/" + file, text);
    }
    void take_away(const std::string& directory) const {
        fs::rename(root() / directory, away(directory));
    }
    void bring_back(const std::string& directory) const {
        fs::rename(away(directory), root() / directory);
    }

  private:
    [[nodiscard]] fs::path root() const { return tree_.root(); }
    [[nodiscard]] fs::path away(const std::string& directory) const {
        return root() / "away" / fs::path(directory).filename();
    }

    SysfsTree tree_{KernelLayout::v6_12};
};

using HostMove = std::function<void(const MovingHost&)>;

/// The kernel learns of the arrays' states path by path.
HostMove path_state(unsigned controller, unsigned head, const std::string& state) {
    return [=](const MovingHost& host) { host.set_path(controller, head, "ana_state", state); };
}
HostMove path_size(unsigned controller, unsigned head, const std::string& sectors) {
    return [=](const MovingHost& host) { host.set_path(controller, head, "size", sectors); };
}
HostMove head_size(unsigned head, const std::string& sectors) {
    return [=](const MovingHost& host) { host.set(SysfsTree::head(0, head) + "/size", sectors); };
}
HostMove of_controller(unsigned number, const std::string& file, const std::string& text) {
    return
        [=](const MovingHost& host) { host.set(SysfsTree::controller(number) + "/" + file, text); };
}
HostMove gone(const std::string& directory) {
    return [=](const MovingHost& host) { host.take_away(directory); };
}
HostMove back(const std::string& directory) {
    return [=](const MovingHost& host) { host.bring_back(directory); };
}

struct HostChange {
    std::string name;
    std::vector<std::vector<HostMove>> cycles; ///< each from the first to the last and again
};

const std::vector<HostChange>& host_changes() {
    static const std::vector<HostMove> owner{
        path_state(0, 1, "change"),       path_state(1, 1, "change"),
        path_state(0, 1, "inaccessible"), path_state(1, 1, "optimized"),
        path_state(0, 1, "change"),       path_state(1, 1, "change"),
        path_state(1, 1, "inaccessible"), path_state(0, 1, "optimized")};
    static const std::vector<HostMove> grows{path_size(0, 2, "4194304"), path_size(1, 2, "4194304"),
                                             head_size(2, "4194304"),    path_size(1, 2, "2097152"),
                                             path_size(0, 2, "2097152"), head_size(2, "2097152")};
    static const std::vector<HostMove> comes{
        gone(SysfsTree::path(0, 0, 3)), gone(SysfsTree::path(0, 1, 3)),
        gone(SysfsTree::head(0, 3)),    back(SysfsTree::head(0, 3)),
        back(SysfsTree::path(0, 1, 3)), back(SysfsTree::path(0, 0, 3))};
    // Each time it gets another controller ID: the array is of the dynamic model.
    static const std::vector<HostMove> reconnects{
        of_controller(0, "state", "resetting"),  of_controller(0, "state", "connecting"),
        of_controller(0, "cntlid", "3"),         of_controller(0, "state", "live"),
        of_controller(0, "state", "connecting"), of_controller(0, "cntlid", "1"),
        of_controller(0, "state", "live")};
    static const std::vector<HostChange> changes{
        {.name = "owner_moves", .cycles = {owner}},
        {.name = "volumes_grow", .cycles = {grows}},
        {.name = "volumes_come_and_go", .cycles = {comes}},
        {.name = "controllers_reconnect", .cycles = {reconnects}},
        {.name = "all_at_once", .cycles = {owner, grows, comes, reconnects}},
    };
    return changes;
}

/// Makes its changes until it is destroyed. What belongs together follows at once, and then it rests.
class HostChurn {
  public:
    HostChurn(const MovingHost& host, const HostChange& change, std::uint32_t seed)
        : thread_{[this, &host, &change, random = std::minstd_rand{seed}]() mutable {
              std::vector<std::size_t> done(change.cycles.size());
              const auto step = [&](std::size_t cycle) {
                  const auto& moves = change.cycles[cycle];
                  moves[done[cycle]++ % moves.size()](host);
                  ++moves_;
              };
              while (!ended_) {
                  const std::size_t cycle = std::uniform_int_distribution<std::size_t>{
                      0, change.cycles.size() - 1}(random);
                  do {
                      step(cycle);
                      pause(std::uniform_int_distribution<long>{0, 3}(random));
                  } while (done[cycle] % change.cycles[cycle].size() != 0 && !ended_);
                  pause(std::uniform_int_distribution<long>{0, 80}(random));
              }
              for (std::size_t cycle = 0; cycle < done.size(); ++cycle) {
                  while (done[cycle] % change.cycles[cycle].size() != 0) {
                      step(cycle);
                  }
              }
          }} {}
    ~HostChurn() {
        ended_ = true;
        thread_.join();
    }
    HostChurn(const HostChurn&) = delete;
    HostChurn& operator=(const HostChurn&) = delete;

    [[nodiscard]] std::size_t moves() const { return moves_; }

  private:
    static void pause(long milliseconds) {
        std::this_thread::sleep_for(std::chrono::milliseconds{milliseconds});
    }

    std::atomic<bool> ended_{};
    std::atomic<std::size_t> moves_{};
    std::thread thread_;
};

std::vector<std::string> fails_and_warns(const Report& report) {
    std::vector<std::string> out;
    for (std::string& line : lines(report)) {
        if (line.starts_with("FAIL ") || line.starts_with("WARN ")) {
            out.push_back(std::move(line));
        }
    }
    return out;
}

class HostChanges : public ::testing::TestWithParam<HostChange> {};

TEST_P(HostChanges, are_no_defect) {
    const MovingHost host;
    const Report still = inspect_now(host.source(), {}).report;
    ASSERT_THAT(fails_and_warns(still), testing::IsEmpty());
    std::size_t again = 0;
    std::size_t most = 0;
    std::vector<std::string> doubts;
    const HostChurn churn(host, GetParam(), 1);
    for (std::size_t i = 0; i < kHostChecks; ++i) {
        const Report report = inspect_now(host.source(), {}).report;
        EXPECT_THAT(fails_and_warns(report), testing::IsEmpty()) << report.readings << " readings";
        if (report.verdict != still.verdict) {
            doubts.push_back(fmt::format("{}", fmt::join(lines(report), ", ")));
        }
        again += report.readings > 1 ? 1 : 0;
        most = std::max(most, report.readings);
    }
    std::cout << GetParam().name << ": " << kHostChecks << " checks, " << again
              << " of which looked again, up to " << most << " times; " << doubts.size()
              << " unknown; " << churn.moves() << " moves\n";
    EXPECT_LE(doubts.size(), 1U) << testing::PrintToString(doubts);
}

INSTANTIATE_TEST_SUITE_P(Kinds, HostChanges, testing::ValuesIn(host_changes()),
                         [](const auto& one) { return one.param.name; });

struct HostDefect {
    std::string name;
    std::string told;
    std::vector<HostMove> moves;
};

const std::vector<HostDefect>& host_defects() {
    static const std::vector<HostDefect> defects{
        {.name = "size_of_a_path",
         .told = "FAIL host.path.size 14",
         .moves = {path_size(1, 4, "2097160")}},
        {.name = "block_size_of_a_path",
         .told = "FAIL host.path.block_size 14",
         .moves = {[](const MovingHost& host) {
             host.set_path(1, 4, "queue/logical_block_size", "4096");
         }}},
        {.name = "read_only_path",
         .told = "FAIL host.path.read_only 14",
         .moves = {[](const MovingHost& host) { host.set_path(1, 4, "ro", "1"); }}},
        {.name = "no_usable_path",
         .told = "FAIL host.ns.usable_path 14",
         .moves = {path_state(0, 4, "inaccessible"), path_state(1, 4, "inaccessible")}},
    };
    return defects;
}

class HostDefects : public ::testing::TestWithParam<HostDefect> {};

TEST_P(HostDefects, are_told_beside_each_change) {
    std::vector<std::thread> threads;
    std::vector<std::vector<std::string>> told(host_changes().size());
    for (std::size_t i = 0; i < told.size(); ++i) {
        threads.emplace_back([i, &told, &defect = GetParam()] {
            const MovingHost host;
            for (const HostMove& move : defect.moves) {
                move(host);
            }
            const HostChurn churn(host, host_changes()[i], 2);
            told[i] = fails_and_warns(inspect_now(host.source(), {}).report);
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (std::size_t i = 0; i < told.size(); ++i) {
        EXPECT_THAT(told[i], testing::ElementsAre(GetParam().told)) << host_changes()[i].name;
    }
}

INSTANTIATE_TEST_SUITE_P(Planted, HostDefects, testing::ValuesIn(host_defects()),
                         [](const auto& one) { return one.param.name; });

} // namespace
} // namespace haoh::test
