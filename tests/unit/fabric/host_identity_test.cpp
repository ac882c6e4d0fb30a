// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/error.hpp>
#include <haoh/fabric.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace haoh {
namespace {

using testing::HasSubstr;

constexpr const char* kUuidA = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
constexpr const char* kUuidB = "11111111-2222-4333-8444-555555555555";

std::string nqn_of(const std::string& uuid) {
    return "nqn.2014-08.org.nvmexpress:uuid:" + uuid;
}

/// A directory in the place of /etc/nvme.
struct HostIdentityTest : testing::Test {
    HostIdentityTest() {
        std::string pattern = testing::TempDir() + "haoh-identity-XXXXXX";
        directory = mkdtemp(pattern.data());
    }
    ~HostIdentityTest() override { std::filesystem::remove_all(directory); }
    HostIdentityTest(const HostIdentityTest&) = delete;
    HostIdentityTest& operator=(const HostIdentityTest&) = delete;

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(directory + "/" + name) << text;
    }
    [[nodiscard]] HostIdentity identity(std::string_view hostnqn = {},
                                        std::string_view hostid = {}) const {
        return host_identity(hostnqn, hostid, directory);
    }
    [[nodiscard]] std::string error(std::string_view hostnqn = {},
                                    std::string_view hostid = {}) const {
        try {
            return "none: " + identity(hostnqn, hostid).hostnqn;
        } catch (const Error& caught) {
            // What was given is wrong, or what a file has.
            EXPECT_EQ(caught.code(),
                      hostnqn.empty() && hostid.empty() ? Errc::malformed : Errc::invalid_argument);
            return caught.what();
        }
    }

    std::string directory;
};

TEST_F(HostIdentityTest, TakesWhatIsGiven) {
    write("hostnqn", nqn_of(kUuidB));
    const HostIdentity both = identity("nqn.2024-01.com.example:host", kUuidA);
    EXPECT_EQ(both.hostnqn, "nqn.2024-01.com.example:host");
    EXPECT_EQ(nvme::format_uuid(both.hostid), kUuidA);
    EXPECT_EQ(both.origin, "--hostnqn, --hostid");
}

TEST_F(HostIdentityTest, WaitsForNobodyAndReadsNothingThatNeverEnds) {
    for (const char* const name : {"hostnqn", "hostid"}) {
        const std::string path = directory + "/" + name;
        for (const bool fifo : {true, false}) {
            if (fifo) {
                ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
            } else {
                ASSERT_EQ(::symlink("/dev/zero", path.c_str()), 0);
            }
            try {
                static_cast<void>(identity());
                ADD_FAILURE() << name;
            } catch (const Error& caught) {
                EXPECT_EQ(caught.code(), Errc::invalid_argument);
                EXPECT_EQ(std::string(caught.what()),
                          "read " + path + ": it is " + (fifo ? "a FIFO" : "a device") +
                              ", not a file; give --hostnqn and --hostid");
            }
            EXPECT_EQ(identity("nqn.2024-01.com.example:host", kUuidA).hostnqn,
                      "nqn.2024-01.com.example:host")
                << "which looks at no file";
            ASSERT_EQ(::unlink(path.c_str()), 0);
        }
    }
    write("hostnqn", std::string(5000, 'x'));
    try {
        static_cast<void>(identity());
        ADD_FAILURE() << "a long file";
    } catch (const Error& caught) {
        EXPECT_EQ(caught.code(), Errc::too_large);
    }
    write("hostnqn", nqn_of(kUuidB) + "\n" + std::string(4000, ' '));
    EXPECT_EQ(identity().hostnqn, nqn_of(kUuidB));
}

TEST_F(HostIdentityTest, TakesTheUuidOutOfAGivenNqn) {
    const HostIdentity host = identity(nqn_of(kUuidA));
    EXPECT_EQ(nvme::format_uuid(host.hostid), kUuidA);
    EXPECT_EQ(host.origin, "--hostnqn");
}

TEST_F(HostIdentityTest, DoesNotLendTheMachinesIdentifierToAnotherNqn) {
    write("hostnqn", "nqn.2024-01.com.example:here\n");
    write("hostid", kUuidB);
    EXPECT_EQ(nvme::format_uuid(identity("nqn.2024-01.com.example:here").hostid), kUuidB);
    const HostIdentity other = identity("nqn.2024-01.com.example:there");
    EXPECT_NE(nvme::format_uuid(other.hostid), kUuidB);
    EXPECT_THAT(other.origin, HasSubstr("generated"));
}

TEST_F(HostIdentityTest, ReadsTheFiles) {
    write("hostnqn", " " + nqn_of(kUuidA) + "\n");
    write("hostid", std::string(kUuidB) + "\n");
    const HostIdentity host = identity();
    EXPECT_EQ(host.hostnqn, nqn_of(kUuidA));
    EXPECT_EQ(nvme::format_uuid(host.hostid), kUuidB);
    EXPECT_EQ(host.origin, directory + "/hostnqn, " + directory + "/hostid");
    EXPECT_EQ(nvme::format_uuid(identity({}, kUuidA).hostid), kUuidA);
}

TEST_F(HostIdentityTest, ManagesWithOneOfTheFiles) {
    write("hostnqn", nqn_of(kUuidA));
    EXPECT_EQ(nvme::format_uuid(identity().hostid), kUuidA);
    std::filesystem::remove(directory + "/hostnqn");
    write("hostid", kUuidB);
    EXPECT_EQ(identity().hostnqn, nqn_of(kUuidB));
}

