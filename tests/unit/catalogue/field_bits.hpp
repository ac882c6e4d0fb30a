// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Which rule each bit of a page belongs to. The tables are written from the specifications (NVM
/// Express Base Specification 2.1 Figures 312, 319 and 320, NVM Command Set Specification 1.1
/// Figures 114 and 115; offsets as in libnvme's nvme/types.h), not from the catalogue: a field that
/// a rule forgets is missed by its row here.
#pragma once

#include "unit/catalogue/pair.hpp"

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace haoh::test {

enum class RawPage : std::uint8_t { controller, identify, nvm, independent, descriptors };

/// The controllers on which a bit is flipped.
enum class Where : std::uint8_t {
    anywhere,       ///< each controller alone, and each array as a whole
    one_controller, ///< each controller alone
    whole_array,    ///< each array as a whole
    array_a,        ///< as anywhere, but only on array A
    array_b,
};

/// A field, or some of its bits.
struct FieldBits {
    std::string name; ///< as in the specification, and what is special about these bits
    std::size_t offset{};
    std::size_t length{};
    /// Bits of the field, little-endian, each flipped alone. Of fields longer than 8 bytes, the bits
    /// of each byte.
    std::uint64_t mask{~std::uint64_t{0}};
    /// The findings, as `lines` writes them, or OWN for the rule's own verdict, where that is in
    /// dispute (data/rule_expectations.table); none where the field may differ. Findings of rules
    /// about namespaces are about `kFlippedNsid`, which is left out.
    std::vector<std::string> expected;
    /// Other findings that are right as well, where they depend on the letter that a flip makes.
    std::vector<std::vector<std::string>> alternatives{};
    std::string reason{}; ///< why it may differ, or why there is a second finding
    Where where{Where::anywhere};
    /// The same field in CNS 08h, flipped as well.
    std::optional<std::size_t> mirror{};
    bool says_where{true}; ///< the findings name the array, or the controllers
    /// What must be so beforehand, on all controllers alike. Such rows come in addition to the table
    /// that covers the page.
    void (*prepare)(Pair&){};
};

inline std::ostream& operator<<(std::ostream& out, const FieldBits& row) {
    return out << row.name;
}

inline constexpr std::uint32_t kFlippedNsid = 2;
/// Why only the comparison of whole pages tells of bits.
inline constexpr const char* kUnread =
    "no rule reads these bits: only that the pages differ is told";

/// Indices of controllers in the observation: those on which something is flipped.
using Flipped = std::vector<std::size_t>;

/// The first and the last controller, each array, and the others.
[[nodiscard]] const std::vector<Flipped>& flip_places();
[[nodiscard]] bool applies(Where where, const Flipped& place);

/// Two controllers an array, two namespaces, of which nothing is used, so that NUSE is in nobody's
/// way.
[[nodiscard]] Pair flippable();

/// The namespace `kFlippedNsid` of a controller.
[[nodiscard]] NamespaceObservation& flipped_namespace(ControllerObservation& controller);
/// The page of a controller, or of its `flipped_namespace`.
[[nodiscard]] Page& raw_page_of(ControllerObservation& controller, RawPage page);
/// `flippable`, as a row wants it.
[[nodiscard]] Observation flippable_for(const FieldBits& row);

void flip_bit(Page& page, std::size_t offset, unsigned bit);

/// All of them, or of many the bits of both ends and some between.
[[nodiscard]] std::vector<unsigned> sample_bits(const std::vector<unsigned>& bits);

/// A report's findings, whether they are the expected ones, and whether they show what is flipped.
/// \param of_namespace  findings about `kFlippedNsid` are given without its number
void expect_flip(const Report& report, const Observation& observation, const Flipped& place,
                 const FieldBits& row, bool of_namespace, unsigned bit);

[[nodiscard]] std::string flip_name(std::string name);

/// Identify Controller, CNS 01h: each bit once, and rows with `prepare`.
[[nodiscard]] std::vector<FieldBits> controller_bits();
/// Identify Namespace, CNS 00h.
[[nodiscard]] std::vector<FieldBits> namespace_bits();
/// I/O Command Set specific Identify Namespace of the NVM Command Set, CNS 05h.
[[nodiscard]] std::vector<FieldBits> nvm_bits();
/// I/O Command Set Independent Identify Namespace, CNS 08h.
[[nodiscard]] std::vector<FieldBits> independent_bits();

} // namespace haoh::test
