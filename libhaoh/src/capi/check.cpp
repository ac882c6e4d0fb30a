// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/acceptance.hpp"
#include "capi/call.hpp"
#include "capi/config.hpp"
#include "capi/observation.hpp"
#include "capi/safe_copy.hpp"
#include "capi/source.hpp"
#include "capi/style.hpp"
#include "capi/versioned.hpp"

#include <haoh/check.hpp>
#include <haoh/host_kernel.hpp>
#include <haoh/inspection.hpp>
#include <haoh/report.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

struct haoh_report : haoh::capi::Handle<0x68616f04U> {
    std::shared_ptr<const haoh::Observation> observation;
    haoh::Report report;
    std::vector<haoh::Finding> told;         ///< its findings, for C
    std::vector<haoh::Attribution> arrays{}; ///< its attributions, for C
    std::vector<haoh::GoneFinding> gone{};   ///< of its baseline, which are safe
    haoh::FailOn fail_on{};
    int status{};
};

namespace haoh::capi {
namespace {

static_assert(HAOH_VERDICT_NOTE == static_cast<int>(Verdict::note) &&
              HAOH_VERDICT_UNKNOWN == static_cast<int>(Verdict::unknown) &&
              HAOH_VERDICT_WARN == static_cast<int>(Verdict::warn) &&
              HAOH_VERDICT_FAIL == static_cast<int>(Verdict::fail));

[[noreturn]] void refuse(const char* what, int value) {
    throw Error(Errc::invalid_argument, "use", fmt::format("{} {}", what, value),
                "there is no such value");
}

/// One of `Value`'s, by its place behind "as the configuration says".
template <typename Value>
std::optional<Value> chosen(int given, int last, const char* what) {
    if (given < 0 || given > last) {
        refuse(what, given);
    }
    return given == 0 ? std::nullopt : std::optional{static_cast<Value>(given - 1)};
}

static_assert(HAOH_PROFILE_DISPERSED - 1 == static_cast<int>(Profile::dispersed) &&
              HAOH_WINDOW_RESIZE - 1 == static_cast<int>(Window::resize) &&
              HAOH_FAIL_ON_WARN - 1 == static_cast<int>(FailOn::warn));

/// How to judge, and what is accepted.
struct Judging {
    CheckOptions options;
    Acceptance acceptance;
};

Judging judging_of(const haoh_check_options* options) {
    Judging judging;
    CheckOptions& out = judging.options;
    if (options == nullptr) {
        return judging;
    }
    constexpr std::size_t kFirst = offsetof(haoh_check_options, kernel) + sizeof(const char*);
    const haoh_check_options given = taken(*options, kFirst, "struct haoh_check_options");
    out.config = config_of(given.config);
    out.config_file = file_of(given.config);
    out.config.profile = chosen<Profile>(given.profile, HAOH_PROFILE_DISPERSED, "profile")
                             .value_or(out.config.profile);
    out.config.window =
        chosen<Window>(given.window, HAOH_WINDOW_RESIZE, "window").value_or(out.config.window);
    out.config.fail_on =
        chosen<FailOn>(given.fail_on, HAOH_FAIL_ON_WARN, "fail_on").value_or(out.config.fail_on);
    out.rules = texts(given.rules, given.rules_count, "rules");
    static_cast<void>(select_rules(out.rules));
    if (given.kernel != nullptr) {
        require_release(given.kernel);
        out.kernel = given.kernel;
    }
    if (given.expected != nullptr) {
        out.expected = expectation_of(value_of(given.expected));
    }
    judging.acceptance = {.waivers = given.waivers, .baseline = given.baseline};
    return judging;
}

const Finding& finding_at(const haoh_report* report, std::size_t index) {
    return at(object(report, "haoh_report *").told, index, "finding");
}

Finding safe_copy(Finding finding) {
    make_safe(finding.rule, finding.subsystem, finding.what, finding.why, finding.fix,
              finding.basis, finding.host);
    for (FindingValue& value : finding.values) {
        make_safe(value.controller, value.array, value.value, value.object, value.host);
    }
    if (finding.on_kernel) {
        make_safe(finding.on_kernel->text, finding.on_kernel->release);
    }
    for (std::string& line : finding.config) {
        make_safe(line);
    }
    if (finding.waived) {
        make_safe(finding.waived->reason, finding.waived->owner);
    }
    return finding;
}

Attribution safe_copy(Attribution one) {
    make_safe(one.host, one.controller, one.array, one.evidence);
    return one;
}

/// Of a finding about one namespace there is only the one.
std::span<const std::uint32_t> nsids_of(const Finding& finding) {
    if (!finding.nsids.empty() || !finding.nsid) {
        return finding.nsids;
    }
    return {&*finding.nsid, 1};
}

haoh_finding finding_for_c(const Finding& finding) {
    haoh_finding out HAOH_FINDING_INIT;
    const auto nsids = nsids_of(finding);
    out.rule = finding.rule.c_str();
    out.verdict = static_cast<int>(finding.verdict);
    out.severity = to_string(finding.severity).data(); // a literal
    out.subsystem = finding.subsystem.c_str();
    out.what = finding.what.c_str();
    out.why = finding.why.c_str();
    out.fix = finding.fix.c_str();
    out.basis = finding.basis.c_str();
    out.nsids = nsids.data();
    out.nsids_count = nsids.size();
    out.on_kernel = finding.on_kernel ? finding.on_kernel->text.c_str() : "";
    out.on_release = finding.on_kernel ? finding.on_kernel->release.c_str() : "";
    out.values_count = finding.values.size();
    out.host = finding.host.c_str();
    out.waived_reason = finding.waived ? finding.waived->reason.c_str() : "";
    out.waived_owner = finding.waived ? finding.waived->owner.c_str() : "";
    out.waived_expires = finding.waived ? finding.waived->expires.c_str() : "";
    out.known = finding.known ? 1 : 0;
    return out;
}

char* render(const haoh_report* report, const ReportFormat& format, const haoh_style* style) {
    const TextStyle look = text_style(style);
    const haoh_report& known = object(report, "haoh_report *");
    return rendered(format, look, known.report, *known.observation);
}

void require_declared(const Observation& observation, const CheckOptions& options) {
    require_sites(observation, options.config.sites,
                  options.expected ? &*options.expected : nullptr);
}

std::unique_ptr<haoh_report> report_for_c(std::shared_ptr<const Observation> observation,
                                          Report report, const Judging& judging) {
    const CheckOptions& options = judging.options;
    judging.acceptance.apply(report, *observation);
    auto out = std::make_unique<haoh_report>();
    out->fail_on = options.config.fail_on;
    if (report.judged.baseline) {
        out->gone = report.judged.baseline->gone;
    }
    for (const Finding& finding : report.findings) {
        out->told.push_back(safe_copy(finding));
    }
    for (const Attribution& one : report.attributions) {
        out->arrays.push_back(safe_copy(one));
    }
    // Where something is expected, that nothing is there is an observation, too.
    const bool anything = completeness(*observation) != Completeness::nothing ||
                          (options.expected && report.count(Verdict::fail) > 0);
    out->status = exit_status(report, options.config.fail_on, anything);
    out->observation = std::move(observation);
    out->report = std::move(report);
    return out;
}

} // namespace
} // namespace haoh::capi

