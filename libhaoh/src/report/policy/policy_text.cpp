// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/policy_report.hpp>

#include "report/policy/policy_view.hpp"
#include "report/text/text.hpp"

#include <haoh/kernel_policy.hpp>
#include <haoh/selector_info.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace haoh {
namespace {

using namespace report;

std::string safe_names(const std::vector<std::string>& names) {
    std::vector<std::string> safe;
    for (const std::string& name : names) {
        safe.push_back(safe_text(name));
    }
    return enumerate(safe);
}

/// "nvme0c0n1 (probably)", "I/O waits".
Spans outcome(const NodeChoice& choice) {
    if (choice.next == NextIo::queued) {
        return {{"I/O waits", Tone::warn}};
    }
    if (choice.next == NextIo::failed) {
        return {{"I/O fails", Tone::fail}};
    }
    Spans out{{safe_names(choice.takes), Tone::strong}};
    if (choice.certainty == Certainty::likely) {
        out.push_back({" (probably)", Tone::unknown});
    } else if (choice.certainty == Certainty::rotates) {
        out.push_back({" by turns"});
    }
    return out;
}

std::string bytes_text(std::uint64_t bytes) {
    constexpr std::uint64_t kKib = 1024;
    return bytes < kKib * kKib ? fmt::format("{} KiB", grouped(bytes / kKib))
                               : fmt::format("{} MiB", grouped(bytes / kKib / kKib));
}

/// One rendering of one overview.
class Overview {
  public:
    Overview(const PolicyOverview& overview, const TextStyle& style)
        : overview_{overview}, writer_{style.width, style.color}, verbose_{style.verbose} {}

    std::string render() && {
        write_host();
        for (const SubsystemPolicy& subsystem : overview_.subsystems) {
            writer_.blank();
            write_subsystem(subsystem);
        }
        return std::move(writer_).take();
    }

  private:
    void write_host() {
        const std::string host = overview_.host.empty() ? "host" : safe_text(overview_.host);
        const std::string release =
            overview_.release.empty() ? "" : fmt::format("Linux {}", safe_text(overview_.release));
        writer_.wrapped(0, kIndent,
                        {{host, Tone::strong}, {release.empty() ? "" : ": " + release}});
        if (overview_.multipath == false) {
            writer_.wrapped(kIndent, 2 * kIndent,
                            {{"native multipath is off (nvme_core.multipath=N): no policy is in "
                              "force, each device is its own path",
                              Tone::fail}});
        }
        writer_.wrapped(
            kIndent, 2 * kIndent,
            {{"new subsystems: ", Tone::faint},
             {overview_.default_policy.empty() ? "not known"
                                               : safe_text(overview_.default_policy.text())}});
        if (!overview_.udev.empty()) {
            writer_.wrapped(
                kIndent, 2 * kIndent,
                {{"rules that set a policy: ", Tone::faint}, {safe_names(overview_.udev)}});
        }
        if (overview_.subsystems.empty()) {
            writer_.line(kIndent, {{"no NVMe subsystem"}});
        }
    }

    void write_subsystem(const SubsystemPolicy& subsystem) {
        writer_.wrapped(
            0, kIndent,
            {{safe_text(subsystem.subsystem), Tone::strong},
             {": "},
             {subsystem.policy.empty() ? "no policy" : safe_text(subsystem.policy.text()),
              Tone::strong}});
        if (!subsystem.subsysnqn.empty()) {
            writer_.wrapped(kIndent, kIndent, {{safe_text(subsystem.subsysnqn), Tone::faint}});
        }
        for (const DeviceGroup& group : group_devices(subsystem.devices)) {
            write_devices(group);
        }
        write_shares(subsystem);
    }

    void write_devices(const DeviceGroup& group) {
        for (const NodeGroup& nodes : group.nodes) {
            Spans line{{safe_text(label_of(group))}, {", " + label_of(nodes) + ": ", Tone::faint}};
            const Spans what = outcome(nodes.choice);
            line.insert(line.end(), what.begin(), what.end());
            if (verbose_ || nodes.choice.next != NextIo::sent) {
                line.push_back({"; " + safe_text(nodes.choice.why)});
            }
            writer_.wrapped(kIndent, 2 * kIndent, line);
        }
    }

    void write_shares(const SubsystemPolicy& subsystem) {
        const std::vector<ControllerShare> shares = controller_shares(subsystem);
        if (shares.empty()) {
            return;
        }
        writer_.line(kIndent, {{fmt::format("I/O in {:.1f} s:",
                                            static_cast<double>(overview_.measured.count()) / 1000),
                                Tone::faint}});
        Table table(
            {Align::left, Align::left, Align::right, Align::right, Align::right, Align::right});
        for (const ControllerShare& one : shares) {
            const std::string share =
                !one.known ? "unknown" : fmt::format("{:.1f} %", one.share * 100);
            table.row({{safe_text(one.controller)},
                       {safe_text(one.array)},
                       {share, one.share > 0 ? Tone::strong : Tone::faint},
                       {one.known ? count_of(one.requests, "request") : ""},
                       {one.known ? bytes_text(one.read_bytes) + " read" : ""},
                       {one.known ? bytes_text(one.write_bytes) + " written" : ""}});
        }
        table.write(writer_, 2 * kIndent);
    }

    const PolicyOverview& overview_;
    TextWriter writer_;
    bool verbose_;
};

/// One rendering of one device's choice.
class Explanation {
  public:
    Explanation(const PathChoice& choice, const TextStyle& style)
        : choice_{choice}, writer_{style.width, style.color} {}

    std::string render() && {
        write_device();
        write_paths();
        write_next();
        write_losses();
        write_notes();
        return std::move(writer_).take();
    }

