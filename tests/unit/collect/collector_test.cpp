// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_controller.hpp"

#include "base/number_text.hpp"

#include <haoh/collector.hpp>
#include <haoh/error.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Collector : public ::testing::Test {
  protected:
    ControllerObservation collect(FakeController& controller, CollectOptions options = {}) {
        return run(context_, collect_controller(controller, std::move(options)));
    }
    FakeController controller(std::uint32_t namespaces) {
        return FakeController{context_.get_executor(), namespaces};
    }

    boost::asio::io_context context_{1};
};

bool is_identify(const nvme::AdminCommand& command, std::uint8_t cns) {
    return command.opcode == nvme::opcode::identify && (command.cdw[0] & 0xFFU) == cns;
}

bool is_log(const nvme::AdminCommand& command, std::uint8_t lid) {
    return command.opcode == nvme::opcode::get_log_page && (command.cdw[0] & 0xFFU) == lid;
}

TEST_F(Collector, reads_everything_that_a_controller_tells) {
    FakeController fake = controller(3);
    const ControllerObservation seen = collect(fake);

    EXPECT_THAT(seen.unread, IsEmpty());
    EXPECT_EQ(seen.identify_data().nn, 16U);
    EXPECT_THAT(seen.active_nsids.value(), ElementsAre(1, 2, 3));
    ASSERT_EQ(seen.namespaces.size(), 3U);
    EXPECT_EQ(nvme::decode_identify_namespace(seen.namespaces[2].identify.bytes).nsze, 1003U);
    EXPECT_TRUE(seen.namespaces[1].ids().uuid.has_value());
    EXPECT_TRUE(seen.namespaces[0].independent.ok());
    EXPECT_TRUE(seen.namespaces[0].nvm.ok());
    EXPECT_TRUE(seen.ana.stable);
    EXPECT_EQ(seen.ana.attempts, 1U);
    EXPECT_THAT(seen.ana_log().groups.at(0).nsids, ElementsAre(1, 2, 3));
    EXPECT_EQ(seen.property(nvme::property::vs), 0x00020000U);
    EXPECT_EQ(seen.property(nvme::property::csts), 1U);
    EXPECT_TRUE(seen.supported_logs.ok());
    EXPECT_TRUE(seen.controller_list.ok());
    EXPECT_TRUE(seen.nvm_controller.ok());
    EXPECT_TRUE(seen.firmware_log.ok());
    EXPECT_TRUE(seen.features.at(nvme::fid::keep_alive_timer).ok());
    EXPECT_TRUE(fake.retained_every_event) << "a reader must not clear the events of others";
}

/// What a controller may be asked for, and how it is called where it could not be read.
struct AskedFor {
    std::uint8_t opcode, page;
    const char* name;
    std::size_t length;
};

