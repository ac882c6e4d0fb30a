// SPDX-License-Identifier: LGPL-2.1-or-later
// Size, block format and what follows from them. Sizes are compared in bytes, so that a different
// block size alone is one finding; fields in units of blocks mean nothing between different block
// sizes.
#include "catalogue/catalogue.hpp"
#include "catalogue/cited_rows.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/namespace_effects.hpp"

#include <algorithm>

namespace haoh::judge {

namespace {

extern const Row kNsNszeEqual;

using Ns = nvme::IdentifyNamespace;

constexpr std::uint8_t kThin = 1U << 0;
constexpr std::uint8_t kNamespaceAtomics = 1U << 1;
constexpr std::uint8_t kDeallocatedError = 1U << 2;
constexpr std::uint8_t kOptimalPerformance = 0x30;
constexpr std::uint8_t kFormatInUse = 0x7F; ///< of FLBAS
/// Stands for the entry of a table that is not compared: no entry, which has 32 bits.
constexpr std::uint64_t kInUse = ~std::uint64_t{0};

/// A number of blocks in bytes, which can take more than 64 bits. Of a block size that makes no
/// sense, as if it were the smallest: that size is the finding then, not the number.
FieldKey in_bytes(const Namespace& path, std::uint64_t blocks) {
    unsigned shift = path.idns.active_format().lbads;
    if (shift < kSmallestShift || shift >= 64) {
        shift = kSmallestShift;
    }
    FieldKey out{.number = blocks << shift};
    if (const std::uint64_t overflow = blocks >> (64 - shift); overflow != 0) {
        out.more.push_back(overflow);
    }
    return out;
}

std::string amount(std::uint64_t bytes) {
    constexpr std::array<std::string_view, 7> kUnits{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    std::size_t unit = 0;
    auto value = static_cast<double>(bytes);
    while (value >= 1024 && unit + 1 < kUnits.size()) {
        value /= 1024;
        ++unit;
    }
    return fmt::format("{:.4g} {}", value, kUnits[unit]);
}

std::string blocks_text(const Namespace& path, std::uint64_t blocks) {
    const auto size = path.block_bytes();
    if (!size) {
        return fmt::format("{} blocks", blocks);
    }
    return fmt::format("{} blocks of {} B ({})", blocks, *size,
                       blocks <= ~std::uint64_t{0} / *size ? amount(blocks * *size) : "too many");
}

template <auto Member>
std::optional<FieldKey> size_key(const Namespace& path) {
    return in_bytes(path, path.idns.*Member);
}
template <auto Member>
std::string size_text(const Namespace& path, const FieldKey& /*key*/) {
    return blocks_text(path, path.idns.*Member);
}

std::optional<FieldKey> block_shift(const Namespace& path) {
    return FieldKey{.number = path.idns.active_format().lbads};
}
std::string block_text(const Namespace& path, const FieldKey& key) {
    const auto size = path.block_bytes();
    return size ? fmt::format("{} B", *size) : fmt::format("LBADS {}", key.number);
}
std::optional<FieldKey> metadata_size(const Namespace& path) {
    return FieldKey{.number = path.idns.active_format().ms};
}
std::string metadata_text(const Namespace& /*path*/, const FieldKey& key) {
    return fmt::format("{} B", key.number);
}

/// Bits 6:5 are part of the index of more than 16 formats; Linux takes them whatever their number.
std::string format_text(const Namespace& path, const FieldKey& key) {
    const std::uint64_t flbas = key.number;
    const bool ignored = (flbas & 0x60U) >> 1U != (path.idns.format_index() & 0x30U);
    return fmt::format("format {}{}{}", path.idns.format_index(),
                       (flbas & 0x10U) != 0 ? ", metadata at the end of the data" : "",
                       ignored ? fmt::format(" ({:#x})", flbas) : "");
}

/// The entries of the table but for the one in use, which other rules compare.
std::optional<FieldKey> format_table(const Namespace& path) {
    FieldKey out;
    out.more.reserve(path.idns.lbaf.size());
    for (std::size_t i = 0; i < path.idns.lbaf.size(); ++i) {
        const nvme::LbaFormat& format = path.idns.lbaf[i];
        const bool in_use = i == path.idns.format_index();
        out.more.push_back(in_use ? kInUse
                                  : (std::uint64_t{format.ms} << 16U) |
                                        (std::uint64_t{format.lbads} << 8U) | format.rp);
    }
    return out;
}
std::string table_text(const Namespace& path, const FieldKey& /*key*/) {
    std::vector<std::string> words;
    const std::size_t last = std::min<std::size_t>(
        path.idns.lbaf.size(), std::size_t{path.idns.nlbaf} + path.idns.nulbaf + 1);
    for (std::size_t i = 0; i < path.idns.lbaf.size(); ++i) {
        const nvme::LbaFormat& format = path.idns.lbaf[i];
        if (i >= last && format == nvme::LbaFormat{}) {
            continue; // behind the table there should be nothing
        }
        words.push_back(fmt::format("{}: 2^{}+{} rp {}", i, format.lbads, format.ms, format.rp));
    }
    return fmt::format("{}", fmt::join(words, ", "));
}

/// Which format is in use is in CNS 00h: without it the entries of CNS 05h are not to be compared.
std::optional<FieldKey> extended_table(const Namespace& path) {
    if (!path.has_identify) {
        return std::nullopt;
    }
    FieldKey out;
    out.more.reserve(path.nvm.elbaf.size());
    for (std::size_t i = 0; i < path.nvm.elbaf.size(); ++i) {
        out.more.push_back(i == path.idns.format_index() ? kInUse : path.nvm.elbaf[i]);
    }
    return out;
}
std::string extended_text(const Namespace& path, const FieldKey& /*key*/) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < path.nvm.elbaf.size(); ++i) {
        if (path.nvm.elbaf[i] != 0) {
            words.push_back(fmt::format("{}: {:#x}", i, path.nvm.elbaf[i]));
        }
    }
    return words.empty() ? "all zero" : fmt::format("{}", fmt::join(words, ", "));
}

std::string read_text(const Namespace& /*path*/, const FieldKey& key) {
    constexpr std::array<std::string_view, 3> kReads{"not reported", "zeros", "ones"};
    const auto read = static_cast<std::size_t>(key.number & 7U);
    return fmt::format("{} ({:#x})", read < kReads.size() ? kReads[read] : "reserved", key.number);
}

/// NAWUN, NAWUPF and NACWU count only where NSABP says so.
template <auto Member>
std::optional<FieldKey> atomic_key(const Namespace& path) {
    if ((path.idns.nsfeat & kNamespaceAtomics) == 0) {
        return std::nullopt;
    }
    return FieldKey{.number = path.idns.*Member};
}

} // namespace

