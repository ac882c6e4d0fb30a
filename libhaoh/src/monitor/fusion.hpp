// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The heart of the monitor, without I/O: fed what was seen and when, it yields events. What is told
/// first of a host or a controller is the state that events are told against.
#pragma once

#include "monitor/identity.hpp"
#include "monitor/source_problem.hpp"
#include "monitor/view.hpp"

#include <haoh/event.hpp>
#include <haoh/fabric.hpp>
#include <haoh/monitor_status.hpp>
#include <haoh/path_ana_state.hpp>
#include <haoh/path_use.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace haoh::monitor {

/// `Event::source` of what nobody told: time did, or it was looked after.
inline constexpr std::string_view kClock = "clock";

/// How something came to be known.
struct Occasion {
    Moment observed;
    std::optional<Moment> cause;
    std::string_view source; ///< Event::source
};

/// An asynchronous event that some controller told of.
struct AenNotice {
    std::string controller;
    nvme::AsyncEvent event;
    std::uint64_t count{1}; ///< alike and at once
};

/// A path or a controller that the kernel refused.
struct Refusal {
    std::string controller;
    std::optional<std::uint32_t> nsid;
    std::string rule;
    std::string text;
};

/// An event, and whose it is, so that what one controller does costs no other's events their room.
struct OwnedEvent {
    Event event;
    /// The controller that it is about; of a namespace the one that alone has it, or had it last.
    std::string owner{}; ///< empty: several have it, or nobody
};

/// As events have it in `from` and `to`.
[[nodiscard]] std::string told_ana(const PathAnaState& ana_state);

/// Of `host`: the node's name, or empty for all arrays that are asked directly, which together are
/// one world: a namespace has paths through several of them.
class Fusion {
  public:
    /// Everything of a host. What is not in the view is gone. Of controllers and paths that are
    /// known their states do not count: a view takes its time, and what `see_ana_state` and
    /// `see_controller_state` told meanwhile is newer.
    void see(const std::string& host, const View& view, const Occasion& occasion);
    /// Everything of one controller; `view` has no other.
    void see_controller(const std::string& host, const std::string& controller, const View& view,
                        const Occasion& occasion);

    /// Writes the states that are known over those of a scan, which may be older.
    void write_states(KernelObservation& kernel) const;

    /// One path by its sysfs name; unknown ones are passed over.
    void see_ana_state(const std::string& host, std::string_view path, const PathAnaState& state,
                       const Occasion& occasion);
    void see_controller_state(const std::string& host, const std::string& controller,
                              const ControllerState& state, const Occasion& occasion);

    void notice(const std::string& host, const AenNotice& aen, const Occasion& occasion);
    void refuse(const std::string& host, const Refusal& refusal, const Occasion& occasion);

    /// A controller's ANA log, read when its states and those of sysfs were the same: what the
    /// change count tells beyond the transitions that were seen since the last time was too short.
    void see_change_count(const std::string& host, const std::string& controller,
                          std::uint64_t count, const Occasion& occasion);
    /// The counter starts anew: the controller connected again, perhaps to another array.
    void forget_change_count(const std::string& host, const std::string& controller);
    /// Whether every path of the controller is in the state that the log has for it.
    [[nodiscard]] bool agrees(const std::string& host, const std::string& controller,
                              const nvme::AnaLog& log) const;

    /// What a controller says of itself; another answer than the last one is an event.
    void see_identity(const std::string& host, const std::string& controller,
                      ControllerIdentity identity, const Occasion& occasion);
    /// ANATT, in seconds; 0: not known.
    void set_anatt(const std::string& host, const std::string& controller, unsigned seconds);
    void set_array(const std::string& host, const std::string& controller, std::string_view array);
    /// Arrays from which a subsystem is expected to be presented, whether they ever were there.
    struct Expected {
        std::set<std::string, std::less<>> arrays{};
        unsigned least{}; ///< arrays, whatever they are called

        bool operator==(const Expected&) const = default;
    };
    /// Of a host, until `see` sees nothing of the subsystem any more: whoever invents names takes no room.
    void expect_arrays(const std::string& host, const std::string& subsysnqn, Expected expected);
    void set_verdict(const std::string& host, const std::string& subsysnqn, Verdict verdict);

    /// What only time tells: a path too long in the state "change".
    void pass_time(const Moment& now);
    /// When `pass_time` has something to tell next, as a monotonic time; nullopt: nothing to wait for.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> next_deadline() const;

    /// That there will be such a source: until then what is known is not all.
    void expect_source(std::string_view name);
    [[nodiscard]] bool expects_source() const; ///< one that was neither lost nor restored yet
    /// A new reason or a first one is an event.
    void lose_source(std::string_view name, const SourceProblem& why, const Moment& now);
    void restore_source(std::string_view name, const Moment& now);
    /// Nobody watched for a time. \param text one clause
    void tell_absence(std::string text, const Moment& now);
    /// It is not lost yet; or it no longer may be.
    void see_late(std::string_view name, const LateAnswer& late, const Moment& now);

