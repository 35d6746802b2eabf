# SPDX-License-Identifier: GPL-2.0-or-later
# Run by `cmake --install`: nflogd.service with the path of the installed program.
cmake_path(ABSOLUTE_PATH sbin_dir BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}")
file(READ "${source_dir}/systemd/nflogd.service" unit)
string(REPLACE "/usr/sbin/nflogd" "${sbin_dir}/nflogd" unit "${unit}")

set(unit_file "${CMAKE_INSTALL_PREFIX}/lib/systemd/system/nflogd.service")
message(STATUS "Installing: $ENV{DESTDIR}${unit_file}")
file(WRITE "$ENV{DESTDIR}${unit_file}" "${unit}")
file(CHMOD "$ENV{DESTDIR}${unit_file}"
     PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
list(APPEND CMAKE_INSTALL_MANIFEST_FILES "${unit_file}")
