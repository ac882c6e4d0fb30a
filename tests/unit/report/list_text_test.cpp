// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sample.hpp"
#include "terminal.hpp"

#include <haoh/report.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace haoh {
namespace {

using test::healthy_pair;
using test::Sample;

TEST(ListText, ShowsControllersByArrayNamespacesAndPaths) {
    EXPECT_EQ(list_of(healthy_pair()), R"(nqn.2026-01.com.example:stretched-1
  serial SN0001, model ArrayOne 9000, firmware 1.0

  array-a  controller 1     tcp 10.0.0.1:4420
           controller 2     tcp 10.0.0.2:4420
  array-b  controller 1001  tcp 10.1.0.1:4420
           controller 1002  tcp 10.1.0.2:4420

  NSID      size  block  ID
     1  64.0 GiB  512 B  uuid 5d0f9a61-1c7e-4b02-8a00-0000000001a5
                         nguid 5d0f9a611c7e4b028a00000000000177
     2  64.0 GiB  512 B  uuid 5d0f9a61-1c7e-4b02-8a00-0000000002a5
                         nguid 5d0f9a611c7e4b028a00000000000277

  paths of NSID  ANA group  array-a       array-b
  1              1          optimized     inaccessible
  2              2          inaccessible  optimized
)");
}

TEST(ListText, DimsOnlyWhatIsInaccessibleThroughEveryController) {
    Sample sample = healthy_pair(1);
    const auto dims = [&](const std::string& text) {
        return list_of(sample, {.color = true}).find("\x1b[2m" + text) != std::string::npos;
    };
    EXPECT_TRUE(dims("inaccessible"));
    sample.observation.controllers[1].ana = sample.observation.controllers[3].ana;
    EXPECT_FALSE(dims("inaccessible (controller 1), optimized"));
    EXPECT_NE(list_of(sample).find("inaccessible (controller 1), optimized"), std::string::npos);
}

TEST(ListText, GivesEachIdAColumnWhereThereIsRoom) {
    const std::string text = list_of(healthy_pair(), {.width = 120});
    EXPECT_NE(text.find("  NSID      size  block  uuid                                  nguid\n"
                        "     1  64.0 GiB  512 B  5d0f9a61-1c7e-4b02-8a00-0000000001a5  "
                        "5d0f9a611c7e4b028a00000000000177\n"),
              std::string::npos)
        << text;
}

TEST(ListText, StacksWhatDoesNotFitANarrowTerminal) {
    EXPECT_EQ(list_of(healthy_pair(), {.width = 40}), R"(nqn.2026-01.com.example:stretched-1
  serial SN0001, model ArrayOne 9000,
    firmware 1.0

  array-a  controller 1     tcp 10.0.0.1:4420
           controller 2     tcp 10.0.0.2:4420
  array-b  controller 1001  tcp 10.1.0.1:4420
           controller 1002  tcp 10.1.0.2:4420

  NSID 1: 64.0 GiB, 512 B blocks
    uuid
    5d0f9a61-1c7e-4b02-8a00-0000000001a5
    nguid
    5d0f9a611c7e4b028a00000000000177
  NSID 2: 64.0 GiB, 512 B blocks
    uuid
    5d0f9a61-1c7e-4b02-8a00-0000000002a5
    nguid
    5d0f9a611c7e4b028a00000000000277

  paths of NSID 1, ANA group 1
    array-a: optimized
    array-b: inaccessible
  paths of NSID 2, ANA group 2
    array-a: inaccessible
    array-b: optimized
)");
}

TEST(ListText, TakesOneLineForEachOfManyNamespaces) {
    const std::string text = list_of(healthy_pair(1024));
    EXPECT_EQ(std::ranges::count(text, '\n'), 1024 + 15) << text.substr(0, 2000);
    EXPECT_NE(text.find("  paths of NSID  ANA group  array-a       array-b\n"
                        "  1-512          1          optimized     inaccessible\n"
                        "  513-1024       2          inaccessible  optimized\n"),
              std::string::npos);
    EXPECT_TRUE(text.ends_with("\n\n-v shows every ID of every namespace.\n"));
    EXPECT_EQ(text.find("nguid"), std::string::npos);
    EXPECT_NE(list_of(healthy_pair(1024), {.verbose = true}).find("nguid"), std::string::npos);
}

TEST(ListText, SaysWhoTellsWhatWhereControllersDisagree) {
    Sample sample = healthy_pair();
    test::change_uuid_on_array_b(sample, 2);
    nvme::IdentifyController data = sample.observation.controllers[2].identify_data();
    data.sn[5] = '2';
    for (const std::size_t index : {2U, 3U}) {
        sample.observation.controllers[index].identify = Page::of(nvme::encode(data));
    }
    const std::string text = list_of(sample);
    EXPECT_NE(text.find("  serial SN0001 (array-a) and SN0002 (array-b), model ArrayOne 9000, "
                        "firmware\n    1.0\n"),
              std::string::npos)
        << text;
    EXPECT_NE(
        text.find("     2  64.0 GiB  512 B  uuid 5d0f9a61-1c7e-4b02-8a00-0000000002a5  array-a\n"
                  "                         nguid 5d0f9a611c7e4b028a00000000000277\n"
                  "     2  64.0 GiB  512 B  uuid 5d0f9a61-1c7e-4b02-8a00-0000000002ff  array-b\n"),
        std::string::npos)
        << text;
}

TEST(ListText, SaysWhyAControllerIsOnAnArrayWhenVerbose) {
    const std::string text = list_of(healthy_pair(), {.verbose = true});
    EXPECT_NE(text.find("  array-a  controller 1     tcp 10.0.0.1:4420  configuration: addresses "
                        "10.0.0.0/16\n"),
              std::string::npos)
        << text;
}

TEST(ListText, EndsWithWhatWasNotObserved) {
    Sample sample = healthy_pair();
    add(sample, test::refused_target());
    sample.observation.controllers[0].unread = {"feature 0Fh: timed out"};
    const std::string text = list_of(sample);
    EXPECT_TRUE(text.ends_with("\n\nNOT OBSERVED\n"
                               "  connect to tcp://10.2.0.1:4420: connection refused; check that "
                               "an NVMe/TCP\n"
                               "    port listens there\n"
                               "  tcp://10.0.0.1:4420 controller 1: feature 0Fh: timed out\n"))
        << text;
}

TEST(ListText, SaysThatThereIsNothing) {
    EXPECT_EQ(list_text(Observation{}, {}), "No controller was observed.\n");
    EXPECT_NE(list_of(healthy_pair(0)).find("\n  no namespace\n"), std::string::npos);
}

TEST(ListText, WritesIpv6AddressesInBrackets) {
    Sample sample = healthy_pair();
    sample.observation.controllers[0].traddr = "fd00:1::1";
    EXPECT_NE(list_of(sample).find("tcp [fd00:1::1]:4420"), std::string::npos);
}

TEST(ListText, NeverPassesControlBytesOfAControllerOn) {
    Sample sample = healthy_pair();
    ControllerObservation& controller = sample.observation.controllers[0];
    nvme::IdentifyController data = controller.identify_data();
    data.sn = {0x1b, '[', '2', 'J', 0x07};
    data.mn.fill(0xff);
    controller.identify = Page::of(nvme::encode(data));
    controller.traddr = "a\x1b[1m";
    controller.trsvcid = "\n";
    controller.transport = "\x7f";
    controller.subsysnqn = "\x1b";
    controller.unread = {"\x1b[0m"};
    test::change(sample.report, 0, [](Attribution& one) { one.evidence = "\r"; });
    test::set_array(sample.report, 2, "\x1b[8m");
    add(sample, {.object = "\x1b", .target = "", .subsysnqn = "", .error = "\x08"});
    for (const unsigned width : {40U, 80U, 120U}) {
        const std::string text = list_of(sample, {.width = width, .verbose = true});
        EXPECT_EQ(test::unprintable_bytes(text), "");
        EXPECT_NE(text.find("\\x1b[2J"), std::string::npos);
    }
}

TEST(ListText, ColoursOnlyWhenAsked) {
    const Sample sample = healthy_pair();
    EXPECT_EQ(test::without_colour(list_of(sample, {.color = true})), list_of(sample));
    EXPECT_NE(list_of(sample, {.color = true}), list_of(sample));
}

TEST(ListText, SaysWhoTellsWhatOnANarrowTerminal) {
    Sample sample = healthy_pair();
    test::change_uuid_on_array_b(sample, 2);
    const std::string text = list_of(sample, {.width = 40});
    EXPECT_NE(text.find("  NSID 1: 64.0 GiB, 512 B blocks\n"), std::string::npos) << text;
    EXPECT_NE(text.find("  NSID 2: 64.0 GiB, 512 B blocks, told\n    by array-a\n"),
              std::string::npos)
        << text;
}

TEST(ListText, OfNoNamespaceEndsThere) {
    EXPECT_EQ(list_of(healthy_pair(0)), R"(nqn.2026-01.com.example:stretched-1
  serial SN0001, model ArrayOne 9000, firmware 1.0

  array-a  controller 1     tcp 10.0.0.1:4420
           controller 2     tcp 10.0.0.2:4420
  array-b  controller 1001  tcp 10.1.0.1:4420
           controller 1002  tcp 10.1.0.2:4420

  no namespace
)");
}

} // namespace
} // namespace haoh
