// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What depends on whether a person looks: colours, width, progress.
#pragma once

#include "base/standard_streams.hpp"

#include <haoh/report.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace haoh::tool {

struct OutputOptions {
    std::string format; ///< name of one that the command offers
    std::string color{"auto"};
    bool verbose{};
    bool quiet{};

    /// Colour and width for standard output.
    [[nodiscard]] TextStyle style() const;
};

/// Adds -o, --color, -v and -q.
/// \param names  what -o takes; the first is what is printed without it
void add_output_options(CLI::App& command, OutputOptions& options, std::vector<std::string> names);

/// The same without -o.
void add_style_options(CLI::App& command, OutputOptions& options);

/// The same, of a table.
template <typename Row>
void add_output_options(CLI::App& command, OutputOptions& options, std::span<const Row> formats) {
    std::vector<std::string> names;
    for (const Row& row : formats) {
        names.emplace_back(row.name);
    }
    add_output_options(command, options, std::move(names));
}

/// Things as -o wants them. \pre the options were made of this table
template <typename Row, typename... Things>
std::string rendered(std::span<const Row> formats, const OutputOptions& options,
                     const Things&... things) {
    return find_format(formats, options.format)->render(things..., options.style());
}

/// One line on standard error that says how far the reading is; nothing when nobody looks.
class Progress {
  public:
    explicit Progress(bool quiet);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();

    using Time = std::chrono::steady_clock::time_point;
    void update(std::string_view target, std::size_t done, std::size_t total,
                Time now = std::chrono::steady_clock::now());
    void clear();

  private:
    struct State {
        std::size_t done{};
        std::size_t total{};
    };
    bool active_;
    bool shown_{};
    std::map<std::string, State, std::less<>> targets_;
    Time last_{};
};

using base::note;
using base::print;

} // namespace haoh::tool
