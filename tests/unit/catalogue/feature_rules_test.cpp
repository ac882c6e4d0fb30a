// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

#include <haoh/nvme/command.hpp>

namespace haoh::test {

namespace {

std::function<void(ControllerObservation&)> feature(std::uint8_t fid, std::uint32_t value) {
    return [fid, value](ControllerObservation& out) {
        nvme::Bytes bytes(4);
        nvme::store_le(bytes, 0, value);
        out.features[fid] = Page::of(bytes);
    };
}

using ControllerEdit = std::function<void(ControllerObservation&)>;

/// As a kernel reads it, over its own connection.
ControllerEdit through_kernel(const ControllerEdit& edit) {
    return [edit](ControllerObservation& out) {
        out.host = "alpha";
        out.connection = {};
        edit(out);
    };
}

ControllerEdit known_as(std::uint8_t byte) {
    return [byte](ControllerObservation& out) {
        out.features[nvme::fid::host_id] =
            byte == 0 ? Page::of(out.connection.hostid) : Page::of(nvme::Bytes(16, byte));
    };
}

/// Extended formats, enabled or not by the host.
void extended_formats(Node& node, bool enabled) {
    node.id.ctratt |= nvme::ctratt::extended_lba_formats;
    node.edit = [enabled](ControllerObservation& out) {
        out.features[nvme::fid::host_behavior] =
            Page::of(nvme::Bytes{1, 0, static_cast<std::uint8_t>(enabled ? 1 : 0)});
    };
}

/// What a controller needs to have others reset.
void reset_fields(Node& node) {
    node.id.ccrl = 4;
    node.id.ciu = 1;
    node.id.cirn[0] = static_cast<std::uint8_t>(node.id.cntlid);
    node.id.cqt = 5000;
}

/// A discovery controller that a kernel keeps, and what it enabled.
Pair with_discovery_controller(std::uint32_t enabled) {
    Pair pair(1, 1);
    pair.b.clear();
    Node& node = pair.a.front();
    node.remove(1);
    node.nqn(std::string(nvme::kDiscoveryNqn));
    node.id.cntrltype = static_cast<std::uint8_t>(nvme::ControllerType::discovery);
    node.id.oaes = nvme::oaes::discovery_log_change;
    node.id.dctype = 1;
    node.id.cmic = 0;
    node.edit = through_kernel([enabled](ControllerObservation& out) {
        out.ana = {};
        feature(nvme::fid::async_event_configuration, enabled)(out);
    });
    return pair;
}

std::vector<Case> cases_of_hosts() {
    return {
        {"EventsThatAKernelDidNotGet",
         [](Pair& pair) {
             pair.on_a([](Node& node) {
                 node.edit = through_kernel(feature(nvme::fid::async_event_configuration, 0x900));
             });
             pair.on_b([](Node& node) {
                 node.edit = through_kernel(feature(nvme::fid::async_event_configuration, 0x100));
             });
         },
         {"WARN feat.aen_config.enabled"},
         {{"feat.aen_config.enabled", Severity::degraded, "", "OAES 0x900, feature 0Bh 0x100"}}},
        {"EventsOfAConnectionThatIsOnlyForReading",
         [](Pair& pair) {
             pair.on_b(
                 [](Node& node) { node.edit = feature(nvme::fid::async_event_configuration, 0); });
         },
         {}},
        {"EventsThatAreNotOffered",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 node.id.oaes = nvme::oaes::ana_change;
                 node.edit = through_kernel(feature(nvme::fid::async_event_configuration, 0x800));
             });
         },
         {}},
        {"ADiscoveryControllerThatTellsOfNoChange",
         [](Pair& pair) { pair = with_discovery_controller(0); },
         {"WARN disc.aen.enabled"}},
        {"ADiscoveryControllerThatTellsOfChanges",
         [](Pair& pair) { pair = with_discovery_controller(nvme::oaes::discovery_log_change); },
         {}},
        {"AHostThatIsTakenForAnother",
         [](Pair& pair) {
             pair.on_a([](Node& node) { node.edit = known_as(0); });
             pair.on_b([](Node& node) { node.edit = known_as(9); });
         },
         {"FAIL feat.hostid.same"},
         {{"feat.hostid.same", Severity::corruption, "",
           "09090909-0909-0909-0909-090909090909, connected as "
           "11111111-2222-4333-8444-555555555555"}}},
        {"AHostThatIsKnown",
         [](Pair& pair) { pair.on_both([](Node& node) { node.edit = known_as(0); }); },
         {}},
        {"ExtendedFormatsOfOneArray",
         [](Pair& pair) {
             pair.on_a([](Node& node) { extended_formats(node, true); });
             pair.on_b([](Node& node) { extended_formats(node, false); });
         },
         {"WARN feat.hostbehavior.equal"},
         {{"feat.hostbehavior.equal", Severity::corruption, "enabled", "disabled"}}},
        {"ExtendedFormatsOfOneHostOfTwo",
         [](Pair& pair) {
             pair.on_a([](Node& node) { extended_formats(node, true); });
             pair.on_b([](Node& node) {
                 extended_formats(node, false);
                 node.edit = [edit = node.edit](ControllerObservation& out) {
                     out.host = "beta";
                     edit(out);
                 };
             });
         },
         {}},
        {"ResetsOfOthersOnOneArray",
         [](Pair& pair) { pair.on_b(reset_fields); },
         {"WARN ccr.support.equal", "WARN feat.cqt.equal"},
         {{"ccr.support.equal", Severity::degraded, "no", "yes"}}},
        {"ResetsOfOthersWithoutAnInstance",
         [](Pair& pair) {
             pair.on_both(reset_fields);
             pair.on_b([](Node& node) {
                 node.id.ciu = 0;
                 node.id.cirn = {};
             });
         },
         {"WARN ccr.fields_present"},
         {{"ccr.fields_present", Severity::degraded, "", "CCRL 4, CIU 0, CIRN 0"}}},
        {"ResetsOfOthersEverywhere", [](Pair& pair) { pair.on_both(reset_fields); }, {}},
    };
}

} // namespace

