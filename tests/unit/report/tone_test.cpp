// SPDX-License-Identifier: LGPL-2.1-or-later
// What a colour tells: what is wrong stands out, what is right and what only frames it does not.
#include "sample_host.hpp"
#include "sample_monitor.hpp"
#include "terminal.hpp"

#include "linux/kernel_effects.hpp"
#include "unit/kernel_policy/device.hpp"

#include <haoh/event_report.hpp>
#include <haoh/policy_report.hpp>
#include <haoh/report.hpp>

#include <gtest/gtest.h>

#include <tuple>

namespace haoh {
namespace {

using report::Tone;
using test::Sample;

constexpr TextStyle kColoured{.color = true, .width = 120};

/// Words, and how they are to look.
struct Look {
    std::string words;
    Tone tone;
};

void expect_looks(const std::string& text, const std::vector<Look>& looks) {
    for (const Look& look : looks) {
        EXPECT_EQ(test::tones_of(text, look.words), (std::set<Tone>{look.tone}))
            << look.words << " in\n"
            << text;
    }
}

Attribute unreadable(const std::string& why) {
    return {.state = Attribute::State::unreadable, .nul_padded = false, .text = why};
}

TEST(Tones, OfAHealthyHostAreQuiet) {
    expect_looks(list_of(test::healthy_host(), kColoured),
                 {{"alpha: Linux 6.12.107-amd64", Tone::faint},
                  {test::kSampleNqn, Tone::strong},
                  {"nvme-subsys0", Tone::plain},
                  {"iopolicy", Tone::faint},
                  {"numa", Tone::plain},
                  {"serial", Tone::faint},
                  {"SN0001", Tone::plain},
                  {"model", Tone::faint},
                  {"live", Tone::plain},
                  {"tcp 10.0.0.1:4420", Tone::plain},
                  {"NSID      size  block  device        ID", Tone::faint},
                  {"/dev/nvme0n1", Tone::plain},
                  {"nguid 5d0f", Tone::plain},
                  {"paths of", Tone::faint},
                  {", ANA group 1", Tone::plain},
                  {"optimized", Tone::plain},
                  {"inaccessible", Tone::faint}, // as it ought to be
                  {"unusable", Tone::faint}});
    expect_looks(list_of(test::healthy_host(), {.color = true, .width = 160, .verbose = true}),
                 {{"configuration: addresses 10.0.0.0/16", Tone::faint}});
}

TEST(Tones, OfAHostShowWhatIsWrong) {
    Sample sample = test::healthy_host(3);
    KernelSubsystem& subsystem = test::subsystem_of(sample);
    subsystem.controllers[3].state = Attribute::of("connecting");
    subsystem.namespaces[1].uuid = subsystem.namespaces[1].nguid = Attribute{};
    subsystem.namespaces[1].wwid = unreadable("Input/output error");
    subsystem.namespaces[2].paths.clear();
    subsystem.controllers[1].serial = Attribute::of("SN0009");
    subsystem.controllers[2].hostnqn = Attribute::of("nqn.2026-01.com.example:other");
    test::path_of(sample, 1, 1).size = Attribute::of("2048");
    sample.observation.kernels[0].stray_controllers.emplace_back().name = "nvme9";
    nvme::IdentifyController data = sample.observation.controllers[2].identify_data();
    data.fr[0] = '7';
    sample.observation.controllers[2].identify = Page::of(nvme::encode(data));
    const std::string text = list_of(sample, kColoured);
    expect_looks(text, {{"connecting  ", Tone::warn},
                        {"none in the kernel", Tone::warn},
                        {": none", Tone::fail},
                        {"sysfs shows serial SN0009", Tone::warn},
                        {"host NQN", Tone::faint},
                        {"nqn.2026-01.com.example:other (nvme2)", Tone::plain},
                        {"7.0", Tone::strong},
                        {"unusable: size 2048 of 134217728 sectors", Tone::fail},
                        {"unusable: controller connecting", Tone::fail},
                        {"nvme0, nvme1, nvme2, nvme3", Tone::strong},
                        {"nsid 3 offered, no path in the kernel", Tone::fail},
                        {"wwid of nvme0n2 not readable", Tone::warn},
                        {"controllers of no subsystem", Tone::strong}});

    subsystem.controllers.clear();
    expect_looks(list_of(sample, kColoured), {{"no controller\n", Tone::warn}});
    Sample alone = test::host_without_root(1);
    test::path_of(alone, 1, 2).ana_state = test::path_of(alone, 1, 3).ana_state =
        Attribute::of("inaccessible");
    expect_looks(list_of(alone, kColoured),
                 {{"(sysfs: one controller's, no controller was asked)", Tone::faint},
                  {": no usable path", Tone::fail},
                  {"NOT OBSERVED", Tone::unknown}});
}

TEST(Tones, OfANarrowHostAreTheSame) {
    Sample sample = test::healthy_host(2);
    test::subsystem_of(sample).namespaces[0].uuid = test::subsystem_of(sample).namespaces[0].nguid =
        Attribute{};
    test::subsystem_of(sample).namespaces[0].wwid = unreadable("Input/output error");
    test::subsystem_of(sample).namespaces[0].links = {"nvme-eui.2"};
    expect_looks(list_of(sample, {.color = true, .width = 60, .verbose = true}),
                 {{"NSID 2", Tone::strong},
                  {": 64.0 GiB, 512 B blocks, /dev/nvme0n2", Tone::plain},
                  {"no ID in the kernel", Tone::warn},
                  {"nguid", Tone::faint},
                  {"/dev/disk/by-id/nvme-eui.2", Tone::faint}});
}

TEST(Tones, OfAListOfArrays) {
    Sample sample = test::healthy_pair();
    expect_looks(list_of(sample, kColoured), {{test::kSampleNqn, Tone::strong},
                                              {"serial", Tone::faint},
                                              {"SN0001", Tone::plain},
                                              {"array-a", Tone::strong},
                                              {"NSID      size", Tone::faint},
                                              {"64.0 GiB", Tone::plain},
                                              {"paths of NSID", Tone::faint},
                                              {"optimized", Tone::plain},
                                              {"inaccessible", Tone::faint}});
    expect_looks(list_of(sample, {.color = true, .width = 120, .verbose = true}),
                 {{"configuration: addresses", Tone::faint}});
    expect_looks(list_of(sample, {.color = true, .width = 40}), {{"NSID 1", Tone::strong},
                                                                 {"uuid", Tone::faint},
                                                                 {"paths of", Tone::faint},
                                                                 {"array-a: ", Tone::faint},
                                                                 {"optimized", Tone::plain},
                                                                 {"inaccessible", Tone::faint}});
    test::change_uuid_on_array_b(sample, 2);
    sample.observation.controllers[3].ana.log = Page::of_failure("timed out");
    nvme::IdentifyController data = sample.observation.controllers[2].identify_data();
    data.sn[5] = '2';
    sample.observation.controllers[2].identify = Page::of(nvme::encode(data));
    test::add(sample, test::refused_target());
    expect_looks(list_of(sample, kColoured), {{"SN0002", Tone::strong},
                                              {"ANA log not read", Tone::strong},
                                              {"NOT OBSERVED", Tone::unknown}});
}

TEST(Tones, OfAReportAreThoseOfItsVerdicts) {
    Sample sample = test::healthy_pair(3);
    const auto text = [&](bool verbose) {
        return to_text(sample.report, sample.observation,
                       {.color = true, .width = 120, .verbose = verbose});
    };
    expect_looks(text(true), {{"PASS", Tone::pass}, {"observed ", Tone::faint}});
    test::add(sample.report, test::firmware_note(sample));
    expect_looks(text(false), {{"PASS", Tone::pass}, {"NOTE", Tone::note}});
    expect_looks(text(true), {{"NOTE", Tone::note}});
    test::add(sample, test::refused_target());
    expect_looks(text(false), {{"UNKNOWN", Tone::unknown}, {"NOT OBSERVED", Tone::unknown}});
    Finding warning = test::serial_finding(sample);
    warning.verdict = Verdict::warn;
    test::add(sample.report, warning);
    expect_looks(text(false), {{"WARN", Tone::warn}});
    test::add(sample.report, test::uuid_finding(sample, 2));
    expect_looks(text(false), {{"FAIL", Tone::fail},
                               {test::kSampleNqn, Tone::strong},
                               {"ns.uuid.equal", Tone::strong},
                               {"ctrl.fr.domain", Tone::strong},
                               {"(data corruption)", Tone::faint},
                               {"Why: ", Tone::faint},
                               {"Fix: ", Tone::faint},
                               {"^^", Tone::fail},
                               {"-v shows", Tone::faint}});
    expect_looks(text(true), {{"Basis: ", Tone::faint}});
}

TEST(Tones, OfRulesAreThoseOfTheirVerdicts) {
    Rule rule{.id = "ctrl.fr.domain",
              .title = "Firmware is the same",
              .rule_class = RuleClass::dom,
              .severity = Severity::degraded,
              .verdict = Verdict::warn,
              .basis = "Base 2.1 Figure 312",
              .why = "Two revisions are there during an upgrade.",
              .fix = "Finish the upgrade.",
              .relaxed_in = 1U << static_cast<unsigned>(Window::upgrade),
              .on_linux = linux_effect::kRevisionShownOnce};
    for (const auto& [verdict, word, tone] : {std::tuple{Verdict::note, "note", Tone::note},
                                              {Verdict::warn, "warn", Tone::warn},
                                              {Verdict::fail, "fail", Tone::fail}}) {
        rule.verdict = verdict;
        const std::vector<const Rule*> one{&rule};
        expect_looks(to_text(one, kColoured), {{"ctrl.fr.domain", Tone::strong},
                                               {"rule ", Tone::faint},
                                               {"Firmware is", Tone::plain},
                                               {"class ", Tone::faint},
                                               {"DOM: equal", Tone::plain},
                                               {"else ", Tone::faint},
                                               {std::string{word} + " (degraded)", tone},
                                               {"window ", Tone::faint},
                                               {"one step milder", Tone::plain},
                                               {"why ", Tone::faint},
                                               {"Two revisions", Tone::plain},
                                               {"linux ", Tone::faint},
                                               {"sysfs shows", Tone::plain},
                                               {"fix ", Tone::faint},
                                               {"Finish", Tone::plain},
                                               {"basis ", Tone::faint},
                                               {"Base 2.1", Tone::plain}});
        const std::vector<const Rule*> many(4, &rule);
        for (const unsigned width : {120U, 40U}) {
            expect_looks(to_text(many, {.color = true, .width = width}),
                         {{std::string{word}, tone},
                          {"  H  ", Tone::plain},
                          {"ctrl.fr.domain", Tone::strong},
                          {"Firmware is", Tone::plain},
                          {"4 rules", Tone::faint}});
        }
    }
}

TEST(Tones, OfADiffTellWhatCameAndWent) {
    using Kind = Difference::Kind;
    const std::vector<Difference> differences{{.kind = Kind::added,
                                               .controller = "one",
                                               .nsid = 1,
                                               .field = "namespace",
                                               .before = "",
                                               .after = ""},
                                              {.kind = Kind::removed,
                                               .controller = "one",
                                               .nsid = 2,
                                               .field = "uuid",
                                               .before = "x",
                                               .after = ""},
                                              {.kind = Kind::changed,
                                               .controller = "one",
                                               .nsid = 3,
                                               .field = "fr",
                                               .before = "1.0",
                                               .after = "1.1"}};
    expect_looks(to_text(differences, kColoured), {{"3 differences", Tone::strong},
                                                   {"one\n", Tone::strong},
                                                   {"+ namespace", Tone::pass},
                                                   {"- uuid x", Tone::fail},
                                                   {"~ fr 1.0 -> 1.1", Tone::plain}});
}

TEST(Tones, OfEventsAreThoseOfWhatTheyMean) {
    const auto line = [](Event event) { return event_line(event, kColoured); };
    const std::vector<Event> events = test::events_of_all_kinds();
    const auto of = [&](EventKind kind) { return line(events[static_cast<std::size_t>(kind)]); };
    expect_looks(of(EventKind::ana_change), {{"14:03:07.123456Z", Tone::faint},
                                             {"nvme0n1 nsid 1", Tone::strong},
                                             {"nvme1 (array-b)", Tone::plain},
                                             {"ANA optimized -> inaccessible", Tone::plain},
                                             {"2.1 ms after the AEN", Tone::faint}});
    expect_looks(of(EventKind::ana_coalesced), {{"2 ANA transitions", Tone::warn}});
    expect_looks(of(EventKind::aen), {{"AEN ana_change", Tone::faint}});
    expect_looks(of(EventKind::path_added), {{"path nvme0c1n1 added", Tone::plain}});
    expect_looks(of(EventKind::path_lost),
                 {{"path nvme0c1n1 lost", Tone::warn}, {", was ANA", Tone::plain}});
    expect_looks(of(EventKind::path_refused),
                 {{"PATH REFUSED", Tone::fail}, {"by the kernel", Tone::plain}});
    expect_looks(of(EventKind::namespace_added), {{"namespace added", Tone::plain}});
    expect_looks(of(EventKind::namespace_removed), {{"namespace removed", Tone::warn}});
    expect_looks(of(EventKind::namespace_resized), {{"resized from", Tone::warn}});
    expect_looks(of(EventKind::identity_changed), {{"IDENTITY CHANGED", Tone::fail}});
    expect_looks(of(EventKind::anatt_exceeded), {{"STUCK in ANA state change", Tone::warn}});
    expect_looks(of(EventKind::source_lost), {{"SOURCE LOST trace", Tone::fail}});
    expect_looks(of(EventKind::source_restored), {{"source restored", Tone::pass}});
    Event late = events[static_cast<std::size_t>(EventKind::source_late)];
    expect_looks(line(late), {{"SOURCE LATE", Tone::warn}});
    late.to = kAnswered;
    expect_looks(line(late), {{"source answers", Tone::pass}});

    Event controller = events[static_cast<std::size_t>(EventKind::controller_state)];
    for (const auto& [state, tone] :
         std::vector<std::pair<std::string, Tone>>{{"live", Tone::plain},
                                                   {"connecting", Tone::warn},
                                                   {"lost", Tone::fail},
                                                   {"dead", Tone::fail}}) {
        controller.from = "resetting";
        controller.to = state;
        expect_looks(line(controller), {{"controller resetting -> " + state, tone}});
    }
    Event read_only = events[static_cast<std::size_t>(EventKind::namespace_read_only)];
    expect_looks(line(read_only), {{"now writable -> read-only", Tone::warn}});
    std::swap(read_only.from, read_only.to);
    expect_looks(line(read_only), {{"now read-only -> writable", Tone::plain}});
    Event access = test::access_event(Access::restored, Access::no_path);
    access.to = "of a later version";
    expect_looks(line(access), {{"access of a later version", Tone::warn}});
}

TEST(Tones, OfASummaryAreThoseOfAccess) {
    MonitorStatus status = test::monitor_status();
    const std::string text = summary_text(status, {}, kColoured);
    expect_looks(text, {{"watched", Tone::strong},
                        {"1 h 1 min", Tone::plain},
                        {"is lost", Tone::fail},
                        {"single_array", Tone::warn}});
    AccessCounts& counts = status.namespaces[1].access;
    counts.ready = 2;
    counts.optimized = 0;
    expect_looks(summary_text(status, {}, kColoured), {{"no_optimized_path", Tone::warn}});
    counts.usable = 0;
    expect_looks(summary_text(status, {}, kColoured), {{"no_path", Tone::fail}});
    status.namespaces.pop_back();
    expect_looks(summary_text(status, {}, kColoured), {{"full", Tone::pass}});
}

TEST(Tones, OfAPolicyTellWhereIoGoes) {
    test::Device device("numa", "7.3.4");
    device.path("optimized").path("inaccessible");
    PathChoice choice = device.explained();
    expect_looks(to_text(choice, kColoured), {{"nvme0n1", Tone::strong},
                                              {"nqn.2026-01.io.example:pair", Tone::faint},
                                              {"policy numa", Tone::strong},
                                              {"The next I/O", Tone::strong},
                                              {"If it died now", Tone::strong},
                                              {"nothing changes", Tone::plain},
                                              {"not ", Tone::faint},
                                              {"I/O waits", Tone::warn}});
    ASSERT_FALSE(choice.nodes.empty());
    NodeChoice& node = choice.nodes.front();
    node.certainty = Certainty::likely;
    choice.notes = {"One thing is not seen."};
    expect_looks(to_text(choice, kColoured),
                 {{"(probably)", Tone::unknown}, {"One thing is not seen.", Tone::note}});
    node.next = NextIo::failed;
    choice.losses.clear();
    expect_looks(to_text(choice, kColoured), {{"I/O fails", Tone::fail}});

    expect_looks(policy_list_text("6.1.176", kColoured),
                 {{"numa\n", Tone::strong},
                  {"queue-depth", Tone::faint},
                  {"(not here: from Linux 6.11 on)", Tone::warn},
                  {"how", Tone::faint},
                  {"right", Tone::faint},
                  {"wrong", Tone::faint}});
    expect_looks(policy_list_text("6.12.107", kColoured), {{"queue-depth\n", Tone::strong}});

    device.kernel.multipath = Attribute::of("N");
    const auto overview = [&] {
        return to_text(policy_overview(device.kernel, device.numa, {}, std::nullopt), kColoured);
    };
    expect_looks(overview(), {{"native multipath is off", Tone::fail},
                              {"new subsystems: ", Tone::faint},
                              {"nvme-subsys0", Tone::strong},
                              {"alpha", Tone::strong}});
}

} // namespace
} // namespace haoh
