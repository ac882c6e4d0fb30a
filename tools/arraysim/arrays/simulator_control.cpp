// SPDX-License-Identifier: LGPL-2.1-or-later
// What control commands do to the simulated arrays, and the state that one of them shows.
#include <arraysim/arrays/simulator.hpp>

#include <arraysim/protocol/session.hpp>

#include <haoh/error.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

namespace haoh::arraysim {

namespace {

[[noreturn]] void refuse(std::string_view operation, std::string_view object,
                         std::string_view cause) {
    throw Error(Errc::invalid_argument, operation, object, cause);
}

} // namespace

void Simulator::set_power(Array& array, Power power, TimePoint now) {
    if (array.power == power) {
        return;
    }
    const Power before = std::exchange(array.power, power);
    // Closing one may close others, but destroys none.
    const std::vector<Session*> sessions = sessions_;
    for (Session* const session : sessions) {
        if (&session->array() != &array) {
            continue;
        }
        if (power == Power::down) {
            session->close("the array went down", true);
            continue;
        }
        if (before == Power::hung) {
            session->resume(now);
        }
        const Controller* const controller = session->controller();
        if (power == Power::hidden && controller != nullptr && !controller->discovery) {
            session->close("the subsystem is not exported any more");
        }
    }
    if ((before == Power::hidden) != (power == Power::hidden)) {
        discovery_changed();
    }
    if (on_change) {
        on_change();
    }
}

std::string Simulator::run(const ControlCommand& command, TimePoint now) {
    struct Runner {
        Simulator& simulator;
        TimePoint now;

        [[nodiscard]] const ArrayNamespace& ns(const Array& array, std::uint32_t nsid) const {
            const ArrayNamespace* const found = array.find(nsid);
            if (found == nullptr) {
                refuse("find", fmt::format("namespace {} of array '{}'", nsid, array.name()),
                       "there is no such namespace");
            }
            return *found;
        }
        std::string operator()(const control::Ana& c) const {
            Array& array = simulator.array(c.array);
            if (c.group && !array.groups().contains(*c.group)) {
                refuse("set the ANA state of",
                       fmt::format("group {} of array '{}'", *c.group, c.array),
                       "the array has no such group");
            }
            const bool changed =
                c.group ? array.set_ana(*c.group, c.state) : array.set_all_ana(c.state);
            // Base 2.3 section 8.1.1.9: no notice on entry to Change.
            simulator.ana_changed(array, changed && c.state != nvme::AnaState::change);
            return {};
        }
        std::string operator()(const control::AddNamespace& c) const {
            Array& array = simulator.array(c.array);
            if (c.nsid == 0 || c.nsid > array.identity().nn) {
                refuse(
                    "add", fmt::format("namespace {}", c.nsid),
                    fmt::format("NSIDs of array '{}' are 1 to {}", c.array, array.identity().nn));
            }
            if (array.find(c.nsid) != nullptr) {
                refuse("add", fmt::format("namespace {} to array '{}'", c.nsid, c.array),
                       "it is there already");
            }
            simulator.add_namespace(array, c.nsid, c.size);
            simulator.attributes_changed(array, c.nsid);
            return {};
        }
        std::string operator()(const control::RemoveNamespace& c) const {
            Array& array = simulator.array(c.array);
            (void)ns(array, c.nsid);
            (void)array.remove_namespace(c.nsid);
            simulator.attributes_changed(array, c.nsid);
            return {};
        }
        std::string operator()(const control::ResizeNamespace& c) const {
            Array& array = simulator.array(c.array);
            (void)ns(array, c.nsid);
            array.resize_namespace(c.nsid, c.size);
            simulator.attributes_changed(array, c.nsid);
            return {};
        }
        std::string operator()(const control::ProtectNamespace& c) const {
            Array& array = simulator.array(c.array);
            Volume& volume = *ns(array, c.nsid).volume;
            volume.write_protect = c.on ? 1 : 0;
            simulator.namespace_changed(volume);
            return {};
        }
        std::string operator()(const control::SetField& c) const {
            Array& array = simulator.array(c.array);
            if (c.nsid) {
                (void)ns(array, *c.nsid);
                array.set_namespace_field(*c.nsid, c.field, c.value);
                simulator.attributes_changed(array, *c.nsid);
                simulator.ana_changed(array, c.field == "anagrpid");
            } else {
                array.set_field(c.field, c.value);
            }
            return {};
        }
        std::string operator()(const control::AddOverride& c) const {
            simulator.array(c.array).overrides.push_back({.spec = c.spec});
            return {};
        }
        std::string operator()(const control::ClearOverrides& c) const {
            simulator.array(c.array).overrides.clear();
            return {};
        }
        std::string operator()(const control::SetPower& c) const {
            simulator.set_power(simulator.array(c.array), c.power, now);
            return {};
        }
        std::string operator()(const control::SetLatency& c) const {
            simulator.array(c.array).spec().latency = c.latency;
            return {};
        }
        std::string operator()(const control::ShowState& /*c*/) const { return simulator.state(); }
        std::string operator()(const control::Help& /*c*/) const {
            return std::string(control_help());
        }
        std::string operator()(const control::Quit& /*c*/) const {
            simulator.quit_ = true;
            if (simulator.on_change) {
                simulator.on_change();
            }
            return {};
        }
    };
    return std::visit(Runner{*this, now}, command);
}

void Simulator::add_namespace(Array& array, std::uint32_t nsid, std::optional<std::uint64_t> size) {
    // A namespace that another array of the subsystem shows comes with its identity.
    for (const auto& candidate : arrays_) {
        const ArrayNamespace* const known = candidate->find(nsid);
        if (candidate.get() == &array || candidate->nqn() != array.nqn() || known == nullptr) {
            continue;
        }
        ArrayNamespace ns = *known;
        ns.size = size.value_or(ns.size);
        array.put_namespace(std::move(ns));
        return;
    }
    NamespaceSpec spec;
    spec.nsid = nsid;
    spec.size = size;
    array.put_namespace(spec);
}

std::string Simulator::state() const {
    using Json = nlohmann::ordered_json;
    Json arrays = Json::array();
    for (const auto& array : arrays_) {
        Json ports = Json::array();
        for (const Port& port : array->ports()) {
            ports.push_back(
                {{"portid", port.portid}, {"traddr", port.traddr}, {"trsvcid", port.trsvcid}});
        }
        Json groups = Json::array();
        for (const auto& [agid, group] : array->groups()) {
            groups.push_back({{"ana_grpid", agid},
                              {"ana_state", nvme::to_string(group.state)},
                              {"chgcnt", group.chgc}});
        }
        Json namespaces = Json::array();
        for (const auto& [nsid, ns] : array->namespaces()) {
            namespaces.push_back({{"nsid", nsid},
                                  {"ana_grpid", ns.group},
                                  {"blocks", ns.geometry.nsze},
                                  {"lbads", ns.geometry.active_format().lbads},
                                  {"uuid", nvme::format_uuid(ns.uuid)},
                                  {"data", ns.data},
                                  {"allocated", ns.volume->store.allocated()},
                                  {"write_protected", ns.volume->write_protect != 0},
                                  {"registrants", ns.volume->reservations.registrants()}});
        }
        Json controllers = Json::array();
        for (const Controller& controller : controllers_) {
            if (controller.array != array.get()) {
                continue;
            }
            controllers.push_back({{"cntlid", controller.cntlid},
                                   {"discovery", controller.discovery},
                                   {"hostnqn", controller.hostnqn},
                                   {"ready", controller.ready()},
                                   {"kato", controller.features.kato_ms},
                                   {"io_queues", controller.queues.size()},
                                   {"event_requests", controller.events.outstanding()}});
        }
        arrays.push_back({{"name", array->name()},
                          {"subsysnqn", array->nqn()},
                          {"power", to_string(array->power)},
                          {"latency_us", array->spec().latency.count()},
                          {"ports", std::move(ports)},
                          {"groups", std::move(groups)},
                          {"namespaces", std::move(namespaces)},
                          {"controllers", std::move(controllers)}});
    }
    return Json{{"arrays", std::move(arrays)}}.dump();
}

} // namespace haoh::arraysim
