// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/arrays/reservation.hpp>

namespace haoh::arraysim {

using nvme::Bytes;
using nvme::ByteView;
namespace status = nvme::status;

namespace {

// Of the Reservation Status Extended data structure.
constexpr std::size_t kStatusHeaderSize = 64;
constexpr std::size_t kRegisteredSize = 64; // Registered Controller Extended

constexpr std::uint32_t kIgnoreExistingKey = 1U << 3;

ReservationType type_of(std::uint32_t cdw10) {
    return static_cast<ReservationType>((cdw10 >> 8U) & 0xFFU);
}

bool valid(ReservationType type) {
    return type >= ReservationType::write_exclusive &&
           type <= ReservationType::exclusive_access_all_registrants;
}

} // namespace

bool Reservations::all_registrants() const {
    return type_ == ReservationType::write_exclusive_all_registrants ||
           type_ == ReservationType::exclusive_access_all_registrants;
}

bool Reservations::holds(const HostId& host) const {
    if (type_ == ReservationType::none) {
        return false;
    }
    return all_registrants() ? registrants_.contains(host) : holder_ == host;
}

void Reservations::drop_reservation() {
    type_ = ReservationType::none;
    holder_.reset();
}

void Reservations::unregister(const HostId& host) {
    const bool held = holds(host);
    registrants_.erase(host);
    if (held && (!all_registrants() || registrants_.empty())) {
        drop_reservation();
    }
}

std::uint16_t Reservations::register_key(const HostId& host, std::uint16_t cntlid,
                                         std::uint32_t cdw10, ByteView data) {
    if (data.size() < 16) {
        return status::sgl_length_invalid;
    }
    const auto current = nvme::load_le<std::uint64_t>(data, 0);
    const auto wanted = nvme::load_le<std::uint64_t>(data, 8);
    const unsigned action = cdw10 & 7U;
    const bool ignore = (cdw10 & kIgnoreExistingKey) != 0;
    const unsigned ptpl = (cdw10 >> 30U) & 3U;
    const auto known = registrants_.find(host);
    const auto key_matches = [&] { return ignore || known->second.key == current; };

    switch (action) {
    case 0: // register
        if (known != registrants_.end()) {
            if (known->second.key != wanted) {
                return status::reservation_conflict;
            }
            known->second.cntlids.insert(cntlid);
            break;
        }
        registrants_[host] = {.key = wanted, .cntlids = {cntlid}};
        ++generation_;
        break;
    case 1: // unregister
        if (known == registrants_.end() || !key_matches()) {
            return status::reservation_conflict;
        }
        unregister(host);
        ++generation_;
        break;
    case 2: // replace
        if (known == registrants_.end()) {
            if (!ignore) {
                return status::reservation_conflict;
            }
            registrants_[host] = {.key = wanted, .cntlids = {cntlid}};
        } else {
            if (!key_matches()) {
                return status::reservation_conflict;
            }
            known->second.key = wanted;
            known->second.cntlids.insert(cntlid);
        }
        ++generation_;
        break;
    default:
        return status::invalid_field;
    }
    if (ptpl == 2 || ptpl == 3) {
        ptpl_ = ptpl == 3;
    }
    return status::success;
}

std::uint16_t Reservations::preempt(const HostId& host, std::uint64_t preempted_key,
                                    ReservationType type) {
    const auto remove_others = [&] {
        return std::erase_if(registrants_, [&](const auto& entry) {
            return entry.second.key == preempted_key && entry.first != host;
        });
    };
    if (all_registrants()) {
        if (preempted_key == 0) {
            std::erase_if(registrants_, [&](const auto& entry) { return entry.first != host; });
            type_ = type;
            holder_ = host;
        } else if (remove_others() == 0) {
            return status::reservation_conflict;
        }
    } else if (type_ != ReservationType::none && registrants_.at(*holder_).key == preempted_key) {
        remove_others();
        type_ = type;
        holder_ = host;
    } else if (remove_others() == 0) {
        return status::reservation_conflict;
    }
    if (all_registrants()) {
        holder_.reset();
    }
    ++generation_;
    return status::success;
}

std::uint16_t Reservations::acquire(const HostId& host, std::uint32_t cdw10, ByteView data) {
    if (data.size() < 16) {
        return status::sgl_length_invalid;
    }
    const ReservationType wanted = type_of(cdw10);
    const unsigned action = cdw10 & 7U;
    const auto known = registrants_.find(host);
    if (!valid(wanted) || action > 2) {
        return status::invalid_field;
    }
    if (known == registrants_.end() || known->second.key != nvme::load_le<std::uint64_t>(data, 0)) {
        return status::reservation_conflict;
    }
    if (action != 0) { // preempt; preempt and abort has nothing left to abort here
        return preempt(host, nvme::load_le<std::uint64_t>(data, 8), wanted);
    }
    if (type_ != ReservationType::none) {
        return holds(host) && type_ == wanted ? status::success : status::reservation_conflict;
    }
    type_ = wanted;
    if (!all_registrants()) {
        holder_ = host;
    }
    return status::success;
}

std::uint16_t Reservations::release(const HostId& host, std::uint32_t cdw10, ByteView data) {
    if (data.size() < 8) {
        return status::sgl_length_invalid;
    }
    const auto known = registrants_.find(host);
    const unsigned action = cdw10 & 7U;
    if (action > 1) {
        return status::invalid_field;
    }
    if (known == registrants_.end() || known->second.key != nvme::load_le<std::uint64_t>(data, 0)) {
        return status::reservation_conflict;
    }
    if (action == 1) { // clear
        registrants_.clear();
        drop_reservation();
        ++generation_;
        return status::success;
    }
    if (!holds(host)) {
        return status::success;
    }
    if (type_of(cdw10) != type_) {
        return status::invalid_field;
    }
    drop_reservation();
    return status::success;
}

Bytes Reservations::report() const {
    std::size_t count = 0;
    for (const auto& [host, registrant] : registrants_) {
        count += registrant.cntlids.size();
    }
    Bytes out(kStatusHeaderSize + count * kRegisteredSize);
    nvme::store_le(out, 0, generation_);
    nvme::store_le(out, 4, static_cast<std::uint8_t>(type_));
    nvme::store_le(out, 5, static_cast<std::uint16_t>(count));
    nvme::store_le(out, 9, static_cast<std::uint8_t>(ptpl_ ? 1 : 0));
    std::size_t offset = kStatusHeaderSize;
    for (const auto& [host, registrant] : registrants_) {
        for (const std::uint16_t cntlid : registrant.cntlids) {
            nvme::store_le(out, offset, cntlid);
            nvme::store_le(out, offset + 2, static_cast<std::uint8_t>(holds(host) ? 1 : 0));
            nvme::store_le(out, offset + 8, registrant.key);
            std::copy(host.begin(), host.end(),
                      out.begin() + static_cast<std::ptrdiff_t>(offset + 16));
            offset += kRegisteredSize;
        }
    }
    return out;
}

bool Reservations::may_read(const HostId& host) const {
    switch (type_) {
    case ReservationType::exclusive_access:
        return holds(host);
    case ReservationType::exclusive_access_registrants_only:
    case ReservationType::exclusive_access_all_registrants:
        return registrants_.contains(host);
    default:
        return true;
    }
}

bool Reservations::may_write(const HostId& host) const {
    switch (type_) {
    case ReservationType::none:
        return true;
    case ReservationType::write_exclusive:
    case ReservationType::exclusive_access:
        return holds(host);
    default:
        return registrants_.contains(host);
    }
}

} // namespace haoh::arraysim
