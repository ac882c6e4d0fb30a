// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

#include <haoh/nvme/command.hpp>

namespace haoh::test {

namespace {

std::function<void(ControllerObservation&)> feature(std::uint8_t fid, std::uint32_t value) {
    return [fid, value](ControllerObservation& out) {
        nvme::Bytes bytes(4);
        nvme::store_le(bytes, 0, value);
        out.features[fid] = Page::of(bytes);
    };
}

} // namespace

std::vector<Case> feature_cases() {
    return {
        {"KeepAliveTimeoutsThatDiffer",
         [](Pair& pair) {
             pair.on_b([](Node& node) { node.edit = feature(nvme::fid::keep_alive_timer, 15000); });
         },
         {"WARN feat.kato.equal"}},
        {"NoKeepAliveTimeout",
         [](Pair& pair) {
             pair.on_b([](Node& node) { node.edit = feature(nvme::fid::keep_alive_timer, 0); });
         },
         {"WARN feat.kato.nonzero"},
         {{"feat.kato.nonzero", Severity::degraded, "", "0 ms"}}},
        {"AKeepAliveTimeoutBetweenItsSteps",
         [](Pair& pair) {
             pair.on_both(
                 [](Node& node) { node.edit = feature(nvme::fid::keep_alive_timer, 10500); });
         },
         {"NOTE feat.kato.granularity"}},
        {"QuiesceTimesThatDiffer",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.cqt = 10000; }); },
         {"WARN feat.cqt.equal"}},
        {"AWriteCacheThatIsEnabledOnOneArray",
         [](Pair& pair) {
             pair.on_a([](Node& node) { node.edit = feature(nvme::fid::volatile_write_cache, 0); });
             pair.on_b([](Node& node) { node.edit = feature(nvme::fid::volatile_write_cache, 1); });
         },
         {"WARN feat.vwc.equal"}},
        {"LimitsOfResetsThatDiffer",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.ccrl = 4; }); },
         {"NOTE ccr.limit"}},
    };
}

} // namespace haoh::test
