// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report_outputs.hpp"

#include "base/file_identity.hpp"
#include "file.hpp"
#include "terminal.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <utility>

#include <unistd.h>

namespace haoh::tool {
namespace {

/// "junit=report.xml" in two; "-" is standard output, as no file is.
std::pair<std::string, std::optional<std::string>> parts_of(const std::string& word) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) {
        return {word, std::nullopt};
    }
    return {word.substr(0, equals), word.substr(equals + 1)};
}

/// "{text,json}".
std::string format_names() {
    std::string out;
    for (const ReportFormat& format : report_formats()) {
        out += (out.empty() ? "{" : ",") + std::string{format.name};
    }
    return out + "}";
}

/// Says what is wrong with a word, as CLI11 does of such a set; empty: nothing.
std::string complaint(const std::string& word) {
    const auto [name, file] = parts_of(word);
    if (find_format(report_formats(), name) == nullptr) {
        return fmt::format("{} not in {}", name, format_names());
    }
    return file && file->empty() ? fmt::format("{} names no file", word) : std::string();
}

} // namespace

void add_report_option(CLI::App& command, std::vector<std::string>& words) {
    command
        .add_option("-o,--output", words,
                    "How to print; FORMAT=FILE writes it there instead; repeat for more")
        ->type_name("FORMAT")
        ->take_all()
        ->allow_extra_args(false)
        ->check(CLI::Validator(complaint, format_names()))
        ->default_str(std::string(report_formats().front().name));
}

ReportOutputs::ReportOutputs(const std::vector<std::string>& words) {
    struct Place {
        std::string word;
        std::optional<base::FileIdentity> identity;
        bool printed{};
    };
    const auto standard_output = base::identity_of(STDOUT_FILENO);
    std::vector<Place> places;
    for (const std::string& word : words) {
        const auto [name, file] = parts_of(word);
        Place place{.word = word, .identity = standard_output, .printed = true};
        if (file && *file != "-") {
            place.identity = base::identity_of(*file);
            place.printed = place.identity && place.identity == standard_output;
        }
        for (const Place& other : places) {
            if ((place.printed && other.printed) ||
                (place.identity && place.identity == other.identity)) {
                throw Error(Errc::invalid_argument, "write",
                            fmt::format("-o {} and -o {}", other.word, word),
                            "both go to the same place",
                            "give each a file of its own: -o FORMAT=FILE");
            }
        }
        if (!place.printed) {
            base::require_writable(*file);
        }
        outputs_.push_back({.format = find_format(report_formats(), name),
                            .file = place.printed ? std::string() : *file});
        places.push_back(std::move(place));
    }
}

void ReportOutputs::write(const Report& report, const Observation& observation,
                          const TextStyle& style) const {
    std::optional<base::OutputError> failure;
    const Output* printed = nullptr;
    for (const Output& output : outputs_) {
        if (output.file.empty()) {
            printed = &output;
            continue;
        }
        try {
            write_file(output.file, output.format->render(report, observation, {}));
        } catch (const Error& error) {
            if (failure) {
                note(fmt::format("haoh: {}\n", error.what()));
            } else { // that the place was there before makes it no wrong usage
                failure.emplace(error.code(), error.operation(), error.object(), error.cause(),
                                error.advice());
            }
        }
    }
    if (printed != nullptr || outputs_.empty()) {
        const ReportFormat& format =
            printed == nullptr ? report_formats().front() : *printed->format;
        print(format.render(report, observation, style));
    } else {
        print(headline(report) + "\n");
    }
    if (failure) {
        throw *failure;
    }
}

} // namespace haoh::tool