constexpr Row kNsLbafActiveEqual{
    .rule = {.id = "ns.lbaf_active.equal",
             .title = "Block size and metadata size are the same on all controllers",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1; Linux from 6.8 on keeps one lba_shift for all paths, that "
                      "of the last one scanned",
             .why = "Linux sends addresses counted in the blocks of one array to the other: "
                    "reads and writes fail, Write Zeroes and Deallocate hit the wrong blocks "
                    "without a word.",
             .fix = "Array: format or create the copy with the block size of the original "
                    "(nvmet: backing device or file with the same logical block size). Host: "
                    "disconnect the wrong array before any I/O.",
             .on_linux = linux_effect::kBlocksDiffer},
    .judge = EqualNamespaces{
        .fields = {
            {{"block size", NamespacePage::identify, "lbaf*", block_shift, block_text},
             {"metadata size", NamespacePage::identify, "lbaf*", metadata_size, metadata_text}}}}};

constexpr Row kNsFlbasEqual{
    .rule = {.id = "ns.flbas.equal",
             .title = "The block format in use is the same (FLBAS)",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1; Linux keeps one format for all paths, that of the last one "
                      "scanned",
             .why = "The host lays data and metadata out for one array and sends them to the "
                    "other.",
             .fix = "Array: format the copy as the original, metadata setting included.",
             .on_linux = linux_effect::kBlocksDiffer},
    .judge = EqualNamespaces{.fields = {{{"format in use (FLBAS)", NamespacePage::identify, "flbas",
                                          key_bits<&Ns::flbas, kFormatInUse>, format_text}}},
                             .yields_to = {&kNsLbafActiveEqual}}};

