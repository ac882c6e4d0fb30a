// SPDX-License-Identifier: LGPL-2.1-or-later
// JUnit has no standard. What is written is what Jenkins' schema (jenkinsci/xunit-plugin, junit-10.xsd) and
// GitLab ("Unit test reports") agree on; both know a case by its class and its name.
#include <haoh/report.hpp>

#include "report/check/finding_paragraphs.hpp"
#include "report/check/report_view.hpp"
#include "report/text/text.hpp"

#include <fmt/format.h>
#include <pugixml.hpp>

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace haoh {
namespace {

using namespace report;

/// Of what is about a host, a discovery log, or several subsystems.
constexpr const char* kNoSingleSubsystem = "no single subsystem";

class JUnitWriter : public pugi::xml_writer {
  public:
    void write(const void* data, std::size_t size) override {
        text_.append(static_cast<const char*>(data), size);
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    std::string text_;
};

/// How many cases there are, and what became of them.
struct JUnitCounts {
    std::size_t tests{};
    std::size_t failures{};
    std::size_t errors{};
    std::size_t skipped{};

    void add(const JUnitCounts& other) {
        tests += other.tests;
        failures += other.failures;
        errors += other.errors;
        skipped += other.skipped;
    }
    void put(pugi::xml_node node) const {
        node.append_attribute("tests") = tests;
        node.append_attribute("failures") = failures;
        node.append_attribute("errors") = errors;
        node.append_attribute("skipped") = skipped;
    }
};

/// What is told of a rule in one place, by what a CI makes of it.
struct JUnitItems {
    std::vector<ToldItem> failing;
    std::vector<ToldItem> unknown;
    std::vector<ToldItem> accepted; ///< would fail, but for a waiver or an earlier report
    std::vector<ToldItem> passing;
};

/// One suite of a rendering: all that is said of one subsystem, or of none.
class JUnitSuite {
  public:
    /// \param good  of the whole report: a rule that could not be judged does not make it worse
    JUnitSuite(pugi::xml_node node, std::string name, bool good)
        : node_{node}, name_{std::move(name)}, good_{good} {}

    void outcome(const std::string& rule, RuleState state, const JUnitItems& items,
                 const FindingText& words) {
        pugi::xml_node test = add_case(rule);
        std::vector<ToldItem> besides = items.passing;
        if (!items.failing.empty()) {
            ++counts_.failures;
            complain(test, "failure", items.failing, words);
            besides.insert(besides.begin(), items.accepted.begin(), items.accepted.end());
            besides.insert(besides.begin(), items.unknown.begin(), items.unknown.end());
        } else if (!items.unknown.empty()) {
            ++counts_.errors;
            complain(test, "error", items.unknown, words);
            besides.insert(besides.begin(), items.accepted.begin(), items.accepted.end());
        } else if (!items.accepted.empty()) {
            skip(test, deviation(*items.accepted.front().group));
            besides.insert(besides.begin(), items.accepted.begin(), items.accepted.end());
        } else if (items.passing.empty() && state == RuleState::not_applicable) {
            skip(test, "does not apply");
        } else if (items.passing.empty() && state != RuleState::held) {
            const std::string message = "could not be judged: not all that it applies to was "
                                        "read, or another rule's finding explains it";
            good_ ? skip(test, message) : error(test, message);
        }
        if (const std::string text = paragraphs(words, besides); !text.empty()) {
            test.append_child("system-out").text() = text.c_str();
        }
    }
    void add_error(const std::string& name, const std::string& message) {
        error(add_case(name), message);
    }
    [[nodiscard]] const JUnitCounts& counts() const { return counts_; }
    void finish() { counts_.put(node_); }

  private:
    pugi::xml_node add_case(const std::string& name) {
        ++counts_.tests;
        pugi::xml_node test = node_.append_child("testcase");
        test.append_attribute("classname") = name_.c_str();
        test.append_attribute("name") = name.c_str();
        return test;
    }
    static void complain(pugi::xml_node test, const char* kind, const std::vector<ToldItem>& items,
                         const FindingText& words) {
        pugi::xml_node node = test.append_child(kind);
        std::string message = words.headline(*items.front().item);
        if (items.size() > 1) {
            message += fmt::format("; and {} more", items.size() - 1);
        }
        node.append_attribute("message") = message.c_str();
        node.append_attribute("type") = upper(to_string(items.front().group->verdict)).c_str();
        node.text() = paragraphs(words, items).c_str();
    }
    void error(pugi::xml_node test, const std::string& message) {
        ++counts_.errors;
        pugi::xml_node node = test.append_child("error");
        node.append_attribute("message") = message.c_str();
        node.append_attribute("type") = "UNKNOWN";
    }
    void skip(pugi::xml_node test, const std::string& message) {
        ++counts_.skipped;
        test.append_child("skipped").append_attribute("message") = message.c_str();
    }

    pugi::xml_node node_;
    std::string name_;
    bool good_;
    JUnitCounts counts_;
};

class JUnitReport {
  public:
    JUnitReport(const ReportView& view, const Observation& observation)
        : view_{view}, words_{view, observation} {
        for (const FindingGroup& group : view.groups) {
            sort_in(group);
        }
        root_ = document_.append_child("testsuites");
        root_.append_attribute("name") = "haoh check";
    }

    std::string render() && {
        std::set<std::string> told;
        for (std::size_t index = 0; index < view_.subsystems.size(); ++index) {
            if (told.insert(view_.subsystems[index]).second) {
                write_subsystem(view_.subsystems[index], index);
            }
        }
        for (const auto& [subsystem, rules] : items_) {
            if (!subsystem.empty() && told.insert(subsystem).second) {
                write_subsystem(subsystem, view_.subsystems.size());
            }
        }
        write_elsewhere(told.empty());
        counts_.put(root_);
        JUnitWriter writer;
        document_.save(writer, "  ", pugi::format_default, pugi::encoding_utf8);
        return writer.take();
    }

  private:
    void sort_in(const FindingGroup& group) {
        JUnitItems& items = items_[group.subsystem][group.rule];
        const bool fails = group.verdict == Verdict::fail ||
                           (group.verdict == Verdict::warn && view_.judged.fail_on == FailOn::warn);
        for (const FindingItem& item : group.items) {
            (group.verdict == Verdict::unknown ? items.unknown
             : !fails                          ? items.passing
             : group.counts()                  ? items.failing
                                               : items.accepted)
                .push_back({.group = &group, .item = &item});
        }
    }

    JUnitSuite add_suite(const std::string& name) {
        pugi::xml_node node = root_.append_child("testsuite");
        node.append_attribute("name") = name.c_str();
        if (const std::string_view began = moment(view_.observed_at); !began.empty()) {
            node.append_attribute("timestamp") = std::string(began).c_str();
        }
        pugi::xml_node properties = node.append_child("properties");
        const auto put = [&properties](const char* key, const std::string& value) {
            pugi::xml_node property = properties.append_child("property");
            property.append_attribute("name") = key;
            property.append_attribute("value") = value.c_str();
        };
        put("verdict", std::string(to_string(view_.verdict)));
        put("summary", view_.summary);
        put("model", std::string(to_string(view_.model)));
        if (!view_.judged_by.empty()) {
            put("judged by", view_.judged_by);
        }
        return {node, name, view_.verdict == Verdict::pass || view_.verdict == Verdict::warn};
    }

    /// \param index  in `view_.subsystems`; their number: it is not among them
    [[nodiscard]] static RuleState state_in(const RuleResult& rule, std::size_t index) {
        return index < rule.in_subsystem.size() ? rule.in_subsystem[index] : rule.state;
    }

    void write_subsystem(const std::string& subsystem, std::size_t index) {
        JUnitSuite suite = add_suite(subsystem);
        auto& items = items_[subsystem];
        for (const RuleResult& rule : view_.rules) {
            const RuleState state = state_in(rule, index);
            const auto found = items.find(rule.rule);
            const bool elsewhere =
                state == RuleState::not_applicable && rule.elsewhere != RuleState::not_applicable;
            if (found != items.end() || !elsewhere) {
                write_rule(suite, items, rule.rule, state);
            }
        }
        write_others(suite, items);
        suite.finish();
        counts_.add(suite.counts());
    }

    void write_elsewhere(bool all) {
        auto& items = items_[std::string()];
        JUnitSuite suite = add_suite(kNoSingleSubsystem);
        for (const RuleResult& rule : view_.rules) {
            const RuleState state = all ? rule.state : rule.elsewhere;
            if (all || state != RuleState::not_applicable || items.contains(rule.rule)) {
                write_rule(suite, items, rule.rule, state);
            }
        }
        write_others(suite, items);
        write_unobserved(suite);
        // Whatever the cases say: what is not good must not look good.
        const std::size_t bad =
            counts_.errors + counts_.failures + suite.counts().errors + suite.counts().failures;
        if (view_.verdict == Verdict::unknown && bad == 0) {
            suite.add_error("verdict", view_.summary);
        }
        suite.finish();
        counts_.add(suite.counts());
    }

    /// What no finding tells; a name is there once.
    void write_unobserved(JUnitSuite& suite) {
        std::map<std::string, std::vector<std::string>> errors;
        for (const std::size_t index : view_.untold) {
            const Unobserved& one = view_.unobserved[index];
            errors["observed " + (one.object.empty() ? one.target : one.object)].push_back(
                words_.error(one));
        }
        for (const auto& [name, texts] : errors) {
            suite.add_error(name, fmt::format("{}", fmt::join(texts, "; ")));
        }
    }

    void write_rule(JUnitSuite& suite, std::map<std::string, JUnitItems>& items,
                    const std::string& rule, RuleState state) {
        const auto found = items.find(rule);
        suite.outcome(rule, state, found == items.end() ? JUnitItems{} : found->second, words_);
        if (found != items.end()) {
            items.erase(found);
        }
    }

    /// Findings of rules that nobody asked for: what was not observed is told whatever was.
    void write_others(JUnitSuite& suite, const std::map<std::string, JUnitItems>& items) {
        for (const auto& [rule, of_rule] : items) {
            suite.outcome(rule, RuleState::not_applicable, of_rule, words_);
        }
    }

    const ReportView& view_;
    FindingText words_;
    std::map<std::string, std::map<std::string, JUnitItems>> items_; ///< by subsystem, by rule
    JUnitCounts counts_;
    pugi::xml_document document_;
    pugi::xml_node root_;
};

} // namespace

std::string to_junit(const Report& report, const Observation& observation) {
    const ReportView view = view_of(report);
    return JUnitReport{view, observation}.render();
}

} // namespace haoh
