# SPDX-License-Identifier: LGPL-2.1-or-later
# What is found here is seen everywhere, also by a project that adds this one as a subdirectory:
# who links a static libhaoh links these too.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED CONFIG)
find_package(fmt 9 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(tomlplusplus 3.3 REQUIRED)
find_package(pugixml 1.11 REQUIRED)
find_package(Libudev REQUIRED)
# Only what libnvme 1.3 has is used, so that any 1.x will do; libnvme3 is another library with
# another adapter (libhaoh/src/host).
find_package(Libnvme)
if(Libnvme_FOUND)
    set(HAOH_LIBNVME_TARGET Libnvme::nvme)
else()
    find_package(PkgConfig REQUIRED)
    pkg_check_modules(libnvme3 REQUIRED IMPORTED_TARGET GLOBAL libnvme3)
    set(HAOH_LIBNVME_TARGET PkgConfig::libnvme3)
endif()
if(HAOH_BUILD_TOOLS)
    find_package(CLI11 2.1 REQUIRED)
endif()
if(HAOH_BUILD_TESTS)
    find_package(GTest 1.12 REQUIRED)
endif()
if(HAOH_BUILD_BENCHMARKS)
    find_package(benchmark 1.7 REQUIRED)
endif()
