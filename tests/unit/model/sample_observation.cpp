// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/model/sample_observation.hpp"

#include <haoh/nvme/id_list.hpp>
#include <haoh/nvme/supported_logs.hpp>
#include <haoh/safe_text.hpp>

#include <algorithm>
#include <numeric>

namespace haoh::test {

namespace {

constexpr const char* kSubsystem =
    "nqn.2014-08.org.nvmexpress:uuid:9f3c1a54-5a0e-4b7e-8d6f-0a1b2c3d4e5f";
constexpr const char* kHost =
    "nqn.2014-08.org.nvmexpress:uuid:11111111-2222-4333-8444-555555555555";

template <std::size_t N>
std::array<std::uint8_t, N> padded(std::string_view text) {
    std::array<std::uint8_t, N> field{};
    field.fill(' ');
    std::copy(text.begin(), text.end(), field.begin());
    return field;
}

NamespaceObservation healthy_namespace(std::uint32_t nsid, std::uint32_t group) {
    nvme::IdentifyNamespace id;
    id.nsze = id.ncap = id.nuse = 0x10000000;
    id.nsfeat = 0x10;
    id.nmic = nvme::nmic::shared;
    id.rescap = 0xFF;
    id.dlfeat = 0x09;
    id.npwg = id.npwa = id.npdg = id.npda = 7;
    id.anagrpid = group;
    id.endgid = 1;
    id.nguid = {0x60, 0x01, 0x43, 0x81, 0x02, 0x5D, 0x9A, 0x11, 0xA9, 0x37, 0xE0, 0x24};
    nvme::store_le(id.nguid, 12, nsid);
    id.lbaf[0] = {.ms = 0, .lbads = 9, .rp = 0};
    nvme::Uuid uuid{0x5B, 0x1C, 0x0D, 0x1E, 0x77, 0x2A, 0x4C, 0x3D, 0x9E, 0x10};
    nvme::store_le(uuid, 12, nsid);

    NamespaceObservation path;
    path.nsid = nsid;
    path.identify = Page::of(nvme::encode(id));
    const std::vector<nvme::IdDescriptor> descriptors{
        {.nidt = 2, .nid = nvme::Bytes(id.nguid.begin(), id.nguid.end())},
        {.nidt = 3, .nid = nvme::Bytes(uuid.begin(), uuid.end())},
        {.nidt = 4, .nid = {0}}};
    path.descriptors = Page::of(nvme::encode(descriptors));
    path.nvm = Page::of(nvme::encode(nvme::IdentifyNamespaceNvm{}));
    nvme::IdentifyNamespaceIndependent independent;
    independent.nsfeat = id.nsfeat;
    independent.nmic = id.nmic;
    independent.rescap = id.rescap;
    independent.anagrpid = group;
    independent.endgid = id.endgid;
    independent.nstat = 1;
    path.independent = Page::of(nvme::encode(independent));
    return path;
}

nvme::IdentifyController healthy_identify(std::uint16_t cntlid) {
    nvme::IdentifyController id;
    id.vid = id.ssvid = 0x1CC1;
    id.sn = padded<20>("CZ3D4F5G6H");
    id.mn = padded<40>("Example Stretch Array");
    id.fr = padded<8>("7.2.1");
    id.ieee = {0xE0, 0x37, 0xA9};
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
    id.kas = 100;
    id.anatt = 30;
    id.anacap = 0x5F;
    id.anagrpmax = 128;
    id.nanagrpid = 128;
    id.sqes = 0x66;
    id.cqes = 0x44;
    id.maxcmd = 128;
    id.nn = id.mnan = 4096;
    id.oncs = nvme::oncs::compare | nvme::oncs::dataset_management | nvme::oncs::write_zeroes |
              nvme::oncs::reservations;
    id.fuses = 1;
    id.sgls = 0x00500001;
    id.ioccsz = 1028;
    id.iorcsz = 1;
    id.msdbd = 1;
    std::copy_n(kSubsystem, std::char_traits<char>::length(kSubsystem), id.subnqn.begin());
    return id;
}

ControllerObservation healthy_controller(unsigned index, unsigned controllers,
                                         unsigned namespaces) {
    const unsigned array = index % 2;
    const auto cntlid = static_cast<std::uint16_t>(array * 1000 + 1 + index / 2);
    ControllerObservation out;
    out.transport = "tcp";
    out.traddr = "10." + std::to_string(array + 1) + ".0." + std::to_string(1 + index / 2);
    out.trsvcid = "4420";
    out.target = "tcp://10." + std::to_string(array + 1) + ".0.1:4420"; // has a discovery log
    out.name = "tcp://" + out.traddr + ":4420 controller " + std::to_string(cntlid);
    out.subsysnqn = kSubsystem;
    out.connection.hostnqn = kHost;
    out.connection.hostid = *nvme::parse_uuid("11111111-2222-4333-8444-555555555555");
    out.connection.cntlid = cntlid;
    out.connection.maxh2cdata = 131072;
    out.connection.cpda = 0;
    out.properties = {{nvme::property::cap, 0x000000203C01007FULL},
                      {nvme::property::vs, 0x00020100},
                      {nvme::property::cc, 0x00460001},
                      {nvme::property::csts, 1},
                      {nvme::property::crto, 0x00140014}};
    out.identify = Page::of(nvme::encode(healthy_identify(cntlid)));
    std::vector<std::uint32_t> nsids(namespaces);
    std::iota(nsids.begin(), nsids.end(), 1U);
    const std::uint32_t group = 1;
    nvme::AnaLog log;
    log.chgc = 7;
    if (namespaces != 0) {
        log.nagd = 1;
        const auto state = array == 0 ? nvme::AnaState::optimized : nvme::AnaState::non_optimized;
        log.groups = {{.agid = group,
                       .chgc = 7,
                       .state = state,
                       .state_byte = static_cast<std::uint8_t>(state),
                       .nsids = nsids}};
    }
    out.ana.log = Page::of(nvme::encode(log));
    out.ana.attempts = 1;
    for (const std::uint32_t nsid : nsids) {
        out.namespaces.push_back(healthy_namespace(nsid, group));
    }
    out.active_nsids = std::move(nsids);
    std::vector<std::uint16_t> cntlids;
    for (unsigned other = 0; other < controllers; ++other) {
        cntlids.push_back(static_cast<std::uint16_t>((other % 2) * 1000 + 1 + other / 2));
    }
    std::sort(cntlids.begin(), cntlids.end());
    out.controller_list = Page::of(nvme::encode_controller_list(cntlids));
    nvme::SupportedLogs logs;
    for (const std::size_t lid : {0x00U, 0x01U, 0x02U, 0x03U, 0x04U, 0x05U, 0x0CU}) {
        logs.lids[lid] = 1;
    }
    out.supported_logs = Page::of(nvme::encode(logs));
    nvme::Bytes events(4);
    nvme::store_le<std::uint32_t>(events, 0, 0x900);
    out.features[nvme::fid::async_event_configuration] = Page::of(events);
    return out;
}

/// Draws of all kinds from one generator.
class ObservationDice {
  public:
    explicit ObservationDice(std::mt19937_64& random) : random_(random) {}