using haoh::capi::pointer_of;
using haoh::capi::status_of;

haoh_report* haoh_check(const haoh_observation* observation, const haoh_check_options* options,
                        haoh_error** error) {
    return pointer_of(error, [&] {
        const haoh::Observation& value = haoh::capi::value_of(observation);
        const haoh::capi::Judging chosen = haoh::capi::judging_of(options);
        haoh::capi::require_declared(value, chosen.options);
        return haoh::capi::report_for_c(observation->value, haoh::check_here(value, chosen.options),
                                        chosen)
            .release();
    });
}

haoh_report* haoh_inspect(const haoh_source* source, const haoh_check_options* options,
                          haoh_observation** observation, haoh_error** error) {
    return pointer_of(error, [&] {
        const haoh::capi::Judging chosen = haoh::capi::judging_of(options);
        haoh::Inspection seen = haoh::inspect_now(haoh::capi::source_of(source), chosen.options);
        haoh::capi::require_declared(seen.observation, chosen.options);
        auto reading = std::make_unique<haoh_observation>(std::move(seen.observation));
        auto out = haoh::capi::report_for_c(reading->value, std::move(seen.report), chosen);
        if (observation != nullptr) {
            *observation = reading.release();
        }
        return out.release();
    });
}

int haoh_report_verdict(const haoh_report* report) {
    const haoh_report* known = haoh::capi::usable(report);
    return known == nullptr ? HAOH_VERDICT_UNKNOWN : static_cast<int>(known->report.verdict);
}

