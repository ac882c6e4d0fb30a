// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/simulation_report.hpp>

#include "report/text/text.hpp"
#include "report/text/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

namespace haoh {
namespace {

using report::safe_text;

/// Told apart also by people who do not see red or green (Okabe and Ito 2008).
constexpr std::array<std::string_view, 6> kColors{"#0072B2", "#E69F00", "#009E73",
                                                  "#CC79A7", "#56B4E9", "#D55E00"};
constexpr int kWidth = 760;
constexpr int kBarLeft = 140;
constexpr double kBarRoom = 380;
constexpr int kRow = 34;
constexpr int kTop = 70;

std::string xml_text(std::string_view raw) {
    std::string out;
    for (const char letter : safe_text(raw)) { // which has no characters that are none of XML
        switch (letter) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        default:
            out += letter;
        }
    }
    return out;
}

class Drawing {
  public:
    template <typename... Arguments>
    void add(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
    }
    void text(int x, int y, std::string_view style, std::string_view content) {
        add("  <text x=\"{}\" y=\"{}\"{}>{}</text>\n", x, y, style, xml_text(content));
    }
    void bar(double x, int y, double width, std::string_view color, std::string_view title) {
        add("  <rect x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"20\" fill=\"{}\"><title>{}"
            "</title></rect>\n",
            x, y, width, color, xml_text(title));
    }
    [[nodiscard]] std::string take() && { return std::move(out_); }

  private:
    std::string out_;
};

std::string_view color_of(std::size_t array) {
    return kColors.at(array % kColors.size());
}

/// Of an array: paths that name none are together.
std::string_view shown_name(const SimulatedShare& array) {
    return array.name.empty() ? std::string_view("-") : std::string_view(array.name);
}

} // namespace

std::string to_svg(const SimulationResult& result) {
    Drawing drawing;
    double most = 0;
    for (const PolicyResult& one : result.policies) {
        most = std::max(most, one.mib_s());
    }
    const int bottom = kTop + kRow * static_cast<int>(result.policies.size());
    drawing.add("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"{0}\" "
                "height=\"{1}\" viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" "
                "font-size=\"13\">\n  <rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n",
                kWidth, bottom + 30);
    drawing.text(10, 24, " font-size=\"16\" font-weight=\"bold\"",
                 result.scenario.title.empty() ? "Path selection policies" : result.scenario.title);
    int x = kBarLeft;
    const std::vector<SimulatedShare> none;
    const auto& arrays = result.policies.empty() ? none : result.policies.front().arrays;
    for (std::size_t array = 0; array < arrays.size() && x < kWidth - 100; ++array) {
        const std::string_view name = shown_name(arrays[array]);
        drawing.bar(x, 38, 20, color_of(array), name);
        drawing.text(x + 26, 53, "", name);
        x += 40 + 9 * static_cast<int>(std::min<std::size_t>(name.size(), 30));
    }
    int y = kTop;
    for (const PolicyResult& one : result.policies) {
        drawing.text(10, y + 15, "", one.policy);
        double left = kBarLeft;
        for (std::size_t array = 0; array < one.arrays.size(); ++array) {
            const SimulatedShare& share = one.arrays[array];
            const double width = most > 0 ? kBarRoom * one.mib_s() / most * share.share : 0;
            if (share.ios > 0) {
                drawing.bar(left, y, width, color_of(array),
                            fmt::format("{}: {:.1f} %", shown_name(share), share.share * 100));
            }
            left += width;
        }
        drawing.text(
            static_cast<int>(left) + 8, y + 15, "",
            fmt::format("{:.1f} MiB/s, p99 {}", one.mib_s(), report::duration_text(one.p99)));
        y += kRow;
    }
    drawing.add("</svg>\n");
    return std::move(drawing).take();
}

} // namespace haoh
