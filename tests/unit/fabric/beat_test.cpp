// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fabric/beat.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::fabric {
namespace {

using namespace std::chrono_literals;

ConnectOptions options_of(std::chrono::milliseconds keep_alive, std::chrono::milliseconds detect) {
    ConnectOptions options;
    options.keep_alive = keep_alive;
    options.detect = detect;
    return options;
}

TEST(Beat, KeepsTheControllerAliveAndNoticesSilence) {
    struct Case {
        const char* what;
        std::chrono::milliseconds keep_alive, detect;
        std::chrono::milliseconds kato, interval, limit, detection;
        bool probe;
    };
    for (const Case& one : {
             Case{"unless told otherwise", 10s, 0s, 10s, 5s, 10s, 15s, false},
             Case{"none", 0s, 0s, 0s, 0s, 0s, 0s, false},
             Case{"sooner", 10s, 2s, 10s, 1s, 1s, 2s, true},
             Case{"as soon as can be", 10s, 500ms, 10s, 250ms, 250ms, 500ms, true},
             Case{"what does not halve", 10s, 501ms, 10s, 250ms, 251ms, 501ms, true},
             Case{"later: the controller waits as long", 10s, 60s, 60s, 30s, 30s, 60s, true},
             Case{"no Keep Alive Timer, but probes", 0s, 2s, 0s, 1s, 1s, 2s, true},
         }) {
        SCOPED_TRACE(one.what);
        const ConnectOptions options = options_of(one.keep_alive, one.detect);
        const Beat beat = beat_of(options);
        EXPECT_EQ(kato_of(options), one.kato);
        EXPECT_EQ(beat.interval, one.interval);
        EXPECT_EQ(beat.limit, one.limit);
        EXPECT_EQ(beat.probe, one.probe);
        EXPECT_EQ(detection_time(options), one.detection);
        EXPECT_TRUE(one.kato == 0s || beat.interval <= one.kato / 2)
            << "in time for the controller";
    }
    EXPECT_EQ(detection_time(ConnectOptions{}), 15s) << "what the pages say";
}

TEST(Beat, RefusesWhatIsTooShortOrTooLong) {
    for (const auto possible : {0ms, 500ms, 2000ms, 60000ms}) {
        EXPECT_NO_THROW(require_detection(possible)) << possible.count();
    }
    for (const auto& [wrong, why] :
         {std::pair{-1ms, "it is too short"}, std::pair{1ms, "it is too short"},
          std::pair{499ms, "it is too short"}, std::pair{60001ms, "it is too long"}}) {
        try {
            require_detection(wrong);
            ADD_FAILURE() << wrong.count();
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::invalid_argument);
            EXPECT_THAT(error.what(), testing::HasSubstr(why));
            EXPECT_EQ(error.advice(), "say 500 ms to 60 s");
        }
    }
}

} // namespace
} // namespace haoh::fabric
