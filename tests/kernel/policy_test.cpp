// SPDX-License-Identifier: LGPL-2.1-or-later
// `haoh policy` on a Linux host with two simulated arrays: what explain says of the next I/O, and of
// the I/O after a loss, is where fio's requests then went by the paths' own counters.
#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fixture.hpp"

namespace haoh::test {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr unsigned kPolicyRequests = 200;

/// The ANA states of both arrays.
struct NamedStates {
    const char* a;
    const char* b;
};

class HostPolicy : public KernelTest, public testing::WithParamInterface<std::string> {
  protected:
    HostPolicy()
        : KernelTest({.name = "policy", .host_kernel = GetParam(), .programs = {haoh_program()}}) {}

    static std::vector<std::string> policies() {
        if (GetParam() == "6.1")
            return {"numa", "round-robin"};
        return {"numa", "round-robin", "queue-depth"};
    }

    /// Both arrays anew, connected one after the other.
    void connect(const NamedStates& pattern, const std::vector<std::string>& order = {"a", "b"}) {
        serve(SimulatedArrays::kStretchedPair);
        set_states(pattern);
        std::size_t count = 0;
        for (const auto& array : order) {
            const auto result = host().connect(SimulatedArrays::kNqn, arrays().port(array));
            ASSERT_EQ(result.status, 0) << result.output;
            host().wait_path_count(SimulatedArrays::kNqn, ++count);
        }
        device_ = host().wait_device(SimulatedArrays::kNqn, 1);
        wait_states(pattern);
    }
    void set_states(const NamedStates& pattern) {
        arrays().command(fmt::format("ana a all {}", pattern.a));
        arrays().command(fmt::format("ana b all {}", pattern.b));
    }
    void wait_states(const NamedStates& pattern) {
        host().wait_ana_state(SimulatedArrays::kNqn, arrays().port("a"), 1, pattern.a);
        host().wait_ana_state(SimulatedArrays::kNqn, arrays().port("b"), 1, pattern.b);
    }

    static ProgramResult set(const std::string& words, User user = User::root) {
        return haoh("policy set " + words, user);
    }
    static void set_policy(const std::string& policy) {
        const auto result = set(fmt::format("{} {}", policy, SimulatedArrays::kNqn));
        EXPECT_EQ(result.status, 0) << result.standard_error;
        EXPECT_EQ(guest().must("cat /sys/class/nvme-subsystem/*/iopolicy"), policy);
    }
    json explain() {
        const auto result = haoh("policy explain -o json " + device_);
        EXPECT_EQ(result.status, 0) << result.standard_error;
        return json::parse(result.standard_output);
    }

    std::string path_of(const std::string& array) {
        for (const auto& path : host().paths(SimulatedArrays::kNqn))
            if (path.trsvcid == arrays().port(array))
                return path.path;
        return {};
    }

    /// Requests completed by each path so far.
    std::map<std::string, unsigned long> counters() {
        std::istringstream lines(
            guest().must("for p in /sys/class/nvme/nvme*/nvme*c*n*; do\n"
                         "    echo \"${p##*/} $(awk '{ print $1 + $5 }' \"$p/stat\")\"\ndone"));
        std::map<std::string, unsigned long> out;
        std::string path;
        for (unsigned long count = 0; lines >> path >> count;)
            out[path] = count;
        return out;
    }

    /// One request after the other. \return how many each path got
    std::map<std::string, unsigned long> serial_io() {
        const auto before = counters();
        const auto result = guest().run(
            fmt::format("fio --name=serial --filename={} --direct=1 --thread --rw=randread --bs=4k "
                        "--size=4m --ioengine=psync --iodepth=1 --number_ios={} --randseed=1",
                        device_, kPolicyRequests));
        EXPECT_EQ(result.status, 0) << result.output;
        auto after = counters();
        for (auto& [path, count] : after)
            count -= before.contains(path) ? before.at(path) : 0;
        return after;
    }

    /// That those paths, and no other, get the I/O, in equal parts.
    void expect_io_on(const std::vector<std::string>& takes) {
        ASSERT_FALSE(takes.empty());
        const auto share = serial_io();
        std::cerr << GetParam() << ":";
        for (const auto& [path, count] : share)
            std::cerr << " " << path << " " << count;
        std::cerr << "\n";
        for (const auto& [path, count] : share) {
            const bool taken = std::find(takes.begin(), takes.end(), path) != takes.end();
            const auto expected = taken ? kPolicyRequests / takes.size() : 0;
            EXPECT_NEAR(static_cast<double>(count), static_cast<double>(expected),
                        takes.size() > 1 ? 1 : 0)
                << path;
        }
    }

