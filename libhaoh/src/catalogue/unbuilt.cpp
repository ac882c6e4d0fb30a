// SPDX-License-Identifier: LGPL-2.1-or-later
// The ids of the catalogue that have no row, with the reason.
#include <haoh/rule.hpp>

#include <algorithm>
#include <array>

namespace haoh {

namespace {

using enum UnbuiltReason;

constexpr std::string_view kInTime = "it is judged over a time of watching, not of one reading";
constexpr std::string_view kMigration = "it is judged over the time of a migration";
constexpr std::string_view kDispersed = "a rule of dispersed namespaces";
constexpr std::string_view kReservations = "reservations are reported and made by I/O commands";
constexpr std::string_view kNoResets = "nvmet and SPDK have no Cross-Controller Reset (opcode "
                                       "38h), and no array that has it is at hand";

constexpr std::array kUnbuilt{
    UnbuiltRule{"ana.aen.agid_change", not_yet, kInTime},
    UnbuiltRule{"ana.aen.on_entry", not_yet, kInTime},
    UnbuiltRule{"ana.change.bounded", not_yet, kInTime},
    UnbuiltRule{"ana.flap.rate", not_yet, kInTime},
    UnbuiltRule{"ana.gid.no_change", not_yet, kInTime},
    UnbuiltRule{"ana.group.chgc.valid", not_yet, kInTime},
    UnbuiltRule{
        "ana.group.same_domain", unsettled,
        "Base 2.3 §8.1.1.2 wants the members of a group in one domain, §2.4.1 a namespace on "
        "both arrays, which are two"},
    UnbuiltRule{"ana.group.state.independent_per_ctrl", may_differ,
                "Base 2.3 §8.1.1.3: a state is of a controller and a group"},
    UnbuiltRule{"ana.log.chgc.changes_iff", not_yet, kInTime},
    UnbuiltRule{"ana.log.chgc.monotonic", not_yet, kInTime},
    UnbuiltRule{"ana.log.rgo_consistent", not_yet,
                "the log without namespaces (RGO) is not read; Linux does not ask for it either"},
    UnbuiltRule{"ana.ns.proximal_policy", not_yet,
                "haoh.toml has no word for paths that are optimized by site"},
    UnbuiltRule{"ana.pl.detached", not_yet, kInTime},
    UnbuiltRule{"ana.pl.terminal", not_yet, kInTime},
    UnbuiltRule{"ana.skew.bounded", not_yet, kInTime},
    UnbuiltRule{"ana.state.io_agree", io_queue, "what a path answers to a read or a write"},
    UnbuiltRule{"ana.state.not_all_same_inaccessible", not_yet, kInTime},
    UnbuiltRule{"ccr.ciu_cirn_changes", hardware, kNoResets},
    UnbuiltRule{"ccr.cross_array", hardware, kNoResets},
    UnbuiltRule{"ccr.wait_fallback", not_yet, "the wait of each kernel against Base 2.3 §9.6.2.1"},
    UnbuiltRule{
        "ctrl.cntlid.range_headroom", unsettled,
        "Base 2.3 §5.2.13.2: no field says which controller IDs an array may hand out; that "
        "two arrays keep apart is ctrl.cntlid.partitioned"},
    UnbuiltRule{"ctrl.cntlid.static_stable", not_yet, kInTime},
    UnbuiltRule{"ctrl.crdt", may_differ, "Base 2.1 Figure 312: command retry delays"},
    UnbuiltRule{"ctrl.dsto_edstt_lpa_elpe_aerl_acl", may_differ,
                "Base 2.1 Figure 312: limits of the controller; logs are judged one by one"},
    UnbuiltRule{"ctrl.fr.spread_bounded", not_yet, kInTime},
    UnbuiltRule{"ctrl.icsvscc", may_differ, "Base 2.1 Figure 312: vendor specific commands"},
    UnbuiltRule{"ctrl.msdbd", may_differ, "Base 2.1 Figure 312: SGL descriptors of a command"},
    UnbuiltRule{"disc.entry.eflags", may_differ,
                "Base 2.3 Figure 310: flags of one entry, of the port that gave it"},
    UnbuiltRule{"disc.entry.reachable", not_yet,
                "a port that was asked and does not answer is told by snap.verdict_unknown"},
    UnbuiltRule{"disc.genctr.increments", not_yet, kInTime},
    UnbuiltRule{
        "disc.no_sn_mn_identity", conduct,
        "Base 2.3 §3.1.3.3: a discovery controller is asked for its log, not for its names"},
    UnbuiltRule{
        "disc.referral.loop", unsettled,
        "Base 2.3 §3.1.3.3 lets discovery services refer to each other; haoh asks each once"},
    UnbuiltRule{"disp.ana_group_everywhere", not_yet, kDispersed},
    UnbuiltRule{"disp.attr_change_events", not_yet, kInTime},
    UnbuiltRule{"disp.eui64_not_key", not_yet, kDispersed},
    UnbuiltRule{"disp.hdisns_set", not_yet, kDispersed},
    UnbuiltRule{"disp.log17.entry0", not_yet, kDispersed},
    UnbuiltRule{"disp.log17.equal", not_yet, kDispersed},
    UnbuiltRule{"disp.log17.genctr", not_yet, kDispersed},
    UnbuiltRule{"disp.resv.fffd", io_queue, kReservations},
    UnbuiltRule{"domain.id.stable", not_yet, kInTime},
    UnbuiltRule{"domain.single_for_stretch", unsettled,
                "Base 2.3 §3.2.5 and §8.1.1.2 do not say whether two arrays may be one domain"},
    UnbuiltRule{"feat.aen.pending", not_yet, kInTime},
    UnbuiltRule{"feat.not_available_in_i", conduct, "no feature of a namespace is asked for"},
    UnbuiltRule{"feat.nq.qd", not_yet, "the queues that a kernel was granted (queue_count)"},
    UnbuiltRule{"feat.persistent_lost", not_yet, kInTime},
    UnbuiltRule{"feat.retry_wait", not_yet, "the wait of each kernel against Base 2.3 §9.6.2.1"},
    UnbuiltRule{"feat.timestamp.skew", not_yet,
                "feature 0Eh is not read: it takes the moment of the reading in milliseconds"},
    UnbuiltRule{"feat.write_protect.equal", not_yet,
                "feature 84h is not read; that one side protects is ns.nsattr.write_protect.equal"},
    UnbuiltRule{"migr.agid_stable", not_yet, kMigration},
    UnbuiltRule{"migr.identity.frozen", not_yet, kMigration},
    UnbuiltRule{"migr.monotone_paths", not_yet, kMigration},
    UnbuiltRule{"migr.no_app_error", not_yet, kMigration},
    UnbuiltRule{"migr.no_ns_removal", not_yet, kMigration},
    UnbuiltRule{"migr.one_master", not_yet, kMigration},
    UnbuiltRule{"migr.reservation_continuous", io_queue, kReservations},
    UnbuiltRule{"migr.zero_path_gap", not_yet, kMigration},
    UnbuiltRule{"ns.data.read_equal", io_queue, "data is read by I/O commands"},
    UnbuiltRule{"ns.id.stable", not_yet, kInTime},
    UnbuiltRule{"ns.nvmcap", may_differ,
                "Base 2.3 §8.1.1.6, §8.1.1.7: 0 on paths that are not accessible"},
    UnbuiltRule{"ns.uid_reuse.recycled", not_yet, kInTime},
    UnbuiltRule{"ns.zns.equal", not_yet, "CNS 05h of zoned namespaces (CSI 02h) is not read"},
    UnbuiltRule{"nslist.changed_log_honest", not_yet, kInTime},
    UnbuiltRule{"nslist.csi07_equal", unsafe,
                "CNS 07h: nvmet_execute_identify_nslist() of Linux as a target looks into a "
                "namespace that is not there"},
    UnbuiltRule{"nslist.order_stable", not_yet, kInTime},
    UnbuiltRule{"resv.after_division", io_queue, kReservations},
    UnbuiltRule{"resv.disnsrs", io_queue, kReservations},
    UnbuiltRule{"resv.fence_effective", io_queue, kReservations},
    UnbuiltRule{"resv.gen.monotonic", io_queue, kReservations},
    UnbuiltRule{"resv.migrate_copy", io_queue, kReservations},
    UnbuiltRule{"resv.register_never_resource_fail", io_queue, kReservations},
    UnbuiltRule{"resv.report.cntlids", io_queue, kReservations},
    UnbuiltRule{"resv.report.equal", io_queue, kReservations},
    UnbuiltRule{"snap.capacity_zero_ok", conduct,
                "NUSE and NVMCAP of paths that are not accessible are not compared"},
    UnbuiltRule{"snap.feature_i_ok", conduct, "no feature of a namespace is asked for"},
    UnbuiltRule{"snap.identify_bracket", conduct,
                "the ANA log is read before and after; snap.ana_consistent tells where it moved"},
    UnbuiltRule{"snap.no_live_write", conduct, "no command that writes is sent"},
    UnbuiltRule{"snap.two_strikes", conduct, "what does not hold is looked at again"},
    UnbuiltRule{"snap.window", conduct, "a declared window relaxes only rules that say so"},
};

} // namespace

std::string_view to_string(UnbuiltReason value) {
    switch (value) {
    case io_queue:
        return "io_queue";
    case hardware:
        return "hardware";
    case unsettled:
        return "unsettled";
    case may_differ:
        return "may_differ";
    case unsafe:
        return "unsafe";
    case conduct:
        return "conduct";
    case not_yet:
        return "not_yet";
    }
    return {};
}

std::string_view meaning(UnbuiltReason value) {
    switch (value) {
    case io_queue:
        return "needs an I/O queue, which haoh does not create";
    case hardware:
        return "needs hardware that no counterpart of the tests has";
    case unsettled:
        return "the specification does not settle it";
    case may_differ:
        return "the specification leaves it to each controller";
    case unsafe:
        return "to ask for it can bring a target down";
    case conduct:
        return "binds haoh itself, and its tests hold it";
    case not_yet:
        return "not built yet";
    }
    return {};
}

std::span<const UnbuiltRule> unbuilt_rules() {
    return kUnbuilt;
}

const UnbuiltRule* find_unbuilt_rule(std::string_view id) {
    const auto* const found = std::find_if(kUnbuilt.begin(), kUnbuilt.end(),
                                           [id](const UnbuiltRule& rule) { return rule.id == id; });
    return found == kUnbuilt.end() ? nullptr : found;
}

} // namespace haoh
