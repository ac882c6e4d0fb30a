// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A session of which a test holds the clock and plays the controller, byte by byte.
#pragma once

#include "fabric/session.hpp"

#include <haoh/nvme/fabrics.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace haoh::fabric::test {

/// A session, a clock that only moves when told, and the other end's bytes.
struct SessionTest : testing::Test {
    void start(SessionOptions options = {}, std::uint8_t dgst = 0, std::uint8_t cpda = 0,
               std::uint32_t maxh2cdata = 131072) {
        session.emplace(options);
        session->start(now, now + std::chrono::seconds(1));
        drop_output();
        receive(nvme::IcResp{.pfv = 0, .cpda = cpda, .dgst = dgst, .maxh2cdata = maxh2cdata});
        format = {.header_digest = (dgst & 1U) != 0, .data_digest = (dgst & 2U) != 0};
        ASSERT_TRUE(session->ready());
    }

    void drop_output() { static_cast<void>(session->take_output()); }
    void receive(const nvme::Pdu& pdu) { receive_bytes(nvme::encode(pdu, format)); }
    void receive_bytes(const nvme::Bytes& bytes) { session->receive(bytes, now); }

    std::uint16_t submit(nvme::AdminCommand command,
                         std::chrono::milliseconds timeout = std::chrono::seconds(1)) {
        EXPECT_TRUE(session->can_submit());
        return session->submit(std::move(command), now, now + timeout);
    }
    std::uint16_t identify() { return submit(nvme::identify_controller_command()); }

    void data(std::uint16_t cid, std::uint32_t offset, nvme::Bytes bytes, bool last = false,
              bool success = false) {
        nvme::DataPdu pdu;
        pdu.cccid = cid;
        pdu.datao = offset;
        pdu.last = last;
        pdu.success = success;
        pdu.data = std::move(bytes);
        receive(pdu);
    }
    void respond(std::uint16_t cid, std::uint16_t status = 0, std::uint64_t dword01 = 0) {
        nvme::CompletionEntry entry;
        entry.cid = cid;
        entry.status.value = status;
        entry.dword01 = dword01;
        receive(nvme::CapsuleResp{.cqe = nvme::encode_cqe(entry)});
    }

    /// What the session wants to send, decoded.
    std::vector<nvme::Pdu> sent() {
        nvme::PduReader reader(false, kMaxTransfer);
        reader.set_format(format);
        reader.feed(session->take_output());
        std::vector<nvme::Pdu> pdus;
        while (auto item = reader.next()) {
            if (auto* const error = std::get_if<nvme::PduError>(&*item)) {
                ADD_FAILURE() << error->text;
                break;
            }
            pdus.push_back(std::get<nvme::Pdu>(*item));
        }
        EXPECT_EQ(reader.pending(), 0U);
        return pdus;
    }

    Completion next_completion() {
        EXPECT_TRUE(session->has_completion());
        return session->has_completion() ? session->take_completion() : Completion{};
    }
    /// The result of the next completion. \pre there is one, and it is none of a failure
    nvme::AdminResult result(std::uint16_t cid) {
        const Completion completion = next_completion();
        EXPECT_EQ(completion.cid, cid);
        const auto* const found = std::get_if<nvme::AdminResult>(&completion.outcome);
        EXPECT_NE(found, nullptr) << "a failure";
        return found != nullptr ? *found : nvme::AdminResult{};
    }
    /// The failure of the next completion. \pre there is one
    Failure command_failure(std::uint16_t cid) {
        const Completion completion = next_completion();
        EXPECT_EQ(completion.cid, cid);
        const auto* const found = std::get_if<Failure>(&completion.outcome);
        EXPECT_NE(found, nullptr) << "a result";
        return found != nullptr ? *found : Failure{};
    }

    /// The session has failed like this, and tells the peer so.
    void expect_violation(Errc code, nvme::Fes fes, std::uint32_t fei, const std::string& text) {
        ASSERT_TRUE(session->failure());
        EXPECT_EQ(session->failure()->code, code);
        EXPECT_THAT(session->failure()->cause, testing::HasSubstr(text));
        EXPECT_FALSE(session->ready());
        const auto pdus = sent();
        ASSERT_FALSE(pdus.empty());
        const auto* const request = std::get_if<nvme::TermReq>(&pdus.back());
        ASSERT_NE(request, nullptr);
        EXPECT_TRUE(request->from_host);
        EXPECT_EQ(request->fes, static_cast<std::uint16_t>(fes));
        EXPECT_EQ(request->fei, fei);
    }

    std::optional<Session> session;
    nvme::PduFormat format;
    TimePoint now{TimePoint{} + std::chrono::hours(1)};
};

} // namespace haoh::fabric::test
