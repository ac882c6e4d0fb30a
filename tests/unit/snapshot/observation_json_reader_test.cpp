// SPDX-License-Identifier: LGPL-2.1-or-later
// What the reader of haoh.observation/1 refuses, and how it says so.
#include <haoh/error.hpp>
#include <haoh/observation.hpp>

#include "unit/model/sample_observation.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <sys/mman.h>

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

TEST_F(ObservationJsonReader, RefusesUnknownKeysOfPagesLogsAndFailures) {
    snapshot["discovery"] = {{{"target", "t"},
                              {"address", "a"},
                              {"stable", true},
                              {"pages", {{"log", {{"length", 2}, {"bytes", "01"}}}}}}};
    snapshot["unobserved"] = {
        {{"object", "o"}, {"target", "t"}, {"subsysnqn", "s"}, {"error", "e"}}};
    const Json good = snapshot;
    ASSERT_EQ(refusal_of(snapshot.dump()).text, "");
    for (const char* where : {"/discovery/0", "/discovery/0/pages", "/discovery/0/pages/log",
                              "/unobserved/0", "/controllers/0/pages/ana_log"}) {
        snapshot = good;
        snapshot[Json::json_pointer(where)]["surplus"] = 1;
        EXPECT_THAT(refusal(), HasSubstr(std::string(where) + "/surplus: unknown key"));
    }
}

TEST_F(ObservationJsonReader, AsksForEveryKey) {
    snapshot["discovery"] = {
        {{"target", "t"}, {"address", "a"}, {"stable", true}, {"pages", Json::object()}}};
    snapshot["unobserved"] = {
        {{"object", "o"}, {"target", "t"}, {"subsysnqn", "s"}, {"error", "e"}}};
    const Json good = snapshot;
    const std::vector<std::pair<const char*, std::vector<const char*>>> keys{
        {"", {"observed_at", "hostnqn", "hostid", "controllers", "discovery", "unobserved"}},
        {"/controllers/0",
         {"name", "transport", "traddr", "trsvcid", "target", "subsysnqn", "connection",
          "properties", "ana", "active_nsids", "active_problems", "probed_cntlids", "unread",
          "namespaces"}},
        {"/controllers/0/connection",
         {"hostnqn", "hostid", "cntlid", "requested_cntlid", "header_digest", "data_digest",
          "sq_flow_control_disabled", "maxh2cdata"}},
        {"/controllers/0/ana", {"stable", "attempts"}},
        {"/controllers/0/namespaces/0", {"nsid"}},
        {"/discovery/0", {"target", "address", "stable"}},
        {"/unobserved/0", {"object", "target", "subsysnqn", "error"}}};
    for (const auto& [where, names] : keys) {
        for (const char* const name : names) {
            snapshot = good;
            snapshot[Json::json_pointer(where)].erase(name);
            EXPECT_THAT(refusal(), HasSubstr(std::string("the key \"") + name + "\" is missing"))
                << where;
        }
    }
    for (const char* const where :
         {"/controllers/0", "/controllers/0/namespaces/0", "/discovery/0"}) {
        snapshot = good;
        snapshot[Json::json_pointer(where)].erase("pages");
        EXPECT_THAT(refusal(), HasSubstr(std::string(where) + ": no raw pages (key \"pages\")"));
    }
}

TEST_F(ObservationJsonReader, TakesEachNumberUpToItsWidth) {
    struct Row {
        const char* where;
        std::uint64_t most;
    };
    const Json good = snapshot;
    for (const Row& row : {Row{"/controllers/0/connection/cntlid", 0xFFFF},
                           Row{"/controllers/0/connection/requested_cntlid", 0xFFFF},
                           Row{"/controllers/0/connection/maxh2cdata", 0xFFFFFFFF},
                           Row{"/controllers/0/ana/attempts", 0xFFFFFFFF},
                           Row{"/controllers/0/active_nsids/0", 0xFFFFFFFF},
                           Row{"/controllers/0/probed_cntlids", 0xFFFF}}) {
        const bool list = std::string_view(row.where).ends_with("probed_cntlids");
        for (const std::uint64_t more : {std::uint64_t{0}, std::uint64_t{1}}) {
            snapshot = good;
            const Json value = row.most + more;
            snapshot[Json::json_pointer(row.where)] = list ? Json::array({value}) : value;
            const Refusal result = refusal_of(snapshot.dump());
            if (more == 0) {
                EXPECT_EQ(result.text, "") << row.where;
            } else {
                EXPECT_THAT(result.text, HasSubstr("is more than " + std::to_string(row.most)));
            }
        }
    }
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
    EXPECT_THAT(with({{"status", "0x"}}), HasSubstr("\"0x\" is no status"));
    EXPECT_THAT(with({{"length", 1}}), HasSubstr("the key \"bytes\" is missing"));
    EXPECT_THAT(with(5), HasSubstr("a number where an object belongs"));
    path()["pages"]["identify"] = good;
    EXPECT_EQ(refusal_of(snapshot.dump()).text, "");
}

