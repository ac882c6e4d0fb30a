// SPDX-License-Identifier: LGPL-2.1-or-later
#include "source.hpp"

#include "command.hpp"
#include "support/sysfs_tree.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <unistd.h>

namespace haoh::tool {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

constexpr const char* kTarget = "tcp://192.0.2.1:4421";
constexpr const char* kSourceNqn = "nqn.2026-01.io.example:pair";

/// What the command line says; the words are taken from the end.
SourceOptions parsed(std::vector<std::string> words) {
    CLI::App app;
    SourceOptions options;
    add_source_options(app, options);
    add_host_names(app, options);
    std::reverse(words.begin(), words.end());
    app.parse(words);
    return options;
}

std::error_code refusal_of(const SourceOptions& options) {
    try {
        static_cast<void>(monitor_options(options));
    } catch (const Error& error) {
        return error.code();
    }
    return {};
}

class SourceFiles : public ::testing::Test {
  protected:
    ~SourceFiles() override {
        std::error_code ignored;
        for (const std::string& file : files_) {
            std::filesystem::remove(file, ignored);
        }
    }
    std::string file(const std::string& text) {
        files_.push_back(testing::TempDir() + "haoh-source-" + std::to_string(::getpid()) + "-" +
                         std::to_string(files_.size()));
        std::ofstream{files_.back(), std::ios::binary} << text;
        return files_.back();
    }
    /// An observation of one host that has nothing.
    std::string snapshot_of(const std::string& host) {
        Observation observation;
        observation.observed_at = "2026-01-01T00:00:00Z";
        observation.kernels.emplace_back();
        observation.kernels.back().host = host;
        return file(to_json(observation));
    }

