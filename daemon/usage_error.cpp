// SPDX-License-Identifier: GPL-2.0-or-later
#include "usage_error.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <vector>

#include "core/suggest.hpp"

namespace nflogd::daemon {
namespace {

std::vector<std::string_view> views(const std::vector<std::string>& words) {
    return {words.begin(), words.end()};
}

std::vector<std::string> commands_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(sub->get_name());
    }
    return names;
}

/// Long names only: a short one is not mistyped so that it could be told.
std::vector<std::string> options_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
}

}  // namespace

std::string unknown_command(std::span<const char* const> arguments, const CLI::App& app) {
    const auto first = std::find_if(arguments.begin(), arguments.end(), [](const char* argument) {
        return std::string_view(argument).substr(0, 1) != "-";
    });
    if (first == arguments.end()) return {};
    const std::vector<std::string> known = commands_of(app);
    if (std::find(known.begin(), known.end(), *first) != known.end()) return {};
    return unknown("command", *first, views(known));
}

std::string unknown_option(const CLI::App& app) {
    std::vector<const CLI::App*> chosen = {&app};
    for (const CLI::App* sub : app.get_subcommands()) chosen.push_back(sub);
    for (const CLI::App* here : chosen) {
        const std::vector<std::string> known = options_of(*here);
        for (const std::string& argument : here->remaining()) {
            const std::string word = argument.substr(0, argument.find('='));
            if (word.substr(0, 2) == "--" && word.size() > 2) {
                return unknown("option", word, views(known));
            }
        }
    }
    return {};
}

}  // namespace nflogd::daemon
