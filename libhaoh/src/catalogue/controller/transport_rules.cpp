// SPDX-License-Identifier: LGPL-2.1-or-later
// Fabrics attributes, properties, and what was negotiated with each connection.
#include "catalogue/catalogue.hpp"
#include "catalogue/cited_rows.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"

#include <algorithm>
#include <map>

namespace haoh::judge {

namespace {

using Id = nvme::IdentifyController;

/// The size of a capsule, in units of 16 bytes.
Answer capsule(const Subsystem& own, std::uint32_t size, std::uint32_t least) {
    if (own.nqn == nvme::kDiscoveryNqn) {
        return Answer::not_asked();
    }
    return size >= least ? Answer::holds() : Answer::broken(fmt::format("{}", size));
}

Answer command_capsule(const Controller& controller, const Subsystem& own) {
    constexpr std::uint32_t kEntry = 4; ///< of a submission queue
    return capsule(own, controller.id.ioccsz, kEntry);
}

Answer response_capsule(const Controller& controller, const Subsystem& own) {
    return capsule(own, controller.id.iorcsz, 1);
}

/// Properties of the transport only mean something within one transport.
template <auto Accessor>
std::optional<std::string> on_tcp(const Controller& controller) {
    return controller.observed->transport == "tcp" ? Accessor(controller) : std::nullopt;
}

Answer discovery_type(const Controller& controller, const Subsystem& own) {
    if (own.nqn == nvme::kDiscoveryNqn) {
        return Answer::not_asked();
    }
    return controller.id.dctype == 0 ? Answer::holds()
                                     : Answer::broken(fmt::format("{}", controller.id.dctype));
}

std::optional<std::string> command_sets_supported(const Controller& controller) {
    const auto cap = controller.capabilities();
    return cap ? std::optional{fmt::format("{:#x}", cap->css())} : std::nullopt;
}

Answer large_pages(const Controller& controller, const Subsystem& /*own*/) {
    const auto cap = controller.capabilities();
    if (!cap) {
        return no_property(controller);
    }
    return cap->mpsmin() == 0 ? Answer::holds()
                              : Answer::broken(fmt::format("{} bytes", cap->page_bytes()));
}

Answer ready_time(const Controller& controller, const Subsystem& /*own*/) {
    const auto cap = controller.capabilities();
    if (!cap) {
        return no_property(controller);
    }
    return cap->timeout_ms() == 0 ? Answer::broken("0 ms") : Answer::holds();
}

std::optional<std::string> subsystem_reset(const Controller& controller) {
    const auto cap = controller.capabilities();
    return cap ? std::optional{yes_or_no(cap->nssrs())} : std::nullopt;
}

Answer not_ready(const Controller& controller, const Subsystem& /*own*/) {
    constexpr std::uint64_t kReady = 0x1;
    constexpr std::uint64_t kFatal = 0x2;
    constexpr std::uint64_t kShutdown = 0xC;
    const auto csts = controller.observed->property(nvme::property::csts);
    if (!csts) {
        return no_property(controller);
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
        return Answer::holds();
    }
    return Answer::broken(fmt::format("CSTS {:#x}: {}", *csts, join_words(words)));
}

/// What a controller may offer, and the version that has it.
struct Offer {
    bool offered{};
    std::uint32_t needed{};
    std::string_view what;
};

Answer old_version(const Controller& controller, const Subsystem& /*own*/) {
    const std::array offers{
        Offer{.offered = (controller.id.ctratt & nvme::ctratt::multi_domain) != 0,
              .needed = version_number(2, 0),
              .what = "domains"},
        Offer{.offered = controller.ana(), .needed = version_number(1, 3), .what = "ANA"},
        Offer{.offered = (controller.id.oncs & nvme::oncs::reservations) != 0,
              .needed = version_number(1, 3),
              .what = "reservations over several hosts"},
        Offer{.offered = true, .needed = version_number(1, 2, 1), .what = "fabrics"},
    };
    const std::uint32_t version = controller.version();
    if (version == 0) {
        return Answer::unknown();
    }
    const auto* const missing =
        std::find_if(offers.begin(), offers.end(), [version](const Offer& offer) {
            return offer.offered && version < offer.needed;
        });
    if (missing == offers.end()) {
        return Answer::holds();
    }
    return Answer::broken(fmt::format("{}, {} need {}", format_version(version), missing->what,
                                      format_version(missing->needed)));
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
    if (values.size() > 1) {
        findings.judged(kConnHostnqnHostidSame);
    }
    if (!torn) {
        return;
    }
    group_values(values);
    findings.add({.row = kConnHostnqnHostidSame,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = "one host connected under different identities",
                  .values = std::move(values),
                  .verdict = {}});
}

/// What is not known of a connection was not asked for: it is that of a kernel.
const Page* connection_page(const Controller& /*controller*/) {
    return nullptr;
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

constexpr Row kCtrlIoccszMin{
    .rule = {.id = "ctrl.ioccsz.min",
             .title = "A command capsule holds a command (IOCCSZ)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.1 Figure 312: at least 4 (64 bytes); Linux from 6.8 on refuses less",
             .why =
                 "Linux from 6.8 on refuses the controller: every path to this array is missing.",
             .fix = "Array: report IOCCSZ of at least 4."},
    .judge = CheckController{.clause = "IOCCSZ is less than 4", .ask = command_capsule}};

constexpr Row kCtrlIoccszEqualTransport{
    .rule = {.id = "ctrl.ioccsz.equal_transport",
             .title = "In-capsule data is the same on all controllers (IOCCSZ)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "practice, within one transport",
             .why = "Small writes take one more round trip on the array that accepts less data "
                    "in the capsule: its latency is higher.",
             .fix = "Array: configure the same in-capsule data size (nvmet: "
                    "param_inline_data_size)."},
    .judge = EqualControllers{
        .fields = {{{"command capsule size (IOCCSZ)", "ioccsz", on_tcp<decimal<&Id::ioccsz>>}}}}};

constexpr Row kCtrlIcdoff{
    .rule = {.id = "ctrl.icdoff",
             .title = "The in-capsule data offset is the same (ICDOFF)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::loss,
             .verdict = Verdict::warn,
             .basis = "practice, within one transport",
             .why = "Hosts that support no offset refuse the array that has one.",
             .fix = "Array: report ICDOFF 0."},
    .judge = EqualControllers{
        .fields = {{{"in-capsule data offset (ICDOFF)", "icdoff", on_tcp<decimal<&Id::icdoff>>}}}}};

constexpr Row kCtrlSglsEqual{
    .rule = {.id = "ctrl.sgls.equal",
             .title = "SGL support is the same within one transport (SGLS)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "practice, within one transport",
             .why = "Hosts take different ways to the data of the two arrays, with different "
                    "cost.",
             .fix = "Array: report the same SGLS on both arrays."},
    .judge = EqualControllers{
        .fields = {{{"SGL support (SGLS)", "sgls", on_tcp<hexadecimal<&Id::sgls>>}}}}};

constexpr Row kCtrlOfcsEqual{
    .rule = {.id = "ctrl.ofcs.equal",
             .title = "Disconnect of queues is supported alike (OFCS)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::management,
             .verdict = Verdict::warn,
             .basis = "practice",
             .why = "A host ends queues in an orderly way on one array only.",
             .fix = "Array: support the Disconnect command on both arrays or on neither."},
    .judge =
        EqualControllers{.fields = {{{"Disconnect (OFCS bit 0)", "ofcs", flag<&Id::ofcs, 1U>}}}}};

constexpr Row kPropCapCssEqual{
    .rule = {.id = "prop.cap.css.equal",
             .title = "Supported command sets are the same (CAP.CSS)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §3.1.3.1, §5.2.13.2.3",
             .why = "Hosts enable the arrays in different ways and read different identifiers "
                    "of the same namespace.",
             .fix = "Array: report the same CAP.CSS on both arrays."},
    .judge = EqualControllers{
        .fields = {{{"command sets (CAP.CSS)", "", command_sets_supported, property_page}}}}};

constexpr Row kPropCapMps{
    .rule = {.id = "prop.cap.mps",
             .title = "Memory pages of 4 KiB are supported (CAP.MPSMIN)",
             .rule_class = RuleClass::int_,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "practice; Linux refuses controllers whose smallest page is larger than "
                      "its own",
             .why = "Hosts with pages of 4 KiB cannot use the array.",
             .fix = "Array: report CAP.MPSMIN 0."},
    .judge =
        CheckController{.clause = "smallest memory page larger than 4 KiB", .ask = large_pages}};

constexpr Row kPropCapToCrtoPlausible{
    .rule = {.id = "prop.cap.to_crto.plausible",
             .title = "The time to become ready is given (CAP.TO)",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §3.1.4: hosts wait that long for CSTS.RDY",
             .why = "A host may give up before the controller is ready, which delays the way "
                    "back after a failover.",
             .fix = "Array: report the time that enabling takes at worst."},
    .judge = CheckController{.clause = "CAP.TO is 0", .ask = ready_time}};

constexpr Row kPropCapNssrsNsses{
    .rule = {.id = "prop.cap.nssrs_nsses",
             .title = "NVM subsystem reset is supported alike (CAP.NSSRS)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::loss,
             .verdict = Verdict::warn,
             .basis = "practice: the reset is of the whole subsystem, which is both arrays",
             .why = "A subsystem reset through one array takes paths away that the other array "
                    "was to keep.",
             .fix = "Array: do not support NVM subsystem reset for a stretched subsystem."},
    .judge = EqualControllers{
        .fields = {{{"NVM subsystem reset (CAP.NSSRS)", "", subsystem_reset, property_page}}}}};

constexpr Row kPropCstsReadyNofatal{
    .rule = {.id = "prop.csts.ready_nofatal",
             .title = "The controller is ready and has no fatal status",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §3.1.4, §3.2.5.2: a controller may give up when reservations "
                      "cannot be synchronised",
             .why = "The controller serves no I/O.",
             .fix = "Array: find out why the controller gave up; look at the link between the "
                    "arrays. Host: the kernel resets such a controller when it notices."},
    .judge = CheckController{.clause = "controller not ready", .ask = not_ready}};

constexpr Row kPropVsSupported{
    .rule = {.id = "prop.vs.supported",
             .title = "The version is new enough for what the controller offers",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §1, Figure 335",
             .why = "Hosts that go by the version do not use the feature, or do not read the "
                    "fields that belong to it.",
             .fix = "Array: report the version that the implementation follows."},
    .judge = CheckController{.clause = "version too old for what is offered", .ask = old_version}};

constexpr Row kConnSqflowDigestTlsEqual{
    .rule = {.id = "conn.sqflow_digest_tls.equal",
             .title = "All connections have the same digests and flow control",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "practice",
             .why = "Data is protected against corruption on the wire to one array and not to "
                    "the other.",
             .fix = "Array: allow header and data digests on both arrays. Host: ask for the same "
                    "on both."},
    .judge = EqualControllers{
        .fields = {{{"header digest", "", negotiated<&Connection::header_digest>, connection_page},
                    {"data digest", "", negotiated<&Connection::data_digest>, connection_page},
                    {"flow control disabled", "", negotiated<&Connection::sq_flow_control_disabled>,
                     connection_page}}}}};

constexpr Row kCtrlIorcszMin{
    .rule = {.id = "ctrl.iorcsz.min",
             .title = "A response capsule holds a completion (IORCSZ)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.1 Figure 312: at least 1 (16 bytes); Linux from 6.8 on refuses less",
             .why =
                 "Linux from 6.8 on refuses the controller: every path to this array is missing.",
             .fix = "Array: report IORCSZ of at least 1."},
    .judge = CheckController{.clause = "IORCSZ is 0", .ask = response_capsule},
    .fields = {"iorcsz"}};

constexpr Row kCtrlDctype{
    .rule = {.id = "ctrl.dctype",
             .title = "An I/O controller names no discovery controller type (DCTYPE)",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.1 Figure 312: for discovery controllers only",
             .why = "The controller contradicts its own type.",
             .fix = "Array: report DCTYPE 0 on I/O controllers."},
    .judge = CheckController{.clause = "DCTYPE on an I/O controller", .ask = discovery_type},
    .fields = {"dctype"}};

constexpr Row kConnTransportNotMixed{
    .rule = {.id = "conn.transport.not_mixed",
             .title = "One transport leads to the subsystem",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "practice; VMware does not support one namespace over several transports",
             .why = "Latency and error handling differ by path, and some hosts refuse the mix.",
             .fix = "Host: connect both arrays over the same transport."},
    .judge = EqualControllers{.fields = {{{"transport", "", transport, connection_page}}}},
    .fields = {"ioccsz", "icdoff", "sgls"}};

} // namespace

constexpr Row kConnHostnqnHostidSame{
    .rule = {.id = "conn.hostnqn_hostid.same",
             .title = "A host NQN and a host ID belong together on all paths",
             .rule_class = RuleClass::eqs,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §5.2.26.1.32, §8.1.24; Linux \"found same hostid but different "
                      "hostnqn\"",
             .why = "Reservations go by the host ID: a host with two of them fences itself, and "
                    "two hosts with one are not fenced from each other.",
             .fix = "Host: use one pair of host NQN and host ID (/etc/nvme/hostnqn and hostid) "
                    "for all connections."},
    .judge = JudgeSubsystem{judge_host}};

namespace {

constexpr std::array kTransportRows{&kCtrlIoccszMin,
                                    &kCtrlIorcszMin,
                                    &kCtrlIoccszEqualTransport,
                                    &kCtrlIcdoff,
                                    &kCtrlSglsEqual,
                                    &kCtrlOfcsEqual,
                                    &kCtrlDctype,
                                    &kPropCapCssEqual,
                                    &kPropCapMps,
                                    &kPropCapToCrtoPlausible,
                                    &kPropCapNssrsNsses,
                                    &kPropCstsReadyNofatal,
                                    &kPropVsSupported,
                                    &kConnHostnqnHostidSame,
                                    &kConnSqflowDigestTlsEqual,
                                    &kConnTransportNotMixed};

} // namespace

std::span<const Row* const> transport_rows() {
    return kTransportRows;
}

} // namespace haoh::judge
