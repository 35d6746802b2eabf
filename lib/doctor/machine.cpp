// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>

namespace nflogd::doctor {
namespace {

constexpr std::size_t kLargestText = 1 << 20;

struct Unit {
    std::uint64_t bytes;
    const char* name;
};
constexpr Unit kUnits[] = {{1ULL << 30, "GiB"}, {1ULL << 20, "MiB"}, {1ULL << 10, "KiB"}};

/// Whole units where the number is large enough to be told by them.
std::string in_units(std::uint64_t bytes, const char* space) {
    for (const Unit& unit : kUnits) {
        if (bytes < 4 * unit.bytes && bytes % unit.bytes != 0) continue;
        if (bytes < unit.bytes) continue;
        return std::to_string(bytes / unit.bytes) + space + unit.name;
    }
    return std::to_string(bytes) + (*space != '\0' ? " bytes" : "");
}

}  // namespace

std::optional<std::string> read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    std::string text;
    char chunk[4096];
    while (text.size() < kLargestText && file.read(chunk, sizeof chunk).gcount() > 0) {
        text.append(chunk, static_cast<std::size_t>(file.gcount()));
    }
    if (text.empty() && file.bad()) return std::nullopt;
    return text;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

std::optional<std::uint64_t> read_number(const std::string& path) {
    const auto text = read_text(path);
    if (!text) return std::nullopt;
    std::uint64_t number = 0;
    const auto [end, wrong] = std::from_chars(text->data(), text->data() + text->size(), number);
    return wrong == std::errc() ? std::optional(number) : std::nullopt;
}

std::string bytes_text(std::uint64_t bytes) { return in_units(bytes, " "); }

std::string size_setting(std::uint64_t bytes) { return in_units(bytes, ""); }

User writer_of(const Machine& machine) {
    const std::string& name = machine.wanted.run_as;
    if (!name.empty() && machine.find_user) {
        if (const auto user = machine.find_user(name)) return *user;
    }
    return User{machine.euid, ::getegid(), {}};
}

bool knows_writer(const Machine& machine) {
    if (machine.euid == 0) return true;
    const std::string& name = machine.wanted.run_as;
    return !name.empty() && machine.find_user && machine.find_user(name).has_value();
}

std::string writer_name(const Machine& machine) {
    const std::string& name = machine.wanted.run_as;
    if (!name.empty() && machine.find_user && machine.find_user(name)) return name;
    return machine.euid == 0 ? "root" : std::to_string(machine.euid);
}

}  // namespace nflogd::doctor