TEST_F(HostIdentityTest, GeneratesAPairWithoutFiles) {
    const HostIdentity first = identity();
    const HostIdentity second = identity();
    EXPECT_EQ(first.origin, "generated");
    EXPECT_EQ(first.hostnqn, nqn_of(nvme::format_uuid(first.hostid)));
    EXPECT_NE(first.hostid, second.hostid);
    EXPECT_EQ(first.hostid[6] >> 4U, 4U);
    EXPECT_EQ(first.hostid[8] >> 6U, 2U);
}

TEST_F(HostIdentityTest, SaysWhereEachHalfIsFrom) {
    const std::string nqn = "nqn.2024-01.com.example:here";
    write("hostnqn", nqn);
    EXPECT_EQ(identity(nqn).origin, "--hostnqn, generated host identifier");
    const HostIdentity half = identity();
    EXPECT_EQ(half.origin, directory + "/hostnqn, generated host identifier");
    EXPECT_EQ(half.hostnqn, nqn);
    EXPECT_FALSE(nvme::all_zero(half.hostid));
    EXPECT_NE(half.hostid, identity().hostid);
    const HostIdentity given = identity({}, kUuidA);
    EXPECT_EQ(given.origin, directory + "/hostnqn, --hostid");
    EXPECT_EQ(given.hostnqn, nqn);

    write("hostid", kUuidB);
    const HostIdentity whole = identity(nqn);
    EXPECT_EQ(whole.origin, "--hostnqn, " + directory + "/hostid");
    EXPECT_EQ(whole.hostnqn, nqn);
    const HostIdentity other = identity("nqn.2024-01.com.example:there");
    EXPECT_EQ(other.origin, "--hostnqn, generated host identifier");
    EXPECT_FALSE(nvme::all_zero(other.hostid));
    EXPECT_NE(other.hostid, identity("nqn.2024-01.com.example:there").hostid);

    std::filesystem::remove(directory + "/hostnqn");
    const HostIdentity by_file = identity();
    EXPECT_EQ(by_file.origin, directory + "/hostid");
    EXPECT_EQ(by_file.hostnqn, nqn_of(kUuidB));
    const HostIdentity by_id = identity({}, kUuidA);
    EXPECT_EQ(by_id.origin, "--hostid");
    EXPECT_EQ(by_id.hostnqn, nqn_of(kUuidA));
    EXPECT_EQ(nvme::format_uuid(by_id.hostid), kUuidA);
}

TEST_F(HostIdentityTest, GeneratesRandomUuids) {
    // RFC 9562, section 5.4: all bits but those of version and variant are random.
    nvme::Uuid fixed{};
    fixed[6] = 0xF0;
    fixed[8] = 0xC0;
    std::array<unsigned, 16> ones{};
    std::array<unsigned, 16> zeros{};
    std::array<unsigned, 16> unlike_neighbor{};
    for (int i = 0; i < 64; ++i) {
        const nvme::Uuid uuid = identity().hostid;
        EXPECT_EQ(uuid[6] & 0xF0U, 0x40U);
        EXPECT_EQ(uuid[8] & 0xC0U, 0x80U);
        for (std::size_t byte = 0; byte < uuid.size(); ++byte) {
            const unsigned random = ~unsigned{fixed[byte]} & 0xFFU;
            const unsigned seen = uuid[byte];
            const unsigned neighbor = uuid[(byte + 1) % uuid.size()];
            ones[byte] |= seen & random;
            zeros[byte] |= ~seen & random;
            unlike_neighbor[byte] |= (seen ^ neighbor) & random;
        }
    }
    for (std::size_t byte = 0; byte < fixed.size(); ++byte) {
        const unsigned random = ~unsigned{fixed[byte]} & 0xFFU;
        EXPECT_EQ(ones[byte], random) << byte;
        EXPECT_EQ(zeros[byte], random) << byte;
        EXPECT_EQ(unlike_neighbor[byte], random) << byte;
    }
}

TEST_F(HostIdentityTest, NamesAFileThatCannotBeRead) {
    std::filesystem::create_symlink("hostid", directory + "/hostid"); // a link to itself
    try {
        static_cast<void>(identity());
        ADD_FAILURE() << "read";
    } catch (const Error& caught) {
        EXPECT_EQ(caught.code(), std::errc::too_many_symbolic_link_levels);
        EXPECT_THAT(caught.what(), HasSubstr("read " + directory + "/hostid"));
    }
}

/// It is opened and fails only then: this host has an identity, which another one must not replace.
TEST_F(HostIdentityTest, NamesAFileThatFailsWhileItIsRead) {
    std::filesystem::create_directory(directory + "/hostnqn");
    try {
        static_cast<void>(identity());
        ADD_FAILURE() << "read";
    } catch (const Error& caught) {
        EXPECT_EQ(caught.code(), std::errc::is_a_directory);
        EXPECT_THAT(caught.what(), HasSubstr("read " + directory + "/hostnqn"));
    }
}

TEST_F(HostIdentityTest, TakesAnEmptyFileForNone) {
    write("hostnqn", "\n");
    EXPECT_EQ(identity().origin, "generated");
}

TEST_F(HostIdentityTest, NamesWhatIsWrong) {
    EXPECT_THAT(error("host1"), HasSubstr("use the host NQN \"host1\""));
    EXPECT_THAT(error({}, "12"), HasSubstr("\"12\" is not a UUID"));
    EXPECT_THAT(error({}, "00000000-0000-0000-0000-000000000000"), HasSubstr("zeros"));
    write("hostid", "garbage");
    EXPECT_THAT(error(), HasSubstr("read " + directory + "/hostid: \"garbage\" is not a UUID"));
    write("hostnqn", "garbage");
    EXPECT_THAT(error(), HasSubstr("read " + directory + "/hostnqn"));
}

} // namespace
} // namespace haoh
