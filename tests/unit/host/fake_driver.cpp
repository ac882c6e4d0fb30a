// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_driver.hpp"

#include <linux/fcntl.h>
#include <linux/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

namespace haoh::test {

namespace {

thread_local FakeDriver* driver = nullptr;

} // namespace

FakeDriver::FakeDriver(Execute execute) : execute_{std::move(execute)} {
    driver = this;
}

FakeDriver::~FakeDriver() {
    driver = nullptr;
}

int FakeDriver::answer(int file, unsigned long request, void* argument) {
    Command command;
    command.file = file;
    std::memcpy(&command.passthru, argument, sizeof command.passthru);
    const Answer answer = execute_(command);
    const std::uint64_t result = answer.dword0;
    if (request == NVME_IOCTL_ADMIN_CMD) {
        std::memcpy(static_cast<char*>(argument) + offsetof(nvme_passthru_cmd, result),
                    &answer.dword0, sizeof answer.dword0);
    } else {
        std::memcpy(static_cast<char*>(argument) + offsetof(nvme_passthru_cmd64, result), &result,
                    sizeof result);
    }
    errno = answer.error;
    return answer.value;
}

} // namespace haoh::test

// Instead of the C library's, also for libnvme: a program's own come first. Without the headers that
// declare them, whose inline versions would be in the way.
extern "C" {

int ioctl(int file, unsigned long request, ...) noexcept { // NOLINT: as it is declared
    va_list arguments;
    va_start(arguments, request);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    const bool admin = request == NVME_IOCTL_ADMIN_CMD || request == NVME_IOCTL_ADMIN64_CMD;
    if (admin && haoh::test::driver != nullptr) {
        return haoh::test::driver->answer(file, request, argument);
    }
    return static_cast<int>(::syscall(SYS_ioctl, file, request, argument));
}

int open(const char* path, int flags, ...) { // NOLINT: as it is declared
    va_list arguments;
    va_start(arguments, flags);
    const unsigned mode = va_arg(arguments, unsigned);
    va_end(arguments);
    const bool own = haoh::test::driver != nullptr &&
                     path == std::string("/dev/") + haoh::test::FakeDriver::kName;
    // Like a controller's node a character device, as libnvme wants it.
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, own ? "/dev/null" : path, flags, mode));
}

int open64(const char* path, int flags, ...) { // NOLINT: as it is declared
    va_list arguments;
    va_start(arguments, flags);
    const unsigned mode = va_arg(arguments, unsigned);
    va_end(arguments);
    return open(path, flags, mode);
}
}