namespace {

constexpr Row kNsNszeEqual{
    .rule = {.id = "ns.nsze.equal",
             .title = "Namespace size is the same on all controllers (NSZE)",
             .rule_class = RuleClass::eqn,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1; Linux disables every path whose size is not that of the "
                      "last one scanned",
             .why = "The size of the disk in use changes with each rescan, and the paths of the "
                    "other array are disabled although they look optimized; I/O past the smaller "
                    "end fails.",
             .fix = "Array: grow the smaller copy to the size of the larger one, never the other "
                    "way round. Host: rescan afterwards. During a resize, check with --window "
                    "resize.",
             .relaxed_in = in_window(Window::resize),
             .on_linux = linux_effect::kSizeDiffers},
    .judge =
        EqualNamespaces{.fields = {{{"size (NSZE)", NamespacePage::identify, "nsze",
                                     size_key<&Ns::nsze>, size_text<&Ns::nsze>, Unit::bytes}}}}};

constexpr Row kNsNcapEqual{
    .rule = {.id = "ns.ncap.equal",
             .title = "Capacity is the same on all controllers (NCAP)",
             .rule_class = RuleClass::eqn,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §2.4.1",
             .why = "The arrays promise different capacities; one may run full first.",
             .fix = "Array: give both copies the same capacity.",
             .relaxed_in = in_window(Window::resize)},
    .judge = EqualNamespaces{.fields = {{{"capacity (NCAP)", NamespacePage::identify, "ncap",
                                          size_key<&Ns::ncap>, size_text<&Ns::ncap>, Unit::bytes}}},
                             .yields_to = {&kNsNszeEqual}}};

constexpr Row kNsLbafTableEqual{
    .rule = {.id = "ns.lbaf_table.equal",
             .title = "The table of block formats is the same",
             .rule_class = RuleClass::eqn,
             .severity = Severity::management,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §2.4.1",
             .why = "A format command picks another format on one array than on the other.",
             .fix = "Array: offer the same formats in the same order. Host: do not format the "
                    "namespace until then."},
    .judge =
        EqualNamespaces{.fields = {{{"number of formats (NLBAF)", NamespacePage::identify, "nlbaf",
                                     key<&Ns::nlbaf>, as_count},
                                    {"number of unique formats (NULBAF)", NamespacePage::identify,
                                     "nulbaf", key<&Ns::nulbaf>, as_decimal},
                                    {"table of formats (LBAF)", NamespacePage::identify, "lbaf*",
                                     format_table, table_text},
                                    {"table of extended formats (ELBAF)", NamespacePage::nvm,
                                     "elbaf*", extended_table, extended_text}}},
                        .yields_to = {&kNsFlbasEqual}}};

constexpr Row kNsNsfeatThin{
    .rule = {.id = "ns.nsfeat.thin",
             .title = "Thin provisioning is the same (NSFEAT THINP)",
             .rule_class = RuleClass::eqn,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §2.4.1",
             .why = "One copy can run out of space when the other does not.",
             .fix = "Array: provision both copies alike, or watch the thin one."},
    .judge = EqualNamespaces{.fields = {{{"thin provisioning (THINP)", NamespacePage::identify,
                                          "nsfeat", key_bits<&Ns::nsfeat, kThin>, as_flag}}}}};

constexpr Row kNsNsfeatNsabpEqual{
    .rule = {.id = "ns.nsfeat.nsabp.equal",
             .title = "Atomic write sizes of the namespace are the same",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::warn,
             .exception = "the specification lets atomicity differ",
             .basis = "practice: Base 2.3 §2.4.1 lets atomicity differ; Linux takes its limits for "
                      "atomic writes from NAWUPF",
             .why = "A write that is atomic on one array is torn on the other; databases that "
                    "rely on it lose pages.",
             .fix = "Array: report the smaller values of both arrays on both."},
    .judge =
        EqualNamespaces{.fields = {{{"atomic sizes reported (NSABP)", NamespacePage::identify,
                                     "nsfeat", key_bits<&Ns::nsfeat, kNamespaceAtomics>, as_flag},
                                    {"NAWUN", NamespacePage::identify, "nawun",
                                     atomic_key<&Ns::nawun>, as_decimal, Unit::blocks},
                                    {"NAWUPF", NamespacePage::identify, "nawupf",
                                     atomic_key<&Ns::nawupf>, as_decimal, Unit::blocks},
                                    {"NACWU", NamespacePage::identify, "nacwu",
                                     atomic_key<&Ns::nacwu>, as_decimal, Unit::blocks}}}}};

constexpr Row kNsNabsnNaboNabspfEqual{
    .rule = {.id = "ns.nabsn_nabo_nabspf.equal",
             .title = "Atomic boundaries are the same on all controllers",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1; Linux splits atomic writes at NABSPF",
             .why = "A write that crosses no boundary on one array crosses one on the other and "
                    "is torn there.",
             .fix = "Array: report the same boundaries on both arrays, or none (0)."},
    .judge = EqualNamespaces{
        .fields = {
            {{"NABSN", NamespacePage::identify, "nabsn", key<&Ns::nabsn>, as_decimal, Unit::blocks},
             {"NABO", NamespacePage::identify, "nabo", key<&Ns::nabo>, as_decimal, Unit::blocks},
             {"NABSPF", NamespacePage::identify, "nabspf", key<&Ns::nabspf>, as_decimal,
              Unit::blocks}}}}};

constexpr Row kNsNsfeatDae{
    .rule = {.id = "ns.nsfeat.dae",
             .title = "Reading deallocated blocks fails alike (NSFEAT DAE)",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1",
             .why = "After a trim, the same read fails through one array and succeeds through the "
                    "other.",
             .fix = "Array: support the Deallocated error on both arrays or on neither."},
    .judge = EqualNamespaces{
        .fields = {{{"error for deallocated blocks (DAE)", NamespacePage::identify, "nsfeat",
                     key_bits<&Ns::nsfeat, kDeallocatedError>, as_flag}}}}};

constexpr Row kNsDlfeatEqual{
    .rule = {.id = "ns.dlfeat.equal",
             .title = "Deallocated blocks read the same on all controllers (DLFEAT)",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1; hosts leave out writing zeros where trimmed blocks read as "
                      "zeros",
             .why = "The host trusts that trimmed blocks read as zeros; through the other array "
                    "it gets old data.",
             .fix = "Array: let deallocated blocks read alike on both arrays and report it."},
    .judge = EqualNamespaces{.fields = {{{"deallocated blocks (DLFEAT)", NamespacePage::identify,
                                          "dlfeat", key<&Ns::dlfeat>, read_text}}}}};

constexpr Row kNsOptperfEqual{
    .rule = {.id = "ns.optperf.equal",
             .title = "Optimal I/O sizes are the same on all controllers",
             .rule_class = RuleClass::eqn,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §2.4.1; Linux takes sizes from the last path scanned and stacks "
                      "limits",
             .why = "File systems and databases align for one array and are slow on the other; "
                    "the limits of the disk depend on the order of scanning.",
             .fix = "Array: report the same values on both arrays, the coarser ones when they are "
                    "of different generations."},
    .judge = EqualNamespaces{
        .fields =
            {{{"optimal performance fields (OPTPERF)", NamespacePage::identify, "nsfeat",
               key_bits<&Ns::nsfeat, kOptimalPerformance>, as_hexadecimal},
              {"NOIOB", NamespacePage::identify, "noiob", key<&Ns::noiob>, as_decimal,
               Unit::blocks},
              {"NPWG", NamespacePage::identify, "npwg", key<&Ns::npwg>, as_count, Unit::blocks},
              {"NPWA", NamespacePage::identify, "npwa", key<&Ns::npwa>, as_count, Unit::blocks},
              {"NPDG", NamespacePage::identify, "npdg", key<&Ns::npdg>, as_count, Unit::blocks},
              {"NPDA", NamespacePage::identify, "npda", key<&Ns::npda>, as_count, Unit::blocks},
              {"NOWS", NamespacePage::identify, "nows", key<&Ns::nows>, as_count, Unit::blocks}}},
        .yields_to = {&kNsLbafActiveEqual}}};

constexpr Row kNsCopyLimitsEqual{
    .rule = {.id = "ns.copy_limits.equal",
             .title = "Limits of Copy are the same on all controllers",
             .rule_class = RuleClass::eqn,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §2.4.1",
             .why = "A copy that one array accepts is refused by the other.",
             .fix = "Array: report the smaller limits of both arrays on both."},
    .judge = EqualNamespaces{
        .fields = {
            {{"MSSRL", NamespacePage::identify, "mssrl", key<&Ns::mssrl>, as_decimal, Unit::blocks},
             {"MCL", NamespacePage::identify, "mcl", key<&Ns::mcl>, as_decimal, Unit::blocks},
             {"MSRC", NamespacePage::identify, "msrc", key<&Ns::msrc>, as_count}}}}};

constexpr std::array kGeometryRows{
    &kNsLbafActiveEqual, &kNsNszeEqual,   &kNsFlbasEqual,       &kNsNcapEqual,

    &kNsLbafTableEqual,  &kNsNsfeatThin,  &kNsNsfeatNsabpEqual, &kNsNabsnNaboNabspfEqual,
    &kNsNsfeatDae,       &kNsDlfeatEqual, &kNsOptperfEqual,     &kNsCopyLimitsEqual};

} // namespace

std::span<const Row* const> geometry_rows() {
    return kGeometryRows;
}

} // namespace haoh::judge
