// SPDX-License-Identifier: LGPL-2.1-or-later
#include "judge/page_compare.hpp"

#include "judge/compare.hpp"
#include "judge/fields.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace haoh::judge {

namespace {

/// Time-varying, or zero by the specification on some paths (Base 2.3 §8.1.1.6), or different by
/// controller (§2.4.1), or judged by rules that know more than the page.
constexpr std::array<std::string_view, 9> kIdentify{"nuse",  "nvmcap",   "fpi",   "nawun", "nawupf",
                                                    "nacwu", "anagrpid", "nguid", "eui64"};
constexpr std::array<std::string_view, 3> kIndependent{"fpi", "nstat", "anagrpid"};

/// Properties of one controller, one unit or one moment (knowledge: power, thermal, host memory,
/// firmware slots, timing, capacity left, queue sizes), and what rules of their own compare.
constexpr std::array<std::string_view, 48> kController{
    "cntlid", "rtd3r",   "rtd3e",     "fguid",   "crdt1",  "crdt2",    "crdt3",  "ciu",
    "cirn",   "nvmsr",   "vwci",      "mec",     "acl",    "aerl",     "frmw",   "lpa",
    "elpe",   "npss",    "avscc",     "apsta",   "wctemp", "cctemp",   "mtfa",   "hmpre",
    "hmmin",  "tnvmcap", "unvmcap",   "edstt",   "dsto",   "fwug",     "hctma",  "mntmt",
    "mxtmt",  "hmminds", "hmmaxd",    "maxdna",  "pels",   "domainid", "megcap", "tmpthha",
    "ipmsr",  "msmt",    "nanagrpid", "icsvscc", "maxcna", "msdbd",    "mdts",   "maxcmd"};

std::span<const nvme::FieldRange> fields_of(NamespacePage page) {
    switch (page) {
    case NamespacePage::identify:
        return nvme::identify_namespace_fields();
    case NamespacePage::nvm:
        return nvme::identify_namespace_nvm_fields();
    case NamespacePage::independent:
        return nvme::identify_namespace_independent_fields();
    }
    return {};
}

std::string_view title_of(NamespacePage page) {
    switch (page) {
    case NamespacePage::nvm:
        return "CNS 05h";
    case NamespacePage::independent:
        return "CNS 08h";
    case NamespacePage::identify:
        break;
    }
    return "CNS 00h";
}

bool contains(std::span<const std::string_view> names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::uint8_t byte_at(nvme::ByteView page, std::size_t offset) {
    return offset < page.size() ? page[offset] : std::uint8_t{0};
}

/// A range of bytes that differs.
struct Range {
    std::size_t offset{};
    std::size_t length{};
    std::size_t first{}; ///< the first offset that differs
    std::string name;    ///< of the field, or "bytes 384-390 (vendor specific)"
    bool specified{};    ///< a field that the specification names
};

/// What of the pages differs, byte by byte, as fields and as ranges between fields.
template <typename Skip>
std::vector<Range> differing_ranges(const std::vector<nvme::ByteView>& pages,
                                    std::span<const nvme::FieldRange> fields,
                                    std::size_t vendor_from, Skip skip) {
    std::size_t end = 0;
    for (const nvme::ByteView page : pages) {
        end = std::max(end, page.size());
    }
    std::vector<Range> out;
    for (std::size_t offset = 0; offset < end; ++offset) {
        unsigned differing = 0;
        for (const nvme::ByteView page : pages) {
            differing |=
                static_cast<unsigned>(byte_at(page, offset) ^ byte_at(pages.front(), offset));
        }
        if (differing == 0) {
            continue;
        }
        const nvme::FieldRange* field = nvme::field_at(fields, offset);
        if (field != nullptr) {
            if (!skip(*field, static_cast<std::uint8_t>(differing))) {
                out.push_back({.offset = field->offset,
                               .length = field->length,
                               .first = offset,
                               .name = std::string{field->name},
                               .specified = true});
            }
            offset = std::size_t{field->offset} + field->length - 1;
            continue;
        }
        const bool follows = !out.empty() && !out.back().specified &&
                             out.back().offset + out.back().length == offset;
        if (follows) {
            ++out.back().length;
        } else {
            out.push_back(
                {.offset = offset, .length = 1, .first = offset, .name = {}, .specified = false});
        }
    }
    for (Range& range : out) {
        if (!range.specified) {
            const std::size_t last = range.offset + range.length - 1;
            range.name =
                fmt::format("{} ({})",
                            range.length == 1 ? fmt::format("byte {}", last)
                                              : fmt::format("bytes {}-{}", range.offset, last),
                            range.offset >= vendor_from ? "vendor specific" : "reserved");
        }
    }
    return out;
}

std::string ranges_name(const std::vector<Range>& ranges) {
    constexpr std::size_t kShown = 6;
    std::vector<std::string> words;
    for (std::size_t i = 0; i < std::min(ranges.size(), kShown); ++i) {
        words.push_back(ranges[i].name);
    }
    if (ranges.size() > kShown) {
        words.push_back(fmt::format("{} more places", ranges.size() - kShown));
    }
    return join_words(words);
}

std::string ranges_text(const std::vector<Range>& ranges, nvme::ByteView page) {
    constexpr std::size_t kShown = 6;
    constexpr std::size_t kBytes = 16;
    std::vector<std::string> words;
    for (std::size_t i = 0; i < std::min(ranges.size(), kShown); ++i) {
        const Range& range = ranges[i];
        // Of a long field the part that differs.
        const std::size_t skipped = range.length > kBytes ? range.first - range.offset : 0;
        const std::size_t shown = std::min(range.length - skipped, kBytes);
        nvme::Bytes bytes;
        for (std::size_t k = 0; k < shown; ++k) {
            bytes.push_back(byte_at(page, range.offset + skipped + k));
        }
        words.push_back(fmt::format(
            "{}{} {}{}", range.specified ? range.name : fmt::format("@{}", range.offset),
            skipped > 0 ? fmt::format("+{}", skipped) : "", nvme::to_hex(bytes),
            skipped + shown < range.length ? "..." : ""));
    }
    return fmt::format("{}", fmt::join(words, ", "));
}

/// The bytes of all ranges, also of what is not shown: which pages agree.
nvme::Bytes ranges_bytes(const std::vector<Range>& ranges, nvme::ByteView page) {
    nvme::Bytes out;
    for (const Range& range : ranges) {
        for (std::size_t k = 0; k < range.length; ++k) {
            out.push_back(byte_at(page, range.offset + k));
        }
    }
    return out;
}

/// Identifiers that only one side repeats in Identify Namespace: no rule about identifiers sees it,
/// because the descriptors say the same.
bool unexplained_id(std::span<const Namespace* const> volume, std::string_view field) {
    bool some_zero = false;
    bool ids_agree = true;
    for (const Namespace* path : volume) {
        const bool zero =
            field == "nguid" ? nvme::all_zero(path->idns.nguid) : nvme::all_zero(path->idns.eui64);
        some_zero = some_zero || (path->has_identify && zero);
        ids_agree = ids_agree && path->ids == volume.front()->ids;
    }
    return some_zero && ids_agree;
}

void compare_page(const Row& row, std::span<const Namespace* const> volume, NamespacePage page,
                  const NamedFields& named, std::uint32_t nsid, const std::string& subsystem,
                  Scope scope, Findings& findings) {
    constexpr std::size_t kVendor = 384; ///< CNS 00h
    std::vector<const Namespace*> paths;
    std::vector<nvme::ByteView> pages;
    bool differ = false;
    for (const Namespace* path : volume) {
        const Page& observed = page_of(*path, page);
        if (observed.ok()) {
            paths.push_back(path);
            pages.emplace_back(observed.bytes);
            differ = differ || !std::equal(pages.back().begin(), pages.back().end(),
                                           pages.front().begin(), pages.front().end());
        }
    }
    if (std::any_of(volume.begin(), volume.end(),
                    [page](const Namespace* path) { return unread(*path, page); })) {
        findings.unknown(row);
    }
    if (paths.size() < 2) {
        return;
    }
    findings.judged(row);
    if (!differ) {
        return;
    }
    const auto skip = [&](const nvme::FieldRange& field, std::uint8_t bits) {
        const bool id =
            page == NamespacePage::identify && (field.name == "nguid" || field.name == "eui64");
        if (id && unexplained_id(volume, field.name)) {
            return false;
        }
        const bool other_subsystem =
            scope == Scope::across_subsystems &&
            (field.name == "endgid" || field.name == "nvmsetid" || field.name == "rgrpid");
        return contains(incomparable_fields(page), field.name) ||
               named.has(page, field.name, bits) || other_subsystem;
    };
    const std::vector<Range> ranges =
        differing_ranges(pages, fields_of(page),
                         page == NamespacePage::identify ? kVendor : nvme::kIdentifySize, skip);
    if (ranges.empty()) {
        return;
    }
    const bool specified = std::any_of(ranges.begin(), ranges.end(),
                                       [](const Range& range) { return range.specified; });
    std::map<nvme::Bytes, std::size_t> seen;
    std::vector<std::pair<const Controller*, std::size_t>> classes;
    std::vector<FindingValue> values;
    FoldKey key;
    key.add(static_cast<std::uint64_t>(page));
    for (const Range& range : ranges) {
        key.add(range.offset).add(range.length);
    }
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const std::size_t number =
            seen.try_emplace(ranges_bytes(ranges, pages[i]), seen.size()).first->second;
        classes.emplace_back(paths[i]->controller, number);
        key.add(paths[i]->controller->index).add(number);
        values.push_back(value_of(*paths[i]->controller, ranges_text(ranges, pages[i])));
    }
    findings.add_folded(row, subsystem, nsid, std::move(key), [&] {
        group_values(values);
        return Wording{.what = fmt::format("Identify Namespace ({}) differs {} in {}",
                                           title_of(page), between(classes), ranges_name(ranges)),
                       .values = std::move(values),
                       .verdict = specified ? std::optional{Verdict::warn} : std::nullopt};
    });
}

/// Whether a row has reported the field for this subsystem.
bool reported(std::string_view field, std::span<const Row* const> rows, const Subsystem& subsystem,
              const Findings& findings) {
    return std::any_of(rows.begin(), rows.end(), [&](const Row* row) {
        const auto* const equal = std::get_if<EqualControllers>(&row->judge);
        const bool of_row =
            std::find(row->fields.begin(), row->fields.end(), field) != row->fields.end() ||
            (equal != nullptr &&
             std::any_of(equal->fields.begin(), equal->fields.end(),
                         [field](const ControllerField& entry) { return entry.field == field; }));
        return of_row && findings.reported(*row, subsystem.nqn);
    });
}

} // namespace