TEST_F(Collector, tells_of_each_page_how_much_of_it_came) {
    const std::vector<AskedFor> pages{
        {nvme::opcode::identify, nvme::cns::identify_controller, "Identify Controller", 4096},
        {nvme::opcode::identify, nvme::cns::active_namespaces, "active namespace list", 4096},
        {nvme::opcode::identify, nvme::cns::identify_namespace, "Identify Namespace of", 4096},
        {nvme::opcode::identify, nvme::cns::namespace_descriptors, "ID descriptors of", 4096},
        {nvme::opcode::identify, nvme::cns::command_set_namespace, "Identify CNS 05h of", 4096},
        {nvme::opcode::identify, nvme::cns::independent_namespace, "Identify CNS 08h of", 4096},
        {nvme::opcode::identify, nvme::cns::subsystem_controllers, "controller list", 4096},
        {nvme::opcode::identify, 0x1C, "I/O command sets", 4096},
        {nvme::opcode::get_log_page, nvme::lid::supported_logs, "supported log pages", 1024},
        {nvme::opcode::identify, nvme::cns::command_set_controller, "Identify CNS 06h", 4096},
        {nvme::opcode::get_log_page, nvme::lid::commands_supported, "commands supported", 4096},
        {nvme::opcode::get_log_page, nvme::lid::firmware_slot, "firmware slots", 512},
        {nvme::opcode::get_log_page, nvme::lid::ana, "ANA log", 60},
    };
    for (const AskedFor& page : pages) {
        for (const std::size_t came : {std::size_t{0}, std::size_t{1}, page.length / 2}) {
            SCOPED_TRACE(fmt::format("{} {}", page.name, came));
            FakeController fake = controller(3);
            fake.properties[nvme::property::cap] |= std::uint64_t{1} << 43U; // has CNS 1Ch
            fake.identify.lpa |= 2;                                          // and LID 05h
            fake.before = [&](const nvme::AdminCommand& command,
                              std::size_t) -> std::optional<nvme::AdminResult> {
                if (command.opcode != page.opcode || (command.cdw[0] & 0xFFU) != page.page) {
                    return std::nullopt;
                }
                nvme::AdminResult result;
                result.data.assign(came, 0xA5);
                return result;
            };
            const ControllerObservation seen = collect(fake);
            ASSERT_EQ(seen.unread.size(), 1U) << ::testing::PrintToString(seen.unread);
            EXPECT_THAT(seen.unread[0], AllOf(HasSubstr(page.name), HasSubstr("bytes came")));
            if (page.page != nvme::lid::ana || page.opcode == nvme::opcode::identify) {
                EXPECT_THAT(seen.unread[0],
                            HasSubstr(fmt::format("{} of {} bytes came", base::grouped(came),
                                                  base::grouped(page.length))));
            }
        }
    }
}

TEST_F(Collector, keeps_as_many_commands_in_flight_as_the_queue_takes) {
    FakeController pipelined = controller(64);
    const ControllerObservation seen = collect(pipelined);
    EXPECT_EQ(pipelined.most_in_flight, pipelined.queue_depth);

    FakeController serial = controller(64);
    CollectOptions one_at_a_time;
    one_at_a_time.depth = 1;
    EXPECT_EQ(collect(serial, one_at_a_time), seen);
    EXPECT_EQ(serial.most_in_flight, 1U);
}

TEST_F(Collector, follows_a_namespace_list_of_several_pages) {
    FakeController fake = controller(2500);
    const ControllerObservation seen = collect(fake);
    EXPECT_EQ(seen.namespaces.size(), 2500U);
    EXPECT_EQ(seen.namespaces.back().nsid, 2500U);
    EXPECT_THAT(seen.unread, IsEmpty());
}

TEST_F(Collector, ends_with_a_namespace_list_that_goes_round_in_circles) {
    FakeController fake = controller(1024);
    fake.before = [&](const nvme::AdminCommand& command,
                      std::size_t) -> std::optional<nvme::AdminResult> {
        if (is_identify(command, nvme::cns::active_namespaces) && command.nsid != 0) {
            nvme::AdminCommand first = command;
            first.nsid = 0;
            nvme::AdminResult same;
            same.data.resize(nvme::kIdentifySize);
            for (std::uint32_t i = 0; i < 1024; ++i) {
                nvme::store_le(same.data, std::size_t{4} * i, i + 1);
            }
            return same;
        }
        return std::nullopt;
    };
    const ControllerObservation seen = collect(fake);
    EXPECT_EQ(seen.namespaces.size(), 1024U);
}

TEST_F(Collector, reads_again_when_the_change_count_moved) {
    FakeController fake = controller(2);
    std::size_t namespace_reads = 0;
    fake.before = [&](const nvme::AdminCommand& command,
                      std::size_t) -> std::optional<nvme::AdminResult> {
        if (is_identify(command, nvme::cns::identify_namespace) && ++namespace_reads == 2) {
            ++fake.ana.chgc;
            fake.ana.groups[0].state = nvme::AnaState::inaccessible;
            fake.ana.groups[0].state_byte = 3;
        }
        return std::nullopt;
    };
    const ControllerObservation seen = collect(fake);
    EXPECT_TRUE(seen.ana.stable);
    EXPECT_EQ(seen.ana.attempts, 2U);
    EXPECT_EQ(seen.ana_log().groups.at(0).state, nvme::AnaState::inaccessible);
    EXPECT_EQ(namespace_reads, 4U) << "both readings are whole";
}

