// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// HTML that is well-formed XML as well, written as it is made: names are the program's own, and every
/// text and every attribute passes one place that makes it harmless. (An XML library's writer ends void
/// elements as HTML does not have it, and holds a page twice.) Knows nothing of storage.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace haoh::report {

/// A text as it may stand between tags and in quotes: `safe_text`, and what is markup escaped.
[[nodiscard]] std::string markup_text(std::string_view text);

class Markup {
  public:
    /// Names and values. An attribute without a value is left out.
    using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    /// An element with what `body` writes in it.
    template <typename Body>
    void element(std::string_view name, Attributes attributes, Body&& body) {
        begin(name, attributes, ">");
        std::forward<Body>(body)();
        end(name);
    }
    /// An element with a text alone.
    void leaf(std::string_view name, Attributes attributes, std::string_view text);
    /// An element that has no content: `meta`, or a shape of SVG.
    void empty(std::string_view name, Attributes attributes);
    void text(std::string_view text);
    /// A constant of the program as it is: a style sheet, the line before the first element.
    void constant(std::string_view text);

    [[nodiscard]] std::size_t size() const { return out_.size(); }
    [[nodiscard]] std::string take() && { return std::move(out_); }

  private:
    void begin(std::string_view name, Attributes attributes, std::string_view ending);
    void end(std::string_view name);

    std::string out_;
};

} // namespace haoh::report
