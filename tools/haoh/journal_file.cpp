// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal_file.hpp"

#include "base/file.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace haoh::tool {
namespace {

using base::FileDescriptor;
using base::last_error;

constexpr ::mode_t kJournalMode = 0640; ///< names of arrays and hosts are not everybody's
constexpr std::string_view kBeginning = R"({"schema":"haoh.)";
constexpr std::string_view kWriteJournal = "write the journal";
constexpr const char* kNewSuffix = ".new";
constexpr std::size_t kTailPart = 65536;
/// It is another file each time that it is opened: somebody else keeps and begins it at this moment.
constexpr int kMostAttempts = 20;

[[noreturn]] void refuse_journal(const std::string& path, std::string_view cause,
                                 std::string_view advice) {
    throw Error(Errc::invalid_argument, kWriteJournal, path, cause, advice);
}

bool same_inode(const struct stat& one, const struct stat& other) {
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/// All of it, unless a call fails.
std::error_code write_line(int file, std::string_view line) {
    while (!line.empty()) {
        const ::ssize_t written = ::write(file, line.data(), line.size());
        if (written > 0) {
            line.remove_prefix(static_cast<std::size_t>(written));
        } else if (written == 0) {
            return {EIO, std::generic_category()};
        } else if (errno != EINTR) {
            return last_error();
        }
    }
    return {};
}

/// \throws Error
void lock_journal(int file, const std::string& path) {
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) {
        return;
    }
    const std::error_code failure = last_error();
    if (failure == std::errc::operation_would_block) {
        refuse_journal(path, "another haoh monitor writes it", "name another file");
    }
    throw Error(failure, kWriteJournal, path, "it cannot be locked: " + failure.message());
}

/// Where the last line begins that has no newline; the size, where all have one.
std::uint64_t end_of_lines(int file, std::uint64_t size) {
    std::array<char, kTailPart> part{};
    for (std::uint64_t end = size; end > 0;) {
        const std::uint64_t begin = end - std::min<std::uint64_t>(end, part.size());
        const ::ssize_t got = ::pread(file, part.data(), static_cast<std::size_t>(end - begin),
                                      static_cast<::off_t>(begin));
        if (got <= 0) {
            if (got < 0 && errno == EINTR) {
                continue;
            }
            return size; // what cannot be read is left as it is
        }
        const std::string_view text(part.data(), static_cast<std::size_t>(got));
        if (const std::size_t newline = text.rfind('\n'); newline != std::string_view::npos) {
            return begin + newline + 1;
        }
        end = begin;
    }
    return 0;
}

} // namespace

JournalFile::JournalFile(JournalFileOptions options) : options_{std::move(options)} {
    open();
}

void JournalFile::open() {
    for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
        // To read it as well: then a FIFO does not wait for somebody.
        FileDescriptor file{::open(options_.path.c_str(),
                                   O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                                   kJournalMode)};
        struct stat opened {};
        if (!file || ::fstat(file.get(), &opened) != 0) {
            throw Error(last_error(), kWriteJournal, options_.path);
        }
        if (!S_ISREG(opened.st_mode)) {
            refuse_journal(options_.path, "it is not a file",
                           "name a file: it is kept under other names");
        }
        lock_journal(file.get(), options_.path);
        std::error_code failure;
        const std::filesystem::path path = std::filesystem::canonical(options_.path, failure);
        struct stat named {};
        if (!failure && ::stat(path.c_str(), &named) != 0) {
            failure = last_error();
        }
        if (failure && failure != std::errc::no_such_file_or_directory) {
            throw Error(failure, kWriteJournal, options_.path);
        }
        if (failure || !same_inode(opened, named)) {
            continue;
        }
        file_ = std::move(file);
        path_ = path.string();
        require_journal();
        cut_torn_line();
        remove_leftovers();
        return;
    }
    refuse_journal(options_.path, "it is another file each time", "name another file");
}

void JournalFile::require_journal() const {
    std::array<char, kBeginning.size()> begin{};
    const ::ssize_t got = ::pread(file_.get(), begin.data(), begin.size(), 0);
    if (got < 0) {
        throw Error(last_error(), kWriteJournal, options_.path);
    }
    const std::string_view text(begin.data(), static_cast<std::size_t>(got));
    if (text != kBeginning.substr(0, text.size())) {
        refuse_journal(options_.path, "there is a file, and it is no journal of haoh",
                       "name another file");
    }
}