    /// Ends a batch: tells what it means for access, and takes all events so far, in their order.
    /// Whoever delivers them numbers them.
    [[nodiscard]] std::vector<OwnedEvent> take_owned(const Occasion& occasion);
    [[nodiscard]] std::vector<Event> take(const Occasion& occasion);

    [[nodiscard]] bool is_live(const std::string& host, std::string_view controller) const;
    [[nodiscard]] bool knows_controller(const std::string& host, std::string_view name) const;
    [[nodiscard]] MonitorStatus status(const Moment& now) const;

    /// How many of each are kept: those that are there, not all that ever were.
    struct Sizes {
        std::size_t controllers{};
        std::size_t heads{};
        std::size_t paths{};
        std::size_t path_names{};
        std::size_t groups{}; ///< of controllers' ANA groups
        std::size_t verdicts{};
        std::size_t expected{}; ///< subsystems of which it is known what is expected

        bool operator==(const Sizes&) const = default;
    };
    [[nodiscard]] Sizes sizes() const;

  private:
    struct Path {
        std::string controller;
        std::string name;
        PathAnaState ana_state;
        std::optional<std::uint32_t> ana_grpid;
        std::uint64_t bytes{};
        std::uint64_t transitions{};
        std::optional<Moment> last_change{}; ///< known in the state "change"
        bool anatt_exceeded{};
        std::optional<Volume> volume{};
        std::optional<Refused> barred{};  ///< for what it is by itself
        std::optional<Refused> refused{}; ///< as told last

        [[nodiscard]] bool in_change() const { return ana_state.state() == nvme::AnaState::change; }
    };
    /// By controller.
    using Paths = std::map<std::string, Path, std::less<>>;
    struct HeadKey {
        std::string subsysnqn;
        std::uint32_t nsid{};
        std::string device;
        auto operator<=>(const HeadKey&) const = default;
    };
    struct Head {
        std::uint64_t bytes{};
        std::optional<bool> read_only;
        Paths paths;
        std::set<std::string, std::less<>> arrays; ///< that ever had a path
        std::optional<Access> access;              ///< as told last; nullopt: not told of yet
        std::optional<Moment> troubled{};          ///< since when that is not what it should be
        std::optional<Trouble> worsened{};         ///< by what it changed last for the worse
        /// Since when one path has another size of which no event told: others may have it as well,
        /// and are looked at.
        std::optional<Moment> resized{};
        /// What it was when its first path was made: Linux compares all others with that.
        std::optional<Volume> bound{};
        std::string bound_by{}; ///< controller
        std::string owner;      ///< see OwnedEvent
    };
    struct Controller {
        std::string subsysnqn;
        std::string address;
        ControllerState state;
        std::string hostnqn;
        std::string hostid;
        std::string array;
        unsigned anatt{};
        std::optional<std::uint64_t> change_count;
        std::uint64_t seen{};  ///< transitions of groups since that count
        std::uint64_t moved{}; ///< namespaces that came, went or changed their group since then
        unsigned unmoved{};    ///< how often the count was the same after a transition, in a row
        bool count_useless{};  ///< which was told
        std::map<std::uint32_t, PathAnaState> group_states;
        std::optional<ControllerIdentity> identity;
        mutable std::map<std::uint32_t, std::string>
            digests{}; ///< of namespaces in it, once asked for
    };
    using Heads = std::map<HeadKey, Head>;
    struct World {
        bool known{}; ///< a first view of everything came
        std::map<std::string, Controller, std::less<>> controllers;
        Heads heads;
        std::map<std::string, Heads::iterator, std::less<>> by_path;
        std::map<std::string, Verdict, std::less<>> verdicts;  ///< by subsystem
        std::map<std::string, Expected, std::less<>> expected; ///< by subsystem
        /// Of what all controllers of a subsystem say; those that were asked for and still hold.
        mutable std::map<std::string, std::string, std::less<>> digests;
        std::set<HeadKey> touched;
        std::set<HeadKey> waiting; ///< for sizes, untouched meanwhile
    };

    World& world_of(const std::string& host);
    [[nodiscard]] static OwnedEvent event_of(EventKind kind, const std::string& host,
                                             const Occasion& occasion);
    [[nodiscard]] OwnedEvent event_of(EventKind kind, const std::string& host, const HeadKey& key,
                                      const Occasion& occasion) const;
    Event& add(EventKind kind, const std::string& host, const Occasion& occasion);
    Event& add_head(EventKind kind, const std::string& host, const HeadKey& key,
                    const Occasion& occasion);
    Event& add_controller(EventKind kind, const std::string& host, const std::string& name,
                          const Controller& controller, const Occasion& occasion);
    Event& add_path(EventKind kind, const std::string& host, const HeadKey& key, const Path& path,
                    const Occasion& occasion);
    /// How long a size of which no event told may be that of some paths only.
    static constexpr std::chrono::seconds kSizesTime{10};

