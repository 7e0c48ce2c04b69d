# The few functions that every folder's CMakeLists.txt is made of.

add_library(toolbox_flags INTERFACE)
target_include_directories(toolbox_flags INTERFACE ${PROJECT_SOURCE_DIR}/lib)
target_compile_options(toolbox_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                               -Wno-sign-conversion -Wnon-virtual-dtor)
target_compile_definitions(toolbox_flags INTERFACE MQTT_TOOLBOX_VERSION="${PROJECT_VERSION}")
if(MQTT_TOOLBOX_FUZZ)
  target_compile_options(toolbox_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # g++ 12 warns falsely about std::string's own operator+ (GCC bug 105651).
  target_compile_options(toolbox_flags INTERFACE -Wno-restrict)
endif()
if(MQTT_TOOLBOX_WERROR)
  target_compile_options(toolbox_flags INTERFACE -Werror)
endif()
if(MQTT_TOOLBOX_SANITIZE)
  list(JOIN MQTT_TOOLBOX_SANITIZE "," _sanitizers)
  target_compile_options(toolbox_flags INTERFACE -fsanitize=${_sanitizers} -fno-omit-frame-pointer
                                                 -fno-sanitize-recover=all)
  target_link_options(toolbox_flags INTERFACE -fsanitize=${_sanitizers})
elseif(MQTT_TOOLBOX_STATIC_LIBSTDCXX)
  add_library(toolbox_static_runtime INTERFACE)
  target_link_options(toolbox_static_runtime INTERFACE -static-libstdc++ -static-libgcc
                      -Wl,--exclude-libs,libstdc++.a:libgcc.a:libgcc_eh.a)
endif()
if(MQTT_TOOLBOX_HARDENED AND NOT MQTT_TOOLBOX_SANITIZE)
  include(CheckCXXCompilerFlag)
  include(CheckPIESupported)
  check_pie_supported(LANGUAGES CXX)
  check_cxx_compiler_flag(-fcf-protection has_control_flow_protection)
  # For releases; the C library checks buffers only where the compiler optimises.
  set(_hardening -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
                 $<$<BOOL:${has_control_flow_protection}>:-fcf-protection>)
  target_compile_options(toolbox_flags INTERFACE
    "$<$<CONFIG:Release>:${_hardening}>")
  target_link_options(toolbox_flags INTERFACE -Wl,-z,relro -Wl,-z,now)
endif()
if(NOT TARGET toolbox_static_runtime)
  add_library(toolbox_static_runtime INTERFACE)
endif()
target_link_options(toolbox_static_runtime INTERFACE -Wl,-O1 -Wl,--as-needed -Wl,--gc-sections)

# Templates of the standard library are in the library, the modules and the programs alike. What one of
# them made with its own C++ runtime must not be called by another, which has a runtime of its own. The
# symbols of data are bound at link time as well: all that are exported are constant, and 146 fewer are
# looked up at each start of a tool.
set(toolbox_own_symbols -Wl,-Bsymbolic)

# toolbox_module(NAME [USES module...] [LINKS target...]): one folder of lib/ as a static archive.
function(toolbox_module name)
  cmake_parse_arguments(ARG "" "" "USES;LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC toolbox_flags ${ARG_USES} PRIVATE ${ARG_LINKS})
  target_compile_options(${name} PRIVATE -ffunction-sections -fdata-sections)
endfunction()

# toolbox_plugin(NAME [SHARED_RUNTIME] SOURCES file... [USES module...] [LINKS target...]): a module
# opened on first use. SHARED_RUNTIME: with the shared libstdc++.
function(toolbox_plugin name)
  cmake_parse_arguments(ARG "SHARED_RUNTIME" "" "SOURCES;USES;LINKS" ${ARGN})
  add_library(${name} MODULE ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES PREFIX "" OUTPUT_NAME ${name}
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/mqtt-toolbox INSTALL_RPATH "")
  target_link_libraries(${name} PRIVATE toolbox_flags ${ARG_USES} ${ARG_LINKS})
  target_link_options(${name} PRIVATE ${toolbox_own_symbols})
  if(NOT ARG_SHARED_RUNTIME)
    target_link_libraries(${name} PRIVATE toolbox_static_runtime)
  endif()
  install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/mqtt-toolbox)
endfunction()

# toolbox_app(NAME [USES module...]): a folder of apps/ as an executable on the shared library, and on
# modules that are not in that. All but its main.cpp is the archive app-FOLDER, for tests and for the
# generator of manuals.
function(toolbox_app name)
  cmake_parse_arguments(ARG "" "" "USES" ${ARGN})
  get_filename_component(folder ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/main.cpp)
  add_library(app-${folder} STATIC ${sources})
  target_include_directories(app-${folder} PUBLIC ${PROJECT_SOURCE_DIR}/apps)
  foreach(module IN LISTS ARG_USES)
    # The archive alone: the modules below it are in the library.
    target_link_libraries(app-${folder} PUBLIC $<TARGET_FILE:${module}>)
    add_dependencies(app-${folder} ${module})
  endforeach()
  target_link_libraries(app-${folder} PUBLIC mqtt-toolbox)
  add_executable(${name} main.cpp)
  target_link_libraries(${name} PRIVATE app-${folder} toolbox_static_runtime)
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# toolbox_unit_test(MODULE [LINKS target...]): tests/unit/MODULE as the executable unit-MODULE.
function(toolbox_unit_test module)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${module}/*.cpp)
  add_executable(unit-${module} ${sources})
  target_include_directories(unit-${module} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  if(TARGET ${module})
    target_link_libraries(unit-${module} PRIVATE ${module})
  endif()
  target_link_libraries(unit-${module} PRIVATE doctest_main ${ARG_LINKS})
  add_test(NAME unit-${module} COMMAND unit-${module})
  set_tests_properties(unit-${module} PROPERTIES LABELS unit TIMEOUT 600)
  if(MQTT_TOOLBOX_SANITIZE)
    # Unoptimised and instrumented, a third of the simulated lives takes as long as all otherwise.
    set_tests_properties(unit-${module} PROPERTIES ENVIRONMENT MQTT_TEST_SEEDS=1000)
  endif()
endfunction()
