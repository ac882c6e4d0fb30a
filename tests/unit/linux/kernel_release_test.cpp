// SPDX-License-Identifier: LGPL-2.1-or-later
// What `uname -r` prints on each distribution, and what is read of it.
#include <haoh/kernel_release.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace haoh {

std::ostream& operator<<(std::ostream& out, const KernelRelease& release) {
    out << release.upstream.major << "." << release.upstream.minor << ".";
    out << (release.patch ? std::to_string(*release.patch) : "?");
    return out << " " << to_string(release.distribution) << " " << release.product.major << "."
               << release.product.minor << " build " << release.build;
}

namespace {

struct Printed {
    const char* text;
    KernelRelease release;
    const char* name;
};

constexpr std::optional<unsigned> kUntold;

// From the distributions' own kernels, and pages that quote `uname -r`.
const std::vector<Printed>& printed() {
    using enum Distribution;
    static const std::vector<Printed> all{
        {"6.12", {{6, 12}, kUntold}, "Linux 6.12"},
        {"7", {{7, kAnyMinor}, kUntold}, "Linux 7.x"},
        {"7.x", {{7, kAnyMinor}, kUntold}, "Linux 7.x"},
        {"6.12.107", {{6, 12}, 107}, "Linux 6.12"},
        {"6.16.0", {{6, 16}, 0}, "Linux 6.16"},
        {"6.17.0-rc3+", {{6, 17}, 0}, "Linux 6.17"},
        {"6.12.9-g1a2b3c4d5e6f", {{6, 12}, 9}, "Linux 6.12"},
        {"6.12.9-1.el9.elrepo.x86_64", {{6, 12}, 9, upstream, {}, 1}, "Linux 6.12"},
        {"6.12.9-061209-generic", {{6, 12}, 9, upstream, {}, 61209}, "Linux 6.12"},
        {"6.1.0-26-amd64", {{6, 1}, kUntold, debian, {}, 26}, "Linux 6.1"},
        {"6.1.0-26-cloud-arm64", {{6, 1}, kUntold, debian, {}, 26}, "Linux 6.1"},
        {"6.1.0-26-rt-amd64", {{6, 1}, kUntold, debian, {}, 26}, "Linux 6.1"},
        {"6.1.0-0.deb11.21-amd64", {{6, 1}, kUntold, debian, {11, 0}, 0}, "Linux 6.1"},
        {"6.1.0-39-powerpc64le", {{6, 1}, kUntold, debian, {}, 39}, "Linux 6.1"},
        {"6.12.9+bpo-amd64", {{6, 12}, 9, debian}, "Linux 6.12"},
        {"6.12.95+deb13-amd64", {{6, 12}, 95, debian, {13, 0}}, "Linux 6.12"},
        {"6.12.107-amd64", {{6, 12}, 107, debian}, "Linux 6.12"},
        {"7.3.4-cloud-amd64", {{7, 3}, 4, debian}, "Linux 7.3"},
        {"6.8.0-45-generic", {{6, 8}, kUntold, ubuntu, {}, 45}, "Linux 6.8 of Ubuntu"},
        {"6.8.0-1015-aws", {{6, 8}, kUntold, ubuntu, {}, 1015}, "Linux 6.8 of Ubuntu"},
        {"6.8.0-1012-nvidia-64k", {{6, 8}, kUntold, ubuntu, {}, 1012}, "Linux 6.8 of Ubuntu"},
        {"5.15.0-101-generic", {{5, 15}, kUntold, ubuntu, {}, 101}, "Linux 5.15 of Ubuntu"},
        {"6.8.12-10-pve", {{6, 8}, 12, proxmox, {}, 10}, "Linux 6.8 of Proxmox VE"},
        {"5.14.0-570.el9.x86_64",
         {{5, 14}, kUntold, enterprise_linux, {9, kAnyMinor}, 570},
         "Linux 5.14 of EL 9"},
        {"5.14.0-570.12.1.el9_6.x86_64",
         {{5, 14}, kUntold, enterprise_linux, {9, 6}, 570},
         "Linux 5.14 of EL 9.6"},
        {"5.14.0-427.13.1.el9_4.aarch64+64k",
         {{5, 14}, kUntold, enterprise_linux, {9, 4}, 427},
         "Linux 5.14 of EL 9.4"},
        {"5.14.0-503.15.1.0.1.el9_5.x86_64",
         {{5, 14}, kUntold, enterprise_linux, {9, 5}, 503},
         "Linux 5.14 of EL 9.5"},
        {"4.18.0-553.el8_10.x86_64",
         {{4, 18}, kUntold, enterprise_linux, {8, 10}, 553},
         "Linux 4.18 of EL 8.10"},
        {"4.18.0-553.rt7.342.el8_10.x86_64",
         {{4, 18}, kUntold, enterprise_linux, {8, 10}, 553},
         "Linux 4.18 of EL 8.10"},
        {"4.18.0-240.el8.x86_64",
         {{4, 18}, kUntold, enterprise_linux, {8, kAnyMinor}, 240},
         "Linux 4.18 of EL 8"},
        {"6.12.0-55.9.1.el10_0.x86_64",
         {{6, 12}, kUntold, enterprise_linux, {10, 0}, 55},
         "Linux 6.12 of EL 10.0"},
        {"6.12.0-211.7.3.el10_2.ppc64le",
         {{6, 12}, kUntold, enterprise_linux, {10, 2}, 211},
         "Linux 6.12 of EL 10.2"},
        {"3.10.0-1160.el7.x86_64",
         {{3, 10}, kUntold, enterprise_linux, {7, kAnyMinor}, 1160},
         "Linux 3.10 of EL 7"},
        {"5.15.0-206.153.7.1.el8uek.x86_64",
         {{5, 15}, kUntold, oracle_uek, {8, kAnyMinor}, 206},
         "Linux 5.15 of Oracle UEK"},
        {"6.12.0-105.51.5.el9uek.x86_64",
         {{6, 12}, kUntold, oracle_uek, {9, kAnyMinor}, 105},
         "Linux 6.12 of Oracle UEK"},
        {"5.4.17-2011.6.2.el7uek.x86_64",
         {{5, 4}, 17, oracle_uek, {7, kAnyMinor}, 2011},
         "Linux 5.4 of Oracle UEK"},
        {"6.4.0-150600.23-default", {{6, 4}, 0, suse, {15, 6}, 150600}, "Linux 6.4 of SLES 15 SP6"},
        {"6.4.0-150700.53.34-default",
         {{6, 4}, 0, suse, {15, 7}, 150700},
         "Linux 6.4 of SLES 15 SP7"},
        {"5.14.21-150500.55.12-azure",
         {{5, 14}, 21, suse, {15, 5}, 150500},
         "Linux 5.14 of SLES 15 SP5"},
        {"6.12.0-160000.6-default", {{6, 12}, 0, suse, {16, 0}, 160000}, "Linux 6.12 of SLES 16.0"},
        {"6.16.3-1-default", {{6, 16}, 3, suse, {}, 1}, "Linux 6.16 of SUSE"},
        {"5.3.18-24.67-default", {{5, 3}, 18, suse, {}, 24}, "Linux 5.3 of SUSE"},
        {"6.11.4-301.fc41.x86_64", {{6, 11}, 4, fedora, {41, 0}, 301}, "Linux 6.11 of Fedora 41"},
        {"6.1.109-118.189.amzn2023.x86_64",
         {{6, 1}, 109, amazon, {2023, 0}, 118},
         "Linux 6.1 of Amazon Linux"},
        {"5.10.225-213.878.amzn2.x86_64",
         {{5, 10}, 225, amazon, {2, 0}, 213},
         "Linux 5.10 of Amazon Linux"},
        {"6.6.54-flatcar", {{6, 6}, 54, other}, "Linux 6.6"},
        {"6.11.3-arch1-1", {{6, 11}, 3, other}, "Linux 6.11"},
        {"6.6.57.1-2.azl3", {{6, 6}, 57, other}, "Linux 6.6"},
    };
    return all;
}

TEST(KernelRelease, IsWhatEachDistributionPrints) {
    for (const Printed& one : printed()) {
        const auto read = parse_kernel_release(one.text);
        ASSERT_TRUE(read) << one.text;
        EXPECT_EQ(*read, one.release) << one.text;
        EXPECT_EQ(name_of(*read), one.name) << one.text;
    }
}

TEST(KernelRelease, IsNotWhatHasNoNumbers) {
    for (const char* const text : {"", "trixie", "six.one", "6.", ".12", "-1", "el9", "v6.12"}) {
        EXPECT_EQ(parse_kernel_release(text), std::nullopt) << text;
    }
}

TEST(KernelRelease, TakesNumbersOfAnySize) {
    for (const char* const text :
         {"6.12.99999999999999999999", "6.12.4294967295-99999999999999999999.el9_99999999999",
          "5.14.0-18446744073709551615.el99999999999", "6.4.0-18446744073709551615-default"}) {
        const auto read = parse_kernel_release(text);
        ASSERT_TRUE(read) << text;
        EXPECT_THAT(name_of(*read), testing::StartsWith("Linux ")) << text;
    }
}

TEST(KernelRelease, HasADistributionWithAName) {
    constexpr auto kLast = static_cast<unsigned>(Distribution::other);
    for (unsigned value = 0; value <= kLast; ++value) {
        EXPECT_NE(to_string(static_cast<Distribution>(value)), "?") << value;
    }
    EXPECT_EQ(to_string(static_cast<Distribution>(kLast + 1)), "?");
}

} // namespace
} // namespace haoh
