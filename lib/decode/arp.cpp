// SPDX-License-Identifier: GPL-2.0-or-later
#include "decode/arp.hpp"

#include "decode/header_bytes.hpp"
#include "decode/reading.hpp"

namespace nflogd::decode {
namespace {

constexpr std::uint32_t kSize = 28;
constexpr std::uint32_t kOperationEnd = 8;

constexpr Layout<kSize> kArp({
    {HeaderField::arp_op, 8},
    {HeaderField::arp_src_mac, 14},
    {HeaderField::arp_src_ip, 18},
    {HeaderField::arp_dest_mac, 24},
    {HeaderField::arp_dest_ip, 28},
});

/// False if it is known by now that these are other kinds of address.
bool has_our_addresses(const HeaderBytes<kSize>& header, std::size_t have) {
    if (have > 4 && header.u8<4>() != sizeof(MacAddress)) return false;
    return have <= 5 || header.u8<5>() == sizeof(Ipv4Address);
}

}  // namespace

void decode_arp(Bytes packet, Record& record) {
    const HeaderBytes<kSize> header(packet);
    Reading reading(record.packet);
    Headers& out = record.packet;
    out.arp_op = header.be16<6>();
    if (has_our_addresses(header, packet.size())) {
        header.copy<8>(out.arp_src_mac);
        header.copy<14>(out.arp_src_ip);
        header.copy<18>(out.arp_dest_mac);
        header.copy<24>(out.arp_dest_ip);
        reading.add(kArp, {packet, kSize});
    } else {
        record.set_malformed(Malformed::arp_header);
        reading.add(kArp, {packet.first(std::min<std::size_t>(packet.size(), kOperationEnd)),
                           kOperationEnd});
    }
    if (reading.truncated) record.set_truncated();
}

}  // namespace nflogd::decode
