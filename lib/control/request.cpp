// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/request.hpp"

#include <nlohmann/json.hpp>

namespace nflogd::control {
namespace {

using nlohmann::json;

json parse(std::string_view line) { return json::parse(line, nullptr, false); }

/// The client's bytes may be no UTF-8.
std::string print(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

Error refuse(const std::string& message) { return {message, EX_USAGE}; }

Status take_text(const json& object, const char* key, std::string& out) {
    const auto found = object.find(key);
    if (found == object.end()) return {};
    if (!found->is_string()) return refuse(std::string(key) + " must be a string");
    out = found->get<std::string>();
    return {};
}

}  // namespace

Result<Request> parse_request(std::string_view line) {
    const json object = parse(line);
    if (!object.is_object()) return refuse("a request is one line with a JSON object");
    std::string kind;
    if (Status status = take_text(object, "request", kind); !status) return status.error();
    Request request;
    if (kind == "tail") {
        request.kind = Request::Kind::tail;
    } else if (kind != "status") {
        return refuse("\"request\" must be \"status\" or \"tail\"");
    }
    if (Status status = take_text(object, "filter", request.filter); !status) {
        return status.error();
    }
    if (Status status = take_text(object, "format", request.format); !status) {
        return status.error();
    }
    return request;
}

std::string to_line(const Request& request) {
    if (request.kind == Request::Kind::status) return "{\"request\":\"status\"}\n";
    return print(json{{"request", "tail"}, {"filter", request.filter}, {"format", request.format}});
}

std::string error_line(std::string_view message) { return print(json{{"error", message}}); }

std::string error_of(std::string_view line) {
    const json object = parse(line);
    if (!object.is_object()) return {};
    const auto found = object.find("error");
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace nflogd::control
