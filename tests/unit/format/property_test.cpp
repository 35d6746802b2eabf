// SPDX-License-Identifier: GPL-2.0-or-later
//
// Whatever others put into a string, a record stays one line with the fields it
// has, and the string can be read back. Each text is formatted twice, with
// hostile strings and with plain ones, and may differ in just those strings.
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>

#include "catch.hpp"
#include "fakes/line_text.hpp"
#include "records.hpp"

using namespace nflogd;
using nlohmann::json;

namespace {

using Random = std::mt19937;

constexpr int kRounds = 2000;

/// Bytes that somebody would try: quotes, separators, escapes, terminal controls,
/// half characters, text that looks like a field.
std::string hostile(Random& random, std::size_t most) {
    static constexpr std::string_view kPieces[] = {"\"",
                                                   "\\",
                                                   "\n",
                                                   "\r",
                                                   "\t",
                                                   " ",
                                                   "=",
                                                   ">",
                                                   "-",
                                                   "--",
                                                   "[",
                                                   "]",
                                                   ";",
                                                   "{",
                                                   "}",
                                                   ",",
                                                   ":",
                                                   "\",\"rule\":\"forged",
                                                   "\"}\n{\"event\":\"packet\"",
                                                   " len=60 ttl=64",
                                                   " -> 192.0.2.9:22",
                                                   "\\u0022",
                                                   "\\\"",
                                                   "\\x0a",
                                                   "\x1b[31m",
                                                   "\x1b]0;t\x07",
                                                   "\x7f",
                                                   "\xc2\x9b",
                                                   "\u202e",
                                                   "\u2066",
                                                   "\u200f",
                                                   "\u061c",
                                                   "\u2028",
                                                   "\u2029",
                                                   "\u00a0",
                                                   "\u3000",
                                                   "\xff",
                                                   "\xc0\xaf",
                                                   "\xe2\x80",
                                                   "\xed\xa0\x80",
                                                   "\xf4\x90\x80\x80",
                                                   "é",
                                                   "☃",
                                                   "𐍈",
                                                   "a",
                                                   "Z9"};
    std::string text;
    while (text.size() < most && random() % 8 != 0) {
        if (random() % 3 == 0) {
            text += static_cast<char>(1 + random() % 255);
        } else {
            text += kPieces[random() % std::size(kPieces)];
        }
    }
    return text.substr(0, most);
}

void set_name(Interface& interface, const std::string& name) {
    interface.name.fill('\0');
    std::copy(name.begin(), name.end(), interface.name.begin());
}

/// The strings that a packet record can hold.
struct Strings {
    std::string host, rule, action, prefix, in, out, phys_in, phys_out;
};

Strings hostile_strings(Random& random) {
    return {hostile(random, 255),
            hostile(random, Labels::kMaxText),
            hostile(random, Labels::kMaxText),
            hostile(random, Record::kMaxPrefix),
            "i" + hostile(random, 14),
            "o" + hostile(random, 14),
            "p" + hostile(random, 14),
            "q" + hostile(random, 14)};
}
Strings plain_strings() { return {"host", "rule", "log", "prefix", "in", "out", "pin", "pout"}; }

/// A formatter that prints `strings`, with the labels it refers to.
struct Printer {
    Printer(const Strings& strings, decltype(format::make_json)* make)
        : labels(std::make_unique<Labels>()), values(strings) {
        RuleLabel label;
        label.texts.fill(strings.rule);
        label[LabelText::action] = strings.action;
        labels->add(Labels::Finder::configuration, label);
        formatter = make({strings.host, labels.get(), false});
    }
    std::string packet(Record record) const {
        record.rule = 0;
        record.prefix_length = static_cast<std::uint8_t>(values.prefix.size());
        std::copy(values.prefix.begin(), values.prefix.end(), record.prefix.begin());
        set_name(record.in_iface, values.in);
        set_name(record.out_iface, values.out);
        set_name(record.phys_in, values.phys_in);
        set_name(record.phys_out, values.phys_out);
        return fakes::format_packet(*formatter, record);
    }
    std::string event(const Event& event) const {
        std::string out;
        formatter->event(event, out);
        return out;
    }

    std::unique_ptr<Labels> labels;
    Strings values;
    std::unique_ptr<format::Formatter> formatter;
};

/// Every key in the order of the text, those that occur twice too.
std::vector<std::string> keys_of(const std::string& text) {
    std::vector<std::string> keys;
    const auto listen = [&](int, json::parse_event_t event, json& value) {
        if (event == json::parse_event_t::key) keys.push_back(value.get<std::string>());
        return true;
    };
    REQUIRE_FALSE(json::parse(text, listen).is_discarded());
    return keys;
}

void require_line(const std::string& text) {
    const char* fault = fakes::fault_of_line(text);
    CAPTURE(text);
    REQUIRE((fault == nullptr ? "" : fault) == std::string());
}

/// Replaces `from` by `to` where the plain text has it.
void replace(std::vector<fakes::Word>& words, const std::string& from, const std::string& to) {
    for (auto& word : words) {
        for (auto& part : word) {
            if (part == from) part = to;
        }
    }
}

}  // namespace

