// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What was asked for and could not be observed, and why.
#pragma once

#include <haoh/visibility.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace HAOH_PUBLIC haoh {

/// Why something could not be observed: for programs, beside the words for people.
enum class UnobservedReason : std::uint8_t {
    other,             ///< none of these, or not told: a snapshot from before reasons were kept
    refused,           ///< nobody listens there
    unreachable,       ///< no way leads there
    timed_out,         ///< no answer in time
    connection_lost,   ///< the connection ended before all was read
    protocol,          ///< what answered does not keep to the protocol
    not_authenticated, ///< in-band authentication is demanded
    not_permitted,     ///< the operating system does not let this process
    host_not_allowed,  ///< the subsystem does not allow this host
    not_found,         ///< there is no such name, subsystem or device
    none_offered,      ///< a discovery log without any subsystem for this host
    command_failed,    ///< a command ended with an error status
    unstable,          ///< the content changed at every attempt to read it
    unsupported,       ///< haoh cannot: TLS, another transport
    unusable_entry,    ///< an entry of a discovery log that leads nowhere
    budget,            ///< more than is read and kept of one target: what is allowed is used up
    not_live,          ///< the kernel has the controller, and not as live
    unreadable,        ///< the kernel does not say in which state the controller is
    recorded,          ///< a recorded tree: there is nobody to ask
    canceled,          ///< the caller canceled it
};
/// "refused", "timed_out", ...
[[nodiscard]] std::string_view to_string(UnobservedReason value);
[[nodiscard]] std::optional<UnobservedReason> parse_unobserved_reason(std::string_view text);
/// That of an Error's code: an `Errc` or an errno value.
[[nodiscard]] UnobservedReason unobserved_reason(const std::error_code& code);

/// Something that was asked for and could not be observed.
struct Unobserved {
    std::string object;    ///< "tcp://10.0.0.2:4420", "nvme3"
    std::string target;    ///< the --target it belongs to; empty: a host's own
    std::string subsysnqn; ///< empty when unknown
    std::string error;     ///< one line: what was tried on what, why it failed, what to do
    std::string
        host{}; ///< KernelObservation::host on which it is; empty: asked directly, or not known
    UnobservedReason reason{};

    auto operator<=>(const Unobserved&) const = default;
};

} // namespace haoh
