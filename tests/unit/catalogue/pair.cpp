// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/pair.hpp"

#include <haoh/nvme/command.hpp>
#include <haoh/nvme/id_list.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace haoh::test {

namespace {

constexpr std::array<std::uint8_t, 3> kOui{0xAC, 0xDE, 0x48};
constexpr const char* kHost =
    "nqn.2014-08.org.nvmexpress:uuid:11111111-2222-4333-8444-555555555555";

nvme::Uuid uuid_of(std::uint32_t number) {
    nvme::Uuid uuid{0x5B, 0x1C, 0x0D, 0x1E, 0x77, 0x2A, 0x4C, 0x3D, 0x9E, 0x10};
    nvme::store_le(uuid, 12, number);
    return uuid;
}
nvme::Nguid nguid_of(std::uint32_t number) {
    nvme::Nguid nguid{0x60, 0x01, 0x43, 0x81, 0x02, 0x5D, 0x9A, 0x11, kOui[0], kOui[1], kOui[2]};
    nvme::store_le(nguid, 12, number);
    return nguid;
}
nvme::Eui64 eui64_of(std::uint32_t number) {
    nvme::Eui64 eui64{kOui[0], kOui[1], kOui[2], 0x01};
    nvme::store_le(eui64, 4, number);
    return eui64;
}

Path healthy_path(std::uint32_t nsid, std::uint32_t agid) {
    Path path;
    path.nsid = nsid;
    nvme::IdentifyNamespace& id = path.identify;
    id.nsze = id.ncap = id.nuse = 0x200000;
    id.nsfeat = 0x10;
    id.nmic = nvme::nmic::shared;
    id.rescap = 0xFF;
    id.dlfeat = 0x09;
    id.npwg = id.npwa = id.npdg = id.npda = 7;
    id.nawun = id.nawupf = 7;
    id.nvmcap[4] = 0x40;
    id.lbaf[0] = {.ms = 0, .lbads = 9, .rp = 2};
    id.lbaf[1] = {.ms = 0, .lbads = 12, .rp = 0};
    id.nlbaf = 1;
    path.independent.nmic = id.nmic;
    path.independent.rescap = id.rescap;
    path.independent.nstat = 1;
    path.descriptors.push_back({.nidt = static_cast<std::uint8_t>(nvme::IdType::csi), .nid = {0}});
    path.uuid(uuid_of(nsid)).nguid(nguid_of(nsid)).eui64(eui64_of(nsid)).group(agid);
    return path;
}

nvme::IdentifyController healthy_controller(std::uint16_t cntlid) {
    nvme::IdentifyController id;
    id.vid = id.ssvid = 0x1CC1;
    id.sn = ascii<20>("CZ3D4F5G6H");
    id.mn = ascii<40>("Example Stretch Array");
    id.fr = ascii<8>("7.2.1");
    id.ieee = {kOui[2], kOui[1], kOui[0]};
    id.cmic =
        nvme::cmic::multiple_ports | nvme::cmic::multiple_controllers | nvme::cmic::ana_reporting;
    id.mdts = 8;
    id.cntlid = cntlid;
    id.ver = 0x00020100;
    id.oaes = nvme::oaes::namespace_attribute | nvme::oaes::ana_change;
    id.ctratt = nvme::ctratt::host_id_128 | nvme::ctratt::traffic_based_keep_alive;
    id.cntrltype = 1;
    id.aerl = 3;
    id.lpa = 0x2C;
    id.kas = 10;
    id.anatt = 10;
    id.anacap = 0x5F;
    id.anagrpmax = 128;
    id.nanagrpid = 128;
    id.sqes = 0x66;
    id.cqes = 0x44;
    id.maxcmd = 128;
    id.nn = 1024;
    id.mnan = 1024;
    id.oncs = nvme::oncs::compare | nvme::oncs::dataset_management | nvme::oncs::write_zeroes |
              nvme::oncs::reservations | nvme::oncs::save_select;
    id.fuses = 1;
    id.awun = 7;
    id.awupf = 7;
    id.sgls = 0x00100005;
    const std::string_view nqn{kNqn};
    std::copy(nqn.begin(), nqn.end(), id.subnqn.begin());
    id.ioccsz = 260;
    id.iorcsz = 1;
    id.ofcs = 1;
    return id;
}

Node healthy_node(char array, unsigned number, unsigned namespaces) {
    const unsigned site = array == 'a' ? 1 : 2;
    const auto cntlid = static_cast<std::uint16_t>(site * 1000 + number);
    Node node;
    node.target = fmt::format("tcp://10.{}.0.1:4420", site);
    node.traddr = fmt::format("10.{}.0.{}", site, number);
    node.name = fmt::format("tcp://{}:4420 controller {}", node.traddr, cntlid);
    node.id = healthy_controller(cntlid);
    const nvme::AnaState state =
        array == 'a' ? nvme::AnaState::optimized : nvme::AnaState::non_optimized;
    for (std::uint32_t agid = 1; agid <= 2; ++agid) {
        node.groups.push_back({.agid = agid,
                               .chgc = 3,
                               .state = state,
                               .state_byte = static_cast<std::uint8_t>(state),
                               .nsids = {}});
    }
    for (std::uint32_t nsid = 1; nsid <= namespaces; ++nsid) {
        const std::uint32_t agid = nsid <= (namespaces + 1) / 2 ? 1 : 2;
        node.paths.push_back(healthy_path(nsid, agid));
        node.groups[agid - 1].nsids.push_back(nsid);
    }
    std::erase_if(node.groups, [](const nvme::AnaGroup& group) { return group.nsids.empty(); });
    for (const std::uint8_t lid :
         {nvme::lid::supported_logs, nvme::lid::error_information, nvme::lid::smart,
          nvme::lid::firmware_slot, nvme::lid::changed_namespaces, nvme::lid::ana}) {
        node.logs.lids[lid] = 1;
    }
    return node;
}

NamespaceObservation observe(const Path& path) {
    NamespaceObservation out;
    out.nsid = path.nsid;
    out.identify = Page::of(nvme::encode(path.identify));
    out.descriptors = Page::of(nvme::encode(path.descriptors));
    out.nvm = Page::of(nvme::encode(path.nvm));
    out.independent = Page::of(nvme::encode(path.independent));
    if (path.edit) {
        path.edit(out);
    }
    return out;
}

Page dword(std::uint32_t value) {
    nvme::Bytes bytes(4);
    nvme::store_le(bytes, 0, value);
    return Page::of(bytes);
}

ControllerObservation observe(const Node& node, const std::vector<std::uint16_t>& all) {
    ControllerObservation out;
    out.name = node.name;
    out.transport = "tcp";
    out.traddr = node.traddr;
    out.trsvcid = node.trsvcid;
    out.target = node.target;
    out.subsysnqn = node.subsysnqn;
    out.connection.hostnqn = kHost;
    out.connection.hostid = *nvme::parse_uuid("11111111-2222-4333-8444-555555555555");
    out.connection.cntlid = node.id.cntlid;
    out.connection.cpda = 0;
    out.properties = {{nvme::property::cap, 0x0000'0020'1E01'007FULL | (1ULL << 43U)},
                      {nvme::property::vs, node.id.ver},
                      {nvme::property::csts, 1}};
    out.identify = Page::of(nvme::encode(node.id));
    out.io_command_sets = Page::of(nvme::Bytes{1, 0, 0, 0, 0, 0, 0, 0});
    out.active_nsids.emplace();
    nvme::AnaLog log;
    log.chgc = 3;
    log.groups = node.groups;
    log.nagd = static_cast<std::uint16_t>(node.groups.size());
    out.ana.log = Page::of(nvme::encode(log));
    out.ana.attempts = 1;
    for (const Path& path : node.paths) {
        out.active_nsids->push_back(path.nsid);
        out.namespaces.push_back(observe(path));
    }
    out.controller_list = Page::of(nvme::encode_controller_list(node.listed.value_or(all)));
    out.supported_logs = Page::of(nvme::encode(node.logs));
    out.nvm_controller = Page::of(nvme::Bytes(nvme::kIdentifySize));
    out.commands_log = Page::of(nvme::Bytes(nvme::kCommandsLogSize));
    nvme::FirmwareLog firmware;
    firmware.afi = 1;
    firmware.frs[0] = node.id.fr;
    out.firmware_log = Page::of(nvme::encode(firmware));
    out.features[nvme::fid::keep_alive_timer] = dword(10000);
    // As Linux has it: what OAES offers.
    out.features[nvme::fid::async_event_configuration] = dword(node.id.oaes);
    out.probed_cntlids = node.probed;
    if (node.edit) {
        node.edit(out);
    }
    return out;
}

} // namespace

void Path::descriptor(nvme::IdType type, const nvme::Bytes& value) {
    const auto nidt = static_cast<std::uint8_t>(type);
    std::erase_if(descriptors,
                  [nidt](const nvme::IdDescriptor& entry) { return entry.nidt == nidt; });
    if (!value.empty()) {
        descriptors.push_back({.nidt = nidt, .nid = value});
    }
}

Path& Path::uuid(std::optional<nvme::Uuid> value) {
    descriptor(nvme::IdType::uuid,
               value ? nvme::Bytes(value->begin(), value->end()) : nvme::Bytes{});
    return *this;
}

Path& Path::nguid(std::optional<nvme::Nguid> value) {
    identify.nguid = value.value_or(nvme::Nguid{});
    descriptor(nvme::IdType::nguid,
               value ? nvme::Bytes(value->begin(), value->end()) : nvme::Bytes{});
    return *this;
}

Path& Path::eui64(std::optional<nvme::Eui64> value) {
    identify.eui64 = value.value_or(nvme::Eui64{});
    descriptor(nvme::IdType::eui64,
               value ? nvme::Bytes(value->begin(), value->end()) : nvme::Bytes{});
    return *this;
}

Path& Path::identity_of(const Path& other) {
    descriptors = other.descriptors;
    identify.nguid = other.identify.nguid;
    identify.eui64 = other.identify.eui64;
    return *this;
}

Path& Path::block_size(std::uint8_t lbads) {
    const unsigned old = identify.lbaf[0].lbads;
    const auto scale = [old, lbads](std::uint64_t blocks) { return (blocks << old) >> lbads; };
    identify.nsze = scale(identify.nsze);
    identify.ncap = scale(identify.ncap);
    identify.nuse = scale(identify.nuse);
    identify.lbaf[0].lbads = lbads;
    return *this;
}

Path& Path::group(std::uint32_t agid) {
    identify.anagrpid = agid;
    independent.anagrpid = agid;
    return *this;
}

Path& Node::path(std::uint32_t nsid) {
    return *std::find_if(paths.begin(), paths.end(),
                         [nsid](const Path& entry) { return entry.nsid == nsid; });
}

nvme::AnaGroup& Node::group(std::uint32_t agid) {
    return *std::find_if(groups.begin(), groups.end(),
                         [agid](const nvme::AnaGroup& entry) { return entry.agid == agid; });
}

Node& Node::remove(std::uint32_t nsid) {
    std::erase_if(paths, [nsid](const Path& entry) { return entry.nsid == nsid; });
    for (nvme::AnaGroup& entry : groups) {
        std::erase(entry.nsids, nsid);
    }
    std::erase_if(groups, [](const nvme::AnaGroup& entry) { return entry.nsids.empty(); });
    return *this;
}

Node& Node::renumber(std::uint32_t nsid, std::uint32_t to) {
    path(nsid).nsid = to;
    std::sort(paths.begin(), paths.end(),
              [](const Path& x, const Path& y) { return x.nsid < y.nsid; });
    for (nvme::AnaGroup& entry : groups) {
        std::replace(entry.nsids.begin(), entry.nsids.end(), nsid, to);
        std::sort(entry.nsids.begin(), entry.nsids.end());
    }
    return *this;
}

Node& Node::regroup(std::uint32_t nsid, std::uint32_t agid) {
    const nvme::AnaState state = groups.front().state;
    for (nvme::AnaGroup& entry : groups) {
        std::erase(entry.nsids, nsid);
    }
    const auto found =
        std::find_if(groups.begin(), groups.end(),
                     [agid](const nvme::AnaGroup& entry) { return entry.agid == agid; });
    if (found == groups.end()) {
        groups.push_back({.agid = agid,
                          .chgc = 3,
                          .state = state,
                          .state_byte = static_cast<std::uint8_t>(state),
                          .nsids = {nsid}});
    } else {
        found->nsids.push_back(nsid);
        std::sort(found->nsids.begin(), found->nsids.end());
    }
    std::erase_if(groups, [](const nvme::AnaGroup& entry) { return entry.nsids.empty(); });
    std::sort(groups.begin(), groups.end(),
              [](const nvme::AnaGroup& x, const nvme::AnaGroup& y) { return x.agid < y.agid; });
    path(nsid).group(agid);
    return *this;
}

Node& Node::nqn(const std::string& value) {
    subsysnqn = value;
    id.subnqn = {};
    std::copy(value.begin(), value.end(), id.subnqn.begin());
    return *this;
}

Node& Node::state(std::uint8_t value) {
    for (nvme::AnaGroup& entry : groups) {
        set_state(entry, value);
    }
    return *this;
}

void set_state(nvme::AnaGroup& group, std::uint8_t value) {
    group.state_byte = value;
    group.state = static_cast<nvme::AnaState>(value & 0x0FU);
}

Pair::Pair(unsigned controllers, unsigned namespaces) {
    for (unsigned number = 1; number <= controllers; ++number) {
        a.push_back(healthy_node('a', number, namespaces));
        b.push_back(healthy_node('b', number, namespaces));
    }
}

Pair& Pair::on_a(const std::function<void(Node&)>& change) {
    std::for_each(a.begin(), a.end(), change);
    return *this;
}

Pair& Pair::on_b(const std::function<void(Node&)>& change) {
    std::for_each(b.begin(), b.end(), change);
    return *this;
}

Pair& Pair::on_both(const std::function<void(Node&)>& change) {
    return on_a(change).on_b(change);
}

Pair& Pair::on_b(std::uint32_t nsid, const std::function<void(Path&)>& change) {
    return on_b([&](Node& node) { change(node.path(nsid)); });
}

Pair& Pair::on_both(std::uint32_t nsid, const std::function<void(Path&)>& change) {
    return on_both([&](Node& node) { change(node.path(nsid)); });
}

Pair& Pair::on_all_paths(const std::function<void(Path&)>& change) {
    return on_both(
        [&](Node& node) { std::for_each(node.paths.begin(), node.paths.end(), change); });
}

Pair& Pair::with_discovery() {
    nvme::DiscoveryLog log;
    log.genctr = 1;
    std::uint16_t portid = 1;
    for (const std::vector<Node>* array : {&a, &b}) {
        for (const Node& node : *array) {
            nvme::DiscoveryEntry entry;
            entry.trtype = static_cast<std::uint8_t>(nvme::TransportType::tcp);
            entry.adrfam = static_cast<std::uint8_t>(nvme::AddressFamily::ipv4);
            entry.subtype = static_cast<std::uint8_t>(nvme::SubsystemType::nvm);
            entry.portid = portid++;
            entry.cntlid = nvme::kDynamicController;
            entry.asqsz = 32;
            entry.trsvcid = node.trsvcid;
            entry.traddr = node.traddr;
            entry.subnqn = node.subsysnqn;
            log.entries.push_back(entry);
        }
    }
    log.numrec = log.entries.size();
    for (const std::vector<Node>* array : {&a, &b}) {
        if (array->empty()) {
            continue;
        }
        const std::string& target = array->front().target;
        discovery.push_back({.target = target,
                             .address = target,
                             .log = Page::of(nvme::encode(log)),
                             .stable = true});
    }
    return *this;
}

Pair& Pair::edit_discovery(std::size_t array,
                           const std::function<void(nvme::DiscoveryLog&)>& change) {
    nvme::DiscoveryLog log = nvme::decode_discovery_log(discovery[array].log.whole());
    change(log);
    discovery[array].log = Page::of(nvme::encode(log));
    return *this;
}

Observation Pair::observation() const {
    std::vector<std::uint16_t> all;
    for (const std::vector<Node>* array : {&a, &b}) {
        for (const Node& node : *array) {
            all.push_back(node.id.cntlid);
        }
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    Observation out;
    out.observed_at = "2026-01-02T03:04:05Z";
    out.hostnqn = kHost;
    for (const std::vector<Node>* array : {&a, &b}) {
        for (const Node& node : *array) {
            out.controllers.push_back(observe(node, all));
        }
    }
    out.discovery = discovery;
    out.unobserved = unobserved;
    return out;
}

Report Pair::report() const {
    return check(observation(), options);
}

Pair nvmet_pair(std::uint32_t version) {
    constexpr std::uint32_t kVersion20 = 0x00020000;
    Pair pair(1, 3);
    const auto shape = [version](Node& node) {
        nvme::IdentifyController& id = node.id;
        id.vid = id.ssvid = 0;
        id.sn = ascii<20>("9f3c1a545a0e4b7e");
        id.mn = ascii<40>("Linux");
        id.fr = ascii<8>("6.12.107");
        id.ieee = {};
        id.ver = version;
        id.vwc = 1;
        id.anacap = 0x1F;
        id.mdts = 0;
        id.fuses = 0;
        id.oncs = nvme::oncs::dataset_management | nvme::oncs::write_zeroes;
        id.awun = id.awupf = 0;
        node.groups.clear();
        for (std::uint32_t agid = 1; agid <= 128; ++agid) {
            node.groups.push_back({.agid = agid,
                                   .chgc = 7,
                                   .state = nvme::AnaState::inaccessible,
                                   .state_byte = 3,
                                   .nsids = {}});
        }
        node.groups.front().state = nvme::AnaState::optimized;
        node.groups.front().state_byte = 1;
        for (Path& path : node.paths) {
            path.nguid(std::nullopt).eui64(std::nullopt).group(1);
            path.identify.rescap = 0;
            path.independent.rescap = 0;
            path.identify.nlbaf = 0;
            path.identify.lbaf[1] = {};
            node.groups.front().nsids.push_back(path.nsid);
            path.edit = [version](NamespaceObservation& out) {
                nvme::Status refused{nvme::status::invalid_field | nvme::status::dnr};
                if (version < kVersion20) {
                    out.independent = Page{};
                    out.nvm = Page::of_status(refused);
                }
            };
        }
        node.edit = [version](ControllerObservation& out) {
            nvme::Status refused{nvme::status::invalid_field | nvme::status::dnr};
            out.controller_list = Page::of_status(refused);
            if (version < kVersion20) {
                nvme::Status no_log{nvme::status::invalid_log_page | nvme::status::dnr};
                out.supported_logs = Page::of_status(no_log);
                out.io_command_sets = Page::of_status(refused);
            }
        };
    };
    pair.on_both(shape);
    return pair;
}

std::vector<std::string> lines(const Report& report) {
    std::vector<std::string> out;
    for (const Finding& finding : report.findings) {
        std::string verdict{to_string(finding.verdict)};
        std::transform(verdict.begin(), verdict.end(), verdict.begin(),
                       [](unsigned char letter) { return std::toupper(letter); });
        std::string line = verdict + " " + finding.rule;
        if (!finding.nsids.empty()) {
            line += " " + format_nsids(finding.nsids);
        } else if (finding.nsid) {
            line += fmt::format(" {}", *finding.nsid);
        }
        out.push_back(line);
    }
    return out;
}

nvme::Uuid other_uuid(std::uint8_t number) {
    nvme::Uuid uuid = uuid_of(0xFFFF0000);
    uuid[0] = number;
    return uuid;
}
nvme::Nguid other_nguid(std::uint8_t number) {
    nvme::Nguid nguid = nguid_of(0xFFFF0000);
    nguid[0] = number;
    return nguid;
}
nvme::Eui64 other_eui64(std::uint8_t number) {
    nvme::Eui64 eui64 = eui64_of(0xFFFF0000);
    eui64[3] = number;
    return eui64;
}

} // namespace haoh::test
