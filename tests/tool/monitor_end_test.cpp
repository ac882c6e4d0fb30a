// SPDX-License-Identifier: LGPL-2.1-or-later
// How haoh monitor begins and ends, on a recorded tree.
#include "running_program.hpp"
#include "simulated_arrays.hpp"
#include "support/sysfs_tree.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/ioctl.h>
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
    /// What the metrics are now.
    static std::string scraped(const RunningProgram& monitor) {
        const std::string told = monitor.errors();
        const std::size_t begin = told.find("127.0.0.1:") + 10;
        const auto port = static_cast<std::uint16_t>(std::stoul(told.substr(begin)));
        boost::asio::io_context context;
        boost::asio::ip::tcp::socket socket{context};
        socket.connect({boost::asio::ip::address_v4::loopback(), port});
        boost::asio::write(socket,
                           boost::asio::buffer(std::string{"GET /metrics HTTP/1.0\r\n\r\n"}));
        std::string answer;
        std::array<char, 4096> bytes{};
        const auto deadline = std::chrono::steady_clock::now() + RunningProgram::kLimit;
        for (ssize_t count = 1; count > 0 && wait_readable(socket.native_handle(), deadline);) {
            count = ::recv(socket.native_handle(), bytes.data(), bytes.size(), 0);
            answer.append(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        }
        return answer;
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

/// Nobody reads what is printed, and yet all goes on.
TEST_F(MonitorEnd, a_reader_that_stalls_holds_up_neither_metrics_nor_the_end) {
    for (const bool reads_at_the_end : {true, false}) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        const FileDescriptor reader{ends[0]};
        FileDescriptor writer{ends[1]};
        ASSERT_GE(::fcntl(writer.get(), F_SETPIPE_SZ, 4096), 0);
        const RunningProgram monitor(words({"-o", "json"}), writer.get());
        writer.reset();
        ASSERT_TRUE(wait_ready(monitor)) << monitor.told();
        for (int round = 0; round < 20; ++round) {
            for (const std::string state : {"inaccessible", "non-optimized"}) {
                change(state);
                ASSERT_TRUE(monitor.wait_for([&] {
                    return scraped(monitor).find("state=\"" + state + "\"} 1\n") !=
                           std::string::npos;
                })) << round;
            }
        }
        int waiting = 0;
        ASSERT_EQ(::ioctl(reader.get(), FIONREAD, &waiting), 0);
        EXPECT_GT(waiting, 2000) << "it is full: each event is a line of some hundred bytes";
        monitor.signal(SIGTERM);
        std::string output;
        std::array<char, 4096> bytes{};
        for (ssize_t count = 1; reads_at_the_end && count > 0;) {
            count = ::read(reader.get(), bytes.data(), bytes.size());
            output.append(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        }
        EXPECT_EQ(monitor.ended(), 0) << "as asked";
        if (reads_at_the_end) {
            EXPECT_GE(std::count(output.begin(), output.end(), '\n'), 40) << "none is lost";
        } else {
            EXPECT_THAT(monitor.errors(), HasSubstr("standard output takes nothing"));
        }
    }
}

/// What a reader missed is told, and in JSON there is a gap in the sequence.
TEST_F(MonitorEnd, a_reader_that_stalls_for_too_long_is_told_what_it_missed) {
    constexpr std::uint64_t kNamespaces = 4096;
    const SimulatedArrays arrays{fmt::format("[subsystem]\nnqn = \"{}\"\n[[namespace]]\n"
                                             "count = {}\n[[array]]\nname = \"a\"\n",
                                             kPairNqn, kNamespaces)};
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const FileDescriptor reader{ends[0]};
    FileDescriptor writer{ends[1]};
    const RunningProgram monitor({HAOH_PROGRAM, "monitor", "-t", arrays.target("a"), "--nqn",
                                  kPairNqn, "-o", "json", "--metrics", "0"},
                                 writer.get());
    writer.reset();
    ASSERT_TRUE(wait_ready(monitor)) << monitor.told();
    const auto events = [&monitor] {
        constexpr std::string_view kCounter = "haoh_events_total{event=\"ana_change\"} ";
        const std::string page = scraped(monitor);
        const std::size_t at = page.find(kCounter);
        return at == page.npos ? 0 : std::stoull(page.substr(at + kCounter.size()));
    };
    const std::array<const char*, 2> states{"optimized", "inaccessible"};
    for (std::uint64_t round = 1; round <= 6; ++round) {
        arrays.send({"ana", "a", "all", states.at(round % 2)});
        ASSERT_TRUE(monitor.wait_for([&] { return events() >= round * kNamespaces; })) << events();
    }
    EXPECT_THAT(monitor.errors(), Not(HasSubstr("left out"))) << "it is not known yet how many";
    monitor.signal(SIGTERM);
    std::uint64_t last = 0;
    std::uint64_t missing = 0;
    std::string text;
    std::string bytes(65536, '\0');
    for (ssize_t count = 1; count > 0;) {
        count = ::read(reader.get(), bytes.data(), bytes.size());
        text.append(bytes, 0, static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
    for (std::size_t at = 0; (at = text.find("\"sequence\":", at)) != text.npos; ++at) {
        const std::uint64_t number = std::stoull(text.substr(at + 11, 20));
        missing += number - last - 1;
        last = number;
    }
    EXPECT_EQ(monitor.ended(), 0);
    EXPECT_GE(last, 6 * kNamespaces) << "the last ones are kept";
    EXPECT_GT(missing, 1000U);
    EXPECT_THAT(monitor.errors(),
                HasSubstr(fmt::format("haoh: {} events were left out: the reader of the output was "
                                      "too slow\n",
                                      missing)));
}

/// Ticks of processor time that a process has had.
std::uint64_t ticks_of(::pid_t process) {
    std::ifstream file{fmt::format("/proc/{}/stat", process)};
    const std::string stat{std::istreambuf_iterator<char>{file}, {}};
    std::istringstream fields{stat.substr(stat.rfind(") ") + 2)};
    std::string field;
    std::uint64_t user = 0;
    std::uint64_t system = 0;
    for (int number = 0; number < 11; ++number) { // proc(5): 3 to 13
        fields >> field;
    }
    fields >> user >> system;
    return user + system;
}

TEST_F(MonitorEnd, sleeps_as_long_as_nothing_happens) {
    for (const std::string until : {"access no_path", "ana_change"}) {
        std::vector<std::string> all = words({"--until", until});
        all.insert(all.end(), {"--interval", "10s"});
        all.erase(std::find(all.begin(), all.end(), "--interval"),
                  std::find(all.begin(), all.end(), "--metrics"));
        const RunningProgram monitor(all);
        ASSERT_TRUE(wait_ready(monitor)) << monitor.told();
        const std::uint64_t before = ticks_of(monitor.pid());
        std::this_thread::sleep_for(2s);
        EXPECT_LT(ticks_of(monitor.pid()) - before,
                  static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)) / 2)
            << until;
        monitor.signal(SIGTERM);
        EXPECT_EQ(monitor.ended(), 1) << "it has waited in vain";
    }
}

TEST_F(MonitorEnd, standard_error_that_takes_nothing_stops_no_watching) {
    const std::string program = script("echo out\nexit 3\n"); // which it has to complain of
    for (const std::string to : {"2>/dev/full", "2>&-"}) {
        change("optimized");
        std::vector<std::string> all{"sh", "-c", "exec \"$@\" " + to, "sh"};
        const std::vector<std::string> monitor_words =
            words({"-o", "json", "--exec", program, "--until", "ana_change persistent-loss"});
        all.insert(all.end(), monitor_words.begin(), monitor_words.end());
        const RunningProgram monitor(all);
        // When it began cannot be seen: what it missed is done again.
        bool other = false;
        ASSERT_TRUE(monitor.wait_for([&] {
            change(std::exchange(other, !other) ? "inaccessible" : "optimized");
            std::this_thread::sleep_for(50ms);
            return monitor.output().find("ana_change") != std::string::npos;
        })) << to;
        change("persistent-loss");
        EXPECT_EQ(monitor.ended(), 0) << to;
    }
}

TEST_F(MonitorEnd, ends_programs_with_all_that_they_started) {
    // Held open by whatever is left.
    const std::string fifo = directory.path("fifo");
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    const FileDescriptor held{::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    const std::string body =
        script("sh -c 'trap \"\" TERM; echo began >>" + directory.path("told") +
               "; exec sleep 1000' >" + fifo + " &\nwait\n");
    const RunningProgram monitor(words({"--exec", body, "-o", "json"}));
    ASSERT_TRUE(wait_ready(monitor));
    change("inaccessible");
    ASSERT_TRUE(monitor.wait_for([&] { return !told().empty(); }));
    monitor.signal(SIGTERM);
    EXPECT_EQ(monitor.ended(), 0);
    EXPECT_TRUE(monitor.wait_for([&] {
        char byte{};
        return ::read(held.get(), &byte, 1) == 0; // and not EAGAIN: nobody has it open any more
    }));
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

TEST_F(MonitorEnd, a_site_that_fits_nothing_is_refused_at_the_beginning) {
    const std::string config =
        directory.file("haoh.toml", "[[site]]\nname = \"bonn\"\naddresses = [\"10.9.0.2/32\"]\n");
    const RunningProgram monitor(words({"--config", config}));
    EXPECT_EQ(monitor.ended(), 2);
    EXPECT_THAT(monitor.errors(), AllOf(HasSubstr("site \"bonn\""), HasSubstr("10.0.0.2:")));
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