TEST_F(Collector, calls_a_log_unstable_that_changes_at_every_reading) {
    FakeController fake = controller(2);
    fake.before = [&](const nvme::AdminCommand& command,
                      std::size_t) -> std::optional<nvme::AdminResult> {
        if (is_log(command, nvme::lid::ana)) {
            ++fake.ana.chgc;
        }
        return std::nullopt;
    };
    const ControllerObservation seen = collect(fake);
    EXPECT_FALSE(seen.ana.stable);
    EXPECT_EQ(seen.ana.attempts, CollectOptions{}.attempts);
    EXPECT_EQ(seen.namespaces.size(), 2U) << "what was read is kept";
}

TEST_F(Collector, does_not_read_an_ana_log_of_a_controller_without_ana) {
    FakeController fake = controller(1);
    fake.identify.cmic = nvme::cmic::multiple_controllers;
    const ControllerObservation seen = collect(fake);
    EXPECT_EQ(seen.ana.log.state, Page::State::not_read);
    EXPECT_TRUE(seen.ana.stable);
    EXPECT_THAT(seen.unread, IsEmpty());
}

TEST_F(Collector, does_not_ask_an_older_controller_for_newer_pages) {
    FakeController fake = controller(2);
    fake.identify.ver = 0x00010300;
    fake.properties = {{nvme::property::cap, 127U},
                       {nvme::property::vs, 0x00010300},
                       {nvme::property::cc, 0x00460001},
                       {nvme::property::csts, 1}};
    const ControllerObservation seen = collect(fake);
    EXPECT_EQ(fake.identify_counts[nvme::cns::independent_namespace], 0U);
    EXPECT_EQ(fake.identify_counts[nvme::cns::command_set_namespace], 0U);
    EXPECT_EQ(fake.identify_counts[nvme::cns::namespace_descriptors], 2U);
    EXPECT_THAT(seen.unread, IsEmpty());
}

TEST_F(Collector, keeps_a_refused_page_as_the_status_it_is) {
    FakeController fake = controller(2);
    fake.before = [](const nvme::AdminCommand& command,
                     std::size_t) -> std::optional<nvme::AdminResult> {
        if (is_identify(command, nvme::cns::independent_namespace) && command.nsid == 2) {
            nvme::AdminResult refused;
            refused.status.value = nvme::status::invalid_field | nvme::status::dnr;
            return refused;
        }
        return std::nullopt;
    };
    const ControllerObservation seen = collect(fake);
    EXPECT_TRUE(seen.namespaces[0].independent.ok());
    EXPECT_EQ(seen.namespaces[1].independent.state, Page::State::status);
    EXPECT_EQ(seen.namespaces[1].independent.status.code(), nvme::status::invalid_field);
    EXPECT_THAT(seen.unread, IsEmpty()) << "an answer, not a hole";
}

TEST_F(Collector, keeps_what_was_read_when_the_controller_is_lost_and_says_so_once) {
    FakeController fake = controller(500);
    std::size_t reads = 0;
    std::size_t commands_when_lost = 0;
    fake.before = [&](const nvme::AdminCommand& command,
                      std::size_t number) -> std::optional<nvme::AdminResult> {
        if (is_identify(command, nvme::cns::identify_namespace) && ++reads > 100) {
            commands_when_lost = commands_when_lost == 0 ? number : commands_when_lost;
            throw Error(Errc::closed, "run Identify on", "fake controller 7",
                        "the array closed the connection");
        }
        return std::nullopt;
    };
    const ControllerObservation seen = collect(fake);
    EXPECT_TRUE(seen.namespaces[0].identify.ok());
    EXPECT_FALSE(seen.namespaces[499].identify.ok());
    ASSERT_FALSE(seen.unread.empty());
    EXPECT_LT(seen.unread.size(), 12U) << "a lost array is one fact, not one for each namespace";
    EXPECT_THAT(seen.unread, ::testing::Contains(HasSubstr("the array closed the connection")));
    EXPECT_LE(fake.commands, commands_when_lost + fake.queue_depth + 1)
        << "nothing more is sent to a lost controller";
}

