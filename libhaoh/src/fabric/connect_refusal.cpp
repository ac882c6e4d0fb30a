// SPDX-License-Identifier: LGPL-2.1-or-later
#include "connect_refusal.hpp"

#include <haoh/nvme/fabrics.hpp>

#include <fmt/format.h>

namespace haoh::fabric {

namespace {

constexpr std::uint32_t kIattrData = 1U << 16U; ///< IPO is an offset in the data, not the command
constexpr std::uint32_t kAtr = 1U << 17U;       ///< authentication is required
constexpr std::uint32_t kAscr = 1U << 18U; ///< authentication over a secure channel is required

// Offsets in the Connect data.
constexpr std::uint32_t kDataCntlid = 16;
constexpr std::uint32_t kDataSubnqn = 256;
constexpr std::uint32_t kDataHostnqn = 512;
constexpr std::uint32_t kDataEnd = 768;

constexpr std::string_view kNoAuthentication =
    "haoh cannot authenticate: ask a port, or as a host, for which the array demands none";

Failure authentication_failure(std::string_view how) {
    return {.code = make_error_code(Errc::not_authenticated),
            .cause = fmt::format("the array demands in-band authentication (DH-HMAC-CHAP){}", how),
            .advice = std::string(kNoAuthentication)};
}

Failure refused(std::string cause, std::string advice) {
    return {.code = make_error_code(Errc::command_failed),
            .cause = std::move(cause),
            .advice = std::move(advice)};
}

/// The field of the Connect command at a byte offset.
std::string_view command_field(std::uint32_t offset) {
    switch (offset) {
    case 40:
    case 41:
        return "RECFMT";
    case 42:
    case 43:
        return "QID";
    case 44:
    case 45:
        return "SQSIZE";
    case 46:
        return "CATTR";
    case 48:
    case 49:
    case 50:
    case 51:
        return "KATO";
    default:
        return "a field of the command";
    }
}

Failure invalid_parameters(nvme::Status status, std::uint32_t dword0, const Address& address,
                           const ConnectOptions& options) {
    const std::uint32_t offset = dword0 & 0xFFFFU;
    if ((dword0 & kIattrData) == 0) {
        return refused(
            fmt::format("the array does not accept {} of Connect (byte {}): {}",
                        command_field(offset), offset, nvme::describe(status)),
            offset >= 44 && offset <= 45
                ? fmt::format("ask for a queue with fewer than {} entries", options.queue_size)
                : std::string{});
    }
    if (offset >= kDataSubnqn && offset < kDataHostnqn) {
        return {.code = make_error_code(Errc::unknown_subsystem),
                .cause = fmt::format("there is no subsystem \"{}\" on this port ({})",
                                     options.subsysnqn, nvme::describe(status)),
                .advice = fmt::format("compare the name with the discovery log: haoh list -t {}",
                                      to_string(address))};
    }
    if (offset >= kDataHostnqn && offset < kDataEnd) {
        return refused(fmt::format("the array does not accept the host NQN \"{}\": {}",
                                   options.host.hostnqn, nvme::describe(status)),
                       "give another one with --hostnqn");
    }
    if (offset < kDataCntlid) {
        return refused(fmt::format("the array does not accept the host identifier {}: {}",
                                   nvme::format_uuid(options.host.hostid), nvme::describe(status)),
                       "give another one with --hostid");
    }
    if (offset < kDataCntlid + 2) {
        const bool dynamic = options.cntlid == nvme::kDynamicController;
        return refused(
            fmt::format("the array does not accept the controller ID {:04X}h: {}", options.cntlid,
                        nvme::describe(status)),
            dynamic ? "its controllers may be static: the discovery log shows it (CNTLID)"
                    : "there is no such static controller, or its controllers are dynamic: the "
                      "discovery log shows it (CNTLID)");
    }
    return refused(fmt::format("the array does not accept byte {} of the Connect data: {}", offset,
                               nvme::describe(status)),
                   {});
}

} // namespace

Failure describe_refusal(nvme::Status status, std::uint32_t dword0, const Address& address,
                         const ConnectOptions& options) {
    switch (status.code()) {
    case nvme::status::connect_invalid_parameters:
        return invalid_parameters(status, dword0, address, options);
    case nvme::status::connect_invalid_host:
        return {.code = make_error_code(Errc::refused_host),
                .cause = fmt::format("the subsystem does not allow this host ({})",
                                     nvme::describe(status)),
                .advice = fmt::format("have the array's administrator add the host NQN {} to the "
                                      "hosts allowed for {}, or give the right one with --hostnqn",
                                      options.host.hostnqn, options.subsysnqn)};
    case nvme::status::connect_controller_busy:
        return refused(fmt::format("the array has no free controller for this host ({})",
                                   nvme::describe(status)),
                       "try again later; its range of controller IDs or its number of hosts may be "
                       "used up");
    case nvme::status::connect_incompatible_format:
        return refused(fmt::format("the array does not know the format of our Connect ({})",
                                   nvme::describe(status)),
                       {});
    case nvme::status::connect_restart_discovery:
        return refused(
            fmt::format("the array wants the discovery log to be read again ({})",
                        nvme::describe(status)),
            fmt::format("the subsystem may have moved: haoh list -t {}", to_string(address)));
    case nvme::status::authentication_required:
        return authentication_failure(fmt::format(" ({})", nvme::describe(status)));
    default:
        return refused(fmt::format("Connect failed: {}", nvme::describe(status)), {});
    }
}

std::optional<Failure> authentication_demand(std::uint32_t dword0) {
    if ((dword0 & kAscr) != 0) {
        return authentication_failure(" and a secure channel (TLS)");
    }
    if ((dword0 & kAtr) != 0) {
        return authentication_failure("");
    }
    return std::nullopt;
}

} // namespace haoh::fabric
