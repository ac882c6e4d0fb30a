// SPDX-License-Identifier: LGPL-2.1-or-later
// Fabrics attributes, and what was negotiated with each connection.
#include "catalogue/catalogue.hpp"
#include "catalogue/cited_rows.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/kernel_effects.hpp"

#include <algorithm>
#include <map>

namespace haoh::judge {

namespace {

using Id = nvme::IdentifyController;

// The row is below the functions.
extern const Row kConnAuthDhchapEqual;

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

Answer in_capsule_offset(const Controller& controller, const Subsystem& /*own*/) {
    if (controller.observed->known_transport() == Transport::pcie) {
        return Answer::not_asked();
    }
    return controller.id.icdoff == 0 ? Answer::holds()
                                     : Answer::broken(fmt::format("{}", controller.id.icdoff));
}

/// What Linux asks of SGLS over a transport: any support (TCP, FC), or keyed descriptors (RDMA).
std::optional<std::uint32_t> wanted_sgls(const Controller& controller) {
    constexpr std::uint32_t kAny = 0x3;
    constexpr std::uint32_t kKeyed = 0x4;
    switch (controller.observed->known_transport()) {
    case Transport::rdma:
        return kKeyed;
    case Transport::tcp:
    case Transport::fibre_channel:
        return kAny;
    case Transport::unknown:
    case Transport::pcie:
    case Transport::apple:
    case Transport::loop:
        break;
    }
    return std::nullopt;
}

bool lacks_sgls(const Controller& controller) {
    const auto wanted = wanted_sgls(controller);
    return wanted && (controller.id.sgls & *wanted) == 0;
}

Answer no_sgls(const Controller& controller, const Subsystem& /*own*/) {
    if (!wanted_sgls(controller)) {
        return Answer::not_asked();
    }
    return lacks_sgls(controller) ? Answer::broken(fmt::format("{:#x}", controller.id.sgls))
                                  : Answer::holds();
}

/// Properties of the transport only mean something within one transport.
template <auto Accessor>
std::optional<std::string> on_tcp(const Controller& controller) {
    return controller.observed->known_transport() == Transport::tcp ? Accessor(controller)
                                                                    : std::nullopt;
}

/// SGLS of a controller that has what its transport takes: the rest is told of no SGLs.
std::optional<std::string> sgls(const Controller& controller) {
    return lacks_sgls(controller) ? std::nullopt : on_tcp<hexadecimal<&Id::sgls>>(controller);
}

Answer data_alignment(const Controller& controller, const Subsystem& /*own*/) {
    const auto& cpda = controller.observed->connection.cpda;
    if (!cpda) {
        return Answer::not_asked();
    }
    return *cpda == 0 ? Answer::holds()
                      : Answer::broken(fmt::format("{} ({} bytes)", *cpda, (*cpda + 1) * 4));
}

Answer discovery_type(const Controller& controller, const Subsystem& own) {
    if (own.nqn == nvme::kDiscoveryNqn) {
        return Answer::not_asked();
    }
    return controller.id.dctype == 0 ? Answer::holds()
                                     : Answer::broken(fmt::format("{}", controller.id.dctype));
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

/// Ports that let this host in without authentication beside such that demand it. Of a kernel's
/// connections it is not known.
void judge_authentication(const Subsystem& subsystem, const Subject& subject, Findings& findings) {
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        if (controller->asked_directly()) {
            values.push_back(value_of(*controller, "demands none"));
        }
    }
    if (values.empty()) {
        return;
    }
    std::vector<std::string> demanding;
    for (const Unobserved& missing : subject.observation->unobserved) {
        if (missing.reason == UnobservedReason::not_authenticated && missing.host.empty() &&
            missing.subsysnqn == subsystem.nqn) {
            demanding.push_back(missing.object);
        }
    }
    if (values.size() + demanding.size() > 1) {
        findings.judged(kConnAuthDhchapEqual);
    }
    if (demanding.empty()) {
        return;
    }
    group_values(values);
    constexpr std::size_t kShown = 4;
    const std::size_t more = demanding.size() - std::min(demanding.size(), kShown);
    demanding.resize(demanding.size() - more);
    if (more != 0) {
        demanding.push_back(fmt::format("{} more", more));
    }
    findings.add({.row = kConnAuthDhchapEqual,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = fmt::format("authentication is demanded by {} and not by other ports",
                                      join_words(demanding)),
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
             .fix = "Array: report IOCCSZ of at least 4.",
             .on_linux = linux_effect::kCommandCapsuleTooSmall},
    .judge = CheckController{.clause = "IOCCSZ is less than 4", .ask = command_capsule},
    .refusals = {linux_kernel::KernelRefusal::command_capsule}};

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
             .title = "Data in a capsule follows the command at once (ICDOFF)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_tcp_setup_ctrl() refuses any offset (\"icdoff is not "
                      "supported!\"), and so do its other fabrics",
             .why = "Linux refuses the controller: every path to this array is missing.",
             .fix = "Array: report ICDOFF 0.",
             .on_linux = linux_effect::kIcdoffNotZero},
    .judge = CheckController{.clause = "ICDOFF is not 0", .ask = in_capsule_offset},
    .fields = {"icdoff"},
    .refusals = {linux_kernel::KernelRefusal::in_capsule_offset}};

constexpr Row kCtrlSglsSupported{
    .rule = {.id = "ctrl.sgls.supported",
             .title = "SGLs are supported as the transport needs them (SGLS)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis =
                 "Linux nvme_tcp_setup_ctrl() refuses SGLS bits 1:0 of 0 (\"Mandatory sgls are "
                 "not supported!\"); over RDMA bit 2 is needed",
             .why = "Linux refuses the controller: every path to this array is missing.",
             .fix = "Array: report SGL support (SGLS bits 1:0; over RDMA also keyed descriptors, "
                    "bit 2).",
             .on_linux = linux_effect::kNoSgls},
    .judge = CheckController{.clause = "no SGL support", .ask = no_sgls},
    .fields = {"sgls"},
    .refusals = {linux_kernel::KernelRefusal::no_sgls}};

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
    .judge = EqualControllers{.fields = {{{"SGL support (SGLS)", "sgls", sgls}}}}};

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
             .fix = "Array: report IORCSZ of at least 1.",
             .on_linux = linux_effect::kResponseCapsuleTooSmall},
    .judge = CheckController{.clause = "IORCSZ is 0", .ask = response_capsule},
    .fields = {"iorcsz"},
    .refusals = {linux_kernel::KernelRefusal::response_capsule}};

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
    .fields = {"ioccsz", "sgls"}};