TEST_CASE("a packet in JSON keeps its fields whatever its strings hold") {
    Random random(3001);
    const Printer plain(plain_strings(), format::make_json);
    for (int i = 0; i < kRounds; ++i) {
        const Strings strings = hostile_strings(random);
        const Printer printer(strings, format::make_json);
        const Record record = fakes::random_record(random);
        const std::string text = printer.packet(record);
        require_line(text);
        const std::string expected_text = plain.packet(record);
        REQUIRE(keys_of(text) == keys_of(expected_text));
        json expected = json::parse(expected_text);
        const std::pair<const char*, const std::string*> values[] = {
            {"host", &strings.host},        {"rule", &strings.rule},
            {"action", &strings.action},    {"prefix", &strings.prefix},
            {"in_iface", &strings.in},      {"out_iface", &strings.out},
            {"phys_in", &strings.phys_in},  {"phys_out", &strings.phys_out},
            {"table", &strings.rule},       {"chain", &strings.rule},
            {"rule_handle", &strings.rule}, {"ruleset", &strings.rule},
            {"rule_id", &strings.rule},     {"zone", &strings.rule},
            {"rule_comment", &strings.rule}};
        for (const auto& [key, value] : values) {
            if (expected.contains(key)) expected[key] = fakes::read_back(*value);
        }
        REQUIRE(json::parse(text) == expected);
    }
}

TEST_CASE("a packet as a line keeps its words whatever its strings hold") {
    Random random(3002);
    const Printer plain(plain_strings(), format::make_line);
    for (int i = 0; i < kRounds; ++i) {
        const Strings strings = hostile_strings(random);
        const Printer printer(strings, format::make_line);
        const Record record = fakes::random_record(random);
        const std::string text = printer.packet(record);
        require_line(text);
        auto expected = fakes::words_of(plain.packet(record));
        replace(expected, "rule", strings.rule);
        replace(expected, "log", strings.action);
        replace(expected, "prefix", strings.prefix);
        replace(expected, "in", strings.in);
        replace(expected, "out", strings.out);
        CAPTURE(text);
        REQUIRE(fakes::words_of(text) == expected);
    }
}

TEST_CASE("a ledger keeps its shape whatever its names are") {
    Random random(3003);
    for (int i = 0; i < kRounds; ++i) {
        const std::string rule = hostile(random, 200);
        const std::string output = hostile(random, 200);
        const auto ledger = [](const std::string& rule_name, const std::string& output_name) {
            Ledger made;
            made.rules.push_back({rule_name, 9, 1, 7, 1});
            made.outputs.push_back({output_name, 5, 1, 1, 0});
            return made;
        };
        const Strings strings = plain_strings();
        const std::string text = Printer(strings, format::make_json).event(ledger(rule, output));
        require_line(text);
        json expected =
            json::parse(Printer(strings, format::make_json).event(ledger("rule", "main")));
        expected["rules"][0]["rule"] = fakes::read_back(rule);
        expected["outputs"][0]["output"] = fakes::read_back(output);
        REQUIRE(json::parse(text) == expected);

        const std::string line = Printer(strings, format::make_line).event(ledger(rule, output));
        require_line(line);
        auto words =
            fakes::words_of(Printer(strings, format::make_line).event(ledger("RULE", "MAIN")));
        replace(words, "RULE", rule);
        replace(words, "MAIN", output);
        REQUIRE(fakes::words_of(line) == words);
    }
}

TEST_CASE("a change of state keeps its fields whatever its details are") {
    Random random(3004);
    for (int i = 0; i < kRounds; ++i) {
        Strings strings = plain_strings();
        strings.host = hostile(random, 255);
        const std::string key = "k" + hostile(random, 20);
        const std::string value = hostile(random, 300);
        const Lifecycle event{1, hostile(random, 20), {{key, value}, {"last", "one"}}};
        const std::string text = Printer(strings, format::make_json).event(event);
        require_line(text);
        REQUIRE(keys_of(text).size() == 6);
        const json object = json::parse(text);
        REQUIRE(object["host"] == fakes::read_back(strings.host));
        REQUIRE(object["change"] == fakes::read_back(event.change));
        REQUIRE(object[fakes::read_back(key)] == fakes::read_back(value));
        REQUIRE(object["last"] == "one");

        const std::string line = Printer(strings, format::make_line).event(event);
        require_line(line);
        const auto words = fakes::words_of(line);
        REQUIRE(words.size() == 7);  // date, day, clock, "--" and what follows
        REQUIRE(words[4] == fakes::Word{event.change});
        REQUIRE(words[5] == fakes::Word{key, value});
        REQUIRE(words[6] == fakes::Word{"last", "one"});
    }
}

TEST_CASE("the second reader finds what it is there for") {
    using fakes::fault_of_line;
    REQUIRE(fault_of_line("größe ☃ 𐍈\n") == nullptr);
    for (const std::string_view bad :
         {"", "a", "a\nb\n", "\x1b\n", "\x7f\n", "\xff\n", "\xe2\x80\n", "\xed\xa0\x80\n",
          "\xc2\x9b\n", "\u202a\n", "\u202e\n", "\u2066\n", "\u2069\n", "\u200e\n", "\u061c\n",
          "\u2028\n"}) {
        CAPTURE(bad);
        REQUIRE(fault_of_line(bad) != nullptr);
    }
    REQUIRE(fakes::words_of("a  \"b c\\\" d\" e=\"f=\\\\\" \\x0a\n") ==
            std::vector<fakes::Word>{{"a"}, {"b c\" d"}, {"e", "f=\\"}, {"\n"}});
    REQUIRE(fakes::words_of("\"a\n").back() == fakes::Word{"unfinished quote"});
}