    static std::vector<std::string> taken(const json& nodes) {
        return nodes.at(0).at("takes").get<std::vector<std::string>>();
    }

    const std::string& device() const { return device_; }

  private:
    std::string device_;
};

INSTANTIATE_TEST_SUITE_P(linux_6_1, HostPolicy, testing::Values("6.1"), kernel_test_name);
INSTANTIATE_TEST_SUITE_P(linux_6_12, HostPolicy, testing::Values("6.12"), kernel_test_name);
INSTANTIATE_TEST_SUITE_P(linux_7, HostPolicy, testing::Values("7"), kernel_test_name);

TEST_P(HostPolicy, explain_names_the_paths_that_get_the_io) {
    for (const auto& policy : policies()) {
        SCOPED_TRACE(policy);
        connect({"optimized", "optimized"});
        set_policy(policy);
        for (const auto& pattern :
             {NamedStates{"optimized", "optimized"}, NamedStates{"non-optimized", "optimized"},
              NamedStates{"optimized", "non-optimized"},
              NamedStates{"non-optimized", "non-optimized"}}) {
            SCOPED_TRACE(fmt::format("{}, {}", pattern.a, pattern.b));
            set_states(pattern);
            wait_states(pattern);
            const auto told = explain();
            EXPECT_EQ(told.at("policy"), policy);
            const auto takes = taken(told.at("nodes"));
            const bool alike = std::string_view(pattern.a) == pattern.b;
            EXPECT_THAT(takes, SizeIs(policy == "round-robin" && alike ? 2 : 1));
            expect_io_on(takes);
        }
        host().disconnect_all();
    }
}

TEST_P(HostPolicy, explain_names_the_path_that_takes_over) {
    for (const auto& policy : policies()) {
        SCOPED_TRACE(policy);
        const NamedStates pattern{"optimized",
                                  policy == "round-robin" ? "optimized" : "non-optimized"};
        connect(pattern);
        set_policy(policy);
        const auto told = explain();
        expect_io_on(taken(told.at("nodes")));
        const auto path = taken(told.at("nodes")).front();
        EXPECT_EQ(path, path_of("a"));
        std::vector<std::string> next;
        for (const auto& loss : told.at("losses"))
            if (loss.at("name") == path)
                next = taken(loss.at("nodes"));
        EXPECT_THAT(next, ElementsAre(path_of("b")));
        arrays().command("down a");
        wait_loss();
        const auto then = explain();
        EXPECT_EQ(taken(then.at("nodes")), next);
        EXPECT_EQ(then.at("nodes").at(0).at("certainty"), "known");
        expect_io_on(next);
        // The second loss leaves nothing.
        bool waits = false;
        for (const auto& loss : then.at("losses"))
            waits = waits || (loss.at("name") == next.front() &&
                              loss.at("nodes").at(0).at("next") == "queued");
        EXPECT_TRUE(waits) << then.dump(2);
        host().disconnect_all();
    }
}

/// Instances are not the order of arrival: one that is free is given away again.
TEST_P(HostPolicy, the_order_of_arrival_is_a_guess_unless_the_kernel_tells) {
    connect({"optimized", "optimized"});
    set_policy("numa");
    // The subsystem keeps the first instance, so that array a comes back as the highest one, and
    // then array b, as the one between.
    for (const std::string array : {"a", "b"}) {
        const auto path = path_of(array);
        guest().must(fmt::format(
            "c=$(dirname /sys/class/nvme/nvme*/{})\necho 1 >$c/delete_controller", path));
        host().wait_path_count(SimulatedArrays::kNqn, 1);
        ASSERT_EQ(host().connect(SimulatedArrays::kNqn, arrays().port(array)).status, 0);
        host().wait_path_count(SimulatedArrays::kNqn, 2);
    }
    wait_states({"optimized", "optimized"});
    const auto first = path_of("a");
    ASSERT_LT(path_of("b"), first) << "array b did not get a lower instance";
    const auto told = explain();
    if (GetParam() == "7") {
        EXPECT_EQ(told.at("nodes").at(0).at("certainty"), "known") << told.dump(2);
        EXPECT_THAT(taken(told.at("nodes")), ElementsAre(first));
    } else {
        EXPECT_EQ(told.at("nodes").at(0).at("certainty"), "likely");
        EXPECT_THAT(told.at("notes"), Contains(HasSubstr("order")));
    }
    expect_io_on({first});
}

TEST_P(HostPolicy, show_counts_the_io_of_each_path) {
    connect({"optimized", "optimized"});
    set_policy("round-robin");
    const auto io = guest().start_loop(fmt::format(
        "fio --name=serial --filename={} --direct=1 --thread --rw=randread --bs=4k --size=4m "
        "--ioengine=psync --iodepth=1 --number_ios=2000",
        device()));
    guest().wait_until(fmt::format("[ $(awk '{{ print $1 }}' /sys/class/nvme/nvme*/{}/stat) -gt "
                                   "100 ]",
                                   path_of("b")),
                       "I/O to go on");
    const auto result = haoh("policy show --for 3s -o json");
    EXPECT_EQ(result.status, 0) << result.standard_error;
    EXPECT_EQ(guest().end_loop(io).status, 0);
    const auto shown = json::parse(result.standard_output);
    EXPECT_GE(shown.at("measured_ms"), 3000);
    const auto& shares = shown.at("subsystems").at(0).at("shares");
    ASSERT_EQ(shares.size(), 2U);
    for (const auto& share : shares)
        EXPECT_NEAR(share.at("share").get<double>(), 0.5, 0.02) << share.dump();
    EXPECT_EQ(shown.at("subsystems").at(0).at("policy"), "round-robin");
}

TEST_P(HostPolicy, set_says_why_not) {
    connect({"optimized", "optimized"});
    const auto refused = set(fmt::format("service-time {}", SimulatedArrays::kNqn));
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.standard_error, HasSubstr("Linux has numa, round-robin, queue-depth"));
    const auto forced = set(fmt::format("service-time {} --force", SimulatedArrays::kNqn));
    EXPECT_EQ(forced.status, 1);
    EXPECT_THAT(forced.standard_error, HasSubstr("EINVAL"));
    if (GetParam() == "6.1") {
        const auto late = set(fmt::format("queue-depth {}", SimulatedArrays::kNqn));
        EXPECT_EQ(late.status, 1) << "the kernel is asked, not its number";
        EXPECT_THAT(late.standard_error, HasSubstr("does not know the policy 'queue-depth'"));
        EXPECT_EQ(set(fmt::format("queue-depth {} --force", SimulatedArrays::kNqn)).status, 1);
    }
    EXPECT_EQ(guest().must("cat /sys/class/nvme-subsystem/*/iopolicy"), "numa");

