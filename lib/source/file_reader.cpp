// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/file_reader.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>

namespace nflogd::source {
namespace {

constexpr std::size_t kCapacity = FileReader::kMaxPeek + (256 << 10);

/// Also waits for a descriptor that somebody left non-blocking.
ssize_t read_some(int fd, std::span<std::uint8_t> into) {
    while (true) {
        const ssize_t count = ::read(fd, into.data(), into.size());
        if (count >= 0 || (errno != EINTR && errno != EAGAIN)) return count;
        if (errno == EAGAIN) {
            pollfd ready{fd, POLLIN, 0};
            ::poll(&ready, 1, -1);
        }
    }
}

}  // namespace

FileReader::FileReader(Fd fd, std::string name)
    : fd_(std::move(fd)),
      name_(std::move(name)),
      buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(kCapacity)) {}

Result<std::span<std::uint8_t>> FileReader::peek(std::size_t count) {
    assert(count <= kMaxPeek);
    if (held() < count) {
        if (Status status = fill(count); !status) return status.error();
    }
    return std::span(buffer_.get() + begin_, std::min(count, held()));
}

void FileReader::skip(std::size_t count) {
    assert(count <= held());
    begin_ += count;
    offset_ += count;
}

Status FileReader::fill(std::size_t count) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, held());
    end_ = held();
    begin_ = 0;
    while (held() < count && !at_end_) {
        const ssize_t got = read_some(fd_.get(), {buffer_.get() + end_, kCapacity - end_});
        if (got < 0) return system_error(errno, name_, EX_DATAERR);
        at_end_ = got == 0;
        end_ += static_cast<std::size_t>(got);
    }
    return {};
}

Error FileReader::error(std::string_view what) const {
    return Error{std::string(what), EX_DATAERR}.wrap(name_);
}

Error FileReader::error_here(std::string_view what) const {
    return Error{std::string(what), EX_DATAERR}.wrap("byte " + std::to_string(offset_)).wrap(name_);
}

}  // namespace nflogd::source
