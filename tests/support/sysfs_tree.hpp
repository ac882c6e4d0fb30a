// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Trees of sysfs of any shape, as kernels of several generations lay them out, and as no kernel
/// does: in a directory of their own, which goes away with the object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace haoh::test {

/// The layouts differ in what a path and a head have.
enum class KernelLayout : std::uint8_t {
    v6_1,  ///< no counters, no `csi`
    v6_12, ///< `csi` and `metadata_bytes`
    v6_16, ///< `multipath` links, `numa_nodes`, `queue_depth`, `delayed_removal_secs`
    v7_3,  ///< `diag` counters, timeouts of a controller
};

class SysfsTree {
  public:
    explicit SysfsTree(KernelLayout layout = KernelLayout::v6_12);
    SysfsTree(const SysfsTree&) = delete;
    SysfsTree& operator=(const SysfsTree&) = delete;
    ~SysfsTree();

    [[nodiscard]] std::string root() const { return root_.string(); }

    // What is made from now on.

    /// Attributes are followed by NUL bytes up to a page, as recordings by tar have them. A page has
    /// 4 KiB, on some machines 16 or 64.
    SysfsTree& nul_padded(std::size_t page = 4096);
    SysfsTree& without_ana(bool on = true);
    /// Links of `multipath` directories are not made, whatever the layout.
    SysfsTree& without_links(bool on = true);

    // Objects. Instances are given one after another, from 0 on; NSIDs are 10 more than the
    // instance of a head, whose instances begin with 1.

    /// A subsystem, its controllers, its namespaces, and a path from each to each.
    SysfsTree& add_subsystem(std::string_view nqn, unsigned controllers, unsigned namespaces);
    /// The same where multipath is off: each controller has namespaces of its own.
    SysfsTree& add_subsystem_without_multipath(std::string_view nqn, unsigned controllers,
                                               unsigned namespaces);
    /// A controller of no subsystem yet.
    SysfsTree& add_stray_controller();

    // Places of objects, relative to the root. A name is one of those that were made.

    [[nodiscard]] static std::string subsystem(unsigned instance);
    [[nodiscard]] static std::string controller(unsigned instance);
    [[nodiscard]] static std::string head(unsigned subsystem, unsigned head);
    [[nodiscard]] static std::string path(unsigned subsystem, unsigned controller, unsigned head);

    // Anything else, below the root.

    SysfsTree& set(const std::string& file, std::string_view text);
    /// Another text in the file that is there, for those too who have it open.
    SysfsTree& change(const std::string& file, std::string_view text);
    SysfsTree& link(const std::string& file, const std::string& target);
    SysfsTree& remove(const std::string& file);
    /// Three ways of being there and not readable, also to root.
    SysfsTree& make_directory(const std::string& file);
    SysfsTree& make_too_long(const std::string& file);
    SysfsTree& make_dangling(const std::string& file);
    /// A link to itself.
    SysfsTree& make_loop(const std::string& file);

  private:
    void write(const std::filesystem::path& directory, std::string_view file,
               std::string_view text) const;
    void make_controller(unsigned instance, std::string_view nqn, bool live) const;
    void make_namespace(const std::filesystem::path& directory, unsigned head,
                        bool multipath) const;
    void make_path(const std::filesystem::path& directory) const;
    unsigned make_subsystem(std::string_view nqn, unsigned controllers);
    [[nodiscard]] std::filesystem::path fresh(const std::string& file) const;

    std::filesystem::path root_;
    KernelLayout layout_;
    std::size_t padded_to_{};
    bool ana_{true};
    bool links_{true};
    unsigned subsystems_{};
    unsigned controllers_{};
};

} // namespace haoh::test
