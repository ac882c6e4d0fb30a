// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Where judgements are put down: one place that knows verdicts, windows and folding.
#pragma once

#include "judge/answer.hpp"
#include "judge/subject.hpp"

#include <haoh/check.hpp>
#include <haoh/rule.hpp>

#include <compare>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace haoh::judge {

struct Row;

/// A finding without what its row already says.
struct Draft {
    std::reference_wrapper<const Row> row;
    std::string subsystem;
    std::vector<std::uint32_t> nsids; ///< ascending; empty when it is not about namespaces
    std::string what;
    std::vector<FindingValue> values;
    std::optional<Verdict> verdict;          ///< where it is not the row's own
    std::optional<std::size_t> unobserved{}; ///< Finding::unobserved
    bool names_nsid{};                       ///< Finding::names_nsid
    std::string_view fix{};                  ///< where it is not the row's own
    std::string host{}; ///< Finding::host, where neither `on_host` nor the values say it
    std::vector<std::string> config{};   ///< Finding::config
    std::vector<std::size_t> explains{}; ///< Finding::explains: drafts that only say so are dropped
};

/// Of a draft, what is left to say when row, subsystem and NSID are known.
struct Wording {
    std::string what;
    std::vector<FindingValue> values;
    std::optional<Verdict> verdict;
    bool names_nsid{}; ///< Finding::names_nsid
    std::string_view fix{};
};

/// What findings that read alike have in common: compared as it is, not by a hash.
class FoldKey {
  public:
    FoldKey& add(std::uint64_t value) {
        values_.push_back(value);
        return *this;
    }
    FoldKey& add(std::string_view text) {
        add(text.size());
        values_.insert(values_.end(), text.begin(), text.end());
        return *this;
    }
    auto operator<=>(const FoldKey&) const = default;

  private:
    std::vector<std::uint64_t> values_;
};

class Findings {
  public:
    /// \param unplaced  subsystems of which it is not known which array each controller is on: by host,
    ///                  and without one for all of its controllers
    explicit Findings(Window window, std::set<std::pair<std::string, std::string>> unplaced = {})
        : window_(window), unplaced_(std::move(unplaced)) {}

    Findings(const Findings&) = delete; // it points into itself
    Findings& operator=(const Findings&) = delete;

    void add(Draft draft);

    /// Whose view of the controllers is being judged, until the next call; empty: no host's. What is
    /// added meanwhile is about that host.
    void on_host(std::string_view host) { host_ = host; }

    /// Which subsystem is being judged, until the next call; empty: none by itself. What is counted
    /// meanwhile (`judged`, `unknown`) is of that subsystem.
    void in_subsystem(const std::string& nqn) { tallies_now_ = &tallies_[number_of(nqn)]; }

    /// One of possibly very many findings of a rule about single namespaces. Findings with the same
    /// row, subsystem, host and `key` fold into one when they are more than `kUnfolded`; `make` is only
    /// called for those whose text may be shown.
    /// \param key  equal where the finding reads alike but for its NSID and values
    void add_folded(const Row& row, const std::string& subsystem, std::uint32_t nsid, FoldKey key,
                    const std::function<Wording()>& make);

    /// A row was asked of one object more, and held unless something is added besides.
    void judged(const Row& row) { (*tallies_now_)[&row].judged = true; }
    /// A row applies to one object more, and what it must be judged by was not read.
    void unknown(const Row& row) { (*tallies_now_)[&row].unknown = true; }
    /// Counts an answer; what is broken is to be added besides.
    void count(const Row& row, Answer::Kind answer);

    /// Whether a row has a finding about the subsystem, until now.
    [[nodiscard]] bool reported(const Row& row, const std::string& subsystem) const;

    /// All findings, folded, judged by the window, worst first.
    [[nodiscard]] std::vector<Finding> take();
    /// All that `in_subsystem` or a finding named, in the order in which they came.
    [[nodiscard]] const std::vector<std::string>& subsystems() const { return subsystems_; }
    /// Of a row, after `take`: in all, in each of `subsystems`, and elsewhere.
    [[nodiscard]] RuleResult result(const Row& row) const;

    /// The function that is about to judge: it may add findings of rows that name it, and of no
    /// others that name a function.
    void begin(const Row& row) { judging_ = &row; }

    /// The most findings of one rule and key that are shown one by one.
    static constexpr std::size_t kUnfolded = 4;

  private:
    struct Group {
        std::vector<Draft> drafts; ///< the first `kUnfolded`
        std::vector<std::uint32_t> nsids;
    };
    struct Tally {
        bool judged{};
        bool unknown{};
        bool told{};      ///< a finding that something is wrong
        bool explained{}; ///< something was wrong, and another row says why
    };
    using Tallies = std::map<const Row*, Tally>;

    /// Of `tallies_`: 0 for no subsystem by itself, else one more than the index in `subsystems_`.
    [[nodiscard]] std::size_t number_of(const std::string& nqn);
    [[nodiscard]] static RuleState state_of(const Tally& tally);
    void name_host(Draft& draft) const;
    void doubt(Draft& draft) const;
    void note(const Draft& draft);
    [[nodiscard]] bool explained(const Draft& draft) const;
    /// Whether nothing is left of a draft because of the window.
    [[nodiscard]] bool tolerated(const Draft& draft) const;
    /// What was not observed for a reason that a finding tells.
    [[nodiscard]] std::set<std::size_t> told_causes() const;
    void finish(Draft draft, std::vector<Finding>& out);

    Window window_;
    const Row* judging_{};
    std::string host_;
    std::vector<Draft> single_;
    std::map<std::tuple<const Row*, std::string, std::string, FoldKey>, Group> groups_;
    std::set<std::pair<std::string, std::string>> unplaced_;              ///< host, subsystem
    std::set<std::tuple<const Row*, std::string, std::string>> reported_; ///< subsystem, host
    std::set<std::pair<const Row*, std::string>> reported_on_; ///< host; empty: of none, or several
    std::vector<std::string> subsystems_;
    std::map<std::string, std::size_t> numbers_; ///< of `subsystems_`
    std::deque<Tallies> tallies_{1}; ///< by `number_of`; what is in it stays where it is
    Tallies* tallies_now_{&tallies_.front()};
};

/// What a verdict becomes in a window; pass = no finding.
[[nodiscard]] Verdict relaxed(Verdict verdict, const Rule& rule, Window window);

/// By verdict, severity, rule, subsystem and NSID; what is equal in these keeps its order.
void sort_worst_first(std::vector<Finding>& findings);

/// The ranges of NSIDs, only the first of them when they are many.
[[nodiscard]] std::string brief_nsids(std::span<const std::uint32_t> nsids);

/// A value of a finding about a controller.
[[nodiscard]] FindingValue value_of(const Controller& controller, std::string text);
/// A value that another object than a controller has: a device, a subsystem of a host.
[[nodiscard]] FindingValue value_of_object(std::string_view object, std::string text);
/// Controllers of one array together, then equal values together; otherwise the order given.
void group_values(std::vector<FindingValue>& values);

} // namespace haoh::judge
