// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Prints the metrics of a status that is named: healthy, degraded, broken, awkward or empty.
#include <haoh/event_report.hpp>

#include "unit/report/sample_monitor.hpp"

#include <iostream>
#include <string_view>

namespace {

haoh::MonitorStatus healthy() {
    haoh::MonitorStatus status = haoh::test::monitor_status();
    for (auto& source : status.sources) {
        source.healthy = true;
    }
    for (auto& controller : status.controllers) {
        controller.state = "live";
    }
    status.namespaces.pop_back();
    for (auto& path : status.namespaces[0].paths) {
        path.usable = true;
    }
    return status;
}

haoh::MonitorStatus broken() {
    haoh::MonitorStatus status = healthy();
    status.subsystems[0].verdict = "fail";
    status.namespaces[0].access.usable = 0;
    status.namespaces.push_back(status.namespaces[0]);
    status.namespaces[1].nsid = 2;
    status.namespaces[1].device = "nvme0n2";
    status.namespaces[1].access = {
        .paths = 4, .usable = 2, .optimized = 0, .arrays = 2, .ready = 2};
    status.namespaces[1].paths[0].usable = false; // of a controller that is live
    return status;
}

haoh::MonitorStatus awkward() {
    haoh::MonitorStatus status = haoh::test::monitor_status();
    for (auto& controller : status.controllers) {
        controller.site = "a \"b\"\\\n{},# \xff\xe2\x80\xae";
    }
    status.sources[0].name = "\\";
    status.namespaces[0].device.clear();
    status.namespaces.push_back(status.namespaces[0]);
    return status;
}

} // namespace

int main(int count, char** arguments) {
    const std::string_view name = count > 1 ? arguments[1] : "";
    haoh::MonitorStatus status;
    if (name == "healthy") {
        status = healthy();
    } else if (name == "degraded") {
        status = haoh::test::monitor_status();
    } else if (name == "broken") {
        status = broken();
    } else if (name == "awkward") {
        status = awkward();
    } else if (name != "empty") {
        std::cerr << "usage: metrics_sample healthy|degraded|broken|awkward|empty\n";
        return 2;
    }
    std::cout << haoh::to_metrics(status);
    return 0;
}
