// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sample_monitor.hpp"

#include "report/text/time_text.hpp"

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
        "SOURCE LATE tcp://10.0.0.1:4420: no answer to Keep Alive, given up after 10 s   5.0 s "
        "after "
        "the command",
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
             {&Event::source, &Event::host, &Event::subsysnqn, &Event::controller, &Event::array,
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
    event.advised = true;
    EXPECT_THAT(event_line(event), EndsWith("permission denied; run as root\n"));
    // What a text looks like says nothing.
    event.text = "it says; and nothing else";
    event.advised = false;
    EXPECT_THAT(event_line(event), HasSubstr("it says; and nothing else; AENs are not seen"));
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
    differs([](Event& event) { event.array = "array-a"; });
    differs([](Event& event) { event.from = "change"; });
    differs([](Event& event) { event.to = "change"; });
    differs([](Event& event) { event.subsysnqn = "other"; });
    differs([](Event& event) { event.device = "nvme7n2"; });
    differs([](Event& event) { event.transitions = 2; });
    differs([](Event& event) { event.cause.reset(); });
    differs([](Event& event) { event.cause = test::moment(-1s); });
    differs([](Event& event) { event.nsid.reset(); });
    differs([](Event& event) { event.text = "x"; });
    differs([](Event& event) { event.kind = EventKind::path_lost; });
    differs([](Event& event) { event.source = "udev"; });
    differs([](Event& event) { event.host = "host-2"; });
    differs([](Event& event) { event.rule = "ns.uuid.equal"; });
    differs([](Event& event) { event.access = AccessCounts{}; });
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

TEST(EventFolder, JoinsWhatIsAMomentApartAndNoMore) {
    const auto joined = [](std::chrono::nanoseconds observed, std::chrono::nanoseconds cause) {
        EventFolder folder;
        Event second = ana_event(2, observed);
        second.cause = test::moment(-2100us + cause);
        std::string lines = folder.push(ana_event(1));
        lines += folder.push(second);
        return (lines + folder.flush()).find("nsid 1-2") != std::string::npos;
    };
    EXPECT_TRUE(joined(EventFolder::kMoment, EventFolder::kMoment));
    EXPECT_FALSE(joined(EventFolder::kMoment + 1ns, 0ns));
    EXPECT_FALSE(joined(0ns, EventFolder::kMoment + 1ns));
    EXPECT_TRUE(joined(0ns, -EventFolder::kMoment));
    EXPECT_FALSE(joined(0ns, -EventFolder::kMoment - 1ns));
}

TEST(EventFolder, JoinsNoEventsOfControllers) {
    Event event = ana_event();
    event.nsid.reset();
    EventFolder folder;
    std::string lines = folder.push(event);
    lines += folder.push(event);
    EXPECT_EQ(lines + folder.flush(), event_line(event) + event_line(event));
}

/// The line without its time.
std::string words_of(const Event& event, const TextStyle& style = {}) {
    const std::string line = event_line(event, style);
    const std::size_t begin = line.find("Z  ");
    return begin == std::string::npos ? line : line.substr(begin + 3, line.size() - begin - 4);
}

TEST(EventLine, SaysWhatIsMissedWithoutASourceAndWhatHelps) {
    Event event = test::events_of_all_kinds()[static_cast<std::size_t>(EventKind::source_lost)];
    const std::vector<std::pair<std::string, std::string>> advice{
        {"trace", "tracefs at /sys/kernel/tracing"},
        {"udev", "systemd-udevd"},
        {"kmsg", "/dev/kmsg readable"},
        {"sysfs", "/sys is mounted"},
        {"tcp://10.0.0.1:4420", "haoh list -t ADDR:PORT"},
        {"ana", "check that the controllers answer"}};
    for (const auto& [source, words] : advice) {
        event.source = source;
        EXPECT_THAT(words_of(event), testing::StartsWith("SOURCE LOST " + source + ": "));
        EXPECT_THAT(words_of(event), HasSubstr(words));
        for (const auto& [other, others] : advice) {
            EXPECT_TRUE(other == source || words_of(event).find(others) == std::string::npos);
        }
    }
}

TEST(EventLine, SaysWhatALatencyCountsFrom) {
    const auto cause = [](EventKind kind, const std::string& source) {
        Event event = ana_event();
        event.kind = kind;
        event.source = source;
        const std::string words = words_of(event);
        const std::size_t after = words.find(" ms after ");
        return after == std::string::npos ? "" : words.substr(after + 10);
    };
    EXPECT_EQ(cause(EventKind::ana_change, "trace"), "the AEN");
    EXPECT_EQ(cause(EventKind::ana_coalesced, "trace"), "the AEN");
    EXPECT_EQ(cause(EventKind::access, "trace"), "the AEN");
    EXPECT_EQ(cause(EventKind::aen, "udev"), "it came");
    EXPECT_EQ(cause(EventKind::anatt_exceeded, "trace"), "it began");
    EXPECT_EQ(cause(EventKind::ana_change, "udev"), "the uevent");
    EXPECT_EQ(cause(EventKind::path_refused, "kmsg"), "the kernel message");
    EXPECT_EQ(cause(EventKind::path_lost, "trace"), "the first sign");
}

TEST(EventLine, CountsArraysWhereThereAreAny) {
    Event event = access_event(Access::restored, Access::no_path);
    event.access->arrays = event.access->ready = 1;
    EXPECT_THAT(words_of(event), HasSubstr("0 of 4 paths usable, 0 optimized, 1 of 1 array ready"));
    event.access->arrays = 0;
    EXPECT_THAT(words_of(event), EndsWith("0 of 4 paths usable, 0 optimized; I/O waits or fails"));
    event.access.reset();
    EXPECT_THAT(words_of(event), EndsWith("NO PATH LEFT; I/O waits or fails"));
    event.from = "single_array";
    EXPECT_THAT(words_of(event), EndsWith("NO PATH LEFT, was single_array; I/O waits or fails"));
}

TEST(EventLine, AddsWhatIsKnownAndNothingElse) {
    const auto words = [](EventKind kind, auto change) {
        Event event = test::events_of_all_kinds()[static_cast<std::size_t>(kind)];
        event.array.clear();
        event.device.clear();
        event.cause.reset();
        change(event);
        return words_of(event);
    };
    const auto with_text = [](Event& event) { event.text = "a word"; };
    const auto bare = [](Event& event) { event.text = event.from = event.rule = ""; };
    EXPECT_EQ(words(EventKind::ana_change, with_text),
              "nsid 1  nvme1  ANA optimized -> inaccessible (a word)");
    EXPECT_EQ(words(EventKind::ana_change, bare), "nsid 1  nvme1  ANA inaccessible");
    EXPECT_EQ(words(EventKind::ana_change, [](Event& event) { event.transitions = 1234; }),
              "nsid 1  nvme1  ANA optimized -> inaccessible (1,234 times)");
    EXPECT_EQ(words(EventKind::aen, [](Event& event) { event.transitions = 2; }),
              "nsid 1  nvme1  AEN ana_change (2 times)");
    EXPECT_EQ(words(EventKind::ana_coalesced,
                    [](Event& event) {
                        event.transitions = 1;
                        event.sequence = 99;
                    }),
              "nvme1  1 ANA transition too short to be seen (change count 17 to 21, 2 seen)");
    EXPECT_EQ(words(EventKind::ana_coalesced, bare),
              "nvme1  2 ANA transitions too short to be seen (change count 17)");
    EXPECT_EQ(words(EventKind::ana_coalesced,
                    [](Event& event) {
                        event.text.clear();
                        event.change_count.reset();
                    }),
              "nvme1  2 ANA transitions too short to be seen");
    EXPECT_EQ(words(EventKind::path_added, [](Event& event) { event.to = "no ANA"; }),
              "nsid 1  nvme1  path nvme0c1n1 added, no ANA");
    EXPECT_EQ(words(EventKind::path_added, [](Event& event) { event.to.clear(); }),
              "nsid 1  nvme1  path nvme0c1n1 added");
    EXPECT_EQ(words(EventKind::path_lost, bare), "nsid 1  nvme1  path nvme0c1n1 lost");
    EXPECT_EQ(words(EventKind::path_lost, with_text),
              "nsid 1  nvme1  path nvme0c1n1 lost, was ANA non-optimized (a word)");
    EXPECT_EQ(words(EventKind::path_refused, bare), "nsid 1  nvme1  PATH REFUSED by the kernel");
    EXPECT_EQ(words(EventKind::path_refused,
                    [](Event& event) {
                        event.nsid.reset();
                        event.rule.clear();
                    }),
              "nvme1  CONTROLLER REFUSED by the kernel, with all its paths: IDs don't match for "
              "shared namespace 1");
    for (const EventKind kind :
         {EventKind::path_added, EventKind::controller_state, EventKind::namespace_added,
          EventKind::namespace_removed, EventKind::namespace_resized,
          EventKind::namespace_read_only, EventKind::source_restored}) {
        EXPECT_THAT(words(kind, with_text), EndsWith(" (a word)"));
        EXPECT_THAT(words(kind, bare), Not(HasSubstr("(a word)")));
    }
    EXPECT_EQ(words(EventKind::anatt_exceeded, bare),
              "nsid 1  nvme1  STUCK in ANA state change, longer than ANATT allows");
    EXPECT_EQ(words(EventKind::namespace_resized,
                    [](Event& event) {
                        event.from = "512x";
                        event.to = "";
                    }),
              "nsid 1  nvme1  resized from 512x to ");
    EXPECT_EQ(words(EventKind::access, [](Event& event) { event.to = "unheard of"; }),
              "nqn.2026-01.io.example:stretched nsid 1  access unheard of: 2 of 4 paths usable, "
              "1 optimized, 1 of 2 arrays ready");
}

TEST(EventLine, SaysHowLateAnArrayIsAndWhenItAnswered) {
    Event event = test::events_of_all_kinds()[static_cast<std::size_t>(EventKind::source_late)];
    EXPECT_EQ(words_of(event), "SOURCE LATE tcp://10.0.0.1:4420: no answer to Keep Alive, given up "
                               "after 10 s   5.0 s after the command");
    event.to = kAnswered;
    event.text = "Keep Alive was answered";
    event.observed = test::moment(1500ms);
    EXPECT_EQ(words_of(event),
              "source answers tcp://10.0.0.1:4420: Keep Alive was answered   6.5 s "
              "after the command");
}

TEST(EventLine, NamesTheSourceOnlyWhenVerboseAndOnlyOnce) {
    const auto events = test::events_of_all_kinds();
    for (const Event& event : events) {
        const bool of_source = event.kind == EventKind::source_lost ||
                               event.kind == EventKind::source_restored ||
                               event.kind == EventKind::source_late;
        EXPECT_EQ(words_of(event, {.verbose = true}).ends_with("]"), !of_source);
        EXPECT_FALSE(words_of(event).ends_with("]"));
    }
    Event nobody = ana_event();
    nobody.source.clear();
    EXPECT_THAT(words_of(nobody, {.verbose = true}), Not(HasSubstr("[")));
}

} // namespace
} // namespace haoh
