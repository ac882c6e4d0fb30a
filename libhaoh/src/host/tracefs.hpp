// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The file system of the kernel's tracing, and the names that our instances in it have.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::host {

/// Where instances are made. Virtual for tests: the kernel fills a directory that was just made, and
/// takes one away that is not empty.
class Tracefs {
  public:
    /// \param directory  where it is mounted
    explicit Tracefs(std::string directory) : directory_{std::move(directory)} {}
    Tracefs(const Tracefs&) = delete;
    Tracefs& operator=(const Tracefs&) = delete;
    virtual ~Tracefs() = default;

    [[nodiscard]] const std::string& directory() const { return directory_; }
    [[nodiscard]] std::string instance(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> instances() const;

    /// \return 0 or an errno value
    [[nodiscard]] virtual int make_instance(const std::string& name) const;
    /// The kernel refuses while somebody has a file of it open.
    /// \return 0 or an errno value
    [[nodiscard]] virtual int remove_instance(const std::string& name) const;

  private:
    std::string directory_;
};

/// Where tracefs is mounted.
/// \param root  "/", or another directory that has sys/kernel in it
/// \throws Error when it is not, or not to be seen by this user
[[nodiscard]] std::string find_tracefs(const std::string& root = "/");

/// "haoh-PID-START-NUMBER": whose instance it is. A process that dies cannot remove its instances;
/// the next one can tell them from those of living ones.
struct InstanceName {
    pid_t pid{};
    std::uint64_t start{}; ///< of the process, in clock ticks since boot: a PID is used again
    unsigned number{};

    bool operator==(const InstanceName&) const = default;
};
[[nodiscard]] std::string to_string(const InstanceName& name);
/// nullopt for instances of others.
[[nodiscard]] std::optional<InstanceName> parse_instance_name(std::string_view text);

/// Field 22 of /proc/PID/stat. Pure.
[[nodiscard]] std::optional<std::uint64_t> start_in_stat(std::string_view stat);
/// \return when a process began; 0: there is no such process; nullopt: not known
[[nodiscard]] std::optional<std::uint64_t> process_start(pid_t pid);

/// Removes instances of ours whose process is gone. Seen from another PID namespace a living one can
/// look so, too; the kernel refuses to remove what that one has open.
void remove_abandoned_instances(const Tracefs& tracefs);

} // namespace haoh::host
