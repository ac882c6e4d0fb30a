// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/html/badge.hpp"
#include "report/html/picture.hpp"

#include "report/text/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace haoh::report {
namespace {

constexpr std::size_t kDrawnArrays = 5;
constexpr std::size_t kDrawnControllers = 8; ///< of an array
constexpr std::size_t kDrawnHosts = 4;
constexpr std::size_t kDrawnRows = 14;
constexpr std::size_t kDrawnUnobserved = 4;

// Lengths of the drawing. A letter is taken to be as wide as most are: what is too long is cut.
constexpr int kMargin = 10;
constexpr int kLeast = 200; ///< of an array
constexpr int kMost = 330;
constexpr int kRoom = 1020; ///< of all of it
constexpr int kGap = 40;    ///< between arrays
constexpr int kHostHeight = 44;
constexpr int kLinks = 46; ///< from hosts to arrays
constexpr int kHead = 30;  ///< of an array
constexpr int kController = 40;
constexpr int kBar = 42;
constexpr int kCaption = 24; ///< above a bar
constexpr int kRow = kCaption + kBar + 14;
constexpr double kLetter = 6.9;
constexpr double kMonoLetter = 6.8;

std::string number(int value) {
    return std::to_string(value);
}

std::string cut(std::string_view text, int width, double letter = kLetter) {
    const auto room = static_cast<std::size_t>(std::max(1.0, width / letter));
    if (columns(text) <= room) {
        return std::string(text);
    }
    return std::string(column_slice(text, 0, room - 1)) + "\u2026";
}

class Drawing {
  public:
    Drawing(Markup& out, const Picture& picture) : out_{out}, picture_{picture} {
        arrays_ = std::min(picture.arrays.size(), kDrawnArrays);
        const bool extra = !picture.unobserved.empty() || arrays_ < picture.arrays.size();
        columns_ = std::max<int>(1, static_cast<int>(arrays_) + (extra ? 1 : 0));
        width_ =
            std::clamp((kRoom - 2 * kMargin - (columns_ - 1) * kGap) / columns_, kLeast, kMost);
        std::size_t most = 1;
        for (std::size_t index = 0; index < arrays_; ++index) {
            const std::size_t all = picture.arrays[index].controllers.size();
            most = std::max(most, all <= kDrawnControllers ? all : kDrawnControllers + 1);
        }
        arrays_top_ = kMargin + kHostHeight + kLinks;
        arrays_height_ = kHead + static_cast<int>(most) * kController + 6;
        rows_ = picture.rows.size() <= kDrawnRows + 1 ? picture.rows.size() : kDrawnRows;
        height_ = arrays_top_ + arrays_height_ + 24;
        height_ += static_cast<int>(rows_) * kRow;
        height_ += rows_ < picture.rows.size() ? kCaption + kMargin : 0;
    }

    void write(std::string_view id) {
        const int width = left_of(static_cast<std::size_t>(columns_) - 1) + width_ + kMargin;
        const std::string name = std::string(id) + "-name";
        out_.element(
            "svg",
            {{"xmlns", "http://www.w3.org/2000/svg"},
             {"class", "picture"},
             {"id", id},
             {"role", "group"},
             {"aria-labelledby", name},
             {"width", number(width)},
             {"height", number(height_)},
             {"viewBox", fmt::format("0 0 {} {}", width, height_)}},
            [&] {
                out_.leaf("title", {{"id", name}},
                          fmt::format("{}: hosts, arrays and what they show", picture_.subsysnqn));
                write_hosts();
                write_arrays();
                write_aside();
                write_rows();
            });
    }

  private:
    [[nodiscard]] int left_of(std::size_t column) const {
        return kMargin + static_cast<int>(column) * (width_ + kGap);
    }

    void box(int x, int y, int width, int height, std::string_view style) {
        out_.empty("rect", {{"class", style},
                            {"x", number(x)},
                            {"y", number(y)},
                            {"width", number(width)},
                            {"height", number(height)},
                            {"rx", "7"}});
    }
    void text(int x, int y, std::string_view style, std::string_view words) {
        if (!words.empty()) {
            out_.leaf("text", {{"class", style}, {"x", number(x)}, {"y", number(y)}}, words);
            out_.constant("\n");
        }
    }
    /// What is drawn, as a link to where it is told.
    template <typename Body>
    void linked(const PictureMark& mark, Body&& body) {
        if (mark.anchor.empty()) {
            std::forward<Body>(body)();
        } else {
            out_.element("a", {{"href", "#" + mark.anchor}}, std::forward<Body>(body));
        }
    }
    void sign(int x, int y, Verdict verdict) {
        out_.empty("circle", {{"class", "dot " + class_of(verdict)},
                              {"cx", number(x)},
                              {"cy", number(y)},
                              {"r", "9"}});
        text(x, y + 4, "sign middle on " + class_of(verdict), sign_of(verdict));
    }

