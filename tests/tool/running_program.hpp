// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A program that runs while the test goes on, its output in files.
#pragma once

#include "simulated_arrays.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace haoh::test {

class RunningProgram {
  public:
    static constexpr std::chrono::seconds kLimit{120};

    /// \param words   the program and its arguments
    /// \param output  where its output goes instead of a file
    explicit RunningProgram(const std::vector<std::string>& words, int output = -1);

    [[nodiscard]] std::string output() const { return read(output_); }
    [[nodiscard]] std::string errors() const { return read(errors_); }
    /// Both, for messages.
    [[nodiscard]] std::string told() const { return output() + errors(); }

    template <typename Condition>
    bool wait_for(Condition condition) const {
        const auto deadline = std::chrono::steady_clock::now() + kLimit;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) {
                return false;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return true;
    }
    [[nodiscard]] bool wait_text(const std::string& text) const {
        return wait_for([&] { return output().find(text) != std::string::npos; });
    }

    [[nodiscard]] pid_t pid() const { return process_->pid(); }
    void signal(int number) const { process_->signal(number); }
    /// Waits for its end. \return the exit status; -1 when it goes on
    int ended() const { return process_->wait_for(kLimit).value_or(-1); }

  private:
    static std::string read(const std::string& name);

    ScratchDirectory directory_;
    std::string output_;
    std::string errors_;
    std::unique_ptr<Process> process_;
};

} // namespace haoh::test