    std::uint64_t below(std::uint64_t bound) {
        return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(random_);
    }
    bool one_in(unsigned count) { return below(count) == 0; }
    template <typename T>
    T any() {
        // Small values and all bits set turn up as often as anything else.
        switch (below(3)) {
        case 0:
            return static_cast<T>(below(8));
        case 1:
            return static_cast<T>(~std::uint64_t{0} - below(3));
        default:
            return static_cast<T>(random_());
        }
    }
    template <typename Make>
    auto list(unsigned most, Make make) {
        std::vector<decltype(make())> out(below(most + 1));
        std::generate(out.begin(), out.end(), make);
        return out;
    }
    nvme::Bytes bytes(std::size_t most) {
        nvme::Bytes out(below(most + 1));
        for (std::uint8_t& byte : out) {
            byte = one_in(3) ? 0 : any<std::uint8_t>();
        }
        return out;
    }
    /// Words for people, as whoever makes an observation writes them.
    std::string message() { return safe_text(text()); }
    std::string text() {
        static constexpr std::array<std::string_view, 9> kParts{
            "nqn.2014-08.org",        "\\x41", "\\",     "\xff\xfe",
            "\u00e9\u20ac\U0001F600", "\xc3",  "\"\n\t", "\x7f",
            " tcp://[fd00::1]:4420"};
        std::string out;
        for (std::uint64_t parts = below(4); parts > 0; --parts) {
            if (one_in(3)) {
                const nvme::Bytes raw = bytes(6);
                out.append(raw.begin(), raw.end());
            } else {
                out += kParts[below(kParts.size())];
            }
        }
        return out;
    }
    Page page(std::size_t most) {
        switch (below(5)) {
        case 0:
            return {};
        case 1:
            return Page::of_status({.value = static_cast<std::uint16_t>(below(0x8000))});
        case 2:
            return one_in(4) ? Page::of_budget(static_cast<BudgetPart>(below(3)))
                             : Page::of_failure(message());
        default: {
            nvme::Bytes content = bytes(std::min<std::size_t>(most, 300));
            if (most <= nvme::kIdentifySize) { // else a log
                content.resize(most);
            }
            return Page::of(content);
        }
        }
    }

