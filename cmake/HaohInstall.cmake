# SPDX-License-Identifier: LGPL-2.1-or-later
# Library, headers, CMake package, pkg-config file, documents. A tool installs itself.
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

set(pc_dependencies "fmt >= 9, tomlplusplus >= 3.3")
if(BUILD_SHARED_LIBS)
    set(pc_requires_key "Requires.private")
    set(pc_libs "")
else()
    set(pc_requires_key "Requires")
    if(HAOH_LIBNVME_TARGET STREQUAL "Libnvme::nvme")
        set(pc_libs " -lnvme -ludev") # FindLibnvme.cmake says why not its own file
    else()
        string(APPEND pc_dependencies ", libnvme3")
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
# The prefix is known at install time (`cmake --install --prefix`), not now.
set(prefix "@prefix@")
configure_file(${CMAKE_CURRENT_LIST_DIR}/haoh.pc.in haoh.pc.in @ONLY)
install(CODE "
    set(prefix \"\${CMAKE_INSTALL_PREFIX}\")
    configure_file(\"${CMAKE_CURRENT_BINARY_DIR}/haoh.pc.in\"
                   \"${CMAKE_CURRENT_BINARY_DIR}/haoh.pc\" @ONLY)")
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/haoh.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

file(GLOB schemas CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/schema/*.json)
install(FILES ${schemas} DESTINATION ${CMAKE_INSTALL_DATADIR}/haoh/schema)
file(GLOB man_pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/man/*.1)
install(FILES ${man_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
file(GLOB documents CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/README.md
     ${PROJECT_SOURCE_DIR}/docs/*.md)
install(FILES ${documents} DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/LICENSES DESTINATION ${CMAKE_INSTALL_DOCDIR})
