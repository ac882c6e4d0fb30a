// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What depends on whether a person looks: colours, width, progress.
#pragma once

#include <haoh/report.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace haoh::tool {

struct OutputOptions {
    std::string format{"text"};
    std::string color{"auto"};
    bool verbose{};
    bool quiet{};

    [[nodiscard]] bool json() const { return format == "json"; }
    /// Colour and width for standard output.
    [[nodiscard]] TextStyle style() const;
};

/// Adds -o, --color, -v and -q.
/// \param formats  what -o takes, "text" first
void add_output_options(CLI::App& command, OutputOptions& options,
                        std::vector<std::string> formats);

/// One line on standard error that says how far the reading is; nothing when nobody looks.
class Progress {
  public:
    explicit Progress(bool quiet);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();

    void update(std::string_view target, std::size_t done, std::size_t total);
    void clear();

  private:
    struct State {
        std::size_t done{};
        std::size_t total{};
    };
    bool active_;
    bool shown_{};
    std::map<std::string, State, std::less<>> targets_;
    std::chrono::steady_clock::time_point last_{};
};

/// Writes to standard output and makes sure that it arrived.
/// \throws Error when it did not (disk full, closed pipe)
void print(std::string_view text);

} // namespace haoh::tool
