// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// One policy's run through a scenario.
#pragma once

#include "policy/event_heap.hpp"
#include "policy/latency_histogram.hpp"
#include "policy/random_time.hpp"

#include <haoh/policy.hpp>
#include <haoh/simulate.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>
#include <vector>

namespace haoh::policy {

/// What happens to one path at one moment.
struct Step {
    enum class Kind : std::uint8_t { ana, lose, detect, return_back };
    std::int64_t time{}; ///< from the beginning of the warm-up
    Kind kind{};
    std::uint32_t path{};
    nvme::AnaState state{};
    std::int64_t detected{}; ///< of `lose`: when
};

/// What is the same for all policies.
struct Plan {
    std::vector<Step> steps;                ///< in their order
    std::vector<std::int64_t> marks;        ///< times of the timeline's entries, ascending
    std::vector<std::size_t> entry_of_mark; ///< which entry each is
    std::vector<std::uint16_t> array_of_path;
    std::vector<std::string> arrays; ///< in the order of their first path
    std::uint16_t local_array{};
    std::vector<RandomTime> times; ///< by path
};
[[nodiscard]] Plan plan(const PolicyScenario& scenario);

/// \tparam Selector  a PathSelector to which no path was added
template <PathSelector Selector>
class Engine {
  public:
    Engine(const PolicyScenario& scenario, const Plan& plan, Selector& selector)
        : scenario_{scenario}, plan_{plan}, selector_{selector}, random_{scenario.seed},
          arrivals_{RandomTime::exponential(1e9 / scenario.workload.iops)},
          begin_{scenario.workload.warmup.count()}, end_{begin_ +
                                                         scenario.workload.duration.count()},
          writes_below_{static_cast<std::uint64_t>(scenario.workload.write_share * 0x1p32)} {
        for (const SimulatedPath& path : scenario.paths) {
            const auto number = static_cast<std::uint32_t>(paths_.size());
            paths_.emplace_back(plan.times[number], path.concurrency);
            Path& added = paths_.back();
            added.state = path.state;
            added.transfer = path.bandwidth > 0
                                 ? static_cast<std::int64_t>(scenario.workload.size /
                                                             (path.bandwidth * 1048576.0) * 1e9)
                                 : 0;
            added.index = *selector.add_path({.numa_node = path.numa_node,
                                              .site = plan.array_of_path[number],
                                              .weight = path.weight},
                                             path.state);
            slots_[added.index.slot()] = number;
        }
        result_.gaps.resize(plan.marks.size());
    }

    PolicyResult run() {
        const bool open = scenario_.workload.mode == Workload::Mode::open;
        std::int64_t arrival = open ? arrivals_.draw(random_) : kNever;
        for (unsigned i = 0; !open && i < scenario_.workload.depth; ++i) {
            submit_new(0);
        }
        for (;;) {
            const std::int64_t step =
                next_step_ < plan_.steps.size() ? plan_.steps[next_step_].time : kNever;
            const std::int64_t completion = heap_.empty() ? kNever : heap_.top().time;
            const std::int64_t now = std::min({step, completion, arrival});
            if (now >= end_) {
                break;
            }
            if (step == now) {
                take_step(plan_.steps[next_step_++]);
            } else if (completion == now) {
                complete(heap_.top());
            } else {
                submit_new(now);
                arrival = now + arrivals_.draw(random_);
            }
        }
        return finish();
    }

  private:
    static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
    static constexpr std::size_t kMaxOutstanding = 262144;

    struct Path {
        Path(const RandomTime& its_time, unsigned concurrency)
            : time{&its_time}, servers(concurrency, 0) {}

        PathIndex index;
        PathState state;
        const RandomTime* time;
        std::int64_t transfer{};  ///< of one command's data
        std::int64_t link_free{}; ///< from when on
        /// When each server is free, as a heap with the first one in front.
        std::vector<std::int64_t> servers;
        bool lost{};
        std::int64_t detected{}; ///< when the host will know
        std::uint32_t life{};    ///< counts returns
        std::uint64_t ios{};
    };
    struct Io {
        std::int64_t submitted{};
        std::int64_t sent{};
        std::uint32_t path{};
        std::uint32_t life{}; ///< of the path, when it was sent
        bool write{};
    };

