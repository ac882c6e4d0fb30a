// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// How a C call runs C++: no exception crosses, results become what C can hold.
#pragma once

#include <haoh/haoh.h>

#include <string>
#include <utility>

namespace haoh::capi {

/// Makes an error of the exception that is being handled, and stores it unless `error` is NULL.
/// \return its code
[[nodiscard]] int report_failure(haoh_error** error) noexcept;

/// A call that gives a pointer: NULL when it throws.
template <typename Call>
auto pointer_of(haoh_error** error, Call&& call) noexcept -> decltype(call()) {
    try {
        return std::forward<Call>(call)();
    } catch (...) {
        static_cast<void>(report_failure(error));
        return nullptr;
    }
}

/// A call that gives 0 or more: the negative code when it throws.
template <typename Call>
int status_of(haoh_error** error, Call&& call) noexcept {
    try {
        return std::forward<Call>(call)();
    } catch (...) {
        return -report_failure(error);
    }
}

/// For haoh_text_free(). \throws std::bad_alloc
[[nodiscard]] char* text_for_c(const std::string& text);
/// Likewise, of what begins and ends with braces.
[[nodiscard]] char* json_for_c(std::string json);

} // namespace haoh::capi
