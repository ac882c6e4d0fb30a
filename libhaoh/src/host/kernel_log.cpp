// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/kernel_log.hpp"

#include "base/file_descriptor.hpp"
#include "base/text_scan.hpp"
#include "host/attribute_text.hpp"
#include "linux/kernel_event_message.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <deque>
#include <iterator>

namespace haoh::host {

namespace {

template <typename Number>
bool take_field(std::string_view& rest, Number& value) {
    return base::take_number(rest, value) && base::take_prefix(rest, ",");
}

std::string_view take_line(std::string_view& rest) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    return line;
}

/// "\x09" is a tab: the kernel escapes what does not print, and the backslash itself.
std::string unescape(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    while (!text.empty()) {
        unsigned char value = 0;
        const char* const digits = text.data() + 2;
        if (text.size() >= 4 && text.starts_with("\\x") &&
            std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
            plain.push_back(static_cast<char>(value));
            text.remove_prefix(4);
        } else {
            plain.push_back(text.front());
            text.remove_prefix(1);
        }
    }
    return plain;
}

} // namespace

std::optional<KmsgRecord> parse_kmsg(std::string_view record) {
    KmsgRecord parsed;
    if (!take_field(record, parsed.level) || !take_field(record, parsed.sequence) ||
        !take_field(record, parsed.microseconds)) {
        return std::nullopt;
    }
    const std::size_t semicolon = record.find(';');
    if (semicolon == std::string_view::npos || semicolon > record.find('\n')) {
        return std::nullopt;
    }
    record.remove_prefix(semicolon + 1);
    parsed.text = unescape(take_line(record));
    while (!record.empty()) {
        constexpr std::string_view kSubsystem = " SUBSYSTEM=";
        const std::string_view line = take_line(record);
        if (line.starts_with(kSubsystem)) {
            parsed.subsystem = unescape(line.substr(kSubsystem.size()));
        }
    }
    return parsed;
}

bool is_about_nvme(const KmsgRecord& record) {
    if (record.subsystem.starts_with("nvme")) {
        return true;
    }
    const std::string_view text = record.text;
    for (std::size_t at = text.find("nvme"); at != std::string_view::npos;
         at = text.find("nvme", at + 1)) {
        if (!text.substr(at).starts_with("nvmet")) {
            return true;
        }
    }
    return false;
}

KernelLog read_kernel_log(const RecordReader& reader) {
    KernelLog log;
    std::deque<KernelMessage> messages;
    std::array<char, kRecordBytes> buffer{};
    bool ended = false;
    for (std::size_t count = 0; count < kMaxRecords && !ended; ++count) {
        const ssize_t length = reader(buffer);
        if (length > 0) {
            std::optional<KmsgRecord> record =
                parse_kmsg({buffer.data(), static_cast<std::size_t>(length)});
            if (record && (is_about_nvme(*record) || linux_kernel::is_of_any_disk(record->text))) {
                messages.push_back({record->microseconds, std::move(record->text)});
            }
            if (messages.size() > kMaxMessages) {
                messages.pop_front();
            }
        } else if (length == 0 || length == -EAGAIN) {
            ended = true;
        } else if (length != -EPIPE && length != -EINTR && length != -EINVAL) {
            // EINVAL: a record longer than any should be; the next one can be read.
            log.error = errno_text(static_cast<int>(-length));
            ended = true;
        }
    }
    if (!ended) {
        log.error = fmt::format("more than {} records", kMaxRecords);
    }
    log.messages.assign(std::make_move_iterator(messages.begin()),
                        std::make_move_iterator(messages.end()));
    return log;
}

KernelLog read_kernel_log(const char* device) {
    const base::FileDescriptor file(::open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    const int error = errno;
    if (!file) {
        const bool refused = error == EPERM || error == EACCES;
        return {.messages = {},
                .error = fmt::format("open {}: {}{}", device, errno_text(error),
                                     refused ? "; run as root" : "")};
    }
    KernelLog log = read_kernel_log([&](std::span<char> buffer) {
        const ssize_t length = ::read(file.get(), buffer.data(), buffer.size());
        return length < 0 ? -static_cast<ssize_t>(errno) : length;
    });
    if (!log.error.empty()) {
        log.error = fmt::format("read {}: {}", device, log.error);
    }
    return log;
}

} // namespace haoh::host
