// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/json_files.hpp"

#include <nlohmann/json.hpp>

namespace nflogd::control {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

std::vector<std::string> json_files_of(std::string_view status) {
    std::vector<std::string> paths;
    const json report = json::parse(status, nullptr, false);
    if (!report.is_object() || !report.contains("outputs")) return paths;
    for (const json& output : report["outputs"]) {
        if (!output.is_object() || text_of(output, "type") != "file") continue;
        std::string path = text_of(output, "path");
        if (text_of(output, "format") == "json" && !path.empty()) paths.push_back(std::move(path));
    }
    return paths;
}

}  // namespace nflogd::control
