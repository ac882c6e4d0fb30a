// SPDX-License-Identifier: LGPL-2.1-or-later
// haoh-arraysim: serves the arrays of a scenario.

#include <arraysim/scenario/scenario_parser.hpp>
#include <arraysim/serve/server.hpp>

#include "base/file.hpp"
#include "base/safe_text.hpp"
#include "base/standard_streams.hpp"

#include <haoh/error.hpp>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <fmt/format.h>
#include <sstream>

namespace {

using namespace haoh;
using namespace haoh::arraysim;

constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;

struct Arguments {
    std::string scenario;
    std::string control;
    std::string address_file;
    std::string send;
    std::vector<std::string> command;
    ServerOptions server;
    bool check_only{};
};

/// Appears complete or not at all: whoever waits for the file can read it at once.
void write_addresses(const std::string& path, const std::string& text) {
    try {
        base::write_file(path, text);
    } catch (const Error& error) {
        throw Error(error.code(), "write the addresses to", path);
    }
}

int serve(const Arguments& arguments) {
    const Scenario scenario = load_scenario(arguments.scenario);
    if (arguments.check_only) {
        return 0;
    }
    // Before the simulator: what is left of coroutines is destroyed after everything they use.
    boost::asio::io_context context(1);
    Simulator simulator(scenario, Clock::now());
    Server server(context.get_executor(), simulator, arguments.server);
    server.on_quit = [&context] { context.stop(); };
    server.start();
    if (!arguments.control.empty()) {
        server.listen_control(arguments.control);
    }
    std::string addresses;
    for (const ServedPort& port : server.ports()) {
        addresses += fmt::format("{} {}\n", port.array, to_string(port.address));
    }
    if (!arguments.address_file.empty()) {
        write_addresses(arguments.address_file, addresses);
    }
    base::print(addresses + "ready\n");

    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&context](const auto& /*error*/, int /*signal*/) { context.stop(); });
    context.run();
    return 0;
}

int send(const Arguments& arguments) {
    std::string line;
    for (const std::string& word : arguments.command) {
        line += line.empty() ? word : " " + word;
    }
    base::print(send_control(arguments.send, line));
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    base::occupy_standard_streams();
    Arguments arguments;
    std::string help;
    CLI::App app{"Simulated NVMe/TCP arrays that can be told to lie.", "haoh-arraysim"};
    app.set_version_flag("--version", HAOH_VERSION);
    app.add_option("scenario", arguments.scenario, "the scenario to serve (TOML)")
        ->type_name("SCENARIO");
    app.add_option("--control", arguments.control, "take commands on this Unix socket")
        ->type_name("SOCKET");
    app.add_option("--address-file", arguments.address_file,
                   "write 'ARRAY tcp://ADDR:PORT', one line a port, once all ports are open")
        ->type_name("FILE");
    app.add_option("--listen-on", arguments.server.listen_on,
                   "listen on this address instead of those of the scenario")
        ->type_name("ADDR");
    app.add_option("--advertise", arguments.server.advertise,
                   "the address that discovery logs show")
        ->type_name("ADDR");
    app.add_flag("--check", arguments.check_only, "only read the scenario, and say what is wrong");
    auto* const send_option =
        app.add_option("--send", arguments.send,
                       "send the words that follow as a command to this control socket")
            ->type_name("SOCKET");
    app.add_option("command", arguments.command, "the command for --send")->type_name("WORD");
    app.footer("Prints 'ARRAY tcp://ADDR:PORT' for each port and then 'ready'. See "
               "haoh-arraysim(1).");
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        std::ostringstream text;
        app.exit(success, text, text);
        help = text.str();
    } catch (const CLI::ParseError& error) {
        std::ostringstream text;
        app.exit(error, text, text);
        base::note(text.str());
        return kExitUsage;
    }
    try {
        if (!help.empty()) {
            base::print(help);
            return 0;
        }
        if (send_option->count() != 0) {
            if (!arguments.scenario.empty()) {
                arguments.command.insert(arguments.command.begin(), arguments.scenario);
            }
            return send(arguments);
        }
        if (arguments.scenario.empty() || !arguments.command.empty()) {
            base::note("haoh-arraysim: give one scenario; see --help\n");
            return kExitUsage;
        }
        return serve(arguments);
    } catch (const std::exception& error) {
        base::note(fmt::format("haoh-arraysim: {}\n", base::safe_text(error.what())));
        return kExitFailure;
    }
}
