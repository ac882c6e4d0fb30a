// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/error.hpp>

#include "base/safe_text.hpp"

namespace haoh {

namespace {

class ErrorCategory final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "haoh"; }

    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<Errc>(value)) {
        case Errc::malformed:
            return "malformed data";
        case Errc::unexpected:
            return "not expected at this point";
        case Errc::timed_out:
            return "no answer in time";
        case Errc::closed:
            return "the peer closed the connection";
        case Errc::terminated:
            return "the peer terminated the connection";
        case Errc::digest:
            return "a digest does not match";
        case Errc::command_failed:
            return "the command failed";
        case Errc::refused_host:
            return "the subsystem does not allow this host";
        case Errc::unknown_subsystem:
            return "no such subsystem";
        case Errc::unstable:
            return "the content changed at every attempt to read it";
        case Errc::unsupported:
            return "not supported";
        case Errc::invalid_argument:
            return "invalid argument";
        case Errc::too_large:
            return "too large";
        case Errc::canceled:
            return "canceled";
        case Errc::not_found:
            return "not found";
        case Errc::short_answer:
            return "fewer bytes came than were asked for";
        case Errc::not_authenticated:
            return "authentication is demanded";
        }
        return "error " + std::to_string(value);
    }

    [[nodiscard]] std::error_condition default_error_condition(int value) const noexcept override {
        switch (static_cast<Errc>(value)) {
        case Errc::timed_out:
            return std::errc::timed_out;
        case Errc::closed:
            return std::errc::connection_reset;
        case Errc::unsupported:
            return std::errc::not_supported;
        case Errc::invalid_argument:
            return std::errc::invalid_argument;
        case Errc::canceled:
            return std::errc::operation_canceled;
        case Errc::not_authenticated:
            return std::errc::permission_denied;
        default:
            return {value, *this};
        }
    }
};

std::string error_text(const std::string& operation, const std::string& object,
                       const std::string& cause, const std::string& advice) {
    std::string text = operation;
    if (!object.empty()) {
        text += text.empty() ? "" : " ";
        text += object;
    }
    text += text.empty() ? "" : ": ";
    text += cause;
    if (!advice.empty()) {
        text += "; " + advice;
    }
    return text;
}

} // namespace

const std::error_category& error_category() noexcept {
    static const ErrorCategory category;
    return category;
}

Error::Error(std::error_code code, std::string_view operation, std::string_view object,
             std::string_view cause, std::string_view advice)
    : std::system_error(code), operation_(base::safe_text(operation)),
      object_(base::safe_text(object)),
      cause_(base::safe_text(cause.empty() ? code.message() : std::string(cause))),
      advice_(base::safe_text(advice)), text_(error_text(operation_, object_, cause_, advice_)) {}

} // namespace haoh
