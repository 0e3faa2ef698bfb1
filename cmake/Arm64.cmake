# The toolchain of the preset release-arm64: Debian's cross compiler and Debian's arm64 archives.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
# schema-check runs during the build.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static)

# This file is read again for each test of the compiler; the environment outlives that.
if(NOT DEFINED ENV{ER_ARM64_LIBRARIES})
  execute_process(
    COMMAND ${CMAKE_CURRENT_LIST_DIR}/../scripts/arm64-libraries
    OUTPUT_VARIABLE libraries OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY)
  set(ENV{ER_ARM64_LIBRARIES} ${libraries})
endif()
set(CMAKE_FIND_ROOT_PATH $ENV{ER_ARM64_LIBRARIES})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_CXX_STANDARD_INCLUDE_DIRECTORIES $ENV{ER_ARM64_LIBRARIES}/usr/include/aarch64-linux-gnu)
set(ENV{PKG_CONFIG_SYSROOT_DIR} $ENV{ER_ARM64_LIBRARIES})
set(ENV{PKG_CONFIG_LIBDIR}
  $ENV{ER_ARM64_LIBRARIES}/usr/lib/aarch64-linux-gnu/pkgconfig:$ENV{ER_ARM64_LIBRARIES}/usr/share/pkgconfig)
