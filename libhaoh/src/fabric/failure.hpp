// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Why something failed, without saying what was tried on what: whoever tried adds that.
#pragma once

#include <haoh/error.hpp>

#include <string>
#include <string_view>
#include <system_error>

namespace haoh::fabric {

struct Failure {
    std::error_code code;
    std::string cause;  ///< one clause
    std::string advice; ///< may be empty

    [[nodiscard]] Error to_error(std::string_view operation, std::string_view object) const {
        return {code, operation, object, cause, advice};
    }
};

} // namespace haoh::fabric
