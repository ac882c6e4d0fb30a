// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Kernels for tests: one with a healthy stretched subsystem, and random ones.
#pragma once

#include <haoh/kernel.hpp>

#include <cstdint>
#include <random>
#include <string>

namespace haoh::test {

/// A host with one subsystem of two arrays: nvme0 (10.1.0.1) and nvme1 (10.2.0.1), with
/// `namespaces` heads of 4096 sectors, every path optimized.
[[nodiscard]] KernelObservation sample_kernel(const std::string& host, unsigned namespaces);

/// Any kernel whose attributes could have been read: texts of any bytes, each state.
[[nodiscard]] KernelObservation random_kernel(std::mt19937_64& random);

} // namespace haoh::test
