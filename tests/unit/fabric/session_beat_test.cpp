// SPDX-License-Identifier: LGPL-2.1-or-later
// Keep Alive as a beat, and answers that are late, by a clock of the test's own.
#include "session_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace haoh::fabric::test {
namespace {

using namespace std::chrono_literals;

/// A host that does each thing at the moment at which the session wants it, and a controller that
/// answers when the test says.
class SessionBeatTest : public SessionTest {
  protected:
    void begin(const Beat& beat, bool tell_late = false) {
        start({.tell_late = tell_late});
        began_ = now;
        session->start_keep_alive(beat, now);
        collect();
    }

    /// Takes what was sent; Keep Alive commands are noted and answered `answer_after_` later.
    void collect() {
        for (const nvme::Pdu& pdu : sent()) {
            const auto* const capsule = std::get_if<nvme::CapsuleCmd>(&pdu);
            ASSERT_NE(capsule, nullptr);
            const nvme::SubmissionEntry entry = nvme::decode_sqe(capsule->sqe);
            if (entry.opcode == nvme::opcode::keep_alive) {
                beats_.push_back(now);
                answers_.emplace_back(now + answer_after_, entry.cid);
            }
        }
    }

    /// Until `until`, or until the session fails.
    void pass_until(TimePoint until) {
        while (session->failure() == nullptr) {
            TimePoint next = session->next_deadline();
            const bool answer = !answers_.empty() && answers_.front().first <= next;
            next = answer ? answers_.front().first : next;
            if (next > until) {
                break;
            }
            ASSERT_GE(next, now) << "a deadline in the past";
            now = next;
            if (answer) {
                const std::uint16_t cid = answers_.front().second;
                answers_.erase(answers_.begin());
                respond(cid, status_);
            } else {
                session->advance(now);
            }
            collect();
        }
        now = session->failure() != nullptr ? now : until;
    }

    std::vector<std::chrono::milliseconds> gaps() const {
        std::vector<std::chrono::milliseconds> gaps;
        TimePoint before = began_;
        for (const TimePoint beat : beats_) {
            gaps.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(beat - before));
            before = beat;
        }
        return gaps;
    }

    static constexpr Clock::duration kNever = 1000h;

    TimePoint began_;
    Clock::duration answer_after_{};
    std::uint16_t status_{};
    std::vector<TimePoint> beats_;
    std::vector<std::pair<TimePoint, std::uint16_t>> answers_;
};

TEST_F(SessionBeatTest, BeatsEachHalfOfTheTimeoutHoweverLongAnAnswerTakes) {
    for (const auto answer_after : {0ms, 1ms, 430ms, 4999ms, 5000ms}) {
        SCOPED_TRACE(answer_after.count());
        beats_.clear();
        answers_.clear();
        answer_after_ = answer_after;
        begin({.interval = 5s, .limit = 10s});
        pass_until(began_ + 5min);
        EXPECT_EQ(session->failure(), nullptr);
        EXPECT_EQ(beats_.size(), 60U);
        EXPECT_THAT(gaps(), testing::Each(5s));
    }
}

TEST_F(SessionBeatTest, BeatsAtOnceWhenAnAnswerTookLongerThanTheHalf) {
    answer_after_ = 7s;
    begin({.interval = 5s, .limit = 10s});
    pass_until(began_ + 60s);
    EXPECT_EQ(session->failure(), nullptr);
    const auto all = gaps();
    EXPECT_EQ(all.front(), 5s);
    EXPECT_THAT(std::vector(all.begin() + 1, all.end()), testing::Each(7s));
}

TEST_F(SessionBeatTest, BeatsWhateverElseIsAskedAndAnswered) {
    std::mt19937 random(16); // NOLINT: the same order each time
    answer_after_ = 3ms;
    begin({.interval = 5s, .limit = 10s});
    ASSERT_TRUE(session->start_events(now));
    collect();
    std::vector<std::uint16_t> open;
    for (int step = 0; step < 2000; ++step) {
        pass_until(now + std::chrono::milliseconds(random() % 700));
        ASSERT_EQ(session->failure(), nullptr);
        if (random() % 2 == 0 && session->can_submit()) {
            open.push_back(submit(nvme::identify_controller_command(), 1h));
        } else if (!open.empty()) {
            const std::size_t one = random() % open.size();
            respond(open[one]);
            open.erase(open.begin() + static_cast<std::ptrdiff_t>(one));
        }
        collect();
    }
    EXPECT_GT(beats_.size(), 100U);
    EXPECT_THAT(gaps(), testing::Each(5s));
}

TEST_F(SessionBeatTest, NoticesSilenceWithinIntervalAndLimit) {
    begin({.interval = 1s, .limit = 1s, .probe = true});
    pass_until(began_ + 30s);
    ASSERT_EQ(session->failure(), nullptr) << "a healthy one";
    const TimePoint last = beats_.back();
    answer_after_ = kNever;
    pass_until(began_ + 10min);
    ASSERT_NE(session->failure(), nullptr);
    EXPECT_EQ(session->failure()->code, Errc::timed_out);
    EXPECT_EQ(now - last, 2s);
    EXPECT_THAT(session->failure()->cause, testing::HasSubstr("nothing came for 2000 ms"));
}

