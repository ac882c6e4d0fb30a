// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/arrays/simulator.hpp>

#include <arraysim/protocol/session.hpp>

#include <haoh/error.hpp>
#include <haoh/nvme/discovery_log.hpp>
#include <haoh/nvme/domain_list.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>
#include <utility>

namespace haoh::arraysim {

namespace {

constexpr std::uint16_t kFirstDiscoveryCntlid = 1;

constexpr nvme::AsyncEvent kNamespaceAttribute{
    .type = 2, .info = 0, .log_page = nvme::lid::changed_namespaces};
constexpr nvme::AsyncEvent kAnaChange{.type = 2, .info = 3, .log_page = nvme::lid::ana};
constexpr nvme::AsyncEvent kDiscoveryChange{
    .type = 2, .info = 0xF0, .log_page = nvme::lid::discovery};

} // namespace

Simulator::Simulator(const Scenario& scenario, TimePoint start) : scenario_(scenario) {
    if (scenario_.arrays.empty()) {
        scenario_.arrays.emplace_back().name = "a";
    }
    std::uint16_t portid = 1;
    for (std::size_t i = 0; i < scenario_.arrays.size(); ++i) {
        arrays_.push_back(
            std::make_unique<Array>(scenario_, i, portid, [this](const std::string& name) {
                auto& volume = volumes_[name];
                if (!volume) {
                    volume = std::make_shared<Volume>();
                }
                return volume;
            }));
        portid = static_cast<std::uint16_t>(portid + arrays_.back()->ports().size());
    }
    discovery_cntlids_.resize(arrays_.size());
    for (const TimelineEntry& entry : scenario_.timeline) {
        timeline_.push_back({.due = start + entry.at, .command = parse_control(entry.action)});
    }
    std::stable_sort(timeline_.begin(), timeline_.end(),
                     [](const auto& a, const auto& b) { return a.due > b.due; });
    // Entries of one moment run in the order of the file, from the back of the vector.
    for (auto begin = timeline_.begin(); begin != timeline_.end();) {
        const auto end = std::find_if(begin, timeline_.end(),
                                      [&](const auto& entry) { return entry.due != begin->due; });
        std::reverse(begin, end);
        begin = end;
    }
}

Simulator::~Simulator() = default;

Array& Simulator::array(std::string_view name) {
    std::vector<std::string> names;
    for (const auto& candidate : arrays_) {
        if (candidate->name() == name) {
            return *candidate;
        }
        names.push_back(candidate->name());
    }
    throw Error(Errc::not_found, "find", fmt::format("array '{}'", name), "there is no such array",
                fmt::format("the arrays are: {}", fmt::join(names, ", ")));
}

void Simulator::set_address(std::size_t array, std::size_t port, std::string traddr,
                            std::uint16_t trsvcid, bool ipv6) {
    Port& target = arrays_.at(array)->ports().at(port);
    const std::string& advertise =
        target.spec.advertise.empty() ? arrays_[array]->spec().advertise : target.spec.advertise;
    target.traddr = advertise.empty() ? std::move(traddr) : advertise;
    target.trsvcid = trsvcid;
    target.ipv6 = advertise.empty() ? ipv6 : advertise.find(':') != std::string::npos;
}

std::unique_ptr<Session> Simulator::open(std::size_t array, std::size_t port, TimePoint now,
                                         std::string local) {
    return std::make_unique<Session>(*this, *arrays_.at(array), port, now, std::move(local));
}

// Controllers.

Controller* Simulator::create_controller(Array& array, std::size_t port, bool discovery,
                                         std::uint16_t requested) {
    std::optional<std::uint16_t> cntlid;
    if (discovery) {
        auto& taken = discovery_cntlids_[array.index()];
        for (std::uint16_t id = kFirstDiscoveryCntlid; id <= kMaxCntlid; ++id) {
            if (taken.insert(id).second) {
                cntlid = id;
                break;
            }
        }
    } else if (requested == nvme::kDynamicController || requested == nvme::kAnyStaticController) {
        cntlid = array.take_cntlid();
    } else if (array.take_cntlid(requested)) {
        cntlid = requested;
    }
    if (!cntlid) {
        return nullptr;
    }
    Controller& controller = controllers_.emplace_back();
    controller.array = &array;
    controller.port = port;
    controller.cntlid = *cntlid;
    controller.discovery = discovery;
    controller.events = AsyncEvents(discovery ? 4 : array.identity().aerl + std::size_t{1});
    return &controller;
}

Controller* Simulator::find_controller(const Array& array, std::uint16_t cntlid) {
    for (Controller& controller : controllers_) {
        if (controller.array == &array && !controller.discovery && controller.cntlid == cntlid) {
            return &controller;
        }
    }
    return nullptr;
}

void Simulator::close_queue(Session& session, std::string_view reason) {
    session.detach();
    session.close(std::string(reason));
}

void Simulator::destroy_controller(Controller& controller, std::string_view reason) {
    const auto queues = std::exchange(controller.queues, {});
    for (const auto& [qid, session] : queues) {
        close_queue(*session, reason);
    }
    if (controller.admin != nullptr) {
        Session& admin = *controller.admin;
        controller.admin = nullptr;
        close_queue(admin, reason);
    }
    if (controller.discovery) {
        discovery_cntlids_[controller.array->index()].erase(controller.cntlid);
    } else {
        controller.array->release_cntlid(controller.cntlid);
    }
    controllers_.remove_if([&](const Controller& entry) { return &entry == &controller; });
}

void Simulator::restart_keep_alive(Controller& controller, TimePoint now) {
    const std::uint32_t kato = controller.features.kato_ms;
    const TimePoint before =
        std::exchange(controller.kato_deadline,
                      kato == 0 ? TimePoint::max() : now + std::chrono::milliseconds(kato));
    if (controller.kato_deadline < before && on_change) {
        on_change();
    }
}

nvme::Bytes Simulator::domain_list(const Array& array) const {
    std::set<std::uint16_t> ids;
    for (const auto& candidate : arrays_) {
        if (candidate->nqn() == array.nqn() && candidate->identity().domainid != 0) {
            ids.insert(candidate->identity().domainid);
        }
    }
    std::vector<nvme::DomainEntry> domains;
    for (const std::uint16_t id : ids) {
        if (domains.size() < nvme::kMaxDomainEntries) {
            domains.push_back({.domainid = id});
        }
    }
    return nvme::encode_domain_list(domains);
}

std::vector<std::uint16_t> Simulator::listed_controllers(const Array& array,
                                                         std::uint32_t nsid) const {
    std::vector<std::uint16_t> list;
    const bool all = array.spec().controller_list == Scope::all;
    for (const auto& candidate : arrays_) {
        const bool same = candidate.get() == &array;
        if (!same && (!all || candidate->nqn() != array.nqn())) {
            continue;
        }
        if (nsid != 0 && candidate->find(nsid) == nullptr) {
            continue;
        }
        // In the static model every controller exists from the start.
        if (candidate->static_model()) {
            const auto ids = candidate->static_cntlids();
            list.insert(list.end(), ids.begin(), ids.end());
        } else {
            list.insert(list.end(), candidate->taken_cntlids().begin(),
                        candidate->taken_cntlids().end());
        }
    }
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    return list;
}

nvme::Bytes Simulator::discovery_log(Array& array, const Controller& controller) {
    if (array.strikes(FaultKind::moving_generation, controller.port)) {
        ++moved_[&array];
    }
    const Session* const session = controller.admin;
    nvme::DiscoveryLog log;
    log.genctr = genctr_ + moved_[&array];
    for (const auto& candidate : arrays_) {
        const bool same = candidate.get() == &array;
        if (candidate->power == Power::hidden) {
            continue;
        }
        if (!same && (array.spec().discovery == Scope::own || candidate->nqn() != array.nqn())) {
            continue;
        }
        const auto& allowed = candidate->spec().allowed_hosts;
        if (allowed &&
            std::find(allowed->begin(), allowed->end(), controller.hostnqn) == allowed->end()) {
            continue;
        }
        for (const Port& port : candidate->ports()) {
            const std::string& traddr =
                port.traddr.empty() && session != nullptr ? session->local_address() : port.traddr;
            const bool ipv6 = traddr.find(':') != std::string::npos;
            log.entries.push_back(
                {.trtype = static_cast<std::uint8_t>(nvme::TransportType::tcp),
                 .adrfam = static_cast<std::uint8_t>(ipv6 ? nvme::AddressFamily::ipv6
                                                          : nvme::AddressFamily::ipv4),
                 .subtype = static_cast<std::uint8_t>(nvme::SubsystemType::nvm),
                 .treq = port.spec.treq.value_or(candidate->spec().treq),
                 .portid = port.portid,
                 .cntlid = candidate->static_model() ? nvme::kAnyStaticController
                                                     : nvme::kDynamicController,
                 .asqsz = 32,
                 .trsvcid = std::to_string(port.trsvcid),
                 .subnqn = candidate->nqn(),
                 .traddr = traddr});
        }
    }
    log.numrec = log.entries.size();
    return nvme::encode(log);
}

// Events.

void Simulator::deliver_events(Controller& controller) {
    while (controller.admin != nullptr) {
        const auto completion = controller.events.next();
        if (!completion) {
            return;
        }
        controller.admin->complete_event(completion->cid, completion->event);
    }
}

void Simulator::raise(Array& array, const nvme::AsyncEvent& event, std::uint32_t mask) {
    const bool discovery = event.discovery_log_change();
    for (Controller& controller : controllers_) {
        if (controller.array != &array || controller.discovery != discovery ||
            (controller.features.async_event_configuration & mask) == 0) {
            continue;
        }
        if (!discovery && (array.identity().oaes & mask) == 0) {
            continue;
        }
        controller.events.raise(event);
        deliver_events(controller);
    }
}

void Simulator::ana_changed(Array& array, bool notify) {
    if (notify && array.spec().ana_events && array.identity().ana()) {
        raise(array, kAnaChange, nvme::oaes::ana_change);
    }
}

void Simulator::attributes_changed(Array& array, std::uint32_t nsid) {
    for (Controller& controller : controllers_) {
        if (controller.array == &array && !controller.discovery) {
            controller.changed_namespaces.insert(nsid);
        }
    }
    raise(array, kNamespaceAttribute, nvme::oaes::namespace_attribute);
}

void Simulator::namespace_changed(const Volume& volume) {
    for (const auto& candidate : arrays_) {
        for (const auto& [nsid, ns] : candidate->namespaces()) {
            if (ns.volume.get() == &volume) {
                attributes_changed(*candidate, nsid);
            }
        }
    }
}

void Simulator::discovery_changed() {
    ++genctr_;
    for (const auto& candidate : arrays_) {
        raise(*candidate, kDiscoveryChange, nvme::oaes::discovery_log_change);
    }
}

// Time.

TimePoint Simulator::next_deadline() const {
    TimePoint next = timeline_.empty() ? TimePoint::max() : timeline_.back().due;
    for (const Controller& controller : controllers_) {
        next = std::min(next, controller.kato_deadline);
    }
    return next;
}

void Simulator::advance(TimePoint now) {
    while (!timeline_.empty() && timeline_.back().due <= now) {
        const ControlCommand command = timeline_.back().command;
        timeline_.pop_back();
        run(command, now);
    }
    for (auto it = controllers_.begin(); it != controllers_.end();) {
        Controller& controller = *it++;
        if (controller.kato_deadline > now) {
            continue;
        }
        if (controller.array->power == Power::hung) {
            // Its clock stands still too.
            restart_keep_alive(controller, now);
            continue;
        }
        destroy_controller(controller, "the keep alive timer expired");
    }
}

} // namespace haoh::arraysim
