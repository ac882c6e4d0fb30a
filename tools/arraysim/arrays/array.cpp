// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/arrays/array.hpp>

#include <arraysim/arrays/identity.hpp>

#include <haoh/nvme/id_list.hpp>

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <limits>

namespace haoh::arraysim {

using nvme::Bytes;

namespace {

constexpr std::uint16_t kCntlidsPerArray = 0x0400;
constexpr std::uint32_t kDefaultMaxTransfer = 4U << 20U; ///< with MDTS 0: a bound of ours

/// `over` on top of `base`.
NamespaceSpec merged(NamespaceSpec base, const NamespaceSpec& over) {
    const auto take = [](auto& target, const auto& source) {
        if (source) {
            target = source;
        }
    };
    take(base.size, over.size);
    take(base.block_size, over.block_size);
    take(base.uuid, over.uuid);
    take(base.nguid, over.nguid);
    take(base.eui64, over.eui64);
    take(base.ana_group, over.ana_group);
    take(base.data, over.data);
    take(base.descriptors, over.descriptors);
    for (const auto& [name, bytes] : over.identify) {
        base.identify[name] = bytes;
    }
    for (const auto& [name, bytes] : over.nvm) {
        base.nvm[name] = bytes;
    }
    for (const auto& [name, bytes] : over.independent) {
        base.independent[name] = bytes;
    }
    return base;
}

/// The i-th namespace of a specification that stands for several.
NamespaceSpec member(const NamespaceSpec& spec, std::uint32_t i) {
    NamespaceSpec one = spec;
    one.nsid = spec.nsid + i;
    one.count = 1;
    if (spec.ana_groups) {
        one.ana_group = spec.ana_group.value_or(1) + i % *spec.ana_groups;
        one.ana_groups.reset();
    }
    return one;
}

} // namespace

Array::Array(const Scenario& scenario, std::size_t index, std::uint16_t first_portid,
             VolumeOf volume_of)
    : power(scenario.arrays.at(index).power), spec_(scenario.arrays.at(index)), index_(index),
      seed_(scenario.nqn), nqn_(spec_.nqn.value_or(scenario.nqn)),
      subsystem_fields_(scenario.controller), volume_of_(std::move(volume_of)),
      version_(spec_.version.value_or(scenario.version.value_or(kDefaultVersion))),
      properties_(scenario.properties) {
    for (const OverrideSpec& override_spec : spec_.overrides) {
        overrides.push_back({.spec = override_spec});
    }
    for (const FaultSpec& fault : spec_.faults) {
        faults.push_back({.spec = fault});
    }
    for (const auto& [offset, value] : spec_.properties) {
        properties_[offset] = value;
    }
    const auto given = properties_.find(nvme::property::cap);
    capabilities_ = given == properties_.end() ? default_capabilities(version_) : given->second;

    const std::vector<PortSpec> port_specs =
        spec_.ports.empty() ? std::vector<PortSpec>{PortSpec{}} : spec_.ports;
    std::uint16_t portid = spec_.portid.value_or(first_portid);
    for (const PortSpec& port : port_specs) {
        ports_.push_back({.spec = port, .portid = port.portid.value_or(portid++)});
    }

    std::vector<NamespaceSpec> shared = scenario.namespaces;
    if (shared.empty()) {
        shared.emplace_back();
    }
    std::map<std::uint32_t, NamespaceSpec> specs;
    for (const NamespaceSpec& spec : shared) {
        for (std::uint32_t i = 0; i < spec.count; ++i) {
            specs[spec.nsid + i] = member(spec, i);
        }
    }
    for (const NamespaceSpec& spec : spec_.namespaces) {
        for (std::uint32_t i = 0; i < spec.count; ++i) {
            const NamespaceSpec one = member(spec, i);
            if (one.absent) {
                specs.erase(one.nsid);
                continue;
            }
            const auto base = specs.find(one.nsid);
            specs[one.nsid] = base == specs.end() ? one : merged(base->second, one);
        }
    }
    for (const auto& [group, state] : spec_.ana) {
        add_group(group);
    }
    for (auto& [nsid, spec] : specs) {
        put_namespace(spec);
    }
    ana_chgc_ = 1;
    for (auto& [agid, group] : groups_) {
        group.chgc = 1;
    }
    rebuild_identity();
    cntlids_ = cntlid_order();
}

void Array::rebuild_identity() {
    const std::uint32_t nsids = namespaces_.empty() ? 0 : namespaces_.rbegin()->first;
    const std::uint32_t groups = groups_.empty() ? 0 : groups_.rbegin()->first;
    Bytes page = nvme::encode(default_controller(nqn_, version_, nsids, groups));
    apply(subsystem_fields_, nvme::identify_controller_fields(), page);
    apply(spec_.controller, nvme::identify_controller_fields(), page);
    if (spec_.static_controllers) {
        page[1802] |= 1U; // FCATT
    }
    identity_ = nvme::decode_identify_controller(page);
    for (auto& [nsid, ns] : namespaces_) {
        rebuild_geometry(ns);
    }
}

std::optional<std::uint64_t> Array::property(std::uint32_t offset) const {
    if (offset == nvme::property::cap) {
        return capabilities_;
    }
    const auto given = properties_.find(offset);
    if (given != properties_.end()) {
        return given->second;
    }
    switch (offset) {
    case nvme::property::vs:
        return version_;
    case nvme::property::crto:
        return version_ >= kDefaultVersion ? std::optional<std::uint64_t>{20} : std::nullopt;
    default:
        return std::nullopt;
    }
}

std::uint32_t Array::max_transfer() const {
    if (identity_.mdts == 0) {
        return kDefaultMaxTransfer;
    }
    const unsigned shift = 12U + nvme::Capabilities{.raw = capabilities_}.mpsmin() + identity_.mdts;
    return shift >= 22 ? kDefaultMaxTransfer : 1U << shift;
}

bool Array::strikes(FaultKind kind, std::size_t port) {
    bool any = false;
    for (ActiveFault& fault : faults) {
        if (fault.spec.kind == kind && fault.spec.port.value_or(port) == port) {
            ++fault.matches;
            any = any || fault.spec.when.contains(fault.matches);
        }
    }
    return any;
}

// Namespaces.

ArrayNamespace Array::complete(const NamespaceSpec& spec) const {
    constexpr std::uint32_t kBlockSize = 512;
    ArrayNamespace ns;
    ns.nsid = spec.nsid;
    ns.size = spec.size.value_or(kDefaultNamespaceSize);
    ns.block_size = spec.block_size.value_or(kBlockSize);
    ns.uuid = spec.uuid.value_or(made_uuid(seed_, spec.nsid));
    ns.nguid = spec.nguid.value_or(made_nguid(seed_, spec.nsid));
    ns.eui64 = spec.eui64.value_or(nvme::Eui64{});
    const auto group = spec.identify.find("anagrpid");
    ns.group = group == spec.identify.end() ? spec.ana_group.value_or(1)
                                            : nvme::load_le<std::uint32_t>(group->second, 0);
    ns.data = spec.data.value_or(fmt::format("nsid {}", spec.nsid));
    ns.descriptors = spec.descriptors;
    ns.identify = spec.identify;
    ns.nvm = spec.nvm;
    ns.independent = spec.independent;
    return ns;
}

const ArrayNamespace* Array::find(std::uint32_t nsid) const {
    const auto found = namespaces_.find(nsid);
    return found == namespaces_.end() ? nullptr : &found->second;
}

void Array::put_namespace(const NamespaceSpec& spec) {
    put_namespace(complete(spec));
}

void Array::put_namespace(ArrayNamespace ns) {
    add_group(ns.group);
    ++groups_.at(ns.group).chgc;
    ++ana_chgc_;
    ns.volume = volume_of_(ns.data);
    rebuild_geometry(ns);
    namespaces_[ns.nsid] = std::move(ns);
}

bool Array::remove_namespace(std::uint32_t nsid) {
    const auto found = namespaces_.find(nsid);
    if (found == namespaces_.end()) {
        return false;
    }
    ++groups_.at(found->second.group).chgc;
    ++ana_chgc_;
    namespaces_.erase(found);
    return true;
}

void Array::resize_namespace(std::uint32_t nsid, std::uint64_t size) {
    ArrayNamespace& ns = namespaces_.at(nsid);
    ns.size = size;
    for (const char* const name : {"nsze", "ncap", "nuse"}) {
        ns.identify.erase(name);
    }
    rebuild_geometry(ns);
}

void Array::set_field(const std::string& field, const Bytes& value) {
    spec_.controller[field] = value;
    rebuild_identity();
}

void Array::set_namespace_field(std::uint32_t nsid, const std::string& field, const Bytes& value) {
    ArrayNamespace& ns = namespaces_.at(nsid);
    if (field == "anagrpid") {
        // Leaves one group for another: both changed.
        const auto group = nvme::load_le<std::uint32_t>(value, 0);
        add_group(group);
        ++groups_.at(ns.group).chgc;
        ++groups_.at(group).chgc;
        ++ana_chgc_;
        ns.group = group;
        ns.identify.erase(field);
    } else if (field == "uuid") {
        ns.uuid = nvme::load_array<sizeof(nvme::Uuid)>(value, 0);
    } else {
        ns.identify[field] = value;
    }
    rebuild_geometry(ns);
}

// ANA.

void Array::add_group(std::uint32_t group) {
    const auto given = spec_.ana.find(group);
    groups_.try_emplace(group, AnaGroupState{.state = given == spec_.ana.end() ? spec_.ana_default
                                                                               : given->second});
}

std::uint32_t Array::group_of(std::uint32_t nsid) const {
    const ArrayNamespace* const ns = find(nsid);
    return ns == nullptr ? 0 : ns->group;
}

nvme::AnaState Array::state_of(std::uint32_t group, std::size_t port) const {
    if (port < ports_.size()) {
        const auto own = ports_[port].spec.ana.find(group);
        if (own != ports_[port].spec.ana.end()) {
            return own->second;
        }
    }
    const auto found = groups_.find(group);
    return found == groups_.end() ? spec_.ana_default : found->second.state;
}

bool Array::set_ana(std::uint32_t group, nvme::AnaState state) {
    add_group(group);
    AnaGroupState& current = groups_.at(group);
    if (current.state == state) {
        return false;
    }
    current.state = state;
    ++current.chgc;
    ++ana_chgc_;
    return true;
}

bool Array::set_all_ana(nvme::AnaState state) {
    bool changed = false;
    for (const auto& [group, unused] : std::map(groups_)) {
        changed = set_ana(group, state) || changed;
    }
    spec_.ana_default = state;
    return changed;
}

// Controller IDs.

std::vector<std::uint16_t> Array::cntlid_order() const {
    if (!spec_.cntlids.empty()) {
        return spec_.cntlids;
    }
    const auto base = static_cast<std::uint16_t>(1 + index_ * kCntlidsPerArray);
    const std::uint16_t first = spec_.cntlid_min.value_or(base);
    const std::uint16_t last = spec_.cntlid_max.value_or(static_cast<std::uint16_t>(
        std::min<std::uint32_t>(first + kCntlidsPerArray - 1U, std::max(first, kMaxCntlid))));
    std::vector<std::uint16_t> order;
    for (std::uint32_t id = first; id <= last; ++id) {
        order.push_back(static_cast<std::uint16_t>(id));
    }
    return order;
}

std::optional<std::uint16_t> Array::take_cntlid() {
    // Ascending, around the range: an ID that was just given back is used again last.
    for (std::size_t i = 0; i < cntlids_.size(); ++i) {
        const std::uint16_t id = cntlids_[(next_cntlid_ + i) % cntlids_.size()];
        if (taken_.insert(id).second) {
            next_cntlid_ = (next_cntlid_ + i + 1) % cntlids_.size();
            return id;
        }
    }
    return std::nullopt;
}

bool Array::take_cntlid(std::uint16_t cntlid) {
    return std::find(cntlids_.begin(), cntlids_.end(), cntlid) != cntlids_.end() &&
           taken_.insert(cntlid).second;
}

// Answers.

Bytes Array::identify_controller(std::uint16_t cntlid) const {
    nvme::IdentifyController id = identity_;
    id.cntlid = cntlid;
    Bytes page = nvme::encode(id);
    // Fields that the structure does not name only exist as bytes.
    apply(subsystem_fields_, nvme::identify_controller_fields(), page);
    apply(spec_.controller, nvme::identify_controller_fields(), page);
    return page;
}

void Array::rebuild_geometry(ArrayNamespace& ns) const {
    nvme::IdentifyNamespace id;
    const auto shift = static_cast<std::uint8_t>(std::countr_zero(ns.block_size));
    id.nsze = ns.size >> shift;
    id.ncap = id.nsze;
    id.nuse = id.nsze;
    id.nmic = nvme::nmic::shared;
    id.rescap = 0xFF; // every type, persistence through power loss, IEKS
    id.dlfeat = 0x09; // deallocated blocks read as zero, Write Zeroes may deallocate
    nvme::store_le(id.nvmcap, 0, ns.size);
    id.anagrpid = identity_.ana() ? ns.group : 0;
    id.nguid = ns.nguid;
    id.eui64 = ns.eui64;
    id.lbaf[0] = {.lbads = shift};
    Bytes page = nvme::encode(id);
    apply(ns.identify, nvme::identify_namespace_fields(), page);
    ns.geometry = nvme::decode_identify_namespace(page);
}

Bytes Array::identify_namespace(const ArrayNamespace& ns, std::size_t port) const {
    nvme::IdentifyNamespace id = ns.geometry;
    if (ns.volume->write_protect != 0) {
        id.nsattr |= nvme::nsattr::write_protected;
    }
    const nvme::AnaState state = state_of(ns.group, port);
    if (identity_.ana() &&
        (state == nvme::AnaState::inaccessible || state == nvme::AnaState::persistent_loss)) {
        // Base 2.3 sections 8.1.1.6 and 8.1.1.7.
        id.nuse = 0;
        id.nvmcap = {};
    }
    return nvme::encode(id);
}

Bytes Array::identify_nvm(const ArrayNamespace& ns) const {
    Bytes page = nvme::encode(nvme::IdentifyNamespaceNvm{});
    apply(ns.nvm, nvme::identify_namespace_nvm_fields(), page);
    return page;
}

Bytes Array::identify_independent(const ArrayNamespace& ns, std::size_t port) const {
    constexpr std::uint8_t kUidReuse = 0x08;
    const auto whole = nvme::decode_identify_namespace(identify_namespace(ns, port));
    nvme::IdentifyNamespaceIndependent id;
    id.nsfeat = whole.nsfeat & kUidReuse;
    id.nmic = whole.nmic;
    id.rescap = whole.rescap;
    id.fpi = whole.fpi;
    id.anagrpid = whole.anagrpid;
    id.nsattr = whole.nsattr;
    id.nvmsetid = whole.nvmsetid;
    id.endgid = whole.endgid;
    id.nstat = 1;
    Bytes page = nvme::encode(id);
    apply(ns.independent, nvme::identify_namespace_independent_fields(), page);
    return page;
}

Bytes Array::descriptors(const ArrayNamespace& ns) const {
    if (ns.descriptors) {
        return nvme::encode(*ns.descriptors);
    }
    std::vector<nvme::IdDescriptor> list;
    const auto add = [&list](nvme::IdType type, nvme::ByteView bytes) {
        if (!nvme::all_zero(bytes)) {
            list.push_back({.nidt = static_cast<std::uint8_t>(type),
                            .nid = Bytes(bytes.begin(), bytes.end())});
        }
    };
    const nvme::IdentifyNamespace& id = ns.geometry;
    add(nvme::IdType::eui64, id.eui64);
    add(nvme::IdType::nguid, id.nguid);
    add(nvme::IdType::uuid, ns.uuid);
    if ((capabilities_ & kCapIoCommandSets) != 0) {
        list.push_back({.nidt = static_cast<std::uint8_t>(nvme::IdType::csi), .nid = Bytes(1)});
    }
    return nvme::encode(list);
}

Bytes Array::active_namespaces(std::uint32_t above) const {
    constexpr std::size_t kPerPage = 1024;
    std::vector<std::uint32_t> nsids;
    for (auto it = namespaces_.upper_bound(above); it != namespaces_.end(); ++it) {
        if (nsids.size() == kPerPage) {
            break;
        }
        nsids.push_back(it->first);
    }
    return nvme::encode_namespace_list(nsids);
}

Bytes Array::ana_log(std::size_t port, bool groups_only) const {
    nvme::AnaLog log;
    log.chgc = ana_chgc_;
    if (spec_.ana_log) {
        for (const AnaLogGroup& given : *spec_.ana_log) {
            nvme::AnaGroup group{.agid = given.agid,
                                 .chgc = given.chgc.value_or(ana_chgc_),
                                 .state = static_cast<nvme::AnaState>(given.state & 0x0FU),
                                 .state_byte = given.state,
                                 .nsids = given.nsids};
            if (groups_only) {
                group.nsids.clear();
            }
            log.groups.push_back(std::move(group));
        }
    } else {
        std::map<std::uint32_t, std::vector<std::uint32_t>> members;
        for (const auto& [nsid, ns] : namespaces_) {
            members[ns.group].push_back(nsid);
        }
        for (auto& [agid, nsids] : members) {
            const auto state = state_of(agid, port);
            const auto found = groups_.find(agid);
            log.groups.push_back(
                {.agid = agid,
                 .chgc = found == groups_.end() ? 1 : found->second.chgc,
                 .state = state,
                 .state_byte = static_cast<std::uint8_t>(state),
                 .nsids = groups_only ? std::vector<std::uint32_t>{} : std::move(nsids)});
        }
    }
    log.nagd = static_cast<std::uint16_t>(
        std::min<std::size_t>(log.groups.size(), std::numeric_limits<std::uint16_t>::max()));
    return nvme::encode(log);
}

} // namespace haoh::arraysim
