// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/list/arrays.hpp"

#include "report/text/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace haoh::report {

std::size_t SubsystemArrays::controllers() const {
    std::size_t sum = 0;
    for (const Array& array : arrays) {
        sum += array.controllers.size();
    }
    return sum;
}

const Array* SubsystemArrays::find_array(std::string_view name) const {
    const auto found = places.find(name);
    return found == places.end() ? nullptr : &arrays[found->second];
}

Array& SubsystemArrays::array(const std::string& name) {
    const auto [at, is_new] = places.try_emplace(name, arrays.size());
    if (is_new) {
        arrays.push_back({.name = name, .controllers = {}});
    }
    return arrays[at->second];
}

void Array::add(const ControllerObservation& controller) {
    controllers.push_back(&controller);
    const std::uint16_t cntlid = cntlid_of(controller);
    cntlids[safe_text(controller.name)].push_back(cntlid);
    ++holders[cntlid];
}

std::vector<SubsystemArrays> subsystems_of(const Observation& observation,
                                           const Attributions& attributions) {
    std::vector<SubsystemArrays> out;
    std::map<std::string_view, std::size_t> known;
    for (const ControllerObservation& controller : observation.controllers) {
        const auto [at, is_new] = known.try_emplace(controller.subsysnqn, out.size());
        if (is_new) {
            out.push_back(
                {.subsysnqn = safe_text(controller.subsysnqn), .arrays = {}, .nsids = {}});
        }
        SubsystemArrays& subsystem = out[at->second];
        const std::string name = safe_text(attributions.array_of(controller.host, controller.name));
        subsystem.array(name).add(controller);
        for (const NamespaceObservation& entry : controller.namespaces) {
            subsystem.nsids.insert(entry.nsid);
        }
    }
    return out;
}

std::uint16_t cntlid_of(const ControllerObservation& controller) {
    const bool connected =
        !controller.connection.hostnqn.empty() || controller.connection.cntlid != 0;
    return connected ? controller.connection.cntlid : controller.identify_data().cntlid;
}

std::string controllers_text(std::vector<std::uint32_t> cntlids) {
    constexpr std::size_t max_parts = 8;
    std::ranges::sort(cntlids);
    return fmt::format("controller{} {}", cntlids.size() == 1 ? "" : "s",
                       ranges(cntlids, max_parts));
}

std::string label_of(const SubsystemArrays* subsystem, const std::string& name,
                     std::span<const std::string> controllers) {
    if (controllers.empty() || controllers.front().empty()) {
        return name;
    }
    const Array* array = subsystem == nullptr ? nullptr : subsystem->find_array(name);
    const auto joined = [&] {
        return fmt::format("{}{}", name.empty() ? "" : name + ", ", fmt::join(controllers, ", "));
    };
    if (array == nullptr) {
        return joined();
    }
    std::vector<std::uint32_t> cntlids;
    for (const std::string& teller :
         std::set<std::string>(controllers.begin(), controllers.end())) {
        if (const auto own = array->cntlids.find(teller); own != array->cntlids.end()) {
            cntlids.insert(cntlids.end(), own->second.begin(), own->second.end());
        }
    }
    if (cntlids.size() == array->controllers.size() && !name.empty()) {
        return name;
    }
    const bool tell_apart = std::ranges::all_of(cntlids, [&](std::uint32_t cntlid) {
        return array->holders.at(static_cast<std::uint16_t>(cntlid)) == 1;
    });
    if (cntlids.size() != controllers.size() || !tell_apart) {
        return joined();
    }
    return (name.empty() ? "" : name + " ") + controllers_text(std::move(cntlids));
}

} // namespace haoh::report
