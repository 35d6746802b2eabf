// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/pcap.hpp"

#include <fmt/format.h>

#include <array>

namespace nflogd::source {
namespace {

constexpr std::size_t kHeaderBytes = 24;
constexpr std::size_t kPacketHeadBytes = 16;
constexpr std::uint32_t kNsPerSecond = 1'000'000'000;
/// Above it are the length of a checksum and its flag.
constexpr std::uint32_t kLinkTypeMask = 0x03ffffff;

struct Magic {
    std::uint32_t value;
    std::uint32_t units_per_second;
};
constexpr std::array kMagics = {
    Magic{0xa1b2c3d4, 1'000'000},
    Magic{0xa1b23c4d, kNsPerSecond},
};

struct LinkType {
    std::uint32_t number;
    Encoding encoding;
};
constexpr std::array kLinkTypes = {
    LinkType{1, Encoding::ethernet},        LinkType{101, Encoding::raw_ip},
    LinkType{228, Encoding::raw_ip},        LinkType{229, Encoding::raw_ip},
    LinkType{239, Encoding::nflog_message},
};

struct MagicMatch {
    ByteOrder order;
    std::uint32_t units_per_second;
};

std::optional<MagicMatch> match_magic(std::uint32_t value) {
    for (const Magic& magic : kMagics) {
        for (const bool foreign : {false, true}) {
            const ByteOrder order(foreign);
            if (order.host(value) == magic.value) return MagicMatch{order, magic.units_per_second};
        }
    }
    return std::nullopt;
}

std::optional<Encoding> find_encoding(std::uint32_t link_type) {
    for (const LinkType& row : kLinkTypes) {
        if (row.number == link_type) return row.encoding;
    }
    return std::nullopt;
}

/// As they are in the file.
struct FileHeader {
    std::uint32_t magic = 0;
    std::uint16_t major = 0;
    std::uint16_t minor = 0;
    std::uint32_t link_type = 0;

    bool read(Cursor cursor) {
        return cursor.host32(magic) && cursor.host16(major) && cursor.host16(minor) &&
               cursor.skip(12) && cursor.host32(link_type);
    }
};

struct PacketHead {
    std::uint32_t seconds = 0;
    std::uint32_t fraction = 0;
    std::uint32_t captured = 0;
    std::uint32_t original = 0;

    bool read(Cursor cursor, ByteOrder order) {
        for (std::uint32_t* member : {&seconds, &fraction, &captured, &original}) {
            if (!cursor.host32(*member)) return false;
            *member = order.host(*member);
        }
        return true;
    }
    [[nodiscard]] bool is_hole() const { return (seconds | fraction | captured | original) == 0; }
};

}  // namespace

bool PcapReader::recognises(Bytes head) {
    std::uint32_t value = 0;
    return Cursor(head).host32(value) && match_magic(value).has_value();
}

Result<std::unique_ptr<Input>> PcapReader::open(FileReader file) {
    auto bytes = file.peek(kHeaderBytes);
    if (!bytes) return bytes.error();
    FileHeader header;
    if (!header.read(Cursor(*bytes))) return file.error("the header of the pcap file is cut short");
    const auto magic = match_magic(header.magic);
    if (!magic) return file.error("not a pcap file");
    const unsigned major = magic->order.host(header.major);
    const unsigned minor = magic->order.host(header.minor);
    if (major != 2 || minor != 4) {
        return file.error(fmt::format("pcap version {}.{}; only 2.4 can be read", major, minor));
    }
    const std::uint32_t link_type = magic->order.host(header.link_type) & kLinkTypeMask;
    const auto encoding = find_encoding(link_type);
    if (!encoding) {
        return file.error(fmt::format(
            "link type {} cannot be decoded; NFLOG (239), Ethernet (1) and raw IP (101) can",
            link_type));
    }
    file.skip(kHeaderBytes);
    return std::unique_ptr<Input>(
        new PcapReader(std::move(file), {magic->order, magic->units_per_second, *encoding}));
}

Result<std::optional<Chunk>> PcapReader::next() {
    auto bytes = file_.peek(kPacketHeadBytes);
    if (!bytes) return bytes.error();
    if (bytes->empty()) return std::optional<Chunk>{};
    PacketHead head;
    if (!head.read(Cursor(*bytes), format_.order)) {
        return file_.error_here("the last packet is cut short in its head");
    }
    if (head.is_hole()) return file_.error_here("a hole of zero bytes instead of a packet");
    if (head.captured > kMaxPacket || head.fraction >= format_.units_per_second) {
        return file_.error_here(fmt::format("not a packet: {} bytes at fraction {} of a second",
                                            head.captured, head.fraction));
    }
    auto packet = file_.peek(kPacketHeadBytes + head.captured);
    if (!packet) return packet.error();
    if (packet->size() < kPacketHeadBytes + head.captured) {
        return file_.error_here(fmt::format("the last packet is cut short: {} of {} bytes",
                                            packet->size() - kPacketHeadBytes, head.captured));
    }
    file_.skip(packet->size());
    Chunk chunk{.bytes = packet->subspan(kPacketHeadBytes), .encoding = format_.encoding};
    chunk.timestamp_ns = std::uint64_t{head.seconds} * kNsPerSecond +
                         head.fraction * (kNsPerSecond / format_.units_per_second);
    if (chunk.encoding == Encoding::nflog_message) {
        if (format_.order.foreign()) swap_nflog_message(packet->subspan(kPacketHeadBytes));
    } else if (head.original >= head.captured) {
        chunk.original_length = head.original;
    }
    return std::optional<Chunk>(chunk);
}

}  // namespace nflogd::source
