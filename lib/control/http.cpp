// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/http.hpp"

#include <fmt/format.h>

namespace nflogd::control {
namespace {

constexpr std::string_view kText = "text/plain; version=0.0.4; charset=utf-8";

std::string response(std::string_view status, std::string_view body, bool with_body,
                     std::string_view more = {}) {
    return fmt::format(
        "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}",
        status, kText, body.size(), more, with_body ? body : std::string_view());
}

/// Cuts the part before the next space off.
std::string_view take_word(std::string_view& line) {
    const std::size_t end = line.find(' ');
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    return word;
}

}  // namespace

bool is_whole_head(std::string_view bytes) {
    return bytes.find("\r\n\r\n") != std::string_view::npos ||
           bytes.find("\n\n") != std::string_view::npos;
}

std::string respond(std::string_view head, const std::function<std::string()>& metrics) {
    std::string_view line = head.substr(0, head.find_first_of("\r\n"));
    const std::string_view method = take_word(line);
    std::string_view target = take_word(line);
    target = target.substr(0, target.find('?'));
    if (line.substr(0, 7) != "HTTP/1.") return response("400 Bad Request", "no HTTP/1\n", true);
    const bool get = method == "GET";
    if (!get && method != "HEAD") {
        return response("405 Method Not Allowed", "GET or HEAD\n", true, "Allow: GET, HEAD\r\n");
    }
    if (target == "/metrics") return response("200 OK", metrics(), get);
    return response("404 Not Found", "the metrics are at /metrics\n", get);
}

}  // namespace nflogd::control
