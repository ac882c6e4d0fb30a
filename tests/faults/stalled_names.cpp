// SPDX-License-Identifier: LGPL-2.1-or-later
// Loaded before a program's libraries (LD_PRELOAD): a name service that never answers.
#include <unistd.h>

// Not by the name that the headers declare, which differs from one libc to the next.
extern "C" int stalled_getaddrinfo(const char* host, const char* service, const void* hints,
                                   void* out) __asm__("getaddrinfo");
extern "C" int stalled_getaddrinfo(const char* /*host*/, const char* /*service*/,
                                   const void* /*hints*/, void* /*out*/) {
    for (;;) {
        ::pause();
    }
}
