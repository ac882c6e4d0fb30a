// SPDX-License-Identifier: LGPL-2.1-or-later
// Submission and completion queue entries, Connect data, asynchronous events.
#include "fuzz/property.hpp"

#include <haoh/nvme/fabrics.hpp>

using namespace haoh;
using namespace haoh::nvme;

namespace {

void submission(ByteView input) {
    const SubmissionEntry entry = decode_sqe(input);
    const ByteView head = slice(input, 0, kSqeSize);
    fuzz::require(fuzz::same_bytes(head, slice(entry.raw, 0, head.size())), "raw is the input");

    AdminCommand command;
    command.opcode = entry.opcode;
    command.nsid = entry.nsid;
    command.cdw = entry.cdw;
    fuzz::require(!describe(command).empty(), "each command has a name");
    for (const bool in_capsule : {false, true}) {
        command.data_in = in_capsule ? 0 : entry.sgl_length;
        command.data_out = in_capsule ? Bytes(entry.sgl_length % 5000) : Bytes{};
        const SubmissionEntry again = decode_sqe(encode_sqe(command, entry.cid, in_capsule));
        fuzz::require(again.opcode == entry.opcode && again.nsid == entry.nsid &&
                          again.cdw == entry.cdw && again.cid == entry.cid &&
                          again.fctype == entry.fctype,
                      "a command goes round");
        fuzz::require(again.sgl_length == (in_capsule ? command.data_out.size() : entry.sgl_length),
                      "the SGL has the length of the data");
    }
}

void completion(ByteView input) {
    const CompletionEntry entry = decode_cqe(input);
    Bytes wanted(input.begin(),
                 input.begin() + static_cast<std::ptrdiff_t>(std::min(input.size(), kCqeSize)));
    wanted.resize(kCqeSize);
    wanted[14] &= 0xFE; // the phase bit, which Fabrics has not
    fuzz::require(fuzz::same_bytes(encode_cqe(entry), wanted), "a completion goes round");
    fuzz::require(!describe(entry.status).empty(), "each status has a text");
    const auto dword0 = static_cast<std::uint32_t>(entry.dword01);
    fuzz::require(decode_async_event(encode(decode_async_event(dword0))) ==
                      decode_async_event(dword0),
                  "an event goes round");
}

void connect(ByteView input) {
    const ConnectData data = decode_connect_data(input);
    fuzz::require(data.subnqn.size() <= 256 && data.hostnqn.size() <= 256, "names are bounded");
    const Bytes page = encode(data);
    fuzz::require(page.size() == kConnectDataSize && decode_connect_data(page) == data,
                  "Connect data go round");
    fuzz::require(connect_command({.data = data}).data_out == page, "Connect carries the data");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    submission(input);
    completion(input);
    connect(input);
    return 0;
}
