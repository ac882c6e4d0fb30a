// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/udev_rules.hpp"

#include "host/attribute_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>

namespace haoh::host {

namespace {

constexpr std::size_t kMaxRulesBytes = 1U << 20U;
constexpr std::array<const char*, 4> kDirectories{"etc/udev/rules.d", "run/udev/rules.d",
                                                  "usr/lib/udev/rules.d", "lib/udev/rules.d"};

} // namespace

bool mentions_iopolicy(std::string_view rules) {
    while (!rules.empty()) {
        std::string_view line = rules.substr(0, rules.find('\n'));
        rules.remove_prefix(std::min(line.size() + 1, rules.size()));
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        if (!line.starts_with('#') && line.find("iopolicy") != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

std::vector<std::string> iopolicy_rules(const SysfsRoot& root, std::vector<std::string>& problems) {
    const auto tell = [&](const std::string& path, int error) {
        // What udev does not read, either, is no problem.
        if (error != 0 && !means_absent(error) && error != EISDIR && error != ELOOP) {
            problems.push_back(fmt::format("/{}: {}", path, errno_text(error)));
        }
    };
    std::vector<std::string> found;
    std::set<std::string> seen;
    std::string text;
    for (const char* path : kDirectories) {
        const SysfsDirectory directory = root.open(path);
        int error = 0;
        std::vector<std::string> names;
        for (DirectoryEntry& entry : directory.entries(error)) {
            // The same directory by another name (/lib) brings nothing new either.
            if (entry.name.ends_with(".rules") && seen.insert(entry.name).second) {
                names.push_back(std::move(entry.name));
            }
        }
        tell(path, error);
        std::sort(names.begin(), names.end());
        for (const std::string& name : names) {
            const std::string file = std::string(path) + "/" + name;
            error = root.read_file(file, kMaxRulesBytes, text);
            tell(file, error);
            if (error == 0 && mentions_iopolicy(text)) {
                found.push_back("/" + file);
            }
        }
    }
    return found;
}

} // namespace haoh::host
