// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/html/markup.hpp"

#include "report/text/text.hpp"

namespace haoh::report {
namespace {

/// Of a safe text, which has no character that XML cannot have.
void append_escaped(std::string& out, std::string_view text) {
    for (const char letter : text) {
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
        case '\'':
            out += "&#39;";
            break;
        default:
            out += letter;
        }
    }
}

/// Elements after which a line may end without a space that is seen.
bool is_block(std::string_view name) {
    constexpr std::string_view inlines =
        " a abbr b code mark small span strong summary pre text tspan ";
    return inlines.find(" " + std::string(name) + " ") == std::string_view::npos;
}

} // namespace

std::string markup_text(std::string_view text) {
    std::string out;
    append_escaped(out, safe_text(text));
    return out;
}

void Markup::begin(std::string_view name, Attributes attributes, std::string_view ending) {
    out_.append("<").append(name);
    for (const auto& [key, value] : attributes) {
        if (!value.empty()) {
            out_.append(" ").append(key).append("=\"");
            append_escaped(out_, safe_text(value));
            out_ += '"';
        }
    }
    out_ += ending;
}

void Markup::end(std::string_view name) {
    out_.append("</").append(name).append(">");
    if (is_block(name)) {
        out_ += '\n';
    }
}

void Markup::leaf(std::string_view name, Attributes attributes, std::string_view text) {
    begin(name, attributes, ">");
    append_escaped(out_, safe_text(text));
    end(name);
}

void Markup::empty(std::string_view name, Attributes attributes) {
    begin(name, attributes, "/>");
    out_ += '\n';
}

void Markup::text(std::string_view text) {
    append_escaped(out_, safe_text(text));
}

void Markup::constant(std::string_view text) {
    out_ += text;
}

} // namespace haoh::report
