// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/compress.hpp"

#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <memory>
#include <vector>

namespace nflogd::sink {
namespace {

struct Stream {
    std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context{ZSTD_createCCtx(), ZSTD_freeCCtx};
    std::vector<char> in = std::vector<char>(ZSTD_CStreamInSize());
    std::vector<char> out = std::vector<char>(ZSTD_CStreamOutSize());
    std::uint64_t room = 0;  ///< bytes that may still be written
};

Status write_all(int fd, const char* from, std::size_t size) {
    while (size > 0) {
        const ssize_t wrote = ::write(fd, from, size);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return system_error(wrote == 0 ? EIO : errno, "write");
        from += wrote;
        size -= static_cast<std::size_t>(wrote);
    }
    return {};
}

/// Compresses one chunk, and the end of the frame with the last one. False: there
/// is no room for all of it.
Result<bool> feed(Stream& stream, std::size_t size, ZSTD_EndDirective mode, int out) {
    ZSTD_inBuffer input{stream.in.data(), size, 0};
    std::size_t left = 0;
    do {
        ZSTD_outBuffer output{stream.out.data(), stream.out.size(), 0};
        left = ZSTD_compressStream2(stream.context.get(), &output, &input, mode);
        if (ZSTD_isError(left) != 0) return Error{ZSTD_getErrorName(left), EX_SOFTWARE};
        if (output.pos > stream.room) return false;
        Status wrote = write_all(out, stream.out.data(), output.pos);
        if (!wrote.ok()) return wrote.error();
        stream.room -= output.pos;
    } while (input.pos < input.size || (mode == ZSTD_e_end && left > 0));
    return true;
}

bool wanted(int in, const std::atomic<bool>& stop) {
    struct stat info {};
    return !stop.load(std::memory_order_relaxed) && ::fstat(in, &info) == 0 && info.st_nlink > 0;
}

}  // namespace

Result<Compressed> compress(int in, int out, std::uint64_t limit, const std::atomic<bool>& stop) {
    Stream stream;
    stream.room = limit;
    if (!stream.context) return Error{"out of memory", EX_OSERR};
    ZSTD_CCtx_setParameter(stream.context.get(), ZSTD_c_checksumFlag, 1);
    for (;;) {
        if (!wanted(in, stop)) return Compressed::unwanted;
        const ssize_t got = ::read(in, stream.in.data(), stream.in.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_error(errno, "read");
        const auto mode = got == 0 ? ZSTD_e_end : ZSTD_e_continue;
        const Result<bool> fed = feed(stream, static_cast<std::size_t>(got), mode, out);
        if (!fed.ok()) return fed.error();
        if (!*fed) return Compressed::too_large;
        if (got == 0) return Compressed::done;
    }
}

}  // namespace nflogd::sink
