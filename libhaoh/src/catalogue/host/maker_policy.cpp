// SPDX-License-Identifier: LGPL-2.1-or-later
#include "catalogue/host/maker_policy.hpp"

#include <algorithm>
#include <array>

namespace haoh::judge {

namespace {

constexpr std::array kMakers{
    MakerPolicy{.model = "NetApp ONTAP Controller", .policy = IoPolicy::queue_depth},
    MakerPolicy{.model = "NetApp E-Series", .policy = IoPolicy::round_robin},
    MakerPolicy{.model = "HPE Alletra", .policy = IoPolicy::round_robin},
    MakerPolicy{.model = "VASTData", .policy = IoPolicy::round_robin},
};

} // namespace

const MakerPolicy* maker_policy(std::string_view model) {
    const auto* const found =
        std::find_if(kMakers.begin(), kMakers.end(),
                     [model](const MakerPolicy& one) { return model.starts_with(one.model); });
    return found == kMakers.end() ? nullptr : found;
}

} // namespace haoh::judge
