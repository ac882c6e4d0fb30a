// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hostile/verdict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>
#include <sstream>

namespace haoh::test {

namespace {

using nlohmann::json;

/// Collects what is wrong.
class Judge {
  public:
    explicit Judge(const Met& met) : met_{met} {}

    std::vector<std::string> judge() {
        if (met_.misdeeds == 0) {
            complain("the target was never asked so far");
        }
        switch (met_.command) {
        case command::check:
        case command::discover:
            check();
            break;
        case command::alone:
            alone();
            break;
        case command::monitor:
            monitor();
            break;
        default:
            observation();
        }
        return std::move(complaints_);
    }

  private:
    [[nodiscard]] Outcome outcome() const { return met_.row->outcome; }
    [[nodiscard]] bool has_words(const std::string& text) const {
        return text.find(met_.row->words) != std::string::npos;
    }

    void complain(std::string what) { complaints_.push_back(std::move(what)); }

    void want_words(bool said) {
        if (!said) {
            complain(fmt::format("it does not say '{}' of the target", met_.row->words));
        }
    }
    void want_status(std::initializer_list<int> allowed) {
        if (std::find(allowed.begin(), allowed.end(), met_.child.status) == allowed.end()) {
            complain(fmt::format("exit status {}, not one of {}", met_.child.status,
                                 fmt::join(allowed, " ")));
        }
    }

    json output() {
        json value = json::parse(met_.child.output, nullptr, false);
        if (value.is_discarded()) {
            complain("its output is no JSON");
            value = json::object();
        }
        return value;
    }

    /// Of a report or an observation: only the hostile target is missing. \return whether it is
    bool hostile_is_unobserved(const json& value) {
        bool told = false;
        for (const json& one : value.value("unobserved", json::array())) {
            if (one.at("target") != met_.hostile) {
                complain("it invents: not observed: " + one.dump());
            }
            told = told || has_words(one.at("error"));
        }
        return told;
    }

    void check() {
        const json report = output();
        judge_findings(report);
        const bool unobserved = hostile_is_unobserved(report);
        switch (outcome()) {
        case Outcome::harmless:
            want_status({0});
            if (report.value("verdict", "") != "pass" ||
                !report.value("unobserved", json()).empty()) {
                complain("it is not a pass");
            }
            break;
        case Outcome::unread:
            want_status({3});
            want_words(unobserved);
            break;
        case Outcome::partly:
            want_status({3});
            break;
        case Outcome::told:
            want_status({1});
            break;
        case Outcome::odd:
            want_status({0, 1, 3});
            break;
        }
        const json attributions = report.value("attributions", json::array());
        if (std::none_of(attributions.begin(), attributions.end(), [this](const json& one) {
                return is_of(one.at("controller"), met_.healthy);
            })) {
            complain("the healthy array was not judged");
        }
    }

    void judge_findings(const json& report) {
        bool said = false;
        for (const json& finding : report.value("findings", json::array())) {
            const std::string verdict = finding.at("verdict");
            const std::string rule = finding.at("rule");
            if (demands_authentication(finding)) {
                continue; // which is true, and so is what is said of the ports that do not
            }
            const bool bad = verdict == "fail" || verdict == "warn";
            if (outcome() == Outcome::told) {
                said = said || (verdict == "fail" && rule == met_.row->words);
            } else if (bad && outcome() != Outcome::odd) {
                complain("it invents: " + finding.dump());
            }
            if (outcome() == Outcome::partly && verdict == "unknown") {
                said = said || says_of_hostile(finding);
            }
            if (bad) {
                concerns_hostile(finding);
            }
        }
        if (!said && (outcome() == Outcome::told || outcome() == Outcome::partly)) {
            complain(fmt::format("it does not say '{}' of the target", met_.row->words));
        }
    }

    [[nodiscard]] bool demands_authentication(const json& finding) const {
        const std::string what = finding.at("what");
        return finding.at("rule") == "conn.auth.dhchap_equal" && finding.at("verdict") == "warn" &&
               what.find("demanded by " + met_.hostile) != std::string::npos;
    }

    [[nodiscard]] bool says_of_hostile(const json& finding) const {
        const json& values = finding.at("values");
        return std::any_of(values.begin(), values.end(), [this](const json& value) {
            return is_of(value.at("controller"), met_.hostile) && has_words(value.at("value"));
        });
    }

    /// A deviation of the healthy array alone is one that nobody made.
    void concerns_hostile(const json& finding) {
        const std::string text = finding.dump();
        if (text.find(met_.hostile) == std::string::npos &&
            text.find(met_.healthy) != std::string::npos) {
            complain("it finds this of the healthy array: " + text);
        }
    }

    static bool is_of(const std::string& controller, const std::string& target) {
        return controller.starts_with(target + " ");
    }

