// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_controller.hpp"

#include <haoh/nvme/fabrics.hpp>
#include <haoh/nvme/id_list.hpp>
#include <haoh/nvme/identify_namespace.hpp>
#include <haoh/nvme/supported_logs.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <numeric>

namespace haoh::test {
namespace {

nvme::AdminResult refuse(std::uint16_t code) {
    nvme::AdminResult result;
    result.status.value = static_cast<std::uint16_t>(code | nvme::status::dnr);
    return result;
}

nvme::AdminResult give(const nvme::Bytes& whole, std::uint64_t offset, std::uint32_t length) {
    nvme::AdminResult result;
    result.data.assign(length, 0);
    const nvme::ByteView part = nvme::slice(whole, static_cast<std::size_t>(offset), length);
    std::copy(part.begin(), part.end(), result.data.begin());
    return result;
}

} // namespace

nvme::AnaLog one_group_log(std::vector<std::uint32_t> nsids, std::uint64_t chgc) {
    nvme::AnaLog log;
    log.chgc = chgc;
    log.nagd = 1;
    nvme::AnaGroup group;
    group.agid = 1;
    group.chgc = chgc;
    group.state = nvme::AnaState::optimized;
    group.state_byte = 1;
    group.nsids = std::move(nsids);
    log.groups.push_back(std::move(group));
    return log;
}

FakeController::FakeController(boost::asio::any_io_executor executor, std::uint32_t namespaces)
    : nsids(namespaces), executor_{std::move(executor)} {
    std::iota(nsids.begin(), nsids.end(), 1U);
    identify.ver = 0x00020000;
    identify.cmic = nvme::cmic::multiple_controllers | nvme::cmic::ana_reporting;
    identify.nn = identify.mnan = std::max<std::uint32_t>(namespaces, 16);
    identify.anagrpmax = identify.nanagrpid = 16;
    identify.anatt = 10;
    properties = {{nvme::property::cap, 0x0000004000000000ULL | 127U},
                  {nvme::property::vs, 0x00020000},
                  {nvme::property::cc, 0x00460061},
                  {nvme::property::csts, 1},
                  {nvme::property::crto, 0x00010001}};
    ana = one_group_log(nsids);
}

boost::asio::awaitable<nvme::AdminResult> FakeController::submit(nvme::AdminCommand command) {
    const std::size_t number = commands++;
    most_in_flight = std::max(most_in_flight, ++in_flight_);
    if (answers_backwards) {
        latest_.push_back(number);
    }
    co_await boost::asio::post(executor_, boost::asio::use_awaitable);
    if (answers_backwards) { // each waits until those that were submitted after it are done
        while (latest_.back() != number) {
            co_await boost::asio::post(executor_, boost::asio::use_awaitable);
        }
        latest_.pop_back();
    }
    --in_flight_;
    if (before) {
        std::optional<nvme::AdminResult> answer = before(command, number);
        if (answer) {
            co_return std::move(*answer);
        }
    }
    co_return execute(command);
}

nvme::AdminResult FakeController::execute(const nvme::AdminCommand& command) {
    switch (command.opcode) {
    case nvme::opcode::identify:
        return execute_identify(command);
    case nvme::opcode::get_log_page:
        return execute_log(command);
    case nvme::opcode::get_features: {
        nvme::AdminResult result;
        result.dword01 = 0x0900U + (command.cdw[0] & 0xFFU);
        result.data.assign(command.data_in, 0x5A);
        return result;
    }
    case nvme::opcode::fabrics: {
        const auto found = properties.find(command.cdw[1]);
        if (command.nsid != nvme::fctype::property_get || found == properties.end()) {
            return refuse(nvme::status::invalid_field);
        }
        nvme::AdminResult result;
        result.dword01 = found->second;
        return result;
    }
    default:
        return refuse(nvme::status::invalid_opcode);
    }
}

nvme::AdminResult FakeController::execute_identify(const nvme::AdminCommand& command) {
    const auto cns = static_cast<std::uint8_t>(command.cdw[0]);
    ++identify_counts[cns];
    switch (cns) {
    case nvme::cns::identify_controller:
        return give(nvme::encode(identify), 0, command.data_in);
    case nvme::cns::active_namespaces: {
        auto begin = nsids.begin();
        if (command.nsid != 0) {
            const auto last = std::find(nsids.begin(), nsids.end(), command.nsid);
            begin = last == nsids.end() ? last : last + 1;
        }
        const std::vector<std::uint32_t> page(
            begin, begin + std::min<std::ptrdiff_t>(1024, nsids.end() - begin));
        return give(nvme::encode_namespace_list(page), 0, command.data_in);
    }
    case nvme::cns::identify_namespace: {
        nvme::IdentifyNamespace page;
        page.nsze = page.ncap = 1000 + command.nsid;
        page.lbaf[0].lbads = 9;
        page.anagrpid = 1;
        return give(nvme::encode(page), 0, command.data_in);
    }
    case nvme::cns::namespace_descriptors: {
        nvme::Bytes uuid(16, 0xA5);
        nvme::store_le<std::uint32_t>(uuid, 12, command.nsid);
        return give(nvme::encode(std::vector<nvme::IdDescriptor>{{3, uuid}, {4, {0}}}), 0,
                    command.data_in);
    }
    case nvme::cns::independent_namespace: {
        nvme::IdentifyNamespaceIndependent page;
        page.anagrpid = 1;
        page.nstat = 1;
        return give(nvme::encode(page), 0, command.data_in);
    }
    case nvme::cns::command_set_namespace:
    case nvme::cns::command_set_controller:
        return give({}, 0, command.data_in);
    case nvme::cns::allocated_namespaces:
        return give(nvme::encode_namespace_list(nsids), 0, command.data_in);
    case nvme::cns::domains:
        return give({}, 0, command.data_in);
    case nvme::cns::namespace_controllers:
    case nvme::cns::subsystem_controllers:
        return give(nvme::encode_controller_list(std::vector<std::uint16_t>{7, 1007}), 0,
                    command.data_in);
    default:
        return refuse(nvme::status::invalid_field);
    }
}

nvme::AdminResult FakeController::execute_log(const nvme::AdminCommand& command) {
    retained_every_event = retained_every_event && (command.cdw[0] & 0x8000U) != 0;
    const std::uint64_t offset = (std::uint64_t{command.cdw[3]} << 32U) | command.cdw[2];
    switch (static_cast<std::uint8_t>(command.cdw[0])) {
    case nvme::lid::ana:
        return give(nvme::encode(ana), offset, command.data_in);
    case nvme::lid::discovery:
        return give(nvme::encode(discovery), offset, command.data_in);
    case nvme::lid::supported_logs: {
        nvme::SupportedLogs logs;
        logs.lids[nvme::lid::ana] = logs.lids[nvme::lid::firmware_slot] = 1;
        return give(nvme::encode(logs), offset, command.data_in);
    }
    case nvme::lid::commands_supported:
    case nvme::lid::firmware_slot:
        return give({}, offset, command.data_in);
    default:
        return refuse(nvme::status::invalid_log_page);
    }
}

} // namespace haoh::test
