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
extern const Row kNsFlbasEqual;
extern const Row kNsLbafActiveEqual;

} // namespace haoh::judge
