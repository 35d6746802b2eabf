// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/quantity.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <optional>
#include <span>
#include <string>

#include "config/text.hpp"

namespace nflogd::config {
namespace {

constexpr std::uint64_t kTooMuch = std::numeric_limits<std::uint64_t>::max();

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

// From the smallest on.
constexpr Unit kNoUnit[] = {{"", 1}};
constexpr Unit kSizes[] = {{"", 1}, {"KiB", 1U << 10}, {"MiB", 1U << 20}, {"GiB", 1U << 30}};
constexpr Unit kDurations[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};

struct RateUnit {
    std::string_view name;
    RateLimit::Unit unit;
};
constexpr RateUnit kRates[] = {{"second", RateLimit::Unit::second},
                               {"minute", RateLimit::Unit::minute},
                               {"hour", RateLimit::Unit::hour},
                               {"day", RateLimit::Unit::day}};
/// More than one packet a nanosecond is no limit; nftables counts in those.
constexpr Range kRateRange{1, 1'000'000'000};

Error bad(std::string message) { return {std::move(message), EX_CONFIG}; }

/// The digits that `text` begins with, taken off it. Too large a number is
/// kTooMuch: out of every range.
std::optional<std::uint64_t> take_digits(std::string_view& text) {
    const std::size_t size = std::min(text.find_first_not_of("0123456789"), text.size());
    if (size == 0 || (size > 1 && text[0] == '0')) return std::nullopt;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + size, value);
    text.remove_prefix(size);
    return error == std::errc() ? value : kTooMuch;
}

std::optional<std::uint64_t> factor_of(std::string_view unit, std::span<const Unit> units) {
    for (const Unit& row : units) {
        if (row.name == unit) return row.factor;
    }
    return std::nullopt;
}

std::string show(std::uint64_t value, std::span<const Unit> units) {
    if (value == 0) return "0";
    for (std::size_t i = units.size(); i-- > 0;) {
        if (value % units[i].factor == 0) {
            return fmt::format("{}{}", value / units[i].factor, units[i].name);
        }
    }
    return std::to_string(value);
}

/// `expected` says what the text should have been if it is no number with a unit.
Result<std::uint64_t> parse(std::string_view text, Range range, std::span<const Unit> units,
                            std::string_view expected) {
    std::string_view rest = text;
    const bool negative = rest.starts_with('-');
    if (negative) rest.remove_prefix(1);
    const auto digits = take_digits(rest);
    const auto factor = digits == 0 && rest.empty() ? 1 : factor_of(rest, units);
    if (!digits || !factor) return bad(fmt::format("must be {}, is {}", expected, quote(text)));
    const std::uint64_t value = *digits > kTooMuch / *factor ? kTooMuch : *digits * *factor;
    const bool inside = value >= range.min && value <= range.max;
    if ((!negative && inside) || (value == 0 && range.or_zero)) return value;
    return bad(fmt::format("must be {}{}..{}, is {}", range.or_zero ? "0 or " : "",
                           show(range.min, units), show(range.max, units), quote(text)));
}

std::optional<mode_t> parse_octal(std::string_view digits) {
    if (digits.starts_with("0o")) digits.remove_prefix(2);
    mode_t mode = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, mode, 8);
    if (digits.empty() || error != std::errc() || stop != end) return std::nullopt;
    return mode;
}

/// Whether the owner reads and writes, and nobody does more than `most`.
bool is_between(mode_t mode, mode_t most) { return (mode & 0600U) == 0600 && (mode & ~most) == 0; }

}  // namespace

Result<std::uint64_t> parse_integer(std::string_view text, Range range) {
    return parse(text, range, kNoUnit, "a whole number");
}

Result<std::uint64_t> parse_size(std::string_view text, Range range) {
    return parse(text, range, kSizes, "a size like 65536, 64KiB, 100MiB or 2GiB");
}

Result<std::uint64_t> parse_duration(std::string_view text, Range range, std::uint64_t step) {
    auto value = parse(text, range, kDurations, "a duration like 100ms, 1s, 10m, 1h or 1d");
    if (value && *value % step != 0) {
        return bad(
            fmt::format("must be a multiple of {}, is {}", show(step, kDurations), quote(text)));
    }
    return value;
}

Result<RateLimit> parse_rate(std::string_view text) {
    std::string_view rest = text;
    const auto digits = take_digits(rest);
    for (const RateUnit& row : kRates) {
        if (!digits || !rest.starts_with('/') || rest.substr(1) != row.name) continue;
        if (*digits >= kRateRange.min && *digits <= kRateRange.max) {
            return RateLimit{static_cast<std::uint32_t>(*digits), row.unit};
        }
        return bad(fmt::format("must be {}..{} packets per {}, is {}", kRateRange.min,
                               kRateRange.max, row.name, quote(text)));
    }
    return bad("must be a rate like 1000/second (or per minute, hour, day), is " + quote(text));
}

Result<mode_t> parse_mode(std::string_view text) {
    // The owner repairs the file's tail; nobody runs it; not everybody writes it.
    if (const auto mode = parse_octal(text); mode && is_between(*mode, 0664)) return *mode;
    return bad(
        "must be a file mode like \"0640\": the owner reads and writes, others do not "
        "write, nobody executes; is " +
        quote(text));
}

Result<mode_t> parse_socket_mode(std::string_view text) {
    if (const auto mode = parse_octal(text); mode && is_between(*mode, 0666)) return *mode;
    return bad(
        "must be the mode of a socket like \"0660\": the owner reads and writes, nobody executes; "
        "is " +
        quote(text));
}

}  // namespace nflogd::config
