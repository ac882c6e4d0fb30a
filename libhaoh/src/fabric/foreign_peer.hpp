// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Who is at the other end when it is not an NVMe/TCP controller.
#pragma once

#include "failure.hpp"

#include <haoh/nvme/bytes.hpp>

namespace haoh::fabric {

/// Whether the first bytes that a peer sent can begin an answer to ICReq.
[[nodiscard]] bool may_be_nvme_tcp(nvme::ByteView first);

/// What to tell of a peer whose first bytes are these (not empty, at least one; the start of the
/// stream).
[[nodiscard]] Failure describe_foreign_peer(nvme::ByteView first);

/// What to tell of a peer that closed the connection before it answered ICReq.
[[nodiscard]] Failure closed_before_icresp();

/// What to do where a peer ended the connection, in whatever way, instead of answering ICReq.
[[nodiscard]] std::string advice_on_unanswered_icreq();

} // namespace haoh::fabric
