// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/config.hpp"

#include "base/file.hpp"
#include "capi/call.hpp"
#include "capi/source.hpp"

#include <memory>
#include <string>

namespace haoh::capi {

Config config_of(const haoh_config* config) {
    return config == nullptr ? Config{} : object(config, "haoh_config *").config;
}

std::string file_of(const haoh_config* config) {
    return config == nullptr ? std::string() : object(config, "haoh_config *").file;
}

} // namespace haoh::capi

haoh_config* haoh_config_parse(const char* toml, size_t length, const char* name,
                               haoh_error** error) {
    return haoh::capi::pointer_of(error, [&] {
        auto out = std::make_unique<haoh_config>();
        out->config = haoh::parse_config(haoh::capi::bytes(toml, length, "toml"),
                                         name == nullptr ? "configuration" : name);
        out->file = name == nullptr ? "" : name;
        return out.release();
    });
}

haoh_config* haoh_config_read(const char* path, haoh_error** error) {
    return haoh::capi::pointer_of(error, [&] {
        constexpr size_t kLimit = size_t{1} << 20U;
        const std::string name(haoh::capi::text(path, "path"));
        auto out = std::make_unique<haoh_config>();
        out->config = haoh::parse_config(haoh::base::read_file(name, kLimit), name);
        out->file = name;
        return out.release();
    });
}

void haoh_config_free(haoh_config* config) {
    haoh::capi::free_handle(config);
}
