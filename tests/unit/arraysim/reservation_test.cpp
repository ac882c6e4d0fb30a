// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/arrays/reservation.hpp>

#include <gtest/gtest.h>

namespace haoh::arraysim {
namespace {

namespace status = nvme::status;
using nvme::Bytes;

constexpr nvme::Uuid kFirst{1};
constexpr nvme::Uuid kSecond{2};
constexpr nvme::Uuid kThird{3};

Bytes keys(std::uint64_t current, std::uint64_t other = 0) {
    Bytes data(16);
    nvme::store_le(data, 0, current);
    nvme::store_le(data, 8, other);
    return data;
}

constexpr std::uint32_t type(ReservationType value) {
    return static_cast<std::uint32_t>(value) << 8U;
}
constexpr std::uint32_t kPreempt = 1;

class ReservationsTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_EQ(reservations.register_key(kFirst, 10, 0, keys(0, 0x111)), status::success);
        ASSERT_EQ(reservations.register_key(kSecond, 20, 0, keys(0, 0x222)), status::success);
    }
    Reservations reservations;
};

TEST_F(ReservationsTest, EveryoneMayDoEverythingWithoutAReservation) {
    EXPECT_TRUE(reservations.may_read(kThird));
    EXPECT_TRUE(reservations.may_write(kThird));
    EXPECT_EQ(reservations.generation(), 2U);
}

TEST_F(ReservationsTest, WriteExclusiveKeepsOthersFromWriting) {
    const auto we = type(ReservationType::write_exclusive);
    EXPECT_EQ(reservations.acquire(kFirst, we, keys(0x111)), status::success);
    EXPECT_TRUE(reservations.may_write(kFirst));
    EXPECT_FALSE(reservations.may_write(kSecond));
    EXPECT_TRUE(reservations.may_read(kThird));
    EXPECT_EQ(reservations.acquire(kSecond, we, keys(0x222)), status::reservation_conflict);
    EXPECT_EQ(reservations.release(kFirst, we, keys(0x111)), status::success);
    EXPECT_TRUE(reservations.may_write(kSecond));
}

TEST_F(ReservationsTest, ExclusiveAccessKeepsOthersFromReading) {
    EXPECT_EQ(reservations.acquire(kFirst, type(ReservationType::exclusive_access), keys(0x111)),
              status::success);
    EXPECT_FALSE(reservations.may_read(kSecond));
    EXPECT_TRUE(reservations.may_read(kFirst));
}

TEST_F(ReservationsTest, RegistrantsOnlyLetsEveryRegistrantIn) {
    EXPECT_EQ(reservations.acquire(kFirst, type(ReservationType::exclusive_access_registrants_only),
                                   keys(0x111)),
              status::success);
    EXPECT_TRUE(reservations.may_write(kSecond));
    EXPECT_FALSE(reservations.may_read(kThird));
}

TEST_F(ReservationsTest, AWrongKeyConflicts) {
    const auto we = type(ReservationType::write_exclusive);
    EXPECT_EQ(reservations.acquire(kFirst, we, keys(0x999)), status::reservation_conflict);
    EXPECT_EQ(reservations.acquire(kThird, we, keys(0x111)), status::reservation_conflict);
    EXPECT_EQ(reservations.register_key(kFirst, 10, 1, keys(0x999)), status::reservation_conflict);
    EXPECT_EQ(reservations.register_key(kFirst, 10, 0, keys(0, 0x999)),
              status::reservation_conflict);
}

TEST_F(ReservationsTest, PreemptTakesOverAndRemovesTheVictim) {
    const auto we = type(ReservationType::write_exclusive);
    ASSERT_EQ(reservations.acquire(kFirst, we, keys(0x111)), status::success);
    EXPECT_EQ(reservations.acquire(kSecond, we | kPreempt, keys(0x222, 0x111)), status::success);
    EXPECT_TRUE(reservations.may_write(kSecond));
    EXPECT_FALSE(reservations.may_write(kFirst));
    EXPECT_EQ(reservations.registrants(), 1U);
    EXPECT_EQ(reservations.acquire(kSecond, we | kPreempt, keys(0x222, 0x777)),
              status::reservation_conflict);
}

TEST_F(ReservationsTest, AllRegistrantsReservationEndsWithTheLastRegistrant) {
    const auto all = type(ReservationType::write_exclusive_all_registrants);
    ASSERT_EQ(reservations.acquire(kFirst, all, keys(0x111)), status::success);
    EXPECT_EQ(reservations.register_key(kFirst, 10, 1, keys(0x111)), status::success);
    EXPECT_FALSE(reservations.may_write(kThird));
    EXPECT_EQ(reservations.register_key(kSecond, 20, 1, keys(0x222)), status::success);
    EXPECT_EQ(reservations.type(), ReservationType::none);
    EXPECT_TRUE(reservations.may_write(kThird));
}

