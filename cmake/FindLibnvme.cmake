# SPDX-License-Identifier: LGPL-2.1-or-later
# libnvme 1.x as Libnvme::nvme. Not through pkg-config: Debian 12's file wants the development
# packages of json-c and OpenSSL, on which its package does not depend.
find_path(Libnvme_INCLUDE_DIR nvme/ioctl.h)
find_library(Libnvme_LIBRARY nvme)
mark_as_advanced(Libnvme_INCLUDE_DIR Libnvme_LIBRARY)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libnvme REQUIRED_VARS Libnvme_LIBRARY Libnvme_INCLUDE_DIR)
if(Libnvme_FOUND AND NOT TARGET Libnvme::nvme)
    add_library(Libnvme::nvme UNKNOWN IMPORTED)
    set_target_properties(Libnvme::nvme PROPERTIES
        IMPORTED_LOCATION "${Libnvme_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${Libnvme_INCLUDE_DIR}")
endif()
