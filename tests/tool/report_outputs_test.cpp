// SPDX-License-Identifier: LGPL-2.1-or-later
// haoh check -o FORMAT[=FILE], several times.
#include "simulated_arrays.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

namespace haoh::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// A snapshot of a pair that fails one rule, and a directory for reports.
class ReportOutputsTest : public ::testing::Test {
  protected:
    ReportOutputsTest() {
        const SimulatedArrays arrays{
            pair_with_b("[[array.namespace]]\nnsid = 2\n"
                        "uuid = \"11111111-2222-4333-8444-555555555555\"\n")};
        const ProgramResult result = haoh({"snapshot", "-q", "-t", arrays.target("a"), "-t",
                                           arrays.target("b"), "--nqn", kPairNqn, snapshot_});
        EXPECT_EQ(result.status, 0) << result.standard_error;
        std::filesystem::create_directory(at("out"));
    }

    [[nodiscard]] std::string at(const std::string& name) const { return directory_.path(name); }
    [[nodiscard]] std::string text_of(const std::string& name) const {
        return directory_.read(name);
    }
    [[nodiscard]] ProgramResult check(const std::vector<std::string>& outputs) const {
        std::vector<std::string> arguments{"check", "--snapshot", snapshot_};
        for (const std::string& output : outputs) {
            arguments.insert(arguments.end(), {"-o", output});
        }
        return haoh(arguments);
    }
    [[nodiscard]] std::vector<std::string> left() const {
        std::vector<std::string> out;
        for (const auto& entry : std::filesystem::directory_iterator{at("out")}) {
            out.push_back(entry.path().filename());
        }
        return out;
    }

    ScratchDirectory directory_;
    std::string snapshot_ = directory_.path("pair.json");
};

TEST_F(ReportOutputsTest, one_report_goes_to_each) {
    const ProgramResult result =
        check({"junit=" + at("out/report.xml"), "json", "sarif=" + at("out/report.sarif"),
               "markdown=" + at("out/report.md"), "text=" + at("out/report.txt")});
    EXPECT_EQ(result.status, 1) << result.standard_error;
    const json report = json::parse(result.standard_output);
    EXPECT_EQ(report.at("verdict"), "fail");
    EXPECT_THAT(text_of("out/report.xml"),
                AllOf(StartsWith("<?xml version=\"1.0\""), HasSubstr("<failure ")));
    const json sarif = json::parse(text_of("out/report.sarif"));
    EXPECT_EQ(sarif.at("runs").at(0).at("invocations").at(0).at("exitCode"), 1);
    EXPECT_EQ(sarif.at("runs").at(0).at("invocations").at(0).at("startTimeUtc"),
              report.at("observed_at"));
    EXPECT_THAT(text_of("out/report.md"), StartsWith("### haoh check: FAIL\n"));
    EXPECT_THAT(text_of("out/report.txt"), StartsWith("FAIL  "));
    EXPECT_EQ(left().size(), 4U);
}

TEST_F(ReportOutputsTest, where_nothing_is_printed_one_line_says_what_came_of_it) {
    const ProgramResult quiet = check({"json=" + at("out/report.json")});
    EXPECT_EQ(quiet.status, 1);
    EXPECT_THAT(quiet.standard_output,
                AllOf(StartsWith("FAIL  Data can be corrupted. Do not let a host connect. 1 rule "
                                 "fails, "),
                      ::testing::EndsWith(" not apply.\n")));
    EXPECT_EQ(quiet.standard_output.find('\n'), quiet.standard_output.size() - 1);
    // Also what goes to standard output by its other name is printed.
    for (const char* const word : {"json", "json=-", "json=/dev/stdout"}) {
        const ProgramResult printed = check({word});
        EXPECT_EQ(json::parse(printed.standard_output).at("verdict"), "fail") << word;
    }
    EXPECT_THAT(check({}).standard_output, StartsWith("FAIL  Data can be corrupted."));
}

