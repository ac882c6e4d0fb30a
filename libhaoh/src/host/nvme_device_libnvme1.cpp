// SPDX-License-Identifier: LGPL-2.1-or-later
// libnvme 1.x. Only functions of 1.3, so that one build serves every later 1.x.
#include "base/file_descriptor.hpp"
#include "host/nvme_device.hpp"

#include <libnvme.h>

#include <cerrno>

namespace haoh::host {

namespace {

class Libnvme1Device : public NvmeDevice {
  public:
    explicit Libnvme1Device(base::FileDescriptor device) : device_{std::move(device)} {}

    DeviceAnswer execute(const nvme::AdminCommand& command, std::span<std::uint8_t> data) override {
        struct nvme_passthru_cmd passthru {};
        passthru.opcode = command.opcode;
        passthru.nsid = command.nsid;
        passthru.addr = reinterpret_cast<std::uintptr_t>(data.data());
        passthru.data_len = static_cast<std::uint32_t>(data.size());
        passthru.cdw10 = command.cdw[0];
        passthru.cdw11 = command.cdw[1];
        passthru.cdw12 = command.cdw[2];
        passthru.cdw13 = command.cdw[3];
        passthru.cdw14 = command.cdw[4];
        passthru.cdw15 = command.cdw[5];
        passthru.timeout_ms = 0; // the kernel's own: after a shorter one it resets the controller
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
