// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_controller.hpp"

#include "collect/log_reader.hpp"

#include <haoh/collector.hpp>
#include <haoh/error.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace haoh::test {
namespace {

nvme::Bytes many_groups(std::uint32_t groups, std::uint32_t namespaces_each) {
    nvme::AnaLog log;
    log.chgc = 9;
    log.nagd = static_cast<std::uint16_t>(groups);
    for (std::uint32_t i = 0; i < groups; ++i) {
        nvme::AnaGroup group;
        group.agid = i + 1;
        group.state = nvme::AnaState::optimized;
        group.state_byte = 1;
        group.nsids.resize(namespaces_each);
        std::iota(group.nsids.begin(), group.nsids.end(), i * namespaces_each + 1);
        log.groups.push_back(group);
    }
    return nvme::encode(log);
}

TEST(AnaLogExtent, knows_a_whole_log_from_its_bytes) {
    const nvme::Bytes log = many_groups(7, 3);
    EXPECT_EQ(ana_log_extent(log), log.size());
}

TEST(AnaLogExtent, grows_with_what_is_known_and_never_beyond_the_log) {
    const nvme::Bytes log = many_groups(50, 5);
    std::uint64_t last = 0;
    for (std::size_t known = 16; known <= log.size(); known += 4) {
        const std::uint64_t extent = ana_log_extent(nvme::slice(log, 0, known));
        EXPECT_GE(extent, last);
        EXPECT_LE(extent, log.size());
        last = extent;
    }
    EXPECT_EQ(last, log.size());
}

TEST(AnaLogExtent, takes_an_absurd_count_for_what_it_says) {
    nvme::Bytes log(48, 0);
    nvme::store_le<std::uint16_t>(log, 8, 0xFFFF);
    nvme::store_le<std::uint32_t>(log, 20, 0xFFFFFFFF);
    EXPECT_GT(ana_log_extent(log), std::uint64_t{16} << 30U);
}

TEST(DiscoveryLogExtent, is_the_header_and_its_records) {
    nvme::Bytes header(nvme::kDiscoveryHeaderSize, 0);
    EXPECT_EQ(discovery_log_extent(header), 1024U);
    nvme::store_le<std::uint64_t>(header, 8, 3);
    EXPECT_EQ(discovery_log_extent(header), 4096U);
    nvme::store_le<std::uint64_t>(header, 8, ~std::uint64_t{0});
    EXPECT_GT(discovery_log_extent(header), std::uint64_t{1} << 40U) << "no overflow";
}

TEST(LogReader, reads_a_log_of_many_parts_exactly) {
    boost::asio::io_context context{1};
    FakeController fake{context.get_executor(), 0};
    fake.ana = nvme::decode_ana_log(many_groups(900, 2));
    const LogReading reading = run(
        context, read_growing_log(fake, nvme::lid::ana, ana_log_extent, 1U << 20U, kLogPart, 8));
    EXPECT_TRUE(reading.status.ok());
    EXPECT_EQ(reading.bytes, nvme::encode(fake.ana));
    EXPECT_GT(fake.most_in_flight, 1U);
}

TEST(LogReader, reads_no_more_than_its_limit) {
    boost::asio::io_context context{1};
    FakeController fake{context.get_executor(), 0};
    fake.ana = nvme::decode_ana_log(many_groups(900, 2));
    const LogReading reading =
        run(context, read_growing_log(fake, nvme::lid::ana, ana_log_extent, 10000, kLogPart, 8));
    EXPECT_EQ(reading.bytes.size(), 10000U);
}

TEST(LogReader, gives_the_status_of_a_controller_that_refuses_a_later_part) {
    boost::asio::io_context context{1};
    FakeController fake{context.get_executor(), 0};
    fake.ana = nvme::decode_ana_log(many_groups(900, 2));
    fake.before = [](const nvme::AdminCommand& command,
                     std::size_t) -> std::optional<nvme::AdminResult> {
        if (command.cdw[2] < 8192) {
            return std::nullopt;
        }
        nvme::AdminResult refused;
        refused.status.value = nvme::status::invalid_field;
        return refused;
    };
    const LogReading reading = run(
        context, read_growing_log(fake, nvme::lid::ana, ana_log_extent, 1U << 20U, kLogPart, 8));
    EXPECT_EQ(reading.status.code(), nvme::status::invalid_field);
    EXPECT_THROW(static_cast<void>(run(context, read_log(fake, nvme::lid::ana, 12288, kLogPart))),
                 Error);
}

TEST(LogReader, gives_what_came_before_the_first_part_that_was_refused) {
    // Two parts are refused, each with a status of its own. Whichever answer comes first, what is
    // known of the log ends at the lower one, and its status is the reason.
    constexpr std::uint64_t kLower = std::uint64_t{2} * kLogPart;
    constexpr std::uint64_t kHigher = std::uint64_t{4} * kLogPart;
    const nvme::Bytes whole = many_groups(900, 2);
    for (const bool lower_answers_first : {true, false}) {
        boost::asio::io_context context{1};
        FakeController fake{context.get_executor(), 0};
        fake.ana = nvme::decode_ana_log(whole);
        fake.before = [&](const nvme::AdminCommand& command,
                          std::size_t) -> std::optional<nvme::AdminResult> {
            nvme::AdminResult refused;
            const std::uint64_t offset = command.cdw[2];
            if (offset == kLower) {
                refused.status.value = nvme::status::invalid_field;
                return refused;
            }
            if (offset == kHigher) {
                refused.status.value = nvme::status::internal_error;
                return refused;
            }
            return std::nullopt;
        };
        fake.answers_backwards = !lower_answers_first;
        const LogReading reading =
            run(context,
                read_growing_log(fake, nvme::lid::ana, ana_log_extent, 1U << 20U, kLogPart, 16));
        EXPECT_EQ(reading.status.code(), nvme::status::invalid_field);
        ASSERT_EQ(reading.bytes.size(), kLower);
        EXPECT_TRUE(std::equal(reading.bytes.begin(), reading.bytes.end(), whole.begin()));
    }
}

/// Of a log only so many bytes come, in whatever parts it is asked for.
auto until(std::uint64_t end, const nvme::Bytes& log) {
    return [end, &log](const nvme::AdminCommand& command,
                       std::size_t) -> std::optional<nvme::AdminResult> {
        nvme::AdminResult result;
        const std::uint64_t offset = command.cdw[2];
        if (offset < end) {
            const nvme::ByteView part = nvme::slice(
                log, static_cast<std::size_t>(offset),
                std::min<std::size_t>(command.data_in, static_cast<std::size_t>(end - offset)));
            result.data.assign(part.begin(), part.end());
        }
        return result;
    };
}

TEST(LogReader, takes_what_did_not_come_for_nothing_and_not_for_zeros) {
    const nvme::Bytes whole = many_groups(300, 2); // 40 bytes each
    ASSERT_EQ(whole.size(), 12016U);
    for (const auto& [came, length] : {std::pair<std::size_t, std::uint64_t>{0, 16},
                                       {9, 16}, // not the number of groups
                                       {16, 16 + 300 * 32},
                                       {4096, 4096 + 198 * 32}, // the first part, and 102 groups
                                       {6096, 6096 + 148 * 32},
                                       {12015, 12016}}) {
        SCOPED_TRACE(came);
        for (const bool backwards : {false, true}) {
            boost::asio::io_context context{1};
            FakeController fake{context.get_executor(), 0};
            fake.answers_backwards = backwards;
            fake.before = until(came, whole);
            const LogReading reading =
                run(context,
                    read_growing_log(fake, nvme::lid::ana, ana_log_extent, 1U << 20U, kLogPart, 8));
            EXPECT_TRUE(reading.status.ok());
            EXPECT_TRUE(reading.cut_short());
            EXPECT_EQ(
                reading.bytes,
                nvme::Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(came)));
            EXPECT_EQ(reading.length, length);
        }
    }
}