    /// Without the other array: never a pass where the target was not read.
    void alone() {
        switch (outcome()) {
        case Outcome::harmless:
            want_status({0});
            break;
        case Outcome::unread:
            want_status({4});
            if (!has_words(met_.child.output + met_.child.errors)) {
                complain(fmt::format("it does not say '{}'", met_.row->words));
            }
            break;
        case Outcome::partly:
            want_status({3, 4});
            break;
        case Outcome::told:
            want_status({1});
            break;
        case Outcome::odd:
            want_status({0, 1, 3, 4});
            break;
        }
    }

    /// list, snapshot
    void observation() {
        const json seen = output();
        const bool unobserved = hostile_is_unobserved(seen);
        bool partly = false;
        bool healthy = false;
        for (const json& controller : seen.value("controllers", json::array())) {
            const json& unread = controller.at("unread");
            if (controller.at("target") == met_.healthy) {
                healthy = unread.empty();
                continue;
            }
            partly = partly || std::any_of(unread.begin(), unread.end(),
                                           [this](const json& line) { return has_words(line); });
        }
        if (!healthy) {
            complain("the healthy array was not read");
        }
        switch (outcome()) {
        case Outcome::harmless:
        case Outcome::told:
            want_status({0});
            break;
        case Outcome::unread:
            want_status({3});
            want_words(unobserved);
            break;
        case Outcome::partly:
            want_status({3});
            want_words(partly);
            break;
        case Outcome::odd:
            want_status({0, 3});
            break;
        }
    }

    void monitor() {
        const Outcome wanted = met_.row->watched.value_or(outcome());
        bool changed = false;
        bool lost = false;
        std::istringstream lines(met_.child.output);
        for (std::string line; std::getline(lines, line);) {
            const json event = json::parse(line, nullptr, false);
            if (event.is_discarded()) {
                complain("a line is no JSON: " + line);
                continue;
            }
            const std::string kind = event.at("event");
            const bool of_healthy = event.value("controller", "") == met_.healthy ||
                                    event.value("source", "") == met_.healthy;
            changed = changed || (kind == "ana_change" && of_healthy &&
                                  event.value("to", "") == "non-optimized");
            if (of_healthy && (kind == "source_lost" || kind == "path_lost" ||
                               kind == "namespace_removed" || event.value("to", "") == "lost")) {
                complain("it loses the healthy array: " + line);
            }
            lost = lost || (kind == "source_lost" && event.value("source", "") == met_.hostile &&
                            has_words(event.value("text", "")));
        }
        if (!changed) {
            complain("it does not tell the change of the healthy array");
        }
        if (wanted == Outcome::unread && !lost) {
            complain(fmt::format("it does not say '{}' of the target", met_.row->words));
        }
        switch (wanted) {
        case Outcome::harmless:
            want_status({0});
            break;
        case Outcome::unread:
            want_status({3});
            break;
        default:
            want_status({0, 3});
            break;
        }
    }

    const Met& met_;
    std::vector<std::string> complaints_;
};

/// What is wrong whatever was asked.
std::vector<std::string> faults(const Met& met, const Bounds& bounds) {
    std::vector<std::string> out;
    const ChildResult& child = met.child;
    if (child.status < 0 || child.status > 4) {
        out.push_back(child.status < 0 ? "it did not end in time"
                                       : fmt::format("it ended with {}", child.status));
    }
    for (const char* const word : {"Sanitizer", "runtime error:", "terminate called"}) {
        if (child.errors.find(word) != std::string::npos) {
            out.push_back(fmt::format("it says '{}'", word));
        }
    }
    const auto is_control = [](char one) {
        const auto byte = static_cast<unsigned char>(one);
        return (byte < 0x20 && one != '\n' && one != '\t') || byte == 0x7F;
    };
    for (const std::string& text : {child.output, child.errors}) {
        if (std::any_of(text.begin(), text.end(), is_control)) {
            out.emplace_back("it lets control characters through");
        }
    }
    if (child.processor > bounds.processor) {
        out.push_back(fmt::format("it took {} ms of the processor, at most {} are right",
                                  child.processor.count(), bounds.processor.count()));
    }
    if (child.memory > bounds.memory) {
        out.push_back(fmt::format("it took {} MiB of memory, at most {} are right",
                                  child.memory >> 20U, bounds.memory >> 20U));
    }
    return out;
}

} // namespace

bool is_final(const Met& met, const Bounds& bounds) {
    return !faults(met, bounds).empty();
}

std::vector<std::string> complaints(const Met& met, const Bounds& bounds) {
    std::vector<std::string> all = faults(met, bounds);
    for (std::string& one : Judge(met).judge()) {
        all.push_back(std::move(one));
    }
    return all;
}

} // namespace haoh::test
