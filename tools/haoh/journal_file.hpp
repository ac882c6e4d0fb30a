// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// JournalFile: a file of lines that grows to a size, is kept under other names, and begins anew.
#pragma once

#include "base/file_descriptor.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <sys/stat.h>

namespace haoh::tool {

struct JournalFileOptions {
    std::string path;
    std::uint64_t size{std::uint64_t{64} << 20U}; ///< from which on it is kept and begun anew
    unsigned keep{4};                             ///< older ones: FILE.1, FILE.2, ...
};

/// Whole lines are in it, or nothing of them: what a full disk took of a line is cut off again, and no line is
/// written behind one that could not be. Only the last one can be torn, by whoever kills this process or the
/// machine while it is written: who opens the file next cuts that off. Others' writers are kept out (flock).
/// May block, as disks do.
class JournalFile {
  public:
    /// Opens it, as what it is to be from now on, or makes it. Symbolic links are followed; other files keep
    /// their names beside it.
    /// \throws Error when it is no file, not a journal, or another one writes it
    explicit JournalFile(JournalFileOptions options);

    /// \param line  with its newline
    [[nodiscard]] std::error_code append(std::string_view line);
    /// The same of a line that a file may begin with: where it is time, a new one does.
    [[nodiscard]] std::error_code append_entry(std::string_view line);

    /// Whether the next file is to begin: this one is large enough, somebody moved, removed or emptied it, or
    /// nothing is in it yet.
    [[nodiscard]] bool wants_new() const;
    /// Bytes of a line that was torn before it was opened.
    [[nodiscard]] std::uint64_t torn() const { return torn_; }

  private:
    void open();
    void require_journal() const;
    void cut_torn_line();
    void remove_leftovers() const;
    [[nodiscard]] std::string name_of(unsigned number) const;
    [[nodiscard]] bool moved() const;
    [[nodiscard]] std::error_code cut();
    [[nodiscard]] std::error_code begin_new(std::string_view line);
    [[nodiscard]] std::error_code keep_old() const;

    JournalFileOptions options_;
    std::string path_; ///< without links
    base::FileDescriptor file_;
    std::optional<std::uint64_t> cut_at_; ///< a torn line that could not be cut off yet
    std::uint64_t first_{};               ///< bytes of the line that it began with
    std::uint64_t torn_{};
};

} // namespace haoh::tool
