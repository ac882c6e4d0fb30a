// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What rules look at: an observation with every page decoded once, controllers grouped by the
/// subsystem they were connected as, namespaces indexed by NSID. A view: the observation must
/// outlive it.
#pragma once

#include "judge/discovery_index.hpp"
#include "judge/host_subsystem.hpp"
#include "judge/unasked_ports.hpp"

#include <haoh/check.hpp>
#include <haoh/config.hpp>
#include <haoh/expectation.hpp>
#include <haoh/nvme/fabrics.hpp>
#include <haoh/nvme/id_list.hpp>
#include <haoh/observation.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::judge {

struct Controller;

inline constexpr unsigned kSmallestShift = 9; ///< of LBADS: 512 bytes

/// One namespace as one controller shows it: a path. Pages that were not read decode as zero; the
/// `has_` members say which are there.
struct Namespace {
    const NamespaceObservation* observed{};
    const Controller* controller{};
    std::uint32_t nsid{};
    bool has_identify{};    ///< CNS 00h
    bool has_descriptors{}; ///< CNS 03h
    bool has_nvm{};         ///< CNS 05h
    bool has_independent{}; ///< CNS 08h
    /// False when a page that may hold an identifier could not be read, or when the pages contradict
    /// themselves: what the path leads to cannot be told then, and that is the finding.
    bool ids_known{};
    nvme::IdentifyNamespace idns;
    nvme::IdDescriptorList descriptors;
    nvme::IdentifyNamespaceNvm nvm;
    nvme::IdentifyNamespaceIndependent independent;
    nvme::NamespaceIds ids;
    std::vector<std::size_t> groups; ///< indices of the ANA groups that list it, in log order

    /// Block size in bytes; nullopt when LBADS makes no sense.
    [[nodiscard]] std::optional<std::uint64_t> block_bytes() const;
    /// The group that the ANA log names, when it is exactly one and has a valid identifier.
    [[nodiscard]] std::optional<std::uint32_t> log_agid() const;
    /// What a host takes the path for; nullopt when that is not known. A controller without ANA
    /// counts as optimized, and of several groups the last one counts, as in Linux.
    [[nodiscard]] std::optional<nvme::AnaState> ana_state() const;
};

struct Controller {
    const ControllerObservation* observed{};
    std::size_t index{};    ///< in the observation
    std::string array;      ///< as attributed; empty when unknown
    std::size_t array_id{}; ///< equal for controllers that are judged as one array
    bool has_identify{};
    nvme::IdentifyController id;
    bool ana_log_ok{}; ///< reports ANA, and the log was read whole and undisturbed
    bool ana_log_truncated{};
    nvme::AnaLog log;
    std::vector<Namespace> namespaces; ///< ascending by NSID

    [[nodiscard]] bool ana() const { return has_identify && id.ana(); }
    [[nodiscard]] std::optional<nvme::Capabilities> capabilities() const;
    /// VS, else VER of Identify Controller; 0 when neither is known.
    [[nodiscard]] std::uint32_t version() const;
    /// The controller ID of the Connect response, else that of Identify Controller.
    [[nodiscard]] std::optional<std::uint16_t> cntlid() const;
    /// Not through a kernel, whose devices give no properties.
    [[nodiscard]] bool asked_directly() const { return observed->host.empty(); }
    /// Whether `connection` was filled in (it is not for controllers that the kernel connected).
    [[nodiscard]] bool has_connection() const;
    /// The largest data transfer in bytes; nullopt = no limit.
    [[nodiscard]] std::optional<std::uint64_t> max_transfer_bytes() const;
    [[nodiscard]] const std::string& name() const { return observed->name; }
};

/// What is wrong with the identifiers of one NSID.
enum class IdentityDefect : std::uint8_t {
    none,
    uuid,
    nguid,
    eui64,
    csi,          ///< only this one differs
    id_set,       ///< an identifier is there on some controllers only
    other_volume, ///< nothing in common, or several identifiers differ
};

/// One NSID on all controllers that show it.
struct SharedNamespace {
    std::uint32_t nsid{};
    std::vector<const Namespace*> paths; ///< in the order of the controllers
    IdentityDefect defect{};
    bool moved{}; ///< part of a `Move`
    /// The paths, those together that lead to the same volume as far as identifiers tell. Only
    /// within one of these does it mean anything to compare fields.
    std::vector<std::vector<const Namespace*>> volumes;
};

