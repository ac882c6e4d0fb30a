// SPDX-License-Identifier: LGPL-2.1-or-later
// What is told of bytes that no rule has a name for, and how differences are put into words.
#include "unit/catalogue/told.hpp"

#include <gmock/gmock.h>

#include <numeric>

namespace haoh::test {
namespace {

using Offsets = std::vector<std::size_t>;

/// Bytes of a page that are 1 on array B; the others are 0.
void set_bytes(Page& page, const Offsets& offsets) {
    nvme::Bytes bytes = page.whole();
    bytes.resize(std::max(bytes.size(), nvme::kIdentifySize));
    for (const std::size_t offset : offsets) {
        bytes[offset] = 1;
    }
    page = Page::of(bytes);
}

Offsets offsets(std::size_t first, std::size_t last, std::size_t step = 1) {
    Offsets out;
    for (std::size_t offset = first; offset <= last; offset += step) {
        out.push_back(offset);
    }
    return out;
}

std::function<void(Pair&)> in_namespace(Page NamespaceObservation::*page, const Offsets& where) {
    return small(1, [page, where](Pair& pair) {
        pair.b[0].path(1).edit = [page, where](NamespaceObservation& out) {
            set_bytes(out.*page, where);
        };
    });
}
std::function<void(Pair&)> in_controller(const Offsets& where) {
    return small(1, [where](Pair& pair) {
        pair.b[0].edit = [where](ControllerObservation& out) { set_bytes(out.identify, where); };
    });
}

std::vector<std::string> differs_in(const std::string& head, const std::string& where,
                                    const std::string& a, const std::string& b) {
    return {head + where, "  array-a 1001: " + a, "  array-b 2001: " + b};
}

std::string repeated(const char* text, unsigned count) {
    std::string out;
    for (unsigned i = 0; i < count; ++i) {
        out += text;
    }
    return out;
}

const std::string kNamespaceNote = "NOTE ns.idns_mask.equal 1: Identify Namespace (CNS 00h) "
                                   "differs between array-a and array-b in ";
const std::string kControllerNote = "NOTE ctrl.idctrl_mask.equal: Identify Controller differs "
                                    "between array-a and array-b in ";

/// Separate bytes of which six are shown.
ToldCase places(unsigned count, const std::string& more) {
    std::string names;
    std::string on_a;
    std::string on_b;
    for (unsigned i = 0; i < 6; ++i) {
        const unsigned offset = 400 + 2 * i;
        const bool last = i == 5 && count == 6;
        names += fmt::format("{}byte {} (vendor specific)", i == 0 ? "" : (last ? " and " : ", "),
                             offset);
        on_a += fmt::format("{}@{} 00", i == 0 ? "" : ", ", offset);
        on_b += fmt::format("{}@{} 01", i == 0 ? "" : ", ", offset);
    }
    return {fmt::format("{}Places", count),
            in_namespace(&NamespaceObservation::identify, offsets(400, 400 + 2 * (count - 1), 2)),
            differs_in(kNamespaceNote, names + more, on_a, on_b)};
}

std::vector<ToldCase> mask_told_cases() {
    const auto identify = &NamespaceObservation::identify;
    return {
        {"TheFirstVendorByte", in_namespace(identify, {384}),
         differs_in(kNamespaceNote, "byte 384 (vendor specific)", "@384 00", "@384 01")},
        {"TheLastVendorByte", in_namespace(identify, {4095}),
         differs_in(kNamespaceNote, "byte 4095 (vendor specific)", "@4095 00", "@4095 01")},
        {"ReservedBytes", in_namespace(identify, {96, 97}),
         differs_in(kNamespaceNote, "bytes 96-97 (reserved)", "@96 0000", "@96 0101")},
        {"BytesApart", in_namespace(identify, {400, 402, 403}),
         differs_in(kNamespaceNote,
                    "byte 400 (vendor specific) and bytes 402-403 (vendor specific)",
                    "@400 00, @402 0000", "@400 01, @402 0101")},
        {"SixteenBytes", in_namespace(identify, offsets(400, 415)),
         differs_in(kNamespaceNote, "bytes 400-415 (vendor specific)", "@400 " + repeated("00", 16),
                    "@400 " + repeated("01", 16))},
        {"SeventeenBytes", in_namespace(identify, offsets(400, 416)),
         differs_in(kNamespaceNote, "bytes 400-416 (vendor specific)",
                    "@400 " + repeated("00", 16) + "...", "@400 " + repeated("01", 16) + "...")},
        places(6, ""),
        places(8, " and 2 more places"),
        // All of the other pages is reserved.
        {"TheIndependentPage",
         in_namespace(&NamespaceObservation::independent, {400}),
         {"NOTE ns.idns_mask.equal 1: Identify Namespace (CNS 08h) differs between array-a and "
          "array-b in byte 400 (reserved)",
          "  array-a 1001: @400 00", "  array-b 2001: @400 01"}},
        {"ThePageOfTheCommandSet",
         in_namespace(&NamespaceObservation::nvm, {4095}),
         {"NOTE ns.idns_mask.equal 1: Identify Namespace (CNS 05h) differs between array-a and "
          "array-b in byte 4095 (reserved)",
          "  array-a 1001: @4095 00", "  array-b 2001: @4095 01"}},
        // A field by its name is more than a byte that nobody knows.
        {"AFieldAndABytes",
         small(1,
               [](Pair& pair) {
                   pair.b[0].path(1).identify.nsfeat |= 0x80;
                   pair.b[0].path(1).edit = [](NamespaceObservation& out) {
                       set_bytes(out.identify, {400});
                   };
               }),
         {"WARN ns.idns_mask.equal 1: Identify Namespace (CNS 00h) differs between array-a and "
          "array-b in nsfeat and byte 400 (vendor specific)",
          "  array-a 1001: nsfeat 10, @400 00", "  array-b 2001: nsfeat 90, @400 01"}},
        {"ThreeKindsOfAPage",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.b[0].path(1).edit = [](NamespaceObservation& out) {
                 set_bytes(out.identify, {500});
             };
             pair.b[1].path(1).edit = [](NamespaceObservation& out) {
                 set_bytes(out.identify, {501});
             };
         },
         {"NOTE ns.idns_mask.equal 1: Identify Namespace (CNS 00h) differs between the controllers "
          "of array-b in bytes 500-501 (vendor specific)",
          "  array-a 1001: @500 0000", "  array-a 1002: @500 0000", "  array-b 2001: @500 0100",
          "  array-b 2002: @500 0001"}},
        // A page that was not read says nothing.
        {"NothingOfAPageThatWasNotRead",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.b[0].path(1).edit = [](NamespaceObservation& out) {
                 set_bytes(out.identify, {500});
             };
             pair.a[0].path(1).edit = [](NamespaceObservation& out) {
                 out.identify = Page::of_failure("timed out");
             };
             pair.options.rules = {"ns.idns_mask.*"};
         },
         {"UNKNOWN snap.verdict_unknown: tcp://10.1.0.1:4420 controller 1001 could not be read "
          "completely",
          "  array-a 1001: pages of 1 namespaces",
          "NOTE ns.idns_mask.equal 1: Identify Namespace (CNS 00h) differs between the controllers "
          "of array-b in byte 500 (vendor specific)",
          "  array-a 1002: @500 00", "  array-b 2002: @500 00", "  array-b 2001: @500 01"}},
        {"AnNguidThatIsRepeatedByOneOnly",
         small(1, [](Pair& pair) { pair.b[0].path(1).identify.nguid = {}; }),
         {"WARN ns.idns_mask.equal 1: Identify Namespace (CNS 00h) differs between array-a and "
          "array-b in nguid",
          "  array-a 1001: nguid " + nguid_text(1), "  array-b 2001: nguid " + repeated("00", 16)}},
        {"AnEui64ThatIsRepeatedByOneOnly",
         small(1, [](Pair& pair) { pair.a[0].path(1).identify.eui64 = {}; }),
         {"WARN ns.idns_mask.equal 1: Identify Namespace (CNS 00h) differs between array-a and "
          "array-b in eui64",
          "  array-a 1001: eui64 " + repeated("00", 8), "  array-b 2001: eui64 " + eui64_text(1)}},
        // Two values of one identifier are a finding, whoever else was not read.
        {"NothingOfAnIdentifierThatContradicts",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.b[0].path(1).identify.nguid = other_nguid();
             pair.b[1].path(1).edit = [](NamespaceObservation& out) {
                 out.identify = Page::of_failure("timed out");
             };
             pair.options.rules = {"ns.idns_mask.*", "ns.desc.*"};
         },
         {fmt::format("FAIL ns.desc.match_idns 1: two values of one identifier on 1 of 2 "
                      "controllers of array-b"),
          fmt::format("  array-b 2001: NGUID {} in the descriptor, {} in Identify Namespace",
                      nguid_text(1), kOtherNguid),
          "UNKNOWN snap.verdict_unknown: tcp://10.2.0.2:4420 controller 2002 could not be read "
          "completely",
          "  array-b 2002: pages of 1 namespaces"}},
        {"TheFirstVendorByteOfAController", in_controller({3072}),
         differs_in(kControllerNote, "byte 3072 (vendor specific)", "@3072 00", "@3072 01")},
        {"AReservedByteOfAController", in_controller({2000}),
         differs_in(kControllerNote, "byte 2000 (reserved)", "@2000 00", "@2000 01")},
        {"AFieldOfAController", small(1, [](Pair& pair) { pair.b[0].id.rab = 6; }),
         differs_in(kControllerNote, "rab", "rab 00", "rab 06")},
        // A short field is shown whole, whichever of its bytes differs. NSSL is at byte 104.
        {"TheSecondByteOfAShortField", in_controller({105}),
         differs_in(kControllerNote, "nssl", "nssl 00000000", "nssl 00010000")},
        // BPCAP is one byte, and the next one is reserved.
        {"AFieldAndTheByteBehindIt", in_controller({102, 103}),
         differs_in(kControllerNote, "bpcap and byte 103 (reserved)", "bpcap 00, @103 00",
                    "bpcap 01, @103 01")},
        // Behind the NUL the name is another to no rule. Byte 768 is the first of SUBNQN.
        {"TheEndOfALongField", in_controller({768 + 200}),
         differs_in(kControllerNote, "subnqn", "subnqn+200 " + repeated("00", 16) + "...",
                    "subnqn+200 01" + repeated("00", 15) + "...")},
        {"TheLastBytesOfALongField", in_controller({768 + 240}),
         differs_in(kControllerNote, "subnqn", "subnqn+240 " + repeated("00", 16),
                    "subnqn+240 01" + repeated("00", 15))},
        {"TheVeryLastByteOfALongField", in_controller({768 + 255}),
         differs_in(kControllerNote, "subnqn", "subnqn+255 00", "subnqn+255 01")},
        {"NoPowerState", in_controller(offsets(2048, 3071)), {}},
        {"ThreeKindsOfController",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.a[0].id.rab = 5;
             pair.a[1].id.rab = 7;
         },
         {"NOTE ctrl.idctrl_mask.equal: Identify Controller differs between the controllers of "
          "array-a in rab",
          "  array-a 1001: rab 05", "  array-a 1002: rab 07", "  array-b 2001: rab 00",
          "  array-b 2002: rab 00"}},
        {"NothingOfAControllerThatWasNotRead",
         [](Pair& pair) {
             pair = Pair(1, 1);
             pair.a[0].id.rab = 5;
             pair.b[0].edit = [](ControllerObservation& out) {
                 out.identify = Page::of_failure("timed out");
             };
             pair.options.rules = {"ctrl.*"};
         },
         {"UNKNOWN snap.verdict_unknown: tcp://10.2.0.1:4420 controller 2001 could not be read "
          "completely",
          "  array-b 2001: Identify Controller: timed out"}},
    };
}

