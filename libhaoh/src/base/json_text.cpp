// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/json_text.hpp"

#include "base/hex.hpp"
#include "base/utf8.hpp"

#include <algorithm>

namespace haoh::base {

namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kWidth = 100; ///< columns that an object on one line may reach ...
constexpr std::size_t kFew = 3;     ///< ... if it has more keys than this
constexpr int kNoLines = -1;        ///< nlohmann's indentation for all on one line

using Json = nlohmann::ordered_json;

/// The byte that an escape at `offset` stands for; -1 when there is no escape.
int escape_at(std::string_view text, std::size_t offset) {
    if (text.size() - offset < 4 || text[offset] != '\\' || text[offset + 1] != 'x') {
        return -1;
    }
    const int high = lower_hex_value(text[offset + 2]);
    const int low = lower_hex_value(text[offset + 3]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// On one line without a blank, in ASCII.
std::string compact(const Json& value) {
    return value.dump(kNoLines, ' ', true);
}

/// Writes a value the way `lay_out` says.
class Layout {
  public:
    void write(const Json& value, std::size_t depth) {
        if (!value.is_structured()) {
            write_plain(value);
        } else if (fits_on_line(value, depth)) {
            write_items(value, depth, "", ", ", "");
        } else {
            const auto line = [](std::size_t level) {
                std::string text(1 + kIndent * level, ' ');
                text.front() = '\n';
                return text;
            };
            const std::string inner = line(depth + 1);
            write_items(value, depth, inner, "," + inner, line(depth));
        }
    }
    [[nodiscard]] std::string take() && { return std::move(out_); }

  private:
    void write_plain(const Json& value) { out_ += compact(value); }

    void write_items(const Json& value, std::size_t depth, std::string_view before,
                     std::string_view between, std::string_view after) {
        const bool object = value.is_object();
        out_ += object ? '{' : '[';
        std::string_view separator = before;
        for (auto item = value.begin(); item != value.end(); ++item) {
            out_ += separator;
            if (object) {
                write_plain(Json(item.key()));
                out_ += ": ";
            }
            write(item.value(), depth + 1);
            separator = between;
        }
        out_ += after;
        out_ += object ? '}' : ']';
    }

    static bool fits_on_line(const Json& value, std::size_t depth) {
        if (std::any_of(value.begin(), value.end(),
                        [](const Json& item) { return item.is_structured(); })) {
            return false;
        }
        // A blank behind each colon, and behind each comma but what follows the object.
        return value.is_array() || value.size() <= kFew ||
               kIndent * depth + compact(value).size() + 2 * value.size() - 1 <= kWidth;
    }

    std::string out_;
};

} // namespace

std::string escape_bytes(std::string_view raw) {
    std::string out;
    out.reserve(raw.size());
    for (std::size_t i = 0; i < raw.size();) {
        const auto character = base::decode_utf8(raw.substr(i));
        if (!character || escape_at(raw, i) >= 0) {
            append_escape(out, static_cast<std::uint8_t>(raw[i]));
            ++i;
        } else {
            out += raw.substr(i, character->length);
            i += character->length;
        }
    }
    return out;
}

std::string unescape_bytes(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const int byte = escape_at(text, i);
        if (byte >= 0) {
            out += static_cast<char>(byte);
            i += 4;
        } else {
            out += text[i];
            ++i;
        }
    }
    return out;
}

Json exact_number(std::uint64_t value) {
    return value <= kLargestExactInteger ? Json(value) : Json(std::to_string(value));
}

std::string lay_out(const Json& value) {
    Layout layout;
    layout.write(value, 0);
    return std::move(layout).take();
}

} // namespace haoh::base
