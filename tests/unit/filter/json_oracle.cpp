// SPDX-License-Identifier: GPL-2.0-or-later
#include "json_oracle.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/fields.hpp"
#include "filter/operands.hpp"

namespace nflogd::fakes {
namespace {

using nlohmann::json;
using Kind = Expression::Kind;

struct Either {
    std::string_view name;
    std::string_view first;
    std::string_view second;
};
constexpr Either kEither[] = {{"ip", "src_ip", "dest_ip"},
                              {"port", "src_port", "dest_port"},
                              {"iface", "in_iface", "out_iface"},
                              {"mac", "src_mac", "dest_mac"}};

/// What the record has for that name.
std::vector<json> found(std::string_view name, const json& record) {
    if (name.starts_with("inner.")) {
        if (!record.contains("inner")) return {};
        return found(name.substr(6), record["inner"]);
    }
    for (const Either& row : kEither) {
        if (row.name != name) continue;
        auto both = found(row.first, record);
        const auto more = found(row.second, record);
        both.insert(both.end(), more.begin(), more.end());
        return both;
    }
    const std::string key(name);
    return record.contains(key) ? std::vector<json>{record[key]} : std::vector<json>{};
}

std::string plain(const json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

bool equal(const json& value, const std::string& wanted) {
    if (!value.is_array()) return plain(value) == wanted;
    return std::any_of(value.begin(), value.end(),
                       [&](const json& one) { return plain(one) == wanted; });
}

bool has_one(const std::vector<json>& values, const std::vector<std::string>& wanted) {
    return std::any_of(values.begin(), values.end(), [&](const json& value) {
        return std::any_of(wanted.begin(), wanted.end(),
                           [&](const std::string& one) { return equal(value, one); });
    });
}

bool compare(const Expression& expression, const std::vector<json>& values) {
    const auto bound = expression.kind == Kind::less || expression.kind == Kind::most
                           ? std::stoull(expression.values[0])
                           : 0;
    switch (expression.kind) {
        case Kind::presence:
            return std::any_of(values.begin(), values.end(), [](const json& one) {
                return !one.is_boolean() || one.get<bool>();
            });
        case Kind::less:
            return std::any_of(values.begin(), values.end(),
                               [&](const json& one) { return one.get<std::uint64_t>() < bound; });
        case Kind::most:
            return std::any_of(values.begin(), values.end(),
                               [&](const json& one) { return one.get<std::uint64_t>() <= bound; });
        case Kind::unequal: return !values.empty() && !has_one(values, expression.values);
        default: return has_one(values, expression.values);
    }
}

template <typename T>
const T& pick(std::mt19937& random, const std::vector<T>& from) {
    return from[random() % from.size()];
}

std::string random_name(std::mt19937& random) {
    const auto one_of = [&](const auto& rows) {
        return std::string(rows[random() % rows.size()].name);
    };
    const std::string header =
        random() % 8 == 0 ? std::string(kEither[random() % 2].name) : one_of(kHeaderFields);
    switch (random() % 8) {
        case 0: return std::string(kEither[random() % std::size(kEither)].name);
        case 1:
        case 2: return "inner." + header;
        case 3:
        case 4:
        case 5: return header;
        default: return one_of(kEnvelopeFields);
    }
}

FieldType type_of(const std::string& name) {
    const filter::Token token{filter::Token::Kind::word, name, 1};
    return (*filter::find_fields(token))[0].row.type;
}

/// What there is for a field of that type: flags have names only one by one.
Kind possible(Kind kind, FieldType type) {
    const bool order = kind == Kind::less || kind == Kind::most;
    if (type == FieldType::timestamp) return Kind::presence;
    if (type == FieldType::tcp_flags) return kind == Kind::presence ? kind : Kind::has;
    return order && type != FieldType::integer ? Kind::equal : kind;
}

std::string random_value(std::mt19937& random, FieldType type, const std::vector<json>& here) {
    if (!here.empty() && random() % 2 == 0) {
        const json& value = pick(random, here);
        if (!value.is_array()) return plain(value);
        if (!value.empty()) return plain(value[random() % value.size()]);
    }
    switch (type) {
        case FieldType::timestamp: return "2026-11-23T10:03:54.123456Z";
        case FieldType::integer: return std::to_string(random() % 256);
        case FieldType::boolean: return random() % 2 == 0 ? "true" : "false";
        case FieldType::rule_action: return random() % 2 == 0 ? "drop" : "accept";
        case FieldType::hook: return "forward";
        case FieldType::mac: return "02:00:00:00:00:01";
        case FieldType::ether_type: return "0x0800";
        case FieldType::address: return random() % 2 == 0 ? "192.0.2.1" : "2001:db8::1";
        case FieldType::ipv4: return "192.0.2.1";
        case FieldType::protocol: return "tcp";
        case FieldType::tcp_flags: return random() % 2 == 0 ? "SYN" : "ACK";
        default: return "eth0";
    }
}

bool is_quoted(const std::string& value) {
    return value.empty() || !std::all_of(value.begin(), value.end(), [](char byte) {
               return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '.' ||
                      byte == ':' || byte == '-' || (byte >= 'A' && byte <= 'Z');
           });
}

std::string written(const std::string& value) {
    if (!is_quoted(value)) return value;
    std::string text = "\"";
    for (const char byte : value) {
        if (byte == '"' || byte == '\\') text += '\\';
        text += byte;
    }
    return text + '"';
}

std::string set_of(const std::vector<std::string>& values) {
    std::string text;
    for (const std::string& value : values) text += (text.empty() ? "" : ", ") + written(value);
    return "{" + text + "}";
}

}  // namespace

Expression random_expression(std::mt19937& random, const json& record, int depth) {
    Expression made;
    if (depth > 0 && random() % 4 != 0) {
        made.kind = static_cast<Kind>(static_cast<unsigned>(Kind::not_) + random() % 3);
        const std::size_t parts = made.kind == Kind::not_ ? 1 : 2 + random() % 2;
        while (made.parts.size() < parts) {
            made.parts.push_back(random_expression(random, record, depth - 1));
        }
        return made;
    }
    made.field = random_name(random);
    const FieldType type = type_of(made.field);
    const auto here = found(made.field, record);
    made.kind = possible(static_cast<Kind>(random() % 6), type);
    if (made.kind == Kind::presence) return made;
    const bool set = made.kind == Kind::in;
    const std::size_t values = set ? 1 + random() % 4 : 1;
    while (made.values.size() < values) made.values.push_back(random_value(random, type, here));
    if (made.kind == Kind::less && made.values[0] == "0") made.kind = Kind::most;
    return made;
}

std::string text_of(const Expression& expression) {
    const auto& values = expression.values;
    std::string text;
    switch (expression.kind) {
        case Kind::presence: return expression.field;
        case Kind::equal: return expression.field + " == " + written(values[0]);
        case Kind::has: return expression.field + " has " + written(values[0]);
        case Kind::unequal: return expression.field + " != " + written(values[0]);
        case Kind::less: return expression.field + " < " + written(values[0]);
        case Kind::most: return expression.field + " <= " + written(values[0]);
        case Kind::in: return expression.field + " in " + set_of(values);
        case Kind::not_: return "not (" + text_of(expression.parts[0]) + ")";
        case Kind::and_:
        case Kind::or_: break;
    }
    for (const Expression& part : expression.parts) {
        if (!text.empty()) text += expression.kind == Kind::and_ ? " && " : " or ";
        text += "(" + text_of(part) + ")";
    }
    return text;
}

bool evaluate(const Expression& expression, const json& record) {
    const auto holds = [&](const Expression& part) { return evaluate(part, record); };
    const auto& parts = expression.parts;
    switch (expression.kind) {
        case Kind::not_: return !holds(parts[0]);
        case Kind::and_: return std::all_of(parts.begin(), parts.end(), holds);
        case Kind::or_: return std::any_of(parts.begin(), parts.end(), holds);
        default: return compare(expression, found(expression.field, record));
    }
}

}  // namespace nflogd::fakes
