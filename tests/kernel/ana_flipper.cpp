// SPDX-License-Identifier: LGPL-2.1-or-later
// For a guest that is array and host at once: changes the state of an nvmet ANA group, and says when
// it did, by the clock that the monitor uses. Meanwhile a thread looks at a path's state once a
// second, as programs do that have no events.
//
//     ana_flipper GROUP_FILE PATH_FILE COUNT BURST MIN_MS MAX_MS SEED
//
// Prints "flip NANOSECONDS STATE" for each write and "poll NANOSECONDS STATE" for each state that the
// look once a second found new.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

long long now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

bool store(const char* file, std::string_view text) {
    const int descriptor = open(file, O_WRONLY | O_CLOEXEC);
    const bool written = descriptor >= 0 && write(descriptor, text.data(), text.size()) ==
                                                static_cast<ssize_t>(text.size());
    if (descriptor >= 0)
        close(descriptor);
    return written;
}

std::string load(const char* file) {
    std::array<char, 64> text{};
    const int descriptor = open(file, O_RDONLY | O_CLOEXEC);
    const ssize_t length = descriptor >= 0 ? read(descriptor, text.data(), text.size()) : 0;
    if (descriptor >= 0)
        close(descriptor);
    const std::string_view read(text.data(),
                                static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
    return std::string(read.substr(0, read.find('\n')));
}

struct Line {
    const char* what;
    long long time;
    std::string state;
};

} // namespace

int main(int argc, char** argv) {
    if (argc != 8) {
        std::fputs("usage: ana_flipper GROUP_FILE PATH_FILE COUNT BURST MIN_MS MAX_MS SEED\n",
                   stderr);
        return 2;
    }
    const char* const path_file = argv[2];
    const int count = std::atoi(argv[3]);
    const int burst = std::max(std::atoi(argv[4]), 1);
    std::mt19937 random(static_cast<unsigned>(std::atoi(argv[7])));
    std::uniform_int_distribution<int> pause(std::atoi(argv[5]), std::atoi(argv[6]));
    std::uniform_int_distribution<int> length(1, burst);

    std::mutex mutex;
    std::vector<Line> lines;
    std::atomic<bool> over{false};
    std::thread poller([&] {
        std::string last = load(path_file);
        auto next = std::chrono::steady_clock::now();
        while (!over) {
            std::string state = load(path_file);
            if (state != last) {
                const std::lock_guard lock(mutex);
                lines.push_back({"poll", now(), state});
            }
            last = std::move(state);
            next += std::chrono::seconds(1);
            while (!over && std::chrono::steady_clock::now() < next)
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    });

    bool optimized = load(path_file) == "optimized";
    bool good = true;
    for (int i = 0; i < count && good;) {
        for (int left = std::min(length(random), count - i); left > 0 && good; --left, ++i) {
            optimized = !optimized;
            const std::string state = optimized ? "optimized" : "inaccessible";
            const long long time = now();
            good = store(argv[1], state);
            const std::lock_guard lock(mutex);
            lines.push_back({"flip", time, state});
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(pause(random)));
    }
    // What the last change leads to is for both to see.
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    over = true;
    poller.join();
    for (const Line& line : lines)
        std::printf("%s %lld %s\n", line.what, line.time, line.state.c_str());
    if (!good)
        std::perror(argv[1]);
    return good ? 0 : 1;
}
