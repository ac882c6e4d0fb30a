// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/kernel_reader.hpp"

#include "base/safe_text.hpp"
#include "host/attribute_text.hpp"
#include "host/path_join.hpp"
#include "linux/object_name.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <exception>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

namespace haoh::host {

namespace {

constexpr std::string_view kReadingTree = "read the kernel's view below";
constexpr std::string_view kSubsystemClass = "sys/class/nvme-subsystem";
/// Fewer attributes than this are read sooner than a thread is started.
constexpr std::size_t kObjectsWorthThreads = 512;
constexpr std::size_t kHeadsAJob = 64;

std::string below(std::string_view directory, std::string_view name) {
    return fmt::format("{}/{}", directory, name);
}

/// Names of one kind in a directory, by their instances.
std::vector<std::string> names_of(const std::vector<DirectoryEntry>& entries,
                                  linux_kernel::ObjectName::Kind kind) {
    std::vector<std::pair<linux_kernel::ObjectName, std::string>> found;
    for (const DirectoryEntry& entry : entries) {
        const std::optional<linux_kernel::ObjectName> name =
            linux_kernel::parse_object_name(entry.name);
        if (name && name->kind == kind && entry.may_be_object()) {
            found.emplace_back(*name, entry.name);
        }
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> names;
    names.reserve(found.size());
    for (auto& [key, name] : found) {
        names.push_back(std::move(name));
    }
    return names;
}

struct FoundController {
    bool there{};
    KernelController controller;
    std::vector<KernelPath> paths;
    std::vector<FoundHead> own; ///< namespaces that are their own path
    std::string problem;
};

struct FoundSubsystem {
    std::string path;
    KernelSubsystem subsystem;
    std::vector<FoundController> controllers;
    std::vector<FoundHead> heads;
    std::vector<char> head_there; ///< a byte each: written by several threads
    std::vector<std::string> head_problems;
};

/// Runs all jobs, several at a time; the first exception ends the rest and is thrown.
void run_jobs(const std::vector<std::function<void()>>& jobs, std::size_t threads) {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::exception_ptr failure;
    const auto work = [&] {
        for (std::size_t i = next++; i < jobs.size(); i = next++) {
            try {
                jobs[i]();
            } catch (...) {
                const std::lock_guard lock(mutex);
                failure = std::current_exception();
                next = jobs.size();
            }
        }
    };
    {
        std::vector<std::jthread> helpers;
        for (std::size_t i = 1; i < std::min(threads, jobs.size()); ++i) {
            try {
                helpers.emplace_back(work);
            } catch (const std::system_error&) {
                break; // the rest are enough
            }
        }
        work();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

class TopologyReader {
  public:
    TopologyReader(const SysfsRoot& root, const ScanOptions& options, KernelObservation& out)
        : root_{root}, options_{options}, path_rows_{path_rows(options.detail)},
          head_rows_{head_rows(options.detail)}, out_{out} {}

    void run() {
        find_subsystems();
        find_strays();
        read_objects();
        for (FoundSubsystem& found : subsystems_) {
            assemble(found);
        }
        for (FoundController& found : strays_) {
            note(found.problem);
            if (found.there) {
                out_.stray_controllers.push_back(std::move(found.controller));
            }
        }
        // Who looks again and again would take for gone what is only not seen.
        if (unlisted_ != 0 && options_.detail == KernelDetail::topology) {
            throw Error({unlisted_.load(), std::generic_category()}, kReadingTree, root_.path(),
                        out_.unread.back());
        }
    }

  private:
    /// The class, where it is; without it the module is not loaded.
    std::vector<std::string> class_members(std::string_view path,
                                           linux_kernel::ObjectName::Kind kind) {
        const SysfsDirectory directory = root_.open(std::string(path));
        int error = 0;
        std::vector<std::string> names = names_of(directory.entries(error), kind);
        if (error != 0 && error != ENOENT) {
            note(unlisted(path, error));
        }
        return names;
    }

    /// What to say of a directory of which not all is known. By several threads.
    std::string unlisted(std::string_view path, int error) const {
        // Other errors are of the tree and stay: what is behind them was never seen.
        if (error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO) {
            unlisted_ = error;
        }
        return fmt::format("{}: {}", path, broken_attribute(error).text);
    }

    void note(std::string_view problem) {
        if (!problem.empty()) {
            out_.unread.push_back(base::safe_text(problem));
        }
    }

    void find_subsystems() {
        for (const std::string& name :
             class_members(kSubsystemClass, linux_kernel::ObjectName::Kind::subsystem)) {
            FoundSubsystem found;
            found.path = below(kSubsystemClass, name);
            found.subsystem.name = name;
            const SysfsDirectory directory = root_.open(found.path);
            if (directory) {
                if (!directory.read({}, subsystem_attributes(), found.subsystem)) {
                    continue;
                }
                int error = 0;
                const std::vector<DirectoryEntry> entries = directory.entries(error);
                if (error != 0) {
                    note(unlisted(found.path, error));
                }
                for (std::string& controller :
                     names_of(entries, linux_kernel::ObjectName::Kind::controller)) {
                    in_subsystem_.insert(controller);
                    found.controllers.emplace_back().controller.name = std::move(controller);
                }
                for (std::string& head : names_of(entries, linux_kernel::ObjectName::Kind::head)) {
                    found.heads.emplace_back().head.name = std::move(head);
                }
                found.head_there.resize(found.heads.size());
                found.head_problems.resize(found.heads.size());
            } else if (!root_.open(std::string(kSubsystemClass)).has(name.c_str())) {
                continue; // gone since the class was listed
            } else {
                const Attribute broken = broken_attribute(directory.error());
                mark_broken(subsystem_attributes(), found.subsystem, broken);
                note(unlisted(fmt::format("subsystem {}", name), directory.error()));
            }
            subsystems_.push_back(std::move(found));
        }
    }

    void find_strays() {
        for (std::string& name :
             class_members(kControllerClass, linux_kernel::ObjectName::Kind::controller)) {
            if (!in_subsystem_.contains(name)) {
                strays_.emplace_back().controller.name = std::move(name);
            }
        }
    }

    void read_objects() {
        std::vector<std::function<void()>> jobs;
        std::size_t objects = strays_.size();
        for (FoundSubsystem& subsystem : subsystems_) {
            objects += subsystem.controllers.size() * (subsystem.heads.size() + 1);
            for (FoundController& found : subsystem.controllers) {
                jobs.emplace_back([&] { read_controller(subsystem.path, found); });
            }
            for (std::size_t from = 0; from < subsystem.heads.size(); from += kHeadsAJob) {
                jobs.emplace_back([this, &subsystem, from] { read_heads(subsystem, from); });
            }
        }
        for (FoundController& found : strays_) {
            jobs.emplace_back([&] { read_controller(kControllerClass, found); });
        }
        run_jobs(jobs, objects < kObjectsWorthThreads ? 1 : options_.threads);
    }

    /// \param place  the directory that names the controller
    void read_controller(std::string_view place, FoundController& found) const {
        const std::string& name = found.controller.name;
        SysfsDirectory directory = root_.open(below(place, name));
        const int error = directory.error();
        if (!directory) {
            directory = root_.open(below(kControllerClass, name));
        }
        if (!directory) {
            found.there = root_.open(std::string(place)).has(name.c_str()) &&
                          !(means_absent(error) && is_removed(name));
            if (found.there) {
                const Attribute broken = broken_attribute(error);
                mark_broken(controller_attributes(), found.controller, broken);
                found.problem = unlisted(fmt::format("controller {}", name), error);
            }
            return;
        }
        found.there = directory.read({}, controller_attributes(), found.controller);
        int unseen = 0;
        const std::vector<DirectoryEntry> entries = directory.entries(unseen);
        if (unseen != 0) {
            found.problem = unlisted(fmt::format("controller {}", name), unseen);
        }
        std::vector<std::string> paths = names_of(entries, linux_kernel::ObjectName::Kind::path);
        found.paths.reserve(paths.size());
        for (std::string& path_name : paths) {
            KernelPath path = path_of(name, std::move(path_name));
            if (directory.read(path.name, std::span(path_rows_), path)) {
                found.paths.push_back(std::move(path));
            }
        }
        for (std::string& own_name : names_of(entries, linux_kernel::ObjectName::Kind::head)) {
            FoundHead own;
            own.head.name = std::move(own_name);
            KernelPath path = path_of(name, own.head.name);
            if (directory.read(own.head.name, std::span(head_rows_), own.head) &&
                directory.read(path.name, std::span(path_rows_), path)) {
                own.head.paths.push_back(std::move(path));
                if (options_.detail == KernelDetail::full) {
                    read_holders(place, name, own.head);
                }
                found.own.push_back(std::move(own));
            }
        }
    }

    /// What lies on a namespace that is its own path: dm-multipath may.
    void read_holders(std::string_view place, std::string_view controller,
                      KernelNamespace& head) const {
        constexpr std::size_t kMost = 64;
        const SysfsDirectory directory =
            root_.open(fmt::format("{}/{}/{}/holders", place, controller, head.name));
        int error = 0;
        for (DirectoryEntry& entry : directory.entries(error)) {
            if (entry.name.starts_with('.') || head.holders.size() == kMost) {
                continue;
            }
            KernelHolder holder;
            holder.name = std::move(entry.name);
            if (const SysfsDirectory block = root_.open(fmt::format("sys/block/{}", holder.name))) {
                static_cast<void>(block.read({}, holder_attributes(), holder));
            }
            head.holders.push_back(std::move(holder));
        }
        std::sort(head.holders.begin(), head.holders.end(),
                  [](const KernelHolder& a, const KernelHolder& b) { return a.name < b.name; });
    }

    /// Whether the class has no such controller. Its subsystem's link to it goes only with the last
    /// reference to it, as of an open device (nvme_free_ctrl()).
    [[nodiscard]] bool is_removed(const std::string& name) const {
        const SysfsDirectory controllers = root_.open(std::string(kControllerClass));
        return controllers && !controllers.has(name.c_str());
    }

    static KernelPath path_of(const std::string& controller, std::string name) {
        KernelPath path;
        path.name = std::move(name);
        path.controller = controller;
        return path;
    }

    void read_heads(FoundSubsystem& subsystem, std::size_t from) const {
        const SysfsDirectory directory = root_.open(subsystem.path);
        if (means_absent(directory.error())) {
            return; // gone since it was listed, with all its heads
        }
        const std::size_t to = std::min(from + kHeadsAJob, subsystem.heads.size());
        for (std::size_t i = from; i < to; ++i) {
            FoundHead& found = subsystem.heads[i];
            found.head.multipath = true;
            if (!directory) {
                const Attribute broken = broken_attribute(directory.error());
                mark_broken(std::span(head_rows_), found.head, broken);
                subsystem.head_there[i] = 1;
                subsystem.head_problems[i] =
                    unlisted("namespace " + found.head.name, directory.error());
                continue;
            }
            subsystem.head_there[i] =
                directory.read(found.head.name, std::span(head_rows_), found.head) ? 1 : 0;
            const std::string links =
                fmt::format("{}/{}/multipath", subsystem.path, found.head.name);
            int error = 0;
            found.linked =
                names_of(root_.open(links).entries(error), linux_kernel::ObjectName::Kind::path);
            if (error != 0 && !means_absent(error) && error != ELOOP) { // as the head itself
                subsystem.head_problems[i] = unlisted(links, error);
            }
        }
    }

    void assemble(FoundSubsystem& found) {
        std::vector<FoundHead> heads;
        std::vector<KernelPath> paths;
        heads.reserve(found.heads.size());
        for (std::size_t i = 0; i < found.heads.size(); ++i) {
            note(std::move(found.head_problems[i]));
            if (found.head_there[i] != 0) {
                heads.push_back(std::move(found.heads[i]));
            }
        }
        for (FoundController& controller : found.controllers) {
            note(std::move(controller.problem));
            std::move(controller.paths.begin(), controller.paths.end(), std::back_inserter(paths));
            std::move(controller.own.begin(), controller.own.end(), std::back_inserter(heads));
            if (controller.there) {
                found.subsystem.controllers.push_back(std::move(controller.controller));
            }
        }
        join_paths(found.subsystem, std::move(heads), std::move(paths));
        out_.subsystems.push_back(std::move(found.subsystem));
    }

    const SysfsRoot& root_;
    const ScanOptions& options_;
    const std::vector<AttributeRow<KernelPath>> path_rows_;
    const std::vector<AttributeRow<KernelNamespace>> head_rows_;
    KernelObservation& out_;
    std::vector<FoundSubsystem> subsystems_;
    std::set<std::string, std::less<>> in_subsystem_;
    std::vector<FoundController> strays_;
    mutable std::atomic<int> unlisted_{}; ///< an errno value: why something may be missing
};

template <typename Object>
std::vector<AttributeRow<Object>> rows_of(std::span<const AttributeRow<Object>> all,
                                          KernelDetail detail,
                                          std::initializer_list<std::string_view> topology) {
    std::vector<AttributeRow<Object>> rows;
    for (const AttributeRow<Object>& row : all) {
        if (detail == KernelDetail::full ||
            std::find(topology.begin(), topology.end(), row.key) != topology.end()) {
            rows.push_back(row);
        }
    }
    return rows;
}

} // namespace

std::vector<AttributeRow<KernelPath>> path_rows(KernelDetail detail) {
    return rows_of(path_attributes(), detail, {"ana_state", "size"});
}

std::vector<AttributeRow<KernelNamespace>> head_rows(KernelDetail detail) {
    return rows_of(namespace_attributes(), detail,
                   {"nsid", "uuid", "nguid", "eui", "wwid", "size"});
}

void read_topology(const SysfsRoot& root, const ScanOptions& options, KernelObservation& out) {
    // A machine whose NVMe modules are not loaded is one without controllers; a recorded tree
    // without the classes is some other directory.
    const auto error_of = [&](std::string_view path) {
        return root.open(std::string(path)).error();
    };
    int error = error_of(root.this_machine() ? "sys/class" : kSubsystemClass);
    if (!root.this_machine() && error != 0) {
        const int other = error_of(kControllerClass);
        error = other == 0 || means_absent(error) ? other : error;
    }
    if (means_absent(error)) {
        throw Error(
            Errc::not_found, kReadingTree, root.path(),
            fmt::format("it has no {}", root.this_machine() ? "sys/class" : kSubsystemClass),
            root.this_machine() ? "mount sysfs on /sys"
                                : "name the directory that has sys/class/nvme-subsystem in it");
    }
    if (error != 0) {
        throw Error({error, std::generic_category()}, kReadingTree, root.path());
    }
    TopologyReader(root, options, out).run();
}

} // namespace haoh::host
