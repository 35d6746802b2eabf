// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Hand-made packets and netlink messages. The defaults are right; a test says
/// what it wants to be wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nflogd::decode {

using Buffer = std::vector<std::uint8_t>;

/// The bytes that hexadecimal digits stand for; white space is passed over.
Buffer hex(std::string_view digits);
/// One byte many times.
Buffer repeated(std::size_t count, std::uint8_t byte = 0);
Buffer be16(unsigned value);
Buffer be32(std::uint32_t value);
Buffer operator+(Buffer left, const Buffer& right);

struct Ipv4Options {
    std::uint8_t proto = 6;
    std::uint8_t ihl = 5;
    std::optional<std::uint16_t> length = {};
    std::uint16_t fragment = 0;  ///< flags and offset
    Buffer options = {};
};
/// From 192.0.2.1 to 192.0.2.2, ttl 64, tos 0, ip_id 1.
Buffer ipv4(const Ipv4Options& options, const Buffer& payload);

struct Ipv6Options {
    std::uint8_t next = 6;
    std::optional<std::uint16_t> length = {};  ///< of the payload
    std::uint32_t flow_label = 0;
};
/// From 2001:db8::1 to 2001:db8::2, hop limit 64, traffic class 0.
Buffer ipv6(const Ipv6Options& options, const Buffer& payload);

/// Ports 1 and 2, seq 3, ack 4, SYN, window 5.
Buffer tcp(unsigned data_offset = 5, std::size_t option_bytes = 0);
/// Ports 1 and 2.
Buffer udp(unsigned length, std::size_t data_bytes = 0);
/// An extension header: `units` of 8 bytes beyond the first.
Buffer extension(std::uint8_t next, std::uint8_t units = 0);
/// `offset` in units of 8 bytes; id 0x01020304.
Buffer fragment(std::uint8_t next, unsigned offset, bool more);

/// A netlink attribute with its padding.
Buffer attribute(std::uint16_t type, const Buffer& value);
Buffer text_attribute(std::uint16_t type, std::string_view text);
/// nfgenmsg for group 5.
Buffer nfgen(std::uint8_t family);
/// NFULA_PACKET_HDR.
Buffer packet_header(unsigned hw_protocol, std::uint8_t hook);
/// A netlink message with its padding.
Buffer netlink(std::uint16_t type, const Buffer& body, std::uint32_t sequence = 0);
Buffer packet_message(const Buffer& body);

/// The bytes of tests/fixtures/decode/NAME.hex.
Buffer fixture(const std::string& name);
std::vector<std::string> fixture_names();

}  // namespace nflogd::decode