int haoh_report_status(const haoh_report* report) {
    return status_of(nullptr, [&] { return haoh::capi::object(report, "haoh_report *").status; });
}

size_t haoh_report_count(const haoh_report* report, int verdict) {
    const haoh_report* known = haoh::capi::usable(report);
    const bool sensible = verdict >= HAOH_VERDICT_PASS && verdict <= HAOH_VERDICT_FAIL;
    return known == nullptr || !sensible ? 0
                                         : known->report.count(static_cast<haoh::Verdict>(verdict));
}

size_t haoh_report_blocking(const haoh_report* report, int verdict) {
    const haoh_report* known = haoh::capi::usable(report);
    const bool sensible = verdict > HAOH_VERDICT_PASS && verdict <= HAOH_VERDICT_FAIL;
    return known == nullptr || !sensible
               ? 0
               : known->report.blocking(static_cast<haoh::Verdict>(verdict));
}

size_t haoh_report_gone_count(const haoh_report* report) {
    const haoh_report* known = haoh::capi::usable(report);
    return known == nullptr ? 0 : known->gone.size();
}

int haoh_report_gone(const haoh_report* report, size_t index, haoh_gone* gone, haoh_error** error) {
    return status_of(error, [&] {
        const haoh::GoneFinding& found =
            haoh::capi::at(haoh::capi::object(report, "haoh_report *").gone, index, "gone finding");
        haoh_gone out HAOH_GONE_INIT;
        out.rule = found.rule.c_str();
        out.verdict = static_cast<int>(found.verdict);
        out.subsystem = found.subsystem.c_str();
        out.host = found.host.c_str();
        out.what = found.what.c_str();
        out.nsids = found.nsids.data();
        out.nsids_count = found.nsids.size();
        out.looked_for = found.looked_for ? 1 : 0;
        haoh::capi::give(gone, out, sizeof(haoh_gone), "struct haoh_gone");
        return 0;
    });
}

char* haoh_report_draft_waivers(const haoh_report* report, const char* day, haoh_error** error) {
    return pointer_of(error, [&] {
        const haoh_report& known = haoh::capi::object(report, "haoh_report *");
        return haoh::capi::text_for_c(
            haoh::draft_waivers(known.report, known.fail_on, haoh::capi::day_of(day)));
    });
}

static_assert(HAOH_RULE_NOT_APPLICABLE == static_cast<int>(haoh::RuleState::not_applicable) &&
              HAOH_RULE_HELD == static_cast<int>(haoh::RuleState::held) &&
              HAOH_RULE_UNKNOWN == static_cast<int>(haoh::RuleState::unknown) &&
              HAOH_RULE_BROKEN == static_cast<int>(haoh::RuleState::broken));

size_t haoh_report_rule_count(const haoh_report* report) {
    const haoh_report* known = haoh::capi::usable(report);
    return known == nullptr ? 0 : known->report.rules.size();
}

size_t haoh_report_rules_in(const haoh_report* report, int state) {
    const haoh_report* known = haoh::capi::usable(report);
    const bool sensible = state >= HAOH_RULE_NOT_APPLICABLE && state <= HAOH_RULE_BROKEN;
    return known == nullptr || !sensible ? 0
                                         : known->report.count(static_cast<haoh::RuleState>(state));
}

const char* haoh_report_rule(const haoh_report* report, size_t index, int* state,
                             haoh_error** error) {
    return pointer_of(error, [&] {
        const haoh::RuleResult& found =
            haoh::capi::at(haoh::capi::object(report, "haoh_report *").report.rules, index, "rule");
        if (state != nullptr) {
            *state = static_cast<int>(found.state);
        }
        return found.rule.c_str();
    });
}

