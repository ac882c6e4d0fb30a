// SPDX-License-Identifier: LGPL-2.1-or-later
// As field_test.cpp, for what is no Identify page: properties (Base Specification 2.1 Figures 36, 37
// and 43), features, I/O command sets, descriptors of identifiers, and the connection itself.
#include "unit/catalogue/field_bits.hpp"

#include <haoh/nvme/command.hpp>
#include <haoh/nvme/fabrics.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

struct LinkFlip {
    FieldBits row; ///< `mask` counts the bits for `flip`
    std::function<void(ControllerObservation&, unsigned bit)> flip;
    bool of_namespace{};
};

std::ostream& operator<<(std::ostream& out, const LinkFlip& one) {
    return out << one.row.name;
}

FieldBits link_row(const char* name, std::uint64_t mask, std::vector<std::string> expected,
                   const char* reason = "", void (*prepare)(Pair&) = nullptr) {
    return {.name = name,
            .length = 8,
            .mask = mask,
            .expected = std::move(expected),
            .reason = reason,
            .prepare = prepare};
}

/// The clause does not say where: which of the host's identities is the right one is not known.
FieldBits placeless(FieldBits row) {
    row.says_where = false;
    return row;
}

// Properties.

LinkFlip property(std::uint32_t offset, FieldBits row) {
    return {.row = std::move(row),
            .flip = [offset](ControllerObservation& controller, unsigned bit) {
                controller.properties.at(offset) ^= std::uint64_t{1} << bit;
            }};
}

const char* const kOfController = "of one controller: a host asks each";

