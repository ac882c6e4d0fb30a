# SPDX-License-Identifier: LGPL-2.1-or-later
# Library, headers, CMake package, pkg-config file, documents, what shells and systemd read, CPack.
# A tool installs itself.
include(CMakePackageConfigHelpers)

install(TARGETS haoh EXPORT haoh-targets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/libhaoh/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.hpp" PATTERN "*.h")

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/haoh)
install(EXPORT haoh-targets NAMESPACE haoh:: DESTINATION ${package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/haoh-config.cmake.in haoh-config.cmake
                              INSTALL_DESTINATION ${package_dir}
                              NO_SET_AND_CHECK_MACRO)
# Until 1.0 a minor version may change the API.
write_basic_package_version_file(haoh-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/haoh-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/haoh-config-version.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindLibnvme.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindLibudev.cmake
        DESTINATION ${package_dir})

# Who links a shared libhaoh needs nothing else, whatever it was built from; who links a static one
# also needs what that links, and from C the C++ library (pkg-config --static).
set(pc_requires "")
set(pc_libs "")
set(pc_libs_private "")
if(NOT BUILD_SHARED_LIBS)
    set(pc_requires "fmt >= 9, pugixml >= 1.11, tomlplusplus >= 3.3")
    set(pc_libs_private "-lstdc++ -lm")
    if(HAOH_LIBNVME_TARGET STREQUAL "Libnvme::nvme")
        set(pc_libs " -lnvme -ludev") # FindLibnvme.cmake says why not its own file
    else()
        string(APPEND pc_requires ", libnvme3")
        set(pc_libs " -ludev")
    endif()
endif()
foreach(dir LIBDIR INCLUDEDIR)
    if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
        set(pc_${dir} "${CMAKE_INSTALL_${dir}}")
    else()
        set(pc_${dir} "\${prefix}/${CMAKE_INSTALL_${dir}}")
    endif()
endforeach()
# The prefix is known at install time (`cmake --install --prefix`), not now. An archive of CPack has
# none: it is where it is unpacked.
file(RELATIVE_PATH prefix_from_pc "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
set(prefix "@prefix@")
configure_file(${CMAKE_CURRENT_LIST_DIR}/haoh.pc.in haoh.pc.in @ONLY)
install(CODE "
    set(prefix \"\${CMAKE_INSTALL_PREFIX}\")
    if(prefix MATCHES \"/_CPack_Packages/\")
        set(prefix \"\\\${pcfiledir}/${prefix_from_pc}\")
    endif()
    configure_file(\"${CMAKE_CURRENT_BINARY_DIR}/haoh.pc.in\"
                   \"${CMAKE_CURRENT_BINARY_DIR}/haoh.pc\" @ONLY)")
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/haoh.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

file(GLOB schemas CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/schema/*.json)
install(FILES ${schemas} DESTINATION ${CMAKE_INSTALL_DATADIR}/haoh/schema)
# What is of no use without the programs stays away with them.
if(HAOH_BUILD_TOOLS)
    set(sections 1 3 5)
else()
    set(sections 3)
endif()
foreach(section IN LISTS sections)
    file(GLOB man_pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/man/*.${section})
    install(FILES ${man_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()
file(GLOB documents CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/README.md
     ${PROJECT_SOURCE_DIR}/docs/*.md)
install(FILES ${documents} DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/LICENSES DESTINATION ${CMAKE_INSTALL_DOCDIR})
# The quickstart is for a source tree.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples DESTINATION ${CMAKE_INSTALL_DOCDIR}
        PATTERN quickstart.sh EXCLUDE)

if(HAOH_BUILD_TOOLS)
    set(completions ${PROJECT_SOURCE_DIR}/tools/completions)
    set(HAOH_BASH_COMPLETION_DIR ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
        CACHE STRING "Where completions for bash are installed")
    set(HAOH_ZSH_COMPLETION_DIR ${CMAKE_INSTALL_DATADIR}/zsh/site-functions
        CACHE STRING "Where completions for zsh are installed")
    set(HAOH_FISH_COMPLETION_DIR ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
        CACHE STRING "Where completions for fish are installed")
    set(HAOH_SYSTEMD_UNIT_DIR lib/systemd/system
        CACHE STRING "Where the unit of the monitor is installed")
    mark_as_advanced(HAOH_BASH_COMPLETION_DIR HAOH_ZSH_COMPLETION_DIR HAOH_FISH_COMPLETION_DIR
                     HAOH_SYSTEMD_UNIT_DIR)
    # Loaded by the name of the command.
    foreach(program haoh haoh-arraysim)
        install(FILES ${completions}/haoh.bash DESTINATION ${HAOH_BASH_COMPLETION_DIR}
                RENAME ${program})
    endforeach()
    install(FILES ${completions}/_haoh ${completions}/_haoh-arraysim
            DESTINATION ${HAOH_ZSH_COMPLETION_DIR})
    install(FILES ${completions}/haoh.fish ${completions}/haoh-arraysim.fish
            DESTINATION ${HAOH_FISH_COMPLETION_DIR})

    # The unit names the program by its path. Where an archive will be unpacked is not known.
    install(CODE "
        set(program \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/haoh\")
        if(program MATCHES \"/_CPack_Packages/\")
            set(program /usr/bin/haoh)
        endif()
        file(READ \"${PROJECT_SOURCE_DIR}/examples/monitoring/haoh-monitor.service\" unit)
        string(REPLACE \"ExecStart=/usr/bin/haoh \" \"ExecStart=\${program} \" unit \"\${unit}\")
        file(WRITE \"${CMAKE_CURRENT_BINARY_DIR}/haoh-monitor.service\" \"\${unit}\")")
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/haoh-monitor.service
            DESTINATION ${HAOH_SYSTEMD_UNIT_DIR})
endif()

# `cpack` in the build directory makes a tarball of all this that runs where it is unpacked.
if(PROJECT_IS_TOP_LEVEL)
    set(CPACK_GENERATOR TGZ)
    set(CPACK_PACKAGE_NAME haoh)
    set(CPACK_PACKAGE_VENDOR "the haoh authors")
    set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
    set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
    set(CPACK_PACKAGE_FILE_NAME haoh-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})
    set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSES/LGPL-2.1-or-later.txt)
    set(CPACK_RESOURCE_FILE_README ${PROJECT_SOURCE_DIR}/README.md)
    set(CPACK_STRIP_FILES ON)
    set(CPACK_VERBATIM_VARIABLES ON)
    set(CPACK_SOURCE_IGNORE_FILES "/\\\\.git" "/build/")
    include(CPack)
endif()
