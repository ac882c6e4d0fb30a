// SPDX-License-Identifier: LGPL-2.1-or-later
// haoh.toml: every value of every key, each number at its bounds, and which sites overlap.
#include <haoh/config.hpp>
#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <functional>

namespace haoh {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Empty when it is accepted.
std::string complaint(const std::string& text) {
    try {
        static_cast<void>(parse_config(text, "x"));
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), make_error_code(Errc::malformed));
        return error.what();
    }
    return {};
}

std::string site_with(const std::string& name, const std::string& lines) {
    return "[[site]]\nname = \"" + name + "\"\n" + lines + "\n";
}

TEST(ConfigValues, AreThoseOfTheirNames) {
    const auto check_of = [](const char* key, const char* value) {
        return parse_config(fmt::format("[check]\n{} = \"{}\"\n", key, value), "x");
    };
    Config wanted;
    EXPECT_EQ(check_of("profile", "auto"), wanted);
    for (const auto& [name, profile] :
         std::vector<std::pair<const char*, Profile>>{{"single", Profile::single},
                                                      {"stretched", Profile::stretched},
                                                      {"dispersed", Profile::dispersed}}) {
        wanted = {};
        wanted.profile = profile;
        EXPECT_EQ(check_of("profile", name), wanted) << name;
    }
    for (const auto& [name, window] :
         std::vector<std::pair<const char*, Window>>{{"none", Window::none},
                                                     {"migration", Window::migration},
                                                     {"upgrade", Window::upgrade},
                                                     {"resize", Window::resize}}) {
        wanted = {};
        wanted.window = window;
        EXPECT_EQ(check_of("window", name), wanted) << name;
    }
    for (const auto& [name, fail_on] : std::vector<std::pair<const char*, FailOn>>{
             {"fail", FailOn::fail}, {"warn", FailOn::warn}}) {
        wanted = {};
        wanted.fail_on = fail_on;
        EXPECT_EQ(check_of("fail_on", name), wanted) << name;
    }
    for (const auto& [name, policy] :
         std::vector<std::pair<const char*, Policy>>{{"active-passive", Policy::active_passive},
                                                     {"active-active", Policy::active_active}}) {
        wanted = {};
        wanted.policy = policy;
        EXPECT_EQ(check_of("policy", name), wanted) << name;
    }
}

TEST(ConfigNumbers, AreTakenUpToTheirBounds) {
    struct Row {
        std::string line;
        bool accepted;
    };
    // Controller IDs end at FFEFh (Base 2.3 Figure 312), port IDs are 16 bits, domain 0 is none.
    for (const Row& row : {Row{"cntlids = [0, 65519]", true},
                           Row{"cntlids = [65519, 65519]", true},
                           Row{"cntlids = [0, 0]", true},
                           Row{"cntlids = [65520, 65520]", false},
                           Row{"cntlids = [-1, 5]", false},
                           Row{"cntlids = [0, 65520]", false},
                           Row{"cntlids = [2, 1]", false},
                           Row{"cntlids = [1, 2, 3]", false},
                           Row{"cntlids = []", false},
                           Row{"portids = [0]", true},
                           Row{"portids = [65535]", true},
                           Row{"portids = [65536]", false},
                           Row{"portids = [-1]", false},
                           Row{"portids = [1, -1]", false},
                           Row{"domainid = 1", true},
                           Row{"domainid = 65535", true},
                           Row{"domainid = 65536", false},
                           Row{"domainid = 0", false},
                           Row{"addresses = [\"10.0.0.1\"]", true},
                           Row{"addresses = []", false},
                           Row{"portids = []", false},
                           Row{"addresses = [\"10.0.0.1\", \"none\"]", false}}) {
        const std::string found = complaint(site_with("a", row.line));
        EXPECT_EQ(found.empty(), row.accepted) << row.line << ": " << found;
    }
    const Config config = parse_config(
        site_with("a", "cntlids = [3, 65519]\nportids = [0, 65535]\ndomainid = 65535"), "x");
    EXPECT_EQ(config.sites[0].cntlids, (std::pair<std::uint16_t, std::uint16_t>{3, 65519}));
    EXPECT_THAT(config.sites[0].portids, ElementsAre(0, 65535));
    EXPECT_EQ(config.sites[0].domainid, 65535);
}

