// SPDX-License-Identifier: GPL-2.0-or-later
#include "filter/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "core/names.hpp"
#include "core/quote.hpp"
#include "core/suggest.hpp"
#include "filter/address.hpp"
#include "filter/timestamp.hpp"

namespace nflogd::filter {
namespace {

using NumberRange = Range<std::uint64_t>;
using Words = std::vector<std::string_view>;

constexpr std::string_view kActions[] = {"log", "accept", "drop", "reject"};

Result<std::uint64_t> parse_number(std::string_view text, std::uint64_t most) {
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    const std::string_view digits = hex ? text.substr(2) : text;
    std::uint64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value, hex ? 16 : 10);
    const bool whole = !digits.empty() && stop == end;
    if (whole && error == std::errc() && value <= most) return value;
    return Error{fmt::format("must be a number 0..{}, is {}", most, quote(text))};
}

Result<NumberRange> parse_numbers(std::string_view text, std::uint64_t most) {
    const std::size_t dash = text.find('-');
    const auto first = parse_number(text.substr(0, dash), most);
    if (!first) return first.error();
    if (dash == std::string_view::npos) return NumberRange{*first, *first};
    const auto last = parse_number(text.substr(dash + 1), most);
    if (!last) return last.error();
    if (*last < *first)
        return Error{fmt::format("the range {} ends before it begins", quote(text))};
    return NumberRange{*first, *last};
}

Result<NumberRange> parse_boolean(std::string_view text) {
    if (text == "true") return NumberRange{1, 1};
    if (text == "false") return NumberRange{0, 0};
    return Error{fmt::format("must be true or false, is {}", quote(text))};
}

Result<NumberRange> parse_hook(std::string_view text) {
    if (const auto hook = hook_by_name(text)) {
        const auto number = static_cast<std::uint64_t>(*hook);
        return NumberRange{number, number};
    }
    Words known;
    for (int i = 0; i <= static_cast<int>(Hook::egress); ++i) {
        known.push_back(hook_name(static_cast<Hook>(i)));
    }
    return Error{unknown_of_few("hook", text, known)};
}

/// A record without a name for its protocol has no such field.
Result<NumberRange> parse_protocol(std::string_view text) {
    if (const auto number = protocol_number(text)) return NumberRange{*number, *number};
    if (const auto number = parse_number(text, 255)) {
        if (!protocol_name(static_cast<std::uint8_t>(*number)).empty()) {
            return NumberRange{*number, *number};
        }
        return Error{fmt::format("protocol {} has no name here: write proto_number == {}", *number,
                                 *number)};
    }
    Words known;
    for (int i = 0; i <= 255; ++i) {
        const auto name = protocol_name(static_cast<std::uint8_t>(i));
        if (!name.empty()) known.push_back(name);
    }
    return Error{unknown("protocol", text, known)};
}

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& byte : out) {
        if (byte >= 'a' && byte <= 'z') byte = static_cast<char>(byte - 'a' + 'A');
    }
    return out;
}

Result<std::uint16_t> parse_flag(std::string_view text) {
    const std::string wanted = upper(text);
    Words known;
    for (const TcpFlagName& flag : tcp_flag_names()) {
        if (flag.name == wanted) return flag.bit;
        known.push_back(flag.name);
    }
    return Error{unknown_of_few("TCP flag", wanted, known)};
}

Status check_action(std::string_view text) {
    if (std::find(std::begin(kActions), std::end(kActions), text) != std::end(kActions)) return {};
    return Error{unknown_of_few("action", text, kActions)};
}

template <typename T>
Status append(std::vector<T>& out, const Result<T>& read) {
    if (!read) return read.error();
    out.push_back(*read);
    return {};
}

Status add_text(const Operand& operand, const Token& token, Values& values) {
    if (operand.type == FieldType::rule_action) {
        if (Status status = check_action(token.text); !status) return status;
    }
    values.patterns.emplace_back(token.text);
    return {};
}

Status add_ip(const Operand& operand, std::string_view text, Values& values) {
    const auto range = parse_ip(text);
    if (range && operand.type == FieldType::ipv4 && range->first.kind != 4) {
        return Error{fmt::format("must be an IPv4 address, is {}", quote(text))};
    }
    return append(values.addresses, range);
}

bool touches(const NumberRange& before, const NumberRange& next) {
    return next.first <= before.last || next.first == before.last + 1;
}
bool touches(const Range<Address>& before, const Range<Address>& next) {
    return next.first <= before.last;
}

template <typename T>
void normalise(std::vector<Range<T>>& ranges) {
    std::sort(ranges.begin(), ranges.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::size_t kept = 0;
    for (std::size_t i = 1; i < ranges.size(); ++i) {
        if (touches(ranges[kept], ranges[i])) {
            ranges[kept].last = std::max(ranges[kept].last, ranges[i].last);
        } else {
            ranges[++kept] = ranges[i];
        }
    }
    if (!ranges.empty()) ranges.resize(kept + 1);
}

}  // namespace

std::uint64_t largest(const Operand& operand) {
    return std::numeric_limits<std::uint64_t>::max() >> (64 - 8 * operand.size);
}

bool is_ordered(FieldType type) {
    return type == FieldType::timestamp || type == FieldType::integer ||
           type == FieldType::ether_type;
}

Status add_value(const Operand& operand, const Token& token, Values& values) {
    const std::string_view text = token.text;
    switch (operand.type) {
        case FieldType::timestamp: return append(values.numbers, parse_timestamp(text));
        case FieldType::integer:
        case FieldType::ether_type:
            return append(values.numbers, parse_numbers(text, largest(operand)));
        case FieldType::boolean: return append(values.numbers, parse_boolean(text));
        case FieldType::hook: return append(values.numbers, parse_hook(text));
        case FieldType::protocol: return append(values.numbers, parse_protocol(text));
        case FieldType::mac: return append(values.addresses, parse_mac(text));
        case FieldType::address:
        case FieldType::ipv4: return add_ip(operand, text, values);
        case FieldType::tcp_flags: {
            const auto flag = parse_flag(text);
            if (!flag) return flag.error();
            values.flags = static_cast<std::uint16_t>(values.flags | *flag);
            return {};
        }
        default: return add_text(operand, token, values);
    }
}

void normalise(Values& values) {
    normalise(values.numbers);
    normalise(values.addresses);
}

}  // namespace nflogd::filter