TEST_F(SessionBeatTest, ARefusalIsASignOfLife) {
    status_ = nvme::status::invalid_opcode;
    begin({.interval = 1s, .limit = 1s, .probe = true});
    pass_until(began_ + 10s);
    EXPECT_EQ(session->failure(), nullptr);
    EXPECT_EQ(beats_.size(), 10U);
    beats_.clear();
    answers_.clear();
    begin({.interval = 1s, .limit = 1s});
    pass_until(began_ + 10s);
    EXPECT_EQ(session->failure(), nullptr);
    EXPECT_EQ(beats_.size(), 1U) << "it has no Keep Alive, and nobody wants to know more";
}

TEST_F(SessionBeatTest, SendsWhatIsDueBeforeAnythingIsGivenUp) {
    begin({.interval = 5s, .limit = 10s});
    const std::uint16_t cid = submit(nvme::identify_controller_command(), 2s);
    drop_output();
    now += 6s;
    session->send_due(now);
    EXPECT_FALSE(session->has_completion());
    EXPECT_EQ(sent().size(), 1U) << "the Keep Alive";
    respond(cid); // it came meanwhile
    session->advance(now);
    EXPECT_TRUE(result(cid).status.ok());
}

// ---- late answers

TEST_F(SessionBeatTest, TellsAnAnswerThatIsLateAndThenHowLongItTook) {
    answer_after_ = 6s;
    begin({.interval = 5s, .limit = 10s}, true);
    pass_until(began_ + 10s - 1ms);
    EXPECT_FALSE(session->take_lateness());
    pass_until(began_ + 10s);
    const auto late = session->take_lateness();
    ASSERT_TRUE(late);
    EXPECT_EQ(late->command, "Keep Alive");
    EXPECT_EQ(late->sent, began_ + 5s);
    EXPECT_EQ(late->limit, 10s);
    EXPECT_FALSE(late->answered);
    EXPECT_FALSE(session->take_lateness()) << "once";
    pass_until(began_ + 11s);
    const auto answered = session->take_lateness();
    ASSERT_TRUE(answered);
    EXPECT_TRUE(answered->answered);
    EXPECT_EQ(answered->command, "Keep Alive");
    EXPECT_EQ(answered->sent, began_ + 5s);
    EXPECT_FALSE(session->take_lateness());
}

TEST_F(SessionBeatTest, SaysNothingOfAnswersThatComeInTimeNorUnlessItIsAsked) {
    answer_after_ = 4s;
    begin({.interval = 5s, .limit = 10s}, true);
    ASSERT_TRUE(session->start_events(now)); // which have all the time there is
    pass_until(began_ + 10min);
    EXPECT_FALSE(session->take_lateness());
    beats_.clear();
    answers_.clear();
    answer_after_ = 9s;
    begin({.interval = 5s, .limit = 10s});
    pass_until(began_ + 10min);
    EXPECT_GT(beats_.size(), 10U);
    EXPECT_FALSE(session->take_lateness());
}

TEST_F(SessionBeatTest, SeveralLateAnswersAreOneStory) {
    start({.tell_late = true});
    const TimePoint begin = now;
    const std::uint16_t slow = submit(nvme::identify_controller_command(), 8s);
    now += 1s;
    const std::uint16_t slower = submit(nvme::get_features_command(nvme::fid::host_id), 8s);
    now = begin + 4s;
    session->advance(now);
    const auto late = session->take_lateness();
    ASSERT_TRUE(late);
    EXPECT_FALSE(late->answered);
    EXPECT_EQ(late->sent, begin);
    now = begin + 5s;
    session->advance(now);
    EXPECT_FALSE(session->take_lateness()) << "it is told";
    respond(slow); // after 5 s
    EXPECT_FALSE(session->take_lateness()) << "another one is late";
    now = begin + 7s;
    respond(slower); // after 6 s
    const auto answered = session->take_lateness();
    ASSERT_TRUE(answered);
    EXPECT_TRUE(answered->answered);
    EXPECT_EQ(answered->sent, begin + 1s) << "the one that took longest";
    submit(nvme::identify_controller_command(), 8s);
    now += 4s;
    session->advance(now);
    EXPECT_TRUE(session->take_lateness()) << "another story";
}

TEST_F(SessionBeatTest, WhatIsGivenUpIsNotLateAnyMore) {
    start({.tell_late = true});
    const TimePoint begin = now;
    const std::uint16_t lost = submit(nvme::identify_controller_command(), 2s);
    const std::uint16_t other = submit(nvme::identify_controller_command(), 1h);
    now = begin + 1s;
    session->advance(now);
    EXPECT_TRUE(session->take_lateness());
    respond(other);
    now = begin + 2s;
    session->advance(now);
    ASSERT_EQ(session->failure(), nullptr);
    EXPECT_FALSE(session->take_lateness()) << "that it failed says the command";
    now += 1s;
    respond(lost);
    EXPECT_FALSE(session->take_lateness());
    submit(nvme::identify_controller_command(), 2s);
    now += 1s;
    session->advance(now);
    EXPECT_TRUE(session->take_lateness()) << "another one may be late";
}

TEST_F(SessionBeatTest, WhoOversleptTellsNothingLate) {
    start({.tell_late = true});
    submit(nvme::identify_controller_command(), 2s);
    now += 3s;
    session->advance(now);
    EXPECT_FALSE(session->take_lateness());
}

} // namespace
} // namespace haoh::fabric::test
