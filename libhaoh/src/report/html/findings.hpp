// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The findings of a page, one article for each cause, and what was not observed.
#pragma once

#include "report/check/finding_cluster.hpp"
#include "report/check/finding_text.hpp"
#include "report/html/markup.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::report {

/// The findings of a view in the order in which a page tells them, and where each is on it.
class ToldFindings {
  public:
    /// Those that count for the verdict, and those that are waived or known.
    enum class Part : std::uint8_t { counting, accepted };

    explicit ToldFindings(const ReportView& view);

    [[nodiscard]] std::span<const FindingCluster> clusters(Part part) const;
    /// The place of the first of them, which `anchor` asks for.
    [[nodiscard]] std::size_t first_of(Part part) const {
        return part == Part::counting ? 0 : counting_;
    }
    /// The id of the article about a cluster: "finding-1".
    [[nodiscard]] static std::string anchor(std::size_t cluster);
    /// Of the article that tells a group of the view.
    [[nodiscard]] std::string anchor_of(const FindingGroup& group) const;

  private:
    std::vector<FindingCluster> clusters_;
    std::size_t counting_{}; ///< those before this place count
    std::map<const FindingGroup*, std::size_t> places_;
};

/// A part of a text, and whether it is what differs.
struct MarkedPart {
    std::string text;
    bool differs{};

    bool operator==(const MarkedPart&) const = default;
};

/// Texts that ought to be equal, cut where they differ, as `difference_marks` has it. Where marks would
/// not help, each text is one part.
[[nodiscard]] std::vector<std::vector<MarkedPart>> marked(std::span<const std::string> texts);

/// An article for each cluster.
void write_findings(Markup& out, const ReportView& view, const ToldFindings& told,
                    const FindingText& words, ToldFindings::Part part);
/// What was not observed and no finding tells; nothing where there is nothing.
void write_unobserved(Markup& out, const ReportView& view, const FindingText& words);

} // namespace haoh::report
