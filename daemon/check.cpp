// SPDX-License-Identifier: GPL-2.0-or-later
#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "commands.hpp"
#include "rules/rules.hpp"
#include "tls_files.hpp"

namespace nflogd::daemon {
namespace {

int check(const std::string& path) {
    config::Loaded loaded = load_config(path);
    print(loaded.problems);
    if (!loaded.problems.empty()) return EX_CONFIG;
    if (Status status = load_libraries(loaded.config); !status) return fail(status.error());
    const TlsFiles::Findings tls = TlsFiles().read(loaded.config);
    print(tls.problems);
    if (!tls.problems.empty()) return EX_CONFIG;
    for (const std::string& text : tls.warnings) {
        std::fprintf(stderr, "warning: %s\n", text.c_str());
    }
    const std::vector<Error> refused = rules::verify(loaded.config.rules);
    for (const Error& error : refused) std::fprintf(stderr, "%s\n", error.message.c_str());
    if (!refused.empty()) return EX_CONFIG;
    std::printf("the configuration is good (sources: %zu, rules: %zu, outputs: %zu)\n",
                loaded.config.sources.size(), loaded.config.rules.log.size(),
                loaded.config.outputs.size());
    return EX_OK;
}

}  // namespace

Action add_check(CLI::App& app) {
    auto path = std::make_shared<std::string>();
    add_config_option(app, *path);
    return [path] { return check(*path); };
}

}  // namespace nflogd::daemon
