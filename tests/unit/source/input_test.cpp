// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "catch.hpp"
#include "files.hpp"
#include "source/recording.hpp"

using namespace nflogd;
using namespace nflogd::source;

namespace {

void write_all(int fd, Bytes bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count <= 0) return;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

/// Frames of very different sizes, up to the largest.
Buffer large_recording(const TemporaryDirectory& directory) {
    auto writer = RecordingWriter::open(directory.path("large.nflog"));
    REQUIRE(writer);
    for (const std::size_t size : {100UL, 262144UL, 0UL, recording::kMaxDatagram, 7UL, 262144UL}) {
        REQUIRE(writer->write(noise(size, 9), 1 + size));
    }
    REQUIRE(writer->flush());
    return read_file(directory.path("large.nflog"));
}

Error error_of(const std::string& path) {
    auto input = open_input(path);
    REQUIRE_FALSE(input);
    REQUIRE(input.error().exit_code == EX_DATAERR);
    return input.error();
}

}  // namespace

TEST_CASE("input that cannot be read says which and why") {
    TemporaryDirectory directory;
    const auto expect = [](const std::string& path, const std::string& why) {
        REQUIRE(error_of(path).message == path + ": " + why);
    };
    expect(directory.path("none"), "No such file or directory");
    expect(directory.path(""), "Is a directory");
    expect(directory.file("empty", Buffer{}), "the file is empty");
    expect(directory.file("text", Buffer{'h', 'e', 'l', 'l', 'o', '!', '\n', '\n', '\n'}),
           "neither a .nflog recording nor a pcap file");
    expect(directory.file("short", Buffer{0x89}), "neither a .nflog recording nor a pcap file");
    expect(directory.file("a.pcapng", Buffer{0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0}),
           "a pcapng file; convert it first: editcap -F pcap IN.pcapng OUT.pcap");
}

TEST_CASE("a file without read permission is told, not taken for an empty one") {
    if (::geteuid() == 0) {
        // Root reads everything; /proc/self/mem is a file whose first read fails.
        REQUIRE(error_of("/proc/self/mem").message == "/proc/self/mem: Input/output error");
        return;
    }
    TemporaryDirectory directory;
    const std::string path = directory.file("secret", Buffer{1});
    REQUIRE(::chmod(path.c_str(), 0) == 0);
    REQUIRE(error_of(path).message == path + ": Permission denied");
}

TEST_CASE("a FIFO that delivers in small pieces is read like a file") {
    TemporaryDirectory directory;
    const Buffer bytes = large_recording(directory);
    const std::string path = directory.path("fifo");
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    std::thread feeder([&] {
        const Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        for (Bytes rest = bytes; !rest.empty();) {
            const std::size_t piece = std::min<std::size_t>(997, rest.size());
            write_all(fd.get(), rest.first(piece));
            rest = rest.subspan(piece);
        }
    });
    const Drained drained = drain_file(path);
    feeder.join();
    REQUIRE(drained.status);
    REQUIRE(drained.chunks.size() == 6);
    REQUIRE(drained.chunks[3].bytes == noise(recording::kMaxDatagram, 9));
    REQUIRE(drained.chunks[5].bytes == noise(262144, 9));
}

TEST_CASE("standard input is read, also when somebody left it non-blocking, and stays open") {
    TemporaryDirectory directory;
    const Buffer bytes = large_recording(directory);
    std::array<int, 2> pipe{};
    REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
    ::fcntl(pipe[0], F_SETFL, O_NONBLOCK);
    const Fd saved(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
    ::dup2(pipe[0], STDIN_FILENO);
    const Fd reading(pipe[0]);
    std::thread feeder([&bytes, fd = pipe[1]] {
        const Fd writing(fd);
        write_all(writing.get(), bytes);
    });
    const Drained drained = drain_file("-");
    feeder.join();
    const bool still_open = ::fcntl(STDIN_FILENO, F_GETFD) >= 0;
    if (saved) ::dup2(saved.get(), STDIN_FILENO);
    REQUIRE(still_open);
    REQUIRE(drained.status);
    REQUIRE(drained.chunks.size() == 6);
}

TEST_CASE("garbage on standard input is called by that name") {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
    Fd reading(pipe[0]);
    { const Fd closed_at_once(pipe[1]); }
    const Fd saved(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
    ::dup2(reading.get(), STDIN_FILENO);
    const auto input = open_input("-");
    if (saved) ::dup2(saved.get(), STDIN_FILENO);
    REQUIRE_FALSE(input);
    REQUIRE(input.error().message == "standard input: the file is empty");
}

TEST_CASE("a file that shrinks while it is read ends early") {
    TemporaryDirectory directory;
    Buffer bytes = large_recording(directory);
    for (int i = 0; i < 3; ++i) {
        const Buffer frames = read_file(directory.path("large.nflog"));
        bytes.insert(bytes.end(), frames.begin() + 16, frames.end());
    }
    const std::string path = directory.file("a.nflog", bytes);
    auto input = open_input(path);
    REQUIRE(input);
    REQUIRE((*input)->next());
    REQUIRE(::truncate(path.c_str(), 0) == 0);
    const Drained rest = drain(**input);
    REQUIRE_FALSE(rest.status);
    REQUIRE(rest.status.error().exit_code == EX_DATAERR);
    REQUIRE(rest.chunks.size() < 23);
}
