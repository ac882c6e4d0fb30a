// SPDX-License-Identifier: LGPL-2.1-or-later
#include "page_reader.hpp"

#include "log_reader.hpp"

#include "model/short_answer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace haoh {

namespace {

using boost::asio::awaitable;

constexpr unsigned kTimeoutsThatEnd = 3;

} // namespace

PageReader::PageReader(AdminChannel& channel, const CollectOptions& options)
    : channel_{channel}, options_{options}, spending_{options.spending
                                                          ? options.spending
                                                          : std::make_shared<Spending>(Budget{})} {}

std::size_t PageReader::depth() const {
    return options_.depth != 0 ? options_.depth : std::max<std::size_t>(channel_.depth(), 1);
}

std::optional<BudgetPart> PageReader::take(Spending::Cost cost) {
    const auto lacking = spending_->take(cost);
    if (!lacking) {
        taken_ += cost;
    }
    return lacking;
}

void PageReader::give_back(Spending::Cost cost) {
    spending_->give_back(cost);
    taken_ -= cost;
}

awaitable<Page> PageReader::page(nvme::AdminCommand command) {
    if (!may_go_on()) {
        co_return not_asked();
    }
    const std::uint32_t wanted = command.data_in;
    std::string failure;
    try {
        const nvme::AdminResult result = co_await channel_.submit(std::move(command));
        if (result.status.ok()) {
            co_return kept(Page::of_answer(result.data, wanted));
        }
        co_return Page::of_status(result.status);
    } catch (const Error& error) {
        note(error);
        failure = error.what();
    }
    co_return kept(Page::of_failure(std::move(failure)));
}

awaitable<Page> PageReader::dword(nvme::AdminCommand command) {
    const Value answer = co_await value_of(std::move(command));
    if (!answer.value) {
        co_return answer.failure;
    }
    std::array<std::uint8_t, 4> bytes{};
    nvme::store_le<std::uint32_t>(bytes, 0, static_cast<std::uint32_t>(*answer.value));
    co_return kept(Page::of(bytes));
}

awaitable<std::optional<std::uint64_t>> PageReader::property(std::uint32_t offset, unsigned size) {
    const Value answer = co_await value_of(nvme::property_get_command(offset, size));
    give_back(cost_of(answer.failure)); // why there is none is not kept
    co_return answer.value;
}

awaitable<Page> PageReader::ana_log(std::uint64_t limit) {
    if (!may_go_on()) {
        co_return not_asked();
    }
    std::string failure;
    BoundedExtent bounded(*spending_, ana_log_extent, limit, kLogPart);
    LogExtent extent = bounded.function();
    try {
        LogReading reading = co_await read_growing_log(channel_, nvme::lid::ana, std::move(extent),
                                                       limit, kLogPart, depth(), options_.deadline);
        if (const auto missing = bounded.lacking()) {
            co_return Page::of_budget(*missing); // the rest may well have room
        }
        bounded.give_back();
        if (!reading.status.ok() && reading.bytes.empty()) {
            co_return Page::of_status(reading.status);
        }
        if (reading.cut_short()) {
            co_return kept(
                Page::of_failure(model::short_answer(reading.bytes.size(), reading.length)));
        }
        // Shorter than it says, if a later part was refused.
        Page page = Page::of(reading.bytes);
        const auto missing = take(cost_of_ana_log(page));
        co_return missing ? Page::of_budget(*missing) : std::move(page);
    } catch (const Error& error) {
        note(error);
        failure = error.what();
    }
    bounded.give_back();
    co_return kept(Page::of_failure(std::move(failure)));
}

std::string PageReader::cause_of(const Page& page) const {
    if (page.over_budget) {
        return spending_->problem(*page.over_budget);
    }
    return page.state == Page::State::status ? nvme::describe(page.status) : page.error;
}

bool PageReader::may_go_on() {
    if (!stopped() && std::chrono::steady_clock::now() >= options_.deadline) {
        over_ = BudgetPart::time;
    }
    return !stopped();
}

Page PageReader::kept(Page page) {
    const auto lacking = take(cost_of(page));
    if (!lacking) {
        return page;
    }
    if (!stopped()) {
        over_ = lacking;
    }
    return not_asked();
}

Page PageReader::not_asked() {
    if (over_) {
        return Page::of_budget(*over_);
    }
    Page page = Page::of_failure(stop_cause_);
    const auto lacking = take(cost_of(page));
    return lacking ? Page::of_budget(*lacking) : std::move(page);
}

void PageReader::note(const Error& error) {
    if (error.code() == Errc::timed_out && ++timeouts_ < kTimeoutsThatEnd) {
        return;
    }
    if (error.code() == Errc::command_failed || error.code() == Errc::too_large) {
        return;
    }
    if (!stopped()) {
        stop_cause_ = error.what();
    }
}

awaitable<PageReader::Value> PageReader::value_of(nvme::AdminCommand command) {
    Value answer;
    if (!may_go_on()) {
        answer.failure = not_asked();
        co_return answer;
    }
    try {
        const nvme::AdminResult result = co_await channel_.submit(std::move(command));
        if (result.status.ok()) {
            answer.value = result.dword01;
        } else {
            answer.failure = Page::of_status(result.status);
        }
    } catch (const Error& error) {
        note(error);
        answer.failure = kept(Page::of_failure(error.what()));
    }
    co_return answer;
}

} // namespace haoh