size_t haoh_report_finding_count(const haoh_report* report) {
    const haoh_report* known = haoh::capi::usable(report);
    return known == nullptr ? 0 : known->report.findings.size();
}

int haoh_report_finding(const haoh_report* report, size_t index, haoh_finding* finding,
                        haoh_error** error) {
    return status_of(error, [&] {
        constexpr size_t kFirst = offsetof(haoh_finding, values_count) + sizeof(size_t);
        const haoh::Finding& found = haoh::capi::finding_at(report, index);
        haoh::capi::give(finding, haoh::capi::finding_for_c(found), kFirst, "struct haoh_finding");
        return 0;
    });
}

int haoh_report_value(const haoh_report* report, size_t finding, size_t index, haoh_value* value,
                      haoh_error** error) {
    return status_of(error, [&] {
        constexpr size_t kFirst =
            offsetof(haoh_value, value) + sizeof(const char*); // `object` came later
        const haoh::FindingValue& found =
            haoh::capi::at(haoh::capi::finding_at(report, finding).values, index,
                           fmt::format("value of finding {}, number", finding));
        haoh_value out HAOH_VALUE_INIT;
        out.controller = found.controller.c_str();
        out.site = found.array.c_str();
        out.value = found.value.c_str();
        out.object = found.object.c_str();
        out.host = found.host.c_str();
        haoh::capi::give(value, out, kFirst, "struct haoh_value");
        return 0;
    });
}

const char* haoh_report_finding_config(const haoh_report* report, size_t finding, size_t index) {
    const haoh_report* known = haoh::capi::usable(report);
    if (known == nullptr || finding >= known->told.size()) {
        return nullptr;
    }
    const std::vector<std::string>& lines = known->told[finding].config;
    return index < lines.size() ? lines[index].c_str() : nullptr;
}

size_t haoh_report_attribution_count(const haoh_report* report) {
    const haoh_report* known = haoh::capi::usable(report);
    return known == nullptr ? 0 : known->arrays.size();
}

int haoh_report_attribution(const haoh_report* report, size_t index, haoh_attribution* attribution,
                            haoh_error** error) {
    return status_of(error, [&] {
        const haoh::Attribution& found = haoh::capi::at(
            haoh::capi::object(report, "haoh_report *").arrays, index, "attribution");
        haoh_attribution out HAOH_ATTRIBUTION_INIT;
        out.controller = found.controller.c_str();
        out.host = found.host.c_str();
        out.site = found.array.c_str();
        out.evidence = found.evidence.c_str();
        out.confidence = found.confidence;
        haoh::capi::give(attribution, out, sizeof(haoh_attribution), "struct haoh_attribution");
        return 0;
    });
}

char* haoh_report_render(const haoh_report* report, int format, const haoh_style* style,
                         haoh_error** error) {
    return pointer_of(error, [&] {
        return haoh::capi::render(report, haoh::capi::chosen_format(haoh::report_formats(), format),
                                  style);
    });
}

char* haoh_report_render_as(const haoh_report* report, const char* format, const haoh_style* style,
                            haoh_error** error) {
    return pointer_of(error, [&] {
        const std::string_view name = haoh::capi::text(format, "format");
        const haoh::ReportFormat* found = haoh::find_format(haoh::report_formats(), name);
        if (found == nullptr) {
            haoh::capi::refuse_format(fmt::format("format '{}'", name));
        }
        return haoh::capi::render(report, *found, style);
    });
}

const char* haoh_report_format(size_t index) {
    const auto formats = haoh::report_formats();
    return index < formats.size() ? formats[index].name.data() : nullptr; // a literal
}

void haoh_report_free(haoh_report* report) {
    haoh::capi::free_handle(report);
}

char* haoh_rules(const char* glob, int format, const haoh_style* style, haoh_error** error) {
    return pointer_of(error, [&] {
        const auto& chosen = haoh::capi::chosen_format(haoh::rules_formats(), format);
        const haoh::TextStyle look = haoh::capi::text_style(style);
        const std::vector<std::string> globs{glob == nullptr ? "*" : glob};
        const auto rules = haoh::select_rules(globs);
        return haoh::capi::rendered(chosen, look, rules);
    });
}
