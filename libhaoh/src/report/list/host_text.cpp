// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/list/host_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace haoh::report {
namespace {

/// With more namespaces than this, one line each has to do.
constexpr std::size_t kMaxNamespacesInFull = 16;
constexpr std::size_t kMaxHostRanges = 6;
constexpr std::size_t kMaxPathControllers = 4;
constexpr std::size_t kAll = 0xFFFFFFFF; ///< more than there are NSIDs

/// Unusable for a reason that a healthy pair has as well: the array's other side serves it, and this
/// one is ready to.
bool is_by_design(const ListedPath& path) {
    return path.use.kind == PathUse::Kind::ana_inaccessible && path.use.ready();
}

class HostText {
  public:
    HostText(TextWriter& writer, const ListedHost& host, bool verbose)
        : writer_{writer}, host_{host}, verbose_{verbose} {}

    /// \return whether something was left out
    bool write() {
        writer_.wrapped(0, kIndent, {{host_.title, Tone::faint}});
        writer_.blank();
        if (host_.subsystems.empty() && host_.stray_controllers.empty()) {
            writer_.line(0, {{"This host's kernel has no NVMe subsystem."}});
            writer_.blank();
        }
        for (const ListedSubsystem& subsystem : host_.subsystems) {
            write_subsystem(subsystem);
        }
        if (!host_.stray_controllers.empty()) {
            writer_.line(0, {{"controllers of no subsystem", Tone::strong}});
            write_controllers(host_.stray_controllers, false);
            write_broken(host_.broken);
            writer_.blank();
        }
        return folded_;
    }

  private:
    void write_subsystem(const ListedSubsystem& subsystem) {
        writer_.wrapped(0, kIndent, {{subsystem.subsysnqn, Tone::strong}});
        write_identity(subsystem);
        writer_.blank();
        write_controllers(subsystem.controllers, subsystem.arrays_known());
        writer_.blank();
        write_namespaces(subsystem.namespaces);
        writer_.blank();
        write_paths(subsystem);
        write_missing(subsystem.missing);
        write_broken(subsystem.broken);
        writer_.blank();
    }

    void write_identity(const ListedSubsystem& subsystem) {
        Spans spans{{subsystem.name}};
        if (!subsystem.iopolicy.empty()) {
            spans.push_back({", iopolicy ", Tone::faint});
            spans.push_back({subsystem.iopolicy});
        }
        writer_.wrapped(kIndent, kIndent + 2, spans);
        if (verbose_ || subsystem.hostnqns.size() > 1) {
            for (const auto& [nqn, controllers] : subsystem.hostnqns) {
                writer_.wrapped(
                    kIndent, kIndent + 2,
                    {{"host NQN ", Tone::faint},
                     {nqn},
                     {subsystem.hostnqns.size() > 1
                          ? fmt::format(" ({})", shown(controllers, kMaxPathControllers))
                          : ""}});
            }
        }
        spans = product_spans(subsystem.product);
        if (!spans.empty() && subsystem.product_from_sysfs) {
            spans.push_back({" (sysfs: one controller's, no controller was asked)", Tone::faint});
        }
        if (!spans.empty()) {
            writer_.wrapped(kIndent, kIndent + 2, spans);
        }
        for (const std::string& copy : subsystem.copies) {
            writer_.wrapped(kIndent, kIndent + 2, {{copy, Tone::warn}});
        }
    }

    void write_controllers(const std::vector<ListedController>& controllers, bool arrays) {
        if (controllers.empty()) {
            writer_.line(kIndent, {{"no controller", Tone::warn}});
            return;
        }
        std::vector<Spans> rows;
        for (const ListedController& controller : controllers) {
            Spans row;
            if (arrays) {
                const std::string array =
                    controller.array.empty() ? "array unknown" : controller.array;
                row.push_back({array, Tone::strong});
            }
            row.push_back({controller.name});
            row.push_back({"controller " + controller.cntlid});
            row.push_back({controller.state, controller.live ? Tone::plain : Tone::warn});
            row.push_back({controller.address});
            row.push_back({verbose_ ? controller.evidence : "", Tone::faint});
            rows.push_back(std::move(row));
        }
        write_rows(rows, arrays, kIndent);
    }

    /// A table, or each row wrapped where that is too wide.
    /// \param arrays  the first cell is an array, which a table names once
    void write_rows(const std::vector<Spans>& rows, bool arrays, std::size_t indent) {
        if (rows.empty()) {
            return;
        }
        Table table{std::vector<Align>(rows.front().size(), Align::left)};
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Spans row = rows[i];
            if (arrays && i > 0 && rows[i - 1].front().text == row.front().text) {
                row.front().text.clear();
            }
            table.row(std::move(row));
        }
        if (indent + table.width() <= writer_.width()) {
            table.write(writer_, indent);
            return;
        }
        for (const Spans& row : rows) {
            Spans line;
            for (const Span& cell : row) {
                if (!cell.text.empty()) {
                    line.push_back({line.empty() ? "" : "  "});
                    line.push_back(cell);
                }
            }
            writer_.wrapped(indent, indent + 2, line);
        }
    }

    void write_namespaces(const std::vector<ListedNamespace>& namespaces) {
        if (namespaces.empty()) {
            writer_.line(kIndent, {{"no namespace"}});
            return;
        }
        const bool all_ids = verbose_ || namespaces.size() <= kMaxNamespacesInFull;
        folded_ |= !all_ids && std::ranges::any_of(namespaces, [](const ListedNamespace& one) {
            return one.ids.size() > 1 || !one.links.empty();
        });
        const Table table = namespace_table(namespaces, all_ids);
        if (kIndent + table.width() <= writer_.width()) {
            table.write(writer_, kIndent);
        } else {
            write_stacked(namespaces, all_ids);
        }
        if (verbose_) {
            for (const ListedNamespace& one : namespaces) {
                for (const std::string& link : one.links) {
                    writer_.wrapped(
                        kIndent, kIndent + 2,
                        {{fmt::format("NSID {} ", one.nsid)},
                         {(link.starts_with('/') ? "" : "/dev/disk/by-id/") + link, Tone::faint}});
                }
            }
        }
    }