TEST_F(ReservationsTest, ClearRemovesEverything) {
    ASSERT_EQ(reservations.acquire(kFirst, type(ReservationType::write_exclusive), keys(0x111)),
              status::success);
    EXPECT_EQ(reservations.release(kSecond, 1, keys(0x222)), status::success);
    EXPECT_EQ(reservations.registrants(), 0U);
    EXPECT_TRUE(reservations.may_write(kThird));
}

TEST_F(ReservationsTest, ReportsRegistrantsWith128BitIdentifiers) {
    ASSERT_EQ(reservations.register_key(kFirst, 11, 0, keys(0, 0x111)), status::success);
    ASSERT_EQ(reservations.acquire(kFirst, type(ReservationType::write_exclusive), keys(0x111)),
              status::success);
    const Bytes report = reservations.report();
    ASSERT_EQ(report.size(), 64U + 3 * 64U);
    EXPECT_EQ(nvme::load_le<std::uint32_t>(report, 0), 2U); // generation
    EXPECT_EQ(report[4], 1U);                               // write exclusive
    EXPECT_EQ(nvme::load_le<std::uint16_t>(report, 5), 3U); // registered controllers
    EXPECT_EQ(nvme::load_le<std::uint16_t>(report, 64), 10U);
    EXPECT_EQ(report[66], 1U); // holds
    EXPECT_EQ(nvme::load_le<std::uint64_t>(report, 72), 0x111U);
    EXPECT_EQ(report[80], 1U);                                 // host identifier
    EXPECT_EQ(nvme::load_le<std::uint16_t>(report, 128), 11U); // through a second controller
    EXPECT_EQ(report[194], 0U);                                // the other host holds nothing
}

TEST_F(ReservationsTest, RefusesUnknownActionsTypesAndShortData) {
    EXPECT_EQ(reservations.acquire(kFirst, 7U << 8U, keys(0x111)), status::invalid_field);
    EXPECT_EQ(reservations.acquire(kFirst, type(ReservationType::write_exclusive) | 3, keys(0x111)),
              status::invalid_field);
    EXPECT_EQ(reservations.register_key(kFirst, 1, 3, keys(0)), status::invalid_field);
    EXPECT_EQ(reservations.release(kFirst, 2, keys(0x111)), status::invalid_field);
    EXPECT_EQ(reservations.acquire(kFirst, 1U << 8U, Bytes(8)), status::sgl_length_invalid);
}

/// Who may do what (Base 2.3 section 8.1.24, the figure of commands in the presence of a reservation).
TEST_F(ReservationsTest, EachTypeLetsInWhomTheSpecificationLetsIn) {
    struct Rights {
        ReservationType type;
        bool registrant_reads, registrant_writes, stranger_reads;
    };
    using enum ReservationType;
    for (const Rights& rights :
         {Rights{write_exclusive, true, false, true}, Rights{exclusive_access, false, false, false},
          Rights{write_exclusive_registrants_only, true, true, true},
          Rights{exclusive_access_registrants_only, true, true, false},
          Rights{write_exclusive_all_registrants, true, true, true},
          Rights{exclusive_access_all_registrants, true, true, false}}) {
        SCOPED_TRACE(static_cast<int>(rights.type));
        Reservations fresh = reservations;
        ASSERT_EQ(fresh.acquire(kFirst, type(rights.type), keys(0x111)), status::success);
        EXPECT_EQ(fresh.type(), rights.type);
        EXPECT_TRUE(fresh.may_read(kFirst));
        EXPECT_TRUE(fresh.may_write(kFirst));
        EXPECT_EQ(fresh.may_read(kSecond), rights.registrant_reads);
        EXPECT_EQ(fresh.may_write(kSecond), rights.registrant_writes);
        EXPECT_EQ(fresh.may_read(kThird), rights.stranger_reads);
        EXPECT_FALSE(fresh.may_write(kThird));
    }
    EXPECT_EQ(reservations.acquire(kFirst, type(none), keys(0x111)), status::invalid_field);
}

