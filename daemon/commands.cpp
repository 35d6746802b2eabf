// SPDX-License-Identifier: GPL-2.0-or-later
#include "commands.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "core/log.hpp"
#include "pipeline/registry.hpp"

namespace nflogd::daemon {

void add_config_option(CLI::App& app, std::string& path) {
    app.add_option("-c,--config", path,
                   "Configuration file (default: /etc/nflogd/nflogd.yaml and conf.d/*.yaml if "
                   "they exist, else the embedded default)")
        ->type_name("FILE");
}

void add_socket_option(CLI::App& app, std::string& path) {
    app.add_option("--socket", path,
                   "Control socket of the daemon (default: control_socket of the configuration)")
        ->type_name("PATH");
}

std::string control_socket_of(const std::string& config, const std::string& socket) {
    if (!socket.empty()) return socket;
    config::Loaded loaded = load_config(config);
    return loaded.problems.empty() ? loaded.config.control_socket : config::kControlSocket;
}

Status load_libraries(const config::Config& config) {
    for (const config::OutputConfig& output : config.outputs) {
        const Status loaded = pipeline::load_libraries(output);
        if (!loaded) return loaded.error().wrap("output '" + output.name + "'");
    }
    return {};
}

config::Loaded load_config(const std::string& path) {
    const config::Known known = pipeline::known_names();
    const std::vector<std::string> files =
        path.empty() ? config::default_files() : std::vector{path};
    if (!files.empty()) return config::load(files, known);
    return config::load_text(config::embedded_default(::isatty(STDOUT_FILENO) == 1),
                             "embedded default", known);
}

std::string to_string(const config::Problem& problem) {
    const std::string where =
        problem.where.line > 0 ? nflogd::to_string(problem.where) : problem.where.file;
    return where + ": " + problem.message;
}

void print(const std::vector<config::Problem>& problems) {
    for (const config::Problem& problem : problems) {
        std::fprintf(stderr, "%s\n", to_string(problem).c_str());
    }
}

int fail(const Error& error) {
    if (!error.message.empty()) log::error(error.message);
    return error.exit_code;
}

}  // namespace nflogd::daemon
