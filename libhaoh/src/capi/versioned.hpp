// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Structures of the C API that may become longer: their first member is the size that the program
/// was built with.
#pragma once

#include <haoh/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

namespace haoh::capi {

/// More than any of them will ever have: what is larger was not set at all.
constexpr std::size_t kLargestStruct = 4096;

/// \param smallest  size of its first version
template <typename Struct>
void require_size(const Struct& given, std::size_t smallest, const char* name) {
    if (given.size < smallest || given.size > kLargestStruct) {
        throw Error(Errc::invalid_argument, "use", name,
                    "its size is " + std::to_string(given.size) + ", which no version has",
                    "begin with the INIT macro of its type");
    }
}

/// A copy of what a program gave, with zeros for members that its version did not have.
/// \throws Error (unsupported) when it sets members that are not known here
template <typename Struct>
Struct taken(const Struct& given, std::size_t smallest, const char* name) {
    require_size(given, smallest, name);
    const auto* bytes = reinterpret_cast<const unsigned char*>(&given);
    const std::size_t known = std::min(given.size, sizeof(Struct));
    if (std::any_of(bytes + known, bytes + given.size, [](unsigned char b) { return b != 0; })) {
        throw Error(Errc::unsupported, "use", name,
                    "it sets members that this libhaoh does not know",
                    "use the libhaoh that the program was built for, or a newer one");
    }
    Struct out{};
    std::memcpy(&out, bytes, known);
    out.size = sizeof(Struct);
    return out;
}

/// Gives a program as much of `value` as its version has.
/// \throws Error (invalid_argument) also for NULL
template <typename Struct>
void give(Struct* out, Struct value, std::size_t smallest, const char* name) {
    if (out == nullptr) {
        throw Error(Errc::invalid_argument, "fill", name, "it is NULL");
    }
    require_size(*out, smallest, name);
    value.size = out->size;
    std::memcpy(out, &value, std::min(value.size, sizeof(Struct)));
}

} // namespace haoh::capi
