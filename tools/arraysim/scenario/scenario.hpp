// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A scenario: what the simulated arrays are, say and do. Plain values; how they are written in
/// TOML is in scenario_parser.hpp.
#pragma once

#include <arraysim/protocol/answer.hpp>
#include <arraysim/protocol/field.hpp>
#include <arraysim/scenario/expectation.hpp>

#include <haoh/nvme/ana_log.hpp>
#include <haoh/nvme/namespace_id.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace haoh::arraysim {

/// One namespace, or (in an array) what differs there. What is not given comes from the
/// subsystem's namespace with the same NSID, else from a default that makes a healthy one.
struct NamespaceSpec {
    std::uint32_t nsid{1};
    std::uint32_t count{1};                    ///< so many namespaces from `nsid` on
    bool absent{};                             ///< in an array: it does not show this namespace
    std::optional<std::uint64_t> size{};       ///< bytes; 64 MiB
    std::optional<std::uint32_t> block_size{}; ///< bytes, a power of two from 512; 512
    std::optional<nvme::Uuid> uuid{};          ///< all zero: none; made of the NQN and the NSID
    std::optional<nvme::Nguid> nguid{};        ///< all zero: none; made of the NQN and the NSID
    std::optional<nvme::Eui64> eui64{};        ///< all zero: none; none
    std::optional<std::uint32_t> ana_group{};  ///< 1
    std::optional<std::uint32_t> ana_groups{}; ///< members are spread over so many groups; 1
    std::optional<std::string> data{};         ///< name of the data: equal names share it; "nsid N"
    std::optional<std::vector<nvme::IdDescriptor>> descriptors{}; ///< exactly these in CNS 03h
    FieldPatches identify{};                                      ///< CNS 00h
    FieldPatches nvm{};                                           ///< CNS 05h
    FieldPatches independent{}; ///< CNS 08h; what is not given follows CNS 00h

    bool operator==(const NamespaceSpec&) const = default;
};

/// A listener.
struct PortSpec {
    std::string listen{"127.0.0.1:0"}; ///< ADDR:PORT, IPv6 in brackets; port 0: any free one
    std::string advertise{};           ///< address in discovery logs; empty: the one listened on
    std::optional<std::uint16_t> portid{};         ///< numbered through all arrays from 1
    std::optional<std::uint8_t> treq{};            ///< of its discovery entries; the array's
    std::optional<bool> split_answers{};           ///< the array's
    std::map<std::uint32_t, nvme::AnaState> ana{}; ///< states that only this port shows, by group

    bool operator==(const PortSpec&) const = default;
};

/// A group of an ANA log that is given literally. The state is the whole byte.
struct AnaLogGroup {
    std::uint32_t agid{};
    std::uint8_t state{1};
    std::vector<std::uint32_t> nsids{};
    std::optional<std::uint64_t> chgc{}; ///< the array's

    bool operator==(const AnaLogGroup&) const = default;
};

/// A lie: changes an answer after it was made.
struct OverrideSpec {
    AnswerKind answer{};
    std::optional<std::uint32_t> nsid{}; ///< only for this namespace
    std::optional<std::uint32_t> id{};   ///< only this property offset, or feature identifier
    std::optional<std::size_t> port{};   ///< only through this port of the array, from 0
    Occurrence when{};                   ///< which of the matching answers, per array
    std::string field{};                 ///< patched by name; empty: by offset
    std::optional<std::size_t> offset{}; ///< patched here; a byte beyond the end extends the answer
    nvme::Bytes value{};                 ///< what is written there
    std::optional<nvme::Bytes> replace{};  ///< the whole answer instead
    std::optional<std::size_t> length{};   ///< cut or extended with zeros to so many bytes
    std::optional<std::uint16_t> status{}; ///< completes with this status and without data
    std::optional<std::uint64_t> result{}; ///< DW0 and DW1 of the completion

    bool operator==(const OverrideSpec&) const = default;
};

enum class FaultKind : std::uint8_t {
    stall,             ///< sends `value` bytes of the answer's PDUs (default half), then nothing
    garbage,           ///< sends `value` bytes of noise (default 64) instead
    header_digest,     ///< a wrong header digest
    data_digest,       ///< a wrong data digest
    length,            ///< the first PDU says `value` as its PLEN
    unsolicited,       ///< a response nobody asked for comes first, command ID `value`
    duplicate,         ///< the response comes twice
    no_answer,         ///< no answer to this command
    close,             ///< closes the connection instead
    terminate,         ///< sends C2HTermReq with FES `value` instead
    data_out_of_range, ///< the data say an offset beyond the command's buffer
    banner,            ///< `text` as soon as a connection is accepted: not NVMe at all
    not_ready,         ///< CSTS.RDY stays 0
    moving_ana_count,  ///< the ANA log's change count moves at each read
    moving_generation, ///< the discovery log's GENCTR moves at each read
    short_data,        ///< of the answer's data `value` bytes are sent (default none)
};
[[nodiscard]] std::string_view to_string(FaultKind kind);
[[nodiscard]] std::optional<FaultKind> parse_fault_kind(std::string_view text);
[[nodiscard]] std::span<const FaultKind> fault_kinds();

/// Misbehaviour of the protocol.
struct FaultSpec {
    FaultKind kind{};
    AnswerKind answer{AnswerKind::identify_controller}; ///< where it strikes
    std::optional<std::uint32_t> nsid{};                ///< only for this namespace
    std::optional<std::size_t> port{};                  ///< only through this port, from 0
    Occurrence when{};
    std::optional<std::uint64_t> value{};
    std::string text{};