    const auto list = haoh("policy list -o json");
    for (const auto& policy : json::parse(list.standard_output).at("policies")) {
        // What is said to be offered, and nothing else, the kernel takes.
        const auto name = policy.at("policy").get<std::string>();
        const auto taken_by_kernel =
            guest()
                .run(fmt::format("echo {} >/sys/class/nvme-subsystem/nvme-subsys*/iopolicy", name))
                .status == 0;
        EXPECT_EQ(policy.at("offered"), taken_by_kernel) << name;
    }
    EXPECT_EQ(set("round-robin nvme-subsys99").status, 4);

    guest().must("mount -o remount,ro /sys");
    const auto read_only = set(fmt::format("numa {}", SimulatedArrays::kNqn));
    guest().must("mount -o remount,rw /sys");
    EXPECT_EQ(read_only.status, 1);
    EXPECT_THAT(read_only.standard_error, HasSubstr("sysfs is mounted read-only"));

    const auto user = set(fmt::format("numa {}", SimulatedArrays::kNqn), User::nobody);
    EXPECT_EQ(user.status, 1);
    EXPECT_THAT(user.standard_error, HasSubstr("run it as root"));
}

TEST_P(HostPolicy, the_default_is_for_new_subsystems) {
    const auto set_default = set("round-robin --default --udev-rule /tmp/71-haoh.rules");
    EXPECT_EQ(set_default.status, 0) << set_default.standard_error;
    EXPECT_EQ(guest().must("cat /sys/module/nvme_core/parameters/iopolicy"), "round-robin");
    EXPECT_THAT(guest().must("cat /tmp/71-haoh.rules"),
                HasSubstr("ATTR{iopolicy}=\"round-robin\""));
    connect({"optimized", "optimized"});
    EXPECT_EQ(guest().must("cat /sys/class/nvme-subsystem/*/iopolicy"), "round-robin");
    EXPECT_EQ(set("numa --default").status, 0);
    EXPECT_EQ(guest().must("cat /sys/class/nvme-subsystem/*/iopolicy"), "round-robin");
}

} // namespace
} // namespace haoh::test
