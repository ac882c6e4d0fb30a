// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/protocol/command.hpp>

#include <haoh/nvme/identify_namespace.hpp>

#include <bit>

namespace haoh::arraysim {

namespace io = nvme::io_opcode;
namespace status = nvme::status;

namespace {

constexpr std::uint16_t kHostIdFormat = 0x018; ///< Host Identifier Inconsistent Format
constexpr std::size_t kRangeSize = 16;
constexpr unsigned kSmallestShift = 9;
constexpr unsigned kLargestShift = 20;

/// What an I/O command works on, once it is found admissible.
struct Access {
    const ArrayNamespace* ns{};
    Volume* volume{};
    unsigned shift{}; ///< log2 of the block size
    std::uint64_t slba{};
    std::uint64_t blocks{};

    [[nodiscard]] std::uint64_t offset() const { return slba << shift; }
    [[nodiscard]] std::uint64_t bytes() const { return blocks << shift; }
};

bool changes(std::uint8_t opcode) {
    return opcode == io::write || opcode == io::write_zeroes || opcode == io::dataset_management;
}

bool supported(const CommandContext& context, std::uint8_t opcode) {
    const std::uint16_t oncs = context.array.identity().oncs;
    switch (opcode) {
    case io::flush:
    case io::read:
    case io::write:
        return true;
    case io::compare:
        return (oncs & nvme::oncs::compare) != 0;
    case io::write_zeroes:
        return (oncs & nvme::oncs::write_zeroes) != 0;
    case io::dataset_management:
        return (oncs & nvme::oncs::dataset_management) != 0;
    case io::reservation_register:
    case io::reservation_report:
    case io::reservation_acquire:
    case io::reservation_release:
        return (oncs & nvme::oncs::reservations) != 0;
    default:
        return false;
    }
}

/// The namespace, its ANA state and its protections. \return a status, success when it may go on
std::uint16_t admit(const CommandContext& context, const nvme::SubmissionEntry& entry,
                    Access& access) {
    const Array& array = context.array;
    access.ns = array.find(entry.nsid);
    if (access.ns == nullptr) {
        const bool valid = entry.nsid != 0 && entry.nsid <= array.identity().nn;
        return (valid ? status::invalid_field : status::invalid_namespace) | kDnr;
    }
    access.volume = access.ns->volume.get();
    access.shift = access.ns->geometry.active_format().lbads;
    if (access.shift < kSmallestShift || access.shift > kLargestShift) {
        return status::invalid_namespace | kDnr; // no such format can be served
    }
    if (array.identity().ana()) {
        const std::uint16_t code = ana_status(array.state_of(access.ns->group, context.port));
        if (code != status::success) {
            return code;
        }
    }
    const bool protected_here = access.volume->write_protect != 0 ||
                                (access.ns->geometry.nsattr & nvme::nsattr::write_protected) != 0;
    if (changes(entry.opcode) && protected_here) {
        return status::namespace_write_protected | kDnr;
    }
    const Reservations& reservations = access.volume->reservations;
    if (changes(entry.opcode) && !reservations.may_write(context.controller.hostid)) {
        return status::reservation_conflict | kDnr;
    }
    if ((entry.opcode == io::read || entry.opcode == io::compare) &&
        !reservations.may_read(context.controller.hostid)) {
        return status::reservation_conflict | kDnr;
    }
    return status::success;
}

/// SLBA and NLB of commands that have them. \param transfer whether the blocks travel as data
std::uint16_t locate(const CommandContext& context, const nvme::SubmissionEntry& entry,
                     bool transfer, Access& access) {
    constexpr std::uint32_t kProtectionAction = 1U << 29;
    const nvme::IdentifyNamespace& geometry = access.ns->geometry;
    access.slba = entry.cdw[0] | std::uint64_t{entry.cdw[1]} << 32U;
    access.blocks = std::uint64_t{entry.cdw[2] & 0xFFFFU} + 1;
    if (access.blocks > geometry.nsze || access.slba > geometry.nsze - access.blocks) {
        return status::lba_out_of_range | kDnr;
    }
    if (!transfer) {
        return status::success;
    }
    const std::uint16_t metadata = geometry.active_format().ms;
    // Metadata is not stored. With protection information alone the controller makes it up.
    const bool generated =
        metadata == 8 && (geometry.dps & 7U) != 0 && (entry.cdw[2] & kProtectionAction) != 0;
    if (metadata != 0 && !generated) {
        return status::invalid_field | kDnr;
    }
    if (access.bytes() > context.array.max_transfer()) {
        return status::invalid_field | kDnr;
    }
    if (entry.sgl_length != access.bytes()) {
        return status::sgl_length_invalid | kDnr;
    }
    return status::success;
}

Answer read(const CommandContext& context, const nvme::SubmissionEntry& entry, Access access) {
    Answer answer{.kind = AnswerKind::read, .nsid = entry.nsid};
    answer.status = locate(context, entry, true, access);
    if (answer.status == status::success) {
        answer.data.resize(access.bytes());
        access.volume->store.read(access.offset(), answer.data);
    }
    return answer;
}

std::uint16_t write(const CommandContext& context, const nvme::SubmissionEntry& entry,
                    nvme::ByteView data, Access access) {
    const std::uint16_t code = locate(context, entry, true, access);
    if (code == status::success) {
        access.volume->store.write(access.offset(), data);
    }
    return code;
}

std::uint16_t compare(const CommandContext& context, const nvme::SubmissionEntry& entry,
                      nvme::ByteView data, Access access) {
    const std::uint16_t code = locate(context, entry, true, access);
    if (code == status::success && !access.volume->store.equals(access.offset(), data)) {
        return status::compare_failure | kDnr;
    }
    return code;
}

std::uint16_t write_zeroes(const CommandContext& context, const nvme::SubmissionEntry& entry,
                           Access access) {
    const std::uint16_t code = locate(context, entry, false, access);
    if (code == status::success) {
        access.volume->store.deallocate(access.offset(), access.bytes());
    }
    return code;
}

std::uint16_t manage(const nvme::SubmissionEntry& entry, nvme::ByteView data,
                     const Access& access) {
    constexpr std::uint32_t kDeallocate = 1U << 2;
    const std::size_t ranges = (entry.cdw[0] & 0xFFU) + 1;
    // Linux always sends a whole page, whatever number of ranges is in it.
    if (data.size() < ranges * kRangeSize) {
        return status::sgl_length_invalid | kDnr;
    }
    const std::uint64_t nsze = access.ns->geometry.nsze;
    for (std::size_t i = 0; i < ranges; ++i) {
        const auto blocks = nvme::load_le<std::uint32_t>(data, i * kRangeSize + 4);
        const auto slba = nvme::load_le<std::uint64_t>(data, i * kRangeSize + 8);
        if (slba > nsze || blocks > nsze - slba) {
            return status::lba_out_of_range | kDnr;
        }
        if ((entry.cdw[1] & kDeallocate) != 0) {
            access.volume->store.deallocate(slba << access.shift,
                                            std::uint64_t{blocks} << access.shift);
        }
    }
    return status::success;
}

std::uint16_t flush(const CommandContext& context, const nvme::SubmissionEntry& entry) {
    // Nothing is cached; what is left is whether the command may be sent here at all.
    if (entry.nsid == nvme::kAllNamespaces) {
        return status::success;
    }
    Access access;
    return admit(context, entry, access);
}

Answer report(const CommandContext& context, const nvme::SubmissionEntry& entry,
              const Access& access) {
    Answer answer{.kind = AnswerKind::read, .nsid = entry.nsid};
    const bool extended = (entry.cdw[1] & 1U) != 0;
    const std::uint64_t length = (std::uint64_t{entry.cdw[0]} + 1) * 4;
    if (!extended) {
        answer.status = kHostIdFormat | kDnr;
    } else if (length != entry.sgl_length) {
        answer.status = status::sgl_length_invalid | kDnr;
    } else if (length > context.array.max_transfer()) {
        answer.status = status::invalid_field | kDnr;
    } else {
        answer.data = access.volume->reservations.report();
        answer.data.resize(length);
    }
    return answer;
}

std::uint16_t reserve(const CommandContext& context, const nvme::SubmissionEntry& entry,
                      nvme::ByteView data, const Access& access) {
    const std::size_t length = entry.opcode == io::reservation_release ? 8 : 16;
    if (data.size() != length) {
        return status::sgl_length_invalid | kDnr;
    }
    Reservations& reservations = access.volume->reservations;
    const Controller& controller = context.controller;
    std::uint16_t code = 0;
    switch (entry.opcode) {
    case io::reservation_register:
        code = reservations.register_key(controller.hostid, controller.cntlid, entry.cdw[0], data);
        break;
    case io::reservation_acquire:
        code = reservations.acquire(controller.hostid, entry.cdw[0], data);
        break;
    default:
        code = reservations.release(controller.hostid, entry.cdw[0], data);
        break;
    }
    return code == status::success ? code : static_cast<std::uint16_t>(code | kDnr);
}

Answer dispatch(const CommandContext& context, const nvme::SubmissionEntry& entry,
                nvme::ByteView data) {
    Answer answer{.kind = AnswerKind::write, .nsid = entry.nsid};
    constexpr std::uint8_t kFuse = 0x03;
    if (!supported(context, entry.opcode)) {
        answer.status = status::invalid_opcode | kDnr;
        return answer;
    }
    if ((entry.flags & kFuse) != 0) {
        answer.status = status::invalid_field | kDnr;
        return answer;
    }
    if (entry.opcode == io::flush) {
        answer.status = flush(context, entry);
        return answer;
    }
    Access access;
    answer.status = admit(context, entry, access);
    if (answer.status != status::success) {
        return answer;
    }
    switch (entry.opcode) {
    case io::read:
        return read(context, entry, access);
    case io::write:
        answer.status = write(context, entry, data, access);
        break;
    case io::compare:
        answer.status = compare(context, entry, data, access);
        break;
    case io::write_zeroes:
        answer.status = write_zeroes(context, entry, access);
        break;
    case io::dataset_management:
        answer.status = manage(entry, data, access);
        break;
    case io::reservation_report:
        return report(context, entry, access);
    default:
        answer.status = reserve(context, entry, data, access);
        break;
    }
    return answer;
}

} // namespace

Answer run_io(CommandContext& context, const nvme::SubmissionEntry& entry, nvme::ByteView data) {
    Answer answer = context.controller.ready()
                        ? dispatch(context, entry, data)
                        : Answer::failed(AnswerKind::other, status::command_sequence_error | kDnr);
    apply_overrides(context, answer);
    return answer;
}

} // namespace haoh::arraysim
