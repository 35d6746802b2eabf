# SPDX-License-Identifier: GPL-2.0-or-later
# Run by `cmake --install`: nflogd.yaml, unless the operator has one already. The
# examples in the documentation always hold the newest.
if(EXISTS "$ENV{DESTDIR}${config_dir}/nflogd.yaml")
    message(STATUS "Keeping: $ENV{DESTDIR}${config_dir}/nflogd.yaml")
else()
    file(INSTALL DESTINATION "${config_dir}" TYPE FILE FILES "${source_dir}/config/nflogd.yaml")
endif()
file(MAKE_DIRECTORY "$ENV{DESTDIR}${config_dir}/conf.d")
