// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command.hpp"

#include "base/safe_text.hpp"
#include "base/standard_streams.hpp"

#include <haoh/error.hpp>

#include <boost/system/system_error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace {

namespace base = haoh::base;
using haoh::tool::Exit;

/// "nvme-haoh" when it is called so, the spelling for who looks for a command of nvme-cli.
std::string program_name(const char* called) {
    constexpr std::string_view kNvmeSpelling = "nvme-haoh";
    const std::string_view path = called == nullptr ? "" : called;
    const std::string_view name = path.substr(path.rfind('/') + 1);
    return std::string(name == kNvmeSpelling ? kNvmeSpelling : "haoh");
}

/// Streams, in which CLI11 puts its texts together, swallow a lack of memory and leave out the rest: while
/// this is there it is noted.
class MemoryWatch {
  public:
    MemoryWatch() : before_{std::set_new_handler(&note)} {}
    ~MemoryWatch() { std::set_new_handler(before_); }
    MemoryWatch(const MemoryWatch&) = delete;
    MemoryWatch& operator=(const MemoryWatch&) = delete;

    /// \throws std::bad_alloc when there was not enough of it, whoever swallowed that
    static void require_enough() {
        if (lacked_) {
            throw std::bad_alloc();
        }
    }

  private:
    static void note() {
        lacked_ = true;
        throw std::bad_alloc();
    }

    static inline bool lacked_{}; // a handler is a function without an object
    std::new_handler before_;
};

/// Of a word that is no command CLI11 only says that a command is missing.
void explain_usage(const CLI::App& app, const CLI::ParseError& error) {
    std::string words;
    const CLI::App* command = &app;
    while (!command->get_subcommands().empty()) {
        command = command->get_subcommands().front();
        words += command->get_name() + " ";
    }
    const bool has_commands =
        !command->get_subcommands([](const CLI::App*) { return true; }).empty();
    const std::vector<std::string> strange =
        has_commands ? app.remaining(true) : std::vector<std::string>{};
    base::note(fmt::format(
        "{0}: {1}\nTry '{0} {2}--help'.\n", app.get_name(),
        base::safe_text(strange.empty()
                            ? std::string(error.what())
                            : fmt::format("there is no command '{}{}'", words, strange.front())),
        has_commands ? words : std::string()));
}

int run(int argc, char** argv) {
    std::optional<MemoryWatch> memory{std::in_place};
    CLI::App app{"Checks NVMe-oF subsystems that stretch over two arrays.", program_name(argv[0])};
    app.set_version_flag("--version", app.get_name() + " " HAOH_VERSION);
    app.require_subcommand(1);
    app.get_formatter()->column_width(34);
    app.footer(
        "Exit status: 0 all is well, 1 at least one FAIL, 2 wrong usage, 3 not everything could "
        "be observed,\n4 nothing could be observed. Manual: haoh(1).");

    haoh::tool::Run chosen;
    haoh::tool::add_check(app, chosen);
    haoh::tool::add_list(app, chosen);
    haoh::tool::add_monitor(app, chosen);
    haoh::tool::add_policy(app, chosen);
    haoh::tool::add_snapshot(app, chosen);
    haoh::tool::add_diff(app, chosen);
    haoh::tool::add_rules(app, chosen);

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        std::ostringstream text;
        const int status = app.exit(success, text, text);
        MemoryWatch::require_enough();
        base::print(text.str());
        return status;
    } catch (const CLI::ParseError& error) {
        MemoryWatch::require_enough();
        explain_usage(app, error);
        return Exit::usage;
    }
    MemoryWatch::require_enough();
    memory.reset();
    return chosen();
}

/// What this machine has too little of, or what is broken in it: nothing that another usage would mend.
bool is_of_the_machine(const std::error_code& code) {
    constexpr std::array kReasons{EAGAIN,  EDQUOT, EFBIG,  EIO,    EMFILE,   ENFILE,
                                  ENOBUFS, ENOMEM, ENOSPC, ESTALE, ETIMEDOUT};
    return code.category() == std::generic_category() &&
           std::find(kReasons.begin(), kReasons.end(), code.value()) != kReasons.end();
}

/// What an array does is in the observation; what is thrown here is a wrong argument or a file that cannot
/// be used, or output that does not arrive.
int status_of(const haoh::Error& error) {
    const bool output = dynamic_cast<const base::OutputError*>(&error) != nullptr;
    // A name, or a whole tree, that is not there to be looked at.
    const bool absent = error.code() == haoh::Errc::not_found;
    return output || absent || is_of_the_machine(error.code()) ? Exit::nothing : Exit::usage;
}

/// In pieces: memory may be what is short.
void say(std::string_view problem, std::string_view more = {}) noexcept {
    base::note("haoh: ");
    base::note(problem);
    base::note(more);
    base::note("\n");
}

constexpr std::string_view kNoMemory = "out of memory";

/// Where nothing may throw, and in a thread that nobody waits for, a lack of memory is the end, too.
void end_without_memory() {
    if (std::current_exception()) {
        try {
            throw;
        } catch (const std::bad_alloc&) {
            say(kNoMemory);
            ::_exit(Exit::nothing);
        } catch (...) { // a fault of ours
        }
    }
    __gnu_cxx::__verbose_terminate_handler(); // says which
}

/// `haoh ... | head` ends as other programs do, without a word, when its reader has seen enough.
/// Returns where the signal is blocked.
void end_with_the_reader() {
    std::signal(SIGPIPE, SIG_DFL);
    static_cast<void>(std::raise(SIGPIPE));
}

} // namespace

int main(int argc, char** argv) {
    // A closed pipe, and a file that must not grow, are reported by the write that meets them.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    std::set_terminate(end_without_memory);
    base::occupy_standard_streams();
    try {
        const int status = run(argc, argv);
        base::finish_output();
        return status;
    } catch (const haoh::Error& error) {
        if (error.code() == std::errc::broken_pipe) {
            end_with_the_reader();
        }
        say(error.what());
        return status_of(error);
    } catch (const std::bad_alloc&) {
        say(kNoMemory);
        return Exit::nothing;
    } catch (const boost::system::system_error& error) { // of what Asio takes for itself
        say("wait for input and time: ", error.code().message());
        return Exit::nothing;
    } catch (const std::exception& error) {
        say(base::safe_text(error.what()));
        return Exit::nothing;
    }
}
