// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/ana_log.hpp>

#include <haoh/nvme/command.hpp>

#include "nvme/problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace haoh::nvme {

namespace {

constexpr std::size_t kStateOffset = 16; ///< in a descriptor
constexpr std::uint8_t kStateMask = 0x0F;

/// Empty for one that is not defined.
constexpr std::string_view name_of(AnaState state) {
    switch (state) {
    case AnaState::optimized:
        return "optimized";
    case AnaState::non_optimized:
        return "non-optimized";
    case AnaState::inaccessible:
        return "inaccessible";
    case AnaState::persistent_loss:
        return "persistent-loss";
    case AnaState::change:
        return "change";
    }
    return {};
}

constexpr bool defined(AnaState state) {
    return !name_of(state).empty();
}

/// Judges what only the whole log shows: order and repetition of groups and namespaces.
class LogJudge {
  public:
    explicit LogJudge(ProblemList& problems) : problems_(problems) {}

    void group(const AnaGroup& group, std::size_t offset) {
        if (group.agid == 0) {
            problems_.add(ProblemKind::zero_value, offset, "agid", "group with the ID 0");
        } else if (!agids_.insert(group.agid).second) {
            problems_.add(ProblemKind::duplicate, offset, "agid",
                          fmt::format("group {} is described again", group.agid));
        } else if (group.agid < last_agid_) {
            problems_.add(ProblemKind::not_ascending, offset, "agid",
                          fmt::format("group {} comes after group {}", group.agid, last_agid_));
        }
        last_agid_ = group.agid;

        const std::size_t state_offset = offset + kStateOffset;
        if (!defined(group.state)) {
            problems_.add(ProblemKind::bad_value, state_offset, "anas",
                          fmt::format("group {} in the undefined state {:X}h", group.agid,
                                      static_cast<unsigned>(group.state)));
        }
        if ((group.state_byte & ~kStateMask) != 0) {
            problems_.add(ProblemKind::reserved_bits, state_offset, "anas",
                          fmt::format("group {} with reserved bits in its state byte {:02X}h",
                                      group.agid, group.state_byte));
        }

        std::uint32_t last_nsid = 0;
        for (std::size_t i = 0; i < group.nsids.size(); ++i) {
            const std::size_t nsid_offset = offset + kAnaGroupHeaderSize + 4 * i;
            if (group.nsids[i] != 0) {
                nsid(group.agid, group.nsids[i], last_nsid, nsid_offset);
            } else if (i == 0 || last_nsid != 0) { // a run of zeros is one mistake
                problems_.add(ProblemKind::zero_value, nsid_offset, "nsid",
                              fmt::format("NSID 0 in group {}", group.agid));
            }
            last_nsid = group.nsids[i];
        }
    }

  private:
    void nsid(std::uint32_t agid, std::uint32_t nsid, std::uint32_t last, std::size_t offset) {
        if (nsid == kAllNamespaces) {
            problems_.add(ProblemKind::bad_value, offset, "nsid",
                          fmt::format("NSID FFFFFFFFh in group {}", agid));
        }
        const auto [first, inserted] = groups_of_.try_emplace(nsid, agid);
        if (!inserted) {
            problems_.add(ProblemKind::duplicate, offset, "nsid",
                          first->second == agid
                              ? fmt::format("NSID {} again in group {}", nsid, agid)
                              : fmt::format("NSID {} in group {}, and in group {} before", nsid,
                                            agid, first->second));
        }
        if (nsid < last) {
            problems_.add(ProblemKind::not_ascending, offset, "nsid",
                          fmt::format("NSID {} comes after {} in group {}", nsid, last, agid));
        }
    }

    ProblemList& problems_;
    // No hash tables: an array could choose numbers that all fall into one bucket.
    std::set<std::uint32_t> agids_;
    std::map<std::uint32_t, std::uint32_t> groups_of_; ///< NSID to its first AGID
    std::uint32_t last_agid_{};
};

/// The NSIDs of a group whose list runs into the end of the log. Controllers fill up with zeros
/// what a host asked for beyond the log: zeros at the end are NSIDs that did not come.
void drop_fill(std::vector<std::uint32_t>& nsids) {
    while (!nsids.empty() && nsids.back() == 0) {
        nsids.pop_back();
    }
}

/// Where the fill begins: behind the last byte that is not zero.
std::size_t begin_of_fill(ByteView log) {
    const auto last =
        std::find_if(log.rbegin(), log.rend(), [](std::uint8_t byte) { return byte != 0; });
    return static_cast<std::size_t>(log.rend() - last);
}

} // namespace

