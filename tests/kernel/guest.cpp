// SPDX-License-Identifier: LGPL-2.1-or-later
#include "guest.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include "image.hpp"

namespace haoh::test {
namespace {

using Clock = std::chrono::steady_clock;

/// What the emulated kernel may leave out: self-tests, mitigations and services that cost seconds.
constexpr std::string_view kKernelArguments =
    "console=ttyS0 loglevel=5 panic=-1 mitigations=off nokaslr cryptomgr.notests "
    "random.trust_cpu=on tsc=reliable no_timer_check nowatchdog audit=0 apparmor=0 "
    "rcupdate.rcu_expedited=1";

/// Frames of the agent are not larger than this; anything else is a broken channel.
constexpr std::size_t kMaximumOutput = std::size_t{64} << 20U;

struct SocketPair {
    FileDescriptor ours, theirs;
};

SocketPair make_socket_pair() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw std::system_error(errno, std::generic_category(), "socketpair");
    return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

std::string tail(const std::string& text, int lines) {
    std::size_t start = text.size();
    for (int i = 0; i <= lines && start != std::string::npos && start > 0; ++i)
        start = text.rfind('\n', start - 1);
    return start == std::string::npos ? text : text.substr(start);
}

std::string first_line(std::string_view script) {
    const auto end = script.find('\n');
    return end == std::string_view::npos ? std::string(script)
                                         : std::string(script.substr(0, end)) + " ...";
}

template <typename Number>
Number parse_number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        throw GuestError(fmt::format("the agent sent `{}` in place of a number", text));
    return value;
}

} // namespace

bool died_before_init(std::string_view console) {
    return console.find("Kernel panic - not syncing: Attempted to kill the idle task!") !=
           std::string_view::npos;
}

bool spoilt_by_emulation(std::string_view console) {
    constexpr std::string_view kFlags = "EFLAGS: ";
    constexpr unsigned kLastDefinedFlag = 21;
    for (auto at = console.find(kFlags); at != std::string_view::npos;
         at = console.find(kFlags, at + 1)) {
        std::uint32_t flags = 0;
        const char* const begin = console.data() + at + kFlags.size();
        std::from_chars(begin, console.data() + console.size(), flags, 16);
        if (flags >> (kLastDefinedFlag + 1) != 0)
            return true;
    }
    return console.find("int3: 0000 [#") != std::string_view::npos;
}

std::filesystem::path console_directory(const testing::TestSuite* suite) {
    std::filesystem::path path = environment("HAOH_KERNEL_LOGS").value_or(HAOH_KERNEL_LOG_DIR);
    if (suite != nullptr) {
        std::string name = suite->name();
        std::ranges::replace(name, '/', '.');
        path /= name;
    }
    return path;
}

Guest::Guest(Options options) : options_(std::move(options)) {
    if (!find_program("qemu-system-x86_64"))
        throw Unavailable("qemu-system-x86_64 is not installed (packages.txt names the packages)");
    const auto directory =
        console_directory(testing::UnitTest::GetInstance()->current_test_suite());
    std::filesystem::create_directories(directory);
    console_path_ = directory / (options_.name + ".console.log");
    start_machine();
}

