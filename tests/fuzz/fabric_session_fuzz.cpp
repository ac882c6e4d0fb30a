// SPDX-License-Identifier: LGPL-2.1-or-later
// The host's end of an admin queue: commands, time and a peer's bytes in any order. The input is a
// list of steps; PDUs of the peer are made for commands that are outstanding, so that the fuzzer
// gets behind the door, or are raw bytes.
#include "fabric/session.hpp"
#include "fuzz/property.hpp"

#include <fuzzer/FuzzedDataProvider.h>

#include <map>

using namespace haoh;
using namespace haoh::nvme;
using fabric::Completion;
using fabric::Failure;
using fabric::Session;

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxSteps = 400;

struct Outstanding {
    std::uint32_t data_in{};
    std::size_t data_out{};
    std::size_t sent{}; ///< H2CData
};

class Fuzz {
  public:
    explicit Fuzz(FuzzedDataProvider& input)
        : input_{input}, options_{make_options(input)}, session_{options_} {}

    void run() {
        session_.start(now_, now_ + 1s);
        check();
        for (std::size_t step = 0; step < kMaxSteps && input_.remaining_bytes() > 0; ++step) {
            take_step();
            check();
        }
        session_.end_of_stream();
        check();
        fuzz::require(session_.failure() != nullptr, "the end of the stream ends the session");
        fuzz::require(outstanding_.empty(), "every command completes, whatever happens");
        fuzz::require(!session_.can_submit(), "nothing can be submitted after the end");
        fuzz::require(session_.next_deadline() == fabric::TimePoint::max(),
                      "nothing falls due after the end");
    }

  private:
    static fabric::SessionOptions make_options(FuzzedDataProvider& input) {
        fabric::SessionOptions options;
        options.queue_size = input.ConsumeIntegralInRange<std::uint16_t>(2, 40);
        options.header_digest = input.ConsumeBool();
        options.data_digest = input.ConsumeBool();
        options.tell_late = input.ConsumeBool();
        return options;
    }

    void take_step() {
        switch (input_.ConsumeIntegralInRange<int>(0, 11)) {
        case 0:
            submit();
            break;
        case 1:
            if (const auto cid = some_cid(); outstanding_.contains(cid)) {
                session_.abandon(cid);
                outstanding_.erase(cid);
            }
            break;
        case 2:
            now_ += std::chrono::milliseconds(input_.ConsumeIntegralInRange<int>(0, 2000));
            session_.advance(now_);
            fuzz::require(session_.next_deadline() > now_, "time that has passed is dealt with");
            break;
        case 3:
            session_.start_keep_alive(
                std::chrono::milliseconds(input_.ConsumeIntegralInRange<int>(0, 3000)), now_);
            break;
        case 4:
            session_.start_events(now_);
            break;
        case 5:
            receive(input_.ConsumeBytes<std::uint8_t>(
                input_.ConsumeIntegralInRange<std::size_t>(0, 200)));
            break;
        case 6:
            receive_pdu(IcResp{.pfv = input_.ConsumeBool() ? std::uint16_t{1} : std::uint16_t{0},
                               .cpda = input_.ConsumeIntegralInRange<std::uint8_t>(0, 31),
                               .dgst = input_.ConsumeIntegralInRange<std::uint8_t>(0, 3),
                               .maxh2cdata = input_.ConsumeBool()
                                                 ? 4096U
                                                 : input_.ConsumeIntegral<std::uint32_t>()});
            break;
        case 7: {
            CompletionEntry entry;
            entry.cid = some_cid();
            entry.dword01 = input_.ConsumeIntegral<std::uint32_t>();
            entry.status.value =
                input_.ConsumeBool()
                    ? std::uint16_t{0}
                    : static_cast<std::uint16_t>(input_.ConsumeIntegral<std::uint16_t>() & 0x7FFFU);
            receive_pdu(CapsuleResp{.cqe = encode_cqe(entry)});
            break;
        }
        case 8:
            receive_data();
            break;
        case 9: {
            R2t r2t;
            r2t.cccid = some_cid();
            r2t.ttag = input_.ConsumeIntegral<std::uint16_t>();
            const auto found = outstanding_.find(r2t.cccid);
            const std::size_t sent = found == outstanding_.end() ? 0 : found->second.sent;
            r2t.r2to = input_.ConsumeBool() ? static_cast<std::uint32_t>(sent)
                                            : input_.ConsumeIntegral<std::uint32_t>();
            r2t.r2tl = input_.ConsumeIntegralInRange<std::uint32_t>(0, 40000);
            receive_pdu(r2t);
            break;
        }
        case 10: {
            TermReq request;
            request.fes = input_.ConsumeIntegral<std::uint16_t>();
            request.fei = input_.ConsumeIntegral<std::uint32_t>();
            request.data = input_.ConsumeBytes<std::uint8_t>(
                input_.ConsumeIntegralInRange<std::size_t>(0, 128));
            receive_pdu(request);
            break;
        }
        default:
            while (session_.take_event()) {
            }
            while (const auto late = session_.take_lateness()) {
                fuzz::require(!late->answered || told_late_, "what is answered late was late");
                told_late_ = !late->answered;
            }
        }
    }

