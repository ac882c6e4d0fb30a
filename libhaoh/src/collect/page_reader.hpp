// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a controller answers, as pages that are paid for from a budget.
#pragma once

#include "observation_cost.hpp"

#include <haoh/admin_channel.hpp>
#include <haoh/budget.hpp>
#include <haoh/collector.hpp>
#include <haoh/error.hpp>
#include <haoh/observation.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace haoh {

/// A channel whose commands stop being sent once it is known to be dead or the budget is used up, so that a
/// lost array costs one failure and not one for each namespace.
class PageReader {
  public:
    PageReader(AdminChannel& channel, const CollectOptions& options);

    [[nodiscard]] const CollectOptions& options() const { return options_; }
    [[nodiscard]] const Spending& spending() const { return *spending_; }
    [[nodiscard]] std::size_t depth() const;

    /// Takes from the budget what can be left out alone. \return what there is not enough of
    [[nodiscard]] std::optional<BudgetPart> take(Spending::Cost cost);
    void give_back(Spending::Cost cost);
    /// What was read so far is read anew.
    void begin_anew() { give_back(taken_); }

    /// The answer to one command as a Page; nothing is thrown but the cancellation of the caller.
    [[nodiscard]] boost::asio::awaitable<Page> page(nvme::AdminCommand command);
    /// Dword 0 of a command that carries no data, as a page of four bytes.
    [[nodiscard]] boost::asio::awaitable<Page> dword(nvme::AdminCommand command);
    [[nodiscard]] boost::asio::awaitable<std::optional<std::uint64_t>>
    property(std::uint32_t offset, unsigned size);
    /// The whole ANA log through `read_log`'s rules, as a Page.
    [[nodiscard]] boost::asio::awaitable<Page> ana_log(std::uint64_t limit);

    /// Why a page was not read, in words.
    [[nodiscard]] std::string cause_of(const Page& page) const;

  private:
    struct Value {
        std::optional<std::uint64_t> value;
        Page failure; ///< why there is no value
    };

    [[nodiscard]] bool stopped() const { return over_ || !stop_cause_.empty(); }
    [[nodiscard]] bool may_go_on();
    /// The page, or that there was no room for it; then nothing more is asked for.
    [[nodiscard]] Page kept(Page page);
    /// In the place of what is not asked for any more, or not kept.
    [[nodiscard]] Page not_asked();
    void note(const Error& error);
    [[nodiscard]] boost::asio::awaitable<Value> value_of(nvme::AdminCommand command);

    AdminChannel& channel_;
    const CollectOptions& options_;
    std::shared_ptr<Spending> spending_;
    Spending::Cost taken_; ///< by this reading
    std::optional<BudgetPart> over_;
    std::string stop_cause_;
    unsigned timeouts_{};
};

} // namespace haoh
