// SPDX-License-Identifier: LGPL-2.1-or-later
// Loaded before a program's libraries (LD_PRELOAD): counts calls of libc from main to its return, and
// lets those fail that the fault page names. What libc calls within itself is its own affair, except
// for memory, which it asks for in the same way as everybody.
#include "fault_page.hpp"

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <type_traits>

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

using haoh::test::Call;
using haoh::test::FaultPage;

/// Of this process; nullptr: nothing is counted.
std::atomic<FaultPage*> page{}; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

bool fails(Call call) noexcept {
    FaultPage* const plan = page.load(std::memory_order_relaxed);
    if (plan == nullptr) {
        return false;
    }
    const std::uint64_t number = ++plan->calls[static_cast<std::size_t>(call)];
    if (plan->call != call || number < plan->first || number > plan->last) {
        return false;
    }
    errno = plan->error;
    return true;
}

FaultPage* map_page() noexcept {
    const char* const name = std::getenv(haoh::test::kFaultPageVariable);
    const int file = name == nullptr ? -1 : ::open(name, O_RDWR | O_CLOEXEC);
    if (file < 0) {
        return nullptr;
    }
    void* const bytes =
        ::mmap(nullptr, sizeof(FaultPage), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    return bytes == MAP_FAILED ? nullptr : static_cast<FaultPage*>(bytes);
}

int open_descriptors() noexcept {
    constexpr int kMost = 256;
    int count = 0;
    for (int number = 0; number < kMost; ++number) {
        count += ::fcntl(number, F_GETFD) >= 0 ? 1 : 0;
    }
    return count;
}

/// An eventfd or a timerfd has no kind, and nothing that could fail.
bool is_file(int file) noexcept {
    struct stat status {};
    return ::syscall(SYS_fstat, file, &status) == 0 && (status.st_mode & S_IFMT) != 0;
}

using Main = int (*)(int, char**, char**);
Main program_main{}; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

int counted_main(int count, char** words, char** environment) {
    FaultPage* const mine = map_page();
    if (mine == nullptr || mine->taken.exchange(true)) {
        return program_main(count, words, environment);
    }
    mine->descriptors_before = open_descriptors();
    page = mine;
    const int status = program_main(count, words, environment);
    page = nullptr;
    mine->descriptors_after = open_descriptors();
    return status;
}

} // namespace

// Each has a name of its own here and libc's in the symbol table: headers declare these in ways that
// differ from one libc to the next. Variadic ones are taken as if all their arguments were there, as
// the calling conventions of Linux allow.

#define HAOH_NEXT(function, name) reinterpret_cast<decltype(&(function))>(::dlsym(RTLD_NEXT, name))

#define HAOH_FAILING(call, result, failed, name, parameters, ...)                                  \
    extern "C" result failing_##name parameters __asm__(#name);                                    \
    extern "C" result failing_##name parameters {                                                  \
        static auto* const next = HAOH_NEXT(failing_##name, #name);                                \
        return fails(Call::call) ? (failed) : next(__VA_ARGS__);                                   \
    }

#define HAOH_START_MAIN "__libc_start_main"
extern "C" int counted_start(Main, int, char**, void (*)(), void (*)(), void (*)(),
                             void*) __asm__(HAOH_START_MAIN);
extern "C" int counted_start(Main main, int count, char** words, void (*init)(), void (*fini)(),
                             void (*loader_fini)(), void* stack_end) {
    program_main = main;
    return HAOH_NEXT(counted_start, HAOH_START_MAIN)(counted_main, count, words, init, fini,
                                                     loader_fini, stack_end);
}

// Memory: dlsym takes some itself.
#define HAOH_FAILING_MEMORY(name, parameters, ...)                                                 \
    extern "C" void* libc_##name parameters __asm__("__libc_" #name);                              \
    extern "C" void* failing_##name parameters __asm__(#name);                                     \
    extern "C" void* failing_##name parameters {                                                   \
        return fails(Call::memory) ? nullptr : libc_##name(__VA_ARGS__);                           \
    }

HAOH_FAILING_MEMORY(malloc, (std::size_t size), size)
HAOH_FAILING_MEMORY(calloc, (std::size_t count, std::size_t size), count, size)
HAOH_FAILING_MEMORY(realloc, (void* bytes, std::size_t size), bytes, size)
HAOH_FAILING_MEMORY(memalign, (std::size_t alignment, std::size_t size), alignment, size)

extern "C" void* failing_aligned(std::size_t alignment, std::size_t size) __asm__("aligned_alloc");
extern "C" void* failing_aligned(std::size_t alignment, std::size_t size) {
    return failing_memalign(alignment, size);
}

extern "C" int failing_posix_memalign(void** out, std::size_t alignment,
                                      std::size_t size) __asm__("posix_memalign");
extern "C" int failing_posix_memalign(void** out, std::size_t alignment, std::size_t size) {
    void* const bytes = failing_memalign(alignment, size);
    if (bytes == nullptr) {
        return ENOMEM;
    }
    *out = bytes;
    return 0;
}

