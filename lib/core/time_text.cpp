// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/time_text.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <ctime>
#include <limits>

#include "core/text.hpp"

namespace nflogd {
namespace {

bool read_digits(std::string_view text, std::size_t at, std::size_t count, unsigned& out) {
    out = 0;
    for (const char c : text.substr(at, count)) {
        if (c < '0' || c > '9') return false;
        out = out * 10 + static_cast<unsigned>(c - '0');
    }
    return true;
}

constexpr std::uint64_t kSecond = 1'000'000'000;

/// ".123456" as ns; digits behind the ninth do not count.
std::optional<std::uint64_t> read_fraction(std::string_view text) {
    if (text.empty()) return 0;
    if (text[0] != '.' || text.size() < 2) return std::nullopt;
    std::uint64_t value = 0;
    std::uint64_t unit = kSecond;
    for (const char c : text.substr(1)) {
        if (c < '0' || c > '9') return std::nullopt;
        unit /= 10;
        value += unit * static_cast<unsigned>(c - '0');
    }
    return value;
}

/// "2026-11-23T10:03"
std::optional<std::uint64_t> minute_seconds(std::string_view text) {
    using namespace std::chrono;
    unsigned y = 0, m = 0, d = 0, hour = 0, minute = 0;
    if (!read_digits(text, 0, 4, y) || text[4] != '-' || !read_digits(text, 5, 2, m) ||
        text[7] != '-' || !read_digits(text, 8, 2, d) || text[10] != 'T' ||
        !read_digits(text, 11, 2, hour) || text[13] != ':' || !read_digits(text, 14, 2, minute)) {
        return std::nullopt;
    }
    const year_month_day date{year(static_cast<int>(y)), month(m), day(d)};
    if (!date.ok() || y < 1970 || hour > 23 || minute > 59) return std::nullopt;
    const auto days = static_cast<std::uint64_t>(sys_days(date).time_since_epoch().count());
    return ((days * 24 + hour) * 60 + minute) * 60;
}

/// "10m" in seconds.
std::optional<std::uint64_t> read_ago(std::string_view text) {
    struct Unit {
        char letter;
        std::uint64_t seconds;
    };
    constexpr std::array kUnits = {Unit{'s', 1}, Unit{'m', 60}, Unit{'h', 3600}, Unit{'d', 86400},
                                   Unit{'w', 604800}};
    if (text.size() < 2) return std::nullopt;
    std::uint64_t count = 0;
    const char* const end = text.data() + text.size() - 1;
    const auto [behind, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc() || behind != end || count > 1'000'000) return std::nullopt;
    for (const Unit& unit : kUnits) {
        if (unit.letter == text.back()) return count * unit.seconds;
    }
    return std::nullopt;
}

std::tm local(std::uint64_t ns) {
    const auto seconds = static_cast<std::time_t>(ns / kSecond);
    std::tm time{};
    ::localtime_r(&seconds, &time);
    return time;
}

std::optional<std::uint64_t> from_local(std::tm time) {
    time.tm_isdst = -1;
    const std::time_t seconds = ::mktime(&time);
    if (seconds < 0) return std::nullopt;
    return static_cast<std::uint64_t>(seconds) * kSecond;
}

/// "10:30" or "10:30:15" into `time`.
bool read_clock(std::string_view text, std::tm& time) {
    unsigned hour = 0, minute = 0, second = 0;
    const bool with_seconds = text.size() == 8;
    if ((text.size() != 5 && !with_seconds) || text[2] != ':' || (with_seconds && text[5] != ':')) {
        return false;
    }
    if (!read_digits(text, 0, 2, hour) || !read_digits(text, 3, 2, minute)) return false;
    if (with_seconds && !read_digits(text, 6, 2, second)) return false;
    time.tm_hour = static_cast<int>(hour);
    time.tm_min = static_cast<int>(minute);
    time.tm_sec = static_cast<int>(second);
    return hour < 24 && minute < 60 && second <= 60;
}

bool read_date(std::string_view text, std::tm& time) {
    using namespace std::chrono;
    unsigned y = 0, m = 0, d = 0;
    if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !read_digits(text, 0, 4, y) ||
        !read_digits(text, 5, 2, m) || !read_digits(text, 8, 2, d)) {
        return false;
    }
    time.tm_year = static_cast<int>(y) - 1900;
    time.tm_mon = static_cast<int>(m) - 1;
    time.tm_mday = static_cast<int>(d);
    return year_month_day{year(static_cast<int>(y)), month(m), day(d)}.ok() && y >= 1970;
}

std::optional<std::uint64_t> read_day(std::string_view text, std::uint64_t now_ns) {
    std::tm time = local(now_ns);
    time.tm_hour = time.tm_min = time.tm_sec = 0;
    if (text == "yesterday") --time.tm_mday;
    if (text == "yesterday" || text == "today" || read_clock(text, time)) return from_local(time);
    const std::string_view date = text.substr(0, 10);
    if (!read_date(date, time)) return std::nullopt;
    if (text.size() == date.size()) return from_local(time);
    if ((text[10] != 'T' && text[10] != ' ') || !read_clock(text.substr(11), time)) {
        return std::nullopt;
    }
    return from_local(time);
}

/// RFC 3339 with "+01:00" at its end.
std::optional<std::uint64_t> read_offset(std::string_view text) {
    constexpr std::size_t kOffset = 6;
    if (text.size() <= kOffset) return std::nullopt;
    const std::string_view offset = text.substr(text.size() - kOffset);
    std::tm clock{};
    if ((offset[0] != '+' && offset[0] != '-') || !read_clock(offset.substr(1), clock)) {
        return std::nullopt;
    }
    const auto utc = UtcReader().read(std::string(text.substr(0, text.size() - kOffset)) + 'Z');
    const std::uint64_t shift =
        static_cast<unsigned>(clock.tm_hour * 60 + clock.tm_min) * 60 * kSecond;
    if (!utc || (offset[0] == '+' && *utc < shift)) return std::nullopt;
    return offset[0] == '+' ? *utc - shift : *utc + shift;
}

}  // namespace

