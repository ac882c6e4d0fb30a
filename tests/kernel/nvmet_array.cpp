// SPDX-License-Identifier: LGPL-2.1-or-later
#include "nvmet_array.hpp"

#include <fmt/format.h>
#include <stdexcept>
#include <utility>

namespace haoh::test {
namespace {

/// Removes every port, subsystem and null_blk device. Links go before what they point to.
constexpr std::string_view kRemoveScript = R"sh(set -ex
modprobe -a nvmet nvmet-tcp
[ -d /sys/kernel/config/nullb ] || modprobe null_blk nr_devices=0
cd /sys/kernel/config/nvmet
for link in ports/*/subsystems/*; do [ ! -L "$link" ] || rm "$link"; done
for group in ports/*/ana_groups/*; do
    case $group in */1|*'*') ;; *) rmdir "$group" ;; esac
done
for port in ports/*; do [ ! -d "$port" ] || rmdir "$port"; done
for space in subsystems/*/namespaces/*; do
    [ ! -d "$space" ] || { echo 0 >"$space/enable"; rmdir "$space"; }
done
for subsystem in subsystems/*; do [ ! -d "$subsystem" ] || rmdir "$subsystem"; done
for device in /sys/kernel/config/nullb/nullb*; do
    [ ! -d "$device" ] || { echo 0 >"$device/power"; rmdir "$device"; }
done
)sh";

void check_single_quotable(const std::string& text) {
    if (text.find('\'') != std::string::npos)
        throw std::invalid_argument("a quote in an attribute: " + text);
}

std::string store(const std::string& value, std::string_view path) {
    check_single_quotable(value);
    return fmt::format("printf %s '{}' >{}\n", value, path);
}

NvmetArray healthy_half() {
    NvmetArray array;
    array.nqn("nqn.2014-08.org.haoh:test:stretched")
        .serial("HAOH-STRETCHED")
        .model("haoh kernel test array")
        .firmware("1.0")
        .version("1.4");
    for (const std::uint32_t nsid : {1U, 2U})
        array.ns(nsid).uuid(NvmetArray::healthy_uuid(nsid)).nguid(NvmetArray::healthy_nguid(nsid));
    return array;
}

std::unique_ptr<Guest> boot_array(std::string name, std::string kernel) {
    return std::make_unique<Guest>(Guest::Options{.name = std::move(name),
                                                  .kernel = std::move(kernel),
                                                  .forwarded_ports = {NvmetArray::kPort}});
}

} // namespace

NvmetArray NvmetArray::first() {
    return healthy_half().cntlid(1, 999).port_id(1).ana_group(1, "optimized");
}

NvmetArray NvmetArray::second() {
    return healthy_half().cntlid(1000, 1999).port_id(2).ana_group(1, "inaccessible");
}

std::string NvmetArray::healthy_uuid(std::uint32_t nsid) {
    return fmt::format("5ae1c1f0-{0:04x}-4c1a-9a55-6f6e6500{0:04x}", nsid);
}

std::string NvmetArray::healthy_nguid(std::uint32_t nsid) {
    return fmt::format("5ae1c1f0-{0:04x}-0000-0000-6f6e6500{0:04x}", nsid);
}

NvmetArray& NvmetArray::nqn(std::string value) {
    nqn_ = std::move(value);
    return *this;
}

NvmetArray& NvmetArray::serial(std::string value) {
    serial_ = std::move(value);
    return *this;
}

NvmetArray& NvmetArray::model(std::string value) {
    model_ = std::move(value);
    return *this;
}

NvmetArray& NvmetArray::firmware(std::string value) {
    firmware_ = std::move(value);
    return *this;
}

NvmetArray& NvmetArray::version(std::string value) {
    version_ = std::move(value);
    return *this;
}

NvmetArray& NvmetArray::cntlid(std::uint16_t minimum, std::uint16_t maximum) {
    cntlid_ = Range{.minimum = minimum, .maximum = maximum};
    return *this;
}

NvmetArray& NvmetArray::default_cntlid() {
    cntlid_.reset();
    return *this;
}

NvmetArray& NvmetArray::port_id(std::uint16_t value) {
    port_id_ = value;
    return *this;
}

NvmetArray& NvmetArray::ana_group(std::uint32_t group, std::string state) {
    ana_groups_[group] = std::move(state);
    return *this;
}

NvmetArray& NvmetArray::ns(std::uint32_t nsid) {
    namespaces_.try_emplace(nsid);
    selected_ = nsid;
    return *this;
}

NvmetArray& NvmetArray::size_mib(std::uint32_t value) {
    selected().size_mib = value;
    return *this;
}

NvmetArray& NvmetArray::block_size(std::uint32_t value) {
    selected().block_size = value;
    return *this;
}

NvmetArray& NvmetArray::uuid(std::string value) {
    selected().uuid = std::move(value);
    return *this;
}

NvmetArray& NvmetArray::nguid(std::string value) {
    selected().nguid = std::move(value);
    return *this;
}

NvmetArray& NvmetArray::ana_grpid(std::uint32_t group) {
    selected().ana_grpid = group;
    return *this;
}

NvmetArray& NvmetArray::remove_ns(std::uint32_t nsid) {
    namespaces_.erase(nsid);
    return *this;
}

NvmetArray::Namespace& NvmetArray::selected() {
    const auto found = namespaces_.find(selected_);
    if (found == namespaces_.end())
        throw std::logic_error("name a namespace with ns() first");
    return found->second;
}

std::string NvmetArray::script() const {
    check_single_quotable(nqn_);
    std::string text(kRemoveScript);
    text += fmt::format("s='subsystems/{}'\nmkdir \"$s\"\n", nqn_);
    text += "echo 1 >\"$s/attr_allow_any_host\"\n";
    text += store(serial_, "\"$s/attr_serial\"") + store(model_, "\"$s/attr_model\"");
    if (firmware_)
        text += "[ ! -e \"$s/attr_firmware\" ] || " + store(*firmware_, "\"$s/attr_firmware\"");
    if (version_)
        text += store(*version_, "\"$s/attr_version\"");
    if (cntlid_) {
        // nvmet refuses a range that is empty at any moment.
        text += store(std::to_string(cntlid_->maximum), "\"$s/attr_cntlid_max\"");
        text += store(std::to_string(cntlid_->minimum), "\"$s/attr_cntlid_min\"");
    }
    text += fmt::format("p=ports/{0}\nmkdir \"$p\"\n"
                        "printf tcp >\"$p/addr_trtype\"\nprintf ipv4 >\"$p/addr_adrfam\"\n"
                        "printf 0.0.0.0 >\"$p/addr_traddr\"\nprintf {1} >\"$p/addr_trsvcid\"\n",
                        port_id_, kPort);
    for (const auto& [group, state] : ana_groups_) {
        const auto directory = fmt::format("\"$p/ana_groups/{}\"", group);
        if (group != 1)
            text += fmt::format("mkdir {}\n", directory);
        text += store(state, directory + "/ana_state");
    }
    for (const auto& [nsid, space] : namespaces_) {
        text +=
            fmt::format("n=/sys/kernel/config/nullb/nullb{0}\nmkdir $n && echo {0} >$n/index && "
                        "echo {1} >$n/size && echo {2} >$n/blocksize &&\n"
                        "echo 1 >$n/memory_backed && echo 1 >$n/power\n",
                        nsid, space.size_mib, space.block_size);
        text += fmt::format("n=\"$s/namespaces/{0}\"\nmkdir \"$n\"\n", nsid);
        text += store(fmt::format("/dev/nullb{}", nsid), "\"$n/device_path\"");
        if (!space.uuid.empty())
            text += store(space.uuid, "\"$n/device_uuid\"");
        if (!space.nguid.empty())
            text += store(space.nguid, "\"$n/device_nguid\"");
        text += store(std::to_string(space.ana_grpid), "\"$n/ana_grpid\"");
        text += "echo 1 >\"$n/enable\"\n";
    }
    text += "ln -s \"$PWD/$s\" \"$p/subsystems/\"\n";
    return text;
}

void NvmetArray::apply(Guest& guest) const {
    guest.must(script());
}

void NvmetArray::remove(Guest& guest) {
    guest.must(kRemoveScript);
}

void NvmetArray::set_ana_state(Guest& guest, std::uint32_t group, const std::string& state) const {
    check_single_quotable(state);
    guest.must(fmt::format("printf %s '{}' >/sys/kernel/config/nvmet/ports/{}/ana_groups/{}/"
                           "ana_state",
                           state, port_id_, group));
}

NvmetPair::NvmetPair(std::string_view name, std::string kernel_a, std::string kernel_b)
    : first_(boot_array(std::string(name) + "-a", std::move(kernel_a))),
      second_(boot_array(std::string(name) + "-b", std::move(kernel_b))) {}

void NvmetPair::apply(const NvmetArray& a, const NvmetArray& b) {
    a.apply(first());
    b.apply(second());
}

void NvmetPair::revive() {
    for (auto* array : {&first_, &second_})
        if (!(*array)->alive())
            *array = boot_array((*array)->name(), (*array)->kernel());
}

} // namespace haoh::test
