// SPDX-License-Identifier: LGPL-2.1-or-later
// The ANA log.
#include "fuzz/property.hpp"

#include <haoh/nvme/ana_log.hpp>

#include <set>

using namespace haoh;
using namespace haoh::nvme;

namespace {

/// The bytes of the log with its reserved ones set to zero.
Bytes without_reserved(ByteView input, const AnaLog& log) {
    Bytes bytes(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(log.length));
    const auto clear = [&bytes](std::size_t from, std::size_t to) {
        std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                  bytes.begin() + static_cast<std::ptrdiff_t>(to), std::uint8_t{0});
    };
    clear(10, kAnaLogHeaderSize);
    std::size_t offset = kAnaLogHeaderSize;
    for (const AnaGroup& group : log.groups) {
        clear(offset + 17, offset + kAnaGroupHeaderSize);
        offset += kAnaGroupHeaderSize + 4 * group.nsids.size();
    }
    return bytes;
}

void require_well_formed(const AnaLog& log) {
    std::set<std::uint32_t> nsids;
    std::uint32_t last_agid = 0;
    for (const AnaGroup& group : log.groups) {
        fuzz::require(group.agid > last_agid, "groups without a problem ascend from 1");
        last_agid = group.agid;
        fuzz::require(to_string(group.state).find("invalid") == std::string::npos &&
                          group.state_byte == static_cast<std::uint8_t>(group.state),
                      "states without a problem are defined");
        fuzz::require(fuzz::strictly_ascending<std::uint32_t>(group.nsids),
                      "NSIDs without a problem ascend");
        for (const std::uint32_t nsid : group.nsids) {
            fuzz::require(nsid != 0 && nsid != 0xFFFFFFFF && nsids.insert(nsid).second,
                          "NSIDs without a problem are in one group each");
        }
    }
    fuzz::require(log.groups.size() == log.nagd, "all announced groups came");
}

/// Without groups of zeros at the end: there they are what a controller fills up with. Of a log that
/// was cut in a group, no more than such zeros may be left.
std::vector<AnaGroup> told(std::vector<AnaGroup> groups) {
    const auto is_fill = [](const AnaGroup& group) {
        return group.agid == 0 && group.chgc == 0 && group.state_byte == 0 && group.nsids.empty();
    };
    while (!groups.empty() && is_fill(groups.back())) {
        groups.pop_back();
    }
    return groups;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    const AnaLog log = decode_ana_log(input);
    fuzz::require_sane(log.problems, size);
    fuzz::require(log.length <= size, "the log is in the input");
    fuzz::require(log.groups.size() <= log.nagd, "no more groups than announced");
    std::size_t used = std::min(size, kAnaLogHeaderSize);
    for (const AnaGroup& group : log.groups) {
        used += kAnaGroupHeaderSize + 4 * group.nsids.size();
    }
    fuzz::require(used == log.length, "the groups make up the log");
    if (log.problems.empty()) {
        require_well_formed(log);
    }

    const Bytes again = encode(log);
    const AnaLog second = decode_ana_log(again);
    fuzz::require(told(second.groups) == told(log.groups) && second.chgc == log.chgc,
                  "groups go round");
    if (!fuzz::has_kind(log.problems, ProblemKind::truncated) &&
        log.problems.size() <= kMaxProblems) {
        fuzz::require(again == without_reserved(input, log), "a whole log is what it decodes to");
        // A last group of zeros that only reserved bytes told from fill is fill without them.
        fuzz::require(second.problems == log.problems ||
                          told(log.groups).size() != log.groups.size(),
                      "problems go round");
    }
    return 0;
}
