// SPDX-License-Identifier: LGPL-2.1-or-later
// The choice of paths of many devices at random, against drivers/nvme/host/multipath.c in a few lines:
// nvme_find_path of each policy, and nvme_available_path for what happens where none is found.
#include "device.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>

namespace haoh::test {
namespace {

constexpr unsigned kNodes = 2;
constexpr std::uint64_t kForever = ~std::uint64_t{0};

/// What the test makes of a path, as numbers.
struct ModelPath {
    std::string name;
    std::string state;     ///< of its controller
    std::string ana;       ///< empty: no attribute
    int node{-1};          ///< of its controller
    int depth{-1};         ///< -1: not shown
    std::set<int> keeps;   ///< nodes that remember it
    bool resized{};        ///< not of the head's size
    bool reconnects{true}; ///< has ctrl_loss_tmo
    std::uint64_t loss{kForever};
    std::uint64_t failfast{kForever};
    std::string array;

    [[nodiscard]] bool live() const { return state == "live"; }
    [[nodiscard]] bool optimized() const {
        return live() && !resized && (ana.empty() || ana == "optimized");
    }
    [[nodiscard]] bool non_optimized() const {
        return live() && !resized && ana == "non-optimized";
    }
};

struct Model {
    std::string policy;
    std::vector<ModelPath> paths;
    std::array<std::array<unsigned, kNodes>, kNodes> distances{};
    std::uint64_t delayed{};

    [[nodiscard]] unsigned far(unsigned node, const ModelPath& path) const {
        return path.node < 0 ? 10 : distances.at(node).at(static_cast<std::size_t>(path.node));
    }

    /// The names of the paths that the next I/O of a node may take.
    [[nodiscard]] std::vector<std::string> takes(unsigned node,
                                                 const std::set<std::size_t>& lost) const {
        std::vector<const ModelPath*> best;
        std::vector<const ModelPath*> rest;
        for (std::size_t i = 0; i < paths.size(); ++i) {
            if (!lost.contains(i) && paths[i].optimized()) {
                best.push_back(&paths[i]);
            } else if (!lost.contains(i) && paths[i].non_optimized()) {
                rest.push_back(&paths[i]);
            }
        }
        const bool any_best = !best.empty();
        if (!any_best) {
            best = rest;
        }
        if (best.size() < 2 || policy == "round-robin") {
            std::vector<std::string> names;
            for (const ModelPath* const one : best) {
                names.push_back(one->name);
            }
            return names;
        }
        const ModelPath* taken = best.front();
        for (const ModelPath* const one : best) {
            if (policy == "numa" && far(node, *one) < far(node, *taken)) {
                taken = one;
            }
        }
        if (policy == "numa" && any_best) {
            const auto kept = std::ranges::find_if(best, [&](const ModelPath* one) {
                return one->keeps.contains(static_cast<int>(node));
            });
            taken = kept == best.end() ? taken : *kept;
        }
        const bool shown =
            std::ranges::all_of(best, [](const auto* one) { return one->depth >= 0; });
        if (policy == "queue-depth" && shown) {
            taken = *std::ranges::min_element(best, {}, &ModelPath::depth);
        }
        return {taken->name};
    }

