// SPDX-License-Identifier: GPL-2.0-or-later
//
// Events of the Common Event Format, read back by a small reader of its own: header,
// escapes, and the dictionary of keys with their types and lengths.
#include <arpa/inet.h>

#include <map>
#include <optional>
#include <set>

#include "catch.hpp"
#include "core/utf8.hpp"
#include "core/version.hpp"
#include "fakes/line_text.hpp"
#include "records.hpp"
#include "siem.hpp"

using namespace nflogd;

namespace {

struct Cef {
    std::vector<std::string> header;  ///< CEF:0, vendor, product, version, class, name, severity
    std::map<std::string, std::string> keys;
    std::string fault;
};

/// Splits at bars that have no backslash before them; the 8th part is the rest.
void read_header(std::string_view& rest, Cef& cef) {
    std::string part;
    while (cef.header.size() < 7 && !rest.empty()) {
        if (rest[0] == '\\' && rest.size() > 1) {
            if (rest[1] != '|' && rest[1] != '\\') cef.fault += "escape in the header; ";
            part += rest[1];
            rest.remove_prefix(2);
        } else if (rest[0] == '|') {
            cef.header.push_back(part);
            part.clear();
            rest.remove_prefix(1);
        } else {
            part += rest[0];
            rest.remove_prefix(1);
        }
    }
}

std::string unescape(std::string_view text, Cef& cef) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        const char next = ++i < text.size() ? text[i] : '\0';
        if (next == 'n' || next == 'r') {
            out += next == 'n' ? '\n' : '\r';
        } else if (next == '=' || next == '\\') {
            out += next;
        } else {
            cef.fault += "escape in the extension; ";
        }
    }
    return out;
}

/// Where an equals sign without a backslash before it stands, from `from` on.
std::size_t find_equals(std::string_view text, std::size_t from) {
    for (std::size_t i = from; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '=') {
            return i;
        }
    }
    return std::string_view::npos;
}

/// A key is the word before an equals sign; its value goes on to the space before the
/// next key.
void read_extension(std::string_view text, Cef& cef) {
    std::size_t start = 0;
    std::size_t equals = find_equals(text, 0);
    while (equals != std::string_view::npos) {
        const std::size_t next = find_equals(text, equals + 1);
        std::size_t end = text.size();
        std::size_t next_start = end;
        if (next != std::string_view::npos) {
            end = text.rfind(' ', next);
            next_start = end + 1;
        }
        const std::string key(text.substr(start, equals - start));
        const bool is_new =
            cef.keys.emplace(key, unescape(text.substr(equals + 1, end - equals - 1), cef)).second;
        if (!is_new) cef.fault += "key " + key + " twice; ";
        start = next_start;
        equals = next;
    }
}

struct KeyRow {
    std::string_view name;
    char type;  ///< s string, n number, 4 or a address, m MAC address
    std::size_t most = 0;
};

constexpr KeyRow kKeys[] = {{"rt", 'n'},
                            {"dvchost", 's', 100},
                            {"externalId", 's', 40},
                            {"act", 's', 63},
                            {"cs1", 's', 4000},
                            {"cs1Label", 's', 1023},
                            {"cs2", 's', 4000},
                            {"cs2Label", 's', 1023},
                            {"cs3", 's', 4000},
                            {"cs3Label", 's', 1023},
                            {"cs4", 's', 4000},
                            {"cs4Label", 's', 1023},
                            {"cs5", 's', 4000},
                            {"cs5Label", 's', 1023},
                            {"cs6", 's', 4000},
                            {"cs6Label", 's', 1023},
                            {"cn1", 'n'},
                            {"cn1Label", 's', 1023},
                            {"cn2", 'n'},
                            {"cn2Label", 's', 1023},
                            {"cn3", 'n'},
                            {"cn3Label", 's', 1023},
                            {"src", 'a'},
                            {"dst", 'a'},
                            {"c6a2", '6'},
                            {"c6a2Label", 's', 1023},
                            {"c6a3", '6'},
                            {"c6a3Label", 's', 1023},
                            {"spt", 'n'},
                            {"dpt", 'n'},
                            {"proto", 's', 31},
                            {"in", 'n'},
                            {"smac", 'm'},
                            {"dmac", 'm'},
                            {"deviceInboundInterface", 's', 128},
                            {"deviceOutboundInterface", 's', 128},
                            {"deviceDirection", 'n'},
                            {"suid", 's', 1023},
                            {"reason", 's', 1023},
                            {"msg", 's', 1023}};

