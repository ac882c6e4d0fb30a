// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/id_list.hpp>

#include <haoh/nvme/command.hpp>
#include <haoh/nvme/identify_controller.hpp>

#include "nvme/problems.hpp"

#include <fmt/format.h>

#include <cassert>
#include <unordered_set>

namespace haoh::nvme {

namespace {

constexpr std::uint16_t kLastCntlid = 0xFFEF; ///< what is above it has other meanings

/// Order and repetition of identifiers, as a list is read.
template <typename Id>
class OrderCheck {
  public:
    OrderCheck(std::string field, std::string noun, ProblemList& problems)
        : field_(std::move(field)), noun_(std::move(noun)), problems_(problems) {}

    void add(Id id, std::size_t offset) {
        if (!seen_.insert(id).second) {
            problems_.add(ProblemKind::duplicate, offset, field_,
                          fmt::format("{} {} is listed again", noun_, id));
        } else if (any_ && id < previous_) {
            problems_.add(ProblemKind::not_ascending, offset, field_,
                          fmt::format("{} {} comes after {}", noun_, id, previous_));
        }
        previous_ = id;
        any_ = true;
    }

  private:
    std::string field_;
    std::string noun_;
    ProblemList& problems_;
    std::unordered_set<Id> seen_;
    Id previous_{};
    bool any_{};
};

} // namespace

NamespaceList decode_namespace_list(ByteView page) {
    NamespaceList list;
    ProblemList problems;
    OrderCheck<std::uint32_t> order("nsid", "NSID", problems);
    const std::size_t size = std::min(page.size(), kIdentifySize);
    std::size_t offset = 0;
    bool ended = false;
    for (; !ended && offset + 4 <= size; offset += 4) {
        const auto nsid = load_le<std::uint32_t>(page, offset);
        if (nsid == 0) {
            ended = true;
            break;
        }
        if (nsid == kAllNamespaces) {
            problems.add(ProblemKind::bad_value, offset, "nsid", "NSID FFFFFFFFh in the list");
        }
        order.add(nsid, offset);
        list.nsids.push_back(nsid);
    }
    if (ended && !all_zero(page.subspan(offset))) {
        problems.add(ProblemKind::zero_value, offset, "nsid",
                     fmt::format("entry {} is zero, but there is data behind it", offset / 4));
    } else if (!ended && page.size() < kIdentifySize) {
        problems.add(ProblemKind::truncated, page.size(), "list",
                     fmt::format("the list does not end within {} bytes", page.size()));
    } else if (!ended && !all_zero(slice(page, kIdentifySize, page.size()))) {
        problems.add(ProblemKind::too_many, kIdentifySize, "list",
                     "more entries than the 1024 of one page");
    }
    list.problems = std::move(problems).take();
    return list;
}

Bytes encode_namespace_list(std::span<const std::uint32_t> nsids) {
    assert(nsids.size() <= kMaxNamespaceListEntries);
    Bytes page(kIdentifySize);
    for (std::size_t i = 0; i < nsids.size(); ++i) {
        store_le(page, 4 * i, nsids[i]);
    }
    return page;
}

ControllerList decode_controller_list(ByteView page) {
    ControllerList list;
    ProblemList problems;
    OrderCheck<std::uint16_t> order("cntlid", "controller ID", problems);
    page = slice(page, 0, kIdentifySize);
    const std::size_t present = page.size() < 4 ? 0 : page.size() / 2 - 1;
    const std::size_t numid = load_le<std::uint16_t>(page, 0);
    if (page.size() < 2) {
        problems.add(ProblemKind::truncated, page.size(), "numid",
                     fmt::format("a list of {} bytes", page.size()));
    } else if (numid > kMaxControllerListEntries) {
        problems.add(ProblemKind::too_many, 0, "numid",
                     fmt::format("{} entries announced (a page holds 2047)", numid));
    } else if (numid > present) {
        problems.add(ProblemKind::truncated, 0, "numid",
                     fmt::format("{} entries announced, {} came", numid, present));
    }
    const std::size_t count = std::min(numid, present);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t offset = 2 + 2 * i;
        const auto cntlid = load_le<std::uint16_t>(page, offset);
        if (cntlid > kLastCntlid) {
            problems.add(ProblemKind::bad_value, offset, "cntlid",
                         fmt::format("controller ID {:04X}h in the list", cntlid));
        }
        order.add(cntlid, offset);
        list.cntlids.push_back(cntlid);
    }
    if (!all_zero(slice(page, 2 + 2 * count, kIdentifySize))) {
        problems.add(ProblemKind::trailing_data, 2 + 2 * count, "list",
                     fmt::format("data behind the {} entries that are announced", count));
    }
    list.problems = std::move(problems).take();
    return list;
}

Bytes encode_controller_list(std::span<const std::uint16_t> cntlids) {
    assert(cntlids.size() <= kMaxControllerListEntries);
    Bytes page(kIdentifySize);
    store_le(page, 0, static_cast<std::uint16_t>(cntlids.size()));
    for (std::size_t i = 0; i < cntlids.size(); ++i) {
        store_le(page, 2 + 2 * i, cntlids[i]);
    }
    return page;
}

} // namespace haoh::nvme