  private:
    void write_device() {
        Spans line{{safe_text(choice_.device), Tone::strong}};
        if (choice_.nsid) {
            line.push_back({fmt::format(" (nsid {})", *choice_.nsid)});
        }
        line.push_back({fmt::format(" of {}, ", safe_text(choice_.subsystem))});
        line.push_back({choice_.policy.empty() || !choice_.multipath
                            ? "without a policy"
                            : "policy " + safe_text(choice_.policy.text()),
                        Tone::strong});
        writer_.wrapped(0, kIndent, line);
        if (!choice_.subsysnqn.empty()) {
            writer_.wrapped(kIndent, kIndent, {{safe_text(choice_.subsysnqn), Tone::faint}});
        }
    }

    void write_paths() {
        Table table({Align::left, Align::left, Align::left, Align::left, Align::left});
        for (const ExplainedPath& path : choice_.paths) {
            std::string more;
            if (path.numa_node) {
                more += fmt::format("node {}", *path.numa_node);
            }
            if (path.queue_depth) {
                more += fmt::format("{}{} in flight", more.empty() ? "" : ", ", *path.queue_depth);
            }
            table.row({{safe_text(path.path), Tone::strong},
                       {safe_text(path.array)},
                       {path.controller_state.empty() ? "state unknown"
                                                      : safe_text(path.controller_state)},
                       {path.ana_state.empty() ? "no ANA" : safe_text(path.ana_state)},
                       {more}});
        }
        writer_.blank();
        table.write(writer_, kIndent);
    }

    void write_next() {
        writer_.blank();
        writer_.line(0, {{"The next I/O", Tone::strong}});
        for (const NodeGroup& group : group_nodes(choice_.nodes)) {
            Spans line{{label_of(group) + ": ", Tone::faint}};
            const Spans what = outcome(group.choice);
            line.insert(line.end(), what.begin(), what.end());
            line.push_back({"; " + safe_text(group.choice.why)});
            writer_.wrapped(kIndent, 2 * kIndent, line);
            for (const PathNotTaken& other : group.choice.others) {
                writer_.wrapped(2 * kIndent, 3 * kIndent,
                                {{"not ", Tone::faint},
                                 {safe_text(other.path)},
                                 {": " + safe_text(other.why)}});
            }
        }
    }

    void write_losses() {
        if (choice_.losses.empty()) {
            return;
        }
        writer_.blank();
        writer_.line(0, {{"If it died now", Tone::strong}});
        for (const LossOutcome& loss : choice_.losses) {
            const std::string name = safe_text(loss.name) + ": ";
            if (!loss.changes) {
                writer_.wrapped(kIndent, 2 * kIndent, {{name, Tone::faint}, {"nothing changes"}});
                continue;
            }
            const std::vector<NodeGroup> groups = group_nodes(loss.nodes);
            for (const NodeGroup& group : groups) {
                Spans line{{name, Tone::faint}};
                if (groups.size() > 1) {
                    line.push_back({label_of(group) + ": ", Tone::faint});
                }
                const Spans what = outcome(group.choice);
                line.insert(line.end(), what.begin(), what.end());
                line.push_back({"; " + safe_text(group.choice.why)});
                writer_.wrapped(kIndent, 2 * kIndent, line);
            }
        }
    }

    void write_notes() {
        if (!choice_.notes.empty()) {
            writer_.blank();
        }
        for (const std::string& note : choice_.notes) {
            writer_.wrapped(0, kIndent, {{safe_text(note), Tone::note}});
        }
    }

    const PathChoice& choice_;
    TextWriter writer_;
};

/// How a policy chooses, and when that is right and wrong.
void write_advice(TextWriter& writer, std::string_view how, std::string_view right,
                  std::string_view wrong) {
    constexpr std::size_t kColumn = 9;
    writer.hanging(kIndent, {{"how    ", Tone::faint}}, kColumn, {{std::string(how)}});
    writer.hanging(kIndent, {{"right  ", Tone::faint}}, kColumn, {{std::string(right)}});
    writer.hanging(kIndent, {{"wrong  ", Tone::faint}}, kColumn, {{std::string(wrong)}});
}

} // namespace

std::string policy_list_text(std::string_view release, const TextStyle& style) {
    TextWriter writer{style.width, style.color};
    if (!release.empty()) {
        writer.wrapped(0, kIndent, {{fmt::format("Linux {} offers:", safe_text(release))}});
    }
    for (const KernelPolicyInfo& policy : kernel_policies()) {
        const Presence presence = presence_of(policy.policy, release);
        writer.blank();
        Spans line{
            {std::string(policy.name), presence == Presence::absent ? Tone::faint : Tone::strong}};
        if (!release.empty() && presence != Presence::present) {
            line.push_back(
                {fmt::format(" ({}: from Linux {}.{} on)",
                             presence == Presence::absent ? "not here" : "not known of this kernel",
                             policy.since.major, policy.since.minor),
                 Tone::warn});
        }
        writer.wrapped(0, kIndent, line);
        write_advice(writer, policy.how, policy.right, policy.wrong);
    }
    writer.blank();
    writer.wrapped(0, kIndent, {{"libhaoh offers to agents that route their own I/O also:"}});
    for (const SelectorInfo& selector : selector_infos()) {
        writer.blank();
        writer.wrapped(0, kIndent, {{std::string(selector.name), Tone::strong}});
        write_advice(writer, selector.how, selector.right, selector.wrong);
    }
    return std::move(writer).take();
}

std::string to_text(const PolicyOverview& overview, const TextStyle& style) {
    return Overview{overview, style}.render();
}

std::string to_text(const PathChoice& choice, const TextStyle& style) {
    return Explanation{choice, style}.render();
}

} // namespace haoh
