// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Picture: a MonitorStatus that events are carried into, where each finds its object at once.
#pragma once

#include <haoh/event.hpp>
#include <haoh/monitor_status.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace haoh::journal {

class Picture {
  public:
    Picture() = default;
    explicit Picture(MonitorStatus status);

    void apply(const Event& event);
    /// That it was known so late.
    void pass_time(const Moment& now);
    [[nodiscard]] MonitorStatus status() const;

  private:
    struct HeadKey {
        std::string host;
        std::string subsysnqn;
        std::uint32_t nsid{};
        std::string device;
        auto operator<=>(const HeadKey&) const = default;
    };
    using Head = MonitorStatus::Namespace;
    using Path = MonitorStatus::Path;
    using Controller = MonitorStatus::Controller;

    void count(const Event& event);
    void change_ana_state(const Event& event);
    void add_path(const Event& event);
    void lose_path(const Event& event);
    void refuse_path(const Event& event);
    void change_controller(const Event& event);
    void add_head(const Event& event);
    void change_source(const Event& event, bool healthy);
    void settle(Head& head);

    [[nodiscard]] static HeadKey key_of(const Event& event);
    [[nodiscard]] Head* head_of(const Event& event);
    [[nodiscard]] const Controller* controller_of(const Head& head, const Path& path) const;

    using ControllerKey = std::pair<std::string, std::string>; ///< host and name

    MonitorStatus rest_; ///< all but what is below
    std::map<HeadKey, Head> heads_;
    std::map<ControllerKey, Controller> controllers_;
    /// Of controllers that are gone: events that bring one back may come before it is told where it is.
    std::map<ControllerKey, std::string> arrays_;
    std::map<std::string, MonitorStatus::Source, std::less<>> sources_;
};

} // namespace haoh::journal
