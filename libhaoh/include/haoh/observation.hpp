// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Observation: what was read from controllers, as plain values. Raw pages are the truth; typed
/// views are decoded from them when needed, so that later rules can judge old snapshots. Names are as
/// they came, messages (`error`, `unread`, `before`, `after`) are safe to print (safe_text.hpp).
#pragma once

#include <haoh/budget.hpp>
#include <haoh/kernel.hpp>
#include <haoh/nvme/ana_log.hpp>
#include <haoh/nvme/commands_log.hpp>
#include <haoh/nvme/discovery_log.hpp>
#include <haoh/nvme/domain_list.hpp>
#include <haoh/nvme/fabrics.hpp>
#include <haoh/nvme/firmware_log.hpp>
#include <haoh/nvme/id_list.hpp>
#include <haoh/nvme/identify_controller.hpp>
#include <haoh/nvme/identify_controller_nvm.hpp>
#include <haoh/nvme/identify_namespace.hpp>
#include <haoh/nvme/namespace_id.hpp>
#include <haoh/transport.hpp>
#include <haoh/unobserved.hpp>
#include <haoh/visibility.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// The answer to one read of a page, log or feature.
struct Page {
    enum class State : std::uint8_t {
        not_read, ///< was not asked for
        ok,       ///< `bytes` holds the answer
        status,   ///< the controller answered with an error: `status`
        failed,   ///< no usable answer: `error` says why
    };
    State state{State::not_read};
    nvme::Status status;
    /// Of a failure: it was not asked for, or not kept, because this was used up.
    std::optional<BudgetPart> over_budget;
    std::uint32_t length{}; ///< bytes as read, before the cut
    nvme::Bytes bytes; ///< trailing zeros cut; decoders of fixed pages read what is missing as zero
    std::string error;

    [[nodiscard]] bool ok() const { return state == State::ok; }
    /// The bytes as read, with the zeros that were cut: what a decoder of a list or a log needs,
    /// which looks for its end.
    [[nodiscard]] nvme::Bytes whole() const;
    bool operator==(const Page&) const = default;

    /// A page that was read, with its trailing zeros cut.
    [[nodiscard]] static Page of(nvme::ByteView bytes);
    /// The answer to a command that asked for `wanted` bytes: what ended before them is no usable answer,
    /// and says how many came.
    [[nodiscard]] static Page of_answer(nvme::ByteView bytes, std::size_t wanted);
    [[nodiscard]] static Page of_status(nvme::Status status);
    [[nodiscard]] static Page of_failure(std::string_view error);
    [[nodiscard]] static Page of_budget(BudgetPart used_up);
};

/// One namespace as one controller describes it: a path.
struct NamespaceObservation {
    std::uint32_t nsid{};
    Page identify;      ///< CNS 00h
    Page descriptors;   ///< CNS 03h
    Page nvm;           ///< CNS 05h, CSI 00h
    Page independent;   ///< CNS 08h
    Page controllers{}; ///< CNS 12h: controllers that it is attached to

    bool operator==(const NamespaceObservation&) const = default;

    /// Identity as Linux takes it: the descriptor list first, the last descriptor of a type, up to
    /// the first with a wrong length; EUI-64 and NGUID that it leaves out come from CNS 00h
    /// (drivers/nvme/host/core.c, nvme_identify_ns_descs and nvme_ns_info_from_identify).
    [[nodiscard]] nvme::NamespaceIds ids() const;
    /// CNS 03h, decoded; empty when it could not be read.
    [[nodiscard]] nvme::IdDescriptorList id_descriptors() const;
    [[nodiscard]] nvme::IdentifyNamespace identify_data() const {
        return nvme::decode_identify_namespace(identify.bytes);
    }
};

/// Where the ANA log puts a namespace.
struct AnaPlace {
    std::uint32_t agid{};
    nvme::AnaState state{};

    bool operator==(const AnaPlace&) const = default;
};

