// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sample.hpp"
#include "terminal.hpp"

#include <haoh/report.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace haoh {
namespace {

using test::add;
using test::healthy_pair;
using test::Sample;

std::string text_of(const Sample& sample, const TextStyle& style = {}) {
    return to_text(sample.report, sample.observation, style);
}

Sample with_one_failure() {
    Sample sample = healthy_pair();
    add(sample.report, test::uuid_finding(sample, 2));
    return sample;
}

/// Something of everything, and much of it.
Sample with_many_findings() {
    Sample sample = healthy_pair(16);
    add(sample, test::refused_target());
    for (std::uint32_t nsid = 1; nsid <= 12; ++nsid) {
        add(sample.report, test::uuid_finding(sample, nsid));
    }
    add(sample.report, test::serial_finding(sample));
    for (int index = 0; index < 6; ++index) {
        Finding warning = test::serial_finding(sample);
        warning.rule = "ctrl.field" + std::to_string(index) + ".equal";
        warning.verdict = Verdict::warn;
        add(sample.report, warning);
    }
    add(sample.report, test::firmware_note(sample));
    return sample;
}

TEST(ReportText, OfAHealthyPairFitsInFiveLines) {
    Sample sample = healthy_pair();
    sample.report.rules_evaluated = rules().size();
    sample.report.counts[0] = rules().size();
    EXPECT_EQ(text_of(sample),
              "PASS  Every rule that applies holds: hosts are told one consistent story.\n"
              "      All 118 rules hold.\n"
              "\n"
              "nqn.2026-01.com.example:stretched-1: stretched, 2 namespaces\n"
              "  array-a: controllers 1-2; array-b: controllers 1001-1002\n");
}

TEST(ReportText, OfOneFailureShowsWhereWhyAndWhatToDo) {
    EXPECT_EQ(text_of(with_one_failure()),
              R"(FAIL  Data can be corrupted. Do not let a host connect.
      1 rule fails, 117 rules hold.

nqn.2026-01.com.example:stretched-1: stretched, 2 namespaces
  array-a: controllers 1-2; array-b: controllers 1001-1002

FAIL  ns.uuid.equal  (data corruption)
  NSID 2: UUID differs between array-a and array-b
    array-a  5d0f9a61-1c7e-4b02-8a00-0000000002a5
    array-b  5d0f9a61-1c7e-4b02-8a00-0000000002ff
                                               ^^
  Why: The host takes the two copies for different volumes: Linux leaves out the
       paths of the array that it meets second.
  Fix: Give both copies the same UUID, on the array that was set up second.

-v shows every controller and what each rule rests on.
)");
}

TEST(ReportText, FitsANarrowTerminal) {
    EXPECT_EQ(text_of(with_one_failure(), {.width = 40}),
              R"(FAIL  Data can be corrupted. Do not let
      a host connect.
      1 rule fails, 117 rules hold.

nqn.2026-01.com.example:stretched-1
  stretched, 2 namespaces
  array-a: controllers 1-2; array-b:
    controllers 1001-1002

FAIL  ns.uuid.equal  (data corruption)
  NSID 2: UUID differs between array-a
  and array-b
  array-a:
    5d0f9a61-1c7e-4b02-8a00-0000000002a5
  array-b:
    5d0f9a61-1c7e-4b02-8a00-0000000002ff
                                      ^^
  Why: The host takes the two copies for
       different volumes: Linux leaves
       out the paths of the array that
       it meets second.
  Fix: Give both copies the same UUID,
       on the array that was set up
       second.

-v shows every controller and what each
rule rests on.
)");
}

TEST(ReportText, UsesAWideTerminal) {
    const std::string text = text_of(with_one_failure(), {.width = 120});
    EXPECT_NE(text.find("  Why: The host takes the two copies for different volumes: Linux leaves "
                        "out the paths of the array that it meets\n       second.\n"),
              std::string::npos)
        << text;
}

TEST(ReportText, ShowsEveryControllerAndTheBasisWhenVerbose) {
    EXPECT_EQ(text_of(with_one_failure(), {.verbose = true}),
              R"(FAIL  Data can be corrupted. Do not let a host connect.
      1 rule fails, 117 rules hold.

nqn.2026-01.com.example:stretched-1: stretched, 2 namespaces
  array-a: controllers 1-2; array-b: controllers 1001-1002
observed 2026-09-01T03:00:00Z

FAIL  ns.uuid.equal  (data corruption)
  NSID 2: UUID differs between array-a and array-b
  array-a, tcp://10.0.0.1:4420 controller 1:
    5d0f9a61-1c7e-4b02-8a00-0000000002a5
  array-a, tcp://10.0.0.2:4420 controller 2:
    5d0f9a61-1c7e-4b02-8a00-0000000002a5
  array-b, tcp://10.1.0.1:4420 controller 1001:
    5d0f9a61-1c7e-4b02-8a00-0000000002ff
  array-b, tcp://10.1.0.2:4420 controller 1002:
    5d0f9a61-1c7e-4b02-8a00-0000000002ff
                                      ^^
  Why: The host takes the two copies for different volumes: Linux leaves out the
       paths of the array that it meets second.
  Fix: Give both copies the same UUID, on the array that was set up second.
  Basis: Base 2.3 section 2.4.1; Linux nvme_ns_ids_equal()
)");
}

TEST(ReportText, SaysByWhatItWasJudged) {
    Sample sample = healthy_pair();
    sample.report.judged.version = "1.2.3";
    EXPECT_EQ(text_of(sample).find("judged with"), std::string::npos) << "as where nothing is said";
    EXPECT_NE(
        text_of(sample, {.width = 200, .verbose = true})
            .find("\njudged by haoh 1.2.3: profile auto, window none, fail_on fail, no policy, "
                  "all 118 rules, no sites, no expectation, no configuration file\n"),
        std::string::npos)
        << text_of(sample, {.width = 200, .verbose = true});
    sample.report.judged.window = Window::migration;
    sample.report.judged.rules = {"ns.*"};
    sample.report.judged.rules_left_out = 82;
    sample.report.judged.config_file = "haoh.toml";
    EXPECT_NE(text_of(sample).find(
                  "\njudged with window migration, 118 of 200 rules (ns.*), haoh.toml\n"),
              std::string::npos)
        << text_of(sample);
    sample.report.hosts = {"alpha", "beta"};
    EXPECT_NE(text_of(sample, {.width = 200, .verbose = true}).find("\nof hosts alpha, beta\n"),
              std::string::npos);
}

TEST(ReportText, ColoursOnlyWhenAskedAndNothingElseChanges) {
    const Sample sample = with_many_findings();
    const std::string plain = text_of(sample);
    const std::string coloured = text_of(sample, {.color = true});
    EXPECT_EQ(plain.find('\x1b'), std::string::npos);
    EXPECT_TRUE(coloured.starts_with("\x1b[1;31mFAIL\x1b[0m  ")) << coloured;
    EXPECT_EQ(test::without_colour(coloured), plain);
}

TEST(ReportText, FoldsManyFindingsAndKeepsTheWorstOnTop) {
    EXPECT_EQ(text_of(with_many_findings()),
              R"(FAIL  Data can be corrupted. Do not let a host connect.
      2 rules fail (13 findings), 6 rules warn, 1 object not observed, 1 note,
      109 rules hold for the rest.

nqn.2026-01.com.example:stretched-1: stretched, 16 namespaces
  array-a: controllers 1-2; array-b: controllers 1001-1002

FAIL  ns.uuid.equal  (data corruption)
  NSID 1: UUID differs between array-a and array-b
    array-a  5d0f9a61-1c7e-4b02-8a00-0000000001a5
    array-b  5d0f9a61-1c7e-4b02-8a00-0000000001ff
                                               ^^
  NSID 2: UUID differs between array-a and array-b
    array-a  5d0f9a61-1c7e-4b02-8a00-0000000002a5
    array-b  5d0f9a61-1c7e-4b02-8a00-0000000002ff
                                               ^^
  NSID 3: UUID differs between array-a and array-b
    array-a  5d0f9a61-1c7e-4b02-8a00-0000000003a5
    array-b  5d0f9a61-1c7e-4b02-8a00-0000000003ff
                                               ^^
  and 9 like this: NSID 4-12
  Why: The host takes the two copies for different volumes: Linux leaves out the
       paths of the array that it meets second.
  Fix: Give both copies the same UUID, on the array that was set up second.

FAIL  ctrl.sn.equal  (degraded)
  serial number differs between array-a and array-b
    array-a  SN0001
    array-b  SN0002
  Why: The serial number is that of the subsystem: hosts show only the first.
  Fix: Set the same serial number on both arrays.

NOT OBSERVED
  connect to tcp://10.2.0.1:4420: connection refused; check that an NVMe/TCP
    port listens there

WARN  ctrl.field0.equal  (degraded)
  serial number differs between array-a and array-b
    array-a  SN0001
    array-b  SN0002
  Why: The serial number is that of the subsystem: hosts show only the first.
  Fix: Set the same serial number on both arrays.

WARN  ctrl.field1.equal  (degraded)
  serial number differs between array-a and array-b
    array-a  SN0001
    array-b  SN0002
  Why: The serial number is that of the subsystem: hosts show only the first.
  Fix: Set the same serial number on both arrays.

WARN  ctrl.field2.equal  (degraded)
  serial number differs between array-a and array-b
    array-a  SN0001
    array-b  SN0002
  Why: The serial number is that of the subsystem: hosts show only the first.
  Fix: Set the same serial number on both arrays.

WARN  ctrl.field3.equal: serial number differs between array-a and array-b
WARN  ctrl.field4.equal: serial number differs between array-a and array-b
WARN  ctrl.field5.equal: serial number differs between array-a and array-b

NOTE  ctrl.fr.domain: firmware revision differs between array-a and array-b
      (array-a 1.0, array-b 1.1)

-v shows all of it and what each rule rests on.
)");
}

std::size_t occurrences(const std::string& text, const std::string& of) {
    std::size_t count = 0;
    for (std::size_t at = text.find(of); at != std::string::npos; at = text.find(of, at + 1)) {
        ++count;
    }
    return count;
}

/// A list that is folded: how to make one of so many things, each told with the word, and what is
/// said instead of those that are left out.
struct Folded {
    const char* name;
    std::size_t bound;
    void (*make)(Sample& sample, std::size_t count);
    const char* word;
    const char* two_more;
};

const Folded kFolded[] = {
    {"objects of a rule", 3,
     [](Sample& sample, std::size_t count) {
         for (std::size_t i = 0; i < count; ++i) {
             Finding finding = test::uuid_finding(sample, static_cast<std::uint32_t>(i + 1));
             finding.what = "object " + std::to_string(i);
             add(sample.report, finding);
         }
     },
     ": object ", "and 2 like this: NSID 4-5"},
    {"what was not observed", 8,
     [](Sample& sample, std::size_t count) {
         for (std::size_t i = 0; i < count; ++i) {
             add(sample, {.object = "object " + std::to_string(i),
                          .target = "t",
                          .subsysnqn = "",
                          .error = "error " + std::to_string(i)});
         }
     },
     "error ", "and 2 more"},
    {"notes", 5,
     [](Sample& sample, std::size_t count) {
         for (std::size_t i = 0; i < count; ++i) {
             Finding note = test::firmware_note(sample);
             note.rule = "ctrl.note" + std::to_string(i);
             add(sample.report, note);
         }
     },
     "ctrl.note", "and 2 more notes"},
    {"subsystems", 4,
     [](Sample& sample, std::size_t count) {
         const ControllerObservation one = sample.observation.controllers.front();
         sample.observation.controllers.clear();
         sample.report.attributions = {};
         for (std::size_t i = 0; i < count; ++i) {
             sample.observation.controllers.push_back(one);
             ControllerObservation& made = sample.observation.controllers.back();
             made.subsysnqn = "nqn.2026-01.com.example:many-" + std::to_string(i);
             made.name = "controller " + std::to_string(i);
             sample.report.attributions.add(
                 {.host = {}, .controller = made.name, .array = "array-a", .evidence = "target"});
         }
     },
     "com.example:many-", "2 more"},
};

TEST(ReportText, FoldsOnlyWhereItSavesALine) {
    for (const Folded& list : kFolded) {
        for (std::size_t count = 1; count <= list.bound + 2; ++count) {
            SCOPED_TRACE(list.name + (" " + std::to_string(count)));
            Sample sample = healthy_pair(16);
            list.make(sample, count);
            const std::string text = text_of(sample, {.width = 200});
            const std::string whole = text_of(sample, {.width = 200, .verbose = true});
            const bool folds = count > list.bound + 1;
            EXPECT_EQ(occurrences(text, list.word), folds ? list.bound : count) << text;
            EXPECT_EQ(occurrences(text, list.two_more), folds ? 1U : 0U) << text;
            EXPECT_EQ(occurrences(whole, list.word), count) << whole;
            EXPECT_EQ(occurrences(whole, list.two_more), 0U) << whole;
        }
    }
}

TEST(ReportText, FoldsNothingWhenVerbose) {
    const std::string text = text_of(with_many_findings(), {.verbose = true});
    for (int nsid = 1; nsid <= 12; ++nsid) {
        EXPECT_NE(text.find("NSID " + std::to_string(nsid) + ": UUID differs"), std::string::npos);
    }
    EXPECT_EQ(text.find(" more"), std::string::npos);
    EXPECT_EQ(text.find(" like this"), std::string::npos);
}

TEST(ReportText, StaysOnAScreenWithAThousandFindings) {
    Sample sample = healthy_pair(1024);
    for (std::uint32_t nsid = 1; nsid <= 1024; ++nsid) {
        add(sample.report, test::uuid_finding(sample, nsid));
    }
    const std::string text = text_of(sample);
    EXPECT_LE(std::ranges::count(text, '\n'), 25) << text;
    EXPECT_NE(text.find("and 1,021 like this: NSID 4-1024"), std::string::npos) << text;
}

TEST(ReportText, SaysWhatWasNotObserved) {
    Sample sample = healthy_pair();
    add(sample, test::refused_target());
    EXPECT_EQ(text_of(sample),
              R"(UNKNOWN  No rule fails, but not everything could be observed. Do not rely on it.
         1 object not observed, all 118 rules hold for the rest.

nqn.2026-01.com.example:stretched-1: stretched, 2 namespaces
  array-a: controllers 1-2; array-b: controllers 1001-1002

NOT OBSERVED
  connect to tcp://10.2.0.1:4420: connection refused; check that an NVMe/TCP
    port listens there
)");
}

TEST(ReportText, SaysOnceWhatAFindingAndAFailureTell) {
    Sample sample = healthy_pair();
    add(sample, test::refused_target());
    Finding told = test::serial_finding(sample);
    told.rule = "snap.verdict_unknown";
    told.verdict = Verdict::unknown;
    told.severity = Severity::loss;
    told.what = "tcp://10.2.0.1:4420 was not observed: " + test::refused_target().error;
    told.unobserved = 0;
    told.values.clear();
    told.why = "Nothing is known about it.";
    told.fix = "Test the address.";
    add(sample.report, told);
    EXPECT_EQ(text_of(sample),
              R"(UNKNOWN  No rule fails, but not everything could be observed. Do not rely on it.
         1 object not observed, 117 rules hold for the rest, 1 could not be
         judged.

nqn.2026-01.com.example:stretched-1: stretched, 2 namespaces
  array-a: controllers 1-2; array-b: controllers 1001-1002

UNKNOWN  snap.verdict_unknown  (loss of access)
  connect to tcp://10.2.0.1:4420: connection refused; check that an NVMe/TCP
  port listens there
  Why: Nothing is known about it.
  Fix: Test the address.

-v shows every controller and what each rule rests on.
)");
}

TEST(ReportText, PromisesNothingWhenNothingWasObserved) {
    Report report;
    report.verdict = Verdict::unknown;
    report.rules_evaluated = 118;
    report.counts[0] = 118;
    report.unobserved = {{.object = "host.example:4420",
                          .target = "host.example:4420",
                          .subsysnqn = "",
                          .error = "resolve host.example:4420: no such host"}};
    EXPECT_EQ(to_text(report, Observation{}),
              R"(UNKNOWN  Nothing could be observed, so nothing can be promised.
         1 object not observed.

NOT OBSERVED
  resolve host.example:4420: no such host
)");
}

/// The healthy pair's report, of two hosts, with what the second one alone sees.
Sample of_two_hosts() {
    Sample sample = healthy_pair();
    sample.report.hosts = {"alpha", "beta"};
    Finding unusable = test::serial_finding(sample);
    unusable.rule = "host.ns.usable_path";
    unusable.nsid = 2;
    unusable.what = "no path of nvme0n2 can be used";
    unusable.host = "beta";
    unusable.values = {{.controller = "nvme0", .array = "", .value = "dead", .host = "beta"}};
    add(sample.report, unusable);
    return sample;
}

TEST(ReportText, NamesTheHostWhereThereAreSeveral) {
    Sample sample = of_two_hosts();
    EXPECT_NE(text_of(sample).find("  beta: NSID 2: no path of nvme0n2 can be used\n"
                                   "    nvme0  dead\n"),
              std::string::npos)
        << text_of(sample);
    sample.report.hosts = {"beta"};
    EXPECT_NE(text_of(sample).find("  NSID 2: no path of nvme0n2 can be used\n"), std::string::npos)
        << "the only one needs no name";
}

TEST(ReportText, NamesTheHostOfEachValueWhereTheyDiffer) {
    Sample sample = of_two_hosts();
    Finding shared = test::serial_finding(sample);
    shared.rule = "host.identity.unique";
    shared.what = "one host NQN on two hosts";
    shared.values = {{.controller = "nvme0", .array = "", .value = "nqn.x", .host = "alpha"},
                     {.controller = "nvme0", .array = "", .value = "nqn.y", .host = "beta"},
                     {.controller = "", .value = "Y", .object = "nvme_core", .host = "alpha"},
                     {.controller = "", .value = "Y", .object = "nvme_core", .host = "beta"}};
    add(sample.report, shared);
    for (const bool verbose : {false, true}) {
        const std::string text = text_of(sample, {.verbose = verbose});
        for (const char* const line :
             {"    alpha nvme0      nqn.x\n", "    beta nvme0       nqn.y\n",
              "    alpha nvme_core  Y\n", "    beta nvme_core   Y\n"}) {
            EXPECT_NE(text.find(line), std::string::npos) << line << text;
        }
    }
}

TEST(ReportText, SaysOnWhichHostsTheRestIs) {
    Sample sample = of_two_hosts();
    Finding again = sample.report.findings.back();
    for (const char* const host : {"gamma", "delta", "epsilon", "zeta"}) {
        again.host = host;
        again.values[0].host = host;
        sample.report.hosts.push_back(host);
        add(sample.report, again);
    }
    EXPECT_NE(text_of(sample).find("and 2 like this on epsilon, zeta: NSID 2\n"), std::string::npos)
        << text_of(sample);
}

TEST(ReportText, NamesTheHostOfWhatWasNotObserved) {
    Sample sample = of_two_hosts();
    add(sample, {.object = "nvme1",
                 .target = "",
                 .subsysnqn = test::kSampleNqn,
                 .error = "ask nvme1: the controller is connecting",
                 .host = "beta"});
    EXPECT_NE(text_of(sample).find("  beta: ask nvme1: the controller is connecting\n"),
              std::string::npos);
    sample.report.hosts = {"beta"};
    EXPECT_NE(text_of(sample).find("\n  ask nvme1: the controller is connecting\n"),
              std::string::npos);
}

TEST(ReportText, NamesTheControllersWhenOneArrayDisagreesWithItself) {
    Sample sample = healthy_pair();
    Finding finding = test::serial_finding(sample);
    finding.values[1].value = "SN0007";
    finding.values[2].value = finding.values[3].value = "SN0001";
    add(sample.report, finding);
    EXPECT_NE(text_of(sample).find("    array-a controller 1  SN0001\n"
                                   "    array-a controller 2  SN0007\n"
                                   "    array-b               SN0001\n"),
              std::string::npos)
        << text_of(sample);
}

TEST(ReportText, NamesTheNamespaceOnce) {
    Sample sample = healthy_pair();
    Finding finding = test::uuid_finding(sample, 2);
    finding.what = "the identifiers of nsid 2 are also elsewhere";
    finding.names_nsid = true;
    add(sample.report, finding);
    EXPECT_NE(text_of(sample).find("\n  the identifiers of nsid 2 are"), std::string::npos);
    // The same words may be a name that somebody gave.
    Finding& named = sample.report.findings.front();
    named.what = "UUID differs between rack nsid 2 and array-b";
    named.names_nsid = false;
    EXPECT_NE(text_of(sample).find("\n  NSID 2: UUID differs between rack nsid 2 and"),
              std::string::npos);
}

TEST(ReportText, NamesTheSubsystemWhereThereAreSeveral) {
    Sample sample = with_one_failure();
    sample.observation.controllers.push_back(test::sample_controller("10.9.0.1", 7, true, 1));
    sample.observation.controllers.back().subsysnqn = "nqn.2026-01.com.example:other";
    const std::string text = text_of(sample);
    EXPECT_NE(text.find("nqn.2026-01.com.example:other: 1 namespace\n"
                        "  array unknown: controller 7\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("FAIL  ns.uuid.equal  (data corruption)\n"
                        "  in nqn.2026-01.com.example:stretched-1\n"),
              std::string::npos)
        << text;
    EXPECT_EQ(text_of(with_one_failure()).find("  in nqn"), std::string::npos);
}

TEST(ReportText, NeverPassesControlBytesOfAControllerOn) {
    Sample sample = healthy_pair();
    Finding finding = test::serial_finding(sample);
    finding.rule = "x\r";
    finding.what = "a\x1b[2J\x07";
    finding.values[0].value = "\x1b]0;title\x07";
    finding.values[1].value = "\xe2\x80\xae"
                              "0000\xff";
    finding.values[2].controller = "\n\n";
    finding.values[3].array = "\x9b"
                              "31m";
    finding.subsystem = "nqn\x08";
    add(sample.report, finding);
    finding.verdict = Verdict::note;
    add(sample.report, finding);
    add(sample, {.object = "o\x1b", .target = "", .subsysnqn = "", .error = "e\x7f"});
    sample.observation.controllers[0].subsysnqn = "nqn.\x1b[1m\n";
    test::set_array(sample.report, 0, "\x1b[5m");
    sample.report.observed_at = "\x1b";
    for (const bool verbose : {false, true}) {
        const std::string text = text_of(sample, {.verbose = verbose});
        EXPECT_EQ(test::unprintable_bytes(text), "") << text;
        EXPECT_NE(text.find("a\\x1b[2J\\x07"), std::string::npos) << text;
    }
}

TEST(ReportText, StaysInsideTheWidth) {
    Sample sample = with_many_findings();
    Finding page = test::serial_finding(sample);
    page.rule = "ns.idns_mask.equal";
    page.values[0].value = std::string(3000, '0');
    page.values[2].value.assign(2999, '0');
    page.values[2].value += '1';
    page.what = "bytes differ: ";
    for (int word = 0; word < 400; ++word) {
        page.what += "word ";
    }
    add(sample.report, page);
    for (unsigned width = 40; width <= 120; ++width) {
        const std::string text = text_of(sample, {.width = width});
        EXPECT_EQ(test::lines_beyond(text, width), "") << "width " << width;
        EXPECT_LT(text.size(), 8000U); // a page of bytes does not drown the rest
    }
}

TEST(ReportText, NamesTheReleaseByWhatDecidesWhatLinuxDoes) {
    Sample sample = with_one_failure();
    const auto shown = [&sample](const std::string& release) {
        sample.report.findings[0].on_kernel =
            OnKernel{.release = release, .outcome = {}, .text = "it is refused", .basis = "core.c"};
        return text_of(sample);
    };
    EXPECT_NE(shown("6.12.107-amd64").find("\n  Linux 6.12: it is refused\n"), std::string::npos);
    EXPECT_NE(
        shown("5.14.0-570.12.1.el9_6.x86_64").find("\n  Linux 5.14 of EL 9.6: it is refused\n"),
        std::string::npos);
    EXPECT_NE(shown("my own").find("\n  Linux my own: it is refused\n"), std::string::npos);
}

TEST(ReportText, CutsAClauseThatIsLong) {
    Sample sample = healthy_pair();
    Finding finding = test::serial_finding(sample);
    const auto said = [&](std::size_t length, bool verbose) {
        finding.what = std::string(length, 'x');
        sample.report.findings = {finding};
        sample.report.verdict = Verdict::fail;
        const std::string text = text_of(sample, {.verbose = verbose});
        const std::size_t begin = text.find("xxx");
        return text.substr(begin, text.find('\n', begin) - begin);
    };
    EXPECT_EQ(said(400, false), std::string(400, 'x'));
    EXPECT_EQ(said(401, false), std::string(397, 'x') + "...");
    EXPECT_EQ(said(401, true), std::string(401, 'x'));
}

TEST(ReportText, DoesNotSayWhatKindOfSubsystemIsNotKnown) {
    Sample sample = healthy_pair();
    EXPECT_NE(text_of(sample).find(": stretched, 2 namespaces\n"), std::string::npos);
    sample.report.model = Model::unknown;
    EXPECT_NE(text_of(sample).find("stretched-1: 2 namespaces\n"), std::string::npos);
}

TEST(ReportText, SaysThatValuesWereCut) {
    Sample sample = healthy_pair();
    Finding finding = test::serial_finding(sample);
    finding.values = test::values_by_array(sample, std::string(200, 'a'), std::string(200, 'b'));
    add(sample.report, finding);
    EXPECT_TRUE(text_of(sample).ends_with("-v shows all of it and what each rule rests on.\n"));
    EXPECT_TRUE(text_of(with_one_failure())
                    .ends_with("-v shows every controller and what each rule rests on.\n"));
}

TEST(ReportText, FoldsNotesThatReadAlike) {
    Sample sample = healthy_pair();
    for (const char* what : {"one thing", "another thing", "a third thing"}) {
        Finding note = test::firmware_note(sample);
        note.what = what;
        note.values.clear();
        add(sample.report, note);
    }
    EXPECT_NE(text_of(sample).find("NOTE  ctrl.fr.domain: one thing, and 2 like this\n"),
              std::string::npos)
        << text_of(sample);
    EXPECT_TRUE(text_of(sample).ends_with("-v shows all of it and what each rule rests on.\n"));
}

} // namespace
} // namespace haoh
