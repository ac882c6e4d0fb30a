// SPDX-License-Identifier: LGPL-2.1-or-later
// A kernel's subsystem beside its controllers.
#include "unit/catalogue/linux_host.hpp"

#include "catalogue/catalogue.hpp"
#include "judge/check.hpp"
#include "judge/subject.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace haoh::test {
namespace {

using testing::ElementsAre;

KernelSubsystem& first_subsystem(Observation& host) {
    return host.kernels.front().subsystems.front();
}

std::vector<std::string> sites_in(const judge::HostSubsystem& subsystem) {
    std::vector<std::string> out;
    for (const judge::HostController& one : subsystem.controllers) {
        out.push_back(one.kernel->name + " " + one.array);
    }
    return out;
}

TEST(HostSubsystem, LeavesDiscoveryAndDrivesOut) {
    Observation host = connected(Pair(1).observation());
    const KernelSubsystem fabric = first_subsystem(host);
    std::vector<KernelSubsystem>& all = host.kernels.front().subsystems;
    all.assign(4, fabric);
    all[0].subsystype = Attribute::of("discovery");
    all[1].controllers[0].transport = all[1].controllers[1].transport = Attribute::of("pcie");
    all[2].controllers[0].transport = Attribute::of("apple-nvme");
    all[2].name = "one-over-tcp";
    all[3].name = "both-over-tcp";
    all[3].subsystype = {};
    const judge::Subject subject(host, {});
    std::vector<std::string> names;
    ASSERT_EQ(subject.hosts.size(), 1U);
    EXPECT_EQ(subject.hosts.front().kernel, &host.kernels.front());
    for (const judge::HostSubsystem& one : subject.hosts.front().subsystems) {
        names.push_back(one.observed->name);
        EXPECT_EQ(one.host, &subject.hosts.front());
        EXPECT_EQ(one.nqn, kNqn);
    }
    EXPECT_THAT(names, ElementsAre("one-over-tcp", "both-over-tcp"));
}

TEST(HostSubsystem, TakesTheLastReleaseForOneThatIsNotTold) {
    for (const auto& [text, release] : std::vector<std::pair<const char*, KernelVersion>>{
             {"6.1.176", {6, 1}}, {"", kLastKnownKernel}, {"rolling", kLastKnownKernel}}) {
        const Observation host = connected(Pair(1).observation(), text);
        const judge::Subject subject(host, {});
        EXPECT_EQ(subject.hosts.front().release.upstream, release) << text;
    }
}

TEST(HostSubsystem, FindsControllersByHostAndName) {
    Observation host = connected(Pair(1).observation());
    host.controllers[1].host = "host2"; // nvme1 of another machine
    host.controllers[0].identify = Page::of_failure("lost");
    ControllerObservation third = host.controllers[1];
    third.host = "host1";
    host.controllers.push_back(third);
    const judge::Subject subject(host, {});
    const std::vector<judge::HostSubsystem>& all = subject.hosts.front().subsystems;
    const judge::HostSubsystem& subsystem = all.front();
    ASSERT_EQ(subsystem.controllers.size(), 2U);
    EXPECT_EQ(subsystem.controllers[0].asked, nullptr) << "Identify failed";
    EXPECT_EQ(subsystem.controllers[1].asked, &subject.controllers[2]);
    EXPECT_EQ(subsystem.controllers[0].kernel, &first_subsystem(host).controllers[0]);
    const FindingValue value = judge::value_of(subsystem.controllers[1], "text");
    EXPECT_EQ(value, (FindingValue{.controller = "nvme1",
                                   .array = subsystem.controllers[1].array,
                                   .value = "text",
                                   .host = "host1"}));
}

Config sites_by_id() {
    Config config;
    for (const auto cntlid : std::array<std::uint16_t, 4>{1001, 1002, 2001, 2002}) {
        Site& site = config.sites.emplace_back();
        site.name = fmt::format("site-{}", cntlid);
        site.cntlids = {cntlid, cntlid};
    }
    return config;
}

TEST(HostSubsystem, KnowsTheSitesOfReadAndUnreadControllers) {
    Observation host = connected(Pair(2).observation());
    // Unread are nvme0 and nvme2; before them one of discovery, and after them another machine's.
    KernelSubsystem discovery = first_subsystem(host);
    discovery.subsystype = Attribute::of("discovery");
    discovery.controllers.resize(1);
    discovery.controllers[0].name = "nvme9";
    discovery.controllers[0].cntlid = Attribute::of("1");
    std::erase_if(host.controllers, [](const ControllerObservation& one) {
        return one.name == "nvme0" || one.name == "nvme2";
    });
    host.kernels.front().subsystems.insert(host.kernels.front().subsystems.begin(), discovery);
    KernelObservation other = host.kernels.front();
    other.host = "host2";
    other.subsystems.erase(other.subsystems.begin());
    host.kernels.push_back(other);
    const Config config = sites_by_id();
    const judge::Subject subject(host, config);
    ASSERT_EQ(subject.hosts.size(), 2U);
    for (const judge::Host& one : subject.hosts) {
        ASSERT_EQ(one.subsystems.size(), 1U);
        EXPECT_THAT(sites_in(one.subsystems.front()),
                    ElementsAre("nvme0 site-1001", "nvme1 site-1002", "nvme2 site-2001",
                                "nvme3 site-2002"));
    }
}

TEST(HostSubsystem, TakesAnNsidThatIsOne) {
    for (const auto& [text, nsid] :
         std::vector<std::pair<const char*, std::optional<std::uint32_t>>>{
             {"0", std::nullopt},
             {"1", 1},
             {"4294967294", 4294967294},
             {"4294967295", std::nullopt}, // all namespaces
             {"4294967297", std::nullopt},
             {"one", std::nullopt}}) {
        Observation host = connected(Pair(1, 1).observation());
        head_of(host, 1).nsid = Attribute::of(text);
        const judge::Subject subject(host, {});
        const std::vector<judge::HostSubsystem>& all = subject.hosts.front().subsystems;
        const judge::HostSubsystem& subsystem = all.front();
        EXPECT_EQ(subsystem.namespaces.front().nsid, nsid) << text;
        EXPECT_EQ(subsystem.find(nsid.value_or(1)) != nullptr, nsid.has_value()) << text;
    }
}

TEST(HostSubsystem, BindsPathsToTheirControllers) {
    Observation host = connected(Pair(1, 3).observation());
    path_of(host, 2, "nvme1").ana_state = Attribute::of("inaccessible");
    refuse(host, 3, "nvme0");
    path_of(host, 3, "nvme1").controller = "nvme8";
    const judge::Subject subject(host, {});
    const std::vector<judge::HostSubsystem>& all = subject.hosts.front().subsystems;
    const judge::HostSubsystem& subsystem = all.front();
    const judge::HostNamespace* const second = subsystem.find(2);
    ASSERT_NE(second, nullptr);
    EXPECT_EQ(second->kernel, &head_of(host, 2));
    ASSERT_EQ(second->paths.size(), 2U);
    EXPECT_EQ(second->paths[1].controller, &subsystem.controllers[1]);
    EXPECT_EQ(second->paths[1].kernel, &path_of(host, 2, "nvme1"));
    EXPECT_TRUE(second->paths[0].use.usable());
    EXPECT_EQ(second->paths[1].use.kind, PathUse::Kind::ana_inaccessible);
    EXPECT_EQ(second->find(*subsystem.controllers[1].kernel), &second->paths[1]);
    const judge::HostNamespace* const third = subsystem.find(3);
    ASSERT_NE(third, nullptr);
    EXPECT_EQ(third->paths.front().controller, nullptr);
    EXPECT_EQ(third->find(*subsystem.controllers[0].kernel), nullptr);
    EXPECT_EQ(subsystem.find(4), nullptr);
    // What a controller offers itself.
    EXPECT_EQ(subsystem.controllers[0].find(3), &subject.controllers[0].namespaces[2]);
    EXPECT_EQ(subsystem.controllers[0].find(4), nullptr);
    EXPECT_EQ(subsystem.controllers[0].find(0), nullptr);
    EXPECT_EQ(judge::HostController{}.find(1), nullptr);
}

struct Reading {
    const char* release{};
    std::uint32_t version{};
    bool answers_independent{};
    bool from_independent{}; ///< core.c, nvme_scan_ns, 6.13 and later
};

TEST(HostSubsystem, ReadsThePageThatTheReleaseReads) {
    for (const Reading& one :
         {Reading{"6.12.107", 0x20000, true, false}, Reading{"6.13", 0x20000, true, true},
          Reading{"7.3.4-amd64", 0x20100, true, true}, Reading{"6.13", 0x1FFFF, true, false},
          Reading{"6.13", 0x20000, false, false},
          // Nobody knows, and it makes no difference.
          Reading{"6.8.0-45-generic", 0x1FFFF, true, false}}) {
        for (const bool shared : {true, false}) {
            Pair pair(1, 1);
            pair.b[0].id.ver = one.version;
            // The two pages contradict each other, and one identifier is in CNS 00h alone.
            pair.on_b(1, [&](Path& path) {
                path.independent.nmic = shared ? nvme::nmic::shared : 0;
                path.identify.nmic = shared ? 0 : nvme::nmic::shared;
                std::erase_if(path.descriptors, [](const nvme::IdDescriptor& entry) {
                    return entry.nidt == static_cast<std::uint8_t>(nvme::IdType::eui64);
                });
                path.edit = [&](NamespaceObservation& seen) {
                    if (!one.answers_independent) {
                        seen.independent = Page::of_status({});
                    }
                };
            });
            const Observation seen = pair.observation();
            const judge::Subject subject(seen, {});
            const judge::Namespace& path = subject.controllers[1].namespaces.front();
            const auto page = judge::bound_by(path, parse_kernel_release(one.release).value());
            ASSERT_TRUE(page) << one.release;
            EXPECT_EQ(judge::bound_as_shared(path, *page), shared == one.from_independent)
                << one.release << " " << one.version;
            const nvme::NamespaceIds ids = judge::bound_ids(path, *page);
            EXPECT_EQ(ids.eui64.has_value(), !one.from_independent);
            EXPECT_TRUE(ids.uuid && ids.nguid);
        }
    }
}

TEST(HostSubsystem, DoesNotGuessWhichPageADistributionReads) {
    const auto page_of = [](bool differ) {
        Pair pair(1, 1);
        pair.b[0].id.ver = 0x20000;
        pair.on_b(1, [&](Path& path) { path.independent.nmic = differ ? 0 : path.identify.nmic; });
        const Observation seen = pair.observation();
        const judge::Subject subject(seen, {});
        return judge::bound_by(subject.controllers[1].namespaces.front(),
                               parse_kernel_release("6.8.0-45-generic").value());
    };
    EXPECT_EQ(page_of(true), std::nullopt);
    EXPECT_EQ(page_of(false), judge::BoundBy::identify);
}

/// What the functions below were asked.
std::vector<std::string>& asked() {
    static std::vector<std::string> all;
    return all;
}

void ask_host(const judge::Host& host, const judge::Subject& /*subject*/,
              judge::Findings& /*findings*/) {
    asked().push_back(host.kernel->host);
}

void ask_subsystem(const judge::HostSubsystem& subsystem, const judge::Subject& subject,
                   judge::Findings& /*findings*/) {
    EXPECT_EQ(subject.hosts.front().kernel, &subject.observation->kernels.front());
    asked().push_back(subsystem.host->kernel->host + " " + subsystem.observed->name);
}

/// A row of the catalogue with another judge.
judge::Row row_with(judge::Judge judge) {
    judge::Row out = *judge::catalogue().front();
    out.judge = judge;
    out.yields_to = {};
    return out;
}

TEST(HostRows, AreAskedOnceForEachObjectOfTheirKind) {
    Observation host = connected(Pair(1, 1).observation());
    std::vector<KernelSubsystem>& subsystems = host.kernels.front().subsystems;
    subsystems.push_back(subsystems.front());
    subsystems.back().name = "nvme-subsys7";
    host.kernels.push_back(host.kernels.front());
    host.kernels.back().host = "host2";
    host.kernels.back().subsystems.resize(1);
    // Two rows share each function.
    const std::array<judge::Row, 4> all{
        row_with(judge::JudgeHost{ask_host}), row_with(judge::JudgeHostSubsystem{ask_subsystem}),
        row_with(judge::JudgeHost{ask_host}), row_with(judge::JudgeHostSubsystem{ask_subsystem})};
    const std::array rows{&all[0], &all[1], &all[2], &all[3]};
    asked().clear();
    EXPECT_EQ(judge::check(rows, host, {}).rules.size(), 4U);
    EXPECT_THAT(asked(), testing::UnorderedElementsAre("host1", "host2", "host1 nvme-subsys0",
                                                       "host1 nvme-subsys7", "host2 nvme-subsys0"));
    asked().clear();
    EXPECT_EQ(judge::check(rows, Pair(1, 1).observation(), {}).rules.size(), 4U);
    EXPECT_THAT(asked(), ElementsAre()) << "no host";
}

const judge::Row*& foreign() {
    static const judge::Row* row = nullptr;
    return row;
}

void report_foreign(const judge::HostSubsystem& subsystem, const judge::Subject& /*subject*/,
                    judge::Findings& findings) {
    findings.add({.row = *foreign(),
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = "not mine",
                  .values = {},
                  .verdict = {}});
}

TEST(HostRows, MayReportNoOtherThanTheirOwn) {
    const Observation host = connected(Pair(1, 1).observation());
    const judge::Row own = row_with(judge::JudgeHostSubsystem{report_foreign});
    const judge::Row of_host = row_with(judge::JudgeHost{ask_host});
    const judge::Row of_subsystem = row_with(judge::JudgeHostSubsystem{ask_subsystem});
    const std::array rows{&own, &of_host, &of_subsystem};
    for (const judge::Row* other : {&of_host, &of_subsystem}) {
        foreign() = other;
        EXPECT_THROW(static_cast<void>(judge::check(rows, host, {})), std::logic_error);
    }
    foreign() = &own;
    EXPECT_EQ(judge::check(rows, host, {}).findings.size(), 1U);
}

} // namespace
} // namespace haoh::test
