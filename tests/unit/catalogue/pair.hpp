// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Observations to judge: a healthy stretched pair that a test breaks in one place. Pages are made
/// by the encoders when the observation is taken.
#pragma once

#include <haoh/check.hpp>
#include <haoh/nvme/supported_logs.hpp>
#include <haoh/observation.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace haoh::test {

inline constexpr const char* kNqn =
    "nqn.2014-08.org.nvmexpress:uuid:0a1b2c3d-0000-4000-8000-000000000001";

/// A namespace as one controller will show it.
struct Path {
    std::uint32_t nsid{};
    nvme::IdentifyNamespace identify;
    std::vector<nvme::IdDescriptor> descriptors;
    nvme::IdentifyNamespaceNvm nvm;
    nvme::IdentifyNamespaceIndependent independent;
    std::function<void(NamespaceObservation&)> edit; ///< of the finished pages; may be empty

    /// Sets an identifier in every place that holds it; nullopt takes it out.
    Path& uuid(std::optional<nvme::Uuid> value);
    Path& nguid(std::optional<nvme::Nguid> value);
    Path& eui64(std::optional<nvme::Eui64> value);
    /// All identifiers of another path.
    Path& identity_of(const Path& other);
    /// Block size and number of blocks, the same number of bytes.
    Path& block_size(std::uint8_t lbads);
    /// The ANA group in both Identify pages (the log is the controller's).
    Path& group(std::uint32_t agid);

  private:
    void descriptor(nvme::IdType type, const nvme::Bytes& value);
};

/// A controller as it will be observed. Namespaces are active when they are in `paths`.
struct Node {
    std::string name;
    std::string target;
    std::string traddr;
    std::string trsvcid{"4420"};
    std::string subsysnqn{kNqn};
    nvme::IdentifyController id;
    std::vector<Path> paths; ///< ascending
    std::vector<nvme::AnaGroup> groups;
    nvme::SupportedLogs logs;
    std::optional<std::vector<std::uint16_t>> listed; ///< CNS 13h; nullopt: all of the observation
    std::vector<std::uint16_t> probed;
    std::function<void(ControllerObservation&)> edit; ///< of the finished observation; may be empty

    /// \pre there is one
    Path& path(std::uint32_t nsid);
    nvme::AnaGroup& group(std::uint32_t agid);
    /// Takes the namespace out of list, pages and ANA log.
    Node& remove(std::uint32_t nsid);
    /// Gives the namespace another number everywhere.
    Node& renumber(std::uint32_t nsid, std::uint32_t to);
    /// Moves the namespace to another group of the log and of Identify.
    Node& regroup(std::uint32_t nsid, std::uint32_t agid);
    Node& nqn(const std::string& value);
    /// The state byte of every ANA group.
    Node& state(std::uint8_t value);
    Node& state(nvme::AnaState value) { return state(static_cast<std::uint8_t>(value)); }
};

/// Arrays A and B with as many controllers each, of which every one shows the namespaces 1 to
/// `namespaces`, the first half of them in ANA group 1 and the others in group 2; A's groups are
/// optimized, B's non-optimized.
class Pair {
  public:
    explicit Pair(unsigned controllers = 2, unsigned namespaces = 4);

    std::vector<Node> a;
    std::vector<Node> b;
    std::vector<DiscoveryObservation> discovery;
    std::vector<Unobserved> unobserved;
    CheckOptions options;

    /// The same to every controller of an array.
    Pair& on_a(const std::function<void(Node&)>& change);
    Pair& on_b(const std::function<void(Node&)>& change);
    Pair& on_both(const std::function<void(Node&)>& change);
    /// The same to a namespace on every controller of an array.
    Pair& on_b(std::uint32_t nsid, const std::function<void(Path&)>& change);
    Pair& on_both(std::uint32_t nsid, const std::function<void(Path&)>& change);
    /// Every namespace on every controller of both arrays.
    Pair& on_all_paths(const std::function<void(Path&)>& change);

    /// A discovery log of each array that lists every port of both.
    Pair& with_discovery();
    /// The log of array 0 (A) or 1 (B), to be changed.
    Pair& edit_discovery(std::size_t array, const std::function<void(nvme::DiscoveryLog&)>& change);

    [[nodiscard]] Observation observation() const;
    [[nodiscard]] Report report() const;
};

/// A pair of Linux targets as they come: version, ANA groups that are empty, a write cache, no
/// NGUID, pages that they do not have. \param version  VS: 1.3 (Linux 6.x) or 2.1 (7.x)
[[nodiscard]] Pair nvmet_pair(std::uint32_t version);

/// "FAIL ns.uuid.equal 2", "WARN ctrl.mdts.min", in the report's order. Several namespaces:
/// "FAIL nslist.active.equal 1-4".
[[nodiscard]] std::vector<std::string> lines(const Report& report);

/// Sets state and state byte, whatever the value.
void set_state(nvme::AnaGroup& group, std::uint8_t value);

/// Texts padded with spaces.
template <std::size_t N>
std::array<std::uint8_t, N> ascii(std::string_view text, char padding = ' ') {
    std::array<std::uint8_t, N> field{};
    field.fill(static_cast<std::uint8_t>(padding));
    std::copy(text.begin(), text.end(), field.begin());
    return field;
}

/// Identifiers that no namespace of a pair has.
[[nodiscard]] nvme::Uuid other_uuid(std::uint8_t number = 0xEE);
[[nodiscard]] nvme::Nguid other_nguid(std::uint8_t number = 0xEE);
[[nodiscard]] nvme::Eui64 other_eui64(std::uint8_t number = 0xEE);

} // namespace haoh::test
