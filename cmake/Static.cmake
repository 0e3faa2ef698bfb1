# What ER_STATIC means: every library from its archive, so that the program runs where nothing but a
# Linux kernel is. Included before the libraries are looked for.
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
set(OPENSSL_USE_STATIC_LIBS ON)
set(Protobuf_USE_STATIC_LIBS ON)

# Debian's own libcurl.a needs libraries that have no archive in Debian.
execute_process(
  COMMAND ${CMAKE_SOURCE_DIR}/scripts/curl-static ${CMAKE_LIBRARY_ARCHITECTURE}
  OUTPUT_VARIABLE ER_CURL_PREFIX OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
foreach(library nghttp2 cares z)
  find_library(ER_ARCHIVE_${library} ${library} REQUIRED)
endforeach()
find_package(OpenSSL REQUIRED)
add_library(CURL::libcurl STATIC IMPORTED)
set_target_properties(CURL::libcurl PROPERTIES
  IMPORTED_LOCATION ${ER_CURL_PREFIX}/lib/libcurl.a
  INTERFACE_INCLUDE_DIRECTORIES ${ER_CURL_PREFIX}/include)
target_link_libraries(CURL::libcurl INTERFACE
  ${ER_ARCHIVE_nghttp2} ${ER_ARCHIVE_cares} OpenSSL::SSL ${ER_ARCHIVE_z})

# The packages of gRPC, abseil and pugixml describe their shared libraries to CMake, and put the
# archives beside them. Call this when all libraries are found, in the folder that found them.
function(er_link_archives)
  get_property(targets DIRECTORY PROPERTY IMPORTED_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    get_target_property(library ${target} IMPORTED_LOCATION_NONE)
    if(type STREQUAL SHARED_LIBRARY AND library)
      string(REGEX REPLACE "\\.so[.0-9]*$" ".a" archive ${library})
      set_target_properties(${target} PROPERTIES IMPORTED_LOCATION_NONE ${archive})
    endif()
  endforeach()
endfunction()
