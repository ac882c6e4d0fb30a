// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace haoh::test {

/// Something that the kernel tests need is not on this machine (QEMU, a kernel, a tool). Outside
/// of CI a test that meets this is skipped, with the text as its reason.
class Unavailable : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// A kernel and what image.sh made for it.
struct KernelImage {
    std::string flavour;             ///< "6.1", "6.12" or "7".
    std::string version;             ///< Package and version, as "linux-image-... 6.12.95-1".
    std::filesystem::path kernel;    ///< An ELF vmlinux.
    std::filesystem::path initramfs; ///< busybox, modules, the agent.
    std::filesystem::path programs;  ///< An ext4 image with fio and nvme-cli.
};

/// Runs image.sh, which downloads the kernel where it has to. The cache is the directory named by
/// HAOH_KERNEL_CACHE, else image.sh's default. Throws Unavailable with image.sh's own words.
KernelImage kernel_image(const std::string& flavour);

} // namespace haoh::test
