// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/address_text.hpp"

#include <boost/asio/ip/address.hpp>

#include <fmt/format.h>

namespace haoh::base {

std::optional<std::string> numeric_address(std::string_view text) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(std::string(text), error);
    return error ? std::nullopt : std::optional(address.to_string());
}

std::string plain_address(std::string_view text) {
    return numeric_address(text).value_or(std::string(text));
}

std::string bracketed(std::string_view address) {
    return address.find(':') == std::string_view::npos ? std::string(address)
                                                       : fmt::format("[{}]", address);
}

} // namespace haoh::base
