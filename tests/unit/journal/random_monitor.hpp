// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Events and states as no monitor would have them all at once, but any might.
#pragma once

#include <haoh/event.hpp>
#include <haoh/monitor_status.hpp>

#include <cstdint>
#include <random>
#include <string>

namespace haoh::test {

class RandomMonitor {
  public:
    explicit RandomMonitor(std::uint32_t seed) : engine_{seed} {}

    [[nodiscard]] Event event();
    [[nodiscard]] MonitorStatus status();

    /// From 0 to `most`.
    [[nodiscard]] std::uint64_t number(std::uint64_t most);
    [[nodiscard]] bool chance() { return number(1) == 1; }

  private:
    [[nodiscard]] std::string name();
    [[nodiscard]] std::string words();
    [[nodiscard]] std::uint64_t count();
    [[nodiscard]] Moment moment(std::int64_t whole);
    [[nodiscard]] AccessCounts access();
    [[nodiscard]] MonitorStatus::Path path();

    std::mt19937_64 engine_;
};

} // namespace haoh::test
