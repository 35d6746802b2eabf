// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What the tests of the sinks share: a directory of their own, batches, a clock
/// with movable hands, and waiting for a file to go without sleeping.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "core/options.hpp"
#include "core/time.hpp"
#include "sink/sink.hpp"

namespace nflogd::sink::test {

/// A new directory (0700) in memory or below /tmp, removed with all in it.
class TempDir {
public:
    TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    ~TempDir();
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string operator/(const std::string& name) const {
        return path_ + '/' + name;
    }
    /// Sorted.
    [[nodiscard]] std::vector<std::string> names() const;
    /// Sum over all regular files.
    [[nodiscard]] std::uint64_t bytes() const;

private:
    std::string path_;
};

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& content);
bool exists(const std::string& path);
struct stat stat_of(const std::string& path);
/// Both times to `seconds` since 1970.
void set_times(const std::string& path, std::int64_t seconds);
std::string decompress(const std::string& zst);

/// Records of a batch; each gets its newline.
class Lines {
public:
    Lines() = default;
    Lines(std::initializer_list<std::string> lines);
    void add(const std::string& line);
    /// Valid until the next add().
    [[nodiscard]] Batch batch() const { return {bytes_, ends_}; }
    [[nodiscard]] const std::string& text() const { return bytes_; }

private:
    std::string bytes_;
    std::vector<std::uint32_t> ends_;
};

/// `count` lines of `size` bytes each, newline included, numbered from `first`.
Lines numbered(std::size_t count, std::size_t size, std::size_t first = 0);

class FakeClock final : public Clock {
public:
    explicit FakeClock(std::int64_t wall_seconds) : wall(wall_seconds) {}
    [[nodiscard]] std::uint64_t wall_ns() const override {
        return static_cast<std::uint64_t>(wall.count()) * 1'000'000'000U;
    }
    [[nodiscard]] std::chrono::nanoseconds monotonic() const override { return mono; }
    void advance(std::chrono::seconds by) {
        wall += by;
        mono += by;
    }

    std::chrono::seconds wall;
    std::chrono::nanoseconds mono{std::chrono::seconds(5000)};
};

/// Sets TZ for its lifetime.
class TimeZone {
public:
    explicit TimeZone(const char* zone);
    TimeZone(const TimeZone&) = delete;
    TimeZone& operator=(const TimeZone&) = delete;
    ~TimeZone();
};

/// Runs `action` and waits until `name` in `directory` has been removed. False
/// after half a minute.
bool removed_after(const std::string& directory, const std::string& name,
                   const std::function<void()>& action);

bool is_root();

}  // namespace nflogd::sink::test
