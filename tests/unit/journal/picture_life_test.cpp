// SPDX-License-Identifier: LGPL-2.1-or-later
// A monitor's life, at random: what is carried on by its events is what it knows itself.
#include "monitor/fusion.hpp"

#include <haoh/journal.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace haoh {
namespace {

using namespace std::chrono_literals;

constexpr std::array<const char*, 8> kStates{"optimized", "non-optimized",   "inaccessible",
                                             "change",    "persistent-loss", "(null)",
                                             "",          "optimized"};

/// A host with controllers and namespaces that come, go and change.
class Life {
  public:
    explicit Life(std::uint32_t seed, std::string host) : random_{seed}, host_{std::move(host)} {
        for (unsigned controller = 0; controller < 4; ++controller) {
            controllers_.at(controller).there = true;
        }
        see();
        for (unsigned controller = 0; controller < 4; ++controller) {
            set_array(controller);
        }
        fusion.restore_source("udev", now_);
        static_cast<void>(fusion.take(occasion()));
        player.take(JournalEntry{.kind = JournalEntry::Kind::begin, .status = fusion.status(now_)});
    }

    void step() {
        now_.monotonic += std::chrono::microseconds{1 + number(1000)};
        now_.wall += 1ms;
        const unsigned controller = number(3);
        Controller& one = controllers_.at(controller);
        switch (number(9)) {
        case 0:
            one.there = !one.there;
            see();
            set_array(controller);
            break;
        case 1:
            flip(namespaces_.at(number(4)));
            see();
            break;
        case 2:
            one.state = one.state == ControllerState::live ? ControllerState::connecting
                                                           : ControllerState::live;
            if (one.there) {
                fusion.see_controller_state(host_, name_of(controller), one.state, occasion());
            }
            break;
        case 3:
            fusion.notice(host_, {.controller = name_of(controller), .event = {}, .count = 2},
                          occasion());
            break;
        case 4:
            fusion.lose_source("udev", std::string{number(1) == 0 ? "gone" : "away"}, now_);
            break;
        case 5:
            fusion.restore_source("udev", now_);
            break;
        case 6:
            sizes_.at(number(4)) += 4096;
            see();
            break;
        default:
            change(controller, number(4));
            break;
        }
        for (Event& event : fusion.take(occasion())) {
            event.sequence = ++sequence_;
            player.take(event);
        }
    }

    /// What the monitor knows, without what no event tells.
    [[nodiscard]] MonitorStatus known() const { return comparable(fusion.status(now_)); }
    [[nodiscard]] static MonitorStatus comparable(MonitorStatus status) {
        status.now = status.began = {};
        status.subsystems.clear();
        std::erase_if(status.sources, [](const auto& source) { return source.name != "udev"; });
        for (auto& one : status.controllers) {
            one.address.clear();
            one.array.clear();
        }
        for (auto& one : status.namespaces) {
            one.bytes = 0;
            one.identity.clear();
        }
        return status;
    }

    monitor::Fusion fusion;
    JournalPlayer player;

  private:
    struct Controller {
        bool there{};
        ControllerState state{ControllerState::live};
    };

    static void flip(bool& value) { value = !value; }
    unsigned number(unsigned most) {
        return std::uniform_int_distribution<unsigned>{0, most}(random_);
    }
    static std::string name_of(unsigned controller) { return "nvme" + std::to_string(controller); }
    static std::string path_of(unsigned controller, unsigned nsid) {
        return "nvme0c" + std::to_string(controller) + "n" + std::to_string(nsid + 1);
    }
    [[nodiscard]] monitor::Occasion occasion() const {
        return {
            .observed = now_, .cause = Moment::at(now_.monotonic - 1us, now_), .source = "sysfs"};
    }
    void set_array(unsigned controller) {
        fusion.set_array(host_, name_of(controller), controller < 2 ? "a" : "b");
    }
    void see() {
        monitor::View view;
        for (unsigned controller = 0; controller < 4; ++controller) {
            if (controllers_.at(controller).there) {
                view.controllers.push_back({.name = name_of(controller),
                                            .subsysnqn = "nqn",
                                            .address = {},
                                            .state = controllers_.at(controller).state});
            }
        }
        for (unsigned nsid = 0; nsid < 5; ++nsid) {
            monitor::ViewedNamespace one;
            one.subsysnqn = "nqn";
            one.nsid = nsid + 1;
            one.device = "nvme0n" + std::to_string(nsid + 1);
            one.bytes = sizes_.at(nsid);
            for (unsigned controller = 0; controller < 4; ++controller) {
                if (controllers_.at(controller).there && namespaces_.at(nsid)) {
                    one.paths.push_back(
                        {.controller = name_of(controller),
                         .name = path_of(controller, nsid),
                         .ana_state = PathAnaState::of(states_.at(controller).at(nsid)),
                         .ana_grpid = nsid + 1,
                         .bytes = sizes_.at(nsid)});
                }
            }
            if (!one.paths.empty()) {
                view.namespaces.push_back(std::move(one));
            }
        }
        fusion.see(host_, view, occasion());
    }
    void change(unsigned controller, unsigned nsid) {
        const char* const state = kStates.at(number(kStates.size() - 1));
        states_.at(controller).at(nsid) = state;
        fusion.see_ana_state(host_, path_of(controller, nsid), PathAnaState::of(state), occasion());
    }

    std::mt19937 random_;
    std::uint64_t sequence_{};
    std::string host_;
    Moment now_{.monotonic = 1000s, .wall = 1'700'000'000s};
    std::array<Controller, 4> controllers_;
    std::array<bool, 5> namespaces_{true, true, true, true, false};
    std::array<std::uint64_t, 5> sizes_{4096, 4096, 8192, 8192, 4096};
    std::array<std::array<std::string, 5>, 4> states_{
        {{"optimized", "", "change", "", "optimized"},
         {"optimized", "", "optimized", "", "optimized"},
         {"inaccessible", "", "optimized", "", "optimized"},
         {"non-optimized", "", "optimized", "", "optimized"}}};
};

TEST(RandomLife, carried_by_its_events_is_what_the_monitor_knows) {
    for (std::uint32_t seed = 0; seed < 40; ++seed) {
        Life life{seed, "host-1"};
        for (unsigned step = 0; step < 300; ++step) {
            life.step();
            const MonitorStatus known = life.known();
            const MonitorStatus carried = Life::comparable(life.player.status());
            ASSERT_EQ(carried.events, known.events) << seed << " " << step;
            ASSERT_EQ(carried.controllers, known.controllers) << seed << " " << step;
            ASSERT_EQ(carried.namespaces.size(), known.namespaces.size()) << seed << " " << step;
            for (std::size_t index = 0; index < known.namespaces.size(); ++index) {
                const auto& [of_monitor, of_events] =
                    std::pair{known.namespaces[index], carried.namespaces[index]};
                ASSERT_EQ(of_events.nsid, of_monitor.nsid) << seed << " " << step;
                ASSERT_EQ(of_events.paths, of_monitor.paths) << seed << " " << step;
                ASSERT_EQ(of_events.access, of_monitor.access) << seed << " " << step;
            }
            ASSERT_EQ(carried, known) << seed << " " << step;
        }
    }
}

} // namespace
} // namespace haoh