    void write_hosts() {
        const std::size_t all = picture_.hosts.size();
        const std::size_t shown = all <= kDrawnHosts ? all : kDrawnHosts;
        const int left = left_of(0);
        const int slots = static_cast<int>(shown) + (shown < all ? 1 : 0);
        if (slots == 0) {
            return;
        }
        const int slot = room() / slots;
        for (int index = 0; index < slots; ++index) {
            const int width = std::min(slot - 12, kMost);
            const int x = left + index * slot + (slot - width) / 2;
            if (static_cast<std::size_t>(index) == shown) {
                box(x, kMargin, width, kHostHeight, "host away");
                text(x + width / 2, kMargin + 27, "middle",
                     cut(fmt::format("and {}", count_of(all - shown, "more host")), width - 16));
                continue;
            }
            const PictureHost& host = picture_.hosts[static_cast<std::size_t>(index)];
            write_links(host, static_cast<std::size_t>(index), shown, x + width / 2);
            linked(host.mark, [&] {
                box(x, kMargin, width, kHostHeight, "host " + class_of(host.mark.verdict));
                text(x + width / 2, kMargin + 19, "middle strong", cut(host.name, width - 16, 7.6));
                text(x + width / 2, kMargin + 35, "middle small",
                     cut(host.detail, width - 16, 6.2));
                if (host.mark.verdict != Verdict::pass) {
                    sign(x, kMargin, host.mark.verdict);
                }
            });
        }
    }

    void write_links(const PictureHost& host, std::size_t place, std::size_t hosts, int from) {
        for (std::size_t array = 0; array < arrays_ && array < host.links.size(); ++array) {
            const PictureHost::Link& link = host.links[array];
            if (link.controllers == 0) {
                continue;
            }
            const int to =
                left_of(array) + width_ * static_cast<int>(place + 1) / static_cast<int>(hosts + 1);
            const int top = kMargin + kHostHeight;
            const int middle = top + kLinks / 2;
            const bool whole = link.live == link.controllers;
            out_.empty("path", {{"class", link.live == 0 ? "link down" : "link"},
                                {"d", fmt::format("M{} {}C{} {} {} {} {} {}", from, top, from,
                                                  middle, to, middle, to, arrays_top_)}});
            if (!whole) {
                text(to + 6, arrays_top_ - 6, "small fail-text",
                     fmt::format("{} of {} live", link.live, link.controllers));
            }
        }
    }

    void write_arrays() {
        for (std::size_t index = 0; index < arrays_; ++index) {
            const PictureArray& array = picture_.arrays[index];
            const int x = left_of(index);
            box(x, arrays_top_, width_, arrays_height_, "array");
            text(x + width_ / 2, arrays_top_ + 20, "middle strong",
                 cut(array.name, width_ - 20, 7.6));
            write_controllers(array, x);
        }
    }

    /// Those with something wrong first, where not all have room.
    void write_controllers(const PictureArray& array, int x) {
        std::vector<const PictureController*> order;
        for (const PictureController& controller : array.controllers) {
            order.push_back(&controller);
        }
        if (order.size() > kDrawnControllers) {
            std::ranges::stable_sort(order, std::ranges::greater{},
                                     [](const PictureController* one) {
                                         return std::pair{one->mark.verdict, !one->live};
                                     });
        }
        const std::size_t shown = std::min(order.size(), kDrawnControllers);
        int y = arrays_top_ + kHead;
        for (std::size_t index = 0; index < shown; ++index, y += kController) {
            write_controller(*order[index], x + 8, y);
        }
        if (shown < order.size()) {
            text(x + width_ / 2, y + 22, "middle small",
                 fmt::format("and {}", count_of(order.size() - shown, "more controller")));
        }
        if (order.empty()) {
            text(x + width_ / 2, y + 22, "middle small", "no controller observed");
        }
    }

    void write_controller(const PictureController& controller, int x, int y) {
        linked(controller.mark, [&] {
            const int width = width_ - 16;
            const bool marked = controller.mark.verdict != Verdict::pass;
            box(x, y, width, kController - 6,
                fmt::format("port {}{}", class_of(controller.mark.verdict),
                            controller.live ? "" : " away"));
            const int room = width - (marked ? 40 : 18);
            text(x + 10, y + 14, "strong", cut(controller.name, room, 7.6));
            text(x + 10, y + 28, "small", cut(controller.detail, room, 6.2));
            if (marked) {
                sign(x + width - 16, y + kController / 2 - 3, controller.mark.verdict);
            }
        });
    }

    /// What was not observed, and arrays without room: beside the others, so that the whole looks no
    /// more whole than it is.
    void write_aside() {
        if (columns_ == static_cast<int>(arrays_)) {
            return;
        }
        const int x = left_of(arrays_);
        int y = arrays_top_ + 20;
        box(x, arrays_top_, width_, arrays_height_, "array away");
        if (arrays_ < picture_.arrays.size()) {
            text(x + width_ / 2, y, "middle strong",
                 fmt::format("and {}", count_of(picture_.arrays.size() - arrays_, "more array")));
            y += 22;
        }
        const std::size_t all = picture_.unobserved.size();
        if (all == 0) {
            return;
        }
        out_.element("a", {{"href", "#unobserved"}}, [&] {
            sign(x + 18, y - 4, Verdict::unknown);
            text(x + 34, y, "strong", fmt::format("{} not observed", count_of(all, "object")));
            const int room = (arrays_top_ + arrays_height_ - y) / 17;
            const std::size_t fits = static_cast<std::size_t>(std::max(1, room));
            const std::size_t shown = std::min({all, kDrawnUnobserved, fits});
            for (std::size_t index = 0; index < shown; ++index) {
                y += 17;
                text(x + 10, y, "small", cut(picture_.unobserved[index], width_ - 20, 6.2));
            }
        });
    }

