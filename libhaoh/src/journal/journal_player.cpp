// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/journal.hpp>

#include "journal/picture.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace haoh {
namespace {

/// A file may hold anything.
std::uint64_t reduced(std::uint64_t value, std::uint64_t by) {
    return value - std::min(value, by);
}

} // namespace

MonitorStatus counted_since(MonitorStatus later, const MonitorStatus& earlier) {
    using Key = std::tuple<std::string_view, std::string_view, std::uint32_t, std::string_view,
                           std::string_view>;
    std::map<Key, std::uint64_t> transitions;
    for (const auto& one : earlier.namespaces) {
        for (const auto& path : one.paths) {
            transitions[{one.host, one.subsysnqn, one.nsid, one.device, path.controller}] =
                path.transitions;
        }
    }
    for (auto& one : later.namespaces) {
        for (auto& path : one.paths) {
            const auto before =
                transitions.find({one.host, one.subsysnqn, one.nsid, one.device, path.controller});
            if (before != transitions.end()) {
                path.transitions = reduced(path.transitions, before->second);
            }
        }
    }
    std::map<std::string_view, std::uint64_t> lost;
    for (const auto& source : earlier.sources) {
        lost[source.name] = source.lost;
    }
    for (auto& source : later.sources) {
        const auto before = lost.find(source.name);
        source.lost = reduced(source.lost, before == lost.end() ? 0 : before->second);
    }
    for (const auto& [kind, count] : earlier.events) {
        if (const auto now = later.events.find(kind); now != later.events.end()) {
            now->second = reduced(now->second, count);
        }
    }
    LatencyHistogram& latency = later.ana_latency;
    for (std::size_t index = 0; index < latency.counts.size(); ++index) {
        latency.counts.at(index) =
            reduced(latency.counts.at(index), earlier.ana_latency.counts.at(index));
    }
    constexpr std::chrono::nanoseconds kNone{};
    latency.sum -= std::clamp(earlier.ana_latency.sum, kNone, std::max(latency.sum, kNone));
    later.coalesced = reduced(later.coalesced, earlier.coalesced);
    later.queue_merged = reduced(later.queue_merged, earlier.queue_merged);
    later.queue_dropped = reduced(later.queue_dropped, earlier.queue_dropped);
    later.began = earlier.now;
    return later;
}

class JournalPlayer::Impl {
  public:
    [[nodiscard]] bool begins(const JournalLine& line) const {
        const auto* const entry = std::get_if<JournalEntry>(&line);
        return !known_ || (entry != nullptr && (entry->kind == JournalEntry::Kind::begin ||
                                                (began_ && entry->status.began != *began_)));
    }

    Played take(const JournalLine& line) {
        const bool first = begins(line);
        if (first) {
            known_ = true;
            ended_ = false;
            began_.reset();
            earlier_.reset();
            forget_latencies();
        }
        const auto* const event = std::get_if<Event>(&line);
        return event == nullptr ? take_entry(std::get<JournalEntry>(line), first)
                                : take_event(*event, first);
    }

    void count_anew() {
        earlier_ = picture_.status();
        forget_latencies();
    }

    [[nodiscard]] bool running() const { return known_ && !ended_; }
    [[nodiscard]] MonitorStatus status() const {
        return earlier_ ? counted_since(picture_.status(), *earlier_) : picture_.status();
    }
    [[nodiscard]] std::span<const std::chrono::nanoseconds> latencies() const {
        return whole_ ? std::span<const std::chrono::nanoseconds>{latencies_}
                      : std::span<const std::chrono::nanoseconds>{};
    }

  private:
    Played take_entry(const JournalEntry& entry, bool first) {
        const bool begin = first && entry.kind == JournalEntry::Kind::begin;
        Played out;
        began_ = entry.status.began;
        if (first) {
            // At the beginning it has what those say that follow.
            last_ = begin ? 0 : entry.sequence;
            whole_ = begin;
        } else if (entry.sequence > last_) {
            out.missing = entry.sequence - last_;
            last_ = entry.sequence;
            whole_ = false;
        } else if (entry.sequence < last_) {
            return out; // it was there before
        }
        in_picture_ = entry.sequence;
        picture_ = journal::Picture{entry.status};
        ended_ = ended_ || entry.kind == JournalEntry::Kind::end;
        return out;
    }

    Played take_event(const Event& event, bool first) {
        if (first) {
            MonitorStatus nothing;
            nothing.began = event.observed;
            nothing.now = event.observed;
            picture_ = journal::Picture{std::move(nothing)};
            in_picture_ = 0;
            last_ = reduced(event.sequence, 1);
            whole_ = false;
        }
        if (event.sequence <= last_) {
            return {};
        }
        const Played out{.tells = true, .missing = event.sequence - last_ - 1};
        last_ = event.sequence;
        whole_ = whole_ && out.missing == 0;
        if (event.sequence > in_picture_) {
            picture_.apply(event);
        } else {
            picture_.pass_time(event.observed);
        }
        const auto latency = event.latency();
        if (event.kind == EventKind::ana_change && latency && latencies_.size() < kMostLatencies) {
            latencies_.push_back(*latency);
        }
        return out;
    }

    void forget_latencies() {
        latencies_.clear();
        whole_ = true;
    }

    journal::Picture picture_;
    std::optional<MonitorStatus> earlier_; ///< counts are those since then
    std::optional<Moment> began_;          ///< the monitor; nullopt: no entry told
    std::uint64_t last_{};                 ///< event that was told
    std::uint64_t in_picture_{};           ///< the last event that was in an entry
    std::vector<std::chrono::nanoseconds> latencies_;
    bool whole_{}; ///< no event is missing
    bool known_{}; ///< a line was taken
    bool ended_{};
};

JournalPlayer::JournalPlayer() : impl_{std::make_unique<Impl>()} {}
JournalPlayer::~JournalPlayer() = default;
JournalPlayer::JournalPlayer(JournalPlayer&& other) noexcept = default;
JournalPlayer& JournalPlayer::operator=(JournalPlayer&& other) noexcept = default;

bool JournalPlayer::begins(const JournalLine& line) const {
    return impl_->begins(line);
}

JournalPlayer::Played JournalPlayer::take(const JournalLine& line) {
    return impl_->take(line);
}

bool JournalPlayer::running() const {
    return impl_->running();
}

MonitorStatus JournalPlayer::status() const {
    return impl_->status();
}

void JournalPlayer::count_anew() {
    impl_->count_anew();
}

std::span<const std::chrono::nanoseconds> JournalPlayer::latencies() const {
    return impl_->latencies();
}

} // namespace haoh
