// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/unobserved.hpp>

#include <haoh/error.hpp>

#include <array>

namespace haoh {

namespace {

struct ReasonName {
    UnobservedReason reason;
    std::string_view name;
};

constexpr std::array kReasonNames{
    ReasonName{UnobservedReason::other, "other"},
    ReasonName{UnobservedReason::refused, "refused"},
    ReasonName{UnobservedReason::unreachable, "unreachable"},
    ReasonName{UnobservedReason::timed_out, "timed_out"},
    ReasonName{UnobservedReason::connection_lost, "connection_lost"},
    ReasonName{UnobservedReason::protocol, "protocol"},
    ReasonName{UnobservedReason::not_authenticated, "not_authenticated"},
    ReasonName{UnobservedReason::not_permitted, "not_permitted"},
    ReasonName{UnobservedReason::host_not_allowed, "host_not_allowed"},
    ReasonName{UnobservedReason::not_found, "not_found"},
    ReasonName{UnobservedReason::none_offered, "none_offered"},
    ReasonName{UnobservedReason::command_failed, "command_failed"},
    ReasonName{UnobservedReason::unstable, "unstable"},
    ReasonName{UnobservedReason::unsupported, "unsupported"},
    ReasonName{UnobservedReason::unusable_entry, "unusable_entry"},
    ReasonName{UnobservedReason::budget, "budget"},
    ReasonName{UnobservedReason::not_live, "not_live"},
    ReasonName{UnobservedReason::unreadable, "unreadable"},
    ReasonName{UnobservedReason::recorded, "recorded"},
    ReasonName{UnobservedReason::canceled, "canceled"}};

UnobservedReason reason_of(Errc code) {
    switch (code) {
    case Errc::malformed:
    case Errc::unexpected:
    case Errc::digest:
    case Errc::short_answer:
        return UnobservedReason::protocol;
    case Errc::timed_out:
        return UnobservedReason::timed_out;
    case Errc::closed:
    case Errc::terminated:
        return UnobservedReason::connection_lost;
    case Errc::command_failed:
        return UnobservedReason::command_failed;
    case Errc::refused_host:
        return UnobservedReason::host_not_allowed;
    case Errc::unknown_subsystem:
    case Errc::not_found:
        return UnobservedReason::not_found;
    case Errc::unstable:
        return UnobservedReason::unstable;
    case Errc::unsupported:
        return UnobservedReason::unsupported;
    case Errc::too_large:
        return UnobservedReason::budget;
    case Errc::canceled:
        return UnobservedReason::canceled;
    case Errc::not_authenticated:
        return UnobservedReason::not_authenticated;
    case Errc::invalid_argument:
        break;
    }
    return UnobservedReason::other;
}

struct ErrnoReason {
    std::errc condition;
    UnobservedReason reason;
};

constexpr std::array kErrnoReasons{
    ErrnoReason{std::errc::connection_refused, UnobservedReason::refused},
    ErrnoReason{std::errc::host_unreachable, UnobservedReason::unreachable},
    ErrnoReason{std::errc::network_unreachable, UnobservedReason::unreachable},
    ErrnoReason{std::errc::network_down, UnobservedReason::unreachable},
    ErrnoReason{std::errc::address_not_available, UnobservedReason::unreachable},
    ErrnoReason{std::errc::timed_out, UnobservedReason::timed_out},
    ErrnoReason{std::errc::connection_reset, UnobservedReason::connection_lost},
    ErrnoReason{std::errc::connection_aborted, UnobservedReason::connection_lost},
    ErrnoReason{std::errc::broken_pipe, UnobservedReason::connection_lost},
    ErrnoReason{std::errc::permission_denied, UnobservedReason::not_permitted},
    ErrnoReason{std::errc::operation_not_permitted, UnobservedReason::not_permitted},
    ErrnoReason{std::errc::no_such_file_or_directory, UnobservedReason::not_found},
    ErrnoReason{std::errc::no_such_device, UnobservedReason::not_found},
    ErrnoReason{std::errc::no_such_device_or_address, UnobservedReason::not_found},
    ErrnoReason{std::errc::operation_canceled, UnobservedReason::canceled}};

} // namespace

std::string_view to_string(UnobservedReason value) {
    for (const ReasonName& row : kReasonNames) {
        if (row.reason == value) {
            return row.name;
        }
    }
    return "?";
}

std::optional<UnobservedReason> parse_unobserved_reason(std::string_view text) {
    for (const ReasonName& row : kReasonNames) {
        if (row.name == text) {
            return row.reason;
        }
    }
    return std::nullopt;
}

UnobservedReason unobserved_reason(const std::error_code& code) {
    if (code.category() == error_category()) {
        return reason_of(static_cast<Errc>(code.value()));
    }
    for (const ErrnoReason& row : kErrnoReasons) {
        if (code == row.condition) {
            return row.reason;
        }
    }
    return UnobservedReason::other;
}

} // namespace haoh
