// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/rfc3339.hpp"

#include "base/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace haoh::base {
namespace {

using std::chrono::nanoseconds;

std::string date_text(nanoseconds wall) {
    const std::chrono::year_month_day date{
        std::chrono::sys_days{std::chrono::floor<std::chrono::days>(wall)}};
    return fmt::format("{:04}-{:02}-{:02}T", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

struct DayTime {
    std::int64_t seconds;
    std::int64_t nanoseconds;
};

DayTime day_time(nanoseconds wall) {
    const auto time = wall - std::chrono::floor<std::chrono::days>(wall);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return {.seconds = seconds.count(), .nanoseconds = (time - seconds).count()};
}

std::string clock_text(std::int64_t seconds) {
    return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/// Takes parts off the front of a text; once one does not fit, none does.
class Scan {
  public:
    explicit Scan(std::string_view text) : rest_{text} {}

    /// So many digits, as a number from `least` to `most`.
    unsigned digits(std::size_t count, unsigned least, unsigned most) {
        const std::string_view part = rest_.substr(0, count);
        const auto value = part.size() == count ? parse_number<unsigned>(part) : std::nullopt;
        rest_.remove_prefix(part.size());
        good_ = good_ && value && *value >= least && *value <= most;
        return good_ ? *value : least;
    }
    /// One of these characters; NUL: none of them is next.
    char maybe(std::string_view characters) {
        if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) {
            return '\0';
        }
        const char found = rest_.front();
        rest_.remove_prefix(1);
        return found;
    }
    void need(std::string_view characters) { good_ = maybe(characters) != '\0' && good_; }
    /// Behind a point: nanoseconds.
    unsigned fraction() {
        const std::size_t count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
        unsigned value = digits(count, 0, 999'999'999);
        good_ = good_ && count > 0 && count <= 9;
        for (std::size_t digit = count; digit < 9; ++digit) {
            value *= 10;
        }
        return value;
    }
    [[nodiscard]] bool done() const { return good_ && rest_.empty(); }

  private:
    std::string_view rest_;
    bool good_{true};
};

} // namespace

std::string rfc3339(nanoseconds wall) {
    return date_text(wall) + time_of_day(wall);
}

std::string rfc3339_exact(nanoseconds wall) {
    const DayTime time = day_time(wall);
    return date_text(wall) + fmt::format("{}.{:09}Z", clock_text(time.seconds), time.nanoseconds);
}

std::string time_of_day(nanoseconds wall) {
    const DayTime time = day_time(wall);
    return fmt::format("{}.{:06}Z", clock_text(time.seconds), time.nanoseconds / 1000);
}

std::optional<nanoseconds> parse_rfc3339(std::string_view text) {
    using namespace std::chrono;
    Scan scan{text};
    const year in_year{static_cast<int>(scan.digits(4, 1970, 2261))};
    scan.need("-");
    const month in_month{scan.digits(2, 1, 12)};
    scan.need("-");
    const year_month_day date{in_year, in_month, day{scan.digits(2, 1, 31)}};
    scan.need("Tt ");
    nanoseconds wall = hours{scan.digits(2, 0, 23)};
    scan.need(":");
    wall += minutes{scan.digits(2, 0, 59)};
    if (scan.maybe(":") != '\0') {
        wall += seconds{scan.digits(2, 0, 60)}; // a leap second is the beginning of the next one
        if (scan.maybe(".") != '\0') {
            wall += nanoseconds{scan.fraction()};
        }
    }
    if (const char sign = scan.maybe("Zz+-"); sign == '+' || sign == '-') {
        minutes east = hours{scan.digits(2, 0, 23)};
        scan.need(":");
        east += minutes{scan.digits(2, 0, 59)};
        wall -= sign == '+' ? east : -east;
    }
    if (!scan.done() || !date.ok()) {
        return std::nullopt;
    }
    wall += sys_days{date}.time_since_epoch();
    return wall < nanoseconds{} ? std::nullopt : std::optional{wall};
}

} // namespace haoh::base