    /// For how many seconds I/O waits where no path is found; 0: it fails. `answers`: a live controller
    /// keeps it waiting, however long.
    [[nodiscard]] std::uint64_t waits(const std::set<std::size_t>& lost, bool& answers) const {
        std::uint64_t longest = 0;
        answers = false;
        for (std::size_t i = 0; i < paths.size(); ++i) {
            const ModelPath& one = paths[i];
            answers = answers || (one.live() && !lost.contains(i));
            const bool comes_back =
                one.state == "live" || one.state == "resetting" || one.state == "connecting";
            if (comes_back && one.reconnects) {
                longest = std::max(longest, std::min(one.loss, one.failfast));
            }
        }
        return longest == 0 || longest == kForever ? longest : longest + delayed;
    }
};

Attribute seconds(std::uint64_t value) {
    return Attribute::of(value == kForever ? "off" : std::to_string(value));
}

class RandomDevice {
  public:
    explicit RandomDevice(unsigned seed) : engine_{seed} {
        model.policy = pick({"numa", "round-robin", "queue-depth"});
        for (unsigned a = 0; a < kNodes; ++a) {
            for (unsigned b = 0; b < kNodes; ++b) {
                model.distances.at(a).at(b) = 10 + below(3);
            }
        }
        model.delayed = below(2) * 7;
        const unsigned count = below(6);
        const bool same = below(2) == 0; // only paths that can be used, so that there is a choice
        std::array<bool, kNodes> kept{};
        for (unsigned i = 0; i < count; ++i) {
            ModelPath one;
            one.name = fmt::format("nvme0c{}n1", i);
            one.state = same || below(3) != 0
                            ? "live"
                            : pick({"resetting", "connecting", "deleting", "dead"});
            one.ana = same ? pick({"optimized", "non-optimized"})
                           : pick({"", "optimized", "non-optimized", "inaccessible",
                                   "persistent-loss", "change"});
            one.node = static_cast<int>(below(kNodes + 1)) - 1;
            one.depth = below(8) == 0 ? -1 : static_cast<int>(below(3));
            for (unsigned node = 0; node < kNodes; ++node) {
                if (!kept.at(node) && below(4) == 0) {
                    kept.at(node) = true;
                    one.keeps.insert(static_cast<int>(node));
                }
            }
            one.resized = !same && below(8) == 0;
            one.reconnects = below(4) != 0;
            one.loss = below(3) == 0 ? kForever : below(3) * 10;
            one.failfast = below(2) == 0 ? kForever : below(3) * 6;
            one.array = pick({"", "a", "b"});
            model.paths.push_back(one);
        }
    }

    [[nodiscard]] Device made() const {
        Device device(model.policy, "7.3.4");
        device.numa.nodes = {{0, {model.distances[0].begin(), model.distances[0].end()}},
                             {1, {model.distances[1].begin(), model.distances[1].end()}}};
        device.head().delayed_removal_secs = Attribute::of(std::to_string(model.delayed));
        for (std::size_t i = 0; i < model.paths.size(); ++i) {
            const ModelPath& one = model.paths[i];
            device.path(one.ana);
            KernelController& controller = device.controller(i);
            controller.state = Attribute::of(one.state);
            controller.numa_node = Attribute::of(std::to_string(one.node));
            controller.ctrl_loss_tmo = one.reconnects ? seconds(one.loss) : Attribute{};
            controller.fast_io_fail_tmo = seconds(one.failfast);
            KernelPath& path = device.path_at(i);
            if (one.ana.empty()) {
                path.ana_state = {};
            }
            if (one.depth >= 0) {
                path.queue_depth = Attribute::of(std::to_string(one.depth));
            }
            path.numa_nodes = Attribute::of(fmt::format("{}", fmt::join(one.keeps, ",")));
            if (one.resized) {
                path.size = Attribute::of("1");
            }
            if (!one.array.empty()) {
                device.attributions.add({.host = device.kernel.host,
                                         .controller = controller.name,
                                         .array = one.array,
                                         .evidence = {}});
            }
        }
        return device;
    }

    Model model;

  private:
    unsigned below(unsigned bound) { return static_cast<unsigned>(engine_() % bound); }
    std::string pick(const std::vector<std::string>& of) {
        return of[below(static_cast<unsigned>(of.size()))];
    }

