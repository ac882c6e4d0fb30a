// SPDX-License-Identifier: LGPL-2.1-or-later
// Fabrics attributes, properties, and what was negotiated with each connection.
#include "compare.hpp"
#include "fields.hpp"

#include <algorithm>
#include <map>

namespace haoh::judge {

namespace {

using Id = nvme::IdentifyController;

std::optional<std::string> command_capsule(const Controller& controller, const Subsystem& own) {
    constexpr std::uint32_t kLeast = 4; ///< units of 16 bytes: one submission queue entry
    if (controller.id.ioccsz >= kLeast || own.nqn == nvme::kDiscoveryNqn) {
        return std::nullopt;
    }
    return fmt::format("{}", controller.id.ioccsz);
}

std::optional<std::string> response_capsule(const Controller& controller, const Subsystem& own) {
    if (controller.id.iorcsz >= 1 || own.nqn == nvme::kDiscoveryNqn) {
        return std::nullopt;
    }
    return fmt::format("{}", controller.id.iorcsz);
}

/// Properties of the transport only mean something within one transport.
template <auto Accessor>
std::optional<std::string> on_tcp(const Controller& controller) {
    return controller.observed->transport == "tcp" ? Accessor(controller) : std::nullopt;
}

std::optional<std::string> discovery_type(const Controller& controller, const Subsystem& own) {
    if (controller.id.dctype == 0 || own.nqn == nvme::kDiscoveryNqn) {
        return std::nullopt;
    }
    return fmt::format("{}", controller.id.dctype);
}

std::optional<std::string> command_sets_supported(const Controller& controller) {
    const auto cap = controller.capabilities();
    return cap ? std::optional{fmt::format("{:#x}", cap->css())} : std::nullopt;
}

std::optional<std::string> large_pages(const Controller& controller, const Subsystem& /*own*/) {
    const auto cap = controller.capabilities();
    if (!cap || cap->mpsmin() == 0) {
        return std::nullopt;
    }
    return fmt::format("{} bytes", cap->page_bytes());
}

std::optional<std::string> ready_time(const Controller& controller, const Subsystem& /*own*/) {
    const auto cap = controller.capabilities();
    return cap && cap->timeout_ms() == 0 ? std::optional<std::string>{"0 ms"} : std::nullopt;
}

std::optional<std::string> subsystem_reset(const Controller& controller) {
    const auto cap = controller.capabilities();
    return cap ? std::optional{yes_or_no(cap->nssrs())} : std::nullopt;
}

std::optional<std::string> not_ready(const Controller& controller, const Subsystem& /*own*/) {
    constexpr std::uint64_t kReady = 0x1;
    constexpr std::uint64_t kFatal = 0x2;
    constexpr std::uint64_t kShutdown = 0xC;
    const auto csts = controller.observed->property(nvme::property::csts);
    if (!csts) {
        return std::nullopt;
    }
    std::vector<std::string> words;
    if ((*csts & kFatal) != 0) {
        words.emplace_back("fatal status (CFS)");
    }
    if ((*csts & kShutdown) != 0) {
        words.emplace_back("shutting down (SHST)");
    }
    if ((*csts & kReady) == 0) {
        words.emplace_back("not ready (RDY)");
    }
    if (words.empty()) {
        return std::nullopt;
    }
    return fmt::format("CSTS {:#x}: {}", *csts, join_words(words));
}

std::optional<std::string> old_version(const Controller& controller, const Subsystem& /*own*/) {
    const std::uint32_t version = controller.version();
    if (version == 0) {
        return std::nullopt;
    }
    const auto below = [version](std::uint32_t needed, std::string_view what) {
        return version < needed
                   ? std::optional{fmt::format("{}, {} need {}", format_version(version), what,
                                               format_version(needed))}
                   : std::nullopt;
    };
    std::optional<std::string> defect;
    if ((controller.id.ctratt & nvme::ctratt::multi_domain) != 0) {
        defect = below(version_number(2, 0), "domains");
    }
    if (!defect && controller.ana()) {
        defect = below(version_number(1, 3), "ANA");
    }
    if (!defect && (controller.id.oncs & nvme::oncs::reservations) != 0) {
        defect = below(version_number(1, 3), "reservations over several hosts");
    }
    if (!defect) {
        defect = below(version_number(1, 2, 1), "fabrics");
    }
    return defect;
}

/// One host NQN goes with one host ID and the other way round; different hosts may be merged into
/// one observation.
void judge_host(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    std::map<std::string, std::string> id_of_nqn;
    std::map<std::string, std::string> nqn_of_id;
    bool torn = false;
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        const Connection& connection = controller->observed->connection;
        if (connection.hostnqn.empty()) {
            continue;
        }
        const std::string id = nvme::format_uuid(connection.hostid);
        torn = torn || id_of_nqn.try_emplace(connection.hostnqn, id).first->second != id ||
               nqn_of_id.try_emplace(id, connection.hostnqn).first->second != connection.hostnqn;
        values.push_back(value_of(*controller, fmt::format("{} {}", connection.hostnqn, id)));
    }
    if (!torn) {
        return;
    }
    group_values(values);
    findings.add({.rule = "conn.hostnqn_hostid.same",
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = "one host connected under different identities",
                  .values = std::move(values),
                  .verdict = {}});
}

template <auto Member>
std::optional<std::string> negotiated(const Controller& controller) {
    if (controller.observed->connection.hostnqn.empty()) {
        return std::nullopt;
    }
    return yes_or_no(controller.observed->connection.*Member);
}

std::optional<std::string> transport(const Controller& controller) {
    const std::string& name = controller.observed->transport;
    return name.empty() ? std::nullopt : std::optional{name};
}

constexpr std::array kTransportRows{
    Row{.rule = {.id = "ctrl.ioccsz.min",
                 .title = "A command capsule holds a command (IOCCSZ)",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.1 Figure 312: at least 4 (64 bytes); Linux refuses less",
                 .why = "Linux refuses the controller: every path to this array is missing.",
                 .fix = "Array: report IOCCSZ of at least 4."},
        .judge = CheckController{.clause = "IOCCSZ is less than 4", .defect = command_capsule}},
    Row{.rule = {.id = "ctrl.iorcsz.min",
                 .title = "A response capsule holds a completion (IORCSZ)",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.1 Figure 312: at least 1 (16 bytes); Linux refuses less",
                 .why = "Linux refuses the controller: every path to this array is missing.",
                 .fix = "Array: report IORCSZ of at least 1."},
        .judge = CheckController{.clause = "IORCSZ is 0", .defect = response_capsule}},
    Row{.rule = {.id = "ctrl.ioccsz.equal_transport",
                 .title = "In-capsule data is the same on all controllers (IOCCSZ)",
                 .rule_class = RuleClass::eqs,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "practice, within one transport",
                 .why = "Small writes take one more round trip on the array that accepts less data "
                        "in the capsule: its latency is higher.",
                 .fix = "Array: configure the same in-capsule data size (nvmet: "
                        "param_inline_data_size)."},
        .judge = EqualControllers{.fields = {{{"command capsule size (IOCCSZ)", "ioccsz",
                                               on_tcp<decimal<&Id::ioccsz>>}}}}},
    Row{.rule = {.id = "ctrl.icdoff",
                 .title = "The in-capsule data offset is the same (ICDOFF)",
                 .rule_class = RuleClass::eqs,
                 .severity = Severity::loss,
                 .verdict = Verdict::warn,
                 .basis = "practice, within one transport",
                 .why = "Hosts that support no offset refuse the array that has one.",
                 .fix = "Array: report ICDOFF 0."},
        .judge = EqualControllers{.fields = {{{"in-capsule data offset (ICDOFF)", "icdoff",
                                               on_tcp<decimal<&Id::icdoff>>}}}}},
    Row{.rule = {.id = "ctrl.sgls.equal",
                 .title = "SGL support is the same within one transport (SGLS)",
                 .rule_class = RuleClass::eqs,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "practice, within one transport",
                 .why = "Hosts take different ways to the data of the two arrays, with different "
                        "cost.",
                 .fix = "Array: report the same SGLS on both arrays."},
        .judge = EqualControllers{.fields = {{{"SGL support (SGLS)", "sgls",
                                               on_tcp<hexadecimal<&Id::sgls>>}}}}},
    Row{.rule = {.id = "ctrl.ofcs.equal",
                 .title = "Disconnect of queues is supported alike (OFCS)",
                 .rule_class = RuleClass::eqs,
                 .severity = Severity::management,
                 .verdict = Verdict::warn,
                 .basis = "practice",
                 .why = "A host ends queues in an orderly way on one array only.",
                 .fix = "Array: support the Disconnect command on both arrays or on neither."},
        .judge = EqualControllers{.fields = {{{"Disconnect (OFCS bit 0)", "ofcs",
                                               flag<&Id::ofcs, 1U>}}}}},
    Row{.rule = {.id = "ctrl.dctype",
                 .title = "An I/O controller names no discovery controller type (DCTYPE)",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::management,
                 .verdict = Verdict::note,
                 .basis = "Base 2.1 Figure 312: for discovery controllers only",
                 .why = "The controller contradicts its own type.",
                 .fix = "Array: report DCTYPE 0 on I/O controllers."},
        .judge =
            CheckController{.clause = "DCTYPE on an I/O controller", .defect = discovery_type}},
    Row{.rule = {.id = "prop.cap.css.equal",
                 .title = "Supported command sets are the same (CAP.CSS)",
                 .rule_class = RuleClass::eqs,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §3.1.3.1, §5.2.13.2.3",
                 .why = "Hosts enable the arrays in different ways and read different identifiers "
                        "of the same namespace.",
                 .fix = "Array: report the same CAP.CSS on both arrays."},
        .judge =
            EqualControllers{.fields = {{{"command sets (CAP.CSS)", "", command_sets_supported}}}}},
    Row{.rule = {.id = "prop.cap.mps",
                 .title = "Memory pages of 4 KiB are supported (CAP.MPSMIN)",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "practice; Linux refuses controllers whose smallest page is larger than "
                          "its own",
                 .why = "Hosts with pages of 4 KiB cannot use the array.",
                 .fix = "Array: report CAP.MPSMIN 0."},
        .judge = CheckController{.clause = "smallest memory page larger than 4 KiB",
                                 .defect = large_pages}},
    Row{.rule = {.id = "prop.cap.to_crto.plausible",
                 .title = "The time to become ready is given (CAP.TO)",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::management,
                 .verdict = Verdict::note,
                 .basis = "Base 2.3 §3.1.4: hosts wait that long for CSTS.RDY",
                 .why = "A host may give up before the controller is ready, which delays the way "
                        "back after a failover.",
                 .fix = "Array: report the time that enabling takes at worst."},
        .judge = CheckController{.clause = "CAP.TO is 0", .defect = ready_time}},
    Row{.rule = {.id = "prop.cap.nssrs_nsses",
                 .title = "NVM subsystem reset is supported alike (CAP.NSSRS)",
                 .rule_class = RuleClass::eqs,
                 .severity = Severity::loss,
                 .verdict = Verdict::warn,
                 .basis = "practice: the reset is of the whole subsystem, which is both arrays",
                 .why = "A subsystem reset through one array takes paths away that the other array "
                        "was to keep.",
                 .fix = "Array: do not support NVM subsystem reset for a stretched subsystem."},
        .judge = EqualControllers{.fields = {{{"NVM subsystem reset (CAP.NSSRS)", "",
                                               subsystem_reset}}}}},
    Row{.rule = {.id = "prop.csts.ready_nofatal",
                 .title = "The controller is ready and has no fatal status",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §3.1.4, §3.2.5.2: a controller may give up when reservations "
                          "cannot be synchronised",
                 .why = "The controller serves no I/O.",
                 .fix = "Array: find out why the controller gave up; look at the link between the "
                        "arrays. Host: the kernel resets such a controller when it notices."},
        .judge = CheckController{.clause = "controller not ready", .defect = not_ready}},
    Row{.rule = {.id = "prop.vs.supported",
                 .title = "The version is new enough for what the controller offers",
                 .rule_class = RuleClass::xrf,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "Base 2.3 §1, Figure 335",
                 .why = "Hosts that go by the version do not use the feature, or do not read the "
                        "fields that belong to it.",
                 .fix = "Array: report the version that the implementation follows."},
        .judge = CheckController{.clause = "version too old for what is offered",
                                 .defect = old_version}},
    Row{.rule = {.id = "conn.hostnqn_hostid.same",
                 .title = "A host NQN and a host ID belong together on all paths",
                 .rule_class = RuleClass::eqs,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §5.2.26.1.32, §8.1.24; Linux \"found same hostid but different "
                          "hostnqn\"",
                 .why =
                     "Reservations go by the host ID: a host with two of them fences itself, and "
                     "two hosts with one are not fenced from each other.",
                 .fix = "Host: use one pair of host NQN and host ID (/etc/nvme/hostnqn and hostid) "
                        "for all connections."},
        .judge = JudgeSubsystem{judge_host}},
    Row{.rule = {.id = "conn.sqflow_digest_tls.equal",
                 .title = "All connections have the same digests and flow control",
                 .rule_class = RuleClass::eqs,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "practice",
                 .why = "Data is protected against corruption on the wire to one array and not to "
                        "the other.",
                 .fix =
                     "Array: allow header and data digests on both arrays. Host: ask for the same "
                     "on both."},
        .judge =
            EqualControllers{
                .fields = {{{"header digest", "", negotiated<&Connection::header_digest>},
                            {"data digest", "", negotiated<&Connection::data_digest>},
                            {"flow control disabled",
                             "", negotiated<&Connection::sq_flow_control_disabled>}}}}},
    Row{.rule = {.id = "conn.transport.not_mixed",
                 .title = "One transport leads to the subsystem",
                 .rule_class = RuleClass::eqs,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "practice; VMware does not support one namespace over several transports",
                 .why = "Latency and error handling differ by path, and some hosts refuse the mix.",
                 .fix = "Host: connect both arrays over the same transport."},
        .judge = EqualControllers{.fields = {{{"transport", "", transport}}}}},
};

} // namespace

std::span<const Row> transport_rows() {
    return kTransportRows;
}

} // namespace haoh::judge
