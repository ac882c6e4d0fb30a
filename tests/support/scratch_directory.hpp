// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace haoh::test {

/// A directory for a test's files, removed with all that is in it at the end of its scope.
class ScratchDirectory {
  public:
    explicit ScratchDirectory(
        const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
        std::string pattern = (parent / "haoh-test-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::system_error(errno, std::generic_category(), "mkdtemp " + pattern);
        }
        path_ = pattern;
    }
    ~ScratchDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// The path of a file in it.
    [[nodiscard]] std::string path(const std::string& name) const {
        return (path_ / name).string();
    }
    /// The path of a file in it, written with `content`.
    [[nodiscard]] std::string file(const std::string& name, const std::string& content) const {
        std::ofstream{path(name), std::ios::binary} << content;
        return path(name);
    }
    /// The path of a shell script in it, or below.
    [[nodiscard]] std::string script(const std::string& name, const std::string& body) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        const std::string where = file(name, "#!/bin/sh\n" + body);
        std::filesystem::permissions(where, std::filesystem::perms::owner_all);
        return where;
    }
    /// What is in a file; nothing when it is not there.
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream in{path(name), std::ios::binary};
        return {std::istreambuf_iterator<char>{in}, {}};
    }

  private:
    std::filesystem::path path_;
};

} // namespace haoh::test
