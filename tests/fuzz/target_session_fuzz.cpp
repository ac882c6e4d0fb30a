// SPDX-License-Identifier: LGPL-2.1-or-later
// The simulator's end of a connection: a raw stream from the first byte on, or commands and data of
// a host that has connected an admin and an I/O queue.
#include "fuzz/property.hpp"
#include "support/scenario_builder.hpp"

#include <arraysim/arrays/simulator.hpp>
#include <arraysim/protocol/session.hpp>

#include <haoh/nvme/fabrics.hpp>

#include <fuzzer/FuzzedDataProvider.h>
#include <memory>

using namespace haoh;
using namespace haoh::arraysim;

namespace {

constexpr TimePoint kStart{std::chrono::hours(1)};

/// What the session says is well formed, whatever it was told.
void check_output(Session& session, nvme::PduReader& reader) {
    while (true) {
        const nvme::Bytes bytes = session.take_output(kStart + std::chrono::hours(1));
        if (bytes.empty()) {
            return;
        }
        reader.feed(bytes);
        while (const auto item = reader.next()) {
            fuzz::require(std::holds_alternative<nvme::Pdu>(*item), "answers are well formed");
        }
        fuzz::require(reader.pending() == 0, "answers are whole PDUs");
    }
}

void send(Session& session, const nvme::Pdu& pdu) {
    session.receive(nvme::encode(pdu, {}), kStart);
}

void send_command(Session& session, const nvme::AdminCommand& command) {
    const bool data = !command.data_out.empty();
    send(session, nvme::CapsuleCmd{.sqe = nvme::encode_sqe(command, 0xF000, data),
                                   .data = command.data_out});
}

void connect(Session& session, const Simulator& simulator, std::uint16_t qid) {
    send(session, nvme::IcReq{});
    nvme::ConnectParameters parameters;
    parameters.data.subnqn = simulator.array(0).nqn();
    parameters.data.hostnqn = "nqn.host";
    parameters.data.hostid = {1};
    parameters.qid = qid;
    parameters.kato_ms = 5000;
    if (qid != 0) {
        parameters.data.cntlid = 1;
    }
    send_command(session, nvme::connect_command(parameters));
    if (qid == 0) {
        send_command(session,
                     nvme::property_set_command(nvme::property::cc, 4, 4U << 20U | 6U << 16U | 1));
    }
}

nvme::Bytes some_data(FuzzedDataProvider& input) {
    constexpr std::size_t kMost = 9000; // a little more than fits a capsule
    const std::size_t length = input.ConsumeIntegralInRange<std::size_t>(0, kMost);
    nvme::Bytes data = input.ConsumeBytes<std::uint8_t>(length);
    data.resize(length);
    return data;
}

nvme::Sqe some_entry(FuzzedDataProvider& input) {
    nvme::Sqe entry =
        nvme::load_array<nvme::kSqeSize>(input.ConsumeBytes<std::uint8_t>(nvme::kSqeSize), 0);
    if (input.ConsumeBool()) {
        entry[1] = 0x40; // SGLs, as they must be
        entry[39] =
            input.ConsumeBool() ? nvme::sgl::data_block_offset : nvme::sgl::transport_data_block;
        // Lengths and namespaces that exist are hard to guess.
        nvme::store_le(entry, 32, input.ConsumeIntegralInRange<std::uint32_t>(0, 16384));
        nvme::store_le(entry, 4, input.ConsumeIntegralInRange<std::uint32_t>(0, 3));
    }
    return entry;
}

void raw_stream(FuzzedDataProvider& input) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    const auto session = simulator.open(0, 0, kStart);
    const std::size_t chunk = 1 + input.ConsumeIntegral<std::uint8_t>();
    const auto stream = input.ConsumeRemainingBytes<std::uint8_t>();
    for (std::size_t offset = 0; offset < stream.size(); offset += chunk) {
        session->receive(nvme::slice(stream, offset, chunk), kStart);
    }
    (void)session->take_output(kStart);
}

void connected(FuzzedDataProvider& input) {
    NamespaceSpec two;
    two.count = 2;
    two.size = 1U << 20U;
    Simulator simulator(ScenarioBuilder().ns(two).array("a").build(), kStart);
    const auto admin = simulator.open(0, 0, kStart);
    connect(*admin, simulator, 0);
    const auto io = simulator.open(0, 0, kStart);
    connect(*io, simulator, 1);
    nvme::PduReader admin_reader(true, 4U << 20U);
    nvme::PduReader io_reader(true, 4U << 20U);
    for (int i = 0; i < 32 && input.remaining_bytes() > 0; ++i) {
        const bool on_admin = input.ConsumeBool();
        Session& session = on_admin ? *admin : *io;
        if (input.ConsumeIntegralInRange(0, 3) == 0) {
            send(session,
                 nvme::DataPdu{.from_host = true,
                               .cccid = input.ConsumeIntegral<std::uint16_t>(),
                               .ttag = input.ConsumeIntegralInRange<std::uint16_t>(0, 8),
                               .datao = input.ConsumeIntegralInRange<std::uint32_t>(0, 8192),
                               .last = input.ConsumeBool(),
                               .success = false,
                               .data = some_data(input)});
        } else {
            const nvme::Sqe entry = some_entry(input);
            send(session, nvme::CapsuleCmd{.sqe = entry, .data = some_data(input)});
        }
        check_output(*admin, admin_reader);
        check_output(*io, io_reader);
    }
    fuzz::require(simulator.controllers().size() <= 1, "one host has one controller");
    simulator.advance(kStart + std::chrono::hours(1));
    (void)simulator.state();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzedDataProvider input(data, size);
    if (input.ConsumeBool()) {
        raw_stream(input);
    } else {
        connected(input);
    }
    return 0;
}
