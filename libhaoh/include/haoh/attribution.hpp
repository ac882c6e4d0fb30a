// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Which array a controller is on.
#pragma once

#include <haoh/config.hpp>
#include <haoh/observation.hpp>
#include <haoh/visibility.h>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// Which array a controller is on, and why we think so.
struct Attribution {
    std::string host; ///< ControllerObservation::host: the same name is on every host
    std::string controller;
    std::string array;    ///< empty when unknown
    std::string evidence; ///< "target tcp://10.0.0.1:4420", "configuration: addresses 10.1.0.0/16"

    bool operator==(const Attribution&) const = default;
};

/// The arrays of an observation's controllers, in its order; then of those that only a kernel knows.
class Attributions {
  public:
    Attributions() = default;
    explicit Attributions(std::vector<Attribution> all);

    void add(Attribution one);

    /// The first of that name; nullptr when there is no such controller.
    [[nodiscard]] const Attribution* find(std::string_view host, std::string_view controller) const;
    /// The array of a controller; empty when that is not known.
    [[nodiscard]] std::string_view array_of(std::string_view host,
                                            std::string_view controller) const;

    [[nodiscard]] bool empty() const { return all_.empty(); }
    [[nodiscard]] std::size_t size() const { return all_.size(); }
    [[nodiscard]] const Attribution& operator[](std::size_t index) const { return all_[index]; }
    [[nodiscard]] auto begin() const { return all_.begin(); }
    [[nodiscard]] auto end() const { return all_.end(); }

    bool operator==(const Attributions& other) const { return all_ == other.all_; }

  private:
    std::vector<Attribution> all_;
    std::map<std::string, std::map<std::string, std::size_t, std::less<>>, std::less<>> by_host_;
};

/// Which array each controller is on: by `[[site]]` tables; else each target is an array of its own;
/// else, for the controllers that a host connected to one subsystem, by what separates them: domain
/// IDs, serial numbers, controller IDs that lie far apart. One for each of
/// `observation.controllers`, in their order, then for those that only a kernel knows.
[[nodiscard]] Attributions attribute(const Observation& observation,
                                     const std::vector<Site>& sites);

} // namespace haoh
