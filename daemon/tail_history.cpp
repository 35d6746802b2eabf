// SPDX-License-Identifier: GPL-2.0-or-later
#include "tail_history.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <iterator>

namespace nflogd::daemon {
namespace {

using source::LiveLog;
using source::LogPart;

/// Lanes write what they hold at once; what is older than this comes no more.
constexpr std::uint64_t kLateNs = 2'000'000'000;

/// With what JsonReader may read behind it.
std::string_view padded(std::string& line) {
    line.reserve(line.size() + decode::JsonReader::kPadding);
    return line;
}

}  // namespace

Status print_block(pipeline::LogPrinter& printer, std::string_view block) {
    Status printed;
    source::each_line(block, [&](std::string_view line) {
        printed = printer.line(line);
        return printed.ok();
    });
    return printed;
}

Status TailHistory::add(const std::string& path, bool follow) {
    if (follow) {
        auto live = LiveLog::open(path);
        if (!live) return live.error();
        live_.push_back(std::move(*live));
    }
    auto parts = source::log_parts(path, faults_);
    if (!parts) return parts.error();
    for (LogPart& part : source::since(std::move(*parts), options_.since_ns.value_or(0))) {
        struct stat status {};
        if (::stat(part.path.c_str(), &status) != 0) continue;
        if (!seen_.insert({status.st_dev, status.st_ino}).second) continue;
        files_.push_back(part.path);
        parts_.push_back(std::move(part));
    }
    const std::size_t slash = path.rfind('/');
    directories_.push_back(slash == std::string::npos ? "." : path.substr(0, slash + 1));
    return {};
}

const LiveLog* TailHistory::live_of(const LogPart& part) const {
    const auto found = std::find_if(live_.begin(), live_.end(), [&part](const LiveLog& live) {
        return part.live && live.path() == part.path;
    });
    return found == live_.end() ? nullptr : &*found;
}

Status TailHistory::show(const std::function<void()>& between) {
    std::stable_sort(parts_.begin(), parts_.end(), [](const LogPart& a, const LogPart& b) {
        return a.first_ns != 0 && b.first_ns != 0 && a.first_ns < b.first_ns;
    });
    const bool has_range = options_.since_ns || options_.until_ns || options_.all;
    return has_range && !options_.last ? show_range(between) : show_last();
}

Status TailHistory::show_last() {
    std::vector<std::string> lines;
    std::size_t count = options_.last.value_or(kDefaultLast);
    const auto judge = [this](std::string_view line) { return printer_.judge(line); };
    for (auto part = parts_.rbegin(); part != parts_.rend() && count > 0; ++part) {
        auto some = source::last_lines({*part}, count, live_of(*part), judge, faults_);
        count -= std::min(count, packets_in(some));
        std::move(lines.begin(), lines.end(), std::back_inserter(some));
        lines = std::move(some);
    }
    for (std::string& line : lines) {
        if (Status printed = printer_.line(padded(line)); !printed) return printed;
    }
    return {};
}

std::size_t TailHistory::packets_in(std::vector<std::string>& lines) {
    return static_cast<std::size_t>(std::count_if(
        lines.begin(), lines.end(),
        [this](std::string& line) { return printer_.judge(padded(line)) == source::Wanted::yes; }));
}

Status TailHistory::show_range(const std::function<void()>& between) {
    for (const LogPart& part : parts_) {
        source::LogReader reader({part}, live_of(part));
        for (;;) {
            const auto block = reader.next();
            if (!block) faults_.push_back(block.error());
            if (!block || !*block) break;
            if (Status printed = print_block(printer_, **block); !printed) return printed;
            between();
            if (is_over()) return {};
        }
    }
    return {};
}

/// Whether nothing before --until comes any more.
bool TailHistory::is_over() const {
    return options_.until_ns && printer_.newest_ns() > *options_.until_ns &&
           printer_.newest_ns() - *options_.until_ns > kLateNs;
}

}  // namespace nflogd::daemon
