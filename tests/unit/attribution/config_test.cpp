// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/config.hpp>
#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh {
namespace {

using testing::ElementsAre;

std::string refusal(std::string_view text) {
    try {
        static_cast<void>(parse_config(text, "haoh.toml"));
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), make_error_code(Errc::malformed));
        return error.what();
    }
    ADD_FAILURE() << "accepted: " << text;
    return {};
}

TEST(Config, IsDefaultWhenEmpty) {
    EXPECT_EQ(parse_config("", "haoh.toml"), Config{});
}

TEST(Config, WritesTheWordsThatItReads) {
    for (const std::string_view profile : {"auto", "single", "stretched", "dispersed"}) {
        for (const std::string_view window : {"none", "migration", "upgrade", "resize"}) {
            for (const std::string_view fail_on : {"fail", "warn"}) {
                for (const std::string_view policy : {"active-passive", "active-active"}) {
                    const Config config = parse_config(
                        "[check]\nprofile = \"" + std::string(profile) + "\"\nwindow = \"" +
                            std::string(window) + "\"\nfail_on = \"" + std::string(fail_on) +
                            "\"\npolicy = \"" + std::string(policy) + "\"\n",
                        "haoh.toml");
                    EXPECT_EQ(word_of(config.profile), profile);
                    EXPECT_EQ(word_of(config.window), window);
                    EXPECT_EQ(word_of(config.fail_on), fail_on);
                    EXPECT_EQ(word_of(config.policy.value()), policy);
                }
            }
        }
    }
}

TEST(Config, ReadsSites) {
    const Config config = parse_config("[[site]]\n"
                                       "name = \"east\"\n"
                                       "addresses = [\"10.1.0.0/16\", \"fd00:1::/64\", "
                                       "\"192.0.2.7\", \"192.0.2.8:4421\"]\n"
                                       "cntlids = [1, 1023]\n"
                                       "portids = [1, 2]\n"
                                       "domainid = 1\n"
                                       "[[site]]\n"
                                       "name = \"west\"\n"
                                       "cntlids = [1024, 65519]\n",
                                       "haoh.toml");
    ASSERT_EQ(config.sites.size(), 2U);
    EXPECT_EQ(config.sites[0].name, "east");
    EXPECT_THAT(config.sites[0].addresses,
                ElementsAre("10.1.0.0/16", "fd00:1::/64", "192.0.2.7", "192.0.2.8:4421"));
    EXPECT_EQ(config.sites[0].cntlids, (std::pair<std::uint16_t, std::uint16_t>{1, 1023}));
    EXPECT_THAT(config.sites[0].portids, ElementsAre(1, 2));
    EXPECT_EQ(config.sites[0].domainid, 1);
    EXPECT_EQ(config.sites[1].name, "west");
    EXPECT_FALSE(config.sites[1].domainid.has_value());
}

TEST(Config, ReadsHowToJudge) {
    const Config config = parse_config("[check]\n"
                                       "profile = \"stretched\"\n"
                                       "window = \"migration\"\n"
                                       "fail_on = \"warn\"\n"
                                       "policy = \"active-passive\"\n",
                                       "haoh.toml");
    EXPECT_EQ(config.profile, Profile::stretched);
    EXPECT_EQ(config.window, Window::migration);
    EXPECT_EQ(config.fail_on, FailOn::warn);
    EXPECT_EQ(config.policy, Policy::active_passive);
    EXPECT_EQ(parse_config("check.profile = \"auto\"\n", "x").profile, Profile::automatic);
    EXPECT_EQ(parse_config("check.window = \"none\"\n", "x").window, Window::none);
}

TEST(Config, NamesFileLineAndKeyOfWhatIsUnknown) {
    EXPECT_EQ(refusal("\n\nsites = 1\n"),
              "read haoh.toml:3: sites: unknown key; the keys are site, check");
    EXPECT_EQ(
        refusal("[[site]]\nname = \"a\"\nadresses = []\n"),
        "read haoh.toml:3: site.adresses: unknown key; the keys are name, addresses, cntlids, "
        "portids, domainid");
    EXPECT_EQ(refusal("[check]\nprofil = \"auto\"\n"),
              "read haoh.toml:2: check.profil: unknown key; the keys are profile, window, fail_on, "
              "policy");
}

