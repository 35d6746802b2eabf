// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/date.hpp"

#include <ctime>
#include <string_view>

namespace nflogd::format {
namespace {

constexpr std::uint64_t kNanoseconds = 1'000'000'000;
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

void write_clock(Writer& writer, const std::tm& time) {
    writer.decimal2(static_cast<unsigned>(time.tm_hour));
    writer.put(':');
    writer.decimal2(static_cast<unsigned>(time.tm_min));
    writer.put(':');
    writer.decimal2(static_cast<unsigned>(time.tm_sec));
}

void write_month(Writer& writer, const std::tm& time) {
    writer.put(kMonths.substr(static_cast<std::size_t>(time.tm_mon) * 3, 3));
    writer.put(' ');
}

}  // namespace

Writer UtcTime::write(Writer writer, std::uint64_t timestamp_ns) {
    const std::uint64_t second = timestamp_ns / kNanoseconds;
    if (second != second_) {
        second_ = second;
        const auto seconds = static_cast<std::time_t>(second);
        std::tm time{};
        gmtime_r(&seconds, &time);
        Writer text(text_.data());
        const auto year = static_cast<unsigned>(time.tm_year + 1900);
        text.decimal2(year / 100);
        text.decimal2(year % 100);
        text.put('-');
        text.decimal2(static_cast<unsigned>(time.tm_mon + 1));
        text.put('-');
        text.decimal2(static_cast<unsigned>(time.tm_mday));
        text.put('T');
        write_clock(text, time);
        text.put('.');
    }
    writer.put_padded(text_, text_.size());
    const auto microseconds = static_cast<unsigned>(timestamp_ns % kNanoseconds / 1000);
    writer.decimal2(microseconds / 10000);
    writer.decimal2(microseconds / 100 % 100);
    writer.decimal2(microseconds % 100);
    writer.put('Z');
    return writer;
}

Writer LocalTime::write(Writer writer, std::uint64_t timestamp_ns) {
    const std::uint64_t second = timestamp_ns / kNanoseconds;
    if (second != second_) {
        second_ = second;
        const auto seconds = static_cast<std::time_t>(second);
        std::tm time{};
        localtime_r(&seconds, &time);
        Writer text(text_.data());
        write_month(text, time);
        text.decimal2(static_cast<unsigned>(time.tm_mday));
        text.put(' ');
        write_clock(text, time);
        text.put('.');
    }
    writer.put_padded(text_, text_.size());
    const auto milliseconds = static_cast<unsigned>(timestamp_ns % kNanoseconds / 1'000'000);
    writer.put(static_cast<char>('0' + milliseconds / 100));
    writer.decimal2(milliseconds % 100);
    return writer;
}

Writer BsdTime::write(Writer writer, std::uint64_t timestamp_ns) {
    const std::uint64_t second = timestamp_ns / kNanoseconds;
    if (second != second_) {
        second_ = second;
        const auto seconds = static_cast<std::time_t>(second);
        std::tm time{};
        localtime_r(&seconds, &time);
        Writer text(text_.data());
        write_month(text, time);
        if (time.tm_mday < 10) text.put(' ');
        text.decimal(static_cast<unsigned>(time.tm_mday));
        text.put(' ');
        write_clock(text, time);
    }
    writer.put_padded(text_, text_.size());
    return writer;
}

}  // namespace nflogd::format
