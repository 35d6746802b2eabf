// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <array>
#include <cstring>

#include "sink/file_layout.hpp"
#include "sink/read_at.hpp"

namespace nflogd::sink {
namespace {

constexpr std::uint64_t kChunk = 16 << 10;

Result<std::uint64_t> end_of_lines(int fd, std::uint64_t size) {
    std::array<char, kChunk> chunk;
    for (std::uint64_t end = size; end > 0;) {
        const std::uint64_t begin = end - std::min(end, kChunk);
        const auto got = read_at(fd, std::span(chunk).first(end - begin), begin);
        if (!got) return got.error();
        const void* found = ::memrchr(chunk.data(), '\n', *got);
        if (found != nullptr) {
            return begin +
                   static_cast<std::uint64_t>(static_cast<const char*>(found) - chunk.data()) + 1;
        }
        end = begin;
    }
    return std::uint64_t{0};
}

}  // namespace

const FileLayout& line_layout() {
    static constexpr FileLayout kLayout{{}, end_of_lines};
    return kLayout;
}

}  // namespace nflogd::sink
