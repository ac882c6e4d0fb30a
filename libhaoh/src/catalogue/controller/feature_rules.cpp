// SPDX-License-Identifier: LGPL-2.1-or-later
// Features, and the times by which hosts wait.
#include "catalogue/catalogue.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"

#include <haoh/nvme/command.hpp>

#include <fmt/ranges.h>

namespace haoh::judge {

namespace {

using Id = nvme::IdentifyController;

/// Where a feature is; nullptr when it was not asked for. Without Identify Controller nothing more
/// is read of a controller.
const Page* feature_page(const Controller& controller, std::uint8_t fid) {
    const auto found = controller.observed->features.find(fid);
    if (found != controller.observed->features.end()) {
        return &found->second;
    }
    static const Page missing = Page::of_failure("Identify Controller was not read");
    return controller.has_identify ? nullptr : &missing;
}

template <std::uint8_t Fid>
const Page* feature_page(const Controller& controller) {
    return feature_page(controller, Fid);
}

/// Dword 0 of a feature; nullopt when it was not read.
std::optional<std::uint32_t> feature(const Controller& controller, std::uint8_t fid) {
    const auto found = controller.observed->features.find(fid);
    if (found == controller.observed->features.end() || !found->second.ok()) {
        return std::nullopt;
    }
    return nvme::load_le<std::uint32_t>(found->second.bytes, 0);
}

/// That there is none is another finding.
std::optional<std::string> keep_alive_timeout(const Controller& controller) {
    const auto kato = feature(controller, nvme::fid::keep_alive_timer);
    return kato && *kato != 0 ? std::optional{fmt::format("{} ms", *kato)} : std::nullopt;
}

/// Of a feature that is not there: it could not be read, or nobody asked.
Answer without_feature(const Controller& controller, std::uint8_t fid) {
    const Page* const page = feature_page(controller, fid);
    return page != nullptr && page->state == Page::State::failed ? Answer::unknown()
                                                                 : Answer::not_asked();
}

Answer no_timeout(const Controller& controller, const Subsystem& own) {
    if (own.nqn == nvme::kDiscoveryNqn) {
        return Answer::not_asked(); // works without one
    }
    const auto kato = feature(controller, nvme::fid::keep_alive_timer);
    if (!kato) {
        return without_feature(controller, nvme::fid::keep_alive_timer);
    }
    return *kato != 0 ? Answer::holds() : Answer::broken("0 ms");
}

Answer odd_timeout(const Controller& controller, const Subsystem& /*own*/) {
    constexpr std::uint32_t kUnit = 100; ///< ms
    const std::uint32_t granularity = controller.id.kas * kUnit;
    if (granularity == 0) {
        return Answer::not_asked();
    }
    const auto kato = feature(controller, nvme::fid::keep_alive_timer);
    if (!kato) {
        return without_feature(controller, nvme::fid::keep_alive_timer);
    }
    if (*kato % granularity == 0) { // 0 too, which has a rule of its own
        return Answer::holds();
    }
    return Answer::broken(fmt::format("{} ms, granularity {} ms", *kato, granularity));
}

std::optional<std::string> write_cache(const Controller& controller) {
    const auto enabled = feature(controller, nvme::fid::volatile_write_cache);
    return enabled ? std::optional{std::string{(*enabled & 1U) != 0 ? "enabled" : "disabled"}}
                   : std::nullopt;
}

std::optional<std::string> quiesce_time(const Controller& controller) {
    if (!controller.has_identify) {
        return std::nullopt;
    }
    return controller.id.cqt == 0 ? "not given" : fmt::format("{} ms", controller.id.cqt);
}

bool resets_others(const Controller& controller) {
    return controller.id.ccrl != 0;
}

std::optional<std::string> reset_support(const Controller& controller) {
    return controller.has_identify ? std::optional{yes_or_no(resets_others(controller))}
                                   : std::nullopt;
}

/// That one of them has none is another finding.
std::optional<std::string> reset_limit(const Controller& controller) {
    return controller.has_identify && resets_others(controller) ? decimal<&Id::ccrl>(controller)
                                                                : std::nullopt;
}

Answer no_reset_fields(const Controller& controller, const Subsystem& /*own*/) {
    if (!resets_others(controller)) {
        return Answer::not_asked();
    }
    std::vector<std::string> lacking;
    if (controller.id.ciu == 0) {
        lacking.emplace_back("CIU 0");
    }
    if (nvme::all_zero(controller.id.cirn)) {
        lacking.emplace_back("CIRN 0");
    }
    if (controller.id.cqt == 0) {
        lacking.emplace_back("CQT 0");
    }
    return lacking.empty() ? Answer::holds()
                           : Answer::broken(fmt::format("CCRL {}, {}", controller.id.ccrl,
                                                        fmt::join(lacking, ", ")));
}

constexpr Row kFeatKatoEqual{
    .rule = {.id = "feat.kato.equal",
             .title = "The keep alive timeout is the same on all paths (feature 0Fh)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §3.9: it sets how soon a dead path is noticed",
             .why = "A dead array is noticed sooner on one path than on the other; a host that "
                    "waits by the smaller time retries too early.",
             .fix = "Host: use one keep alive timeout for all connections, a multiple of both "
                    "granularities (KAS)."},
    .judge = EqualControllers{.fields = {{{"keep alive timeout (KATO)", "", keep_alive_timeout,
                                           feature_page<nvme::fid::keep_alive_timer>}}}}};

constexpr Row kFeatKatoNonzero{
    .rule = {.id = "feat.kato.nonzero",
             .title = "A keep alive timeout is in force (feature 0Fh)",
             .rule_class = RuleClass::int_,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §3.9: with 0 the controller watches for nothing",
             .why = "The controller never notices that its host is gone: it keeps connections and "
                    "their commands, and a dead path is found only when I/O times out.",
             .fix =
                 "Host: connect with a keep alive timeout (nvme connect --keep-alive-tmo). Array: "
                 "report the timeout of Connect."},
    .judge = CheckController{.clause = "keep alive timeout is 0", .ask = no_timeout}};

constexpr Row kFeatKatoGranularity{
    .rule = {.id = "feat.kato.granularity",
             .title = "The keep alive timeout is a multiple of its granularity",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §5.2.26.1.8: the controller rounds up to KAS",
             .why = "The controller waits longer than it says.",
             .fix = "Array: report the timeout that is in force."},
    .judge =
        CheckController{.clause = "keep alive timeout is no multiple of KAS", .ask = odd_timeout}};

constexpr Row kFeatCqtEqual{
    .rule = {.id = "feat.cqt.equal",
             .title = "The quiesce time is the same on all controllers (CQT)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::corruption,
             .verdict = Verdict::warn,
             .exception = "it takes a lost path and a write that is still under way",
             .basis = "Base 2.3 §9.6.2.1: part of the wait before a retry on another path",
             .why = "A host that waits by the smaller value retries while the other array may "
                    "still execute the first write.",
             .fix = "Array: report the larger of both times on both arrays."},
    .judge = EqualControllers{.fields = {{{"quiesce time (CQT)", "cqt", quiesce_time}}}}};

constexpr Row kFeatVwcEqual{
    .rule = {.id = "feat.vwc.equal",
             .title = "The volatile write cache is enabled alike (feature 06h)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::corruption,
             .verdict = Verdict::warn,
             .exception = "it takes an array that fails before it has written what it holds",
             .basis = "Base 2.3 §5.2.26.1.4",
             .why = "Writes are safe on completion through one array and not through the other.",
             .fix = "Array: enable or disable the cache on both arrays."},
    .judge = EqualControllers{.fields = {{{"volatile write cache", "", write_cache,
                                           feature_page<nvme::fid::volatile_write_cache>}}}}};

constexpr Row kCcrSupportEqual{
    .rule = {.id = "ccr.support.equal",
             .title = "All controllers can have another one reset, or none (CCRL)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §8.3.3: should be the same on all controllers",
             .why = "After a path is lost, a host can end its commands at once through one array; "
                    "through the other it has to wait before it may retry them.",
             .fix = "Array: support Cross-Controller Reset on both arrays or on neither."},
    .judge = EqualControllers{.fields = {{{"cross-controller reset", "ccrl", reset_support}}}}};

constexpr Row kCcrFieldsPresent{
    .rule = {.id = "ccr.fields_present",
             .title = "What can have others reset can be told apart itself (CIU, CIRN, CQT)",
             .rule_class = RuleClass::int_,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §8.3.3, §9.6.2.1",
             .why =
                 "A host cannot name the instance of the controller that it wants reset, or does "
                 "not know how long its commands live on: it resets the wrong one or waits.",
             .fix = "Array: report CIU, CIRN and CQT wherever CCRL is not 0."},
    .judge = CheckController{.clause = "cross-controller reset without its fields",
                             .ask = no_reset_fields}};

constexpr Row kCcrLimit{
    .rule = {.id = "ccr.limit",
             .title = "Cross-controller reset is limited alike (CCRL)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §8.3.3",
             .why = "How many controllers a host can have reset at once depends on the array.",
             .fix = "Array: report the same CCRL on both arrays."},
    .judge = EqualControllers{
        .fields = {{{"limit of cross-controller resets (CCRL)", "ccrl", reset_limit}}}}};

constexpr std::array kFeatureRows{&kFeatKatoEqual,    &kFeatKatoNonzero, &kFeatKatoGranularity,
                                  &kFeatCqtEqual,     &kFeatVwcEqual,    &kCcrSupportEqual,
                                  &kCcrFieldsPresent, &kCcrLimit};

} // namespace

std::span<const Row* const> feature_rows() {
    return kFeatureRows;
}

} // namespace haoh::judge
