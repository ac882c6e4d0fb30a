// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/event_report.hpp>
#include <haoh/nvme/ana_log.hpp>

#include "base/json_text.hpp"
#include "base/safe_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <vector>

namespace haoh {
namespace {

/// A page larger than this is no help to anybody, and the scrape would not end in time.
constexpr std::size_t kMaxNamespaces = 16384;
constexpr std::size_t kMaxPaths = 16384;

/// Best first.
constexpr std::array kVerdicts{Verdict::pass, Verdict::warn, Verdict::unknown, Verdict::fail};

struct Label {
    std::string_view name;
    std::string_view value;
};

/// Writes the text format; a second series with the same labels, which would make the whole page
/// invalid, is left out.
class Exposition {
  public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        labels_.clear();
        fmt::format_to(out(), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
    }

    template <typename Value>
    void sample(std::initializer_list<Label> labels, Value value) {
        sample_of({}, labels, value);
    }

    /// Of a histogram: "_bucket", "_sum", "_count".
    template <typename Value>
    void sample_of(std::string_view suffix, std::initializer_list<Label> labels, Value value) {
        std::string series{suffix};
        char separator = '{';
        for (const Label& label : labels) {
            fmt::format_to(std::back_inserter(series), "{}{}=\"{}\"", separator, label.name,
                           escaped(label.value));
            separator = ',';
        }
        series += separator == ',' ? "}" : "";
        if (labels_.insert(series).second) {
            fmt::format_to(out(), "{}{} {}\n", name_, series, value);
        }
    }

    [[nodiscard]] std::string take() && { return std::move(text_); }

  private:
    [[nodiscard]] std::back_insert_iterator<std::string> out() { return std::back_inserter(text_); }

    /// What was escaped can be told from what looks like it: two names never become one.
    static std::string escaped(std::string_view value) {
        std::string out;
        for (const char character : base::safe_text(base::escape_bytes(value))) {
            if (character == '\\' || character == '"') {
                out += '\\';
            }
            out += character;
        }
        return out;
    }

    std::string text_;
    std::string_view name_;
    std::set<std::string> labels_;
};

double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

/// One page of one status.
class Metrics {
  public:
    explicit Metrics(const MonitorStatus& status) : status_{status} {
        for (const auto& controller : status.controllers) {
            controllers_.emplace(Key{controller.host, controller.name}, &controller);
        }
        std::size_t all_paths = 0;
        for (const auto& one : status.namespaces) {
            all_paths += one.paths.size();
            if (namespaces_.size() < kMaxNamespaces) {
                namespaces_.push_back({&one, std::to_string(one.nsid)});
            }
        }
        for (const Named& one : namespaces_) {
            for (const auto& path : one.value->paths) {
                if (paths_.size() < kMaxPaths) {
                    paths_.push_back({&one, &path, array_of(one.value->host, path.controller)});
                }
            }
        }
        omitted_paths_ = all_paths - paths_.size();
    }

    std::string render() && {
        write_namespaces();
        write_paths();
        write_controllers();
        write_host_identity();
        write_identity();
        write_events();
        write_latency();
        write_monitor();
        return std::move(page_).take();
    }

  private:
    using Key = std::pair<std::string_view, std::string_view>;
    struct Named {
        const MonitorStatus::Namespace* value;
        std::string nsid;
    };
    struct NamedPath {
        const Named* of;
        const MonitorStatus::Path* value;
        std::string_view array;
    };

    [[nodiscard]] std::string_view array_of(std::string_view host, std::string_view name) const {
        const auto found = controllers_.find({host, name});
        return found == controllers_.end() ? std::string_view{} : found->second->array;
    }

    template <typename Value>
    void namespace_gauge(std::string_view name, std::string_view help, Value value) {
        page_.family(name, "gauge", help);
        for (const Named& one : namespaces_) {
            page_.sample({{"subsysnqn", one.value->subsysnqn},
                          {"nsid", one.nsid},
                          {"device", one.value->device}},
                         value(*one.value));
        }
    }

