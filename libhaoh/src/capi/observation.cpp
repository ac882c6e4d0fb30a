// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/observation.hpp"

#include "base/file.hpp"
#include "capi/call.hpp"
#include "capi/config.hpp"
#include "capi/source.hpp"
#include "capi/style.hpp"

#include <haoh/check.hpp>
#include <haoh/report.hpp>
#include <haoh/source.hpp>

#include <string>
#include <vector>

using haoh::capi::pointer_of;
using haoh::capi::status_of;
using haoh::capi::value_of;

haoh_observation* haoh_observe(const haoh_source* source, haoh_error** error) {
    return pointer_of(error, [&] {
        return new haoh_observation(haoh::observe_now(haoh::capi::source_of(source)));
    });
}

haoh_observation* haoh_observation_from_json(const char* json, size_t length, const char* name,
                                             haoh_error** error) {
    return pointer_of(error, [&] {
        return new haoh_observation(haoh::observation_from_json(
            haoh::capi::bytes(json, length, "json"), name == nullptr ? "snapshot" : name));
    });
}

haoh_observation* haoh_observation_read(const char* path, haoh_error** error) {
    return pointer_of(error, [&] {
        constexpr size_t kLimit = size_t{1} << 30U;
        const std::string name(haoh::capi::text(path, "path"));
        return new haoh_observation(
            haoh::observation_from_json(haoh::base::read_file(name, kLimit), name));
    });
}

haoh_observation* haoh_observation_merge(const haoh_observation* const* parts, size_t count,
                                         haoh_error** error) {
    return pointer_of(error, [&] {
        if (parts == nullptr && count != 0) {
            throw haoh::Error(haoh::Errc::invalid_argument, "merge", "observations",
                              "the array is NULL");
        }
        std::vector<haoh::Observation> values;
        for (size_t index = 0; index < count; ++index) {
            values.push_back(value_of(parts[index]));
        }
        return new haoh_observation(haoh::merge(std::move(values)));
    });
}

char* haoh_observation_json(const haoh_observation* observation, haoh_error** error) {
    return pointer_of(error,
                      [&] { return haoh::capi::json_for_c(haoh::to_json(value_of(observation))); });
}

int haoh_observation_write(const haoh_observation* observation, const char* path,
                           haoh_error** error) {
    return status_of(error, [&] {
        const std::string name(haoh::capi::text(path, "path"));
        haoh::base::write_file(name, haoh::to_json(value_of(observation)) + "\n");
        return 0;
    });
}

int haoh_observation_status(const haoh_observation* observation) {
    return status_of(nullptr, [&]() -> int {
        switch (haoh::completeness(value_of(observation))) {
        case haoh::Completeness::nothing:
            return HAOH_STATUS_NOTHING;
        case haoh::Completeness::incomplete:
            return HAOH_STATUS_INCOMPLETE;
        case haoh::Completeness::complete:
            break;
        }
        return HAOH_STATUS_OK;
    });
}

size_t haoh_observation_controller_count(const haoh_observation* observation) {
    const haoh_observation* known = haoh::capi::usable(observation);
    return known == nullptr ? 0 : known->value->controllers.size();
}

const char* haoh_observation_unobserved(const haoh_observation* observation, size_t index) {
    const haoh_observation* known = haoh::capi::usable(observation);
    if (known == nullptr || index >= known->value->unobserved.size()) {
        return nullptr;
    }
    return known->value->unobserved[index].error.c_str();
}

const char* haoh_observation_unobserved_reason(const haoh_observation* observation, size_t index) {
    const haoh_observation* known = haoh::capi::usable(observation);
    if (known == nullptr || index >= known->value->unobserved.size()) {
        return nullptr;
    }
    return to_string(known->value->unobserved[index].reason).data(); // a literal
}

void haoh_observation_free(haoh_observation* observation) {
    haoh::capi::free_handle(observation);
}

char* haoh_list(const haoh_observation* observation, const haoh_config* config, int format,
                const haoh_style* style, haoh_error** error) {
    return pointer_of(error, [&] {
        const auto& chosen = haoh::capi::chosen_format(haoh::list_formats(), format);
        const haoh::Observation& value = value_of(observation);
        const haoh::TextStyle text = haoh::capi::text_style(style);
        const auto sites = haoh::capi::config_of(config).sites;
        haoh::require_sites(value, sites);
        return haoh::capi::rendered(chosen, text, value, sites);
    });
}

char* haoh_diff(const haoh_observation* before, const haoh_observation* after, int format,
                const haoh_style* style, size_t* count, haoh_error** error) {
    return pointer_of(error, [&] {
        const auto& chosen = haoh::capi::chosen_format(haoh::diff_formats(), format);
        const haoh::TextStyle look = haoh::capi::text_style(style);
        const auto differences = haoh::diff(value_of(before), value_of(after));
        char* text = haoh::capi::rendered(chosen, look, differences);
        if (count != nullptr) {
            *count = differences.size();
        }
        return text;
    });
}
