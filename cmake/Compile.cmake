# SPDX-License-Identifier: GPL-2.0-or-later
# Warnings, hardening and instrumentation, per target. nflogd_library() makes one library of one
# folder below lib/ and declares what that folder may use.

set(NFLOGD_WARNINGS
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
    -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wnull-dereference -Wformat=2
    -Wimplicit-fallthrough -Werror=return-type -Werror=unused-result)

function(nflogd_instrument target)
    target_compile_options(${target} PRIVATE ${NFLOGD_WARNINGS})
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    if(NFLOGD_SANITIZE)
        target_compile_options(${target} PRIVATE -fsanitize=${NFLOGD_SANITIZE}
            -fno-sanitize-recover=all -fno-omit-frame-pointer)
        target_link_options(${target} PUBLIC -fsanitize=${NFLOGD_SANITIZE})
    endif()
    if(NFLOGD_FUZZ)
        target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
        target_compile_definitions(${target} PRIVATE _GLIBCXX_ASSERTIONS)
    endif()
    if(NFLOGD_COVERAGE)
        target_compile_options(${target} PRIVATE --coverage)
        target_link_options(${target} PUBLIC --coverage)
    endif()
endfunction()

# What gets installed.
function(nflogd_compile target)
    nflogd_instrument(${target})
    target_compile_options(${target} PRIVATE -fstack-protector-strong
        $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|i.86")
        target_compile_options(${target} PRIVATE -fcf-protection)
    endif()
endfunction()

# nflogd_library(core SOURCES a.cpp ... LINK lib ...)
function(nflogd_library name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    add_library(nflogd_${name} STATIC ${ARG_SOURCES})
    target_include_directories(nflogd_${name} PUBLIC ${PROJECT_SOURCE_DIR}/lib)
    target_link_libraries(nflogd_${name} PUBLIC ${ARG_LINK})
    nflogd_compile(nflogd_${name})
endfunction()
