// SPDX-License-Identifier: LGPL-2.1-or-later
// Digests that were asked for and granted, and are wrong, or lacking.
#include "hostile/table.hpp"

#include <utility>

namespace haoh::test {

namespace {

using nvme::Bytes;

const std::vector<std::string> kHeader{"--hdr-digest"};
const std::vector<std::string> kData{"--data-digest"};
const std::vector<std::string> kBoth{"--hdr-digest", "--data-digest"};

/// The length of the first PDU of an answer.
std::size_t first_pdu(const Bytes& bytes) {
    return nvme::load_le<std::uint32_t>(bytes, 4);
}

/// Behind the header of the first PDU, which is as long as it says.
void spoil_header_digest(Bytes& bytes) {
    bytes.at(bytes.at(2)) ^= 0xFFU;
}

void spoil_data_digest(Bytes& bytes) {
    bytes.at(first_pdu(bytes) - 1) ^= 0xFFU;
}

/// One bit on its way, in the data of an answer.
void flip_data(Bytes& bytes) {
    bytes.at(first_pdu(bytes) - nvme::kDigestSize - 1) ^= 0x01U;
}

/// The healthy answer as if there were other digests than were agreed upon.
Misdeed in_format(bool header_digest, bool data_digest) {
    return [=](const Exchange& exchange) {
        return Reaction{.bytes = bytes_of(exchange.answer, {.header_digest = header_digest,
                                                            .data_digest = data_digest})};
    };
}

} // namespace

std::vector<Row> digest_rows() {
    Step step = at_identify("digests", nvme::cns::identify_controller);
    std::vector<Row> rows;
    const auto add = [&](const char* name, const std::vector<std::string>& options, Misdeed misdeed,
                         const char* words) {
        rows.push_back(
            {.step = step,
             .name = name,
             .misdeed = std::move(misdeed),
             .outcome = words == nullptr ? Outcome::harmless : Outcome::partly,
             .words = words == nullptr ? "" : words,
             .watched = words == nullptr ? std::optional<Outcome>{} : Outcome::unread,
             .commands = command::check | command::alone | command::list | command::monitor,
             .options = options});
    };
    for (const auto& [name, options] :
         {std::pair{"header_right", kHeader}, {"data_right", kData}, {"both_right", kBoth}}) {
        add(name, options, spoils([](Bytes&) {}), nullptr);
    }
    add("header_wrong", kHeader, spoils(spoil_header_digest), "header digest");
    add("header_wrong_with_data_digests", kBoth, spoils(spoil_header_digest), "header digest");
    add("data_wrong", kData, spoils(spoil_data_digest), "data digest");
    add("data_wrong_with_header_digests", kBoth, spoils(spoil_data_digest), "data digest");
    add("data_flipped", kData, spoils(flip_data), "data digest");
    add("header_lacking", kHeader, in_format(false, false), "without the header digest");
    add("data_lacking", kData, in_format(false, false), "without the data digest");
    add("header_unasked", kData, in_format(true, true), "with a header digest flag");
    add("data_unasked", kHeader, in_format(true, true), "with a data digest flag");

    // Asked for and not granted: nothing is lost but the digests.
    for (const std::uint8_t granted : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{2}}) {
        rows.push_back({.step = at_icreq(),
                        .name = "grants_digests_" + std::to_string(granted),
                        .misdeed = answers([granted](const Exchange& exchange) {
                            auto answer = std::get<nvme::IcResp>(exchange.answer.at(0));
                            answer.dgst = granted;
                            return std::vector<nvme::Pdu>{answer};
                        }),
                        .outcome = Outcome::odd,
                        .commands = command::check | command::monitor,
                        .options = kBoth});
    }
    return rows;
}

} // namespace haoh::test
