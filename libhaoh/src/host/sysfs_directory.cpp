// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/sysfs_directory.hpp"

#include "host/attribute_text.hpp"

#include <haoh/error.hpp>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <dirent.h>

namespace haoh::host {

namespace {

/// Not to wait for a pipe's other end, nor to become a terminal's session, whatever a recorded tree
/// has in a file's place.
constexpr int kReadFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

base::FileDescriptor open_at(const FileCalls& calls, int directory, const char* path, int flags,
                             unsigned long long resolve, int& error) {
    // A rename anywhere in the system can make the kernel give up on ".." in a link.
    constexpr int kAttempts = 64;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const int number = calls.open(directory, path, flags, resolve);
        if (number >= 0) {
            error = 0;
            return base::FileDescriptor(number);
        }
        error = errno;
        if (error != EAGAIN && error != EINTR) {
            break;
        }
    }
    return {};
}

bool same_file(const struct stat& a, const struct stat& b) {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/// The content of a file that has more than a usual attribute: it goes on where the beginning ends.
Attribute read_long_attribute(const FileCalls& calls, const base::FileDescriptor& file,
                              std::string_view beginning, int& error) {
    std::string bytes(beginning);
    bytes.resize(kMaxAttributeBytes + 1);
    std::size_t size = beginning.size();
    while (size < bytes.size()) {
        const ssize_t length = calls.read(file.get(), bytes.data() + size, bytes.size() - size);
        if (length < 0) {
            error = errno;
            return unreadable_attribute(errno_text(error));
        }
        if (length == 0) {
            break;
        }
        size += static_cast<std::size_t>(length);
    }
    return attribute_of(std::string_view(bytes).substr(0, size));
}

/// The content of an open file. One reading is one answer of the kernel: a second could be of
/// another moment.
Attribute read_attribute(const FileCalls& calls, const base::FileDescriptor& file, int& error) {
    std::array<char, kUsualAttributeBytes + 1> bytes; // NOLINT: filling it would take as long
    const ssize_t length = calls.read(file.get(), bytes.data(), bytes.size());
    if (length < 0) {
        error = errno;
        return unreadable_attribute(errno_text(error));
    }
    error = 0;
    const std::string_view read(bytes.data(), static_cast<std::size_t>(length));
    return read.size() <= kUsualAttributeBytes ? attribute_of(read)
                                               : read_long_attribute(calls, file, read, error);
}

} // namespace

bool means_absent(int error) {
    return error == ENOENT || error == ENOTDIR;
}

Attribute broken_attribute(int error) {
    return unreadable_attribute(means_absent(error) ? "a link that leads nowhere"
                                                    : errno_text(error));
}

SysfsRoot::SysfsRoot(const std::string& path, const FileCalls& calls)
    : path_{path}, calls_{&calls} {
    constexpr std::string_view kOperation = "read the kernel's view below";
    root_ = base::FileDescriptor(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root_) {
        throw Error({errno, std::generic_category()}, kOperation, path, {},
                    "name the directory that has sys/class/nvme-subsystem in it");
    }
    int error = 0;
    const base::FileDescriptor itself = open_in_root(".", O_PATH | O_DIRECTORY, error);
    if (!itself) {
        const bool refused = error == ENOSYS || error == EPERM;
        throw Error({error, std::generic_category()}, kOperation, path,
                    refused ? "the system call openat2 is not there" : std::string_view(),
                    refused ? "it takes Linux 5.6 or later, and a sandbox that lets it through"
                            : std::string_view());
    }
    struct stat here {};
    struct stat machine {};
    this_machine_ =
        ::fstat(root_.get(), &here) == 0 && ::stat("/", &machine) == 0 && same_file(here, machine);
}

base::FileDescriptor SysfsRoot::open_in_root(const char* path, int flags, int& error) const {
    return open_at(*calls_, root_.get(), path, flags | O_CLOEXEC,
                   RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS, error);
}

SysfsDirectory SysfsRoot::open(std::string path) const {
    SysfsDirectory directory;
    directory.root_ = this;
    directory.path_ = std::move(path);
    directory.descriptor_ =
        open_in_root(directory.path_.c_str(), O_RDONLY | O_DIRECTORY, directory.error_);
    return directory;
}

base::FileDescriptor SysfsRoot::open_file(const char* path, int& error) const {
    return open_in_root(path, kReadFlags, error);
}

int SysfsRoot::read_file(const std::string& path, std::size_t limit, std::string& text) const {
    int error = 0;
    const base::FileDescriptor file = open_file(path.c_str(), error);
    if (!file) {
        return error;
    }
    text.clear();
    std::array<char, 16384> part{};
    while (text.size() < limit) {
        const ssize_t length =
            calls_->read(file.get(), part.data(), std::min(part.size(), limit - text.size()));
        if (length < 0) {
            return errno;
        }
        if (length == 0) {
            break;
        }
        text.append(part.data(), static_cast<std::size_t>(length));
    }
    return 0;
}

std::vector<DirectoryEntry> SysfsDirectory::entries(int& error) const {
    std::vector<DirectoryEntry> found;
    error = error_;
    if (error != 0) {
        return found;
    }
    alignas(struct dirent64) std::array<char, 32768> buffer; // NOLINT: the kernel fills it
    ::lseek(descriptor_.get(), 0, SEEK_SET);
    for (;;) {
        const ssize_t length = root_->calls().list(descriptor_.get(), buffer.data(), buffer.size());
        if (length <= 0) {
            // A directory that goes away in the middle has no more.
            error = length == 0 || means_absent(errno) ? 0 : errno;
            return found;
        }
        for (ssize_t offset = 0; offset < length;) {
            const char* const at = buffer.data() + offset;
            std::uint16_t size = 0;
            std::memcpy(&size, at + offsetof(struct dirent64, d_reclen), sizeof size);
            const auto type = static_cast<unsigned char>(at[offsetof(struct dirent64, d_type)]);
            const std::string_view name(at + offsetof(struct dirent64, d_name));
            if (name != "." && name != "..") {
                found.push_back({std::string(name), type});
            }
            offset += size;
        }
    }
}

bool DirectoryEntry::may_be_object() const {
    return type == DT_DIR || type == DT_LNK || type == DT_UNKNOWN;
}

bool SysfsDirectory::has(const char* name) const {
    if (error_ != 0) {
        return !means_absent(error_);
    }
    struct stat found {};
    return name != nullptr &&
           (::fstatat(descriptor_.get(), name, &found, AT_SYMLINK_NOFOLLOW) == 0 ||
            !means_absent(errno));
}

bool SysfsDirectory::same_as(const SysfsDirectory& other) const {
    struct stat mine {};
    struct stat theirs {};
    return ::fstat(descriptor_.get(), &mine) == 0 &&
           ::fstat(other.descriptor_.get(), &theirs) == 0 && same_file(mine, theirs);
}

int SysfsDirectory::enter(const char* name) const {
    int error = 0;
    const std::string path = path_ + "/" + name;
    const base::FileDescriptor there =
        root_->open_in_root(path.c_str(), O_PATH | O_DIRECTORY, error);
    return error;
}

Attribute SysfsDirectory::attribute(std::string_view file) const {
    return attribute_at(Relative({}).to(file));
}

int SysfsDirectory::write(const char* file, std::string_view text) const {
    if (error_ != 0) {
        return error_;
    }
    int error = 0;
    // Truncated as a shell would: sysfs does not care, and a recorded tree has plain files.
    const base::FileDescriptor opened =
        open_at(root_->calls(), descriptor_.get(), file,
                O_WRONLY | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH, error);
    if (!opened) {
        return error;
    }
    const ssize_t written = root_->calls().write(opened.get(), text.data(), text.size());
    if (written < 0) {
        return errno;
    }
    return static_cast<std::size_t>(written) == text.size() ? 0 : EIO;
}

Attribute SysfsDirectory::attribute_at(const char* relative) const {
    int error = 0;
    if (relative == nullptr) {
        return unreadable_attribute(errno_text(ENAMETOOLONG));
    }
    const base::FileDescriptor file = open_at(root_->calls(), descriptor_.get(), relative,
                                              kReadFlags, RESOLVE_NO_SYMLINKS, error);
    if (!file) {
        if (error == ELOOP) {
            return attribute_behind_links(relative);
        }
        return means_absent(error) ? Attribute{} : unreadable_attribute(errno_text(error));
    }
    Attribute attribute = read_attribute(root_->calls(), file, error);
    if (error == ENODEV && !has(relative)) {
        return {}; // the object went away between opening and reading
    }
    return attribute;
}

Attribute SysfsDirectory::attribute_behind_links(const char* relative) const {
    int error = 0;
    const std::string path = path_ + "/" + relative;
    const base::FileDescriptor file = root_->open_in_root(path.c_str(), kReadFlags, error);
    if (file) {
        return read_attribute(root_->calls(), file, error);
    }
    if (!means_absent(error)) {
        return unreadable_attribute(errno_text(error));
    }
    const base::FileDescriptor link = root_->open_in_root(path.c_str(), O_PATH | O_NOFOLLOW, error);
    return link ? broken_attribute(ENOENT) : Attribute{};
}

SysfsDirectory::Relative::Relative(std::string_view folder) {
    if (folder.size() >= text_.size()) {
        prefix_ = text_.size();
    } else if (!folder.empty()) {
        std::copy(folder.begin(), folder.end(), text_.begin());
        text_[folder.size()] = '/';
        prefix_ = folder.size() + 1;
    }
}

const char* SysfsDirectory::Relative::to(std::string_view file) {
    if (prefix_ + file.size() >= text_.size()) {
        return nullptr;
    }
    std::copy(file.begin(), file.end(), text_.begin() + static_cast<std::ptrdiff_t>(prefix_));
    text_[prefix_ + file.size()] = '\0';
    // A trailing slash would lead through a link.
    if (file.empty() && prefix_ > 0) {
        text_[prefix_ - 1] = '\0';
    }
    return text_.data();
}

} // namespace haoh::host
