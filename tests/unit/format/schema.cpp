// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema.hpp"

#include <arpa/inet.h>

#include <array>
#include <regex>
#include <set>

namespace nflogd::fakes {
namespace {

using nlohmann::json;

bool matches(const std::string& text, const char* pattern) {
    return std::regex_match(text, std::regex(pattern));
}

bool is_ip(const std::string& text) {
    std::array<unsigned char, 16> bytes{};
    return ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
           ::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

bool is_of_type(const json& value, Type type) {
    if (type == Type::any) return true;
    if (type == Type::number) return value.is_number_integer();
    if (!value.is_string()) return false;
    const auto text = value.get<std::string>();
    switch (type) {
        case Type::date: return matches(text, R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)");
        case Type::ip: return is_ip(text);
        case Type::mac: return matches(text, "[A-F0-9]{2}(-[A-F0-9]{2}){5,}");
        case Type::colons: return matches(text, "[a-f0-9]{2}(:[a-f0-9]{2}){5}");
        default: return !text.empty();
    }
}

bool is_allowed(const json& value, std::string_view allowed) {
    if (allowed.empty()) return true;
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    return allowed.find("|" + text + "|") != std::string_view::npos;
}

const SchemaRow* find(std::span<const SchemaRow> schema, const std::string& path) {
    for (const SchemaRow& row : schema) {
        if (row.path == path) return &row;
    }
    return nullptr;
}

class Walk {
public:
    explicit Walk(std::span<const SchemaRow> schema) : schema_(schema) {}

    void look(const json& value, const std::string& path) {
        const SchemaRow* const row = find(schema_, path);
        if (row != nullptr) {
            seen_.insert(path);
            return check(value, *row);
        }
        if (!value.is_object()) return fail(path, "is in no schema");
        if (value.empty()) fail(path, "is an empty object");
        for (const auto& [name, member] : value.items()) {
            look(member, path.empty() ? name : path + "." + name);
        }
    }
    std::string fault() {
        for (const SchemaRow& row : schema_) {
            const std::string path(row.path);
            if (row.required && seen_.count(path) == 0) fail(path, "is missing");
        }
        return fault_;
    }

private:
    void check(const json& value, const SchemaRow& row) {
        if (value.is_array() != (row.list && row.type != Type::any)) {
            if (row.type != Type::any) return fail(std::string(row.path), "list or not");
        }
        if (!row.list || row.type == Type::any) return check_one(value, row);
        if (value.empty()) fail(std::string(row.path), "is an empty list");
        for (const json& one : value) check_one(one, row);
    }
    void check_one(const json& value, const SchemaRow& row) {
        if (!is_of_type(value, row.type)) fail(std::string(row.path), "type of " + value.dump());
        if (!is_allowed(value, row.allowed)) fail(std::string(row.path), "value " + value.dump());
    }
    void fail(const std::string& path, const std::string& what) {
        fault_ += path + ": " + what + "; ";
    }

    std::span<const SchemaRow> schema_;
    std::set<std::string> seen_;
    std::string fault_;
};

}  // namespace

std::string fault_of_document(const json& document, std::span<const SchemaRow> schema) {
    Walk walk(schema);
    walk.look(document, "");
    return walk.fault();
}

}  // namespace nflogd::fakes
