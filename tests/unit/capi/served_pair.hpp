// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "support/scenario_builder.hpp"

#include <arraysim/serve/server.hpp>

#include <haoh/haoh.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace haoh::test {

/// Two simulated arrays of one subsystem in a thread of their own: callers of the C API wait.
class ServedPair {
  public:
    explicit ServedPair(
        const arraysim::Scenario& scenario =
            arraysim::ScenarioBuilder().ns({.nsid = 1, .count = 3}).array("a").array("b").build());
    ~ServedPair();
    ServedPair(const ServedPair&) = delete;
    ServedPair& operator=(const ServedPair&) = delete;

    /// The arrays as targets, asked as a host of its own. Valid as long as this object.
    [[nodiscard]] haoh_source source() const;
    /// A command of the simulator's control language, done when this returns: ports are closed, too.
    void say(const std::string& line);
    /// Anything else that is done with the simulator in its thread, at once.
    void run(const std::function<void(arraysim::Simulator&)>& what);

  private:
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    arraysim::Simulator simulator_;
    arraysim::Server server_;
    std::vector<std::string> targets_;
    std::vector<const char*> pointers_;
    std::thread thread_;
};

} // namespace haoh::test
