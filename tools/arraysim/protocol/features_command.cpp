// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/protocol/command.hpp>

#include <algorithm>

namespace haoh::arraysim {

namespace fid = nvme::fid;
namespace status = nvme::status;

namespace {

constexpr std::uint8_t kReservationNotificationMask = 0x82;
constexpr std::uint8_t kReservationPersistence = 0x83;
constexpr std::uint8_t kWriteProtection = 0x84;

/// Features of other devices that every controller has and that do nothing here.
bool idle_feature(std::uint8_t feature) {
    switch (feature) {
    case 0x01: // Arbitration
    case 0x02: // Power Management
    case 0x04: // Temperature Threshold
    case 0x05: // Error Recovery
    case 0x0A: // Write Atomicity Normal
        return true;
    default:
        return false;
    }
}

/// The volume behind a feature of a namespace; sets the answer's status when there is none that
/// can be reached.
Volume* volume_of(const CommandContext& context, Answer& answer) {
    const ArrayNamespace* const ns = context.array.find(answer.nsid);
    if (ns == nullptr) {
        answer.status = status::invalid_namespace | kDnr;
        return nullptr;
    }
    if (context.array.identity().ana()) {
        answer.status = ana_status(context.array.state_of(ns->group, context.port));
        if (answer.status != status::success) {
            return nullptr;
        }
    }
    return ns->volume.get();
}

nvme::Bytes timestamp(const Features& features, TimePoint now) {
    nvme::Bytes data(8);
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    const auto value = features.timestamp_ms + static_cast<std::uint64_t>(since);
    nvme::store_le(data, 0, value & 0xFFFFFFFFFFFFULL);
    data[6] = features.timestamp_set ? 0x02 : 0x00; // origin: set by Set Features
    return data;
}

bool discovery_feature(std::uint8_t feature) {
    return feature == fid::async_event_configuration || feature == fid::keep_alive_timer;
}

std::uint32_t granted_queues(std::uint32_t wanted, std::uint16_t limit) {
    // 0's based in both halves.
    const std::uint32_t most = limit == 0 ? 0 : limit - 1U;
    return std::min(wanted & 0xFFFFU, most) | std::min(wanted >> 16U, most) << 16U;
}

void set_number_of_queues(CommandContext& context, std::uint32_t value, Answer& answer) {
    if (!context.controller.queues.empty()) {
        answer.status = status::command_sequence_error | kDnr;
        return;
    }
    if ((value & 0xFFFFU) == 0xFFFFU || value >> 16U == 0xFFFFU) {
        answer.status = status::invalid_field | kDnr;
        return;
    }
    auto& granted = context.controller.features.number_of_queues;
    granted = granted_queues(value, context.array.spec().io_queues);
    answer.dword01 = granted;
}

void set_write_protection(CommandContext& context, std::uint32_t value, Answer& answer) {
    constexpr std::uint8_t kPermanent = 3;
    Volume* const volume = volume_of(context, answer);
    if (volume == nullptr) {
        return;
    }
    if ((context.array.identity().nwpc & 1U) == 0 || (value & 7U) > 1) {
        answer.status = status::invalid_field | kDnr;
    } else if (volume->write_protect == kPermanent) {
        answer.status = 0x10E | kDnr; // Feature Not Changeable
    } else if (volume->write_protect != (value & 7U)) {
        volume->write_protect = static_cast<std::uint8_t>(value & 7U);
        context.simulator.namespace_changed(*volume);
    }
}

} // namespace

std::uint16_t ana_status(nvme::AnaState state) {
    switch (state) {
    case nvme::AnaState::inaccessible:
        return status::ana_inaccessible;
    case nvme::AnaState::persistent_loss:
        return status::ana_persistent_loss;
    case nvme::AnaState::change:
        return status::ana_transition;
    default:
        return status::success;
    }
}

Answer run_get_features(CommandContext& context, const nvme::SubmissionEntry& entry) {
    const auto feature = static_cast<std::uint8_t>(entry.cdw[0] & 0xFFU);
    const unsigned select = (entry.cdw[0] >> 8U) & 7U;
    const Features& features = context.controller.features;
    Answer answer{.kind = AnswerKind::features, .nsid = entry.nsid, .id = feature};
    const auto with_data = [&](nvme::Bytes data) {
        if (entry.sgl_length != data.size()) {
            answer.status = status::sgl_length_invalid | kDnr;
        } else {
            answer.data = std::move(data);
        }
    };
    if (select != 0 || (context.controller.discovery && !discovery_feature(feature))) {
        answer.status = status::invalid_field | kDnr;
        apply_overrides(context, answer);
        return answer;
    }
    switch (feature) {
    case fid::volatile_write_cache:
        if ((context.array.identity().vwc & 1U) == 0) {
            answer.status = status::invalid_field | kDnr;
        } else {
            answer.dword01 = features.volatile_write_cache;
        }
        break;
    case fid::number_of_queues:
        answer.dword01 = features.number_of_queues;
        break;
    case fid::async_event_configuration:
        answer.dword01 = features.async_event_configuration;
        break;
    case fid::timestamp:
        with_data(timestamp(features, context.now));
        break;
    case fid::keep_alive_timer:
        answer.dword01 = features.kato_ms;
        break;
    case fid::host_behavior:
        with_data({features.host_behavior.begin(), features.host_behavior.end()});
        break;
    case fid::host_id:
        answer.dword01 = 1; // EXHID
        with_data({context.controller.hostid.begin(), context.controller.hostid.end()});
        break;
    case kReservationNotificationMask:
        if (volume_of(context, answer) != nullptr) {
            answer.dword01 = features.reservation_notification_mask;
        }
        break;
    case kReservationPersistence:
        if (const Volume* const volume = volume_of(context, answer)) {
            answer.dword01 = volume->reservations.persist_through_power_loss() ? 1 : 0;
        }
        break;
    case kWriteProtection:
        if (const Volume* const volume = volume_of(context, answer)) {
            answer.dword01 = volume->write_protect;
        }
        break;
    default:
        if (!idle_feature(feature)) {
            answer.status = status::invalid_field | kDnr;
        } else if (const auto found = features.others.find(feature);
                   found != features.others.end()) {
            answer.dword01 = found->second;
        }
        break;
    }
    apply_overrides(context, answer);
    return answer;
}

Answer run_set_features(CommandContext& context, const nvme::SubmissionEntry& entry,
                        nvme::ByteView data) {
    constexpr std::uint32_t kSave = 1U << 31;
    const auto feature = static_cast<std::uint8_t>(entry.cdw[0] & 0xFFU);
    const std::uint32_t value = entry.cdw[1];
    Features& features = context.controller.features;
    Answer answer{.kind = AnswerKind::set_features, .nsid = entry.nsid, .id = feature};
    const auto refuse = [&](std::uint16_t code) {
        answer.status = static_cast<std::uint16_t>(code | kDnr);
    };
    if ((entry.cdw[0] & kSave) != 0) {
        refuse(status::feature_not_saveable);
    } else if (context.controller.discovery && !discovery_feature(feature)) {
        refuse(status::invalid_field);
    } else {
        switch (feature) {
        case fid::volatile_write_cache:
            if ((context.array.identity().vwc & 1U) == 0) {
                refuse(status::invalid_field);
            } else {
                features.volatile_write_cache = value & 1U;
            }
            break;
        case fid::number_of_queues:
            set_number_of_queues(context, value, answer);
            break;
        case fid::async_event_configuration:
            features.async_event_configuration = value;
            break;
        case fid::timestamp:
            if (data.size() != 8) {
                refuse(status::sgl_length_invalid);
            } else {
                const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(
                    context.now.time_since_epoch());
                features.timestamp_ms =
                    (nvme::load_le<std::uint64_t>(data, 0) & 0xFFFFFFFFFFFFULL) -
                    static_cast<std::uint64_t>(since.count());
                features.timestamp_set = true;
            }
            break;
        case fid::keep_alive_timer:
            set_keep_alive(context.array, context.controller, value);
            context.simulator.restart_keep_alive(context.controller, context.now);
            break;
        case fid::host_behavior:
            if (data.size() != features.host_behavior.size()) {
                refuse(status::sgl_length_invalid);
            } else {
                std::copy(data.begin(), data.end(), features.host_behavior.begin());
            }
            break;
        case fid::host_id: // on fabrics it comes with Connect
            refuse(status::command_sequence_error);
            break;
        case kReservationNotificationMask:
            features.reservation_notification_mask = value;
            break;
        case kReservationPersistence:
            if (Volume* const volume = volume_of(context, answer)) {
                volume->reservations.set_persist_through_power_loss((value & 1U) != 0);
            }
            break;
        case kWriteProtection:
            set_write_protection(context, value, answer);
            break;
        default:
            if (idle_feature(feature)) {
                features.others[feature] = value;
            } else {
                refuse(status::invalid_field);
            }
            break;
        }
    }
    apply_overrides(context, answer);
    return answer;
}

void set_keep_alive(const Array& array, Controller& controller, std::uint32_t kato_ms) {
    const std::uint32_t unit = array.identity().kas * 100U;
    const std::uint64_t rounded =
        unit == 0 ? kato_ms : (std::uint64_t{kato_ms} + unit - 1) / unit * unit;
    controller.features.kato_ms =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(rounded, 0xFFFFFFFFU));
}

} // namespace haoh::arraysim
