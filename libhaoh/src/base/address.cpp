// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/address.hpp>

#include "base/address_text.hpp"
#include "base/number_text.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace haoh {

namespace {

constexpr std::string_view kScheme = "tcp://";
constexpr std::size_t kHostNameMaxLength = 253;
constexpr std::size_t kLabelMaxLength = 63;

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Whether a text that is not empty is a host name's labels: letters, digits, '-' and '_' inside,
/// separated by dots.
bool is_host_name(std::string_view text) {
    if (text.size() > kHostNameMaxLength) {
        return false;
    }
    while (!text.empty()) {
        const std::size_t dot = text.find('.');
        const std::string_view label = text.substr(0, dot);
        const bool well_formed = !label.empty() && label.size() <= kLabelMaxLength &&
                                 label.front() != '-' && label.back() != '-' &&
                                 std::all_of(label.begin(), label.end(), [](char c) {
                                     return is_alphanumeric(c) || c == '-' || c == '_';
                                 });
        if (!well_formed) {
            return false;
        }
        text = dot == std::string_view::npos ? std::string_view{} : text.substr(dot + 1);
    }
    return true;
}

/// Reads one address; keeps the text it came from for messages.
class Parser {
  public:
    explicit Parser(std::string_view text) : text_{text} {}

    Address parse() {
        if (text_.empty()) {
            fail("it is empty", "write tcp://ADDRESS[:PORT]");
        }
        if (text_.starts_with(kScheme)) {
            return parse_url(text_.substr(kScheme.size()));
        }
        if (const auto scheme = text_.find("://"); scheme != std::string_view::npos) {
            fail(fmt::format("the transport \"{}\" is not known", text_.substr(0, scheme)),
                 "only tcp:// can be reached without the kernel");
        }
        if (text_.find('=') != std::string_view::npos) {
            return parse_options();
        }
        fail("it is neither tcp://ADDRESS[:PORT] nor transport=tcp,traddr=ADDRESS,trsvcid=PORT",
             fmt::format("write tcp://{}", text_));
    }

  private:
    [[noreturn]] void fail(std::string_view cause, std::string_view advice = {}) const {
        throw Error(make_error_code(Errc::invalid_argument), "read the address",
                    fmt::format("\"{}\"", text_), cause, advice);
    }

    Address parse_url(std::string_view rest) const {
        Address address;
        std::string_view host;
        std::optional<std::string_view> port;
        if (rest.starts_with('[')) {
            const std::size_t end = rest.find(']');
            if (end == std::string_view::npos) {
                fail("the bracket around the IPv6 address is not closed");
            }
            host = rest.substr(1, end - 1);
            if (host.find(':') == std::string_view::npos) {
                fail("brackets are for IPv6 addresses");
            }
            rest.remove_prefix(end + 1);
            if (rest.starts_with(':')) {
                port = rest.substr(1);
            } else if (!rest.empty()) {
                fail(fmt::format("\"{}\" comes after the bracket", rest));
            }
        } else {
            if (std::count(rest.begin(), rest.end(), ':') > 1) {
                fail("an IPv6 address needs brackets here", "write tcp://[ADDRESS]:PORT");
            }
            const std::size_t colon = rest.find(':');
            host = rest.substr(0, colon);
            if (colon != std::string_view::npos) {
                port = rest.substr(colon + 1);
            }
        }
        address.traddr = parse_host(host, "address");
        if (port) {
            address.trsvcid = parse_port(*port);
        }
        return address;
    }

    Address parse_options() const {
        Address address;
        std::vector<std::string_view> seen;
        std::string_view rest = text_;
        while (true) {
            const std::size_t comma = rest.find(',');
            const std::string_view option = rest.substr(0, comma);
            const std::size_t equals = option.find('=');
            if (equals == std::string_view::npos) {
                fail(fmt::format("\"{}\" is not KEY=VALUE", option));
            }
            const std::string_view key = option.substr(0, equals);
            const std::string_view value = option.substr(equals + 1);
            if (key == "transport") {
                if (value != "tcp") {
                    fail(fmt::format("the transport \"{}\" cannot be reached without the kernel",
                                     value),
                         "use transport=tcp");
                }
            } else if (key == "traddr") {
                address.traddr = parse_host(value, "traddr");
            } else if (key == "trsvcid") {
                address.trsvcid = parse_port(value);
            } else if (key == "host_traddr") {
                address.host_traddr = parse_numeric(value, "host_traddr");
            } else {
                fail(fmt::format("the key \"{}\" is not known", key),
                     "transport, traddr, trsvcid and host_traddr are");
            }
            if (std::ranges::find(seen, key) != seen.end()) {
                fail(fmt::format("the key \"{}\" comes twice", key));
            }
            seen.push_back(key);
            if (comma == std::string_view::npos) {
                break;
            }
            rest.remove_prefix(comma + 1);
        }
        if (address.traddr.empty()) {
            fail("the key \"traddr\" is missing");
        }
        return address;
    }

    [[nodiscard]] std::string parse_numeric(std::string_view host, std::string_view what) const {
        if (auto address = base::numeric_address(host)) {
            return *std::move(address);
        }
        fail(fmt::format("{} \"{}\" is not an IPv4 or IPv6 address", what, host));
    }

    [[nodiscard]] std::string parse_host(std::string_view host, std::string_view what) const {
        if (host.empty()) {
            fail(fmt::format("the {} is missing", what));
        }
        if (auto address = base::numeric_address(host)) {
            return *std::move(address);
        }
        if (host.find(':') != std::string_view::npos) {
            fail(fmt::format("\"{}\" is not an IPv6 address", host));
        }
        if (host.find_first_not_of("0123456789.") == std::string_view::npos) {
            fail(fmt::format("\"{}\" is not an IPv4 address", host));
        }
        if (!is_host_name(host)) {
            fail(fmt::format("\"{}\" is neither an IP address nor a host name", host));
        }
        std::string name(host);
        std::transform(name.begin(), name.end(), name.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        return name;
    }

    [[nodiscard]] std::uint16_t parse_port(std::string_view text) const {
        const std::uint16_t port = base::parse_number<std::uint16_t>(text).value_or(0);
        if (port == 0) {
            fail(fmt::format("the port \"{}\" is not a number from 1 to 65535", text));
        }
        return port;
    }

    std::string_view text_;
};

} // namespace

Address parse_address(std::string_view text) {
    return Parser(text).parse();
}

std::string to_string(const Address& address) {
    return fmt::format("tcp://{}:{}", base::bracketed(address.traddr), address.trsvcid);
}

} // namespace haoh
