// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/rotated_name.hpp"

#include <array>
#include <charconv>
#include <ctime>

namespace nflogd::sink {
namespace {

constexpr std::size_t kStampLength = 15;
constexpr std::size_t kMaxNumberDigits = 9;

/// In the order of enum Form.
constexpr std::array<std::string_view, 3> kSuffix = {"", ".zst", ".zst.tmp"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_stamp(std::string_view text) {
    if (text.size() != kStampLength) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == 8 ? text[i] != '-' : !is_digit(text[i])) return false;
    }
    return true;
}

/// "" is 0, ".N" is N; anything else is not ours.
std::optional<std::uint32_t> parse_number(std::string_view text) {
    if (text.empty()) return 0;
    if (text.size() < 2 || text.size() > kMaxNumberDigits + 1) return std::nullopt;
    if (text[0] != '.' || text[1] == '0') return std::nullopt;
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// The form that the end of `text` tells; the end is taken off.
Form take_form(std::string_view& text) {
    for (std::size_t form = kSuffix.size(); form-- > 1;) {
        if (text.ends_with(kSuffix[form])) {
            text.remove_suffix(kSuffix[form].size());
            return static_cast<Form>(form);
        }
    }
    return Form::plain;
}

}  // namespace

RotationId rotation_at(std::int64_t seconds) {
    const time_t when = seconds;
    std::tm utc{};
    ::gmtime_r(&when, &utc);
    std::array<char, 32> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y%m%d-%H%M%S", &utc);
    return {std::string(text.data(), length), 0};
}

std::string rotated_name(std::string_view base, const RotationId& id, Form form) {
    std::string name(base);
    name += '.';
    name += id.stamp;
    if (id.number > 0) name += '.' + std::to_string(id.number);
    name += kSuffix[static_cast<std::size_t>(form)];
    return name;
}

std::optional<RotatedName> parse_rotated(std::string_view base, std::string_view name) {
    if (!take_prefix(name, base) || !take_prefix(name, ".")) return std::nullopt;
    const Form form = take_form(name);
    const std::string_view stamp = name.substr(0, kStampLength);
    if (!is_stamp(stamp)) return std::nullopt;
    const auto number = parse_number(name.substr(kStampLength));
    if (!number) return std::nullopt;
    return RotatedName{{std::string(stamp), *number}, form};
}

}  // namespace nflogd::sink
