// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/byte_stream.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace nflogd::source {
namespace {

constexpr std::size_t kInput = 256 << 10;

/// The file's own bytes, with the first ones looked at beforehand.
class Input {
public:
    Input(Fd fd, std::string name)
        : fd_(std::move(fd)), name_(std::move(name)), buffer_(std::make_unique<char[]>(kInput)) {}

    /// At least `count` bytes if there are so many.
    Result<std::string_view> peek(std::size_t count) {
        while (held() < count) {
            if (begin_ > 0) {
                std::memmove(buffer_.get(), buffer_.get() + begin_, held());
                end_ -= begin_;
                begin_ = 0;
            }
            const std::int64_t got = read_fd(fd_.get(), {buffer_.get() + end_, kInput - end_});
            if (got < 0) return system_error(errno, name_, EX_DATAERR);
            if (got == 0) break;
            end_ += static_cast<std::size_t>(got);
        }
        return std::string_view(buffer_.get() + begin_, held());
    }
    void skip(std::size_t count) { begin_ += count; }
    [[nodiscard]] std::size_t held() const { return end_ - begin_; }
    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] Error error(std::string_view what) const {
        return {name_ + ": " + std::string(what), EX_DATAERR};
    }

private:
    Fd fd_;
    std::string name_;
    std::unique_ptr<char[]> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

class PlainStream : public ByteStream {
public:
    explicit PlainStream(Input input) : input_(std::move(input)) {}

    Result<std::size_t> read(std::span<char> out) override {
        if (input_.held() > 0) {
            const auto held = *input_.peek(1);
            const std::size_t count = held.copy(out.data(), out.size());
            input_.skip(count);
            return count;
        }
        const std::int64_t got = read_fd(input_.fd(), out);
        if (got < 0) return system_error(errno, input_.name(), EX_DATAERR);
        return static_cast<std::size_t>(got);
    }

private:
    Input input_;
};

class RangeStream : public ByteStream {
public:
    RangeStream(int fd, std::string name, std::uint64_t begin, std::uint64_t end)
        : fd_(fd), name_(std::move(name)), at_(begin), end_(end) {}

    Result<std::size_t> read(std::span<char> out) override {
        const auto left = static_cast<std::size_t>(end_ - std::min(at_, end_));
        ssize_t got = 0;
        do {
            got = ::pread(fd_, out.data(), std::min(left, out.size()), static_cast<off_t>(at_));
        } while (got < 0 && errno == EINTR);
        if (got < 0) return system_error(errno, name_, EX_DATAERR);
        at_ += static_cast<std::size_t>(got);
        return static_cast<std::size_t>(got);
    }

private:
    int fd_;
    std::string name_;
    std::uint64_t at_;
    std::uint64_t end_;
};

/// What the two decompressors have in common: input until there is output.
class CompressedStream : public ByteStream {
public:
    explicit CompressedStream(Input input) : input_(std::move(input)) {}

    Result<std::size_t> read(std::span<char> out) override {
        for (;;) {
            const auto in = input_.peek(1);
            if (!in) return in.error();
            if (in->empty() && between_) return std::size_t{0};
            if (in->empty()) return input_.error("its end is missing");
            const Step step = decompress(*in, out);
            if (step.error != nullptr) return input_.error(step.error);
            input_.skip(step.read);
            between_ = step.whole;
            if (step.written > 0) return step.written;
        }
    }

protected:
    struct Step {
        std::size_t read = 0;
        std::size_t written = 0;
        bool whole = false;  ///< a frame or member ends here
        const char* error = nullptr;
    };
    virtual Step decompress(std::string_view in, std::span<char> out) = 0;

private:
    Input input_;
    bool between_ = true;
};

class ZstdStream : public CompressedStream {
public:
    explicit ZstdStream(Input input) : CompressedStream(std::move(input)) {}

private:
    Step decompress(std::string_view in, std::span<char> out) override {
        ZSTD_inBuffer from{in.data(), in.size(), 0};
        ZSTD_outBuffer to{out.data(), out.size(), 0};
        const std::size_t left = ZSTD_decompressStream(context_.get(), &to, &from);
        if (ZSTD_isError(left) != 0) return {0, 0, false, ZSTD_getErrorName(left)};
        return {from.pos, to.pos, left == 0};
    }

