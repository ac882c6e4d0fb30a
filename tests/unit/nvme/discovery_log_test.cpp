// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/discovery_log.hpp>

#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

namespace haoh::nvme {
namespace {

constexpr std::size_t kFirst = 1024;
constexpr std::size_t kSecond = 2048;

/// A discovery controller over TCP that names one subsystem and one referral.
Bytes two_entries() {
    Bytes log(3072);
    put(log, 0, hex("05 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00 00 00"));
    put(log, kFirst, hex("03 01 02 04 01 00 ff ff 20 00 01 00"));
    put_text(log, kFirst + 32, "4420" + std::string(28, ' '));
    put_text(log, kFirst + 256, "nqn.2024-01.com.example:pair");
    put_text(log, kFirst + 512, "192.0.2.10" + std::string(246, ' '));
    log[kFirst + 768] = 0x02; // SECTYPE: TLS 1.3
    put(log, kSecond, hex("03 02 01 00 02 00 ff ff 20 00 00 00"));
    put_text(log, kSecond + 32, "8009" + std::string(28, ' '));
    put_text(log, kSecond + 256, "nqn.2014-08.org.nvmexpress.discovery");
    put_text(log, kSecond + 512, "2001:db8::1" + std::string(245, ' '));
    return log;
}

TEST(DiscoveryLog, ReadsALog) {
    const DiscoveryLog log = decode_discovery_log(two_entries());
    EXPECT_EQ(brief(log.problems), Briefs{});
    EXPECT_EQ(log.genctr, 5U);
    EXPECT_EQ(log.numrec, 2U);
    EXPECT_EQ(log.recfmt, 0U);
    ASSERT_EQ(log.entries.size(), 2U);
    const DiscoveryEntry& entry = log.entries[0];
    EXPECT_EQ(entry.trtype, static_cast<std::uint8_t>(TransportType::tcp));
    EXPECT_EQ(entry.adrfam, static_cast<std::uint8_t>(AddressFamily::ipv4));
    EXPECT_EQ(entry.subtype, static_cast<std::uint8_t>(SubsystemType::nvm));
    EXPECT_EQ(entry.treq, 4U);
    EXPECT_EQ(entry.portid, 1U);
    EXPECT_EQ(entry.cntlid, 0xFFFFU);
    EXPECT_EQ(entry.asqsz, 32U);
    EXPECT_EQ(entry.eflags, 1U);
    EXPECT_EQ(entry.trsvcid, "4420");
    EXPECT_EQ(entry.subnqn, "nqn.2024-01.com.example:pair");
    EXPECT_EQ(entry.traddr, "192.0.2.10");
    EXPECT_EQ(entry.tsas[0], 2U);
    EXPECT_EQ(log.entries[1].traddr, "2001:db8::1");
    EXPECT_EQ(log.entries[1].subtype, static_cast<std::uint8_t>(SubsystemType::referral));
    EXPECT_EQ(encode(log), two_entries());
}

TEST(DiscoveryLog, ReadsTextsPaddedWithNuls) {
    Bytes log = two_entries();
    std::fill_n(log.begin() + kFirst + 32 + 4, 28, std::uint8_t{0});
    std::fill_n(log.begin() + kFirst + 512 + 10, 246, std::uint8_t{0});
    EXPECT_EQ(decode_discovery_log(log).entries, decode_discovery_log(two_entries()).entries);
    EXPECT_EQ(brief(decode_discovery_log(log).problems), Briefs{});
}

TEST(DiscoveryLog, MayBeEmpty) {
    const DiscoveryLog log = decode_discovery_log(Bytes(1024));
    EXPECT_EQ(brief(log.problems), Briefs{});
    EXPECT_TRUE(log.entries.empty());
}

TEST(DiscoveryLog, IgnoresBytesBehindTheAnnouncedEntries) {
    Bytes log = two_entries();
    log[8] = 1;
    EXPECT_EQ(decode_discovery_log(log).entries.size(), 1U);
    EXPECT_EQ(brief(decode_discovery_log(log).problems), Briefs{});
}

TEST(DiscoveryLog, NamesAHeaderThatWasCutShort) {
    const Bytes log = two_entries();
    EXPECT_EQ(brief(decode_discovery_log({}).problems), Briefs{"header truncated @0"});
    const DiscoveryLog cut = decode_discovery_log(slice(log, 0, 100));
    EXPECT_EQ(brief(cut.problems), (Briefs{"header truncated @100", "numrec truncated @8"}));
    EXPECT_EQ(cut.genctr, 5U);
}

TEST(DiscoveryLog, NamesEntriesThatDidNotCome) {
    const Bytes bytes = two_entries();
    const DiscoveryLog log = decode_discovery_log(slice(bytes, 0, 3071));
    EXPECT_EQ(brief(log.problems), Briefs{"numrec truncated @8"});
    EXPECT_EQ(log.problems[0].text, "2 entries announced, 1 came");
    EXPECT_EQ(log.entries.size(), 1U);
    EXPECT_EQ(log.numrec, 2U);
}

TEST(DiscoveryLog, NamesAnAbsurdNumberOfEntries) {
    Bytes bytes = two_entries();
    put(bytes, 8, hex("ff ff ff ff ff ff ff ff"));
    const DiscoveryLog log = decode_discovery_log(bytes);
    EXPECT_EQ(brief(log.problems), Briefs{"numrec too_many @8"});
    EXPECT_EQ(log.problems[0].text, "18446744073709551615 entries announced, 2 came (at most " +
                                        std::to_string(kMaxDiscoveryEntries) + " are read)");
    EXPECT_EQ(log.entries.size(), 2U);
}

TEST(DiscoveryLog, DoesNotGuessAtAnUnknownRecordFormat) {
    Bytes bytes = two_entries();
    bytes[16] = 1;
    const DiscoveryLog log = decode_discovery_log(bytes);
    EXPECT_EQ(brief(log.problems), Briefs{"recfmt bad_value @16"});
    EXPECT_EQ(log.problems[0].text, "record format 1, of which the layout is not known");
    EXPECT_TRUE(log.entries.empty());
}

TEST(DiscoveryLog, NamesUndefinedValues) {
    Bytes bytes = two_entries();
    put(bytes, kSecond, hex("07 00 09 00 02 00 f0 ff"));
    const DiscoveryLog log = decode_discovery_log(bytes);
    EXPECT_EQ(brief(log.problems), (Briefs{"trtype bad_value @2048", "adrfam bad_value @2049",
                                           "subtype bad_value @2050", "cntlid bad_value @2054"}));
    EXPECT_EQ(log.problems[0].text, "entry 1: the undefined transport type 7");
    EXPECT_EQ(log.problems[3].text, "entry 1: the reserved controller ID FFF0h");
    EXPECT_EQ(log.entries[1].trtype, 7U) << "kept as it is";
}

TEST(DiscoveryLog, NamesTransports) {
    EXPECT_EQ(to_string(TransportType::rdma), "RDMA");
    EXPECT_EQ(to_string(TransportType::fibre_channel), "Fibre Channel");
    EXPECT_EQ(to_string(TransportType::tcp), "TCP");
    EXPECT_EQ(to_string(TransportType::loop), "loop");
    EXPECT_EQ(to_string(static_cast<TransportType>(9)), "transport type 9");
}

TEST(DiscoveryLog, NamesTextsThatAreNotPrintable) {
    Bytes bytes = two_entries();
    bytes[kFirst + 512] = 0x1B;
    bytes[kSecond + 32] = 0xFF;
    const DiscoveryLog log = decode_discovery_log(bytes);
    EXPECT_EQ(brief(log.problems), (Briefs{"traddr bad_value @1536", "trsvcid bad_value @2080"}));
    EXPECT_EQ(log.problems[0].text,
              "entry 0: traddr holds bytes that are not printable ASCII: \"\\x1b92.0.2.10\"");
}

TEST(DiscoveryLog, TakesEachPrintableCharacter) {
    Bytes bytes = two_entries();
    put_text(bytes, kFirst + 512, "a b~c");
    EXPECT_EQ(brief(decode_discovery_log(bytes).problems), Briefs{});
    for (const unsigned letter : {0x1FU, 0x7FU}) {
        bytes[kFirst + 513] = static_cast<std::uint8_t>(letter);
        EXPECT_EQ(brief(decode_discovery_log(bytes).problems), Briefs{"traddr bad_value @1536"});
    }
}

TEST(DiscoveryLog, KnowsAllDefinedValues) {
    // Base 2.1 Figure 294: TRTYPE, ADRFAM and SUBTYPE; CNTLID FFFEh and FFFFh are dynamic ones.
    const auto problems_with = [](std::size_t offset, unsigned value) {
        Bytes bytes = two_entries();
        bytes[kFirst + offset] = static_cast<std::uint8_t>(value);
        return brief(decode_discovery_log(bytes).problems);
    };
    const std::vector<std::tuple<std::size_t, std::string, std::vector<unsigned>>> fields{
        {0, "trtype", {1, 2, 3, 254}}, {1, "adrfam", {1, 2, 3, 4, 254}}, {2, "subtype", {1, 2, 3}}};
    for (const auto& [offset, name, defined] : fields) {
        for (unsigned value = 0; value < 256; ++value) {
            const bool good = std::find(defined.begin(), defined.end(), value) != defined.end();
            EXPECT_EQ(problems_with(offset, value),
                      good ? Briefs{}
                           : Briefs{name + " bad_value @" + std::to_string(kFirst + offset)})
                << value;
        }
    }
    for (const unsigned cntlid : {0x0000U, 0xFFEFU, 0xFFF0U, 0xFFFDU, 0xFFFEU, 0xFFFFU}) {
        Bytes bytes = two_entries();
        store_le(bytes, kFirst + 6, static_cast<std::uint16_t>(cntlid));
        const bool reserved = cntlid >= 0xFFF0 && cntlid <= 0xFFFD;
        EXPECT_EQ(brief(decode_discovery_log(bytes).problems),
                  reserved ? Briefs{"cntlid bad_value @1030"} : Briefs{})
            << cntlid;
    }
}

TEST(DiscoveryLog, NamesDataBehindANul) {
    Bytes bytes = two_entries();
    bytes[kFirst + 512 + 3] = 0;
    bytes[kSecond + 256 + 10] = 0;
    const DiscoveryLog log = decode_discovery_log(bytes);
    EXPECT_EQ(brief(log.problems),
              (Briefs{"traddr trailing_data @1536", "subnqn trailing_data @2304"}));
    EXPECT_EQ(log.entries[0].traddr, "192");
    EXPECT_EQ(log.entries[1].subnqn, "nqn.2014-0");
}

TEST(DiscoveryLog, NamesAnUnterminatedNqn) {
    Bytes bytes = two_entries();
    std::fill_n(bytes.begin() + kFirst + 256, 256, std::uint8_t{'n'});
    const DiscoveryLog log = decode_discovery_log(bytes);
    EXPECT_EQ(brief(log.problems), Briefs{"subnqn bad_length @1280"});
    EXPECT_EQ(log.entries[0].subnqn, std::string(256, 'n'));
}

TEST(DiscoveryLog, CutsTextsThatAreTooLong) {
    DiscoveryLog log = decode_discovery_log(two_entries());
    log.entries[0].trsvcid.assign(100, '1');
    log.entries[0].traddr.assign(1000, 'a');
    const DiscoveryLog again = decode_discovery_log(encode(log));
    EXPECT_EQ(again.entries[0].trsvcid, std::string(32, '1'));
    EXPECT_EQ(again.entries[0].traddr, std::string(256, 'a'));
    EXPECT_EQ(again.entries[0].subnqn, log.entries[0].subnqn);
    EXPECT_EQ(again.entries[1], log.entries[1]);
}

} // namespace
} // namespace haoh::nvme
