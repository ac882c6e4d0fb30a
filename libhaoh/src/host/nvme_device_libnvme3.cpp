// SPDX-License-Identifier: LGPL-2.1-or-later
// libnvme3 (pkg-config libnvme3), which shares no symbol with libnvme 1.x. Chosen by CMake where
// only this one is installed.
#include "host/nvme_device.hpp"
#include "host/passthru.hpp"

#include <libnvme.h>

#include <fcntl.h>

#include <cerrno>
#include <memory>

namespace haoh::host {

namespace {

struct Release {
    void operator()(struct libnvme_global_ctx* context) const {
        ::libnvme_free_global_ctx(context);
    }
};
using Context = std::unique_ptr<struct libnvme_global_ctx, Release>;

/// Each device has a context of its own: contexts must not be shared between threads that open.
class Libnvme3Device : public NvmeDevice {
  public:
    Libnvme3Device(Context context, struct libnvme_transport_handle* handle)
        : context_{std::move(context)}, handle_{handle} {}
    Libnvme3Device(const Libnvme3Device&) = delete;
    Libnvme3Device& operator=(const Libnvme3Device&) = delete;
    ~Libnvme3Device() override { ::libnvme_close(handle_); }

    DeviceAnswer execute(const nvme::AdminCommand& command, std::span<std::uint8_t> data) override {
        auto passthru = make_passthru<struct libnvme_passthru_cmd>(command, data);
        const int result = ::libnvme_exec_admin_passthru(handle_, &passthru);
        DeviceAnswer answer;
        answer.dword0 = static_cast<std::uint32_t>(passthru.result);
        if (result < 0) {
            answer.error = -result;
        } else {
            answer.status.value = static_cast<std::uint16_t>(result);
        }
        return answer;
    }

  private:
    Context context_;
    struct libnvme_transport_handle* handle_;
};

} // namespace

std::unique_ptr<NvmeDevice> open_nvme_device(const std::string& name) {
    Context context(::libnvme_create_global_ctx());
    if (!context) {
        throw device_open_error(ENOMEM, name);
    }
    struct libnvme_transport_handle* handle = nullptr;
    const int result = ::libnvme_open(context.get(), name.c_str(), O_RDONLY, &handle);
    if (result < 0) {
        throw device_open_error(-result, name);
    }
    return std::make_unique<Libnvme3Device>(std::move(context), handle);
}

} // namespace haoh::host