bool is_address(const std::string& value, int family) {
    std::array<unsigned char, 16> bytes{};
    return ::inet_pton(family, value.c_str(), bytes.data()) == 1;
}

bool is_value(const std::string& value, const KeyRow& row) {
    const bool digits =
        !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
    switch (row.type) {
        case 'n': return digits;
        case 'a': return is_address(value, AF_INET) || is_address(value, AF_INET6);
        case '6': return is_address(value, AF_INET6);
        case 'm': return value.size() == 17 && value[2] == ':' && value[14] == ':';
        default: return true;
    }
}

void check_keys(Cef& cef) {
    for (const auto& [key, value] : cef.keys) {
        const auto* row =
            std::find_if(std::begin(kKeys), std::end(kKeys),
                         [&name = key](const KeyRow& one) { return one.name == name; });
        if (row == std::end(kKeys)) {
            cef.fault += "unknown key " + key + "; ";
        } else if (!is_value(value, *row)) {
            cef.fault += "value of " + key + "; ";
        }
        const bool custom = key.size() <= 4 && (key.starts_with("cs") || key.starts_with("cn") ||
                                                key.starts_with("c6a"));
        if (custom && cef.keys.count(key + "Label") == 0) cef.fault += key + " has no label; ";
    }
}

Cef read(std::string text) {
    Cef cef;
    const char* fault = fakes::fault_of_line(text);
    if (fault != nullptr) cef.fault += fault;
    text.pop_back();
    std::string_view rest = text;
    read_header(rest, cef);
    if (cef.header.size() != 7) {
        cef.fault += "header; ";
        return cef;
    }
    if (cef.header[0] != "CEF:0") cef.fault += "version; ";
    if (cef.header[6].size() != 1 || cef.header[6] < "0" || cef.header[6] > "9") {
        cef.fault += "severity; ";
    }
    read_extension(rest, cef);
    check_keys(cef);
    return cef;
}

/// What a reader makes of such a string: control characters and stray bytes as \xNN.
std::string read_back(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto character = first_character(text);
        const std::size_t length = std::max<std::size_t>(character.length, 1);
        const bool is_break = text[0] == '\n' || text[0] == '\r';
        if (!is_break && (character.length == 0 || is_control(character.code))) {
            for (const char byte : text.substr(0, length)) {
                char hex[5];
                std::snprintf(hex, sizeof hex, "\\x%02x",
                              static_cast<unsigned>(static_cast<unsigned char>(byte)));
                out += hex;
            }
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return out;
}

Cef packet(const Record& record, format::FormatOptions options = fakes::siem_options()) {
    return read(fakes::format_packet(*format::make_cef(std::move(options)), record));
}

Record example(std::string_view name) {
    for (const auto& named : fakes::example_records()) {
        if (named.name == name) return named.record;
    }
    throw std::runtime_error("no such example");
}

}  // namespace

TEST_CASE("every example is an event of CEF") {
    for (const auto& [name, record] : fakes::example_records()) {
        CAPTURE(name);
        REQUIRE(packet(record).fault.empty());
    }
}

TEST_CASE("any record is an event of CEF, and strings are kept in it") {
    std::mt19937 random(4201);
    for (int i = 0; i < 1000; ++i) {
        const auto strings = fakes::hostile_siem_strings(random);
        const Record record = fakes::random_record(random);
        const std::string text = fakes::SiemPrinter(strings, format::make_cef).packet(record);
        CAPTURE(text);
        const Cef cef = read(text);
        REQUIRE(cef.fault.empty());
        REQUIRE(cef.keys.at("dvchost") == read_back(strings.host));
        const auto require_value = [&](const char* key, Field field, const std::string& value) {
            CAPTURE(key);
            REQUIRE((cef.keys.count(key) == 1) == record.has(field));
            if (record.has(field)) REQUIRE(cef.keys.at(key) == read_back(value));
        };
        require_value("cs1", Field::rule, strings.rule);
        require_value("cs6", Field::ruleset, strings.rule);
        require_value("cs2", Field::prefix, strings.prefix);
        require_value("deviceInboundInterface", Field::in_iface, strings.in);
        require_value("deviceOutboundInterface", Field::out_iface, strings.out);
        require_value("act", Field::action, "drop");
    }
}

