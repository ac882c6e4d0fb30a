// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/transport.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace haoh {

namespace {

using TransportName = std::pair<Transport, std::string_view>;

constexpr std::array<TransportName, 6> kTransports{{{Transport::pcie, "pcie"},
                                                    {Transport::apple, "apple-nvme"},
                                                    {Transport::rdma, "rdma"},
                                                    {Transport::fibre_channel, "fc"},
                                                    {Transport::tcp, "tcp"},
                                                    {Transport::loop, "loop"}}};

} // namespace

std::string_view to_string(Transport transport) {
    const auto* const found = std::ranges::find(kTransports, transport, &TransportName::first);
    return found == kTransports.end() ? std::string_view() : found->second;
}

Transport parse_transport(std::string_view text) {
    const auto* const found = std::ranges::find(kTransports, text, &TransportName::second);
    return found == kTransports.end() ? Transport::unknown : found->first;
}

} // namespace haoh
