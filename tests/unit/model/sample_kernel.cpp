// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/model/sample_kernel.hpp"

#include <haoh/safe_text.hpp>

#include <algorithm>

namespace haoh::test {
namespace {

/// Small random kernels.
class KernelDice {
  public:
    explicit KernelDice(std::mt19937_64& random) : random_(random) {}

    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

    std::string message() { return safe_text(text()); }
    std::string text() {
        std::string out;
        for (std::uint64_t count = below(8); count > 0; --count) {
            out += static_cast<char>(below(256));
        }
        return out;
    }
    Attribute attribute() {
        switch (below(5)) {
        case 0:
            return {};
        case 1:
            return Attribute::of("");
        case 2:
            return {.state = Attribute::State::unreadable,
                    .nul_padded = below(4) == 0,
                    .text = message()};
        default:
            break;
        }
        Attribute out = Attribute::of(text());
        out.nul_padded = below(4) == 0;
        return out;
    }
    template <typename Make>
    auto list(std::uint64_t most, Make make) {
        std::vector<decltype(make())> out;
        for (std::uint64_t count = below(most + 1); count > 0; --count) {
            out.push_back(make());
        }
        return out;
    }
    template <typename Object>
    Object object(std::span<const AttributeRow<Object>> rows) {
        Object out;
        for (const AttributeRow<Object>& row : rows) {
            out.*row.member = attribute();
        }
        return out;
    }

    KernelController controller() {
        auto out = object(controller_attributes());
        out.name = text();
        return out;
    }
    KernelPath path() {
        auto out = object(path_attributes());
        out.name = text();
        out.controller = text();
        return out;
    }
    KernelNamespace head() {
        auto out = object(namespace_attributes());
        out.name = text();
        out.multipath = below(2) == 0;
        out.paths = list(3, [this] { return path(); });
        out.links = list(2, [this] { return text(); });
        out.holders = list(2, [this] {
            auto holder = object(holder_attributes());
            holder.name = text();
            return holder;
        });
        return out;
    }
    KernelSubsystem subsystem() {
        auto out = object(subsystem_attributes());
        out.name = text();
        out.controllers = list(3, [this] { return controller(); });
        out.namespaces = list(3, [this] { return head(); });
        out.headless = list(2, [this] { return path(); });
        return out;
    }

  private:
    std::mt19937_64& random_;
};

KernelController sample_controller(unsigned index) {
    KernelController out;
    const std::string number = std::to_string(index);
    const std::string traddr = "10." + std::to_string(index + 1) + ".0.1";
    out.name = "nvme" + number;
    out.state = Attribute::of("live");
    out.transport = Attribute::of("tcp");
    out.address = Attribute::of("traddr=" + traddr + ",trsvcid=4420,src_addr=10.0.0.9");
    out.subsysnqn = Attribute::of("nqn.2026-01.com.example:stretched-1");
    out.cntlid = Attribute::of(std::to_string(1 + 1000 * index));
    out.hostnqn = Attribute::of("nqn.2026-01.com.example:host");
    out.reset_count = Attribute::of("0");
    return out;
}

} // namespace

KernelObservation sample_kernel(const std::string& host, unsigned namespaces) {
    KernelObservation out;
    out.host = host;
    out.release = "6.12.107-amd64";
    out.multipath = Attribute::of("Y");
    KernelSubsystem subsystem;
    subsystem.name = "nvme-subsys0";
    subsystem.subsysnqn = Attribute::of("nqn.2026-01.com.example:stretched-1");
    subsystem.iopolicy = Attribute::of("numa");
    subsystem.controllers = {sample_controller(0), sample_controller(1)};
    for (unsigned nsid = 1; nsid <= namespaces; ++nsid) {
        KernelNamespace head;
        head.name = "nvme0n" + std::to_string(nsid);
        head.nsid = Attribute::of(std::to_string(nsid));
        head.size = Attribute::of("4096");
        head.dev = Attribute::of("259:" + std::to_string(nsid));
        head.multipath = true;
        for (unsigned index = 0; index < 2; ++index) {
            KernelPath path;
            path.name = "nvme0c" + std::to_string(index) + "n" + std::to_string(nsid);
            path.controller = "nvme" + std::to_string(index);
            path.ana_state = Attribute::of("optimized");
            path.ana_grpid = Attribute::of("1");
            path.size = head.size;
            head.paths.push_back(path);
        }
        subsystem.namespaces.push_back(head);
    }
    out.subsystems.push_back(subsystem);
    return out;
}

KernelObservation random_kernel(std::mt19937_64& random) {
    KernelDice dice(random);
    KernelObservation out;
    for (const auto& row : module_parameters()) {
        out.*row.member = dice.attribute();
    }
    out.host = dice.text();
    out.release = dice.text();
    out.subsystems = dice.list(2, [&dice] { return dice.subsystem(); });
    out.stray_controllers = dice.list(2, [&dice] { return dice.controller(); });
    out.messages = dice.list(2, [&] {
        return KernelMessage{.microseconds = random() >> dice.below(64), .text = dice.text()};
    });
    out.messages_error = dice.message();
    out.udev_rules = dice.list(2, [&dice] { return dice.text(); });
    out.unread = dice.list(2, [&dice] { return dice.message(); });
    out.changed = dice.list(2, [&dice] { return dice.text(); });
    std::sort(out.changed.begin(), out.changed.end());
    return out;
}

} // namespace haoh::test
