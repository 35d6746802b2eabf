// SPDX-License-Identifier: GPL-2.0-or-later
// logrotate(8) on our files. One that moves the file away and tells us is fine where an
// output does not rotate by itself.
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "checks.hpp"

namespace nflogd::doctor {
namespace {

/// One block of a file of logrotate's: "PATTERN… { DIRECTIVES }".
struct Block {
    std::vector<std::string> patterns;
    std::vector<std::string> directives;  ///< the first word of each line
};

std::vector<std::string> words_of(const std::string& line) {
    std::istringstream row(line);
    std::vector<std::string> words;
    for (std::string word; row >> word;) {
        if (word.starts_with('#')) break;
        std::erase(word, '"');
        words.push_back(word);
    }
    return words;
}

/// Scripts between a directive such as postrotate and endscript are passed over.
std::vector<Block> parse(const std::string& text) {
    std::vector<Block> blocks;
    Block now;
    bool inside = false;
    bool script = false;
    for (const std::string& line : lines_of(text)) {
        for (const std::string& word : words_of(line)) {
            if (word == "endscript") script = false;
            if (script) continue;
            if (word == "{") {
                inside = true;
            } else if (word == "}") {
                blocks.push_back(std::exchange(now, {}));
                inside = false;
            } else if (!inside && word.starts_with('/')) {
                const bool opens = word.ends_with('{');
                now.patterns.push_back(opens ? word.substr(0, word.size() - 1) : word);
                inside = opens;
            } else if (inside) {
                now.directives.push_back(word);
                if (word.ends_with("rotate") && word != "rotate") script = true;
                if (word == "firstaction" || word == "lastaction") script = true;
            }
        }
    }
    return blocks;
}

bool covers(const Block& block, const std::string& path) {
    return std::any_of(block.patterns.begin(), block.patterns.end(),
                       [&](const std::string& pattern) {
                           return ::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0;
                       });
}

bool rotates_itself(const WrittenPlace& place) {
    const RotateOptions& rotate = place.file.rotate;
    return rotate.size != 0 || rotate.interval.count() != 0;
}

/// What logrotate reads, as logrotate.conf of the distributions has it.
std::vector<std::string> files_of(const std::string& root) {
    std::vector<std::string> files = {"/etc/logrotate.conf"};
    std::error_code error;
    for (std::filesystem::directory_iterator it(root + "/etc/logrotate.d", error), end;
         !error && it != end; it.increment(error)) {
        const std::string name = it->path().filename();
        const bool taboo = name.ends_with(".disabled") || name.ends_with('~') ||
                           name.find(".dpkg-") != std::string::npos || name.starts_with('.');
        if (!taboo) files.push_back("/etc/logrotate.d/" + name);
    }
    std::sort(files.begin(), files.end());
    return files;
}

void judge(const Block& block, const std::string& file, const WrittenPlace& place,
           std::vector<Finding>& findings) {
    const auto& directives = block.directives;
    const std::string text =
        file + " rotates " + place.file.path + ", the file of output '" + place.output + "'";
    if (std::find(directives.begin(), directives.end(), "copytruncate") != directives.end()) {
        findings.push_back(found("logrotate-copytruncate", text + ", by copying and truncating",
                                 {{"path", file}}));
    }
    if (rotates_itself(place)) {
        findings.push_back(
            found("logrotate-too", text + ", which rotates it, too", {{"path", file}}));
    }
}

}  // namespace

std::vector<Finding> check_logrotate(const Machine& machine) {
    std::vector<Finding> findings;
    for (const std::string& file : files_of(machine.root)) {
        for (const Block& block : parse(read_text(machine.root + file).value_or(""))) {
            for (const WrittenPlace& place : machine.wanted.places) {
                if (place.kind != WrittenPlace::Kind::file || !covers(block, place.file.path)) {
                    continue;
                }
                judge(block, file, place, findings);
            }
        }
    }
    return or_ok(std::move(findings), "logrotate leaves alone what outputs rotate by themselves");
}

}  // namespace nflogd::doctor
