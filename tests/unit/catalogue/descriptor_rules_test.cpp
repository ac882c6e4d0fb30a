// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

namespace haoh::test {

namespace {

constexpr std::uint64_t kIoCommandSets = 1ULL << 43U; // CAP.CSS bit 6
constexpr std::uint64_t kCrims = 1ULL << 60U;         // CAP.CRMS.CRIMS

void set_cap_bits(ControllerObservation& out, std::uint64_t mask, std::uint64_t value) {
    std::uint64_t& cap = out.properties[nvme::property::cap];
    cap = (cap & ~mask) | value;
}

Page refused() {
    return Page::of_status(nvme::Status{0x4002});
}

/// The first descriptor of the fixture is that of the command set.
void command_set(Path& path, std::uint8_t csi) {
    path.descriptors.front().nid = {csi};
}

} // namespace

std::vector<Case> descriptor_cases() {
    return {
        {"AUuidThatIsDescribedTwice",
         [](Pair& pair) {
             pair.on_b(1, [](Path& path) {
                 const nvme::Uuid uuid = other_uuid();
                 path.descriptors.push_back({.nidt = 3, .nid = {uuid.begin(), uuid.end()}});
             });
         },
         {"FAIL ns.desc.no_dup_type 1"}},
        {"ADescriptorOfTheWrongLength",
         [](Pair& pair) {
             pair.on_b(1, [](Path& path) { path.descriptors.back().nid.resize(7); });
         },
         {"FAIL ns.desc.lengths 1"}},
        {"DataBehindTheList",
         [](Pair& pair) {
             pair.on_b(1, [](Path& path) {
                 path.edit = [](NamespaceObservation& out) {
                     out.descriptors.bytes.resize(200);
                     out.descriptors.bytes.back() = 1;
                 };
             });
         },
         {"FAIL ns.desc.lengths 1"}},
        {"AnAllZeroIdentifier",
         [](Pair& pair) {
             pair.on_all_paths([](Path& path) { path.nguid(std::nullopt); });
             pair.on_b(1, [](Path& path) {
                 path.descriptors.push_back({.nidt = 2, .nid = nvme::Bytes(16)});
             });
         },
         {"WARN ns.desc.no_zero_ids 1"}},
        {"TwoValuesOfOneIdentifier",
         [](Pair& pair) { pair.on_b(1, [](Path& path) { path.identify.eui64 = other_eui64(); }); },
         {"FAIL ns.desc.match_idns 1"}},
        {"TwoValuesOfOneNguid",
         [](Pair& pair) {
             pair.on_b(1, [](Path& path) {
                 const nvme::Nguid real = path.identify.nguid;
                 path.nguid(other_nguid());
                 path.identify.nguid = real;
             });
         },
         {"FAIL ns.desc.match_idns 1"}},
        {"NoCommandSetDescriptor",
         [](Pair& pair) {
             pair.on_b(1, [](Path& path) { path.descriptors.erase(path.descriptors.begin()); });
         },
         {"FAIL ns.desc.csi_present 1"}},
        {"ADescriptorThatOnlyOneArraySends",
         [](Pair& pair) {
             // In Identify Namespace of both, in the list of A only: the same to older kernels.
             pair.on_b(1, [](Path& path) {
                 const nvme::Nguid nguid = path.identify.nguid;
                 path.nguid(std::nullopt);
                 path.identify.nguid = nguid;
             });
         },
         {"FAIL ns.desc.bytes_equal 1"}},
        {"DescriptorsInAnotherOrder",
         [](Pair& pair) {
             pair.on_b(1, [](Path& path) {
                 std::reverse(path.descriptors.begin(), path.descriptors.end());
             });
         },
         {}},
        {"TwoViewsThatDiffer",
         [](Pair& pair) { pair.on_both(1, [](Path& path) { path.independent.rescap = 0x01; }); },
         {"WARN ns.cns08_match_cns00 1"}},
        {"DescriptorsThatAreRefused",
         [](Pair& pair) {
             pair.on_both(1, [](Path& path) {
                 path.edit = [](NamespaceObservation& out) { out.descriptors = refused(); };
             });
         },
         {"FAIL ns.desc.supported 1"}},
        {"MediaThatComeLaterWithoutTheirPage",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 node.edit = [](ControllerObservation& out) { set_cap_bits(out, kCrims, kCrims); };
             });
             pair.on_both(1, [](Path& path) {
                 path.edit = [](NamespaceObservation& out) { out.independent = refused(); };
             });
         },
         {"FAIL ns.cns08.supported 1"}},
        {"NoIndependentPage",
         [](Pair& pair) {
             pair.on_both(1, [](Path& path) {
                 path.edit = [](NamespaceObservation& out) { out.independent = refused(); };
             });
         },
         {}},
        {"ACommandSetThatIsNotOffered",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 node.edit = [](ControllerObservation& out) {
                     set_cap_bits(out, kIoCommandSets, 0);
                 };
             });
             pair.on_both(1, [](Path& path) { command_set(path, 2); });
         },
         {"FAIL ns.csi.offered 1"},
         {{"ns.csi.offered", Severity::loss, "CSI 2", "CSI 2"}}},
        {"KeysAndValues",
         [](Pair& pair) { pair.on_both(1, [](Path& path) { command_set(path, 1); }); },
         {"NOTE ns.csi.block 1"},
         {{"ns.csi.block", Severity::management, "CSI 1", "CSI 1"}}},
        {"Zones",
         [](Pair& pair) { pair.on_both(1, [](Path& path) { command_set(path, 2); }); },
         {}},
    };
}

} // namespace haoh::test