TEST_F(Collector, goes_on_after_one_command_that_never_returns_but_not_after_three) {
    FakeController one = controller(40);
    one.before = [](const nvme::AdminCommand& command,
                    std::size_t) -> std::optional<nvme::AdminResult> {
        if (is_identify(command, nvme::cns::namespace_descriptors) && command.nsid == 5) {
            throw Error(Errc::timed_out, "run Identify on", "fake controller 7");
        }
        return std::nullopt;
    };
    const ControllerObservation seen = collect(one);
    EXPECT_EQ(seen.unread.size(), 1U);
    EXPECT_THAT(seen.unread.at(0), HasSubstr("ID descriptors of namespace 5"));
    EXPECT_TRUE(seen.namespaces[39].descriptors.ok());

    FakeController all = controller(40);
    std::size_t waited = 0;
    std::size_t last_number = 0;
    all.before = [&](const nvme::AdminCommand& command,
                     std::size_t number) -> std::optional<nvme::AdminResult> {
        if (is_identify(command, nvme::cns::namespace_descriptors)) {
            ++waited;
            last_number = number;
            throw Error(Errc::timed_out, "run Identify on", "fake controller 7");
        }
        return std::nullopt;
    };
    CollectOptions one_at_a_time;
    one_at_a_time.depth = 1;
    const ControllerObservation stalled = collect(all, one_at_a_time);
    EXPECT_EQ(waited, 3U) << "each of them took the whole timeout";
    EXPECT_EQ(all.commands, last_number + 1) << "the third was the last command of all";
    EXPECT_EQ(stalled.ana.attempts, 1U) << "and nothing is tried again";
    EXPECT_EQ(all.identify_counts[nvme::cns::identify_controller], 1U);
    EXPECT_TRUE(stalled.ana.log.ok()) << "what came before it is kept";
    EXPECT_FALSE(stalled.unread.empty());

    // Two are borne, wherever they fall.
    FakeController two = controller(40);
    two.before = [](const nvme::AdminCommand& command,
                    std::size_t) -> std::optional<nvme::AdminResult> {
        if (is_identify(command, nvme::cns::namespace_descriptors) &&
            (command.nsid == 5 || command.nsid == 40)) {
            throw Error(Errc::timed_out, "run Identify on", "fake controller 7");
        }
        return std::nullopt;
    };
    const ControllerObservation borne = collect(two, one_at_a_time);
    EXPECT_THAT(borne.unread, ElementsAre(HasSubstr("ID descriptors of 2 namespaces from 5 on")));
    EXPECT_TRUE(borne.supported_logs.ok());
}

TEST_F(Collector, keeps_the_later_of_two_readings_of_the_ana_log) {
    FakeController fake = controller(2);
    std::size_t reads = 0;
    fake.before = [&](const nvme::AdminCommand& command,
                      std::size_t) -> std::optional<nvme::AdminResult> {
        if (is_log(command, nvme::lid::ana)) {
            fake.ana.chgc = 100 + ++reads;
        }
        return std::nullopt;
    };
    const ControllerObservation seen = collect(fake);
    EXPECT_EQ(reads, std::size_t{2} * CollectOptions{}.attempts) << "one before, one after";
    EXPECT_EQ(seen.ana_log().chgc, 100 + reads) << "the last thing that the array said";
    EXPECT_FALSE(seen.ana.stable);
}

TEST_F(Collector, starts_nothing_after_its_deadline) {
    FakeController fake = controller(10);
    CollectOptions late;
    late.deadline = std::chrono::steady_clock::now() - std::chrono::seconds{1};
    const ControllerObservation seen = collect(fake, late);
    EXPECT_EQ(fake.commands, 0U);
    EXPECT_THAT(seen.unread, ::testing::Contains(HasSubstr("time for this target")));
}

