// SPDX-License-Identifier: LGPL-2.1-or-later
// libnvme 1.x. Only functions of 1.3, so that one build serves every later 1.x.
#include "base/file_descriptor.hpp"
#include "host/nvme_device.hpp"
#include "host/passthru.hpp"

#include <libnvme.h>

#include <cerrno>

namespace haoh::host {

namespace {

class Libnvme1Device : public NvmeDevice {
  public:
    explicit Libnvme1Device(base::FileDescriptor device) : device_{std::move(device)} {}

    DeviceAnswer execute(const nvme::AdminCommand& command, std::span<std::uint8_t> data) override {
        auto passthru = make_passthru<struct nvme_passthru_cmd>(command, data);
        DeviceAnswer answer;
        const int result = ::nvme_submit_admin_passthru(device_.get(), &passthru, &answer.dword0);
        if (result < 0) {
            answer.error = errno;
        } else {
            answer.status.value = static_cast<std::uint16_t>(result);
        }
        return answer;
    }

  private:
    base::FileDescriptor device_;
};

} // namespace

std::unique_ptr<NvmeDevice> open_nvme_device(const std::string& name) {
    base::FileDescriptor device(::nvme_open(name.c_str()));
    if (!device) {
        throw device_open_error(errno, name);
    }
    return std::make_unique<Libnvme1Device>(std::move(device));
}

} // namespace haoh::host
