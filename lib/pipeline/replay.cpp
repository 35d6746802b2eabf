// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/replay.hpp"

#include <endian.h>
#include <linux/if_ether.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <net/if_arp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "core/packet.hpp"

namespace nflogd::pipeline {
namespace {

void start_packet(const source::Chunk& chunk, Record& record) {
    record.clear();
    record.timestamp_ns = chunk.timestamp_ns;
    record.set(Field::timestamp);
    record.payload_length = static_cast<std::uint32_t>(chunk.bytes.size());
    record.set(Field::payload_length);
}

void put_attribute(std::vector<std::uint8_t>& message, std::uint16_t type, Bytes value) {
    const nlattr header{static_cast<std::uint16_t>(sizeof(nlattr) + value.size()), type};
    const auto* const head = reinterpret_cast<const std::uint8_t*>(&header);
    message.insert(message.end(), head, head + sizeof header);
    message.insert(message.end(), value.begin(), value.end());
    message.resize((message.size() + NLA_ALIGNTO - 1) & ~std::size_t{NLA_ALIGNTO - 1});
}

/// In the order of the kernel. A packet of no group: 0.
std::vector<std::uint8_t> make_message(const source::Chunk& chunk, const Record& record) {
    constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
    const bool v6 = record.packet.has(HeaderField::ip_version) && record.packet.ip_version == 6;
    std::vector<std::uint8_t> message = {v6 ? std::uint8_t{AF_INET6} : std::uint8_t{AF_INET}, 0, 0,
                                         0};
    Bytes packet = chunk.bytes.first(std::min(chunk.bytes.size(), kMaxRaw - 128));
    if (chunk.encoding == source::Encoding::ethernet && packet.size() >= ETH_HLEN) {
        constexpr std::array<std::uint8_t, 2> kEthernet = {0, ARPHRD_ETHER};
        put_attribute(message, NFULA_HWTYPE, kEthernet);
        put_attribute(message, NFULA_HWHEADER, packet.first(ETH_HLEN));
        packet = packet.subspan(ETH_HLEN);
    }
    const std::array<std::uint64_t, 2> time = {htobe64(chunk.timestamp_ns / kNsPerSecond),
                                               htobe64(chunk.timestamp_ns % kNsPerSecond / 1000)};
    put_attribute(message, NFULA_TIMESTAMP,
                  {reinterpret_cast<const std::uint8_t*>(time.data()), sizeof time});
    put_attribute(message, NFULA_PAYLOAD, packet);
    return message;
}

}  // namespace

Bytes ChunkReader::raw() const {
    switch (chunk_.encoding) {
        case source::Encoding::netlink: return datagram_.raw();
        case source::Encoding::nflog_message: return chunk_.bytes;
        default: return made_;
    }
}

bool ChunkReader::next(Record& record) {
    if (chunk_.encoding == source::Encoding::netlink) return datagram_.next(record);
    if (done_) return false;
    done_ = true;
    switch (chunk_.encoding) {
        case source::Encoding::nflog_message:
            return decode::decode_nflog_message(chunk_.bytes, chunk_.timestamp_ns, record);
        case source::Encoding::ethernet:
            start_packet(chunk_, record);
            decode::decode_ethernet(chunk_.bytes, record);
            made_ = make_message(chunk_, record);
            return true;
        case source::Encoding::raw_ip:
            start_packet(chunk_, record);
            decode::decode_ip(chunk_.bytes, 0, record);
            made_ = make_message(chunk_, record);
            return true;
        case source::Encoding::netlink: break;
    }
    return false;
}

}  // namespace nflogd::pipeline
