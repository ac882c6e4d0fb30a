// SPDX-License-Identifier: LGPL-2.1-or-later
// What mutation_test.py makes faults in: one or two places of each kind.
#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace sample {

enum class Colour { red, green, blue };

struct Point {
    int x{};
    int y{};
    bool seen{true};
};

constexpr int kStep = 3;

struct Row {
    Colour colour;
    int Point::*member;
};

constexpr std::array kRows{Row{Colour::red, &Point::x}, Row{Colour::blue, &Point::y}};

template <int Point::*Member>
int part(const Point& point) {
    return point.*Member;
}

constexpr auto kPart = [](const Point& point) { return part<&Point::y>(point); };

constexpr unsigned half(unsigned value) {
    return value / 2;
}
static_assert(half(8) == 4);

const int kBound = 2;

int least(int value, int limit) {
    if (value < limit) {
        return value;
    }
    return limit;
}

bool both(bool one, bool other) {
    return one && other;
}

std::optional<int> first_even(const std::vector<int>& values) {
    for (const int value : values) {
        if (value % 2 != 0) {
            continue; // 1 /* "
        }
        return value;
    }
    return std::nullopt;
}

std::string named(Colour colour) {
    switch (colour) {
    case Colour::red:
        return "red";
    case Colour::green:
        return "green";
    case Colour::blue:
        break;
    }
    return R"(bl"ue)";
}

int total(const Point& point) {
    std::array<int, kBound> parts{point.x, point.y};
    int sum = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        sum += parts[i];
    }
    if (const auto seen = std::optional<bool>(point.seen)) {
        sum = *seen ? sum + kStep : sum;
    }
    return sum;
}

} // namespace sample

int main() {
    using namespace sample;
    const Point point{.x = 5, .y = 8};
    for (const Row& row : kRows) {
        std::printf("%s %d\n", named(row.colour).c_str(), point.*row.member);
    }
    std::printf("green %s\n", named(Colour::green).c_str());
    std::printf("part %d half %u\n", kPart(point), half(static_cast<unsigned>(point.y)));
    for (int value = 6; value < 9; ++value) {
        std::printf("least %d\n", least(value, 7));
    }
    std::printf("both %d%d%d\n", both(true, true), both(true, false), both(false, true));
    std::printf("even %d %d\n", first_even({3, 5, 8, 10}).value_or(-1),
                first_even({1}).value_or(-1));
    std::printf("total %d %d\n", total(point), total({.x = 1, .y = 1, .seen = false}));
    return 0;
}
