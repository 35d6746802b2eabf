// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// RotatingFile: when a file is put among the rotated ones, and how.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/log.hpp"
#include "sink/retention.hpp"
#include "sink/rotating_file.hpp"

namespace nflogd::sink {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr auto kRenameAgain = 1s;

}  // namespace

/// Puts the live file among the rotated ones and opens a new one. Where it cannot
/// be renamed it stays the live file, and that is no error. A file with a torn
/// record at its end stays, too.
Status RotatingFile::rotate() {
    if (stuck_ && clock_.monotonic() < rename_again_) return {};
    static_cast<void>(flush_or_lose());
    const int torn = file_.settle();
    if (const int error = torn != 0 ? torn : rename_away(); error != 0) {
        rename_failed(error);
        return {};
    }
    stuck_ = false;
    file_ = Appender();
    rotated_bytes_ += size_;
    Status opened = open_file();
    if (options_.rotate.keep > 0) {
        rotated_bytes_ = keep_newest(rotated_, options_.rotate.keep).value_or(rotated_bytes_);
    }
    if (options_.rotate.compress) compressor_.wake();
    return opened;
}

/// Renames the live file, unless somebody else has done so. 0 or an errno value.
int RotatingFile::rename_away() { return is_named() ? rotated_.add(wall_seconds()) : 0; }

void RotatingFile::rename_failed(int error) {
    if (!stuck_) {
        log::warning(
            fmt::format("{}: cannot rotate: {}; it grows on", options_.path, std::strerror(error)));
    }
    stuck_ = true;
    rename_again_ = clock_.monotonic() + kRenameAgain;
}

void RotatingFile::rotate_if_due() {
    if (!file_.is_open() || !schedule_.due(wall_seconds())) return;
    if (Status ready = prepare(0); !ready.ok()) log::warning(ready.error().message);
}

void RotatingFile::compress_plain() {
    if (!options_.rotate.compress) return;
    const auto list = rotated_.list();
    if (!list) return;
    const auto plain = [](const RotatedFile& file) { return file.plain; };
    if (std::any_of(list->begin(), list->end(), plain)) compressor_.wake();
}

std::int64_t RotatingFile::wall_seconds() const {
    return static_cast<std::int64_t>(clock_.wall_ns()) / kNanosecondsPerSecond;
}

std::optional<std::chrono::nanoseconds> RotatingFile::next_rotation() const {
    if (!schedule_.enabled() || !file_.is_open()) return std::nullopt;
    if (stuck_) return rename_again_;
    const auto wall = static_cast<std::int64_t>(clock_.wall_ns());
    const std::int64_t wait = schedule_.next() * kNanosecondsPerSecond - wall;
    return clock_.monotonic() + Nanoseconds(std::max<std::int64_t>(0, wait));
}

}  // namespace nflogd::sink