  private:
    std::vector<std::string> files_;
};

TEST(SourceOptions, are_handed_on_each_to_its_place) {
    const MonitorOptions all = monitor_options(
        parsed({"-t", kTarget, "--nqn", kSourceNqn, "--hostnqn", "nqn.2026-01.io.example:host",
                "--hostid", "8f1d2e6a-6c6b-4c55-9d0f-0d1f5a2b7c11", "--timeout", "1.5",
                "--command-timeout", "0.25", "--hdr-digest", "--sysroot", "/"}));
    ASSERT_THAT(all.targets, SizeIs(1));
    EXPECT_EQ(to_string(all.targets[0]), kTarget);
    EXPECT_EQ(all.subsysnqn, kSourceNqn);
    EXPECT_EQ(all.connect.host.hostnqn, "nqn.2026-01.io.example:host");
    EXPECT_EQ(all.connect.host.origin, "--hostnqn, --hostid");
    EXPECT_EQ(all.connect.timeout, 250ms);
    EXPECT_TRUE(all.connect.header_digest);
    EXPECT_FALSE(all.connect.data_digest);
    ASSERT_TRUE(all.host);
    EXPECT_EQ(all.host->sysroot, "/");
    EXPECT_EQ(all.host->timeout, 1500ms);
    EXPECT_EQ(all.host->command_timeout, 250ms);

    const MonitorOptions digest = monitor_options(
        parsed({"-t", kTarget, "--data-digest", "--hostnqn", "nqn.2026-01.io.example:host",
                "--hostid", "8f1d2e6a-6c6b-4c55-9d0f-0d1f5a2b7c11"}));
    EXPECT_FALSE(digest.host) << "with a target it is looked at only when asked for";
    EXPECT_FALSE(digest.connect.header_digest);
    EXPECT_TRUE(digest.connect.data_digest);

    const MonitorOptions host = monitor_options(parsed({"nvme0", kSourceNqn, "--sysroot", "/x"}));
    ASSERT_TRUE(host.host);
    EXPECT_EQ(host.host->sysroot, "/x");
    EXPECT_THAT(host.host->names, ElementsAre("nvme0", kSourceNqn));
    EXPECT_THAT(host.targets, IsEmpty());
    EXPECT_EQ(host.host->timeout, kObserveTimeout) << "unless told otherwise";
    EXPECT_EQ(host.host->command_timeout, kCommandTimeout);
}

TEST(SourceOptions, take_the_time_that_the_manual_says_unless_told_otherwise) {
    const MonitorOptions options = monitor_options(parsed({}));
    ASSERT_TRUE(options.host);
    EXPECT_EQ(options.host->timeout, 30s);
    EXPECT_EQ(options.host->command_timeout, 5s);
    EXPECT_FALSE(parsed({}).no_probe);
    EXPECT_TRUE(parsed({"--no-probe"}).no_probe);
    EXPECT_FALSE(parsed({}).header_digest);
    EXPECT_FALSE(parsed({}).data_digest);
}

TEST(SourceOptions, take_a_time_that_can_be_waited_for) {
    const std::vector<std::pair<const char*, bool>> of_all{
        {"0", false}, {"0.09", false}, {"0.1", true}, {"86400", true}, {"86400.5", false}};
    for (const auto& [time, good] : of_all) {
        if (good) {
            EXPECT_NO_THROW(static_cast<void>(parsed({"--timeout", time}))) << time;
        } else {
            EXPECT_THROW(static_cast<void>(parsed({"--timeout", time})), CLI::ValidationError)
                << time;
        }
    }
    const std::vector<std::pair<const char*, bool>> of_one{
        {"0", false}, {"0.09", false}, {"0.1", true}, {"3600", true}, {"3600.5", false}};
    for (const auto& [time, good] : of_one) {
        if (good) {
            EXPECT_NO_THROW(static_cast<void>(parsed({"--command-timeout", time}))) << time;
        } else {
            EXPECT_THROW(static_cast<void>(parsed({"--command-timeout", time})),
                         CLI::ValidationError)
                << time;
        }
    }
}

TEST(SourceOptions, take_one_value_for_each_target_and_snapshot) {
    const SourceOptions options = parsed(
        {"-t", "a", "--target", "b", "--snapshot", "x", "--snapshot", "y", "nvme0", "nvme1"});
    EXPECT_THAT(options.targets, ElementsAre("a", "b"));
    EXPECT_THAT(options.snapshots, ElementsAre("x", "y"));
    EXPECT_THAT(options.names, ElementsAre("nvme0", "nvme1"));
    EXPECT_THAT(parsed({"-t", "a", "nvme0"}).names, ElementsAre("nvme0"));
    EXPECT_THAT(parsed({"--snapshot", "x", "nvme0"}).names, ElementsAre("nvme0"));
}

TEST(SourceOptions, say_what_does_not_go_together) {
    EXPECT_EQ(refusal_of(parsed({"nvme0"})), std::error_code{});
    EXPECT_EQ(refusal_of(parsed({"nvme0", "-t", kTarget})), Errc::invalid_argument);
    EXPECT_EQ(refusal_of(parsed({"nowhere"})), Errc::invalid_argument);
    EXPECT_EQ(refusal_of(parsed({"--nqn", kSourceNqn})), Errc::invalid_argument);
    // What was recorded does not change.
    EXPECT_EQ(refusal_of(parsed({"--snapshot", "x"})), Errc::invalid_argument);
    EXPECT_EQ(refusal_of(parsed({"--snapshot", "x", "-t", kTarget})), Errc::invalid_argument);
}

TEST_F(SourceFiles, snapshots_and_a_host_are_joined) {
    test::SysfsTree tree;
    tree.add_subsystem(kSourceNqn, 2, 1);
    const std::string alpha = snapshot_of("alpha");
    const std::string beta = snapshot_of("beta");
    const auto hosts = [](const SourceOptions& options) {
        OutputOptions quiet;
        quiet.quiet = true;
        std::vector<std::string> out;
        for (const KernelObservation& kernel : read_source(options, quiet).kernels) {
            out.push_back(kernel.subsystems.empty() ? kernel.host : "tree");
        }
        return out;
    };
    EXPECT_THAT(hosts(parsed({"--snapshot", alpha})), ElementsAre("alpha"));
    EXPECT_THAT(hosts(parsed({"--snapshot", alpha, "--snapshot", beta})),
                ElementsAre("alpha", "beta"));
    EXPECT_THAT(hosts(parsed({"--sysroot", tree.root()})), ElementsAre("tree"));
    EXPECT_THAT(hosts(parsed({"--snapshot", alpha, "--sysroot", tree.root()})),
                ElementsAre("alpha", "tree"));
    // A name chooses in the tree; without one there is nothing to choose from.
    EXPECT_THAT(hosts(parsed({"nvme0", "--snapshot", alpha, "--sysroot", tree.root()})),
                ElementsAre("alpha", "tree"));
    EXPECT_THROW(hosts(parsed({"nvme0", "--snapshot", alpha})), Error);
    EXPECT_THROW(hosts(parsed({"nvme7", "--sysroot", tree.root()})), Error);
}

TEST_F(SourceFiles, a_configuration_is_read_up_to_a_mebibyte) {
    EXPECT_THAT(read_config("").sites, IsEmpty());
    EXPECT_EQ(read_config("").fail_on, FailOn::fail);
    std::string text = "[check]\nfail_on = \"warn\"\n";
    EXPECT_EQ(read_config(file(text)).fail_on, FailOn::warn);
    text += "#";
    text.resize(std::size_t{1} << 20U, 'x');
    EXPECT_EQ(read_config(file(text)).fail_on, FailOn::warn);
    EXPECT_THROW(static_cast<void>(read_config(file(text + "x"))), Error);
    EXPECT_THROW(static_cast<void>(read_config("/nonexistent/haoh.toml")), Error);
}

TEST(ReadingStatus, tells_whole_from_part_from_nothing) {
    Observation observation;
    EXPECT_FALSE(anything_observed(observation));
    EXPECT_EQ(reading_status(observation), Exit::nothing);
    observation.kernels.emplace_back();
    EXPECT_FALSE(anything_observed(observation)) << "a host that has nothing";
    EXPECT_EQ(reading_status(observation), Exit::nothing);
    observation.controllers.emplace_back();
    EXPECT_TRUE(anything_observed(observation));
    EXPECT_EQ(reading_status(observation), Exit::ok);
    observation.unobserved.emplace_back();
    EXPECT_TRUE(anything_observed(observation));
    EXPECT_EQ(reading_status(observation), Exit::incomplete);
}

} // namespace
} // namespace haoh::tool