TEST_F(ReservationsTest, TheGenerationCountsChangesOfRegistrants) {
    const auto we = type(ReservationType::write_exclusive);
    const auto counts = [this](std::uint16_t code) {
        EXPECT_EQ(code, status::success);
        return reservations.generation();
    };
    ASSERT_EQ(reservations.generation(), 2U);
    EXPECT_EQ(counts(reservations.register_key(kFirst, 11, 0, keys(0, 0x111))), 2U) << "again";
    EXPECT_EQ(counts(reservations.register_key(kFirst, 11, 2, keys(0x111, 0x112))), 3U);
    EXPECT_EQ(counts(reservations.acquire(kFirst, we, keys(0x112))), 3U);
    EXPECT_EQ(counts(reservations.release(kFirst, we, keys(0x112))), 3U);
    EXPECT_EQ(counts(reservations.acquire(kFirst, we | kPreempt, keys(0x112, 0x222))), 4U);
    EXPECT_EQ(counts(reservations.register_key(kFirst, 11, 1, keys(0x112))), 5U);
    EXPECT_EQ(counts(reservations.register_key(kFirst, 11, 0, keys(0, 0x111))), 6U);
    EXPECT_EQ(counts(reservations.release(kFirst, 1, keys(0x111))), 7U) << "clear";
    EXPECT_EQ(reservations.register_key(kFirst, 11, 1, keys(0x111)), status::reservation_conflict);
    EXPECT_EQ(reservations.generation(), 7U);
}

TEST_F(ReservationsTest, AKeyIsReplacedByWhoKnowsItOrIgnoresIt) {
    constexpr std::uint32_t kReplace = 2;
    constexpr std::uint32_t kIgnoreKey = 1U << 3;
    const auto we = type(ReservationType::write_exclusive);
    EXPECT_EQ(reservations.register_key(kFirst, 10, kReplace, keys(0x999, 0x112)),
              status::reservation_conflict);
    EXPECT_EQ(reservations.register_key(kFirst, 12, kReplace, keys(0x111, 0x112)), status::success);
    EXPECT_EQ(reservations.acquire(kFirst, we, keys(0x111)), status::reservation_conflict);
    EXPECT_EQ(reservations.acquire(kFirst, we, keys(0x112)), status::success);
    EXPECT_EQ(reservations.report().size(), 64U + 3 * 64U) << "through controller 12 as well";
    EXPECT_EQ(reservations.register_key(kFirst, 10, kReplace | kIgnoreKey, keys(0x999, 0x113)),
              status::success);
    EXPECT_EQ(reservations.release(kFirst, we, keys(0x112)), status::reservation_conflict);
    EXPECT_EQ(reservations.release(kFirst, we, keys(0x113)), status::success);
    EXPECT_EQ(reservations.register_key(kThird, 30, kReplace, keys(0, 0x333)),
              status::reservation_conflict);
    EXPECT_EQ(reservations.register_key(kThird, 30, kReplace | kIgnoreKey, keys(0, 0x333)),
              status::success);
    EXPECT_EQ(reservations.registrants(), 3U);
    EXPECT_EQ(reservations.acquire(kThird, we, keys(0x333)), status::success);
    EXPECT_EQ(reservations.register_key(kThird, 30, 1 | kIgnoreKey, keys(0x999)), status::success)
        << "unregister, too";
    EXPECT_EQ(reservations.registrants(), 2U);
}

TEST_F(ReservationsTest, PersistenceChangesWhereItIsSaid) {
    const auto with = [this](std::uint32_t cptpl) {
        EXPECT_EQ(reservations.register_key(kFirst, 10, cptpl << 30U, keys(0, 0x111)),
                  status::success);
        EXPECT_EQ(reservations.report()[9], reservations.persist_through_power_loss() ? 1 : 0);
        return reservations.persist_through_power_loss();
    };
    EXPECT_FALSE(with(0));
    EXPECT_TRUE(with(3));
    EXPECT_TRUE(with(0));
    EXPECT_TRUE(with(1)) << "reserved";
    EXPECT_FALSE(with(2));
    EXPECT_FALSE(with(1));
}

TEST_F(ReservationsTest, AHolderAcquiresAgainOnlyWhatItHas) {
    const auto we = type(ReservationType::write_exclusive);
    ASSERT_EQ(reservations.acquire(kFirst, we, keys(0x111)), status::success);
    EXPECT_EQ(reservations.acquire(kFirst, we, keys(0x111)), status::success);
    EXPECT_EQ(reservations.acquire(kFirst, type(ReservationType::exclusive_access), keys(0x111)),
              status::reservation_conflict);
    EXPECT_EQ(reservations.release(kFirst, type(ReservationType::exclusive_access), keys(0x111)),
              status::invalid_field);
    EXPECT_EQ(reservations.release(kSecond, we, keys(0x222)), status::success)
        << "who holds nothing releases nothing";
    EXPECT_EQ(reservations.type(), ReservationType::write_exclusive);
    EXPECT_EQ(reservations.release(kFirst, we, keys(0x999)), status::reservation_conflict);
    EXPECT_EQ(reservations.release(kThird, we, keys(0x111)), status::reservation_conflict);
}

