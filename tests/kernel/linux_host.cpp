// SPDX-License-Identifier: LGPL-2.1-or-later
#include "linux_host.hpp"

#include <fmt/format.h>
#include <sstream>
#include <utility>

namespace haoh::test {
namespace {

/// Shell functions on sysfs: `paths NQN` prints one line a path, "-" for what is not there.
constexpr std::string_view kSysfsFunctions = R"sh(# The paths of a subsystem
# Words: "invalid state" is one of the states.
read_or_dash() { if [ -s "$1" ]; then tr ' ' _ <"$1"; else echo -; fi; }
paths() {
    for s in /sys/class/nvme-subsystem/nvme-subsys*; do
        [ "$(cat "$s/subsysnqn" 2>/dev/null)" = "$1" ] || continue
        for c in "$s"/nvme*; do
            [ -e "$c/cntlid" ] || continue
            address=$(cat "$c/address")
            port=${address#*trsvcid=}
            port=${port%%,*}
            line="${c##*/} $(cat "$c/cntlid") $port $(cat "$c/state")"
            found=
            for p in "$c"/nvme*c*n*; do
                [ -e "$p/size" ] || continue
                found=1
                echo "$line ${p##*/} $(read_or_dash "$p/nsid") $(read_or_dash "$p/ana_state")"
            done
            [ -n "$found" ] || echo "$line - - -"
        done
    done
}
)sh";

std::string undash(std::string text) {
    return text == "-" ? std::string() : text;
}

} // namespace

namespace {

Guest::Options with_programs(Guest::Options options) {
    options.host_programs = true;
    return options;
}

} // namespace

LinuxHost::LinuxHost(std::string name, std::string kernel, std::filesystem::path disk,
                     int memory_mib)
    : LinuxHost(Guest::Options{.name = std::move(name),
                               .kernel = std::move(kernel),
                               .disk = std::move(disk),
                               .memory_mib = memory_mib}) {}

LinuxHost::LinuxHost(Guest::Options options) : guest_(with_programs(std::move(options))) {}

CommandResult LinuxHost::connect(std::string_view nqn, std::uint16_t port,
                                 const ConnectOptions& options) {
    return guest_.run(fmt::format(
        "modprobe nvme-tcp && nvme connect -t tcp -a 10.0.2.2 -s {} -n {} -k {} -c {} "
        "--hostnqn nqn.2014-08.org.nvmexpress:uuid:5ae1c1f0-0000-4c1a-9a55-6f6e65000000 "
        "--hostid 5ae1c1f0-0000-4c1a-9a55-6f6e65000000{}{}",
        port, nqn, options.keep_alive_s, options.reconnect_delay_s,
        options.header_digest ? " --hdr-digest" : "", options.data_digest ? " --data-digest" : ""));
}

void LinuxHost::disconnect_all() {
    guest_.must("for c in /sys/class/nvme/nvme*/delete_controller; do\n"
                "    [ ! -e \"$c\" ] || echo 1 >\"$c\" || exit 1\ndone");
    guest_.wait_until("! ls -d /sys/class/nvme/nvme* 2>/dev/null", "the controllers to be gone");
}

std::vector<HostPath> LinuxHost::paths(std::string_view nqn) {
    std::istringstream lines(guest_.must(fmt::format("{}paths '{}'", kSysfsFunctions, nqn)));
    std::vector<HostPath> result;
    HostPath path;
    while (lines >> path.controller >> path.cntlid >> path.trsvcid >> path.state >> path.path >>
           path.nsid >> path.ana_state) {
        path.path = undash(path.path);
        path.nsid = undash(path.nsid);
        path.ana_state = undash(path.ana_state);
        result.push_back(path);
    }
    return result;
}

std::string LinuxHost::ana_state(std::string_view nqn, std::uint16_t port, std::uint32_t nsid) {
    for (auto& path : paths(nqn))
        if (path.trsvcid == port && path.nsid == std::to_string(nsid))
            return std::move(path.ana_state);
    return {};
}

void LinuxHost::wait_ana_state(std::string_view nqn, std::uint16_t port, std::uint32_t nsid,
                               std::string_view state) {
    guest_.wait_until(fmt::format("{}paths '{}'\npaths '{}' | grep -q ' {} .* {} {}$'",
                                  kSysfsFunctions, nqn, nqn, port, nsid, state),
                      fmt::format("port {} to show {} for namespace {}", port, state, nsid));
}

void LinuxHost::wait_path_count(std::string_view nqn, std::size_t count) {
    guest_.wait_until(fmt::format("{}paths '{}'\n[ \"$(paths '{}' | grep -vc ' - - -$')\" = {} ]",
                                  kSysfsFunctions, nqn, nqn, count),
                      fmt::format("{} paths", count));
}

std::string LinuxHost::wait_device(std::string_view nqn, std::uint32_t nsid) {
    // The head nvmeXnY of the path nvmeXcZnY.
    auto device = guest_.wait_until(
        fmt::format("{}head=$(paths '{}' | awk '$6 == {} {{ sub(/c[0-9]+/, \"\", $5); "
                    "print \"/dev/\" $5; exit }}')\n"
                    "[ -b \"$head\" ] && echo \"$head\"",
                    kSysfsFunctions, nqn, nsid),
        fmt::format("a multipath device of namespace {}", nsid));
    while (!device.empty() && device.back() == '\n')
        device.pop_back();
    return device;
}

std::string LinuxHost::new_kmsg() {
    const auto all = guest_.kmsg();
    const auto seen = std::exchange(kmsg_seen_, all.size());
    return seen <= all.size() ? all.substr(seen) : all;
}

} // namespace haoh::test
