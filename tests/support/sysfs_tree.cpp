// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/sysfs_tree.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace haoh::test {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kControllers = "sys/devices/virtual/nvme-fabrics/ctl";
constexpr std::string_view kSubsystems = "sys/devices/virtual/nvme-subsystem";
constexpr std::size_t kLargestPage = 65536;

std::string number(unsigned value) {
    return std::to_string(value);
}

/// TMPDIR where it is set, else a file system in memory where there is one: trees have many files.
fs::path memory_directory() {
    const fs::path memory = "/dev/shm";
    return std::getenv("TMPDIR") == nullptr && ::access(memory.c_str(), W_OK | X_OK) == 0
               ? memory
               : fs::temp_directory_path();
}

void make_link(const fs::path& file, const std::string& target) {
    fs::create_directories(file.parent_path());
    fs::create_symlink(target, file);
}

/// Not a stream: large trees have hundreds of thousands of files.
void write_file(const fs::path& file, std::string_view text) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    const bool written = descriptor >= 0 && ::write(descriptor, text.data(), text.size()) ==
                                                static_cast<ssize_t>(text.size());
    const int error = errno;
    if (descriptor >= 0) {
        ::close(descriptor);
    }
    if (!written) {
        throw std::system_error(error, std::generic_category(), "write " + file.string());
    }
}

} // namespace

SysfsTree::SysfsTree(KernelLayout layout) : layout_{layout} {
    std::string name = (memory_directory() / "haoh-sysfs-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), "mkdtemp " + name);
    }
    root_ = name;
    fs::create_directories(root_ / "sys/class/nvme");
    fs::create_directories(root_ / "sys/class/nvme-subsystem");
}

SysfsTree::~SysfsTree() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
}

SysfsTree& SysfsTree::nul_padded(std::size_t page) {
    padded_to_ = page;
    return *this;
}

SysfsTree& SysfsTree::without_ana(bool on) {
    ana_ = !on;
    return *this;
}

SysfsTree& SysfsTree::without_links(bool on) {
    links_ = !on;
    return *this;
}

std::string SysfsTree::subsystem(unsigned instance) {
    return fmt::format("{}/nvme-subsys{}", kSubsystems, instance);
}

std::string SysfsTree::controller(unsigned instance) {
    return fmt::format("{}/nvme{}", kControllers, instance);
}

std::string SysfsTree::head(unsigned subsystem_instance, unsigned head_instance) {
    return fmt::format("{}/nvme{}n{}", subsystem(subsystem_instance), subsystem_instance,
                       head_instance);
}

std::string SysfsTree::path(unsigned subsystem_instance, unsigned controller_instance,
                            unsigned head_instance) {
    return fmt::format("{}/nvme{}c{}n{}", controller(controller_instance), subsystem_instance,
                       controller_instance, head_instance);
}

void SysfsTree::write(const fs::path& directory, std::string_view file,
                      std::string_view text) const {
    std::string bytes(text);
    bytes += '\n';
    bytes.resize(std::max(bytes.size(), padded_to_), '\0');
    write_file(directory / file, bytes);
}

unsigned SysfsTree::make_subsystem(std::string_view nqn, unsigned controllers) {
    const unsigned instance = subsystems_++;
    const fs::path directory = root_ / subsystem(instance);
    fs::create_directories(directory / "power");
    write(directory, "subsysnqn", nqn);
    write(directory, "serial", "SN-A-0001           ");
    write(directory, "model", "Example Array                           ");
    write(directory, "firmware_rev", "1.0     ");
    write(directory, "subsystype", "nvm");
    write(directory, "iopolicy", "numa");
    const std::string name = directory.filename().string();
    make_link(root_ / "sys/class/nvme-subsystem" / name,
              "../../devices/virtual/nvme-subsystem/" + name);
    for (unsigned i = 0; i < controllers; ++i) {
        const unsigned controller_instance = controllers_ + i;
        make_controller(controller_instance, nqn, true);
        make_link(directory / ("nvme" + number(controller_instance)),
                  "../../nvme-fabrics/ctl/nvme" + number(controller_instance));
    }
    return instance;
}

void SysfsTree::make_controller(unsigned instance, std::string_view nqn, bool live) const {
    const fs::path directory = root_ / controller(instance);
    const std::string name = directory.filename().string();
    fs::create_directories(directory / "power");
    fs::create_directories(directory / "hwmon3");
    fs::create_directories(directory / "ng0n1");
    make_link(root_ / "sys/class/nvme" / name, "../../devices/virtual/nvme-fabrics/ctl/" + name);
    write(directory, "state", live ? "live" : "connecting");
    write(directory, "transport", "tcp");
    write(directory, "address", "traddr=10.0.0." + number(instance + 1) + ",trsvcid=4420");
    write(directory, "subsysnqn", nqn);
    write(directory, "hostnqn",
          "nqn.2014-08.org.nvmexpress:uuid:00000000-0000-0000-0000-000000000001");
    write(directory, "hostid", "00000000-0000-0000-0000-000000000001");
    write(directory, "cntlid", number(instance + 1));
    write(directory, "cntrltype", "io");
    write(directory, "serial", "SN-A-0001           ");
    write(directory, "model", "Example Array                           ");
    write(directory, "firmware_rev", "1.0     ");
    write(directory, "numa_node", "-1");
    write(directory, "queue_count", "3");
    write(directory, "sqsize", "127");
    write(directory, "kato", "5");
    write(directory, "reconnect_delay", "10");
    write(directory, "ctrl_loss_tmo", "600");
    write(directory, "fast_io_fail_tmo", "off");
    if (layout_ >= KernelLayout::v7_3) {
        write(directory, "admin_timeout", "60000");
        write(directory, "io_timeout", "30000");
        fs::create_directories(directory / "diag");
        write(directory, "diag/command_error_count", "0");
        write(directory, "diag/reset_count", "1");
        write(directory, "diag/reconnect_count", "2");
    }
}

