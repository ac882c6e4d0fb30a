// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/call.hpp"
#include "capi/handle.hpp"
#include "capi/safe_copy.hpp"
#include "capi/source.hpp"

#include <haoh/error.hpp>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <system_error>

struct haoh_error : haoh::capi::Handle<0x68616f01U> {
    int code{};
    int number{}; ///< errno
    std::string message;
    std::string operation;
    std::string object;
    std::string cause;
    std::string advice;
};

namespace haoh::capi {
namespace {

int code_of(const std::error_code& code) {
    if (code.category() == error_category()) {
        return code.value();
    }
    const bool by_number =
        code.category() == std::generic_category() || code.category() == std::system_category();
    return by_number ? HAOH_SYSTEM : HAOH_INTERNAL;
}

void fill(haoh_error& out, const std::system_error& error) {
    out.code = code_of(error.code());
    out.number = out.code == HAOH_SYSTEM ? error.code().value() : 0;
    out.message = safe_text(error.what());
    out.cause = out.message;
}

/// Describes the exception that is being handled.
void describe(haoh_error& out) {
    try {
        throw;
    } catch (const Error& error) {
        fill(out, error);
        out.operation = error.operation();
        out.object = error.object();
        out.cause = error.cause();
        out.advice = error.advice();
    } catch (const std::bad_alloc&) {
        out.code = HAOH_NO_MEMORY;
        out.message = out.cause = "out of memory";
    } catch (const std::system_error& error) { // Boost's are none, and end below
        fill(out, error);
    } catch (const std::exception& error) {
        out.code = HAOH_INTERNAL;
        out.message = out.cause = safe_text(error.what());
    } catch (...) {
        out.code = HAOH_INTERNAL;
        out.message = out.cause = "an exception of unknown type";
    }
}

const char* text_of(const haoh_error* error, const std::string haoh_error::*member) noexcept {
    const haoh_error* known = usable(error);
    return known == nullptr ? "" : (known->*member).c_str();
}

} // namespace

int report_failure(haoh_error** error) noexcept {
    try {
        auto* made = new haoh_error;
        describe(*made);
        const int code = made->code;
        if (error != nullptr) {
            *error = made;
        } else {
            delete made;
        }
        return code;
    } catch (...) { // no memory to say so
        if (error != nullptr) {
            *error = nullptr;
        }
        return HAOH_NO_MEMORY;
    }
}

char* json_for_c(std::string json) {
    json.erase(json.find_last_not_of('\n') + 1);
    return text_for_c(json);
}

char* text_for_c(const std::string& text) {
    // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): of C, for C
    auto* copy = static_cast<char*>(std::malloc(text.size() + 1));
    if (copy == nullptr) {
        throw std::bad_alloc();
    }
    std::memcpy(copy, text.c_str(), text.size() + 1);
    return copy;
}

} // namespace haoh::capi

using haoh::capi::text_of;

const char* haoh_version(void) {
    return HAOH_VERSION;
}

unsigned haoh_api_version(void) {
    return HAOH_API_VERSION;
}

char* haoh_safe_text(const char* text, size_t length, haoh_error** error) {
    return haoh::capi::pointer_of(error, [&] {
        return haoh::capi::text_for_c(haoh::safe_text(haoh::capi::bytes(text, length, "text")));
    });
}

void haoh_text_free(char* text) {
    std::free(text); // NOLINT(cppcoreguidelines-no-malloc)
}

int haoh_error_code(const haoh_error* error) {
    const haoh_error* known = haoh::capi::usable(error);
    return known == nullptr ? HAOH_OK : known->code;
}

int haoh_error_errno(const haoh_error* error) {
    const haoh_error* known = haoh::capi::usable(error);
    return known == nullptr ? 0 : known->number;
}

const char* haoh_error_message(const haoh_error* error) {
    return text_of(error, &haoh_error::message);
}

const char* haoh_error_operation(const haoh_error* error) {
    return text_of(error, &haoh_error::operation);
}

const char* haoh_error_object(const haoh_error* error) {
    return text_of(error, &haoh_error::object);
}

const char* haoh_error_cause(const haoh_error* error) {
    return text_of(error, &haoh_error::cause);
}

const char* haoh_error_advice(const haoh_error* error) {
    return text_of(error, &haoh_error::advice);
}

void haoh_error_free(haoh_error* error) {
    haoh::capi::free_handle(error);
}
