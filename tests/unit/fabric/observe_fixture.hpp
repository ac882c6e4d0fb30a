// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "fake_array.hpp"

#include <haoh/fabric.hpp>

#include <gtest/gtest.h>

#include <chrono>

namespace haoh::test {

inline constexpr const char* kObservedUuid = "11111111-2222-4333-8444-555555555555";

/// Two arrays of one subsystem with two namespaces, asked for it.
struct ObserveTest : testing::Test {
    ObserveTest() {
        options.connect.host = {
            .hostnqn = "nqn.2024-01.com.example:host", .hostid = {0xAB}, .origin = "test"};
        options.connect.timeout = std::chrono::seconds(30);
        options.timeout = std::chrono::seconds(60);
        options.subsysnqn = a.subsysnqn;
        options.targets = {a.address(), b.address()};
        a.namespaces = {{1, kObservedUuid}, {2, kObservedUuid}};
        b.namespaces = a.namespaces;
        a.next_cntlid = 100;
        b.next_cntlid = 200;
    }

    Observation observe_all() { return run(context, observe(options)); }

    boost::asio::io_context context;
    FakeArray a{context};
    FakeArray b{context};
    ObserveOptions options;
};

} // namespace haoh::test