std::string to_string(AnaState state) {
    const std::string_view name = name_of(state);
    return name.empty() ? fmt::format("invalid ({})", static_cast<unsigned>(state))
                        : std::string(name);
}

std::optional<AnaState> parse_ana_state(std::string_view text) {
    const auto named = [text](AnaState state) { return name_of(state) == text; };
    const auto* const found = std::find_if(kAnaStates.begin(), kAnaStates.end(), named);
    return found == kAnaStates.end() ? std::nullopt : std::optional{*found};
}

AnaLog decode_ana_log(ByteView log) {
    AnaLog out;
    ProblemList problems;
    LogJudge judge(problems);
    out.chgc = load_le<std::uint64_t>(log, 0);
    out.nagd = load_le<std::uint16_t>(log, 8);
    out.length = std::min(log.size(), kAnaLogHeaderSize);
    if (log.size() < kAnaLogHeaderSize) {
        problems.add(ProblemKind::truncated, log.size(), "header",
                     fmt::format("a log of {} bytes (the header alone has 16)", log.size()));
        out.problems = std::move(problems).take();
        return out;
    }
    const std::size_t fill = begin_of_fill(log); // looked for once: it may be megabytes away
    for (std::size_t i = 0; i < out.nagd; ++i) {
        const std::size_t offset = out.length;
        const std::size_t left = log.size() - offset;
        // The descriptor that is all zeros, up to the end of the log, is fill as well.
        if (left < kAnaGroupHeaderSize || offset >= fill) {
            problems.add(ProblemKind::truncated, offset, "nagd",
                         fmt::format("{} group descriptors announced, {} came", out.nagd, i));
            break;
        }
        AnaGroup group;
        group.agid = load_le<std::uint32_t>(log, offset);
        const std::size_t nnv = load_le<std::uint32_t>(log, offset + 4);
        group.chgc = load_le<std::uint64_t>(log, offset + 8);
        group.state_byte = log[offset + kStateOffset];
        group.state = static_cast<AnaState>(group.state_byte & kStateMask);
        const std::size_t present = std::min(nnv, (left - kAnaGroupHeaderSize) / 4);
        group.nsids.reserve(present);
        for (std::size_t k = 0; k < present; ++k) {
            group.nsids.push_back(
                load_le<std::uint32_t>(log, offset + kAnaGroupHeaderSize + 4 * k));
        }
        const bool truncated = present < nnv;
        if (truncated) {
            drop_fill(group.nsids);
            problems.add(ProblemKind::truncated, offset + 4, "nnv",
                         fmt::format("{} NSIDs announced in group {}, {} came", nnv, group.agid,
                                     group.nsids.size()));
        }
        judge.group(group, offset);
        out.length += kAnaGroupHeaderSize + 4 * group.nsids.size();
        out.groups.push_back(std::move(group));
        if (truncated) {
            break;
        }
    }
    out.problems = std::move(problems).take();
    return out;
}

Bytes encode(const AnaLog& log) {
    std::size_t size = kAnaLogHeaderSize;
    for (const AnaGroup& group : log.groups) {
        size += kAnaGroupHeaderSize + 4 * group.nsids.size();
    }
    Bytes out(size);
    store_le(out, 0, log.chgc);
    store_le(out, 8, log.nagd);
    std::size_t offset = kAnaLogHeaderSize;
    for (const AnaGroup& group : log.groups) {
        store_le(out, offset, group.agid);
        store_le(out, offset + 4, static_cast<std::uint32_t>(group.nsids.size()));
        store_le(out, offset + 8, group.chgc);
        out[offset + kStateOffset] =
            static_cast<std::uint8_t>((group.state_byte & ~kStateMask) |
                                      (static_cast<std::uint8_t>(group.state) & kStateMask));
        offset += kAnaGroupHeaderSize;
        for (const std::uint32_t nsid : group.nsids) {
            store_le(out, offset, nsid);
            offset += 4;
        }
    }
    return out;
}

} // namespace haoh::nvme