    void submit() {
        if (!session_.can_submit()) {
            return;
        }
        AdminCommand command;
        command.opcode = input_.ConsumeIntegral<std::uint8_t>();
        Outstanding expected;
        switch (input_.ConsumeIntegralInRange<int>(0, 3)) {
        case 0:
            break;
        case 1:
            command.data_in = input_.ConsumeIntegralInRange<std::uint32_t>(1, 8192);
            break;
        case 2:
            command.data_out = Bytes(input_.ConsumeIntegralInRange<std::size_t>(1, 8192), 0x5A);
            break;
        default:
            command.data_out = Bytes(input_.ConsumeIntegralInRange<std::size_t>(8193, 40000), 0xA5);
        }
        expected.data_in = command.data_in;
        expected.data_out = command.data_out.size();
        const auto limit = std::chrono::milliseconds(input_.ConsumeIntegralInRange<int>(1, 3000));
        const std::uint16_t cid = session_.submit(std::move(command), now_, now_ + limit);
        fuzz::require(outstanding_.emplace(cid, expected).second,
                      "an identifier is used once at a time");
        fuzz::require(outstanding_.size() <= session_.depth(), "the queue is not overfilled");
        last_cid_ = cid;
    }

    std::uint16_t some_cid() {
        switch (input_.ConsumeIntegralInRange<int>(0, 3)) {
        case 0:
            return input_.ConsumeIntegral<std::uint16_t>();
        case 1:
            return last_cid_;
        default:
            if (outstanding_.empty()) {
                return last_cid_;
            }
            auto found = outstanding_.begin();
            std::advance(found,
                         input_.ConsumeIntegralInRange<std::size_t>(0, outstanding_.size() - 1));
            return found->first;
        }
    }

    void receive_data() {
        DataPdu data;
        data.cccid = some_cid();
        const bool in_order = input_.ConsumeBool();
        data.datao = in_order ? received_[data.cccid] : input_.ConsumeIntegral<std::uint32_t>();
        data.last = input_.ConsumeBool();
        data.success = input_.ConsumeBool();
        data.data = Bytes(input_.ConsumeIntegralInRange<std::size_t>(0, 5000), 0x77);
        if (in_order) {
            received_[data.cccid] += static_cast<std::uint32_t>(data.data.size());
        }
        receive_pdu(data);
    }

    void receive_pdu(const Pdu& pdu) {
        Bytes bytes = encode(pdu, format());
        if (!bytes.empty() && input_.ConsumeProbability<double>() < 0.05) {
            bytes[input_.ConsumeIntegralInRange<std::size_t>(0, bytes.size() - 1)] ^= 1U;
        }
        receive(bytes);
    }

    void receive(const Bytes& bytes) {
        const std::size_t step = input_.ConsumeBool() ? 7 : bytes.size() + 1;
        for (std::size_t offset = 0; offset < bytes.size(); offset += step) {
            session_.receive(slice(bytes, offset, step), now_);
        }
    }

    /// All zero until ICResp.
    [[nodiscard]] PduFormat format() const {
        return {.header_digest = session_.negotiated().header_digest,
                .data_digest = session_.negotiated().data_digest};
    }

    /// What always holds.
    void check() {
        while (session_.has_completion()) {
            const Completion completion = session_.take_completion();
            const auto found = outstanding_.find(completion.cid);
            fuzz::require(found != outstanding_.end(), "only a waiting command completes, once");
            if (const auto* result = std::get_if<AdminResult>(&completion.outcome)) {
                fuzz::require(result->data.size() <= found->second.data_in,
                              "no more data than asked for");
            } else {
                const Failure& failure = std::get<Failure>(completion.outcome);
                fuzz::require(failure.code && !failure.cause.empty(), "a failure tells why");
            }
            outstanding_.erase(found);
            received_.erase(completion.cid);
        }
        check_output();
        if (session_.failure() != nullptr) {
            fuzz::require(!session_.failure()->cause.empty(), "the failure tells why");
            fuzz::require(outstanding_.empty(), "nobody waits after a failure");
        }
    }

    /// Whatever is sent, a strict controller can read.
    void check_output() {
        if (!session_.has_output()) {
            return;
        }
        PduReader reader(false, fabric::kMaxTransfer);
        reader.set_format(format());
        reader.feed(session_.take_output());
        while (auto item = reader.next()) {
            const auto* pdu = std::get_if<Pdu>(&*item);
            fuzz::require(pdu != nullptr, "what is sent is well formed");
            fuzz::require(!terminated_, "nothing follows a termination request");
            if (const auto* data = std::get_if<DataPdu>(pdu)) {
                const auto found = outstanding_.find(data->cccid);
                if (found != outstanding_.end()) {
                    fuzz::require(data->datao == found->second.sent, "data goes out in order");
                    found->second.sent += data->data.size();
                    fuzz::require(found->second.sent <= found->second.data_out,
                                  "only data of the command goes out");
                }
            }
            terminated_ = std::holds_alternative<TermReq>(*pdu);
        }
        fuzz::require(reader.pending() == 0, "PDUs are sent whole");
    }

    FuzzedDataProvider& input_;
    fabric::SessionOptions options_;
    bool told_late_{};
    Session session_;
    fabric::TimePoint now_{fabric::TimePoint{} + 1h};
    std::map<std::uint16_t, Outstanding> outstanding_;
    std::map<std::uint16_t, std::uint32_t> received_;
    bool terminated_{};
    std::uint16_t last_cid_{};
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzedDataProvider input(data, size);
    Fuzz(input).run();
    return 0;
}