TEST(ConfigOverlap, IsWhatTwoSitesClaim) {
    struct Row {
        std::string one;
        std::string other;
        std::string key; ///< that is refused; empty: both can be told apart
    };
    for (const Row& row :
         {Row{"cntlids = [10, 20]", "cntlids = [21, 30]", ""},
          Row{"cntlids = [10, 20]", "cntlids = [0, 9]", ""},
          Row{"cntlids = [10, 20]", "cntlids = [20, 30]", "cntlids"},
          Row{"cntlids = [10, 20]", "cntlids = [0, 10]", "cntlids"},
          Row{"cntlids = [10, 20]", "cntlids = [12, 14]", "cntlids"},
          Row{"cntlids = [10, 20]", "cntlids = [0, 99]", "cntlids"},
          Row{"cntlids = [10, 20]", "portids = [10]", ""},
          Row{"portids = [1, 2]", "portids = [3, 4]", ""},
          Row{"portids = [1, 2]", "portids = [3, 2]", "portids"},
          Row{"portids = [1, 2]", "portids = [1]", "portids"},
          Row{"domainid = 1", "domainid = 2", ""}, Row{"domainid = 1", "domainid = 1", "domainid"},
          Row{"domainid = 1", "portids = [1]", ""}, Row{"portids = [1]", "cntlids = [1, 1]", ""},
          Row{"addresses = [\"10.1.0.0/16\"]", "addresses = [\"10.2.0.0/16\"]", ""},
          Row{"addresses = [\"10.9.0.1\", \"10.1.0.0/16\"]",
              "addresses = [\"10.2.0.0/16\", \"10.1.2.3\"]", "addresses"},
          Row{"addresses = [\"10.1.0.1\", \"10.9.0.1\"]", "addresses = [\"10.1.0.0/16\"]",
              "addresses"}}) {
        for (const bool swapped : {false, true}) {
            const std::string found = complaint(site_with("a", swapped ? row.other : row.one) +
                                                site_with("b", swapped ? row.one : row.other));
            EXPECT_EQ(found.empty(), row.key.empty()) << row.one << ", " << row.other << found;
            if (!row.key.empty()) {
                EXPECT_THAT(found, HasSubstr("site." + row.key + ": "));
                EXPECT_THAT(found, HasSubstr("of site \"b\" overlap those of site \"a\""));
            }
        }
    }
}

TEST(ConfigOverlap, NamesWhatOverlaps) {
    EXPECT_THAT(complaint(site_with("a", "addresses = [\"10.9.0.1\", \"10.1.0.0/16\"]") +
                          site_with("b", "addresses = [\"10.2.0.0/16\", \"10.1.2.3\"]")),
                HasSubstr("the addresses 10.1.2.3 and 10.1.0.0/16 of site \"b\""));
    EXPECT_THAT(complaint(site_with("a", "portids = [1, 2]") + site_with("b", "portids = [3, 2]")),
                HasSubstr("(both have 2)"));
    EXPECT_THAT(complaint(site_with("a", "domainid = 7") + site_with("b", "domainid = 7")),
                HasSubstr("(both have 7)"));
    // The third beside each that came before.
    for (const char* const id : {"1", "2"}) {
        EXPECT_THAT(complaint(site_with("a", "domainid = 1") + site_with("b", "domainid = 2") +
                              site_with("c", std::string{"domainid = "} + id)),
                    HasSubstr("of site \"c\" overlap those of site \"" +
                              std::string{id == std::string_view{"1"} ? "a" : "b"} + "\""));
    }
    EXPECT_EQ(complaint(site_with("a", "domainid = 1") + site_with("b", "domainid = 2") +
                        site_with("c", "domainid = 3")),
              "");
    EXPECT_THAT(complaint(site_with("a", "domainid = 1") + site_with("a", "domainid = 2")),
                HasSubstr("site.name: a second site \"a\""));
}

TEST(ConfigKeys, AreRefusedWhereTheyDoNotBelong) {
    for (const char* const text :
         {"sites = 1\n", "[check]\nsite = 1\n", "name = \"a\"\n", "[check]\ndomainid = 1\n"}) {
        EXPECT_THAT(complaint(text), HasSubstr("unknown key")) << text;
    }
    EXPECT_THAT(complaint(site_with("a", "domainid = 1\nwindow = \"none\"")),
                HasSubstr("unknown key"));
    EXPECT_EQ(complaint(site_with("a", "domainid = 1") + "[check]\nwindow = \"none\"\n"), "");
}

} // namespace
} // namespace haoh
