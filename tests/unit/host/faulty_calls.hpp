// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// System calls that fail where a test says so, and work everywhere else.
#pragma once

#include "host/file_calls.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace haoh::host {

/// For one thread.
class FaultyCalls : public FileCalls {
  public:
    enum class Call { open, read, read_again, list, write };

    /// What a call answers instead of the kernel: an errno value, or nothing.
    using Fault = std::function<int()>;

    /// \param file  the end of its path
    void fail(Call call, std::string file, Fault fault) {
        faults_.push_back({call, std::move(file), std::move(fault)});
    }
    void fail(Call call, std::string file, int error) {
        fail(call, std::move(file), [error] { return error; });
    }
    /// Each writing says that so many bytes were taken, and takes none.
    void pretend_to_write(std::string file, std::size_t bytes) {
        pretended_.emplace(std::move(file), bytes);
    }
    /// The content of a file, whatever it is.
    void answer(std::string file, std::string content) {
        answers_.emplace(std::move(file), std::move(content));
    }
    void work_again() {
        faults_.clear();
        pretended_.clear();
        answers_.clear();
    }
    [[nodiscard]] unsigned count(Call call) const {
        const auto found = counts_.find(call);
        return found == counts_.end() ? 0 : found->second;
    }

    int open(int directory, const char* path, int flags,
             unsigned long long resolve) const override {
        const auto parent = paths_.find(directory);
        const std::string full = (parent == paths_.end() ? "" : parent->second) + "/" + path;
        if (fails(Call::open, full)) {
            return -1;
        }
        const int file = FileCalls::open(directory, path, flags, resolve);
        if (file >= 0) {
            paths_[file] = full;
            answered_[file] = 0;
        }
        return file;
    }
    ssize_t read(int file, void* bytes, std::size_t size) const override {
        if (fails(Call::read, paths_[file])) {
            return -1;
        }
        const auto own = content(file, bytes, size, answered_[file]);
        answered_[file] += static_cast<std::size_t>(own.value_or(0));
        return own ? *own : FileCalls::read(file, bytes, size);
    }
    ssize_t read_again(int file, void* bytes, std::size_t size) const override {
        if (fails(Call::read_again, paths_[file])) {
            return -1;
        }
        const auto own = content(file, bytes, size, 0);
        return own ? *own : FileCalls::read_again(file, bytes, size);
    }
    ssize_t list(int directory, void* bytes, std::size_t size) const override {
        return fails(Call::list, paths_[directory]) ? -1 : FileCalls::list(directory, bytes, size);
    }
    ssize_t write(int file, const void* bytes, std::size_t size) const override {
        if (fails(Call::write, paths_[file])) {
            return -1;
        }
        for (const auto& [end, taken] : pretended_) {
            if (paths_[file].ends_with(end)) {
                return static_cast<ssize_t>(taken);
            }
        }
        return FileCalls::write(file, bytes, size);
    }

  private:
    struct Rule {
        Call call;
        std::string file;
        Fault fault;
    };

    bool fails(Call call, std::string_view path) const {
        ++counts_[call];
        for (const Rule& rule : faults_) {
            if (rule.call == call && path.ends_with(rule.file)) {
                if (const int error = rule.fault(); error != 0) {
                    errno = error;
                    return true;
                }
            }
        }
        return false;
    }
    std::optional<ssize_t> content(int file, void* bytes, std::size_t size,
                                   std::size_t from) const {
        for (const auto& [end, text] : answers_) {
            if (paths_[file].ends_with(end)) {
                const std::string_view rest = std::string_view(text).substr(from);
                const std::size_t length = std::min(size, rest.size());
                std::memcpy(bytes, rest.data(), length);
                return static_cast<ssize_t>(length);
            }
        }
        return std::nullopt;
    }

    std::vector<Rule> faults_;
    std::map<std::string, std::size_t> pretended_;
    std::map<std::string, std::string> answers_;
    mutable std::map<int, std::string> paths_;    ///< by descriptor, from the root on
    mutable std::map<int, std::size_t> answered_; ///< of `answers_`, by descriptor
    mutable std::map<Call, unsigned> counts_;
};

} // namespace haoh::host
