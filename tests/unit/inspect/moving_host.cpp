// SPDX-License-Identifier: LGPL-2.1-or-later
#include "moving_host.hpp"

#include "unit/catalogue/pair.hpp"

#include <chrono>
#include <fstream>
#include <random>

namespace haoh::test {

namespace {

namespace fs = std::filesystem;

constexpr unsigned kHostControllers = 2;
constexpr unsigned kHeads = 4;

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

void rest_for(long milliseconds) {
    std::this_thread::sleep_for(std::chrono::milliseconds{milliseconds});
}

} // namespace

MovingHost::MovingHost(std::string_view nqn) {
    tree_.add_subsystem(nqn, kHostControllers, kHeads);
    fs::create_directories(root() / "away");
}

Source MovingHost::source() const {
    Source source;
    source.sysroot = tree_.root();
    source.ask_controllers = false;
    return source;
}

void MovingHost::set(const std::string& file, const std::string& text) const {
    const fs::path fresh = root() / "away/fresh";
    std::ofstream(fresh) << text << '\n';
    fs::rename(fresh, root() / file);
}

void MovingHost::set_path(unsigned controller, unsigned head, const std::string& file,
                          const std::string& text) const {
    set(SysfsTree::path(0, controller, head) + "/" + file, text);
}

void MovingHost::take_away(const std::string& directory) const {
    fs::rename(root() / directory, away(directory));
}

void MovingHost::bring_back(const std::string& directory) const {
    fs::rename(away(directory), root() / directory);
}

fs::path MovingHost::away(const std::string& directory) const {
    return root() / "away" / fs::path(directory).filename();
}

/// The kernel learns of the arrays' states path by path.
HostMove path_state(unsigned controller, unsigned head, const std::string& state) {
    return [=](const MovingHost& host) { host.set_path(controller, head, "ana_state", state); };
}

HostMove path_size(unsigned controller, unsigned head, const std::string& sectors) {
    return [=](const MovingHost& host) { host.set_path(controller, head, "size", sectors); };
}

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

HostChurn::HostChurn(const MovingHost& host, const HostChange& change, std::uint32_t seed)
    : thread_{[this, &host, &change, random = std::minstd_rand{seed}]() mutable {
          std::vector<std::size_t> done(change.cycles.size());
          const auto step = [&](std::size_t cycle) {
              const auto& moves = change.cycles[cycle];
              moves[done[cycle]++ % moves.size()](host);
              ++moves_;
          };
          while (!ended_) {
              const std::size_t cycle =
                  std::uniform_int_distribution<std::size_t>{0, change.cycles.size() - 1}(random);
              do {
                  step(cycle);
                  rest_for(std::uniform_int_distribution<long>{0, 3}(random));
              } while (done[cycle] % change.cycles[cycle].size() != 0 && !ended_);
              rest_for(std::uniform_int_distribution<long>{0, 80}(random));
          }
          for (std::size_t cycle = 0; cycle < done.size(); ++cycle) {
              while (done[cycle] % change.cycles[cycle].size() != 0) {
                  step(cycle);
              }
          }
      }} {}

HostChurn::~HostChurn() {
    ended_ = true;
    thread_.join();
}

std::vector<std::string> fails_and_warns(const Report& report) {
    std::vector<std::string> out;
    for (std::string& line : lines(report)) {
        if (line.starts_with("FAIL ") || line.starts_with("WARN ")) {
            out.push_back(std::move(line));
        }
    }
    return out;
}

} // namespace haoh::test