constexpr const char* kModel = "Example Stretch Array";

/// Where values part, and who is at fault, by arrays as far as they are known.
std::vector<ToldCase> where_cases() {
    const auto unknown = [](const std::function<void(Pair&)>& change) {
        return small(1, [change](Pair& pair) {
            // Nothing tells one array from the other.
            pair.on_both([](Node& node) { node.target.clear(); });
            pair.b[0].id.cntlid = 1002;
            pair.b[0].name = "tcp://10.2.0.1:4420 controller 1002";
            change(pair);
        });
    };
    const auto three = [](const std::function<void(Pair&)>& change) {
        return [change](Pair& pair) {
            pair = Pair(2, 1);
            pair.a.pop_back();
            pair.b[1].target = "tcp://10.3.0.1:4420";
            pair.b[1].id.cntlid = 3001;
            pair.b[1].name = "tcp://10.3.0.1:4420 controller 3001";
            change(pair);
        };
    };
    const std::string model = "FAIL ctrl.mn.equal: model number (MN) differs ";
    const std::string nowhere =
        "NOTE model.arrays: it is not known which array each controller is on";
    const auto other_model = [](Node& node) { node.id.mn = ascii<40>("Other"); };
    return {
        {"BetweenControllersOfUnknownArrays",
         unknown([other_model](Pair& pair) { other_model(pair.b[0]); }),
         {model + "between controllers", std::string{"   1001: "} + kModel, "   1002: Other",
          nowhere, "   1001: 10.1.0.1:4420, controller ID 1001",
          "   1002: 10.2.0.1:4420, controller ID 1002"}},
        {"OnAControllerOfUnknownArrays",
         unknown([](Pair& pair) { pair.b[0].id.dctype = 1; }),
         {nowhere, "   1001: 10.1.0.1:4420, controller ID 1001",
          "   1002: 10.2.0.1:4420, controller ID 1002",
          "NOTE ctrl.dctype: DCTYPE on an I/O controller on 1 of 2 controllers", "   1002: 1"}},
        {"BetweenThreeArrays",
         three([other_model](Pair& pair) { other_model(pair.b[1]); }),
         {model + "between array-a, array-b and array-c", std::string{"  array-a 1001: "} + kModel,
          std::string{"  array-b 2001: "} + kModel, "  array-c 3001: Other"}},
        {"OnEveryArray",
         three([](Pair& pair) { pair.on_both([](Node& node) { node.id.dctype = 1; }); }),
         {"NOTE ctrl.dctype: DCTYPE on an I/O controller on every array", "  array-a 1001: 1",
          "  array-b 2001: 1", "  array-c 3001: 1"}},
        {"OnTwoOfThreeArrays",
         three([](Pair& pair) { pair.on_b([](Node& node) { node.id.dctype = 1; }); }),
         {"NOTE ctrl.dctype: DCTYPE on an I/O controller on array-b and array-c",
          "  array-b 2001: 1", "  array-c 3001: 1"}},
        {"OnEveryControllerOfOneArray",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.b.clear();
             pair.on_a([](Node& node) { node.id.dctype = 1; });
         },
         {"NOTE ctrl.dctype: DCTYPE on an I/O controller on every controller", "  array-a 1001: 1",
          "  array-a 1002: 1"}},
        {"WithEqualValuesSideBySide",
         [](Pair& pair) {
             pair = Pair(3, 1);
             pair.on_b([](Node& node) { node.id.dctype = 1; });
             pair.b[1].id.dctype = 2;
             pair.options.rules = {"ctrl.dctype"};
         },
         {"NOTE ctrl.dctype: DCTYPE on an I/O controller on array-b", "  array-b 2001: 1",
          "  array-b 2003: 1", "  array-b 2002: 2"}},
        {"InsideAnArray",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.on_a([](Node& node) { node.id.maxdna[0] = 9; });
             pair.b[0].id.maxdna[0] = 5;
             pair.b[1].id.maxdna[0] = 7;
         },
         {"NOTE ctrl.maxdna.domain: namespace attachments (MAXDNA) differs between the controllers "
          "of array-b",
          "  array-b 2001: 5", "  array-b 2002: 7"}},
        // A path of which the page was not read takes no part,
        {"BetweenThoseThatWereRead",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.a[0].path(1).edit = [](NamespaceObservation& out) {
                 out.identify = Page::of_failure("timed out");
             };
             pair.b[1].path(1).identify.nsze += 8;
             pair.options.rules = {"ns.nsze.*"};
         },
         {"FAIL ns.nsze.equal 1: size (NSZE) differs between the controllers of array-b",
          "  array-a 1002: 2097152 blocks of 512 B (1 GiB)",
          "  array-b 2001: 2097152 blocks of 512 B (1 GiB)",
          "  array-b 2002: 2097160 blocks of 512 B (1 GiB)",
          "UNKNOWN snap.verdict_unknown: tcp://10.1.0.1:4420 controller 1001 could not be read "
          "completely",
          "  array-a 1001: pages of 1 namespaces"}},
        {"BetweenPagesOfTheCommandSet",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.a[0].path(1).edit = [](NamespaceObservation& out) { out.nvm = Page{}; };
             pair.b[1].path(1).nvm.elbaf[0] = 16;
         },
         {"FAIL ns.elbaf.equal 1: format of protection information (ELBAF) differs between the "
          "controllers of array-b",
          "  array-a 1002: 16-bit guard, storage tag of 0 bits (0x0)",
          "  array-b 2001: 16-bit guard, storage tag of 0 bits (0x0)",
          "  array-b 2002: 16-bit guard, storage tag of 16 bits (0x10)"}},
    };
}

INSTANTIATE_TEST_SUITE_P(Where, Told, testing::ValuesIn(where_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(Mask, Told, testing::ValuesIn(mask_told_cases()), told_name);

} // namespace
} // namespace haoh::test
