// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Input: the text of a configuration file.
#include "config/config.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "fakes/line_text.hpp"
#include "fuzz.hpp"
#include "pipeline/registry.hpp"

using namespace nflogd;

namespace {

/// The one problem that a file as a whole has.
constexpr std::string_view kNoOutputs = "no outputs";

void check_problem(const config::Problem& problem, std::string_view text) {
    const std::string& message = problem.message;
    const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
    const bool whole_file = message.starts_with(kNoOutputs) && problem.where.line == 0;
    fuzz::require(!message.empty(), "a problem says what it is");
    fuzz::require(fakes::fault_of_line(message + '\n') == nullptr, "a message is harmless",
                  message);
    fuzz::require(whole_file || (problem.where.line >= 1 && problem.where.column >= 1),
                  "a problem has a place", message);
    fuzz::require(problem.where.line <= lines + 1, "a problem's line is one of the file", message);
}

void check_config(const config::Config& config) {
    fuzz::require(!config.host.empty(), "there is a host");
    fuzz::require(!config.sources.empty() && !config.outputs.empty(), "records come and go");
    std::set<std::string> names;
    for (const LogRule& rule : config.rules.log) {
        fuzz::require(fakes::fault_of_line(rule.name + '\n') == nullptr,
                      "a rule's name is harmless", rule.name);
        fuzz::require(rule.name.size() < Record::kMaxPrefix, "a rule's name fits into a prefix");
        fuzz::require(names.insert(rule.name).second, "a rule's name is unique", rule.name);
    }
    names.clear();
    for (const config::OutputConfig& output : config.outputs) {
        fuzz::require(names.insert(output.name).second, "an output's name is unique", output.name);
        fuzz::require(output.queue > 0, "an output has room");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const config::Known known = pipeline::known_names();
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const config::Loaded loaded = config::load_text(text, "fuzz.yaml", known);
    for (const config::Problem& problem : loaded.problems) check_problem(problem, text);
    if (loaded.problems.empty()) check_config(loaded.config);
    return 0;
}
