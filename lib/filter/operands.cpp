// SPDX-License-Identifier: GPL-2.0-or-later
#include "filter/operands.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "core/names.hpp"
#include "core/suggest.hpp"
#include "core/text.hpp"

namespace nflogd::filter {
namespace {

/// A name for two fields, one of which must fit.
struct Either {
    std::string_view name;
    std::string_view one;
    std::string_view other;
};
constexpr std::array kEithers = {
    Either{"ip", "src_ip", "dest_ip"},
    Either{"port", "src_port", "dest_port"},
    Either{"mac", "src_mac", "dest_mac"},
    Either{"iface", "in_iface", "out_iface"},
};
constexpr std::string_view kInner = "inner.";

template <typename Table>
std::optional<FieldRef> find_in(const Table& table, Place place, std::string_view name) {
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (table[i].name == name) return FieldRef{place, static_cast<std::uint8_t>(i), table[i]};
    }
    return std::nullopt;
}

std::optional<FieldRef> find_field(std::string_view name) {
    if (name.starts_with(kInner)) {
        return find_in(kHeaderFields, Place::inner, name.substr(kInner.size()));
    }
    if (auto field = find_in(kHeaderFields, Place::packet, name)) return field;
    return find_in(kEnvelopeFields, Place::envelope, name);
}

Error unknown_field(const Token& name) {
    std::vector<std::string_view> known;
    for (const Either& either : kEithers) known.push_back(either.name);
    for (const FieldRow& row : kHeaderFields) known.push_back(row.name);
    for (const FieldRow& row : kEnvelopeFields) known.push_back(row.name);
    return error_at(name.column, unknown("field", name.value, known));
}

template <typename Integer>
std::optional<Integer> whole_number(std::string_view text) {
    Integer value = 0;
    const bool hex = text.starts_with("0x");
    if (hex) text.remove_prefix(2);
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::uint64_t largest(const FieldRow& row) {
    return row.size >= sizeof(std::uint64_t) ? std::numeric_limits<std::uint64_t>::max()
                                             : (std::uint64_t{1} << 8 * row.size) - 1;
}

/// "80" or "1000-2000", decimal or 0x…
std::optional<NumberRange> parse_range(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = whole_number<std::uint64_t>(text.substr(0, dash));
    if (!first || dash == std::string_view::npos) {
        return first ? std::optional(NumberRange{*first, *first}) : std::nullopt;
    }
    const auto last = whole_number<std::uint64_t>(text.substr(dash + 1));
    if (!last || *last < *first) return std::nullopt;
    return NumberRange{*first, *last};
}

std::optional<std::uint64_t> parse_mac(std::string_view text) {
    std::uint64_t mac = 0;
    if (text.size() != 3 * sizeof(MacAddress) - 1) return std::nullopt;
    for (std::size_t at = 0; at < text.size(); at += 3) {
        std::uint8_t byte = 0;
        const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + 2, byte, 16);
        if (error != std::errc() || end != text.data() + at + 2) return std::nullopt;
        if (at + 2 < text.size() && text[at + 2] != ':') return std::nullopt;
        mac = mac << 8 | byte;
    }
    return mac;
}

/// "SYN+ACK"; "none" for no flag at all.
std::optional<std::uint64_t> parse_tcp_flags(std::string_view text) {
    if (text == "none") return 0;
    std::uint64_t flags = 0;
    for (;;) {
        const std::size_t plus = text.find('+');
        const std::string_view name = text.substr(0, plus);
        const auto rows = tcp_flag_names();
        const auto row = std::find_if(rows.begin(), rows.end(),
                                      [&](const TcpFlagName& one) { return one.name == name; });
        if (row == rows.end()) return std::nullopt;
        flags |= row->bit;
        if (plus == std::string_view::npos) return flags;
        text.remove_prefix(plus + 1);
    }
}

Error bad(const Token& value, std::string_view what) {
    return error_at(value.column, fmt::format("{} is no {}", quote(value.value), what));
}

Result<NumberRange> parse_number(const FieldRow& row, const Token& value) {
    const std::string_view text = value.value;
    const auto single = [&](std::optional<std::uint64_t> number,
                            std::string_view what) -> Result<NumberRange> {
        if (!number) return bad(value, what);
        return NumberRange{*number, *number};
    };
    switch (row.type) {
        case FieldType::mac: return single(parse_mac(text), "MAC address");
        case FieldType::tcp_flags:
            return single(parse_tcp_flags(text), "list of TCP flags, as in SYN+ACK");
        case FieldType::boolean:
            if (text != "true" && text != "false") return bad(value, "true or false");
            return NumberRange{text == "true", text == "true"};
        case FieldType::hook:
            if (const auto hook = hook_by_name(text))
                return single(static_cast<std::uint64_t>(*hook), "");
            return bad(value, "hook");
        case FieldType::protocol:
            if (const auto protocol = protocol_number(text)) return single(*protocol, "");
            return bad(value, "name of a protocol; proto_number takes numbers");
        default: break;
    }
    const auto range = parse_range(text);
    if (!range) return bad(value, "number, or range as in 1000-2000");
    if (range->last > largest(row)) {
        return error_at(value.column, fmt::format("{} is more than {} can be ({})", range->last,
                                                  row.name, largest(row)));
    }
    return *range;
}

std::optional<AddressPrefix> parse_prefix(std::string_view text) {
    AddressPrefix prefix;
    const std::size_t slash = text.find('/');
    const std::string address(text.substr(0, slash));
    const bool v6 = address.find(':') != std::string::npos;
    prefix.ip_version = v6 ? 6 : 4;
    if (::inet_pton(v6 ? AF_INET6 : AF_INET, address.c_str(), prefix.bytes.data()) != 1) {
        return std::nullopt;
    }
    const unsigned most = v6 ? 128 : 32;
    unsigned length = most;
    if (slash != std::string_view::npos) {
        const auto read = whole_number<unsigned>(text.substr(slash + 1));
        if (!read || *read > most) return std::nullopt;
        length = *read;
    }
    prefix.length = static_cast<std::uint8_t>(length);
    return prefix;
}

}  // namespace

