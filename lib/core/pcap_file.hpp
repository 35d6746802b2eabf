// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The layout of classic pcap files, version 2.4 (draft-ietf-opsawg-pcap), as this
/// program writes them: in the byte order of this host, times in microseconds, link
/// type NFLOG. Each packet is what nfnetlink_log sent behind the nlmsghdr (libpcap's
/// pcap-linktype(7), LINKTYPE_NFLOG).
#pragma once

#include <cstdint>

namespace nflogd {

inline constexpr std::uint32_t kPcapMagic = 0xa1b2c3d4;    ///< times in microseconds
inline constexpr std::uint32_t kPcapMagicNs = 0xa1b23c4d;  ///< times in nanoseconds
inline constexpr std::uint32_t kLinkTypeNflog = 239;
/// A longer packet is none; what libpcap allows as well.
inline constexpr std::uint32_t kMaxPcapPacket = 256 << 10;

struct PcapFileHeader {
    std::uint32_t magic = kPcapMagic;
    std::uint16_t major = 2;
    std::uint16_t minor = 4;
    std::uint32_t reserved_1 = 0;
    std::uint32_t reserved_2 = 0;
    std::uint32_t snaplen = kMaxPcapPacket;
    std::uint32_t link_type = kLinkTypeNflog;
};
static_assert(sizeof(PcapFileHeader) == 24);

struct PcapPacketHeader {
    std::uint32_t seconds = 0;  ///< UNIX time
    std::uint32_t fraction = 0;
    std::uint32_t captured = 0;  ///< bytes that follow
    std::uint32_t original = 0;  ///< bytes that the packet had
};
static_assert(sizeof(PcapPacketHeader) == 16);

}  // namespace nflogd
