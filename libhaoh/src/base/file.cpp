// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/file.hpp"

#include "base/file_descriptor.hpp"
#include "base/signals_held.hpp"
#include "base/standard_streams.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace haoh::base {
namespace {

constexpr decltype(std::declval<struct statfs>().f_type) kPipeFileSystem = 0x50495045;
constexpr int kMaxLinks = 40; // as the kernel
constexpr int kMaxNames = 100;
constexpr std::size_t kPart = 65536;
constexpr std::size_t kBetweenSignals = 1'048'576;

std::string_view kind_of(::mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFIFO:
        return "a FIFO";
    case S_IFSOCK:
        return "a socket";
    case S_IFCHR:
    case S_IFBLK:
        return "a device";
    default:
        return "something else";
    }
}

/// Whether a file has an end, and nobody has to come and write it first.
bool has_an_end(int file, const struct stat& status, bool standard_input) {
    if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) { // which read(2) refuses by itself
        return true;
    }
    if (S_ISCHR(status.st_mode)) {
        return status.st_rdev == makedev(1, 3) || // /dev/null
               (standard_input && ::isatty(file) != 0);
    }
    struct statfs system {};
    return standard_input
               ? S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)
               : S_ISFIFO(status.st_mode) && ::fstatfs(file, &system) == 0 &&
                     system.f_type == kPipeFileSystem; // without a name: it has its writer
}

[[noreturn]] void refuse(const std::string& path, const struct stat& status) {
    throw Error(Errc::invalid_argument, "read", path,
                fmt::format("it is {}, not a file", kind_of(status.st_mode)),
                "name a file, or '-' for what is piped in");
}

FileDescriptor open_named(const std::string& path) {
    // Not to wait for whoever opens the other end.
    FileDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (!file) {
        const std::error_code failure = last_error();
        struct stat status {};
        if (failure == std::errc::no_such_device_or_address && ::stat(path.c_str(), &status) == 0) {
            refuse(path, status);
        }
        throw Error(failure, "open", path);
    }
    return file;
}

struct stat status_of(int file, const std::string& name) {
    struct stat status {};
    if (::fstat(file, &status) != 0) {
        throw Error(last_error(), "read", name);
    }
    return status;
}

bool same_file(const std::filesystem::path& path, const struct stat& status) {
    struct stat other {};
    return ::stat(path.c_str(), &other) == 0 && other.st_dev == status.st_dev &&
           other.st_ino == status.st_ino;
}

/// A new file beside another one, that is gone with its scope unless it took its place.
class Replacement {
  public:
    explicit Replacement(const std::filesystem::path& target) : target_{target} {
        int number = 0;
        do {
            name_ = target.parent_path() / fmt::format(".haoh-{}-{}.new", ::getpid(), number);
            file_ = FileDescriptor{
                ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
        } while (!file_ && errno == EEXIST && ++number < kMaxNames);
        if (!file_) {
            throw Error(last_error(), "create", target.string());
        }
    }
    ~Replacement() {
        if (!name_.empty()) {
            ::unlink(name_.c_str());
        }
    }
    Replacement(const Replacement&) = delete;
    Replacement& operator=(const Replacement&) = delete;

    /// Who may read and write the other one, as far as this user can say so.
    void admit_as(const std::filesystem::path& path, const struct stat& status) const {
        ::mode_t mode = status.st_mode & 07777U;
        ::fchmod(file_.get(), mode & 0700U);
        if (::fchown(file_.get(), status.st_uid, status.st_gid) != 0 &&
            ::fchown(file_.get(), static_cast<::uid_t>(-1), status.st_gid) != 0) {
            mode = (mode & 0707U) | ((mode & 07U) << 3U); // another group is anybody
        }
        ::fchmod(file_.get(), mode);
        std::array<char, 4096> list{};
        constexpr const char* kAccess = "system.posix_acl_access";
        const ::ssize_t size = ::getxattr(path.c_str(), kAccess, list.data(), list.size());
        if (size > 0) {
            ::fsetxattr(file_.get(), kAccess, list.data(), static_cast<std::size_t>(size), 0);
        }
    }
    [[nodiscard]] std::error_code write(std::string_view content, const SignalsHeld& signals) {
        while (!content.empty()) {
            if (signals.one_waits()) {
                return std::make_error_code(std::errc::interrupted);
            }
            const std::string_view part = content.substr(0, kBetweenSignals);
            if (const std::error_code failure = write_all(file_.get(), part)) {
                return failure;
            }
            content.remove_prefix(part.size());
        }
        // Where the space is another machine's, closing tells that there is none.
        if (::fsync(file_.get()) != 0 || ::close(file_.release()) != 0) {
            return last_error();
        }
        return {};
    }
    [[nodiscard]] std::error_code take_place() {
        if (std::rename(name_.c_str(), target_.c_str()) != 0) {
            return last_error();
        }
        name_.clear();
        return {};
    }

    /// The same where nothing is there, and EEXIST otherwise.
    [[nodiscard]] std::error_code take_free_place() {
        if (::renameat2(AT_FDCWD, name_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE) ==
            0) {
            name_.clear();
            return {};
        }
        // Not every file system can do that; the link stays when the other name goes.
        const bool can = errno != EINVAL && errno != ENOSYS;
        return can || ::link(name_.c_str(), target_.c_str()) != 0 ? last_error()
                                                                  : std::error_code{};
    }

  private:
    std::filesystem::path target_;
    std::filesystem::path name_;
    FileDescriptor file_;
};

/// What is to be written.
struct Target {
    explicit Target(const std::string& path) : there{::stat(path.c_str(), &status) == 0} {
        if (!there && errno != ENOENT) {
            throw Error(last_error(), "create", path);
        }
        name = followed(path);
    }

