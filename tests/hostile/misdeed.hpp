// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a hostile target does at one step of the protocol, as values and functions of values: where it
/// strikes, what a healthy array would say there, and what is sent instead.
#pragma once

#include <haoh/nvme/fabrics.hpp>
#include <haoh/nvme/pdu.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace haoh::test {

/// A step of the protocol.
struct Step {
    enum class Kind : std::uint8_t { accept, icreq, command };

    Kind kind{};
    std::string name;
    /// Of Kind::command: whether this command is meant.
    std::function<bool(const nvme::SubmissionEntry&)> matches{};
};

/// The step was reached.
struct Exchange {
    nvme::SubmissionEntry command{}; ///< of Kind::command
    std::vector<nvme::Pdu> answer{}; ///< a healthy array's; empty where it would not say a word yet
    nvme::PduFormat format{};
    std::size_t count{};  ///< how often it was reached at this target, from 1
    std::uint16_t port{}; ///< of this target
};

/// What the target does then.
struct Reaction {
    enum class After : std::uint8_t {
        go_on,  ///< with the next command
        silent, ///< never another word on this connection
        close,
        reset,
    };

    nvme::Bytes bytes{};
    std::size_t first{}; ///< the first piece has so many bytes; 0: no other than the rest
    std::size_t piece{}; ///< so many bytes at a time; 0: all at once
    std::chrono::milliseconds pause{}; ///< between pieces
    bool endless{};                    ///< again and again, until the host is gone
    After after{After::go_on};
};

using Misdeed = std::function<Reaction(const Exchange&)>;

/// \name Steps
///@{
[[nodiscard]] Step at_accept();
[[nodiscard]] Step at_icreq();
[[nodiscard]] Step at_connect();
[[nodiscard]] Step at_property(std::string name, std::uint32_t offset); ///< Property Get
[[nodiscard]] Step at_enable();   ///< Property Set of CC, CC.EN
[[nodiscard]] Step at_shutdown(); ///< Property Set of CC, CC.SHN
[[nodiscard]] Step at_identify(std::string name, std::uint8_t cns);
[[nodiscard]] Step at_log(std::string name, std::uint8_t lid);
[[nodiscard]] Step at_command(std::string name, std::uint8_t opcode);
/// Whatever any of these is about.
[[nodiscard]] Step at_each(std::string name, const std::vector<Step>& steps);
[[nodiscard]] Step at_every_command();
///@}

/// \name Parts of answers
///@{
[[nodiscard]] nvme::Bytes bytes_of(const std::vector<nvme::Pdu>& pdus,
                                   const nvme::PduFormat& format);
[[nodiscard]] nvme::Pdu response(std::uint16_t cid, std::uint16_t status = 0,
                                 std::uint64_t dword01 = 0, std::uint16_t sqhd = 0);
[[nodiscard]] nvme::DataPdu data_pdu(std::uint16_t cid, nvme::Bytes data, std::uint32_t offset = 0,
                                     bool last = true);
/// The data of an answer, all of it in one.
[[nodiscard]] nvme::Bytes data_of(const std::vector<nvme::Pdu>& answer);
/// One header with whatever it says.
[[nodiscard]] nvme::Bytes header(nvme::PduType type, std::uint8_t hlen, std::uint32_t plen,
                                 std::uint8_t flags = 0, std::uint8_t pdo = 0);
///@}

/// \name Misdeeds for any step
///@{
[[nodiscard]] Misdeed says(nvme::Bytes bytes, Reaction::After after = Reaction::After::go_on);
[[nodiscard]] Misdeed ends(Reaction::After after); ///< without a word
/// The healthy answer in other bytes.
[[nodiscard]] Misdeed spoils(std::function<void(nvme::Bytes&)> change,
                             Reaction::After after = Reaction::After::go_on);
/// Other PDUs than the healthy answer's.
[[nodiscard]] Misdeed answers(std::function<std::vector<nvme::Pdu>(const Exchange&)> other,
                              Reaction::After after = Reaction::After::go_on);
/// The healthy answer with other data, as many as there are; nothing changes where there is none.
[[nodiscard]] Misdeed lies(std::function<void(nvme::Bytes&)> change);
/// Data of one value in each byte.
[[nodiscard]] Misdeed fills(std::uint8_t value);
/// A number in the data, little-endian.
template <typename T>
[[nodiscard]] Misdeed stores(std::size_t offset, T value) {
    return lies([offset, value](nvme::Bytes& data) { nvme::store_le(data, offset, value); });
}
/// A response without data.
[[nodiscard]] Misdeed responds(std::uint16_t status, std::uint64_t dword01 = 0);
///@}

} // namespace haoh::test
