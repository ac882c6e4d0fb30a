// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/file_identity.hpp"

#include "support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

namespace haoh::base {
namespace {

class FileIdentityTest : public ::testing::Test {
  protected:
    [[nodiscard]] std::string at(const std::string& name) const { return scratch_.path(name); }

    test::ScratchDirectory scratch_;
};

TEST_F(FileIdentityTest, is_one_for_each_way_to_write_a_name) {
    std::filesystem::create_directory(at("below"));
    std::filesystem::create_directory_symlink(at("below"), at("link"));
    for (const bool there : {false, true}) {
        if (there) {
            static_cast<void>(scratch_.file("below/report", "x"));
        }
        const auto identity = identity_of(at("below/report"));
        ASSERT_TRUE(identity);
        EXPECT_EQ(identity_of(at("below/./report")), identity);
        EXPECT_EQ(identity_of(at("below/../below/report")), identity);
        EXPECT_EQ(identity_of(at("link/report")), identity);
        EXPECT_NE(identity_of(at("below/reports")), identity);
        EXPECT_NE(identity_of(at("report")), identity);
    }
}

TEST_F(FileIdentityTest, follows_links_also_to_what_is_not_there) {
    std::filesystem::create_symlink("report", at("link"));
    EXPECT_EQ(identity_of(at("link")), identity_of(at("report")));
    static_cast<void>(scratch_.file("report", "x"));
    EXPECT_EQ(identity_of(at("link")), identity_of(at("report")));
    std::filesystem::create_hard_link(at("report"), at("other"));
    EXPECT_EQ(identity_of(at("other")), identity_of(at("report")));
}

TEST_F(FileIdentityTest, of_what_is_open_is_that_of_its_name) {
    const std::string path = scratch_.file("report", "x");
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(identity_of(file), identity_of(path));
    EXPECT_EQ(identity_of("/dev/fd/" + std::to_string(file)), identity_of(path));
    ::close(file);
    EXPECT_EQ(identity_of(file), std::nullopt);
}

TEST_F(FileIdentityTest, there_is_none_where_no_file_can_be) {
    EXPECT_EQ(identity_of(at("none/report")), std::nullopt);
    EXPECT_EQ(identity_of("/dev/null"), std::nullopt) << "everything may go there";
    EXPECT_TRUE(identity_of("/dev/full"));
}

} // namespace
} // namespace haoh::base
