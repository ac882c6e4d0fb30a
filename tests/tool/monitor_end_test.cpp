// SPDX-License-Identifier: LGPL-2.1-or-later
// How haoh monitor begins and ends, on a recorded tree.
#include "running_program.hpp"
#include "simulated_arrays.hpp"
#include "support/sysfs_tree.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace haoh::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class MonitorEnd : public ::testing::Test {
  protected:
    MonitorEnd() { tree.add_subsystem(kPairNqn, 2, 1); }

    [[nodiscard]] std::vector<std::string> words(const std::vector<std::string>& more) const {
        std::vector<std::string> out{HAOH_PROGRAM, "monitor", "--sysroot", tree.root(),
                                     "--interval", "20ms",    "--metrics", "0"};
        out.insert(out.end(), more.begin(), more.end());
        return out;
    }
    static bool wait_ready(const RunningProgram& monitor) {
        return monitor.wait_for(
            [&] { return monitor.errors().find("/metrics") != std::string::npos; });
    }
    void change(const std::string& ana) {
        tree.change(SysfsTree::path(0, 1, 1) + "/ana_state", ana + "\n");
    }
    [[nodiscard]] std::string script(const std::string& body) const {
        std::string path = directory.file("run", "#!/bin/sh\n" + body);
        EXPECT_EQ(::chmod(path.c_str(), 0755), 0);
        return path;
    }
    [[nodiscard]] std::string told() const {
        std::ifstream file{directory.path("told")};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

    SysfsTree tree{KernelLayout::v6_12};
    ScratchDirectory directory;
};

TEST_F(MonitorEnd, comes_with_each_signal_that_asks_for_it) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        const RunningProgram monitor(words({}));
        ASSERT_TRUE(wait_ready(monitor)) << monitor.told();
        monitor.signal(number);
        EXPECT_EQ(monitor.ended(), 0) << number;
        EXPECT_THAT(monitor.output(), HasSubstr("for every namespace")) << "the summary";
    }
}

/// An array that takes connections and never answers, and an administrator with patience.
TEST_F(MonitorEnd, comes_also_before_anything_was_read) {
    boost::asio::io_context context;
    boost::asio::ip::tcp::acceptor array(context, {boost::asio::ip::address_v4::loopback(), 0});
    const std::vector<std::string> slow{
        HAOH_PROGRAM,
        "monitor",
        "-t",
        fmt::format("tcp://{}:{}", "127.0.0.1", array.local_endpoint().port()),
        "--timeout",
        "600",
        "--command-timeout",
        "600",
        "--hostnqn",
        "nqn.2014-08.org.example:host"};
    for (const int number : {SIGINT, SIGTERM, SIGHUP, 0}) {
        std::vector<std::string> all = slow;
        if (number == 0) {
            all.insert(all.end(), {"--for", "300ms"});
        }
        const RunningProgram monitor(all);
        boost::asio::ip::tcp::socket asked = array.accept(); // it waits for an answer from here on
        if (number != 0) {
            monitor.signal(number);
        }
        EXPECT_EQ(monitor.ended(), 3) << number << monitor.told();
        EXPECT_THAT(monitor.errors(), HasSubstr("ended before everything was read"));
        EXPECT_THAT(monitor.output(), IsEmpty()) << "nothing is known";
    }
}

TEST_F(MonitorEnd, comes_when_its_time_is_over_and_not_before) {
    const ProgramResult result = run_program(words({"--for", "3s", "-q"}), 60s);
    EXPECT_EQ(result.status, 0) << result.standard_error;
    EXPECT_GE(result.duration, 3s);
    EXPECT_THAT(result.standard_error, IsEmpty()) << "quiet";
}

TEST_F(MonitorEnd, comes_with_the_event_that_it_waits_for) {
    const RunningProgram monitor(words({"-o", "json", "--until", "ana_change inaccessible"}));
    ASSERT_TRUE(wait_ready(monitor));
    change("non-optimized");
    ASSERT_TRUE(monitor.wait_text("\"to\":\"non-optimized\""));
    change("inaccessible");
    EXPECT_EQ(monitor.ended(), 0) << monitor.told();
    EXPECT_THAT(monitor.output(), HasSubstr("\"to\":\"inaccessible\""));
    EXPECT_THAT(monitor.output(), Not(HasSubstr("for every namespace"))) << "no summary in JSON";
}

TEST_F(MonitorEnd, comes_when_output_does_not_arrive) {
    std::vector<std::string> all{"sh", "-c", "exec \"$@\" >/dev/full", "sh"};
    const std::vector<std::string> monitor_words = words({"-o", "json"});
    all.insert(all.end(), monitor_words.begin(), monitor_words.end());
    const RunningProgram monitor(all);
    ASSERT_TRUE(wait_ready(monitor));
    change("inaccessible");
    EXPECT_EQ(monitor.ended(), 4);
    EXPECT_THAT(monitor.errors(), HasSubstr("standard output"));
}