/// The ANA log with the circumstances of its reading.
struct AnaObservation {
    Page log; ///< the last consistent reading, complete
    bool stable{
        true}; ///< false: the change count moved at every attempt, nothing in `log` can be trusted
    unsigned attempts{}; ///< readings of the whole controller that it took

    bool operator==(const AnaObservation&) const = default;
};

/// What was negotiated with a controller over the fabric.
struct Connection {
    std::string hostnqn;
    nvme::Uuid hostid{};
    std::uint16_t cntlid{}; ///< of the Connect response
    std::uint16_t requested_cntlid{nvme::kDynamicController};
    bool header_digest{};
    bool data_digest{};
    bool sq_flow_control_disabled{};
    std::uint32_t maxh2cdata{}; ///< bytes
    /// Of ICResp: data from the host is aligned to (CPDA + 1) * 4 bytes. nullopt in snapshots from
    /// before it was kept.
    std::optional<std::uint8_t> cpda{};

    bool operator==(const Connection&) const = default;
};

/// One controller.
struct ControllerObservation {
    std::string name;      ///< unique on its host: "tcp://10.0.0.1:4420 controller 12", "nvme3"
    std::string host;      ///< KernelObservation::host when asked through a kernel, else empty
    std::string transport; ///< as in sysfs: "tcp", or what Linux may have later
    std::string traddr;
    std::string trsvcid;
    std::string
        target; ///< the --target it came from, as `to_string(Address)`; evidence for its array
    std::string subsysnqn; ///< the name under which it was connected
    Connection connection;
    std::map<std::uint32_t, std::uint64_t> properties; ///< offset -> value: CAP, VS, CC, CSTS, CRTO
    Page identify;                                     ///< CNS 01h
    Page io_command_sets;                              ///< CNS 1Ch
    std::optional<std::vector<std::uint32_t>>
        active_nsids;                         ///< CNS 02h, as sent; nullopt: not readable
    std::vector<std::string> active_problems; ///< what was malformed in that list
    Page controller_list;                     ///< CNS 13h
    Page supported_logs;                      ///< LID 00h
    /// FID -> dword 0 of the completion (4 bytes); of 16h and 81h the data (nvme::feature_data_bytes).
    std::map<std::uint8_t, Page> features;
    AnaObservation ana;
    std::vector<NamespaceObservation> namespaces; ///< ascending by NSID, one for each active NSID
    /// Controller IDs that further short connections to the same port were given, beside all others: how
    /// the array hands them out. Two, where all ports of the subsystem were asked in their order, and
    /// then from the last to the first.
    std::vector<std::uint16_t> probed_cntlids;
    /// What could not be read, one clause each; empty = complete.
    std::vector<std::string> unread;
    std::string active_error{}; ///< that clause about `active_nsids`; empty when they are known
    Page nvm_controller{};      ///< CNS 06h, CSI 00h
    Page commands_log{};        ///< LID 05h, of the NVM command set
    Page firmware_log{};        ///< LID 03h
    Page allocated_nsids{};     ///< CNS 10h: the first of them, 1,024 at most
    Page domain_list{};         ///< CNS 18h: domains that the controller reaches

    bool operator==(const ControllerObservation&) const = default;
    [[nodiscard]] Transport known_transport() const { return parse_transport(transport); }
    /// "tcp://[fd00::1]:4420", as `to_string(Address)` has it.
    [[nodiscard]] std::string address_text() const;
    /// It answers where its target is, and not on a port that a log named.
    [[nodiscard]] bool at_target() const { return target == address_text(); }

    [[nodiscard]] nvme::IdentifyController identify_data() const {
        return nvme::decode_identify_controller(identify.bytes);
    }
    [[nodiscard]] nvme::AnaLog ana_log() const { return nvme::decode_ana_log(ana.log.whole()); }
    /// NSID -> group and state; of several groups that list a namespace the last, as in Linux
    /// (drivers/nvme/host/multipath.c, nvme_update_ana_state). Empty when there is no log, or none
    /// that can be trusted.
    [[nodiscard]] std::map<std::uint32_t, AnaPlace> ana_places() const;
    /// CNS 13h, decoded; empty when it could not be read.
    [[nodiscard]] nvme::ControllerList subsystem_controllers() const;
    /// nullptr when this controller has no such active namespace.
    [[nodiscard]] const NamespaceObservation* find_namespace(std::uint32_t nsid) const;
    [[nodiscard]] std::optional<std::uint64_t> property(std::uint32_t offset) const;
};

