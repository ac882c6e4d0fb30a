// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a rule says of one object: of a controller, or of one path to a namespace.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace haoh::judge {

class Answer {
  public:
    enum class Kind : std::uint8_t {
        not_asked, ///< the rule does not apply to the object
        unknown,   ///< it does, and what it must be judged by was not read
        holds,
        broken,
    };

    [[nodiscard]] static Answer not_asked() { return {Kind::not_asked, {}}; }
    [[nodiscard]] static Answer unknown() { return {Kind::unknown, {}}; }
    [[nodiscard]] static Answer holds() { return {Kind::holds, {}}; }
    /// \param value  what the object says instead of what it should
    [[nodiscard]] static Answer broken(std::string value) {
        return {Kind::broken, std::move(value)};
    }

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] const std::string& value() const { return value_; }

  private:
    Answer(Kind kind, std::string value) : kind_{kind}, value_{std::move(value)} {}

    Kind kind_;
    std::string value_;
};

} // namespace haoh::judge
