// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// One array while it runs: its namespaces, its ANA groups, the controller IDs that it hands out,
/// and the answers that describe them.
#pragma once

#include <arraysim/arrays/volume.hpp>
#include <arraysim/scenario/scenario.hpp>

#include <haoh/nvme/fabrics.hpp>
#include <haoh/nvme/identify_namespace.hpp>

#include <functional>
#include <memory>
#include <set>

namespace haoh::arraysim {

inline constexpr std::uint16_t kMaxCntlid = 0xFFEF; ///< what is above it has other meanings

/// A namespace as one array shows it: a NamespaceSpec of which nothing is missing.
struct ArrayNamespace {
    std::uint32_t nsid{};
    std::uint64_t size{};       ///< bytes
    std::uint32_t block_size{}; ///< bytes
    nvme::Uuid uuid{};          ///< all zero: none
    nvme::Nguid nguid{};
    nvme::Eui64 eui64{};
    std::uint32_t group{}; ///< ANA group
    std::string data;      ///< name of the volume
    std::optional<std::vector<nvme::IdDescriptor>> descriptors;
    FieldPatches identify;
    FieldPatches nvm;
    FieldPatches independent;
    std::shared_ptr<Volume> volume;
    nvme::IdentifyNamespace geometry; ///< what the array acts by
};

struct AnaGroupState {
    nvme::AnaState state{};
    std::uint64_t chgc{1};
};

/// An override with the answers that it matched so far.
struct ActiveOverride {
    OverrideSpec spec;
    std::uint64_t matches{};
};
/// A fault with the answers that it matched so far.
struct ActiveFault {
    FaultSpec spec;
    std::uint64_t matches{};
};

/// A port with the address that it got.
struct Port {
    PortSpec spec;
    std::uint16_t portid{};
    std::string traddr{}; ///< as discovery logs show it
    std::uint16_t trsvcid{};
    bool ipv6{};
};

inline constexpr std::size_t kStaticControllers = 16; ///< of an array in the static model

class Array {
  public:
    using VolumeOf = std::function<std::shared_ptr<Volume>(const std::string& name)>;

    /// \param volume_of gives the volume of a name, made on first use
    Array(const Scenario& scenario, std::size_t index, std::uint16_t first_portid,
          VolumeOf volume_of);

    [[nodiscard]] std::size_t index() const { return index_; }
    [[nodiscard]] const std::string& name() const { return spec_.name; }
    [[nodiscard]] const ArraySpec& spec() const { return spec_; }
    [[nodiscard]] ArraySpec& spec() { return spec_; }
    [[nodiscard]] const std::string& nqn() const { return nqn_; }
    [[nodiscard]] std::vector<Port>& ports() { return ports_; }
    [[nodiscard]] const std::vector<Port>& ports() const { return ports_; }
    [[nodiscard]] std::uint32_t version() const { return version_; }
    [[nodiscard]] const nvme::IdentifyController& identity() const { return identity_; }
    [[nodiscard]] std::uint64_t capabilities() const { return capabilities_; }
    /// A property's value that does not depend on a controller; nullopt for others.
    [[nodiscard]] std::optional<std::uint64_t> property(std::uint32_t offset) const;
    /// Largest transfer of one command, in bytes.
    [[nodiscard]] std::uint32_t max_transfer() const;
    [[nodiscard]] bool static_model() const { return (identity_.fcatt & 1U) != 0; }
    [[nodiscard]] bool splits_answers(std::size_t port) const {
        return ports_.at(port).spec.split_answers.value_or(spec_.split_answers);
    }

    Power power{Power::up};
    std::vector<ActiveOverride> overrides;
    std::vector<ActiveFault> faults;

    /// Whether a fault of this kind strikes now; counts a match.
    [[nodiscard]] bool strikes(FaultKind kind, std::size_t port);

