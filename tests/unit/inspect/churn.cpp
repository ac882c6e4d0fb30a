// SPDX-License-Identifier: LGPL-2.1-or-later
#include "churn.hpp"

#include <random>

namespace haoh::test {

const std::vector<ChurnKind>& churn_kinds() {
    using nvme::AnaState;
    static const std::vector<ChurnKind> kinds{
        {.name = "both_own",
         .a = AnaState::optimized,
         .b = AnaState::non_optimized,
         .moves = {{"ana b 1 optimized"},
                   {"ana a 1 non-optimized"},
                   {"ana a 1 optimized"},
                   {"ana b 1 non-optimized"}}},
        {.name = "owner_moves",
         .moves = {{"ana b 1 optimized"},
                   {"ana a 1 inaccessible"},
                   {"ana a 1 optimized"},
                   {"ana b 1 inaccessible"}}},
        {.name = "owner_moves_by_way_of_change",
         .moves = {{"ana a 1 change", "ana b 1 change"},
                   {"ana b 1 optimized", "ana a 1 inaccessible"},
                   {"ana a 1 change", "ana b 1 change"},
                   {"ana a 1 optimized", "ana b 1 inaccessible"}}},
        {.name = "volumes_come_and_go",
         .moves = {{"namespace remove a 3", "namespace remove b 3"},
                   {"namespace add a 3", "namespace add b 3"}}},
        {.name = "volumes_grow",
         .moves = {{"namespace resize a 2 128MiB", "namespace resize b 2 128MiB"},
                   {"namespace resize a 2 256MiB", "namespace resize b 2 256MiB"}}},
    };
    return kinds;
}

Churn::Churn(ServedPair& pair, const ChurnKind& kind, std::chrono::microseconds pause,
             std::uint32_t seed)
    : thread_{[this, &pair, &kind, pause, random = std::minstd_rand{seed}]() mutable {
          std::uniform_int_distribution<long> pauses{0, static_cast<long>(pause.count())};
          // To the end of the moves: the pair is then as it was.
          for (std::size_t i = 0; !ended_ || i % kind.moves.size() != 0; ++i) {
              for (const std::string& line : kind.moves[i % kind.moves.size()]) {
                  pair.say(line);
              }
              ++moves_;
              std::this_thread::sleep_for(std::chrono::microseconds{pauses(random)});
          }
      }} {}

Churn::~Churn() {
    ended_ = true;
    thread_.join();
}

} // namespace haoh::test
