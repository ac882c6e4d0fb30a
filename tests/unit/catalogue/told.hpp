// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a report tells of a defect, word for word: which object, which value, of which controller.
/// Tables of cases (told_*_test.cpp); all of them are the suite `Told` (told_test.cpp).
#pragma once

#include "unit/catalogue/pair.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace haoh::test {

/// One line for each finding: "FAIL ns.uuid.equal 2: what", with the subsystem in brackets when it is
/// not kNqn; and one for each of its values: "  array-a 1001: value", with the controller ID.
[[nodiscard]] std::vector<std::string> told(const Report& report);

struct ToldCase {
    std::string name;                  ///< a sentence in CamelCase
    std::function<void(Pair&)> damage; ///< of a healthy pair
    std::vector<std::string> expected;
};

inline std::ostream& operator<<(std::ostream& out, const ToldCase& one) {
    return out << one.name;
}

inline std::string told_name(const testing::TestParamInfo<ToldCase>& one) {
    return one.param.name;
}

class Told : public testing::TestWithParam<ToldCase> {};

/// A pair of one controller on each array.
[[nodiscard]] inline std::function<void(Pair&)> small(unsigned namespaces,
                                                      const std::function<void(Pair&)>& damage) {
    return [namespaces, damage](Pair& pair) {
        pair = Pair(1, namespaces);
        damage(pair);
    };
}

/// The identifiers of the namespaces of a pair, and those that none of them has.
[[nodiscard]] inline std::string uuid_text(std::uint32_t nsid) {
    return fmt::format("5b1c0d1e-772a-4c3d-9e10-0000{:02x}000000", nsid);
}
[[nodiscard]] inline std::string nguid_text(std::uint32_t nsid) {
    return fmt::format("60014381025d9a11acde4800{:02x}000000", nsid);
}
[[nodiscard]] inline std::string eui64_text(std::uint32_t nsid) {
    return fmt::format("acde4801{:02x}000000", nsid);
}
[[nodiscard]] inline std::string ids_text(std::uint32_t nsid) {
    return fmt::format("uuid {}, nguid {}, eui64 {}", uuid_text(nsid), nguid_text(nsid),
                       eui64_text(nsid));
}
inline constexpr const char* kOtherUuid = "ee1c0d1e-772a-4c3d-9e10-00000000ffff";
inline constexpr const char* kOtherNguid = "ee014381025d9a11acde48000000ffff";
inline constexpr const char* kOtherEui64 = "acde48ee0000ffff";

} // namespace haoh::test
