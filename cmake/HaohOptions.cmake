# SPDX-License-Identifier: LGPL-2.1-or-later
# Build options, and the interface target `haoh_warnings` that every target of our own links.
option(HAOH_BUILD_TOOLS "Build haoh and haoh-arraysim" ${PROJECT_IS_TOP_LEVEL})
option(HAOH_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(HAOH_BUILD_FUZZERS "Build the libFuzzer targets (needs clang)" OFF)
option(HAOH_BUILD_BENCHMARKS "Build the benchmarks" OFF)
option(HAOH_KERNEL_TESTS "Build the tests that boot real kernels in VMs" OFF)
set(HAOH_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize= (address,undefined or thread)")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

add_library(haoh_warnings INTERFACE)
target_compile_options(haoh_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
    -Wold-style-cast -Woverloaded-virtual -Wcast-align -Wformat=2 -Werror)

if(HAOH_SANITIZE)
    add_compile_options(-fsanitize=${HAOH_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${HAOH_SANITIZE})
endif()
