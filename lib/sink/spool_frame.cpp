// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/spool_frame.hpp"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "sink/little_endian.hpp"

namespace nflogd::sink {
namespace {

constexpr std::uint32_t kPacket = 1U << 31;
constexpr std::size_t kLeastRead = 256 << 10;

std::uint32_t checksum(const char* length, std::string_view record) {
    const auto bytes = [](const char* text) { return reinterpret_cast<const Bytef*>(text); };
    const uLong head = ::crc32(0, bytes(length), 4);
    return static_cast<std::uint32_t>(
        ::crc32(head, bytes(record.data()), static_cast<uInt>(record.size())));
}

}  // namespace

void append_frame(std::string& out, std::string_view record, bool packet) {
    std::array<char, kFrameHeader> header;
    put_little<std::uint32_t>(header.data(),
                              static_cast<std::uint32_t>(record.size()) | (packet ? kPacket : 0));
    put_little<std::uint32_t>(header.data() + 4, checksum(header.data(), record));
    out.append(header.data(), header.size()).append(record);
}

/// Whether so many bytes from offset_ on are in the buffer now.
bool FrameReader::load(std::size_t bytes) {
    if (end_ - offset_ < bytes) return false;
    if (used_ - start_ >= bytes) return true;
    if (used_ > start_) std::memmove(buffer_.data(), buffer_.data() + start_, used_ - start_);
    used_ -= start_;
    start_ = 0;
    const std::uint64_t wanted =
        std::min<std::uint64_t>(std::max(bytes, kLeastRead), end_ - offset_);
    if (buffer_.size() < wanted) buffer_.resize(wanted);
    while (used_ < bytes) {
        const ssize_t got = ::pread(fd_, buffer_.data() + used_, wanted - used_,
                                    static_cast<off_t>(offset_ + used_));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        used_ += static_cast<std::size_t>(got);
    }
    return true;
}

FrameReader::Found FrameReader::next() {
    if (offset_ >= end_) return Found::end;
    if (!load(kFrameHeader)) return Found::damage;
    const auto word = get_little<std::uint32_t>(buffer_.data() + start_);
    const std::uint32_t length = word & ~kPacket;
    if (length > kLongestFrame || !load(kFrameHeader + length)) return Found::damage;
    const char* header = buffer_.data() + start_;
    record_ = {header + kFrameHeader, length};
    if (checksum(header, record_) != get_little<std::uint32_t>(header + 4)) return Found::damage;
    packet_ = (word & kPacket) != 0;
    offset_ += kFrameHeader + length;
    start_ += kFrameHeader + length;
    return Found::frame;
}

}  // namespace nflogd::sink
