// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/file_identity.hpp"

#include "base/file.hpp"

#include <filesystem>

#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace haoh::base {
namespace {

std::optional<FileIdentity> identity_by(const struct stat& status) {
    if (S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3)) { // /dev/null
        return std::nullopt;
    }
    return FileIdentity{.device = status.st_dev, .inode = status.st_ino};
}

} // namespace

std::optional<FileIdentity> identity_of(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) {
        return identity_by(status);
    }
    const std::filesystem::path target = followed(path);
    const std::filesystem::path directory =
        target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
    if (::stat(directory.c_str(), &status) != 0) {
        return std::nullopt;
    }
    return FileIdentity{
        .device = status.st_dev, .inode = status.st_ino, .name = target.filename().string()};
}

std::optional<FileIdentity> identity_of(int descriptor) {
    struct stat status {};
    return ::fstat(descriptor, &status) == 0 ? identity_by(status) : std::nullopt;
}

} // namespace haoh::base
