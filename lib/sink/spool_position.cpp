// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/spool_position.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>

#include "sink/little_endian.hpp"

namespace nflogd::sink {
namespace {

constexpr std::size_t kBytes = 20;
using Text = std::array<char, kBytes>;

std::uint32_t checksum(const Text& text) {
    return static_cast<std::uint32_t>(
        ::crc32(0, reinterpret_cast<const Bytef*>(text.data()), kBytes - 4));
}

}  // namespace

Status SpoolPositionFile::open(int directory, const std::string& path) {
    Fd opened(::openat(directory, "position",
                       O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
    if (!opened) return system_error(errno, "spool " + path + ": position", EX_CANTCREAT);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (::fcntl(opened.get(), F_OFD_SETLK, &lock) != 0) {
        if (errno != EAGAIN) return system_error(errno, "spool " + path + ": lock", EX_CANTCREAT);
        return Error{"spool " + path + ": another process uses it; give each output its own",
                     EX_CANTCREAT};
    }
    fd_ = std::move(opened);
    return {};
}

SpoolPosition SpoolPositionFile::read() const {
    Text text;
    if (::pread(fd_.get(), text.data(), kBytes, 0) != ssize_t{kBytes}) return {};
    if (get_little<std::uint32_t>(text.data() + 16) != checksum(text)) return {};
    return {get_little<std::uint64_t>(text.data()), get_little<std::uint64_t>(text.data() + 8)};
}

void SpoolPositionFile::write(const SpoolPosition& position) const {
    Text text;
    put_little(text.data(), position.segment);
    put_little(text.data() + 8, position.offset);
    put_little(text.data() + 16, checksum(text));
    [[maybe_unused]] const ssize_t written = ::pwrite(fd_.get(), text.data(), kBytes, 0);
}

}  // namespace nflogd::sink
