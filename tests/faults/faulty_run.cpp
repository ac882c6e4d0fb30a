// SPDX-License-Identifier: LGPL-2.1-or-later
#include "faulty_run.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace haoh::test {
namespace {

class MappedPage {
  public:
    explicit MappedPage(const std::string& name) {
        const FileDescriptor file{::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
        if (!file || ::ftruncate(file.get(), sizeof(FaultPage)) != 0) {
            throw std::system_error(errno, std::generic_category(), name);
        }
        bytes_ =
            ::mmap(nullptr, sizeof(FaultPage), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
        if (bytes_ == MAP_FAILED) {
            throw std::system_error(errno, std::generic_category(), name);
        }
        page_ = new (bytes_) FaultPage;
    }
    ~MappedPage() { ::munmap(bytes_, sizeof(FaultPage)); }
    MappedPage(const MappedPage&) = delete;
    MappedPage& operator=(const MappedPage&) = delete;

    FaultPage* operator->() const { return page_; }

  private:
    void* bytes_{};
    FaultPage* page_{};
};

} // namespace

std::string describe(const Fault& fault) {
    if (fault.first == 0) {
        return "no fault";
    }
    return fmt::format("{} number {}{}: {}", kCalls.at(static_cast<std::size_t>(fault.call)).name,
                       fault.first, fault.persists() ? " and all later ones" : "",
                       std::generic_category().message(fault.error));
}

FaultyRun run_with(const Fault& fault, const std::vector<std::string>& words,
                   const std::vector<std::string>& variables, std::chrono::seconds limit) {
    const ScratchDirectory directory;
    const std::string name = directory.path("page");
    const MappedPage page{name};
    page->call = fault.call;
    page->error = fault.error;
    page->first = fault.first;
    page->last = fault.last;
    std::vector<std::string> all{"env", std::string{"LD_PRELOAD="} + HAOH_FAILING_CALLS,
                                 std::string{kFaultPageVariable} + "=" + name};
    all.insert(all.end(), variables.begin(), variables.end());
    all.emplace_back(HAOH_PROGRAM);
    all.insert(all.end(), words.begin(), words.end());
    FaultyRun run;
    try {
        run.result = run_program(all, limit);
    } catch (const std::runtime_error& error) {
        run.too_slow = true;
        run.result.standard_error = error.what();
    }
    for (std::size_t index = 0; index < run.calls.size(); ++index) {
        run.calls[index] = page->calls[index];
    }
    run.descriptors_before = page->descriptors_before;
    run.descriptors_after = page->descriptors_after;
    return run;
}

} // namespace haoh::test