    // Namespaces.
    [[nodiscard]] const std::map<std::uint32_t, ArrayNamespace>& namespaces() const {
        return namespaces_;
    }
    [[nodiscard]] const ArrayNamespace* find(std::uint32_t nsid) const;
    /// Adds or replaces one; what the specification does not say takes the defaults.
    void put_namespace(const NamespaceSpec& spec);
    /// Adds or replaces one as another array shows it.
    void put_namespace(ArrayNamespace ns);
    [[nodiscard]] bool remove_namespace(std::uint32_t nsid);
    void resize_namespace(std::uint32_t nsid, std::uint64_t size);
    void set_field(const std::string& field, const nvme::Bytes& value);
    /// \param field of Identify Namespace, or "uuid"
    void set_namespace_field(std::uint32_t nsid, const std::string& field,
                             const nvme::Bytes& value);

    // ANA.
    [[nodiscard]] std::uint32_t group_of(std::uint32_t nsid) const;
    [[nodiscard]] nvme::AnaState state_of(std::uint32_t group, std::size_t port) const;
    /// \return whether anything changed
    bool set_ana(std::uint32_t group, nvme::AnaState state);
    bool set_all_ana(nvme::AnaState state);
    [[nodiscard]] const std::map<std::uint32_t, AnaGroupState>& groups() const { return groups_; }
    [[nodiscard]] std::uint64_t ana_chgc() const { return ana_chgc_; }
    void bump_ana_count() { ++ana_chgc_; }

    // Controller IDs.
    /// The next free ID; nullopt when all are taken.
    [[nodiscard]] std::optional<std::uint16_t> take_cntlid();
    /// A chosen one (static model). \return whether it was free and in the range
    [[nodiscard]] bool take_cntlid(std::uint16_t cntlid);
    void release_cntlid(std::uint16_t cntlid) { taken_.erase(cntlid); }
    [[nodiscard]] const std::set<std::uint16_t>& taken_cntlids() const { return taken_; }
    /// Those that exist from the start in the static model.
    [[nodiscard]] std::span<const std::uint16_t> static_cntlids() const {
        return std::span(cntlids_).first(std::min(cntlids_.size(), kStaticControllers));
    }

    // Answers that do not depend on a host.
    [[nodiscard]] nvme::Bytes identify_controller(std::uint16_t cntlid) const;
    [[nodiscard]] nvme::Bytes identify_namespace(const ArrayNamespace& ns, std::size_t port) const;
    [[nodiscard]] nvme::Bytes identify_nvm(const ArrayNamespace& ns) const;
    [[nodiscard]] nvme::Bytes identify_independent(const ArrayNamespace& ns,
                                                   std::size_t port) const;
    [[nodiscard]] nvme::Bytes descriptors(const ArrayNamespace& ns) const;
    [[nodiscard]] nvme::Bytes active_namespaces(std::uint32_t above) const;
    [[nodiscard]] nvme::Bytes ana_log(std::size_t port, bool groups_only) const;

  private:
    void rebuild_identity();
    void rebuild_geometry(ArrayNamespace& ns) const;
    void add_group(std::uint32_t group);
    [[nodiscard]] ArrayNamespace complete(const NamespaceSpec& spec) const;
    [[nodiscard]] std::vector<std::uint16_t> cntlid_order() const;

    ArraySpec spec_;
    std::size_t index_;
    std::string seed_; ///< NQN of the scenario: identifiers are made of it
    std::string nqn_;
    FieldPatches subsystem_fields_;
    VolumeOf volume_of_;
    std::uint32_t version_;
    std::uint64_t capabilities_{};
    std::map<std::uint32_t, std::uint64_t> properties_;
    nvme::IdentifyController identity_;
    std::vector<Port> ports_;
    std::map<std::uint32_t, ArrayNamespace> namespaces_;
    std::map<std::uint32_t, AnaGroupState> groups_;
    std::uint64_t ana_chgc_{1};
    std::vector<std::uint16_t> cntlids_;
    std::size_t next_cntlid_{};
    std::set<std::uint16_t> taken_;
};

} // namespace haoh::arraysim
