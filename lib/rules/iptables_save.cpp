// SPDX-License-Identifier: GPL-2.0-or-later
#include "iptables_save.hpp"

#include <charconv>

namespace nflogd::rules {
namespace {

/// The next word, without the quotes that may be around it.
std::string next_word(std::string_view& rest) {
    std::string word;
    bool in_quotes = false;
    std::size_t i = rest.find_first_not_of(' ');
    for (; i < rest.size() && (in_quotes || rest[i] != ' '); ++i) {
        if (rest[i] == '"') {
            in_quotes = !in_quotes;
        } else if (rest[i] == '\\' && in_quotes && i + 1 < rest.size()) {
            word += rest[++i];
        } else {
            word += rest[i];
        }
    }
    rest.remove_prefix(std::min(i, rest.size()));
    return word;
}

/// The word behind the last of these options.
std::string value_of(std::string_view rest, std::string_view option, std::string_view other) {
    std::string value;
    while (!rest.empty()) {
        const auto quoted = rest.find_first_not_of(' ');
        const bool is_option = quoted != std::string_view::npos && rest[quoted] == '-';
        const auto word = next_word(rest);
        if (is_option && (word == option || word == other)) value = next_word(rest);
    }
    return value;
}

/// "[PACKETS:BYTES] " in front of a rule (-c).
std::uint64_t take_packets(std::string_view& line) {
    std::uint64_t packets = 0;
    if (line.empty() || line.front() != '[') return packets;
    std::from_chars(line.data() + 1, line.data() + line.size(), packets);
    const auto end = line.find("] ");
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 2);
    return packets;
}

void take_rule(std::string_view line, SavedTable& table) {
    SavedRule rule;
    rule.packets = take_packets(line);
    if (!line.starts_with("-A ")) return;
    line.remove_prefix(3);
    rule.chain = next_word(line);
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    rule.rest = line;
    rule.target = value_of(line, "-j", "-g");
    table.rules.push_back(std::move(rule));
}

void take_line(std::string_view line, std::vector<SavedTable>& tables) {
    if (line.empty() || line.front() == '#') return;
    if (line.front() == '*') {
        tables.push_back({std::string(line.substr(1)), {}, {}});
    } else if (tables.empty()) {
        return;
    } else if (line.front() == ':') {
        line.remove_prefix(1);
        tables.back().chains.push_back(next_word(line));
    } else {
        take_rule(line, tables.back());
    }
}

}  // namespace

std::string option_of(std::string_view rest, std::string_view option) {
    return value_of(rest, option, option);
}

std::vector<SavedTable> parse_iptables_save(std::string_view text) {
    std::vector<SavedTable> tables;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        take_line(text.substr(0, end), tables);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return tables;
}

}  // namespace nflogd::rules
