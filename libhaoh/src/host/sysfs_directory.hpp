// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A tree of attributes below a root directory, and nothing outside of it: links lead as if the
/// root were "/". Any number of trees can be open at once; nothing is remembered between them.
#pragma once

#include "base/file_descriptor.hpp"
#include "host/file_calls.hpp"

#include <haoh/kernel.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::host {

inline constexpr std::string_view kControllerClass = "sys/class/nvme";

struct DirectoryEntry {
    std::string name;
    unsigned char type{}; ///< DT_DIR, DT_LNK, ...

    /// A directory, a link to one, or not known.
    [[nodiscard]] bool may_be_object() const;
};

/// Says of every attribute of an object why none can be read.
template <typename Object>
void mark_broken(std::span<const AttributeRow<Object>> rows, Object& object,
                 const Attribute& broken) {
    for (const AttributeRow<Object>& row : rows) {
        object.*row.member = broken;
    }
}

/// Of an errno value: there is no such thing. Any other does not say that there is none.
[[nodiscard]] bool means_absent(int error);

/// What every attribute of an object says whose directory cannot be entered.
[[nodiscard]] Attribute broken_attribute(int error);

class SysfsDirectory;

/// The root. Used by several threads at once.
class SysfsRoot {
  public:
    /// \throws Error when there is no such directory
    /// \param calls  not shorter than the root
    explicit SysfsRoot(const std::string& path, const FileCalls& calls = FileCalls::system());

    /// As given, for messages.
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const FileCalls& calls() const { return *calls_; }
    /// The root of this machine, and not of a recorded tree.
    [[nodiscard]] bool this_machine() const { return this_machine_; }

    /// \param path  below the root, without a slash at its beginning
    [[nodiscard]] SysfsDirectory open(std::string path) const;

    /// Opens a file below the root for reading.
    /// \return not open: `error` is an errno value
    [[nodiscard]] base::FileDescriptor open_file(const char* path, int& error) const;

    /// A file below the root as it is, up to `limit` bytes.
    /// \return 0 or an errno value
    [[nodiscard]] int read_file(const std::string& path, std::size_t limit,
                                std::string& text) const;

  private:
    friend class SysfsDirectory;

    [[nodiscard]] base::FileDescriptor open_in_root(const char* path, int flags, int& error) const;

    std::string path_;
    const FileCalls* calls_;
    base::FileDescriptor root_;
    bool this_machine_{};
};

/// A directory that is open or says why not. Not longer than its root.
class SysfsDirectory {
  public:
    static constexpr std::size_t kMaxRelativePath = 511;

    /// 0 or an errno value.
    [[nodiscard]] int error() const { return error_; }
    [[nodiscard]] explicit operator bool() const { return error_ == 0; }
    [[nodiscard]] const std::string& path() const { return path_; }

    /// Everything in it, in no order.
    /// \param error  0, or why there may be more
    [[nodiscard]] std::vector<DirectoryEntry> entries(int& error) const;
    /// Whether an entry of that name is there, wherever it may lead, or nobody can say that it is not.
    [[nodiscard]] bool has(const char* name) const;
    [[nodiscard]] bool same_as(const SysfsDirectory& other) const;

    /// \param file  of this directory or of those below, at most `kMaxRelativePath` bytes
    [[nodiscard]] Attribute attribute(std::string_view file) const;

    /// Writes an attribute, in one call as sysfs takes it. The file must be there, and its own, not
    /// behind a link.
    /// \return 0 or an errno value
    [[nodiscard]] int write(const char* file, std::string_view text) const;

    /// Reads all attributes of an object from its directory below this one. One that is there and
    /// cannot be entered (a loop of links, a link that leads nowhere) says so in each.
    /// \param name  the object's directory; empty: this one
    /// \return whether the object is there: one that is gone has no attribute and no directory
    template <typename Object>
    bool read(std::string_view name, std::span<const AttributeRow<Object>> rows,
              Object& object) const;

  private:
    friend class SysfsRoot;

    /// A path relative to this directory, built in place: there are tens of thousands.
    class Relative {
      public:
        explicit Relative(std::string_view folder);
        /// nullptr when it is too long. The directory itself, "", comes last.
        [[nodiscard]] const char* to(std::string_view file);

      private:
        std::size_t prefix_{};
        std::array<char, kMaxRelativePath + 1> text_; // as far as it was written
    };

    [[nodiscard]] Attribute attribute_at(const char* relative) const;
    [[nodiscard]] Attribute attribute_behind_links(const char* relative) const;
    /// 0 or the errno value of entering a directory below this one.
    [[nodiscard]] int enter(const char* name) const;

    const SysfsRoot* root_{};
    std::string path_;
    base::FileDescriptor descriptor_;
    int error_{};
};

template <typename Object>
bool SysfsDirectory::read(std::string_view name, std::span<const AttributeRow<Object>> rows,
                          Object& object) const {
    const auto folder_of = [](std::string_view file) {
        const std::size_t slash = file.find('/');
        return file.substr(0, slash == std::string_view::npos ? 0 : slash);
    };
    Relative path(name);
    std::string_view absent_folder; // "diag" before Linux 7.2: no use in asking for what is in it
    bool found = false;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::string_view folder = folder_of(rows[i].file);
        if (!folder.empty() && folder == absent_folder) {
            continue;
        }
        Attribute& attribute = object.*rows[i].member;
        attribute = attribute_at(path.to(rows[i].file));
        if (attribute.state != Attribute::State::absent) {
            found = true;
        } else if (!folder.empty() && i + 1 < rows.size() &&
                   folder_of(rows[i + 1].file) == folder && !has(path.to(folder))) {
            absent_folder = folder;
        }
    }
    if (found || name.empty()) {
        return true;
    }
    const char* const directory = path.to("");
    if (!has(directory)) {
        return false;
    }
    const int error = enter(directory);
    if (error != 0) {
        mark_broken(rows, object, broken_attribute(error));
    }
    return true;
}

} // namespace haoh::host
