// SPDX-License-Identifier: LGPL-2.1-or-later
// Any allocation of a batch fails, once: what it told is told by the next one, once.
#include "monitor/fusion.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <optional>
#include <string>
#include <vector>

namespace {

/// Allocations of this thread until one fails; nullopt: none does.
thread_local std::optional<unsigned> allocations_left;

void* allocate(std::size_t size) {
    if (allocations_left && (*allocations_left)-- == 0) {
        allocations_left.reset();
        throw std::bad_alloc();
    }
    void* const memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

} // namespace

void* operator new(std::size_t size) {
    return allocate(size);
}
void* operator new[](std::size_t size) {
    return allocate(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace haoh::monitor {
namespace {

/// Longer than what a string has room for in itself.
const std::string kNqn = "nqn.2026-01.org.example:a-subsystem-with-a-name-of-some-length";

class FusionMemory : public ::testing::Test {
  protected:
    static View view_of(const std::string& name, std::uint32_t namespaces, std::uint8_t uuid = 1) {
        View view;
        view.controllers.push_back(
            {.name = name, .subsysnqn = kNqn, .address = {}, .state = ControllerState::live});
        for (std::uint32_t nsid = 1; nsid <= namespaces; ++nsid) {
            ViewedNamespace& one = view.namespaces.emplace_back();
            one.subsysnqn = kNqn;
            one.nsid = nsid;
            one.bytes = 4096;
            ViewedPath& path = one.paths.emplace_back();
            path.controller = name;
            path.ana_state = PathAnaState::of("optimized");
            path.ana_grpid = 1;
            path.bytes = 4096;
            path.volume = Volume{};
            path.volume->ids.uuid = nvme::Uuid{uuid};
            path.volume->lbads = 9;
        }
        return view;
    }
    static Occasion occasion() { return {.observed = {}, .cause = {}, .source = "test"}; }
    /// Both arrays have three volumes, and then something happens that is not told yet.
    template <typename Happens>
    static Fusion after(Happens happens) {
        Fusion fusion;
        for (const std::string name : {"a", "b"}) {
            fusion.see_controller({}, name, view_of(name, 3), occasion());
            fusion.set_array({}, name, "the-array-of-the-controller-" + name);
        }
        static_cast<void>(fusion.take(occasion()));
        happens(fusion);
        return fusion;
    }
    static std::vector<std::string> told(std::vector<OwnedEvent> events) {
        std::vector<std::string> lines;
        for (const auto& [event, owner] : events) {
            lines.push_back(fmt::format("{} {} {} {} {} {}", to_string(event.kind), event.subsysnqn,
                                        event.nsid.value_or(0), event.to, event.rule, event.text));
        }
        return lines;
    }
    /// \return how many allocations there were
    template <typename Happens>
    static unsigned each_allocation_fails(Happens happens) {
        Fusion healthy = after(happens);
        const std::vector<std::string> expected = told(healthy.take_owned(occasion()));
        EXPECT_GE(expected.size(), 3U);
        for (unsigned before = 0;; ++before) {
            Fusion fusion = after(happens);
            std::optional<std::vector<OwnedEvent>> events;
            allocations_left = before;
            try {
                events = fusion.take_owned(occasion());
            } catch (const std::bad_alloc&) { // as is to be
            }
            const bool failed = !allocations_left;
            allocations_left.reset();
            EXPECT_EQ(failed, !events) << "after " << before;
            if (!failed) {
                EXPECT_EQ(told(std::move(*events)), expected);
                return before;
            }
            EXPECT_EQ(told(fusion.take_owned(occasion())), expected) << "after " << before;
            const MonitorStatus status = fusion.status({});
            std::uint64_t count = 0;
            for (const auto& [kind, events_of_kind] : status.events) {
                count += events_of_kind;
            }
            EXPECT_GE(count, expected.size());
            if (HasFailure()) {
                return before;
            }
        }
    }
};

TEST_F(FusionMemory, lost_access_is_told_once) {
    EXPECT_GT(each_allocation_fails([](Fusion& fusion) {
                  for (const char* name : {"a", "b"}) {
                      fusion.see_controller_state({}, name, ControllerState::lost, occasion());
                  }
              }),
              10U);
}

TEST_F(FusionMemory, a_refused_path_is_told_once) {
    EXPECT_GT(each_allocation_fails([](Fusion& fusion) {
                  fusion.see_controller({}, "b", view_of("b", 3, 2), occasion());
              }),
              10U);
}

} // namespace
} // namespace haoh::monitor
