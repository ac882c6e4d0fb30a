// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What every handle of the C API begins with, to tell a wrong pointer from a right one.
#pragma once

#include <haoh/error.hpp>
#include <haoh/haoh.h>

#include <fmt/format.h>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace haoh::capi {

/// The base of a handle; each kind has a mark of its own.
template <std::uint32_t kMark>
class Handle {
  public:
    Handle() = default;
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    /// Alive and of this kind, as far as memory that may be anything can tell.
    [[nodiscard]] bool is_alive() const noexcept {
        assert(mark_ != kFreed && "this handle of libhaoh was freed");
        return mark_ == kMark;
    }

  protected:
    ~Handle() { mark_ = kFreed; }

  private:
    static constexpr std::uint32_t kFreed = 0xDEAD1DEAU;

    /// Behind what an allocator writes into freed memory. Volatile: or the compiler leaves out what
    /// the destructor writes.
    std::uint64_t padding_[2]{};
    volatile std::uint32_t mark_{kMark};
};

/// The object behind a handle.
/// \param type  "haoh_report *"
/// \throws Error (invalid_argument) for none, or one of another type
template <typename Type>
Type& object(Type* handle, const char* type) {
    if (handle == nullptr) {
        throw Error(Errc::invalid_argument, "use", type, "it is NULL");
    }
    if (!handle->is_alive()) {
        throw Error(Errc::invalid_argument, "use", type, "this is no such handle, or a freed one");
    }
    return *handle;
}

/// The one of a list that a caller asked for.
/// \param what  "finding"
/// \throws Error (not_found) that says how many there are
template <typename List>
const auto& at(const List& list, std::size_t index, std::string_view what) {
    if (index >= list.size()) {
        throw Error(Errc::not_found, "read", fmt::format("{} {}", what, index),
                    fmt::format("there are {}", list.size()));
    }
    return list[index];
}

/// For functions that cannot report: nullptr unless it is what it should be.
template <typename Type>
Type* usable(Type* handle) noexcept {
    return handle != nullptr && handle->is_alive() ? handle : nullptr;
}

/// Frees what can be freed.
template <typename Type>
void free_handle(Type* handle) noexcept {
    delete usable(handle);
}

} // namespace haoh::capi