// Files.
HAOH_FAILING(open, int, -1, open, (const char* path, int flags, ::mode_t mode), path, flags, mode)
HAOH_FAILING(open, int, -1, open64, (const char* path, int flags, ::mode_t mode), path, flags, mode)
HAOH_FAILING(open, int, -1, openat, (int at, const char* path, int flags, ::mode_t mode), at, path,
             flags, mode)
HAOH_FAILING(open, int, -1, openat64, (int at, const char* path, int flags, ::mode_t mode), at,
             path, flags, mode)
HAOH_FAILING(open, void*, nullptr, fopen, (const char* path, const char* mode), path, mode)
HAOH_FAILING(open, void*, nullptr, fopen64, (const char* path, const char* mode), path, mode)
HAOH_FAILING(open, void*, nullptr, opendir, (const char* path), path)
HAOH_FAILING(open, void*, nullptr, fdopendir, (int file), file)
HAOH_FAILING(open, int, -1, memfd_create, (const char* name, unsigned flags), name, flags)
HAOH_FAILING(read, ::ssize_t, -1, pread, (int file, void* bytes, std::size_t size, ::off_t at),
             file, bytes, size, at)
HAOH_FAILING(read, ::ssize_t, -1, pread64, (int file, void* bytes, std::size_t size, ::off_t at),
             file, bytes, size, at)
HAOH_FAILING(read, ::ssize_t, -1, readv, (int file, const ::iovec* parts, int count), file, parts,
             count)
HAOH_FAILING(read_directory, void*, nullptr, readdir, (void* directory), directory)
HAOH_FAILING(read_directory, void*, nullptr, readdir64, (void* directory), directory)
HAOH_FAILING(read_directory, ::ssize_t, -1, getdents64, (int file, void* bytes, std::size_t size),
             file, bytes, size)
HAOH_FAILING(stat, int, -1, stat, (const char* path, void* out), path, out)
HAOH_FAILING(stat, int, -1, stat64, (const char* path, void* out), path, out)
HAOH_FAILING(stat, int, -1, lstat, (const char* path, void* out), path, out)
HAOH_FAILING(stat, int, -1, lstat64, (const char* path, void* out), path, out)
HAOH_FAILING(stat, int, -1, fstat, (int file, void* out), file, out)
HAOH_FAILING(stat, int, -1, fstat64, (int file, void* out), file, out)
HAOH_FAILING(stat, int, -1, fstatat, (int at, const char* path, void* out, int flags), at, path,
             out, flags)
HAOH_FAILING(stat, int, -1, fstatat64, (int at, const char* path, void* out, int flags), at, path,
             out, flags)
HAOH_FAILING(write, ::ssize_t, -1, pwrite,
             (int file, const void* bytes, std::size_t size, ::off_t at), file, bytes, size, at)
HAOH_FAILING(write, ::ssize_t, -1, pwrite64,
             (int file, const void* bytes, std::size_t size, ::off_t at), file, bytes, size, at)
HAOH_FAILING(write, ::ssize_t, -1, writev, (int file, const ::iovec* parts, int count), file, parts,
             count)
HAOH_FAILING(sync, int, -1, fsync, (int file), file)
HAOH_FAILING(sync, int, -1, fdatasync, (int file), file)
HAOH_FAILING(rename, int, -1, rename, (const char* from, const char* to), from, to)

extern "C" ::ssize_t failing_read(int file, void* bytes, std::size_t size) __asm__("read");
extern "C" ::ssize_t failing_read(int file, void* bytes, std::size_t size) {
    static auto* const next = HAOH_NEXT(failing_read, "read");
    return is_file(file) && fails(Call::read) ? -1 : next(file, bytes, size);
}

extern "C" ::ssize_t failing_write(int file, const void* bytes, std::size_t size) __asm__("write");
extern "C" ::ssize_t failing_write(int file, const void* bytes, std::size_t size) {
    static auto* const next = HAOH_NEXT(failing_write, "write");
    return is_file(file) && fails(Call::write) ? -1 : next(file, bytes, size);
}

extern "C" int failing_close(int file) __asm__("close");
extern "C" int failing_close(int file) {
    static auto* const next = HAOH_NEXT(failing_close, "close");
    const int result = next(file);
    return fails(Call::close) ? -1 : result; // it is closed all the same
}

extern "C" int failing_fcntl(int file, int command, void* argument) __asm__("fcntl");
extern "C" int failing_fcntl(int file, int command, void* argument) {
    static auto* const next = HAOH_NEXT(failing_fcntl, "fcntl");
    const bool duplicates = command == F_DUPFD || command == F_DUPFD_CLOEXEC;
    return duplicates && fails(Call::duplicate) ? -1 : next(file, command, argument);
}
HAOH_FAILING(duplicate, int, -1, dup, (int file), file)
HAOH_FAILING(control, int, -1, ioctl, (int file, unsigned long request, void* argument), file,
             request, argument)

