// SPDX-License-Identifier: LGPL-2.1-or-later
// What somebody else's program looks like: judges a recorded observation, and reports an error.
#include <haoh/address.hpp>
#include <haoh/check.hpp>
#include <haoh/error.hpp>
#include <haoh/observation.hpp>
#include <haoh/report.hpp>

#include <iostream>

int main() {
    try {
        (void)haoh::parse_address("udp://10.0.0.1");
        std::cerr << "an address of no NVMe transport was taken\n";
        return 1;
    } catch (const haoh::Error& error) {
        std::cout << error.what() << '\n';
    }
    if (haoh::to_string(haoh::parse_address("tcp://[::1]:4420")) != "tcp://[::1]:4420") {
        std::cerr << "an address does not survive\n";
        return 1;
    }
    haoh::Observation observation;
    observation.observed_at = "2026-01-01T00:00:00Z";
    observation.unobserved.push_back({.object = "tcp://10.0.0.1:4420",
                                      .target = "tcp://10.0.0.1:4420",
                                      .subsysnqn = "nqn.2014-08.org.nvmexpress:uuid:consumer",
                                      .error = "connect to tcp://10.0.0.1:4420: refused"});
    const haoh::Observation copy =
        haoh::observation_from_json(haoh::to_json(observation), "a consumer's snapshot");
    const haoh::Report report = haoh::check(copy);
    std::cout << haoh::to_text(report, copy);
    return copy == observation && report.verdict == haoh::Verdict::unknown ? 0 : 1;
}
