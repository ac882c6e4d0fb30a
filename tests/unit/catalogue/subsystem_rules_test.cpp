// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

namespace haoh::test {

namespace {

std::array<std::uint8_t, 256> subnqn(const std::string& text) {
    std::array<std::uint8_t, 256> field{};
    std::copy(text.begin(), text.end(), field.begin());
    return field;
}

} // namespace

std::vector<Case> subsystem_cases() {
    return {
        {"ASubnqnWithoutNul",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.subnqn.fill('x'); }); },
         {"FAIL subsys.nqn.format"}},
        {"ANameThatLinuxHasNoRoomFor",
         [](Pair& pair) {
             pair.on_both(
                 [](Node& node) { node.nqn("nqn.2026-01.io.example:" + std::string(200, 'x')); });
         },
         {"FAIL subsys.nqn.format"}},
        {"TheLongestNameThatLinuxTakes",
         [](Pair& pair) {
             pair.on_both(
                 [](Node& node) { node.nqn("nqn.2026-01.io.example:" + std::string(199, 'x')); });
         },
         {}},
        {"ANameOfAFormOfItsOwn",
         [](Pair& pair) {
             pair.on_both([](Node& node) { node.nqn("storagenode1.example.com:nvme"); });
         },
         {"WARN subsys.nqn.standard"}},
        {"TheDiscoveryNqnOnAnIoController",
         [](Pair& pair) {
             pair.on_b([](Node& node) {
                 node.id.subnqn = subnqn("nqn.2014-08.org.nvmexpress.discovery");
             });
         },
         {"FAIL subsys.nqn.not_discovery"}},
        {"AnotherSubsystemThanTheOneAskedFor",
         [](Pair& pair) {
             pair.on_b([](Node& node) { node.id.subnqn = subnqn("nqn.2026-01.io.example:x"); });
         },
         {"FAIL subsys.nqn.connect_match"}},
        {"ATrailingSpaceInTheSubnqn",
         [](Pair& pair) {
             pair.on_b([](Node& node) { node.id.subnqn = subnqn(std::string{kNqn} + " "); });
         },
         {"FAIL subsys.nqn.connect_match"}},
        {"TwoNamesThatDifferInCase",
         [](Pair& pair) {
             pair.on_a([](Node& node) { node.nqn("nqn.2026-01.io.example:Volumes"); });
             pair.on_b([](Node& node) {
                 node.nqn("nqn.2026-01.io.example:volumes").state(nvme::AnaState::optimized);
             });
         },
         {"FAIL subsys.nqn.equal", "NOTE ctrl.sn.not_shared_by_nqns"}},
        {"ANqnWithTheSerialNumberOfAnArray",
         [](Pair& pair) {
             pair.on_both([](Node& node) { node.nqn("nqn.2026-01.io.example:array.cz3d4f5g6h"); });
         },
         {"NOTE subsys.nqn.no_array_token"}},
        {"ASerialNumberThatDiffers",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.sn = ascii<20>("OTHER"); }); },
         {"WARN ctrl.sn.equal"}},
        {"ASerialNumberThatDiffersInsideAnArray",
         [](Pair& pair) { pair.b[1].id.sn = ascii<20>("OTHER"); },
         {"WARN ctrl.sn.equal"}},
        {"AModelThatDiffers",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.mn = ascii<40>("Other"); }); },
         {"FAIL ctrl.mn.equal"}},
        {"ASerialNumberPaddedWithNuls",
         [](Pair& pair) {
             pair.on_b([](Node& node) { node.id.sn = ascii<20>("CZ3D4F5G6H", '\0'); });
         },
         {"WARN ctrl.sn_mn.ascii_padded"}},
        {"ABlankModel",
         [](Pair& pair) { pair.on_both([](Node& node) { node.id.mn = ascii<40>(""); }); },
         {"WARN ctrl.sn_mn.ascii_padded"}},
        {"AVendorThatDiffers",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.vid = 0x1234; }); },
         {"NOTE ctrl.vid.equal"}},
        {"ASubsystemVendorThatDiffers",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.ssvid = 0x1234; }); },
         {"NOTE ctrl.ssvid.equal"}},
        {"AnOuiThatDiffers",
         [](Pair& pair) {
             pair.on_b([](Node& node) { node.id.ieee = {1, 2, 3}; });
             pair.on_all_paths([](Path& path) { path.nguid(std::nullopt).eui64(std::nullopt); });
         },
         {"NOTE ctrl.ieee.equal"}},
        {"FirmwareThatDiffersBetweenArrays",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.fr = ascii<8>("7.3.0"); }); },
         {"NOTE ctrl.fr.domain"}},
        {"FirmwareThatDiffersInsideAnArray",
         [](Pair& pair) { pair.b[1].id.fr = ascii<8>("7.3.0"); },
         {"WARN ctrl.fr.domain"}},
        {"FirmwareThatDiffersInsideAnArrayDuringAnUpgrade",
         [](Pair& pair) {
             pair.b[1].id.fr = ascii<8>("7.3.0");
             pair.options.config.window = Window::upgrade;
         },
         {"NOTE ctrl.fr.domain"}},
        {"FirmwareThatDiffersBetweenArraysDuringAnUpgrade",
         [](Pair& pair) {
             pair.on_b([](Node& node) { node.id.fr = ascii<8>("7.3.0"); });
             pair.options.config.window = Window::upgrade;
         },
         {}},
        {"OneUnitOnTwoArrays",
         [](Pair& pair) { pair.on_both([](Node& node) { node.id.fguid.fill(7); }); },
         {"NOTE ctrl.fguid.domain"}},
        {"UnitsOfTheirOwnOnEachController",
         [](Pair& pair) {
             pair.a[0].id.fguid.fill(7);
             pair.b[0].id.fguid.fill(8);
             pair.b[1].id.fguid.fill(9);
         },
         {}},
    };
}

} // namespace haoh::test
