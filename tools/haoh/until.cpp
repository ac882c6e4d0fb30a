// SPDX-License-Identifier: LGPL-2.1-or-later
#include "until.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace haoh::tool {

namespace {

[[noreturn]] void refuse_until(std::string_view text, std::string_view cause,
                               std::string_view advice) {
    throw Error(Errc::invalid_argument, "use", fmt::format("--until '{}'", text), cause, advice);
}

std::string all_kinds() {
    std::string text;
    for (const EventKindInfo& kind : event_kind_infos()) {
        text += fmt::format("{}{}", text.empty() ? "" : ", ", kind.name);
    }
    return text;
}

} // namespace

Until Until::parse(std::string_view text) {
    const std::size_t blank = text.find(' ');
    const std::string_view word = text.substr(0, blank);
    std::string_view to = blank == std::string_view::npos ? "" : text.substr(blank);
    to.remove_prefix(std::min(to.find_first_not_of(' '), to.size()));
    const auto kind = parse_event_kind(word);
    if (!kind) {
        refuse_until(text, fmt::format("there is no event '{}'", word),
                     "it is one of " + all_kinds());
    }
    Until until;
    until.kind_ = *kind;
    until.to_ = to;
    if (*kind == EventKind::access && !to.empty()) {
        until.access_ = parse_access(to);
        if (!until.access_) {
            refuse_until(text, fmt::format("access is never '{}'", to),
                         "it is one of no_path, single_array, no_optimized_path, restored");
        }
    }
    return until;
}

bool Until::met(const MonitorStatus& status) const {
    if (!access_ || status.namespaces.empty()) {
        return false;
    }
    const auto pending = [](const MonitorStatus::Source& source) { return source.pending; };
    const bool whole = std::none_of(status.sources.begin(), status.sources.end(), pending);
    const auto is = [&](const MonitorStatus::Namespace& one) {
        return one.access.access() == *access_;
    };
    if (!whole) {
        return false; // of a part of it nothing is known yet
    }
    return *access_ == Access::restored
               ? std::all_of(status.namespaces.begin(), status.namespaces.end(), is)
               : std::any_of(status.namespaces.begin(), status.namespaces.end(), is);
}

bool Until::met(const Event& event) const {
    return !access_ && event.kind == kind_ && (to_.empty() || event.to == to_);
}

} // namespace haoh::tool