TEST_F(Collector, bounds_what_an_absurd_ana_log_makes_it_read) {
    FakeController fake = controller(2);
    fake.before = [&](const nvme::AdminCommand& command,
                      std::size_t) -> std::optional<nvme::AdminResult> {
        if (!is_log(command, nvme::lid::ana)) {
            return std::nullopt;
        }
        nvme::AdminResult absurd;
        absurd.data.assign(command.data_in, 0);
        nvme::store_le<std::uint16_t>(absurd.data, 8, 1); // one group ...
        nvme::store_le<std::uint32_t>(absurd.data, 16, 1);
        nvme::store_le<std::uint32_t>(absurd.data, 20, 0xFFFFFFFF); // ... of four billion NSIDs
        absurd.data[32] = 1;
        return absurd;
    };
    const ControllerObservation seen = collect(fake);
    EXPECT_LE(seen.ana.log.length, 4096U);
    EXPECT_FALSE(seen.ana_log().problems.empty()) << "the lie is kept for the rules";
}

TEST_F(Collector, reports_progress_up_to_the_number_of_namespaces) {
    FakeController fake = controller(20);
    CollectOptions options;
    std::size_t last = 0;
    options.progress = [&](std::size_t done, std::size_t total) {
        EXPECT_EQ(total, 20U);
        EXPECT_GT(done, last);
        last = done;
    };
    static_cast<void>(collect(fake, options));
    EXPECT_EQ(last, 20U);
}

/// What a controller is asked for, by what it says of itself.
struct Generation {
    const char* name;
    std::uint32_t version;
    std::uint64_t cap;    ///< beside MQES
    std::uint32_t ctratt; ///< of Identify Controller
    bool descriptors;     ///< CNS 03h, from NVMe 1.3 on
    bool independent;     ///< CNS 08h, from 2.0 on or by CAP.CRMS.CRIMS
    bool command_set;     ///< CNS 05h, from 2.0 on, by CAP.CSS or CTRATT.ELBAS
    bool command_sets;    ///< CNS 1Ch, by CAP.CSS
    bool crto;            ///< property, from 2.0 on
};
constexpr std::uint64_t kCssBit6 = std::uint64_t{1} << 43U;
constexpr std::uint64_t kCrimsBit = std::uint64_t{1} << 60U;
constexpr Generation kGenerations[] = {
    {"1.2", 0x00010200, 0, 0, false, false, false, false, false},
    {"1.2.1", 0x00010201, 0, 0, false, false, false, false, false},
    {"1.2 with command sets", 0x00010200, kCssBit6, 0, true, false, true, true, false},
    {"1.3", 0x00010300, 0, 0, true, false, false, false, false},
    {"1.4", 0x00010400, 0, 0, true, false, false, false, false},
    {"1.4 with CRIMS", 0x00010400, kCrimsBit, 0, true, true, false, false, false},
    {"1.4 with ELBAS", 0x00010400, 0, nvme::ctratt::extended_lba_formats, true, false, true, false,
     false},
    {"2.0", 0x00020000, 0, 0, true, true, true, false, true},
    {"2.1 with command sets", 0x00020100, kCssBit6, 0, true, true, true, true, true},
};

TEST_F(Collector, asks_each_generation_for_what_it_has) {
    for (const Generation& one : kGenerations) {
        SCOPED_TRACE(one.name);
        FakeController fake = controller(2);
        fake.identify.ver = one.version;
        fake.identify.ctratt = one.ctratt;
        fake.properties = {{nvme::property::cap, 127U | one.cap},
                           {nvme::property::vs, one.version},
                           {nvme::property::cc, 0x00460001},
                           {nvme::property::csts, 1},
                           {nvme::property::crto, 0x00010001}};
        std::size_t crto = 0;
        fake.before = [&](const nvme::AdminCommand& command,
                          std::size_t) -> std::optional<nvme::AdminResult> {
            crto +=
                command.opcode == nvme::opcode::fabrics && command.cdw[1] == nvme::property::crto
                    ? 1U
                    : 0U;
            return std::nullopt;
        };
        const ControllerObservation seen = collect(fake);
        const auto asked = [&](std::uint8_t cns) { return fake.identify_counts[cns]; };
        EXPECT_EQ(asked(nvme::cns::identify_namespace), 2U);
        EXPECT_EQ(asked(nvme::cns::namespace_descriptors), one.descriptors ? 2U : 0U);
        EXPECT_EQ(asked(nvme::cns::independent_namespace), one.independent ? 2U : 0U);
        EXPECT_EQ(asked(nvme::cns::command_set_namespace), one.command_set ? 2U : 0U);
        EXPECT_EQ(asked(0x1C), one.command_sets ? 1U : 0U);
        EXPECT_EQ(asked(nvme::cns::command_set_controller), 1U) << "as Linux, from 1.2 on";
        EXPECT_EQ(crto, one.crto ? 1U : 0U);
    }
}

