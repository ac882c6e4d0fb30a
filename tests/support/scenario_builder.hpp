// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Scenarios in C++, for tests:
///
///     const Scenario scenario = ScenarioBuilder()
///                                   .ns({.nsid = 1, .size = 8 << 20})
///                                   .array("a")
///                                   .array("b")
///                                   .field("sn", "OTHER")
///                                   .ana(1, nvme::AnaState::inaccessible)
///                                   .build();
///
/// Calls before the first `array()` concern the subsystem as all arrays show it; calls after it
/// concern that array, until the next `array()`. What is not said is healthy.
#pragma once

#include <arraysim/scenario/scenario.hpp>

namespace haoh::arraysim {

class ScenarioBuilder {
  public:
    /// The subsystem's NQN, or this array's own name for it.
    ScenarioBuilder& nqn(std::string nqn);
    /// VS and VER: 0x00010300 for NVMe 1.3.
    ScenarioBuilder& version(std::uint32_t vs);
    /// A field of Identify Controller, by the specification's abbreviation. \throws Error
    ScenarioBuilder& field(std::string_view name, const FieldValue& value);
    /// A property that controllers do not change: CAP, VS, CRTO.
    ScenarioBuilder& property(std::uint32_t offset, std::uint64_t value);
    /// A namespace, or what differs in this array.
    ScenarioBuilder& ns(NamespaceSpec spec);
    /// A field of Identify CNS 00h, 05h or 08h of a namespace. \throws Error
    ScenarioBuilder& ns_field(std::uint32_t nsid, std::string_view name, const FieldValue& value,
                              AnswerKind page = AnswerKind::identify_namespace);

    /// Begins an array.
    ScenarioBuilder& array(std::string name);

    /// \name Of the array that was begun last. \pre there is one
    ///@{
    ScenarioBuilder& port(PortSpec spec);
    ScenarioBuilder& without_ns(std::uint32_t nsid);
    ScenarioBuilder& cntlids(std::uint16_t min, std::uint16_t max);
    ScenarioBuilder& ana(nvme::AnaState all);
    ScenarioBuilder& ana(std::uint32_t group, nvme::AnaState state);
    ScenarioBuilder& ana_log(std::vector<AnaLogGroup> groups);
    ScenarioBuilder& latency(std::chrono::microseconds latency);
    ScenarioBuilder& allowed_hosts(std::vector<std::string> hosts);
    ScenarioBuilder& lie(OverrideSpec spec);
    /// An override of a field by name. \throws Error
    ScenarioBuilder& lie(AnswerKind answer, std::string_view field, const FieldValue& value,
                         Occurrence when = {});
    ScenarioBuilder& fault(FaultSpec spec);
    /// Everything else: the plain values.
    ScenarioBuilder& with(void (*change)(ArraySpec&));
    ///@}

    /// A control command at a time after the start.
    ScenarioBuilder& at(std::chrono::milliseconds time, std::string action);

    [[nodiscard]] Scenario build() const { return scenario_; }

  private:
    [[nodiscard]] ArraySpec& current();
    [[nodiscard]] bool in_array() const { return !scenario_.arrays.empty(); }

    Scenario scenario_;
};

} // namespace haoh::arraysim