    std::mt19937 engine_;
};

/// Why each path is not taken that could be.
void expect_reasons(const Model& model, const NodeChoice& choice) {
    const auto found = [&](const std::string& name) {
        return *std::ranges::find(model.paths, name, &ModelPath::name);
    };
    const ModelPath taken = found(choice.takes.front());
    for (const PathNotTaken& one : choice.others) {
        const ModelPath path = found(one.path);
        if (!path.optimized() && !path.non_optimized()) {
            continue;
        }
        const bool worse = taken.optimized() && !path.optimized();
        EXPECT_EQ(one.why.find("it is non-optimized, and") == 0, worse) << one.path;
        const bool farther = !worse && model.policy == "numa" &&
                             model.far(choice.node, path) > model.far(choice.node, taken);
        EXPECT_EQ(one.why.find("its controller is farther") == 0, farther) << one.path;
        const bool busier = !worse && model.policy == "queue-depth" && path.depth >= 0 &&
                            taken.depth >= 0 && path.depth > taken.depth;
        EXPECT_EQ(one.why.find("commands in flight") != std::string::npos, busier) << one.path;
    }
}

void expect_as_in(const Model& model, const NodeChoice& choice, const std::set<std::size_t>& lost) {
    const std::vector<std::string> expected = model.takes(choice.node, lost);
    EXPECT_EQ(choice.takes, expected);
    if (!expected.empty()) {
        EXPECT_EQ(choice.next, NextIo::sent);
        expect_reasons(model, choice);
        return;
    }
    bool answers = false;
    const std::uint64_t waits = model.waits(lost, answers);
    EXPECT_EQ(choice.next,
              answers || waits > 0 || model.delayed > 0 ? NextIo::queued : NextIo::failed);
    if (answers) {
        EXPECT_THAT(choice.why, testing::HasSubstr("a controller is live"));
    } else if (waits == kForever) {
        EXPECT_THAT(choice.why, testing::HasSubstr("for ever"));
    } else if (waits > 0) {
        EXPECT_THAT(choice.why, testing::HasSubstr(fmt::format("at most {} s", waits)));
    } else if (model.delayed > 0) {
        EXPECT_THAT(choice.why,
                    testing::HasSubstr(fmt::format("{} s for a new one", model.delayed)));
    }
}

TEST(PathChoiceModel, agrees_on_every_device) {
    for (unsigned seed = 0; seed < 3000 && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE(seed);
        const RandomDevice random(seed);
        const Model& model = random.model;
        Device device = random.made();
        const PathChoice choice = device.explained();
        ASSERT_EQ(choice.nodes.size(), kNodes);
        for (const NodeChoice& node : choice.nodes) {
            expect_as_in(model, node, {});
            EXPECT_EQ(node.others.size() + node.takes.size(), model.paths.size());
        }
        std::map<std::string, std::set<std::size_t>> losses;
        for (std::size_t i = 0; i < model.paths.size(); ++i) {
            losses[model.paths[i].name] = {i};
        }
        std::map<std::string, std::set<std::size_t>> arrays;
        for (std::size_t i = 0; i < model.paths.size(); ++i) {
            if (!model.paths[i].array.empty()) {
                arrays[model.paths[i].array].insert(i);
            }
        }
        if (arrays.size() > 1) {
            losses.merge(arrays);
        }
        ASSERT_EQ(choice.losses.size(), losses.size());
        for (const LossOutcome& loss : choice.losses) {
            ASSERT_TRUE(losses.contains(loss.name)) << loss.name;
            SCOPED_TRACE(loss.name);
            EXPECT_EQ(loss.array, loss.name.size() == 1);
            bool changes = false;
            for (std::size_t i = 0; i < kNodes; ++i) {
                expect_as_in(model, loss.nodes.at(i), losses[loss.name]);
                EXPECT_THAT(loss.nodes[i].others, testing::IsEmpty());
                changes = changes || loss.nodes[i].takes != choice.nodes[i].takes ||
                          loss.nodes[i].next != choice.nodes[i].next;
            }
            EXPECT_EQ(loss.changes, changes);
        }
    }
}

} // namespace
} // namespace haoh::test
