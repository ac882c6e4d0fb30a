// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// An NVMe driver with one controller's node, told by a test what to answer: in this program
/// open(2) and ioctl(2) are looked at first, also those of libnvme.
#pragma once

#include <linux/nvme_ioctl.h>

#include <cstdint>
#include <functional>

namespace haoh::test {

/// As long as it lives there is /dev/nvme987654, and admin commands end here. For one thread.
class FakeDriver {
  public:
    static constexpr const char* kName = "nvme987654";

    struct Command {
        int file{};
        nvme_passthru_cmd passthru{}; ///< the result aside, both sizes of it have the same fields
    };
    struct Answer {
        int value{};            ///< what ioctl returns: 0, a status of the controller, or -1
        int error{};            ///< errno
        std::uint32_t dword0{}; ///< of the completion
    };
    using Execute = std::function<Answer(const Command&)>;

    explicit FakeDriver(Execute execute);
    FakeDriver(const FakeDriver&) = delete;
    FakeDriver& operator=(const FakeDriver&) = delete;
    ~FakeDriver();

    [[nodiscard]] int answer(int file, unsigned long request, void* argument);

  private:
    Execute execute_;
};

} // namespace haoh::test