    /// How a view is taken in.
    struct Intake {
        bool silent{}; ///< it is the first: nothing in it is news
        bool states{}; ///< also of what is known
    };
    void take_in(const std::string& host, World& world, const View& view, const Occasion& occasion,
                 Intake how);
    void take_in_controller(const std::string& host, World& world, const ViewedController& viewed,
                            const Occasion& occasion, Intake how);
    void take_in_path(const std::string& host, World& world, Heads::iterator head,
                      const ViewedPath& viewed, const Occasion& occasion, Intake how);
    void change_ana_state(const std::string& host, World& world, const HeadKey& key, Path& path,
                          const PathAnaState& state, const Occasion& occasion);
    void change_controller_state(const std::string& host, World& world, const std::string& name,
                                 const ControllerState& state, const Occasion& occasion);
    void change_size(const std::string& host, Heads::iterator head, std::uint64_t bytes,
                     const Occasion& occasion);
    void change_read_only(const std::string& host, Heads::iterator head, bool read_only,
                          const Occasion& occasion);
    void lose_path(const std::string& host, World& world, Heads::iterator head,
                   Paths::iterator path, const Occasion& occasion);
    void lose_head_if_empty(const std::string& host, World& world, Heads::iterator head,
                            const Occasion& occasion);
    /// Those of a subsystem are neighbours: from the first of them to behind the last.
    [[nodiscard]] static std::pair<Heads::iterator, Heads::iterator>
    heads_of(World& world, const std::string& subsysnqn);
    static void forget_groups(World& world, const std::string& controller);
    void count_transition(Controller& controller, const Path& path, const PathAnaState& state);
    /// How long a path may be in the state "change"; nullopt: it is in another one, nobody said how
    /// long, or that it is over was told already.
    [[nodiscard]] static std::optional<std::chrono::seconds> anatt_of(const World& world,
                                                                      const Path& path);
    /// Of a subsystem, whose controllers said what is known.
    [[nodiscard]] static const std::string&
    digest_of(const World& world, const std::string& subsysnqn,
              std::span<const ControllerIdentity* const> known);
    /// Of a namespace; empty: it did not say.
    [[nodiscard]] static const std::string& digest_of(const Controller& controller,
                                                      std::uint32_t nsid);
    /// A path with what is asked of it again and again.
    struct UsedPath {
        const Path* path{};
        const Controller* controller{}; ///< null: nobody knows it
        PathUse use{};

        [[nodiscard]] std::string_view array() const {
            return controller == nullptr ? std::string_view{} : controller->array;
        }
    };
    /// Of all paths of a namespace, in their order.
    using Uses = std::vector<UsedPath>;
    /// \param sizes  false: as if all paths had the size of the namespace
    [[nodiscard]] static Uses uses_of(const World& world, const Head& head, bool sizes = true);
    [[nodiscard]] static AccessCounts counts_of(const World& world, const HeadKey& key,
                                                const Head& head, const Uses& uses);
    [[nodiscard]] static bool sizes_time_over(const Moment& since, const Moment& now);
    /// Whether nothing is the matter but sizes, of which more is known in a moment.
    [[nodiscard]] static bool awaits_sizes(const World& world, const HeadKey& key, Head& head,
                                           const Moment& now);
    [[nodiscard]] static bool same_size(const Head& head, const Path& path);
    [[nodiscard]] static PathUse use_of(const Controller* controller, const Path& path, bool fits);
    /// Decides what a namespace is, where no path said so yet.
    void bind(Head& head) const;
    /// Holds its paths against that, and tells what changes.
    void admit(const std::string& host, Heads::iterator head, const Occasion& occasion);
    void settle(const std::string& host, World& world, const Occasion& occasion);
    void tell_access(const std::string& host, World& world, Heads::iterator head,
                     const Occasion& occasion);
    [[nodiscard]] static std::optional<Trouble> trouble_of(const World& world, const HeadKey& key,
                                                           const Head& head, const Uses& uses);
    [[nodiscard]] static std::string reasons_of(const World& world, const HeadKey& key,
                                                const Head& head, const Uses& uses);

    std::map<std::string, World, std::less<>> worlds_;
    std::map<std::string, MonitorStatus::Source, std::less<>> sources_;
    std::vector<std::string> order_; ///< of those that are expected
    std::vector<OwnedEvent> events_;
    std::map<EventKind, std::uint64_t> counts_;
    std::uint64_t coalesced_{};
    LatencyHistogram ana_latency_;
};

} // namespace haoh::monitor
