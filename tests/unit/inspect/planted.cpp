// SPDX-License-Identifier: LGPL-2.1-or-later
#include "planted.hpp"

#include <algorithm>

namespace haoh::test {

namespace {

using arraysim::AnswerKind;
using arraysim::ArraySpec;
using arraysim::NamespaceSpec;
using arraysim::OverrideSpec;
using arraysim::ScenarioBuilder;
using Builder = ScenarioBuilder;

constexpr std::uint32_t kNsid = 4;
constexpr std::uint32_t kOwnGroup = 2; ///< that nothing moves
constexpr std::uint64_t kSize = arraysim::kDefaultNamespaceSize;

nvme::Uuid uuid(const char* text) {
    return nvme::parse_uuid(text).value();
}
const nvme::Uuid kUuid = uuid("5c1d1a52-6ef4-4b0c-8b8e-0d6f2f0c3a02");
const nvme::Uuid kOtherUuid = uuid("5c1d1a52-6ef4-4b0c-8b8e-0d6f2f0c3a11");
constexpr nvme::Nguid kNguid{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
                             0x02, 0x68, 0x61, 0x00, 0x00, 0x00, 0x00, 0x02};
constexpr nvme::Nguid kOtherNguid{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
                                  0x02, 0x68, 0x61, 0x00, 0x00, 0x00, 0x00, 0x99};
constexpr nvme::Eui64 kEui64{0x02, 0x68, 0x61, 0x00, 0x00, 0x00, 0x00, 0x02};
constexpr nvme::Eui64 kOtherEui64{0x02, 0x68, 0x61, 0x00, 0x00, 0x00, 0x00, 0x99};

std::function<void(Builder&)> field(const char* name, const arraysim::FieldValue& value) {
    return [name, value](Builder& b) { b.field(name, value); };
}
std::function<void(Builder&)> number(const char* name, std::uint64_t value) {
    return field(name, value);
}
std::function<void(Builder&)> of_namespace(const char* name, std::uint64_t value,
                                           AnswerKind page = AnswerKind::identify_namespace) {
    return [name, value, page](Builder& b) { b.ns_field(kNsid, name, value, page); };
}
std::function<void(Builder&)> says(AnswerKind answer, const char* name, std::uint64_t value) {
    return [answer, name, value](Builder& b) { b.lie(answer, name, value); };
}
std::function<void(Builder&)> lies(const OverrideSpec& spec) {
    return [spec](Builder& b) { b.lie(spec); };
}

NamespaceSpec in_group(std::uint32_t group, std::uint32_t nsid = kNsid) {
    return {.nsid = nsid, .ana_group = group};
}
NamespaceSpec with_metadata() {
    return {.nsid = kNsid, .identify = {{"lbaf0", {0x08, 0x00, 0x09, 0x00}}, {"mc", {3}}}};
}

std::vector<Planted> identities() {
    const std::string about = "identity";
    return {
        {.name = "uuid",
         .about = about,
         .told = {"FAIL ns.uuid.equal 4"},
         .on_b = {{.nsid = kNsid, .uuid = kOtherUuid}}},
        {.name = "nguid",
         .about = about,
         .told = {"FAIL ns.nguid.equal 4"},
         .on_b = {{.nsid = kNsid, .nguid = kOtherNguid}}},
        {.name = "eui64",
         .about = about,
         .told = {"FAIL ns.eui64.equal 4"},
         .shared = {{.nsid = kNsid, .eui64 = kEui64}},
         .on_b = {{.nsid = kNsid, .eui64 = kOtherEui64}}},
        {.name = "uuid_on_one",
         .about = about,
         .told = {"FAIL ns.id.set_equal 4"},
         .shared = {{.nsid = kNsid, .uuid = nvme::Uuid{}, .nguid = kNguid}},
         .on_b = {{.nsid = kNsid, .uuid = kOtherUuid}}},
        {.name = "volume_of_two_nsids",
         .about = about,
         .told = {"FAIL ns.identity.one_nsid 4, 200"},
         .shared = {{.nsid = kNsid, .uuid = kUuid, .nguid = kNguid, .ana_group = kOwnGroup}},
         .on_b = {{.nsid = kNsid, .absent = true},
                  {.nsid = 200,
                   .uuid = kUuid,
                   .nguid = kNguid,
                   .ana_group = kOwnGroup,
                   .data = "nsid 4"}}},
    };
}

std::vector<Planted> geometries() {
    const std::string about = "geometry";
    return {
        {.name = "size",
         .about = about,
         .told = {"FAIL ns.nsze.equal 4"},
         .on_b = {{.nsid = kNsid, .size = kSize + 512}}},
        {.name = "capacity_zero",
         .about = about,
         .told = {"FAIL ns.ncap.nonzero 4"},
         .b =
             [](Builder& b) {
                 b.ns_field(kNsid, "ncap", std::uint64_t{0});
                 b.ns_field(kNsid, "nuse", std::uint64_t{0});
             }},
        {.name = "block_size",
         .about = about,
         .told = {"FAIL ns.lbaf_active.equal 4"},
         .on_b = {{.nsid = kNsid, .block_size = 4096}}},
        {.name = "formats",
         .about = about,
         .told = {"WARN ns.lbaf_table.equal 4"},
         .on_b = {{.nsid = kNsid,
                   .identify = {{"nlbaf", {1}}, {"lbaf1", {0x00, 0x00, 0x0C, 0x00}}}}}},
        {.name = "metadata_placement",
         .about = about,
         .told = {"FAIL ns.flbas.equal 4", "FAIL ns.lbaf_active.metadata 4"},
         .shared = {with_metadata()},
         .b = of_namespace("flbas", 0x10)},
    };
}

std::vector<Planted> attributes() {
    const std::string about = "attributes";
    return {
        {.name = "not_shared",
         .about = about,
         .told = {"FAIL ns.nmic.shared 4"},
         .b = of_namespace("nmic", 0)},
        {.name = "reservation_types",
         .about = about,
         .told = {"FAIL ns.rescap.equal 4"},
         .b = of_namespace("rescap", 0xBF)},
        {.name = "write_protected",
         .about = about,
         .told = {"FAIL ns.nsattr.write_protect.equal 4"},
         .b = of_namespace("nsattr", 1)},
        {.name = "not_ready",
         .about = about,
         .told = {"FAIL ns.nstat.nrdy 4"},
         .b = of_namespace("nstat", 0, AnswerKind::independent)},
        {.name = "write_cache_of_namespace",
         .about = about,
         .told = {"FAIL ns.vwcnp.equal 4"},
         .b = of_namespace("nsfeat", 0x20, AnswerKind::independent)},
        {.name = "unmapped",
         .about = about,
         .told = {"FAIL nslist.active.equal 4"},
         .shared = {in_group(kOwnGroup)},
         .on_b = {{.nsid = kNsid, .absent = true}}},
        {.name = "mapped_too_many",
         .about = about,
         .told = {"FAIL nslist.active.equal 200"},
         .on_b = {in_group(kOwnGroup, 200)}},
    };
}

std::vector<Planted> controllers() {
    const std::string about = "controller";
    return {
        {.name = "serial",
         .about = about,
         .told = {"WARN ctrl.sn.equal"},
         .b = field("sn", std::string("OTHER"))},
        {.name = "model",
         .about = about,
         .told = {"FAIL ctrl.mn.equal"},
         .b = field("mn", std::string("Other Array"))},
        {.name = "firmware",
         .about = about,
         .told = {"NOTE ctrl.fr.domain"},
         .b = field("fr", std::string("2.0"))},
        {.name = "version",
         .about = about,
         .told = {"WARN ctrl.ver.domain"},
         .b = [](Builder& b) { b.version(0x00020100); }},
        {.name = "host_id_size",
         .about = about,
         .told = {"FAIL ctrl.ctratt.hids.equal"},
         .b = number("ctratt", 0)},
        {.name = "events",
         .about = about,
         .told = {"WARN ctrl.oaes.equal"},
         .b = number("oaes", 0x100)},
        {.name = "reservations",
         .about = about,
         .told = {"FAIL resv.support.equal"},
         .b = number("oncs", 0x0D)},
    };
}

std::vector<Planted> limits() {
    const std::string about = "limits";
    return {
        {.name = "transfer",
         .about = about,
         .told = {"WARN ctrl.mdts.min"},
         .b = number("mdts", 5)},
        {.name = "largest_nsid",
         .about = about,
         .told = {"FAIL ctrl.nn.equal"},
         .b = number("nn", 2048)},
        {.name = "icdoff",
         .about = about,
         .told = {"FAIL ctrl.icdoff"},
         .b = says(AnswerKind::identify_controller, "icdoff", 1)},
        {.name = "sgls",
         .about = about,
         .told = {"FAIL ctrl.sgls.supported"},
         .b = number("sgls", 0)},
        {.name = "keep_alive",
         .about = about,
         .told = {"FAIL ctrl.kas.nonzero"},
         .b = number("kas", 0)},
        {.name = "queue_depth",
         .about = about,
         .told = {"FAIL ctrl.queue_depth.min"},
         .b = number("maxcmd", 1)},
        {.name = "data_alignment",
         .about = about,
         .told = {"FAIL conn.cpda"},
         .b = [](Builder& b) { b.with([](ArraySpec& array) { array.cpda = 4; }); }},
    };
}

std::vector<Planted> features() {
    const std::string about = "features";
    OverrideSpec kato;
    kato.answer = AnswerKind::features;
    kato.id = 0x0F;
    kato.result = 60000;
    OverrideSpec effects;
    effects.answer = AnswerKind::commands_log;
    effects.offset = 36;
    effects.value = {0x01, 0x00, 0x01, 0x00};
    return {
        {.name = "keep_alive_time",
         .about = about,
         .told = {"WARN feat.kato.equal"},
         .b = lies(kato)},
        {.name = "command_effects",
         .about = about,
         .told = {"WARN ctrl.effects.equal"},
         .b = lies(effects)},
        {.name = "command_limits",
         .about = about,
         .told = {"WARN ctrl.command_limits.equal"},
         .b =
             [](Builder& b) {
                 b.lie(AnswerKind::nvm_controller, "wzsl", std::uint64_t{5});
                 b.lie(AnswerKind::nvm_controller, "dmrsl", std::uint64_t{8192});
             }},
        {.name = "transport_requirements",
         .about = about,
         .told = {"WARN disc.entry.treq.equal"},
         .b = [](Builder& b) { b.with([](ArraySpec& array) { array.treq = 0x05; }); }},
    };
}

std::vector<Planted> ids() {
    const std::string about = "controller_ids";
    return {
        {.name = "connect_and_identify",
         .about = about,
         .told = {"FAIL ctrl.cntlid.connect_match"},
         .b = says(AnswerKind::identify_controller, "cntlid", 77)},
        {.name = "controller_list",
         .about = about,
         .told = {"WARN ctrl.list_cns13.contains_all"},
         .everywhere =
             [](arraysim::Scenario& scenario) {
                 for (ArraySpec& array : scenario.arrays) {
                     array.controller_list = arraysim::Scope::own;
                 }
             }},
    };
}

std::vector<Planted> ana() {
    const std::string about = "ana";
    return {
        {.name = "group",
         .about = about,
         .told = {"WARN ana.group.id.consistent 4"},
         .shared = {in_group(kOwnGroup), in_group(kOwnGroup, 5)},
         .on_b = {in_group(3)}},
        {.name = "group_of_log",
         .about = about,
         .told = {"FAIL ana.log.nsid.matches_identify 4"},
         .b =
             [](Builder& b) {
                 for (const AnswerKind page :
                      {AnswerKind::identify_namespace, AnswerKind::independent}) {
                     OverrideSpec other;
                     other.answer = page;
                     other.nsid = kNsid;
                     other.field = "anagrpid";
                     other.value = {2, 0, 0, 0};
                     b.lie(other);
                 }
             }},
        {.name = "state",
         .about = about,
         .told = {"FAIL ana.log.group.state_valid"},
         .shared = {in_group(kOwnGroup)},
         .b = says(AnswerKind::ana_log, "group[1].state", 5)},
        {.name = "missing_in_log",
         .about = about,
         .told = {"FAIL ana.log.nsid.covers_active 4"},
         .shared = {in_group(kOwnGroup)},
         .b = says(AnswerKind::ana_log, "group[1].nsid[0]", 900)},
        {.name = "largest_group",
         .about = about,
         .told = {"FAIL ana.anagrpmax.equal"},
         .b = number("anagrpmax", 256)},
        {.name = "transition_time",
         .about = about,
         .told = {"WARN ana.anatt.equal"},
         .b = number("anatt", 120)},
        {.name = "not_reported",
         .about = about,
         .told = {"FAIL ctrl.cmic.anars.equal"},
         .b = number("cmic", 3)},
        {.name = "lost_on_one",
         .about = about,
         .told = {"WARN ana.ns.usable_path_per_array 4"},
         .shared = {in_group(kOwnGroup)},
         .b = [](Builder& b) { b.ana(kOwnGroup, nvme::AnaState::persistent_loss); }},
    };
}

} // namespace

const std::vector<Planted>& planted() {
    static const std::vector<Planted> all = [] {
        std::vector<Planted> out;
        for (const auto& part : {identities(), geometries(), attributes(), controllers(), limits(),
                                 features(), ids(), ana()}) {
            out.insert(out.end(), part.begin(), part.end());
        }
        return out;
    }();
    return all;
}

std::vector<std::string> planted_classes() {
    std::vector<std::string> out;
    for (const Planted& defect : planted()) {
        if (std::find(out.begin(), out.end(), defect.about) == out.end()) {
            out.push_back(defect.about);
        }
    }
    return out;
}

} // namespace haoh::test