bool NamedFields::has(NamespacePage page, std::string_view field, std::uint8_t differing) const {
    const bool is_named = std::any_of(fields_.begin(), fields_.end(), [&](const auto& entry) {
        const auto& [named_page, name] = entry;
        // "lbaf*" stands for every entry of the table.
        return named_page == page &&
               (name.ends_with('*') ? field.starts_with(name.substr(0, name.size() - 1))
                                    : field == name);
    });
    return is_named || std::any_of(bits_.begin(), bits_.end(), [&](const AskedBits& one) {
               return one.page == page && one.field == field &&
                      (differing & ~unsigned{one.bits}) == 0;
           });
}

std::span<const std::string_view> incomparable_fields(NamespacePage page) {
    switch (page) {
    case NamespacePage::identify:
        return kIdentify;
    case NamespacePage::independent:
        return kIndependent;
    case NamespacePage::nvm:
        break;
    }
    return {};
}

std::span<const std::string_view> incomparable_controller_fields() {
    return kController;
}

void compare_pages(const Row& row, std::span<const Namespace* const> volume,
                   const NamedFields& named, std::uint32_t nsid, const std::string& subsystem,
                   Scope scope, Findings& findings) {
    for (const NamespacePage page :
         {NamespacePage::identify, NamespacePage::nvm, NamespacePage::independent}) {
        compare_page(row, volume, page, named, nsid, subsystem, scope, findings);
    }
}

