// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a program prints and what it says of itself, where a stream may be closed, full or broken.
#pragma once

#include <haoh/error.hpp>

#include <string_view>
#include <system_error>

namespace haoh::base {

/// Output that did not arrive. The usage was right.
class OutputError : public Error {
  public:
    using Error::Error;
};

/// Takes those of the numbers 0 to 2 that are closed for what can neither be read nor written: a
/// socket or a file that got one would be printed into.
void occupy_standard_streams() noexcept;

/// Writes all of it, and waits where the descriptor was set not to.
[[nodiscard]] std::error_code write_all(int descriptor, std::string_view text) noexcept;

/// Writes to standard output. \throws OutputError
void print(std::string_view text);

/// Where the space is another machine's, only a close tells that there was none: asks for that, at the
/// end of a program. \throws OutputError
void finish_output();

/// Writes to standard error, as far as that takes it: there is no better place to complain of it.
void note(std::string_view text) noexcept;

} // namespace haoh::base
