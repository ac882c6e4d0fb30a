// SPDX-License-Identifier: LGPL-2.1-or-later
// Each command against a pair of arrays of which one is hostile at one step of the protocol: it ends in
// time, takes little, says what is wrong with whom, invents nothing, and the other array is judged.
#include "hostile/hostile_pair.hpp"
#include "hostile/verdict.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace haoh::test {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

#ifdef HAOH_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
/// Most of them wait.
constexpr std::size_t kAtOnce = kSanitized ? 6 : 16;
constexpr std::size_t kAtOnceAgain = 4;
/// Of the rows of a step, one in so many, where a program takes ten times as long.
constexpr std::size_t kStride = kSanitized ? 5 : 1;
constexpr Bounds kBounds{.processor = kSanitized ? 180s : 15s,
                         .memory = (kSanitized ? 2048ULL : 400ULL) << 20U};
/// For the end of what has its time; a busy machine takes a while.
constexpr std::chrono::seconds kSlack{240};

/// How long a command may take.
struct Patience {
    int target{};     ///< --timeout, in seconds
    double command{}; ///< --command-timeout
    int watch{};      ///< monitor --for
};
constexpr Patience kQuick{.target = 2, .command = 0.5, .watch = 20};
/// For what a busy machine did not let happen.
constexpr Patience kPatient{.target = 20, .command = 5, .watch = 60};
constexpr Patience kMostPatient{.target = 60, .command = 15, .watch = 120};
/// So many are tried again for the last time, one by one; where there are more, it is not the machine.
constexpr std::size_t kMostAgain = 12;

const std::map<unsigned, std::string>& command_names() {
    static const std::map<unsigned, std::string> names{
        {command::check, "check"},        {command::alone, "check of it alone"},
        {command::list, "list"},          {command::snapshot, "snapshot"},
        {command::discover, "discovery"}, {command::monitor, "monitor"}};
    return names;
}

std::vector<std::string> words_of(const Row& row, unsigned command, const HostilePair& pair,
                                  const Patience& patience) {
    const bool watch = command == command::monitor;
    const bool is_check =
        command == command::check || command == command::alone || command == command::discover;
    std::vector<std::string> words{HAOH_PROGRAM,
                                   is_check ? "check" : command_names().at(command),
                                   "-t",
                                   pair.hostile(),
                                   "--hostnqn",
                                   "nqn.2014-08.org.nvmexpress:uuid:"
                                   "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
                                   "--timeout",
                                   std::to_string(patience.target),
                                   "--command-timeout",
                                   std::to_string(patience.command)};
    const auto add = [&words](std::initializer_list<std::string> more) {
        words.insert(words.end(), more);
    };
    words.insert(words.end(), row.options.begin(), row.options.end());
    if (command != command::alone) {
        add({"-t", pair.healthy()});
    }
    if (command != command::discover) {
        add({"--nqn", pair.nqn()});
    }
    if (command != command::snapshot) {
        add({"-o", "json"});
    }
    if (watch) {
        add({"--for", std::to_string(patience.watch), "--until", "ana_change non-optimized"});
    }
    return words;
}

asio::awaitable<Met> meet(asio::io_context& context, const Row& row, unsigned command,
                          Patience patience) {
    const auto pair = std::make_shared<HostilePair>(context, row.step, row.misdeed, row.enough);
    pair->start();
    Met met{.row = &row,
            .command = command,
            .hostile = pair->hostile(),
            .healthy = pair->healthy(),
            .misdeeds = 0,
            .child = {}};
    const std::chrono::seconds limit{command == command::monitor ? patience.watch
                                                                 : patience.target};
    met.child = co_await run_child(words_of(row, command, *pair, patience), limit + kSlack);
    met.misdeeds = pair->misdeeds();
    pair->stop();
    co_return met;
}

/// What a command printed, of a report without the states of all rules.
std::string shown(const std::string& output) {
    const std::size_t findings = output.find("\"findings\"");
    return output.substr(findings == std::string::npos ? 0 : findings);
}

/// All runs of the steps that are wanted, side by side.
class Runs {
  public:
    explicit Runs(const std::vector<Row>& rows, const std::set<std::string>& steps) {
        for (const Row& row : rows) {
            for (const auto& [command, name] : command_names()) {
                if (steps.contains(row.step.name) && (row.commands & command) != 0) {
                    waiting_.emplace_back(&row, command);
                }
            }
        }
        run_workers(kAtOnce, kQuick, rows.size() * command_names().size());
        std::swap(waiting_, again_);
        run_workers(kAtOnceAgain, kPatient, kMostAgain);
        std::swap(waiting_, again_);
        run_workers(1, kMostPatient, 0);
    }