void SysfsTree::make_namespace(const fs::path& directory, unsigned head_instance,
                               bool multipath) const {
    fs::create_directories(directory / "queue");
    std::string last = number(head_instance);
    last.insert(0, 12 - last.size(), '0');
    const std::string uuid = "11111111-2222-3333-4444-" + last;
    write(directory, "nsid", number(head_instance + 10));
    write(directory, "uuid", uuid);
    write(directory, "wwid", "uuid." + uuid);
    write(directory, "size", "2097152");
    write(directory, "ro", "0");
    write(directory, "hidden", "0");
    write(directory, "dev", "259:" + number(head_instance));
    write(directory, "queue/logical_block_size", "512");
    write(directory, "queue/physical_block_size", "4096");
    if (layout_ >= KernelLayout::v6_12) {
        write(directory, "csi", "0");
        write(directory, "metadata_bytes", "0");
    }
    if (multipath && layout_ >= KernelLayout::v6_16) {
        write(directory, "delayed_removal_secs", "0");
    }
    if (layout_ >= KernelLayout::v7_3) {
        fs::create_directories(directory / "diag");
        write(directory, "diag/io_requeue_no_usable_path_count", "0");
        write(directory, "diag/io_fail_no_available_path_count", "0");
    }
    const fs::path partition = directory / (directory.filename().string() + "p1");
    fs::create_directories(partition);
}

void SysfsTree::make_path(const fs::path& directory) const {
    fs::create_directories(directory / "queue");
    if (ana_) {
        write(directory, "ana_state", "optimized");
        write(directory, "ana_grpid", "1");
    }
    write(directory, "size", "2097152");
    write(directory, "ro", "0");
    write(directory, "queue/logical_block_size", "512");
    if (layout_ >= KernelLayout::v6_16) {
        write(directory, "numa_nodes", "0");
        write(directory, "queue_depth", "");
    }
    if (layout_ >= KernelLayout::v7_3) {
        fs::create_directories(directory / "diag");
        write(directory, "diag/command_retries_count", "0");
        write(directory, "diag/command_error_count", "0");
        write(directory, "diag/multipath_failover_count", "3");
    }
}

SysfsTree& SysfsTree::add_subsystem(std::string_view nqn, unsigned controllers,
                                    unsigned namespaces) {
    const unsigned instance = make_subsystem(nqn, controllers);
    for (unsigned z = 1; z <= namespaces; ++z) {
        make_namespace(root_ / head(instance, z), z, true);
        fs::create_directories(root_ / subsystem(instance) /
                               ("ng" + number(instance) + "n" + number(z)));
    }
    for (unsigned y = controllers_; y < controllers_ + controllers; ++y) {
        for (unsigned z = 1; z <= namespaces; ++z) {
            const fs::path directory = root_ / path(instance, y, z);
            make_path(directory);
            if (links_ && layout_ >= KernelLayout::v6_16) {
                const std::string name = directory.filename().string();
                make_link(root_ / head(instance, z) / "multipath" / name,
                          "../../../../nvme-fabrics/ctl/nvme" + number(y) + "/" + name);
            }
        }
    }
    controllers_ += controllers;
    return *this;
}

SysfsTree& SysfsTree::add_subsystem_without_multipath(std::string_view nqn, unsigned controllers,
                                                      unsigned namespaces) {
    make_subsystem(nqn, controllers);
    for (unsigned y = controllers_; y < controllers_ + controllers; ++y) {
        for (unsigned z = 1; z <= namespaces; ++z) {
            const fs::path directory =
                root_ / controller(y) / ("nvme" + number(y) + "n" + number(z));
            make_namespace(directory, z, false);
        }
    }
    controllers_ += controllers;
    return *this;
}

SysfsTree& SysfsTree::add_stray_controller() {
    make_controller(controllers_++, "nqn.2024-01.com.example:new", false);
    return *this;
}

fs::path SysfsTree::fresh(const std::string& file) const {
    fs::path place = root_ / file;
    fs::remove_all(place);
    fs::create_directories(place.parent_path());
    return place;
}

SysfsTree& SysfsTree::set(const std::string& file, std::string_view text) {
    write_file(fresh(file), text);
    return *this;
}

SysfsTree& SysfsTree::change(const std::string& file, std::string_view text) {
    write_file(root_ / file, text);
    return *this;
}

SysfsTree& SysfsTree::link(const std::string& file, const std::string& target) {
    make_link(fresh(file), target);
    return *this;
}

SysfsTree& SysfsTree::remove(const std::string& file) {
    fs::remove_all(root_ / file);
    return *this;
}

SysfsTree& SysfsTree::make_directory(const std::string& file) {
    fs::create_directories(fresh(file));
    return *this;
}

SysfsTree& SysfsTree::make_too_long(const std::string& file) {
    return set(file, std::string(kLargestPage + 1, 'x'));
}

SysfsTree& SysfsTree::make_dangling(const std::string& file) {
    return link(file, "nothing-is-here");
}

SysfsTree& SysfsTree::make_loop(const std::string& file) {
    const std::string name = fs::path(file).filename().string();
    return link(file, name);
}

} // namespace haoh::test