TEST(LogReader, is_content_with_an_answer_that_ends_with_the_log) {
    for (const std::uint32_t groups : {7U, 300U}) {
        boost::asio::io_context context{1};
        FakeController fake{context.get_executor(), 0};
        const nvme::Bytes whole = many_groups(groups, 2);
        fake.before = until(whole.size(), whole);
        const LogReading reading =
            run(context,
                read_growing_log(fake, nvme::lid::ana, ana_log_extent, 1U << 20U, kLogPart, 8));
        EXPECT_FALSE(reading.cut_short());
        EXPECT_EQ(reading.bytes, whole);
        // Nor is a bound that it goes beyond.
        fake.before = until(100, whole);
        EXPECT_EQ(
            run(context, read_growing_log(fake, nvme::lid::ana, ana_log_extent, 100, kLogPart, 8))
                .bytes.size(),
            100U);
    }
}

TEST(LogReader, says_how_much_of_a_log_of_known_length_came) {
    boost::asio::io_context context{1};
    FakeController fake{context.get_executor(), 0};
    fake.before = [](const nvme::AdminCommand&, std::size_t) {
        return std::optional<nvme::AdminResult>(std::in_place);
    };
    try {
        static_cast<void>(run(context, read_log(fake, nvme::lid::ana, 1024, kLogPart)));
        FAIL() << "it is taken for whole";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::short_answer);
        EXPECT_STREQ(error.what(), "read log page 0Ch of fake controller 7: 0 of 1,024 bytes came");
    }
}

TEST(LogReader, asks_for_whole_dwords_of_a_log_of_odd_length) {
    boost::asio::io_context context{1};
    FakeController fake{context.get_executor(), 0};
    fake.before = [](const nvme::AdminCommand& command,
                     std::size_t) -> std::optional<nvme::AdminResult> {
        EXPECT_EQ(command.data_in % 4, 0U);
        return std::nullopt;
    };
    EXPECT_EQ(run(context, read_log(fake, nvme::lid::ana, 18, kLogPart)).size(), 18U);
}

/// Base 2.3, Asymmetric Namespace Access log: 16 bytes, then 32 and 4 an NSID for each group.
TEST(AnaLogExtent, is_known_as_far_as_the_log_came) {
    const nvme::AnaLog whole = [] {
        nvme::AnaLog log = one_group_log({1, 2, 3});
        log.groups.push_back(log.groups[0]);
        log.groups[1].nsids = {4};
        log.nagd = 2;
        return log;
    }();
    const nvme::Bytes bytes = nvme::encode(whole);
    const auto extent = [&](std::size_t size) {
        return ana_log_extent(nvme::slice(bytes, 0, size));
    };
    EXPECT_EQ(bytes.size(), 16U + 32 + 12 + 32 + 4);
    EXPECT_EQ(extent(16), 16U + 2 * 32) << "at least so much";
    EXPECT_EQ(extent(47), 16U + 2 * 32);
    EXPECT_EQ(extent(48), 16U + 32 + 12 + 32);
    EXPECT_EQ(extent(60 + 31), 16U + 32 + 12 + 32);
    EXPECT_EQ(extent(60 + 32), bytes.size());
    EXPECT_EQ(extent(bytes.size()), bytes.size());
    nvme::Bytes more = bytes;
    more.resize(4096, 0xFF);
    EXPECT_EQ(ana_log_extent(more), bytes.size()) << "no group behind the last";
}

} // namespace
} // namespace haoh::test
