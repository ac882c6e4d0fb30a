// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

namespace haoh::test {

std::vector<Case> attribute_cases() {
    return {
        {"ReservationTypesThatDiffer",
         [](Pair& pair) {
             pair.on_b(2,
                       [](Path& path) { path.identify.rescap = path.independent.rescap = 0x83; });
         },
         {"FAIL ns.rescap.equal 2"}},
        {"ReservationsWithTheOldFlag",
         [](Pair& pair) {
             pair.on_both(
                 2, [](Path& path) { path.identify.rescap = path.independent.rescap = 0x7F; });
         },
         {"WARN resv.ieks 2"}},
        {"ReservationsThatDoNotPersist",
         [](Pair& pair) {
             pair.on_both(
                 2, [](Path& path) { path.identify.rescap = path.independent.rescap = 0xFE; });
         },
         {"FAIL resv.ptpl 2"}},
        {"WriteProtectionOnOneArray",
         [](Pair& pair) {
             pair.on_b(2, [](Path& path) { path.identify.nsattr = path.independent.nsattr = 1; });
         },
         {"FAIL ns.nsattr.write_protect.equal 2"}},
        {"WriteProtectionOnBothArrays",
         [](Pair& pair) {
             pair.on_both(2,
                          [](Path& path) { path.identify.nsattr = path.independent.nsattr = 1; });
         },
         {"NOTE ns.nsattr.writable 2"},
         {{"ns.nsattr.writable", Severity::management, "write protected", "write protected"}}},
        {"DispersedOnOneArray",
         [](Pair& pair) {
             pair.on_both([](Node& node) { node.logs.lids[0x17] = 1; });
             pair.on_b(2, [](Path& path) { path.identify.nmic = path.independent.nmic = 3; });
         },
         {"FAIL ns.nmic.dispersed.equal 2"}},
        {"AFormatUnderWay",
         [](Pair& pair) {
             pair.on_b(2, [](Path& path) { path.identify.fpi = path.independent.fpi = 0x80 | 40; });
         },
         {"WARN ns.fpi 2"}},
        {"ANamespaceThatIsNotReady",
         [](Pair& pair) { pair.on_b(2, [](Path& path) { path.independent.nstat = 0; }); },
         {"FAIL ns.nstat.nrdy 2"}},
        {"ACacheThatOneArrayTakesBack",
         [](Pair& pair) { pair.on_b(2, [](Path& path) { path.independent.nsfeat = 0x20; }); },
         {"FAIL ns.vwcnp.equal 2"}},
        {"RotationalMediaOnOneArray",
         [](Pair& pair) { pair.on_b(2, [](Path& path) { path.independent.nsfeat = 0x10; }); },
         {"NOTE ns.rmedia.equal 2"}},
        {"KeysOnOneArray",
         [](Pair& pair) { pair.on_b(2, [](Path& path) { path.independent.maxkt = 4; }); },
         {"FAIL ns.kpios_maxkt.equal 2"}},
        {"EnduranceGroupsThatDiffer",
         [](Pair& pair) {
             pair.on_b(2, [](Path& path) { path.identify.endgid = path.independent.endgid = 2; });
         },
         {"NOTE ns.endgid_nvmset.equal 2"}},
        {"ReachabilityGroupsThatDiffer",
         [](Pair& pair) { pair.on_b(2, [](Path& path) { path.independent.rgrpid = 2; }); },
         {"WARN reach.rgrpid.unique 2"}},
    };
}

} // namespace haoh::test
