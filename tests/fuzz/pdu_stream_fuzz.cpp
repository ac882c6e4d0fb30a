// SPDX-License-Identifier: LGPL-2.1-or-later
// A stream of NVMe/TCP PDUs, at both ends, in all formats, cut anywhere. The first three bytes of
// the input choose; the rest is the stream, or what PDUs are made of.
#include "fuzz/property.hpp"

#include <haoh/nvme/pdu.hpp>

#include <fuzzer/FuzzedDataProvider.h>
#include <limits>

using namespace haoh;
using namespace haoh::nvme;

namespace {

using Item = std::variant<Pdu, PduError>;

constexpr std::uint32_t kMaxData = 2048;
/// Header, digests, largest PDO and data.
constexpr std::size_t kMaxPdu = 0xFF + kMaxData + kDigestSize;

struct Choice {
    bool to_host{};
    bool made{}; ///< PDUs made of the input, else the input itself
    std::size_t chunk{};
    PduFormat format;
};

Choice choose(FuzzedDataProvider& input) {
    Choice choice;
    const auto bits = input.ConsumeIntegral<std::uint8_t>();
    choice.to_host = (bits & 1U) != 0;
    choice.format.header_digest = (bits & 2U) != 0;
    choice.format.data_digest = (bits & 4U) != 0;
    choice.made = (bits & 8U) != 0;
    choice.chunk = 1 + input.ConsumeIntegral<std::uint8_t>();
    const std::uint32_t alignment = 4U * (1U + input.ConsumeIntegral<std::uint8_t>() % 32U);
    choice.format.data_alignment = alignment;
    choice.format.receive_alignment = choice.made ? alignment : 4;
    return choice;
}

void drain(PduReader& reader, std::vector<Item>& items) {
    while (auto item = reader.next()) {
        items.push_back(std::move(*item));
    }
}

/// Feeds a stream in chunks and takes out what there is after each.
std::vector<Item> read(ByteView stream, const Choice& choice, std::size_t chunk) {
    PduReader reader(choice.to_host, kMaxData);
    reader.set_format(choice.format);
    std::vector<Item> items;
    for (std::size_t offset = 0; offset < stream.size(); offset += chunk) {
        reader.feed(slice(stream, offset, chunk));
        drain(reader, items);
        fuzz::require(reader.pending() < kMaxPdu, "less than one PDU is held");
    }
    return items;
}

void require_sane(const std::vector<Item>& items, const Choice& choice) {
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (const auto* error = std::get_if<PduError>(&items[i])) {
            fuzz::require(!error->text.empty() && error->header.size() <= 128,
                          "an error tells what it is");
            fuzz::require(error->data_digest || i + 1 == items.size(), "an error is the last");
            fuzz::require(error->data_digest == (error->fes == Fes{}), "an error has a status");
            continue;
        }
        const Pdu& pdu = std::get<Pdu>(items[i]);
        const std::vector<Item> again =
            read(encode(pdu, choice.format), choice, std::numeric_limits<std::size_t>::max() / 2);
        // PDUs of the raw mode may be aligned less than what they are encoded with.
        fuzz::require(again.size() == 1 && std::get_if<Pdu>(&again[0]) != nullptr &&
                          std::get<Pdu>(again[0]) == pdu,
                      "a PDU goes round");
    }
}

Bytes some_bytes(FuzzedDataProvider& input, std::size_t most) {
    const auto length = input.ConsumeIntegralInRange<std::size_t>(0, most);
    Bytes bytes(length, input.ConsumeIntegral<std::uint8_t>());
    const std::vector<std::uint8_t> head =
        input.ConsumeBytes<std::uint8_t>(std::min<std::size_t>(length, 64));
    std::copy(head.begin(), head.end(), bytes.begin());
    return bytes;
}

template <std::size_t N>
std::array<std::uint8_t, N> some_array(FuzzedDataProvider& input) {
    return load_array<N>(input.ConsumeBytes<std::uint8_t>(N), 0);
}