void JournalFile::cut_torn_line() {
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) {
        throw Error(last_error(), kWriteJournal, options_.path);
    }
    const auto size = static_cast<std::uint64_t>(status.st_size);
    const std::uint64_t whole = end_of_lines(file_.get(), size);
    if (whole != size && ::ftruncate(file_.get(), static_cast<::off_t>(whole)) != 0) {
        throw Error(last_error(), kWriteJournal, options_.path);
    }
    torn_ = size - whole;
    cut_at_.reset();
    first_ = 0;
}

/// Of a new file that was begun, by one that was killed as well.
void JournalFile::remove_leftovers() const {
    ::unlink((path_ + kNewSuffix).c_str());
    struct stat own {};
    struct stat kept {};
    if (::fstat(file_.get(), &own) == 0 && ::stat(name_of(1).c_str(), &kept) == 0 &&
        same_inode(own, kept)) {
        ::unlink(name_of(1).c_str());
    }
}

std::string JournalFile::name_of(unsigned number) const {
    return fmt::format("{}.{}", path_, number);
}

bool JournalFile::moved() const {
    struct stat own {};
    struct stat named {};
    return ::fstat(file_.get(), &own) == 0 &&
           (::stat(path_.c_str(), &named) != 0 ? errno == ENOENT : !same_inode(own, named));
}

bool JournalFile::wants_new() const {
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) {
        return false;
    }
    const auto size = static_cast<std::uint64_t>(status.st_size);
    // Where one line is larger than the file may be, others find room behind it.
    return size == 0 || size >= std::max(options_.size, 2 * first_) || moved();
}

std::error_code JournalFile::cut() {
    if (cut_at_ && ::ftruncate(file_.get(), static_cast<::off_t>(*cut_at_)) != 0) {
        return last_error();
    }
    cut_at_.reset();
    return {};
}

std::error_code JournalFile::append(std::string_view line) {
    if (const std::error_code failure = cut()) {
        return failure;
    }
    const ::off_t before = ::lseek(file_.get(), 0, SEEK_END);
    if (before < 0) {
        return last_error();
    }
    const std::error_code failure = write_line(file_.get(), line);
    if (failure && ::ftruncate(file_.get(), before) != 0) {
        cut_at_ = static_cast<std::uint64_t>(before);
    }
    return failure;
}

std::error_code JournalFile::append_entry(std::string_view line) {
    try {
        if (moved()) {
            open();
        }
    } catch (const Error& error) {
        return error.code();
    }
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) {
        return last_error();
    }
    if (status.st_size > 0 && wants_new()) {
        return begin_new(line);
    }
    const std::error_code failure = append(line);
    if (!failure && (status.st_size == 0 || first_ == 0)) {
        first_ = line.size();
    }
    return failure;
}

/// At no moment is there no file of the name, and none that does not begin with the line; and this one is
/// written on where it fails.
std::error_code JournalFile::begin_new(std::string_view line) {
    if (const std::error_code failure = cut()) {
        return failure;
    }
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) {
        return last_error();
    }
    if (options_.keep > 0) {
        ::unlink(name_of(options_.keep).c_str()); // the room may be what is lacking
    }
    const std::string name = path_ + kNewSuffix;
    ::unlink(name.c_str());
    FileDescriptor file{::open(
        name.c_str(), O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kJournalMode)};
    if (!file) {
        return last_error();
    }
    std::error_code failure;
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        failure = last_error();
    }
    ::fchmod(file.get(), status.st_mode & 0777U); // as somebody may have wanted the other one
    if (!failure) {
        failure = write_line(file.get(), line);
    }
    if (!failure) {
        failure = keep_old();
    }
    if (!failure && std::rename(name.c_str(), path_.c_str()) != 0) {
        failure = last_error();
    }
    if (failure) {
        remove_leftovers();
        return failure;
    }
    file_ = std::move(file);
    first_ = line.size();
    return {};
}

/// Under another name as well, until the new one takes its own.
std::error_code JournalFile::keep_old() const {
    if (options_.keep == 0) {
        return {};
    }
    for (unsigned number = options_.keep - 1; number > 0; --number) {
        if (std::rename(name_of(number).c_str(), name_of(number + 1).c_str()) != 0 &&
            errno != ENOENT) {
            return last_error();
        }
    }
    // Where there are no such links: for a moment there is no file of the name.
    const bool kept = ::link(path_.c_str(), name_of(1).c_str()) == 0 ||
                      std::rename(path_.c_str(), name_of(1).c_str()) == 0;
    return kept ? std::error_code{} : last_error();
}

} // namespace haoh::tool
