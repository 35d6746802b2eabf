// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/support.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "core/fd.hpp"

namespace nflogd::sink::test {

namespace fs = std::filesystem;

TempDir::TempDir() {
    // In memory: thousands of real syncs would take minutes, and fail in no way
    // that a test could ask for.
    const bool memory = ::access("/dev/shm", W_OK) == 0;
    std::string pattern = std::string(memory ? "/dev/shm" : "/tmp") + "/nflogd-sink-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
}

TempDir::~TempDir() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

std::vector<std::string> TempDir::names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(path_))
        found.push_back(entry.path().filename());
    std::sort(found.begin(), found.end());
    return found;
}

std::uint64_t TempDir::bytes() const {
    std::uint64_t sum = 0;
    for (const auto& entry : fs::directory_iterator(path_)) {
        if (entry.is_regular_file()) sum += entry.file_size();
    }
    return sum;
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

void write_file(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

bool exists(const std::string& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0;
}

struct stat stat_of(const std::string& path) {
    struct stat info {};
    REQUIRE(::lstat(path.c_str(), &info) == 0);
    return info;
}

void set_times(const std::string& path, std::int64_t seconds) {
    const std::array<timespec, 2> times = {timespec{seconds, 0}, timespec{seconds, 0}};
    REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0) == 0);
}

std::string decompress(const std::string& zst) {
    ZSTD_DCtx* context = ZSTD_createDCtx();
    std::string out;
    std::vector<char> chunk(ZSTD_DStreamOutSize());
    ZSTD_inBuffer input{zst.data(), zst.size(), 0};
    std::size_t left = 1;
    while (left != 0) {
        ZSTD_outBuffer output{chunk.data(), chunk.size(), 0};
        left = ZSTD_decompressStream(context, &output, &input);
        const bool stalled = output.pos == 0 && input.pos == input.size && left != 0;
        if (ZSTD_isError(left) != 0 || stalled) {
            out = "not a whole zstd frame";
            break;
        }
        out.append(chunk.data(), output.pos);
    }
    ZSTD_freeDCtx(context);
    return out;
}

Lines::Lines(std::initializer_list<std::string> lines) {
    for (const std::string& line : lines) add(line);
}

void Lines::add(const std::string& line) {
    bytes_ += line;
    bytes_ += '\n';
    ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
}

Lines numbered(std::size_t count, std::size_t size, std::size_t first) {
    Lines lines;
    for (std::size_t i = first; i < first + count; ++i) {
        std::string line = std::to_string(i);
        line.resize(size - 1, '.');
        lines.add(line);
    }
    return lines;
}

TimeZone::TimeZone(const char* zone) {
    ::setenv("TZ", zone, 1);
    ::tzset();
}

TimeZone::~TimeZone() {
    ::unsetenv("TZ");
    ::tzset();
}

bool removed_after(const std::string& directory, const std::string& name,
                   const std::function<void()>& action) {
    constexpr int kPatienceMs = 30'000;
    const Fd watch(::inotify_init1(IN_CLOEXEC));
    REQUIRE(::inotify_add_watch(watch.get(), directory.c_str(), IN_DELETE) >= 0);
    action();
    alignas(inotify_event) std::array<char, 4096> buffer;
    for (;;) {
        pollfd slot{watch.get(), POLLIN, 0};
        if (::poll(&slot, 1, kPatienceMs) != 1) return false;
        const ssize_t got = ::read(watch.get(), buffer.data(), buffer.size());
        for (ssize_t at = 0; at < got;) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof event);
            if (name == buffer.data() + at + sizeof event) return true;
            at += static_cast<ssize_t>(sizeof event + event.len);
        }
    }
}

bool is_root() { return ::geteuid() == 0; }

}  // namespace nflogd::sink::test
