// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_device.hpp"

#include <algorithm>
#include <chrono>

namespace haoh::test {

namespace {
constexpr std::chrono::minutes kLong{1};
}

void Gate::open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
}

bool Gate::pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    const bool opened = changed_.wait_for(lock, kLong, [&] { return open_; });
    ++passed_;
    changed_.notify_all();
    return opened;
}

bool Gate::wait_for(std::size_t waiting) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kLong, [&] { return waiting_ >= waiting; });
}

bool Gate::wait_for_passed(std::size_t passed) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kLong, [&] { return passed_ >= passed; });
}

host::DeviceAnswer ControllerDevice::execute(const nvme::AdminCommand& command,
                                             std::span<std::uint8_t> data) {
    const std::lock_guard lock(mutex_);
    const nvme::AdminResult result = run(context_, controller.submit(command));
    std::copy_n(result.data.begin(), std::min(result.data.size(), data.size()), data.begin());
    return {
        .error = 0, .status = result.status, .dword0 = static_cast<std::uint32_t>(result.dword01)};
}

} // namespace haoh::test
