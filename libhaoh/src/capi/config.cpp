// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/config.hpp"

#include "capi/call.hpp"
#include "capi/source.hpp"

#include <memory>

namespace haoh::capi {

Config config_of(const haoh_config* config) {
    return config == nullptr ? Config{} : object(config, "haoh_config *").config;
}

} // namespace haoh::capi

haoh_config* haoh_config_parse(const char* toml, size_t length, const char* name,
                               haoh_error** error) {
    return haoh::capi::pointer_of(error, [&] {
        auto out = std::make_unique<haoh_config>();
        out->config = haoh::parse_config(haoh::capi::bytes(toml, length, "toml"),
                                         name == nullptr ? "configuration" : name);
        return out.release();
    });
}

void haoh_config_free(haoh_config* config) {
    haoh::capi::free_handle(config);
}