TEST_F(Collector, asks_for_the_write_cache_of_a_controller_that_has_one) {
    for (const std::uint8_t vwc : std::vector<std::uint8_t>{0, 1, 6, 7}) {
        FakeController fake = controller(1);
        fake.identify.vwc = vwc;
        EXPECT_EQ(collect(fake).features.contains(nvme::fid::volatile_write_cache), (vwc & 1U) != 0)
            << int{vwc};
    }
}

TEST_F(Collector, goes_on_after_answers_that_are_of_one_command_only) {
    for (const Errc code : {Errc::command_failed, Errc::too_large}) {
        FakeController fake = controller(10);
        fake.before = [&](const nvme::AdminCommand& command,
                          std::size_t) -> std::optional<nvme::AdminResult> {
            if (is_identify(command, nvme::cns::namespace_descriptors)) {
                throw Error(code, "run Identify on", "fake controller 7", "of this one alone");
            }
            return std::nullopt;
        };
        const ControllerObservation seen = collect(fake);
        EXPECT_TRUE(seen.namespaces.at(9).independent.ok());
        EXPECT_TRUE(seen.supported_logs.ok());
        EXPECT_THAT(seen.unread,
                    ElementsAre(AllOf(HasSubstr("ID descriptors of 10 namespaces from 1 on"),
                                      HasSubstr("of this one alone"))));
    }
}

TEST_F(Collector, ends_with_a_connection_that_is_lost_in_the_ana_log) {
    FakeController fake = controller(2);
    fake.before = [&](const nvme::AdminCommand& command,
                      std::size_t) -> std::optional<nvme::AdminResult> {
        if (is_log(command, nvme::lid::ana)) {
            throw Error(Errc::closed, "read log page 0Ch of", "fake controller 7", "it hung up");
        }
        return std::nullopt;
    };
    const ControllerObservation seen = collect(fake);
    EXPECT_EQ(seen.ana.log.state, Page::State::failed);
    EXPECT_THAT(seen.ana.log.error, HasSubstr("it hung up"));
    EXPECT_THAT(seen.unread,
                ::testing::Contains(AllOf(HasSubstr("ANA log"), HasSubstr("hung up"))));
    EXPECT_EQ(fake.identify_counts[nvme::cns::identify_namespace], 0U) << "nothing more is sent";
}

TEST_F(Collector, keeps_the_part_of_an_ana_log_that_came) {
    FakeController fake = controller(1500); // an ANA log of two parts
    fake.before = [&](const nvme::AdminCommand& command,
                      std::size_t) -> std::optional<nvme::AdminResult> {
        if (!is_log(command, nvme::lid::ana) || command.cdw[2] == 0) {
            return std::nullopt;
        }
        nvme::AdminResult refused;
        refused.status.value = nvme::status::invalid_field;
        return refused;
    };
    const ControllerObservation seen = collect(fake);
    EXPECT_TRUE(seen.ana.log.ok());
    EXPECT_EQ(seen.ana.log.length, 4096U);
    EXPECT_FALSE(seen.ana_log().problems.empty()) << "it is shorter than it says";
}

