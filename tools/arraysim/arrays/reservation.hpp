// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Reservations of one volume (Base 2.3 section 8.1.24): registrants by host identifier, so that a
/// host has the same rights through every controller.
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/nvme/namespace_id.hpp>
#include <haoh/nvme/status.hpp>

#include <map>
#include <optional>
#include <set>

namespace haoh::arraysim {

enum class ReservationType : std::uint8_t {
    none = 0,
    write_exclusive = 1,
    exclusive_access = 2,
    write_exclusive_registrants_only = 3,
    exclusive_access_registrants_only = 4,
    write_exclusive_all_registrants = 5,
    exclusive_access_all_registrants = 6,
};

class Reservations {
  public:
    using HostId = nvme::Uuid;

    /// The commands. `cdw10` as on the wire; `data` holds the keys; each returns a status
    /// (SCT << 8 | SC).
    [[nodiscard]] std::uint16_t register_key(const HostId& host, std::uint16_t cntlid,
                                             std::uint32_t cdw10, nvme::ByteView data);
    [[nodiscard]] std::uint16_t acquire(const HostId& host, std::uint32_t cdw10,
                                        nvme::ByteView data);
    [[nodiscard]] std::uint16_t release(const HostId& host, std::uint32_t cdw10,
                                        nvme::ByteView data);
    /// The Reservation Status Extended data structure: with 128-bit host identifiers.
    [[nodiscard]] nvme::Bytes report() const;

    /// Whether this host may read, or write.
    [[nodiscard]] bool may_read(const HostId& host) const;
    [[nodiscard]] bool may_write(const HostId& host) const;

    [[nodiscard]] ReservationType type() const { return type_; }
    [[nodiscard]] std::uint32_t generation() const { return generation_; }
    [[nodiscard]] std::size_t registrants() const { return registrants_.size(); }
    [[nodiscard]] bool persist_through_power_loss() const { return ptpl_; }
    void set_persist_through_power_loss(bool value) { ptpl_ = value; }

  private:
    struct Registrant {
        std::uint64_t key{};
        std::set<std::uint16_t> cntlids; ///< controllers through which the host registered
    };

    [[nodiscard]] bool all_registrants() const;
    [[nodiscard]] bool holds(const HostId& host) const;
    void unregister(const HostId& host);
    void drop_reservation();
    [[nodiscard]] std::uint16_t preempt(const HostId& host, std::uint64_t preempted_key,
                                        ReservationType type);

    std::map<HostId, Registrant> registrants_;
    std::optional<HostId> holder_; ///< unset with an all-registrants type
    ReservationType type_{ReservationType::none};
    std::uint32_t generation_{};
    bool ptpl_{};
};

} // namespace haoh::arraysim
