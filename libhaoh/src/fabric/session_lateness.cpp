// SPDX-License-Identifier: LGPL-2.1-or-later
// Answers that are late: told before they are given up, and when they came after all.
#include "session.hpp"

#include <haoh/nvme/fabrics.hpp>

#include <algorithm>
#include <utility>

namespace haoh::fabric {

TimePoint Session::late_at(const Slot& slot) const {
    const bool counts = options_.tell_late && slot.use != Use::free && !slot.late &&
                        !slot.overdue && !slot.abandoned && slot.deadline != TimePoint::max();
    return counts ? slot.submitted + (slot.deadline - slot.submitted) / 2 : TimePoint::max();
}

void Session::note_late(TimePoint now) {
    const Slot* first = nullptr;
    const bool told = late_ > 0;
    for (Slot& slot : slots_) {
        if (late_at(slot) > now) {
            continue;
        }
        slot.late = true;
        ++late_;
        if (first == nullptr || slot.submitted < first->submitted) {
            first = &slot;
        }
    }
    if (first != nullptr && !told) {
        latenesses_.push_back({.command = nvme::describe(first->command),
                               .sent = first->submitted,
                               .limit = first->deadline - first->submitted,
                               .answered = false});
    }
}

void Session::note_answer(Slot& slot) {
    if (!slot.late) {
        return;
    }
    const Clock::duration took = now_ - slot.submitted;
    if (!longest_ || took > longest_took_) {
        longest_took_ = took;
        longest_ = {.command = nvme::describe(slot.command),
                    .sent = slot.submitted,
                    .limit = slot.deadline - slot.submitted,
                    .answered = true};
    }
    const auto told = longest_; // end_late drops it with the last one
    if (end_late(slot)) {
        latenesses_.push_back(*told);
    }
}

bool Session::end_late(Slot& slot) {
    if (!std::exchange(slot.late, false) || --late_ > 0) {
        return false;
    }
    longest_.reset();
    return true;
}

std::optional<Lateness> Session::take_lateness() {
    if (latenesses_.empty()) {
        return std::nullopt;
    }
    Lateness lateness = std::move(latenesses_.front());
    latenesses_.pop_front();
    return lateness;
}

} // namespace haoh::fabric
