// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "core/pcap_file.hpp"
#include "sink/file_layout.hpp"
#include "sink/read_at.hpp"

namespace nflogd::sink {
namespace {

constexpr PcapFileHeader kHeader{};
constexpr std::size_t kChunk = 64 << 10;

std::string_view head() { return {reinterpret_cast<const char*>(&kHeader), sizeof kHeader}; }

/// Packet headers of a file, front to back.
class Walk {
public:
    Walk(int fd, std::uint64_t size) : fd_(fd), size_(size), chunk_(kChunk) {}

    /// The bytes at `offset`, or fewer at the end.
    Result<std::string_view> at(std::uint64_t offset, std::size_t count) {
        if (offset < start_ || offset + count > start_ + held_) {
            const auto got = read_at(fd_, chunk_, offset);
            if (!got) return got.error();
            start_ = offset;
            held_ = std::min<std::uint64_t>(*got, size_ - std::min(size_, offset));
        }
        const std::string_view all(chunk_.data(), held_);
        return all.substr(offset - start_, count);
    }

private:
    int fd_;
    std::uint64_t size_;
    std::vector<char> chunk_;
    std::uint64_t start_ = 0;
    std::uint64_t held_ = 0;
};

/// A packet of no length or of no time is what a power cut leaves of one.
std::optional<std::uint64_t> length_of(std::string_view bytes) {
    PcapPacketHeader header;
    if (bytes.size() < sizeof header) return std::nullopt;
    std::memcpy(&header, bytes.data(), sizeof header);
    const bool sound = header.captured > 0 && header.captured <= kMaxPcapPacket &&
                       header.captured <= header.original && header.fraction < 1'000'000;
    if (!sound) return std::nullopt;
    return sizeof header + header.captured;
}

Result<std::uint64_t> end_of_packets(int fd, std::uint64_t size) {
    Walk walk(fd, size);
    const auto start = walk.at(0, sizeof kHeader);
    if (!start) return start.error();
    if (!head().starts_with(*start)) {
        return Error{"holds something else than a pcap file of link type NFLOG; move it away",
                     EX_CANTCREAT};
    }
    if (start->size() < sizeof kHeader) return std::uint64_t{0};
    std::uint64_t end = sizeof kHeader;
    while (end < size) {
        const auto header = walk.at(end, sizeof(PcapPacketHeader));
        if (!header) return header.error();
        const auto length = length_of(*header);
        if (!length || *length > size - end) break;
        end += *length;
    }
    return end;
}

}  // namespace

const FileLayout& pcap_layout() {
    static const FileLayout layout{head(), end_of_packets};
    return layout;
}

}  // namespace nflogd::sink