TEST_F(ReservationsTest, AReservationGoesWithItsHolder) {
    const auto we = type(ReservationType::write_exclusive);
    ASSERT_EQ(reservations.acquire(kFirst, we, keys(0x111)), status::success);
    EXPECT_EQ(reservations.register_key(kSecond, 20, 1, keys(0x222)), status::success);
    EXPECT_EQ(reservations.type(), ReservationType::write_exclusive);
    EXPECT_EQ(reservations.register_key(kFirst, 10, 1, keys(0x111)), status::success);
    EXPECT_EQ(reservations.type(), ReservationType::none);
}

TEST_F(ReservationsTest, PreemptOfWhoHoldsNothingUnregistersOnly) {
    const auto we = type(ReservationType::write_exclusive);
    ASSERT_EQ(reservations.register_key(kThird, 30, 0, keys(0, 0x333)), status::success);
    ASSERT_EQ(reservations.acquire(kFirst, we, keys(0x111)), status::success);
    EXPECT_EQ(reservations.acquire(kSecond, type(ReservationType::exclusive_access) | kPreempt,
                                   keys(0x222, 0x333)),
              status::success);
    EXPECT_EQ(reservations.registrants(), 2U);
    EXPECT_EQ(reservations.type(), ReservationType::write_exclusive);
    EXPECT_TRUE(reservations.may_write(kFirst));
    EXPECT_EQ(reservations.acquire(kFirst, type(ReservationType::exclusive_access) | kPreempt,
                                   keys(0x111, 0x111)),
              status::success)
        << "the holder changes the type and stays";
    EXPECT_EQ(reservations.type(), ReservationType::exclusive_access);
    EXPECT_TRUE(reservations.may_write(kFirst));
    EXPECT_EQ(reservations.registrants(), 2U);
    EXPECT_EQ(reservations.acquire(kSecond,
                                   type(ReservationType::write_exclusive_all_registrants) | 2U,
                                   keys(0x222, 0x111)),
              status::success)
        << "preempt and abort";
    EXPECT_TRUE(reservations.may_write(kSecond));
    EXPECT_FALSE(reservations.may_write(kFirst));
}

TEST_F(ReservationsTest, PreemptOfAllRegistrantsTakesKeyZero) {
    const auto all = type(ReservationType::write_exclusive_all_registrants);
    ASSERT_EQ(reservations.register_key(kThird, 30, 0, keys(0, 0x333)), status::success);
    ASSERT_EQ(reservations.acquire(kFirst, all, keys(0x111)), status::success);
    EXPECT_EQ(reservations.acquire(kSecond, all | kPreempt, keys(0x222, 0x777)),
              status::reservation_conflict);
    EXPECT_EQ(reservations.acquire(kSecond, all | kPreempt, keys(0x222, 0x333)), status::success);
    EXPECT_EQ(reservations.registrants(), 2U);
    EXPECT_TRUE(reservations.may_write(kFirst)) << "it goes on for the rest";
    const auto we = type(ReservationType::write_exclusive);
    EXPECT_EQ(reservations.acquire(kSecond, we | kPreempt, keys(0x222, 0)), status::success);
    EXPECT_EQ(reservations.registrants(), 1U);
    EXPECT_EQ(reservations.type(), ReservationType::write_exclusive);
    EXPECT_TRUE(reservations.may_write(kSecond));
    EXPECT_EQ(reservations.report()[66], 1U);
}

TEST_F(ReservationsTest, DataMustHoldTheKeys) {
    const auto we = type(ReservationType::write_exclusive);
    EXPECT_EQ(reservations.register_key(kThird, 30, 0, Bytes(15)), status::sgl_length_invalid);
    EXPECT_EQ(reservations.register_key(kThird, 30, 0, Bytes(16)), status::success);
    EXPECT_EQ(reservations.acquire(kThird, we, Bytes(15)), status::sgl_length_invalid);
    EXPECT_EQ(reservations.acquire(kThird, we, Bytes(16)), status::success);
    EXPECT_EQ(reservations.release(kThird, we, Bytes(7)), status::sgl_length_invalid);
    EXPECT_EQ(reservations.release(kThird, we, Bytes(8)), status::success);
    EXPECT_EQ(reservations.type(), ReservationType::none);
}

} // namespace
} // namespace haoh::arraysim