TEST_F(Collector, forgets_what_an_unstable_reading_met) {
    FakeController fake = controller(2);
    std::size_t lists = 0;
    fake.before = [&](const nvme::AdminCommand& command,
                      std::size_t) -> std::optional<nvme::AdminResult> {
        if (is_identify(command, nvme::cns::active_namespaces) && ++lists == 1) {
            ++fake.ana.chgc; // so that it is read again
            nvme::AdminResult malformed;
            malformed.data.resize(nvme::kIdentifySize);
            nvme::store_le<std::uint32_t>(malformed.data, 0, 2);
            nvme::store_le<std::uint32_t>(malformed.data, 4, 1); // not ascending
            return malformed;
        }
        return std::nullopt;
    };
    const ControllerObservation seen = collect(fake);
    EXPECT_EQ(seen.ana.attempts, 2U);
    EXPECT_THAT(seen.active_problems, IsEmpty());
    EXPECT_THAT(seen.active_nsids.value(), ElementsAre(1, 2));

    FakeController refusing = controller(2);
    lists = 0;
    refusing.before = [&](const nvme::AdminCommand& command,
                          std::size_t) -> std::optional<nvme::AdminResult> {
        if (is_identify(command, nvme::cns::active_namespaces) && ++lists == 1) {
            ++refusing.ana.chgc;
            nvme::AdminResult refused;
            refused.status.value = nvme::status::internal_error;
            return refused;
        }
        return std::nullopt;
    };
    EXPECT_THAT(collect(refusing).unread, IsEmpty());
}

TEST_F(Collector, reads_no_more_namespaces_than_it_was_told) {
    CollectOptions options;
    options.max_namespaces = 5;
    FakeController more = controller(6);
    const ControllerObservation seen = collect(more, options);
    EXPECT_THAT(seen.active_nsids.value(), ElementsAre(1, 2, 3, 4, 5));
    EXPECT_EQ(seen.namespaces.size(), 5U);
    EXPECT_THAT(seen.unread, ElementsAre(HasSubstr("namespaces after the first 5")));
    FakeController just = controller(5);
    EXPECT_THAT(collect(just, options).unread, IsEmpty());
}

TEST_F(Collector, asks_for_no_namespace_after_the_last_that_there_can_be) {
    FakeController fake = controller(0);
    for (std::uint32_t i = 0; i < 1024; ++i) {
        fake.nsids.push_back(0xFFFFFFFEU - 1023 + i);
    }
    const ControllerObservation seen = collect(fake);
    EXPECT_EQ(seen.namespaces.size(), 1024U);
    EXPECT_EQ(fake.identify_counts[nvme::cns::active_namespaces], 1U);
    EXPECT_THAT(seen.unread, IsEmpty());
}

TEST_F(Collector, tells_which_optional_page_got_no_answer) {
    using Asks = std::function<bool(const nvme::AdminCommand&)>;
    const auto identify = [](std::uint8_t cns) -> Asks {
        return [cns](const nvme::AdminCommand& command) { return is_identify(command, cns); };
    };
    const auto feature = [](std::uint8_t fid) -> Asks {
        return [fid](const nvme::AdminCommand& command) {
            return command.opcode == nvme::opcode::get_features && (command.cdw[0] & 0xFFU) == fid;
        };
    };
    const auto supported_logs = [](const nvme::AdminCommand& command) {
        return is_log(command, nvme::lid::supported_logs);
    };
    const std::vector<std::pair<Asks, std::string>> pages{
        {supported_logs, "supported log pages: "}, {identify(0x13), "controller list: "},
        {identify(0x1C), "I/O command sets: "},    {feature(0x0B), "feature 0Bh: "},
        {feature(0x0F), "feature 0Fh: "},          {feature(0x06), "feature 06h: "},
        {identify(0x06), "Identify CNS 06h: "}};
    for (const auto& [asks, text] : pages) {
        FakeController fake = controller(1);
        fake.properties[nvme::property::cap] |= kCssBit6;
        fake.identify.vwc = 1;
        EXPECT_THAT(collect(fake).unread, IsEmpty());
        fake.before = [&asks = asks](const nvme::AdminCommand& command,
                                     std::size_t) -> std::optional<nvme::AdminResult> {
            if (asks(command)) {
                throw Error(Errc::timed_out, "ask", "fake controller 7", "no answer in 5 s");
            }
            return std::nullopt;
        };
        EXPECT_THAT(collect(fake).unread,
                    ElementsAre(AllOf(::testing::StartsWith(text), HasSubstr("no answer in 5 s"))));
    }
}

