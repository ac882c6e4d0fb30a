// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/attribution.hpp>

#include <utility>

namespace haoh {

Attributions::Attributions(std::vector<Attribution> all) {
    all_.reserve(all.size());
    for (Attribution& one : all) {
        add(std::move(one));
    }
}

void Attributions::add(Attribution one) {
    by_host_[one.host].try_emplace(one.controller, all_.size());
    all_.push_back(std::move(one));
}

const Attribution* Attributions::find(std::string_view host, std::string_view controller) const {
    const auto of_host = by_host_.find(host);
    if (of_host == by_host_.end()) {
        return nullptr;
    }
    const auto found = of_host->second.find(controller);
    return found == of_host->second.end() ? nullptr : &all_[found->second];
}

std::string_view Attributions::array_of(std::string_view host, std::string_view controller) const {
    const Attribution* const found = find(host, controller);
    return found == nullptr ? std::string_view{} : std::string_view{found->array};
}

} // namespace haoh