/// Namespaces that some controllers show under other NSIDs than others do, linked by identifiers
/// that they swap among each other.
struct Move {
    std::vector<std::uint32_t> nsids; ///< ascending
    /// Whether one of these NSIDs names different volumes on different controllers; otherwise the
    /// volume just has another number where its own is not in use.
    bool conflicting{};
};

/// An identifier that several NSIDs of one subsystem carry.
struct SharedIdentifier {
    nvme::IdType type{};
    std::string text;
    std::vector<std::uint32_t> nsids; ///< ascending
};

/// One SUBNQN.
struct Subsystem {
    std::string nqn;
    std::vector<const Controller*> controllers;
    std::vector<SharedNamespace> namespaces; ///< ascending by NSID
    std::vector<Move> moves;
    std::vector<SharedIdentifier> shared_identifiers;
    std::size_t arrays{}; ///< distinct
    bool stretched{};     ///< judged as one subsystem on several arrays
    /// Whether it is known well enough which array each controller is on; else rows about arrays
    /// (`Row::by_array`) are not judged.
    bool arrays_known{true};
    bool one_anagrpmax{true}; ///< its controllers agree about the largest ANA group
    /// There is more of it than was observed: what could not be, and where one array is known, ports
    /// that nobody asked, or another array that the profile says there is.
    bool incomplete{};
    UnaskedPorts unasked{}; ///< ports of it that discovery logs name

    [[nodiscard]] const SharedNamespace* find(std::uint32_t nsid) const;
    /// Whether one of its controllers may show namespaces that are not known.
    [[nodiscard]] bool unlisted() const;
};

struct Subject {
    const Observation* observation{};
    Config config;
    Attributions attributions;
    std::vector<Controller> controllers; ///< in the observation's order
    std::vector<Subsystem> subsystems;   ///< over a fabric, by SUBNQN
    std::vector<DiscoveryView> discovery;
    DiscoveryIndex listings;
    std::vector<Host> hosts; ///< in the observation's order

    const Expectation* expected{}; ///< nullptr: nothing was declared

    /// Of every subsystem, also of those that only a kernel knows.
    [[nodiscard]] bool all_arrays_known() const;

    /// \param expectation  must outlive it; may be null
    Subject(const Observation& observed, const Config& configuration,
            const Expectation* expectation = nullptr);
    Subject(const Subject&) = delete;
    Subject& operator=(const Subject&) = delete;
    ~Subject() = default;
};

/// Whether a transport, as in sysfs, leads to a drive in the machine: it is no array, and what is
/// asked of fabrics is not asked of it.
[[nodiscard]] bool local_drive(std::string_view transport);

/// Whether what is known of each array of some controllers suffices to judge by it.
/// \param sure    every Attribution::confidence reaches kSureOfArray
/// \param arrays  how many they are taken for
[[nodiscard]] bool arrays_known(const Config& config, std::size_t controllers, bool sure,
                                std::size_t arrays);

/// Whether a controller may show namespaces that are not known.
[[nodiscard]] bool namespaces_unread(const Controller& controller);

/// Without case and spaces: names that are then alike are one name, misspelt.
[[nodiscard]] std::string folded_name(std::string_view nqn);

/// Where descriptors and Identify Namespace give two values of one identifier, in words; nullopt
/// when nowhere.
[[nodiscard]] std::optional<std::string> contradiction(const Namespace& path);

/// Compares the identifiers of all paths and fills in `defect`, `moved`, `volumes`, `moves` and
/// `shared_identifiers`.
void map_identities(Subsystem& subsystem);

/// NVMe version numbers as VS has them: major 31:16, minor 15:8, tertiary 7:0.
[[nodiscard]] constexpr std::uint32_t version_number(std::uint32_t major, std::uint32_t minor,
                                                     std::uint32_t tertiary = 0) {
    return (major << 16U) | (minor << 8U) | tertiary;
}
/// "2.1", "1.2.1"
[[nodiscard]] std::string format_version(std::uint32_t vs);
/// "uuid …, nguid …, eui64 …", or "no identifier".
[[nodiscard]] std::string format_ids(const nvme::NamespaceIds& ids);
/// "array-a", "array-a and array-b", "a, b and c".
[[nodiscard]] std::string join_words(std::span<const std::string> words);
/// Where `some` of the `all` controllers are: "on array-b", "on 1 of 2 controllers of array-a",
/// "on every controller".
[[nodiscard]] std::string place(std::span<const Controller* const> some,
                                std::span<const Controller* const> all);

} // namespace haoh::judge
