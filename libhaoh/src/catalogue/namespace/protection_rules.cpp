// SPDX-License-Identifier: LGPL-2.1-or-later
// Protection information: whether there is any, and in which format.
#include "catalogue/catalogue.hpp"
#include "catalogue/cited_rows.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/namespace_effects.hpp"

#include <array>

namespace haoh::judge {

namespace {

using Ns = nvme::IdentifyNamespace;
using Nvm = nvme::IdentifyNamespaceNvm;

std::optional<FieldKey> active_extended(const Namespace& path) {
    if (!path.has_identify) {
        return std::nullopt;
    }
    return FieldKey{.number = path.nvm.elbaf[path.idns.format_index() % path.nvm.elbaf.size()]};
}
std::string active_extended_text(const Namespace& path, const FieldKey& key) {
    constexpr std::array<std::string_view, 4> kGuards{"16-bit guard", "32-bit guard",
                                                      "64-bit guard", "qualified guard"};
    const unsigned index = path.idns.format_index();
    return fmt::format("{}, storage tag of {} bits ({:#x})", kGuards[path.nvm.pif(index)],
                       path.nvm.sts(index), key.number);
}

std::string protection_text(const Namespace& /*path*/, const FieldKey& key) {
    const std::uint64_t dps = key.number;
    const std::uint64_t type = dps & 7U;
    return type == 0 ? fmt::format("none ({:#x})", dps)
                     : fmt::format("type {}, {} ({:#x})", type,
                                   (dps & 8U) != 0 ? "first bytes" : "last bytes", dps);
}

constexpr Row kNsDpsEqual{
    .rule = {.id = "ns.dps.equal",
             .title = "Protection information is the same on all controllers (DPS)",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1; Linux keeps one pi_type for all paths",
             .why = "Reads fail the guard check on one array, or data loses its protection there "
                    "without a word.",
             .fix = "Array: format the copy with the protection information of the original.",
             .on_linux = linux_effect::kProtectionDiffers},
    .judge = EqualNamespaces{.fields = {{{"protection information (DPS)", NamespacePage::identify,
                                          "dps", key<&Ns::dps>, protection_text}}},
                             .yields_to = {&kNsLbafActiveEqual}}};

constexpr Row kNsElbafEqual{
    .rule = {.id = "ns.elbaf.equal",
             .title = "Guard and storage tag formats are the same (CNS 05h)",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1; Linux keeps one guard type for all paths",
             .why = "Protection information is computed for one array and checked by the other: "
                    "reads fail, or corruption is not noticed.",
             .fix = "Array: format the copy with the guard and storage tag sizes of the "
                    "original."},
    .judge =
        EqualNamespaces{.fields = {{{"format of protection information (ELBAF)", NamespacePage::nvm,
                                     "elbaf*", active_extended, active_extended_text},
                                    {"storage tag mask (LBSTM)", NamespacePage::nvm, "lbstm",
                                     nvm_key<&Nvm::lbstm>, as_hexadecimal},
                                    {"protection capabilities (PIC)", NamespacePage::nvm, "pic",
                                     nvm_key<&Nvm::pic>, as_hexadecimal},
                                    {"protection format attributes (PIFA)", NamespacePage::nvm,
                                     "pifa", nvm_key<&Nvm::pifa>, as_hexadecimal}}},
                        .yields_to = {&kNsLbafActiveEqual, &kNsFlbasEqual}}};

constexpr Row kNsDpcMcEqual{
    .rule = {.id = "ns.dpc_mc.equal",
             .title = "Protection and metadata capabilities are the same (DPC, MC)",
             .rule_class = RuleClass::eqn,
             .severity = Severity::management,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §2.4.1",
             .why = "A format that one array accepts is refused by the other.",
             .fix = "Array: report the same capabilities on both arrays."},
    .judge = EqualNamespaces{
        .fields = {{{"DPC", NamespacePage::identify, "dpc", key<&Ns::dpc>, as_hexadecimal},
                    {"MC", NamespacePage::identify, "mc", key<&Ns::mc>, as_hexadecimal}}},
        .yields_to = {&kNsLbafActiveEqual}}};

constexpr std::array kProtectionRows{&kNsDpsEqual, &kNsElbafEqual, &kNsDpcMcEqual};

} // namespace

std::span<const Row* const> protection_rows() {
    return kProtectionRows;
}

} // namespace haoh::judge