    void submit_new(std::int64_t now) {
        std::uint32_t io = 0;
        if (!free_.empty()) {
            io = free_.back();
            free_.pop_back();
        } else if (ios_.size() < kMaxOutstanding) {
            io = static_cast<std::uint32_t>(ios_.size());
            ios_.emplace_back();
        } else {
            ++result_.refused;
            return;
        }
        begin(io, now);
        send(io, now, false);
    }
    void begin(std::uint32_t io, std::int64_t now) {
        ios_[io].submitted = now;
        ios_[io].write = writes_below_ != 0 && (random_.next() >> 32U) < writes_below_;
    }
    /// \param at_top  the heap's top is this I/O and done with
    void send(std::uint32_t io, std::int64_t now, bool at_top) {
        const auto chosen = selector_.pick({.node = 0, .now = std::chrono::nanoseconds{now}});
        if (!chosen) {
            ++result_.waited;
            waiting_.push_back(io);
            if (at_top) {
                heap_.pop();
            }
            return;
        }
        selector_.started(*chosen);
        const std::uint32_t number = slots_[chosen->slot()];
        Path& path = paths_[number];
        Io& one = ios_[io];
        one.sent = now;
        one.path = number;
        one.life = path.life;
        const Due due{.time = path.lost ? std::max(path.detected, now) : serve(path, now),
                      .io = io};
        if (at_top) {
            heap_.replace_top(due);
        } else {
            heap_.push(due);
        }
    }
    /// When a command that is sent now completes.
    std::int64_t serve(Path& path, std::int64_t now) {
        path.link_free = std::max(now, path.link_free) + path.transfer;
        const std::int64_t time = path.time->draw(random_);
        if (path.servers.empty()) {
            return path.link_free + time;
        }
        std::ranges::pop_heap(path.servers, std::greater<>{});
        path.servers.back() = std::max(path.servers.back(), path.link_free) + time;
        const std::int64_t done = path.servers.back();
        std::ranges::push_heap(path.servers, std::greater<>{});
        return done;
    }

    void complete(Due due) {
        const Io& one = ios_[due.io];
        Path& path = paths_[one.path];
        if (path.lost || one.life != path.life) { // it hung
            if (path.lost && due.time < path.detected) {
                heap_.replace_top({.time = path.detected, .io = due.io});
                return;
            }
            selector_.completed(path.index, std::chrono::nanoseconds{due.time - one.sent});
            ++result_.retried;
            send(due.io, due.time, true);
            return;
        }
        selector_.completed(path.index, std::chrono::nanoseconds{due.time - one.sent});
        if (due.time >= begin_) {
            count(one, path, due.time);
        }
        if (scenario_.workload.mode == Workload::Mode::closed) {
            begin(due.io, due.time);
            send(due.io, due.time, true);
        } else {
            heap_.pop();
            free_.push_back(due.io);
        }
    }
    void count(const Io& one, Path& path, std::int64_t now) {
        latencies_.add(now - one.submitted);
        ++path.ios;
        (one.write ? writes_ : reads_) += 1;
        note_gap(now);
    }
    void note_gap(std::int64_t now) {
        const std::int64_t gap = now - std::max(last_completion_, begin_);
        longest_gap_ = std::max(longest_gap_, gap);
        while (next_mark_ < plan_.marks.size() && plan_.marks[next_mark_] <= now) {
            // A gap that lasts over a mark counts for both sides of it.
            if (next_mark_ > 0) {
                extend(next_mark_ - 1, gap);
            }
            ++next_mark_;
        }
        if (next_mark_ > 0) {
            extend(next_mark_ - 1, gap);
        }
        last_completion_ = now;
    }
    void extend(std::size_t mark, std::int64_t gap) {
        auto& known = result_.gaps[plan_.entry_of_mark[mark]];
        known = std::max(known, std::chrono::nanoseconds{gap});
    }

