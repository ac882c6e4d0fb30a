// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the environment before anything else is initialized: tables ask while they are.
#include <haoh_mutation.hpp>

#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace haoh_mutation {

constinit unsigned chosen = 0;
constinit unsigned char* reached = nullptr;
constinit unsigned reached_size = 0;

namespace {

/// Shared with the programs that a test starts.
void map_trace(const char* path) {
    const int file = ::open(path, O_RDWR | O_CLOEXEC);
    struct stat status {};
    if (file < 0 || ::fstat(file, &status) != 0 || status.st_size <= 0) {
        std::abort();
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    void* const at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (at == MAP_FAILED) {
        std::abort();
    }
    reached = static_cast<unsigned char*>(at);
    reached_size = static_cast<unsigned>(size);
}

[[gnu::constructor(101)]] void read_environment() {
    if (const char* text = std::getenv("HAOH_MUTANT"); text != nullptr) {
        chosen = static_cast<unsigned>(std::strtoul(text, nullptr, 10));
    }
    if (const char* path = std::getenv("HAOH_MUTANT_TRACE"); path != nullptr && *path != '\0') {
        map_trace(path);
    }
}

} // namespace

} // namespace haoh_mutation
