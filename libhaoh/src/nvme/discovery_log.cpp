// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/discovery_log.hpp>

#include "nvme/problems.hpp"

#include <fmt/format.h>

namespace haoh::nvme {

namespace {

// Offsets in the header.
constexpr std::size_t kNumrec = 8;
constexpr std::size_t kRecfmt = 16;

// Offsets and sizes in an entry.
constexpr std::size_t kAdrfam = 1;
constexpr std::size_t kSubtype = 2;
constexpr std::size_t kTreq = 3;
constexpr std::size_t kPortid = 4;
constexpr std::size_t kEntryCntlid = 6;
constexpr std::size_t kAsqsz = 8;
constexpr std::size_t kEflags = 10;
constexpr std::size_t kTrsvcid = 32;
constexpr std::size_t kTrsvcidSize = 32;
constexpr std::size_t kEntrySubnqn = 256;
constexpr std::size_t kTraddr = 512;
constexpr std::size_t kTsas = 768;
constexpr std::size_t kStringSize = 256;

constexpr bool defined(TransportType type) {
    switch (type) {
    case TransportType::rdma:
    case TransportType::fibre_channel:
    case TransportType::tcp:
    case TransportType::loop:
        return true;
    }
    return false;
}

constexpr bool defined(AddressFamily family) {
    switch (family) {
    case AddressFamily::ipv4:
    case AddressFamily::ipv6:
    case AddressFamily::infiniband:
    case AddressFamily::fibre_channel:
    case AddressFamily::loop:
        return true;
    }
    return false;
}

constexpr bool defined(SubsystemType type) {
    switch (type) {
    case SubsystemType::referral:
    case SubsystemType::nvm:
    case SubsystemType::current_discovery:
        return true;
    }
    return false;
}

/// Reads one entry. Problems are at offsets of the log, of which `base` is the entry's.
class EntryDecoder {
  public:
    EntryDecoder(ByteView entry, std::size_t number, std::size_t base, ProblemList& problems)
        : entry_(entry), number_(number), base_(base), problems_(problems) {}

    [[nodiscard]] DiscoveryEntry decode() {
        DiscoveryEntry out;
        out.trtype = entry_[0];
        out.adrfam = entry_[kAdrfam];
        out.subtype = entry_[kSubtype];
        out.treq = entry_[kTreq];
        out.portid = load_le<std::uint16_t>(entry_, kPortid);
        out.cntlid = load_le<std::uint16_t>(entry_, kEntryCntlid);
        out.asqsz = load_le<std::uint16_t>(entry_, kAsqsz);
        out.eflags = load_le<std::uint16_t>(entry_, kEflags);
        out.trsvcid = ascii(kTrsvcid, kTrsvcidSize, "trsvcid");
        out.subnqn = nqn();
        out.traddr = ascii(kTraddr, kStringSize, "traddr");
        out.tsas = load_array<kStringSize>(entry_, kTsas);
        if (!defined(static_cast<TransportType>(out.trtype))) {
            undefined_value(0, "trtype", "transport type", out.trtype);
        }
        if (!defined(static_cast<AddressFamily>(out.adrfam))) {
            undefined_value(kAdrfam, "adrfam", "address family", out.adrfam);
        }
        if (!defined(static_cast<SubsystemType>(out.subtype))) {
            undefined_value(kSubtype, "subtype", "subsystem type", out.subtype);
        }
        if (out.cntlid > 0xFFEF && out.cntlid < 0xFFFE) {
            problem(ProblemKind::bad_value, kEntryCntlid, "cntlid",
                    fmt::format("the reserved controller ID {:04X}h", out.cntlid));
        }
        return out;
    }

  private:
    void problem(ProblemKind kind, std::size_t offset, const char* field, const std::string& text) {
        problems_.add(kind, base_ + offset, field, fmt::format("entry {}: {}", number_, text));
    }

    void undefined_value(std::size_t offset, const char* field, const char* noun, unsigned value) {
        problem(ProblemKind::bad_value, offset, field,
                fmt::format("the undefined {} {}", noun, value));
    }

    /// A text padded with spaces; many targets pad with NULs.
    [[nodiscard]] std::string ascii(std::size_t offset, std::size_t size, const char* field) {
        const ByteView bytes = entry_.subspan(offset, size);
        const auto end = std::find(bytes.begin(), bytes.end(), std::uint8_t{0});
        if (!all_zero(ByteView(end, bytes.end()))) {
            problem(ProblemKind::trailing_data, offset, field,
                    fmt::format("{} has data behind its first NUL", field));
        }
        std::string text(bytes.begin(), end);
        text.erase(text.find_last_not_of(' ') + 1);
        if (std::any_of(text.begin(), text.end(), [](char letter) {
                const auto byte = static_cast<std::uint8_t>(letter);
                return byte < 0x20 || byte > 0x7E;
            })) {
            problem(ProblemKind::bad_value, offset, field,
                    fmt::format("{} holds bytes that are not printable ASCII: \"{}\"", field,
                                printable(bytes)));
        }
        return text;
    }