std::optional<std::uint64_t> UtcReader::read(std::string_view text) {
    constexpr std::size_t kMinute = 16;
    constexpr std::size_t kSeconds = kMinute + 3;
    if (text.size() <= kSeconds || text.back() != 'Z' || text[kMinute] != ':') return std::nullopt;
    const std::string_view minute = text.substr(0, kMinute);
    if (minute != minute_) {
        const auto seconds = minute_seconds(minute);
        if (!seconds) return std::nullopt;
        minute_ = minute;
        minute_seconds_ = *seconds;
    }
    unsigned second = 0;
    if (!read_digits(text, kMinute + 1, 2, second) || second > 60) return std::nullopt;
    const auto fraction = read_fraction(text.substr(kSeconds, text.size() - kSeconds - 1));
    if (!fraction) return std::nullopt;
    constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max() / kSecond;
    if (minute_seconds_ + second > kLast) return std::nullopt;
    const std::uint64_t ns = (minute_seconds_ + second) * kSecond + *fraction;
    return ns < *fraction ? std::nullopt : std::optional(ns);
}

Result<std::uint64_t> parse_moment(std::string_view text, std::uint64_t now_ns) {
    if (text == "now") return now_ns;
    if (const auto ago = read_ago(text)) {
        const std::uint64_t shift = *ago * kSecond;
        return shift < now_ns ? now_ns - shift : 0;
    }
    if (const auto utc = UtcReader().read(text)) return *utc;
    if (const auto time = read_offset(text)) return *time;
    if (const auto day = read_day(text, now_ns)) return *day;
    return Error{quote(text) +
                     " is no time; write 10m, 2h, 2d, 10:30, today, yesterday, "
                     "2026-11-23, or 2026-11-23T10:30:00Z",
                 EX_USAGE};
}

}  // namespace nflogd