TEST_F(MonitorEnd, waits_for_programs_that_have_been_started) {
    const std::string program = script("echo \"began $HAOH_EVENT\" >>" + directory.path("told") +
                                       "\nsleep 1\necho ended >>" + directory.path("told") + "\n");
    const RunningProgram monitor(words({"--exec", program, "-o", "json"}));
    ASSERT_TRUE(wait_ready(monitor));
    change("change"); // not usable any more: more events than one
    ASSERT_TRUE(monitor.wait_for([&] { return told().starts_with("began"); }));
    monitor.signal(SIGTERM);
    EXPECT_EQ(monitor.ended(), 0);
    EXPECT_THAT(told(), ::testing::EndsWith("ended\n"));
    EXPECT_THAT(monitor.errors(), Not(HasSubstr("ended with")));
}

TEST_F(MonitorEnd, does_not_wait_for_ever_for_a_program) {
    const std::string program =
        script("echo began >>" + directory.path("told") + "\nexec sleep 1000\n");
    const RunningProgram monitor(words({"--exec", program, "-o", "json"}));
    ASSERT_TRUE(wait_ready(monitor));
    change("inaccessible");
    ASSERT_TRUE(monitor.wait_for([&] { return !told().empty(); }));
    monitor.signal(SIGTERM);
    EXPECT_EQ(monitor.ended(), 0);
}

TEST_F(MonitorEnd, failures_of_programs_are_told_on_standard_error) {
    const std::string program = script("echo out\necho err >&2\nexit 3\n");
    const RunningProgram monitor(words({"--exec", program}));
    ASSERT_TRUE(wait_ready(monitor));
    change("inaccessible");
    EXPECT_TRUE(monitor.wait_for(
        [&] { return monitor.errors().find("ended with status 3") != std::string::npos; }));
    monitor.signal(SIGTERM);
    EXPECT_EQ(monitor.ended(), 0);
    EXPECT_THAT(monitor.errors(), HasSubstr("haoh: " + program + " ended with status 3"));
}

TEST_F(MonitorEnd, only_what_is_named_is_watched) {
    tree.add_subsystem("nqn.2026-01.io.example:other", 2, 1);
    const auto summary = [](const std::vector<std::string>& all) {
        const RunningProgram monitor(all);
        EXPECT_TRUE(wait_ready(monitor)) << monitor.told();
        monitor.signal(SIGTERM);
        EXPECT_EQ(monitor.ended(), 0);
        return monitor.output();
    };
    EXPECT_THAT(summary(words({})), HasSubstr("2 namespaces"));
    EXPECT_THAT(summary(words({"nvme-subsys0"})), HasSubstr("1 namespace"));
}

TEST_F(MonitorEnd, sites_of_the_configuration_are_in_its_events) {
    const std::string config =
        directory.file("haoh.toml", "[[site]]\nname = \"bonn\"\naddresses = [\"10.0.0.2/32\"]\n");
    const RunningProgram monitor(words({"--config", config, "-o", "json"}));
    ASSERT_TRUE(wait_ready(monitor));
    change("inaccessible");
    EXPECT_TRUE(monitor.wait_text("\"site\":\"bonn\"")) << monitor.told();
    monitor.signal(SIGTERM);
    EXPECT_EQ(monitor.ended(), 0);
}

TEST_F(MonitorEnd, the_manager_of_services_is_told_what_is_watched) {
    const FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = directory.path("notify");
    ASSERT_LT(path.size(), sizeof address.sun_path);
    path.copy(address.sun_path, path.size());
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    std::vector<std::string> all{"env", "NOTIFY_SOCKET=" + path};
    const std::vector<std::string> monitor_words = words({});
    all.insert(all.end(), monitor_words.begin(), monitor_words.end());
    const RunningProgram monitor(all);
    std::string messages;
    const auto receive = [&](const char* wanted) {
        const auto deadline = std::chrono::steady_clock::now() + RunningProgram::kLimit;
        while (messages.find(wanted) == std::string::npos &&
               wait_readable(socket.get(), deadline)) {
            std::array<char, 4096> bytes{};
            const ssize_t count = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
            messages.append(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
            messages += '\n';
        }
    };
    receive("READY=1");
    receive("STATUS=");
    EXPECT_THAT(messages, HasSubstr("watching 1 subsystems, 2 controllers, 1 namespaces"));
    monitor.signal(SIGTERM);
    receive("STOPPING=1");
    EXPECT_THAT(messages, HasSubstr("STOPPING=1"));
    EXPECT_EQ(monitor.ended(), 0);
}

} // namespace
} // namespace haoh::test
