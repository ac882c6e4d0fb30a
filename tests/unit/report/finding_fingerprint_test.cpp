// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/check/finding_fingerprint.hpp"

#include "sample.hpp"
#include "sample_host.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace haoh::report {
namespace {

using test::Sample;

/// Of the only finding of a report.
std::string print_of(const Sample& sample) {
    const ReportView view = view_of(sample.report);
    EXPECT_EQ(view.groups.size(), 1U);
    return Fingerprints{sample.observation}.of(view.groups.at(0), view.groups.at(0).items.at(0),
                                               view);
}

Sample with_finding() {
    Sample sample = test::healthy_pair(9);
    test::add(sample.report, test::uuid_finding(sample, 2));
    return sample;
}

TEST(Fingerprint, IsTheSameInEveryReleaseAndOnEveryMachine) {
    // Written down: a change of it makes every known problem a new one for who keeps them. Made by another
    // implementation of version 5 (Python's uuid.uuid5) of what the header says.
    EXPECT_EQ(print_of(with_finding()), "2a61e89c-30d1-529c-b8f0-5849232d1709");
}

TEST(Fingerprint, StaysWhenWordsValuesAndConnectionsMove) {
    const std::string before = print_of(with_finding());
    const auto expect_same = [&](const char* what, const std::function<void(Sample&)>& edit) {
        Sample sample = with_finding();
        edit(sample);
        EXPECT_EQ(print_of(sample), before) << what;
    };
    expect_same("values", [](Sample& it) { it.report.findings[0].values[0].value = "other"; });
    expect_same("words", [](Sample& it) { it.report.findings[0].what = "UUID is another"; });
    expect_same("advice", [](Sample& it) { it.report.findings[0].fix = "Mend it."; });
    expect_same("how grave it is",
                [](Sample& it) { it.report.findings[0].verdict = Verdict::warn; });
    expect_same("time", [](Sample& it) { it.report.observed_at = "2027-01-01T00:00:00Z"; });
    expect_same("order", [](Sample& it) {
        std::swap(it.report.findings[0].values[0], it.report.findings[0].values[3]);
    });
    expect_same("a waiver", [](Sample& it) { it.report.findings[0].waived.emplace(); });
    expect_same("controller IDs", [](Sample& it) {
        it.observation.controllers[0].name = "tcp://10.0.0.1:4420 controller 77";
        it.report.findings[0].values[0].controller = "tcp://10.0.0.1:4420 controller 77";
        test::change(it.report, 0, [](Attribution& one) {
            one.controller = "tcp://10.0.0.1:4420 controller 77";
        });
    });
}

TEST(Fingerprint, DiffersWhereTheProblemIsAnother) {
    const std::string before = print_of(with_finding());
    const auto expect_other = [&](const char* what, const std::function<void(Finding&)>& edit) {
        Sample sample = with_finding();
        edit(sample.report.findings[0]);
        EXPECT_NE(print_of(sample), before) << what;
    };
    expect_other("rule", [](Finding& it) { it.rule = "ns.nguid.equal"; });
    expect_other("subsystem", [](Finding& it) { it.subsystem += "1"; });
    expect_other("namespace", [](Finding& it) { it.nsid = 3; });
    expect_other("no namespace", [](Finding& it) { it.nsid.reset(); });
    expect_other("several", [](Finding& it) { it.nsids = {2, 3}; });
    expect_other("host", [](Finding& it) { it.host = "alpha"; });
    expect_other("controllers", [](Finding& it) { it.values.pop_back(); });
    expect_other("object", [](Finding& it) { it.values[0].object = "nvme_core.multipath"; });
}

TEST(Fingerprint, OfVeryManyNamespacesDoesNotNameThem) {
    Sample sample = with_finding();
    sample.report.findings[0].nsids = {2, 3, 4, 5, 6};
    const std::string five = print_of(sample);
    sample.report.findings[0].nsids = {1, 2, 3, 4, 5, 6, 7};
    EXPECT_EQ(print_of(sample), five);
    sample.report.findings[0].nsids = {2, 3};
    EXPECT_NE(print_of(sample), five);
}

TEST(Fingerprint, OfAHostGoesByAddressesNotByDevices) {
    Sample sample = test::healthy_host(1);
    ASSERT_FALSE(sample.observation.kernels.empty());
    Finding finding = test::serial_finding(sample);
    const std::string host = sample.observation.kernels[0].host;
    KernelController& controller = sample.observation.kernels[0].subsystems[0].controllers[0];
    finding.values = {{.controller = controller.name, .host = host}};
    test::add(sample.report, finding);
    const std::string before = print_of(sample);
    for (ControllerObservation& one : sample.observation.controllers) {
        if (one.name == controller.name) {
            one.name = "nvme77";
        }
    }
    controller.name = "nvme77";
    sample.report.findings[0].values[0].controller = "nvme77";
    EXPECT_EQ(print_of(sample), before);
    sample.report.findings[0].values[0].controller =
        sample.observation.kernels[0].subsystems[0].controllers[1].name;
    EXPECT_NE(print_of(sample), before);
    // A device has no address: it is the host's, whatever its number.
    sample.report.findings[0].values[0] = {.controller = {}, .object = "nvme0n1", .host = host};
    const std::string device = print_of(sample);
    sample.report.findings[0].values[0].object = "nvme3n1";
    EXPECT_EQ(print_of(sample), device);
    sample.report.findings[0].values[0].object = "nvme_core";
    EXPECT_NE(print_of(sample), device);
}

TEST(Fingerprint, OfWhatWasNotObservedIsThatOfItsAddress) {
    Sample sample = test::healthy_pair();
    test::add(sample, test::refused_target());
    Finding told = test::serial_finding(sample);
    told.rule = "snap.verdict_unknown";
    told.values.clear();
    told.unobserved = 0;
    test::add(sample.report, told);
    const std::string before = print_of(sample);
    sample.report.unobserved[0].error = "timed out";
    EXPECT_EQ(print_of(sample), before);
    sample.report.unobserved[0].object = "tcp://10.2.0.2:4420";
    EXPECT_NE(print_of(sample), before);
}

} // namespace
} // namespace haoh::report