    /// What is not a regular file cannot be replaced; nor what has no name, behind a link in /proc.
    [[nodiscard]] bool is_replaced() const {
        return !there || (S_ISREG(status.st_mode) && same_file(name, status));
    }

    struct stat status {};
    bool there;
    std::filesystem::path name;
};

/// Into what is there, whatever it is.
void write_into(const std::string& path, std::string_view content) {
    FileDescriptor file{::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY)};
    if (!file) {
        throw Error(last_error(), "create", path);
    }
    std::error_code failure = write_all(file.get(), content);
    if (::close(file.release()) != 0 && !failure) {
        failure = last_error();
    }
    if (failure) {
        throw OutputError(failure, "write", path);
    }
}

} // namespace

FileDescriptor open_to_read(const std::string& path) {
    const bool standard_input = path == "-";
    const std::string name = standard_input ? "standard input" : path;
    FileDescriptor file = standard_input ? FileDescriptor{::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)}
                                         : open_named(path);
    const struct stat status = status_of(file.get(), name);
    if (!has_an_end(file.get(), status, standard_input)) {
        refuse(name, status);
    }
    return file;
}

std::string read_file(const std::string& path, std::size_t limit) {
    const std::string name = path == "-" ? "standard input" : path;
    const FileDescriptor opened = open_to_read(path);
    const int file = opened.get();
    const auto too_large = [&] {
        return Error(Errc::too_large, "read", name, fmt::format("more than {} bytes", limit));
    };
    const struct stat status = status_of(file, name);
    std::string content;
    if (S_ISREG(status.st_mode)) {
        if (static_cast<std::uintmax_t>(status.st_size) > limit) {
            throw too_large();
        }
        content.reserve(static_cast<std::size_t>(status.st_size));
    }
    std::array<char, kPart> part{};
    for (;;) {
        const ::ssize_t got = ::read(file, part.data(), part.size());
        if (got == 0) {
            return content;
        }
        if (got > 0) {
            content.append(part.data(), static_cast<std::size_t>(got));
            if (content.size() > limit) {
                throw too_large();
            }
        } else if (errno == EAGAIN && !S_ISREG(status.st_mode)) {
            wait_until_ready(file, POLLIN);
        } else if (errno != EINTR) {
            throw Error(last_error(), "read", name);
        }
    }
}

std::filesystem::path followed(std::filesystem::path path) {
    for (int count = 0; count < kMaxLinks; ++count) {
        std::error_code failure;
        const std::filesystem::path target = std::filesystem::read_symlink(path, failure);
        if (failure) {
            return path; // no link
        }
        path = path.parent_path() / target;
    }
    return path;
}

void require_writable(const std::string& path) {
    const Target target{path};
    if (target.is_replaced()) {
        const SignalsHeld signals; // else one would leave the new file behind
        const Replacement probe{target.name};
    } else if (S_ISDIR(target.status.st_mode)) {
        throw Error(std::make_error_code(std::errc::is_a_directory), "create", path);
    } else if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) {
        throw Error(last_error(), "create", path);
    }
}

void write_file(const std::string& path, std::string_view content) {
    const Target target{path};
    if (!target.is_replaced()) {
        write_into(path, content);
        return;
    }
    const SignalsHeld signals; // else one would leave the new file behind
    Replacement replacement{target.name};
    if (target.there) {
        replacement.admit_as(target.name, target.status);
    }
    std::error_code failure = replacement.write(content, signals);
    if (!failure) {
        failure = replacement.take_place();
    }
    if (failure) {
        throw OutputError(failure, "write", path);
    }
}

void require_absent(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0) {
        throw Error(Errc::invalid_argument, "create", path, "it is there already",
                    "name another file, or move this one away");
    }
    if (errno != ENOENT) {
        throw Error(last_error(), "create", path);
    }
}

void create_file(const std::string& path, std::string_view content) {
    require_absent(path);
    const SignalsHeld signals; // else one would leave the new file behind
    Replacement replacement{path};
    std::error_code failure = replacement.write(content, signals);
    if (!failure) {
        failure = replacement.take_free_place();
    }
    if (failure == std::errc::file_exists) {
        require_absent(path);
    }
    if (failure) {
        throw OutputError(failure, "write", path);
    }
}

} // namespace haoh::base
