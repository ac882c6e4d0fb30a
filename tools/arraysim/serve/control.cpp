// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/serve/control.hpp>

#include "base/duration.hpp"
#include "base/number_text.hpp"

#include <haoh/error.hpp>
#include <haoh/nvme/identify_namespace.hpp>

#include <array>
#include <fmt/format.h>
#include <limits>
#include <utility>

namespace haoh::arraysim {

namespace {

constexpr std::string_view kHelp =
    R"(ana ARRAY GROUP|all STATE           optimized, non-optimized, inaccessible, persistent-loss, change
namespace add ARRAY NSID [SIZE]     as the other array shows it, else new
namespace remove ARRAY NSID
namespace resize ARRAY NSID SIZE    8MiB, 1GiB, ...
namespace protect ARRAY NSID on|off
set ARRAY FIELD VALUE               a field of Identify Controller: set b sn OTHER
set ARRAY NSID FIELD VALUE          a field of Identify Namespace: set b 1 noiob 8; or its uuid
override ARRAY ANSWER FIELD VALUE   override b ana-log group[0].state 5
override ARRAY clear
down ARRAY                          connections are reset, ports closed
up ARRAY
hang ARRAY                          accepts connections, never answers
hide ARRAY                          exports the subsystem no more; discovery goes on
latency ARRAY TIME                  5ms, 1s, ...
state                               everything as JSON
help
quit)";

[[noreturn]] void malformed(std::string_view line, const std::string& cause) {
    throw Error(Errc::malformed, "read the command", fmt::format("'{}'", line), cause,
                "see 'help'");
}

/// The words of a line, one after the other.
class Words {
  public:
    explicit Words(std::string_view line) : line_(line), rest_(line) {}

    [[nodiscard]] bool empty() {
        skip();
        return rest_.empty();
    }
    [[nodiscard]] std::string_view line() const { return line_; }

    std::string_view next(std::string_view what) {
        skip();
        if (rest_.empty()) {
            malformed(line_, fmt::format("{} is missing", what));
        }
        const std::size_t end = std::min(rest_.find_first_of(" \t"), rest_.size());
        const std::string_view word = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return word;
    }
    /// Everything that is left, for values with spaces.
    std::string_view remainder(std::string_view what) {
        skip();
        if (rest_.empty()) {
            malformed(line_, fmt::format("{} is missing", what));
        }
        return std::exchange(rest_, {});
    }
    void end() {
        skip();
        if (!rest_.empty()) {
            malformed(line_, fmt::format("'{}' is too much", rest_));
        }
    }

  private:
    void skip() {
        const std::size_t start = std::min(rest_.find_first_not_of(" \t"), rest_.size());
        rest_.remove_prefix(start);
        const std::size_t last = rest_.find_last_not_of(" \t\r\n");
        rest_ = rest_.substr(0, last == std::string_view::npos ? 0 : last + 1);
    }

    std::string_view line_;
    std::string_view rest_;
};

std::optional<std::uint64_t> parse_number(std::string_view text) {
    int radix = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
        radix = 16;
    }
    return base::parse_number<std::uint64_t>(text, radix);
}

std::uint32_t number32(Words& words, std::string_view what) {
    const std::string_view text = words.next(what);
    const auto value = parse_number(text);
    if (!value || *value > std::numeric_limits<std::uint32_t>::max()) {
        malformed(words.line(), fmt::format("'{}' is no {}", text, what));
    }
    return static_cast<std::uint32_t>(*value);
}

std::uint32_t nsid_of(Words& words) {
    return number32(words, "NSID");
}

std::uint64_t size_of(Words& words) {
    const std::string_view text = words.next("size");
    const auto size = parse_size(text);
    if (!size) {
        malformed(words.line(), fmt::format("'{}' is no size", text));
    }
    return *size;
}

nvme::Bytes value_of(Words& words, std::string_view field, std::size_t length) {
    const std::string_view text = words.remainder("value");
    const bool is_text = field == "sn" || field == "mn" || field == "fr" ||
                         field.ends_with("subnqn") || field.ends_with(".traddr") ||
                         field.ends_with(".trsvcid");
    const auto number = is_text ? std::nullopt : parse_number(text);
    try {
        // What could be both is a number, unless it fills a long field as digits.
        if (number && text.size() != 2 * length) {
            return encode_field(field, length, *number);
        }
        if (number && length <= 8) {
            return encode_field(field, length, *number);
        }
        return encode_field(field, length, std::string(text));
    } catch (const Error& error) {
        malformed(words.line(), fmt::format("{}: {}", error.object(), error.cause()));
    }
}

ControlCommand parse_ana(Words& words) {
    control::Ana command;
    command.array = words.next("array");
    const std::string_view group = words.next("group");
    if (group != "all") {
        const auto number = parse_number(group);
        if (!number || *number > std::numeric_limits<std::uint32_t>::max()) {
            malformed(words.line(), fmt::format("'{}' is no ANA group", group));
        }
        command.group = static_cast<std::uint32_t>(*number);
    }
    const std::string_view state = words.next("ANA state");
    const auto parsed = nvme::parse_ana_state(state);
    if (!parsed) {
        malformed(words.line(), fmt::format("'{}' is no ANA state", state));
    }
    command.state = *parsed;
    return command;
}

