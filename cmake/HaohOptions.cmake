# SPDX-License-Identifier: LGPL-2.1-or-later
# Build options, and the interface target `haoh_warnings` that every target of our own links.
include(CMakeDependentOption)
include(GNUInstallDirs)

option(BUILD_SHARED_LIBS "Build libhaoh as a shared library" OFF)
option(HAOH_BUILD_TOOLS "Build haoh and haoh-arraysim" ${PROJECT_IS_TOP_LEVEL})
option(HAOH_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(HAOH_INSTALL "Install the library and whatever else is built" ${PROJECT_IS_TOP_LEVEL})
option(HAOH_WARNINGS_AS_ERRORS "Stop at the first compiler warning" OFF)
option(HAOH_CCACHE "Compile through ccache where it is installed" ${PROJECT_IS_TOP_LEVEL})
cmake_dependent_option(HAOH_BUILD_FUZZERS "Build the libFuzzer targets (needs clang)" OFF
                       "HAOH_BUILD_TESTS" OFF)
cmake_dependent_option(HAOH_BUILD_BENCHMARKS "Build the benchmarks" OFF "HAOH_BUILD_TESTS" OFF)
cmake_dependent_option(HAOH_KERNEL_TESTS "Build the tests that boot real kernels in VMs" OFF
                       "HAOH_BUILD_TESTS" OFF)
set(HAOH_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize= (address,undefined or thread)")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

if(HAOH_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(HAOH_CCACHE_PROGRAM ccache)
    mark_as_advanced(HAOH_CCACHE_PROGRAM)
    if(HAOH_CCACHE_PROGRAM)
        # The first is what it takes to cache a build with precompiled headers; with the second
        # one build directory profits from another that is as far from the sources.
        set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
            CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_NOHASHDIR=1
            CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} ${HAOH_CCACHE_PROGRAM})
    endif()
endif()

# GCC inlines the allocation of Asio's coroutine frames but not their release, and then takes the
# two for a mismatched pair.
add_library(haoh_warnings INTERFACE)
target_compile_options(haoh_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
    -Wold-style-cast -Woverloaded-virtual -Wcast-align -Wformat=2 -Wextra-semi
    $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wno-mismatched-new-delete>
    $<$<BOOL:${HAOH_WARNINGS_AS_ERRORS}>:-Werror>)

# What is compiled with the sanitizers links this: the library, the simulator and the tools. Test
# files stay plain with AddressSanitizer, which takes half of the time; ThreadSanitizer has to see
# all code.
add_library(haoh_instrumented INTERFACE)
if(HAOH_SANITIZE)
    set(flags -fsanitize=${HAOH_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # Instrumented code makes GCC see uninitialized values where there are none, and Asio's
        # fences are not what ThreadSanitizer models.
        target_compile_options(haoh_warnings INTERFACE -Wno-maybe-uninitialized)
    endif()
    if(NOT HAOH_SANITIZE MATCHES "thread")
        # A check at every access to a member makes a third of the code, and AddressSanitizer sees
        # these accesses anyway. What looks at an object's type takes a pipe to do so, and calls
        # the object wrong when a test has left it no descriptor.
        list(APPEND flags -fno-sanitize=null,vptr)
    elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(haoh_warnings INTERFACE -Wno-tsan)
    endif()
    if(HAOH_BUILD_FUZZERS)
        list(APPEND flags -fsanitize=fuzzer-no-link)
    endif()
    if(HAOH_SANITIZE MATCHES "thread")
        add_compile_options(${flags})
    else()
        target_compile_options(haoh_instrumented INTERFACE ${flags})
    endif()
    add_link_options(-fsanitize=${HAOH_SANITIZE})
endif()

# How many of the product's files are compiled as one: they are small beside the headers that they
# share. Tests keep CMAKE_UNITY_BUILD_BATCH_SIZE.
set(HAOH_UNITY_BATCH 16)

# What is meant to be local to a file looks to GCC as if a header had it, and to
# clang as if the next file hid it; builds by file hold each file to -Wshadow.
if(CMAKE_UNITY_BUILD)
    target_compile_options(haoh_warnings INTERFACE
        $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>
        $<$<CXX_COMPILER_ID:Clang>:-Wno-shadow>)
endif()

# Installed tools find a shared libhaoh beside them, wherever the prefix is.
if(BUILD_SHARED_LIBS AND NOT CMAKE_INSTALL_RPATH)
    file(RELATIVE_PATH haoh_lib_from_bin "${CMAKE_INSTALL_FULL_BINDIR}"
         "${CMAKE_INSTALL_FULL_LIBDIR}")
    set(CMAKE_INSTALL_RPATH "$ORIGIN/${haoh_lib_from_bin}")
endif()
