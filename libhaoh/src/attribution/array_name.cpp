// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attribution/array_name.hpp"

namespace haoh::attribution {

std::string array_name(std::size_t number) {
    constexpr std::size_t kLetters = 26;
    std::string letters;
    for (std::size_t rest = number + 1; rest > 0; rest = (rest - 1) / kLetters) {
        letters.insert(letters.begin(), static_cast<char>('a' + (rest - 1) % kLetters));
    }
    return "array-" + letters;
}

} // namespace haoh::attribution