void Guest::start_machine() {
    const auto image = kernel_image(options_.kernel);
    std::filesystem::remove(console_path_);
    received_.clear();

    auto agent = make_socket_pair();
    auto monitor = make_socket_pair();
    std::string network = "user,id=net";
    for (const auto port : options_.forwarded_ports)
        network += fmt::format(",hostfwd=tcp:127.0.0.1:0-:{}", port);
    // clang-format off
    std::vector<std::string> arguments{
        "qemu-system-x86_64", "-name", options_.name,
        "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
        "-accel", "tcg", "-machine", "q35", "-cpu", "max",
        "-smp", std::to_string(options_.cpus), "-m", std::to_string(options_.memory_mib),
        "-kernel", image.kernel.string(), "-initrd", image.initramfs.string(),
        "-append", std::string(kKernelArguments),
        "-serial", "file:" + console_path_.string(),
        "-chardev", fmt::format("socket,id=agent,fd={}", agent.theirs.get()),
        "-device", "virtio-serial-pci",
        "-device", "virtserialport,chardev=agent,name=haoh.agent",
        "-chardev", fmt::format("socket,id=monitor,fd={}", monitor.theirs.get()),
        "-mon", "chardev=monitor,mode=control",
        "-netdev", network, "-device", "virtio-net-pci,netdev=net,romfile="};
    // clang-format on
    for (int node = 0; options_.nodes > 1 && node < options_.nodes; ++node) {
        const int cpus = options_.cpus / options_.nodes;
        const std::vector<std::string> words{
            "-object",
            fmt::format("memory-backend-ram,id=memory{},size={}M", node,
                        options_.memory_mib / options_.nodes),
            "-numa",
            fmt::format("node,nodeid={0},memdev=memory{0},cpus={1}-{2}", node, node * cpus,
                        (node + 1) * cpus - 1)};
        arguments.insert(arguments.end(), words.begin(), words.end());
    }
    // The write lock of an image that several guests read at once would be in the way. The guest
    // tells its disks apart by their serial numbers.
    const auto add_disk = [&](std::string_view name, const std::filesystem::path& file) {
        arguments.insert(
            arguments.end(),
            {"-drive",
             fmt::format("if=none,id={},format=raw,readonly=on,file.locking=off,file={}", name,
                         file.string()),
             "-device", fmt::format("virtio-blk-pci,drive={},serial={}", name, name)});
    };
    if (options_.host_programs)
        add_disk("programs", image.programs);
    if (!options_.disk.empty())
        add_disk("build", options_.disk);
    const FileDescriptor errors(
        open(console_path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    process_ = std::make_unique<Process>(
        arguments, Process::Options{.standard_output = errors.get(),
                                    .standard_error = errors.get(),
                                    .inherited = {agent.theirs.get(), monitor.theirs.get()}});
    agent_ = std::move(agent.ours);
    monitor_ = std::move(monitor.ours);
}

Guest::~Guest() = default;

void Guest::wait_ready(Milliseconds timeout) {
    constexpr int kBoots = 3;
    const auto deadline = Clock::now() + timeout;
    for (int boot = 1; !ready_;) {
        try {
            read_frame(deadline, "the end of the boot");
        } catch (const GuestError&) {
            if (boot == kBoots || !died_before_init(console()))
                throw;
            ++boot;
            std::cerr << "guest " << options_.name
                      << ": the emulated processor failed while the kernel began; boot " << boot
                      << " of at most " << kBoots << "\n";
            start_machine();
        }
    }
}

CommandResult Guest::run(std::string_view script, Milliseconds timeout) {
    return wait(start(script), timeout);
}

std::string Guest::must(std::string_view script, Milliseconds timeout) {
    auto result = run(script, timeout);
    if (result.status != 0)
        fail(fmt::format("`{}` ended with status {}: {}", first_line(script), result.status,
                         result.output));
    if (!result.output.empty() && result.output.back() == '\n')
        result.output.pop_back();
    return std::move(result.output);
}

Guest::Command Guest::start(std::string_view script) {
    wait_ready();
    const Command command{++last_id_};
    send(fmt::format("run {} {}\n{}", command.id, script.size(), script));
    return command;
}

bool Guest::ended(Command command, Milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    while (!ended_.contains(command.id)) {
        if (received_.empty() && !wait_readable(agent_.get(), deadline))
            return false;
        read_frame(Clock::now() + kPatience, "the rest of an answer");
    }
    return true;
}

CommandResult Guest::wait(Command command, Milliseconds timeout) {
    if (!ended(command, timeout)) {
        // What it printed so far comes with the answer to the killed command.
        send(fmt::format("kill {}\n", command.id));
        if (!ended(command, kPatience))
            fail(fmt::format("no answer within {} ms, not even to its end", timeout.count()));
        fail(fmt::format("a command took longer than {} ms; it had printed: {}", timeout.count(),
                         ended_.at(command.id).output));
    }
    return std::move(ended_.extract(command.id).mapped());
}

Guest::Command Guest::start_loop(std::string_view script) {
    must("rm -f /tmp/end-loop");
    return start(fmt::format("turn() {{\n{}\n}}\nuntil [ -e /tmp/end-loop ]; do\n"
                             "    turn || exit\ndone\n",
                             script));
}

CommandResult Guest::end_loop(Command loop) {
    must("touch /tmp/end-loop");
    return wait(loop);
}

std::string Guest::wait_until(std::string_view script, std::string_view waited_for,
                              Milliseconds timeout) {
    // The guest does the polling: one command, however long it takes.
    const auto condition = fmt::format("condition() {{\n{}\n}}\n", script);
    const auto command =
        start(condition + "until condition >/tmp/condition.$$ 2>&1; do usleep 50000; done\n"
                          "cat /tmp/condition.$$; rm -f /tmp/condition.$$\n");
    if (!ended(command, timeout)) {
        send(fmt::format("kill {}\n", command.id));
        const auto last = run(condition + "condition");
        fail(fmt::format("waited {} ms for {}; last status {}, output: {}", timeout.count(),
                         waited_for, last.status, last.output));
    }
    return wait(command).output;
}

std::string Guest::kmsg() {
    return must("dmesg");
}

std::uint16_t Guest::host_port(std::uint16_t guest_port) {
    if (host_ports_.empty() && !options_.forwarded_ports.empty()) {
        wait_ready(); // a machine that is started again has other ports
        // "  TCP[HOST_FORWARD]  13        127.0.0.1 40123       10.0.2.15  4420     0     0"
        const auto table = monitor_command("info usernet");
        const std::regex row(R"(HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s+\S+\s+(\d+))");
        for (std::sregex_iterator it(table.begin(), table.end(), row), end; it != end; ++it)
            host_ports_[parse_number<std::uint16_t>((*it)[2].str())] =
                parse_number<std::uint16_t>((*it)[1].str());
    }
    const auto found = host_ports_.find(guest_port);
    if (found == host_ports_.end())
        fail(fmt::format("port {} is not forwarded", guest_port));
    return found->second;
}

void Guest::freeze() {
    process_->signal(SIGSTOP);
}

void Guest::thaw() {
    process_->signal(SIGCONT);
}

void Guest::kill() {
    process_->kill();
}

std::string Guest::console() const {
    std::ifstream file(console_path_);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string Guest::read_agent_line(Deadline deadline, std::string_view waiting_for) {
    std::size_t end = 0;
    while ((end = received_.find('\n')) == std::string::npos)
        fill(deadline, waiting_for);
    auto line = received_.substr(0, end);
    received_.erase(0, end + 1);
    return line;
}

void Guest::read_frame(Deadline deadline, std::string_view waiting_for) {
    std::istringstream header(read_agent_line(deadline, waiting_for));
    std::string verb, id, status, length;
    header >> verb >> id >> status >> length;
    if (verb == "ready") {
        ready_ = true;
        return;
    }
    if (verb != "done")
        fail(fmt::format("the agent sent an unknown frame `{}`", header.str()));
    const auto size = parse_number<std::size_t>(length);
    if (size > kMaximumOutput)
        fail(fmt::format("a command printed {} bytes", size));
    while (received_.size() < size)
        fill(deadline, waiting_for);
    ended_[parse_number<std::uint64_t>(id)] = {.status = parse_number<int>(status),
                                               .output = received_.substr(0, size)};
    received_.erase(0, size);
}

void Guest::fill(Deadline deadline, std::string_view waiting_for) {
    if (!wait_readable(agent_.get(), deadline))
        fail(fmt::format("no answer from the guest; waited for {}", waiting_for));
    std::array<char, 65536> buffer{};
    const ssize_t count = read(agent_.get(), buffer.data(), buffer.size());
    if (count <= 0)
        fail(fmt::format("the guest ended; waited for {}", waiting_for));
    received_.append(buffer.data(), static_cast<std::size_t>(count));
}

void Guest::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(agent_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            fail("the guest ended; a command could not be sent");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::string Guest::monitor_command(std::string_view command) {
    const auto deadline = Clock::now() + kPatience;
    std::string pending;
    // Answers are one JSON object a line; the greeting and events come in between.
    const auto answer = [&]() -> nlohmann::json {
        for (;;) {
            if (const auto end = pending.find('\n'); end != std::string::npos) {
                auto object = nlohmann::json::parse(pending.substr(0, end));
                pending.erase(0, end + 1);
                if (object.contains("error"))
                    fail("the monitor refused a command: " + object.dump());
                if (object.contains("return"))
                    return object.at("return");
                continue;
            }
            std::array<char, 4096> buffer{};
            ssize_t count = 0;
            if (wait_readable(monitor_.get(), deadline))
                count = read(monitor_.get(), buffer.data(), buffer.size());
            if (count <= 0)
                fail("no answer from QEMU's monitor");
            pending.append(buffer.data(), static_cast<std::size_t>(count));
        }
    };
    const auto ask = [&](const nlohmann::json& request) {
        const auto text = request.dump() + "\n";
        if (::send(monitor_.get(), text.data(), text.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(text.size()))
            fail("QEMU's monitor takes no command");
        return answer();
    };
    ask({{"execute", "qmp_capabilities"}});
    const auto output =
        ask({{"execute", "human-monitor-command"}, {"arguments", {{"command-line", command}}}});
    return output.get<std::string>();
}

void Guest::fail(std::string_view what) const {
    throw GuestError(fmt::format("guest {} (kernel {}): {}\n--- the end of {} ---\n{}",
                                 options_.name, options_.kernel, what, console_path_.string(),
                                 tail(console(), 30)));
}

} // namespace haoh::test
