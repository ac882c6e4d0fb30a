// SPDX-License-Identifier: LGPL-2.1-or-later
#include "id_probe.hpp"

#include <haoh/error.hpp>
#include <haoh/nvme/command.hpp>

#include <map>
#include <utility>

namespace haoh::fabric {

namespace asio = boost::asio;

IdProbe::IdProbe(std::vector<ProbedPort>& ports, ConnectOptions options)
    : ports_{ports}, options_{std::move(options)} {
    options_.cntlid = nvme::kDynamicController;
}

asio::awaitable<void> IdProbe::forwards() {
    for (ProbedPort& port : ports_) {
        co_await ask(port);
    }
}

asio::awaitable<void> IdProbe::backwards() {
    for (auto port = ports_.rbegin(); port != ports_.rend(); ++port) {
        if (!port->ids.empty()) {
            co_await ask(*port);
        }
    }
}

bool IdProbe::given_twice() const {
    std::map<std::uint16_t, std::uint16_t> own; // by what it was given
    for (const ProbedPort& port : ports_) {
        const std::uint16_t cntlid = port.controller->connection().cntlid;
        for (const std::uint16_t id : port.ids) {
            if (own.try_emplace(id, cntlid).first->second != cntlid) {
                return true;
            }
        }
    }
    return false;
}

asio::awaitable<void> IdProbe::ask(ProbedPort& port) {
    try {
        std::unique_ptr<StreamController> controller =
            co_await StreamController::connect_only(port.address, options_, port.deadline);
        const std::uint16_t cntlid = controller->connection().cntlid;
        co_await expect_still_there(cntlid);
        port.ids.push_back(cntlid);
        held_.push_back(std::move(controller));
    } catch (const Error&) {
        co_return; // a guess at what would come next is all that is lost
    }
}

asio::awaitable<void> IdProbe::expect_still_there(std::uint16_t cntlid) {
    std::vector<StreamController*> twins;
    for (const ProbedPort& port : ports_) {
        twins.push_back(port.controller);
    }
    for (const auto& controller : held_) {
        twins.push_back(controller.get());
    }
    for (StreamController* const twin : twins) {
        if (twin->connection().cntlid == cntlid) {
            co_await twin->submit(nvme::keep_alive_command()); // any status will do
        }
    }
}

} // namespace haoh::fabric