Pdu make_for_host(FuzzedDataProvider& input) {
    switch (input.ConsumeIntegralInRange(0, 4)) {
    case 0:
        return IcResp{.pfv = input.ConsumeIntegral<std::uint16_t>(),
                      .cpda = input.ConsumeIntegralInRange<std::uint8_t>(0, 31),
                      .dgst = input.ConsumeIntegral<std::uint8_t>(),
                      .maxh2cdata = input.ConsumeIntegral<std::uint32_t>()};
    case 1:
        return TermReq{.from_host = false,
                       .fes = input.ConsumeIntegral<std::uint16_t>(),
                       .fei = input.ConsumeIntegral<std::uint32_t>(),
                       .data = some_bytes(input, kMaxTermReqData)};
    case 2:
        return CapsuleResp{.cqe = some_array<kCqeSize>(input)};
    case 3: {
        DataPdu pdu{.from_host = false,
                    .cccid = input.ConsumeIntegral<std::uint16_t>(),
                    .ttag = 0,
                    .datao = input.ConsumeIntegral<std::uint32_t>(),
                    .last = input.ConsumeBool(),
                    .success = input.ConsumeBool(),
                    .data = some_bytes(input, kMaxData)};
        pdu.success = pdu.success && pdu.last;
        return pdu;
    }
    default:
        return R2t{.cccid = input.ConsumeIntegral<std::uint16_t>(),
                   .ttag = input.ConsumeIntegral<std::uint16_t>(),
                   .r2to = input.ConsumeIntegral<std::uint32_t>(),
                   .r2tl = input.ConsumeIntegral<std::uint32_t>()};
    }
}

Pdu make_for_controller(FuzzedDataProvider& input) {
    switch (input.ConsumeIntegralInRange(0, 3)) {
    case 0:
        return IcReq{.pfv = input.ConsumeIntegral<std::uint16_t>(),
                     .hpda = input.ConsumeIntegralInRange<std::uint8_t>(0, 31),
                     .dgst = input.ConsumeIntegral<std::uint8_t>(),
                     .maxr2t = input.ConsumeIntegral<std::uint32_t>()};
    case 1:
        return TermReq{.from_host = true,
                       .fes = input.ConsumeIntegral<std::uint16_t>(),
                       .fei = input.ConsumeIntegral<std::uint32_t>(),
                       .data = some_bytes(input, kMaxTermReqData)};
    case 2:
        return CapsuleCmd{.sqe = some_array<kSqeSize>(input), .data = some_bytes(input, kMaxData)};
    default:
        return DataPdu{.from_host = true,
                       .cccid = input.ConsumeIntegral<std::uint16_t>(),
                       .ttag = input.ConsumeIntegral<std::uint16_t>(),
                       .datao = input.ConsumeIntegral<std::uint32_t>(),
                       .last = input.ConsumeBool(),
                       .success = false,
                       .data = some_bytes(input, kMaxData)};
    }
}

bool travels_without_digests(const Item& item) {
    const PduType type = type_of(std::get<Pdu>(item));
    return type == PduType::ic_req || type == PduType::ic_resp || type == PduType::h2c_term_req ||
           type == PduType::c2h_term_req;
}

/// What was sent arrives; with one bit flipped under the digests, it does not arrive changed.
void made_stream(FuzzedDataProvider& input, const Choice& choice) {
    std::vector<Item> sent;
    Bytes stream;
    const bool flips = input.ConsumeBool();
    const auto position = input.ConsumeIntegral<std::uint32_t>();
    while (input.remaining_bytes() > 0 && sent.size() < 8) {
        Pdu pdu = choice.to_host ? make_for_host(input) : make_for_controller(input);
        const Bytes bytes = encode(pdu, choice.format);
        stream.insert(stream.end(), bytes.begin(), bytes.end());
        sent.emplace_back(std::move(pdu));
    }
    if (!flips || stream.empty()) {
        fuzz::require(read(stream, choice, choice.chunk) == sent, "what is sent arrives");
        return;
    }
    stream[position / 8 % stream.size()] ^= static_cast<std::uint8_t>(1U << (position % 8));
    const std::vector<Item> items = read(stream, choice, choice.chunk);
    fuzz::require(items == read(stream, choice, stream.size()), "cutting makes no difference");
    require_sane(items, choice);
    if (choice.format.header_digest && choice.format.data_digest &&
        std::none_of(sent.begin(), sent.end(), travels_without_digests)) {
        for (std::size_t i = 0; i < items.size(); ++i) {
            fuzz::require(std::holds_alternative<PduError>(items[i]) ||
                              (i < sent.size() && items[i] == sent[i]),
                          "digests let nothing through that was changed");
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzedDataProvider input(data, size);
    const Choice choice = choose(input);
    if (choice.made) {
        made_stream(input, choice);
        return 0;
    }
    const std::vector<std::uint8_t> stream = input.ConsumeRemainingBytes<std::uint8_t>();
    const std::vector<Item> items = read(stream, choice, choice.chunk);
    fuzz::require(items == read(stream, choice, std::max<std::size_t>(stream.size(), 1)),
                  "cutting makes no difference");
    require_sane(items, choice);
    return 0;
}
