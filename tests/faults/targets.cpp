// SPDX-License-Identifier: LGPL-2.1-or-later
#include "targets.hpp"

#include <fmt/format.h>

namespace haoh::test {

Words joined(Words first, const Words& more) {
    first.insert(first.end(), more.begin(), more.end());
    return first;
}

RecordedHost::RecordedHost() {
    tree_.add_subsystem(kPairNqn, 2, 2);
    tree_.set("sys/kernel/osrelease", "6.12.107-amd64\n");
    tree_.set("sys/module/nvme_core/parameters/iopolicy", "numa\n");
    for (const unsigned controller : {0U, 1U}) {
        for (const unsigned head : {1U, 2U}) {
            tree_.set(SysfsTree::path(0, controller, head) + "/stat", "1 0 8 0 2 0 16 0 0 0 0\n");
        }
    }
}

void RecordedHost::change(const std::string& state) {
    tree_.change(SysfsTree::path(0, 1, 1) + "/ana_state", state + "\n");
}

Words pair_of(const SimulatedArrays& arrays) {
    return {"-t", arrays.target("a"), "-t", arrays.target("b"), "--nqn", kPairNqn};
}

Words discovered(const SimulatedArrays& arrays) {
    return {"-t", arrays.target("a")};
}

Words as_a_host() {
    return {"--hostnqn", "nqn.2014-08.org.nvmexpress:uuid:8f1d2e6a-6c6b-4c55-9d0f-0d1f5a2b7c11",
            "--hostid", "8f1d2e6a-6c6b-4c55-9d0f-0d1f5a2b7c11"};
}

std::string large_scenario(const std::string& lines_of_b) {
    return fmt::format("[subsystem]\nnqn = \"{}\"\n[[namespace]]\nnsid = 1\ncount = 40\n"
                       "[[array]]\nname = \"a\"\n[[array]]\nname = \"b\"\n{}\n",
                       kPairNqn, lines_of_b);
}

} // namespace haoh::test
