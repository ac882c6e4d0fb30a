// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The part of a report's text about what does not block: waived, known, gone.
#pragma once

#include "report/check/report_view.hpp"
#include "report/text/text.hpp"

#include <functional>
#include <string>

namespace haoh::report {

/// One rendering of what was accepted.
class AcceptedText {
  public:
    /// \param headline  what one item says in a line
    /// \param places    the subsystem of each is told: there are several
    AcceptedText(const ReportView& view, bool verbose, bool places,
                 std::function<std::string(const FindingItem&)> headline)
        : view_{view}, verbose_{verbose}, places_{places}, headline_{std::move(headline)} {}

    /// \return whether something was left out
    bool write(TextWriter& writer);

  private:
    void write_group(const FindingGroup& group);
    void write_waiver(const Waived& waived);
    void write_gone(bool looked_for);
    [[nodiscard]] std::size_t at_most(std::size_t bound, std::size_t count) const {
        return verbose_ || count <= bound + 1 ? count : bound;
    }

    const ReportView& view_;
    bool verbose_;
    bool places_;
    std::function<std::string(const FindingItem&)> headline_;
    TextWriter* writer_{};
    bool folded_{};
};

} // namespace haoh::report
