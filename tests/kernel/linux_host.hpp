// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "guest.hpp"

namespace haoh::test {

/// One path of a multipath namespace as the host's sysfs shows it, or a controller without
/// namespaces (then `path`, `nsid` and `ana_state` are empty).
struct HostPath {
    std::string controller; ///< "nvme0"
    std::uint16_t cntlid = 0;
    std::uint16_t trsvcid = 0; ///< TCP port that it is connected to; tells the arrays apart.
    std::string state;         ///< Of the controller: "live", "connecting", ...
    std::string path;          ///< "nvme0c0n1"
    std::string nsid;
    std::string ana_state; ///< "optimized", ..., "invalid_state"; empty without ANA.
};

/// A guest that is an NVMe/TCP host, by the kernel's own initiator and nvme-cli.
class LinuxHost {
  public:
    /// The guest has fio and nvme-cli in any case.
    explicit LinuxHost(Guest::Options options);

    struct ConnectOptions {
        bool header_digest = false;
        bool data_digest = false;
        /// How soon a hanging array is noticed. A busy machine may stop a guest for seconds.
        int keep_alive_s = 60;
        int reconnect_delay_s = 1;
    };

    /// Connects to a port of this machine's loopback; the status and words are those of nvme-cli.
    CommandResult connect(std::string_view nqn, std::uint16_t port, const ConnectOptions& options);
    CommandResult connect(std::string_view nqn, std::uint16_t port) {
        return connect(nqn, port, ConnectOptions());
    }
    /// Disconnects every controller, and waits until all are gone.
    void disconnect_all();

    /// What sysfs shows of a subsystem, in the order of controllers and paths.
    std::vector<HostPath> paths(std::string_view nqn);
    /// The ANA state of one namespace through one port; empty when there is no such path.
    std::string ana_state(std::string_view nqn, std::uint16_t port, std::uint32_t nsid);
    /// Waits until that state is shown.
    void wait_ana_state(std::string_view nqn, std::uint16_t port, std::uint32_t nsid,
                        std::string_view state);
    /// Waits until the subsystem has `count` paths (over all namespaces).
    void wait_path_count(std::string_view nqn, std::size_t count);
    /// The multipath device ("/dev/nvme0n1") of a namespace.
    std::string wait_device(std::string_view nqn, std::uint32_t nsid);
    /// Makes one policy that of every subsystem.
    void set_iopolicy(std::string_view policy);
    /// Reads one block after the other, each on a CPU of a mask ("1": CPU 0).
    /// \return the index of the path ("nvme0c1n1") that took each read
    std::vector<unsigned> read_one_by_one(const std::vector<std::string>& paths,
                                          const std::string& device,
                                          const std::vector<unsigned>& cpu_masks);

    /// From now on the kernel's scans for namespaces are counted, see wait_scans().
    void watch_scans();
    /// Waits until each scan that the kernel asked of itself has been done.
    void wait_scans();

    /// Kernel messages since the last call.
    std::string new_kmsg();
    /// Empties the kernel's log.
    void clear_kmsg();

    Guest& guest() { return guest_; }

  private:
    Guest guest_;
    std::size_t kmsg_seen_ = 0;
};

} // namespace haoh::test
