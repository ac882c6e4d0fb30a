// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The one error type of libhaoh: what was tried, on what, why it failed, and what to do.
#pragma once

#include <haoh/visibility.h>

#include <string>
#include <string_view>
#include <system_error>

namespace HAOH_PUBLIC haoh {

/// Why an operation failed, where no errno value says it better.
enum class Errc {
    malformed = 1,     ///< bytes or text that break the specification or the file format
    unexpected,        ///< well formed, but not what may come at this point
    timed_out,         ///< no answer within the caller's time
    closed,            ///< the peer closed the connection
    terminated,        ///< the peer sent an NVMe/TCP termination request (C2HTermReq)
    digest,            ///< a header or data digest does not match
    command_failed,    ///< an NVMe command completed with an error status
    refused_host,      ///< the subsystem does not allow this host (SCT 1h, SC 84h on Connect)
    unknown_subsystem, ///< no such subsystem behind this address
    unstable,          ///< the content changed at every attempt to read it
    unsupported,       ///< the peer or this build cannot do it
    invalid_argument,  ///< the caller's argument or configuration is wrong
    too_large,         ///< over a bound of ours; the text says which
    canceled,          ///< the caller canceled it
    not_found,         ///< a file, key or object that does not exist
    short_answer,      ///< fewer bytes came than were asked for
    not_authenticated, ///< the peer demands in-band authentication
};

/// The category of `Errc`; its name is "haoh".
[[nodiscard]] const std::error_category& error_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(Errc value) noexcept {
    return {static_cast<int>(value), error_category()};
}

/// A failed operation. `what()` reads "OPERATION OBJECT: CAUSE" and, where there is one,
/// "; ADVICE" at the end: one line, lower case, no trailing full stop. Whatever an array or a file put
/// into it, a terminal may have it (safe_text.hpp).
class Error : public std::system_error {
  public:
    /// \param code       the cause as a code: an `Errc` or an errno value
    /// \param operation  what was tried: "connect to", "read the ANA log of"
    /// \param object     on what: "tcp://10.0.0.1:4420", "pair.toml:12: array.name"
    /// \param cause      the cause in words; empty takes `code.message()`
    /// \param advice     what the user can do; may be empty
    Error(std::error_code code, std::string_view operation, std::string_view object,
          std::string_view cause = {}, std::string_view advice = {});

    [[nodiscard]] const std::string& operation() const noexcept { return operation_; }
    [[nodiscard]] const std::string& object() const noexcept { return object_; }
    [[nodiscard]] const std::string& cause() const noexcept { return cause_; }
    [[nodiscard]] const std::string& advice() const noexcept { return advice_; }
    [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

  private:
    std::string operation_;
    std::string object_;
    std::string cause_;
    std::string advice_;
    std::string text_;
};

} // namespace haoh

template <>
struct std::is_error_code_enum<haoh::Errc> : std::true_type {};
