// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/collector.hpp>

#include "log_reader.hpp"
#include "namespace_reading.hpp"
#include "page_reader.hpp"

#include "model/observed_pages.hpp"
#include "model/short_answer.hpp"

#include <haoh/error.hpp>
#include <haoh/nvme/id_list.hpp>
#include <haoh/nvme/supported_logs.hpp>

#include <fmt/format.h>

#include <array>
#include <utility>

namespace haoh {
namespace {

using boost::asio::awaitable;

constexpr std::uint32_t kVersion12 = 0x00010200;
constexpr std::uint32_t kVersion20 = 0x00020000;

awaitable<void> read_properties(PageReader& reader, ControllerObservation& out) {
    struct Wanted {
        std::uint32_t offset;
        unsigned size;
    };
    constexpr std::array<Wanted, 4> kWanted{{{nvme::property::cap, 8},
                                             {nvme::property::vs, 4},
                                             {nvme::property::cc, 4},
                                             {nvme::property::csts, 4}}};
    for (const Wanted& wanted : kWanted) {
        const auto value = co_await reader.property(wanted.offset, wanted.size);
        if (value) {
            out.properties[wanted.offset] = *value;
        }
    }
    // CRTO exists from 2.0 on; without it an older controller may end the connection.
    if (out.property(nvme::property::vs).value_or(0) >= kVersion20) {
        const auto value = co_await reader.property(nvme::property::crto, 4);
        if (value) {
            out.properties[nvme::property::crto] = *value;
        }
    }
}

awaitable<void> read_namespaces(PageReader& reader, ControllerObservation& out) {
    out.namespaces.clear();
    if (!out.active_nsids) {
        co_return;
    }
    std::vector<std::uint32_t> nsids = *out.active_nsids;
    std::sort(nsids.begin(), nsids.end());
    nsids.erase(std::unique(nsids.begin(), nsids.end()), nsids.end());
    if (const auto lacking = reader.take(cost_of_namespaces(nsids.size()))) {
        // Some of them would look like all.
        out.active_error = fmt::format("{} active namespaces: {}", nsids.size(),
                                       reader.spending().problem(*lacking));
        out.unread.push_back(out.active_error);
        out.active_nsids.reset();
        co_return;
    }
    out.namespaces.resize(nsids.size());
    for (std::size_t i = 0; i < nsids.size(); ++i) {
        out.namespaces[i].nsid = nsids[i];
    }
    co_await read_pages(reader, namespace_reads(out), out.namespaces);
}

/// What is missing of the namespaces, one line for each page kind: an array that dies while 1,000
/// namespaces are read is one fact, not a thousand.
void note_missing_pages(const PageReader& reader, ControllerObservation& out) {
    for (const model::PathPage& read : model::kPathPages) {
        std::size_t missing = 0;
        std::uint32_t first = 0;
        std::string cause;
        for (const NamespaceObservation& path : out.namespaces) {
            const Page& page = path.*read.page;
            if (page.state == Page::State::failed && ++missing == 1) {
                first = path.nsid;
                cause = reader.cause_of(page);
            }
        }
        if (missing == 1) {
            out.unread.push_back(fmt::format("{} of namespace {}: {}", read.name, first, cause));
        } else if (missing != 0) {
            out.unread.push_back(fmt::format("{} of {} namespaces from {} on: {}", read.name,
                                             missing, first, cause));
        }
    }
}

/// The ANA log, no longer than the controller's own limits allow (Linux reads no more either).
awaitable<Page> read_ana_log(PageReader& reader, const ControllerObservation& controller) {
    const nvme::IdentifyController id = controller.identify_data();
    const std::uint32_t namespaces =
        id.mnan != 0 ? id.mnan : std::min(id.nn, reader.options().max_namespaces);
    const std::uint64_t bound = std::min<std::uint64_t>(
        reader.options().max_log_bytes,
        std::max<std::uint64_t>(kLogPart, nvme::ana_log_size_bound(id.nanagrpid, namespaces)));
    co_return co_await reader.ana_log(bound);
}

bool same_answer(const Page& a, const Page& b) {
    return a.state == b.state && a.status == b.status && a.bytes == b.bytes;
}

/// Asks for a page of a controller.
awaitable<void> read_page(PageReader& reader, ControllerObservation& out,
                          Page ControllerObservation::*page) {
    out.*page = co_await reader.page(model::row_of(page).command(out.connection.cntlid));
}

bool manages_namespaces(const nvme::IdentifyController& id) {
    constexpr unsigned kNamespaceManagement = 1U << 3U; // OACS.NMS, with attachment
    return (id.oacs & kNamespaceManagement) != 0 &&
           id.cntrltype != static_cast<std::uint8_t>(nvme::ControllerType::discovery);
}

/// Everything that the ANA log must bracket. The state of `out` afterwards is that of one attempt.
awaitable<bool> read_bracketed(PageReader& reader, ControllerObservation& out) {
    reader.begin_anew();
    out.unread.clear();
    co_await read_page(reader, out, &ControllerObservation::identify);
    if (!out.identify.ok()) {
        co_return true;
    }
    const bool ana = out.identify_data().ana();
    out.ana.log = {};
    if (ana) {
        out.ana.log = co_await read_ana_log(reader, out);
    }
    co_await read_active_namespaces(reader, out);
    out.allocated_nsids = {};
    if (manages_namespaces(out.identify_data())) { // beside the list that it is held against
        co_await read_page(reader, out, &ControllerObservation::allocated_nsids);
    }
    co_await read_namespaces(reader, out);
    if (!ana) {
        co_return true;
    }
    Page after = co_await read_ana_log(reader, out);
    const bool same = same_answer(out.ana.log, after);
    // Nothing more can be read: keep the first reading, the failure is noted.
    const bool lost = !same && after.state == Page::State::failed;
    if (!lost) {
        std::swap(out.ana.log, after);
    }
    reader.give_back(cost_of_ana_log(after));
    co_return same || lost;
}

/// Where the controller says that it has this log; where it says nothing of its logs, by other signs.
bool has_log(const ControllerObservation& controller, std::uint8_t lid, bool otherwise) {
    return controller.supported_logs.ok()
               ? nvme::decode_supported_logs(controller.supported_logs.bytes).supports(lid)
               : otherwise;
}

/// What Linux learns of a controller's commands when it connects, and asks by the same signs
/// (drivers/nvme/host/core.c, nvme_init_non_mdts_limits and nvme_init_effects).
awaitable<void> read_commands(PageReader& reader, ControllerObservation& out) {
    const nvme::IdentifyController id = out.identify_data();
    if (id.cntrltype == static_cast<std::uint8_t>(nvme::ControllerType::discovery)) {
        co_return;
    }
    if (id.ver >= kVersion12) {
        co_await read_page(reader, out, &ControllerObservation::nvm_controller);
    }
    constexpr unsigned kCommandsLog = 1U << 1U; // LPA.CSES
    if ((id.lpa & kCommandsLog) != 0) {
        co_await read_page(reader, out, &ControllerObservation::commands_log);
    }
    constexpr unsigned kFirmwareCommands = 1U << 2U; // OACS.FWDS
    if (has_log(out, nvme::lid::firmware_slot, (id.oacs & kFirmwareCommands) != 0)) {
        co_await read_page(reader, out, &ControllerObservation::firmware_log);
    }
}

/// Further lists, of which an older controller knows nothing: where it says that it has what they list.
/// Not the namespaces of one command set (CNS 07h): by nvmet_execute_identify_nslist() Linux as a target
/// looks into a namespace that is not there, and goes down.
awaitable<void> read_lists(PageReader& reader, ControllerObservation& out) {
    const nvme::IdentifyController id = out.identify_data();
    if (id.cntrltype == static_cast<std::uint8_t>(nvme::ControllerType::discovery)) {
        co_return;
    }
    if (manages_namespaces(id)) {
        std::vector<model::PathPage> attached(1, model::row_of(&NamespaceObservation::controllers));
        co_await read_pages(reader, std::move(attached), out.namespaces);
    }
    if ((id.ctratt & nvme::ctratt::multi_domain) != 0) {
        co_await read_page(reader, out, &ControllerObservation::domain_list);
    }
}

/// Features that carry data: who the controller takes this host for, and what the host told it of itself.
awaitable<void> read_data_features(PageReader& reader, ControllerObservation& out) {
    const nvme::IdentifyController id = out.identify_data();
    if (id.cntrltype == static_cast<std::uint8_t>(nvme::ControllerType::discovery)) {
        co_return;
    }
    if ((id.ctratt & nvme::ctratt::host_id_128) != 0) {
        out.features[nvme::fid::host_id] = co_await reader.page(nvme::get_host_id_command());
    }
    if ((id.ctratt & nvme::ctratt::extended_lba_formats) != 0) {
        constexpr std::uint8_t kFeature = nvme::fid::host_behavior;
        out.features[kFeature] = co_await reader.page(
            nvme::get_features_command(kFeature, 0, 0, nvme::feature_data_bytes(kFeature)));
    }
}

awaitable<void> read_rest(PageReader& reader, ControllerObservation& out) {
    const nvme::IdentifyController id = out.identify_data();
    co_await read_page(reader, out, &ControllerObservation::supported_logs);
    co_await read_page(reader, out, &ControllerObservation::controller_list);
    if (nvme::Capabilities{out.property(nvme::property::cap).value_or(0)}.io_command_sets()) {
        co_await read_page(reader, out, &ControllerObservation::io_command_sets);
    }
    co_await read_commands(reader, out);
    co_await read_lists(reader, out);
    std::vector<std::uint8_t> features{nvme::fid::async_event_configuration,
                                       nvme::fid::keep_alive_timer};
    if ((id.vwc & 1U) != 0) {
        features.push_back(nvme::fid::volatile_write_cache);
    }
    for (const std::uint8_t feature : features) {
        out.features[feature] = co_await reader.dword(nvme::get_features_command(feature));
    }
    const auto csts = co_await reader.property(nvme::property::csts, 4);
    if (csts) {
        out.properties[nvme::property::csts] = *csts;
    }
    co_await read_data_features(reader, out); // last: nothing else is lost with them
}

/// An answer, and nothing that could be read: rules judge it.
bool no_such_log(const Page& page) {
    const std::uint16_t code = page.status.code();
    return page.state == Page::State::status &&
           (code == nvme::status::invalid_log_page || code == nvme::status::invalid_field);
}

void note_missing_controller_pages(const PageReader& reader, ControllerObservation& out) {
    if (!out.identify.ok()) {
        out.unread.push_back("Identify Controller: " + reader.cause_of(out.identify));
        return;
    }
    if (out.identify_data().ana() && !out.ana.log.ok() && !no_such_log(out.ana.log)) {
        out.unread.push_back("ANA log: " + reader.cause_of(out.ana.log));
    }
    for (const model::ControllerPage& row : model::kControllerPages) {
        const Page& page = out.*row.page;
        if (page.state == Page::State::failed) {
            out.unread.push_back(fmt::format("{}: {}", row.name, reader.cause_of(page)));
        }
    }
    for (const auto& [feature, page] : out.features) {
        if (page.state == Page::State::failed) {
            out.unread.push_back(
                fmt::format("feature {:02X}h: {}", feature, reader.cause_of(page)));
        }
    }
}

} // namespace

awaitable<ControllerObservation> collect_controller(AdminChannel& channel, CollectOptions options) {
    ControllerObservation out;
    PageReader reader{channel, options};
    co_await read_properties(reader, out);
    out.ana.stable = false;
    while (!out.ana.stable && out.ana.attempts < std::max(options.attempts, 1U)) {
        ++out.ana.attempts;
        out.ana.stable = co_await read_bracketed(reader, out);
    }
    if (out.identify.ok()) {
        co_await read_rest(reader, out);
    }
    note_missing_controller_pages(reader, out);
    note_missing_pages(reader, out);
    co_return out;
}

awaitable<DiscoveryObservation> collect_discovery_log(AdminChannel& channel,
                                                      CollectOptions options) {
    DiscoveryObservation out;
    out.stable = false;
    const std::size_t depth = options.depth != 0 ? options.depth : channel.depth();
    const auto spending =
        options.spending ? options.spending : std::make_shared<Spending>(Budget{});
    const auto require = [&](std::optional<BudgetPart> lacking) {
        if (lacking) {
            throw Error(Errc::too_large, "read the discovery log of", channel.name(),
                        spending->problem(*lacking));
        }
    };
    for (unsigned attempt = 0; attempt < std::max(options.attempts, 1U) && !out.stable; ++attempt) {
        BoundedExtent bounded(*spending, discovery_log_extent, options.max_log_bytes, kLogPart);
        LogExtent extent = bounded.function();
        const LogReading reading =
            co_await read_growing_log(channel, nvme::lid::discovery, std::move(extent),
                                      options.max_log_bytes, kLogPart, depth, options.deadline);
        require(bounded.lacking());
        if (!reading.status.ok() && reading.bytes.empty()) {
            throw Error(Errc::command_failed, "read the discovery log of", channel.name(),
                        nvme::describe(reading.status));
        }
        if (reading.cut_short()) {
            throw Error(Errc::short_answer, "read the discovery log of", channel.name(),
                        model::short_answer(reading.bytes.size(), reading.length));
        }
        const nvme::Bytes again =
            co_await read_log(channel, nvme::lid::discovery, nvme::kDiscoveryHeaderSize, kLogPart);
        out.stable = nvme::load_le<std::uint64_t>(reading.bytes, 0) ==
                     nvme::load_le<std::uint64_t>(again, 0);
        out.log = Page::of(reading.bytes);
    }
    Spending::Cost cost = cost_of(out.log);
    // An entry that is all zero is one as well.
    cost.objects = out.log.length / nvme::kDiscoveryEntrySize;
    require(spending->take(cost));
    co_return out;
}

} // namespace haoh
