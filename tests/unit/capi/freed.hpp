// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Handles and errors that are freed when a test leaves them.
#pragma once

#include <haoh/haoh.h>

#include <memory>
#include <string>

namespace haoh::test {

template <auto kFree>
struct Free {
    template <typename Type>
    void operator()(Type* handle) const {
        kFree(handle);
    }
};

using ConfigHandle = std::unique_ptr<haoh_config, Free<&haoh_config_free>>;
using ObservationHandle = std::unique_ptr<haoh_observation, Free<&haoh_observation_free>>;
using WaiversHandle = std::unique_ptr<haoh_waivers, Free<&haoh_waivers_free>>;
using BaselineHandle = std::unique_ptr<haoh_baseline, Free<&haoh_baseline_free>>;
using ReportHandle = std::unique_ptr<haoh_report, Free<&haoh_report_free>>;
using EventHandle = std::unique_ptr<haoh_event, Free<&haoh_event_free>>;
using MonitorHandle = std::unique_ptr<haoh_monitor, Free<&haoh_monitor_free>>;
using SelectorHandle = std::unique_ptr<haoh_selector, Free<&haoh_selector_free>>;

/// For the last argument of a call.
class ErrorSlot {
  public:
    ErrorSlot() = default;
    ErrorSlot(const ErrorSlot&) = delete;
    ErrorSlot& operator=(const ErrorSlot&) = delete;
    ~ErrorSlot() { haoh_error_free(error_); }

    /// NOLINTNEXTLINE(google-explicit-constructor): it stands for what it holds
    operator haoh_error**() {
        haoh_error_free(error_);
        error_ = nullptr;
        return &error_;
    }
    [[nodiscard]] int code() const { return haoh_error_code(error_); }
    [[nodiscard]] std::string message() const { return haoh_error_message(error_); }
    [[nodiscard]] const haoh_error* get() const { return error_; }

  private:
    haoh_error* error_{};
};

/// A text that the library gave; "(null)" for none.
inline std::string owned(char* text) {
    std::string out = text == nullptr ? "(null)" : text;
    haoh_text_free(text);
    return out;
}

} // namespace haoh::test
