// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Rows that other files than their own speak of.
#pragma once

#include "judge/row.hpp"

namespace haoh::judge {

extern const Row kConnHostnqnHostidSame;
extern const Row kCtrlCntlidUnique;
extern const Row kCtrlMnanValid;
extern const Row kCtrlModelEqual;
extern const Row kCtrlNnEqual;
extern const Row kHostArrayExpected;
extern const Row kHostCtrlFirstSeen;
extern const Row kModelDetect;
extern const Row kNsCsiEqual;
extern const Row kNsEui64Equal;
extern const Row kNsFlbasEqual;
extern const Row kNsIdSetEqual;
extern const Row kNsLbafActiveEqual;
extern const Row kNsNguidEqual;
extern const Row kNsNmicShared;
extern const Row kNsUuidEqual;
extern const Row kWaiverExpired;
extern const Row kWaiverUnused;

} // namespace haoh::judge
