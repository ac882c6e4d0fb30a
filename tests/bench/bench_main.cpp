// SPDX-License-Identifier: LGPL-2.1-or-later
// The main of every benchmark: as Google Benchmark's own, but what a benchmark reports as an error,
// or an expression that chooses none, makes the program fail.
#include <benchmark/benchmark.h>

#include <cstdlib>

namespace {

class StrictReporter : public benchmark::ConsoleReporter {
  public:
    StrictReporter() : ConsoleReporter(OO_Tabular) {}

    void ReportRuns(const std::vector<Run>& report) override {
        for (const Run& run : report) {
            failed_ = failed_ || run.error_occurred;
        }
        ConsoleReporter::ReportRuns(report);
    }
    [[nodiscard]] bool failed() const { return failed_; }

  private:
    bool failed_{};
};

} // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return EXIT_FAILURE;
    }
    StrictReporter reporter;
    const std::size_t ran = benchmark::RunSpecifiedBenchmarks(&reporter);
    benchmark::Shutdown();
    return ran == 0 || reporter.failed() ? EXIT_FAILURE : EXIT_SUCCESS;
}
