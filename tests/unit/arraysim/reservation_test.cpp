// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/reservation.hpp>

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
    const Bytes report = reservations.report(true);
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

} // namespace
} // namespace haoh::arraysim