TEST_F(ObservationJsonReader, TakesPagesUpToTheirBounds) {
    const auto with = [this](const Json& page) {
        path()["pages"]["nvm"] = page;
        return observation_from_json(snapshot.dump(), "pair.json").controllers[1].namespaces[1].nvm;
    };
    nvme::Bytes full(4096, 0xAB);
    EXPECT_EQ(with(nvme::to_hex(full)), Page::of(full));
    EXPECT_EQ(with({{"length", 4096}, {"bytes", "0102"}}), [] {
        nvme::Bytes bytes(4096);
        bytes[0] = 1;
        bytes[1] = 2;
        return Page::of(bytes);
    }());
    EXPECT_EQ(with({{"length", 2}, {"bytes", "0102"}}).state, Page::State::failed) << "a short one";
    EXPECT_EQ(with({{"length", 1U << 24U}, {"bytes", ""}}).length, 1U << 24U);
    EXPECT_EQ(with({{"status", "0x7fff"}}), Page::of_status({.value = 0x7FFF}));
    EXPECT_EQ(with({{"status", "0x0"}, {"text", "anything"}}), Page::of_status({.value = 0}));
    EXPECT_EQ(with({{"error", "why"}}), Page::of_failure("why"));
    controller()["pages"]["features"] = {{"0xff", "01"}, {"0x0", "02"}};
    const auto features =
        observation_from_json(snapshot.dump(), "pair.json").controllers[1].features;
    ASSERT_EQ(features.size(), 2U);
    EXPECT_EQ(features.at(0xFF), Page::of(nvme::Bytes{1, 0, 0, 0}));
    EXPECT_EQ(features.at(0), Page::of(nvme::Bytes{2, 0, 0, 0}));
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

TEST_F(ObservationJsonReader, TakesNothingForZeroThatDidNotCome) {
    path()["pages"]["nvm"] = {{"length", 2048}, {"bytes", "0a"}};
    path()["pages"]["identify"] = {{"length", 0}, {"bytes", ""}};
    controller()["pages"]["supported_logs"] = {{"length", 1024}, {"bytes", "01"}};
    const ControllerObservation seen =
        observation_from_json(snapshot.dump(), "pair.json").controllers[1];
    EXPECT_EQ(seen.namespaces[1].nvm, Page::of_failure("2,048 of 4,096 bytes came"));
    EXPECT_EQ(seen.namespaces[1].identify, Page::of_failure("0 of 4,096 bytes came"));
    EXPECT_TRUE(seen.supported_logs.ok());
}

TEST_F(ObservationJsonReader, MakesMessagesSafeAndKeepsNames) {
    const std::string hostile = "\x1b]0;owned\x07";
    const std::string safe = "\\x1b]0;owned\\x07";
    path()["pages"]["nvm"] = {{"error", hostile}};
    controller()["unread"] = {hostile};
    controller()["active_problems"] = {hostile};
    controller()["name"] = hostile;
    snapshot["unobserved"] = {
        {{"object", hostile}, {"target", "t"}, {"subsysnqn", hostile}, {"error", hostile}}};
    const Observation seen = observation_from_json(snapshot.dump(), "pair.json");
    EXPECT_EQ(seen.controllers[1].namespaces[1].nvm.error, safe);
    EXPECT_EQ(seen.controllers[1].unread, std::vector{safe});
    EXPECT_EQ(seen.controllers[1].active_problems, std::vector{safe});
    EXPECT_EQ(seen.unobserved.at(0).error, safe);
    EXPECT_EQ(seen.controllers[1].name, hostile);
    EXPECT_EQ(seen.unobserved.at(0).subsysnqn, hostile);
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
    const std::string right = "2026-01-31T12:00:00Z";
    for (std::size_t i = 0; i < right.size(); ++i) {
        const bool digit = right[i] >= '0' && right[i] <= '9';
        for (const char other : {'0', '9', '/', ':', '-', 'T', 'Z', ' '}) {
            std::string time = right;
            time[i] = other;
            snapshot["observed_at"] = time;
            const bool fits = digit ? other == '0' || other == '9' : other == right[i];
            EXPECT_EQ(refusal_of(snapshot.dump()).text.empty(), fits) << time;
        }
    }
    snapshot["observed_at"] = ""; // not known
    EXPECT_EQ(refusal_of(snapshot.dump()).text, "");
    for (const char* time : {"yesterday", "2026", "2026-01-31T12:00:00", "2026-01-31T12:00:00Z ",
                             "2026-01-31T12:00:00+01:00"}) {
        snapshot["observed_at"] = time;
        EXPECT_THAT(refusal(), HasSubstr("/observed_at: "));
    }
    snapshot = good;
    controller()["connection"]["hostid"] = "me";
    EXPECT_THAT(refusal(), HasSubstr("/connection/hostid: \"me\" is no UUID"));
}

TEST_F(ObservationJsonReader, RefusesDeepNestingAndManyKeys) {
    EXPECT_EQ(refusal_of(std::string(1'000'000, '[')).code, Errc::too_large);
    const auto nested = [](std::size_t depth) {
        return refusal_of(std::string(depth, '[') + std::string(depth, ']'));
    };
    EXPECT_THAT(nested(12).text, HasSubstr("a list where an object belongs"));
    EXPECT_THAT(nested(13).text, HasSubstr("nested deeper than 12 levels"));
    const auto keys = [](std::size_t count) {
        Json object = Json::object();
        for (std::size_t i = 0; i < count; ++i) {
            object["k" + std::to_string(i)] = 1;
        }
        return refusal_of(object.dump()).code;
    };
    EXPECT_EQ(keys(512), Errc::malformed);
    EXPECT_EQ(keys(513), Errc::too_large);
    for (int i = 0; i < 600; ++i) {
        controller()["pages"]["features"]["k" + std::to_string(i)] = 1;
    }
    EXPECT_THAT(refusal(Errc::too_large), HasSubstr("an object with more than 512 keys"));
}

/// As many NUL bytes, which take no memory as long as nobody writes to them.
class ManyBytes {
  public:
    explicit ManyBytes(std::size_t size)
        : size_(size), bytes_(mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {}
    ~ManyBytes() { munmap(bytes_, size_); }
    ManyBytes(const ManyBytes&) = delete;
    ManyBytes& operator=(const ManyBytes&) = delete;

    [[nodiscard]] bool there() const { return bytes_ != MAP_FAILED; }
    [[nodiscard]] std::string_view first(std::size_t count) const {
        return {static_cast<const char*>(bytes_), count};
    }

  private:
    std::size_t size_;
    void* bytes_;
};

TEST_F(ObservationJsonReader, LooksAtNoTextOfMoreThan512MiB) {
    constexpr std::size_t kMost = std::size_t{512} << 20U;
    const ManyBytes bytes(kMost + 1);
    ASSERT_TRUE(bytes.there());
    const auto code = [&](std::size_t count) {
        try {
            static_cast<void>(observation_from_json(bytes.first(count), "big.json"));
        } catch (const Error& error) {
            return static_cast<Errc>(error.code().value());
        }
        return Errc{};
    };
    EXPECT_EQ(code(kMost), Errc::malformed) << "the first byte is looked at";
    EXPECT_EQ(code(kMost + 1), Errc::too_large);
}

TEST_F(ObservationJsonReader, TakesFailuresOfOlderAndNewerVersions) {
    snapshot["unobserved"] =
        Json::array({{{"object", "nvme3"}, {"target", ""}, {"subsysnqn", ""}, {"error", "e"}},
                     {{"object", "nvme4"},
                      {"target", ""},
                      {"subsysnqn", ""},
                      {"error", "e"},
                      {"reason", "not_live"},
                      {"host", "alpha"}},
                     {{"object", "nvme5"},
                      {"target", ""},
                      {"subsysnqn", ""},
                      {"error", "e"},
                      {"reason", "of_a_later_time"}}});
    const std::vector<Unobserved> seen =
        observation_from_json(snapshot.dump(1), "pair.json").unobserved;
    ASSERT_EQ(seen.size(), 3U);
    EXPECT_EQ(seen[0].reason, UnobservedReason::other);
    EXPECT_EQ(seen[0].host, "");
    EXPECT_EQ(seen[1].reason, UnobservedReason::not_live);
    EXPECT_EQ(seen[1].host, "alpha");
    EXPECT_EQ(seen[2].reason, UnobservedReason::other);
}

TEST_F(ObservationJsonReader, ReadsBackWhyThereIsNoList) {
    Observation pair = test::healthy_pair(2, 2);
    pair.controllers[1].active_nsids.reset();
    pair.controllers[1].active_error = "active namespace list: no answer";
    pair.controllers[1].unread = {pair.controllers[1].active_error};
    EXPECT_EQ(observation_from_json(to_json(pair), "pair.json"), pair);
    EXPECT_EQ(snapshot.dump().find("active_error"), std::string::npos) << "nothing to say";
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