std::vector<Case> feature_cases() {
    std::vector<Case> out = cases_of_hosts();
    const std::vector<Case> times{
        {"KeepAliveTimeoutsThatDiffer",
         [](Pair& pair) {
             pair.on_b([](Node& node) { node.edit = feature(nvme::fid::keep_alive_timer, 15000); });
         },
         {"WARN feat.kato.equal"}},
        {"NoKeepAliveTimeout",
         [](Pair& pair) {
             pair.on_b([](Node& node) { node.edit = feature(nvme::fid::keep_alive_timer, 0); });
         },
         {"WARN feat.kato.nonzero"},
         {{"feat.kato.nonzero", Severity::degraded, "", "0 ms"}}},
        {"AKeepAliveTimeoutBetweenItsSteps",
         [](Pair& pair) {
             pair.on_both(
                 [](Node& node) { node.edit = feature(nvme::fid::keep_alive_timer, 10500); });
         },
         {"NOTE feat.kato.granularity"}},
        {"QuiesceTimesThatDiffer",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.cqt = 10000; }); },
         {"WARN feat.cqt.equal"}},
        {"AWriteCacheThatIsEnabledOnOneArray",
         [](Pair& pair) {
             pair.on_a([](Node& node) { node.edit = feature(nvme::fid::volatile_write_cache, 0); });
             pair.on_b([](Node& node) { node.edit = feature(nvme::fid::volatile_write_cache, 1); });
         },
         {"WARN feat.vwc.equal"}},
        {"LimitsOfResetsThatDiffer",
         [](Pair& pair) {
             pair.on_both(reset_fields);
             pair.on_b([](Node& node) { node.id.ccrl = 8; });
         },
         {"NOTE ccr.limit"},
         {{"ccr.limit", Severity::management, "4", "8"}}},
    };
    out.insert(out.end(), times.begin(), times.end());
    return out;
}

} // namespace haoh::test
