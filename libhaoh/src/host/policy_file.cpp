// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/policy_file.hpp"

#include "host/kernel_reader.hpp"
#include "host/selection.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <cerrno>

namespace haoh::host {

namespace {

constexpr std::string_view kOperation = "set the I/O policy of";
constexpr const char* kFile = "iopolicy";
constexpr std::string_view kParameters = "sys/module/nvme_core/parameters";

std::error_code system_code(int error) {
    return {error, std::generic_category()};
}

} // namespace

PolicyFile::PolicyFile(const SysfsRoot& root, std::string_view subsystem) : root_{root} {
    // Where the module is not loaded, nothing can be read of it.
    if (root.open(std::string(kParameters)).attribute("multipath").flag() == false) {
        throw Error(Errc::unsupported, kOperation, subsystem.empty() ? "new subsystems" : subsystem,
                    "native multipath is off (nvme_core.multipath=N)",
                    "remove that from the kernel's command line and modprobe.d, and restart");
    }
    if (subsystem.empty()) {
        open_default();
    } else {
        open_subsystem(subsystem);
    }
    if (directory_.attribute(kFile).state == Attribute::State::absent) {
        throw Error(
            Errc::unsupported, kOperation, object(),
            fmt::format("there is no {}: this kernel has no native multipath", chosen_.file),
            "it takes Linux 5.1 or later with CONFIG_NVME_MULTIPATH");
    }
}

void PolicyFile::open_default() {
    directory_ = root_.open(std::string(kParameters));
    chosen_.file = fmt::format("/{}/{}", kParameters, kFile);
    if (!directory_) {
        throw Error(directory_.error() == ENOENT ? make_error_code(Errc::not_found)
                                                 : system_code(directory_.error()),
                    kOperation, object(),
                    directory_.error() == ENOENT ? "the module nvme_core is not loaded"
                                                 : std::string_view(),
                    "modprobe nvme_core");
    }
}

void PolicyFile::open_subsystem(std::string_view name) {
    KernelObservation kernel;
    read_topology(root_, ScanOptions{.detail = KernelDetail::topology, .threads = 1}, kernel);
    select_subsystems(kernel, {std::string(name)});
    if (kernel.subsystems.empty()) {
        throw Error(Errc::not_found, kOperation, name, "this controller is of no subsystem yet",
                    "wait until it is live");
    }
    chosen_.subsystem = kernel.subsystems.front().name;
    chosen_.subsysnqn = kernel.subsystems.front().subsysnqn.value();
    const std::string path = "sys/class/nvme-subsystem/" + chosen_.subsystem;
    chosen_.file = fmt::format("/{}/{}", path, kFile);
    directory_ = root_.open(path);
    if (!directory_) {
        fail(directory_.error(), {});
    }
    // Between the reading and now the instance may have gone to another subsystem.
    if (directory_.attribute("subsysnqn").value() != chosen_.subsysnqn) {
        fail(ENOENT, {});
    }
}

std::string PolicyFile::object() const {
    return chosen_.subsystem.empty() ? "new subsystems"
                                     : fmt::format("{} ({})", chosen_.subsystem, chosen_.subsysnqn);
}

void PolicyFile::fail(int error, std::string_view policy) const {
    switch (error) {
    case ENOENT:
    case ENODEV: // what a file says that was open when its object went away
        throw Error(Errc::not_found, kOperation, object(),
                    chosen_.subsystem.empty() ? "the module nvme_core was unloaded"
                                              : "the subsystem has gone away in the meantime",
                    "nothing was changed; see `haoh list` for what is there");
    case EINVAL:
        throw Error(Errc::invalid_argument, kOperation, object(),
                    fmt::format("this kernel does not know the policy '{}' (EINVAL)", policy),
                    "`haoh policy list` shows what it offers");
    case EROFS:
        throw Error(system_code(error), kOperation, object(), "sysfs is mounted read-only",
                    "run it outside of the container, or: mount -o remount,rw /sys");
    case EACCES:
    case EPERM:
        throw Error(system_code(error), kOperation, object(),
                    fmt::format("{}: no permission", chosen_.file), "run it as root");
    default:
        throw Error(system_code(error), kOperation, object());
    }
}

PolicyChange PolicyFile::set(std::string_view policy) const {
    PolicyChange change = chosen_;
    change.before = directory_.attribute(kFile).value();
    if (const int error = directory_.write(kFile, policy); error != 0) {
        fail(error, policy);
    }
    const Attribute after = directory_.attribute(kFile);
    if (after.state == Attribute::State::absent) {
        fail(ENOENT, policy);
    }
    change.after = after.value();
    if (change.after != policy) {
        throw Error(Errc::unexpected, kOperation, object(),
                    fmt::format("the kernel took '{}' and now shows '{}'", policy, change.after),
                    "somebody else may be setting it, as a udev rule does");
    }
    return change;
}

} // namespace haoh::host

namespace haoh {

PolicyChange set_io_policy(const PolicySetting& setting) {
    const host::SysfsRoot root(setting.sysroot);
    return host::PolicyFile(root, setting.subsystem).set(setting.policy);
}

} // namespace haoh
