// SPDX-License-Identifier: LGPL-2.1-or-later
// What the reader of haoh.observation/1 refuses, and how it says so.
#include <haoh/error.hpp>
#include <haoh/observation.hpp>

#include "unit/model/sample_observation.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace haoh {
namespace {

using Json = nlohmann::ordered_json;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

struct Refusal {
    Errc code{};
    std::string text;
};

Refusal refusal_of(const std::string& text) {
    try {
        static_cast<void>(observation_from_json(text, "pair.json"));
    } catch (const Error& error) {
        return {.code = static_cast<Errc>(error.code().value()), .text = error.what()};
    }
    return {};
}

/// A snapshot of a healthy pair as a value to damage. One key stands on each line, so that the
/// line in a message can be checked.
class ObservationJsonReader : public testing::Test {
  protected:
    Json snapshot = Json::parse(to_json(test::healthy_pair(2, 2)));

    std::string refusal(Errc code = Errc::malformed) {
        const Refusal result = refusal_of(snapshot.dump(1));
        EXPECT_EQ(result.code, code) << result.text;
        return result.text;
    }
    Json& controller() { return snapshot["controllers"][1]; }
    Json& path() { return controller()["namespaces"][1]; }
    /// The line of the first occurrence of a text in the damaged snapshot.
    std::string line_of(const std::string& text) {
        const std::string dump = snapshot.dump(1);
        const auto end = dump.begin() + static_cast<std::ptrdiff_t>(dump.find(text));
        return std::to_string(1 + std::count(dump.begin(), end, '\n'));
    }
};

TEST_F(ObservationJsonReader, TakesTheHealthySnapshot) {
    EXPECT_EQ(refusal_of(snapshot.dump()).text, "");
    EXPECT_EQ(observation_from_json(snapshot.dump(), "pair.json"), test::healthy_pair(2, 2));
}

TEST_F(ObservationJsonReader, NamesFileLineAndPointerOfAnUnknownKey) {
    controller()["tradrr"] = "x";
    EXPECT_EQ(refusal(), "read snapshot pair.json:" + line_of("tradrr") +
                             ": /controllers/1/tradrr: unknown key \"tradrr\"");
}

TEST_F(ObservationJsonReader, RefusesUnknownKeysWhereverTheyMatter) {
    const Json good = snapshot;
    for (const char* where :
         {"", "/controllers/0", "/controllers/0/connection", "/controllers/0/ana",
          "/controllers/0/pages", "/controllers/0/namespaces/0/pages"}) {
        snapshot = good;
        snapshot[Json::json_pointer(where)]["surplus"] = 1;
        EXPECT_THAT(refusal(), HasSubstr(std::string(where) + "/surplus: unknown key"));
    }
}

TEST_F(ObservationJsonReader, KnowsWhatABudgetHas) {
    path()["pages"]["nvm"] = {{"error", "out of bytes"}, {"over_budget", "bytes"}};
    const Observation seen = observation_from_json(snapshot.dump(), "pair.json");
    EXPECT_EQ(seen.controllers[1].namespaces[1].nvm, Page::of_budget(BudgetPart::bytes));
    path()["pages"]["nvm"]["over_budget"] = "money";
    EXPECT_THAT(refusal(), HasSubstr("\"money\" is no part of a budget; it is time, bytes or "));
}

TEST_F(ObservationJsonReader, BoundsTheLengthsOfAllLogsTogether) {
    // Zeros at the end are not in the text: 40 bytes of it can stand for 16 MiB.
    const Json log = {{"length", 16U << 20U}, {"bytes", "00"}};
    const auto add = [&](std::size_t count) {
        snapshot["discovery"] = Json::array();
        for (std::size_t number = 0; number < count; ++number) {
            snapshot["discovery"].push_back({{"target", "t"},
                                             {"address", std::to_string(number)},
                                             {"stable", true},
                                             {"pages", {{"log", log}}}});
        }
    };
    add(31);
    EXPECT_EQ(refusal_of(snapshot.dump()).text, "");
    add(33);
    EXPECT_THAT(refusal(Errc::too_large),
                AllOf(HasSubstr("/discovery/"), HasSubstr("logs of more than 512 MiB in all")));
}

TEST_F(ObservationJsonReader, IgnoresDecodedFields) {
    controller()["serial"] = 5;
    controller()["identify"] = "anything";
    controller()["ana"]["groups"] = nullptr;
    path()["uuid"] = {1, 2, 3};
    path()["a key of a later version"] = 1;
    snapshot["subsystems"] = "gone";
    EXPECT_EQ(observation_from_json(snapshot.dump(), "pair.json"), test::healthy_pair(2, 2));
}

TEST_F(ObservationJsonReader, NamesAMissingKey) {
    controller().erase("traddr");
    EXPECT_THAT(refusal(), HasSubstr(": /controllers/1: the key \"traddr\" is missing"));
}

TEST_F(ObservationJsonReader, ExplainsThatAListingIsNotASnapshot) {
    const Refusal result = refusal_of(to_json(test::healthy_pair(1, 1), false));
    EXPECT_EQ(result.code, Errc::malformed);
    EXPECT_THAT(result.text, HasSubstr("this is a listing, not a snapshot; record one with"));
}

TEST_F(ObservationJsonReader, NamesOtherSchemas) {
    snapshot["schema"] = "haoh.observation/2";
    EXPECT_EQ(refusal(Errc::unsupported),
              "read snapshot pair.json:2: /schema: the schema is \"haoh.observation/2\", this haoh "
              "reads haoh.observation/1; use a newer haoh");
    snapshot["schema"] = "haoh.report/1";
    EXPECT_THAT(refusal(), HasSubstr("the schema is \"haoh.report/1\", not haoh.observation/1"));
    snapshot.erase("schema");
    EXPECT_THAT(refusal(), HasSubstr("pair.json:1: no key \"schema\""));
    snapshot = Json::array();
    EXPECT_THAT(refusal(), HasSubstr("a list where an object belongs"));
}

TEST_F(ObservationJsonReader, NamesLineAndColumnOfWhatIsNotJson) {
    const Refusal result = refusal_of("{\n\"schema\": haoh}");
    EXPECT_EQ(result.code, Errc::malformed);
    EXPECT_THAT(result.text, StartsWith("read snapshot pair.json:2:11: syntax error"));
    EXPECT_EQ(refusal_of("").code, Errc::malformed);
}

TEST_F(ObservationJsonReader, RefusesPagesThatAreNotPages) {
    const Json good = path()["pages"]["identify"];
    const auto with = [this](const Json& page) {
        path()["pages"]["identify"] = page;
        return refusal();
    };
    EXPECT_THAT(with("abc"), HasSubstr("/controllers/1/namespaces/1/pages/identify: an odd number "
                                       "of hexadecimal digits"));
    EXPECT_THAT(with("zz"), HasSubstr("\"zz\" is not hexadecimal"));
    EXPECT_THAT(with(std::string(8194, '0')), HasSubstr("4097 bytes in a page of 4096"));
    EXPECT_THAT(with({{"length", 1}, {"bytes", "0102"}}), HasSubstr("2 bytes in a page of 1"));
    EXPECT_THAT(with({{"length", (1U << 24U) + 1}, {"bytes", ""}}), HasSubstr("is more than"));
    EXPECT_THAT(with({{"bytes", ""}}), HasSubstr("the key \"length\" is missing"));
    EXPECT_THAT(with({{"status", "0x8000"}}), HasSubstr("is no status"));
    EXPECT_THAT(with({{"status", 2}}), HasSubstr("a number where a string belongs"));
    EXPECT_THAT(with({{"status", "0x2"}, {"error", "x"}}), HasSubstr("unknown key \"error\""));
    EXPECT_THAT(with(5), HasSubstr("a number where an object belongs"));
    path()["pages"]["identify"] = good;
    EXPECT_EQ(refusal_of(snapshot.dump()).text, "");
}

TEST_F(ObservationJsonReader, AsksForTheLengthOfALog) {
    controller()["pages"]["ana_log"] = "0102";
    EXPECT_THAT(refusal(), HasSubstr("/controllers/1/pages/ana_log: a log without its length"));
}

TEST_F(ObservationJsonReader, ReadsAPageThatIsNullAsNotRead) {
    path()["pages"]["nvm"] = nullptr;
    const Observation observation = observation_from_json(snapshot.dump(), "pair.json");
    EXPECT_EQ(observation.controllers[1].namespaces[1].nvm, Page{});
}

TEST_F(ObservationJsonReader, NormalizesPagesThatWereEdited) {
    path()["pages"]["nvm"] = "0A0000";
    const Observation observation = observation_from_json(snapshot.dump(), "pair.json");
    nvme::Bytes expected(4096);
    expected[0] = 0x0A;
    EXPECT_EQ(observation.controllers[1].namespaces[1].nvm, Page::of(expected));
}

TEST_F(ObservationJsonReader, RefusesNamespacesOutOfOrder) {
    path()["nsid"] = 1;
    EXPECT_THAT(refusal(),
                HasSubstr("/controllers/1/namespaces/1: NSID 1 comes after 1: they must ascend"));
    path()["nsid"] = 4294967296;
    EXPECT_THAT(refusal(), HasSubstr("/nsid: 4294967296 is more than 4294967295"));
}

TEST_F(ObservationJsonReader, RefusesPropertiesAndFeaturesThatAreNone) {
    const Json good = controller();
    controller()["properties"]["cvs"] = "0x1";
    EXPECT_THAT(refusal(), HasSubstr("/properties/cvs: unknown property \"cvs\""));
    controller() = good;
    controller()["properties"]["vs"] = "2.1";
    EXPECT_THAT(refusal(), HasSubstr("/properties/vs: \"2.1\" is no number of the form"));
    controller() = good;
    controller()["pages"]["features"]["0x100"] = "01";
    EXPECT_THAT(refusal(), HasSubstr("\"0x100\" is no feature identifier"));
    controller() = good;
    controller()["pages"]["features"]["0xb"] = "01";
    EXPECT_THAT(refusal(), HasSubstr("feature \"0xb\" is there twice"));
}

TEST_F(ObservationJsonReader, RefusesTimesAndIdentitiesThatAreNone) {
    const Json good = snapshot;
    for (const char* time : {"yesterday", "2026-01-31T12:00:00", "2026-01-31T12:00:00+01:00"}) {
        snapshot["observed_at"] = time;
        EXPECT_THAT(refusal(), HasSubstr("/observed_at: "));
    }
    snapshot = good;
    controller()["connection"]["hostid"] = "me";
    EXPECT_THAT(refusal(), HasSubstr("/connection/hostid: \"me\" is no UUID"));
}

TEST_F(ObservationJsonReader, RefusesDeepNestingAndManyKeys) {
    EXPECT_EQ(refusal_of(std::string(1'000'000, '[')).code, Errc::too_large);
    for (int i = 0; i < 600; ++i) {
        controller()["pages"]["features"]["k" + std::to_string(i)] = 1;
    }
    EXPECT_THAT(refusal(Errc::too_large), HasSubstr("an object with more than 512 keys"));
}

TEST_F(ObservationJsonReader, SurvivesEveryTextThatIsCutShort) {
    const std::string text = to_json(test::healthy_pair(1, 1));
    for (std::size_t length = 0; length < text.size(); length += 7) {
        EXPECT_EQ(refusal_of(text.substr(0, length)).code, Errc::malformed) << length;
    }
}

TEST_F(ObservationJsonReader, SurvivesEveryByteThatIsChanged) {
    const std::string good = to_json(test::healthy_pair(1, 1));
    std::mt19937_64 random(7);
    int refused = 0;
    for (int i = 0; i < 2000; ++i) {
        std::string text = good;
        text[random() % text.size()] = static_cast<char>(random() % 256);
        refused += refusal_of(text).text.empty() ? 0 : 1;
    }
    EXPECT_GT(refused, 200);
}

} // namespace
} // namespace haoh
