// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/process.hpp"

namespace haoh::test {

/// A guest did not do what it should: it ended, did not answer in time, or a command failed that
/// must not. The text ends with the tail of the guest's console.
class GuestError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// What a command in a guest printed (stdout and stderr, in order) and how it ended.
struct CommandResult {
    int status = -1; ///< Exit status; 128 + signal number for a killed command.
    std::string output;
};

/// Whether a kernel panicked before anything of ours ran. QEMU's emulation sometimes executes what the
/// kernel has just patched in its own code (text_poke_early): that says nothing of what is tested.
bool died_before_init(std::string_view console);

/// Whether a kernel failed later in a way that only the emulation explains: with flags of the processor
/// set that are always 0 (EFLAGS, bits 31:22), or at a breakpoint that it had put there itself while it
/// patched its code.
bool spoilt_by_emulation(std::string_view console);

/// Where consoles are logged: a folder for each test suite, since two may run at once, with guests of
/// the same names.
std::filesystem::path console_directory(const testing::TestSuite* suite);

/// How long anything is waited for that ought to happen. On a machine with other things to do an
/// emulated one stands still for long: only what never comes is a failure.
constexpr std::chrono::minutes kPatience(5);

/// A Linux virtual machine under software emulation: one of image.sh's kernels, busybox, and an
/// agent that runs shell commands. The VM is ended when the object goes out of scope, and also when
/// the test program dies. Not for use from several threads.
///
/// The guest reaches this machine's loopback as 10.0.2.2; its own address is 10.0.2.15.
class Guest {
  public:
    using Milliseconds = std::chrono::milliseconds;

    struct Options {
        std::string name = "guest";      ///< For messages and the console log.
        std::string kernel = "6.12";     ///< A flavour of image.sh.
        bool host_programs = false;      ///< fio and nvme-cli as well (a bigger initramfs).
        std::filesystem::path disk = {}; ///< An ext4 image that the guest has at /build, read-only.
        int cpus = 1;
        /// NUMA nodes, each with as many CPUs and as much memory as the others.
        int nodes = 1;
        int memory_mib = 512;
        std::vector<std::uint16_t> forwarded_ports =
            {}; ///< TCP ports of the guest, see host_port().
    };

    /// A command that was started in the guest, see start().
    struct Command {
        std::uint64_t id = 0;
    };

    /// Starts the VM and returns; it boots while the caller goes on. Throws Unavailable when QEMU
    /// or the kernel image is missing.
    explicit Guest(Options options);
    ~Guest();
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

    /// Waits until the guest takes commands. run() and start() do so by themselves. A guest that
    /// died before its init ran is started again, twice at most.
    void wait_ready(Milliseconds timeout = kPatience);

    /// Runs a shell script (busybox sh) to its end. A script that takes longer than `timeout` is
    /// killed, and GuestError tells what it had printed.
    CommandResult run(std::string_view script, Milliseconds timeout = kPatience);
    /// The same for a script that has to succeed; returns its output without the last newline.
    std::string must(std::string_view script, Milliseconds timeout = kPatience);

    /// Starts a script in the background; commands run side by side.
    Command start(std::string_view script);
    /// True when the command has ended, or does so within `timeout`: wait() returns at once.
    bool ended(Command command, Milliseconds timeout = Milliseconds(0));
    /// Waits for the end of a started command, as run() does.
    CommandResult wait(Command command, Milliseconds timeout = kPatience);

    /// Starts a script again each time it ends well, until end_loop(). One loop at a time.
    Command start_loop(std::string_view script);
    /// \return how the last run ended, and what all of them printed
    CommandResult end_loop(Command loop);

    /// Runs `script` again and again until its exit status is 0, at most for `timeout`; then throws
    /// GuestError, saying what was waited for. Returns the last output.
    std::string wait_until(std::string_view script, std::string_view waited_for,
                           Milliseconds timeout = kPatience);

    /// The kernel's messages (dmesg), all since boot.
    std::string kmsg();

    /// The port of 127.0.0.1 that leads to a forwarded port of the guest.
    std::uint16_t host_port(std::uint16_t guest_port);

    /// Stops the VM between two instructions, as a storage array hangs; connections stay open.
    void freeze();
    void thaw();
    /// Ends the VM, as a storage array loses power.
    void kill();
    bool alive() { return process_->running(); }

    const std::string& name() const { return options_.name; }
    const std::string& kernel() const { return options_.kernel; }
    /// What the guest's console printed (kernel warnings and errors, and the init script).
    std::string console() const;
    const std::filesystem::path& console_path() const { return console_path_; }

  private:
    using Deadline = std::chrono::steady_clock::time_point;

    void start_machine();
    std::string read_agent_line(Deadline deadline, std::string_view waiting_for);
    void read_frame(Deadline deadline, std::string_view waiting_for);
    void fill(Deadline deadline, std::string_view waiting_for);
    void send(std::string_view bytes);
    std::string monitor_command(std::string_view command);
    [[noreturn]] void fail(std::string_view what) const;

    Options options_;
    std::filesystem::path console_path_;
    FileDescriptor agent_;
    FileDescriptor monitor_;
    std::unique_ptr<Process> process_;
    std::string received_;
    std::map<std::uint64_t, CommandResult> ended_;
    std::map<std::uint16_t, std::uint16_t> host_ports_;
    std::uint64_t last_id_ = 0;
    bool ready_ = false;
};

} // namespace haoh::test
