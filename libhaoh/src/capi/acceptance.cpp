// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/acceptance.hpp"

#include "base/file.hpp"
#include "capi/call.hpp"
#include "capi/source.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>

namespace haoh::capi {

Day day_of(const char* day) {
    if (day == nullptr) {
        return today();
    }
    const auto parsed = parse_day(day);
    if (!parsed) {
        throw Error(Errc::invalid_argument, "use", fmt::format("day '{}'", day), "it is no day",
                    "write it as 2027-01-31");
    }
    return *parsed;
}

void Acceptance::apply(Report& report, const Observation& observation) const {
    if (waivers != nullptr) {
        const haoh_waivers& known = object(waivers, "haoh_waivers *");
        waive(report, observation, known.waivers, known.day);
    }
    if (baseline != nullptr) {
        hold_against(report, observation, object(baseline, "haoh_baseline *").baseline);
    }
}

} // namespace haoh::capi

using haoh::capi::pointer_of;

haoh_waivers* haoh_waivers_parse(const char* toml, size_t length, const char* name, const char* day,
                                 haoh_error** error) {
    return pointer_of(error, [&] {
        auto out = std::make_unique<haoh_waivers>();
        out->day = haoh::capi::day_of(day);
        out->waivers = haoh::parse_waivers(haoh::capi::bytes(toml, length, "toml"),
                                           name == nullptr ? "waivers" : name, out->day);
        return out.release();
    });
}

haoh_waivers* haoh_waivers_read(const char* path, const char* day, haoh_error** error) {
    return pointer_of(error, [&] {
        constexpr size_t kLimit = size_t{1} << 20U;
        const std::string name(haoh::capi::text(path, "path"));
        auto out = std::make_unique<haoh_waivers>();
        out->day = haoh::capi::day_of(day);
        out->waivers = haoh::parse_waivers(haoh::base::read_file(name, kLimit), name, out->day);
        return out.release();
    });
}

void haoh_waivers_free(haoh_waivers* waivers) {
    haoh::capi::free_handle(waivers);
}

haoh_baseline* haoh_baseline_from_json(const char* json, size_t length, const char* name,
                                       haoh_error** error) {
    return pointer_of(error, [&] {
        auto out = std::make_unique<haoh_baseline>();
        out->baseline = haoh::baseline_from_json(haoh::capi::bytes(json, length, "json"),
                                                 name == nullptr ? "report" : name);
        return out.release();
    });
}

haoh_baseline* haoh_baseline_read(const char* path, haoh_error** error) {
    return pointer_of(error, [&] {
        constexpr size_t kLimit = size_t{256} << 20U;
        const std::string name(haoh::capi::text(path, "path"));
        auto out = std::make_unique<haoh_baseline>();
        out->baseline = haoh::baseline_from_json(haoh::base::read_file(name, kLimit), name);
        return out.release();
    });
}

void haoh_baseline_free(haoh_baseline* baseline) {
    haoh::capi::free_handle(baseline);
}
