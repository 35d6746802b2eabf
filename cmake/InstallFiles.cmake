# SPDX-License-Identifier: GPL-2.0-or-later
# What is installed beside the program.

# Where the daemon looks for its configuration, whatever the prefix is.
set(NFLOGD_CONFIG_DIR /etc/nflogd CACHE PATH "Directory of nflogd.yaml")

set(nflogd_doc_dir share/doc/nflogd)

install(FILES systemd/nflogd.sysusers.conf DESTINATION lib/sysusers.d RENAME nflogd.conf)
install(FILES systemd/nflogd.tmpfiles.conf DESTINATION lib/tmpfiles.d RENAME nflogd.conf)
install(FILES config/nflogd.schema.json config/small-router.yaml DESTINATION share/nflogd)

# Where Debian's zsh looks, and where others do.
if(EXISTS /etc/debian_version)
    set(zsh_dir share/zsh/vendor-completions)
else()
    set(zsh_dir share/zsh/site-functions)
endif()
set(NFLOGD_ZSH_DIR ${zsh_dir} CACHE PATH "Directory of completions for zsh")
install(FILES completion/_nflogd DESTINATION ${NFLOGD_ZSH_DIR})
install(FILES completion/nflogd.bash DESTINATION share/bash-completion/completions RENAME nflogd)

install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${nflogd_doc_dir} COMPONENT documentation)
install(DIRECTORY docs/ DESTINATION ${nflogd_doc_dir} COMPONENT documentation)
install(FILES config/nflogd.yaml config/small-router.yaml systemd/iptables.conf DESTINATION ${nflogd_doc_dir}/examples
        COMPONENT documentation)
# Dashboards and rules for the metrics.
foreach(examples grafana prometheus)
    install(DIRECTORY config/${examples} DESTINATION ${nflogd_doc_dir}/examples
            COMPONENT documentation OPTIONAL)
endforeach()

# The unit and the configuration need a script: the one names the program by its
# path below the prefix, which may be chosen as late as `cmake --install --prefix`;
# the other belongs to the operator once it is there.
install(CODE "
    set(source_dir \"${PROJECT_SOURCE_DIR}\")
    set(sbin_dir \"${CMAKE_INSTALL_SBINDIR}\")
    set(config_dir \"${NFLOGD_CONFIG_DIR}\")"
    COMPONENT program)
install(SCRIPT ${PROJECT_SOURCE_DIR}/cmake/InstallUnit.cmake COMPONENT program)
install(SCRIPT ${PROJECT_SOURCE_DIR}/cmake/InstallConfig.cmake COMPONENT program)
