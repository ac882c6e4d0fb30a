// SPDX-License-Identifier: LGPL-2.1-or-later
#include "running_program.hpp"

#include <fcntl.h>
#include <fstream>
#include <sstream>

namespace haoh::test {

RunningProgram::RunningProgram(const std::vector<std::string>& words, int output)
    : output_(directory_.file("output", "")), errors_(directory_.file("errors", "")) {
    const FileDescriptor out(::open(output_.c_str(), O_WRONLY | O_CLOEXEC));
    const FileDescriptor err(::open(errors_.c_str(), O_WRONLY | O_CLOEXEC));
    process_ = std::make_unique<Process>(
        words, Process::Options{.standard_output = output < 0 ? out.get() : output,
                                .standard_error = err.get()});
}

std::string RunningProgram::read(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(name).rdbuf();
    return text.str();
}

} // namespace haoh::test
