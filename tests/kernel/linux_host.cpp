// SPDX-License-Identifier: LGPL-2.1-or-later
#include "linux_host.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
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

Guest::Options with_programs(Guest::Options options) {
    options.host_programs = true;
    return options;
}

} // namespace

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

void LinuxHost::set_iopolicy(std::string_view policy) {
    guest_.must(fmt::format(
        "for s in /sys/class/nvme-subsystem/*/iopolicy; do echo {} >$s || exit 1; done", policy));
}

std::vector<unsigned> LinuxHost::read_one_by_one(const std::vector<std::string>& paths,
                                                 const std::string& device,
                                                 const std::vector<unsigned>& cpu_masks) {
    std::istringstream lines(guest_.must(
        fmt::format("set --; for p in {}; do set -- $@ /sys/class/nvme/nvme*/$p/stat; done\n"
                    "show() {{ for stat; do read -r reads rest <$stat; printf '%s ' $reads; done; "
                    "echo; }}\n"
                    "show $@; i=0; for mask in {}; do\n"
                    "    taskset $mask dd if={} of=/dev/null bs=4096 count=1 skip=$i "
                    "iflag=direct 2>/dev/null || exit 1\n    show $@; i=$((i+1)); done",
                    fmt::join(paths, " "), fmt::join(cpu_masks, " "), device)));
    std::vector<unsigned> places;
    std::vector<unsigned long> before;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::vector<unsigned long> now;
        for (unsigned long reads = 0; words >> reads;)
            now.push_back(reads);
        for (unsigned i = 0; i < before.size() && i < now.size(); ++i)
            places.insert(places.end(), now[i] - before[i], i);
        before = std::move(now);
    }
    return places;
}

void LinuxHost::watch_scans() {
    // The work function's address is that of the module, which may be loaded again.
    guest_.must(R"sh(set -e
modprobe nvme-tcp
cd /sys/kernel/tracing/instances
mkdir -p scans
module=$(cat /sys/module/nvme_core/sections/.text)
[ "$module" != "$(cat /tmp/scans-of 2>/dev/null)" ] || exit 0
address=$(awk '$3 == "nvme_scan_work" { print $1 }' /proc/kallsyms)
for event in workqueue_queue_work workqueue_execute_end; do
    echo "function == 0x$address" >scans/events/workqueue/$event/filter
    echo 1 >scans/events/workqueue/$event/enable
done
echo "$module" >/tmp/scans-of
)sh");
}

void LinuxHost::wait_scans() {
    guest_.wait_until("awk '{ print } /workqueue_queue_work:/ { asked++ }\n"
                      "/workqueue_execute_end:/ { done++ } END { exit asked != done }' "
                      "/sys/kernel/tracing/instances/scans/trace",
                      "the scans to end");
}

std::string LinuxHost::new_kmsg() {
    const auto all = guest_.kmsg();
    const auto seen = std::exchange(kmsg_seen_, all.size());
    return seen <= all.size() ? all.substr(seen) : all;
}

void LinuxHost::clear_kmsg() {
    guest_.must("dmesg -c >/dev/null");
    kmsg_seen_ = 0;
}

} // namespace haoh::test
