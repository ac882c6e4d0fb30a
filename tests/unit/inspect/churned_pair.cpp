// SPDX-License-Identifier: LGPL-2.1-or-later
#include "churned_pair.hpp"

#include "unit/catalogue/pair.hpp"

#include <haoh/host_identity.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <set>
#include <thread>

namespace haoh::test {

namespace {

using Clock = std::chrono::steady_clock;

/// What is wrong, and is said so.
std::vector<std::string> told_by(const Report& report) {
    std::vector<std::string> out;
    for (std::string& line : lines(report)) {
        if (!line.starts_with("NOTE ")) {
            out.push_back(std::move(line));
        }
    }
    return out;
}

std::chrono::microseconds since(Clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
}

std::size_t jobs_at_once() {
    const char* const wanted = std::getenv("HAOH_CHURN_AT_ONCE");
    constexpr std::size_t kAtOnce = 6;
    return wanted == nullptr ? kAtOnce : std::strtoul(wanted, nullptr, 10);
}

} // namespace

Source source_of(const ServedPair& pair) {
    const haoh_source served = pair.source();
    Source source;
    source.targets.assign(served.targets, served.targets + served.targets_count);
    source.subsysnqn = served.nqn;
    source.identity = host_identity(served.hostnqn, {});
    // On a busy machine a reading takes seconds. Where the time is over before a finding was there often
    // enough, what the last reading alone found is unknown: that is true, and no answer here.
    source.timeout = std::chrono::minutes{5};
    return source;
}

ChurnResult& ChurnResult::operator+=(const ChurnResult& other) {
    wrong.insert(wrong.end(), other.wrong.begin(), other.wrong.end());
    doubts.insert(doubts.end(), other.doubts.begin(), other.doubts.end());
    checks += other.checks;
    again += other.again;
    most = std::max(most, other.most);
    moves += other.moves;
    return *this;
}

std::string ChurnResult::text() const {
    return fmt::format("{} checks, {} of which looked again, up to {} times; {} unknown, {} wrong; "
                       "{} moves",
                       checks, again, most, doubts.size(), wrong.size(), moves);
}

ChurnResult check_healthy(const ChurnKind& kind, const ChurnPace& pace, std::size_t checks,
                          std::uint32_t seed) {
    ChurnResult out;
    arraysim::ScenarioBuilder builder = churned_subsystem(pace);
    ServedPair pair(with_arrays(builder, kind, pace).build());
    const Source source = source_of(pair);
    const auto text = [&](const char* when, const Report& report) {
        return fmt::format("{} at {}, seed {}, {}, {} readings: {}", kind.name, pace.name, seed,
                           when, report.readings, fmt::join(told_by(report), ", "));
    };
    static_cast<void>(observe_now(source)); // the first takes longer
    const Clock::time_point start = Clock::now();
    const Report still = inspect_now(source, {}).report;
    const auto reading = since(start);
    if (still.verdict != Verdict::pass || still.readings != 1) {
        out.wrong.push_back(text("before it moves", still));
    }
    {
        const Churn churn(pair, kind, pace, reading, seed);
        for (; out.checks < checks; ++out.checks) {
            const Report report = inspect_now(source, {}).report;
            if (report.count(Verdict::fail) + report.count(Verdict::warn) != 0) {
                out.wrong.push_back(text("while it moves", report));
            } else if (report.verdict != Verdict::pass) {
                out.doubts.push_back(text("while it moves", report));
            }
            out.again += report.readings > 1 ? 1 : 0;
            out.most = std::max(out.most, report.readings);
        }
        out.moves = churn.moves();
    }
    const Report after = inspect_now(source, {}).report;
    if (after.verdict != Verdict::pass) {
        out.wrong.push_back(text("after it moved", after));
    }
    return out;
}

ChurnResult check_planted(const Planted& defect, const ChurnKind& kind, const ChurnPace& pace,
                          std::uint32_t seed) {
    arraysim::ScenarioBuilder builder = churned_subsystem(pace);
    for (const arraysim::NamespaceSpec& ns : defect.shared) {
        builder.ns(ns);
    }
    with_arrays(builder, kind, pace);
    for (const arraysim::NamespaceSpec& ns : defect.on_b) {
        builder.ns(ns);
    }
    if (defect.b) {
        defect.b(builder);
    }
    arraysim::Scenario scenario = builder.build();
    if (defect.everywhere) {
        defect.everywhere(scenario);
    }
    ServedPair pair(scenario);
    const Source source = source_of(pair);
    ChurnResult out{.wrong = {}, .checks = 1};
    const auto look = [&](const char* when) {
        const Report report = inspect_now(source, {}).report;
        const std::vector<std::string> all = lines(report);
        const std::set<std::string> every(all.begin(), all.end());
        std::vector<std::string> amiss;
        for (const std::string& line : defect.told) {
            if (!every.contains(line)) {
                amiss.push_back("not told: " + line);
            }
        }
        for (const std::string& line : told_by(report)) {
            if (std::find(defect.told.begin(), defect.told.end(), line) == defect.told.end()) {
                amiss.push_back("told: " + line);
            }
        }
        if (!amiss.empty()) {
            out.wrong.push_back(fmt::format("{} beside {} at {}, seed {}, {}, {} readings: {}",
                                            defect.name, kind.name, pace.name, seed, when,
                                            report.readings, fmt::join(amiss, ", ")));
        }
        return report.readings;
    };
    static_cast<void>(observe_now(source)); // the first takes longer
    const Clock::time_point start = Clock::now();
    static_cast<void>(observe_now(source));
    const auto reading = since(start);
    const Churn churn(pair, kind, pace, reading, seed);
    out.most = look("while it moves");
    out.again = out.most > 1 ? 1 : 0;
    out.moves = churn.moves();
    return out;
}

std::optional<std::size_t> readings_to_a_false_verdict(const ChurnKind& kind, const ChurnPace& pace,
                                                       std::size_t most, std::uint32_t seed) {
    arraysim::ScenarioBuilder builder = churned_subsystem(pace);
    ServedPair pair(with_arrays(builder, kind, pace).build());
    const Source source = source_of(pair);
    const Churn churn(pair, kind, pace, {}, seed);
    for (std::size_t i = 1; i <= most; ++i) {
        const Report report = check_here(observe_now(source), {});
        if (report.count(Verdict::fail) + report.count(Verdict::warn) != 0) {
            return i;
        }
    }
    return std::nullopt;
}

std::vector<ChurnResult> at_once(const std::vector<std::function<ChurnResult()>>& jobs) {
    std::vector<ChurnResult> out(jobs.size());
    std::atomic<std::size_t> next{};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < std::min(jobs_at_once(), jobs.size()); ++i) {
        threads.emplace_back([&] {
            for (std::size_t job = next++; job < jobs.size(); job = next++) {
                try {
                    out[job] = jobs[job]();
                } catch (const std::exception& error) {
                    out[job].wrong.emplace_back(error.what());
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    return out;
}

} // namespace haoh::test
