// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace nflogd::config {

inline const Known kKnown = {
    {"json", "line", "ecs", "cef", "ocsf", "kernel", "pcap"},
    {"pcap"},
    [](std::string_view text) {
        return text == "bad" ? Status(Error{"column 1: bad", EX_USAGE}) : Status();
    },
    [](const std::string& name, const std::string&) {
        return name == "bad" ? Status(Error{"no such property", EX_CONFIG}) : Status();
    }};

inline std::string slurp(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("no such file: " + path);
    std::ostringstream out;
    if (in.peek() != EOF) out << in.rdbuf();
    return out.str();
}

inline std::string fixture(const std::string& name) {
    return slurp(NFLOGD_FIXTURES "/config/" + name);
}

/// Every problem as the operator reads it, one a line.
inline std::string lines(const std::vector<Problem>& problems) {
    std::string out;
    for (const Problem& problem : problems) {
        out += problem.where.line > 0 ? to_string(problem.where) : problem.where.file;
        out += ": " + problem.message + "\n";
    }
    return out;
}

inline Loaded load_string(std::string_view text) { return load_text(text, "t.yaml", kKnown); }

/// A file that is good but for what `text` adds.
inline std::string with_output(std::string_view text) {
    return std::string(text) + "\noutputs: [{name: out, type: stdout}]\n";
}

}  // namespace nflogd::config