void compare_pages(const Row& row, std::span<const Row* const> rows, const Subsystem& subsystem,
                   Findings& findings) {
    constexpr std::size_t kVendor = 3072;
    std::vector<const Controller*> controllers;
    std::vector<nvme::ByteView> pages;
    for (const Controller* controller : subsystem.controllers) {
        if (controller->has_identify) {
            controllers.push_back(controller);
            pages.emplace_back(controller->observed->identify.bytes);
        }
    }
    if (subsystem.controllers.size() > 1 && pages.size() < subsystem.controllers.size()) {
        findings.unknown(row);
    }
    if (pages.size() < 2) {
        return;
    }
    findings.judged(row);
    const auto skip = [&](const nvme::FieldRange& field, std::uint8_t /*bits*/) {
        return contains(incomparable_controller_fields(), field.name) ||
               field.name.starts_with("psd") || reported(field.name, rows, subsystem, findings);
    };
    const std::vector<Range> ranges =
        differing_ranges(pages, nvme::identify_controller_fields(), kVendor, skip);
    if (ranges.empty()) {
        return;
    }
    std::map<nvme::Bytes, std::size_t> seen;
    std::vector<std::pair<const Controller*, std::size_t>> classes;
    std::vector<FindingValue> values;
    for (std::size_t i = 0; i < controllers.size(); ++i) {
        classes.emplace_back(
            controllers[i],
            seen.try_emplace(ranges_bytes(ranges, pages[i]), seen.size()).first->second);
        values.push_back(value_of(*controllers[i], ranges_text(ranges, pages[i])));
    }
    group_values(values);
    findings.add({.row = row,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = fmt::format("Identify Controller differs {} in {}", between(classes),
                                      ranges_name(ranges)),
                  .values = std::move(values),
                  .verdict = {}});
}

} // namespace haoh::judge