    void write_namespaces() {
        using Namespace = MonitorStatus::Namespace;
        namespace_gauge("haoh_namespace_access",
                        "How well a namespace can be reached: 0 no usable path, 1 only one of its "
                        "arrays could serve, 2 no optimized path, 3 none of these.",
                        [](const Namespace& one) { return static_cast<int>(one.access.access()); });
        namespace_gauge("haoh_namespace_paths", "Paths of the namespace.",
                        [](const Namespace& one) { return one.access.paths; });
        namespace_gauge("haoh_namespace_usable_paths",
                        "Paths that take I/O: optimized or non-optimized, of a live controller.",
                        [](const Namespace& one) { return one.access.usable; });
        namespace_gauge("haoh_namespace_optimized_paths", "Usable paths that are optimized.",
                        [](const Namespace& one) { return one.access.optimized; });
        namespace_gauge("haoh_namespace_arrays", "Arrays known to have a path to the namespace.",
                        [](const Namespace& one) { return one.access.arrays; });
        namespace_gauge("haoh_namespace_ready_arrays",
                        "Arrays with a path that is usable or would be after an ANA change.",
                        [](const Namespace& one) { return one.access.ready; });
        namespace_gauge("haoh_namespace_size_bytes", "Size of the namespace; 0 is not known.",
                        [](const Namespace& one) { return one.bytes; });
    }

    void path_sample(const NamedPath& path, std::uint64_t value) {
        page_.sample({{"subsysnqn", path.of->value->subsysnqn},
                      {"nsid", path.of->nsid},
                      {"controller", path.value->controller},
                      {"site", path.array}},
                     value);
    }

    void state_sample(const NamedPath& path, std::string_view state, bool now) {
        page_.sample({{"subsysnqn", path.of->value->subsysnqn},
                      {"nsid", path.of->nsid},
                      {"controller", path.value->controller},
                      {"site", path.array},
                      {"state", state}},
                     now ? 1 : 0);
    }

    void write_paths() {
        // One series a state, 0 or 1, as a state set of OpenMetrics is written: a series that ends
        // and another that begins at each change would break rate(), changes() and `for`.
        page_.family("haoh_path_ana_state", "gauge",
                     "ANA state of the path: 1 for the state it is in, 0 for the others. A path "
                     "without ANA has none.");
        for (const NamedPath& path : paths_) {
            if (path.value->ana_state.kind() == PathAnaState::none) {
                continue;
            }
            const auto now = path.value->ana_state.state();
            for (const nvme::AnaState state : nvme::kAnaStates) {
                state_sample(path, nvme::to_string(state), state == now);
            }
            // No text from outside makes a series.
            state_sample(path, "other", !now.has_value());
        }
        page_.family("haoh_path_usable", "gauge", "1 when the path takes I/O, else 0.");
        for (const NamedPath& path : paths_) {
            path_sample(path, path.value->use.usable() ? 1 : 0);
        }
        page_.family("haoh_ana_transitions_total", "counter",
                     "Changes of the ANA state of the path that were seen.");
        for (const NamedPath& path : paths_) {
            path_sample(path, path.value->transitions);
        }
    }

    void write_controllers() {
        page_.family("haoh_controller_live", "gauge",
                     "1 when the controller is live, 0 when it is connecting, resetting, deleted "
                     "or lost.");
        for (const auto& one : status_.controllers) {
            page_.sample({{"subsysnqn", one.subsysnqn},
                          {"controller", one.name},
                          {"site", one.array},
                          {"address", one.address}},
                         one.state.is_live() ? 1 : 0);
        }
    }

    /// Who this host is to the arrays: what no other host may be.
    void write_host_identity() {
        page_.family("haoh_host_identity_info", "gauge",
                     "Host NQN and host ID as which this host connected a controller. Arrays take "
                     "hosts that share one for one host.");
        std::set<std::pair<std::string_view, std::string_view>> told;
        for (const auto& one : status_.controllers) {
            const bool known = !one.hostnqn.empty() || !one.hostid.empty();
            if (known && told.emplace(one.hostnqn, one.hostid).second) {
                page_.sample({{"hostnqn", one.hostnqn}, {"hostid", one.hostid}}, 1);
            }
        }
    }

