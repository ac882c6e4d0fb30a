// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Prints the metrics of a status that is named: healthy, degraded, broken, awkward or empty. With
/// "serve" after that it serves them, prints where, and ends with its standard input.
#include <haoh/event_report.hpp>

#include "metrics_server.hpp"
#include "unit/report/sample_monitor.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <exception>
#include <iostream>
#include <string_view>

#include <unistd.h>

namespace {

haoh::MonitorStatus healthy() {
    haoh::MonitorStatus status = haoh::test::monitor_status();
    for (auto& source : status.sources) {
        source.healthy = true;
    }
    for (auto& controller : status.controllers) {
        controller.state = haoh::ControllerState::live;
    }
    status.namespaces.pop_back();
    for (auto& path : status.namespaces[0].paths) {
        path.use = {};
    }
    return status;
}

haoh::MonitorStatus broken() {
    haoh::MonitorStatus status = healthy();
    status.subsystems[0].verdict = haoh::Verdict::fail;
    status.namespaces[0].access.usable = 0;
    status.namespaces.push_back(status.namespaces[0]);
    status.namespaces[1].nsid = 2;
    status.namespaces[1].device = "nvme0n2";
    status.namespaces[1].access = {
        .paths = 4, .usable = 2, .optimized = 0, .arrays = 2, .ready = 2};
    // Of a controller that is live.
    status.namespaces[1].paths[0].use.kind = haoh::PathUse::Kind::ana_inaccessible;
    return status;
}

haoh::MonitorStatus awkward() {
    haoh::MonitorStatus status = haoh::test::monitor_status();
    for (auto& controller : status.controllers) {
        controller.array = "a \"b\"\\\n{},# \xff\xe2\x80\xae";
    }
    status.sources[0].name = "\\";
    status.namespaces[0].device.clear();
    status.namespaces.push_back(status.namespaces[0]);
    return status;
}

void serve(const haoh::MonitorStatus& status) {
    boost::asio::io_context context;
    haoh::tool::MetricsServer server{context.get_executor(), "0",
                                     [&status] { return haoh::to_metrics(status); }};
    boost::asio::posix::stream_descriptor input{context, ::dup(STDIN_FILENO)};
    std::array<char, 1> byte{};
    input.async_read_some(boost::asio::buffer(byte),
                          [&](const auto&, std::size_t) { server.stop(); });
    std::cout << server.endpoint() << std::endl;
    context.run();
}

int run(std::string_view name, bool served) {
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
        std::cerr << "usage: metrics_sample healthy|degraded|broken|awkward|empty [serve]\n";
        return 2;
    }
    if (served) {
        serve(status);
    } else {
        std::cout << haoh::to_metrics(status);
    }
    return 0;
}

} // namespace

int main(int count, char** arguments) {
    try {
        return run(count > 1 ? arguments[1] : "", count > 2);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
