// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What a client of the control socket or of the metrics sends: a request is read or
/// refused, never both; and what a client is shown of an answer drives no terminal.
#include <string>

#include "control/http.hpp"
#include "control/report.hpp"
#include "control/request.hpp"
#include "fuzz.hpp"

using namespace nflogd;
using namespace nflogd::fuzz;

namespace {

void read_request(const std::string& text) {
    const auto request = control::parse_request(text);
    if (!request) {
        const std::string line = control::error_line(request.error().message);
        require(line.find('\n') == line.size() - 1, "a refusal is one line", line);
        return;
    }
    std::string line = control::to_line(*request);
    require(line.find('\n') == line.size() - 1, "a request is one line", line);
    const auto again = control::parse_request(line);
    require(again && again->kind == request->kind, "a request can be written again", line);
}

void answer_http(const std::string& text) {
    if (!control::is_whole_head(text)) return;
    const std::string answer = control::respond(text, [] { return std::string("x 1\n"); });
    require(answer.starts_with("HTTP/1.1 ") && answer.find("\r\n\r\n") != std::string::npos,
            "an answer has a head", answer);
}

void show(const std::string& text) {
    const auto screen = control::to_text(text, {});
    if (!screen) return;
    for (const char c : *screen) {
        require(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f),
                "no control byte reaches the terminal", *screen);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    read_request(text);
    answer_http(text);
    show(text);
    return 0;
}
