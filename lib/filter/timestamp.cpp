// SPDX-License-Identifier: GPL-2.0-or-later
#include "filter/timestamp.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "core/quote.hpp"

namespace nflogd::filter {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::size_t kMostDigits = 6;  // of a second: microseconds

/// Takes fixed pieces off the head of a text; what does not fit makes it bad.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    int number(std::size_t digits, int least, int most) {
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (!digit()) return fail();
            value = value * 10 + (rest_[0] - '0');
            rest_.remove_prefix(1);
        }
        return value < least || value > most ? fail() : value;
    }
    bool take(char wanted) {
        if (rest_.empty() || rest_[0] != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void need(char wanted) {
        if (!take(wanted)) fail();
    }
    [[nodiscard]] bool digit() const {
        return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9';
    }
    int fail() {
        good_ = false;
        return 0;
    }
    [[nodiscard]] bool done() const { return good_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool good_ = true;
};

std::int64_t scan_date(Scanner& scanner) {
    const int year = scanner.number(4, 1970, 2500);
    scanner.need('-');
    const int month = scanner.number(2, 1, 12);
    scanner.need('-');
    const int day = scanner.number(2, 1, 31);
    const std::chrono::year_month_day date(std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok()) scanner.fail();
    return std::chrono::sys_days(date).time_since_epoch().count() * std::int64_t{86'400};
}

std::int64_t scan_time(Scanner& scanner) {
    const int hour = scanner.number(2, 0, 23);
    scanner.need(':');
    const int minute = scanner.number(2, 0, 59);
    scanner.need(':');
    return hour * 3600 + minute * 60 + scanner.number(2, 0, 59);
}

std::int64_t scan_fraction(Scanner& scanner) {
    if (!scanner.take('.')) return 0;
    std::int64_t fraction = 0;
    std::int64_t unit = kNsPerSecond;
    std::size_t digits = 0;
    for (; digits < kMostDigits && scanner.digit(); ++digits) {
        unit /= 10;
        fraction += scanner.number(1, 0, 9) * unit;
    }
    if (digits == 0) scanner.fail();
    return fraction;
}

std::int64_t scan_offset(Scanner& scanner) {
    if (scanner.take('Z')) return 0;
    const int sign = scanner.take('-') ? -1 : 1;
    if (sign == 1) scanner.need('+');
    const int hours = scanner.number(2, 0, 23);
    scanner.need(':');
    return sign * (hours * 3600 + scanner.number(2, 0, 59) * 60);
}

}  // namespace

Result<Range<std::uint64_t>> parse_timestamp(std::string_view text) {
    Scanner scanner(text);
    std::int64_t seconds = scan_date(scanner);
    scanner.need('T');
    seconds += scan_time(scanner);
    const std::int64_t fraction = scan_fraction(scanner);
    seconds -= scan_offset(scanner);
    if (!scanner.done() || seconds < 0) {
        return Error{fmt::format("{} is no time such as 2026-11-23T10:03:54.123456Z", quote(text))};
    }
    const auto first = static_cast<std::uint64_t>(seconds * kNsPerSecond + fraction);
    return Range<std::uint64_t>{first, first + 999};
}

}  // namespace nflogd::filter
