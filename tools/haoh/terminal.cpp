// SPDX-License-Identifier: LGPL-2.1-or-later
#include "terminal.hpp"

#include "base/safe_text.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

namespace haoh::tool {
namespace {

constexpr unsigned kNarrowest = 40;
constexpr unsigned kWidest = 120;
constexpr std::chrono::milliseconds kRefresh{100};

unsigned columns(int descriptor) {
    winsize size{};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col != 0) {
        return std::clamp<unsigned>(size.ws_col, kNarrowest, kWidest);
    }
    return TextStyle{}.width;
}

} // namespace

TextStyle OutputOptions::style() const {
    TextStyle style;
    const bool terminal = ::isatty(STDOUT_FILENO) != 0;
    const char* no_color = std::getenv("NO_COLOR"); // https://no-color.org
    const bool wanted = terminal && (no_color == nullptr || *no_color == '\0');
    style.color = color == "always" || (color == "auto" && wanted);
    style.verbose = verbose;
    style.width = columns(STDOUT_FILENO);
    return style;
}

void add_output_options(CLI::App& command, OutputOptions& options, std::vector<std::string> names) {
    options.format = names.front();
    command.add_option("-o,--output", options.format, "How to print")
        ->type_name("FORMAT")
        ->check(CLI::IsMember(std::move(names)))
        ->capture_default_str();
    add_style_options(command, options);
}

void add_style_options(CLI::App& command, OutputOptions& options) {
    command.add_option("--color", options.color, "Colour the text: auto, always or never")
        ->type_name("WHEN")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
    command.add_flag("-v,--verbose", options.verbose, "Say more: bases of rules, every value");
    command.add_flag("-q,--quiet", options.quiet, "No progress");
}

Progress::Progress(bool quiet) : active_{!quiet && ::isatty(STDERR_FILENO) != 0} {}

Progress::~Progress() {
    clear();
}

void Progress::update(std::string_view target, std::size_t done, std::size_t total, Time now) {
    if (!active_) {
        return;
    }
    targets_[base::safe_text(target)] = {done, total};
    if (shown_ && now - last_ < kRefresh) {
        return;
    }
    last_ = now;
    std::string line = "reading";
    for (const auto& [name, state] : targets_) {
        line += state.total == 0 ? fmt::format("  {}", name)
                                 : fmt::format("  {} {}/{}", name, state.done, state.total);
    }
    note("\r\033[K" + std::string(base::column_prefix(line, columns(STDERR_FILENO) - 1)));
    shown_ = true;
}

void Progress::clear() {
    if (shown_) {
        note("\r\033[K");
        shown_ = false;
    }
}

} // namespace haoh::tool
