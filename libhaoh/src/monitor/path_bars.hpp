// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What keeps Linux from using a controller's namespaces, whatever other controllers have.
#pragma once

#include "monitor/view.hpp"

#include <haoh/observation.hpp>

#include <string>

namespace haoh::monitor {

/// Judges a controller by itself: what fails, and what Linux makes no path of then, or one without
/// I/O, goes into `view` (ViewedPath::barred). So a path is no better here than for `check`.
/// \param kernel  of which release; "6.12", "6.12.107-amd64"
void bar_paths(View& view, ControllerObservation& controller, const std::string& kernel);

} // namespace haoh::monitor
