// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guest.hpp"

namespace haoh::test {

/// One storage array: a Linux nvmet/TCP target in a Guest, described as a value and then applied
/// through configfs. What is not said makes a healthy half of a stretched subsystem; two arrays
/// that differ only in cntlid() and port_id() are a healthy pair:
///
///     const auto a = NvmetArray::first();
///     const auto b = NvmetArray::second().ns(1).uuid("...");
///     a.apply(guest_a);
///     b.apply(guest_b);
///
/// Serial, model, firmware and version are frozen in nvmet by the first Identify Controller, so
/// apply() takes down whatever the guest serves and builds it anew; connected hosts lose their
/// controllers. Namespaces are null_blk devices in the guest's memory, taken page by page when they
/// are written.
class NvmetArray {
  public:
    static constexpr std::uint16_t kPort = 4420; ///< TCP port in the guest.

    /// Healthy halves of one pair: controllers 1..999 at port 1, group 1 optimized, and controllers
    /// 1000..1999 at port 2, group 1 inaccessible: active/passive. Two namespaces of 64 MiB.
    static NvmetArray first();
    static NvmetArray second();
    /// The IDs that both give to namespace 1 or 2.
    static std::string healthy_uuid(std::uint32_t nsid);
    static std::string healthy_nguid(std::uint32_t nsid);

    NvmetArray& nqn(std::string value);
    NvmetArray& serial(std::string value); ///< 1 to 20 ASCII characters.
    NvmetArray& model(std::string value);  ///< 1 to 40 ASCII characters.
    NvmetArray&
    firmware(std::string value);            ///< 1 to 8; from Linux 6.2 on, before the release name.
    NvmetArray& version(std::string value); ///< VS, as "1.4"; the default differs by kernel.
    NvmetArray& cntlid(std::uint16_t minimum, std::uint16_t maximum);
    NvmetArray&
    default_cntlid(); ///< nvmet's own range, from 1 on: the overlap of two untold arrays.
    NvmetArray& port_id(std::uint16_t value);
    /// Group 1 to 128. States: optimized, non-optimized, inaccessible, persistent-loss, change.
    NvmetArray& ana_group(std::uint32_t group, std::string state);

    /// Adds a namespace or selects it; the setters below speak of the one named last.
    NvmetArray& ns(std::uint32_t nsid);
    NvmetArray& size_mib(std::uint32_t value);
    NvmetArray& block_size(std::uint32_t value); ///< 512 to 4096, a power of two.
    NvmetArray& uuid(std::string value);
    NvmetArray& nguid(std::string value); ///< As a UUID is written; all zeroes: none.
    NvmetArray& ana_grpid(std::uint32_t group);
    NvmetArray& remove_ns(std::uint32_t nsid);

    const std::string& nqn() const { return nqn_; }

    /// Makes the guest serve this array and nothing else, at kPort on all its addresses.
    void apply(Guest& guest) const;
    /// Takes down whatever the guest serves.
    static void remove(Guest& guest);
    /// Changes the state of a group while hosts are connected, as an ANA transition does.
    void set_ana_state(Guest& guest, std::uint32_t group, const std::string& state) const;
    /// The script that apply() runs, for messages and for those who want to see it.
    std::string script() const;

  private:
    struct Namespace {
        std::uint32_t size_mib = 64;
        std::uint32_t block_size = 512;
        std::string uuid;
        std::string nguid;
        std::uint32_t ana_grpid = 1;
    };
    struct Range {
        std::uint16_t minimum = 1;
        std::uint16_t maximum = 999;
    };

    Namespace& selected();

    std::string nqn_;
    std::string serial_;
    std::string model_;
    std::optional<std::string> firmware_;
    std::optional<std::string> version_;
    std::optional<Range> cntlid_;
    std::uint16_t port_id_ = 1;
    std::map<std::uint32_t, std::string> ana_groups_;
    std::map<std::uint32_t, Namespace> namespaces_;
    std::uint32_t selected_ = 0;
};

/// Two guests that serve an array each, "NAME-a" and "NAME-b". They are booted once, and configured
/// anew for each test.
class NvmetPair {
  public:
    NvmetPair(std::string_view name, std::string kernel_a, std::string kernel_b);

    Guest& first() { return *first_; }
    Guest& second() { return *second_; }
    /// The ports of 127.0.0.1 that lead to the arrays.
    std::uint16_t first_port() { return first().host_port(NvmetArray::kPort); }
    std::uint16_t second_port() { return second().host_port(NvmetArray::kPort); }
    std::vector<std::uint16_t> ports() { return {first_port(), second_port()}; }

    void apply(const NvmetArray& a, const NvmetArray& b);
    /// Boots those again that a test killed.
    void revive();

  private:
    std::unique_ptr<Guest> first_;
    std::unique_ptr<Guest> second_;
};

} // namespace haoh::test
