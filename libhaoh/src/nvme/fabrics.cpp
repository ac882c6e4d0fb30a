// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/fabrics.hpp>

#include <haoh/nvme/nqn.hpp>

#include <cassert>

namespace haoh::nvme {

namespace {

// Offsets in the Connect data.
constexpr std::size_t kConnectHostid = 0;
constexpr std::size_t kConnectCntlid = 16;
constexpr std::size_t kConnectSubnqn = 256;
constexpr std::size_t kConnectHostnqn = 512;
constexpr std::size_t kNqnField = 256;

constexpr std::uint32_t kCattrDisableSqFlow = 1U << 2U;

std::string load_nqn(ByteView data, std::size_t offset) {
    const ByteView field = slice(data, offset, kNqnField);
    const auto end = std::find(field.begin(), field.end(), std::uint8_t{0});
    return {field.begin(), end};
}

void store_nqn(Bytes& data, std::size_t offset, const std::string& nqn) {
    const std::size_t length = std::min(nqn.size(), kNqnField);
    std::copy_n(nqn.begin(), length, data.begin() + static_cast<std::ptrdiff_t>(offset));
}

AdminCommand fabrics_command(std::uint8_t type) {
    AdminCommand command;
    command.opcode = opcode::fabrics;
    command.nsid = type;
    return command;
}

} // namespace

ConnectData decode_connect_data(ByteView data) {
    ConnectData out;
    out.hostid = load_array<16>(data, kConnectHostid);
    out.cntlid = load_le<std::uint16_t>(data, kConnectCntlid);
    out.subnqn = load_nqn(data, kConnectSubnqn);
    out.hostnqn = load_nqn(data, kConnectHostnqn);
    return out;
}

Bytes encode(const ConnectData& data) {
    Bytes out(kConnectDataSize);
    std::copy(data.hostid.begin(), data.hostid.end(), out.begin());
    store_le(out, kConnectCntlid, data.cntlid);
    store_nqn(out, kConnectSubnqn, data.subnqn);
    store_nqn(out, kConnectHostnqn, data.hostnqn);
    return out;
}

AdminCommand connect_command(const ConnectParameters& parameters) {
    AdminCommand command = fabrics_command(fctype::connect);
    command.cdw[0] = static_cast<std::uint32_t>(parameters.qid) << 16U; // RECFMT 0 below it
    command.cdw[1] =
        parameters.sqsize | (parameters.sq_flow_control_disable ? kCattrDisableSqFlow << 16U : 0U);
    command.cdw[2] = parameters.kato_ms;
    command.data_out = encode(parameters.data);
    return command;
}

AdminCommand property_get_command(std::uint32_t offset, unsigned size) {
    assert(size == 4 || size == 8);
    AdminCommand command = fabrics_command(fctype::property_get);
    command.cdw[0] = size == 8 ? 1U : 0U;
    command.cdw[1] = offset;
    return command;
}

AdminCommand property_set_command(std::uint32_t offset, unsigned size, std::uint64_t value) {
    assert(size == 4 || size == 8);
    AdminCommand command = fabrics_command(fctype::property_set);
    command.cdw[0] = size == 8 ? 1U : 0U;
    command.cdw[1] = offset;
    command.cdw[2] = static_cast<std::uint32_t>(value);
    command.cdw[3] = static_cast<std::uint32_t>(value >> 32U);
    return command;
}

} // namespace haoh::nvme
