// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Observations and reports made by hand for the tests of the renderings.
#pragma once

#include <haoh/check.hpp>
#include <haoh/observation.hpp>
#include <haoh/report.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace haoh::test {

inline constexpr const char* kSampleNqn = "nqn.2026-01.com.example:stretched-1";

/// What was read, and how it was judged.
struct Sample {
    Observation observation;
    Report report;
};

/// A controller with `namespaces` namespaces of 64 GiB, NSIDs from 1, in the ANA groups 1 and 2 by
/// halves; on array-a group 1 is optimized and 2 inaccessible, on any other array the reverse.
[[nodiscard]] ControllerObservation sample_controller(const std::string& traddr,
                                                      std::uint16_t cntlid, bool on_array_a,
                                                      std::uint32_t namespaces);

/// A healthy pair: controllers 1 and 2 on array-a, 1001 and 1002 on array-b. All 118 rules hold.
[[nodiscard]] Sample healthy_pair(std::uint32_t namespaces = 2);

/// Puts another UUID for `nsid` on the controllers of array-b.
void change_uuid_on_array_b(Sample& sample, std::uint32_t nsid);

/// One value for each controller: `a` on array-a, `b` on array-b.
[[nodiscard]] std::vector<FindingValue> values_by_array(const Sample& sample, const std::string& a,
                                                        const std::string& b);

[[nodiscard]] Finding uuid_finding(const Sample& sample, std::uint32_t nsid);
[[nodiscard]] Finding serial_finding(const Sample& sample);
[[nodiscard]] Finding firmware_note(const Sample& sample);
[[nodiscard]] Unobserved refused_target();

/// Changes one of the attributions.
void change(Report& report, std::size_t index, const std::function<void(Attribution&)>& edit);
void set_array(Report& report, std::size_t index, const std::string& array);

/// Adds a finding and keeps counts and verdict right, as `check` does.
void add(Report& report, Finding finding);
void add(Sample& sample, Unobserved unobserved);

/// Adds it as waived: it is there, and does not count for the verdict.
void add_waived(Report& report, Finding finding);

/// The text of `haoh list`.
[[nodiscard]] std::string list_of(const Sample& sample, const TextStyle& style = {});

/// All rules of this library.
[[nodiscard]] std::vector<const Rule*> all_rules();

} // namespace haoh::test
