// SPDX-License-Identifier: LGPL-2.1-or-later
// The `name` of struct nvme_ctrl_ops: pci.c, apple.c, rdma.c, fc.c, tcp.c, ../target/loop.c.
#include <haoh/kernel.hpp>
#include <haoh/observation.hpp>
#include <haoh/transport.hpp>

#include <gtest/gtest.h>

#include <utility>

namespace haoh {
namespace {

TEST(Transport, IsCalledAsInSysfs) {
    for (const auto& [transport, name] :
         {std::pair{Transport::pcie, "pcie"}, std::pair{Transport::apple, "apple-nvme"},
          std::pair{Transport::rdma, "rdma"}, std::pair{Transport::fibre_channel, "fc"},
          std::pair{Transport::tcp, "tcp"}, std::pair{Transport::loop, "loop"}}) {
        EXPECT_EQ(to_string(transport), name);
        EXPECT_EQ(parse_transport(name), transport) << name;
        ControllerObservation asked;
        asked.transport = name;
        EXPECT_EQ(asked.known_transport(), transport) << name;
        KernelController shown;
        shown.transport = Attribute::of(name);
        EXPECT_EQ(shown.known_transport(), transport) << name;
    }
}

TEST(Transport, OfAnotherWordIsUnknown) {
    for (const char* const word : {"", "TCP", "tcp ", "tcp2", "apple"}) {
        EXPECT_EQ(parse_transport(word), Transport::unknown) << word;
    }
    EXPECT_EQ(to_string(Transport::unknown), "");
    EXPECT_EQ(ControllerObservation{}.known_transport(), Transport::unknown);
    KernelController unread;
    unread.transport = {.state = Attribute::State::unreadable, .nul_padded = false, .text = "tcp"};
    EXPECT_EQ(unread.known_transport(), Transport::unknown);
}

} // namespace
} // namespace haoh