TEST_F(ReportOutputsTest, a_file_is_replaced_as_a_whole_and_stays_what_it_was) {
    static_cast<void>(directory_.file("out/report.xml", "before"));
    ASSERT_EQ(::chmod(at("out/report.xml").c_str(), 0640), 0);
    std::filesystem::create_symlink("report.xml", at("out/link"));
    EXPECT_EQ(check({"junit=" + at("out/link")}).status, 1);
    EXPECT_TRUE(std::filesystem::is_symlink(at("out/link")));
    EXPECT_THAT(text_of("out/report.xml"), StartsWith("<?xml"));
    struct stat status {};
    ASSERT_EQ(::stat(at("out/report.xml").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0640U);
    EXPECT_EQ(left().size(), 2U) << "nothing else is left";
}

TEST_F(ReportOutputsTest, two_to_one_place_are_refused_before_anything_is_read) {
    std::filesystem::create_directory_symlink(at("out"), at("way"));
    const std::vector<std::vector<std::string>> all{
        {"json", "text"},
        {"json", "junit=-"},
        {"junit=" + at("out/report"), "sarif=" + at("out/report")},
        {"junit=" + at("out/report"), "sarif=" + at("out/./report")},
        {"junit=" + at("out/report"), "sarif=" + at("way/report")},
        {"text", "sarif=/dev/stdout"},
    };
    for (const std::vector<std::string>& outputs : all) {
        std::vector<std::string> arguments{"check", "--snapshot", at("none.json")};
        for (const std::string& output : outputs) {
            arguments.insert(arguments.end(), {"-o", output});
        }
        const ProgramResult result = haoh(arguments);
        EXPECT_EQ(result.status, 2) << ::testing::PrintToString(outputs);
        EXPECT_THAT(result.standard_error,
                    AllOf(HasSubstr("-o " + outputs[0] + " and -o " + outputs[1] +
                                    ": both go to the same place"),
                          Not(HasSubstr("none.json"))));
        EXPECT_THAT(result.standard_output, IsEmpty());
        EXPECT_THAT(left(), IsEmpty());
    }
    // The same kind twice is none of this, nor is what takes everything.
    EXPECT_EQ(check({"junit=" + at("out/1"), "junit=" + at("out/2")}).status, 1);
    EXPECT_EQ(check({"junit=/dev/null", "sarif=/dev/null"}).status, 1);
    EXPECT_EQ(text_of("out/1"), text_of("out/2"));
}

TEST_F(ReportOutputsTest, what_cannot_be_written_is_refused_before_anything_is_read) {
    const auto refused = [&](const std::string& output) {
        const ProgramResult result = haoh({"check", "--snapshot", at("none.json"), "-o",
                                           "json=" + at("out/good.json"), "-o", output});
        EXPECT_EQ(result.status, 2) << output;
        EXPECT_THAT(result.standard_output, IsEmpty());
        EXPECT_THAT(result.standard_error, Not(HasSubstr("none.json")));
        EXPECT_THAT(left(), IsEmpty());
        return result.standard_error;
    };
    EXPECT_THAT(refused("junit=" + at("none/report.xml")),
                AllOf(HasSubstr("create " + at("none/report.xml")), HasSubstr("No such file")));
    EXPECT_THAT(refused("junit=" + at("out")), HasSubstr("directory"));
    EXPECT_THAT(refused("junit="), HasSubstr("junit= names no file"));
    EXPECT_THAT(refused("yaml=" + at("out/report.yaml")),
                HasSubstr("yaml not in {text,json,junit,sarif"));
    EXPECT_THAT(refused("JUNIT"), HasSubstr("JUNIT not in {text,"));
    // With good ones the snapshot is what is missing.
    EXPECT_THAT(haoh({"check", "--snapshot", at("none.json"), "-o", "json=" + at("out/good.json")})
                    .standard_error,
                HasSubstr("none.json"));
    if (::geteuid() != 0) {
        std::filesystem::permissions(at("out"), std::filesystem::perms::owner_read |
                                                    std::filesystem::perms::owner_exec);
        EXPECT_THAT(refused("junit=" + at("out/report.xml")), HasSubstr("Permission denied"));
    }
}

TEST_F(ReportOutputsTest, a_report_that_was_not_written_is_4_whatever_the_verdict) {
    const ProgramResult result = check({"junit=/dev/full", "sarif=" + at("out/report.sarif")});
    EXPECT_EQ(result.status, 4);
    EXPECT_THAT(result.standard_error,
                AllOf(HasSubstr("write /dev/full"), HasSubstr("No space left on device")));
    EXPECT_THAT(result.standard_output, StartsWith("FAIL  ")) << "the rest is told";
    EXPECT_EQ(left().size(), 1U);
    EXPECT_EQ(check({"sarif=" + at("out/report.sarif")}).status, 1);
    // Two of them are both named.
    const ProgramResult both = check({"junit=/dev/full", "sarif=/dev/fd/99"});
    EXPECT_EQ(both.status, 2) << "that one could be known before";
}

} // namespace
} // namespace haoh::test
