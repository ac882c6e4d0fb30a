// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/round.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace haoh::monitor {

void Round::Portion::add(const Portion& other) {
    std::vector<std::uint32_t> both;
    std::ranges::set_union(nsids, other.nsids, std::back_inserter(both));
    nsids = std::move(both);
    controller = controller || other.controller;
}

Round::Portion Round::next(std::span<const NamespaceObservation> known) {
    if (pause_ > 0) {
        --pause_;
        return {};
    }
    credit_ = std::min(credit_ + known.size() + 1, kTurns * kMost);
    std::size_t due = credit_ / kTurns;
    credit_ %= kTurns;

    Portion portion;
    auto one = std::ranges::upper_bound(known, after_, {}, &NamespaceObservation::nsid);
    for (; due > 0 && one != known.end(); --due, ++one) {
        after_ = one->nsid;
        portion.nsids.push_back(after_);
    }
    if (due > 0) {
        portion.controller = true;
        restart();
    }
    return portion;
}

void Round::restart() {
    after_ = 0;
    credit_ = 0;
}

void Round::found(std::size_t namespaces) {
    pause_ = namespaces / kMost;
    restart();
}

} // namespace haoh::monitor
