// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Which misdeeds there are, and what each command must make of them.
#pragma once

#include "hostile/misdeed.hpp"

#include <optional>
#include <string>
#include <vector>

namespace haoh::test {

/// What a command must say of the hostile target. The healthy one beside it is always judged, and
/// nothing is invented of either.
enum class Outcome : std::uint8_t {
    harmless, ///< nothing
    unread,   ///< the target is not observed, and why
    partly,   ///< something of its controller is not read, and why
    told,     ///< a rule that fails
    odd,      ///< anything but success without a word: what it says of itself is out of all bounds
};

/// Commands, as bits.
namespace command {
inline constexpr unsigned check = 1U << 0U;
inline constexpr unsigned alone = 1U << 1U; ///< check of the hostile target alone
inline constexpr unsigned list = 1U << 2U;
inline constexpr unsigned snapshot = 1U << 3U;
inline constexpr unsigned discover = 1U << 4U; ///< check through the discovery logs
inline constexpr unsigned monitor = 1U << 5U;
inline constexpr unsigned ask = check | alone | list | snapshot;
inline constexpr unsigned all = ask | discover | monitor;
} // namespace command

struct Row {
    Step step;
    std::string name;
    Misdeed misdeed;
    Outcome outcome{};
    std::string words{};              ///< in what is said of the target; of Outcome::told a rule
    std::optional<Outcome> watched{}; ///< by the monitor, where it is another
    unsigned commands{command::all};
    std::size_t enough{1}; ///< misdeeds before the monitor is shown a change of the healthy array
    std::vector<std::string> options{}; ///< of the command line, besides
};

/// \name By the steps that they are about
///@{
[[nodiscard]] std::vector<Row> connection_rows();    ///< TCP, ICReq
[[nodiscard]] std::vector<Row> controller_rows();    ///< Connect, properties, shutdown
[[nodiscard]] std::vector<Row> page_rows();          ///< Identify, features
[[nodiscard]] std::vector<Row> log_rows();           ///< log pages, discovery
[[nodiscard]] std::vector<Row> event_rows();         ///< events, keep alive
[[nodiscard]] std::vector<Row> every_command_rows(); ///< what is wrong all the time
[[nodiscard]] std::vector<Row> digest_rows();        ///< where digests are asked for
///@}

void append(std::vector<Row>& rows, std::vector<Row> more);

/// The misdeeds that suit any command, at this one.
/// \param outcome  where the command fails
/// \param data     the command reads some
[[nodiscard]] std::vector<Row> any_rows(const Step& step, Outcome outcome, bool data,
                                        unsigned commands);

} // namespace haoh::test
