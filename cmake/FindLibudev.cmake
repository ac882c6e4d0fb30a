# SPDX-License-Identifier: LGPL-2.1-or-later
# libudev as Libudev::udev.
find_path(Libudev_INCLUDE_DIR libudev.h)
find_library(Libudev_LIBRARY udev)
mark_as_advanced(Libudev_INCLUDE_DIR Libudev_LIBRARY)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libudev REQUIRED_VARS Libudev_LIBRARY Libudev_INCLUDE_DIR)
if(Libudev_FOUND AND NOT TARGET Libudev::udev)
    add_library(Libudev::udev UNKNOWN IMPORTED)
    set_target_properties(Libudev::udev PROPERTIES
        IMPORTED_LOCATION "${Libudev_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${Libudev_INCLUDE_DIR}")
endif()
