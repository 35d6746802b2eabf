// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit_file.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>

#include "machine.hpp"

namespace nflogd::doctor {
namespace {

/// The first has the last word.
constexpr const char* kFolders[] = {"/etc/systemd/system/", "/run/systemd/system/",
                                    "/usr/local/lib/systemd/system/", "/usr/lib/systemd/system/",
                                    "/lib/systemd/system/"};

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Drop-ins by name; of two with one name that of the first folder.
std::map<std::string, std::string> drop_ins(const std::string& root, const std::string& unit) {
    std::map<std::string, std::string> files;
    for (const char* folder : kFolders) {
        std::error_code error;
        const std::string path = root + folder + unit + ".d";
        for (std::filesystem::directory_iterator it(path, error), end; !error && it != end;
             it.increment(error)) {
            const std::string name = it->path().filename();
            if (name.ends_with(".conf")) files.try_emplace(name, it->path());
        }
    }
    return files;
}

/// A line that ends with a backslash goes on in the next one.
std::vector<std::string> joined_lines(const std::string& text) {
    std::vector<std::string> lines;
    bool goes_on = false;
    for (std::string line : lines_of(text)) {
        const bool more = line.ends_with('\\');
        if (more) line.back() = ' ';
        if (goes_on) {
            lines.back() += line;
        } else {
            lines.push_back(line);
        }
        goes_on = more;
    }
    return lines;
}

}  // namespace

std::optional<UnitFile> UnitFile::read(const std::string& root, const std::string& name) {
    std::optional<std::string> text;
    for (const char* folder : kFolders) {
        if (!text) text = read_text(root + folder + name);
    }
    if (!text) return std::nullopt;
    UnitFile unit;
    unit.take(*text);
    for (const auto& [file, path] : drop_ins(root, name)) unit.take(read_text(path).value_or(""));
    return unit;
}

void UnitFile::take(const std::string& text) {
    bool service = false;
    for (const std::string& raw : joined_lines(text)) {
        const std::string line = trimmed(raw);
        if (line.empty() || line[0] == '#' || line[0] == ';') continue;
        if (line[0] == '[') service = line == "[Service]";
        const std::size_t equals = line.find('=');
        if (!service || equals == std::string::npos) continue;
        auto& list = values_[trimmed(line.substr(0, equals))];
        const std::string value = trimmed(line.substr(equals + 1));
        if (value.empty()) {
            list.clear();
        } else {
            list.push_back(value);
        }
    }
}

std::vector<std::string> UnitFile::values(const std::string& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? std::vector<std::string>{} : found->second;
}

std::string UnitFile::value(const std::string& key) const {
    const auto all = values(key);
    return all.empty() ? std::string() : all.back();
}

std::vector<std::string> UnitFile::words(const std::string& key) const {
    std::vector<std::string> words;
    for (const std::string& text : values(key)) {
        std::istringstream row(text);
        for (std::string word; row >> word;) words.push_back(word);
    }
    return words;
}

bool UnitFile::is_on(const std::string& key) const {
    const std::string text = value(key);
    return text == "yes" || text == "true" || text == "on" || text == "1";
}

std::optional<unsigned long long> unit_bytes(const std::string& text) {
    unsigned long long number = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (wrong != std::errc()) return std::nullopt;
    const std::string rest(end, text.data() + text.size());
    if (rest.empty()) return number;
    constexpr std::string_view kUnits = "KMGT";
    const std::size_t power = kUnits.find(rest[0]);
    if (rest.size() > 1 || power == std::string_view::npos) return std::nullopt;
    return number << (10 * (power + 1));
}

}  // namespace nflogd::doctor