TEST_F(Collector, has_bounds_that_nobody_needs_to_set) {
    FakeController logs = controller(1);
    logs.identify.mnan = 0xFFFFFFFF; // no bound of its own
    logs.before = [](const nvme::AdminCommand& command,
                     std::size_t) -> std::optional<nvme::AdminResult> {
        if (!is_log(command, nvme::lid::ana)) {
            return std::nullopt;
        }
        nvme::AdminResult endless;
        endless.data.assign(command.data_in, 0xFF);
        return endless;
    };
    CollectOptions generous;
    generous.spending = std::make_shared<Spending>(Budget{.objects = 16U << 20U});
    EXPECT_EQ(collect(logs, std::move(generous)).ana.log.length, 16U << 20U)
        << "16 MiB of one log page";

    FakeController namespaces = controller(65537);
    namespaces.identify.cmic = 0;
    namespaces.identify.ver = 0x00010200; // one page a namespace
    namespaces.properties[nvme::property::vs] = 0x00010200;
    const ControllerObservation seen = collect(namespaces);
    EXPECT_EQ(seen.namespaces.size(), 65536U);
    EXPECT_THAT(seen.unread, ElementsAre(HasSubstr("namespaces after the first 65536")));
}

nvme::DiscoveryLog discovery_log(std::size_t entries) {
    nvme::DiscoveryLog log;
    log.genctr = 5;
    log.numrec = entries;
    for (std::size_t i = 0; i < entries; ++i) {
        nvme::DiscoveryEntry entry;
        entry.trtype = 3;
        entry.adrfam = 1;
        entry.subtype = 2;
        entry.portid = static_cast<std::uint16_t>(i + 1);
        entry.trsvcid = "4420";
        entry.subnqn = "nqn.2026-11.org.example:pair";
        entry.traddr = "192.0.2.1";
        log.entries.push_back(entry);
    }
    return log;
}

TEST_F(Collector, reads_a_discovery_log_of_any_length) {
    FakeController fake = controller(0);
    fake.discovery = discovery_log(40);
    const DiscoveryObservation seen = run(context_, collect_discovery_log(fake, {}));
    EXPECT_TRUE(seen.stable);
    EXPECT_EQ(nvme::decode_discovery_log(seen.log.whole()).entries, fake.discovery.entries);
}

TEST_F(Collector, refuses_a_discovery_log_of_which_less_came_than_it_has) {
    for (const auto& [came, told] :
         {std::pair<std::size_t, const char*>{0, "0 of 1,024 bytes came"},
          {512, "512 of 41,984 bytes came"}}) {
        FakeController fake = controller(0);
        fake.discovery = discovery_log(40);
        fake.before = [&](const nvme::AdminCommand&, std::size_t) {
            nvme::AdminResult result;
            result.data = nvme::encode(fake.discovery);
            result.data.resize(came);
            return std::optional{result};
        };
        try {
            static_cast<void>(run(context_, collect_discovery_log(fake, {})));
            ADD_FAILURE() << "it is taken for whole";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::short_answer);
            EXPECT_EQ(std::string(error.what()),
                      std::string("read the discovery log of fake controller 7: ") + told);
        }
    }
}

TEST_F(Collector, calls_a_discovery_log_unstable_whose_generation_never_stands_still) {
    FakeController fake = controller(0);
    fake.discovery = discovery_log(2);
    fake.before = [&](const nvme::AdminCommand&, std::size_t) -> std::optional<nvme::AdminResult> {
        ++fake.discovery.genctr;
        return std::nullopt;
    };
    const DiscoveryObservation seen = run(context_, collect_discovery_log(fake, {}));
    EXPECT_FALSE(seen.stable);
}

TEST_F(Collector, names_the_status_of_a_refused_discovery_log) {
    FakeController fake = controller(0);
    fake.before = [](const nvme::AdminCommand&, std::size_t) -> std::optional<nvme::AdminResult> {
        nvme::AdminResult refused;
        refused.status.value = nvme::status::invalid_log_page;
        return refused;
    };
    try {
        static_cast<void>(run(context_, collect_discovery_log(fake, {})));
        FAIL() << "a refused log must not look like an empty one";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::command_failed);
        EXPECT_THAT(error.what(), HasSubstr("fake controller 7"));
    }
}

} // namespace
} // namespace haoh::test