TEST(Config, RefusesValuesThatAreNone) {
    EXPECT_EQ(refusal("[check]\nprofile = \"streched\"\n"),
              "read haoh.toml:2: check.profile: \"streched\" is none of its values; the values are "
              "auto, single, stretched, dispersed");
    EXPECT_EQ(refusal("[check]\nwindow = 5\n"),
              "read haoh.toml:2: check.window: must be a string, not an integer");
    EXPECT_EQ(refusal("check = 5\n"), "read haoh.toml:1: check: must be a table, not an integer");
    EXPECT_EQ(refusal("site = \"a\"\n"),
              "read haoh.toml:1: site: must be an array of tables, not a string; write [[site]]");
    EXPECT_EQ(refusal("site = [1]\n"),
              "read haoh.toml:1: site: must be a table, not an integer; write [[site]]");
}

TEST(Config, RefusesSitesThatAreIncomplete) {
    EXPECT_EQ(refusal("[[site]]\ncntlids = [1, 2]\n"), "read haoh.toml:1: site.name: missing");
    EXPECT_EQ(refusal("[[site]]\nname = \"\"\ncntlids = [1, 2]\n"),
              "read haoh.toml:2: site.name: empty");
    EXPECT_EQ(refusal("[[site]]\nname = \"a\"\n"),
              "read haoh.toml:1: site: nothing by which its controllers are recognised; give "
              "addresses, cntlids, portids or domainid");
}

TEST(Config, RefusesAddressesThatAreNone) {
    EXPECT_EQ(refusal("[[site]]\nname = \"a\"\naddresses = [\n  \"10.1.0.0/16\",\n  \"10.1/8\"]\n"),
              "read haoh.toml:5: site.addresses: \"10.1\" is not an IPv4 or IPv6 address; write "
              "ADDR, ADDR/PREFIX or ADDR:PORT");
    EXPECT_EQ(refusal("[[site]]\nname = \"a\"\naddresses = \"10.1.0.0/16\"\n"),
              "read haoh.toml:3: site.addresses: must be an array of strings, not a string");
}

TEST(Config, RefusesNumbersOutOfRange) {
    EXPECT_EQ(refusal("[[site]]\nname = \"a\"\ncntlids = [1]\n"),
              "read haoh.toml:3: site.cntlids: 1 elements, not the first and the last");
    EXPECT_EQ(refusal("[[site]]\nname = \"a\"\ncntlids = [5, 4]\n"),
              "read haoh.toml:3: site.cntlids: the first (5) is greater than the last (4)");
    EXPECT_EQ(refusal("[[site]]\nname = \"a\"\ncntlids = [1, 65520]\n"),
              "read haoh.toml:3: site.cntlids: 65520 is not from 0 to 65519");
    EXPECT_EQ(refusal("[[site]]\nname = \"a\"\nportids = [70000]\n"),
              "read haoh.toml:3: site.portids: 70000 is not from 0 to 65535");
    EXPECT_EQ(refusal("[[site]]\nname = \"a\"\ndomainid = 0\n"),
              "read haoh.toml:3: site.domainid: 0 is not from 1 to 65535");
    EXPECT_EQ(refusal("[[site]]\nname = \"a\"\ndomainid = 1.5\n"),
              "read haoh.toml:3: site.domainid: must be an integer, not a number with a fraction");
}

TEST(Config, RefusesSitesThatOverlap) {
    const std::string east = "[[site]]\nname = \"east\"\naddresses = [\"10.1.0.0/16\"]\n"
                             "cntlids = [1, 100]\nportids = [1]\ndomainid = 1\n[[site]]\n";
    EXPECT_EQ(refusal(east + "name = \"west\"\naddresses = [\"10.1.7.1:4420\"]\n"),
              "read haoh.toml:7: site.addresses: the addresses 10.1.7.1:4420 and 10.1.0.0/16 of "
              "site \"west\" overlap those of site \"east\"");
    EXPECT_EQ(refusal(east + "name = \"west\"\ncntlids = [100, 200]\n"),
              "read haoh.toml:7: site.cntlids: the controller IDs of site \"west\" overlap those "
              "of site \"east\"");
    EXPECT_EQ(refusal(east + "name = \"west\"\nportids = [2, 1]\n"),
              "read haoh.toml:7: site.portids: the port IDs (both have 1) of site \"west\" overlap "
              "those of site \"east\"");
    EXPECT_EQ(refusal(east + "name = \"west\"\ndomainid = 1\n"),
              "read haoh.toml:7: site.domainid: the domain IDs (both have 1) of site \"west\" "
              "overlap those of site \"east\"");
    EXPECT_EQ(refusal(east + "name = \"east\"\ndomainid = 2\n"),
              "read haoh.toml:7: site.name: a second site \"east\"");
}

TEST(Config, NamesTheLineOfASyntaxError) {
    EXPECT_THAT(refusal("[check]\nprofile = \n"), testing::StartsWith("read haoh.toml:2: "));
}

} // namespace
} // namespace haoh
