// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

#include <algorithm>
#include <array>

namespace haoh::test {

namespace {

using Ns = nvme::IdentifyNamespace;

/// A change of Identify Namespace of namespace 2 on array B.
std::function<void(Pair&)> on_b(void (*change)(Ns&)) {
    return [change](Pair& pair) { pair.on_b(2, [change](Path& path) { change(path.identify); }); };
}

using Table = std::array<std::uint32_t, 3>; ///< entries 61 to 63 as in the page

// Two tables each that 64 bits of FNV-1a take for one.
constexpr std::array<Table, 2> kFormats{
    {{0x678ac400, 0x5cd35c00, 0x00005600}, {0xf8dd3900, 0xe5d84600, 0xbc007700}}};
constexpr std::array<Table, 2> kExtendedFormats{
    {{0xe3061600, 0x461f3e00, 0x00008400}, {0x62032400, 0x2f1cbe00, 0x6f002f00}}};

void set_formats(Path& path, const Table& table) {
    for (std::size_t i = 0; i < table.size(); ++i) {
        path.identify.lbaf[61 + i] = {.ms = static_cast<std::uint16_t>(table[i] >> 16U),
                                      .lbads = static_cast<std::uint8_t>(table[i] >> 8U),
                                      .rp = static_cast<std::uint8_t>(table[i])};
    }
}

void set_extended_formats(Path& path, const Table& table) {
    std::copy(table.begin(), table.end(), path.nvm.elbaf.begin() + 61);
}

/// One table on A, the same one or another on B.
template <typename Set>
std::function<void(Pair&)> tables(Set set, const Table& on_a, const Table& on_b) {
    return [=](Pair& pair) {
        pair.on_both(2, [&](Path& path) { set(path, on_a); });
        pair.on_b(2, [&](Path& path) { set(path, on_b); });
    };
}

} // namespace

std::vector<Case> geometry_cases() {
    return {
        {"OtherBlocks",
         [](Pair& pair) {
             pair.on_b(2, [](Path& path) {
                 path.block_size(12);
                 // In units of blocks, of the same number of bytes.
                 path.identify.npwg = path.identify.npwa = 0;
                 path.identify.npdg = path.identify.npda = 0;
                 path.identify.nawun = path.identify.nawupf = 0;
             });
         },
         {"FAIL ns.lbaf_active.equal 2"}},
        {"OtherBlocksOfTheSameNumber",
         on_b([](Ns& id) { id.lbaf[0].lbads = 12; }),
         {"FAIL ns.lbaf_active.equal 2", "FAIL ns.nsze.equal 2"}},
        {"AnotherFormatOfTheTable",
         [](Pair& pair) {
             pair.on_b(2, [](Path& path) {
                 path.block_size(12);
                 path.identify.lbaf[0].lbads = 9;
                 path.identify.flbas = 1;
             });
         },
         {"FAIL ns.lbaf_active.equal 2"}},
        {"MetadataOnOneArray",
         on_b([](Ns& id) {
             id.lbaf[0].ms = 8;
             id.dps = 1;
         }),
         {"FAIL ns.lbaf_active.equal 2"}},
        {"AnotherIndexOfTheSameFormat",
         on_b([](Ns& id) {
             std::swap(id.lbaf[0], id.lbaf[1]);
             id.flbas = 1;
         }),
         {"FAIL ns.flbas.equal 2"}},
        {"MetadataAtTheEndOnOneArray",
         on_b([](Ns& id) { id.flbas = 0x10; }),
         {"FAIL ns.flbas.equal 2"}},
        {"AFormatThatDoesNotExist",
         [](Pair& pair) { pair.on_both(2, [](Path& path) { path.identify.lbaf[0].lbads = 8; }); },
         {"FAIL ns.lbaf_active.sane 2"}},
        {"TablesOfOneHash",
         tables(set_formats, kFormats[0], kFormats[1]),
         {"WARN ns.lbaf_table.equal 2"}},
        {"TheFirstOfTheTablesOfOneHashOnBoth", tables(set_formats, kFormats[0], kFormats[0]), {}},
        {"TheSecondOfTheTablesOfOneHashOnBoth", tables(set_formats, kFormats[1], kFormats[1]), {}},
        {"ExtendedTablesOfOneHash",
         tables(set_extended_formats, kExtendedFormats[0], kExtendedFormats[1]),
         {"WARN ns.lbaf_table.equal 2"}},
        {"OneExtendedTableOnBoth",
         tables(set_extended_formats, kExtendedFormats[1], kExtendedFormats[1]),
         {}},
        {"AFormatBehindTheTable",
         [](Pair& pair) {
             pair.on_both(2, [](Path& path) {
                 path.identify.flbas = 5;
                 path.identify.lbaf[5].lbads = 9;
             });
         },
         {"FAIL ns.lbaf_active.sane 2"}},
        {"AnotherSize",
         on_b([](Ns& id) { id.nsze = id.ncap = id.nuse = id.nsze + 1; }),
         {"FAIL ns.nsze.equal 2"}},
        {"ASizeThatOverflows64BitsOfBytes",
         // 4 blocks of 512 bytes on A; on B 2^63 of 4096, 2^75 bytes: modulo 2^64 rotated, both are 4.
         [](Pair& pair) {
             pair.on_both(2, [](Path& path) {
                 path.identify.nsze = path.identify.ncap = path.identify.nuse = 4;
             });
             pair.on_b(2, [](Path& path) {
                 path.identify.lbaf[0].lbads = 12;
                 path.identify.nsze = std::uint64_t{1} << 63U;
             });
         },
         {"FAIL ns.lbaf_active.equal 2", "FAIL ns.nsze.equal 2"}},
        {"AnotherSizeDuringAResize",
         [](Pair& pair) {
             pair.on_b(2, [](Path& path) { path.identify.nsze += 1; });
             pair.options.config.window = Window::resize;
         },
         {"WARN ns.nsze.equal 2"}},
        {"AnotherCapacity",
         on_b([](Ns& id) { id.ncap = id.nuse = 0x100000; }),
         {"NOTE ns.ncap.equal 2"}},
        {"MoreUsedThanThereIs",
         [](Pair& pair) {
             pair.on_both(2, [](Path& path) { path.identify.nuse = path.identify.ncap + 1; });
         },
         {"NOTE ns.nuse 2"}},
        {"NothingUsedOnAnInaccessiblePath",
         [](Pair& pair) {
             pair.on_b([](Node& node) {
                 node.state(3);
                 for (Path& path : node.paths) {
                     path.identify.nuse = 0;
                     path.identify.nvmcap = {};
                 }
             });
         },
         {}},
        {"AnotherTableOfFormats",
         on_b([](Ns& id) {
             id.lbaf[2].lbads = 13;
             id.nlbaf = 2;
         }),
         {"WARN ns.lbaf_table.equal 2"}},
        {"AnotherExtendedFormat",
         [](Pair& pair) { pair.on_b(2, [](Path& path) { path.nvm.elbaf[1] = 0x100; }); },
         {"WARN ns.lbaf_table.equal 2"}},
        {"ProtectionOnOneArray", on_b([](Ns& id) { id.dps = 1; }), {"FAIL ns.dps.equal 2"}},
        {"AnotherGuard",
         [](Pair& pair) { pair.on_b(2, [](Path& path) { path.nvm.elbaf[0] = 2U << 7U; }); },
         {"FAIL ns.elbaf.equal 2"}},
        {"AnotherGuardOfAnotherIndex",
         [](Pair& pair) {
             // Which format is in use is the finding; that its guard differs follows from it.
             pair.on_both(2, [](Path& path) {
                 path.identify.lbaf[1] = path.identify.lbaf[0];
                 path.nvm.elbaf[1] = 2U << 7U;
             });
             pair.on_b(2, [](Path& path) { path.identify.flbas = 1; });
         },
         {"FAIL ns.flbas.equal 2"}},
        {"AnotherGuardOfOtherBlocks",
         [](Pair& pair) {
             pair.on_b(2, [](Path& path) {
                 path.block_size(12);
                 path.nvm.elbaf[0] = 2U << 7U;
                 path.identify.dps = 1;
                 path.identify.mc = 1;
                 path.identify.noiob = 8;
             });
         },
         {"FAIL ns.lbaf_active.equal 2"}},
        {"NumbersOfOtherBlocks",
         [](Pair& pair) {
             // What is counted in blocks says nothing between blocks of two sizes.
             pair.on_all_paths([](Path& path) { path.identify.nsfeat |= 0x02; });
             pair.on_b(2, [](Path& path) {
                 path.block_size(12);
                 path.identify.nabsn = path.identify.nabo = path.identify.nabspf = 7;
                 path.identify.nawun = path.identify.nawupf = path.identify.nacwu = 1;
                 path.identify.mssrl = 9;
                 path.identify.mcl = 9;
             });
         },
         {"FAIL ns.lbaf_active.equal 2"}},
        {"ACountOfRangesOfOtherBlocks",
         [](Pair& pair) {
             // MSRC counts ranges.
             pair.on_b(2, [](Path& path) {
                 path.block_size(12);
                 path.identify.msrc = 9;
             });
         },
         {"FAIL ns.lbaf_active.equal 2", "WARN ns.copy_limits.equal 2"}},
        {"CapabilitiesOfProtectionThatDiffer",
         on_b([](Ns& id) { id.dpc = 1; }),
         {"WARN ns.dpc_mc.equal 2"}},
        {"ThinOnOneArray", on_b([](Ns& id) { id.nsfeat |= 1; }), {"NOTE ns.nsfeat.thin 2"}},
        {"AtomicSizesThatDiffer",
         [](Pair& pair) {
             pair.on_both(2, [](Path& path) { path.identify.nsfeat |= 2; });
             pair.on_b(2, [](Path& path) { path.identify.nawupf = 0; });
         },
         {"WARN ns.nsfeat.nsabp.equal 2"}},
        {"AtomicSizesThatDoNotCount", on_b([](Ns& id) { id.nawupf = 0; }), {}},
        {"AtomicBoundariesThatDiffer",
         on_b([](Ns& id) { id.nabspf = 7; }),
         {"FAIL ns.nabsn_nabo_nabspf.equal 2"}},
        {"ErrorsForDeallocatedBlocks",
         on_b([](Ns& id) { id.nsfeat |= 4; }),
         {"FAIL ns.nsfeat.dae 2"}},
        {"DeallocatedBlocksThatReadOtherwise",
         on_b([](Ns& id) { id.dlfeat = 0; }),
         {"FAIL ns.dlfeat.equal 2"}},
        {"OptimalSizesThatDiffer",
         on_b([](Ns& id) {
             id.npwg = 15;
             id.noiob = 256;
         }),
         {"WARN ns.optperf.equal 2"}},
        {"CopyLimitsThatDiffer", on_b([](Ns& id) { id.mcl = 9; }), {"WARN ns.copy_limits.equal 2"}},
    };
}

} // namespace haoh::test
