// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/diff/diff_view.hpp"
#include "support/json_schema.hpp"
#include "terminal.hpp"

#include <haoh/report.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace haoh {
namespace {

using Kind = Difference::Kind;
using nlohmann::json;

constexpr const char* kFirst = "tcp://10.0.0.1:4420 controller 1";
constexpr const char* kSecond = "tcp://10.1.0.1:4420 controller 1001";

Difference changed(const std::string& controller, std::optional<std::uint32_t> nsid,
                   const std::string& field, const std::string& before, const std::string& after) {
    return {.kind = Kind::changed,
            .controller = controller,
            .nsid = nsid,
            .field = field,
            .before = before,
            .after = after};
}

/// A failover of 500 namespaces on two controllers, and some more.
std::vector<Difference> sample_differences() {
    std::vector<Difference> out{changed("", {}, "hostnqn", "nqn.a", "nqn.b"),
                                changed(kFirst, {}, "fr", "1.0", "1.1")};
    for (std::uint32_t nsid = 1; nsid <= 500; ++nsid) {
        out.push_back(changed(kFirst, nsid, "ana_state", "optimized", "inaccessible"));
        if (nsid == 3) {
            out.push_back(changed(kFirst, nsid, "uuid", "5d0f9a61-1c7e-4b02-8a00-0000000002a5",
                                  "5d0f9a61-1c7e-4b02-8a00-0000000002ff"));
        }
    }
    out.push_back({.kind = Kind::removed,
                   .controller = kFirst,
                   .nsid = 501,
                   .field = "namespace",
                   .before = "",
                   .after = ""});
    for (const char* controller : {kSecond, "tcp://10.1.0.2:4420 controller 1002"}) {
        out.push_back({.kind = Kind::added,
                       .controller = controller,
                       .nsid = 501,
                       .field = "nsze",
                       .before = "",
                       .after = "2048"});
    }
    return out;
}

TEST(DiffText, SaysThatNothingChanged) {
    EXPECT_EQ(to_text(std::span<const Difference>{}), "No difference.\n");
}

TEST(DiffText, FoldsWhatChangedAlike) {
    EXPECT_EQ(to_text(sample_differences()),
              R"(506 differences: 2 added, 1 removed, 503 changed.

observation
    ~ hostnqn nqn.a -> nqn.b

tcp://10.0.0.1:4420 controller 1
    ~ fr 1.0 -> 1.1
  NSID 1-2, 4-500
    ~ ana_state optimized -> inaccessible
  NSID 3
    ~ ana_state optimized -> inaccessible
    ~ uuid
        before  5d0f9a61-1c7e-4b02-8a00-0000000002a5
        after   5d0f9a61-1c7e-4b02-8a00-0000000002ff
                                                  ^^
  NSID 501
    - namespace

tcp://10.1.0.1:4420 controller 1001
tcp://10.1.0.2:4420 controller 1002
  NSID 501
    + nsze 2048
)");
}

TEST(DiffText, StaysInsideTheWidthAndColoursOnlyWhenAsked) {
    const auto differences = sample_differences();
    for (unsigned width = 40; width <= 120; width += 8) {
        const std::string text = to_text(differences, {.width = width});
        EXPECT_EQ(test::lines_beyond(text, width), "");
        EXPECT_EQ(test::without_colour(to_text(differences, {.color = true, .width = width})),
                  text);
    }
}

TEST(DiffText, FoldsManyNamespacesThatChangedDifferently) {
    std::vector<Difference> differences;
    for (std::uint32_t nsid = 1; nsid <= 100; ++nsid) {
        differences.push_back(changed(kFirst, nsid, "nuse", "0", std::to_string(nsid)));
    }
    const std::string text = to_text(differences);
    EXPECT_NE(text.find("  and changes of 80 more namespaces\n"), std::string::npos) << text;
    EXPECT_TRUE(text.ends_with("-v shows all of it.\n"));
    EXPECT_NE(to_text(differences, {.verbose = true}).find("NSID 100"), std::string::npos);
}

TEST(DiffText, NeverPassesControlBytesOn) {
    const std::vector<Difference> differences{
        changed("\x1b[2J", 1, "sn\n", "\x07", std::string(100, '\x1b')),
        {.kind = Kind::added,
         .controller = "\xff",
         .nsid = {},
         .field = "\r",
         .before = "",
         .after = "\x9b"}};
    EXPECT_EQ(test::unprintable_bytes(to_text(differences)), "");
    EXPECT_EQ(test::schema_violations("diff-1", to_json(differences)), "");
}

TEST(DiffJson, HoldsEachDifferenceByItself) {
    const auto differences = sample_differences();
    const std::string text = to_json(differences);
    EXPECT_EQ(test::schema_violations("diff-1", text), "");
    EXPECT_EQ(test::undocumented_keys("diff-1", text), "");
    const json out = json::parse(text);
    EXPECT_EQ(out["schema"], "haoh.diff/1");
    EXPECT_EQ(out["counts"], (json{{"added", 2}, {"removed", 1}, {"changed", 503}}));
    ASSERT_EQ(out["differences"].size(), differences.size());
    EXPECT_EQ(out["differences"][1], (json{{"kind", "changed"},
                                           {"controller", kFirst},
                                           {"field", "fr"},
                                           {"before", "1.0"},
                                           {"after", "1.1"}}));
    EXPECT_EQ(out["differences"].back(),
              (json{{"kind", "added"},
                    {"controller", "tcp://10.1.0.2:4420 controller 1002"},
                    {"nsid", 501},
                    {"field", "nsze"},
                    {"after", "2048"}}));
}

TEST(DiffJson, OfNothingIsEmpty) {
    const std::string text = to_json(std::span<const Difference>{});
    EXPECT_EQ(test::schema_violations("diff-1", text), "");
    EXPECT_EQ(json::parse(text)["differences"], json::array());
}

TEST(DiffSchema, RefusesAnAdditionWithAnOldValue) {
    json out = json::parse(to_json(sample_differences()));
    out["differences"].back()["before"] = "x";
    EXPECT_NE(test::schema_violations("diff-1", out.dump()), "");
}

TEST(DiffView, JoinsControllersWhoseChangesAreAlike) {
    const report::DiffView view = report::diff_view(sample_differences());
    ASSERT_EQ(view.controllers.size(), 3U);
    EXPECT_EQ(view.controllers[2].controllers.size(), 2U);
    EXPECT_EQ(view.controllers[1].namespaces[1].nsids.size(), 499U);
}

TEST(DiffText, FoldsManyControllersThatChangedAlike) {
    std::vector<Difference> differences;
    for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
        differences.push_back(changed(name, {}, "fr", "1.0", "1.1"));
    }
    EXPECT_EQ(to_text(differences), "6 differences: 6 changed.\n\na\nb\nc\nd\n"
                                    "and 2 more controllers\n    ~ fr 1.0 -> 1.1\n\n"
                                    "-v shows all of it.\n");
    EXPECT_EQ(to_text(differences, {.verbose = true}),
              "6 differences: 6 changed.\n\na\nb\nc\nd\ne\nf\n    ~ fr 1.0 -> 1.1\n");
    differences.pop_back();
    EXPECT_EQ(to_text(differences),
              "5 differences: 5 changed.\n\na\nb\nc\nd\ne\n    ~ fr 1.0 -> 1.1\n")
        << "where it saves no line";
}

} // namespace
} // namespace haoh