ControlCommand parse_namespace(Words& words) {
    const std::string_view verb = words.next("add, remove, resize or protect");
    std::string array(words.next("array"));
    const std::uint32_t nsid = nsid_of(words);
    if (verb == "add") {
        control::AddNamespace command{.array = std::move(array), .nsid = nsid};
        if (!words.empty()) {
            command.size = size_of(words);
        }
        return command;
    }
    if (verb == "remove") {
        return control::RemoveNamespace{.array = std::move(array), .nsid = nsid};
    }
    if (verb == "resize") {
        const std::uint64_t size = size_of(words);
        return control::ResizeNamespace{.array = std::move(array), .nsid = nsid, .size = size};
    }
    if (verb == "protect") {
        const std::string_view state = words.next("on or off");
        if (state != "on" && state != "off") {
            malformed(words.line(), fmt::format("'{}' is neither on nor off", state));
        }
        return control::ProtectNamespace{
            .array = std::move(array), .nsid = nsid, .on = state == "on"};
    }
    malformed(words.line(), fmt::format("'{}' is not add, remove, resize or protect", verb));
}

ControlCommand parse_set(Words& words) {
    control::SetField command;
    command.array = words.next("array");
    std::string_view field = words.next("field");
    const auto nsid = parse_number(field);
    if (nsid && *nsid <= std::numeric_limits<std::uint32_t>::max()) {
        command.nsid = static_cast<std::uint32_t>(*nsid);
        field = words.next("field");
    }
    // The UUID is in no fixed field, only among the descriptors.
    if (command.nsid && field == "uuid") {
        const std::string_view text = words.remainder("value");
        const auto uuid = text == "none" ? std::optional(nvme::Uuid{}) : nvme::parse_uuid(text);
        if (!uuid) {
            malformed(words.line(), fmt::format("'{}' is no UUID", text));
        }
        command.field = field;
        command.value.assign(uuid->begin(), uuid->end());
        return command;
    }
    const AnswerKind kind =
        command.nsid ? AnswerKind::identify_namespace : AnswerKind::identify_controller;
    const auto size = field_size(kind, field);
    if (!size) {
        malformed(words.line(), fmt::format("{} has no field '{}'", to_string(kind), field));
    }
    command.field = field;
    command.value = value_of(words, field, *size);
    return command;
}

ControlCommand parse_override(Words& words) {
    std::string array(words.next("array"));
    const std::string_view answer = words.next("answer");
    if (answer == "clear") {
        return control::ClearOverrides{.array = std::move(array)};
    }
    control::AddOverride command{.array = std::move(array), .spec = {}};
    const auto kind = parse_answer_kind(answer);
    if (!kind) {
        malformed(words.line(), fmt::format("'{}' is no answer", answer));
    }
    command.spec.answer = *kind;
    const std::string_view field = words.next("field");
    const auto size = field_size(*kind, field);
    if (!size) {
        malformed(words.line(), fmt::format("{} has no field '{}'", answer, field));
    }
    command.spec.field = field;
    command.spec.value = value_of(words, field, *size);
    return command;
}

std::optional<Power> power_of(std::string_view verb) {
    if (verb == "hang") {
        return Power::hung;
    }
    if (verb == "hide") {
        return Power::hidden;
    }
    return verb == "up" || verb == "down" ? parse_power(verb) : std::nullopt;
}

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

/// A number with a unit. \return nullopt for an unknown unit or an overflow
std::optional<std::uint64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = parse_number(text.substr(0, digits));
    std::string_view unit = text.substr(digits);
    unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
    if (!number) {
        return std::nullopt;
    }
    for (const Unit& candidate : units) {
        if (candidate.name == unit) {
            if (*number > std::numeric_limits<std::uint64_t>::max() / candidate.factor) {
                return std::nullopt;
            }
            return *number * candidate.factor;
        }
    }
    return std::nullopt;
}

} // namespace

ControlCommand parse_control(std::string_view line) {
    if (line.size() > kMaxControlLine) {
        throw Error(Errc::too_large, "read", "the command",
                    fmt::format("{} bytes (at most {})", line.size(), kMaxControlLine));
    }
    Words words(line);
    const std::string_view verb = words.next("command");
    ControlCommand command;
    if (verb == "ana") {
        command = parse_ana(words);
    } else if (verb == "namespace") {
        command = parse_namespace(words);
    } else if (verb == "set") {
        command = parse_set(words);
    } else if (verb == "override") {
        command = parse_override(words);
    } else if (const auto power = power_of(verb)) {
        command = control::SetPower{.array = std::string(words.next("array")), .power = *power};
    } else if (verb == "latency") {
        control::SetLatency latency;
        latency.array = words.next("array");
        const std::string_view text = words.next("time");
        const auto time = base::parse_duration(text);
        if (!time || *time > std::chrono::hours{24}) {
            malformed(line, fmt::format("'{}' is no time of at most a day", text));
        }
        latency.latency = std::chrono::duration_cast<std::chrono::microseconds>(*time);
        command = latency;
    } else if (verb == "state") {
        command = control::ShowState{};
    } else if (verb == "help") {
        command = control::Help{};
    } else if (verb == "quit") {
        command = control::Quit{};
    } else {
        malformed(line, fmt::format("'{}' is no command", verb));
    }
    words.end();
    return command;
}

std::string_view control_help() {
    return kHelp;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    constexpr std::array kUnits{Unit{"", 1},
                                Unit{"B", 1},
                                Unit{"KiB", 1ULL << 10},
                                Unit{"MiB", 1ULL << 20},
                                Unit{"GiB", 1ULL << 30},
                                Unit{"TiB", 1ULL << 40},
                                Unit{"KB", 1000},
                                Unit{"MB", 1000000},
                                Unit{"GB", 1000000000},
                                Unit{"TB", 1000000000000}};
    return parse_with_unit(text, kUnits);
}

} // namespace haoh::arraysim