    [[nodiscard]] std::string nqn() {
        const ByteView bytes = entry_.subspan(kEntrySubnqn, kStringSize);
        const auto end = std::find(bytes.begin(), bytes.end(), std::uint8_t{0});
        if (end == bytes.end()) {
            problem(ProblemKind::bad_length, kEntrySubnqn, "subnqn",
                    "subnqn has no terminating NUL");
        } else if (!all_zero(ByteView(end, bytes.end()))) {
            problem(ProblemKind::trailing_data, kEntrySubnqn, "subnqn",
                    "subnqn has data behind its terminating NUL");
        }
        return {bytes.begin(), end};
    }

    ByteView entry_;
    std::size_t number_;
    std::size_t base_;
    ProblemList& problems_;
};

void store_text(Bytes& out, std::size_t offset, std::size_t size, const std::string& text) {
    const std::size_t length = std::min(size, text.size());
    std::copy_n(text.begin(), length, out.begin() + static_cast<std::ptrdiff_t>(offset));
}

} // namespace

std::string to_string(TransportType type) {
    switch (type) {
    case TransportType::rdma:
        return "RDMA";
    case TransportType::fibre_channel:
        return "Fibre Channel";
    case TransportType::tcp:
        return "TCP";
    case TransportType::loop:
        return "loop";
    }
    return fmt::format("transport type {}", static_cast<unsigned>(type));
}

DiscoveryLog decode_discovery_log(ByteView log) {
    DiscoveryLog out;
    ProblemList problems;
    out.genctr = load_le<std::uint64_t>(log, 0);
    out.numrec = load_le<std::uint64_t>(log, kNumrec);
    out.recfmt = load_le<std::uint16_t>(log, kRecfmt);
    if (log.size() < kDiscoveryHeaderSize) {
        problems.add(ProblemKind::truncated, log.size(), "header",
                     fmt::format("a log of {} bytes (the header alone has 1024)", log.size()));
    }
    if (out.recfmt != 0) {
        problems.add(ProblemKind::bad_value, kRecfmt, "recfmt",
                     fmt::format("record format {}, of which the layout is not known", out.recfmt));
        out.problems = std::move(problems).take();
        return out;
    }
    const std::uint64_t present = log.size() < kDiscoveryHeaderSize
                                      ? 0
                                      : (log.size() - kDiscoveryHeaderSize) / kDiscoveryEntrySize;
    if (out.numrec > kMaxDiscoveryEntries) {
        problems.add(ProblemKind::too_many, kNumrec, "numrec",
                     fmt::format("{} entries announced, {} came (at most {} are read)", out.numrec,
                                 present, kMaxDiscoveryEntries));
    } else if (out.numrec > present) {
        problems.add(ProblemKind::truncated, kNumrec, "numrec",
                     fmt::format("{} entries announced, {} came", out.numrec, present));
    }
    const auto count = static_cast<std::size_t>(
        std::min({out.numrec, present, std::uint64_t{kMaxDiscoveryEntries}}));
    out.entries.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t base = kDiscoveryHeaderSize + kDiscoveryEntrySize * i;
        EntryDecoder decoder(log.subspan(base, kDiscoveryEntrySize), i, base, problems);
        out.entries.push_back(decoder.decode());
    }
    out.problems = std::move(problems).take();
    return out;
}

Bytes encode(const DiscoveryLog& log) {
    Bytes out(kDiscoveryHeaderSize + kDiscoveryEntrySize * log.entries.size());
    store_le(out, 0, log.genctr);
    store_le(out, kNumrec, log.numrec);
    store_le(out, kRecfmt, log.recfmt);
    std::size_t base = kDiscoveryHeaderSize;
    for (const DiscoveryEntry& entry : log.entries) {
        out[base] = entry.trtype;
        out[base + kAdrfam] = entry.adrfam;
        out[base + kSubtype] = entry.subtype;
        out[base + kTreq] = entry.treq;
        store_le(out, base + kPortid, entry.portid);
        store_le(out, base + kEntryCntlid, entry.cntlid);
        store_le(out, base + kAsqsz, entry.asqsz);
        store_le(out, base + kEflags, entry.eflags);
        std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(base + kTrsvcid), kTrsvcidSize, ' ');
        std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(base + kTraddr), kStringSize, ' ');
        store_text(out, base + kTrsvcid, kTrsvcidSize, entry.trsvcid);
        store_text(out, base + kEntrySubnqn, kStringSize, entry.subnqn);
        store_text(out, base + kTraddr, kStringSize, entry.traddr);
        std::copy(entry.tsas.begin(), entry.tsas.end(),
                  out.begin() + static_cast<std::ptrdiff_t>(base + kTsas));
        base += kDiscoveryEntrySize;
    }
    return out;
}

} // namespace haoh::nvme