/// A discovery log as one discovery controller gave it.
struct DiscoveryObservation {
    std::string target;  ///< the --target it came from, as `to_string(Address)`
    std::string address; ///< the discovery controller itself: differs from `target` for a referral
    Page log;            ///< complete log
    bool stable{true};   ///< false: GENCTR moved at every attempt

    bool operator==(const DiscoveryObservation&) const = default;

    [[nodiscard]] nvme::DiscoveryLog entries() const {
        return nvme::decode_discovery_log(log.whole());
    }
};

/// What controllers, discovery services and kernels said at one time: a value.
struct Observation {
    std::string observed_at; ///< RFC 3339, UTC, seconds: when the reading began
    std::string hostnqn;     ///< the identity that was used; empty when there were several
    std::string hostid;
    std::vector<ControllerObservation> controllers;
    std::vector<DiscoveryObservation> discovery;
    std::vector<Unobserved> unobserved;
    std::vector<KernelObservation> kernels; ///< one for each host that was looked at

    bool operator==(const Observation&) const = default;
    /// The kernel through which a controller was asked; nullptr when it was asked directly.
    [[nodiscard]] const KernelObservation* kernel_of(const ControllerObservation& controller) const;
};

/// Whether there is a controller or a subsystem to tell of.
[[nodiscard]] bool is_anything(const Observation& observation);

/// Joins observations: controllers (by host and name), kernels (by host), discovery logs and failures
/// of all, each kept once, in the order of `parts`; what several name keeps its latest reading. A
/// failure is dropped when another part, no older, observed the same port and subsystem.
///
/// Kernels of one node name are of one host, unless they have no host NQN in common or no address of
/// their own. Those without a name of their own (none, "localhost") are of one host only when they
/// share a connection, or are the same reading. Of hosts that share a name, or have none beside
/// others, each gets another `KernelObservation::host`, which tells them apart, and keeps its `node`.
///
/// `observed_at` is the earliest; `hostnqn` and `hostid` are empty when the parts differ in them (each
/// `connection` has its own).
[[nodiscard]] Observation merge(std::vector<Observation> parts);

/// One difference between two observations.
struct Difference {
    enum class Kind : std::uint8_t { added, removed, changed };
    Kind kind{};
    std::string controller; ///< empty for the observation itself
    std::optional<std::uint32_t> nsid;
    std::string field;  ///< "sn", "nsze", "ana_state", "uuid", ...
    std::string before; ///< empty when added
    std::string after;  ///< empty when removed

    bool operator==(const Difference&) const = default;
};

/// What changed from `before` to `after`, ordered by controller, NSID, field. Fields that differ by
/// nature from reading to reading (time of observation, connection-time controller IDs of the
/// dynamic model when all else matches) are matched, not reported.
[[nodiscard]] std::vector<Difference> diff(const Observation& before, const Observation& after);

/// `haoh.observation/1` (docs/schema/observation-1.schema.json), in ASCII, without a newline at its end. Raw
/// pages are hexadecimal; decoded fields are there for people and other programs and are ignored
/// when reading back. Bytes of texts that are not UTF-8 are written as `\xNN`.
/// \param with_pages  false leaves the raw pages out (`haoh list -o json`); such a text cannot be
/// read back
[[nodiscard]] std::string to_json(const Observation& observation, bool with_pages = true);

/// Reads what `to_json` writes; `observation_from_json(to_json(x), ...) == x`. The text is
/// untrusted: its size, depth and counts are bounded.
/// \param origin  the file's name for messages
/// \throws Error (malformed, too_large or unsupported) naming the file, the line, and the key as a
/// JSON pointer
[[nodiscard]] Observation observation_from_json(std::string_view text, std::string_view origin);

} // namespace haoh