    void write_rows() {
        int y = arrays_top_ + arrays_height_ + 24;
        for (std::size_t index = 0; index < rows_; ++index) {
            write_row(picture_.rows[index], y);
            y += kRow;
        }
        if (rows_ < picture_.rows.size()) {
            const std::size_t left = picture_.rows.size() - rows_;
            const bool fine = picture_.rows[rows_].mark.verdict == Verdict::pass;
            text(left_of(0), y + 12, "small",
                 fmt::format("and {} like these{}", count_of(left, "more bar"),
                             fine ? ", of which no finding tells" : ""));
        }
    }

    void write_row(const PictureRow& row, int y) {
        linked(row.mark, [&] { write_caption(row, y); });
        const int bar = y + kCaption;
        if (row.cells.empty()) {
            box(left_of(0), bar, room(), kBar, "cell away " + class_of(row.mark.verdict));
            text(left_of(0) + room() / 2, bar + 25, "middle", cut(row.what, room() - 20));
            return;
        }
        write_cells(row, bar);
    }

    /// Of all arrays.
    [[nodiscard]] int room() const {
        return static_cast<int>(std::max<std::size_t>(arrays_, 1)) * (width_ + kGap) - kGap;
    }

    /// "NSID 2  256.0 MiB  ns.uuid.equal: UUID differs ...".
    void write_caption(const PictureRow& row, int y) {
        sign(left_of(0) + 10, y + 11, row.mark.verdict);
        std::string words;
        if (row.mark.verdict != Verdict::pass) {
            words = row.rule;
            if (row.more > 0) {
                words += fmt::format(" and {}", count_of(row.more, "more rule"));
            }
            if (!row.cells.empty()) {
                words += (words.empty() ? "" : ": ") + row.what;
            }
        }
        const std::string label = cut(row.label, room() / 2, 7.6);
        const double used = 30 + 7.6 * static_cast<double>(columns(label)) +
                            6.2 * static_cast<double>(columns(row.detail)) + 28;
        out_.element("text", {{"x", number(left_of(0) + 26)}, {"y", number(y + 16)}}, [&] {
            out_.leaf("tspan", {{"class", "strong"}}, label);
            part("small", row.detail);
            part("caption " + class_of(row.mark.verdict) + "-text",
                 cut(words, room() - static_cast<int>(used), 7.2));
        });
        out_.constant("\n");
    }
    void part(std::string_view style, std::string_view words) {
        if (!words.empty()) {
            out_.leaf("tspan", {{"class", style}, {"dx", "10"}}, words);
        }
    }

    void write_cells(const PictureRow& row, int y) {
        std::vector<std::string> values;
        for (const PictureCell& cell : row.cells) {
            values.push_back(cell.value);
        }
        // With the difference in sight.
        const auto room = static_cast<std::size_t>((width_ - 16) / kMonoLetter);
        values = shortened(std::move(values), room);
        const int middle = y + kBar / 2;
        for (std::size_t index = 0; index < arrays_; ++index) {
            const PictureCell& cell = row.cells[index];
            const int x = left_of(index);
            const int center = x + width_ / 2;
            if (index > 0 && cell.joined) {
                out_.empty("rect",
                           {{"class", "bridge " + class_of(std::min(cell.verdict,
                                                                    row.cells[index - 1].verdict))},
                            {"x", number(x - kGap)},
                            {"y", number(middle - 7)},
                            {"width", number(kGap)},
                            {"height", "14"}});
            } else if (index > 0) {
                text(x - kGap / 2, middle + 9,
                     "middle parted " + class_of(row.mark.verdict) + "-text", "\u2260");
            }
            box(x, y, width_, kBar,
                fmt::format("cell {}{}", class_of(cell.verdict), cell.there ? "" : " away"));
            const bool both = !cell.text.empty() && !cell.value.empty();
            text(center, middle + (both ? -4 : 5), "middle", cut(cell.text, width_ - 16));
            text(center, middle + (both ? 13 : 5), "middle mono", values[index]);
        }
    }

    Markup& out_;
    const Picture& picture_;
    std::size_t arrays_{}; ///< that are drawn
    int columns_{};        ///< these, and one for what is beside them
    int width_{};          ///< of an array
    int arrays_top_{};
    int arrays_height_{};
    std::size_t rows_{}; ///< that are drawn
    int height_{};
};

} // namespace

void draw_picture(Markup& out, const Picture& picture, std::string_view id) {
    Drawing{out, picture}.write(id);
}

} // namespace haoh::report
