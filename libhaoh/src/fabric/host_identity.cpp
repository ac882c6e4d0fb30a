// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/host_identity.hpp>

#include "base/file.hpp"

#include <haoh/error.hpp>
#include <haoh/nvme/nqn.hpp>

#include <fmt/format.h>

#include <random>

namespace haoh {

namespace {

constexpr std::string_view kUuidNqnPrefix = "nqn.2014-08.org.nvmexpress:uuid:";
constexpr std::size_t kIdentityFileBound = 4096; ///< bytes; such a file holds one line

nvme::Uuid random_uuid() {
    std::random_device device;
    nvme::Uuid uuid{};
    for (std::size_t i = 0; i < uuid.size(); i += 4) {
        nvme::store_le<std::uint32_t>(uuid, i, device());
    }
    // RFC 9562: version 4 and the variant.
    uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0FU) | 0x40U);
    uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3FU) | 0x80U);
    return uuid;
}

std::string uuid_nqn(const nvme::Uuid& uuid) {
    return std::string(kUuidNqnPrefix) + nvme::format_uuid(uuid);
}

/// The UUID inside a host NQN of the UUID form.
std::optional<nvme::Uuid> uuid_of(std::string_view hostnqn) {
    if (!hostnqn.starts_with(kUuidNqnPrefix)) {
        return std::nullopt;
    }
    return nvme::parse_uuid(hostnqn.substr(kUuidNqnPrefix.size()));
}

/// The one line of a file, trimmed; nullopt when there is no such file or nothing is in it.
std::optional<std::string> read_line_of(const std::string& path) {
    std::string text;
    try {
        text = base::read_file(path, kIdentityFileBound);
    } catch (const Error& error) {
        if (error.code() == std::errc::no_such_file_or_directory ||
            error.code() == std::errc::not_a_directory) {
            return std::nullopt;
        }
        throw Error(error.code(), "read", path, error.cause(), "give --hostnqn and --hostid");
    }
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos) {
        return std::nullopt;
    }
    const std::size_t end = text.find_last_not_of(" \t\r\n");
    return text.substr(begin, end - begin + 1);
}

std::string checked_nqn(std::string nqn, Errc code, std::string_view operation,
                        std::string_view object) {
    if (const auto defect = nvme::nqn_defect(nqn)) {
        throw Error(make_error_code(code), operation, object, *defect,
                    "a host NQN looks like "
                    "nqn.2014-08.org.nvmexpress:uuid:8c4a6a1e-0d4c-4f0e-9f3b-1f2a3b4c5d6e");
    }
    return nqn;
}

nvme::Uuid checked_hostid(std::string_view text, Errc code, std::string_view operation,
                          std::string_view object) {
    const auto uuid = nvme::parse_uuid(text);
    if (!uuid) {
        throw Error(make_error_code(code), operation, object,
                    fmt::format("\"{}\" is not a UUID", text));
    }
    if (nvme::all_zero(*uuid)) {
        throw Error(make_error_code(code), operation, object,
                    "a host identifier of zeros is not allowed over fabrics");
    }
    return *uuid;
}

struct Files {
    std::string nqn_path;
    std::string id_path;
    std::optional<std::string> hostnqn;
    std::optional<nvme::Uuid> hostid;
};

Files read_files(const std::string& directory) {
    Files files{.nqn_path = directory + "/hostnqn",
                .id_path = directory + "/hostid",
                .hostnqn = std::nullopt,
                .hostid = std::nullopt};
    if (auto line = read_line_of(files.nqn_path)) {
        files.hostnqn = checked_nqn(*std::move(line), Errc::malformed, "read", files.nqn_path);
    }
    if (const auto line = read_line_of(files.id_path)) {
        files.hostid = checked_hostid(*line, Errc::malformed, "read", files.id_path);
    }
    return files;
}

} // namespace

HostIdentity host_identity(std::string_view hostnqn, std::string_view hostid,
                           const std::string& directory) {
    HostIdentity identity;
    std::optional<nvme::Uuid> given_id;
    if (!hostid.empty()) {
        given_id = checked_hostid(hostid, Errc::invalid_argument, "use the host identifier",
                                  fmt::format("\"{}\"", hostid));
    }
    if (!hostnqn.empty()) {
        identity.hostnqn = checked_nqn(std::string(hostnqn), Errc::invalid_argument,
                                       "use the host NQN", fmt::format("\"{}\"", hostnqn));
        identity.origin = "--hostnqn";
        if (given_id) {
            identity.hostid = *given_id;
            identity.origin += ", --hostid";
            return identity;
        }
        if (const auto uuid = uuid_of(hostnqn)) {
            identity.hostid = *uuid;
            return identity;
        }
        // One host NQN has one host identifier: the machine's own may only stand beside its NQN.
        const Files files = read_files(directory);
        if (files.hostnqn == hostnqn && files.hostid) {
            identity.hostid = *files.hostid;
            identity.origin += ", " + files.id_path;
            return identity;
        }
        identity.hostid = random_uuid();
        identity.origin += ", generated host identifier";
        return identity;
    }

    const Files files = read_files(directory);
    if (files.hostnqn) {
        identity.hostnqn = *files.hostnqn;
        identity.origin = files.nqn_path;
        if (given_id) {
            identity.hostid = *given_id;
            identity.origin += ", --hostid";
        } else if (files.hostid) {
            identity.hostid = *files.hostid;
            identity.origin += ", " + files.id_path;
        } else if (const auto uuid = uuid_of(identity.hostnqn)) {
            identity.hostid = *uuid;
        } else {
            identity.hostid = random_uuid();
            identity.origin += ", generated host identifier";
        }
        return identity;
    }
    if (given_id) {
        identity.hostid = *given_id;
        identity.origin = "--hostid";
    } else if (files.hostid) {
        identity.hostid = *files.hostid;
        identity.origin = files.id_path;
    } else {
        identity.hostid = random_uuid();
        identity.origin = "generated";
    }
    identity.hostnqn = uuid_nqn(identity.hostid);
    return identity;
}

} // namespace haoh
