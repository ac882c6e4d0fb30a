// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image.hpp"
#include "support/process.hpp"

namespace haoh::test {

/// Every kernel that the tests know, oldest first.
inline std::vector<std::string> kernel_flavours() {
    return {"6.1", "6.12", "7"};
}

/// "6.12" in the name of a test instance.
inline std::string kernel_test_name(const testing::TestParamInfo<std::string>& info) {
    auto name = "linux_" + info.param;
    for (auto& character : name)
        if (character == '.')
            character = '_';
    return name;
}

/// Says why no guest with these kernels can be started, or nothing when it can.
inline std::optional<std::string> why_no_guests(const std::vector<std::string>& flavours) {
    if (!find_program("qemu-system-x86_64"))
        return "qemu-system-x86_64 is not installed (packages.txt names the packages)";
    for (const auto& flavour : flavours) {
        try {
            kernel_image(flavour);
        } catch (const Unavailable& error) {
            return error.what();
        }
    }
    return std::nullopt;
}

/// Says which of these programs is missing.
inline std::optional<std::string> why_no_programs(const std::vector<std::string>& programs) {
    for (const auto& program : programs)
        if (!find_program(program))
            return fmt::format("{} is not installed", program);
    return std::nullopt;
}

} // namespace haoh::test

/// Skips the test, saying why, when a requirement (a why_no_...() above) is not met.
#define HAOH_REQUIRE(reason)                                                                       \
    do {                                                                                           \
        if (const auto why = (reason))                                                             \
            GTEST_SKIP() << *why;                                                                  \
    } while (false)
