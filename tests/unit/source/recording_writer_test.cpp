// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <csignal>

#include "allocations.hpp"
#include "catch.hpp"
#include "files.hpp"
#include "source/recording.hpp"

using namespace nflogd;
using namespace nflogd::source;

namespace {

constexpr bool kBigEndian = std::endian::native == std::endian::big;

/// No file of this process grows past `bytes` while it lives.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit before_{};
    void (*handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("a recording has the bytes that its page draws") {
    TemporaryDirectory directory;
    const std::string path = directory.path("a.nflog");
    auto writer = RecordingWriter::open(path);
    REQUIRE(writer);
    REQUIRE(writer->write(Buffer{0xde, 0xad, 0xbe}, 1'700'000'000'000'000'001));
    REQUIRE(writer->flush());

    Writer expected{kBigEndian, {0x89, 'N', 'F', 'L', 'O', 'G', 0x0d, 0x0a}};
    expected.u32(0x01020304).u16(1).u16(0);
    expected.u32(3).u64(1'700'000'000'000'000'001).raw(Buffer{0xde, 0xad, 0xbe});
    REQUIRE(read_file(path) == expected.bytes);
}

TEST_CASE("a recording is readable by owner and group only") {
    TemporaryDirectory directory;
    const mode_t mask = ::umask(0);
    const auto writer = RecordingWriter::open(directory.path("a.nflog"));
    ::umask(mask);
    REQUIRE(writer);
    struct stat status {};
    REQUIRE(::stat(directory.path("a.nflog").c_str(), &status) == 0);
    REQUIRE((status.st_mode & 07777) == 0640);
}

TEST_CASE("a recording overwrites nothing") {
    TemporaryDirectory directory;
    const Buffer precious = {'o', 'l', 'd'};
    const std::string path = directory.file("a.nflog", precious);
    const auto writer = RecordingWriter::open(path);
    REQUIRE_FALSE(writer);
    REQUIRE(writer.error().exit_code == EX_CANTCREAT);
    REQUIRE(writer.error().message.find(path) != std::string::npos);
    REQUIRE(read_file(path) == precious);
}

TEST_CASE("a recording does not follow a symbolic link") {
    TemporaryDirectory directory;
    REQUIRE(::symlink(directory.path("victim").c_str(), directory.path("a.nflog").c_str()) == 0);
    const auto writer = RecordingWriter::open(directory.path("a.nflog"));
    REQUIRE_FALSE(writer);
    REQUIRE(writer.error().exit_code == EX_CANTCREAT);
    REQUIRE_FALSE(std::filesystem::exists(directory.path("victim")));
}

TEST_CASE("a recording in a directory that is not there cannot be created") {
    TemporaryDirectory directory;
    const auto writer = RecordingWriter::open(directory.path("none/a.nflog"));
    REQUIRE_FALSE(writer);
    REQUIRE(writer.error().exit_code == EX_CANTCREAT);
}

TEST_CASE("a file that cannot hold the header is not left behind") {
    TemporaryDirectory directory;
    const FileSizeLimit limit(4);
    const auto writer = RecordingWriter::open(directory.path("a.nflog"));
    REQUIRE_FALSE(writer);
    REQUIRE(writer.error().exit_code == EX_CANTCREAT);
    REQUIRE_FALSE(std::filesystem::exists(directory.path("a.nflog")));
}

TEST_CASE("datagrams that no reader would take are refused and leave no trace") {
    TemporaryDirectory directory;
    const std::string path = directory.path("a.nflog");
    auto writer = RecordingWriter::open(path);
    REQUIRE(writer);
    REQUIRE(writer->write(Buffer(recording::kMaxDatagram + 1), 1).error().exit_code == EX_SOFTWARE);
    REQUIRE_FALSE(writer->write(Buffer{}, 0));
    REQUIRE(writer->write(Buffer{1}, 0));
    REQUIRE(writer->flush());
    REQUIRE(read_file(path).size() == 16 + 12 + 1);
}

TEST_CASE("a short write leaves whole frames only, and the error stays") {
    // Header 16, then 22 bytes a frame: the limit hits frame 3 at every place.
    for (rlim_t limit = 16 + 2 * 22; limit < 16 + 3 * 22; ++limit) {
        TemporaryDirectory directory;
        const std::string path = directory.path("a.nflog");
        auto writer = RecordingWriter::open(path);
        REQUIRE(writer);
        for (std::uint64_t i = 1; i <= 5; ++i) REQUIRE(writer->write(Buffer(10), i));
        {
            const FileSizeLimit full(limit);
            const Status status = writer->flush();
            REQUIRE_FALSE(status);
            REQUIRE(status.error().exit_code == EX_OSERR);
        }
        REQUIRE_FALSE(writer->write(Buffer(10), 6));
        REQUIRE_FALSE(writer->flush());
        const Drained drained = drain_file(path);
        REQUIRE(drained.status);
        REQUIRE(drained.chunks.size() == 2);
    }
}

TEST_CASE("what stands behind a recording in the same file is not cut off") {
    TemporaryDirectory directory;
    const std::string path = directory.file("a", Buffer(100, 'x'));
    Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    auto writer = RecordingWriter::start(std::move(fd), path);
    REQUIRE(writer);
    REQUIRE(writer->write(Buffer(1000), 1));
    {
        const FileSizeLimit full(60);
        REQUIRE_FALSE(writer->flush());
    }
    REQUIRE(read_file(path).size() == 100);
}

TEST_CASE("a full device is told at once") {
    Fd fd(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    REQUIRE(fd);
    const auto writer = RecordingWriter::start(std::move(fd), "/dev/full");
    REQUIRE_FALSE(writer);
    REQUIRE(writer.error().exit_code == EX_CANTCREAT);
    REQUIRE(writer.error().message == "/dev/full: No space left on device");
}

TEST_CASE("nothing is written before it must be, and nothing is held for ever") {
    TemporaryDirectory directory;
    const std::string path = directory.path("a.nflog");
    auto writer = RecordingWriter::open(path);
    REQUIRE(writer);
    REQUIRE(writer->write(Buffer(1000), 1));
    REQUIRE(std::filesystem::file_size(path) == 16);
    REQUIRE(writer->write(Buffer(256 << 10), 2));
    REQUIRE(std::filesystem::file_size(path) == 16 + 12 + 1000 + 12 + (256 << 10));
}

TEST_CASE("writing takes nothing from the heap") {
    Fd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    auto writer = RecordingWriter::start(std::move(null), "null");
    REQUIRE(writer);
    const Buffer small(100);
    const Buffer large(recording::kMaxDatagram);
    bool good = true;
    const std::uint64_t before = allocations();
    for (std::uint64_t i = 1; i <= 10000; ++i) {
        good = writer->write(i % 1000 == 0 ? large : small, i).ok() && good;
    }
    REQUIRE(allocations() == before);
    REQUIRE(good);
}

TEST_CASE("a recording goes to standard output, which stays open") {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
    Fd reading(pipe[0]);
    Fd writing(pipe[1]);
    const Fd saved(::dup(STDOUT_FILENO));
    ::dup2(writing.get(), STDOUT_FILENO);
    bool good = false;
    {
        auto writer = RecordingWriter::open("-");
        good = writer.ok() && writer->write(Buffer{7}, 1).ok() && writer->flush().ok();
    }
    const bool still_open = ::fcntl(STDOUT_FILENO, F_GETFD) >= 0;
    ::dup2(saved.get(), STDOUT_FILENO);
    REQUIRE(good);
    REQUIRE(still_open);
    Buffer bytes(100);
    REQUIRE(::read(reading.get(), bytes.data(), bytes.size()) == 16 + 12 + 1);
}
