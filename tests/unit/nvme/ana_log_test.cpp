// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/ana_log.hpp>

#include "support/growth.hpp"
#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

#include <unordered_set>

namespace haoh::nvme {
namespace {

/// As nvmet sends it: two groups, the first optimized with NSIDs 1 and 2, the second inaccessible
/// with NSID 3; one change count everywhere.
Bytes nvmet_log() {
    return hex("07 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00" // CHGC 7, NAGD 2
               "01 00 00 00 02 00 00 00 07 00 00 00 00 00 00 00" // AGID 1, NNV 2, CHGC 7
               "01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00" // optimized
               "01 00 00 00 02 00 00 00"                         // NSIDs
               "02 00 00 00 01 00 00 00 07 00 00 00 00 00 00 00" // AGID 2, NNV 1
               "03 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00" // inaccessible
               "03 00 00 00");
}

AnaGroup group(std::uint32_t agid, AnaState state, std::vector<std::uint32_t> nsids) {
    return {.agid = agid, .chgc = 1, .state = state, .state_byte = 0, .nsids = std::move(nsids)};
}

Bytes log_of(std::vector<AnaGroup> groups) {
    AnaLog log;
    log.nagd = static_cast<std::uint16_t>(groups.size());
    log.groups = std::move(groups);
    return encode(log);
}

TEST(AnaLog, ReadsALog) {
    const AnaLog log = decode_ana_log(nvmet_log());
    EXPECT_EQ(brief(log.problems), Briefs{});
    EXPECT_EQ(log.chgc, 7U);
    EXPECT_EQ(log.nagd, 2U);
    EXPECT_EQ(log.length, nvmet_log().size());
    ASSERT_EQ(log.groups.size(), 2U);
    EXPECT_EQ(log.groups[0].agid, 1U);
    EXPECT_EQ(log.groups[0].state, AnaState::optimized);
    EXPECT_EQ(log.groups[0].chgc, 7U);
    EXPECT_EQ(log.groups[0].nsids, (std::vector<std::uint32_t>{1, 2}));
    EXPECT_EQ(log.groups[1].state, AnaState::inaccessible);
    EXPECT_EQ(encode(log), nvmet_log());
}

TEST(AnaLog, MayBeEmpty) {
    const AnaLog log = decode_ana_log(Bytes(16));
    EXPECT_EQ(brief(log.problems), Briefs{});
    EXPECT_EQ(log.length, 16U);
    EXPECT_TRUE(log.groups.empty());
}

TEST(AnaLog, AllowsEmptyGroupsAndBytesBehindTheLog) {
    Bytes bytes = log_of({group(1, AnaState::optimized, {}), group(9, AnaState::change, {4})});
    const std::size_t size = bytes.size();
    bytes.resize(8208, 0xEE);
    const AnaLog log = decode_ana_log(bytes);
    EXPECT_EQ(brief(log.problems), Briefs{});
    EXPECT_EQ(log.length, size);
}

TEST(AnaLog, KnowsAllDefinedStates) {
    for (const AnaState state :
         {AnaState::optimized, AnaState::non_optimized, AnaState::inaccessible,
          AnaState::persistent_loss, AnaState::change}) {
        EXPECT_EQ(brief(decode_ana_log(log_of({group(1, state, {1})})).problems), Briefs{});
    }
}

TEST(AnaLog, NamesUndefinedStatesAndReservedBits) {
    AnaGroup undefined = group(1, static_cast<AnaState>(5), {1});
    AnaGroup zero = group(2, static_cast<AnaState>(0), {2});
    AnaGroup reserved = group(3, AnaState::optimized, {3});
    reserved.state_byte = 0x81;
    const AnaLog log = decode_ana_log(log_of({undefined, zero, reserved}));
    EXPECT_EQ(brief(log.problems),
              (Briefs{"anas bad_value @32", "anas bad_value @68", "anas reserved_bits @104"}));
    EXPECT_EQ(log.problems[0].text, "group 1 in the undefined state 5h");
    EXPECT_EQ(log.groups[2].state, AnaState::optimized) << "the state itself is readable";
    EXPECT_EQ(log.groups[2].state_byte, 0x81U);
    EXPECT_EQ(decode_ana_log(encode(log)).groups, log.groups);
}

TEST(AnaLog, NamesGroupsOutOfOrder) {
    const AnaLog log = decode_ana_log(
        log_of({group(1, AnaState::optimized, {1}), group(5, AnaState::optimized, {2}),
                group(3, AnaState::optimized, {3})}));
    EXPECT_EQ(brief(log.problems), Briefs{"agid not_ascending @88"});
    EXPECT_EQ(log.problems[0].text, "group 3 comes after group 5");
    EXPECT_EQ(log.groups.size(), 3U);
}

TEST(AnaLog, NamesAGroupThatIsDescribedTwice) {
    const AnaLog log = decode_ana_log(
        log_of({group(1, AnaState::optimized, {1}), group(2, AnaState::optimized, {2}),
                group(1, AnaState::inaccessible, {3})}));
    EXPECT_EQ(brief(log.problems), Briefs{"agid duplicate @88"});
}

TEST(AnaLog, NamesGroupZero) {
    const AnaLog log = decode_ana_log(
        log_of({group(0, AnaState::optimized, {1}), group(0, AnaState::optimized, {2})}));
    EXPECT_EQ(brief(log.problems), (Briefs{"agid zero_value @16", "agid zero_value @52"}));
}

TEST(AnaLog, NamesNamespacesOutOfOrder) {
    const AnaLog log = decode_ana_log(log_of({group(1, AnaState::optimized, {1, 4, 2, 9})}));
    EXPECT_EQ(brief(log.problems), Briefs{"nsid not_ascending @56"});
    EXPECT_EQ(log.problems[0].text, "NSID 2 comes after 4 in group 1");
    const AnaLog next = decode_ana_log(
        log_of({group(1, AnaState::optimized, {7}), group(2, AnaState::optimized, {3})}));
    EXPECT_EQ(brief(next.problems), Briefs{}) << "order counts inside a group only";
}

TEST(AnaLog, NamesANamespaceInTwoGroups) {
    const AnaLog log = decode_ana_log(
        log_of({group(1, AnaState::optimized, {1, 2}), group(2, AnaState::inaccessible, {2, 3}),
                group(3, AnaState::inaccessible, {2})}));
    EXPECT_EQ(brief(log.problems), (Briefs{"nsid duplicate @88", "nsid duplicate @128"}));
    EXPECT_EQ(log.problems[0].text, "NSID 2 in group 2, and in group 1 before");
    EXPECT_EQ(log.problems[1].text, "NSID 2 in group 3, and in group 1 before");
}

TEST(AnaLog, NamesANamespaceTwiceInAGroup) {
    const AnaLog log = decode_ana_log(log_of({group(1, AnaState::optimized, {1, 1, 2})}));
    EXPECT_EQ(brief(log.problems), Briefs{"nsid duplicate @52"});
    EXPECT_EQ(log.problems[0].text, "NSID 1 again in group 1");
}

TEST(AnaLog, NamesNamespacesThatCannotBe) {
    const AnaLog log = decode_ana_log(log_of({group(1, AnaState::optimized, {0, 1, 0xFFFFFFFF})}));
    EXPECT_EQ(brief(log.problems), (Briefs{"nsid zero_value @48", "nsid bad_value @56"}));
    EXPECT_EQ(log.groups[0].nsids, (std::vector<std::uint32_t>{0, 1, 0xFFFFFFFF}));
}

TEST(AnaLog, NamesAHeaderThatWasCutShort) {
    for (std::size_t size = 0; size < 16; ++size) {
        const Bytes bytes = nvmet_log();
        const AnaLog log = decode_ana_log(slice(bytes, 0, size));
        EXPECT_EQ(brief(log.problems), Briefs{"header truncated @" + std::to_string(size)});
        EXPECT_EQ(log.length, size);
    }
}

TEST(AnaLog, NamesDescriptorsThatDidNotCome) {
    const Bytes bytes = nvmet_log();
    for (const std::size_t size : {16U, 40U, 47U}) {
        const AnaLog log = decode_ana_log(slice(bytes, 0, size));
        EXPECT_EQ(brief(log.problems), Briefs{"nagd truncated @16"}) << size;
        EXPECT_TRUE(log.groups.empty());
    }
    const AnaLog log = decode_ana_log(slice(bytes, 0, 56));
    EXPECT_EQ(brief(log.problems), Briefs{"nagd truncated @56"});
    EXPECT_EQ(log.problems[0].text, "2 group descriptors announced, 1 came");
    EXPECT_EQ(log.groups.size(), 1U);
}

TEST(AnaLog, NamesNamespacesThatDidNotCome) {
    Bytes bytes = nvmet_log();
    const AnaLog cut = decode_ana_log(slice(bytes, 0, 52));
    EXPECT_EQ(brief(cut.problems), Briefs{"nnv truncated @20"});
    EXPECT_EQ(cut.groups[0].nsids, std::vector<std::uint32_t>{1}) << "what came is kept";

    put(bytes, 60, hex("ff ff ff ff")); // NNV of the second group
    const AnaLog absurd = decode_ana_log(bytes);
    EXPECT_EQ(brief(absurd.problems), Briefs{"nnv truncated @60"});
    EXPECT_EQ(absurd.problems[0].text, "4294967295 NSIDs announced in group 2, 1 came");
    EXPECT_EQ(absurd.groups[1].nsids, std::vector<std::uint32_t>{3});
    EXPECT_LE(absurd.length, bytes.size());
}

// What a controller answers to a host that reads more than there is.
TEST(AnaLog, TakesZerosAtTheEndForFill) {
    Bytes bytes = nvmet_log();
    const std::size_t size = bytes.size();
    bytes.resize(4096);
    EXPECT_EQ(brief(decode_ana_log(bytes).problems), Briefs{}) << "the healthy case";

    put(bytes, 8, hex("2c 01")); // NAGD
    const AnaLog groups = decode_ana_log(bytes);
    EXPECT_EQ(brief(groups.problems), Briefs{"nagd truncated @" + std::to_string(size)});
    EXPECT_EQ(groups.problems[0].text, "300 group descriptors announced, 2 came");
    EXPECT_EQ(groups.groups, decode_ana_log(nvmet_log()).groups);
    EXPECT_EQ(groups.length, size);

    put(bytes, 8, hex("02 00"));
    put(bytes, 60, hex("ff ff ff ff")); // NNV of the second group
    const AnaLog namespaces = decode_ana_log(bytes);
    EXPECT_EQ(brief(namespaces.problems), Briefs{"nnv truncated @60"});
    EXPECT_EQ(namespaces.problems[0].text, "4294967295 NSIDs announced in group 2, 1 came");
    EXPECT_EQ(namespaces.groups, groups.groups);
    EXPECT_EQ(namespaces.length, size);
}

/// Each of them could be fill, until the last byte of the log shows that it is not.
TEST(AnaLog, ReadsGroupsOfZerosInOneGo) {
    const auto zeros = [](std::uint16_t groups) {
        Bytes log(kAnaLogHeaderSize + groups * kAnaGroupHeaderSize);
        store_le(log, 8, groups);
        log.back() = 1;
        return log;
    };
    EXPECT_EQ(decode_ana_log(zeros(100)).groups.size(), 100U);
    const auto decoded = [](const Bytes& log) {
        return [&log] { EXPECT_FALSE(decode_ana_log(log).problems.empty()); };
    };
    const Bytes some = zeros(4000);
    const Bytes many = zeros(32000);
    EXPECT_LT(test::growth(decoded(some), decoded(many)), test::kMostForEightTimes);
}

TEST(AnaLog, SaysOnceThatAListHoldsZeros) {
    const AnaLog log =
        decode_ana_log(log_of({group(1, AnaState::optimized, {1, 0, 0, 0, 2, 0}),
                               group(2, AnaState::optimized, std::vector<std::uint32_t>(500))}));
    EXPECT_EQ(brief(log.problems),
              (Briefs{"nsid zero_value @52", "nsid zero_value @68", "nsid zero_value @104"}));
}

TEST(AnaLog, ReadsFiveThousandGroups) {
    std::vector<AnaGroup> groups;
    for (std::uint32_t agid = 1; agid <= 5000; ++agid) {
        groups.push_back(group(agid, AnaState::non_optimized, {agid}));
    }
    const AnaLog log = decode_ana_log(log_of(groups));
    EXPECT_EQ(brief(log.problems), Briefs{});
    EXPECT_EQ(log.groups.size(), 5000U);
}

/// Descriptors without a bit set, and one bit at the end of the log.
Bytes zeros(std::uint16_t groups) {
    Bytes log(kAnaLogHeaderSize + kAnaGroupHeaderSize * std::size_t{groups} + 1);
    store_le(log, 8, groups);
    log.back() = 1;
    return log;
}

TEST(AnaLog, ZerosAreNotLookedThroughAgainForEachDescriptor) {
    const Bytes smaller = zeros(1000);
    const Bytes larger = zeros(8000);
    EXPECT_EQ(decode_ana_log(larger).groups.size(), 8000U);
    EXPECT_LT(test::growth([&] { EXPECT_EQ(decode_ana_log(smaller).nagd, 1000U); },
                           [&] { EXPECT_EQ(decode_ana_log(larger).nagd, 8000U); }),
              test::kMostForEightTimes);
}

TEST(AnaLog, NsidsThatSomebodyChoseCostNoMoreThanOthers) {
    constexpr std::uint32_t kNsids = 20'000;
    std::unordered_set<std::uint32_t> table; // as large as one with as many elements becomes
    for (std::uint32_t nsid = 0; nsid < kNsids; ++nsid) {
        table.insert(nsid);
    }
    const auto log_with = [](std::uint32_t step) {
        std::vector<std::uint32_t> nsids;
        for (std::uint32_t number = 1; number <= kNsids; ++number) {
            nsids.push_back(number * step);
        }
        return log_of({group(1, AnaState::optimized, std::move(nsids))});
    };
    const Bytes usual = log_with(1);
    const Bytes chosen = log_with(static_cast<std::uint32_t>(table.bucket_count()));
    EXPECT_LT(test::growth([&] { EXPECT_EQ(decode_ana_log(usual).problems.size(), 0U); },
                           [&] { EXPECT_EQ(decode_ana_log(chosen).problems.size(), 0U); }),
              4);
}

TEST(AnaState, IsNamedAsInSysfs) {
    EXPECT_EQ(to_string(AnaState::optimized), "optimized");
    EXPECT_EQ(to_string(AnaState::non_optimized), "non-optimized");
    EXPECT_EQ(to_string(AnaState::inaccessible), "inaccessible");
    EXPECT_EQ(to_string(AnaState::persistent_loss), "persistent-loss");
    EXPECT_EQ(to_string(AnaState::change), "change");
    EXPECT_EQ(to_string(static_cast<AnaState>(7)), "invalid (7)");
    EXPECT_TRUE(usable(AnaState::non_optimized));
    EXPECT_FALSE(usable(AnaState::change));
}

TEST(AnaState, IsReadByItsNameAlone) {
    for (const AnaState state :
         {AnaState::optimized, AnaState::non_optimized, AnaState::inaccessible,
          AnaState::persistent_loss, AnaState::change}) {
        EXPECT_EQ(parse_ana_state(to_string(state)), state);
    }
    // nvme_ana_state_names of Linux: state 0 and those without a name.
    for (const char* const text : {"", "invalid state", "(null)", "invalid (7)", "Optimized",
                                   "optimized ", "optimize", "live"}) {
        EXPECT_EQ(parse_ana_state(text), std::nullopt) << text;
    }
}

TEST(AnaLogSizeBound, IsTheBufferOfLinux) {
    EXPECT_EQ(ana_log_size_bound(128, 1024), 8208U) << "nvmet";
    EXPECT_EQ(ana_log_size_bound(0xFFFFFFFF, 0xFFFFFFFF), 16 + 36 * 0xFFFFFFFFULL);
}

} // namespace
} // namespace haoh::nvme
