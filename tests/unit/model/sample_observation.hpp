// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Observations for tests and benchmarks: one as two healthy arrays give it, and random ones.
#pragma once

#include <haoh/observation.hpp>

#include <cstdint>
#include <random>

namespace haoh::test {

/// A stretched subsystem over two arrays, every value as it should be. Controllers take turns on
/// the arrays; each has all namespaces (NSID 1 and up), the first array's are optimized.
[[nodiscard]] Observation healthy_pair(unsigned controllers, unsigned namespaces);

/// Any observation that can be made with `Page::of_answer`, `of_status` and `of_failure`: names of any
/// bytes, messages that are safe to print, pages of any content, lists of any order. Small, so that
/// thousands can be tried.
[[nodiscard]] Observation random_observation(std::mt19937_64& random);

} // namespace haoh::test
