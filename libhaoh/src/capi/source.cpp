// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/source.hpp"

#include "capi/safe_copy.hpp"
#include "capi/versioned.hpp"

#include <haoh/resolver.hpp>

#include <fmt/format.h>

namespace haoh::capi {
namespace {

constexpr std::uint32_t kSourceFlags = HAOH_SOURCE_HDR_DIGEST | HAOH_SOURCE_DATA_DIGEST |
                                       HAOH_SOURCE_NO_PROBE | HAOH_SOURCE_NO_COMMANDS |
                                       HAOH_SOURCE_HOST;

std::string or_empty(const char* text) {
    return text == nullptr ? std::string() : std::string(text);
}

std::chrono::milliseconds time_or(std::uint32_t given, std::chrono::milliseconds otherwise) {
    return given == 0 ? otherwise : std::chrono::milliseconds{given};
}

[[noreturn]] void refuse(const std::string& object, const char* cause) {
    throw Error(Errc::invalid_argument, "use", object, cause);
}

} // namespace

Source source_of(const haoh_source* source) {
    Source out;
    if (source == nullptr) {
        return out;
    }
    constexpr std::size_t kFirst = offsetof(haoh_source, progress_data) + sizeof(void*);
    const haoh_source given = taken(*source, kFirst, "struct haoh_source");
    if ((given.flags & ~kSourceFlags) != 0) {
        throw Error(Errc::unsupported, "use", fmt::format("source flags {:#x}", given.flags),
                    "this libhaoh does not know all of them");
    }
    const auto has = [&given](haoh_source_flag flag) {
        return (given.flags & static_cast<std::uint32_t>(flag)) != 0;
    };
    out.names = texts(given.names, given.names_count, "names");
    out.targets = texts(given.targets, given.targets_count, "targets");
    out.sysroot = or_empty(given.sysroot);
    out.subsysnqn = or_empty(given.nqn);
    out.host = has(HAOH_SOURCE_HOST);
    out.ask_controllers = !has(HAOH_SOURCE_NO_COMMANDS);
    out.header_digest = has(HAOH_SOURCE_HDR_DIGEST);
    out.data_digest = has(HAOH_SOURCE_DATA_DIGEST);
    out.probe_cntlids = !has(HAOH_SOURCE_NO_PROBE);
    out.timeout = time_or(given.timeout_ms, out.timeout);
    out.command_timeout = time_or(given.command_timeout_ms, out.command_timeout);
    if (!out.targets.empty()) {
        out.identity = host_identity(or_empty(given.hostnqn), or_empty(given.hostid));
        out.resolver = make_thread_resolver();
    }
    if (given.progress != nullptr) {
        out.progress = [call = given.progress, data = given.progress_data](
                           std::string_view object, std::size_t done, std::size_t total) {
            call(data, safe_text(object).c_str(), done, total);
        };
    }
    return out;
}

std::vector<std::string> texts(const char* const* array, std::size_t count, const char* name) {
    if (array == nullptr && count != 0) {
        refuse(name, "it is NULL, and its count is not 0");
    }
    std::vector<std::string> out;
    for (std::size_t index = 0; index < count; ++index) {
        if (array[index] == nullptr) {
            refuse(fmt::format("{}[{}]", name, index), "it is NULL");
        }
        out.emplace_back(array[index]);
    }
    return out;
}

std::string_view text(const char* given, const char* name) {
    if (given == nullptr) {
        refuse(name, "it is NULL");
    }
    return given;
}

std::string_view bytes(const char* given, std::size_t length, const char* name) {
    if (given == nullptr && length != 0) {
        refuse(name, "it is NULL, and its length is not 0");
    }
    return {given, length};
}

} // namespace haoh::capi