    struct Free {
        void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
    };
    std::unique_ptr<ZSTD_DStream, Free> context_{ZSTD_createDStream()};
};

class GzipStream : public CompressedStream {
public:
    explicit GzipStream(Input input) : CompressedStream(std::move(input)) {
        constexpr int kGzipOnly = 16;
        ::inflateInit2(&state_, kGzipOnly + MAX_WBITS);
    }
    ~GzipStream() override { ::inflateEnd(&state_); }
    GzipStream(const GzipStream&) = delete;
    GzipStream& operator=(const GzipStream&) = delete;

private:
    Step decompress(std::string_view in, std::span<char> out) override {
        state_.next_in = reinterpret_cast<const Bytef*>(in.data());
        state_.avail_in = static_cast<uInt>(in.size());
        state_.next_out = reinterpret_cast<Bytef*>(out.data());
        state_.avail_out = static_cast<uInt>(std::min<std::size_t>(out.size(), 1U << 30U));
        const uInt room = state_.avail_out;
        const int result = ::inflate(&state_, Z_NO_FLUSH);
        const Step step{in.size() - state_.avail_in, room - state_.avail_out,
                        result == Z_STREAM_END};
        if (result == Z_STREAM_END) ::inflateReset(&state_);  // another member may follow
        if (result == Z_OK || result == Z_STREAM_END) return step;
        return {0, 0, false, state_.msg == nullptr ? "not what gzip makes" : state_.msg};
    }

    z_stream state_{};
};

}  // namespace

std::int64_t read_fd(int fd, std::span<char> out) {
    for (;;) {
        const ssize_t got = ::read(fd, out.data(), out.size());
        if (got >= 0 || (errno != EINTR && errno != EAGAIN)) return got;
        if (errno == EAGAIN) {
            pollfd ready{fd, POLLIN, 0};
            ::poll(&ready, 1, -1);
        }
    }
}

Result<Fd> open_for_reading(const std::string& path) {
    const bool standard_input = path == "-";
    Fd fd(standard_input ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                         : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    struct stat status {};
    const std::string name = standard_input ? "standard input" : path;
    if (!fd || ::fstat(fd.get(), &status) != 0) return system_error(errno, name, EX_DATAERR);
    if (S_ISDIR(status.st_mode)) return system_error(EISDIR, name, EX_DATAERR);
    return fd;
}

Result<std::unique_ptr<ByteStream>> open_stream(Fd fd, std::string name) {
    constexpr std::string_view kZstd = "\x28\xb5\x2f\xfd";
    constexpr std::string_view kGzip = "\x1f\x8b";
    Input input(std::move(fd), std::move(name));
    const auto head = input.peek(kZstd.size());
    if (!head) return head.error();
    std::unique_ptr<ByteStream> stream;
    if (head->starts_with(kZstd)) {
        stream = std::make_unique<ZstdStream>(std::move(input));
    } else if (head->starts_with(kGzip)) {
        stream = std::make_unique<GzipStream>(std::move(input));
    } else {
        stream = std::make_unique<PlainStream>(std::move(input));
    }
    return stream;
}

std::unique_ptr<ByteStream> range_stream(int fd, std::string name, std::uint64_t begin,
                                         std::uint64_t end) {
    return std::make_unique<RangeStream>(fd, std::move(name), begin, end);
}

Result<std::unique_ptr<ByteStream>> open_stream(const std::string& path) {
    auto fd = open_for_reading(path);
    if (!fd) return fd.error();
    return open_stream(std::move(*fd), path == "-" ? "standard input" : path);
}

}  // namespace nflogd::source
