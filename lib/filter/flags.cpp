// SPDX-License-Identifier: GPL-2.0-or-later
#include "filter/flags.hpp"

#include <array>

#include "core/text.hpp"
#include "filter/filter.hpp"

namespace nflogd::filter {
namespace {

constexpr std::array kRows = {
    FlagRow{"--from-ip", "src_ip", "ADDRESS", "Source address or prefix"},
    FlagRow{"--to-ip", "dest_ip", "ADDRESS", "Destination address or prefix"},
    FlagRow{"--ip", "ip", "ADDRESS", "Either of both"},
    FlagRow{"--from-port", "src_port", "PORT", "Source port or range (1000-2000)"},
    FlagRow{"--to-port", "dest_port", "PORT", "Destination port or range"},
    FlagRow{"--port", "port", "PORT", "Either of both"},
    FlagRow{"--proto", "proto", "NAME", "Protocol: tcp, udp, icmp, icmpv6 …"},
    FlagRow{"--tcp-flags", "tcp_flags", "FLAGS", "Exactly these TCP flags: SYN, SYN+ACK, none"},
    FlagRow{"--action", "action", "NAME", "log, accept, drop or reject"},
    FlagRow{"--rule", "rule", "NAME", "Rule; * stands for any text", true},
    FlagRow{"--prefix", "prefix", "TEXT", "Log prefix; * stands for any text", true},
    FlagRow{"--iface", "iface", "NAME", "Interface, in or out; * as above", true},
    FlagRow{"--in", "in_iface", "NAME", "Interface that it came in by", true},
    FlagRow{"--out", "out_iface", "NAME", "Interface that it goes out by", true},
    FlagRow{"--hook", "hook", "NAME", "prerouting, input, forward, output, postrouting …"},
};

std::vector<std::string> parts_of(std::string_view value) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t comma = value.find(',');
        parts.emplace_back(value.substr(0, comma));
        if (comma == std::string_view::npos) return parts;
        value.remove_prefix(comma + 1);
    }
}

/// In quotes nothing of it is part of the language.
std::string quoted(std::string_view value) {
    std::string text = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + '"';
}

bool is_word(std::string_view value) {
    constexpr std::string_view kOfWords =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:/*-+@%";
    return !value.empty() && value.find_first_not_of(kOfWords) == std::string_view::npos;
}

/// `field in {value}`, which is right or wrong by itself.
Result<std::string> value_of(const Flag& flag, std::string_view value) {
    const std::string name(flag.row->flag);
    if (!flag.row->is_text && !is_word(value)) {
        return Error{name + ": " + quote(value) + " is no value for it", EX_USAGE};
    }
    std::string operand = flag.row->is_text ? quoted(value) : std::string(value);
    const auto test = Filter::parse(std::string(flag.row->field) + " in {" + operand + "}");
    if (test) return operand;
    const std::string& message = test.error().message;
    const std::size_t behind_column = message.find(": ");
    return Error{name + ": " + message.substr(behind_column + 2), EX_USAGE};
}

/// The values of the flags of one row that are, or are not, negated.
Result<std::string> values_of(std::span<const Flag> flags, const FlagRow& row, bool negated) {
    std::string values;
    for (const Flag& flag : flags) {
        if (flag.row != &row || flag.negated != negated) continue;
        for (const std::string& part : parts_of(flag.value)) {
            auto value = value_of(flag, part);
            if (!value) return value;
            values += (values.empty() ? "" : ", ") + *value;
        }
    }
    return values;
}

}  // namespace

std::span<const FlagRow> flag_rows() { return kRows; }

Result<std::string> filter_of(std::span<const Flag> flags) {
    std::string expression;
    for (const FlagRow& row : kRows) {
        for (const bool negated : {false, true}) {
            const auto values = values_of(flags, row, negated);
            if (!values) return values;
            if (values->empty()) continue;
            expression += expression.empty() ? "" : " and ";
            expression += negated ? "not " : "";
            expression += std::string(row.field) + " in {" + *values + "}";
        }
    }
    return expression;
}

std::string both(const std::string& one, const std::string& other) {
    if (one.empty() || other.empty()) return one + other;
    return "(" + one + ") and (" + other + ")";
}

}  // namespace nflogd::filter
