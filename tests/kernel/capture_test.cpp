// SPDX-License-Identifier: LGPL-2.1-or-later
// tshark decodes what haoh and haoh-arraysim send each other.
#include <arpa/inet.h>
#include <chrono>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sstream>
#include <sys/socket.h>
#include <unistd.h>

#include "guest.hpp"
#include "haoh_check.hpp"
#include "requirements.hpp"
#include "simulated_arrays.hpp"

namespace haoh::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Waits until `path` contains `text`; between two looks it calls `meanwhile`.
template <typename Meanwhile>
bool wait_for_text(const std::filesystem::path& path, std::string_view text,
                   Guest::Milliseconds timeout, Meanwhile meanwhile) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    for (;;) {
        meanwhile();
        std::ostringstream content;
        content << std::ifstream(path, std::ios::binary).rdbuf();
        if (content.str().find(text) != std::string::npos)
            return true;
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        usleep(20'000);
    }
}

/// tcpdump on the loopback device.
class Capture {
  public:
    explicit Capture(const std::vector<std::uint16_t>& tcp_ports) {
        socket_ = FileDescriptor(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof(address_);
        auto* const address = reinterpret_cast<sockaddr*>(&address_);
        if (bind(socket_.get(), address, length) != 0 ||
            getsockname(socket_.get(), address, &length) != 0)
            throw std::runtime_error("no UDP socket on the loopback device");
        auto filter = fmt::format("udp port {}", ntohs(address_.sin_port));
        for (const auto port : tcp_ports)
            filter += fmt::format(" or tcp port {}", port);
        const auto log = directory_.path() / "tcpdump.log";
        const FileDescriptor errors(open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
        process_ = std::make_unique<Process>(
            std::vector<std::string>{"tcpdump", "-i", "lo", "-U", "--immediate-mode", "-B",
                                     "131072", "-Z", "root", "-w", path().string(), filter},
            Process::Options{.standard_error = errors.get()});
        if (!wait_for_text(log, "listening on", kPatience, [] {}))
            throw std::runtime_error("tcpdump does not start");
    }

    /// Waits until everything up to now is in the file: a datagram of our own comes last. The buffer
    /// of a busy machine may be full, and the datagram with what else comes then be dropped: it is
    /// sent until it is seen.
    std::filesystem::path finish() {
        constexpr std::string_view kMark = "haoh: the end of the capture";
        const auto send_mark = [&] {
            sendto(socket_.get(), kMark.data(), kMark.size(), MSG_DONTWAIT,
                   reinterpret_cast<const sockaddr*>(&address_), sizeof(address_));
        };
        if (!wait_for_text(path(), kMark, kPatience, send_mark))
            throw std::runtime_error("tcpdump does not write what it captured");
        process_->signal(SIGINT);
        process_->wait_for(kPatience);
        return path();
    }

  private:
    std::filesystem::path path() const { return directory_.path() / "capture.pcap"; }

    ScratchDirectory directory_;
    FileDescriptor socket_;
    sockaddr_in address_{};
    std::unique_ptr<Process> process_;
};

std::optional<std::string> why_no_capture() {
    if (geteuid() != 0)
        return "capturing packets takes root";
    return why_no_programs({"tcpdump", "tshark", haoh_program(), arraysim_program()});
}

class CaptureTest : public testing::Test {
  protected:
    void SetUp() override {
        HAOH_REQUIRE(why_no_capture());
        serve(SimulatedArrays::kStretchedPair);
    }

    void serve(std::string_view scenario) { arrays_ = std::make_unique<SimulatedArrays>(scenario); }

    /// Captures a check of the two arrays, and keeps the file.
    void capture(const std::vector<std::string>& options, int expected_status = 0) {
        const std::vector<std::uint16_t> ports{arrays_->port("a"), arrays_->port("b")};
        capture_ = std::make_unique<Capture>(ports);
        const auto report = haoh_check(ports, SimulatedArrays::kNqn, options);
        ASSERT_EQ(report.status, expected_status) << report;
        path_ = capture_->finish();
    }

    /// One field of each packet that a display filter lets through.
    std::string decode(const std::string& filter, const std::string& field) const {
        std::vector<std::string> arguments{"tshark", "-n",
                                           "-r",     path_.string(),
                                           "-o",     "nvme-tcp.check_hdgst:TRUE",
                                           "-o",     "nvme-tcp.check_ddgst:TRUE",
                                           "-Y",     filter,
                                           "-T",     "fields",
                                           "-e",     field};
        for (const auto* array : {"a", "b"}) {
            arguments.emplace_back("-d");
            arguments.push_back(fmt::format("tcp.port=={},nvme-tcp", arrays_->port(array)));
        }
        const auto result = run_program(arguments, kPatience);
        EXPECT_EQ(result.status, 0) << result.standard_error;
        return result.standard_output;
    }

    /// Nothing that the dissector takes for broken, and all of the conversation that there must be.
    void expect_sound() const {
        EXPECT_THAT(decode("_ws.malformed", "_ws.col.Info"), IsEmpty());
        EXPECT_THAT(decode("nvme-tcp && _ws.expert", "_ws.expert.message"), IsEmpty());
        EXPECT_THAT(decode("nvme-tcp.unknown_data", "_ws.col.Info"), IsEmpty());
        EXPECT_THAT(decode("nvme-tcp.c2htermreq || nvme-tcp.h2ctermreq", "_ws.col.Info"),
                    IsEmpty());
        EXPECT_THAT(
            decode("tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment", "_ws.col.Info"),
            IsEmpty())
            << "packets are missing in the capture";
        const auto conversation = decode("nvme-tcp", "_ws.col.Info");
        for (const auto* packet :
             {"Initialize Connection Request", "Initialize Connection Response", "NVMeOF Connect",
              "NVMeOF CQE for Connect", "Property Get Controller Capabilities",
              "Property Get Version", "Property Set Controller Configuration",
              "Property Get Controller Status", "NVMe Identify Controller",
              "NVMe Identify Active Namespace List", "NVMe Identify Namespace",
              "Identify Namespace Identification Descriptor",
              "NVMe Get Log Page Asymmetric Namespace Access", "NVMe Get Features"})
            EXPECT_THAT(conversation, HasSubstr(packet));
    }

  private:
    std::unique_ptr<SimulatedArrays> arrays_;
    std::unique_ptr<Capture> capture_;
    std::filesystem::path path_;
};

TEST_F(CaptureTest, tshark_understands_a_check) {
    capture({});
    expect_sound();
    EXPECT_THAT(decode("nvme-tcp.hdgst || nvme-tcp.ddgst", "_ws.col.Info"), IsEmpty());
}

TEST_F(CaptureTest, tshark_understands_a_check_with_digests) {
    capture({"--hdr-digest", "--data-digest"});
    expect_sound();
    for (const std::string digest : {"nvme-tcp.hdgst.status", "nvme-tcp.ddgst.status"}) {
        EXPECT_THAT(decode(digest + " == \"Good\"", digest), Not(IsEmpty()));
        EXPECT_THAT(decode(digest + " == \"Bad\"", "_ws.col.Info"), IsEmpty());
    }
}

// That the above can fail: the dissector sees what is wrong.
TEST_F(CaptureTest, tshark_and_haoh_both_see_a_wrong_digest) {
    serve(std::string(SimulatedArrays::kStretchedPair) + R"toml(
[[array.fault]]
kind = "data-digest"
answer = "identify-controller"
)toml");
    capture({"--hdr-digest", "--data-digest"}, 3);
    EXPECT_THAT(decode("nvme-tcp.ddgst.status == \"Bad\"", "_ws.col.Info"),
                HasSubstr("Identify Controller"));
    EXPECT_THAT(decode("nvme-tcp.hdgst.status == \"Bad\"", "_ws.col.Info"), IsEmpty());
}

} // namespace
} // namespace haoh::test