extern "C" long failing_syscall(long number, long one, long two, long three, long four, long five,
                                long six) __asm__("syscall");
extern "C" long failing_syscall(long number, long one, long two, long three, long four, long five,
                                long six) {
    static auto* const next = HAOH_NEXT(failing_syscall, "syscall");
    const bool opens = number == SYS_openat2 || number == SYS_pidfd_open;
    return opens && fails(Call::open) ? -1 : next(number, one, two, three, four, five, six);
}

// Sockets.
HAOH_FAILING(socket, int, -1, socket, (int domain, int type, int protocol), domain, type, protocol)
HAOH_FAILING(connect, int, -1, connect, (int file, const void* address, ::socklen_t length), file,
             address, length)
HAOH_FAILING(option, int, -1, setsockopt,
             (int file, int level, int option, const void* value, ::socklen_t length), file, level,
             option, value, length)
HAOH_FAILING(option, int, -1, getsockopt,
             (int file, int level, int option, void* value, ::socklen_t* length), file, level,
             option, value, length)
HAOH_FAILING(option, int, -1, getsockname, (int file, void* address, ::socklen_t* length), file,
             address, length)
HAOH_FAILING(listen, int, -1, bind, (int file, const void* address, ::socklen_t length), file,
             address, length)
HAOH_FAILING(listen, int, -1, listen, (int file, int backlog), file, backlog)
HAOH_FAILING(accept, int, -1, accept, (int file, void* address, ::socklen_t* length), file, address,
             length)
HAOH_FAILING(accept, int, -1, accept4, (int file, void* address, ::socklen_t* length, int flags),
             file, address, length, flags)
HAOH_FAILING(receive, ::ssize_t, -1, recv, (int file, void* bytes, std::size_t size, int flags),
             file, bytes, size, flags)
HAOH_FAILING(receive, ::ssize_t, -1, recvfrom,
             (int file, void* bytes, std::size_t size, int flags, void* from, ::socklen_t* length),
             file, bytes, size, flags, from, length)
HAOH_FAILING(receive, ::ssize_t, -1, recvmsg, (int file, ::msghdr* message, int flags), file,
             message, flags)
HAOH_FAILING(send, ::ssize_t, -1, send, (int file, const void* bytes, std::size_t size, int flags),
             file, bytes, size, flags)
HAOH_FAILING(send, ::ssize_t, -1, sendto,
             (int file, const void* bytes, std::size_t size, int flags, const void* to,
              ::socklen_t length),
             file, bytes, size, flags, to, length)
HAOH_FAILING(send, ::ssize_t, -1, sendmsg, (int file, const ::msghdr* message, int flags), file,
             message, flags)

// Waiting.
HAOH_FAILING(epoll, int, -1, epoll_create, (int size), size)
HAOH_FAILING(epoll, int, -1, epoll_create1, (int flags), flags)

extern "C" int failing_epoll_ctl(int epoll, int what, int file,
                                 ::epoll_event* event) __asm__("epoll_ctl");
extern "C" int failing_epoll_ctl(int epoll, int what, int file, ::epoll_event* event) {
    static auto* const next = HAOH_NEXT(failing_epoll_ctl, "epoll_ctl");
    // Nothing else takes memory or a place.
    return what == EPOLL_CTL_ADD && fails(Call::epoll) ? -1 : next(epoll, what, file, event);
}
HAOH_FAILING(timer, int, -1, timerfd_create, (int clock, int flags), clock, flags)
HAOH_FAILING(wake, int, -1, eventfd, (unsigned value, int flags), value, flags)
HAOH_FAILING(wake, int, -1, pipe, (int* ends), ends)
HAOH_FAILING(wake, int, -1, pipe2, (int* ends, int flags), ends, flags)
HAOH_FAILING(wake, int, -1, signalfd, (int file, const void* signals, int flags), file, signals,
             flags)
HAOH_FAILING(poll, int, -1, poll, (::pollfd * entries, ::nfds_t count, int time), entries, count,
             time)

// What others are asked to do: these give the error itself.
HAOH_FAILING(thread, int, errno, pthread_create,
             (::pthread_t * thread, const ::pthread_attr_t* attributes, void* (*begin)(void*),
              void* argument),
             thread, attributes, begin, argument)
HAOH_FAILING(process, int, errno, posix_spawn,
             (::pid_t * process, const char* path, const void* actions, const void* attributes,
              char* const* words, char* const* environment),
             process, path, actions, attributes, words, environment)
HAOH_FAILING(process, int, errno, posix_spawnp,
             (::pid_t * process, const char* path, const void* actions, const void* attributes,
              char* const* words, char* const* environment),
             process, path, actions, attributes, words, environment)
HAOH_FAILING(name, int, EAI_SYSTEM, getaddrinfo,
             (const char* host, const char* service, const ::addrinfo* hints, ::addrinfo** out),
             host, service, hints, out)