constexpr Row kConnCpda{
    .rule = {.id = "conn.cpda",
             .title = "Data from the host needs no alignment (CPDA)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis =
                 "Linux nvme_tcp_init_connection() refuses a CPDA that is not 0 (\"unsupported "
                 "cpda returned\")",
             .why = "Linux refuses the connection: every path to this port is missing.",
             .fix = "Array: answer ICReq with CPDA 0.",
             .on_linux = linux_effect::kCpdaNotZero},
    .judge = CheckController{.clause = "CPDA is not 0", .ask = data_alignment},
    .refusals = {linux_kernel::KernelRefusal::data_alignment}};

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
                    "for all connections.",
             .on_linux = linux_effect::kHostIdDiffers},
    .judge = JudgeSubsystem{judge_host}};

namespace {

constexpr Row kConnAuthDhchapEqual{
    .rule =
        {.id = "conn.auth.dhchap_equal",
         .title = "All ports demand in-band authentication of this host, or none",
         .rule_class = RuleClass::eqs,
         .severity = Severity::loss,
         .verdict = Verdict::warn,
         .exception = "no specification demands it, and the paths without it work",
         .basis = "practice: what one array asks of a host, the other has to ask as well",
         .why = "A host that has no key for the array that demands one loses that array's "
                "paths; where it has one, the other array still lets in whoever names it.",
         .fix =
             "Host: first store the key and connect with it where it is demanded. Array: then set "
             "up the same host keys (DH-HMAC-CHAP) on both arrays: a host without one cannot "
             "connect again."},
    .judge = JudgeSubsystem{judge_authentication}};

constexpr std::array kTransportRows{&kCtrlIoccszMin,
                                    &kCtrlIorcszMin,
                                    &kCtrlIoccszEqualTransport,
                                    &kCtrlIcdoff,
                                    &kCtrlSglsSupported,
                                    &kCtrlSglsEqual,
                                    &kCtrlOfcsEqual,
                                    &kCtrlDctype,
                                    &kConnHostnqnHostidSame,
                                    &kConnSqflowDigestTlsEqual,
                                    &kConnCpda,
                                    &kConnTransportNotMixed,
                                    &kConnAuthDhchapEqual};

} // namespace

std::span<const Row* const> transport_rows() {
    return kTransportRows;
}

} // namespace haoh::judge