TEST_CASE("the header tells what was done") {
    const auto header_of = [](const char* action) {
        auto labels = std::make_unique<Labels>();
        labels->add("a rule", action);
        auto options = fakes::siem_options();
        options.labels = labels.get();
        return packet(example("tcp"), options).header;
    };
    const std::string version(program_version());
    REQUIRE(header_of("drop") == std::vector<std::string>{"CEF:0", "nflogd", "nflogd", version,
                                                          "packet-drop", "Packet dropped", "5"});
    REQUIRE(header_of("reject")[5] == "Packet rejected");
    REQUIRE(header_of("accept")[5] == "Packet accepted");
    REQUIRE(header_of("log")[4] == "packet-log");
    REQUIRE(header_of("a|b\\c\n")[4] == "packet-a|b\\c\\x0a");
    REQUIRE(packet(example("udp6")).header[4] == "packet");
}

TEST_CASE("values are where ArcSight looks for them") {
    const Cef tcp = packet(example("tcp"));
    REQUIRE(tcp.keys.at("rt") == "1795428234123");
    REQUIRE(tcp.keys.at("act") == "drop");
    REQUIRE(tcp.keys.at("src") == "192.0.2.1");
    REQUIRE(tcp.keys.at("dpt") == "22");
    REQUIRE(tcp.keys.at("proto") == "TCP");
    REQUIRE(tcp.keys.at("in") == "60");
    REQUIRE(tcp.keys.at("smac") == "e6:9a:26:53:72:9b");
    REQUIRE(tcp.keys.at("deviceDirection") == "1");
    REQUIRE(tcp.keys.at("cs3") == "SYN ECE CWR");
    REQUIRE(tcp.keys.at("cs5").size() == 30);
    REQUIRE(packet(example("broken")).keys.at("proto") == "253");
    REQUIRE(packet(example("broken")).keys.at("reason") == "TCP data offset below 20");
    REQUIRE(packet(example("icmpv6-echo")).keys.at("proto") == "IPV6-ICMP");
}

TEST_CASE("strict receivers get IPv6 addresses in keys of their own") {
    auto options = fakes::siem_options();
    REQUIRE(packet(example("udp6"), options).keys.at("src") == "2001:db8::1");
    options.text.strict_ipv6 = true;
    const Cef strict = packet(example("udp6"), options);
    REQUIRE(strict.fault.empty());
    REQUIRE(strict.keys.count("src") == 0);
    REQUIRE(strict.keys.at("c6a2") == "2001:db8::1");
    REQUIRE(strict.keys.at("c6a2Label") == "Source IPv6 Address");
    REQUIRE(strict.keys.at("c6a3") == "ff02::fb");
    REQUIRE(packet(example("tcp"), options).keys.at("src") == "192.0.2.1");
}

TEST_CASE("no value is longer than its key allows") {
    auto labels = std::make_unique<Labels>();
    labels->add(std::string(300, 'r'), std::string(300, 'a'));
    auto options = fakes::siem_options();
    options.labels = labels.get();
    options.host = std::string(99, 'h') + "é";  // two bytes, of which one would fit
    const Cef cef = packet(example("tcp"), options);
    REQUIRE(cef.fault.empty());
    REQUIRE(cef.keys.at("dvchost") == std::string(99, 'h'));
    REQUIRE(cef.keys.at("act").size() == 63);
    const auto cef_format = format::make_cef(options);
    const Lifecycle change{1, std::string(200, 'c'), {{"reason", std::string(5000, '=')}}};
    const Cef event = read(fakes::format_event(*cef_format, change));
    REQUIRE(event.keys.at("reason").size() == 1023);
    REQUIRE(event.keys.at("msg").size() == 1023);
}

TEST_CASE("ledgers and changes of state are events of CEF") {
    const auto cef_format = format::make_cef(fakes::siem_options());
    const auto events = fakes::example_events();
    for (const Event& event : events) {
        REQUIRE(read(fakes::format_event(*cef_format, event)).fault.empty());
    }
    const Cef ledger = read(fakes::format_event(*cef_format, events[0]));
    REQUIRE(ledger.header[4] == "ledger");
    REQUIRE(ledger.keys.at("cn1") == "112");
    REQUIRE(ledger.keys.at("cn2") == "2");
    REQUIRE(ledger.keys.at("cn3") == "11");
    REQUIRE(ledger.keys.at("msg").starts_with("final ledger: received 112"));
    const Cef suspended = read(fakes::format_event(*cef_format, events[3]));
    REQUIRE(suspended.keys.at("act") == "output_suspended");
    REQUIRE(suspended.keys.at("reason") == "No space left | on = \\device\n");
}