    /// A header names the kind of ID when there is only one.
    static Table namespace_table(const std::vector<ListedNamespace>& namespaces, bool all_ids) {
        std::set<std::string> kinds;
        for (const ListedNamespace& one : namespaces) {
            for (std::size_t i = 0; i < one.ids.size() && (all_ids || i == 0); ++i) {
                kinds.insert(one.ids[i].first);
            }
        }
        const bool one_kind = kinds.size() == 1;
        const auto id_text = [&](const std::pair<std::string, std::string>& id) {
            return one_kind ? id.second : id.first + " " + id.second;
        };
        Table table{{Align::right, Align::right, Align::right, Align::left, Align::left}};
        table.row({{"NSID", Tone::faint},
                   {"size", Tone::faint},
                   {"block", Tone::faint},
                   {"device", Tone::faint},
                   {one_kind ? *kinds.begin() : "ID", Tone::faint}});
        for (const ListedNamespace& one : namespaces) {
            table.row({{one.nsid, Tone::strong},
                       {one.size},
                       {one.block},
                       {one.device},
                       {one.ids.empty() ? "none in the kernel" : id_text(one.ids.front()),
                        one.ids.empty() ? Tone::warn : Tone::plain}});
            for (std::size_t i = 1; all_ids && i < one.ids.size(); ++i) {
                Spans more(5);
                more[4].text = id_text(one.ids[i]);
                table.row(std::move(more));
            }
        }
        return table;
    }

    void write_stacked(const std::vector<ListedNamespace>& namespaces, bool all_ids) {
        for (const ListedNamespace& one : namespaces) {
            writer_.wrapped(
                kIndent, kIndent + 2,
                {{fmt::format("NSID {}", one.nsid), Tone::strong},
                 {fmt::format(": {}, {} blocks, {}", one.size, one.block, one.device)}});
            if (one.ids.empty()) {
                writer_.wrapped(kIndent + 2, kIndent + 2, {{"no ID in the kernel", Tone::warn}});
            }
            for (std::size_t i = 0; i < one.ids.size() && (all_ids || i == 0); ++i) {
                writer_.wrapped(kIndent + 2, kIndent + 2,
                                {{one.ids[i].first + " ", Tone::faint}, {one.ids[i].second}});
            }
        }
    }

    void write_paths(const ListedSubsystem& subsystem) {
        const bool arrays = subsystem.arrays_known();
        for (const ListedPathSet& set : subsystem.path_sets) {
            Spans title{{"paths of ", Tone::faint},
                        {set.label(verbose_ ? kAll : kMaxHostRanges), Tone::strong}};
            if (!set.groups.empty()) {
                const std::vector<std::uint32_t> groups{set.groups.begin(), set.groups.end()};
                title.push_back({fmt::format(", ANA group {}", ranges(groups, kMaxHostRanges))});
            }
            if (std::ranges::none_of(set.paths,
                                     [](const ListedPath& path) { return path.use.usable(); })) {
                title.push_back({set.paths.empty() ? ": none" : ": no usable path", Tone::fail});
            }
            writer_.wrapped(kIndent, kIndent + 2, title);
            write_path_rows(set.paths, arrays);
        }
    }

    void write_path_rows(const std::vector<ListedPath>& paths, bool arrays) {
        std::vector<Spans> rows;
        for (const ListedPath& path : paths) {
            const Tone tone = path.use.usable()    ? Tone::plain
                              : is_by_design(path) ? Tone::faint
                                                   : Tone::fail;
            Spans row;
            if (arrays) {
                const std::string array = path.array.empty() ? "array unknown" : path.array;
                row.push_back({array});
            }
            row.push_back({shown(path.controllers, kMaxPathControllers)});
            row.push_back({path.ana_state, tone});
            row.push_back({path.problem(), tone});
            rows.push_back(std::move(row));
        }
        write_rows(rows, arrays, kIndent + 2);
    }

    void write_missing(const std::vector<MissingPaths>& missing) {
        writer_.blank();
        for (const MissingPaths& one : missing) {
            writer_.wrapped(
                kIndent, kIndent + 2,
                {{shown(one.controllers, kMaxPathControllers), Tone::strong},
                 {fmt::format(": nsid {} {}", ranges(one.nsids, verbose_ ? kAll : kMaxHostRanges),
                              one.problem()),
                  Tone::fail}});
        }
    }

    void write_broken(const std::vector<std::string>& broken) {
        writer_.blank();
        for (const std::string& clause : broken) {
            writer_.wrapped(kIndent, kIndent + 2, {{clause, Tone::warn}});
        }
    }

    /// All names when verbose, else some.
    std::string shown(const std::vector<std::string>& names, std::size_t max_names) {
        if (verbose_ || names.size() <= max_names + 1) {
            return fmt::format("{}", fmt::join(names, ", "));
        }
        folded_ = true;
        return some_of(names, max_names);
    }

    TextWriter& writer_;
    const ListedHost& host_;
    bool verbose_;
    bool folded_{};
};

} // namespace

bool write_host(TextWriter& writer, const ListedHost& host, bool verbose) {
    return HostText{writer, host, verbose}.write();
}

} // namespace haoh::report