Result<std::vector<FieldRef>> find_fields(const Token& name) {
    const bool inner = name.value.starts_with(kInner);
    const std::string_view bare = std::string_view(name.value).substr(inner ? kInner.size() : 0);
    const std::string head(inner ? kInner : std::string_view());
    for (const Either& either : kEithers) {
        if (either.name != bare) continue;
        const auto one = find_field(head + std::string(either.one));
        const auto other = find_field(head + std::string(either.other));
        if (one && other) return std::vector{*one, *other};
    }
    if (const auto field = find_field(name.value)) return std::vector{*field};
    return unknown_field(name);
}

std::optional<TestKind> kind_of(FieldType type) {
    if (label_text(type)) return TestKind::texts;
    switch (type) {
        case FieldType::timestamp: return std::nullopt;
        case FieldType::address:
        case FieldType::ipv4: return TestKind::prefixes;
        case FieldType::prefix:
        case FieldType::interface:
        case FieldType::malformed: return TestKind::texts;
        default: return TestKind::numbers;
    }
}

Status add_number(const FieldRow& row, const Token& value, Program& program) {
    const auto range = parse_number(row, value);
    if (!range) return range.error();
    program.numbers.push_back(*range);
    return {};
}

Status add_prefix(const FieldRow& row, const Token& value, Program& program) {
    const auto prefix = parse_prefix(value.value);
    if (!prefix) return bad(value, "address or prefix, as in 192.0.2.0/24");
    if (row.type == FieldType::ipv4 && prefix->ip_version != 4) {
        return error_at(value.column, fmt::format("{} is always an IPv4 address", row.name));
    }
    program.prefixes.push_back(*prefix);
    return {};
}

Status add_text(const FieldRow& row, const Token& value, Program& program) {
    constexpr std::array<std::string_view, 4> kActions = {"log", "accept", "drop", "reject"};
    const bool plain = value.value.find('*') == std::string::npos;
    if (row.type == FieldType::rule_action && plain &&
        std::find(kActions.begin(), kActions.end(), value.value) == kActions.end()) {
        return error_at(value.column, unknown_of_few("action", value.value, kActions));
    }
    program.texts.push_back(value.value);
    return {};
}

}  // namespace nflogd::filter
