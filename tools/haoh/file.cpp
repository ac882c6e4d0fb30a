// SPDX-License-Identifier: LGPL-2.1-or-later
#include "file.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

#include <sys/stat.h>
#include <unistd.h>

namespace haoh::tool {
namespace {

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

} // namespace

std::string read_file(const std::string& path, std::size_t limit) {
    const bool standard_input = path == "-";
    const File owned{standard_input ? nullptr : std::fopen(path.c_str(), "rbe")};
    std::FILE* file = standard_input ? stdin : owned.get();
    if (file == nullptr) {
        throw Error(last_error(), "open", path);
    }
    std::string content;
    std::array<char, 65536> part{};
    for (;;) {
        const std::size_t got = std::fread(part.data(), 1, part.size(), file);
        content.append(part.data(), got);
        if (content.size() > limit) {
            throw Error(Errc::too_large, "read", path, fmt::format("more than {} bytes", limit));
        }
        if (got < part.size()) {
            break;
        }
    }
    if (std::ferror(file) != 0) {
        throw Error(last_error(), "read", path);
    }
    return content;
}

void write_file(const std::string& path, std::string_view content) {
    struct stat status {};
    // A device, pipe or socket takes the bytes itself; only a regular file can be replaced by a rename.
    const bool special = ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
    const std::string written = special ? path : fmt::format("{}.new-{}", path, ::getpid());
    File file{std::fopen(written.c_str(), special ? "wbe" : "wbxe")};
    if (!file) {
        throw Error(last_error(), "create", written);
    }
    const bool complete =
        std::fwrite(content.data(), 1, content.size(), file.get()) == content.size() &&
        std::fflush(file.get()) == 0 && (special || ::fsync(::fileno(file.get())) == 0);
    const std::error_code failure = last_error();
    file.reset();
    if (special && complete) {
        return;
    }
    if (!complete || std::rename(written.c_str(), path.c_str()) != 0) {
        const std::error_code cause = complete ? last_error() : failure;
        if (!special) {
            std::remove(written.c_str());
        }
        throw Error(cause, "write", path);
    }
}

} // namespace haoh::tool
