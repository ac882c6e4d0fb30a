// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a picture of a subsystem shows: hosts above, an array beside the other below them with its
/// controllers, and under those a bar for what the arrays have to show as one. A bar that goes through is
/// one thing; where arrays part, so does the bar. All texts are safe (text.hpp).
#pragma once

#include "report/check/finding_text.hpp"
#include "report/html/findings.hpp"
#include "report/html/markup.hpp"

#include <haoh/check.hpp>
#include <haoh/observation.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::report {

/// The gravest finding about something that is drawn; `note`: all that was found is waived or known;
/// `pass`: nothing was found but notes.
struct PictureMark {
    Verdict verdict{Verdict::pass};
    std::string anchor{}; ///< of the article that tells it

    /// Keeps the graver one.
    void add(Verdict other, const std::string& at);
    bool operator==(const PictureMark&) const = default;
};

struct PictureController {
    std::string name;   ///< "nvme1, controller 9"
    std::string detail; ///< "tcp 10.1.0.10:4420, live"
    bool live{true};    ///< its host can use it
    PictureMark mark{};

    bool operator==(const PictureController&) const = default;
};

struct PictureArray {
    std::string name; ///< "array unknown" where it is not known
    std::vector<PictureController> controllers{};
};

/// A host, or who asked directly.
struct PictureHost {
    std::string name;
    std::string detail;
    PictureMark mark{};
    /// For each array how many controllers it has there, and how many of them are live.
    struct Link {
        std::size_t controllers{};
        std::size_t live{};
        bool operator==(const Link&) const = default;
    };
    std::vector<Link> links{};
};

/// What one array shows of a row.
struct PictureCell {
    std::string text{};  ///< "optimized"; "absent"
    std::string value{}; ///< what it says, where arrays differ
    bool there{true};    ///< I/O could go there; false: drawn dashed
    Verdict verdict{Verdict::pass};
    bool joined{true}; ///< the same as in the array before; of the first: means nothing

    bool operator==(const PictureCell&) const = default;
};

/// A bar.
struct PictureRow {
    std::string label;    ///< "NSID 1, 3"; of the subsystem itself: "subsystem"
    std::string detail{}; ///< "256.0 MiB"
    std::string rule{};   ///< of its gravest finding
    std::string what{};   ///< what that says
    std::size_t more{};   ///< further rules that found something there
    PictureMark mark{};
    std::vector<PictureCell> cells{}; ///< one for each array; empty: it is about none of them
};

struct Picture {
    std::string subsysnqn;
    PictureMark mark{};
    std::vector<PictureHost> hosts{};
    std::vector<PictureArray> arrays{};
    std::vector<std::string> unobserved{}; ///< what of it was not observed, by name
    std::vector<PictureRow> rows{};        ///< worst first
    std::size_t namespaces{};
};

/// One for each subsystem, the worst first, and those that are alike in that in the order in which they
/// were observed.
/// \param subsystems  of the observation
[[nodiscard]] std::vector<Picture> pictures_of(const ReportView& view,
                                               const Observation& observation,
                                               const std::vector<SubsystemArrays>& subsystems,
                                               const ToldFindings& told, const FindingText& words);

/// Draws it as SVG: bounded, whatever is in it; what is left out is counted.
/// \param id  of the element; unique on the page
void draw_picture(Markup& out, const Picture& picture, std::string_view id);

} // namespace haoh::report