    void take_step(const Step& step) {
        Path& path = paths_[step.path];
        switch (step.kind) {
        case Step::Kind::ana:
            path.state.ana = step.state;
            break;
        case Step::Kind::lose:
            if (!path.lost) {
                path.lost = true;
                path.detected = step.detected;
            }
            return; // the host does not know
        case Step::Kind::detect:
            if (!path.lost || path.detected != step.time) {
                return;
            }
            path.state.live = false;
            break;
        case Step::Kind::return_back:
            if (!path.lost) {
                return;
            }
            path.lost = false;
            ++path.life;
            path.state.live = true;
            path.link_free = step.time;
            std::ranges::fill(path.servers, step.time);
            break;
        }
        selector_.set_path_state(path.index, path.state);
        std::vector<std::uint32_t> waiting;
        waiting.swap(waiting_);
        for (const std::uint32_t io : waiting) {
            send(io, step.time, false);
        }
    }

    PolicyResult finish() {
        using std::chrono::nanoseconds;
        const auto time = [](std::uint64_t value) {
            return nanoseconds{static_cast<std::int64_t>(value)};
        };
        const double seconds = std::chrono::duration<double>(nanoseconds{end_ - begin_}).count();
        const double mib = scenario_.workload.size / 1048576.0;
        note_gap(end_);
        result_.ios = reads_ + writes_;
        result_.iops = static_cast<double>(result_.ios) / seconds;
        result_.read_mib_s = static_cast<double>(reads_) * mib / seconds;
        result_.write_mib_s = static_cast<double>(writes_) * mib / seconds;
        result_.mean = time(latencies_.mean());
        result_.p50 = time(latencies_.quantile(0.5));
        result_.p99 = time(latencies_.quantile(0.99));
        result_.p999 = time(latencies_.quantile(0.999));
        result_.max = time(latencies_.max());
        result_.longest_gap = nanoseconds{longest_gap_};
        result_.unfinished = heap_.size() + waiting_.size();
        for (const std::string& array : plan_.arrays) {
            result_.arrays.push_back({.name = array});
        }
        std::uint64_t far = 0;
        for (std::size_t i = 0; i < paths_.size(); ++i) {
            const std::uint64_t ios = paths_[i].ios;
            result_.paths.push_back({.name = scenario_.paths[i].name, .ios = ios});
            result_.arrays[plan_.array_of_path[i]].ios += ios;
            far += plan_.array_of_path[i] == plan_.local_array ? 0 : ios;
        }
        const double all = std::max(static_cast<double>(result_.ios), 1.0);
        for (auto* shares : {&result_.paths, &result_.arrays}) {
            for (SimulatedShare& share : *shares) {
                share.share = static_cast<double>(share.ios) / all;
            }
        }
        result_.cross_site_share = static_cast<double>(far) / all;
        result_.cross_site_mib_s = static_cast<double>(far) * mib / seconds;
        return std::move(result_);
    }

    const PolicyScenario& scenario_;
    const Plan& plan_;
    Selector& selector_;
    Random random_;
    RandomTime arrivals_;
    std::int64_t begin_; ///< of what is measured
    std::int64_t end_;
    std::uint64_t writes_below_; ///< of 2^32
    std::vector<Path> paths_;
    std::array<std::uint32_t, PathTable::kMaxPaths> slots_{}; ///< to `paths_`
    std::vector<Io> ios_;
    std::vector<std::uint32_t> free_;
    std::vector<std::uint32_t> waiting_;
    EventHeap heap_;
    LatencyHistogram latencies_;
    std::size_t next_step_{};
    std::size_t next_mark_{};
    std::int64_t last_completion_{};
    std::int64_t longest_gap_{};
    std::uint64_t reads_{};
    std::uint64_t writes_{};
    PolicyResult result_;
};

} // namespace haoh::policy
