// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What pages of a controller say, by the specification's abbreviations: in `haoh.observation/1` beside
/// the raw bytes, for people and scripts.
#pragma once

#include <haoh/observation.hpp>

#include <nlohmann/json.hpp>

namespace haoh::snapshot {

/// Adds a key for each page that was read and has one.
void add_decoded_pages(nlohmann::ordered_json& out, const ControllerObservation& controller);

} // namespace haoh::snapshot
