// SPDX-License-Identifier: LGPL-2.1-or-later
// Which kernels have a change, and what is said of those of distributions.
#include <haoh/driver_change.hpp>
#include <haoh/kernel_effect.hpp>
#include <haoh/rule.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace haoh {
namespace {

struct Kernel {
    const char* release;
    DriverChange change;
    Presence presence;
};

void expect_presence(const std::vector<Kernel>& kernels) {
    for (const Kernel& one : kernels) {
        EXPECT_EQ(presence_of(one.change, parse_kernel_release(one.release).value()), one.presence)
            << one.release << ", " << info_of(one.change).commit;
    }
}

TEST(DriverChanges, AreInTheOrderOfTheirNames) {
    for (std::size_t i = 0; i < driver_changes().size(); ++i) {
        const DriverChangeInfo& info = driver_changes()[i];
        EXPECT_EQ(static_cast<std::size_t>(info.change), i);
        EXPECT_EQ(&info_of(info.change), &info);
        EXPECT_EQ(info.commit.empty(), info.change == DriverChange::effects_of_subsystem) << i;
        for (const DistributionChange& one : info.distributions) {
            EXPECT_FALSE(one.basis.empty()) << i;
            EXPECT_LT(one.base, info.since) << i;
            EXPECT_TRUE(one.present_from == 0 || one.present_from > one.absent_until) << i;
        }
    }
}

// Of Red Hat's kernels: drivers/nvme/host of the packages of these numbers, read.
TEST(DriverChanges, AreTakenToOlderKernelsByDistributions) {
    using enum DriverChange;
    using enum Presence;
    expect_presence({
        {"4.18.0-553.el8_10.x86_64", queue_depth, absent},
        {"4.18.0-553.el8_10.x86_64", host_identity_pairs, absent},
        {"4.18.0-553.el8_10.x86_64", io_policies, present},
        {"5.14.0-70.13.1.el9_0.x86_64", capsule_sizes, absent},
        {"5.14.0-427.42.1.el9_4.x86_64", queue_depth, absent},
        {"5.14.0-427.42.1.el9_4.x86_64", host_identity_pairs, absent},
        {"5.14.0-427.42.1.el9_4.x86_64", block_format_of_head, absent},
        {"5.14.0-427.13.1.el9_4.x86_64", duplicate_ids_on_host, present},
        {"5.14.0-447.el9.x86_64", capsule_sizes, absent},
        {"5.14.0-448.el9.x86_64", capsule_sizes, present},
        {"5.14.0-447.el9.x86_64", block_format_of_head, absent},
        {"5.14.0-448.el9.x86_64", block_format_of_head, present},
        {"5.14.0-461.el9.x86_64", host_identity_pairs, absent},
        {"5.14.0-462.el9.x86_64", host_identity_pairs, present},
        {"5.14.0-487.el9.x86_64", queue_depth, absent},
        {"5.14.0-488.el9.x86_64", queue_depth, present},
        {"5.14.0-503.11.1.el9_5.x86_64", queue_depth, present},
        {"5.14.0-503.40.1.el9_5.x86_64", inherited_write_cache, absent},
        {"5.14.0-570.12.1.el9_6.x86_64", inherited_write_cache, present},
        {"5.14.0-570.12.1.el9_6.x86_64", queue_depth, present},
        {"5.14.0-570.12.1.el9_6.x86_64", independent_page_first, absent},
        {"5.14.0-687.5.3.el9_8.x86_64", queue_depth, present},
        {"5.14.0-687.5.3.el9_8.x86_64", independent_page_first, unknown},
        {"6.12.0-55.9.1.el10_0.x86_64", queue_depth, present},
        {"6.12.0-55.9.1.el10_0.x86_64", cache_of_namespace, absent},
        {"6.12.0-211.7.3.el10_2.x86_64", cache_of_namespace, unknown},
        {"6.12.0-55.9.1.el10_0.x86_64", ana_log_bounds, unknown},
        {"6.12.0-55.9.1.el10_0.x86_64", path_load_shown, unknown},
        {"6.4.0-150600.23-default", queue_depth, unknown},
        {"6.4.0-150700.53.34-default", queue_depth, present},
        {"6.4.0-150700.53.34-default", capsule_sizes, unknown},
        {"5.15.0-206.153.7.1.el8uek.x86_64", queue_depth, unknown},
        {"6.12.0-105.51.5.el9uek.x86_64", queue_depth, present},
        {"6.8.0-45-generic", block_format_of_head, present},
        {"6.8.0-45-generic", queue_depth, unknown},
        {"6.11.4-301.fc41.x86_64", queue_depth, present},
        {"6.1.109-118.189.amzn2023.x86_64", queue_depth, unknown},
        {"6.8.12-10-pve", queue_depth, unknown},
        {"6.6.54-flatcar", queue_depth, unknown},
    });
}

TEST(DriverChanges, AreOfUpstreamByReleaseAndPatchLevel) {
    using enum DriverChange;
    using enum Presence;
    expect_presence({
        {"6.10.14", queue_depth, absent},
        {"6.11", queue_depth, present},
        {"6.1.0-26-amd64", queue_depth, absent},
        {"6.14.11", path_load_shown, absent},
        {"6.15", path_load_shown, present},
        {"6.1.190", ana_log_bounds, absent},
        {"6.1.191", ana_log_bounds, present},
        {"6.1.191-amd64", ana_log_bounds, present},
        {"6.1.0-26-amd64", ana_log_bounds, unknown},
        {"6.12", ana_log_bounds, unknown},
        {"6.12.112", ana_log_bounds, absent},
        {"6.12.113+deb13-amd64", ana_log_bounds, present},
        {"6.12.113-custom", ana_log_bounds, present},
        {"6.14.2", ana_log_bounds, absent},
        {"7.2.0", ana_log_bounds, absent},
        {"7.2.5", ana_log_bounds, unknown},
        {"7.2.12", ana_log_bounds, present},
        {"7.3", ana_log_bounds, present},
        {"7.x", ana_log_bounds, present},
        {"5.0.21", io_policies, absent},
    });
}

struct Answered {
    const char* rule;
    const char* release;
    std::string outcome; ///< empty: nothing is said
    std::string nearest; ///< of kernel.org; empty: it is known of this one
};

std::ostream& operator<<(std::ostream& out, const Answered& one) {
    return out << one.rule << " on " << one.release;
}

TEST(KernelAnswers, OfDistributionsAreKnownOrSayFromWhere) {
    for (const Answered& one : std::vector<Answered>{
             {"ns.uuid.equal", "6.8.0-45-generic", "path_refused", ""},
             {"ns.uuid.equal", "5.14.0-570.12.1.el9_6.x86_64", "path_refused", ""},
             {"ns.uuid.equal", "4.18.0-553.el8_10.x86_64", "path_refused", ""},
             {"ns.uuid.equal", "4.18.0-305.el8.x86_64", "path_refused", "6.1"},
             {"ns.uuid.equal", "5.15.0-101-generic", "path_refused", "6.1"},
             {"ns.uuid.equal", "5.15.170", "path_refused", "6.1"},
             {"ns.uuid.equal", "6.4.0-150600.23-default", "path_refused", ""},
             {"ns.flbas.equal", "6.8.0-45-generic", "wrong_blocks", ""},
             {"ns.flbas.equal", "5.14.0-427.13.1.el9_4.x86_64", "io_errors", ""},
             {"ns.flbas.equal", "5.14.0-503.11.1.el9_5.x86_64", "wrong_blocks", ""},
             {"ns.flbas.equal", "6.4.0-150600.23-default", "io_errors", "6.4"},
             {"ns.flbas.equal", "6.6.54", "io_errors", ""},
             {"conn.hostnqn_hostid.same", "5.14.0-427.13.1.el9_4.x86_64", "unnoticed", ""},
             {"conn.hostnqn_hostid.same", "5.14.0-570.12.1.el9_6.x86_64", "controller_rejected",
              ""},
             {"ns.vwcnp.equal", "6.12.0-55.9.1.el10_0.x86_64", "unnoticed", ""},
             {"ns.vwcnp.equal", "6.12.0-211.7.3.el10_2.x86_64", "unnoticed", "6.12"},
             {"ana.log.header.size", "6.12", "controller_rejected", "6.12"},
             {"ana.log.header.size", "6.12.112", "controller_rejected", ""},
             {"ns.id.unique_on_host", "5.14.0-427.13.1.el9_4.x86_64", "path_refused", ""},
             {"ns.id.unique_on_host", "4.18.0-553.el8_10.x86_64", "", ""},
             {"ns.nstat.nrdy", "6.12.107", "io_errors", ""},
             {"ns.nstat.nrdy", "6.8.0-45-generic", "io_errors", "6.8"},
             {"ns.lbaf_active.protection", "6.8", "unnoticed", ""},
             {"ns.lbaf_active.protection", "6.12.107", "io_errors", ""},
             {"ns.optperf.physical", "6.16.12", "unnoticed", ""},
             {"ns.optperf.physical", "6.18.15", "path_refused", ""},
             {"ns.nmic.dispersed.equal", "6.12", "", ""},
         }) {
        const Rule* const rule = find_rule(one.rule);
        ASSERT_NE(rule, nullptr) << one;
        const KernelAnswer answer =
            kernel_answer(rule->on_linux, parse_kernel_release(one.release).value());
        ASSERT_EQ(answer.effect == nullptr, one.outcome.empty()) << one;
        if (answer.effect == nullptr) {
            continue;
        }
        EXPECT_EQ(to_string(answer.effect->outcome), one.outcome) << one;
        EXPECT_EQ(answer.known, one.nearest.empty()) << one;
        EXPECT_EQ(answer.known ? "" : name_of(answer.nearest),
                  answer.known ? "" : "Linux " + one.nearest)
            << one;
    }
}

TEST(KernelEffectRows, RestOnTheChangesOfTheirReleases) {
    for (const Rule& rule : rules()) {
        for (const KernelEffect& row : rule.on_linux) {
            const bool begins = row.from > kFirstKnownKernel;
            const bool ends = row.until <= kLastKnownKernel;
            EXPECT_TRUE(!begins || row.since) << rule.id;
            EXPECT_TRUE(!begins || info_of(*row.since).since == row.from) << rule.id;
            EXPECT_EQ(ends, row.gone_with.has_value()) << rule.id;
            EXPECT_TRUE(!ends || info_of(*row.gone_with).since == row.until) << rule.id;
        }
    }
}

} // namespace
} // namespace haoh
