// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/tracefs.hpp"

#include "base/file_descriptor.hpp"
#include "base/text_scan.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

namespace haoh::host {

namespace {

constexpr std::string_view kPrefix = "haoh-";

} // namespace

std::string Tracefs::instance(std::string_view name) const {
    return fmt::format("{}/instances/{}", directory_, name);
}

std::vector<std::string> Tracefs::instances() const {
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(directory_ + "/instances", error), end;
         !error && entry != end; entry.increment(error)) {
        names.push_back(entry->path().filename().string());
    }
    return names;
}

int Tracefs::make_instance(const std::string& name) const {
    return ::mkdir(instance(name).c_str(), 0700) == 0 ? 0 : errno;
}

int Tracefs::remove_instance(const std::string& name) const {
    return ::rmdir(instance(name).c_str()) == 0 ? 0 : errno;
}

std::string find_tracefs(const std::string& root) {
    constexpr std::string_view kOperation = "find tracefs at";
    const std::string base = root.ends_with('/') ? root.substr(0, root.size() - 1) : root;
    const std::string usual = base + "/sys/kernel/tracing";
    bool refused = false;
    for (const std::string& directory : {usual, base + "/sys/kernel/debug/tracing"}) {
        struct stat found {};
        if (::stat((directory + "/instances").c_str(), &found) == 0) {
            return directory;
        }
        refused = refused || errno == EACCES || errno == EPERM;
    }
    if (refused) {
        throw Error({EACCES, std::generic_category()}, kOperation, usual, {}, "run as root");
    }
    throw Error(Errc::not_found, kOperation, usual,
                "it is not mounted, or the kernel has no tracing (CONFIG_TRACING)",
                "mount -t tracefs tracefs /sys/kernel/tracing");
}

std::string to_string(const InstanceName& name) {
    return fmt::format("{}{}-{}-{}", kPrefix, name.pid, name.start, name.number);
}

std::optional<InstanceName> parse_instance_name(std::string_view text) {
    InstanceName name;
    if (base::take_prefix(text, kPrefix) && base::take_number(text, name.pid) &&
        base::take_prefix(text, "-") && base::take_number(text, name.start) &&
        base::take_prefix(text, "-") && base::take_number(text, name.number) && text.empty() &&
        name.pid > 0) {
        return name;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> start_in_stat(std::string_view stat) {
    // The second field is the program's name, which can have anything in it, parentheses too.
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string_view::npos) {
        return std::nullopt;
    }
    stat.remove_prefix(name_end + 1);
    constexpr int kFieldsBetween = 20;
    for (int i = 0; i < kFieldsBetween; ++i) {
        // Of what has too few fields nothing is taken any more: no space is behind its last one.
        stat.remove_prefix(stat.find(' ') + 1);
    }
    std::uint64_t start = 0;
    return base::take_number(stat, start) && stat.starts_with(' ') ? std::optional(start)
                                                                   : std::nullopt;
}

std::optional<std::uint64_t> process_start(pid_t pid) {
    const std::string path = fmt::format("/proc/{}/stat", pid);
    const base::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        return errno == ENOENT ? std::optional<std::uint64_t>(0) : std::nullopt;
    }
    std::array<char, 4096> text{};
    const ssize_t length = ::read(file.get(), text.data(), text.size());
    if (length < 0) {
        return errno == ESRCH ? std::optional<std::uint64_t>(0) : std::nullopt;
    }
    return start_in_stat({text.data(), static_cast<std::size_t>(length)});
}

void remove_abandoned_instances(const Tracefs& tracefs) {
    for (const std::string& text : tracefs.instances()) {
        const std::optional<InstanceName> name = parse_instance_name(text);
        if (!name) {
            continue;
        }
        const std::optional<std::uint64_t> start = process_start(name->pid);
        if (start && *start != name->start) {
            static_cast<void>(tracefs.remove_instance(text));
        }
    }
}

} // namespace haoh::host
