// SPDX-License-Identifier: GPL-2.0-or-later
#include "rule_text.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace nflogd::rules {
namespace {

using Difference = RuleWords::difference_type;

RuleWords::iterator at(RuleWords& rule, std::size_t index) {
    return rule.begin() + static_cast<Difference>(index);
}

/// "limit rate [over] 5/second [burst 5 packets]": how many words from `from` on.
std::size_t limit_length(const RuleWords& rule, std::size_t from) {
    const auto word = [&](std::size_t index) {
        return index < rule.size() ? rule[index] : std::string();
    };
    std::size_t length = 3;
    if (word(from + 1) != "rate") return length;  // limit name "x"
    if (word(from + 2) == "over") ++length;
    // A rate of bytes is two words: "10 mbytes/second".
    if (word(from + length - 1).find('/') == std::string::npos) ++length;
    if (word(from + length) == "burst") length += 3;
    return std::min(length, rule.size() - from);
}

std::optional<std::size_t> find_limit(const RuleWords& rule, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i)
        if (rule[i] == "limit") return i;
    return std::nullopt;
}

std::string in_quotes(const std::string& text) {
    std::string quoted = "'";
    for (const char byte : text) {
        if (byte == '\'')
            quoted += "'\\''";
        else
            quoted += byte;
    }
    return quoted + '\'';
}

}  // namespace

RuleWords rule_words(std::string_view line) {
    constexpr std::string_view kHandle = " # handle ";
    if (const auto end = line.rfind(kHandle); end != std::string_view::npos)
        line = line.substr(0, end);
    RuleWords words;
    std::string word;
    bool quoted = false;
    for (const char byte : line) {
        if (byte == '"') quoted = !quoted;
        if (!quoted && (byte == ' ' || byte == '\t')) {
            if (!word.empty()) words.push_back(std::move(word));
            word.clear();
        } else {
            word += byte;
        }
    }
    if (!word.empty()) words.push_back(std::move(word));
    return words;
}

std::optional<RuleWords> find_rule(std::string_view listing, std::string_view handle) {
    const std::string mark = " # handle " + std::string(handle) + '\n';
    const auto end = listing.find(mark);
    if (end == std::string_view::npos) return std::nullopt;
    const auto before = listing.substr(0, end);
    const auto line = before.rfind('\n');
    return rule_words(before.substr(line == std::string_view::npos ? 0 : line + 1));
}

std::optional<std::size_t> find_log(const RuleWords& rule, std::size_t number) {
    for (std::size_t i = 0; i < rule.size(); ++i)
        if (rule[i] == "log" && number-- == 0) return i;
    return std::nullopt;
}

RuleWords with_counter(RuleWords rule, std::size_t log) {
    rule.insert(at(rule, log), "counter");
    return rule;
}

std::optional<RuleWords> with_counted_limit(RuleWords rule, std::size_t log) {
    std::optional<std::size_t> limit;
    for (auto next = find_limit(rule, 0, log); next; next = find_limit(rule, *next + 1, log))
        limit = next;
    if (!limit) return std::nullopt;
    const std::size_t behind = *limit + limit_length(rule, *limit);
    const bool counts = behind < rule.size() && rule[behind] == "counter";
    if (!counts) rule.insert(at(rule, log), "counter");
    rule.insert(at(rule, *limit), "counter");
    return rule;
}

std::optional<RuleWords> with_limit_first(RuleWords rule, std::size_t log) {
    const auto limit = find_limit(rule, log + 1, rule.size());
    if (!limit) return std::nullopt;
    const auto first = at(rule, *limit);
    const auto last = first + static_cast<Difference>(limit_length(rule, *limit));
    RuleWords moved = {"counter"};
    moved.insert(moved.end(), first, last);
    moved.emplace_back("counter");
    rule.erase(first, last);
    rule.insert(at(rule, log), moved.begin(), moved.end());
    return rule;
}

RuleWords without_option(RuleWords rule, std::size_t log, std::string_view key) {
    const auto found = std::find(at(rule, log), rule.end(), key);
    if (found != rule.end() && found + 1 != rule.end()) rule.erase(found, found + 2);
    return rule;
}

std::string replace_command(std::string_view chain, std::string_view handle,
                            const RuleWords& rule) {
    std::string text = "replace rule " + std::string(chain) + " handle " + std::string(handle);
    for (const auto& word : rule) {
        if (word == "xt") return {};
        text += ' ' + word;
    }
    return printable(text) ? "nft " + in_quotes(text) : std::string();
}

}  // namespace nflogd::rules
