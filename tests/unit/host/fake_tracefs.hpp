// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A tracefs of plain files, with a FIFO as the pipe of each instance.
#pragma once

#include "base/file_descriptor.hpp"
#include "host/tracefs.hpp"
#include "support/sysfs_tree.hpp"

#include <string>

namespace haoh::test {

class FakeTracefs : public host::Tracefs {
  public:
    explicit FakeTracefs(SysfsTree& tree);

    /// Instances that are made from now on lack a file.
    void without(const std::string& file) { missing_ = file; }

    [[nodiscard]] int make_instance(const std::string& name) const override;
    /// As the kernel does: with everything in it.
    [[nodiscard]] int remove_instance(const std::string& name) const override;

    [[nodiscard]] std::string text(const std::string& name, const std::string& file) const;
    /// The other end of an instance's pipe.
    [[nodiscard]] base::FileDescriptor writer(const std::string& name) const;

  private:
    SysfsTree& tree_;
    std::string missing_;
};

void write_all(const base::FileDescriptor& descriptor, const std::string& text);

} // namespace haoh::test
