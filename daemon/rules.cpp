// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/rules.hpp"

#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "commands.hpp"

namespace nflogd::daemon {
namespace {

int print_rules(const std::string& path) {
    const config::Loaded loaded = load_config(path);
    print(loaded.problems);
    if (!loaded.problems.empty()) return EX_CONFIG;
    const auto text = rules::render(loaded.config.rules);
    if (!text) return fail(text.error());
    std::fputs(text->c_str(), stdout);
    return EX_OK;
}

}  // namespace

Action add_rules(CLI::App& app) {
    auto path = std::make_shared<std::string>();
    add_config_option(app, *path);
    return [path] { return print_rules(*path); };
}

}  // namespace nflogd::daemon
