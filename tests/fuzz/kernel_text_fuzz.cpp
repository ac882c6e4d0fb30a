// SPDX-License-Identifier: LGPL-2.1-or-later
// What the kernel writes for people: attributes, object names, log records, its release; and rules of
// udev. The first byte chooses.
#include "fuzz/property.hpp"

#include "host/attribute_text.hpp"
#include "host/kernel_log.hpp"
#include "host/path_join.hpp"
#include "host/udev_rules.hpp"
#include "linux/kernel_event_message.hpp"
#include "linux/namespace_effects.hpp"
#include "linux/object_name.hpp"

#include <haoh/driver_change.hpp>
#include <haoh/kernel_effect.hpp>

#include <span>
#include <string>

using namespace haoh;

namespace {

void attribute(std::string_view bytes) {
    using State = Attribute::State;
    const Attribute read = host::attribute_of(bytes);
    fuzz::require(read.state != State::absent, "what was read is there");
    fuzz::require((read.state == State::empty) == read.text.empty(), "only the empty has no text");
    if (read.state == State::ok) {
        fuzz::require(bytes.starts_with(read.text), "the text is the beginning of the file");
        fuzz::require(read.text.find('\0') == std::string::npos, "a text has no NUL bytes");
        fuzz::require(host::attribute_of(read.text) == Attribute::of(read.text),
                      "a text is its own text");
    }
    if (read.state != State::unreadable) {
        fuzz::require(read.nul_padded == (bytes.find('\0') != std::string_view::npos),
                      "NUL bytes are noted");
    }
}

void kernel_event(std::string_view text) {
    using Kind = linux_kernel::KernelEventMessage::Kind;
    const std::optional<linux_kernel::KernelEventMessage> message =
        linux_kernel::parse_kernel_event(text);
    if (!message) {
        return;
    }
    fuzz::require(linux_kernel::parse_object_name(message->device).has_value(),
                  "it is about an object");
    fuzz::require(text.ends_with(message->device + ": " + message->reason), "the words are kept");
    fuzz::require((message->kind == Kind::path_refused) == message->refusal.has_value(),
                  "a refusal says what is refused");
    fuzz::require(message->kind == Kind::path_refused || !message->nsid, "a hint has no NSID");
}

void kmsg(std::string_view bytes) {
    const std::optional<host::KmsgRecord> record = host::parse_kmsg(bytes);
    if (!record) {
        return;
    }
    fuzz::require(record->text.size() <= bytes.size(), "nothing is added");
    kernel_event(record->text);
    bool given = false;
    const host::KernelLog log = host::read_kernel_log([&](std::span<char> buffer) -> ssize_t {
        const std::size_t length = given ? 0 : std::min(buffer.size(), bytes.size());
        std::copy_n(bytes.begin(), length, buffer.begin());
        given = true;
        return static_cast<ssize_t>(length);
    });
    fuzz::require(log.messages.size() <= 1, "a record is one message");
    if (bytes.size() <= 16384) {
        const bool wanted =
            host::is_about_nvme(*record) || linux_kernel::is_of_any_disk(record->text);
        fuzz::require(log.messages.empty() != wanted,
                      "a message is kept when it is about NVMe, or may be");
    }
}

std::string name_text(const linux_kernel::ObjectName& name) {
    using Kind = linux_kernel::ObjectName::Kind;
    const std::string instance = std::to_string(name.instance);
    switch (name.kind) {
    case Kind::subsystem:
        return "nvme-subsys" + instance;
    case Kind::controller:
        return "nvme" + instance;
    case Kind::head:
        return "nvme" + instance + "n" + std::to_string(name.head);
    case Kind::path:
        break;
    }
    return "nvme" + instance + "c" + std::to_string(name.controller) + "n" +
           std::to_string(name.head);
}

void name(std::string_view bytes) {
    const std::optional<linux_kernel::ObjectName> parsed = linux_kernel::parse_object_name(bytes);
    if (parsed) {
        fuzz::require(name_text(*parsed) == bytes, "a name goes round");
    }
    const std::string_view left = bytes.substr(0, bytes.size() / 2);
    const std::string_view right = bytes.substr(bytes.size() / 2);
    fuzz::require(
        !(linux_kernel::natural_less(left, right) && linux_kernel::natural_less(right, left)),
        "the order is one");
    fuzz::require(linux_kernel::natural_less(left, right) ||
                      linux_kernel::natural_less(right, left) || left == right,
                  "the order tells names apart");
}

/// A subsystem whose directory has these names, a line each: heads, and of each path a link in the
/// head before it.
void join(std::string_view bytes) {
    std::vector<host::FoundHead> heads;
    std::vector<KernelPath> paths;
    while (!bytes.empty()) {
        const std::string_view line = bytes.substr(0, bytes.find('\n'));
        bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
        if (line.find('c') == std::string_view::npos) {
            host::FoundHead& head = heads.emplace_back();
            head.head.name = line;
            head.head.multipath = line.size() % 2 == 0;
            head.head.nsid = Attribute::of(line.substr(line.size() / 2));
        } else {
            paths.emplace_back().name = line;
            if (!heads.empty() && line.size() % 3 == 0) {
                heads.back().linked.emplace_back(line);
            }
        }
    }
    const std::size_t head_count = heads.size();
    const std::size_t path_count = paths.size();
    KernelSubsystem subsystem;
    host::join_paths(subsystem, std::move(heads), std::move(paths));
    std::size_t found = subsystem.headless.size();
    for (const KernelNamespace& head : subsystem.namespaces) {
        found += head.paths.size();
    }
    fuzz::require(subsystem.namespaces.size() == head_count, "no head is lost");
    fuzz::require(found == path_count, "no path is lost");
}

/// What `uname -r` printed: whatever it is, one kernel, of which something is known or not.
void release(std::string_view text) {
    const std::optional<KernelRelease> parsed = parse_kernel_release(text);
    fuzz::require(parsed.has_value() == parse_kernel_version(text).has_value(),
                  "a release has a version");
    if (!parsed) {
        return;
    }
    fuzz::require(parsed->upstream == *parse_kernel_version(text),
                  "the version is that of its base");
    fuzz::require(name_of(*parsed).starts_with("Linux "), "it has a name");
    for (const DriverChangeInfo& info : driver_changes()) {
        fuzz::require(parsed->upstream < info.since ||
                          presence_of(info.change, *parsed) == Presence::present,
                      "a kernel has what its base has");
    }
    for (const std::span<const KernelEffect> rows :
         {std::span<const KernelEffect>(linux_effect::kAnaLogTooShort),
          std::span<const KernelEffect>(linux_effect::kBlocksDiffer),
          std::span<const KernelEffect>(linux_effect::kIdsDiffer),
          std::span<const KernelEffect>(linux_effect::kNotReady)}) {
        const KernelAnswer answer = kernel_answer(rows, *parsed);
        fuzz::require(answer.effect == nullptr ||
                          (&rows.front() <= answer.effect && answer.effect <= &rows.back()),
                      "an answer is one of the rows");
        fuzz::require(!answer.known || answer.effect != nullptr, "what is known is a row");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string bytes(data + 1, data + size);
    switch (data[0] % 5) {
    case 0:
        attribute(bytes);
        break;
    case 1:
        kmsg(bytes);
        break;
    case 2:
        name(bytes);
        break;
    case 3:
        join(bytes);
        break;
    default:
        static_cast<void>(host::mentions_iopolicy(bytes));
        release(bytes);
        break;
    }
    return 0;
}
