// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "capi/handle.hpp"

#include <haoh/event.hpp>

struct haoh_event : haoh::capi::Handle<0x68616f05U> {
    explicit haoh_event(haoh::Event happened);
    haoh::Event event;
    haoh::Event told; ///< the same, for C
};
