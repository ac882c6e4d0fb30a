// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// All simulated arrays of a process and everything that they share, without I/O: told of
/// connections, bytes and the time.
///
/// Not thread-safe; one owner. Sessions refer to the simulator and must not outlive it.
#pragma once

#include <arraysim/arrays/array.hpp>
#include <arraysim/arrays/controller.hpp>
#include <arraysim/serve/control.hpp>

#include <functional>
#include <list>
#include <map>
#include <memory>

namespace haoh::arraysim {

class Session;

class Simulator {
  public:
    /// \throws Error (invalid_argument) when the timeline of the scenario says something impossible
    Simulator(const Scenario& scenario, TimePoint start);
    Simulator(const Simulator&) = delete;
    Simulator& operator=(const Simulator&) = delete;
    ~Simulator();

    [[nodiscard]] const Scenario& scenario() const { return scenario_; }
    [[nodiscard]] std::size_t array_count() const { return arrays_.size(); }
    [[nodiscard]] Array& array(std::size_t index) { return *arrays_.at(index); }
    [[nodiscard]] const Array& array(std::size_t index) const { return *arrays_.at(index); }
    /// \throws Error (not_found) that lists the names there are
    [[nodiscard]] Array& array(std::string_view name);

    /// Where a port really listens; for the discovery log.
    void set_address(std::size_t array, std::size_t port, std::string traddr, std::uint16_t trsvcid,
                     bool ipv6);

    /// A connection was accepted. \param local this end's address, for a port that listens on all
    [[nodiscard]] std::unique_ptr<Session> open(std::size_t array, std::size_t port, TimePoint now,
                                                std::string local = "127.0.0.1");

    /// Runs a control command. \return what to print, may be empty
    /// \throws Error for a command that names what does not exist
    std::string run(const ControlCommand& command, TimePoint now);
    /// The state of everything as JSON.
    [[nodiscard]] std::string state() const;
    [[nodiscard]] bool quit_requested() const { return quit_; }

    /// When `advance` has something to do next; TimePoint::max() for never.
    [[nodiscard]] TimePoint next_deadline() const;
    /// Tells the time: the timeline, keep alive timers.
    void advance(TimePoint now);
    /// Called when the power of an array or the next deadline may have changed; may be empty.
    std::function<void()> on_change;
    /// Called after each command of a controller, with its answer on the way: what is done to the
    /// arrays here falls between that answer and the next. May be empty.
    std::function<void(const Array&, AnswerKind)> on_answer;

    // For sessions.

    /// Makes a controller for an admin queue. \return nullptr when no controller ID is free
    [[nodiscard]] Controller* create_controller(Array& array, std::size_t port, bool discovery,
                                                std::uint16_t requested);
    [[nodiscard]] Controller* find_controller(const Array& array, std::uint16_t cntlid);
    /// Closes all its connections and forgets it.
    void destroy_controller(Controller& controller, std::string_view reason);
    void close_queue(Session& session, std::string_view reason);
    void restart_keep_alive(Controller& controller, TimePoint now);
    [[nodiscard]] const std::list<Controller>& controllers() const { return controllers_; }
    [[nodiscard]] std::list<Controller>& controllers() { return controllers_; }
    /// Completes Asynchronous Event Requests for which there are events.
    void deliver_events(Controller& controller);
    /// A namespace's attributes changed through one of its controllers: tells all others that
    /// show the volume.
    void namespace_changed(const Volume& volume);

    /// Controllers that Identify CNS 12h and 13h list, ascending.
    [[nodiscard]] std::vector<std::uint16_t> listed_controllers(const Array& array,
                                                                std::uint32_t nsid) const;
    /// The domains of the subsystem of an array, which all reach each other (Identify CNS 18h).
    [[nodiscard]] nvme::Bytes domain_list(const Array& array) const;
    [[nodiscard]] nvme::Bytes discovery_log(Array& array, const Controller& controller);

  private:
    struct PendingEntry {
        TimePoint due;
        ControlCommand command;
    };

    void raise(Array& array, const nvme::AsyncEvent& event, std::uint32_t mask);
    void ana_changed(Array& array, bool notify);
    void attributes_changed(Array& array, std::uint32_t nsid);
    void discovery_changed();
    void set_power(Array& array, Power power, TimePoint now);
    void add_namespace(Array& array, std::uint32_t nsid, std::optional<std::uint64_t> size);

    Scenario scenario_;
    std::map<std::string, std::shared_ptr<Volume>> volumes_;
    std::vector<std::unique_ptr<Array>> arrays_;
    std::list<Controller> controllers_;
    std::vector<Session*> sessions_;
    std::vector<std::set<std::uint16_t>> discovery_cntlids_; ///< by array
    std::uint64_t genctr_{1};
    std::map<const Array*, std::uint64_t> moved_; ///< how often a fault moved GENCTR of this array
    std::vector<PendingEntry> timeline_;          ///< latest first
    bool quit_{};

    friend class Session;
};

} // namespace haoh::arraysim