    /// What is wrong at a step.
    [[nodiscard]] std::vector<std::string> complaints(const std::string& step) const {
        const auto found = complaints_.find(step);
        return found == complaints_.end() ? std::vector<std::string>{} : found->second;
    }
    [[nodiscard]] std::size_t count(const std::string& step) const {
        const auto found = counts_.find(step);
        return found == counts_.end() ? 0 : found->second;
    }

  private:
    /// \param again  so many of those that complain may do so for want of time
    void run_workers(std::size_t count, const Patience& patience, std::size_t again) {
        for (std::size_t worker = 0; worker < count; ++worker) {
            asio::co_spawn(context_, work(patience, again), [](const std::exception_ptr& failure) {
                if (failure) {
                    std::rethrow_exception(failure);
                }
            });
        }
        context_.restart();
        context_.run();
    }

    asio::awaitable<void> work(Patience patience, std::size_t again) {
        while (!waiting_.empty()) {
            const auto [row, command] = waiting_.front();
            waiting_.pop_front();
            Met met = co_await meet(context_, *row, command, patience);
            std::vector<std::string> wrong = test::complaints(met, kBounds);
            if (!wrong.empty() && again_.size() < again && !is_final(met, kBounds)) {
                again_.emplace_back(row, command);
                continue;
            }
            ++counts_[row->step.name];
            if (!wrong.empty()) {
                complaints_[row->step.name].push_back(fmt::format(
                    "{}, {}: {}\n  took {} ms, {} ms of the processor, {} MiB; printed\n"
                    "{:.3000}\n{:.2000}",
                    row->name, command_names().at(command), fmt::join(wrong, "; "),
                    met.child.duration.count(), met.child.processor.count(),
                    met.child.memory >> 20U, shown(met.child.output), met.child.errors));
            }
        }
    }

    asio::io_context context_{1};
    std::deque<std::pair<const Row*, unsigned>> waiting_;
    std::deque<std::pair<const Row*, unsigned>> again_;
    std::map<std::string, std::vector<std::string>> complaints_; ///< by step
    std::map<std::string, std::size_t> counts_;
};

const std::vector<Row>& rows() {
    static const std::vector<Row> all = [] {
        std::vector<Row> every;
        append(every, connection_rows());
        append(every, controller_rows());
        append(every, page_rows());
        append(every, log_rows());
        append(every, event_rows());
        append(every, every_command_rows());
        append(every, digest_rows());
        if (environment("HAOH_TEST_LONG").value_or("0") == "1") {
            return every;
        }
        std::vector<Row> sample;
        std::map<std::string, std::size_t> seen;
        for (Row& row : every) {
            if (seen[row.step.name]++ % kStride == 0) {
                sample.push_back(std::move(row));
            }
        }
        return sample;
    }();
    return all;
}

std::vector<std::string> steps() {
    std::vector<std::string> names;
    for (const Row& row : rows()) {
        if (std::find(names.begin(), names.end(), row.step.name) == names.end()) {
            names.push_back(row.step.name);
        }
    }
    return names;
}

class HostileTarget : public ::testing::TestWithParam<std::string> {
  protected:
    static void SetUpTestSuite() {
        std::set<std::string> wanted;
        const ::testing::UnitTest& unit = *::testing::UnitTest::GetInstance();
        const ::testing::TestSuite& suite = *unit.current_test_suite();
        for (int index = 0; index < suite.total_test_count(); ++index) {
            const ::testing::TestInfo& info = *suite.GetTestInfo(index);
            if (info.should_run()) {
                const std::string name = info.name();
                wanted.insert(name.substr(name.find('/') + 1));
            }
        }
        runs_ = std::make_unique<Runs>(rows(), wanted);
    }
    static void TearDownTestSuite() { runs_.reset(); }

    static inline std::unique_ptr<Runs> runs_;
};

TEST_P(HostileTarget, ends_with_the_right_words_in_time) {
    for (const std::string& one : runs_->complaints(GetParam())) {
        ADD_FAILURE() << one;
    }
    EXPECT_GT(runs_->count(GetParam()), 0U);
}

INSTANTIATE_TEST_SUITE_P(At, HostileTarget, ::testing::ValuesIn(steps()),
                         [](const auto& one) { return one.param; });

/// The same pair while nobody does anything wrong: all commands are content.
TEST(HostileTargetHealthy, passes_all_commands) {
    Row row;
    row.step = at_connect();
    row.name = "healthy";
    row.misdeed = spoils([](nvme::Bytes&) {});
    row.outcome = Outcome::harmless;
    const std::vector<Row> alone{row};
    const Runs runs(alone, {row.step.name});
    EXPECT_EQ(runs.count(row.step.name), command_names().size());
    for (const std::string& one : runs.complaints(row.step.name)) {
        ADD_FAILURE() << one;
    }
}

} // namespace
} // namespace haoh::test
