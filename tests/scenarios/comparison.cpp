// SPDX-License-Identifier: LGPL-2.1-or-later
#include "comparison.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>

namespace haoh::scenarios {

namespace {

using arraysim::ExpectedFinding;
using arraysim::ExpectedReport;
using arraysim::ExpectedValue;

constexpr std::string_view kScheme = "tcp://";

/// "127.0.0.1:4420", as messages have it.
std::string place_of(const Address& address) {
    return to_string(address).substr(kScheme.size());
}

/// Names for what a report calls by address or by site.
class Names {
  public:
    Names(const Observation& observation, const Config& config, const Arrays& arrays)
        : observation_(&observation), config_(&config) {
        std::map<std::string, std::size_t> ports;
        for (const arraysim::ServedPort& port : arrays.ports) {
            const std::size_t number = ++ports[port.array];
            const std::string place = place_of(port.address);
            arrays_[place] = port.array;
            placeholders_[place] = number == 1 ? fmt::format("{{{}}}", port.array)
                                               : fmt::format("{{{} {}}}", port.array, number);
        }
        // Where nothing is configured: array-a, array-b, ... in the order of the targets. Of one array
        // alone each target is taken for another.
        std::map<std::string, std::size_t> targets;
        for (const Address& address : arrays.asked) {
            const std::string& array = arrays_[place_of(address)];
            if (++targets[array] == 1) {
                sites_.emplace_back(fmt::format("array-{}", static_cast<char>('a' + sites_.size())),
                                    array);
            }
        }
        several_ = targets.size() == 1 && arrays.asked.size() > 1;
    }

    [[nodiscard]] ExpectedValue value_of(const FindingValue& value) const {
        ExpectedValue out{.array = value.controller, .text = without_addresses(value.value)};
        if (value.controller.empty()) {
            const auto site = std::find_if(sites_.begin(), sites_.end(), [&](const auto& entry) {
                return entry.first == value.array;
            });
            out.array = site == sites_.end() ? value.array : site->second;
            return out;
        }
        const auto& all = observation_->controllers;
        const auto controller = std::find_if(
            all.begin(), all.end(), [&](const auto& one) { return one.name == value.controller; });
        if (controller == all.end()) {
            return out;
        }
        const Address address{.traddr = controller->traddr,
                              .trsvcid =
                                  static_cast<std::uint16_t>(std::stoul(controller->trsvcid)),
                              .host_traddr = {}};
        const auto array = arrays_.find(place_of(address));
        if (array == arrays_.end()) {
            return out;
        }
        out.array = array->second;
        if (!belongs(value.array, *controller, out.array)) {
            out.text += fmt::format(" (said of {})", value.array);
        }
        return out;
    }

    [[nodiscard]] std::string without_addresses(std::string text) const {
        for (const auto& [place, name] : placeholders_) {
            for (auto at = text.find(place); at != std::string::npos;
                 at = text.find(place, at + 1)) {
                const std::size_t end = at + place.size();
                if (end == text.size() ||
                    std::isdigit(static_cast<unsigned char>(text[end])) == 0) {
                    text.replace(at, place.size(), name);
                }
            }
        }
        return text;
    }

  private:
    [[nodiscard]] bool belongs(const std::string& site, const ControllerObservation& controller,
                               const std::string& array) const {
        if (!config_->sites.empty()) {
            return std::any_of(config_->sites.begin(), config_->sites.end(),
                               [&](const Site& configured) {
                                   const std::uint16_t cntlid = controller.connection.cntlid;
                                   return configured.name == site && configured.cntlids &&
                                          cntlid >= configured.cntlids->first &&
                                          cntlid <= configured.cntlids->second;
                               });
        }
        return several_ ||
               std::find(sites_.begin(), sites_.end(), std::pair{site, array}) != sites_.end();
    }

    const Observation* observation_;
    const Config* config_;
    std::map<std::string, std::string> arrays_;       ///< by place
    std::map<std::string, std::string> placeholders_; ///< by place
    std::vector<std::pair<std::string, std::string>> sites_;
    bool several_{}; ///< an array was asked at several of its ports
};

std::string describe(const ExpectedFinding& finding) {
    std::string text = fmt::format("{} {} {}", finding.verdict, finding.severity, finding.rule);
    if (!finding.nsids.empty()) {
        text += fmt::format(" nsids {}", fmt::join(finding.nsids, " "));
    }
    if (finding.subsystem) {
        text += fmt::format(" of \"{}\"", *finding.subsystem);
    }
    if (!finding.what.empty()) {
        text += ": " + finding.what;
    }
    for (const ExpectedValue& value : finding.values) {
        text += fmt::format("\n        {}: {}", value.array, value.text);
    }
    return text;
}

bool matches(const ExpectedFinding& expected, const ExpectedFinding& said,
             const std::string& subsystem) {
    return expected.verdict == said.verdict && expected.severity == said.severity &&
           expected.rule == said.rule && expected.nsids == said.nsids &&
           expected.subsystem.value_or(subsystem) == said.subsystem.value_or(subsystem) &&
           said.what.starts_with(expected.what) && expected.values == said.values;
}

} // namespace

ExpectedReport said(const Report& report, const Observation& observation, const Config& config,
                    const Arrays& arrays) {
    const Names names(observation, config, arrays);
    ExpectedReport out;
    out.exit = exit_status(report, config.fail_on, !observation.controllers.empty());
    out.verdict = to_string(report.verdict);
    out.model = to_string(report.model);
    out.unobserved = report.unobserved.size();
    for (const Finding& finding : report.findings) {
        ExpectedFinding one;
        one.verdict = to_string(finding.verdict);
        one.severity = to_string(finding.severity);
        one.rule = finding.rule;
        one.nsids = finding.nsids;
        if (one.nsids.empty() && finding.nsid) {
            one.nsids = {*finding.nsid};
        }
        one.subsystem = finding.subsystem;
        one.what = names.without_addresses(finding.what);
        for (const FindingValue& value : finding.values) {
            one.values.push_back(names.value_of(value));
        }
        std::stable_sort(one.values.begin(), one.values.end(),
                         [](const auto& a, const auto& b) { return a.array < b.array; });
        out.findings.push_back(std::move(one));
    }
    return out;
}

std::string difference(const ExpectedReport& expected, const ExpectedReport& said,
                       const std::string& subsystem) {
    std::string text;
    const auto line = [&text](const std::string& what) { text += "    " + what + "\n"; };
    if (said.exit != expected.exit) {
        line(fmt::format("exit status {}, expected {}", said.exit, expected.exit));
    }
    if (said.verdict != expected.verdict) {
        line(fmt::format("verdict {}, expected {}", said.verdict, expected.verdict));
    }
    if (said.model != expected.model) {
        line(fmt::format("model {}, expected {}", said.model, expected.model));
    }
    if (said.unobserved != expected.unobserved) {
        line(fmt::format("{} things could not be observed, expected {}", said.unobserved,
                         expected.unobserved));
    }
    // One for one: what has found its partner is no partner for another.
    std::vector<const ExpectedFinding*> left;
    for (const ExpectedFinding& finding : said.findings) {
        left.push_back(&finding);
    }
    for (const ExpectedFinding& finding : expected.findings) {
        const auto partner = std::find_if(left.begin(), left.end(), [&](const auto* one) {
            return matches(finding, *one, subsystem);
        });
        if (partner == left.end()) {
            line("missing:    " + describe(finding));
        } else {
            left.erase(partner);
        }
    }
    for (const ExpectedFinding* finding : left) {
        line("unexpected: " + describe(*finding));
    }
    return text;
}

} // namespace haoh::scenarios