  private:
    std::mt19937_64& random_;
};

std::vector<NamespaceObservation> random_namespaces(ObservationDice& dice) {
    std::vector<NamespaceObservation> out;
    std::uint32_t nsid = 0;
    for (std::uint64_t count = dice.below(4); count > 0; --count) {
        nsid += 1 + static_cast<std::uint32_t>(dice.below(0x20000000));
        out.push_back({.nsid = nsid,
                       .identify = dice.page(nvme::kIdentifySize),
                       .descriptors = dice.page(nvme::kIdentifySize),
                       .nvm = dice.page(nvme::kIdentifySize),
                       .independent = dice.page(nvme::kIdentifySize),
                       .controllers = dice.page(nvme::kIdentifySize)});
    }
    return out;
}

/// A log that names namespaces, or nonsense.
Page random_ana_log(ObservationDice& dice) {
    if (dice.one_in(3)) {
        return dice.page(100'000);
    }
    nvme::AnaLog log;
    log.chgc = dice.any<std::uint64_t>();
    log.groups = dice.list(3, [&dice] {
        const auto state = dice.any<std::uint8_t>();
        return nvme::AnaGroup{.agid = dice.any<std::uint32_t>(),
                              .chgc = dice.any<std::uint64_t>(),
                              .state = static_cast<nvme::AnaState>(state & 0xFU),
                              .state_byte = state,
                              .nsids = dice.list(4, [&dice] { return dice.any<std::uint32_t>(); })};
    });
    log.nagd = static_cast<std::uint16_t>(log.groups.size() + dice.below(2));
    return Page::of(nvme::encode(log));
}

ControllerObservation random_controller(ObservationDice& dice) {
    ControllerObservation out;
    for (std::string* text : {&out.name, &out.transport, &out.traddr, &out.trsvcid, &out.target,
                              &out.subsysnqn, &out.connection.hostnqn}) {
        *text = dice.text();
    }
    for (std::uint8_t& byte : out.connection.hostid) {
        byte = dice.any<std::uint8_t>();
    }
    out.connection.cntlid = dice.any<std::uint16_t>();
    out.connection.requested_cntlid = dice.any<std::uint16_t>();
    out.connection.header_digest = dice.one_in(2);
    out.connection.data_digest = dice.one_in(2);
    out.connection.sq_flow_control_disabled = dice.one_in(2);
    out.connection.maxh2cdata = dice.any<std::uint32_t>();
    if (dice.one_in(2)) {
        out.connection.cpda = dice.any<std::uint8_t>();
    }
    for (std::uint64_t count = dice.below(6); count > 0; --count) {
        out.properties[dice.any<std::uint32_t>()] = dice.any<std::uint64_t>();
    }
    out.identify = dice.page(nvme::kIdentifySize);
    out.io_command_sets = dice.page(nvme::kIdentifySize);
    out.controller_list = dice.page(nvme::kIdentifySize);
    out.supported_logs = dice.page(nvme::kSupportedLogsSize);
    out.nvm_controller = dice.page(nvme::kIdentifySize);
    out.commands_log = dice.page(nvme::kCommandsLogSize);
    out.firmware_log = dice.page(nvme::kFirmwareLogSize);
    out.allocated_nsids = dice.page(nvme::kIdentifySize);
    out.domain_list = dice.page(nvme::kIdentifySize);
    for (std::uint64_t count = dice.below(3); count > 0; --count) {
        const auto fid = dice.any<std::uint8_t>();
        out.features[fid] = dice.page(std::max(nvme::feature_data_bytes(fid), 4U));
    }
    out.ana = {
        .log = random_ana_log(dice), .stable = dice.one_in(2), .attempts = dice.any<unsigned>()};
    if (!dice.one_in(4)) {
        out.active_nsids = dice.list(5, [&dice] { return dice.any<std::uint32_t>(); });
    }
    out.active_problems = dice.list(2, [&dice] { return dice.message(); });
    out.namespaces = random_namespaces(dice);
    out.probed_cntlids = dice.list(3, [&dice] { return dice.any<std::uint16_t>(); });
    out.unread = dice.list(2, [&dice] { return dice.message(); });
    return out;
}

} // namespace

Observation healthy_pair(unsigned controllers, unsigned namespaces) {
    Observation out;
    out.observed_at = "2026-01-31T12:00:00Z";
    out.hostnqn = kHost;
    out.hostid = "11111111-2222-4333-8444-555555555555";
    for (unsigned index = 0; index < controllers; ++index) {
        out.controllers.push_back(healthy_controller(index, controllers, namespaces));
    }
    return out;
}

Observation random_observation(std::mt19937_64& random) {
    ObservationDice dice(random);
    Observation out;
    if (!dice.one_in(4)) {
        out.observed_at = "20" + std::to_string(10 + dice.below(90)) + "-01-31T12:34:56Z";
    }
    out.hostnqn = dice.text();
    out.hostid = dice.text();
    out.controllers = dice.list(3, [&dice] { return random_controller(dice); });
    out.discovery = dice.list(2, [&dice] {
        return DiscoveryObservation{.target = dice.text(),
                                    .address = dice.text(),
                                    .log = dice.page(100'000),
                                    .stable = dice.one_in(2)};
    });
    out.unobserved = dice.list(2, [&dice] {
        return Unobserved{.object = dice.text(),
                          .target = dice.text(),
                          .subsysnqn = dice.text(),
                          .error = dice.message(),
                          .host = dice.text(),
                          .reason = dice.one_in(2) ? UnobservedReason::timed_out
                                                   : UnobservedReason::canceled};
    });
    return out;
}

} // namespace haoh::test