    bool operator==(const FaultSpec&) const = default;
};

enum class Power : std::uint8_t {
    up,
    down,   ///< its ports are closed
    hung,   ///< accepts connections, never answers
    hidden, ///< answers for discovery only: the subsystem is not exported
};
[[nodiscard]] std::string_view to_string(Power power);
[[nodiscard]] std::optional<Power> parse_power(std::string_view text);

enum class Scope : std::uint8_t { all, own };

/// One array.
struct ArraySpec {
    std::string name{};
    std::vector<PortSpec> ports{};          ///< none: one on 127.0.0.1
    std::string advertise{};                ///< for ports that give none
    std::optional<std::uint16_t> portid{};  ///< of the first port; the others count on
    std::optional<std::string> nqn{};       ///< its name for the subsystem, where it differs
    FieldPatches controller{};              ///< Identify Controller
    std::optional<std::uint32_t> version{}; ///< VS and VER
    std::map<std::uint32_t, std::uint64_t> properties{}; ///< CAP, CRTO, ... by offset
    std::vector<NamespaceSpec> namespaces{};             ///< what differs here
    std::optional<std::uint16_t> cntlid_min{};
    std::optional<std::uint16_t> cntlid_max{};
    std::vector<std::uint16_t> cntlids{}; ///< exactly these, handed out in order; empty: the range
    bool static_controllers{}; ///< static controller model: the range exists from the start
    std::optional<std::vector<std::string>> allowed_hosts{}; ///< NQNs; nullopt: any host
    nvme::AnaState ana_default{nvme::AnaState::optimized};
    std::map<std::uint32_t, nvme::AnaState> ana{};     ///< by group
    std::optional<std::vector<AnaLogGroup>> ana_log{}; ///< exactly these groups, in this order
    bool ana_events{true};                             ///< sends events on ANA changes
    std::chrono::microseconds latency{0};              ///< added to each command
    bool header_digest{true};                          ///< agrees to header digests
    bool data_digest{true};
    bool split_answers{false};        ///< data and response written apart, with Nagle's algorithm
    bool c2h_success{false};          ///< SUCCESS in the last C2HData instead of a response
    std::uint8_t cpda{0};             ///< 0's based dwords, 0..31
    std::uint32_t maxh2cdata{131072}; ///< bytes, at least 4096
    std::uint32_t c2h_data_size{131072}; ///< bytes of data in one C2HData at most
    std::uint32_t r2t_size{131072};      ///< bytes asked for in one R2T at most
    std::uint16_t io_queues{16};         ///< granted at most
    Scope discovery{Scope::all};         ///< discovery log: ports of all arrays or of this one
    Scope controller_list{Scope::all};   ///< CNS 13h, 12h: controllers of all arrays or of this one
    std::uint8_t treq{0x04};             ///< of discovery entries; SQ flow control disable allowed
    /// Log page 17h: the NQNs of the subsystems that show a dispersed namespace; nullopt: no such
    /// log page.
    std::optional<std::vector<std::string>> dispersed{};
    Power power{Power::up};
    std::vector<OverrideSpec> overrides{};
    std::vector<FaultSpec> faults{};

    bool operator==(const ArraySpec&) const = default;
};

/// Something that happens by itself: a control command at a time after the start.
struct TimelineEntry {
    std::chrono::milliseconds at{};
    std::string action{}; ///< as over the control socket: "ana b 1 inaccessible"
    int line{};           ///< in the scenario file, for messages

    bool operator==(const TimelineEntry&) const = default;
};

/// How a test asks the arrays.
struct CheckSpec {
    std::optional<std::string>
        nqn{}; ///< empty: follow the discovery logs; nullopt: the subsystem's
    std::vector<std::string>
        targets; ///< arrays whose first port is asked, "a 2" for its second; empty: every port of all
    std::string config{};  ///< haoh.toml
    std::string waivers{}; ///< haoh-waivers(5)
    std::string as_of{};   ///< the day on which they are judged
    bool digests{};        ///< asks for header and data digests
    std::chrono::milliseconds timeout{20000};

    bool operator==(const CheckSpec&) const = default;
};

struct Scenario {
    std::string title{}; ///< one line for people
    std::string nqn{"nqn.2014-08.org.nvmexpress:uuid:68616f68-0000-4000-8000-000000000001"};
    FieldPatches controller{}; ///< Identify Controller of every array
    std::optional<std::uint32_t> version{};
    std::map<std::uint32_t, std::uint64_t> properties{};
    std::vector<NamespaceSpec> namespaces{}; ///< none: one with the defaults
    std::vector<ArraySpec> arrays{};
    std::vector<TimelineEntry> timeline{};
    CheckSpec check{};
    std::optional<ExpectSpec> expect{};

    bool operator==(const Scenario&) const = default;
};

inline constexpr std::uint32_t kDefaultVersion = 0x00020000; ///< NVMe 2.0
inline constexpr std::uint64_t kDefaultNamespaceSize = 64ULL << 20U;
inline constexpr std::uint32_t kMaxNamespaces = 65536; ///< of one array
inline constexpr std::size_t kMaxArrays = 64;
inline constexpr std::size_t kMaxPorts = 64; ///< of one array

} // namespace haoh::arraysim
