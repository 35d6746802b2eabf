// SPDX-License-Identifier: GPL-2.0-or-later
#include <sysexits.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "commands.hpp"
#include "control/client.hpp"
#include "control/report.hpp"
#include "core/terminal.hpp"

namespace nflogd::daemon {
namespace {

constexpr int kDegraded = 1;

struct StatusOptions {
    std::string config;
    std::string socket;
    bool json = false;
};

int status(const StatusOptions& options) {
    const std::string path = control_socket_of(options.config, options.socket);
    const auto answer = control::ask(path, {});
    if (!answer) return fail(answer.error());
    const auto degraded = control::is_degraded(*answer);
    const auto screen =
        control::to_text(*answer, {is_colourful(STDOUT_FILENO), terminal_columns(STDOUT_FILENO)});
    if (!degraded || !screen) {
        return fail({path + ": what answers there is no nflogd", EX_PROTOCOL});
    }
    const std::string& text = options.json ? *answer + "\n" : *screen;
    if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) return EX_IOERR;
    return *degraded ? kDegraded : EX_OK;
}

}  // namespace

Action add_status(CLI::App& app) {
    auto options = std::make_shared<StatusOptions>();
    add_config_option(app, options->config);
    add_socket_option(app, options->socket);
    app.add_flag("--json", options->json, "Print all of it as one line of JSON");
    return [options] { return status(*options); };
}

}  // namespace nflogd::daemon
