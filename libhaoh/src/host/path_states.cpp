// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/path_states.hpp"

#include "host/attribute_text.hpp"

#include <fmt/format.h>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace haoh::host {

namespace {

/// Descriptors for everything else, whatever the limit is.
constexpr std::uint64_t kMargin = 64;
/// Where there is no limit: more than any host has paths.
constexpr std::size_t kMaxOpen = std::size_t{1} << 18U;

/// Where a controller is: a recorded tree may have it in one place only.
std::string directory_of(const SysfsRoot& root, std::string_view place, const std::string& name) {
    std::string directory = fmt::format("{}/{}", place, name);
    return root.open(directory) ? directory : fmt::format("{}/{}", kControllerClass, name);
}

bool means_gone(int error) {
    return error == ENODEV || error == ENXIO || error == ENOENT || error == ENOTDIR;
}

/// The file says what it said: told without taking the text out of it.
bool says(std::string_view bytes, std::string_view text) {
    return bytes.size() == text.size() + 1 && bytes.back() == '\n' && bytes.starts_with(text);
}

} // namespace

std::size_t descriptor_budget(std::uint64_t soft_limit) {
    const std::uint64_t half = soft_limit / 2;
    return half <= kMargin
               ? 0
               : static_cast<std::size_t>(std::min<std::uint64_t>(half - kMargin, kMaxOpen));
}

PathStates::PathStates(const SysfsRoot& root, const KernelObservation& kernel,
                       std::optional<std::size_t> most_open)
    : root_{root} {
    std::map<std::string_view, std::string> directories;
    const auto add_controllers = [&](std::string_view place,
                                     const std::vector<KernelController>& controllers) {
        for (const KernelController& controller : controllers) {
            std::string directory = directory_of(root, place, controller.name);
            add(directory, controller);
            directories.emplace(controller.name, std::move(directory));
        }
    };
    const auto add_paths = [&](const std::vector<KernelPath>& paths) {
        for (const KernelPath& path : paths) {
            const auto directory = directories.find(path.controller);
            if (directory != directories.end()) {
                add(directory->second, path);
            }
        }
    };
    add_controllers(kControllerClass, kernel.stray_controllers);
    for (const KernelSubsystem& subsystem : kernel.subsystems) {
        add_controllers("sys/class/nvme-subsystem/" + subsystem.name, subsystem.controllers);
        for (const KernelNamespace& head : subsystem.namespaces) {
            add_paths(head.paths);
        }
        add_paths(subsystem.headless);
    }
    if (!most_open) {
        struct rlimit limit {};
        const bool known = root.this_machine() && ::getrlimit(RLIMIT_NOFILE, &limit) == 0;
        most_open = known ? descriptor_budget(limit.rlim_cur) : 0;
    }
    keep_open(*most_open);
}

void PathStates::add(const std::string& directory, const KernelController& controller) {
    if (controller.state.state == Attribute::State::absent) {
        return;
    }
    Watched watched;
    watched.file = directory + "/state";
    watched.text = controller.state.value();
    controllers_[controller.name].push_back(std::move(watched));
}

void PathStates::add(const std::string& directory, const KernelPath& path) {
    if (path.ana_state.state == Attribute::State::absent) {
        return;
    }
    Watched watched;
    watched.path = path.name;
    watched.file = fmt::format("{}/{}/ana_state", directory, path.name);
    watched.text = path.ana_state.value();
    controllers_[path.controller].push_back(std::move(watched));
}

void PathStates::keep_open(std::size_t most_open) {
    std::size_t open = 0;
    for (const bool of_paths : {false, true}) {
        for (auto& [name, own] : controllers_) {
            for (Watched& watched : own) {
                int error = 0;
                if (open >= most_open) {
                    return;
                }
                if (watched.path.empty() != of_paths) {
                    watched.descriptor = root_.open_file(watched.file.c_str(), error);
                    open += watched.descriptor ? 1U : 0U;
                }
            }
        }
    }
}

std::vector<StateChange> PathStates::sweep() {
    std::vector<StateChange> changes;
    for (Controllers::value_type& controller : controllers_) {
        for (Watched& watched : controller.second) {
            read(controller.first, watched, changes);
        }
    }
    return changes;
}

std::vector<StateChange> PathStates::sweep(std::string_view controller) {
    std::vector<StateChange> changes;
    const auto found = controllers_.find(controller);
    if (found != controllers_.end()) {
        for (Watched& watched : found->second) {
            read(found->first, watched, changes);
        }
    }
    return changes;
}

void PathStates::read(std::string_view controller, Watched& watched,
                      std::vector<StateChange>& changes) {
    if (watched.gone) {
        return;
    }
    using Kind = StateChange::Kind;
    const auto tell = [&](Kind kind, std::string to) {
        changes.push_back({kind, std::string(controller), watched.path, watched.text, std::move(to),
                           Moment::now()});
    };
    int error = 0;
    base::FileDescriptor opened;
    if (!watched.descriptor) {
        opened = root_.open_file(watched.file.c_str(), error);
    }
    const int number = watched.descriptor ? watched.descriptor.get() : opened.get();
    std::array<char, kUsualAttributeBytes + 1> bytes; // NOLINT: filling it would take as long
    std::string all; // of a file that is longer: of a recorded tree
    ssize_t length = -1;
    if (number >= 0) {
        length = root_.calls().read_again(number, bytes.data(), bytes.size());
        if (length > static_cast<ssize_t>(kUsualAttributeBytes)) {
            all.resize(kMaxAttributeBytes + 1);
            length = root_.calls().read_again(number, all.data(), all.size());
        }
        error = errno; // of use where it failed
    }
    if (length < 0 && means_gone(error)) {
        tell(Kind::gone, {});
        watched.gone = true;
        watched.descriptor = {};
        return;
    }
    const std::string_view text(all.empty() ? bytes.data() : all.data(),
                                static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
    if (length >= 0 && !watched.unreadable && says(text, watched.text)) {
        return;
    }
    Attribute now = length < 0 ? unreadable_attribute(errno_text(error)) : attribute_of(text);
    if (now.state == Attribute::State::unreadable) {
        if (!std::exchange(watched.unreadable, true)) {
            tell(Kind::unreadable, std::move(now.text));
        }
        return;
    }
    watched.unreadable = false;
    if (now.text != watched.text) {
        tell(Kind::changed, now.text);
        watched.text = std::move(now.text);
    }
}

std::size_t PathStates::size() const {
    std::size_t count = 0;
    for (const auto& [name, own] : controllers_) {
        count += static_cast<std::size_t>(
            std::count_if(own.begin(), own.end(), [](const Watched& it) { return !it.gone; }));
    }
    return count;
}

std::size_t PathStates::open() const {
    std::size_t count = 0;
    for (const auto& [name, own] : controllers_) {
        count += static_cast<std::size_t>(std::count_if(
            own.begin(), own.end(), [](const Watched& it) { return bool(it.descriptor); }));
    }
    return count;
}

} // namespace haoh::host
