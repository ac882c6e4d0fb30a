// SPDX-License-Identifier: LGPL-2.1-or-later
// Compiled into each test program of a measure: with HAOH_MUTANT_CASES=FILE, a line for each case
// with the mutants that it came by. The first line, without a name, has those of before all cases.
#include <haoh_mutation.hpp>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>

namespace haoh_mutation {
namespace {

class CaseTracer : public testing::EmptyTestEventListener {
  public:
    explicit CaseTracer(const char* path) : out_{path, std::ios::app} {}

    void OnTestProgramStart(const testing::UnitTest& /*unit*/) override { write(""); }
    void OnTestStart(const testing::TestInfo& /*info*/) override {
        std::memset(reached, 0, reached_size);
    }
    void OnTestEnd(const testing::TestInfo& info) override {
        write(std::string(info.test_suite_name()) + "." + info.name());
    }

  private:
    void write(const std::string& name) {
        out_ << name << '\t';
        for (unsigned id = 1; id < reached_size; ++id) {
            if (reached[id] != 0) {
                out_ << id << ' ';
            }
        }
        out_ << std::endl;
    }

    std::ofstream out_;
};

const bool kTracing = [] {
    const char* path = std::getenv("HAOH_MUTANT_CASES");
    if (path != nullptr && *path != '\0' && reached != nullptr) {
        testing::UnitTest::GetInstance()->listeners().Append(new CaseTracer(path));
    }
    return path != nullptr;
}();

} // namespace
} // namespace haoh_mutation