std::vector<FieldBits> cap_bits() {
    return {
        link_row("CAP MQES below MAXCMD", 0x7F, {"NOTE ctrl.maxcmd.nonzero"},
                 "MAXCMD is 128, the whole queue"),
        link_row("CAP MQES larger", 0xFF80, {}, kOfController),
        link_row("CAP CQR AMS", 0xFF'0000, {}, kOfController),
        link_row("CAP TO", 0xFF00'0000, {}, "a time of its own"),
        link_row("CAP DSTRD", 0xFULL << 32U, {}, "of PCIe"),
        link_row("CAP NSSRS", 1ULL << 36U, {"WARN prop.cap.nssrs_nsses"}),
        link_row("CAP CSS of the NVM command set", 0x41ULL << 37U, {},
                 "one bit before NVMe 2.0, another from there on; both are set"),
        link_row("CAP CSS", 0xBEULL << 37U, {"OWN prop.cap.css.equal"}),
        link_row("CAP BPS CPS", 0x7ULL << 45U, {}, "no rule"),
        link_row("CAP MPSMIN", 0xFULL << 48U, {"WARN ctrl.mdts.min", "OWN prop.cap.mps"},
                 "MDTS counts in pages of MPSMIN"),
        link_row("CAP MPSMAX to the end", 0xFFFULL << 52U, {}, "no rule"),
    };
}

std::vector<LinkFlip> properties() {
    std::vector<LinkFlip> out;
    for (FieldBits& row : cap_bits()) {
        out.push_back(property(nvme::property::cap, std::move(row)));
    }
    out.push_back(property(nvme::property::cap,
                           link_row("CAP TO of 0", 1ULL << 24U, {"NOTE prop.cap.to_crto.plausible"},
                                    "", [](Pair& pair) {
                                        pair.on_both([](Node& node) {
                                            node.edit = [](ControllerObservation& seen) {
                                                seen.properties.at(nvme::property::cap) &=
                                                    ~(0xFEULL << 24U);
                                                seen.properties.at(nvme::property::cap) |= 1ULL
                                                                                           << 24U;
                                            };
                                        });
                                    })));
    out.push_back(
        property(nvme::property::cap,
                 link_row("CAP MPSMIN alone", 0xFULL << 48U, {"OWN prop.cap.mps"}, "",
                          [](Pair& pair) { pair.on_both([](Node& node) { node.id.mdts = 0; }); })));
    out.push_back(property(nvme::property::csts,
                           link_row("CSTS RDY CFS SHST", 0x0F, {"FAIL prop.csts.ready_nofatal"})));
    out.push_back(
        property(nvme::property::csts, link_row("CSTS others", 0xFFFF'FFF0, {}, "no rule")));
    out.push_back(
        property(nvme::property::vs, link_row("VS alone", 0x0001'01FF,
                                              {"NOTE ctrl.ver.matches_vs", "WARN ctrl.ver.domain"},
                                              "VER shall be VS")));
    LinkFlip version{.row = link_row("VS and VER", 0x0001'01FF, {"WARN ctrl.ver.domain"}),
                     .flip = [](ControllerObservation& controller, unsigned bit) {
                         controller.properties.at(nvme::property::vs) ^= std::uint64_t{1} << bit;
                         flip_bit(controller.identify, 80, bit);
                     }};
    out.push_back(version);
    // Without the major number, 2.1 is 0.1.
    version.row = link_row("VS and VER before 1.2.1", 0x0002'0000,
                           {"WARN ctrl.ver.domain", "WARN prop.vs.supported"},
                           "ANA, reservations and fabrics are newer");
    out.push_back(version);
    return out;
}

// Features and I/O command sets.

constexpr auto kKatoTwice = [](ControllerObservation& controller, unsigned /*bit*/) {
    nvme::Bytes bytes(4);
    nvme::store_le(bytes, 0, std::uint32_t{20000});
    controller.features.at(nvme::fid::keep_alive_timer) = Page::of(bytes);
};

template <std::uint8_t Fid>
void flip_feature(ControllerObservation& controller, unsigned bit) {
    flip_bit(controller.features.at(Fid), 0, bit);
}

void with_write_cache(Pair& pair) {
    pair.on_both([](Node& node) {
        node.edit = [](ControllerObservation& out) {
            out.features[nvme::fid::volatile_write_cache] = Page::of(nvme::Bytes{1, 0, 0, 0});
        };
    });
}

std::vector<LinkFlip> features() {
    return {
        {.row = link_row("KATO of 20 s", 1, {"WARN feat.kato.equal"}), .flip = kKatoTwice},
        {.row =
             link_row("KATO", 0xFFFF'FFFF, {"WARN feat.kato.equal", "NOTE feat.kato.granularity"},
                      "no multiple of a second, as KAS wants"),
         .flip = flip_feature<nvme::fid::keep_alive_timer>},
        {.row = link_row("write cache enabled", 1, {"WARN feat.vwc.equal"}, "", with_write_cache),
         .flip = flip_feature<nvme::fid::volatile_write_cache>},
        {.row = link_row("write cache reserved", 0xFFFF'FFFE, {}, "reserved", with_write_cache),
         .flip = flip_feature<nvme::fid::volatile_write_cache>},
        {.row = link_row("asynchronous events", 0xFFFF'FFFF, {},
                         "a setting of the host, for each controller"),
         .flip = flip_feature<nvme::fid::async_event_configuration>},
        {.row = link_row("first combination of I/O command sets", ~std::uint64_t{0},
                         {"WARN ctrl.csi_vector"}),
         .flip = [](ControllerObservation& controller,
                    unsigned bit) { flip_bit(controller.io_command_sets, 0, bit); }},
        {.row = link_row("eighth combination of I/O command sets", ~std::uint64_t{0},
                         {"WARN ctrl.csi_vector"}),
         .flip =
             [](ControllerObservation& controller, unsigned bit) {
                 nvme::Bytes bytes = controller.io_command_sets.whole();
                 bytes.resize(64);
                 controller.io_command_sets = Page::of(bytes);
                 flip_bit(controller.io_command_sets, 56, bit);
             }},
    };
}

// The connection.

template <auto Member>
void flip_negotiated(ControllerObservation& controller, unsigned /*bit*/) {
    controller.connection.*Member = !(controller.connection.*Member);
}

std::vector<LinkFlip> connections() {
    const std::vector<std::string> kDigest{"WARN conn.sqflow_digest_tls.equal"};
    return {
        {.row = link_row("header digest", 1, kDigest),
         .flip = flip_negotiated<&Connection::header_digest>},
        {.row = link_row("data digest", 1, kDigest),
         .flip = flip_negotiated<&Connection::data_digest>},
        {.row = link_row("flow control", 1, kDigest),
         .flip = flip_negotiated<&Connection::sq_flow_control_disabled>},
        {.row = link_row("MAXH2CDATA", 1, {}, kOfController),
         .flip = [](ControllerObservation& controller,
                    unsigned /*bit*/) { controller.connection.maxh2cdata = 0x10000; }},
        {.row = placeless(link_row("host NQN", 1, {"FAIL conn.hostnqn_hostid.same"})),
         .flip = [](ControllerObservation& controller,
                    unsigned /*bit*/) { controller.connection.hostnqn.back() ^= 1; }},
        {.row = placeless(link_row("host ID", 0xFFFF, {"FAIL conn.hostnqn_hostid.same"})),
         .flip = [](ControllerObservation& controller,
                    unsigned bit) { controller.connection.hostid.at(bit) ^= 1; }},
        {.row = link_row("CNTLID of Connect", 0x03FF, {"FAIL ctrl.cntlid.connect_match"}),
         .flip =
             [](ControllerObservation& controller, unsigned bit) {
                 controller.connection.cntlid ^= static_cast<std::uint16_t>(1U << bit);
             }},
        {.row = link_row("CNTLID asked for", 0xFFFF, {"FAIL ctrl.cntlid.connect_match"}, "",
                         [](Pair& pair) {
                             pair.on_both([](Node& node) {
                                 node.edit = [](ControllerObservation& out) {
                                     out.connection.requested_cntlid = out.connection.cntlid;
                                 };
                             });
                         }),
         .flip =
             [](ControllerObservation& controller, unsigned bit) {
                 // Not beyond FFEFh, where any ID is asked for.
                 controller.connection.requested_cntlid ^=
                     static_cast<std::uint16_t>(1U << bit % 15);
             }},
        {.row = link_row("transport", 1, {"WARN conn.transport.not_mixed"}),
         .flip = [](ControllerObservation& controller,
                    unsigned /*bit*/) { controller.transport = "rdma"; }},
    };
}

// Identifiers, in the list of CSI, UUID, NGUID and EUI64, and in CNS 00h.

constexpr std::size_t kHeader = 4; ///< of a descriptor
constexpr std::size_t kCsi = kHeader;
constexpr std::size_t kUuid = kCsi + 1 + kHeader;
constexpr std::size_t kNguid = kUuid + 16 + kHeader;
constexpr std::size_t kEui64 = kNguid + 16 + kHeader;

template <std::size_t Offset>
void flip_descriptor(ControllerObservation& controller, unsigned bit) {
    flip_bit(flipped_namespace(controller).descriptors, Offset, bit);
}
template <std::size_t Offset, std::size_t InIdentify>
void flip_both(ControllerObservation& controller, unsigned bit) {
    flip_descriptor<Offset>(controller, bit);
    flip_bit(flipped_namespace(controller).identify, InIdentify, bit);
}

std::vector<LinkFlip> identifiers() {
    // Bit 0 of the extensions would make the fixture's NGUID one that holds the EUI64.
    const char* const kOui = "the OUI of another vendor";
    return {
        {.row = link_row("CSI", 0xFF, {"FAIL ns.csi.equal"}),
         .flip = flip_descriptor<kCsi>,
         .of_namespace = true},
        {.row = link_row("UUID time", 0x0FFF'FFFF'FFFF'FFFF >> 8U, {"FAIL ns.uuid.equal"}),
         .flip = flip_descriptor<kUuid>,
         .of_namespace = true},
        {.row = link_row("UUID node", 0xFFFF'FFFF'FFFF'FF3F, {"FAIL ns.uuid.equal"}),
         .flip = flip_descriptor<kUuid + 8>,
         .of_namespace = true},
        {.row = link_row("UUID variant", 0xC0, {"FAIL ns.uuid.equal", "NOTE ns.uuid.rfc9562"},
                         "another variant"),
         .flip = flip_descriptor<kUuid + 8>,
         .of_namespace = true},
        {.row = link_row("NGUID vendor's extension", ~std::uint64_t{0}, {"FAIL ns.nguid.equal"}),
         .flip = flip_both<kNguid, 104>,
         .of_namespace = true},
        {.row =
             link_row("NGUID OUI", 0xFF'FFFF, {"FAIL ns.nguid.equal", "NOTE ns.nguid.oui"}, kOui),
         .flip = flip_both<kNguid + 8, 112>,
         .of_namespace = true},
        {.row = link_row("NGUID extension", 0xFF'FFFF'FFFE, {"FAIL ns.nguid.equal"}),
         .flip = flip_both<kNguid + 11, 115>,
         .of_namespace = true},
        {.row =
             link_row("EUI64 OUI", 0xFF'FFFF, {"FAIL ns.eui64.equal", "NOTE ns.eui64.oui"}, kOui),
         .flip = flip_both<kEui64, 120>,
         .of_namespace = true},
        {.row = link_row("EUI64 extension", 0xFF'FFFF'FFFE, {"FAIL ns.eui64.equal"}),
         .flip = flip_both<kEui64 + 3, 123>,
         .of_namespace = true},
        {.row = link_row("NGUID in the list only", ~std::uint64_t{0}, {"FAIL ns.desc.match_idns"}),
         .flip = flip_descriptor<kNguid>,
         .of_namespace = true},
        {.row = link_row("EUI64 in the list only", 0xFF'FFFF'FFFE, {"FAIL ns.desc.match_idns"}),
         .flip = flip_descriptor<kEui64 + 3>,
         .of_namespace = true},
    };
}

class LinkField : public testing::TestWithParam<LinkFlip> {};

TEST_P(LinkField, IsJudgedByItsRuleAndNoOther) {
    const LinkFlip& one = GetParam();
    Pair pair = flippable();
    if (one.row.prepare != nullptr) {
        one.row.prepare(pair);
    }
    const Observation healthy = pair.observation();
    ASSERT_THAT(lines(check(healthy)), testing::IsEmpty());
    EXPECT_TRUE(!one.row.expected.empty() || !one.row.reason.empty());
    std::vector<unsigned> bits;
    for (unsigned bit = 0; bit < 64; ++bit) {
        if ((one.row.mask >> bit & 1U) != 0) {
            bits.push_back(bit);
        }
    }
    for (const unsigned bit : sample_bits(bits)) {
        for (const Flipped& place : flip_places()) {
            Observation broken = healthy;
            for (const std::size_t index : place) {
                one.flip(broken.controllers[index], bit);
            }
            expect_flip(check(broken), broken, place, one.row, one.of_namespace, bit);
            if (HasFailure()) {
                return;
            }
        }
    }
}

std::string name_of_link(const testing::TestParamInfo<LinkFlip>& one) {
    return flip_name(one.param.row.name);
}

INSTANTIATE_TEST_SUITE_P(Properties, LinkField, testing::ValuesIn(properties()), name_of_link);
INSTANTIATE_TEST_SUITE_P(Features, LinkField, testing::ValuesIn(features()), name_of_link);
INSTANTIATE_TEST_SUITE_P(Connections, LinkField, testing::ValuesIn(connections()), name_of_link);
INSTANTIATE_TEST_SUITE_P(Identifiers, LinkField, testing::ValuesIn(identifiers()), name_of_link);

TEST(LinkFields, CoverCap) {
    std::uint64_t all = 0;
    for (const FieldBits& row : cap_bits()) {
        EXPECT_EQ(all & row.mask, 0U) << row.name;
        all |= row.mask;
    }
    EXPECT_EQ(all, ~std::uint64_t{0});
}

} // namespace
} // namespace haoh::test
