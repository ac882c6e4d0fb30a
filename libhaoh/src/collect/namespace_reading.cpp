// SPDX-License-Identifier: LGPL-2.1-or-later
#include "namespace_reading.hpp"

#include "parallel.hpp"

#include <haoh/nvme/id_list.hpp>

#include <fmt/format.h>

#include <utility>

namespace haoh {

using boost::asio::awaitable;

namespace {

constexpr std::uint32_t kDescriptorsSince = 0x00010300; // VS
constexpr std::uint32_t kCommandSetsSince = 0x00020000;
constexpr std::size_t kListEntries = 1024;

} // namespace

std::vector<model::PathPage> namespace_reads(const ControllerObservation& controller) {
    const nvme::IdentifyController id = controller.identify_data();
    const nvme::Capabilities cap{controller.property(nvme::property::cap).value_or(0)};
    constexpr std::uint64_t kCrims = 1ULL << 60U; // CAP.CRMS.CRIMS
    const bool independent = id.ver >= kCommandSetsSince || (cap.raw & kCrims) != 0;
    const bool command_sets = id.ver >= kCommandSetsSince || cap.io_command_sets() ||
                              (id.ctratt & nvme::ctratt::extended_lba_formats) != 0;
    std::vector<model::PathPage> reads{model::row_of(&NamespaceObservation::identify)};
    if (id.ver >= kDescriptorsSince || cap.io_command_sets()) {
        reads.push_back(model::row_of(&NamespaceObservation::descriptors));
    }
    if (independent) {
        reads.push_back(model::row_of(&NamespaceObservation::independent));
    }
    if (command_sets) {
        reads.push_back(model::row_of(&NamespaceObservation::nvm));
    }
    return reads;
}

awaitable<void> read_active_namespaces(PageReader& reader, ControllerObservation& out) {
    out.active_nsids.reset();
    out.active_error.clear();
    out.active_problems.clear();
    std::vector<std::uint32_t> nsids;
    std::uint32_t after = 0;
    for (;;) {
        const Page page =
            co_await reader.page(nvme::identify_command(nvme::cns::active_namespaces, after));
        reader.give_back(cost_of(page)); // what it says is kept, not the page
        if (!page.ok()) {
            out.active_error = fmt::format("active namespace list: {}", reader.cause_of(page));
            out.unread.push_back(out.active_error);
            co_return;
        }
        const nvme::NamespaceList list = nvme::decode_namespace_list(page.whole());
        for (const nvme::Problem& problem : list.problems) {
            if (out.active_problems.size() < nvme::kMaxProblems) {
                out.active_problems.push_back(problem.text);
            }
        }
        nsids.insert(nsids.end(), list.nsids.begin(), list.nsids.end());
        if (nsids.size() > reader.options().max_namespaces) {
            out.unread.push_back(fmt::format("namespaces after the first {} (bound of this tool)",
                                             reader.options().max_namespaces));
            nsids.resize(reader.options().max_namespaces);
            break;
        }
        // A list that does not go on upwards would be read for ever.
        if (list.nsids.size() < kListEntries || list.nsids.back() <= after ||
            list.nsids.back() >= nvme::kAllNamespaces - 1) {
            break;
        }
        after = list.nsids.back();
    }
    out.active_nsids = std::move(nsids);
}

awaitable<void> read_pages(PageReader& reader, std::vector<model::PathPage> reads,
                           std::span<NamespaceObservation> namespaces) {
    std::size_t done = 0;
    auto job = [&](std::size_t index) -> awaitable<void> {
        NamespaceObservation& path = namespaces[index / reads.size()];
        const model::PathPage& read = reads[index % reads.size()];
        path.*read.page = co_await reader.page(read.command(path.nsid));
        if (++done % reads.size() == 0 && reader.options().progress) {
            reader.options().progress(done / reads.size(), namespaces.size());
        }
    };
    co_await for_each_index(namespaces.size() * reads.size(), reader.depth(), job);
}

awaitable<std::vector<NamespaceObservation>> collect_namespaces(AdminChannel& channel,
                                                                std::vector<model::PathPage> reads,
                                                                std::vector<std::uint32_t> nsids,
                                                                CollectOptions options) {
    std::vector<NamespaceObservation> out(nsids.size());
    for (std::size_t i = 0; i < nsids.size(); ++i) {
        out[i].nsid = nsids[i];
    }
    PageReader reader{channel, options};
    co_await read_pages(reader, std::move(reads), out);
    co_return out;
}

awaitable<ControllerObservation> collect_outline(AdminChannel& channel, CollectOptions options) {
    ControllerObservation out;
    PageReader reader{channel, options};
    nvme::AdminCommand identify = nvme::identify_controller_command();
    out.identify = co_await reader.page(std::move(identify));
    if (out.identify.ok()) {
        co_await read_active_namespaces(reader, out);
    }
    co_return out;
}

} // namespace haoh