    void write_identity() {
        // A host and the arrays that are asked directly may both tell of one subsystem.
        std::map<std::string_view, Verdict> worst;
        for (const auto& one : status_.subsystems) {
            const auto rank = [](Verdict verdict) {
                return std::ranges::find(kVerdicts, verdict) - kVerdicts.begin();
            };
            if (!one.verdict || std::ranges::find(kVerdicts, *one.verdict) == kVerdicts.end()) {
                continue;
            }
            const auto entry = worst.emplace(one.subsysnqn, *one.verdict).first;
            if (rank(*one.verdict) > rank(entry->second)) {
                entry->second = *one.verdict;
            }
        }
        page_.family("haoh_identity_verdict", "gauge",
                     "Verdict of the last check of the subsystem: 1 for the verdict, 0 for the "
                     "others.");
        for (const auto& [subsysnqn, now] : worst) {
            for (const Verdict verdict : kVerdicts) {
                page_.sample({{"subsysnqn", subsysnqn}, {"verdict", to_string(verdict)}},
                             verdict == now ? 1 : 0);
            }
        }
        page_.family("haoh_subsystem_identity_info", "gauge",
                     "Digest over serial numbers, models and all namespaces' identities, as the "
                     "controllers tell them. Hosts that see other namespaces have other digests.");
        for (const auto& one : status_.subsystems) {
            if (!one.identity.empty()) {
                page_.sample({{"subsysnqn", one.subsysnqn}, {"digest", one.identity}}, 1);
            }
        }
        page_.family("haoh_namespace_identity_info", "gauge",
                     "Digest over identifiers, size and block size of the namespace; equal on "
                     "every host that sees the same volume.");
        for (const Named& one : namespaces_) {
            if (!one.value->identity.empty()) {
                page_.sample({{"subsysnqn", one.value->subsysnqn},
                              {"nsid", one.nsid},
                              {"digest", one.value->identity}},
                             1);
            }
        }
    }

    void write_events() {
        page_.family("haoh_events_total", "counter", "Events by kind (haoh.event/1).");
        for (const EventKindInfo& kind : event_kind_infos()) {
            const auto found = status_.events.find(kind.kind);
            // With the zeros, so that the first event is a step that rate() sees.
            page_.sample({{"event", kind.name}}, found == status_.events.end() ? 0 : found->second);
        }
        page_.family("haoh_ana_coalesced_total", "counter",
                     "ANA transitions too short to be seen, told by the change count alone.");
        page_.sample({}, status_.coalesced);
        page_.family("haoh_queue_merged_total", "counter",
                     "Events joined with others because nobody took them in time.");
        page_.sample({}, status_.queue_merged);
        page_.family("haoh_queue_dropped_total", "counter",
                     "Events left out because more came than were taken.");
        page_.sample({}, status_.queue_dropped);
    }

    void write_latency() {
        page_.family("haoh_ana_change_latency_seconds", "histogram",
                     "From the AEN to the event that tells the new ANA state of a path.");
        std::uint64_t below = 0;
        for (std::size_t index = 0; index < LatencyHistogram::kBounds.size(); ++index) {
            below += status_.ana_latency.counts[index];
            const std::string bound = fmt::format("{}", seconds(LatencyHistogram::kBounds[index]));
            page_.sample_of("_bucket", {{"le", bound}}, below);
        }
        const std::uint64_t total = status_.ana_latency.total();
        page_.sample_of("_bucket", {{"le", "+Inf"}}, total);
        page_.sample_of("_sum", {}, seconds(status_.ana_latency.sum));
        page_.sample_of("_count", {}, total);
    }

    void write_monitor() {
        page_.family("haoh_source_up", "gauge",
                     "1 while events come from the source, 0 while they may be missed.");
        for (const auto& one : status_.sources) {
            page_.sample({{"source", one.name}}, one.healthy ? 1 : 0);
        }
        page_.family("haoh_source_lost_total", "counter", "How often the source was lost.");
        for (const auto& one : status_.sources) {
            page_.sample({{"source", one.name}}, one.lost);
        }
        if (status_.detection.count() != 0) {
            page_.family("haoh_detection_seconds", "gauge",
                         "How long it takes at most until an array asked directly is lost that "
                         "falls silent.");
            page_.sample({}, fmt::format("{:.3f}", seconds(status_.detection)));
        }
        page_.family("haoh_omitted", "gauge",
                     "Namespaces and paths that are too many to have series of their own.");
        page_.sample({{"of", "namespace"}}, status_.namespaces.size() - namespaces_.size());
        page_.sample({{"of", "path"}}, omitted_paths_);
        page_.family("haoh_monitor_start_time_seconds", "gauge",
                     "When the monitor began, since 1970.");
        page_.sample({}, fmt::format("{:.3f}", seconds(status_.began.wall)));
        page_.family("haoh_build_info", "gauge", "Version of haoh.");
        page_.sample({{"version", HAOH_VERSION}}, 1);
    }

    const MonitorStatus& status_;
    std::map<Key, const MonitorStatus::Controller*> controllers_;
    std::vector<Named> namespaces_;
    std::vector<NamedPath> paths_;
    std::size_t omitted_paths_{};
    Exposition page_;
};

} // namespace

std::string to_metrics(const MonitorStatus& status) {
    return Metrics{status}.render();
}

} // namespace haoh
