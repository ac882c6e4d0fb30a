// SPDX-License-Identifier: LGPL-2.1-or-later
#include "served_pair.hpp"

#include <haoh/address.hpp>

#include <boost/asio/post.hpp>

#include <future>

namespace haoh::test {

ServedPair::ServedPair(const arraysim::Scenario& scenario)
    : work_(context_.get_executor()), simulator_(scenario, arraysim::Clock::now()),
      server_(context_.get_executor(), simulator_) {
    server_.start();
    for (const arraysim::ServedPort& port : server_.ports()) {
        targets_.push_back(to_string(port.address));
    }
    for (const std::string& target : targets_) {
        pointers_.push_back(target.c_str());
    }
    thread_ = std::thread([this] { context_.run(); });
}

ServedPair::~ServedPair() {
    boost::asio::post(context_, [this] {
        server_.stop();
        work_.reset();
    });
    thread_.join();
}

haoh_source ServedPair::source() const {
    haoh_source out HAOH_SOURCE_INIT;
    out.targets = pointers_.data();
    out.targets_count = pointers_.size();
    out.nqn = simulator_.scenario().nqn.c_str();
    out.hostnqn = "nqn.2014-08.org.example:host";
    out.command_timeout_ms = 2000;
    return out;
}

void ServedPair::say(const std::string& line) {
    run([&](arraysim::Simulator& simulator) {
        simulator.run(arraysim::parse_control(line), arraysim::Clock::now());
    });
}

void ServedPair::run(const std::function<void(arraysim::Simulator&)>& what) {
    std::promise<void> done;
    boost::asio::post(context_, [&] {
        try {
            what(simulator_);
            // Behind what the server posted for it, as the closing of ports.
            boost::asio::post(context_, [&] { done.set_value(); });
        } catch (...) {
            done.set_exception(std::current_exception());
        }
    });
    done.get_future().get();
}

} // namespace haoh::test
