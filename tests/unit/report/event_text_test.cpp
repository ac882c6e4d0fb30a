// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sample_monitor.hpp"

#include "report/time_text.hpp"

#include <haoh/event_report.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace haoh {
namespace {

using namespace std::chrono_literals;
using test::access_event;
using test::ana_event;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

TEST(EventLine, SaysWhatHowAndHowLongItTook) {
    EXPECT_EQ(event_line(ana_event()), "14:03:07.123456Z  nvme0n1 nsid 1  nvme1 (array-b)  "
                                       "ANA optimized -> inaccessible   2.1 ms after the AEN\n");
}

TEST(EventLine, OfEveryKindIsOneSafeLine) {
    const std::vector<std::string> expected{
        "nvme0n1 nsid 1  nvme1 (array-b)  ANA optimized -> inaccessible   2.1 ms after the AEN",
        "nvme1 (array-b)  2 ANA transitions too short to be seen (change count 17 to 21, 2 seen)",
        "nvme0n1 nsid 1  nvme1 (array-b)  AEN ana_change",
        "nvme0n1 nsid 1  nvme1 (array-b)  path nvme0c1n1 added, ANA optimized",
        "nvme0n1 nsid 1  nvme1 (array-b)  path nvme0c1n1 lost, was ANA non-optimized",
        "nvme0n1 nsid 1  nvme1 (array-b)  PATH REFUSED by the kernel: IDs don't match for shared "
        "namespace 1; rule ns.uuid.equal, see: haoh check, haoh rules ns.uuid.equal",
        "nvme1 (array-b)  controller live -> connecting",
        "nvme0n1 nsid 1  nvme1 (array-b)  namespace added",
        "nvme0n1 nsid 1  nvme1 (array-b)  namespace removed",
        "nvme0n1 nsid 1  nvme1 (array-b)  resized from 1.0 GiB (1,073,741,824 bytes) to 2.0 GiB "
        "(2,147,483,648 bytes)",
        "nvme0n1 nsid 1  nvme1 (array-b)  now writable -> read-only",
        "nvme0n1 nsid 1  nvme1 (array-b)  IDENTITY CHANGED: serial number \"A1\" is now \"B7\"; "
        "run haoh check before data is written",
        "nvme0n1 nsid 1  ONLY ONE ARRAY LEFT: 2 of 4 paths usable, 1 optimized, 1 of 2 arrays "
        "ready; if it fails too, access is lost",
        "nvme0n1 nsid 1  nvme1 (array-b)  STUCK in ANA state change, longer than the 10 s of "
        "ANATT   10.0 s after it began",
        "SOURCE LOST trace: permission denied; AENs are not seen; ANA changes are found by "
        "polling. Run as root (CAP_SYS_ADMIN) with tracefs at /sys/kernel/tracing",
        "source restored trace",
    };
    const auto events = test::events_of_all_kinds();
    ASSERT_EQ(events.size(), expected.size());
    for (std::size_t index = 0; index < events.size(); ++index) {
        EXPECT_EQ(event_line(events[index]), "14:03:07.123456Z  " + expected[index] + "\n");
    }
}

TEST(EventLine, ColoursAccessByHowBadItIs) {
    const TextStyle style{.color = true};
    const auto line = [&](Access from, Access to) {
        return event_line(access_event(from, to), style);
    };
    EXPECT_THAT(line(Access::single_array, Access::no_path),
                HasSubstr("\x1b[1;31mNO PATH LEFT\x1b[0m: 0 of 4 paths usable, 0 optimized, 0 of 2 "
                          "arrays ready, was single_array; I/O waits or fails"));
    EXPECT_THAT(line(Access::restored, Access::single_array),
                HasSubstr("\x1b[1;33mONLY ONE ARRAY LEFT\x1b[0m: 2 of 4 paths"));
    EXPECT_THAT(line(Access::restored, Access::no_optimized_path),
                HasSubstr("\x1b[1;33mNO OPTIMIZED PATH\x1b[0m: 4 of 4 paths"));
    EXPECT_THAT(line(Access::no_path, Access::restored),
                HasSubstr("\x1b[1;32mACCESS RESTORED\x1b[0m: 4 of 4 paths usable"));
}

TEST(EventLine, WithoutColourHasNoEscape) {
    EXPECT_THAT(event_line(access_event(Access::restored, Access::no_path)),
                Not(HasSubstr("\x1b")));
}

TEST(EventLine, IsSafeForTerminalsWhateverADeviceSends) {
    for (Event event : test::events_of_all_kinds()) {
        for (std::string Event::*text :
             {&Event::source, &Event::host, &Event::subsysnqn, &Event::controller, &Event::site,
              &Event::device, &Event::path, &Event::from, &Event::to, &Event::rule, &Event::text}) {
            event.*text = "\x1b]0;x\x07\r\n\xff\xe2\x80\xae";
        }
        const std::string line = event_line(event, {.verbose = true});
        EXPECT_EQ(std::ranges::count(line, '\n'), 1);
        for (const char byte : line.substr(0, line.size() - 1)) {
            EXPECT_TRUE(byte >= 0x20 && byte < 0x7f) << static_cast<int>(byte);
        }
    }
}

TEST(EventLine, NamesTheSubsystemWhereThereIsNoDevice) {
    Event event = access_event(Access::restored, Access::no_path);
    event.device.clear();
    EXPECT_THAT(event_line(event), HasSubstr("Z  nqn.2026-01.io.example:stretched nsid 1  NO "));
}

TEST(EventLine, VerboseSaysDateSubsystemAndSource) {
    const std::string line = event_line(ana_event(), {.verbose = true});
    EXPECT_THAT(line, testing::StartsWith("2026-05-01T14:03:07.123456Z  nvme0n1 nqn.2026-01."));
    EXPECT_THAT(line, EndsWith("[trace]\n"));
}

TEST(EventLine, KeepsTheAdviceThatAnErrorGives) {
    Event event = test::events_of_all_kinds()[static_cast<std::size_t>(EventKind::source_lost)];
    event.text = "open /dev/kmsg: permission denied; run as root";
    EXPECT_THAT(event_line(event), EndsWith("permission denied; run as root\n"));
}

TEST(EventFolder, JoinsAFailoverOfManyNamespacesIntoALineAController) {
    EventFolder folder;
    std::string lines;
    for (std::uint32_t nsid = 1; nsid <= 4096; ++nsid) {
        const auto after = std::chrono::microseconds{10 * nsid};
        Event event = ana_event(nsid, after);
        event.cause = test::moment(-2ms);
        lines += folder.push(event);
        Event access = access_event(Access::restored, Access::single_array, nsid);
        access.observed = test::moment(after);
        lines += folder.push(access);
    }
    EXPECT_EQ(lines, "");
    EXPECT_FALSE(folder.empty());
    EXPECT_EQ(folder.flush(),
              "14:03:07.123466Z  nvme0 nsid 1-4096  nvme1 (array-b)  "
              "ANA optimized -> inaccessible   2.0 ms to 43.0 ms after the AEN\n"
              "14:03:07.123466Z  nvme0 nsid 1-4096  ONLY ONE ARRAY LEFT: 2 of 4 paths usable, "
              "1 optimized, 1 of 2 arrays ready; if it fails too, access is lost\n");
    EXPECT_TRUE(folder.empty());
    EXPECT_EQ(folder.flush(), "");
}

TEST(EventFolder, LeavesASingleEventAsItIs) {
    EventFolder folder;
    EXPECT_EQ(folder.push(ana_event()), "");
    EXPECT_EQ(folder.flush(), event_line(ana_event()));
}

TEST(EventFolder, KeepsTheOrderOfWhatHappensToOneNamespace) {
    EventFolder folder;
    Event back = ana_event();
    std::swap(back.from, back.to);
    std::string lines = folder.push(ana_event(1));
    lines += folder.push(back);
    lines += folder.push(ana_event(1));
    lines += folder.push(ana_event(2)); // joins the last one: nothing was told of it before
    lines += folder.flush();
    EXPECT_EQ(lines, event_line(ana_event(1)) + event_line(back) +
                         "14:03:07.123456Z  nvme0 nsid 1-2  nvme1 (array-b)  "
                         "ANA optimized -> inaccessible   2.1 ms after the AEN\n");
}

TEST(EventFolder, JoinsNothingThatDiffers) {
    const Event first = ana_event(1);
    const auto differs = [&](auto change) {
        EventFolder folder;
        Event second = ana_event(2);
        change(second);
        std::string lines = folder.push(first);
        lines += folder.push(second);
        lines += folder.flush();
        EXPECT_EQ(lines, event_line(first) + event_line(second));
    };
    differs([](Event& event) { event.controller = "nvme2"; });
    differs([](Event& event) { event.site = "array-a"; });
    differs([](Event& event) { event.from = "change"; });
    differs([](Event& event) { event.to = "change"; });
    differs([](Event& event) { event.subsysnqn = "other"; });
    differs([](Event& event) { event.device = "nvme7n2"; });
    differs([](Event& event) { event.transitions = 2; });
    differs([](Event& event) { event.cause.reset(); });
    differs([](Event& event) { event.cause = test::moment(-1s); });
    differs([](Event& event) { event.nsid.reset(); });
    differs([](Event& event) { event.text = "x"; });
}

TEST(EventFolder, CompletesWhatIsOpenWhenSomethingComesLater) {
    EventFolder folder;
    EXPECT_EQ(folder.push(ana_event(1)), "");
    EXPECT_EQ(folder.push(ana_event(2, 101ms)), event_line(ana_event(1)));
    EXPECT_EQ(folder.flush(), event_line(ana_event(2, 101ms)));
}

TEST(EventFolder, CompletesALongSeries) {
    EventFolder folder;
    std::string lines;
    for (std::uint32_t nsid = 1; nsid <= 30; ++nsid) {
        Event event = ana_event(nsid, 50ms * nsid);
        event.cause = test::moment();
        event.observed = test::moment(50ms * nsid);
        lines += folder.push(event);
    }
    EXPECT_THAT(lines, HasSubstr("nvme0 nsid 1-21  "));
    EXPECT_THAT(folder.flush(), HasSubstr("nvme0 nsid 22-30  "));
}

TEST(EventFolder, HoldsFewLinesOpen) {
    EventFolder folder;
    std::string lines;
    for (std::size_t index = 0; index <= EventFolder::kMaxOpen; ++index) {
        Event event = ana_event();
        event.controller = "nvme" + std::to_string(index);
        EXPECT_EQ(lines, "");
        lines += folder.push(event);
    }
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(lines, '\n')), EventFolder::kMaxOpen);
}

TEST(TimeText, IsAsExactAsPeopleNeed) {
    using report::duration_text;
    EXPECT_EQ(duration_text(0ns), "0 us");
    EXPECT_EQ(duration_text(999us), "999 us");
    EXPECT_EQ(duration_text(999'600ns), "1.0 ms");
    EXPECT_EQ(duration_text(999'960us), "1.0 s");
    EXPECT_EQ(duration_text(31'460ms), "31.5 s");
    EXPECT_EQ(duration_text(12min), "12 min");
    EXPECT_EQ(duration_text(-3us), "-3 us");
    EXPECT_EQ(report::long_duration_text(850ms), "850.0 ms");
    EXPECT_EQ(report::long_duration_text(67s), "1 min 7 s");
    EXPECT_EQ(report::long_duration_text(51h + 14min + 5s), "2 d 3 h 14 min");
}

TEST(TimeText, IsRfc3339) {
    EXPECT_EQ(report::rfc3339(0ns), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(report::rfc3339(951782400s - 1ns), "2000-02-28T23:59:59.999999Z");
    EXPECT_EQ(report::rfc3339(951782400s), "2000-02-29T00:00:00.000000Z");
}

} // namespace
} // namespace haoh
