# Where everything goes: an ordinary Unix layout. Programs and modules opened on demand install
# themselves (cmake/Toolbox.cmake).
include(CMakePackageConfigHelpers)

install(TARGETS mqtt-toolbox LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})

# The public headers are those that a program on the library starts from, and what they include.
set(public_headers base/base64.hpp base/text.hpp base/utf8.hpp client/client.hpp options/assign.hpp
                   options/tool.hpp protocol/codec.hpp protocol/topic.hpp)
set(pending ${public_headers})
while(pending)
  list(POP_FRONT pending header)
  file(STRINGS ${PROJECT_SOURCE_DIR}/lib/${header} includes REGEX "^#include \"")
  list(TRANSFORM includes REPLACE "#include \"(.*)\".*" "\\1")
  list(REMOVE_ITEM includes ${public_headers})
  list(REMOVE_DUPLICATES includes)
  list(APPEND public_headers ${includes})
  list(APPEND pending ${includes})
endwhile()
set(include_folder ${CMAKE_INSTALL_INCLUDEDIR}/mqtt-toolbox)
foreach(header IN LISTS public_headers)
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES lib/${header} DESTINATION ${include_folder}/${folder})
endforeach()

# Packages for programs on the library: CMake and pkg-config, both relocatable.
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/mqtt-toolbox)
configure_package_config_file(cmake/mqtt-toolbox-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/mqtt-toolbox-config.cmake INSTALL_DESTINATION ${package_folder}
  PATH_VARS CMAKE_INSTALL_LIBDIR include_folder)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/mqtt-toolbox-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/mqtt-toolbox-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/mqtt-toolbox-config-version.cmake
        DESTINATION ${package_folder})

file(RELATIVE_PATH prefix_from_pkgconfig /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/mqtt-toolbox.pc.in ${CMAKE_CURRENT_BINARY_DIR}/mqtt-toolbox.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/mqtt-toolbox.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# Manuals and completions, a file each for every tool that has them.
file(GLOB manuals CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/man/*.[1-9])
foreach(manual IN LISTS manuals)
  string(REGEX MATCH "[1-9]$" section ${manual})
  install(FILES ${manual} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

file(GLOB bash_completions CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/completions/*.bash)
foreach(completion IN LISTS bash_completions)
  get_filename_component(tool ${completion} NAME_WE)
  install(FILES ${completion} RENAME ${tool}
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endforeach()
file(GLOB zsh_completions CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/completions/_*)
install(FILES ${zsh_completions} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
file(GLOB fish_completions CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/completions/*.fish)
install(FILES ${fish_completions} DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
